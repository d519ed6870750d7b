"""One report's point of view: framework, assessment and findings, read in one language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from kader.analysis import vocabulary
from kader.analysis.findings import FactValue, Findings
from kader.assessment.model import Assessment
from kader.framework.model import Framework
from kader.framework.risks import Level
from kader.report.document import Badge, Words
from kader.text import Language, Text, day_in_words

Id = TypeVar("Id")


@dataclass(frozen=True, slots=True)
class Voice:
    """What the builders of sections share: the values, and how things are called in the report's language."""

    framework: Framework
    assessment: Assessment
    findings: Findings
    language: Language

    def say(self, nl: str, en: str, **values: object) -> str:
        """Words in the report's language, with slots filled in."""
        spoken = nl if self.language is Language.NL else en
        return spoken.format(**values) if values else spoken

    def to(self, text: Text) -> str:
        """A text in the report's language."""
        return text.to(self.language)

    def named(self, names: Mapping[Id, Text], id: Id) -> str:
        """The name of an id, or the id itself when it has none."""
        return self.to(names[id]) if id in names else str(id)

    def cited(self, references: Iterable[str]) -> str:
        """Articles in a row, as a jurist of the report's language writes them."""
        return self.to(self.framework.cited(references))

    def fact(self, id: str) -> str:
        """The question of a fact."""
        fact = self.framework.rules.facts.get(id)
        return self.to(fact.question) if fact else id

    def answer(self, value: FactValue) -> str:
        """A question with its answer."""
        return f"{self.fact(value.fact)} {self.to(vocabulary.TRUTH[value.value])}"

    def answers(self, values: Iterable[FactValue]) -> Words:
        """Questions with their answers, as separate spans."""
        return tuple(self.answer(value) for value in values)

    def level(self, level: Level | None) -> Badge:
        """The badge of a level; without a level it says that nothing is scored."""
        if level is None:
            return Badge("unknown", self.say("niet gescoord", "not scored"))
        return Badge(level.value, self.named(self.framework.scale.level_names, level))

    def day(self, day: dt.date | None) -> str:
        """A date in words; empty for none."""
        return self.to(day_in_words(day)) if day else ""

    def who(self, author: str, at: dt.datetime | None) -> str:
        """Who answered and when, as far as known."""
        return ", ".join(part for part in (author, self.day(at.date()) if at else "") if part)
