from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kader.store.changes import ABSENT, Change, apply, clashes, diff, undo

IDS = st.sampled_from(["a", "b", "c", "e/f", "~x", "id", "now"])
LEAVES = st.one_of(
    st.none(), st.text(max_size=2), st.booleans(), st.integers(0, 3), st.lists(st.text(max_size=1), max_size=2)
)
ANSWERS = st.dictionaries(st.sampled_from(["value", "remark", "at", "author", "now"]), LEAVES)


def items(key):
    """A list as an assessment keeps it: one of each id, in order, and not there at all when it is empty."""
    return st.dictionaries(IDS, ANSWERS, min_size=1, max_size=3).map(
        lambda known: [{key: name, **known[name]} for name in sorted(known)]
    )


DOCUMENTS = st.fixed_dictionaries(
    {"meta": ANSWERS},
    optional={
        "facts": st.dictionaries(IDS, ANSWERS, max_size=3),
        "risks": items("id"),
        "decisions": st.fixed_dictionaries({}, optional={"signatures": items("role"), "planned": ANSWERS}),
        "algorithm": st.dictionaries(IDS, st.lists(st.dictionaries(IDS, LEAVES, max_size=2), max_size=2), max_size=2),
    },
)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(DOCUMENTS, DOCUMENTS)
def test_changes_lead_there_and_back(before, after):
    made = [Change.from_json(change.as_json()) for change in diff(before, after)]
    assert apply(before, made) == after
    assert undo(after, made) == before


def test_null_is_something_else_than_nothing():
    assert diff({"a": None}, {}) == (Change(path="a", before=None, after=ABSENT),)
    assert Change(path="a", before=None, after=ABSENT).as_json() == {"path": "a", "from": None}


def test_true_is_not_one():
    assert diff({"a": 1}, {"a": True})


def test_different_fields_of_one_question_do_not_clash():
    base: Any = {"facts": {}}
    mine = diff(base, {"facts": {"x": {"value": "yes", "author": "a", "at": "1"}}})
    theirs = diff(base, {"facts": {"x": {"remark": "let op", "author": "b", "at": "2"}}})
    assert clashes(mine, theirs) == ()
    both = apply(apply(base, theirs), mine)
    assert both == {"facts": {"x": {"value": "yes", "remark": "let op", "author": "a", "at": "1"}}}


def test_the_same_field_clashes_with_both_values():
    base = {"facts": {"x": {"value": "no"}}}
    (clash,) = clashes(diff(base, {"facts": {"x": {"value": "yes"}}}), diff(base, {"facts": {"x": {}}}))
    assert (clash.path, clash.mine, clash.theirs) == ("facts/x/value", "yes", ABSENT)


def test_the_same_change_twice_is_no_clash():
    base: Any = {"facts": {}}
    made = diff(base, {"facts": {"x": {"value": "yes"}}})
    assert clashes(made, made) == ()


def test_removing_a_risk_clashes_with_scoring_it():
    base = {"risks": [{"id": "PR01"}]}
    removed, scored = diff(base, {}), diff(base, {"risks": [{"id": "PR01", "motivation": "x"}]})
    assert [clash.path for clash in clashes(removed, scored)] == ["risks/PR01/motivation"]
    assert [clash.path for clash in clashes(scored, removed)] == ["risks/PR01/motivation"]


def test_two_people_each_add_a_risk():
    mine, theirs = diff({}, {"risks": [{"id": "b", "name": "B"}]}), diff({}, {"risks": [{"id": "a", "name": "A"}]})
    assert clashes(mine, theirs) == ()
    assert apply(apply({}, mine), theirs) == apply(apply({}, theirs), mine)


def test_a_register_field_called_author_can_clash():
    base = {"algorithm": {"entry": {"author": "a"}}}
    mine = diff(base, {"algorithm": {"entry": {"author": "b"}}})
    theirs = diff(base, {"algorithm": {"entry": {"author": "c"}}})
    assert len(clashes(mine, theirs)) == 1
