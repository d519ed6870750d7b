"""The findings as a whole: honest about what is open, pure, and as data that others can read."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kader import shipped
from kader.analysis import analyse, as_data
from kader.analysis.data import schema
from kader.analysis.findings import Findings, Gap, Status
from kader.analysis.words import phrases
from kader.assessment import Assessment, codec
from kader.assessment.model import FactAnswer, Score
from kader.errors import RuleError
from kader.framework.model import Framework
from kader.framework.rules import Truth
from kader.text import Text
from tests.strategies import HOSTILE, assessments
from tests.strategies import framework as bundled

DAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 21, 0, tzinfo=dt.UTC)
PROPOSED = {"value": "yes", "quote": "medische gegevens", "field": "goal", "rule": "p1"}


@pytest.fixture(scope="module")
def framework() -> Framework:
    return bundled()


@pytest.fixture
def new(framework: Framework) -> Assessment:
    return Assessment.new(framework, name="x", id="x", date=DAY)


def required(assessment: Assessment) -> Assessment:
    return assessment.with_fact("personal_data", value="yes").with_fact("systematic_extensive_evaluation", value="yes")


def about(findings: Findings, subject: str) -> list[Gap]:
    return [gap for gap in findings.gaps if gap.subject == subject]


# --- nothing filled in ---


def test_what_is_at_most_advised_never_says_that_it_may_become_required(new, framework):
    verdicts = analyse(framework, new).prescan.verdicts
    advised = {name for name, rule in framework.rules.instruments.items() if rule.level == "recommended"}
    assert advised == {"iama", "kia", "register"}
    for name in advised:
        assert verdicts[name].status is Status.UNDETERMINED
        assert not verdicts[name].could_rise
        assert verdicts[name].sufficient
        assert verdicts[name].next
    assert verdicts["fria"].could_rise
    assert verdicts["dtia"].could_rise


def test_a_high_risk_without_a_residual_score_leaves_the_consultation_open(new, framework):
    new = required(new)
    for risk in analyse(framework, new).risks:
        if risk.relevant and risk.id != "PR28":
            new = new.with_risk(risk.id, inherent=Score.of("laag", "laag"), deviation="x")
    low = new.with_risk("PR28", inherent=Score.of("laag", "laag"), deviation="x")
    high = new.with_risk("PR28", inherent=Score.of("hoog", "hoog"), deviation="x")
    remains = high.with_risk("PR28", now=Score.of("hoog", "hoog"))
    found = [analyse(framework, one).prescan.verdicts["prior_consultation"].status for one in (low, high, remains)]
    assert found == [Status.NOT_REQUIRED, Status.UNDETERMINED, Status.REQUIRED]


def test_who_relies_on_an_existing_dpia_has_to_show_it(new, framework):
    covered = new.with_fact("personal_data", value="yes").with_fact("law_level_dpia_done", value="yes")
    findings = analyse(framework, covered)
    assert findings.prescan.verdicts["dpia"].status is Status.COVERED
    assert [(gap.kind, gap.mandatory) for gap in about(findings, "dpia")] == [("missing", True)]
    shown = analyse(framework, covered.with_decisions(dpia_reference="Kamerstukken 2024, 12345, bijlage 2"))
    assert not about(shown, "dpia")


def test_no_consultation_says_why_and_never_that_unassessed_risks_are_low(new, framework):
    for fact in framework.rules.facts:
        new = new.with_fact(fact, value="no")
    verdict = analyse(framework, new.with_fact("personal_data", value="yes")).prescan.verdicts["prior_consultation"]
    assert verdict.status is Status.NOT_REQUIRED
    assert verdict.text == framework.rules.consultation_texts["no_dpia"]
    assert [reason.id for reason in verdict.reasons] == ["nothing_found"]


def test_an_empty_form_is_undetermined_and_nothing_in_it_is_fine(new, framework):
    findings = analyse(framework, new)
    assert findings.prescan.verdicts["dpia"].status is Status.UNDETERMINED
    assert not findings.complete
    assert findings.if_proposed is None
    assert findings.highest is None
    assert {part: progress.done for part, progress in findings.progress.items()} == dict.fromkeys(findings.progress, 0)
    assert {part: progress.total for part, progress in findings.progress.items()} == {
        "prescan": 53,
        "processing": sum(len(paragraph.questions) for paragraph in framework.processing),
        "checks": 65,
        "risks": sum(risk.general for risk in framework.risks.values()),
        "decisions": 4,
    }
    assert not any(verdict.status is Status.NOT_REQUIRED for verdict in findings.prescan.verdicts.values())


# --- honest progress ---


def test_a_proposal_is_no_progress_but_is_shown_apart(new, framework):
    proposed = new.with_fact("personal_data", proposals=[PROPOSED]).with_fact(
        "systematic_extensive_evaluation", proposals=[PROPOSED]
    )
    findings = analyse(framework, proposed)
    assert findings.progress["prescan"].done == 0
    assert findings.prescan.verdicts["dpia"].status is Status.UNDETERMINED
    assert findings.if_proposed is not None
    assert findings.if_proposed.verdicts["dpia"].status is Status.REQUIRED


def test_an_unknown_is_no_progress(new, framework):
    looked_at = new.with_fact("large_scale", value="unknown", remark="weten we nog niet")
    assert analyse(framework, looked_at).progress["prescan"].done == 0
    assert analyse(framework, looked_at.with_fact("large_scale", value="no")).progress["prescan"].done == 1


def test_na_is_progress_only_with_a_reason(new, framework):
    bare = new.with_check("avg-05-c1", value="na")
    assert analyse(framework, bare).progress["checks"].done == 0
    assert analyse(framework, bare.with_check("avg-05-c1", reason="Geen eigen bron.")).progress["checks"].done == 1


def test_blank_text_is_no_progress(new, framework):
    question = framework.processing[0].questions[0].id
    assert analyse(framework, new.with_processing(question, "  \n")).progress["processing"].done == 0
    assert analyse(framework, new.with_processing(question, "x")).progress["processing"].done == 1
    assert analyse(framework, new.with_decisions(dpo_advice=" ")).progress["decisions"].done == 0


def test_answers_to_questions_that_do_not_exist_are_no_progress_and_are_reported(new, framework):
    odd = new.with_fact("large_scal", value="yes").with_check("avg-99-c1", value="yes").with_processing("99.9", "x")
    findings = analyse(framework, odd)
    assert findings.progress == analyse(framework, new).progress
    assert about(findings, "facts/large_scal")
    assert about(findings, "checks/avg-99-c1")


def test_decisions_ask_more_when_more_is_indicated(new, framework):
    assert analyse(framework, required(new)).progress["decisions"].total == 5
    assert analyse(framework, required(new).with_decisions(dpia_date=DAY)).progress["decisions"].done == 1


@given(assessments())
def test_for_every_assessment_progress_never_exceeds_what_is_asked(assessment):
    for progress in analyse(bundled(), assessment).progress.values():
        assert 0 <= progress.done <= progress.total


# --- contradictions and declared impact tests ---


def test_an_answer_against_the_text_of_the_register_needs_a_reason(new, framework):
    against = new.with_fact("health_data", value="no", proposals=[PROPOSED])
    (gap,) = about(analyse(framework, against), "facts/health_data")
    assert gap.kind == "contradiction"
    assert gap.mandatory
    assert "medische gegevens" in gap.text.nl
    assert (
        about(
            analyse(framework, against.with_fact("health_data", reason="Het is een ander systeem.")),
            "facts/health_data",
        )
        == []
    )


def test_an_answer_with_the_text_needs_none(new, framework):
    assert (
        about(analyse(framework, new.with_fact("health_data", value="yes", proposals=[PROPOSED])), "facts/health_data")
        == []
    )


def test_texts_that_contradict_each_other_are_reported(new, framework):
    torn = new.with_fact("health_data", proposals=[PROPOSED, PROPOSED | {"value": "no"}])
    (gap,) = about(analyse(framework, torn), "facts/health_data")
    assert gap.kind == "contradiction"


@pytest.mark.parametrize(
    ("changes", "phrase", "kind"),
    [
        ({}, "dpia_missing", "missing"),
        ({"assessments": ["DPIA"]}, "dpia_declared", "missing"),
        ({"not_done": ["dpia"]}, "dpia_denied", "contradiction"),
    ],
)
def test_a_required_dpia_that_is_not_recorded(new, framework, changes, phrase, kind):
    (gap,) = about(analyse(framework, required(new).with_algorithm(**changes)), "dpia")
    assert (gap.text, gap.kind, gap.mandatory) == (phrases()[phrase], kind, True)
    assert "AVG 35(1)" in gap.articles


def test_a_dpia_that_the_register_does_not_name(new, framework):
    done = required(new).with_decisions(dpia_date=DAY)
    assert about(analyse(framework, done), "dpia") == []
    (gap,) = about(analyse(framework, done.with_algorithm(register_id="123")), "dpia")
    assert (gap.kind, gap.mandatory) == ("deviation", False)


def test_a_recommended_dpia_is_a_gap_that_does_not_block(new, framework):
    one = new.with_fact("personal_data", value="yes").with_fact("datasets_matched", value="yes")
    (gap,) = about(analyse(framework, one), "dpia")
    assert not gap.mandatory
    assert about(analyse(framework, one.with_algorithm(assessments=["DPIA"])), "dpia") == []


def test_an_iama_that_is_indicated_but_not_declared(new, framework):
    impactful = new.with_fact("is_algorithm", value="yes").with_fact("impactful_algorithm", value="yes")
    (gap,) = about(analyse(framework, impactful), "iama")
    assert not gap.mandatory
    assert about(analyse(framework, impactful.with_algorithm(assessments=["IAMA"])), "iama") == []
    (denied,) = about(analyse(framework, impactful.with_algorithm(not_done=["IAMA"])), "iama")
    assert denied.kind == "contradiction"


def test_a_required_dtia_that_is_not_declared_blocks(new, framework):
    abroad = (
        new.with_fact("personal_data", value="yes")
        .with_fact("transfer_outside_eea", value="yes")
        .with_fact("adequacy_decision", value="no")
    )
    (gap,) = about(analyse(framework, abroad), "dtia")
    assert gap.mandatory
    assert gap.articles
    assert about(analyse(framework, abroad.with_algorithm(assessments=["DTIA"])), "dtia") == []


def test_an_automated_decision_needs_its_basis_shown(new, framework):
    automated = new.with_fact("personal_data", value="yes").with_fact("meaningful_human_intervention", value="no")
    for fact in ("automated_decision", "decision_legal_or_significant_effect", "evaluation_scoring"):
        automated = automated.with_fact(fact, value="yes")
    (gap,) = about(analyse(framework, automated), "art22")
    assert gap.mandatory
    assert gap.articles == ("AVG 22", "UAVG 40")
    shown = automated
    for check in framework.requirements["avg-10"].checks:
        shown = shown.with_check(check.id, value="yes")
    assert not about(analyse(framework, shown), "art22")[0].mandatory


def test_a_required_dpia_asks_for_advice_and_views(new, framework):
    findings = analyse(framework, required(new))
    assert about(findings, "decisions/dpo_advice")[0].mandatory
    assert about(findings, "decisions/data_subjects_views")[0].mandatory
    reasoned = required(new).with_decisions(dpo_advice="Akkoord", data_subjects_not_asked="Zou de opsporing schaden.")
    assert about(analyse(framework, reasoned), "decisions/dpo_advice") == []
    assert about(analyse(framework, reasoned), "decisions/data_subjects_views") == []


def test_a_required_dpia_asks_for_the_description_of_the_processing(new, framework):
    (gap,) = about(analyse(framework, required(new)), "processing")
    assert gap.mandatory
    assert "AVG 35(7)(a)" in gap.articles
    assert about(analyse(framework, new), "processing")[0].mandatory is False


# --- measures, actions, review, signatures ---


def test_planned_measures_are_actions_and_late_ones_come_first(new, framework):
    late, soon = DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=1)
    assessment = (
        new.with_measure("m1", name="Logging", status="planned", due=soon, owner="B")
        .with_measure("m2", name="Versleutelen", status="in_progress", due=late, owner="A")
        .with_measure("m3", name="Klaar", status="done", due=late)
        .with_measure("m4", name="Vervallen", status="dropped", due=late)
    )
    actions = analyse(framework, assessment).actions
    assert [action.subject for action in actions if action.subject.startswith("measures/")] == [
        "measures/m2",
        "measures/m1",
    ]
    assert actions[0].overdue
    assert "Versleutelen" in actions[0].text.nl
    assert sum(action.overdue for action in actions) == 1
    later = analyse(framework, assessment, today=soon + dt.timedelta(days=1))
    assert sum(action.overdue for action in later.actions) == 2


def test_every_mandatory_gap_is_an_action(new, framework):
    findings = analyse(framework, required(new))
    mandatory = [gap.text for gap in findings.gaps if gap.mandatory]
    assert [action.text for action in findings.actions if action.mandatory] == mandatory


def test_a_measure_of_the_framework_is_named_by_its_title(new, framework):
    measure = next(iter(framework.measures.values()))
    actions = analyse(framework, new.with_measure("m1", measure=measure.id)).actions
    assert any(measure.title.nl in action.text.nl for action in actions)


@pytest.mark.parametrize(
    ("measure", "phrase"),
    [
        ({"risks": ["PR99"], "axes": ["kans"]}, "PR99"),
        ({"measure": "owp-99"}, "owp-99"),
        ({"risks": ["PR10"]}, "kans of op impact"),
        ({"status": "dropped"}, "zonder reden"),
        ({"status": "planned"}, "eigenaar"),
    ],
)
def test_what_is_wrong_with_a_measure_is_said(new, framework, measure, phrase):
    found = about(analyse(framework, new.with_measure("m1", name="Toets", **measure)), "measures/m1")
    assert any(phrase in gap.text.nl for gap in found)
    assert not any(gap.mandatory for gap in found)


def test_a_review_that_is_past_is_overdue(new, framework):
    past = required(new).with_decisions(dpia_date=DAY, review_date=DAY - dt.timedelta(days=1))
    findings = analyse(framework, past)
    assert any(gap.mandatory for gap in about(findings, "decisions/review_date"))
    assert any(action.overdue and action.subject == "decisions/review_date" for action in findings.actions)
    assert not about(analyse(framework, past, today=DAY - dt.timedelta(days=1)), "decisions/review_date")


def test_a_signature_falls_and_says_so(new, framework):
    signed = new.signed("fg", "A. Jansen", NOW)
    assert analyse(framework, signed).signatures_valid == {"fg": True}
    changed = analyse(framework, signed.with_fact("large_scale", value="yes"))
    assert changed.signatures_valid == {"fg": False}
    (gap,) = about(changed, "decisions/signatures")
    assert "A. Jansen" in gap.text.en


def test_final_is_not_complete_while_anything_mandatory_is_open(new, framework):
    findings = analyse(framework, new.with_decisions(status="final"))
    assert not findings.complete
    assert {gap.subject for gap in findings.gaps if gap.mandatory} >= {"decisions/status", "decisions/signatures"}


def finished(framework: Framework) -> Assessment:
    """A dossier in which everything that is asked has been answered."""
    done = Assessment.new(framework, name="Parkeerscan", organisation="Gemeente Voorbeeldstad", id="x", date=DAY)
    for fact in framework.rules.facts:
        done = done.with_fact(fact, value="no")
    for fact in ("personal_data", "is_algorithm", "meaningful_human_intervention", "public_body_or_public_service"):
        done = done.with_fact(fact, value="yes")
    for requirement in framework.requirements.values():
        for check in requirement.checks:
            done = done.with_check(check.id, value="yes", evidence=["dossier 1"])
    for paragraph in framework.processing:
        for question in paragraph.questions:
            done = done.with_processing(question.id, "Beschreven.")
    for finding in analyse(framework, done).risks:
        if finding.relevant:
            done = done.with_risk(
                finding.id, inherent=Score.of(finding.proposed.likelihood[1], finding.proposed.impact[1])
            )
    done = done.with_decisions(
        dpo_advice="Akkoord.", data_subjects_views="Gevraagd.", review_date=DAY + dt.timedelta(days=365), status="final"
    )
    return done.signed("fg", "A. Jansen", NOW)


def test_a_dossier_in_which_everything_is_in_order_is_complete(framework):
    findings = analyse(framework, finished(framework))
    assert [gap.text.nl for gap in findings.gaps if gap.mandatory] == []
    assert findings.complete
    assert all(progress.done == progress.total for progress in findings.progress.values())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("facts/large_scale/value", "unknown"),
        ("checks/avg-01-c1/value", "no"),
        ("checks/avg-01-c1/value", None),
        ("decisions/signatures", []),
        ("facts/systematic_extensive_evaluation/value", "yes"),
        ("facts/personal_data/value", "unknown"),
        ("risks/PR28/inherent/likelihood/low", "laag"),
    ],
)
def test_one_thing_out_of_order_and_it_is_no_longer_complete(framework, path, value):
    changed = finished(framework).with_value(path, value)
    assert not analyse(framework, changed).complete


# --- other versions, other readings ---


def test_a_dossier_of_other_rules_or_another_framework_says_so(new, framework):
    older = new.with_meta(rules_fingerprint="0" * 64, rules="old/1", framework_version="2.2")
    subjects = {gap.subject for gap in analyse(framework, older).gaps}
    assert {"meta/rules", "meta/framework_version"} <= subjects
    assert not {"meta/rules", "meta/framework_version"} & {gap.subject for gap in analyse(framework, new).gaps}
    same_name = new.with_meta(rules_fingerprint="0" * 64)
    (gap,) = about(analyse(framework, same_name), "meta/rules")
    assert "000000000000" in gap.text.en
    assert framework.rules.fingerprint[:12] in gap.text.en


def test_an_answer_of_an_older_framework_is_to_be_looked_at_again(new, framework):
    findings = analyse(framework, new.with_check("avg-05-c2", value="yes", framework_version="2.2"))
    assert about(findings, "checks/avg-05-c2")


def test_the_literal_reading_can_be_chosen(new, framework):
    one = new.with_fact("personal_data", value="yes").with_fact("datasets_matched", value="yes")
    assert analyse(framework, one).prescan.verdicts["dpia"].status is Status.RECOMMENDED
    literal = one.with_meta(profile="algoritmekader_literal")
    assert analyse(framework, literal).prescan.verdicts["dpia"].status is Status.REQUIRED


def test_a_reading_that_does_not_exist_is_an_error_that_says_which_do(new, framework):
    with pytest.raises(RuleError, match="algoritmekader_literal"):
        analyse(framework, new.with_meta(profile="streng"))


@pytest.mark.parametrize("version", ["2.2", "2.5.1"])
def test_both_bundled_versions_can_be_used(version):
    framework = Framework.bundled(version)
    findings = analyse(framework, Assessment.new(framework, name="x"))
    assert len(findings.requirements) == 14


def test_frameworks_are_not_mixed_up(new):
    """What is kept per framework belongs to that framework, also when many come by."""
    for version in ["2.2", "2.5.1"] * 3:
        framework = Framework.bundled(version, "en")
        titles = {requirement.title.nl for requirement in framework.requirements.values()}
        gap = next(gap for gap in analyse(framework, new).gaps if gap.subject == "avg-10")
        assert any(title in gap.text.nl for title in titles)
        assert framework.requirements["avg-10"].title.nl in gap.text.nl


# --- for every assessment ---


def texts(value: Any) -> list[Text]:
    if isinstance(value, Text):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts(item)]
    if isinstance(value, tuple):
        return [text for item in value for text in texts(item)]
    if hasattr(value, "__dataclass_fields__"):
        return [text for name in value.__dataclass_fields__ for text in texts(getattr(value, name))]
    return []


@given(assessments())
def test_for_every_assessment_the_analysis_is_pure_and_speaks_both_languages(assessment):
    before = codec.canonical(assessment)
    findings = analyse(bundled(), assessment)
    assert analyse(bundled(), assessment) == findings
    assert analyse(bundled(), codec.loads(codec.dumps(assessment))) == findings
    assert codec.canonical(assessment) == before
    assert findings.complete is (not any(gap.mandatory for gap in findings.gaps))
    for gap in findings.gaps:
        assert gap.kind in {"missing", "contradiction", "deviation"}
        assert gap.text.nl.strip()
        assert gap.text.en.strip()
        for article in gap.articles:
            assert bundled().cite(article).en != article


@given(assessments(), st.sampled_from(["nl", "en"]))
def test_for_every_assessment_the_findings_are_data_that_fit_the_schema(assessment, language):
    data = as_data(analyse(bundled(), assessment), language)
    again = json.loads(json.dumps(data, allow_nan=False))
    assert again == data
    _VALIDATOR.validate(again)


_PUBLISHED = json.loads(shipped.data("schema/findings-1.json").read_text(encoding="utf-8"))
_VALIDATOR = jsonschema.Draft202012Validator(_PUBLISHED, format_checker=jsonschema.FormatChecker())


def test_the_published_schema_is_that_of_the_findings():
    assert schema() == _PUBLISHED
    jsonschema.Draft202012Validator.check_schema(_PUBLISHED)


def test_the_data_hold_ids_and_words(new, framework):
    data = as_data(analyse(framework, required(new)), "en")
    dpia = data["prescan"]["verdicts"]["dpia"]
    assert dpia["status"] == "required"
    assert dpia["reasons"][0]["facts"][0] == {"fact": "systematic_extensive_evaluation", "value": "yes"}
    assert data["schema"] == "urn:kader:schema:findings-1"
    assert data["language"] == "en"
    with pytest.raises(ValueError, match="fy"):
        as_data(analyse(framework, new), "fy")


def test_every_phrase_is_used_and_every_phrase_that_is_used_exists():
    code = "".join(path.read_text(encoding="utf-8") for path in Path(shipped.__file__).parent.glob("analysis/*.py"))
    quoted = set(re.findall(r'"([a-z0-9_]+)"', code)) | {f"answer_{value}" for value in ("yes", "no")}
    assert set(phrases()) <= quoted
    assert set(re.findall(r'say\(\s*"([a-z0-9_]+)"', code)) <= set(phrases())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stands_in_a_finding_as_it_was_given(new, framework, text):
    assessment = new.with_fact("health_data", value="no", proposals=[PROPOSED | {"quote": text, "field": text}])
    (gap,) = about(analyse(framework, assessment), "facts/health_data")
    assert text in gap.text.nl


def test_a_fact_that_is_looked_at_is_not_a_fact_that_is_answered():
    assert FactAnswer().value is Truth.UNKNOWN
