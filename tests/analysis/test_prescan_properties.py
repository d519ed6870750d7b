"""The pre-scan against brute force: random small rule sets, random answers, every completion tried.

What is compared with is written here once more, from the meaning of the rules, on the raw data and with plain loops.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kader import shipped
from kader.analysis.answers import Alphabet, first_question
from kader.analysis.findings import Prescan, Verdict
from kader.analysis.prescan import prescan
from kader.framework import rulefile
from kader.framework.rules import RuleSet, Truth, facts_in, read

Node = Mapping[str, Any]
Answers = dict[str, str]

DAY = dt.date(2026, 11, 23)
WORDS = {"nl": "woorden", "en": "words"}
OWN = ("f0", "f1", "f2", "f3", "f4")
FIXED = ("personal_data", "new_legislation", "changed_since_dpia")
SHIPPED = yaml.safe_load(shipped.data("prescan.yaml").read_text(encoding="utf-8"))


# --- random rule sets ---


def rule(name: str, when: object, **more: object) -> dict[str, Any]:
    return {"id": name, "official": WORDS, "text": WORDS, "when": when, "cite": WORDS, **more}


def fact(name: str) -> dict[str, Any]:
    texts = dict.fromkeys(("label", "question", "hint", "why"), WORDS)
    return {"id": name, "group": "g", "articles": [], **texts}


def expressions(facts: tuple[str, ...]) -> st.SearchStrategy[object]:
    return st.recursive(
        st.sampled_from(facts),
        lambda inner: st.one_of(
            st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda part: {"not": part}, inner),
        ),
        max_leaves=4,
    )


@st.composite
def rule_data(draw: st.DrawFn) -> dict[str, Any]:
    when = expressions((*OWN, "personal_data"))
    named = lambda prefix, most: [  # noqa: E731  one expression, used in the lines below
        rule(f"{prefix}{n}", condition) for n, condition in enumerate(draw(st.lists(when, max_size=most)))
    ]
    criteria = named("C", 4) or [rule("C0", draw(when))]
    exemptions = []
    for n, condition in enumerate(draw(st.lists(expressions((*OWN, "changed_since_dpia")), max_size=2))):
        defeats = draw(st.lists(st.sampled_from(["art35_3", "ap_list", "wp248"]), unique=True))
        exemptions.append(rule(f"X{n}", condition, defeats=defeats, covers=draw(st.booleans())))
    policies = [rule("new_legislation", "new_legislation")]
    if draw(st.booleans()):
        policies.append(rule("advice", draw(st.sampled_from(OWN)), required=draw(st.booleans())))
    texts = dict.fromkeys(("required", "not_required", "undetermined"), WORDS)
    instrument = rule("fria", draw(when), level="required", strength="law", texts=texts)
    lines = [
        rule(f"l{n}", condition, status=draw(st.sampled_from(["required", "not_required", "not_applicable"])))
        for n, condition in enumerate(draw(st.lists(when, max_size=3)))
    ]
    return {
        **SHIPPED,
        "groups": [{"id": "g", "title": WORDS}],
        "facts": [fact(name) for name in draw(st.permutations((*FIXED, *OWN)))],
        "criteria": criteria,
        "art35_3": named("a", 2),
        "ap_list": named("AP", 2),
        "exemptions": exemptions,
        "policies": policies,
        "instruments": [instrument],
        "art22": [*lines, rule("rest", {"not": "never"}, status="not_required")],
        "profiles": [
            {"id": "default", "title": WORDS, "note": WORDS, "wp248_threshold": draw(st.integers(1, len(criteria)))}
        ],
    }


@st.composite
def situations(draw: st.DrawFn) -> tuple[dict[str, Any], Answers]:
    data = draw(rule_data())
    answers = {
        name: value
        for name in (*FIXED, *OWN)
        if (value := draw(st.sampled_from(["unknown", "unknown", "yes", "no"]))) != "unknown"
    }
    return data, answers


# --- the meaning of the rules, with plain loops ---


def truth(when: object, answers: Answers) -> str:
    if isinstance(when, str):
        return "no" if when == "never" else answers.get(when, "unknown")
    assert isinstance(when, dict)
    ((operator, value),) = when.items()
    if operator == "not":
        return {"yes": "no", "no": "yes", "unknown": "unknown"}[truth(value, answers)]
    parts = [truth(part, answers) for part in value]
    strong, weak = ("yes", "no") if operator == "any" else ("no", "yes")
    return strong if strong in parts else "unknown" if "unknown" in parts else weak


def mentioned(when: object) -> set[str]:
    if isinstance(when, str):
        return set() if when == "never" else {when}
    assert isinstance(when, dict)
    ((operator, value),) = when.items()
    return mentioned(value) if operator == "not" else {name for part in value for name in mentioned(part)}


def holding(rules: list[Node], answers: Answers) -> list[Node]:
    return [one for one in rules if truth(one["when"], answers) == "yes"]


def defeated(data: Node, answers: Answers) -> set[str]:
    return {kind for one in holding(data["exemptions"], answers) if not one["covers"] for kind in one["defeats"]}


def dpia(data: Node, answers: Answers) -> str:
    threshold = data["profiles"][0]["wp248_threshold"]
    away = defeated(data, answers)
    criteria = 0 if "wp248" in away else len(holding(data["criteria"], answers))
    policies = holding(data["policies"], answers)
    listed = any(kind not in away and holding(data[kind], answers) for kind in ("art35_3", "ap_list"))
    if answers.get("personal_data") == "no":
        return "not_applicable"
    if any(one["covers"] for one in holding(data["exemptions"], answers)):
        return "covered"
    if listed or criteria >= threshold or any(one.get("required", True) for one in policies):
        return "required"
    if criteria or policies:
        return "recommended"
    rules = [*data["art35_3"], *data["ap_list"], *data["criteria"]]
    return "undetermined" if any(truth(one["when"], answers) == "unknown" for one in rules) else "not_required"


def can_rise_as_written(data: Node, answers: Answers) -> bool:
    """Enough criteria that are yes or unknown, or a listed kind or case unknown; an exemption that holds counts."""
    away = defeated(data, answers)
    open_criteria = [one for one in data["criteria"] if truth(one["when"], answers) != "no"]
    if "wp248" not in away and len(open_criteria) >= data["profiles"][0]["wp248_threshold"]:
        return True
    return any(
        kind not in away and any(truth(one["when"], answers) == "unknown" for one in data[kind])
        for kind in ("art35_3", "ap_list")
    )


def burden_of_proof(data: Node) -> set[str]:
    about = lambda key: {name for one in data[key] for name in mentioned(one["when"])}  # noqa: E731  one expression, used in the lines below
    ordinary = about("art35_3") | about("ap_list") | about("criteria")
    return (about("policies") | (about("exemptions") - ordinary)) - {"personal_data"}


def partial(facts: list[str]) -> Iterator[Answers]:
    for values in product(("unknown", "yes", "no"), repeat=len(facts)):
        yield {name: value for name, value in zip(facts, values, strict=True) if value != "unknown"}


def smallest_sets(open_facts: list[str], suffices: Any) -> set[frozenset[tuple[str, str]]]:
    found: set[frozenset[tuple[str, str]]] = set()
    for size in (1, 2, 3):
        for chosen in combinations(open_facts, size):
            for values in product(("yes", "no"), repeat=size):
                candidate = frozenset(zip(chosen, values, strict=True))
                if not any(smaller < candidate for smaller in found) and suffices(dict(candidate)):
                    found.add(candidate)
    return found


def always_needed(open_facts: list[str], settles: Any) -> set[str]:
    ways = [set(way) for way in partial(open_facts) if settles(way)]
    return set.intersection(*ways) if ways else set()


def first_to_ask(sets: set[frozenset[tuple[str, str]]], needed: tuple[str, ...], order: list[str]) -> str:
    weights = {name: sum((Fraction(1, len(one)) for one in sets if name in dict(one)), Fraction(0)) for name in order}
    if not sets:
        return needed[0] if needed else ""
    return max(order, key=lambda name: (weights[name], -order.index(name)))


def as_sets(verdict: Verdict) -> set[frozenset[tuple[str, str]]]:
    return {frozenset((one.fact, one.value.value) for one in found) for found in verdict.sufficient}


def judged(data: Node, answers: Answers) -> tuple[RuleSet, Prescan]:
    rules = rulefile.parse(data)
    return rules, prescan(rules, {name: Truth(value) for name, value in answers.items()}, date=DAY)


slow = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@slow
@given(situations())
def test_the_dpia_verdict_and_what_would_decide_it_equal_brute_force(situation: tuple[Node, Answers]) -> None:
    data, answers = situation
    _, found = judged(data, answers)
    verdict = found.verdicts["dpia"]
    status = dpia(data, answers)
    assert verdict.status == status
    order = [one["id"] for one in data["facts"]]
    open_facts = [name for name in order if name not in answers and name not in burden_of_proof(data)]
    becomes = lambda way: dpia(data, {**answers, **way})  # noqa: E731  one expression, used in the lines below
    rises = any(becomes(way) == "required" for way in partial(open_facts))
    if status not in ("undetermined", "recommended") or (status == "recommended" and not rises):
        assert not verdict.could_rise
        assert (verdict.sufficient, verdict.needed, verdict.next) == ((), (), "")
        return
    assert verdict.could_rise is rises
    assert as_sets(verdict) == smallest_sets(open_facts, lambda way: becomes(way) == "required")
    if status == "undetermined":
        needed = always_needed(open_facts, lambda way: becomes(way) == "not_required")
    else:
        below = ("undetermined", "recommended", "not_required")
        needed = always_needed(
            open_facts, lambda way: becomes(way) in below and not can_rise_as_written(data, {**answers, **way})
        )
    assert set(verdict.needed) == needed
    assert list(verdict.needed) == [name for name in order if name in needed]
    assert verdict.next == first_to_ask(as_sets(verdict), verdict.needed, order)


def entangled(*criteria: object) -> Node:
    """Rules of which all criteria together make a DPIA required, on four facts of one's own."""
    texts = dict.fromkeys(("required", "not_required", "undetermined"), WORDS)
    return {
        **SHIPPED,
        "groups": [{"id": "g", "title": WORDS}],
        "facts": [fact(name) for name in (*FIXED, *OWN)],
        "criteria": [rule(f"C{n}", condition) for n, condition in enumerate(criteria)],
        "art35_3": [],
        "ap_list": [],
        "exemptions": [],
        "policies": [rule("new_legislation", "new_legislation")],
        "instruments": [rule("fria", "f4", level="required", strength="law", texts=texts)],
        "art22": [rule("rest", {"not": "never"}, status="not_required")],
        "profiles": [{"id": "default", "title": WORDS, "note": WORDS, "wp248_threshold": len(criteria)}],
    }


