"""What register texts propose, sentence by sentence, and that every quote is what really stands there."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kader.exchange import proposals, publication_standard, sentences
from kader.framework.model import Framework
from kader.framework.rules import Truth

CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text("utf-8"))
NEGATIONS = ("Er is geen", "niet", "zonder", "no", "never", "not")


def values(entry):
    return {fact: {proposal.value.value for proposal in found} for fact, found in proposals.proposed(entry).items()}


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:60] for case in CASES])
def test_a_sentence_proposes_what_it_says(case):
    found = values(
        {case.get("field", "source_data"): case["text"], "publication_category": ""}
        | {case.get("field", "source_data"): case["text"]}
    )
    # That an algorithm is used follows from its being in the register; it is no matter of these sentences.
    if case.get("field") != "publication_category":
        found.pop("is_algorithm", None)
    if "proposes" in case:
        assert found == {fact: {value} for fact, value in case["proposes"].items()}
    for fact, value in case.get("not", {}).items():
        assert value not in found.get(fact, set())


def test_there_are_cases_of_every_kind():
    assert len(CASES) >= 80
    assert sum(1 for case in CASES if case.get("proposes") == {}) >= 30
    assert sum(1 for case in CASES if "no" in case.get("proposes", {}).values()) >= 15


def test_every_pattern_is_about_facts_of_the_prescan_and_fields_of_the_register():
    facts = Framework.bundled().rules.facts
    known = publication_standard.read().fields
    rules = proposals.read()
    for pattern in rules.patterns:
        assert {fact for fact, _ in pattern.proposes} <= set(facts), pattern.id
        assert set(pattern.fields) <= set(known), pattern.id
    for rule in rules.structured:
        assert {fact for fact, _ in rule.proposes} <= set(facts), rule.id
        assert rule.field in known, rule.id
    names = [*(pattern.id for pattern in rules.patterns), *(rule.id for rule in rules.structured)]
    assert len(names) == len(set(names))


def test_a_quote_is_the_sentence_word_for_word_and_names_its_field():
    text = "<p>Over dit algoritme.</p><ul><li>Het <b>BSN</b> van de aanvrager &amp; zijn partner.</li></ul>"
    (proposal,) = proposals.proposed({"source_data": text})["national_id"]
    assert proposal.quote == "Het BSN van de aanvrager & zijn partner."
    assert (proposal.field, proposal.rule, proposal.value) == ("source_data", "bsn", Truth.YES)


def test_contradicting_sentences_are_both_proposed():
    found = proposals.proposed({"source_data": "Het BSN van de aanvrager.", "risks": "Er wordt geen BSN gebruikt."})
    assert {one.value for one in found["national_id"]} == {Truth.YES, Truth.NO}


def test_a_very_long_sentence_is_quoted_in_part_but_word_for_word():
    text = "woord " * 2_000 + "en het BSN van de aanvrager " + "woord " * 2_000
    (proposal,) = proposals.proposed({"source_data": text})["national_id"]
    assert "BSN" in proposal.quote
    assert len(proposal.quote) <= proposals.MAX_QUOTE
    assert proposal.quote in text


def test_what_is_no_text_proposes_nothing():
    assert proposals.proposed({"source_data": ({"title": "BSN"},), "goal": 7, "risks": True}) == {}


@given(st.text(max_size=300))
def test_any_text_is_read_and_quotes_stand_in_it(text):
    entry = {"source_data": text, "goal": f"Het BSN: {text}"}
    for found in proposals.proposed(entry).values():
        for proposal in found:
            assert proposal.quote in sentences.visible(entry[proposal.field])


@pytest.mark.parametrize("letter", ["İ", "ß", "ﬁ"])
def test_letters_that_grow_when_small_do_not_shift_the_quote(letter):
    (proposal,) = proposals.proposed({"source_data": f"{letter * 5} Punt. Het BSN telt."})["national_id"]
    assert proposal.quote == "Het BSN telt."
