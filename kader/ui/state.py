"""The one thing that changes: a dossier while somebody works in it.

Everything it holds is a frozen value; an answer replaces them all at once: document, findings, revision. It cannot save
by itself: it is handed a callable that keeps an assessment and gives back what is kept, with what others changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from kader.analysis import analyse, vocabulary
from kader.analysis.findings import Findings
from kader.assessment.model import Assessment
from kader.assessment.paths import join, split
from kader.errors import AssessmentError, ConflictError, Problem
from kader.framework.model import Framework
from kader.text import Language, Text
from kader.ui.saving import Ack


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept now, under which revision, since when."""

    assessment: Assessment
    revision: int
    at: dt.datetime


class Keeper(Protocol):
    """What keeps a dossier for the state."""

    def save(self, assessment: Assessment, based_on: int) -> Kept:
        """Keep the assessment; raise a `KaderError` when that fails, `ConflictError` when a field was taken."""

    def load(self) -> Kept:
        """What is kept at this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What an answer brought about.

    Attributes:
        path: of the answer; empty when the change came from elsewhere.
        words: what changed, for who does not see it; empty when nothing did that matters.
    """

    path: str
    words: str


Observer = Callable[[Changed], None]

_READ_ONLY: Final = Problem(
    Text("Dit dossier is hier alleen te lezen.", "This dossier is read-only here."),
    "",
    Text("Vraag om bewerkrechten.", "Ask for the right to edit."),
)
_STAMPED: Final = frozenset({"facts", "checks", "processing", "risks"})
_LEVELS: Final = frozenset({"likelihood", "impact"})
_NOTHING: Final = frozenset({"value", "status", "publication_category", "inherent", "now", "planned"})
_ANY: Final[Mapping[str, str]] = {"low": "laag", "high": "hoog"}
_SCORE: Final = 4  # risks / PR10 / inherent / likelihood


