"""The rules R1–R9 for risks: by example, and for every assessment that can be made up."""

from __future__ import annotations

import datetime as dt
import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kader.analysis import analyse
from kader.analysis.findings import Findings, RiskFinding
from kader.assessment import Assessment
from kader.assessment.model import Interval, Measurement, Score
from kader.framework.model import Framework
from kader.framework.risks import Axis, Level
from kader.framework.rules import Truth
from tests.strategies import assessments, scores
from tests.strategies import framework as bundled

DAY = dt.date(2026, 11, 23)
LOW, MEDIUM, HIGH = Level
BOTH = (Axis.LIKELIHOOD, Axis.IMPACT)


@pytest.fixture(scope="module")
def framework() -> Framework:
    return bundled()


@pytest.fixture
def new(framework: Framework) -> Assessment:
    return Assessment.new(framework, name="x", id="x", date=DAY)


def found(assessment: Assessment, risk: str = "PR10") -> RiskFinding:
    return next(finding for finding in analyse(bundled(), assessment).risks if finding.id == risk)


def gaps(findings: Findings, subject: str) -> list[tuple[str, bool]]:
    return [(gap.kind, gap.mandatory) for gap in findings.gaps if gap.subject == subject]


def measured(kind: str, value: float, lower: float | None = None, upper: float | None = None) -> Measurement:
    return Measurement(id=kind, value=value, lower=lower, upper=upper, measured_on=DAY, sample_size=1000)


# --- what is proposed ---


def test_without_facts_the_catalogue_proposes(new, framework):
    finding = found(new)
    assert finding.proposed.likelihood == (framework.risks["PR10"].likelihood,) * 2
    assert finding.why == ()
    assert not finding.relevant


def test_a_fact_that_is_yes_raises_to_at_least_and_says_why(new):
    finding = found(new.with_fact("special_categories", value="yes"))
    assert finding.proposed.impact == (HIGH, HIGH)
    assert finding.proposed.likelihood == (MEDIUM, MEDIUM)
    assert finding.relevant
    assert "Impact minstens hoog" in finding.why[0].nl
    assert "Impact at least high" in finding.why[0].en


def test_a_hint_never_lowers(new, framework):
    for risk in framework.risks.values():
        for hint in risk.hints:
            proposed = found(new.with_fact(hint.fact, value="yes"), risk.id).proposed
            assert proposed.likelihood[0].rank >= risk.likelihood.rank
            assert proposed.impact[0].rank >= risk.impact.rank


@pytest.mark.parametrize("answer", ["no", "unknown"])
def test_a_fact_that_is_not_yes_raises_nothing(new, answer):
    assert found(new.with_fact("special_categories", value=answer)).proposed == found(new).proposed


def test_open_facts_that_would_raise_the_proposal_are_named(new):
    assert "special_categories" in found(new).raised_by
    answered = new.with_fact("special_categories", value="no").with_fact("location_data", value="yes")
    assert found(answered).raised_by == ()


def test_a_proposal_for_a_fact_is_shown_apart(new):
    proposed = new.with_fact(
        "special_categories", proposals=[{"value": "yes", "quote": "q", "field": "f", "rule": "r"}]
    )
    finding = found(proposed)
    assert finding.proposed.worst is MEDIUM
    assert finding.proposed_if is not None
    assert finding.proposed_if.worst is HIGH
    assert found(new).proposed_if is None


def test_general_risks_are_relevant_until_personal_data_are_ruled_out(new):
    assert found(new, "PR01").relevant
    assert found(new.with_fact("personal_data", value="yes"), "PR01").relevant
    assert not found(new.with_fact("personal_data", value="no"), "PR01").relevant


# --- R5: floors by measurements ---


@pytest.mark.parametrize(
    ("risk", "measurement", "likelihood"),
    [
        ("PR10", measured("uniqueness", 0.05), MEDIUM),
        ("PR10", measured("uniqueness", 0.21), HIGH),
        ("PR10", measured("uniqueness.training", 0.21), HIGH),
        ("PR11", measured("mia_auc", 0.60, lower=0.54, upper=0.66), LOW),
        ("PR11", measured("mia_auc", 0.60, lower=0.56, upper=0.66), MEDIUM),
        ("PR11", measured("mia_auc", 0.70, lower=0.66, upper=0.75), HIGH),
        ("PR11", measured("mia_auc", 0.70), HIGH),
        ("PR05", measured("bsn_in_free_text", 0), LOW),
        ("PR05", measured("bsn_in_free_text", 1), HIGH),
        ("PR15", measured("bsn_in_free_text", 3), HIGH),
    ],
)
def test_a_measurement_sets_a_floor_under_the_proposal(new, risk, measurement, likelihood):
    finding = found(new.with_measurement(measurement), risk)
    assert finding.proposed.likelihood == (likelihood, likelihood)
    assert finding.relevant is (finding.why != ()) or finding.id == "PR05"


