"""The law cases of `tests/cases`: situations in words, with the verdict a jurist expects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from kader.analysis.findings import Prescan, Verdict
from kader.analysis.prescan import Residual, prescan
from kader.framework.risks import Level
from kader.framework.rules import Truth, read

FOLDER = Path(__file__).parents[1] / "cases"
KEYS = set(
    "id geval case ja nee overige lezing datum restrisico dpia_van verwacht omdat niet uitkomst kan_stijgen genoeg "
    "nodig vraag claims vanaf tegenspraak".split()
)
ANSWERS = {"ja": Truth.YES, "nee": Truth.NO}
RULES = read()


def cases() -> list[dict[str, Any]]:
    return [case for path in sorted(FOLDER.glob("*.yaml")) for case in yaml.safe_load(path.read_text(encoding="utf-8"))]


def facts_of(case: dict[str, Any]) -> dict[str, Truth]:
    rest = dict.fromkeys(RULES.facts, Truth.NO) if case.get("overige") == "nee" else {}
    yes, no = case.get("ja", []), case.get("nee", [])
    return {**rest, **dict.fromkeys(no, Truth.NO), **dict.fromkeys(yes, Truth.YES)}


def judge(case: dict[str, Any]) -> Prescan:
    residual = None
    if "restrisico" in case:
        remaining = case["restrisico"]
        residual = Residual(
            now=Level(remaining["nu"]),
            planned=Level(remaining["gepland"]) if "gepland" in remaining else None,
            scored=remaining["gescoord"],
            unscored=remaining["niet_gescoord"],
        )
    return prescan(
        RULES,
        facts_of(case),
        date=dt.date.fromisoformat(case.get("datum", "2026-11-23")),
        profile=case.get("lezing", "default"),
        residual=residual,
        dpia_done=dt.date.fromisoformat(case["dpia_van"]) if "dpia_van" in case else None,
    )


def differences(case: dict[str, Any], found: Prescan) -> list[str]:
    """Every point in which what was found is not what the case expects, in words."""
    return [*in_verdicts(case, found), *in_reasons(case, found), *in_what_decides(case, found), *clashes(case, found)]


def unequal(what: str, expected: object, actual: object) -> list[str]:
    return [] if expected == actual else [f"{what}: expected {expected!r}, found {actual!r}"]


def each(case: dict[str, Any], key: str, what: str, actual: Callable[[Verdict], object], found: Prescan) -> list[str]:
    expected = case.get(key, {}).items()
    return [line for name, value in expected for line in unequal(f"{name}{what}", value, actual(found.verdicts[name]))]


def in_verdicts(case: dict[str, Any], found: Prescan) -> list[str]:
    wrong = each(case, "verwacht", "", lambda verdict: verdict.status.value, found)
    wrong += each(case, "vanaf", " from", lambda verdict: str(verdict.required_from), found)
    if "uitkomst" in case:
        wrong += unequal("outcome of art. 22", case["uitkomst"], found.verdicts["art22"].outcome)
    return wrong


def in_reasons(case: dict[str, Any], found: Prescan) -> list[str]:
    wrong = []
    for name, reasons in case.get("omdat", {}).items():
        given = found.verdicts[name].reasons
        for reason, article in reasons.items():
            if not any(article in str(one.cite) for one in given if one.id == reason):
                listed = [f"{one.id} ({one.cite})" for one in given]
                wrong.append(f"{name} because of {reason} ({article}): found {listed}")
    for name, reasons in case.get("niet", {}).items():
        fired = {one.id for one in found.verdicts[name].reasons if one.kind != "absence"}
        wrong += unequal(f"{name} not because of", set(), fired & set(reasons))
    return wrong


def in_what_decides(case: dict[str, Any], found: Prescan) -> list[str]:
    wrong = each(case, "kan_stijgen", " could rise", lambda verdict: verdict.could_rise, found)
    wrong += each(case, "nodig", " needs", lambda verdict: list(verdict.needed), found)
    wrong += each(case, "vraag", " asks next", lambda verdict: verdict.next, found)
    wrong += each(case, "claims", " claims", lambda verdict: list(verdict.claims), found)
    for name, sets in case.get("genoeg", {}).items():
        for one in sets:
            expected = {(fact, ANSWERS[value].value) for fact, value in one.items()}
            if expected not in sufficient(found.verdicts[name]):
                wrong.append(f"{name}: {sorted(expected)} should be enough")
    return wrong


def clashes(case: dict[str, Any], found: Prescan) -> list[str]:
    said = [str(text) for text in found.contradictions]
    wrong = []
    for pair in case.get("tegenspraak", []):
        labels = [RULES.facts[fact].label.nl for fact in pair]
        if not any(all(f"'{label}'" in text for label in labels) for text in said):
            wrong.append(f"contradiction of {pair} not found: {said}")
    if "overige" in case and "tegenspraak" not in case:
        wrong += unequal("contradictions", [], said)
    return wrong


def sufficient(verdict: Verdict) -> list[set[tuple[str, str]]]:
    return [{(one.fact, one.value.value) for one in found} for found in verdict.sufficient]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["id"])
def test_a_case_is_judged_as_the_jurist_expects(case: dict[str, Any]) -> None:
    wrong = differences(case, judge(case))
    if wrong:
        pytest.fail("\n".join([case["geval"], case["case"], *(f"  - {line}" for line in wrong)]), pytrace=False)


def test_cases_name_only_facts_rules_and_keys_that_exist() -> None:
    rules = {"nothing_found", "no_personal_data", "wp248", "changed", "unchanged"}
    rules |= {"residual_high", "planned_lower", "none_high"}
    for listed in (RULES.criteria, RULES.art35_3, RULES.ap_list, RULES.exemptions, RULES.policies, RULES.instruments):
        rules |= set(listed)
    rules |= {line.id for line in RULES.art22}
    for case in cases():
        assert set(case) <= KEYS, case["id"]
        assert all(case[key] for key in ("geval", "case", "verwacht")), case["id"]
        named = [*case.get("ja", []), *case.get("nee", [])]
        assert set(named) <= set(RULES.facts), case["id"]
        assert len(named) == len(set(named)), case["id"]
        for key in ("omdat", "niet"):
            assert {one for ids in case.get(key, {}).values() for one in ids} <= rules, case["id"]
    ids = [case["id"] for case in cases()]
    assert len(ids) == len(set(ids))


def test_every_kind_of_the_list_has_a_case_and_a_near_miss_that_differs_in_answers_only() -> None:
    by_id = {case["id"]: case for case in cases()}
    for kind in RULES.ap_list:
        number = kind.removeprefix("AP")
        hit, miss = (
            next(c for i, c in by_id.items() if i.startswith(f"ap-{number}") and i.endswith("near-miss") is m)
            for m in (False, True)
        )
        assert kind in hit["omdat"]["dpia"]
        assert kind in miss["niet"]["dpia"]
        assert judge(hit).ap_list[kind] == Truth.YES
        assert judge(miss).ap_list[kind] == Truth.NO
        assert len(set(facts_of(hit).items()) ^ set(facts_of(miss).items())) == 2, kind


def test_every_rule_and_every_status_occurs_in_some_case() -> None:
    fired: set[str] = set()
    statuses: set[tuple[str, str]] = set()
    outcomes: set[str] = set()
    for case in cases():
        found = judge(case)
        outcomes.add(found.verdicts["art22"].outcome)
        for verdict in found.verdicts.values():
            statuses.add((verdict.id, verdict.status.value))
            fired |= {reason.id for reason in verdict.reasons if reason.kind != "absence"}
    expected = {*RULES.art35_3, *RULES.ap_list, *RULES.policies, "wp248", "X1", "X2", "X3", *RULES.instruments}
    assert expected <= fired
    assert {line.id for line in RULES.art22} <= outcomes
    every = "required recommended not_required undetermined not_applicable covered".split()
    assert {("dpia", status) for status in every} <= statuses
    assert {("prior_consultation", status) for status in every[:5]} <= statuses
    assert {("review", status) for status in every[:5]} <= statuses


def test_a_wrong_case_fails_with_its_sentence_and_all_differences() -> None:
    case = {"id": "x", "ja": ["personal_data"], "overige": "nee", "verwacht": {"dpia": "required", "kia": "required"}}
    wrong = differences(case, judge(case))
    assert wrong == [
        "dpia: expected 'required', found 'not_required'",
        "kia: expected 'required', found 'not_required'",
    ]
