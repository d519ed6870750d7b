"""The assessment: one document in seven parts, frozen; `with_*` gives a new one.

Proposal, choice and reason are three separate fields everywhere: a proposal (from register text, a rule or a
measurement) is never counted as an answer; a person accepts it or deviates with a reason, and both are kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from kader.assessment import paths
from kader.assessment.frozen import FrozenDict, frozen_json, in_order
from kader.errors import AssessmentError, Problem
from kader.framework.risks import Axis, Level
from kader.framework.rules import Truth
from kader.text import Text

if TYPE_CHECKING:
    from kader.framework.model import Framework
    from kader.text import Language

SCHEMA_VERSION = 1

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Line = Annotated[str, StringConstraints(max_length=2_000)]
LongText = Annotated[str, StringConstraints(max_length=100_000)]
RegisterValue = str | tuple[str, ...] | tuple[Mapping[str, str], ...]


def _utc(moment: dt.datetime) -> dt.datetime:
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError as error:
        raise ValueError("outside the years 1 to 9999") from error


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
Entry = Annotated[Mapping[str, Any], AfterValidator(frozen_json)]


class Value(BaseModel):
    """A frozen value that refuses unknown keys.

    Values that stand in a list are told apart by the field named in `key`; such a list is kept in the order of its
    keys, so that the order in which things were entered leaves no trace.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    key: ClassVar[str] = ""


V = TypeVar("V", bound=Value)


def by_key(values: Iterable[V]) -> tuple[V, ...]:
    """The values in the order of their keys.

    Raises:
        ValueError: two values have the same key.
    """
    listed = tuple(values)
    if len(listed) < 2:
        return listed
    keyed = {getattr(value, value.key): value for value in listed}
    if len(keyed) < len(listed):
        seen: set[str] = set()
        twice = next(k for value in listed if (k := getattr(value, value.key)) in seen or seen.add(k))  # type: ignore[func-returns-value]
        raise ValueError(f"{twice} occurs twice")
    return tuple(keyed[key] for key in sorted(keyed))


class Given(Value):
    """What every answer carries beside its value: a remark, who gave it, and when."""

    remark: LongText = ""
    author: Line = ""
    at: Moment | None = None


class Proposal(Value):
    """A value that a text or a measurement suggests; it never counts as an answer.

    Attributes:
        value: the fact it suggests.
        quote: the passage, word for word.
        field: the register field (or other place) the passage stands in.
        rule: id of the pattern that found it, so that it can be traced and improved.
    """

    value: Literal[Truth.YES, Truth.NO]
    quote: LongText
    field: Line
    rule: Line


class FactAnswer(Given):
    """The answer to a pre-scan fact, and beside it what was proposed.

    Attributes:
        value: the choice of a person; `unknown` while there is none.
        reason: why the choice deviates from a proposal.
        proposals: what the texts suggest.
    """

    value: Truth = Truth.UNKNOWN
    reason: LongText = ""
    proposals: tuple[Proposal, ...] = ()


class CheckAnswer(Given):
    """The answer to a check question; *n.a.* needs a reason.

    Attributes:
        evidence: links or names of documents that show it.
        framework_version: the framework in which the question was read.
    """

    value: Literal["yes", "partly", "no", "na"] | None = None
    reason: LongText = ""
    evidence: tuple[Line, ...] = ()
    framework_version: Line = ""


class ProcessingAnswer(Given):
    """A free-text answer of the processing inventory."""

    text: LongText = ""


