"""The bundled example shows everything that kader can find."""

from __future__ import annotations

import csv
from collections import defaultdict

import pytest

from kader.analysis import analyse
from kader.analysis.findings import RequirementStatus, Status
from kader.exchange import example, publication_standard, register
from kader.framework.model import Framework
from kader.framework.risks import Level

FRAMEWORK = Framework.bundled()


@pytest.fixture(scope="module")
def found():
    return {
        assessment.meta.id: (assessment, analyse(FRAMEWORK, assessment, today=assessment.meta.date))
        for assessment in example.assessments(FRAMEWORK)
    }


def test_it_has_the_official_layout():
    raw = example.register_path().read_bytes()
    assert raw.startswith(b'\xef\xbb\xbf"name",')
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    standard = publication_standard.read()
    assert len(rows) == 12
    assert set(rows[0]) == {key for key, field in standard.fields.items() if "1.0" in field.titles}


def test_it_is_imported_whole(found):
    imported = register.read(example.register_path(), FRAMEWORK)
    assert [one.assessment.meta.id for one in imported] == list(found)
    assert imported.report.refused == 0
    assert imported.report.unknown_columns == ()


def test_every_verdict_occurs(found):
    seen = defaultdict(set)
    for _, findings in found.values():
        for name, verdict in findings.prescan.verdicts.items():
            seen[name].add(verdict.status)
    assert seen["dpia"] == set(Status)
    for name in ("fria", "dtia", "aia26_9", "discrimination"):
        assert {Status.REQUIRED, Status.NOT_REQUIRED, Status.UNDETERMINED} <= seen[name], name
    for name in ("iama", "kia", "register"):
        assert {Status.RECOMMENDED, Status.NOT_REQUIRED, Status.UNDETERMINED} <= seen[name], name
    every = {Status.REQUIRED, Status.RECOMMENDED, Status.NOT_REQUIRED, Status.UNDETERMINED, Status.NOT_APPLICABLE}
    assert seen["prior_consultation"] == every
    assert seen["review"] == every
    assert set(found["10000001"][1].prescan.verdicts) == set(seen)


def test_a_dpia_is_required_for_every_kind_of_reason(found):
    hardest = {
        verdict.reasons[0].kind
        for _, findings in found.values()
        if (verdict := findings.prescan.verdicts["dpia"]).status is Status.REQUIRED
    }
    assert hardest == {"art35_3", "ap_list", "wp248"}


def test_a_recommendation_may_rise_or_is_settled(found):
    recommended = {
        verdict.could_rise
        for _, findings in found.values()
        if (verdict := findings.prescan.verdicts["dpia"]).status is Status.RECOMMENDED
    }
    assert recommended == {True, False}


def test_every_outcome_of_article_22_occurs(found):
    outcomes = {findings.prescan.verdicts["art22"].outcome for _, findings in found.values()}
    assert outcomes == {line.id for line in FRAMEWORK.rules.art22} | {""}


def test_every_status_of_a_requirement_occurs(found):
    assert {one.status for _, findings in found.values() for one in findings.requirements.values()} == set(
        RequirementStatus
    )


def test_every_level_of_risk_occurs_and_the_tail_is_marked(found):
    cells = [
        cell
        for _, findings in found.values()
        for risk in findings.risks
        for cell in (risk.inherent, risk.now, risk.planned)
        if cell is not None
    ]
    assert {cell.worst for cell in cells} == set(Level)
    assert any(cell.tail for cell in cells)
    assert any(cell.best is not cell.worst for cell in cells)
    now, planned = (
        {getattr(findings, name) for _, findings in found.values()} for name in ("highest", "highest_planned")
    )
    assert None in now
    assert now | planned == {*Level, None}
    assert Level.HIGH in now


def test_answers_contradict_nothing(found):
    assert [findings.prescan.contradictions for _, findings in found.values()] == [()] * 12


def test_one_has_not_been_begun_and_only_has_proposals(found):
    assessment, findings = found["10000012"]
    assert set(assessment.truths().values()) == {"unknown"}
    assert findings.prescan.verdicts["dpia"].status is Status.UNDETERMINED
    assert findings.if_proposed is not None
    assert findings.if_proposed.verdicts["dpia"].status is Status.REQUIRED
