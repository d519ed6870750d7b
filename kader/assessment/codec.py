"""The assessment as JSON: one document, with a published schema and the upgrade of older layouts.

What equals its default is left out, so that a document stays short and its canonical form does not change when a later
version adds a field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NoReturn

from pydantic import ValidationError

from kader.assessment.frozen import MAX_DEPTH
from kader.assessment.model import SCHEMA_VERSION, Assessment
from kader.assessment.problems import problem_at, problems_of
from kader.errors import AssessmentError, Problem
from kader.text import EMPTY, Text

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES: Final = 20_000_000
SCHEMA_ID: Final = f"urn:kader:schema:assessment-{SCHEMA_VERSION}"
_DEEPEST: Final = MAX_DEPTH + 3

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]


def data(assessment: Assessment) -> dict[str, Any]:
    """The document as plain JSON values: what equals its default is left out, the particulars are complete."""
    document = assessment.model_dump(mode="json", exclude_defaults=True)
    return {"meta": assessment.meta.model_dump(mode="json", exclude_none=True)} | {
        part: value for part, value in document.items() if part != "meta"
    }


def dumps(assessment: Assessment) -> str:
    """The document as JSON text for people and files."""
    return json.dumps(data(assessment), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def canonical(assessment: Assessment) -> bytes:
    """The one form in which the document is hashed: keys sorted, no spaces, UTF-8."""
    text = json.dumps(data(assessment), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def loads(text: str | bytes) -> Assessment:
    """The assessment in a JSON document of this or an earlier layout.

    Args:
        text: the document; bytes are UTF-8.

    Raises:
        AssessmentError: with everything that is wrong and the path of each: no JSON, a key that occurs twice, NaN,
            too large, nested too deep, a newer layout, unknown fields, values that do not fit.
    """
    document = _upgraded(_parsed(_decoded(text)))
    try:
        plain = json.dumps(document, allow_nan=False)
    except ValueError as error:  # such as 1e999
        raise AssessmentError(problem_at((), *_TOO_BIG)) from error
    try:
        return Assessment.model_validate_json(plain, strict=True)
    except ValidationError as error:
        raise AssessmentError(*problems_of(error, document=document)) from error


def load(path: Path) -> Assessment:
    """The assessment in a file; what is wrong is said with the name of the file.

    Raises:
        AssessmentError: the file cannot be read, or is no assessment.
    """
    try:
        with path.open("rb") as file:
            return loads(file.read(MAX_BYTES + 1))
    except OSError as error:
        raise AssessmentError(
            problem_at((str(path),), Text("Dit bestand is niet te lezen.", "This file cannot be read."))
        ) from error
    except AssessmentError as error:
        raise AssessmentError(*(_in_file(problem, path) for problem in error.problems)) from error


def _in_file(problem: Problem, path: Path) -> Problem:
    return replace(problem, where=f"{path}: {problem.where}" if problem.where else str(path))


_TOO_LARGE: Final = (
    Text("Dit bestand is te groot voor een beoordeling.", "This file is too large for an assessment."),
    Text("Hoogstens 20 MB.", "At most 20 MB."),
)


def _decoded(text: str | bytes) -> str:
    if len(text) > MAX_BYTES:
        raise AssessmentError(problem_at((), *_TOO_LARGE))
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AssessmentError(
            problem_at(
                (),
                Text(f"Dit is geen UTF-8 (byte {error.start}).", f"This is not UTF-8 (byte {error.start})."),
                Text("Bewaar het bestand als UTF-8.", "Save the file as UTF-8."),
            )
        ) from error


def _parsed(text: str) -> dict[str, Any]:
    _shallow(text)
    try:
        document = json.loads(text, object_pairs_hook=_no_key_twice, parse_constant=_no_nan)
    except json.JSONDecodeError as error:
        raise AssessmentError(
            problem_at(
                (),
                Text(
                    f"Dit is geen JSON: fout op regel {error.lineno}, teken {error.colno}.",
                    f"This is not JSON: error at line {error.lineno}, character {error.colno} ({error.msg}).",
                ),
            )
        ) from error
    except ValueError as error:  # a whole number of more than 4,300 digits
        raise AssessmentError(problem_at((), *_TOO_BIG)) from error
    if not isinstance(document, dict):
        raise AssessmentError(problem_at((), *_NOT_ONE))
    return document


_TOO_BIG: Final = (Text("Dit document bevat een te groot getal.", "This document holds too large a number."), EMPTY)
_NOT_ONE: Final = (
    Text("Dit is geen beoordeling van kader.", "This is not an assessment of kader."),
    Text("Het document begint met meta/schema_version.", "The document starts with meta/schema_version."),
)
_BRACKET_OR_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]+|[\]}]+', re.DOTALL)


def _shallow(text: str) -> None:
    """Refuse deep nesting before it is parsed; most documents have too few brackets to need the closer look."""
    if text.count("[") + text.count("{") <= _DEEPEST:
        return
    depth = 0
    for found in _BRACKET_OR_TEXT.finditer(text):
        first = found.group()[0]
        if first != '"':
            depth += len(found.group()) if first in "[{" else -len(found.group())
            if depth > _DEEPEST:
                raise AssessmentError(
                    problem_at((), Text("Dit document is te diep genest.", "This document is nested too deep."))
                )


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        # `add` gives None, which is what the `or` counts on.
        twice = sorted({key for key, _ in pairs if key in seen or seen.add(key)})  # type: ignore[func-returns-value]
        raise AssessmentError(
            *(
                problem_at(
                    (key[:100],),
                    Text("Deze naam komt twee keer voor in één groep.", "This name occurs twice in one group."),
                    Text("Laat er één staan.", "Keep one of them."),
                )
                for key in twice
            )
        )
    return found


def _no_nan(word: str) -> NoReturn:
    raise AssessmentError(problem_at((), Text(f"{word} is geen getal.", f"{word} is not a number.")))


def _upgraded(document: dict[str, Any]) -> dict[str, Any]:
    """The document in the present layout, by one upgrade after the other."""
    version = _version(document)
    while version < SCHEMA_VERSION:
        document = UPGRADES[version](document)
        version += 1
        document = document | {"meta": document["meta"] | {"schema_version": version}}
    return document


def _version(document: Mapping[str, Any]) -> int:
    meta = document.get("meta")
    version = meta.get("schema_version") if isinstance(meta, Mapping) else None
    if not isinstance(version, int) or isinstance(version, bool):
        raise AssessmentError(problem_at(("meta", "schema_version"), *_NOT_ONE))
    if version > SCHEMA_VERSION:
        raise AssessmentError(
            problem_at(
                ("meta", "schema_version"),
                Text(
                    f"Dit document heeft indeling {version}; deze versie van kader leest tot en met {SCHEMA_VERSION}.",
                    f"This document has layout {version}; this version of kader reads up to {SCHEMA_VERSION}.",
                ),
                Text("Werk kader bij.", "Upgrade kader."),
            )
        )
    if version not in UPGRADES and version != SCHEMA_VERSION:
        raise AssessmentError(
            problem_at(
                ("meta", "schema_version"),
                Text(f"Indeling {version} heeft nooit bestaan.", f"There has never been a layout {version}."),
                EMPTY,
            )
        )
    return version


_BARE: Final = {"facts": "value", "checks": "value", "processing": "text"}


def _from_short(document: dict[str, Any]) -> dict[str, Any]:
    """Layout 0, the short form for files written by hand: an answer is a bare word, `"large_scale": "yes"`."""
    long = dict(document)
    for part, field in _BARE.items():
        answers = document.get(part)
        if isinstance(answers, Mapping):
            long[part] = {
                key: answer if isinstance(answer, Mapping) else {field: answer} for key, answer in answers.items()
            }
    return long


UPGRADES: Final[dict[int, Upgrade]] = {0: _from_short}


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the document, with the words of the code as descriptions."""
    made = Assessment.model_json_schema(mode="validation")
    for model in (made, *made["$defs"].values()):
        _described(model)
        for field in model.get("properties", {}).values():
            if "patternProperties" in field:
                field["additionalProperties"] = False
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **made,
        "title": "Kader assessment",
    }


_ATTRIBUTE: Final = re.compile(
    r"^ {4}(?P<names>[a-z_]+(?:, [a-z_]+)*): (?P<words>.*?)(?=^ {4}\S|\Z)", re.MULTILINE | re.DOTALL
)


def _described(model: dict[str, Any]) -> None:
    """Give each property the description that the docstring has for it."""
    prose, _, attributes = model.get("description", "").partition("\n\nAttributes:\n")
    prose = prose.partition("\n\n>>>")[0]
    if prose:
        model["description"] = " ".join(prose.split())
    for found in _ATTRIBUTE.finditer(attributes + "\n"):
        for name in found["names"].split(", "):
            if name in model.get("properties", {}):
                model["properties"][name]["description"] = " ".join(found["words"].split())
