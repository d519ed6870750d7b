"""The catalogue and the scale: complete, and every reference exists."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kader import shipped
from kader.errors import FrameworkError
from kader.framework import applicability, riskdata
from kader.framework.documents import load
from kader.framework.model import Framework
from kader.framework.risks import Axis, Level, read_catalogue, read_scale


@pytest.fixture(scope="module")
def framework() -> Framework:
    return Framework.bundled()


def test_the_matrix_is_the_official_one_cell_by_cell():
    """Model DPIA Rijksdienst 3.0, par. 3.16: rows impact, columns likelihood laag, midden, hoog."""
    official = {
        Level.HIGH: (Level.LOW, Level.HIGH, Level.HIGH),
        Level.MEDIUM: (Level.LOW, Level.MEDIUM, Level.HIGH),
        Level.LOW: (Level.LOW, Level.LOW, Level.LOW),
    }
    scale = read_scale()
    for impact, row in official.items():
        for likelihood, level in zip(Level, row, strict=True):
            assert scale.risk(likelihood, impact) is level, (impact, likelihood)
    assert len(scale.matrix) == 9


def test_a_higher_level_never_gives_a_lower_risk():
    scale = read_scale()
    for (impact, likelihood), level in scale.matrix.items():
        for (more_impact, more_likelihood), more in scale.matrix.items():
            if more_impact.rank >= impact.rank and more_likelihood.rank >= likelihood.rank:
                assert more.rank >= level.rank


def test_every_reference_of_the_catalogue_exists(framework):
    measured = {floor.measurement for floor in framework.scale.floors}
    for risk in framework.risks.values():
        assert set(risk.requirements) <= set(framework.requirements), risk.id
        assert {hint.fact for hint in risk.hints} <= set(framework.rules.facts), risk.id
    for floor in framework.scale.floors:
        assert set(floor.risks) <= set(framework.risks)
        assert not floor.unless or floor.unless in framework.rules.facts
    assert {"uniqueness", "k_anonymity", "mia_auc", "bsn_in_free_text"} == measured


def test_every_measure_of_the_catalogue_exists_in_the_framework(framework, shared):
    whole = Framework.from_checkout(shared / "data" / "algoritmekader-2.5.1")
    for risk in framework.risks.values():
        assert set(risk.measures) <= set(whole.measures), risk.id


def test_the_catalogue_covers_every_requirement_of_the_chapter(framework):
    covered = {requirement for risk in framework.risks.values() for requirement in risk.requirements}
    assert covered == set(framework.requirements)


def test_the_catalogue_is_that_of_the_reference(shared):
    """Ids, levels, hints and links are the researched ones; only the words may be better."""
    reference = load(shared / "reference" / "rules" / "risks.yaml")["risks"]
    ours = read_catalogue()
    assert [risk["id"] for risk in reference] == list(ours)
    for theirs in reference:
        risk = ours[theirs["id"]]
        assert (risk.likelihood, risk.impact) == (
            theirs["inherent_default"]["kans"],
            theirs["inherent_default"]["impact"],
        )
        assert [(hint.fact, hint.axis, hint.to) for hint in risk.hints] == [
            (hint["when"], Axis(hint["raise"]), Level(hint["to"])) for hint in theirs["hints"]
        ]
        assert list(risk.requirements) == theirs["requirements"]
        assert list(risk.measures) == theirs["measures"]
        assert list(risk.consequences) == theirs["consequence_categories"]
        assert (risk.family, risk.feared_event, risk.dpv) == (theirs["family"], theirs["feared_event"], theirs["dpv"])


def test_everything_has_words_in_both_languages():
    scale = read_scale()
    texts = [
        *(
            text
            for risk in read_catalogue().values()
            for text in (risk.name, risk.description, *risk.causes, *risk.techniques)
        ),
        *(hint.why for risk in read_catalogue().values() for hint in risk.hints),
        *scale.level_names.values(),
        *scale.axis_names.values(),
        *(anchor.words for anchor in (*scale.likelihood, *scale.impact)),
        *(text for rule in scale.rules for text in (rule.words, rule.source)),
        *(floor.why for floor in scale.floors),
        *scale.families.values(),
        *scale.consequences.values(),
        *scale.feared_events.values(),
        scale.tail_marker,
        scale.period,
    ]
    assert all(text.nl.strip() and text.en.strip() for text in texts)
    assert [rule.id for rule in scale.rules] == [f"R{number}" for number in range(1, 10)]
    assert len(scale.consequences) == 11


def test_a_level_has_words_per_axis():
    scale = read_scale()
    assert scale.words(Axis.IMPACT, Level.HIGH) != scale.words(Axis.LIKELIHOOD, Level.HIGH)


@pytest.mark.parametrize(("measured", "reached"), [(0.0, False), (0.05, False), (0.050001, True), (1.0, True)])
def test_a_floor_is_reached_beyond_its_limit_not_at_it(measured, reached):
    floor = next(floor for floor in read_scale().floors if floor.id == "uniqueness-5")
    assert floor.reached(measured) is reached


def test_a_floor_from_below():
    floor = next(floor for floor in read_scale().floors if floor.id == "k-anonymity-3")
    assert floor.reached(2)
    assert not floor.reached(3)


def _broken_catalogue(change: Any) -> list[str]:
    data = copy.deepcopy(load(shipped.data("risks.yaml")))
    change(data["risks"])
    with pytest.raises(FrameworkError) as caught:
        riskdata.catalogue_from(data, read_scale(), "risks.yaml")
    return [problem.where for problem in caught.value.problems]


def test_all_that_is_wrong_in_the_catalogue_is_said_at_once():
    def change(risks: list[dict[str, Any]]) -> None:
        risks[0]["family"] = "vriendschap"
        risks[1]["name"] = {"nl": "alleen Nederlands"}
        risks[2]["level"] = {"likelihood": "vaak", "impact": "laag"}
        risks[3]["hints"] = [{"fact": "large_scale", "likelihood": "hoog", "impact": "hoog", "nl": "a", "en": "a"}]
        risks[4]["gdpr"] = ["artikel 5"]
        risks[5]["consequences"] = ["zomaar"]
        risks[6]["id"] = "PR01"

    places = _broken_catalogue(change)
    assert [place.split(": ")[1] for place in places] == [
        "risks[0]/PR01/family",
        "risks[1]/PR02/name",
        "risks[2]/PR03/level/likelihood",
        "risks[3]/PR04/hints",
        "risks[4]/PR05/gdpr",
        "risks[5]/PR06/consequences",
        "risks/PR01",
    ]


def test_a_floor_for_a_risk_that_is_gone_is_found():
    assert _broken_catalogue(lambda risks: risks.pop(9)) == [
        "risks.yaml: floors/uniqueness-5",
        "risks.yaml: floors/uniqueness-20",
        "risks.yaml: floors/k-anonymity-3",
    ]


def test_a_scale_with_a_hole_in_its_matrix_is_refused():
    data = copy.deepcopy(load(shipped.data("scale.yaml")))
    del data["matrix"]["hoog"]["laag"]
    data["floors"][0]["below"] = 1
    with pytest.raises(FrameworkError) as caught:
        riskdata.scale_from(data, "scale.yaml")
    assert [problem.where for problem in caught.value.problems] == [
        "scale.yaml: matrix/hoog/laag",
        "scale.yaml: floors/uniqueness-5",
    ]


def test_reasons_not_to_apply_name_facts_and_requirements_that_exist(framework):
    known = applicability.read()
    assert set(known.by_requirement) <= set(framework.requirements)
    for requirement, reason in known.by_requirement.items():
        assert set(reason.none_of) <= set(framework.rules.facts)
        assert not reason.gate or framework.check(reason.gate)[0].id == requirement
    assert set(known.every.none_of) <= set(framework.rules.facts)


def test_a_reason_without_words_or_facts_is_refused():
    with pytest.raises(FrameworkError) as caught:
        applicability.applicability_from(
            {
                "all_requirements": {"nl": "x", "en": "x"},
                "requirements": {"avg-01": {"none_of": ["a"], "gate": "avg-01-c1"}},
            }
        )
    assert len(caught.value.problems) == 5
