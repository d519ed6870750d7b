"""Clues are found where words begin, in one pass, and none of the text is missed."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from kader.exchange import proposals
from kader.exchange.clues import ANYWHERE, Clues

WORDS = ["bsn", "naam", "name", "names", "name of", "of kin", "24/7", "*camera", "a.b", "ë"]
texts = st.lists(st.sampled_from([*WORDS, "cameras", "bename", "names of kin", "_", " ", "\n", ".", "x"])).map("".join)


def one_by_one(text):
    """The same, clue after clue."""
    begun: dict[int, str] = {}
    for clue in sorted((word for word in WORDS if not word.startswith(ANYWHERE)), key=len):
        begun |= {found.start(): clue for found in re.finditer(rf"(?<!\w)(?={re.escape(clue)})", text)}
    return {(clue, start) for start, clue in begun.items()} | {
        ("*camera", found.start()) for found in re.finditer("camera", text)
    }


@given(texts)
def test_all_together_find_what_each_finds_alone(text):
    found = list(Clues(WORDS).find(text))
    assert len(found) == len(set(found))
    assert set(found) == one_by_one(text)


def test_a_longer_clue_does_not_hide_the_patterns_of_the_one_it_begins_with():
    wanted = {clue: {pattern for pattern, _ in of_it} for (clue, _), of_it in proposals.read().wanted.items()}
    nested = [(long, short) for long in wanted for short in wanted if long != short and long.startswith(short)]
    assert ("medisch", "medische") not in nested
    assert ("medische", "medisch") in nested
    rules = proposals.read()
    for long, short in nested:
        for index, pattern in enumerate(rules.patterns):
            if short in pattern.clues:
                for field in pattern.fields:
                    assert index in {number for number, _ in rules.wanted[long, field]}