def both(first: object, second: object) -> Node:
    return {"all": [first, second]}


def but(first: str, second: str) -> Node:
    return {"all": [{"not": first}, second]}


@pytest.mark.parametrize(
    ("criteria", "needed"),
    [
        # Each rule alone leaves a choice; f2 is in every choice that settles all three.
        ([both("f0", "f1"), but("f0", "f2"), but("f1", "f2")], {"f2"}),
        # Each fact is wanted both ways, so that no rule can be settled apart from the others.
        ([both("f0", "f1"), but("f0", "f2"), but("f1", "f2"), but("f2", "f3"), but("f3", "f0")], {"f0", "f2", "f3"}),
    ],
)
def test_what_is_needed_is_found_where_only_the_rules_together_force_it(criteria: list[Node], needed: set[str]) -> None:
    data = entangled(*criteria)
    ways = always_needed(list(OWN), lambda way: dpia(data, way) == "not_required")
    assert ways == needed
    verdict = judged(data, {})[1].verdicts["dpia"]
    assert verdict.status == "undetermined"
    assert set(verdict.needed) == needed


@slow
@given(situations())
def test_another_instrument_equals_brute_force(situation: tuple[Node, Answers]) -> None:
    data, answers = situation
    _, found = judged(data, answers)
    verdict = found.verdicts["fria"]
    when = data["instruments"][0]["when"]
    value = truth(when, answers)
    assert verdict.status == {"yes": "required", "no": "not_required", "unknown": "undetermined"}[value]
    if value != "unknown":
        return
    order = [one["id"] for one in data["facts"]]
    open_facts = [name for name in order if name not in answers and name in mentioned(when)]
    becomes = lambda way: truth(when, {**answers, **way})  # noqa: E731  one expression, used in the lines below
    assert verdict.could_rise is any(becomes(way) == "yes" for way in partial(open_facts))
    assert as_sets(verdict) == smallest_sets(open_facts, lambda way: becomes(way) == "yes")
    assert set(verdict.needed) == always_needed(open_facts, lambda way: becomes(way) == "no")
    assert verdict.next == first_to_ask(as_sets(verdict), verdict.needed, order)