def test_small_groups_count_unless_it_is_certain_that_nothing_is_shared(new):
    tiny = new.with_measurement(measured("k_anonymity", 2))
    assert found(tiny).why
    assert found(tiny.with_fact("shared_with_third_parties", value="yes")).why
    assert not found(tiny.with_fact("shared_with_third_parties", value="no")).why


def test_a_score_below_a_floor_is_a_contradiction_and_the_floor_holds(new, framework):
    scored = new.with_measurement(measured("uniqueness", 0.5)).with_risk("PR10", inherent=Score.of("laag", "midden"))
    finding = found(scored)
    assert finding.inherent is not None
    assert finding.inherent.likelihood == (HIGH, HIGH)
    assert any("R5" in words.en for words in finding.corrections)
    assert ("contradiction", True) in gaps(analyse(framework, scored), "PR10")


def test_with_a_reason_the_score_below_a_floor_stands(new, framework):
    scored = new.with_measurement(measured("uniqueness", 0.5)).with_risk(
        "PR10", inherent=Score.of("laag", "midden"), deviation="Alleen op een afgesloten proefset gemeten."
    )
    finding = found(scored)
    assert finding.inherent is not None
    assert finding.inherent.likelihood == (LOW, LOW)
    assert finding.corrections == ()
    assert finding.proposed.likelihood == (HIGH, HIGH)
    assert gaps(analyse(framework, scored), "PR10") == [("deviation", False)]


def test_a_floor_also_holds_for_now_but_not_for_what_is_planned(new):
    scored = (
        new.with_measurement(measured("uniqueness", 0.5))
        .with_risk(
            "PR10",
            inherent=Score.of("hoog", "hoog"),
            now=Score.of("midden", "hoog"),
            planned=Score.of("midden", "hoog"),
        )
        .with_measure("m1", risks=["PR10"], axes=[Axis.LIKELIHOOD], status="done")
    )
    finding = found(scored)
    assert finding.now is not None
    assert finding.planned is not None
    assert finding.now.likelihood == (HIGH, HIGH)
    assert finding.planned.likelihood == (MEDIUM, MEDIUM)


# --- R1–R4: what measures may do ---


def scored_with(new: Assessment, moment: str, **measure: Any) -> RiskFinding:
    low = Score.of("laag", "laag")
    assessment = new.with_risk("PR10", inherent=Score.of("hoog", "hoog"), **{moment: low})
    if measure:
        assessment = assessment.with_measure("m1", risks=["PR10"], **measure)
    return found(assessment)


def test_r2_without_a_measure_nothing_drops(new):
    finding = scored_with(new, "now")
    assert finding.now == finding.inherent
    assert any(words.nl.startswith("R2") for words in finding.corrections)


def test_r2_a_measure_acts_only_on_its_own_axis(new):
    now = scored_with(new, "now", axes=[Axis.LIKELIHOOD], status="done").now
    assert now is not None
    assert now.likelihood == (MEDIUM, MEDIUM)
    assert now.impact == (HIGH, HIGH)


def test_r1_now_counts_what_is_implemented_planned_also_what_is_not_yet(new):
    for status, now_drops, planned_drops in [
        ("done", True, True),
        ("in_progress", False, True),
        ("planned", False, True),
        ("dropped", False, False),
    ]:
        now = scored_with(new, "now", axes=BOTH, status=status).now
        planned = scored_with(new, "planned", axes=BOTH, status=status).planned
        assert now is not None
        assert planned is not None
        assert (now.worst is not HIGH) is now_drops, status
        assert (planned.worst is not HIGH) is planned_drops, status


def test_r2_a_measure_against_another_risk_does_not_help(new):
    assessment = new.with_risk("PR10", inherent=Score.of("hoog", "hoog"), now=Score.of("laag", "laag")).with_measure(
        "m1", risks=["PR11"], axes=BOTH, status="done"
    )
    assert found(assessment).now == found(assessment).inherent


