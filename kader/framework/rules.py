"""The pre-scan rules as values, read from `data/prescan.yaml`.

Logic is Kleene's strong three-valued logic over facts that are *yes*, *no* or *unknown*: an unknown stays unknown
unless the rest decides it. This module says what the rules are and how an expression is evaluated; which verdict
follows is in `kader.analysis.prescan`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

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
    """

    id: str
    question: Text
    hint: Text
    why: Text
    group: str
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactGroup:
    """A group of questions that are shown together."""

    id: str
    title: Text


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression over facts: a fact, or `all`, `any` or `not` of expressions.

    Attributes:
        operator: `fact`, `all`, `any`, `not` or `never`.
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
        texts: verdict status → what the page says.
    """

    level: str
    strength: Strength
    applies_from: dt.date | None = None
    texts: Mapping[str, Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLine(Rule):
    """A line of the art. 22 decision list: the first whose condition holds gives the outcome and its status."""

    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A reading of the rules that one can choose.

    Attributes:
        wp248_threshold: how many of the nine criteria make a DPIA required.
    """

    id: str
    title: Text
    note: Text
    wp248_threshold: int


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
