"""Risks: what is proposed, what a person chose, and what the rules R1–R9 of the scale allow.

The level of a risk only ever comes from the matrix; nothing is added up or averaged (rule R6). Where a person's score
breaks a rule, the more careful reading holds and `corrections` says so; what the person chose stays in the assessment.

A risk is *relevant* when a fact that raises it is yes, when a measurement sets a floor under it, when a person scored
it, or when it concerns every processing of personal data and personal data have not been ruled out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, NamedTuple

from kader.analysis.findings import Cell, RiskFinding
from kader.analysis.words import capital, say
from kader.assessment.model import Assessment, Interval, MeasureAnswer, Measurement, RiskAnswer, Score
from kader.framework.risks import Axis, Floor, Level, Risk, Scale
from kader.framework.rules import Truth
from kader.text import Text, same

_LEVELS: Final = tuple(Level)
_AXES: Final = (Axis.LIKELIHOOD, Axis.IMPACT)
_COUNTED_NOW: Final = frozenset({"done"})
_COUNTED_PLANNED: Final = frozenset({"done", "in_progress", "planned"})
_PERSONAL: Final = "personal_data"
_KEPT: Final = 50_000
_TWO_STEPS: Final = 2


class Ranks(NamedTuple):
    """The two ends of an interval as ranks 0, 1, 2."""

    low: int
    high: int

    def at_least(self, other: Ranks) -> Ranks:
        """Each end raised to that of another interval."""
        return Ranks(max(self.low, other.low), max(self.high, other.high))


Place = tuple[Ranks, Ranks]
"""An interval per axis: likelihood, impact."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What depends on the scale and the catalogue only, made once.

    Attributes:
        cells: every possible pair of intervals with its cell.
        reasons: per risk its hints with fact, axis, rank and reason in words.
        floors: per measurement the floors that it can set.
        facts: per risk the facts that bear on it.
        untouched: findings on risks that nobody scored and nothing was measured for, by the answers they rest on.
    """

    scale: Scale
    catalogue: Mapping[str, Risk]
    cells: Mapping[Place, Cell]
    reasons: Mapping[str, tuple[tuple[str, int, int, Text], ...]]
    floors: Mapping[str, tuple[tuple[Floor, Text], ...]]
    facts: Mapping[str, tuple[str, ...]]
    untouched: dict[tuple[object, ...], RiskFinding]


def prepare(catalogue: Mapping[str, Risk], scale: Scale) -> Prepared:
    """Work out what does not depend on an assessment."""
    intervals = [Ranks(low, high) for low, high in product(range(3), repeat=2) if low <= high]
    floors: dict[str, list[tuple[Floor, Text]]] = {}
    for floor in scale.floors:
        floors.setdefault(floor.measurement, []).append((floor, _at_least(scale, floor.axis, floor.to, floor.why)))
    return Prepared(
        scale=scale,
        catalogue=catalogue,
        cells={
            (likelihood, impact): _cell(scale, likelihood, impact)
            for likelihood, impact in product(intervals, repeat=2)
        },
        reasons={
            risk.id: tuple(
                (hint.fact, _AXES.index(hint.axis), hint.to.rank, _at_least(scale, hint.axis, hint.to, hint.why))
                for hint in risk.hints
            )
            for risk in catalogue.values()
        },
        floors={kind: tuple(found) for kind, found in floors.items()},
        facts={
            risk.id: tuple(
                dict.fromkeys((*(hint.fact for hint in risk.hints), *((_PERSONAL,) if risk.general else ())))
            )
            for risk in catalogue.values()
        },
        untouched={},
    )


def _cell(scale: Scale, likelihood: Ranks, impact: Ranks) -> Cell:
    least, most = (_LEVELS[end] for end in likelihood)
    mildest, gravest = (_LEVELS[end] for end in impact)
    corners = [scale.risk(chance, effect) for chance in (least, most) for effect in (mildest, gravest)]
    return Cell(
        likelihood=(least, most),
        impact=(mildest, gravest),
        best=min(corners, key=lambda level: level.rank),
        worst=max(corners, key=lambda level: level.rank),
        tail=gravest is Level.HIGH and most is Level.LOW,
    )


def _at_least(scale: Scale, axis: Axis, level: Level, why: Text) -> Text:
    return say("at_least", axis=capital(scale.axis_names[axis]), level=scale.level_names[level], why=why)


class Sunk(NamedTuple):
    """A floor under an axis that a measurement set (rule R5)."""

    axis: int
    rank: int
    why: Text


def assess(
    prepared: Prepared, assessment: Assessment, facts: Mapping[str, Truth], proposed: Mapping[str, Truth] | None
) -> tuple[RiskFinding, ...]:
    """Every risk of the catalogue, then those of one's own.

    Args:
        prepared: what depends on the scale and the catalogue.
        assessment: with scores, measures and measurements.
        facts: the answers.
        proposed: the answers if the proposals hold; `None` when there are no proposals.
    """
    given = _Given(
        prepared=prepared,
        answers={answer.id: answer for answer in assessment.risks},
        facts=facts,
        proposed=proposed,
        floors=_floors(prepared, assessment.evidence, facts),
        measures=_by_risk(assessment.measures),
    )
    own = (answer for answer in assessment.risks if answer.id not in prepared.catalogue)
    return (
        *(_catalogue_risk(given, risk) for risk in prepared.catalogue.values()),
        *(_own_risk(given, answer) for answer in own),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """What the assessment says that bears on risks, by the id of the risk."""

    prepared: Prepared
    answers: Mapping[str, RiskAnswer]
    facts: Mapping[str, Truth]
    proposed: Mapping[str, Truth] | None
    floors: Mapping[str, Sequence[Sunk]]
    measures: Mapping[str, Sequence[MeasureAnswer]]


def _floors(
    prepared: Prepared, evidence: Iterable[Measurement], facts: Mapping[str, Truth]
) -> Mapping[str, Sequence[Sunk]]:
    set_by: dict[str, list[Sunk]] = {}
    for measurement in evidence:
        for floor, why in prepared.floors.get(measurement.kind, ()):
            if facts.get(floor.unless) is Truth.NO or not floor.reached(_number(measurement, floor.bound)):
                continue
            for risk in floor.risks:
                set_by.setdefault(risk, []).append(Sunk(_AXES.index(floor.axis), floor.to.rank, why))
    return set_by


def _number(measurement: Measurement, bound: str) -> float:
    """The end of the interval that a floor looks at; where there is no interval the number itself."""
    end = {"lower": measurement.lower, "upper": measurement.upper}.get(bound)
    return measurement.value if end is None else end


def _by_risk(measures: Iterable[MeasureAnswer]) -> Mapping[str, Sequence[MeasureAnswer]]:
    linked: dict[str, list[MeasureAnswer]] = {}
    for measure in measures:
        for risk in measure.risks:
            linked.setdefault(risk, []).append(measure)
    return linked


def _suggested(
    prepared: Prepared, risk: Risk, facts: Mapping[str, Truth], floors: Sequence[Sunk]
) -> tuple[Cell, Place, tuple[Text, ...]]:
    """The proposed levels with the reasons; a reason raises to *at least* a level, it never lowers."""
    ranks = [risk.likelihood.rank, risk.impact.rank]
    why = []
    for fact, axis, rank, words in prepared.reasons[risk.id]:
        if facts.get(fact) is Truth.YES:
            ranks[axis] = max(ranks[axis], rank)
            why.append(words)
    for floor in floors:
        ranks[floor.axis] = max(ranks[floor.axis], floor.rank)
        why.append(floor.why)
    place = (Ranks(ranks[0], ranks[0]), Ranks(ranks[1], ranks[1]))
    return prepared.cells[place], place, tuple(why)


def _catalogue_risk(given: _Given, risk: Risk) -> RiskFinding:
    """The finding on one risk; most risks of most assessments rest on few answers, so those are kept."""
    if risk.id in given.answers or risk.id in given.floors:
        return _found(given, risk)
    facts, proposed, kept = given.prepared.facts[risk.id], given.proposed, given.prepared.untouched
    key = (risk.id, *map(given.facts.get, facts), *(("if", *map(proposed.get, facts)) if proposed is not None else ()))
    finding = kept.get(key)
    if finding is None:
        if len(kept) >= _KEPT:
            kept.clear()
        finding = kept[key] = _found(given, risk)
    return finding


def _found(given: _Given, risk: Risk) -> RiskFinding:
    facts, floors = given.facts, given.floors.get(risk.id, ())
    cell, place, why = _suggested(given.prepared, risk, facts, floors)
    if_proposed = None
    if given.proposed is not None:
        if_proposed = _suggested(given.prepared, risk, given.proposed, floors)[0]
    answer = given.answers.get(risk.id)
    chosen = _chosen(given, answer, place)
    general = risk.general and facts.get(_PERSONAL) is not Truth.NO
    return RiskFinding(
        id=risk.id,
        name=risk.name,
        relevant=bool(why) or general or _is_scored(answer),
        proposed=cell,
        why=why,
        proposed_if=if_proposed,
        raised_by=tuple(
            fact
            for fact, axis, rank, _ in given.prepared.reasons[risk.id]
            if rank > place[axis].low and facts.get(fact, Truth.UNKNOWN) is Truth.UNKNOWN
        ),
        inherent=chosen.inherent,
        now=chosen.now,
        planned=chosen.planned,
        corrections=chosen.corrections,
        spread=_spread_cell(given.prepared, answer),
        applicable=_applies(answer),
    )


def _own_risk(given: _Given, answer: RiskAnswer) -> RiskFinding:
    """A risk that a person added: nothing is proposed, so what is not scored could be anything."""
    unknown = (Ranks(0, 2), Ranks(0, 2))
    chosen = _chosen(given, answer, unknown)
    return RiskFinding(
        id=answer.id,
        name=same(answer.name or answer.id),
        relevant=True,
        proposed=given.prepared.cells[unknown],
        why=(),
        inherent=chosen.inherent,
        now=chosen.now,
        planned=chosen.planned,
        corrections=chosen.corrections,
        spread=_spread_cell(given.prepared, answer),
        applicable=_applies(answer),
        own=True,
    )


def _is_scored(answer: RiskAnswer | None) -> bool:
    return answer is not None and bool(answer.inherent or answer.now or answer.planned or answer.opinions)


def _applies(answer: RiskAnswer | None) -> bool:
    """Not applicable only counts with a motivation."""
    return answer is None or answer.applicable or not answer.motivation.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    inherent: Cell | None = None
    now: Cell | None = None
    planned: Cell | None = None
    corrections: tuple[Text, ...] = ()


_NOT_CHOSEN: Final = _Chosen()


def _chosen(given: _Given, answer: RiskAnswer | None, suggested: Place) -> _Chosen:
    """The scores of a person, where a rule does not allow them replaced by the most that it does allow."""
    if answer is None or not _is_scored(answer):
        return _NOT_CHOSEN
    prepared, measures = given.prepared, given.measures.get(answer.id, ())
    corrections: dict[Text, None] = {}
    scored = [_place(score) for score in (answer.inherent, answer.now, answer.planned)]
    if answer.inherent is None:
        scored[0] = between = spread(answer)
        corrections[say("no_inherent" if between is None else "no_consensus")] = None
    sunk = () if answer.deviation.strip() else given.floors.get(answer.id, ())
    axes = [
        _Axis(prepared.scale.axis_names[axis], axis, index, measures, corrections).allowed(
            *(None if place is None else place[index] for place in scored), suggested=suggested[index], floors=sunk
        )
        for index, axis in enumerate(_AXES)
    ]
    cells = [
        None if likelihood is None or impact is None else prepared.cells[likelihood, impact]
        for likelihood, impact in zip(*axes, strict=True)
    ]
    return _Chosen(inherent=cells[0], now=cells[1], planned=cells[2], corrections=tuple(corrections))


def spread(answer: RiskAnswer) -> Place | None:
    """From the lowest to the highest of all opinions, per axis; nothing is averaged (rule R9)."""
    places = [(_ranks(opinion.score.likelihood), _ranks(opinion.score.impact)) for opinion in answer.opinions]
    if not places:
        return None
    likelihood, impact = (
        Ranks(min(ranks.low for ranks in axis), max(ranks.high for ranks in axis)) for axis in zip(*places, strict=True)
    )
    return likelihood, impact


def _spread_cell(prepared: Prepared, answer: RiskAnswer | None) -> Cell | None:
    place = None if answer is None else spread(answer)
    return None if place is None else prepared.cells[place]


def _place(score: Score | None) -> Place | None:
    return None if score is None else (_ranks(score.likelihood), _ranks(score.impact))


def _ranks(interval: Interval) -> Ranks:
    return Ranks(interval.low.rank, interval.high.rank)


@dataclass(frozen=True, slots=True)
class _Axis:
    """One axis of one risk, and the rules for what may be scored on it.

    Attributes:
        corrections: what the rules did not allow, in words, in the order in which it was found.
    """

    name: Text
    axis: Axis
    index: int
    measures: Sequence[MeasureAnswer]
    corrections: dict[Text, None]

    def allowed(
        self,
        inherent: Ranks | None,
        now: Ranks | None,
        planned: Ranks | None,
        *,
        suggested: Ranks,
        floors: Sequence[Sunk],
    ) -> tuple[Ranks | None, Ranks | None, Ranks | None]:
        """The intervals before measures, now and planned, as the rules allow them."""
        lowest = max((floor.rank for floor in floors if floor.axis == self.index), default=0)
        inherent, now = self._floored(inherent, lowest), self._floored(now, lowest)
        if now is not None and planned is not None:
            now = self._raised(now, planned, "planned_above_now")
        start = suggested if inherent is None else inherent
        for residual in (now, planned):
            if residual is not None:
                start = (
                    start.at_least(residual) if inherent is None else self._raised(start, residual, "above_inherent")
                )
        return (
            None if inherent is None else start,
            self._dropped(start, now, _COUNTED_NOW, "no_measure_now"),
            self._dropped(start, planned, _COUNTED_PLANNED, "no_measure_planned"),
        )

    def _floored(self, ranks: Ranks | None, lowest: int) -> Ranks | None:
        """Rule R5: what is measured now, no score of before or now stays below without a reason."""
        return None if ranks is None else self._raised(ranks, Ranks(lowest, lowest), "below_floor")

    def _raised(self, ranks: Ranks, least: Ranks, wrong: str) -> Ranks:
        """The interval raised to at least another; the higher holds, so that no risk disappears (rules R4 and R5)."""
        raised = ranks.at_least(least)
        if raised != ranks:
            self.corrections[say(wrong, axis=self.name)] = None
        return raised

    def _dropped(self, start: Ranks, residual: Ranks | None, counted: frozenset[str], no_measure: str) -> Ranks | None:
        """Rules R2 and R3: no drop without a measure on the axis, two steps only with evidence or the cause removed."""
        if residual is None:
            return None
        acting = [measure for measure in self.measures if measure.status in counted and self.axis in measure.axes]
        proven = any(measure.removes_cause or any(link.strip() for link in measure.evidence) for measure in acting)
        steps = _TWO_STEPS if proven else min(len(acting), 1)
        least = Ranks(max(start.low - steps, 0), max(start.high - steps, 0))
        return self._raised(residual, least, "one_step" if acting else no_measure)


def remaining(finding: RiskFinding) -> Cell | None:
    """What remains of a risk in the end: as planned, else as it is now, else before measures."""
    return finding.planned or finding.now or finding.inherent


def standing(finding: RiskFinding) -> Cell | None:
    """How a risk stands: as it is now, else before measures; a measure that does not work yet lowers nothing."""
    return finding.now or finding.inherent or finding.planned


def counted(findings: Iterable[RiskFinding], cell_of: Callable[[RiskFinding], Cell | None]) -> list[Cell]:
    """The cells that count, of the risks that apply and are scored."""
    cells = (cell_of(finding) for finding in findings if finding.applicable)
    return [cell for cell in cells if cell is not None]


def highest(levels: Iterable[Level]) -> Level | None:
    """The highest level, and nothing when there is none: never a sum (rule R6)."""
    return max(levels, key=lambda level: level.rank, default=None)
