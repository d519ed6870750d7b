"""Findings as plain JSON values in one language, and the schema of that form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from kader.analysis.findings import Findings
from kader.text import Language, Text

SCHEMA: Final = "urn:kader:schema:findings-1"


def as_data(findings: Findings, language: Language | str = Language.NL) -> dict[str, Any]:
    """The findings as values that JSON can hold: every field by its name, ids as they are, texts in one language.

    Args:
        findings: what `analyse` found.
        language: of the texts.

    Raises:
        ValueError: the language is neither `nl` nor `en`.
    """
    spoken = Language(language)
    return {"schema": SCHEMA, "language": str(spoken), **_plain(findings, spoken)}


def _plain(value: Any, language: Language) -> Any:
    match value:
        case Text():
            plain: Any = value.to(language)
        case StrEnum():
            plain = value.value
        case dt.date():
            plain = value.isoformat()
        case Mapping():
            plain = {str(key): _plain(item, language) for key, item in value.items()}
        case tuple():
            plain = [_plain(item, language) for item in value]
        case _ if is_dataclass(value):
            plain = {name: _plain(getattr(value, name), language) for name in _names(value.__class__)}
        case _:
            plain = value
    return plain


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what `as_data` gives, drawn from the types of the findings."""
    definitions: dict[str, Any] = {}
    body = _object(Findings, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        "title": "Kader findings",
        "description": "What `kader check --json` prints: every verdict with the facts and articles it rests on.",
        **body,
        "properties": {
            "schema": {"const": SCHEMA},
            "language": {"enum": [str(language) for language in Language]},
            **body["properties"],
        },
        "required": ["schema", "language", *body["required"]],
        "$defs": dict(sorted(definitions.items())),
    }


def _object(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    said = _descriptions(kind)
    properties = {}
    for name in _names(kind):
        made = _type(hints[name], definitions)
        properties[name] = made | ({"description": said[name]} if name in said else {})
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _type(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return {"anyOf": [_type(one, definitions) for one in arguments]}
    if origin is tuple:
        return _array(arguments, definitions)
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _type(arguments[1], definitions)}
    if is_dataclass(hint) and isinstance(hint, type) and hint is not Text:
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}
            definitions[hint.__name__] = {"description": _first_line(hint), **_object(hint, definitions)}
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"enum": [member.value for member in hint]}
    return dict(_SIMPLE[hint])


def _array(arguments: tuple[Any, ...], definitions: dict[str, Any]) -> dict[str, Any]:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return {"type": "array", "items": _type(arguments[0], definitions)}
    return {
        "type": "array",
        "prefixItems": [_type(one, definitions) for one in arguments],
        "items": False,
        "minItems": len(arguments),
    }


_SIMPLE: Final[Mapping[Any, dict[str, Any]]] = {
    str: {"type": "string"},
    Text: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    dt.date: {"type": "string", "format": "date"},
}


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").partition("\n")[0]


def _descriptions(kind: type) -> dict[str, str]:
    """What the docstring says of each attribute: `name: words` and `name, other: words`, more of them with `;`."""
    said: dict[str, str] = {}
    for line in (kind.__doc__ or "").partition("Attributes:\n")[2].split("\n        "):
        text = " ".join(line.split())
        names, colon, words = text.partition(": ")
        found = [name.strip() for name in names.split(",")]
        if colon and all(name.isidentifier() for name in found):
            said |= dict.fromkeys(found, words)
    return said