class State:
    """A dossier that is open.

    Args:
        framework: the law and the framework it is assessed with.
        kept: what is kept of it.
        keeper: saves and loads it; without it the dossier is read-only.
        author: who answers here.
        language: of the words.
        read_only: refuse every answer.
        clock: what time it is; today's date decides what is overdue.
    """

    def __init__(
        self,
        framework: Framework,
        kept: Kept,
        *,
        keeper: Keeper | None,
        author: str,
        language: Language | str = Language.NL,
        read_only: bool = False,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self.framework: Final = framework
        self.author: Final = author
        self.language: Final = Language(language)
        self.read_only: Final = read_only or keeper is None
        self._keeper = keeper
        self._clock = clock
        self._observers: list[Observer] = []
        self._kept = kept
        self._findings = self._analysed(kept.assessment)

    @property
    def assessment(self) -> Assessment:
        """The document as it is kept."""
        return self._kept.assessment

    @property
    def findings(self) -> Findings:
        """What follows from it."""
        return self._findings

    @property
    def revision(self) -> int:
        """The revision that is shown."""
        return self._kept.revision

    @property
    def saved_at(self) -> dt.datetime:
        """When it was last saved."""
        return self._kept.at

    def observe(self, observer: Observer) -> None:
        """Tell this callable of each change."""
        self._observers.append(observer)

    def apply(self, path: str, value: object) -> Ack:
        """Take an answer: change, save, analyse again, tell the observers.

        Args:
            path: where it stands in the document, such as `facts/large_scale/value`.
            value: the answer; `None` takes it back.

        Returns:
            That it is saved, with revision, time and author.

        Raises:
            KaderError: it is not saved, and why; the state is as it was, or, after a conflict, as others made it.
        """
        if self.read_only or self._keeper is None:
            raise AssessmentError(_READ_ONLY)
        wanted = self._answered(path, value)
        try:
            kept = self._keeper.save(wanted, self.revision)
        except ConflictError:
            # Show what the other one answered, so that a second try is a choice between both.
            self._become(self._keeper.load(), path="")
            raise
        self._become(kept, path=path)
        return Ack(ok=True, revision=kept.revision, at=kept.at.isoformat(), author=self.author)

    def refresh(self) -> bool:
        """Take over what others saved meanwhile; tell whether anything changed."""
        if self._keeper is None:
            return False
        kept = self._keeper.load()
        if kept.revision == self.revision:
            return False
        self._become(kept, path="")
        return True

    def _become(self, kept: Kept, *, path: str) -> None:
        before = self._findings
        self._kept = kept
        self._findings = self._analysed(kept.assessment)
        changed = Changed(path=path, words=said(before, self._findings, self.framework, self.language))
        for observer in self._observers:
            observer(changed)

    def _analysed(self, assessment: Assessment) -> Findings:
        return analyse(self.framework, assessment, today=self._clock().date())

    def _answered(self, path: str, value: object) -> Assessment:
        parts = split(path)
        changed = _put(self.assessment, parts, value)
        if parts[0] in _STAMPED and len(parts) > 2:
            around = parts[:2]
            changed = changed.with_value(join(*around, "author"), self.author)
            changed = changed.with_value(join(*around, "at"), self._clock())
        if parts[0] == "checks":
            changed = changed.with_value(join(*parts[:2], "framework_version"), self.framework.version)
        return changed


def _put(assessment: Assessment, parts: Sequence[str], value: object) -> Assessment:
    if len(parts) == _SCORE and parts[0] == "risks" and parts[-1] in _LEVELS:
        return _scored(assessment, parts, value)
    return assessment.with_value(join(*parts), _plain(parts, value))


def _plain(parts: Sequence[str], value: object) -> object:
    """An answer as the document has it; an empty one in the way each field is empty."""
    if value not in (None, ""):
        return value
    if parts[0] == "facts" and parts[-1] == "value":
        return "unknown"
    if parts[-1] in _NOTHING or parts[-1].endswith(("_date", "due")):
        return None
    if parts[-1] in {"evidence", "assessments", "themes"}:
        return ()
    return ""


def _scored(assessment: Assessment, parts: Sequence[str], value: object) -> Assessment:
    """A level on one axis; taken back on both, the score is gone, for a range of everything says nothing."""
    score, axis = join(*parts[:-1]), parts[-1]
    ends: Any = value if isinstance(value, list | tuple) else [value]
    if value in (None, "", []):
        present = assessment.value_at(score)
        other = getattr(present, next(iter(_LEVELS - {axis})), None)
        if other is None or other.model_dump(mode="json") == dict(_ANY):
            return assessment.with_value(score, None) if present is not None else assessment
        return assessment.with_value(join(*parts), dict(_ANY))
    return assessment.with_value(join(*parts), {"low": ends[0], "high": ends[-1]})


def said(before: Findings, after: Findings, framework: Framework, language: Language) -> str:
    """What changed between two findings, in words: verdicts first, then requirements, then risks."""
    parts = [
        *_verdicts_said(before, after, language),
        *_requirements_said(before, after, framework, language),
        *_risks_said(before, after, framework, language),
    ]
    return " ".join(parts[:_MOST]) + (" …" if len(parts) > _MOST else "")


_MOST: Final = 6
_TURNED: Final = Text("{what}: {now} (was {was}).", "{what}: {now} (was {was}).")
_HIGHEST: Final = Text("Hoogste risico: {now} (was {was}).", "Highest risk: {now} (was {was}).")


def _verdicts_said(before: Findings, after: Findings, language: Language) -> list[str]:
    found = []
    for id, verdict in after.prescan.verdicts.items():
        was = before.prescan.verdicts.get(id)
        if was is not None and was.status != verdict.status:
            turned = _TURNED.format(
                what=verdict.title, now=vocabulary.STATUS[verdict.status], was=vocabulary.STATUS[was.status]
            )
            found.append(turned.to(language))
    return found


def _requirements_said(before: Findings, after: Findings, framework: Framework, language: Language) -> list[str]:
    found = []
    for id, requirement in after.requirements.items():
        was = before.requirements.get(id)
        if was is not None and was.status != requirement.status:
            turned = _TURNED.format(
                what=framework.title(id),
                now=vocabulary.REQUIREMENT[requirement.status],
                was=vocabulary.REQUIREMENT[was.status],
            )
            found.append(turned.to(language))
    return found


def _risks_said(before: Findings, after: Findings, framework: Framework, language: Language) -> list[str]:
    if before.highest == after.highest:
        return []
    names = framework.scale.level_names
    was, now = (vocabulary.NOT_SCORED if level is None else names[level] for level in (before.highest, after.highest))
    return [_HIGHEST.format(now=now, was=was).to(language)]