@slow
@given(situations())
def test_the_art_22_list_equals_every_way_of_answering(situation: tuple[Node, Answers]) -> None:
    data, answers = situation
    _, found = judged(data, answers)
    verdict = found.verdicts["art22"]
    if answers.get("personal_data") == "no":
        assert verdict.status == "not_applicable"
        return
    names = {name for line in data["art22"] for name in mentioned(line["when"])}
    open_facts = [one["id"] for one in data["facts"] if one["id"] in names and one["id"] not in answers]

    def lines(way: Answers) -> set[str]:
        given = {**answers, **way}
        rest = [name for name in open_facts if name not in way]
        ids = set()
        for values in product(("yes", "no"), repeat=len(rest)):
            full = {**given, **dict(zip(rest, values, strict=True))}
            ids.add(next(line["id"] for line in data["art22"] if truth(line["when"], full) == "yes"))
        return ids

    status_of = {line["id"]: line["status"] for line in data["art22"]}

    def status(way: Answers) -> str:
        statuses = {status_of[line] for line in lines(way)}
        return statuses.pop() if len(statuses) == 1 else "undetermined"

    assert verdict.status == status({})
    assert verdict.outcome == (lines({}).pop() if len(lines({})) == 1 else "")
    if verdict.status == "undetermined":
        assert as_sets(verdict) == smallest_sets(open_facts, lambda way: status(way) == "required")
        settled = ("not_required", "not_applicable")
        assert set(verdict.needed) == always_needed(open_facts, lambda way: status(way) in settled)


