"""Our own words about the framework: summaries, check questions, expected evidence, English titles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from kader import shipped
from kader.framework.documents import load
from kader.framework.model import Article, Check, Judgment, Law, Paragraph, ProcessingQuestion
from kader.text import EMPTY, Text, same


class _Fields:
    """The fields of a wording record, by the names that the model gives them."""

    __slots__ = ()

    def fields(self) -> dict[str, Any]:
        """Name → value, ready to be passed on to the model."""
        # Only dataclasses inherit from this.
        return {each.name: getattr(self, each.name) for each in fields(self) if each.metadata.get("model", True)}  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementWording(_Fields):
    """What we say about a requirement."""

    summary: Text
    applies_when: Text
    note: Text
    articles: tuple[Article, ...]
    related: tuple[str, ...]
    checks: tuple[Check, ...]
    case_law: tuple[Judgment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureWording(_Fields):
    """What we say about a measure; it holds for the page with this file name only."""

    page: str = field(metadata={"model": False})
    summary: Text
    evidence: tuple[Text, ...]
    articles: tuple[str, ...]
    suggested_requirements: Mapping[str, Text]
    note: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """All our own words about the framework.

    Attributes:
        requirements, measures: by id.
        english: official Dutch title → our English translation.
    """

    laws: Mapping[str, Law]
    requirements: Mapping[str, RequirementWording]
    measures: Mapping[str, MeasureWording]
    english: Mapping[str, str]

    def title(self, dutch: str) -> Text:
        """An official title with our translation; both the same where we have none."""
        return Text(dutch, self.english.get(dutch, dutch))


@cache
def read() -> Wording:
    """The wording that ships with kader."""
    data = load(shipped.data("framework/checks.yaml"))
    return Wording(
        laws={key: _law(entry) for key, entry in data["laws"].items()},
        requirements={key: _requirement(entry) for key, entry in data["requirements"].items()},
        measures={key: _measure(entry) for key, entry in data["measures"].items()},
        english=load(shipped.data("framework/english.yaml")),
    )


@cache
def read_processing() -> tuple[Paragraph, ...]:
    """The paragraphs of the processing inventory."""
    return tuple(_paragraph(entry) for entry in load(shipped.data("processing.yaml"))["paragraphs"])


def text(entry: object) -> Text:
    """A `Text` from data: `{nl: …, en: …}`, a plain string for both, or nothing."""
    if entry is None:
        return EMPTY
    # The data ship with kader; a test holds that every text has both languages and nothing else.
    return same(entry) if isinstance(entry, str) else Text(**entry)  # type: ignore[arg-type]


def _law(entry: Mapping[str, Any]) -> Law:
    name = text(entry["name"])
    return Law(label=name.nl, url=entry["url"], law=entry["short"]["nl"], name=name, short=text(entry["short"]))


def _requirement(entry: Mapping[str, Any]) -> RequirementWording:
    added = set(entry["added"])
    return RequirementWording(
        summary=text(entry["summary"]),
        applies_when=text(entry["applies_when"]),
        note=text(entry.get("note")),
        articles=tuple(Article(ref=ref, in_framework_sources=ref not in added) for ref in entry["articles"]),
        related=tuple(entry["related"]),
        checks=tuple(_check(check) for check in entry["checks"]),
        case_law=tuple(
            Judgment(
                case=judgment["case"],
                name=judgment["name"],
                date=dt.date.fromisoformat(judgment["date"]),
                point=text(judgment["point"]),
            )
            for judgment in entry.get("case_law", ())
        ),
    )


def _check(entry: Mapping[str, Any]) -> Check:
    return Check(
        id=entry["id"],
        question=text(entry["question"]),
        evidence=tuple(map(text, entry["evidence"])),
        articles=tuple(entry["articles"]),
        obligation=entry["obligation"],
        phases=tuple(entry["phases"]),
    )


def _measure(entry: Mapping[str, Any]) -> MeasureWording:
    return MeasureWording(
        page=entry["page"],
        summary=text(entry["summary"]),
        evidence=tuple(map(text, entry["evidence"])),
        articles=tuple(entry["articles"]),
        suggested_requirements={key: text(why) for key, why in entry.get("suggested", {}).items()},
        note=text(entry.get("note")),
    )


def _paragraph(entry: Mapping[str, Any]) -> Paragraph:
    return Paragraph(
        number=entry["number"],
        title=text(entry["title"]),
        articles=tuple(entry["articles"]),
        questions=tuple(
            ProcessingQuestion(id=question["id"], question=text(question["question"]), hint=text(question["hint"]))
            for question in entry["questions"]
        ),
    )