def test_r3_one_step_without_evidence(new):
    finding = scored_with(new, "now", axes=BOTH, status="done")
    assert finding.now is not None
    assert finding.now.likelihood == (MEDIUM, MEDIUM)
    assert any(words.nl.startswith("R3") for words in finding.corrections)


@pytest.mark.parametrize("proof", [{"evidence": ["https://voorbeeld.nl/toets"]}, {"removes_cause": True}])
def test_r3_two_steps_with_evidence_or_the_cause_removed(new, proof):
    finding = scored_with(new, "now", axes=BOTH, status="done", **proof)
    assert finding.now is not None
    assert finding.now.likelihood == (LOW, LOW)
    assert finding.corrections == ()


def test_r3_blank_evidence_proves_nothing(new):
    now = scored_with(new, "now", axes=BOTH, status="done", evidence=["  "]).now
    assert now is not None
    assert now.likelihood == (MEDIUM, MEDIUM)


def test_r3_two_measures_without_evidence_are_still_one_step(new):
    assessment = new.with_risk("PR10", inherent=Score.of("hoog", "hoog"), now=Score.of("laag", "hoog"))
    for name in ("m1", "m2"):
        assessment = assessment.with_measure(name, risks=["PR10"], axes=[Axis.LIKELIHOOD], status="done")
    now = found(assessment).now
    assert now is not None
    assert now.likelihood == (MEDIUM, MEDIUM)


def test_r4_a_residual_above_the_inherent_raises_the_inherent_and_hides_nothing(new, framework):
    scored = new.with_risk("PR10", inherent=Score.of("laag", "midden"), now=Score.of("hoog", "midden"), deviation="x")
    finding = found(scored)
    assert finding.inherent is not None
    assert finding.inherent.worst is HIGH
    assert any(words.nl.startswith("R4") for words in finding.corrections)
    assert analyse(framework, scored).highest is HIGH


def test_r4_planned_above_now_raises_now(new):
    finding = found(
        new.with_risk(
            "PR10", inherent=Score.of("hoog", "hoog"), now=Score.of("laag", "hoog"), planned=Score.of("hoog", "hoog")
        )
    )
    assert finding.now is not None
    assert finding.now.likelihood == (HIGH, HIGH)


def test_a_residual_without_an_inherent_score_is_measured_against_the_proposal(new, framework):
    scored = new.with_fact("special_categories", value="yes").with_risk("PR10", now=Score.of("laag", "laag"))
    finding = found(scored)
    assert finding.inherent is None
    assert finding.now == finding.proposed
    assert ("missing", True) in gaps(analyse(framework, scored), "PR10")


# --- R6, R8: the matrix, the worst case, never a sum ---


def test_r8_best_and_worst_of_an_interval(new):
    score = Score(likelihood=Interval.of("laag", "hoog"), impact=Interval.of("midden"))
    cell = found(new.with_risk("PR10", inherent=score, deviation="x")).inherent
    assert cell is not None
    assert (cell.best, cell.worst) == (LOW, HIGH)


def test_the_tail_marker_keeps_a_rare_disaster_in_sight(new, framework):
    scored = new.with_risk("PR10", inherent=Score.of("laag", "hoog"), deviation="x")
    cell = found(scored).inherent
    assert cell is not None
    assert cell.worst is LOW
    assert cell.tail
    assert ("missing", False) in gaps(analyse(framework, scored), "PR10")
    likely = found(new.with_risk("PR10", inherent=Score.of("midden", "hoog"))).inherent
    assert likely is not None
    assert not likely.tail


def test_r6_the_whole_is_the_highest_with_counts_and_never_a_sum(new, framework):
    many = new
    for risk in list(framework.risks)[:20]:
        many = many.with_risk(risk, inherent=Score.of("midden", "midden"), deviation="x")
    findings = analyse(framework, many)
    assert findings.highest is MEDIUM
    assert findings.counts == {LOW: 0, MEDIUM: 20, HIGH: 0}
    worse = analyse(framework, many.with_risk("PR30", inherent=Score.of("hoog", "midden"), deviation="x"))
    assert worse.highest is HIGH
    assert worse.counts == {LOW: 0, MEDIUM: 20, HIGH: 1}


