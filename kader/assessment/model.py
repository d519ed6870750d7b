"""The assessment: one document in seven parts, frozen; `with_*` gives a new one."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, Field

from kader.assessment import paths
from kader.assessment.frozen import FrozenDict, in_order
from kader.assessment.parts import (
    SCHEMA_VERSION,
    Algorithm,
    CheckAnswer,
    Decisions,
    FactAnswer,
    Given,
    Id,
    Interval,
    Line,
    LongText,
    MeasureAnswer,
    Measurement,
    Meta,
    Opinion,
    Origin,
    ProcessingAnswer,
    Proposal,
    RegisterValue,
    RiskAnswer,
    Score,
    SignOff,
    Value,
    by_key,
)
from kader.errors import AssessmentError, Problem
from kader.framework.rules import Truth
from kader.text import Text

if TYPE_CHECKING:
    from kader.framework.model import Framework
    from kader.text import Language

__all__ = [
    "SCHEMA_VERSION",
    "Algorithm",
    "Assessment",
    "CheckAnswer",
    "Decisions",
    "FactAnswer",
    "Given",
    "Id",
    "Interval",
    "Line",
    "LongText",
    "MeasureAnswer",
    "Measurement",
    "Meta",
    "Opinion",
    "Origin",
    "ProcessingAnswer",
    "Proposal",
    "RegisterValue",
    "RiskAnswer",
    "Score",
    "SignOff",
    "Value",
    "by_key",
    "new_id",
]


class Assessment(Value):
    """One dossier: the whole document.

    It does not change; every `with_*` method gives a new one, checked like a document from outside.

    >>> from kader.framework.model import Framework
    >>> scan = Assessment.new(Framework.bundled(), name="Parkeerscan")
    >>> answered = scan.with_value("facts/large_scale/value", "yes").with_risk("PR10", motivation="Kleine groepen.")
    >>> answered.truths()
    {'large_scale': <Truth.YES: 'yes'>}
    >>> scan.truths()
    {}

    Attributes:
        facts: pre-scan fact → answer.
        processing: question of the processing inventory → answer.
        checks: check question → answer.
        risks: risks that a person scored, in the order of their ids.
        measures: measures against them.
        evidence: measurements.
    """

    fixed: ClassVar[tuple[str, ...]] = ("meta/id",)

    meta: Meta
    algorithm: Algorithm = Algorithm()
    facts: Annotated[Mapping[Id, FactAnswer], AfterValidator(in_order)] = Field(default_factory=FrozenDict)
    processing: Annotated[Mapping[Line, ProcessingAnswer], AfterValidator(in_order)] = Field(default_factory=FrozenDict)
    checks: Annotated[Mapping[Id, CheckAnswer], AfterValidator(in_order)] = Field(default_factory=FrozenDict)
    risks: Annotated[tuple[RiskAnswer, ...], AfterValidator(by_key)] = ()
    measures: Annotated[tuple[MeasureAnswer, ...], AfterValidator(by_key)] = ()
    decisions: Decisions = Decisions()
    evidence: Annotated[tuple[Measurement, ...], AfterValidator(by_key)] = ()

    @classmethod
    def new(
        cls,
        framework: Framework,
        *,
        name: str,
        organisation: str = "",
        id: str | None = None,
        date: dt.date | None = None,
        language: Language | str | None = None,
        profile: str = "default",
    ) -> Assessment:
        """An assessment in which nothing has been answered yet.

        Args:
            framework: the framework and rules it is made with; their versions are stored in it.
            name: of the algorithm.
            organisation: that uses it.
            id: of the dossier; made from the name when not given.
            date: the day for which dates in the law are compared; today when not given.
            language: of the dossier; the framework's when not given.
            profile: the reading of the pre-scan rules.

        Raises:
            AssessmentError: a value is refused, such as an id with a space or a reading that the rules do not have.
        """
        if profile not in framework.rules.profiles:
            raise AssessmentError(_no_profile(profile, framework))
        return paths.checked(
            cls,
            {
                "meta": {
                    "id": new_id(name) if id is None else id,
                    "language": str(language or framework.language),
                    "date": date or dt.date.today(),  # noqa: DTZ011  the day where the person is
                    "framework_version": framework.version,
                    "rules": f"{framework.rules.id}/{framework.rules.version}",
                    "rules_fingerprint": framework.rules.fingerprint,
                    "profile": profile,
                },
                "algorithm": {"name": name, "organisation": organisation},
            },
        )

    def with_value(self, path: str, value: object) -> Self:
        """The assessment with one value changed, wherever it stands.

        Args:
            path: the place as in the JSON document, parts of a list by their id: `facts/large_scale/value`,
                `risks/PR10/inherent/likelihood/low`, `decisions/dpo_advice`. A `/` within a key is written `~1`,
                a `~` as `~0`.
            value: what it becomes; `None` takes an entry (`risks/PR10`) away, and puts a field back to what it is
                in an empty document. A level may be given as one word or as a list of two.

        Raises:
            AssessmentError: there is no such place, or the value is refused there.
        """
        return paths.put(self, path, value)

    def value_at(self, path: str) -> Any:
        """What stands at a place; `None` where nothing has been entered.

        Raises:
            AssessmentError: there is no such place.
        """
        return paths.get(self, path)

    def with_fact(self, fact: str, /, **changes: Any) -> Self:
        """The assessment with the answer to a pre-scan fact changed: `value`, `remark`, `reason`, `proposals`."""
        return paths.change(self, ("facts", fact), changes)

    def with_check(self, check: str, /, **changes: Any) -> Self:
        """The assessment with the answer to a check question changed: `value`, `reason`, `evidence`."""
        return paths.change(self, ("checks", check), changes)

    def with_processing(self, question: str, /, text: str, **changes: Any) -> Self:
        """The assessment with an answer of the processing inventory changed."""
        return paths.change(self, ("processing", question), {"text": text, **changes})

    def with_risk(self, risk: str, /, **changes: Any) -> Self:
        """The assessment with a risk changed or added: `inherent`, `now`, `planned`, `motivation`."""
        return paths.change(self, ("risks", risk), changes)

    def with_measure(self, measure: str, /, **changes: Any) -> Self:
        """The assessment with a measure changed or added: `risks`, `axes`, `status`, `due`."""
        return paths.change(self, ("measures", measure), changes)

    def with_measurement(self, measurement: Measurement) -> Self:
        """The assessment with a measurement added, in the place of an earlier one with the same id."""
        return paths.change(self, ("evidence", measurement.id), dict(measurement))

    def with_decisions(self, **changes: Any) -> Self:
        """The assessment with decisions changed: `dpo_advice`, `review_date`, `status`."""
        return paths.change(self, ("decisions",), changes)

    def with_algorithm(self, **changes: Any) -> Self:
        """The assessment with the description of the algorithm changed."""
        return paths.change(self, ("algorithm",), changes)

    def with_meta(self, **changes: Any) -> Self:
        """The assessment with its particulars changed: `language`, `profile`, `origin`."""
        return paths.change(self, ("meta",), changes)

    def with_date(self, date: dt.date) -> Self:
        """The assessment as of another day."""
        return self.with_meta(date=date)

    def with_proposals(self, proposals: Mapping[str, Iterable[Proposal]]) -> Self:
        """The assessment with these proposals in the place of all earlier ones; answers stay as they are."""
        facts: dict[str, Any] = {fact: dict(answer) | {"proposals": ()} for fact, answer in self.facts.items()}
        for fact, suggested in proposals.items():
            facts[fact] = facts.get(fact, {}) | {"proposals": tuple(suggested)}
        return paths.change(self, (), {"facts": {fact: answer for fact, answer in facts.items() if _says(answer)}})

    def signed(self, role: str, name: str, at: dt.datetime) -> Self:
        """The assessment with the signature of a role under what it says now."""
        signature = {"role": role, "name": name, "at": at, "fingerprint": self.content_fingerprint()}
        return paths.change(self, ("decisions", "signatures", role), signature)

    def truths(self, *, proposed: bool = False) -> Mapping[str, Truth]:
        """The facts with their answers, in a fixed order; a fact that is not there is unknown.

        Args:
            proposed: whether a fact without an answer takes the value of its proposals; where they contradict each
                other it stays unknown.
        """
        return {fact: _proposed(answer) if proposed else answer.value for fact, answer in self.facts.items()}

    @property
    def has_open_proposals(self) -> bool:
        """Whether a fact without an answer has a proposal."""
        return any(answer.proposals and answer.value is Truth.UNKNOWN for answer in self.facts.values())

    def content_fingerprint(self) -> str:
        """The SHA-256 of what a signature is about: the answers and what they rest on.

        Not about the signatures, the status, the language, proposals, or who answered and when: those can change
        without a change in what the dossier says.
        """
        data = _filled(self.model_dump(mode="json", exclude_defaults=True, exclude=_UNSIGNED))
        text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


_GIVEN = {"author": True, "at": True}
_UNSIGNED: Any = {
    "meta": {"schema_version", "language", "origin"},
    "facts": {"__all__": _GIVEN | {"proposals": True}},
    "processing": {"__all__": _GIVEN},
    "checks": {"__all__": _GIVEN},
    "risks": {"__all__": _GIVEN},
    "decisions": {"signatures", "status"},
}


def _filled(data: Mapping[str, Any]) -> dict[str, Any]:
    """The parts without the answers and parts of which nothing is signed, such as a mere proposal."""
    parts = dict(data)
    for part in ("facts", "processing", "checks"):
        if part in parts:
            parts[part] = {key: answer for key, answer in parts[part].items() if answer}
    return {part: content for part, content in parts.items() if content}


def new_id(name: str) -> str:
    """An id for a dossier, made from the name of the algorithm.

    >>> new_id("Parkeerscan Noord (2026)!")
    'parkeerscan-noord-2026'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    return "-".join(words)[:60].strip("-") or f"dossier-{secrets.token_hex(4)}"


def _no_profile(profile: str, framework: Framework) -> Problem:
    names = ", ".join(framework.rules.profiles)
    return Problem(
        Text(f"De regels kennen geen lezing {profile!r}.", f"The rules have no reading {profile!r}."),
        "meta/profile",
        Text(f"Kies uit: {names}.", f"Choose from: {names}."),
    )


def _says(answer: Mapping[str, Any]) -> bool:
    return FactAnswer.model_validate(answer) != FactAnswer()


def _proposed(answer: FactAnswer) -> Truth:
    if answer.value is not Truth.UNKNOWN or not answer.proposals:
        return answer.value
    first, *others = {proposal.value for proposal in answer.proposals}
    return Truth.UNKNOWN if others else first
