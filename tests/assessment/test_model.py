"""An assessment does not change; what gives a new one refuses what the model refuses."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kader.assessment import Assessment, codec
from kader.assessment.model import FactAnswer, Interval, Measurement, Proposal, Score
from kader.errors import AssessmentError
from kader.framework.model import Framework
from kader.framework.risks import Level
from kader.framework.rules import Truth
from tests.strategies import assessments

NOW = dt.datetime(2026, 11, 23, 21, 0, tzinfo=dt.UTC)
YES = Proposal(value=Truth.YES, quote="gezondheidsgegevens", field="goal", rule="p1")
NO = Proposal(value=Truth.NO, quote="geen persoonsgegevens", field="impact", rule="p2")


@pytest.fixture(scope="module")
def framework() -> Framework:
    return Framework.bundled()


@pytest.fixture
def new(framework: Framework) -> Assessment:
    return Assessment.new(framework, name="Parkeerscan Noord", id="p1", date=dt.date(2026, 11, 23))


def test_a_new_assessment_says_with_which_rules_it_was_made_and_nothing_else(new, framework):
    assert new.meta.framework_version == framework.version
    assert new.meta.rules_fingerprint == framework.rules.fingerprint
    assert not new.facts
    assert not new.checks
    assert new.truths() == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Parkeerscan", "parkeerscan"),
        ("Zeeën & Œuvre!", "zeeen-uvre"),
        ("=cmd|' /C'!A0", "cmd-c-a0"),
        ("a" * 200, "a" * 60),
    ],
)
def test_the_id_is_made_from_the_name(framework, name, expected):
    assert Assessment.new(framework, name=name).meta.id == expected


def test_a_name_without_letters_still_gives_an_id(framework):
    one, other = (Assessment.new(framework, name="漢字").meta.id for _ in range(2))
    assert one.startswith("dossier-")
    assert one != other


def test_what_new_cannot_use_is_refused(framework):
    with pytest.raises(AssessmentError, match="meta/id"):
        Assessment.new(framework, name="x", id="a b")
    with pytest.raises(AssessmentError, match="algoritmekader_literal"):
        Assessment.new(framework, name="x", profile="strict")
    with pytest.raises(AssessmentError, match="meta/language"):
        Assessment.new(framework, name="x", language="fy")


def test_nothing_in_it_can_be_changed(new):
    filled = new.with_fact("large_scale", value="yes").with_algorithm(entry={"a": {"b": ["c"]}})
    with pytest.raises(ValidationError):
        filled.meta = new.meta
    with pytest.raises(TypeError, match="does not change"):
        filled.facts["large_scale"] = FactAnswer()
    with pytest.raises(TypeError, match="does not change"):
        filled.algorithm.entry["a"]["b"] = ()
    assert filled.algorithm.entry["a"]["b"] == ("c",)


@given(assessments())
def test_it_can_be_a_key(assessment):
    assert {assessment: 1}[codec.loads(codec.dumps(assessment))] == 1


EDITS: list[tuple[str, Any, Any]] = [
    ("facts/large_scale/value", "yes", lambda a: a.with_fact("large_scale", value="yes")),
    ("facts/large_scale/value", Truth.NO, lambda a: a.with_fact("large_scale", value=Truth.NO)),
    ("facts/large_scale/remark", "<b>", lambda a: a.with_fact("large_scale", remark="<b>")),
    ("checks/avg-05-c2/reason", "n.v.t.", lambda a: a.with_check("avg-05-c2", reason="n.v.t.")),
    ("checks/avg-05-c2/evidence", ["a", "b"], lambda a: a.with_check("avg-05-c2", evidence=("a", "b"))),
    ("processing/14.1/text", "tekst", lambda a: a.with_processing("14.1", "tekst")),
    ("risks/PR10/motivation", "omdat", lambda a: a.with_risk("PR10", motivation="omdat")),
    ("risks/PR10/inherent", {"likelihood": "laag", "impact": ["laag", "hoog"]}, None),
    ("measures/m1/status", "done", lambda a: a.with_measure("m1", status="done")),
    ("measures/m1/due", "2027-01-31", lambda a: a.with_measure("m1", due=dt.date(2027, 1, 31))),
    ("measures/m1/measure", "logging", lambda a: a.with_measure("m1", measure="logging")),
    ("decisions/dpo_advice", "akkoord", lambda a: a.with_decisions(dpo_advice="akkoord")),
    ("algorithm/name", "Nieuw", lambda a: a.with_algorithm(name="Nieuw")),
    ("algorithm/entry/a~1b", "x", lambda a: a.with_algorithm(entry={"a/b": "x"})),
    ("meta/language", "en", lambda a: a.with_meta(language="en")),
    ("meta/date", dt.date(2030, 1, 1), lambda a: a.with_date(dt.date(2030, 1, 1))),
]


@pytest.mark.parametrize(("path", "value", "edit"), [edit for edit in EDITS if edit[2]])
def test_with_value_equals_the_edit_by_name(new, path, value, edit):
    assert new.with_value(path, value) == edit(new)
    assert new.with_value(path, value).value_at(path) == edit(new).value_at(path)


@given(assessments(), st.sampled_from([edit for edit in EDITS if edit[2]]))
def test_with_value_changes_one_value_and_nothing_else(assessment, edit):
    path, value, by_name = edit
    changed = assessment.with_value(path, value)
    if not path.startswith(("processing", "algorithm/entry")):
        assert changed == by_name(assessment)
    assert changed.with_value(path, value) == changed
    top = path.split("/")[0]
    for part in type(assessment).model_fields:
        assert part == top or getattr(changed, part) == getattr(assessment, part)
    assert codec.loads(codec.dumps(changed)) == changed


def test_one_axis_of_a_score_leaves_the_other_unknown(new):
    scored = new.with_value("risks/PR10/inherent/likelihood/low", "midden")
    assert scored.risks[0].inherent == Score(likelihood=Interval.of("midden"), impact=Interval.unknown())


@pytest.mark.parametrize("given", ["midden", ["midden", "midden"], {"low": "midden", "high": "midden"}])
def test_a_level_has_a_short_form(new, given):
    scored = new.with_value("risks/PR10/now/impact", given)
    assert scored.value_at("risks/PR10/now/impact") == Interval.of("midden")


def test_an_end_of_an_interval_moves_alone(new):
    scored = new.with_value("risks/PR10/inherent/impact", "laag").with_value("risks/PR10/inherent/impact/high", "hoog")
    assert scored.value_at("risks/PR10/inherent/impact") == Interval.of("laag", "hoog")
    with pytest.raises(AssessmentError, match="risks/PR10/inherent/impact"):
        scored.with_value("risks/PR10/inherent/impact/high", "laag").with_value(
            "risks/PR10/inherent/impact/low", "hoog"
        )


def test_none_takes_away_or_puts_back(new):
    filled = new.with_value("facts/large_scale/value", "yes").with_risk("PR10", inherent=Score.of("laag", "laag"))
    assert filled.with_value("facts/large_scale/value", None).facts["large_scale"].value is Truth.UNKNOWN
    assert filled.with_value("facts/large_scale", None).facts == {}
    assert filled.with_value("risks/PR10/inherent", None).risks[0].inherent is None
    assert filled.with_value("risks/PR10", None).risks == ()
    assert filled.with_value("risks", None).risks == ()
    assert filled.with_value("decisions/review_date", None) == filled


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("", "x", ""),
        ("verdicts/dpia", "required", "verdicts"),
        ("facts", [], "facts"),
        ("facts//value", "yes", "facts//value"),
        ("facts/large_scale/colour", "red", "facts/large_scale/colour"),
        ("facts/large_scale/value/deep", "yes", "facts/large_scale/value/deep"),
        ("facts/large_scale/value", "perhaps", "facts/large_scale/value"),
        ("facts/large scale/value", "yes", "facts/large scale"),
        ("facts/large_scale/at", "2026-01-01T10:00:00", "facts/large_scale/at"),
        ("checks/avg-01-c1/value", "ja", "checks/avg-01-c1/value"),
        ("risks/PR10/id", "PR11", "risks/PR10/id"),
        ("risks/PR10", {"id": "PR11"}, "risks/PR10/id"),
        ("risks/PR10/inherent/likelihood", "extreme", "risks/PR10/inherent/likelihood/low"),
        ("risks/PR10/inherent/likelihood", ["hoog", "laag"], "risks/PR10/inherent/likelihood"),
        ("measures/m1/axes", ["size"], "measures/m1/axes/0"),
        ("evidence/uniqueness/value", 0.5, "evidence/uniqueness/measured_on"),
        ("decisions/status", "definitief", "decisions/status"),
        ("decisions/review_date", "31-12-2027", "decisions/review_date"),
        ("meta/id", "other", "meta/id"),
        ("meta/schema_version", 2, "meta/schema_version"),
        ("meta/date", None, "meta/date"),
        ("algorithm/entry/x", float("nan"), "algorithm/entry"),
        ("algorithm/entry/x", object(), "algorithm/entry"),
        ("algorithm/name", "x" * 2001, "algorithm/name"),
    ],
)
def test_what_the_model_refuses_is_refused_with_its_path_in_both_languages(new, path, value, place):
    with pytest.raises(AssessmentError) as caught:
        new.with_value(path, value)
    assert caught.value.problems[0].where == place
    for problem in caught.value.problems:
        assert problem.what.nl
        assert problem.what.en
        assert problem.what.nl != problem.what.en


@pytest.mark.parametrize("change", [lambda a: a.with_meta(id="x"), lambda a: a.with_fact("f", colour=1)])
def test_the_named_edits_refuse_the_same(new, change):
    with pytest.raises(AssessmentError):
        change(new)


def test_value_at_finds_what_is_there_and_what_is_not(new):
    assert new.value_at("algorithm/name") == "Parkeerscan Noord"
    assert new.value_at("facts/large_scale/value") is None
    assert new.value_at("risks/PR10/inherent/likelihood/low") is None
    assert new.value_at("algorithm/entry/nothing") is None
    with pytest.raises(AssessmentError, match="facts/x/colour"):
        new.value_at("facts/x/colour")


def test_a_proposal_is_never_an_answer(new):
    proposed = new.with_proposals({"health_data": [YES]})
    assert proposed.truths() == {"health_data": Truth.UNKNOWN}
    assert proposed.truths(proposed=True) == {"health_data": Truth.YES}
    assert proposed.has_open_proposals


def test_proposals_that_contradict_each_other_leave_the_fact_unknown(new):
    torn = new.with_proposals({"personal_data": [YES, NO, YES]})
    assert torn.truths(proposed=True) == {"personal_data": Truth.UNKNOWN}


def test_an_answer_goes_before_a_proposal(new):
    answered = new.with_fact("personal_data", value="yes").with_proposals({"personal_data": [NO]})
    assert answered.truths(proposed=True) == {"personal_data": Truth.YES}
    assert not answered.has_open_proposals


def test_new_proposals_replace_the_old_and_keep_every_answer(new):
    before = new.with_fact("personal_data", value="yes", remark="zeker").with_proposals(
        {"personal_data": [NO], "health_data": [YES]}
    )
    after = before.with_proposals({"location_data": [YES]})
    assert after.facts["personal_data"] == FactAnswer(value=Truth.YES, remark="zeker")
    assert "health_data" not in after.facts
    assert after.facts["location_data"].proposals == (YES,)


@given(assessments())
def test_truths_is_about_answers_only(assessment):
    assert assessment.truths() == assessment.with_proposals({}).truths() | {
        fact: Truth.UNKNOWN for fact, answer in assessment.facts.items() if answer.value is Truth.UNKNOWN
    }


def test_a_signature_falls_when_what_was_signed_changes(new):
    signed = new.signed("fg", "A. Jansen", NOW)
    (signature,) = signed.decisions.signatures
    assert signature.fingerprint == signed.content_fingerprint()
    for changed in (
        signed.with_fact("large_scale", value="yes"),
        signed.with_check("avg-01-c1", value="yes"),
        signed.with_processing("1.1", "x"),
        signed.with_risk("PR10", inherent=Score.of("laag", "laag")),
        signed.with_measure("m1", status="done"),
        signed.with_decisions(dpo_advice="nee"),
        signed.with_measurement(
            Measurement(id="uniqueness", value=0.3, measured_on=dt.date(2026, 1, 1), sample_size=10)
        ),
        signed.with_algorithm(entry={"goal": "anders"}),
        signed.with_meta(profile="algoritmekader_literal"),
        signed.with_date(dt.date(2030, 1, 1)),
    ):
        assert changed.content_fingerprint() != signature.fingerprint


def test_a_signature_stays_while_only_the_circumstances_change(new):
    signed = new.with_fact("large_scale", value="yes", author="a").signed("fg", "A. Jansen", NOW)
    (signature,) = signed.decisions.signatures
    for changed in (
        signed.signed("projectleider", "B", NOW),
        signed.with_decisions(status="final"),
        signed.with_meta(language="en"),
        signed.with_fact("large_scale", author="b", at=NOW),
        signed.with_proposals({"health_data": [YES], "large_scale": [NO]}),
    ):
        assert changed.content_fingerprint() == signature.fingerprint


def test_a_new_signature_of_a_role_takes_the_place_of_the_old(new):
    twice = new.signed("fg", "A", NOW).with_fact("large_scale", value="no").signed("fg", "B", NOW)
    assert [(signature.role, signature.name) for signature in twice.decisions.signatures] == [("fg", "B")]


def test_a_moment_is_kept_in_utc(new):
    local = dt.datetime(2026, 11, 23, 22, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    at = new.with_fact("large_scale", at=local).facts["large_scale"].at
    assert at == local
    assert at is not None
    assert at.utcoffset() == dt.timedelta(0)


def test_an_interval_is_in_order():
    assert Interval.of(Level.LOW, "hoog") == Interval.unknown()
    with pytest.raises(ValidationError, match="low is above high"):
        Interval.of("hoog", "laag")