def test_what_is_only_planned_does_not_lower_the_whole(new, framework):
    scored = new.with_risk(
        "PR10", inherent=Score.of("hoog", "hoog"), planned=Score.of("laag", "hoog"), deviation="x"
    ).with_measure("m", risks=("PR10",), axes=("kans",), status="planned", removes_cause=True)
    findings = analyse(framework, scored)
    assert (findings.highest, findings.highest_planned) == (HIGH, LOW)
    assert findings.counts == {LOW: 0, MEDIUM: 0, HIGH: 1}
    done = analyse(framework, scored.with_risk("PR10", now=Score.of("laag", "hoog")).with_measure("m", status="done"))
    assert (done.highest, done.highest_planned) == (LOW, LOW)


def test_nothing_scored_is_nothing_and_not_low(new, framework):
    findings = analyse(framework, new)
    assert findings.highest is None
    assert set(findings.counts.values()) == {0}


# --- R9: more assessors ---


def opinions(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"assessor": f"A{number}", "score": Score.of(*pair)} for number, pair in enumerate(pairs)]


def test_r9_until_there_is_a_common_level_the_whole_range_holds(new, framework):
    scored = new.with_risk("PR10", opinions=opinions(("laag", "midden"), ("hoog", "midden"), ("midden", "midden")))
    finding = found(scored)
    assert finding.spread is not None
    assert finding.spread.likelihood == (LOW, HIGH)
    assert finding.inherent == finding.spread
    assert (finding.spread.best, finding.spread.worst) == (LOW, HIGH)
    assert any(words.nl.startswith("R9") for words in finding.corrections)
    assert ("contradiction", True) in gaps(analyse(framework, scored), "PR10")


def test_r9_a_chosen_level_needs_a_reason_when_opinions_differ(new, framework):
    chosen = new.with_risk(
        "PR10", opinions=opinions(("laag", "midden"), ("hoog", "midden")), inherent=Score.of("midden", "midden")
    )
    assert gaps(analyse(framework, chosen), "PR10") == [("missing", True)]
    reasoned = chosen.with_risk("PR10", motivation="Samen besproken.")
    assert gaps(analyse(framework, reasoned), "PR10") == []
    finding = found(reasoned)
    assert finding.inherent is not None
    assert finding.spread is not None
    assert finding.inherent.worst is MEDIUM
    assert finding.spread.worst is HIGH


def test_r9_when_all_agree_no_reason_is_asked(new, framework):
    agreed = new.with_risk(
        "PR10", opinions=opinions(("midden", "midden"), ("midden", "midden")), inherent=Score.of("midden", "midden")
    )
    assert gaps(analyse(framework, agreed), "PR10") == []


def test_r9_an_opinion_is_given_by_path(new):
    scored = new.with_value("risks/PR10/opinions/Jan de Vries/score/likelihood", "hoog")
    assert scored.risks[0].opinions[0].score.likelihood == Interval.of("hoog")
    assert scored.risks[0].opinions[0].score.impact == Interval.unknown()
    assert scored.with_value("risks/PR10/opinions/Jan de Vries", None).risks[0].opinions == ()


# --- R7: a high residual risk ---


def high_residual(new: Assessment) -> Assessment:
    return new.with_fact("personal_data", value="yes").with_risk(
        "PR10", inherent=Score.of("hoog", "hoog"), now=Score.of("hoog", "hoog"), planned=Score.of("hoog", "hoog")
    )


def test_r7_a_high_residual_risk_keeps_the_dossier_from_being_final(new, framework):
    findings = analyse(framework, high_residual(new).with_decisions(status="final"))
    assert ("missing", True) in gaps(findings, "PR10")
    assert not findings.complete
    assert any(gap.subject == "decisions/status" and gap.mandatory for gap in findings.gaps)
    text = next(gap.text for gap in findings.gaps if gap.subject == "PR10" and "36" in gap.articles[0])
    assert "AP" in text.nl


def test_r7_with_the_reference_the_gap_is_no_longer_mandatory(new, framework):
    findings = analyse(framework, high_residual(new).with_decisions(prior_consultation_reference="z2026-123"))
    assert gaps(findings, "PR10") == [("deviation", False)]


# --- not applicable, own risks ---


def test_not_applicable_counts_only_with_a_motivation(new, framework):
    bare = new.with_fact("special_categories", value="yes").with_risk("PR10", applicable=False)
    assert found(bare).applicable
    assert ("missing", True) in gaps(analyse(framework, bare), "PR10")
    assert not found(bare.with_risk("PR10", motivation="Er is geen dataset.")).applicable