class Interval(Value):
    """A level, or a range of levels where one is not sure (rule R8).

    >>> Interval.of("laag", "midden").high
    <Level.MEDIUM: 'midden'>
    """

    low: Level
    high: Level

    @classmethod
    def unknown(cls) -> Self:
        """The whole range: nobody has said anything about this axis."""
        return cls(low=Level.LOW, high=Level.HIGH)

    @classmethod
    def from_short(cls, value: object) -> object:
        """A level alone, or a list of two, as a form gives it."""
        if isinstance(value, str):
            return {"low": value, "high": value}
        if isinstance(value, list | tuple) and len(value) == 2:
            return dict(zip(("low", "high"), value, strict=True))
        return value

    @classmethod
    def completed(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """The whole of an interval of which one end is given: both ends are that level."""
        return dict.fromkeys(("low", "high"), next(iter(given.values()), None)) | dict(given)

    @classmethod
    def of(cls, low: Level | str, high: Level | str | None = None) -> Interval:
        """An interval from one or two levels."""
        return cls(low=Level(low), high=Level(high if high is not None else low))

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low.rank > self.high.rank:
            raise ValueError("low is above high")
        return self


class Score(Value):
    """Likelihood and impact of a risk at one moment."""

    likelihood: Interval
    impact: Interval

    @classmethod
    def of(cls, likelihood: Level | str, impact: Level | str) -> Self:
        """A score without a range.

        >>> Score.of("laag", "hoog").impact.low
        <Level.HIGH: 'hoog'>
        """
        return cls(likelihood=Interval.of(likelihood), impact=Interval.of(impact))

    @classmethod
    def completed(cls, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """The whole of a score of which one axis is given: the other is not known, so its range is full (rule R8)."""
        return {"likelihood": Interval.unknown(), "impact": Interval.unknown(), **given}


class RiskAnswer(Given):
    """A risk as it is scored by a person.

    Attributes:
        id: of the catalogue (`PR01` …) or of one's own.
        name, description: for a risk of one's own; empty for one of the catalogue.
        inherent: before any measure; now: with what is implemented; planned: with what is planned before the start.
        irreversible: whether the consequence cannot be undone.
        origin: where the risk comes from in this processing.
        motivation: why these levels.
        deviation: why the score is below the proposal or a floor.
        applicable: `False` needs a motivation.
    """

    key: ClassVar[str] = "id"

    id: Id
    name: Line = ""
    description: LongText = ""
    inherent: Score | None = None
    now: Score | None = None
    planned: Score | None = None
    irreversible: bool = False
    origin: LongText = ""
    motivation: LongText = ""
    deviation: LongText = ""
    applicable: bool = True


class MeasureAnswer(Given):
    """A measure against one or more risks.

    Attributes:
        id: of the entry; measure: the framework's id (`owp-03`), empty for one of one's own.
        risks: ids of the risks it acts on.
        axes: the axes it acts on: preventive on likelihood, limiting on impact.
        removes_cause: whether it takes the cause away, which allows more than one step (rule R3).
        status: planned, in_progress, done or dropped (dropped needs a reason).
        evidence: test results, audits; allows more than one step (rule R3).
    """

    key: ClassVar[str] = "id"

    id: Id
    measure: Line = ""
    name: Line = ""
    risks: tuple[Id, ...] = ()
    axes: tuple[Axis, ...] = ()
    removes_cause: bool = False
    status: Literal["planned", "in_progress", "done", "dropped"] = "planned"
    reason: LongText = ""
    owner: Line = ""
    due: dt.date | None = None
    evidence: tuple[Line, ...] = ()


class SignOff(Value):
    """A signature of a named role under what the assessment said at that moment.

    Attributes:
        fingerprint: of what was signed; when the content changes, the signature falls.
    """

    key: ClassVar[str] = "role"

    role: Line
    name: Line
    at: Moment
    fingerprint: Line


class Decisions(Value):
    """What was advised and decided."""

    dpo_advice: LongText = ""
    dpo_name: Line = ""
    dpo_date: dt.date | None = None
    data_subjects_views: LongText = ""
    data_subjects_not_asked: LongText = ""
    prior_consultation_reference: Line = ""
    dpia_reference: Line = ""
    dpia_date: dt.date | None = None
    review_date: dt.date | None = None
    status: Literal["concept", "final"] = "concept"
    signatures: Annotated[tuple[SignOff, ...], AfterValidator(by_key)] = ()


class Measurement(Value):
    """A measurement on a data set or model: a number, never personal data.

    Attributes:
        id: what was measured: `uniqueness` (share of records, 0–1), `mia_auc` (0–1), `bsn_in_free_text` (count).
            What is measured on more than one data set gets a part after a dot: `uniqueness.training`.
        value: the number.
        lower: lower end of its 95 % confidence interval, where it has one.
        upper: upper end of that interval.
        measured_on: the day.
        sample_size: number of records it rests on.
        data_hash: SHA-256 of the data it was measured on.
    """

    key: ClassVar[str] = "id"

    id: Id
    value: float
    lower: float | None = None
    upper: float | None = None
    measured_on: dt.date
    sample_size: int = Field(ge=0)
    data_hash: Line = ""
    tool: Line = ""

    @property
    def kind(self) -> str:
        """What was measured, whatever it was measured on.

        >>> Measurement(id="uniqueness.training", value=0.1, measured_on="2026-11-23", sample_size=9).kind
        'uniqueness'
        """
        return self.id.split(".", 1)[0]

    @model_validator(mode="after")
    def _within(self) -> Self:
        lower = self.value if self.lower is None else self.lower
        upper = self.value if self.upper is None else self.upper
        if not lower <= self.value <= upper:
            raise ValueError("value lies outside its interval")
        return self


class Origin(Value):
    """Where an imported assessment comes from: file name, place in it, and the layout it had."""

    file: Line
    place: Line
    layout: Line


class Algorithm(Value):
    """The algorithm as the register knows it.

    Attributes:
        name, organisation: as given; never empty in a saved dossier, but an import keeps rows without.
        register_id: the id in the national register (or another source).
        status: `development`, `in_use`, `retired`, or `None` when it was not understood.
        publication_category: `high_risk`, `impactful`, `other` or `None`.
        themes: themes as given.
        begin, end: year and month as `YYYY-MM`, or `YYYY`, when understood.
        assessments: impact tests that were declared: canonical names such as `DPIA`, `IAMA`.
        not_done: impact tests that were declared *not* done.
        entry: every non-empty field, verbatim, by its key in the publication standard (or the file's own key).
    """

    name: Line = ""
    organisation: Line = ""
    register_id: Line = ""
    status: Literal["development", "in_use", "retired"] | None = None
    publication_category: Literal["high_risk", "impactful", "other"] | None = None
    themes: tuple[Line, ...] = ()
    begin: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2]))?$")] | None = None
    end: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2]))?$")] | None = None
    assessments: tuple[Line, ...] = ()
    not_done: tuple[Line, ...] = ()
    entry: Entry = Field(default_factory=FrozenDict)


