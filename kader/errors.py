"""What can go wrong, said so that a person can act on it.

An error carries one or more `Problem`s; each says what is wrong, where, and what to do, in both languages. All
problems of a file are collected and raised together. Arguments are positional only, so that errors pickle across
worker processes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kader.text import EMPTY, Language, Text


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        what: what is wrong.
        where: the place, as a person finds it: `file.csv, row 12, column status` or a JSON path.
        remedy: what to do about it; may be empty where nothing can be done.
    """

    what: Text
    where: str = ""
    remedy: Text = EMPTY

    def to(self, language: Language | str) -> str:
        """The problem as one or two sentences in one language."""
        place = f"{self.where}: " if self.where else ""
        remedy = self.remedy.to(language)
        return f"{place}{self.what.to(language)}{' ' + remedy if remedy else ''}"


class KaderError(Exception):
    """The root of all errors that kader raises on purpose.

    >>> error = KaderError(Problem(Text("Dit is geen register.", "This is not a register."), "a.csv"))
    >>> str(error)
    'a.csv: Dit is geen register.'
    >>> error.to("en")
    'a.csv: This is not a register.'
    """

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Every problem found, in the order of the input."""
        return tuple(self.args)

    def to(self, language: Language | str) -> str:
        """All problems in one language, one a line."""
        return "\n".join(problem.to(language) for problem in self.problems)

    def __str__(self) -> str:
        return self.to(Language.NL)


class FrameworkError(KaderError):
    """The framework's data or a checkout of it cannot be used."""


class RuleError(KaderError):
    """A rule set is not well formed: an unknown fact, a broken expression."""


class AssessmentError(KaderError):
    """A document is not an assessment, or a change to one is not allowed."""


class StoreError(KaderError):
    """The store cannot be read or written."""


class ConflictError(StoreError):
    """Someone else changed the same field since it was read."""


class ExchangeError(KaderError):
    """A file of another tool or register cannot be read or written."""


class BatchError(KaderError):
    """A batch cannot be started."""


class MissingExtraError(KaderError):
    """A part that needs an extra that is not installed."""

    @classmethod
    def named(cls, extra: str, purpose: Text) -> MissingExtraError:
        """The error for one extra: what it is for and how to install it."""
        return cls(
            Problem(
                Text("{purpose} vraagt het onderdeel '{extra}'.", "{purpose} needs the extra '{extra}'.").format(
                    purpose=purpose, extra=extra
                ),
                "",
                Text(
                    'Installeer: pip install "kader-werkboek[{extra}]"',
                    'Install: pip install "kader-werkboek[{extra}]"',
                ).format(extra=extra),
            )
        )


def collected(kind: type[KaderError], problems: Iterable[Problem]) -> None:
    """Raise one error with all problems, or nothing when there are none."""
    found = tuple(problems)
    if found:
        raise kind(*found)
