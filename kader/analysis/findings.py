"""What an analysis finds, as values: verdicts, requirements, risks, gaps, actions and progress.

Every finding names the facts and articles it rests on; *unknown* is a value of its own and never shown as fine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kader.framework.risks import Level
from kader.framework.rules import Strength, Truth
from kader.text import EMPTY, Text


class Status(StrEnum):
    """What a verdict says."""

    REQUIRED = "required"
    RECOMMENDED = "recommended"
    NOT_REQUIRED = "not_required"
    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not_applicable"
    COVERED = "covered"


@dataclass(frozen=True, slots=True)
class FactValue:
    """A fact with the answer that a reason rests on."""

    fact: str
    value: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A rule that fired.

    Attributes:
        id: of the rule (`a`, `AP15`, `wp248`, `C1`, `new_legislation` …); kind: which list it is from
            (`art35_3`, `ap_list`, `wp248`, `criterion`, `policy`, `exemption`, `instrument`, `risk`, `review`), or
            `scope` (no personal data) and `absence` (nothing fired; it names the answers that rule the duty out).
        text: what it says; cite: article or guideline; strength: how hard it is.
        facts: the facts with their answers that it rests on.
    """

    id: str
    kind: str
    text: Text
    cite: Text
    strength: Strength
    facts: tuple[FactValue, ...]
    note: Text = EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A verdict with all that it rests on, and what could still change it.

    Attributes:
        id: `dpia`, `iama`, `fria`, `dtia`, `kia`, `art22`, `prior_consultation`, `review`, …
        title: name of the instrument or duty; text: what the status means here.
        status: the verdict; outcome: a finer id where there is one (art. 22).
        reasons: the rules that fired, hardest first.
        could_rise: open answers can still make it required; never for what is at most advised.
        sufficient: minimal sets of answers to open facts (at most three) that would make it so.
        needed: open facts that must all be answered before it can be settled as not required.
        next: the fact to ask first; empty when nothing is open.
        claims: open facts that could still exempt or oblige, but only when they are claimed.
        required_from: the first day of a duty that does not hold yet.
    """

    id: str
    title: Text
    status: Status
    text: Text
    outcome: str = ""
    reasons: tuple[Reason, ...] = ()
    could_rise: bool = False
    sufficient: tuple[tuple[FactValue, ...], ...] = ()
    needed: tuple[str, ...] = ()
    next: str = ""
    claims: tuple[str, ...] = ()
    required_from: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescan:
    """All verdicts on one set of answers, in the order of importance.

    Attributes:
        profile, rules, fingerprint: with which rules.
        criteria: which of the nine criteria hold, do not, or are unknown.
        contradictions: answers that cannot both be right, in words.
        open_facts: facts without an answer, in the order of the file.
        next: the open fact that decides most.
    """

    profile: str
    rules: str
    fingerprint: str
    verdicts: Mapping[str, Verdict]
    criteria: Mapping[str, Truth]
    ap_list: Mapping[str, Truth]
    contradictions: tuple[Text, ...]
    open_facts: tuple[str, ...]
    next: str


class RequirementStatus(StrEnum):
    """How a requirement stands."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementFinding:
    """A requirement with its status and, in words, what keeps it from being met."""

    id: str
    status: RequirementStatus
    blockers: tuple[Text, ...]
    answered: int
    questions: int
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A place in the matrix: best and worst case; the worst counts (rule R8).

    Attributes:
        likelihood, impact: (low, high).
        best, worst: risk levels of the two cells.
        tail: high impact that is unlikely; it is marked so that it never disappears.
    """

    likelihood: tuple[Level, Level]
    impact: tuple[Level, Level]
    best: Level
    worst: Level
    tail: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFinding:
    """A risk: what is proposed, what was chosen, and what remains.

    Attributes:
        proposed: levels that the catalogue, the facts and the measurements suggest, with `why` in words.
        relevant: whether the facts give reason to look at it for this algorithm.
        inherent, now, planned: chosen cells, `None` while not scored; where a rule (R2–R4) does not allow the
            scored drop, the cell holds what is allowed and `corrections` says why.
        proposed_if: the proposal if the proposals for facts hold; `None` when there are none.
        raised_by: open facts that would raise the proposal if they were yes.
        spread: from the lowest to the highest of several assessors' scores; `None` when there are none (rule R9).
    """

    id: str
    name: Text
    relevant: bool
    proposed: Cell
    why: tuple[Text, ...]
    inherent: Cell | None = None
    now: Cell | None = None
    planned: Cell | None = None
    corrections: tuple[Text, ...] = ()
    applicable: bool = True
    own: bool = False
    proposed_if: Cell | None = None
    raised_by: tuple[str, ...] = ()
    spread: Cell | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that is missing or contradictory.

    Attributes:
        kind: `missing`, `contradiction` or `deviation`.
        mandatory: whether the dossier cannot be final while it is there.
        subject: what it is about: `dpia`, `avg-05`, `PR10`, `facts/large_scale` …
    """

    kind: str
    subject: str
    text: Text
    articles: tuple[str, ...]
    mandatory: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something to do, drawn from gaps and planned measures; the most urgent first."""

    subject: str
    text: Text
    owner: str = ""
    due: dt.date | None = None
    overdue: bool = False
    mandatory: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """Answered out of asked; what is n.a. counts as answered only with its reason."""

    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that `analyse` finds.

    Attributes:
        prescan: verdicts on answers alone.
        if_proposed: verdicts if every proposal without an answer holds; `None` when there are no proposals.
        highest: the worst risk as it stands: per risk the residual now, else before measures, else as planned; a
            measure that does not work yet lowers nothing. `None` when nothing is scored. Never a sum (rule R6).
        counts: number of scored risks per level, as they stand.
        highest_planned: the worst risk once planned measures work: as planned, else now, else before measures.
        highest_proposed: the worst proposed level among the relevant risks.
        complete: nothing mandatory is open.
        signatures_valid: role → whether what was signed is still what the dossier says.
    """

    prescan: Prescan
    if_proposed: Prescan | None
    requirements: Mapping[str, RequirementFinding]
    risks: tuple[RiskFinding, ...]
    gaps: tuple[Gap, ...]
    actions: tuple[Action, ...]
    progress: Mapping[str, Progress]
    highest: Level | None
    highest_proposed: Level | None
    counts: Mapping[Level, int]
    complete: bool
    highest_planned: Level | None = None
    signatures_valid: Mapping[str, bool] = field(default_factory=dict)
