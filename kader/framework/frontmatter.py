"""The front matter of a page, read as the hostile text that any file from outside is.

Nothing is executed, aliases are refused (they blow up), size and depth are limited. Numbers stay the text that the
author wrote, as `Number`, so that `3.10` does not become `3.1`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

from kader.framework.documents import LOADER
from kader.text import Text

LARGEST: Final = 64_000
DEEPEST: Final = 12

_FENCED: Final = re.compile(r"\A-{3}[ \t]*\n(.*?\n)?(?:-{3}|\.{3})[ \t]*(?:\n|\Z)", re.DOTALL)


class Number(str):
    """A number in front matter, as it was written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A page in two parts.

    Attributes:
        values: the front matter; empty when there is none or it is broken.
        body: the rest of the page.
        faults: what is wrong, with the field it concerns (empty for the whole).
    """

    values: dict[str, Any]
    body: str
    faults: tuple[tuple[str, Text], ...] = ()


class _RefusedError(Exception):
    """Front matter that is not read at all."""

    def __init__(self, what: Text) -> None:
        super().__init__(what)
        self.what = what


# Which of the two loaders it is depends on how PyYAML was built.
class _Loader(LOADER):  # type: ignore[misc]
    """The safe loader, with numbers and dates as text."""


def _as_number(loader: Any, node: yaml.Node) -> Number:
    return Number(loader.construct_scalar(node))


def _as_text(loader: Any, node: yaml.Node) -> str:
    return str(loader.construct_scalar(node))


for _tag in ("int", "float"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _as_number)
for _tag in ("timestamp", "bool", "binary"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _as_text)


def split(page: str) -> Matter:
    r"""Read the front matter of a page; never raises.

    >>> split("---\ntitle: DPIA\n---\n# DPIA").values
    {'title': 'DPIA'}
    """
    fenced = _FENCED.match(page)
    if not fenced:
        return Matter(
            values={},
            body=page,
            faults=(("", Text("de pagina heeft geen front matter.", "the page has no front matter.")),),
        )
    body = page[fenced.end() :]
    try:
        values, faults = _read(fenced[1] or "")
    except _RefusedError as refused:
        return Matter(values={}, body=body, faults=(("", refused.what),))
    return Matter(values=values, body=body, faults=tuple(faults))


def _read(source: str) -> tuple[dict[str, Any], list[tuple[str, Text]]]:
    if len(source) > LARGEST:
        raise _RefusedError(
            Text("de front matter is groter dan {n} tekens.", "the front matter is larger than {n} characters.").format(
                n=LARGEST
            )
        )
    try:
        _examine(source)
        loader = _Loader(source)
        try:
            node = loader.get_single_node()
            values = {} if node is None else loader.construct_document(node)
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, TypeError, AttributeError) as error:  # a wrong tag makes PyYAML trip too
        raise _RefusedError(
            Text("de front matter is geen geldige YAML: {error}", "the front matter is no valid YAML: {error}").format(
                error=_told(error)
            )
        ) from None
    if not isinstance(values, dict):
        raise _RefusedError(Text("de front matter is geen lijst van velden.", "the front matter is no list of fields."))
    if not values:
        return {}, [("", Text("de front matter is leeg.", "the front matter is empty."))]
    return _named(values, list(_repeated(node)))


def _examine(source: str) -> None:
    """Refuse what could blow up, before anything is built."""
    depth = 0
    for event in yaml.parse(source, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise _RefusedError(
                Text("de front matter verwijst naar zichzelf (alias).", "the front matter refers to itself (alias).")
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise _RefusedError(
                    Text("de front matter is te diep genest.", "the front matter is nested too deeply.")
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _repeated(node: yaml.Node) -> Iterator[tuple[str, Text]]:
    """Fields that are given twice: YAML would silently keep the last."""
    seen: set[str] = set()
    for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
        if isinstance(key, yaml.ScalarNode):
            if key.value in seen:
                yield (
                    key.value,
                    Text("het veld staat er twee keer; de laatste telt.", "the field is given twice; the last counts."),
                )
            seen.add(key.value)


def _named(values: dict[Any, Any], faults: list[tuple[str, Text]]) -> tuple[dict[str, Any], list[tuple[str, Text]]]:
    named: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(key, str):
            named[str(key)] = value
        else:
            faults.append(
                (str(key)[:80], Text("de naam van het veld is geen tekst.", "the name of the field is no text."))
            )
    return named, faults


def _told(error: Exception) -> str:
    """A YAML error in one line, with its place."""
    mark = getattr(error, "problem_mark", None)
    what = str(getattr(error, "problem", None) or error).splitlines()[0][:200] if str(error) else type(error).__name__
    return f"{what} (regel/line {mark.line + 2})" if mark else what
