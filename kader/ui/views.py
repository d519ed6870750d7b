"""The parts of the workbook as widgets, bound to the state: an answer goes in, everything that follows is shown."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any, Final

from markupsafe import Markup

from kader.analysis.findings import Cell, RiskFinding
from kader.assessment.model import RiskAnswer, Score
from kader.assessment.paths import join, split
from kader.ui import panels, questions
from kader.ui.form import Form
from kader.ui.matrix import Matrix, RiskRow, RiskValues, ScoreData
from kader.ui.panel import Panel
from kader.ui.saving import Ack
from kader.ui.state import Changed, State

Render = Callable[[State], Markup]

_ONE_QUESTION: Final = ("facts/", "checks/", "processing/")  # value, remark and reason of one question
_BOOLEAN: Final = frozenset({"applicable", "irreversible", "removes_cause"})


class Shown:
    """Widgets under each other, as one thing to show in a cell."""

    def __init__(self, *parts: Any) -> None:
        self.parts = parts

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for part in self.parts:
            # IPython has no types.
            display(part)  # type: ignore[no-untyped-call]

    def html(self) -> Markup:
        """The same without a script."""
        return static(self.parts)


def panel(state: State, render: Render, *, place: Any = "main", label: str = "", news: bool = False) -> Panel:
    """A fragment that is renewed with every answer.

    Args:
        state: what is open.
        render: makes the fragment.
        place: where it stands on the page.
        label: its name for screen readers.
        news: whether it says what changed; one panel of a page does.
    """
    titled = panels.headline if place == "side" else (lambda _: label)
    made = Panel(render(state), place=place, title=titled(state), label=label, language=state.language)

    def renew(changed: Changed) -> None:
        made.show(render(state), changed.words if news else "", title=titled(state))

    state.observe(renew)
    return made


def form(
    state: State,
    schema: Callable[[], Any],
    values: Callable[[], questions.Values],
    answer: Callable[[str, Any], Ack] | None = None,
) -> Form:
    """Questions that answer to the state and show what others answered.

    Args:
        state: what is open.
        schema: what to ask now; it may change with the answers.
        values: what is filled in now.
        answer: takes an answer, when the state cannot take it as it is.
    """
    take = answer or state.apply
    shown = {path: dict(entry) for path, entry in values().items()}
    made = Form(schema(), values(), None if state.read_only else take)

    def renew(changed: Changed) -> None:
        fresh = {path: dict(entry) for path, entry in values().items()}
        news = {
            path: entry for path, entry in fresh.items() if shown.get(path) != entry and not _is_own(path, changed.path)
        }
        shown.clear()
        shown.update(fresh)
        asked = {**schema(), "readOnly": state.read_only}
        if asked != made.schema:
            made.values = fresh
            made.schema = asked
        elif news:
            made.update(news)

    state.observe(renew)
    return made


def _is_own(path: str, answered: str) -> bool:
    """Whether a question is the one that was just answered here; the page knows that answer already."""
    around = answered.rpartition("/")[0]
    return path == answered or (path.startswith(_ONE_QUESTION) and path.rpartition("/")[0] == around)


def overview(state: State) -> Shown:
    """Whose dossier it is, how it stands, and what the algorithm is."""
    return Shown(
        panel(state, panels.overview, news=True),
        form(
            state,
            lambda: questions.algorithm(state.language, read_only=state.read_only),
            lambda: questions.algorithm_values(state.assessment),
        ),
    )


def parts(state: State) -> Panel:
    """The parts of the dossier with their progress, beside the page."""
    return panel(state, panels.parts, place="nav", label="Onderdelen" if state.language == "nl" else "Parts")


def verdicts(state: State) -> Panel:
    """The verdicts, beside the page."""
    return panel(state, panels.verdicts, place="side", label="Uitkomsten" if state.language == "nl" else "Verdicts")


def prescan(state: State) -> Shown:
    """The questions of the pre-scan."""
    return Shown(
        panel(state, panels.prescan),
        form(
            state,
            lambda: questions.prescan(state.framework, state.language, read_only=state.read_only),
            lambda: questions.prescan_values(state.framework, state.assessment, state.language),
        ),
    )


def requirements(state: State) -> Shown:
    """The check questions, a group a requirement."""
    return Shown(
        panel(state, panels.requirements),
        form(
            state,
            lambda: questions.requirements(state.framework, state.language, read_only=state.read_only),
            lambda: questions.requirement_values(state.framework, state.assessment),
        ),
    )


def processing(state: State) -> Shown:
    """The inventory of the processing."""
    return Shown(
        panel(state, lambda s: panels.plain("processing", s)),
        form(
            state,
            lambda: questions.processing(state.framework, state.language, read_only=state.read_only),
            lambda: questions.processing_values(state.framework, state.assessment),
        ),
    )


def risks(state: State) -> Shown:
    """The risks in the matrix, the reasons behind their scores, and the measures against them."""
    framework, language, closed = state.framework, state.language, state.read_only
    return Shown(
        panel(state, panels.risks),
        matrix(state),
        form(
            state,
            lambda: questions.risks(framework, state.assessment, state.findings, language, read_only=closed),
            lambda: questions.risk_values(state.assessment, state.findings),
            lambda path, value: _risk_answer(state, path, value),
        ),
        form(
            state,
            lambda: questions.measures(framework, state.assessment, state.findings, language, read_only=closed),
            lambda: questions.measure_values(state.assessment),
            lambda path, value: _measure_answer(state, path, value),
        ),
    )


def decisions(state: State) -> Shown:
    """What was advised and decided."""
    return Shown(
        panel(state, lambda s: panels.plain("decisions", s)),
        form(
            state,
            lambda: questions.decisions(state.framework, state.language, read_only=state.read_only),
            lambda: questions.decision_values(state.assessment),
        ),
    )


# --- risks ------------------------------------------------------------------------------------------------------


def matrix(state: State) -> Matrix:
    """The matrix with the risks that are worked on."""

    def scored(risk: str, stage: str, likelihood: Any, impact: Any) -> Ack:
        path = join("risks", risk, stage)
        if likelihood is None or impact is None:
            return state.apply(path, None)
        ends = {"likelihood": likelihood, "impact": impact}
        return state.apply(path, {axis: {"low": pair[0], "high": pair[1]} for axis, pair in ends.items()})

    made = Matrix(
        state.framework.scale,
        _rows(state),
        _scores(state),
        None if state.read_only else scored,
        language=state.language,
    )
    shown = _scores(state)

    def renew(changed: Changed) -> None:
        fresh = _scores(state)
        own = split(changed.path)[1] if changed.path.startswith("risks/") else ""
        news = {risk: entry for risk, entry in fresh.items() if shown.get(risk) != entry and risk != own}
        shown.clear()
        shown.update(fresh)
        rows = _rows(state)
        if rows != made.schema["risks"]:
            made.values = {risk: dict(entry) for risk, entry in fresh.items()}
            made.schema = {**made.schema, "risks": rows}
        elif news:
            made.update({risk: dict(entry) for risk, entry in news.items()})

    state.observe(renew)
    return made


def _own(state: State) -> dict[str, RiskAnswer]:
    return {risk.id: risk for risk in state.assessment.risks}


def _rows(state: State) -> list[RiskRow]:
    own, rows = _own(state), []
    for id in questions.shown_risks(state.assessment, state.findings):
        if id in own and not own[id].applicable:
            continue
        name = questions.risk_name(state.framework, id, own.get(id)).to(state.language)
        row: RiskRow = {"id": id, "name": name}
        known = state.framework.risks.get(id)
        if known:
            row["description"] = known.description.to(state.language)
        rows.append(row)
    return rows


def _scores(state: State) -> dict[str, RiskValues]:
    own = _own(state)
    found = {risk.id: risk for risk in state.findings.risks}
    return {row["id"]: _score(own.get(row["id"]), found.get(row["id"]), state) for row in _rows(state)}


def _score(given: RiskAnswer | None, found: RiskFinding | None, state: State) -> RiskValues:
    values: RiskValues = {}
    if found is not None:
        values["proposed"] = _levels(found.proposed)
        values["why"] = [said.to(state.language) for said in found.why]
    if given is not None:
        values["inherent"], values["now"], values["planned"] = map(_scored, (given.inherent, given.now, given.planned))
        values["author"] = given.author
        values["at"] = given.at.isoformat() if given.at else ""
    return values


def _scored(score: Score | None) -> ScoreData | None:
    if score is None:
        return None
    return {
        "likelihood": [score.likelihood.low.value, score.likelihood.high.value],
        "impact": [score.impact.low.value, score.impact.high.value],
    }


def _levels(cell: Cell) -> Any:
    return {
        "likelihood": [level.value for level in cell.likelihood],
        "impact": [level.value for level in cell.impact],
    }


def _risk_answer(state: State, path: str, value: Any) -> Ack:
    if path == questions.MORE_RISKS:
        return state.apply(join("risks", value, "applicable"), True) if value else Ack()
    if path == questions.OWN_RISK:
        return state.apply(join("risks", _fresh("eigen"), "name"), value) if value else Ack()
    return state.apply(path, _as_truth(path, value))


def _measure_answer(state: State, path: str, value: Any) -> Ack:
    if path == questions.MORE_MEASURES:
        return state.apply(join("measures", _fresh(value)), {"measure": value}) if value else Ack()
    if path == questions.OWN_MEASURE:
        return state.apply(join("measures", _fresh("eigen"), "name"), value) if value else Ack()
    if path.endswith("/status") and not value:
        value = "planned"
    return state.apply(path, _as_truth(path, value))


def _as_truth(path: str, value: Any) -> Any:
    """The forms say yes and no; these fields are true or false, and their default is what is not said."""
    field = path.rpartition("/")[2]
    if field not in _BOOLEAN:
        return value
    return value != "no" if field == "applicable" else value == "yes"


def _fresh(start: str) -> str:
    return f"{start}-{secrets.token_hex(3)}"


def static(shown: Iterable[Any]) -> Markup:
    """Widgets as plain HTML."""
    return Markup("").join([part.static() if isinstance(part, Panel) else part.html() for part in shown])
