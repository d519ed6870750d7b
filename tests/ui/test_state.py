from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings

from kader.assessment.model import Assessment, Interval
from kader.errors import AssessmentError, ConflictError, KaderError, Problem, StoreError
from kader.framework.model import Framework
from kader.framework.rules import Truth
from kader.text import Language, Text
from kader.ui.state import Changed, Kept, State, said
from tests.strategies import assessments

NOW = dt.datetime(2026, 11, 23, 14, 2, tzinfo=dt.UTC)


class Shelf:
    """A keeper that keeps in memory, and refuses when it is told to."""

    def __init__(self, assessment: Assessment) -> None:
        self.kept = Kept(assessment=assessment, revision=1, at=NOW)
        self.refuses: KaderError | None = None

    def load(self) -> Kept:
        return self.kept

    def save(self, assessment: Assessment, based_on: int) -> Kept:
        if self.refuses:
            raise self.refuses
        self.kept = Kept(assessment=assessment, revision=based_on + 1, at=NOW)
        return self.kept


def opened(assessment=None, **options):
    framework = Framework.bundled()
    shelf = Shelf(assessment or Assessment.new(framework, name="Parkeerscan", id="parkeerscan"))
    state = State(framework, shelf.kept, keeper=shelf, author="Ada", clock=lambda: NOW, **options)
    heard: list[Changed] = []
    state.observe(heard.append)
    return state, shelf, heard


def test_an_answer_is_kept_with_who_and_when():
    state, shelf, _ = opened()
    ack = state.apply("facts/large_scale/value", "yes")
    answer = shelf.kept.assessment.facts["large_scale"]
    assert (answer.value, answer.author, answer.at) == (Truth.YES, "Ada", NOW)
    assert (ack.ok, ack.revision, ack.author, ack.at) == (True, 2, "Ada", NOW.isoformat())


def test_an_answer_changes_the_verdict_and_says_so():
    state, _, heard = opened()
    assert state.findings.prescan.verdicts["dpia"].status == "undetermined"
    state.apply("facts/large_scale/value", "yes")
    state.apply("facts/special_categories/value", "yes")
    assert state.findings.prescan.verdicts["dpia"].status == "required"
    assert [change.path for change in heard] == ["facts/large_scale/value", "facts/special_categories/value"]
    assert "verplicht" in heard[-1].words
    assert "DPIA" in heard[-1].words


def test_what_did_not_change_is_not_announced():
    state, _, heard = opened()
    state.apply("facts/large_scale/remark", "gezien")
    assert heard[-1].words == ""


def test_an_answer_is_taken_back():
    state, shelf, _ = opened()
    state.apply("facts/large_scale/value", "yes")
    state.apply("facts/large_scale/value", None)
    assert shelf.kept.assessment.facts["large_scale"].value is Truth.UNKNOWN
    state.apply("checks/avg-01-c1/value", "yes")
    state.apply("checks/avg-01-c1/value", None)
    assert shelf.kept.assessment.checks["avg-01-c1"].value is None
    state.apply("decisions/review_date", "2027-01-01")
    state.apply("decisions/review_date", "")
    assert shelf.kept.assessment.decisions.review_date is None
    state.apply("processing/14.1/text", "tekst")
    state.apply("processing/14.1/text", None)
    assert shelf.kept.assessment.processing["14.1"].text == ""


def test_a_check_keeps_the_framework_it_was_read_in():
    state, shelf, _ = opened()
    state.apply("checks/avg-01-c1/value", "yes")
    assert shelf.kept.assessment.checks["avg-01-c1"].framework_version == state.framework.version


def test_one_axis_of_a_score_leaves_the_other_unknown_and_the_worst_counts():
    state, shelf, _ = opened()
    state.apply("risks/PR10/inherent/impact", "hoog")
    score = shelf.kept.assessment.value_at("risks/PR10/inherent")
    assert score.impact == Interval.of("hoog")
    assert score.likelihood == Interval.unknown()
    assert next(risk for risk in state.findings.risks if risk.id == "PR10").inherent.worst == "hoog"
    state.apply("risks/PR10/inherent/likelihood", ["laag", "midden"])
    assert shelf.kept.assessment.value_at("risks/PR10/inherent").likelihood == Interval.of("laag", "midden")
    state.apply("risks/PR10/inherent/impact", None)
    state.apply("risks/PR10/inherent/likelihood", None)
    assert shelf.kept.assessment.value_at("risks/PR10/inherent") is None


def test_reading_refuses():
    state, shelf, heard = opened(read_only=True)
    with pytest.raises(AssessmentError, match="alleen te lezen"):
        state.apply("facts/large_scale/value", "yes")
    assert (shelf.kept.revision, heard) == (1, [])


@pytest.mark.parametrize(
    ("path", "value"),
    [("facts/large_scale/value", "misschien"), ("nergens", "x"), ("facts/x/y/z", "x"), ("meta/id", "x")],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(path, value):
    state, shelf, heard = opened()
    with pytest.raises(KaderError):
        state.apply(path, value)
    assert (shelf.kept.revision, state.revision, heard) == (1, 1, [])


def test_what_is_not_saved_is_not_shown():
    state, shelf, heard = opened()
    shelf.refuses = StoreError(Problem(Text("vol", "full")))
    with pytest.raises(StoreError):
        state.apply("facts/large_scale/value", "yes")
    assert state.assessment.facts == {}
    assert heard == []


def test_after_a_conflict_the_other_value_is_shown_and_a_second_try_is_a_choice():
    state, shelf, heard = opened()
    theirs = shelf.kept.assessment.with_fact("large_scale", value="no")
    shelf.kept = Kept(assessment=theirs, revision=2, at=NOW)
    shelf.refuses = ConflictError(Problem(Text("intussen", "meanwhile")))
    with pytest.raises(ConflictError):
        state.apply("facts/large_scale/value", "yes")
    assert state.assessment.facts["large_scale"].value is Truth.NO
    assert heard[-1].path == ""
    shelf.refuses = None
    assert state.apply("facts/large_scale/value", "yes").revision == 3


def test_what_others_saved_is_taken_over():
    state, shelf, heard = opened()
    assert not state.refresh()
    shelf.kept = Kept(assessment=shelf.kept.assessment.with_fact("large_scale", value="no"), revision=2, at=NOW)
    assert state.refresh()
    assert state.assessment.facts["large_scale"].value is Truth.NO
    assert len(heard) == 1


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=20)
@given(assessments(), assessments())
def test_any_two_findings_are_told_apart_in_words(one, other):
    from kader.analysis import analyse

    framework = Framework.bundled()
    before, after = analyse(framework, one), analyse(framework, other)
    assert said(before, before, framework, Language.NL) == ""
    statuses = [{id: verdict.status for id, verdict in found.prescan.verdicts.items()} for found in (before, after)]
    assert bool(said(before, after, framework, Language.EN)) or statuses[0] == statuses[1]
