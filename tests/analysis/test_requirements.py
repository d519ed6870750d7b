"""How a requirement stands: unknown never counts as met, and not applicable only with a reason."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given

from kader.analysis import analyse
from kader.analysis.findings import Findings, RequirementFinding, RequirementStatus
from kader.assessment import Assessment
from kader.framework.model import Framework
from tests.strategies import assessments
from tests.strategies import framework as bundled

DAY = dt.date(2026, 11, 23)
MET, PARTLY, NOT_MET, NOT_APPLICABLE, OPEN = RequirementStatus


@pytest.fixture(scope="module")
def framework() -> Framework:
    return bundled()


@pytest.fixture
def new(framework: Framework) -> Assessment:
    return Assessment.new(framework, name="x", id="x", date=DAY)


def answered(assessment: Assessment, requirement: str, *values: str, reason: str = "") -> Assessment:
    """All checks of a requirement answered in turn, the last value for the rest."""
    for number, check in enumerate(bundled().requirements[requirement].checks):
        value = values[min(number, len(values) - 1)]
        if value:
            assessment = assessment.with_check(check.id, value=value, reason=reason if value == "na" else "")
    return assessment


def status(assessment: Assessment, requirement: str) -> RequirementFinding:
    return analyse(bundled(), assessment).requirements[requirement]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (("yes",), MET),
        (("partly", "yes"), PARTLY),
        (("no", "yes"), NOT_MET),
        (("no", "partly", "yes"), NOT_MET),
        (("no", "", "yes"), NOT_MET),
        (("", "yes"), OPEN),
        (("partly", "", "yes"), OPEN),
        (("",), OPEN),
        (("na", "yes"), MET),
        (("na",), NOT_APPLICABLE),
        (("na", "no"), NOT_MET),
        (("na", "partly"), PARTLY),
    ],
)
def test_the_status_follows_from_the_answers(new, values, expected):
    assert status(answered(new, "avg-05", *values, reason="Geen broncode."), "avg-05").status is expected


def test_na_without_a_reason_is_open_and_says_so(new):
    finding = status(answered(new, "avg-05", "na", "yes"), "avg-05")
    assert finding.status is OPEN
    assert finding.answered == finding.questions - 1
    assert "zonder reden" in finding.blockers[0].nl
    assert "avg-05-c1" in finding.blockers[0].en


def test_every_open_or_failing_check_is_a_blocker_in_words(new, framework):
    assessment = (
        answered(new, "avg-05", "yes")
        .with_check("avg-05-c2", value="partly", remark="De bron is van 2024.")
        .with_check("avg-05-c3", value="no")
        .with_check("avg-05-c4", value=None)
    )
    partly, no, open_ = status(assessment, "avg-05").blockers
    checks = {check.id: check for check in framework.requirements["avg-05"].checks}
    assert checks["avg-05-c2"].question.nl in partly.nl
    assert "De bron is van 2024." in partly.en
    assert no.en.startswith("Not in order (avg-05-c3)")
    assert open_.en.startswith("Not answered yet (avg-05-c4)")
    assert open_.nl != open_.en


def test_met_has_no_blockers_and_names_its_articles(new, framework):
    finding = status(answered(new, "avg-05", "yes"), "avg-05")
    assert finding.blockers == ()
    assert finding.articles == tuple(article.ref for article in framework.requirements["avg-05"].articles)


def test_an_empty_assessment_meets_nothing(new, framework):
    findings = analyse(framework, new)
    assert len(findings.requirements) == 14
    assert {finding.status for finding in findings.requirements.values()} == {OPEN}
    assert all(len(finding.blockers) >= finding.questions for finding in findings.requirements.values())


def test_without_personal_data_nothing_applies_and_the_reason_is_named(new, framework):
    findings = analyse(framework, new.with_fact("personal_data", value="no"))
    for finding in findings.requirements.values():
        assert finding.status is NOT_APPLICABLE
        assert "persoonsgegevens" in finding.blockers[0].nl
        assert "personal data" in finding.blockers[0].en


def test_an_unknown_whether_there_are_personal_data_settles_nothing(new, framework):
    findings = analyse(framework, new.with_fact("personal_data", value="unknown", remark="weten we niet"))
    assert {finding.status for finding in findings.requirements.values()} == {OPEN}


def test_a_contradiction_in_the_facts_keeps_the_requirements_open(new, framework):
    torn = new.with_fact("personal_data", value="no").with_fact("health_data", value="yes")
    findings = analyse(framework, torn)
    assert {finding.status for finding in findings.requirements.values()} == {OPEN}
    assert all("tegen" in finding.blockers[-1].nl for finding in findings.requirements.values())
    assert any(gap.kind == "contradiction" and gap.mandatory for gap in findings.gaps)


SENSITIVE = [
    "special_categories",
    "criminal_data",
    "national_id",
    "health_data",
    "genetic_data",
    "biometric_identification",
]


def test_sensitive_data_only_count_as_absent_when_every_kind_is_ruled_out(new):
    assessment = new
    for fact in SENSITIVE:
        assert status(assessment, "avg-08").status is OPEN
        assessment = assessment.with_fact(fact, value="no")
    assert status(assessment, "avg-08").status is NOT_APPLICABLE
    assert status(assessment.with_fact("national_id", value="yes"), "avg-08").status is OPEN


def test_the_requirement_on_decisions_applies_unless_there_are_none(new):
    assert status(new.with_fact("decision_legal_or_significant_effect", value="no"), "avg-10").status is NOT_APPLICABLE
    assert status(new.with_fact("decision_legal_or_significant_effect", value="yes"), "avg-10").status is OPEN


def test_the_sandbox_requirement_goes_with_one_answer_and_its_reason(new):
    gate = new.with_check("aia-33-c1", value="na")
    assert status(gate, "aia-33").status is OPEN
    reasoned = new.with_check("aia-33-c1", value="na", reason="Wij zitten niet in een testomgeving.")
    assert status(reasoned, "aia-33").status is NOT_APPLICABLE
    assert status(new.with_fact("ai_system", value="no"), "aia-33").status is NOT_APPLICABLE
    assert status(new.with_fact("ai_system", value="yes"), "aia-33").status is OPEN


def required(assessment: Assessment) -> Assessment:
    """A dossier for which a DPIA is required."""
    return assessment.with_fact("personal_data", value="yes").with_fact("systematic_extensive_evaluation", value="yes")


def test_avg_13_cannot_be_met_without_the_dpia_that_is_required(new):
    claimed = answered(required(new), "avg-13", "yes")
    finding = status(claimed, "avg-13")
    assert finding.status is PARTLY
    assert "DPIA" in finding.blockers[0].nl
    assert status(claimed.with_decisions(dpia_date=DAY), "avg-13").status is MET
    assert status(claimed.with_decisions(dpia_reference="DPIA-2026-4"), "avg-13").status is MET
    assert status(claimed.with_decisions(dpia_reference="  "), "avg-13").status is PARTLY


def test_avg_13_stays_open_while_the_duty_is_undetermined(new):
    finding = status(answered(new, "avg-13", "yes"), "avg-13")
    assert finding.status is OPEN
    assert finding.blockers


def test_avg_13_not_met_stays_not_met(new):
    assert status(answered(required(new), "avg-13", "no"), "avg-13").status is NOT_MET


def counts(findings: Findings) -> dict[RequirementStatus, int]:
    return {
        each: sum(finding.status is each for finding in findings.requirements.values()) for each in RequirementStatus
    }


@given(assessments())
def test_for_every_assessment_met_means_that_nothing_blocks(assessment):
    findings = analyse(bundled(), assessment)
    assert sum(counts(findings).values()) == 14
    for requirement, finding in findings.requirements.items():
        checks = bundled().requirements[requirement].checks
        answers = [assessment.checks.get(check.id) for check in checks]
        if finding.status is MET:
            assert finding.blockers == ()
            assert all(answer is not None and answer.value in {"yes", "na"} for answer in answers)
        elif finding.status is not NOT_APPLICABLE:
            assert finding.blockers
        if None in answers:
            assert finding.status in {OPEN, NOT_MET, NOT_APPLICABLE}
        assert 0 <= finding.answered <= finding.questions
        assert all(blocker.nl and blocker.en for blocker in finding.blockers)
