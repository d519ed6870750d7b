from __future__ import annotations

import datetime as dt
import html
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from kader.assessment.model import Assessment, Interval, Proposal, Score
from kader.framework.model import Framework
from kader.framework.rules import Truth
from kader.text import Language
from kader.ui import panels, questions, views
from kader.ui.form import Form
from kader.ui.panel import Panel
from kader.ui.state import Kept, State
from tests.strategies import assessments

NOW = dt.datetime(2026, 11, 23, 14, 2, tzinfo=dt.UTC)
PARTS = ("overview", "prescan", "requirements", "processing", "risks", "decisions")
PANELS = (panels.overview, panels.parts, panels.verdicts, panels.prescan, panels.requirements, panels.risks)
BOTH = pytest.mark.parametrize("language", list(Language))


class Shelf:
    def __init__(self, kept: Kept) -> None:
        self.kept = kept

    def load(self) -> Kept:
        return self.kept

    def save(self, assessment: Assessment, based_on: int) -> Kept:
        self.kept = Kept(assessment=assessment, revision=based_on + 1, at=NOW)
        return self.kept


def state_of(assessment=None, *, language="nl", read_only=False) -> State:
    framework = Framework.bundled()
    kept = Kept(assessment=assessment or Assessment.new(framework, name="Parkeerscan"), revision=1, at=NOW)
    return State(
        framework, kept, keeper=Shelf(kept), author="Ada", language=language, read_only=read_only, clock=lambda: NOW
    )


def forms(shown):
    return [part for part in shown.parts if isinstance(part, Form)]


def asked(schema):
    return [question for group in schema["groups"] for question in group["questions"]]


def sends(widget, path, value):
    """What the page sends, and the acknowledgement that comes back."""
    return widget._answer({"type": "answer", "changes": [[path, value]]})


def test_everything_is_asked():
    framework = Framework.bundled()
    facts = questions.prescan(framework, Language.NL, read_only=False)
    assert [question["path"] for question in asked(facts)] == [
        f"facts/{fact.id}/value"
        for group in framework.rules.groups
        for fact in framework.rules.facts.values()
        if fact.group == group.id
    ]
    assert len(asked(facts)) == 53
    checks = questions.requirements(framework, Language.NL, read_only=False)
    assert (len(checks["groups"]), len(asked(checks))) == (14, 65)
    described = questions.processing(framework, Language.NL, read_only=False)
    assert len(described["groups"]) == len(framework.processing)


@BOTH
def test_every_question_has_words_and_a_place_in_the_document(language):
    state = state_of(language=language)
    for schema in _schemas(state):
        for question in asked(schema):
            assert question["label"].strip()
            if "~" not in question["path"]:
                state.assessment.value_at(question["path"])
            for option in question.get("options", ()):
                assert option["label"].strip()


def test_no_words_are_the_same_in_both_languages():
    framework = Framework.bundled()
    one, other = (
        asked(schema)
        for schema in (
            questions.decisions(framework, Language.NL, read_only=False),
            questions.decisions(framework, Language.EN, read_only=False),
        )
    )
    assert all(nl["label"] != en["label"] for nl, en in zip(one, other, strict=True))


def _schemas(state):
    framework, language = state.framework, state.language
    return [
        questions.algorithm(language, read_only=False),
        questions.prescan(framework, language, read_only=False),
        questions.requirements(framework, language, read_only=False),
        questions.processing(framework, language, read_only=False),
        questions.risks(framework, state.assessment, state.findings, language, read_only=False),
        questions.measures(framework, state.assessment, state.findings, language, read_only=False),
        questions.decisions(framework, language, read_only=False),
    ]


def test_a_proposal_is_shown_and_is_no_answer():
    proposal = Proposal(value=Truth.YES, quote="120.000 aanvragen", field="goal", rule="r")
    assessment = Assessment.new(Framework.bundled(), name="x").with_fact("large_scale", proposals=(proposal,))
    value = questions.prescan_values(Framework.bundled(), assessment, Language.NL)["facts/large_scale/value"]
    assert value["value"] is None
    assert value["proposals"] == [
        {"value": "yes", "label": "ja", "quote": "120.000 aanvragen", "field": "Doel en impact"}
    ]