class Meta(Value):
    """What the assessment was made with.

    Attributes:
        id: of the dossier.
        framework_version, rules, rules_fingerprint, profile: so that a verdict can be repeated.
        date: the day for which dates in the law are compared.
    """

    schema_version: Literal[1] = 1
    id: Id
    language: Literal["nl", "en"] = "nl"
    date: dt.date
    framework_version: Line
    rules: Line
    rules_fingerprint: Line
    profile: Line = "default"
    origin: Origin | None = None


class Assessment(Value):
    """One dossier: the whole document.

    It does not change; every `with_*` method gives a new one, checked like a document from outside.

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

    def with_fact(self, fact: str, **changes: Any) -> Self:
        """The assessment with the answer to a pre-scan fact changed: `value`, `remark`, `reason`, `proposals`."""
        return paths.change(self, ("facts", fact), changes)

    def with_check(self, check: str, **changes: Any) -> Self:
        """The assessment with the answer to a check question changed: `value`, `reason`, `evidence`."""
        return paths.change(self, ("checks", check), changes)

    def with_processing(self, question: str, text: str, **changes: Any) -> Self:
        """The assessment with an answer of the processing inventory changed."""
        return paths.change(self, ("processing", question), {"text": text, **changes})

    def with_risk(self, risk: str, **changes: Any) -> Self:
        """The assessment with a risk changed or added: `inherent`, `now`, `planned`, `motivation`."""
        return paths.change(self, ("risks", risk), changes)

    def with_measure(self, measure: str, **changes: Any) -> Self:
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
