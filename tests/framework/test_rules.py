"""The pre-scan's rules as data: logic, reading, and what the shipped file must hold."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kader import shipped
from kader.errors import RuleError
from kader.framework import rulefile
from kader.framework.rules import Expression, Truth, evaluate, facts_in, fingerprint, read, terms
from kader.text import Text

Y, N, U = Truth.YES, Truth.NO, Truth.UNKNOWN
A, B = Expression("fact", "a"), Expression("fact", "b")
SHIPPED = yaml.safe_load(shipped.data("prescan.yaml").read_text(encoding="utf-8"))


# --- logic ---


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        (Y, Y, Y, Y),
        (Y, N, N, Y),
        (Y, U, U, Y),
        (N, Y, N, Y),
        (N, N, N, N),
        (N, U, N, U),
        (U, Y, U, Y),
        (U, N, N, U),
        (U, U, U, U),
    ],
)
def test_all_and_any_follow_kleenes_tables(a: Truth, b: Truth, both: Truth, either: Truth) -> None:
    facts = {"a": a, "b": b}
    assert evaluate(Expression("all", parts=(A, B)), facts) is both
    assert evaluate(Expression("any", parts=(A, B)), facts) is either


@pytest.mark.parametrize(("a", "negated"), [(Y, N), (N, Y), (U, U)])
def test_not_follows_kleenes_table(a: Truth, negated: Truth) -> None:
    assert evaluate(Expression("not", parts=(A,)), {"a": a}) is negated


def test_a_fact_that_is_not_given_is_unknown_and_never_is_no() -> None:
    assert evaluate(A, {}) is U
    assert evaluate(Expression("never"), {}) is N
    assert evaluate(Expression("not", parts=(Expression("never"),)), {}) is Y


NAMES = ("a", "b", "c", "d")
EXPRESSIONS = st.recursive(
    st.one_of(st.sampled_from(NAMES).map(lambda name: Expression("fact", name)), st.just(Expression("never"))),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Expression("all", parts=tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Expression("any", parts=tuple(parts))),
        inner.map(lambda part: Expression("not", parts=(part,))),
    ),
    max_leaves=7,
)


@given(EXPRESSIONS)
def test_a_value_holds_exactly_when_one_of_its_terms_is_among_the_answers(expression: Expression) -> None:
    sets = {value: terms(expression, value) for value in (Y, N)}
    for values in product((Y, N, U), repeat=len(NAMES)):
        facts = dict(zip(NAMES, values, strict=True))
        found = evaluate(expression, facts)
        for value, found_terms in sets.items():
            holds = any(all(facts[name] is wanted for name, wanted in term) for term in found_terms)
            assert holds is (found is value)


@given(EXPRESSIONS)
def test_no_term_holds_another_or_contradicts_itself(expression: Expression) -> None:
    for value in (Y, N):
        found = terms(expression, value)
        assert not any(one < other for one in found for other in found)
        assert all(len({name for name, _ in term}) == len(term) for term in found)
        assert {name for term in found for name, _ in term} <= facts_in(expression)


def test_nothing_makes_an_expression_unknown() -> None:
    with pytest.raises(ValueError, match="yes and no"):
        terms(A, U)


# --- the shipped rules ---


def test_the_shipped_rules_have_every_fact_criterion_case_and_kind() -> None:
    rules = read()
    assert rules is read()
    assert len(rules.facts) == 53
    assert list(rules.criteria) == [f"C{n}" for n in range(1, 10)]
    assert list(rules.art35_3) == ["a", "b", "c"]
    assert list(rules.ap_list) == [f"AP{n:02d}" for n in range(1, 18)]
    assert list(rules.exemptions) == ["X1", "X2", "X3", "X4"]
    assert set(rules.profiles) == {"default", "algoritmekader_literal"}
    assert [profile.wp248_threshold for profile in rules.profiles.values()] == [2, 1]
    assert {fact.group for fact in rules.facts.values()} == {group.id for group in rules.groups}
    assert 6 <= len(rules.groups) <= 9


def test_every_duty_has_a_title_and_every_dated_source_its_day() -> None:
    rules = read()
    assert set(rules.titles) == {"dpia", "art22", "prior_consultation", "review", *rules.instruments}
    for listed in (rules.criteria, rules.art35_3, rules.ap_list, rules.exemptions):
        assert all(rule.date for rule in listed.values())
    assert {rule.date for rule in rules.ap_list.values()} == {dt.date(2019, 11, 27)}
    assert rules.instruments["fria"].applies_from == dt.date(2027, 12, 2)
    assert rules.review.practice_months == 36


def test_the_numbers_that_the_authority_prints_with_each_kind_are_kept() -> None:
    printed = {kind: [int(name[1:]) for name in rule.criteria] for kind, rule in read().ap_list.items()}
    assert printed["AP02"] == [4, 6, 7, 8]
    assert printed["AP04"] == [1, 2, 3, 4, 5, 9]
    assert printed["AP15"] == [1, 3]
    assert all(numbers for numbers in printed.values())


def test_every_question_has_a_hint_with_an_example_a_reason_and_a_source() -> None:
    for fact in read().facts.values():
        assert fact.articles, fact.id
        for language in ("nl", "en"):
            assert fact.question.to(language).endswith("?"), fact.id
            assert len(fact.hint.to(language)) > 30, fact.id
            assert fact.why.to(language).endswith("."), fact.id
            assert len(fact.label.to(language)) < 45, fact.id


def test_dutch_and_english_are_different_words_and_dutch_sentences_are_short() -> None:
    def texts(node: object) -> list[Text]:
        if isinstance(node, dict):
            own = [Text(node["nl"], node["en"])] if set(node) == {"nl", "en"} else []
            return own + [text for value in node.values() for text in texts(value)]
        return [text for value in node for text in texts(value)] if isinstance(node, list) else []

    found = texts(SHIPPED)
    assert len(found) > 400
    assert {text.nl for text in found if text.nl == text.en and len(text.nl.split()) > 3} <= {
        "Model DPIA Rijksdienst 3.0, 1.1"
    }
    for fact in SHIPPED["facts"]:
        for key in ("question", "why", "hint"):
            for sentence in fact[key]["nl"].replace("?", ".").split(". "):
                assert len(sentence.split()) <= 34, (fact["id"], sentence)


def test_slots_in_phrases_are_filled_by_the_same_names_in_both_languages() -> None:
    rules = read()
    rules.phrases["criteria"].format(n=2, names="x")
    rules.phrases["yes_and_no"].format(a="x", b="y")
    rules.phrases["both_yes"].format(a="x", b="y")
    rules.review_texts["recommended_old"].format(day="x", months=36)
    for instrument in rules.instruments.values():
        if instrument.applies_from:
            assert "2 december" in instrument.texts["not_yet"].format(day="2 december").nl


def test_conventions_of_our_own_are_called_so() -> None:
    rules = read()
    assert "Onze afspraak" in rules.art22[-1].note.nl
    assert "our convention" in rules.policies["public_cloud_material"].note.en
    assert "praktijk" in rules.review.practice_note.nl
    assert "concept" in rules.review.practice_note.nl


def test_conditions_equal_those_of_the_research_they_were_taken_from(shared: Path) -> None:
    reference = yaml.safe_load((shared / "reference/rules/prescan.yaml").read_text(encoding="utf-8"))
    assert list(read().facts) == list(reference["facts"])
    for key in ("criteria", "art35_3", "ap_list", "exemptions"):
        assert {rule["id"]: rule["when"] for rule in SHIPPED[key]} == {
            name: rule["when"] for name, rule in reference[key].items()
        }
    for rule in SHIPPED["ap_list"]:
        assert rule["official"]["nl"] == reference["ap_list"][rule["id"]]["official_nl"]
        assert rule["criteria"] == reference["ap_list"][rule["id"]]["criteria"]
    conditions = {name.lower(): rule["when"] for name, rule in reference["instruments"].items() if name != "ART22"}
    assert {rule["id"]: rule["when"] for rule in SHIPPED["instruments"]} == conditions
    assert [line["when"] for line in SHIPPED["art22"][:-1]] == [line["if"] for line in reference["art22_decision"]]


# --- fingerprint ---


def test_the_fingerprint_is_sha_256_of_canonical_json() -> None:
    canonical = json.dumps(SHIPPED, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert read().fingerprint == hashlib.sha256(canonical.encode()).hexdigest() == fingerprint(SHIPPED)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data["facts"].reverse(),
        lambda data: data["profiles"][0].update(wp248_threshold=3),
        lambda data: data["ap_list"][14].update(when="large_scale"),
        lambda data: data["instruments"][0].update(applies_from="2026-08-02"),
    ],
)
def test_every_change_of_a_rule_changes_the_fingerprint(change: Callable[[Any], None]) -> None:
    data = copy.deepcopy(SHIPPED)
    change(data)
    assert rulefile.parse(data).fingerprint != read().fingerprint


# --- broken files ---


def broken(change: Callable[[Any], object]) -> list[str]:
    data = copy.deepcopy(SHIPPED)
    change(data)
    with pytest.raises(RuleError) as caught:
        rulefile.parse(data)
    return [problem.to("en") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d["criteria"][4].update(when="larg_scale"), "criteria/C5/when: unknown fact 'larg_scale'"),
        (lambda d: d["ap_list"][2].update(when={"any": []}), "ap_list/AP03/when/any: a list of parts expected"),
        (lambda d: d["ap_list"][2].update(when={"all": []}), "ap_list/AP03/when/all: a list of parts expected"),
        (lambda d: d["art35_3"][0].update(when={"xor": ["large_scale"]}), "art35_3/a/when: a fact, all, any"),
        (lambda d: d["art35_3"][0].update(when=True), "art35_3/a/when: a fact, all, any"),
        (
            lambda d: d["art35_3"][1]["when"]["all"][1]["any"].append({"not": "nobody"}),
            "art35_3/b/when/all/1/any/5/not: unknown fact 'nobody'",
        ),
        (lambda d: d["facts"][3].update(answer="yes"), "facts/special_categories: unknown key 'answer'"),
        (lambda d: d["facts"][3].pop("hint"), "facts/special_categories/hint: this key is missing"),
        (lambda d: d["facts"][3]["why"].pop("en"), "facts/special_categories/why/en: this language is missing"),
        (lambda d: d["facts"][3]["why"].update(nl=" "), "facts/special_categories/why/nl: this language is missing"),
        (lambda d: d["facts"][3]["why"].update(fy="x"), "facts/special_categories/why: unknown key 'fy'"),
        (lambda d: d["facts"][3].update(group="none"), "facts/special_categories/group: unknown group 'none'"),
        (lambda d: d["facts"][3].update(entails=["x"]), "facts/special_categories/entails: unknown fact 'x'"),
        (lambda d: d["facts"].append(d["facts"][0]), "facts/personal_data: this id occurs twice"),
        (lambda d: d["ap_list"][0].update(criteria=["C12"]), "ap_list/AP01/criteria: unknown criterion 'C12'"),
        (lambda d: d["ap_list"][0].update(date="27 nov"), "ap_list/AP01/date: not a date"),
        (lambda d: d["exemptions"][0].update(defeats=["all"]), "exemptions/X1/defeats: 'all' is none of"),
        (lambda d: d["exemptions"][0].update(covers="yes"), "exemptions/X1/covers: true or false expected"),
        (lambda d: d["instruments"][0].update(level="must"), "instruments/fria/level: 'must' is none of"),
        (lambda d: d["instruments"][0].update(strength="soft"), "instruments/fria/strength: 'soft' is none of"),
        (lambda d: d["instruments"][0]["texts"].pop("not_yet"), "instruments/fria/texts/not_yet: this text is missing"),
        (lambda d: d["art22"][0].update(status="fine"), "art22/outside_art22/status: 'fine' is none of"),
        (lambda d: d["profiles"][0].update(wp248_threshold=0), "profiles/default/wp248_threshold: an integer"),
        (lambda d: d["profiles"][0].update(wp248_threshold=True), "profiles/default/wp248_threshold: an integer"),
        (lambda d: d["review"].update(practice_months="3"), "review/practice_months: a number of months expected"),
        (lambda d: d["dpia_texts"].pop("undetermined"), "dpia_texts/undetermined: this text is missing"),
        (lambda d: d["titles"].pop("iama"), "titles/iama: this text is missing"),
        (lambda d: d.pop("criteria"), "criteria: this key is missing"),
        (lambda d: d.update(facts="none"), "facts: a list expected"),
        (lambda d: d["criteria"].append({"official": {}}), "criteria/9: an id is missing"),
        (lambda d: d.update(extra=1), "prescan.yaml: unknown key 'extra'"),
        (lambda d: d.update(version=7), "version: a word or sentence expected"),
        (lambda d: d["facts"].pop(0), "facts: the fact 'personal_data' is missing"),
    ],
)
def test_what_is_wrong_is_said_with_its_path(change: Callable[[Any], object], message: str) -> None:
    assert any(message in problem for problem in broken(change)), broken(change)


def test_all_problems_are_reported_together() -> None:
    def change(data: Any) -> None:
        data["criteria"][0]["when"] = "x1"
        data["ap_list"][0]["when"] = {"any": []}
        del data["facts"][0]["question"]["en"]

    assert broken(change) == [
        "prescan.yaml: facts/personal_data/question/en: this language is missing",
        "prescan.yaml: criteria/C1/when: unknown fact 'x1'",
        "prescan.yaml: ap_list/AP01/when/any: a list of parts expected",
    ]


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=8,
)


@given(st.sampled_from(sorted(SHIPPED)), JSON)
def test_a_damaged_file_is_refused_or_read_but_never_a_crash(key: str, value: object) -> None:
    damaged: Mapping[str, object] = {**SHIPPED, key: value}
    try:
        rulefile.parse(damaged)
    except RuleError as error:
        problems = error.problems
    else:
        problems = ()
    assert all(problem.where.startswith("prescan.yaml") and problem.what for problem in problems)


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_a_file_of_another_shape_is_refused(data: object) -> None:
    with pytest.raises(RuleError):
        rulefile.parse(data)