def test_both_readings_stand_beside_each_other():
    proposals = {
        fact: [Proposal(value=Truth.YES, quote="q", field="goal", rule="r")]
        for fact in ("large_scale", "special_categories")
    }
    state = state_of(Assessment.new(Framework.bundled(), name="x").with_proposals(proposals))
    html = panels.verdicts(state).partition('data-key="verdict-dpia"')[2].partition("</summary>")[0]
    assert "nog niet te bepalen" in html
    assert re.search(r"als de voorstellen kloppen:.*verplicht", html, re.DOTALL)
    assert "als de voorstellen" not in panels.verdicts(state_of())


def test_an_open_verdict_says_what_would_decide_it_and_what_to_ask_first():
    state = state_of()
    html = panels.verdicts(state)
    dpia = state.findings.prescan.verdicts["dpia"]
    assert f'href="#facts/{dpia.next}/value"' in html
    assert "Vraag eerst" in html
    for answers in dpia.sufficient:
        for value in answers:
            assert f'href="#facts/{value.fact}/value"' in html


def test_a_verdict_names_facts_articles_and_strength():
    state = state_of(
        Assessment.new(Framework.bundled(), name="x")
        .with_fact("large_scale", value="yes")
        .with_fact("special_categories", value="yes")
    )
    html = panels.verdicts(state)
    reason = state.findings.prescan.verdicts["dpia"].reasons[0]
    assert str(reason.cite.nl) in html
    assert "(wet)" in html


def test_nothing_scored_is_not_shown_as_no_high_risk():
    assert "nog niet gescoord" in panels.overview(state_of())
    scored = state_of(
        Assessment.new(Framework.bundled(), name="x").with_value(
            "risks/PR10/inherent",
            {"likelihood": {"low": "hoog", "high": "hoog"}, "impact": {"low": "hoog", "high": "hoog"}},
        )
    )
    assert re.search(r"<dd[^>]*>1</dd>", panels.overview(scored))


def test_an_answer_renews_the_panels():
    state = state_of()
    side, form = views.verdicts(state), forms(views.prescan(state))[0]
    assert sends(form, "facts/large_scale/value", "yes").ok
    assert sends(form, "facts/special_categories/value", "yes").ok
    assert 'data-key="verdict-dpia"' in side.html
    assert side.title == "DPIA: verplicht"


def test_one_panel_of_the_page_announces():
    state = state_of()
    made = [
        views.parts(state),
        views.verdicts(state),
        *(part for name in PARTS for part in getattr(views, name)(state).parts),
    ]
    spoken = {panel: panel.announced for panel in made if isinstance(panel, Panel)}
    state.apply("facts/large_scale/value", "yes")
    assert sum(panel.announced > before for panel, before in spoken.items()) == 1


def test_what_others_answer_reaches_the_form():
    state = state_of()
    form = forms(views.prescan(state))[0]
    sent = []
    form.send = lambda content, buffers=None: sent.append(content)
    shelf: Any = state._keeper
    shelf.kept = Kept(assessment=state.assessment.with_fact("health_data", value="no", author="Bo"), revision=2, at=NOW)
    state.refresh()
    assert list(sent[0]["values"]) == ["facts/health_data/value"]
    assert form.values["facts/health_data/value"]["value"] == "no"


def test_ones_own_answer_is_not_sent_back():
    state = state_of()
    form = forms(views.prescan(state))[0]
    sent = []
    form.send = lambda content, buffers=None: sent.append(content)
    assert sends(form, "facts/large_scale/value", "yes").ok
    assert sent == []


def test_what_another_decided_arrives_with_ones_own_answer():
    state = state_of()
    form = forms(views.decisions(state))[0]
    shelf: Any = state._keeper
    sent: list[Any] = []
    form.send = lambda content, buffers=None: sent.append(content)
    keep = shelf.save
    shelf.save = lambda assessment, based_on: keep(assessment.with_decisions(dpo_name="Bo"), based_on)
    assert sends(form, "decisions/dpo_advice", "goed").ok
    assert list(sent[0]["values"]) == ["decisions/dpo_name"]


def test_a_page_that_reads_takes_nothing():
    state = state_of(read_only=True)
    for part in PARTS:
        for form in forms(getattr(views, part)(state)):
            assert form.read_only
            ack = sends(form, asked(form.schema)[0]["path"], "yes") if asked(form.schema) else None
            assert ack is None or not ack.ok
    assert state.revision == 1


