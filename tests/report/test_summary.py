"""The line of one algorithm in the table of many."""

from __future__ import annotations

import datetime as dt

import pytest

from kader.analysis import analyse
from kader.assessment.model import Assessment
from kader.framework.model import Framework
from kader.framework.rules import Truth
from kader.report.summary import cells, columns, failed, summarise

FRAMEWORK = Framework.bundled()


def line_of(date: dt.date):
    assessment = Assessment.new(FRAMEWORK, name="Toelating", date=date)
    for fact in ("ai_high_risk_annex3", "public_body_or_public_service", "personal_data"):
        assessment = assessment.with_fact(fact, value=Truth.YES)
    return summarise(
        assessment.with_fact("ai_annex3_point2", value=Truth.NO),
        analyse(FRAMEWORK, assessment.with_fact("ai_annex3_point2", value=Truth.NO)),
    )


def test_a_duty_of_later_date_names_its_first_day():
    row = cells(line_of(dt.date(2026, 11, 23)), FRAMEWORK, "nl")
    assert row["verdict_fria"] == "niet verplicht; geldt vanaf 2 december 2027"
    assert (
        cells(line_of(dt.date(2026, 11, 23)), FRAMEWORK, "en")["verdict_fria"]
        == "not required; applies from 2 December 2027"
    )


def test_a_duty_that_holds_names_no_day():
    assert cells(line_of(dt.date(2027, 12, 2)), FRAMEWORK, "nl")["verdict_fria"] == "verplicht"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_failed_algorithm_has_no_noughts(language):
    row = cells(failed("a-1", "kapot", name="A"), FRAMEWORK, language)
    assert set(row) == set(columns(FRAMEWORK))
    assert row["error"] == "kapot"
    assert row["name"] == "A"
    assert {
        value for column, value in row.items() if column.startswith(("verdict_", "open", "gaps", "met", "highest"))
    } == {""}
