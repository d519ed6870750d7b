"""The catalogue of privacy risks and the scale they are scored on, as values.

Levels, matrix and the note under it are those of the Model DPIA Rijksdienst 3.0 (par. 3.16); anchors, floors and
the catalogue are our own (see `data/scale.yaml` and `data/risks.yaml`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kader.text import EMPTY, Text


class Level(StrEnum):
    """A level of likelihood, impact or risk; comparable with `rank`."""

    LOW = "laag"
    MEDIUM = "midden"
    HIGH = "hoog"

    @property
    def rank(self) -> int:
        """0, 1 or 2."""
        return _RANKS[self]


_RANKS = {Level.LOW: 0, Level.MEDIUM: 1, Level.HIGH: 2}


class Axis(StrEnum):
    """An axis of the matrix."""

    LIKELIHOOD = "kans"
    IMPACT = "impact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A fact that raises a proposed inherent level to at least `to`; never lowers, no arithmetic."""

    fact: str
    axis: Axis
    to: Level
    why: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """A measurement that sets a floor under a proposed level (rule R5; the limits are our convention).

    Attributes:
        measurement: id of the measurement, e.g. `uniqueness`.
        bound: which number is compared: `value`, `lower` or `upper` (ends of a confidence interval).
        above, below: the limit; exactly one of the two is given.
        risks: ids of the risks it concerns.
        unless: a fact that takes the floor away when it is *no*; empty when nothing does.
    """

    id: str
    measurement: str
    bound: str
    above: float | None
    below: float | None
    axis: Axis
    to: Level
    risks: tuple[str, ...]
    why: Text
    unless: str = ""

    def reached(self, number: float) -> bool:
        """Whether a measured number lies beyond the limit."""
        return number > self.above if self.above is not None else self.below is not None and number < self.below


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """A risk of the catalogue.

    Attributes:
        likelihood, impact: the levels that are proposed before any fact is known.
        general: whether it concerns every processing of personal data.
        hints: the facts that raise the proposed levels.
        evidence: ids of the measurements that say something about it.
    """

    id: str
    name: Text
    description: Text
    family: str
    feared_event: str
    gdpr: tuple[str, ...]
    charter: tuple[str, ...]
    requirements: tuple[str, ...]
    linddun: tuple[str, ...]
    dpv: str
    causes: tuple[Text, ...]
    consequences: tuple[str, ...]
    measures: tuple[str, ...]
    techniques: tuple[Text, ...]
    likelihood: Level
    impact: Level
    hints: tuple[Hint, ...]
    evidence: tuple[str, ...]
    general: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What a level means on an axis, in words."""

    level: Level
    words: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleRule:
    """One of the rules R1–R9 for scoring, in words, with its source."""

    id: str
    words: Text
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The scale: anchors per axis, the official matrix, the tail marker and the floors that measurements set.

    Attributes:
        period: over which time and for how many people a likelihood is meant.
        families, consequences, feared_events, linddun: the words of the catalogue's ids.
    """

    id: str
    level_names: Mapping[Level, Text]
    likelihood: tuple[Anchor, ...]
    impact: tuple[Anchor, ...]
    matrix: Mapping[tuple[Level, Level], Level]  # (impact, likelihood) → risk
    tail_marker: Text
    rules: tuple[ScaleRule, ...]
    floors: tuple[Floor, ...]
    families: Mapping[str, Text]
    consequences: Mapping[str, Text]
    feared_events: Mapping[str, Text]
    axis_names: Mapping[Axis, Text]
    linddun: Mapping[str, Text]
    period: Text = EMPTY

    def risk(self, likelihood: Level, impact: Level) -> Level:
        """The level of risk: only ever a lookup in the matrix (rule R6), never a sum or a product."""
        return self.matrix[impact, likelihood]

    def words(self, axis: Axis, level: Level) -> Text:
        """What a level means on an axis."""
        anchors = self.likelihood if axis is Axis.LIKELIHOOD else self.impact
        return next(anchor.words for anchor in anchors if anchor.level is level)


def read_catalogue() -> Mapping[str, Risk]:
    """The bundled catalogue by id.

    Raises:
        FrameworkError: with everything that is wrong in the file.
    """
    from kader.framework.riskdata import catalogue

    return catalogue()


def read_scale() -> Scale:
    """The bundled scale.

    Raises:
        FrameworkError: with everything that is wrong in the file.
    """
    from kader.framework.riskdata import scale

    return scale()