def test_a_risk_of_the_catalogue_and_one_of_ones_own_are_added():
    state = state_of()
    shown = views.risks(state)
    form = forms(shown)[0]
    other = next(
        option["value"]
        for question in asked(form.schema)
        if question["path"] == questions.MORE_RISKS
        for option in question["options"]
    )
    assert sends(form, questions.MORE_RISKS, other).ok
    assert sends(form, questions.OWN_RISK, "Verkeerde <b>koppeling</b>").ok
    names = {risk.id: risk.name for risk in state.assessment.risks}
    assert names[other] == ""
    assert "Verkeerde <b>koppeling</b>" in names.values()
    assert {f"risk-{id}" for id in names} <= {group["id"] for group in form.schema["groups"]}
    assert set(names) <= {row["id"] for row in shown.parts[1].schema["risks"]}
    assert sends(form, f"risks/{other}/applicable", "no").ok
    assert other not in {row["id"] for row in shown.parts[1].schema["risks"]}


def test_the_matrix_scores():
    state = state_of()
    matrix = views.matrix(state)
    risk = matrix.schema["risks"][0]["id"]
    score = {"likelihood": ["laag", "midden"], "impact": ["hoog", "hoog"]}
    assert matrix._answer({"type": "answer", "changes": [[f"{risk}/inherent", score]]}).ok
    kept = state.assessment.value_at(f"risks/{risk}/inherent")
    assert (kept.likelihood.low, kept.likelihood.high, kept.impact.low) == ("laag", "midden", "hoog")
    assert matrix._answer({"type": "answer", "changes": [[f"{risk}/inherent", None]]}).ok
    assert state.assessment.value_at(f"risks/{risk}/inherent") is None


def test_measures_are_added_and_filled_in():
    state = state_of()
    form = forms(views.risks(state))[1]
    option = next(question for question in asked(form.schema) if question["path"] == questions.MORE_MEASURES)[
        "options"
    ][0]["value"]
    assert sends(form, questions.MORE_MEASURES, option).ok
    (measure,) = state.assessment.measures
    assert measure.measure == option
    base = f"measures/{measure.id}"
    for field, value in {
        "axes": ["kans"],
        "status": "done",
        "removes_cause": "yes",
        "due": "2027-01-01",
        "owner": "Bo",
        "evidence": ["toets"],
    }.items():
        assert sends(form, f"{base}/{field}", value).ok, field
    (measure,) = state.assessment.measures
    assert (measure.status, measure.removes_cause, measure.owner, measure.due) == (
        "done",
        True,
        "Bo",
        dt.date(2027, 1, 1),
    )
    assert form.values[f"{base}/status"]["value"] == "done"


class Checker(HTMLParser):
    """What would run or load something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag in {"script", "img", "iframe", "object", "embed", "svg", "math", "base", "form"}:
            self.found.append(tag)
        self.found += [
            name
            for name, value in attrs
            if name.startswith("on") or (name == "href" and (value or "").lower().startswith("javascript"))
        ]


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=15)
@given(assessments())
def test_hostile_text_stays_text_in_every_panel_and_form(assessment):
    state = state_of(assessment, read_only=True)
    for render in PANELS:
        checker = Checker()
        checker.feed(str(render(state)))
        assert checker.found == []
    for part in PARTS:
        checker = Checker()
        checker.feed(str(getattr(views, part)(state).html()))
        assert [found for found in checker.found if found != "svg"] == []


@BOTH
def test_every_panel_renders_in_both_languages(language):
    state = state_of(language=language)
    other = "Vraag eerst" if language == "en" else "Ask first"
    for render in PANELS:
        assert other not in render(state)


def test_risks_that_nobody_scored_are_counted_beside_the_high_ones():
    low = Score(likelihood=Interval.of("laag"), impact=Interval.of("laag"))
    assessment = Assessment.new(Framework.bundled(), name="Parkeerscan").with_fact("personal_data", value="yes")
    state = state_of(assessment.with_risk("PR01", inherent=low))
    left = state.findings.progress["risks"].total - state.findings.progress["risks"].done
    assert left > 0
    assert f"hoge risico's; {left} nog niet gescoord" in html.unescape(str(panels.overview(state)))
