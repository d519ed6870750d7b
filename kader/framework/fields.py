"""The fields of a page's front matter, with everything that is wrong in them told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kader.errors import Problem
from kader.framework.frontmatter import Number
from kader.text import Text

_ID: Final = re.compile(r"[A-Za-z]{2,8}-\d{2,3}")
_ID_IN_STEM: Final = re.compile(r"(?:\d-)?([a-z]{2,8}-\d{2,3})(?:-|$)")
_DECIMAL: Final = re.compile(r"\d+\.\d")


@dataclass(slots=True)
class Report:
    """What is found wrong, in the order of the files."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, what: Text, file: str, name: str = "", remedy: Text | None = None) -> None:
        """One problem, with the file and the field it stands in."""
        where = f"{file}, {name}" if name else file
        self.problems.append(Problem(what, where, remedy) if remedy else Problem(what, where))


def texts(
    values: Mapping[str, Any],
    name: str,
    file: str,
    report: Report,
    *,
    vocabulary: frozenset[str] | None = None,
    optional: bool = False,
) -> tuple[str, ...]:
    """The texts of a list field; what is no proper item is reported and left out."""
    if name not in values:
        if not optional:
            report.add(Text("het veld ontbreekt.", "the field is missing."), file, name)
        return ()
    value = values[name]
    if value is None:
        report.add(Text("het veld is leeg.", "the field is empty."), file, name)
        return ()
    if isinstance(value, str):
        report.add(
            Text("er staat één tekst in plaats van een lijst.", "there is one text instead of a list."), file, name
        )
        value = [value]
    if not isinstance(value, list):
        report.add(
            Text("er staat geen lijst: {value}.", "this is no list: {value}.").format(value=shown(value)), file, name
        )
        return ()
    return tuple(_items(value, name, vocabulary, file, report))


def _items(
    values: Sequence[object], name: str, vocabulary: frozenset[str] | None, file: str, report: Report
) -> Iterator[str]:
    seen: set[str] = set()
    for value in values:
        if value is None or value == "":
            report.add(Text("de lijst heeft een leeg onderdeel.", "the list has an empty item."), file, name)
        elif not isinstance(value, str):
            report.add(
                Text("dit onderdeel is geen tekst: {value}.", "this item is no text: {value}.").format(
                    value=shown(value)
                ),
                file,
                name,
            )
        elif value in seen:
            report.add(
                Text("{value} staat er twee keer.", "{value} is there twice.").format(value=shown(value)), file, name
            )
        else:
            seen.add(value)
            if vocabulary and value not in vocabulary:
                report.add(
                    Text(
                        "{value} is geen waarde die dit veld kent.", "{value} is no value that this field knows."
                    ).format(value=shown(value)),
                    file,
                    name,
                )
            yield str(value)


def page_id(values: Mapping[str, Any], prefix: str, stem: str, file: str, report: Report | None) -> str:
    """The id of a page: from its urn, else from its file name."""
    urn = values.get("id")
    last = urn.rsplit(":", 1)[-1] if isinstance(urn, str) else ""
    usable = _ID.fullmatch(last) is not None
    if usable and isinstance(urn, str) and urn.startswith(prefix):
        return last
    in_stem = _ID_IN_STEM.match(stem)
    chosen = last if usable else in_stem[1] if in_stem else stem
    if report:
        what = (
            Text("het id ontbreekt.", "the id is missing.")
            if "id" not in values
            else Text("het id klopt niet: {value}.", "the id is not right: {value}.").format(value=shown(urn))
        )
        report.add(what, file, "id", Text("Gelezen als {id}.", "Read as {id}.").format(id=repr(chosen)))
    return chosen


def audit(values: Mapping[str, Any], file: str, report: Report) -> dict[str, tuple[str, ...]]:
    """References to audit frameworks; numbers that lost a zero get it back and are reported."""
    if "sources" not in values:
        return {}
    sources = values["sources"]
    if sources is None:
        report.add(Text("het veld is leeg.", "the field is empty."), file, "sources")
        return {}
    if not isinstance(sources, dict):
        report.add(
            Text("er staan geen bronnen met een naam: {value}.", "there are no named sources: {value}.").format(
                value=shown(sources)
            ),
            file,
            "sources",
        )
        return {}
    found = {}
    for name, value in sources.items():
        references = tuple(_audit_references(value, file, f"sources.{str(name)[:80]}", report))
        if references:
            found[str(name)] = references
    return found


def _audit_references(value: object, file: str, name: str, report: Report) -> Iterator[str]:
    numbers: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, Number):
            numbers.append(item)
            yield f"{item}0" if _DECIMAL.fullmatch(item) else str(item)
        elif isinstance(item, str) and item.strip():
            yield item.strip()
        elif item is None or item == "":
            report.add(Text("de lijst heeft een leeg onderdeel.", "the list has an empty item."), file, name)
        else:
            report.add(
                Text("dit onderdeel is geen tekst: {value}.", "this item is no text: {value}.").format(
                    value=shown(item)
                ),
                file,
                name,
            )
    if numbers:
        report.add(
            Text(
                "{numbers}: staat er als getal, niet als tekst; gelezen met twee cijfers achter de punt.",
                "{numbers}: written as a number, not as text; read with two digits after the point.",
            ).format(numbers=", ".join(each[:20] for each in numbers[:20])),
            file,
            name,
            Text("Zet de verwijzing tussen aanhalingstekens.", "Put the reference in quotes."),
        )


def shown(value: object) -> str:
    """A value from a page as a message may show it."""
    shown = repr(str(value) if isinstance(value, str) else value)
    return shown if len(shown) <= 120 else f"{shown[:119]}…"
