"""The pre-scan rules as values, read from `data/prescan.yaml`.

Logic is Kleene's strong three-valued logic over facts that are *yes*, *no* or *unknown*: an unknown stays unknown
unless the rest decides it. This module says what the rules are and how an expression is evaluated; which verdict
follows is in `kader.analysis.prescan`, and how the file is read and checked in `kader.framework.rulefile`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from kader.text import EMPTY, Text


class Truth(StrEnum):
    """The value of a fact or an expression."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Strength(StrEnum):
    """How hard a reason is, from hard to soft: law, the supervisor's list, guidance, policy."""

    LAW = "law"
    AP_LIST = "ap_list"
    GUIDANCE = "guidance"
    POLICY = "policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact about a processing operation, asked as a question.

    Attributes:
        id: e.g. `large_scale`.
        question: what is asked; hint: how to answer it, with an example; why: why it is asked.
        group: id of the group of questions it is shown in.
        articles: the articles and guidelines it comes from.
        label: the fact in a few words, e.g. *large scale*.
        entails: facts that cannot be *no* when this one is *yes*.
        excludes: facts that cannot be *yes* when this one is *yes*.
    """

    id: str
    question: Text
    hint: Text
    why: Text
    group: str
    articles: tuple[str, ...]
    label: Text = EMPTY
    entails: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FactGroup:
    """A group of questions that are shown together."""

    id: str
    title: Text


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression over facts: a fact, or `all`, `any` or `not` of expressions.

    Attributes:
        operator: `fact`, `all`, `any`, `not` or `never` (which is always *no*).
        fact: the fact's id when the operator is `fact`.
        parts: the parts of `all`, `any` and `not`.
    """

    operator: str
    fact: str = ""
    parts: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A named condition: a criterion, a case of art. 35(3), a kind of the AP list, an exemption.

    Attributes:
        id: `C1`, `a`, `AP15`, `X3` …
        official: the official name (Dutch and, where there is one, official English).
        text: our own short wording.
        when: the condition.
        cite: where it stands.
        date: the date of that source.
        criteria: numbers of the WP248 criteria that the AP names with it.
        note: a remark for the reader, e.g. where we read a source more widely.
    """

    id: str
    official: Text
    text: Text
    when: Expression
    cite: Text
    date: dt.date | None = None
    criteria: tuple[str, ...] = ()
    note: Text = EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption(Rule):
    """An exemption; it counts only when it is claimed (its condition is *yes*).

    Attributes:
        defeats: the reasons it takes away: `art35_3`, `ap_list`, `wp248`.
        covers: whether it makes the verdict *covered*.
    """

    defeats: tuple[str, ...]
    covers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRule(Rule):
    """A reason of policy; it counts only when it is claimed.

    Attributes:
        required: whether it obliges (else it recommends).
    """

    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentRule(Rule):
    """When another assessment or duty applies.

    Attributes:
        level: `required` or `recommended`: the verdict when the condition holds.
        strength: of the duty.
        applies_from: the duty's first day; before it the verdict names that day.
        texts: verdict status → what the page says; `not_yet` (with `{day}`) for a duty that does not hold yet.
        needs_personal_data: whether it does not apply at all where no personal data are processed.
    """

    level: str
    strength: Strength
    applies_from: dt.date | None = None
    texts: Mapping[str, Text]
    needs_personal_data: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLine(Rule):
    """A line of the art. 22 decision list: the first whose condition holds gives the outcome and its status."""

    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A reading of the rules that one can choose.

    Attributes:
        wp248_threshold: how many of the nine criteria make a DPIA required.
        cite: where this reading stands, when it is not the rule set's own.
    """

    id: str
    title: Text
    note: Text
    wp248_threshold: int
    cite: Text = EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """When a DPIA is looked at again (art. 35(11)), with the period that is practice, not law."""

    cite: Text
    practice_months: int
    practice_note: Text
    triggers: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """The whole pre-scan, with a fingerprint that is stored in every assessment.

    Attributes:
        id, version, law_as_of: which rules these are and of which day the law is.
        fingerprint: SHA-256 of the canonical form of the data.
        dpia_texts: verdict status → what the page says.
        consultation_texts, review_texts: the same for art. 36 and art. 35(11).
        consultation_submit: what the supervisor asks for (art. 36(3)).
        art22_texts: what the page says of art. 22 when no line of the list is certain yet.
        phrases: sentences that verdicts are put together from, with `{slots}`.
        sources: id → what the rules were taken from, with its date.
        status: how far the rules themselves have been reviewed.
    """

    id: str
    version: str
    law_as_of: dt.date
    fingerprint: str
    groups: tuple[FactGroup, ...]
    facts: Mapping[str, Fact]
    criteria: Mapping[str, Rule]
    art35_3: Mapping[str, Rule]
    ap_list: Mapping[str, Rule]
    exemptions: Mapping[str, Exemption]
    policies: Mapping[str, PolicyRule]
    wp248_cite: Text
    dpia_texts: Mapping[str, Text]
    instruments: Mapping[str, InstrumentRule]
    art22: tuple[DecisionLine, ...]
    consultation_cite: Text
    consultation_texts: Mapping[str, Text]
    review: Review
    review_texts: Mapping[str, Text]
    titles: Mapping[str, Text]  # verdict id (dpia, iama, art22, ...) -> its name
    profiles: Mapping[str, Profile]
    consultation_submit: tuple[Text, ...] = ()
    art22_texts: Mapping[str, Text]
    phrases: Mapping[str, Text]
    sources: Mapping[str, Text]
    status: Text = EMPTY

    def __hash__(self) -> int:
        return hash(self.fingerprint)


