"""The risk matrix to work in: a table with arrow keys and drag, and plain selects for each risk.

Likelihood and impact before measures, with what is implemented now and with what is planned; each an interval where
one is not sure. The level is only ever looked up in the matrix of the scale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any, Final, NotRequired, TypedDict

import traitlets
from markupsafe import Markup

from kader import figures
from kader.analysis.findings import Cell
from kader.framework.risks import Level, Scale
from kader.text import Language, Text
from kader.ui.form import LABELS as FORM_LABELS
from kader.ui.saving import LABELS as SAVING_LABELS
from kader.ui.saving import Ack, SavingWidget, refused, script, words

__all__ = ["Ack", "Matrix", "OnScore", "RiskRow", "RiskValues", "ScoreData", "score_data"]

STAGES: Final = ("inherent", "now", "planned")

Ends = tuple[Level, Level]
OnScore = Callable[[str, str, Ends | None, Ends | None], Ack | None]


class RiskRow(TypedDict):
    """A risk as the matrix shows it."""

    id: str
    name: str
    description: NotRequired[str]


class ScoreData(TypedDict):
    """Likelihood and impact, each from a level up to a level."""

    likelihood: list[str]
    impact: list[str]


class RiskValues(TypedDict, total=False):
    """What is there for a risk; `why` says in words what the proposal rests on."""

    inherent: ScoreData | None
    now: ScoreData | None
    planned: ScoreData | None
    proposed: ScoreData | None
    why: list[str]
    author: str
    at: str


LABELS: Final[Mapping[str, Text]] = {
    "likelihood": Text("Kans", "Likelihood"),
    "impact": Text("Impact", "Impact"),
    "stage": Text("Welk risico bekijkt u?", "Which risk do you look at?"),
    "inherent": Text("Zonder maatregelen", "Before any measure"),
    "now": Text("Met de maatregelen van nu", "With today's measures"),
    "planned": Text("Met de geplande maatregelen", "With the planned measures"),
    "caption": Text("Risico's: {stage}", "Risks: {stage}"),
    "unscored": Text("Nog niet ingeschat", "Not estimated yet"),
    "help": Text(
        "Verplaats een risico met de pijltoetsen of door te slepen, of kies hieronder de kans en de impact.",
        "Move a risk with the arrow keys or by dragging, or choose likelihood and impact below.",
    ),
    "edge": Text("Verder kan niet.", "It cannot go further."),
    "between": Text("{low} tot en met {high}", "{low} up to {high}"),
    "said": Text(
        "{name}: kans {likelihood}, impact {impact}, risico {level}.",
        "{name}: likelihood {likelihood}, impact {impact}, risk {level}.",
    ),
    "said_none": Text("{name}: nog niet ingeschat.", "{name}: not estimated yet."),
    "outcome": Text("Risico: {level}", "Risk: {level}"),
    "no_score": Text("Nog niet ingeschat", "Not estimated yet"),
    "proposal": Text("Voorstel", "Proposal"),
    "proposed_score": Text(
        "Voorstel: kans {likelihood}, impact {impact}", "Proposed: likelihood {likelihood}, impact {impact}"
    ),
}

_SHARED: Final = ("accept", "choose", "same_level", "level_low", "level_high")
_UNKNOWN_RISK: Final = Text("Dit risico staat niet in de matrix.", "This risk is not in the matrix.")
_WRONG_SCORE: Final = Text("Dit is geen geldige inschatting.", "This is not a valid estimate.")


def score_data(score: Any) -> ScoreData | None:
    """A score of the assessment, or a cell of the findings, as the matrix takes it.

    >>> score_data(None) is None
    True
    """
    if score is None:
        return None
    ends = {
        axis: list(found) if isinstance(found, tuple) else [found.low, found.high]
        for axis, found in (("likelihood", score.likelihood), ("impact", score.impact))
    }
    return ScoreData(likelihood=[str(end) for end in ends["likelihood"]], impact=[str(end) for end in ends["impact"]])


class Matrix(SavingWidget):
    """The risks in the matrix, in JupyterLab and in the dashboard.

    Args:
        scale: the scale: levels, matrix, tail marker.
        risks: the risks, in the order in which they are listed.
        values: what is there, by the risks' ids.
        on_score: takes `(risk, stage, likelihood, impact)`, where the stage is `inherent`, `now` or `planned` and
            the others are `(from, up to)`, or `None` when the score is taken away. Without it the matrix is read-only.
        language: of the words.
        level: of the headings with the risks' names, 2 to 5; a page's headings may not skip a level.
    """

    _esm = script("matrix")
    schema = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        scale: Scale,
        risks: Iterable[RiskRow],
        values: Mapping[str, RiskValues] | None = None,
        on_score: OnScore | None = None,
        *,
        language: Language | str = "nl",
        level: int = 3,
    ) -> None:
        self._scale = scale
        self._on_score = on_score
        schema = {
            "language": str(Language(language)),
            "readOnly": on_score is None,
            "level": min(max(level, 2), 5),
            "stages": list(STAGES),
            "levels": [{"value": str(level), "label": scale.level_names[level].to(language)} for level in Level],
            "matrix": {str(i): {str(k): str(scale.risk(k, i)) for k in Level} for i in Level},
            "risks": deepcopy(list(risks)),
        }
        shared = {key: FORM_LABELS[key] for key in _SHARED}
        super().__init__(
            schema=schema,
            values=deepcopy(dict(values or {})),
            labels=words((SAVING_LABELS, shared, LABELS, {"tail": scale.tail_marker}), language),
        )

    @property
    def language(self) -> Language:
        """The language of the words on the page."""
        return Language(self.schema["language"])

    @property
    def read_only(self) -> bool:
        """Whether scores are refused."""
        return bool(self.schema["readOnly"])

    def _change(self, path: str, value: Any) -> Ack | None:
        risk, _, stage = path.rpartition("/")
        if stage not in STAGES or risk not in {row["id"] for row in self.schema["risks"]}:
            raise refused(_UNKNOWN_RISK, path[:200])
        score = None if value is None else _score(value)
        ack = self._on_score(risk, stage, *(score or (None, None))) if self._on_score else None
        if ack is None or ack.ok:
            entry = self.values.setdefault(risk, {})
            entry[stage] = None if value is None else {axis: list(value[axis]) for axis in ("likelihood", "impact")}
            if ack and ack.at:
                entry.update(at=ack.at, author=ack.author)
        return ack

    def html(self) -> Markup:
        """The matrix and the list of risks as plain HTML, for executed notebooks and static pages."""
        cells = {
            stage: [(risk, self._cell(entry[stage])) for risk, entry in self.values.items() if entry.get(stage)]
            for stage in STAGES
        }
        names = {row["id"]: row["name"] for row in self.schema["risks"]}
        caption = LABELS["caption"].format(stage=LABELS["inherent"]).to(self.language)
        open_risks = [name for risk, name in names.items() if not self.values.get(risk, {}).get("inherent")]
        table = figures.matrix(
            self._scale,
            cells["inherent"],
            self.language,
            caption,
            now=cells["now"],
            planned=cells["planned"],
            names=names,
        )
        missing = (
            Markup('<p class="k-fine">{}: {}</p>').format(self.labels["unscored"], ", ".join(open_risks))
            if open_risks
            else Markup("")
        )
        return Markup('<div class="kader k-form" lang="{}">{}{}</div>').format(self.language.value, table, missing)

    def _cell(self, data: ScoreData) -> Cell:
        (low, high), (least, most) = _score(data)
        return Cell(
            likelihood=(low, high),
            impact=(least, most),
            best=self._scale.risk(low, least),
            worst=self._scale.risk(high, most),
            tail=high is Level.LOW and most is Level.HIGH,
        )


def _score(value: Any) -> tuple[Ends, Ends]:
    try:
        likelihood, impact = (_ends(value[axis]) for axis in ("likelihood", "impact"))
    except (KeyError, TypeError, ValueError):
        raise refused(_WRONG_SCORE) from None
    return likelihood, impact


def _ends(ends: Any) -> Ends:
    low, high = (Level(end) for end in ends)
    if low.rank > high.rank:
        raise ValueError
    return low, high
