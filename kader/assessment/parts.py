"""The parts of an assessment: answers, scores, measures, decisions, each a frozen value.

Proposal, choice and reason are three separate fields everywhere: a proposal (from register text, a rule or a
measurement) is never counted as an answer; a person accepts it or deviates with a reason, and both are kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from kader.assessment.frozen import FrozenDict, frozen_json
from kader.framework.risks import Axis, Level
from kader.framework.rules import Truth

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
        # `add` gives None, which is what the `or` counts on.
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


class Opinion(Value):
    """How one of several assessors scores a risk before measures (rule R9); all opinions stay visible.

    Attributes:
        assessor: who; score: what they think; remark: why.
    """

    key: ClassVar[str] = "assessor"

    assessor: Line
    score: Score
    remark: LongText = ""


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
        opinions: of several assessors, by name; `inherent` is then the level they chose together, with its reason.
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
    opinions: Annotated[tuple[Opinion, ...], AfterValidator(by_key)] = ()


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