Literal = tuple[str, Truth]
Term = frozenset[Literal]

_NEGATION = {Truth.YES: Truth.NO, Truth.NO: Truth.YES, Truth.UNKNOWN: Truth.UNKNOWN}


@lru_cache(maxsize=1)
def read() -> RuleSet:
    """The rules that ship with kader.

    Raises:
        RuleError: the file is not well formed; all problems at once, each with its path.
    """
    from kader.framework import rulefile

    return rulefile.read()


def evaluate(expression: Expression, facts: Mapping[str, Truth]) -> Truth:
    """The value of an expression; a fact that is not given is unknown.

    >>> both = Expression("all", parts=(Expression("fact", "large_scale"), Expression("fact", "health_data")))
    >>> evaluate(both, {"large_scale": Truth.NO})
    <Truth.NO: 'no'>
    >>> evaluate(both, {"large_scale": Truth.YES})
    <Truth.UNKNOWN: 'unknown'>
    """
    operator = expression.operator
    if operator == "fact":
        return facts.get(expression.fact, Truth.UNKNOWN)
    if operator == "never":
        return Truth.NO
    if operator == "not":
        return _NEGATION[evaluate(expression.parts[0], facts)]
    decisive = Truth.YES if operator == "any" else Truth.NO
    values = [evaluate(part, facts) for part in expression.parts]
    if decisive in values:
        return decisive
    return Truth.UNKNOWN if Truth.UNKNOWN in values else _NEGATION[decisive]


def terms(expression: Expression, value: Truth) -> frozenset[Term]:
    """The smallest sets of answers that give an expression this value: its disjunctive normal form.

    In Kleene's logic an expression is *yes* exactly when one of the sets of `terms(expression, Truth.YES)` is among
    the answers given, and *no* exactly when one of `terms(expression, Truth.NO)` is.

    >>> both = Expression("all", parts=(Expression("fact", "a"), Expression("fact", "b")))
    >>> sorted(sorted(term) for term in terms(both, Truth.NO))
    [[('a', <Truth.NO: 'no'>)], [('b', <Truth.NO: 'no'>)]]

    Raises:
        ValueError: the value is *unknown*: no set of answers makes something unknown.
    """
    if value is Truth.UNKNOWN:
        raise ValueError("only yes and no have terms")
    operator = expression.operator
    if operator == "fact":
        return frozenset({frozenset({(expression.fact, value)})})
    if operator == "never":
        return frozenset({frozenset()}) if value is Truth.NO else frozenset()
    if operator == "not":
        return terms(expression.parts[0], _NEGATION[value])
    parts = [terms(part, value) for part in expression.parts]
    if (operator == "any") == (value is Truth.YES):
        return _absorbed(term for part in parts for term in part)
    product: frozenset[Term] = frozenset({frozenset()})
    for part in parts:
        joined = (left | right for left in product for right in part)
        product = _absorbed(term for term in joined if len({fact for fact, _ in term}) == len(term))
    return product


def _absorbed(found: Iterable[Term]) -> frozenset[Term]:
    kept: list[Term] = []
    for term in sorted(set(found), key=len):
        if not any(smaller <= term for smaller in kept):
            kept.append(term)
    return frozenset(kept)


def facts_in(expression: Expression) -> frozenset[str]:
    """The facts that an expression is about."""
    if expression.operator == "fact":
        return frozenset({expression.fact})
    return frozenset(fact for part in expression.parts for fact in facts_in(part))


def fingerprint(data: Mapping[str, object]) -> str:
    """SHA-256 of the canonical JSON of a rule set's data: sorted keys, no spaces, UTF-8.

    >>> fingerprint({"b": 1, "a": 2}) == fingerprint({"a": 2, "b": 1})
    True
    """
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