def test_a_risk_of_ones_own_is_judged_like_the_others(new, framework):
    own = new.with_risk(
        "eigen-1", name="<b>Stroomuitval</b>", inherent=Score.of("midden", "hoog"), now=Score.of("laag", "hoog")
    )
    finding = found(own, "eigen-1")
    assert finding.own
    assert finding.now == finding.inherent
    assert analyse(framework, own).highest is HIGH
    unnamed = analyse(framework, new.with_risk("eigen-2"))
    assert ("missing", True) in gaps(unnamed, "eigen-2")


def test_a_score_below_the_proposal_needs_a_reason(new, framework):
    lower = new.with_fact("special_categories", value="yes").with_risk("PR10", inherent=Score.of("midden", "midden"))
    assert gaps(analyse(framework, lower), "PR10") == [("deviation", True)]
    assert gaps(analyse(framework, lower.with_risk("PR10", deviation="Het gaat om één gegeven.")), "PR10") == [
        ("deviation", False)
    ]


# --- for every assessment ---


@given(assessments())
def test_for_every_assessment_residual_is_never_above_inherent_and_worst_never_below_best(assessment):
    for finding in analyse(bundled(), assessment).risks:
        chain = [cell for cell in (finding.inherent, finding.now, finding.planned) if cell is not None]
        for earlier, later in pairwise(chain):
            for axis in ("likelihood", "impact"):
                for end in (0, 1):
                    assert getattr(later, axis)[end].rank <= getattr(earlier, axis)[end].rank
            assert later.worst.rank <= earlier.worst.rank
            assert later.best.rank <= earlier.best.rank
        for cell in (*chain, finding.proposed):
            assert cell.best.rank <= cell.worst.rank
            assert cell.worst is bundled().scale.risk(cell.likelihood[1], cell.impact[1])
            assert cell.best is bundled().scale.risk(cell.likelihood[0], cell.impact[0])


@given(assessments())
def test_for_every_assessment_what_a_person_scored_is_never_made_lower(assessment):
    found_by_id = {finding.id: finding for finding in analyse(bundled(), assessment).risks}
    scale = bundled().scale
    for answer in assessment.risks:
        finding = found_by_id[answer.id]
        for moment in ("inherent", "now", "planned"):
            score, cell = getattr(answer, moment), getattr(finding, moment)
            if score is not None:
                assert cell is not None
                assert cell.worst.rank >= scale.risk(score.likelihood.high, score.impact.high).rank


@given(assessments(), scores(), st.data())
def test_raising_a_level_never_lowers_a_risk(assessment, score, data):
    axis = data.draw(st.sampled_from(["likelihood", "impact"]))
    moment = data.draw(st.sampled_from(["inherent", "now", "planned"]))
    lower = assessment.with_risk("PR17", **{moment: score})
    higher = lower.with_value(f"risks/PR17/{moment}/{axis}/high", "hoog")
    before, after = (next(f for f in analyse(bundled(), a).risks if f.id == "PR17") for a in (lower, higher))
    for name in ("inherent", "now", "planned"):
        one, other = getattr(before, name), getattr(after, name)
        if one is not None:
            assert other.worst.rank >= one.worst.rank


@given(assessments(), st.sampled_from(sorted(bundled().rules.facts)))
def test_a_fact_that_turns_out_yes_never_lowers_a_proposal(assessment, fact):
    no, yes = (analyse(bundled(), assessment.with_fact(fact, value=value)) for value in (Truth.UNKNOWN, Truth.YES))
    for before, after in zip(no.risks, yes.risks, strict=True):
        if not before.own:
            assert after.proposed.worst.rank >= before.proposed.worst.rank


@given(assessments(), st.randoms(use_true_random=False))
def test_the_order_of_answers_makes_no_difference(assessment, rng: random.Random):
    def shuffled(items: Any) -> Any:
        listed = list(items)
        rng.shuffle(listed)
        return listed

    data = {name: getattr(assessment, name) for name in type(assessment).model_fields}
    for part in ("facts", "checks", "processing"):
        data[part] = dict(shuffled(data[part].items()))
    for part in ("risks", "measures", "evidence"):
        data[part] = tuple(shuffled(data[part]))
    assert analyse(bundled(), Assessment.model_validate(data)) == analyse(bundled(), assessment)