# --- the rules that ship ---

RULES = read()
ASKED = st.dictionaries(st.sampled_from(list(RULES.facts)), st.sampled_from([Truth.YES, Truth.NO]), max_size=30)
EXEMPTING = {name for one in RULES.exemptions.values() for name in facts_in(one.when)}


@settings(max_examples=150, deadline=None)
@given(ASKED)
def test_the_shipped_rules_give_the_status_that_their_meaning_gives(facts: dict[str, Truth]) -> None:
    data = {**SHIPPED, "exemptions": [{"covers": False, **one} for one in SHIPPED["exemptions"]]}
    answers = {name: value.value for name, value in facts.items()}
    found = prescan(RULES, facts, date=DAY)
    assert found.verdicts["dpia"].status == dpia(data, answers)


@settings(max_examples=150, deadline=None)
@given(ASKED, st.sampled_from(list(RULES.facts)), st.sampled_from([Truth.YES, Truth.NO]))
def test_one_more_answer_takes_no_duty_away_unless_it_exempts(facts: dict[str, Truth], name: str, value: Truth) -> None:
    if name in facts or name in EXEMPTING or name == "personal_data":
        return
    before = prescan(RULES, facts, date=DAY).verdicts["dpia"]
    after = prescan(RULES, {**facts, name: value}, date=DAY).verdicts["dpia"]
    if before.status == "required":
        assert after.status == "required"
        assert {reason.id for reason in before.reasons} <= {reason.id for reason in after.reasons}
    if before.status in ("not_required", "not_applicable", "covered") and name not in RULES.policies:
        assert after.status == before.status


@settings(max_examples=100, deadline=None)
@given(ASKED)
def test_every_sufficient_set_suffices_and_no_part_of_it_does(facts: dict[str, Truth]) -> None:
    verdict = prescan(RULES, facts, date=DAY).verdicts["dpia"]
    assert verdict.could_rise is bool(verdict.sufficient), "in the shipped rules no duty takes more than three answers"
    for found in verdict.sufficient[:20]:
        given_too = {one.fact: one.value for one in found}
        assert not set(given_too) & set(facts)
        assert prescan(RULES, {**facts, **given_too}, date=DAY).verdicts["dpia"].status == "required"
        for left_out in given_too:
            fewer = {name: value for name, value in given_too.items() if name != left_out}
            assert prescan(RULES, {**facts, **fewer}, date=DAY).verdicts["dpia"].status != "required"


@settings(max_examples=100, deadline=None)
@given(ASKED)
def test_every_reason_names_answers_that_were_given_and_still_holds_on_those_alone(facts: dict[str, Truth]) -> None:
    found = prescan(RULES, facts, date=DAY)
    for verdict in found.verdicts.values():
        for reason in verdict.reasons:
            assert reason.cite
            assert reason.text
            for one in reason.facts:
                assert facts[one.fact] == one.value
    dpia_found = found.verdicts["dpia"]
    if dpia_found.status in ("required", "not_required", "not_applicable", "covered"):
        alone = {one.fact: one.value for reason in dpia_found.reasons for one in reason.facts}
        assert prescan(RULES, alone, date=DAY).verdicts["dpia"].status == dpia_found.status


@pytest.mark.parametrize("profile", list(RULES.profiles))
def test_an_empty_form_is_undetermined_for_every_duty(profile: str) -> None:
    found = prescan(RULES, {}, date=DAY, profile=profile)
    assert {verdict.id: verdict.status.value for verdict in found.verdicts.values()} == dict.fromkeys(
        found.verdicts, "undetermined"
    )
    assert found.next == "large_scale" if profile == "default" else found.next
    assert found.open_facts == tuple(RULES.facts)


def test_the_question_to_ask_first_stands_in_most_sets_and_smaller_sets_weigh_more() -> None:
    alphabet = Alphabet(("b", "c", "d", "a", "e"))
    sets = [alphabet.mask((name, Truth.YES) for name in names) for names in (("a",), ("b", "c"), ("b", "d", "e"))]
    assert first_question(sets, alphabet) == "a"
    assert first_question(sets[1:], alphabet) == "b"
    assert first_question([*sets, alphabet.mask([("b", Truth.NO), ("e", Truth.YES)])], alphabet) == "b"
    assert first_question([], alphabet) == ""
