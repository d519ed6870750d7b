"""Which answers would decide a verdict: sets of answers as bits, so that it is exact and still quick.

A fact has two bits, one for *yes* and one for *no*; a set of answers is an integer. In Kleene's logic a condition is
*yes* exactly when one of its terms (`kader.framework.rules.terms`) is among the answers, so everything below is set
inclusion on integers; nothing tries all answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import NamedTuple

from kader.analysis.findings import FactValue
from kader.framework.rules import Expression, Rule, RuleSet, Truth, facts_in, terms

LARGEST_SET = 3
PERSONAL_DATA = "personal_data"


class Answers(NamedTuple):
    """Answers as bits: those that are given, and those that are ruled out by them."""

    known: int
    against: int


class Alphabet:
    """The facts in the order of the file, and their bits."""

    def __init__(self, facts: Sequence[str]) -> None:
        self.facts = tuple(facts)
        self.width = len(self.facts)
        self._low = (1 << self.width) - 1
        self._index = {fact: number for number, fact in enumerate(self.facts)}
        self._literals: dict[int, tuple[FactValue, ...]] = {}
        self._orders: dict[int, tuple[int, ...]] = {}
        self._ranks: dict[int, tuple[int, tuple[int, ...], int]] = {}

    def read(self, facts: Mapping[str, Truth]) -> tuple[int, int]:
        """The facts that are yes and those that are no, as bits; facts that the rules do not know are left out."""
        yes = no = 0
        index = self._index
        for fact, value in facts.items():
            if value == Truth.UNKNOWN or fact not in index:
                continue
            if value == Truth.YES:
                yes |= 1 << index[fact]
            else:
                no |= 1 << index[fact]
        return yes, no

    def answers(self, yes: int, no: int) -> Answers:
        """Both sides of the same answers."""
        return Answers(yes | no << self.width, no | yes << self.width)

    def opposite(self, mask: int) -> int:
        """The answers that these rule out."""
        return mask >> self.width | (mask & self._low) << self.width

    def both(self, fact: str) -> int:
        """Both bits of a fact."""
        bit = 1 << self._index[fact]
        return bit | bit << self.width

    def about(self, mask: int) -> int:
        """The facts that a set is about, each by its yes-bit."""
        return (mask | mask >> self.width) & self._low

    def mask(self, term: Iterable[tuple[str, Truth]]) -> int:
        """The bits of a set of answers."""
        mask = 0
        for fact, value in term:
            mask |= 1 << self._index[fact] + (self.width if value is Truth.NO else 0)
        return mask

    def order(self, mask: int) -> tuple[int, ...]:
        """The places in the file of the facts that a set is about."""
        found = self._orders.get(mask)
        if found is None:
            about = self.about(mask)
            found = self._orders[mask] = tuple(n for n in range(self.width) if about >> n & 1)
        return found

    def rank(self, mask: int) -> tuple[int, tuple[int, ...], int]:
        """By what sets are sorted: few answers first, then the order of the file."""
        found = self._ranks.get(mask)
        if found is None:
            found = self._ranks[mask] = (mask.bit_count(), self.order(mask), mask)
        return found

    def literals(self, mask: int) -> tuple[FactValue, ...]:
        """A set of answers as values, in the order of the file."""
        found = self._literals.get(mask)
        if found is None:
            found = tuple(FactValue(self.facts[n], Truth.YES if mask >> n & 1 else Truth.NO) for n in self.order(mask))
            self._literals[mask] = found
        return found

    def named(self, about: int) -> tuple[str, ...]:
        """The facts of a set of yes-bits, in the order of the file."""
        return tuple(self.facts[n] for n in self.order(about))

    def condition(self, expression: Expression) -> Condition:
        """An expression made ready for use."""
        yes, no = (
            tuple(sorted((self.mask(term) for term in terms(expression, value)), key=lambda m: (m.bit_count(), m)))
            for value in (Truth.YES, Truth.NO)
        )
        return Condition(yes, no)


@dataclass(frozen=True, slots=True)
class Condition:
    """An expression as the sets of answers that make it yes, and those that make it no."""

    yes: tuple[int, ...]
    no: tuple[int, ...]

    def truth(self, known: int) -> Truth:
        """Its value under answers."""
        for term in self.yes:
            if term & known == term:
                return Truth.YES
        for term in self.no:
            if term & known == term:
                return Truth.NO
        return Truth.UNKNOWN

    def basis(self, known: int) -> int:
        """The answers that its value rests on."""
        mask = 0
        for term in self.yes:
            if term & known == term:
                mask |= term
        if not mask:
            for term in self.no:
                if term & known == term:
                    return term
        return mask

    def sufficient(self, answers: Answers) -> list[int]:
        """What is still missing of each set that would make it yes."""
        known, against = answers
        return [term & ~known for term in self.yes if not term & against]

    def needed(self, answers: Answers, alphabet: Alphabet) -> int:
        """The open facts that every way of making it *no* contains, as yes-bits."""
        known, against = answers
        ways = [alphabet.about(term & ~known) for term in self.no if not term & against]
        return _common(ways) if ways else 0


def smallest(candidates: Iterable[int]) -> list[int]:
    """Of sets with at most three answers those of which no part is among them too."""
    sizes: tuple[set[int], ...] = (set(), set(), set(), set())
    for candidate in candidates:
        size = candidate.bit_count()
        if size <= LARGEST_SET:
            sizes[size].add(candidate)
    if sizes[0]:
        return [0]
    singles = 0
    for single in sizes[1]:
        singles |= single
    pairs = {pair for pair in sizes[2] if not pair & singles}
    triples = [triple for triple in sizes[3] if not triple & singles and not _holds_pair(triple, pairs)]
    return [*sizes[1], *pairs, *triples]


def _holds_pair(triple: int, pairs: set[int]) -> bool:
    first = triple & -triple
    rest = triple ^ first
    second = rest & -rest
    return rest in pairs or first | second in pairs or first | rest ^ second in pairs


def first_question(sets: Sequence[int], alphabet: Alphabet) -> str:
    """The fact that stands in most sets, a set of n answers counting 1/n; ties in the order of the file.

    That smaller sets weigh more is in the meaning of the rules; that the weight is 1/n is our convention.
    """
    if not sets:
        return ""
    weights = [0] * alphabet.width
    for mask in sets:
        size, places, _ = alphabet.rank(mask)
        weight = 6 // size
        for place in places:
            weights[place] += weight
    return alphabet.facts[weights.index(max(weights))]


class Dpia:
    """The DPIA's rules under one threshold, made ready to say what would decide the verdict."""

    def __init__(self, rules: RuleSet, alphabet: Alphabet, threshold: int) -> None:
        self._alphabet = alphabet
        self.threshold = threshold
        self.kinds = {
            "art35_3": _conditions(rules.art35_3, alphabet),
            "ap_list": _conditions(rules.ap_list, alphabet),
            "wp248": _conditions(rules.criteria, alphabet),
        }
        self.exemptions = {rule.id: (rule, alphabet.condition(rule.when)) for rule in rules.exemptions.values()}
        self.burden = _burden_of_proof(rules)
        self._burden_bits = sum(alphabet.both(fact) for fact in self.burden)
        self._denied = alphabet.mask([(PERSONAL_DATA, Truth.NO)])
        self._raising = {
            "art35_3": _smallest_terms(term for condition in self.kinds["art35_3"].values() for term in condition.yes),
            "ap_list": _smallest_terms(term for condition in self.kinds["ap_list"].values() for term in condition.yes),
            "wp248": _smallest_terms(self._enough_criteria()),
        }
        self._covering = tuple(
            term for rule, condition in self.exemptions.values() if rule.covers for term in condition.yes
        )
        self._blocking = {kind: self._blockers(kind) for kind in self._raising}

    def sufficient(self, answers: Answers) -> list[int]:
        """What is still missing of each set of answers that makes the DPIA required, of any size."""
        known, _ = answers
        against = self._closed(answers)
        found: list[int] = []
        for kind, needed in self._raising.items():
            blocking = [term & ~known for term in self._blocking[kind] if not term & answers.against]
            if 0 in blocking:
                continue
            missing = [term & ~known for term in needed if not term & against]
            touching = 0
            for term in blocking:
                touching |= term
            if touching:
                missing = [mask for mask in missing if not mask & touching or all(t & ~mask for t in blocking)]
            found += missing
        return found

    def needed(self, answers: Answers, *, recommended: bool) -> int:
        """The open facts that every way of settling the verdict below *required* contains, as yes-bits.

        Args:
            answers: what is known.
            recommended: whether *recommended* is settled too, once nothing open can raise it.
        """
        starts = [start for start in self._starts(answers, recommended=recommended) if start is not None]
        starts = [start for start in starts if start.solvable()]
        if not starts:
            return 0
        sure = _common([start.always(answers.known) for start in starts])
        perhaps = _common([start.perhaps(answers.known) for start in starts]) & ~sure
        needed = sure
        while perhaps:
            fact = perhaps & -perhaps
            perhaps ^= fact
            ways = (start.solve(fact | fact << self._alphabet.width) for start in starts)
            avoiding = next((way for way in ways if way is not None), None)
            if avoiding is None:
                needed |= fact
            else:
                perhaps &= self._alphabet.about(avoiding & ~answers.known)
        return needed

    def defeated(self, known: int) -> frozenset[str]:
        """The reasons that an exemption takes away."""
        return frozenset(
            reason
            for rule, condition in self.exemptions.values()
            if not rule.covers and condition.truth(known) is Truth.YES
            for reason in rule.defeats
        )

    def _enough_criteria(self) -> Iterable[int]:
        criteria = [condition.yes for condition in self.kinds["wp248"].values()]
        for chosen in combinations(criteria, self.threshold):
            for parts in product(*chosen):
                mask = 0
                for part in parts:
                    mask |= part
                if not mask & self._alphabet.opposite(mask):
                    yield mask

    def _blockers(self, kind: str) -> tuple[int, ...]:
        return tuple(
            term
            for rule, condition in self.exemptions.values()
            if rule.covers or kind in rule.defeats
            for term in condition.yes
        )

    def _closed(self, answers: Answers) -> int:
        """Answers that cannot come any more: ruled out, or a claim that is not made."""
        claims = self._burden_bits & ~(answers.known | answers.against)
        return answers.against | claims | self._denied

    def _starts(self, answers: Answers, *, recommended: bool) -> Iterable[_Search | None]:
        """A search for each choice of exemptions that could hold."""
        known, _ = answers
        against = self._closed(answers)
        exempting = [
            (rule, condition)
            for rule, condition in self.exemptions.values()
            if not rule.covers and rule.defeats and any(not term & against for term in condition.yes)
        ]
        held = self.defeated(known)
        free = [(rule, condition) for rule, condition in exempting if condition.truth(known) is not Truth.YES]
        for size in range(len(free) + 1):
            for chosen in combinations(free, size):
                rows = [_Row(condition.yes, optional=False) for _, condition in chosen]
                defeated = held.union(*(rule.defeats for rule, _ in chosen))
                budget = self._rows(rows, known, defeated, recommended=recommended)
                if budget >= 0:
                    forbidden = tuple(term for term in self._covering if not term & against)
                    search = _Search(self._alphabet, tuple(rows), known, against, budget, forbidden)
                    yield search.started()

    def _rows(self, rows: list[_Row], known: int, defeated: frozenset[str], *, recommended: bool) -> int:
        """Add what must hold for every rule; returns how many criteria may stay open or be yes."""
        for kind in ("art35_3", "ap_list"):
            if kind not in defeated:
                rows += [_Row(condition.no, optional=False) for condition in self.kinds[kind].values()]
            elif not recommended:
                rows += [_Row(condition.no + condition.yes, optional=False) for condition in self.kinds[kind].values()]
        criteria = self.kinds["wp248"].values()
        if "wp248" in defeated:
            rows += (
                [] if recommended else [_Row(condition.no + condition.yes, optional=False) for condition in criteria]
            )
            return 0
        if not recommended:
            rows += [_Row(condition.no, optional=False) for condition in criteria]
            return 0
        truths = [(condition, condition.truth(known)) for condition in criteria]
        rows += [_Row(condition.no, optional=True) for condition, truth in truths if truth is Truth.UNKNOWN]
        return self.threshold - 1 - sum(truth is Truth.YES for _, truth in truths)


@dataclass(frozen=True, slots=True)
class _Row:
    """A demand: one of the sets of answers must be given; an optional one may be dropped at the cost of one budget."""

    ways: tuple[int, ...]
    optional: bool


@dataclass(frozen=True, slots=True)
class _Search:
    """A search for answers that meet every demand, without making a forbidden set true."""

    alphabet: Alphabet
    rows: tuple[_Row, ...]
    assigned: int
    against: int
    budget: int
    forbidden: tuple[int, ...]

    def started(self) -> _Search | None:
        """The search after every step that costs nothing; `None` when it cannot succeed."""
        rows: list[tuple[Sequence[int], bool]] = [(row.ways, row.optional) for row in self.rows]
        assigned, against, budget = self.assigned, self.against, self.budget
        while True:
            if any(not term & ~assigned for term in self.forbidden):
                return None
            pending: list[tuple[Sequence[int], bool]] = []
            forced = 0
            for ways, optional in rows:
                live = []
                for way in ways:
                    if not way & against:
                        missing = way & ~assigned
                        if not missing:
                            break
                        live.append(missing)
                else:
                    if not live:
                        if not optional or not budget:
                            return None
                        budget -= 1
                        continue
                    pending.append((live, optional))
                    if len(live) == 1 and not (optional and budget):
                        forced |= live[0]
            rows = pending
            if not forced:
                kept = tuple(_Row(tuple(ways), optional) for ways, optional in rows)
                return _Search(self.alphabet, kept, assigned, against, budget, self.forbidden)
            opposite = self.alphabet.opposite(forced)
            if forced & opposite:
                return None
            assigned |= forced
            against |= opposite

    def _harmless(self) -> tuple[list[list[int]], bool]:
        """Ways that are not in the way of any other demand, and whether every demand has one; they all go together.

        A demand that has such a way takes no part any more, which can make the ways of others harmless.
        """
        found: list[list[int]] = []
        rows = [] if self.forbidden else list(self.rows)
        while rows:
            once = twice = 0
            unions = []
            for row in rows:
                union = 0
                for way in row.ways:
                    union |= way
                unions.append(union)
                twice |= once & union
                once |= union
            rest = []
            for row, union in zip(rows, unions, strict=True):
                others = self.alphabet.opposite(twice | once & ~union)
                harmless = [way for way in row.ways if not way & others]
                if harmless:
                    found.append(harmless)
                else:
                    rest.append(row)
            if len(rest) == len(rows):
                break
            rows = rest
        return found, len(found) == len(self.rows)

    def solvable(self) -> bool:
        """Whether there is any solution."""
        return self._harmless()[1] or self.solve(0) is not None

    def perhaps(self, known: int) -> int:
        """Facts that may be in every solution, as yes-bits; all others are surely avoidable."""
        found = self.alphabet.about(self.assigned & ~known)
        harmless, complete = self._harmless()
        if not complete:
            return (1 << self.alphabet.width) - 1 & ~self.alphabet.about(known)
        for ways in harmless:
            found |= _common([self.alphabet.about(way) for way in ways])
        return found

    def always(self, known: int) -> int:
        """Facts that are surely in every solution, as yes-bits: all of them may be more."""
        found = self.alphabet.about(self.assigned & ~known)
        for row in self.rows:
            if not (row.optional and self.budget):
                found |= _common([self.alphabet.about(way) for way in row.ways])
        return found

    def solve(self, banned: int) -> int | None:
        """Answers that meet every demand without the banned bits; `None` when there are none."""
        if self.assigned & banned:
            return None
        search = _Search(
            self.alphabet, self.rows, self.assigned, self.against | banned, self.budget, self.forbidden
        ).started()
        if search is None:
            return None
        if not search.rows:
            return search.assigned
        harmless, complete = search._harmless()
        if harmless:
            chosen = 0
            for ways in harmless:
                chosen |= ways[0]
            if complete:
                return search.assigned | chosen
            return search._with(search.rows, chosen, search.budget).solve(0)
        row = min(search.rows, key=lambda row: len(row.ways))
        rest = tuple(other for other in search.rows if other is not row)
        for way in sorted(row.ways, key=int.bit_count):
            found = search._with(rest, way, search.budget).solve(0)
            if found is not None:
                return found
        return search._with(rest, 0, search.budget - 1).solve(0) if row.optional and search.budget else None

    def _with(self, rows: tuple[_Row, ...], way: int, budget: int) -> _Search:
        opposite = self.alphabet.opposite(way)
        return _Search(self.alphabet, rows, self.assigned | way, self.against | opposite, budget, self.forbidden)


def _common(masks: Sequence[int]) -> int:
    found = masks[0]
    for mask in masks[1:]:
        found &= mask
    return found


def _conditions(rules: Mapping[str, Rule], alphabet: Alphabet) -> dict[str, Condition]:
    return {name: alphabet.condition(rule.when) for name, rule in rules.items()}


def _smallest_terms(found: Iterable[int]) -> tuple[int, ...]:
    kept: list[int] = []
    for term in sorted(set(found), key=int.bit_count):
        if not any(smaller & term == smaller for smaller in kept):
            kept.append(term)
    return tuple(kept)


def _burden_of_proof(rules: RuleSet) -> frozenset[str]:
    """Facts that count only when claimed: those of policies, and those that occur in exemptions alone."""
    policies = frozenset(fact for rule in rules.policies.values() for fact in facts_in(rule.when))
    exempting = frozenset(fact for rule in rules.exemptions.values() for fact in facts_in(rule.when))
    lists = (rules.art35_3, rules.ap_list, rules.criteria)
    ordinary = frozenset(fact for rules_ in lists for rule in rules_.values() for fact in facts_in(rule.when))
    return (policies | (exempting - ordinary)) - {PERSONAL_DATA}


def exempting_facts(rules: RuleSet) -> frozenset[str]:
    """Facts of exemptions that nothing else asks for except to exempt: elsewhere they occur only negated."""
    exempting = frozenset(fact for rule in rules.exemptions.values() for fact in facts_in(rule.when))
    lists = (rules.art35_3, rules.ap_list, rules.criteria)
    raising = frozenset(
        fact
        for rules_ in lists
        for rule in rules_.values()
        for term in terms(rule.when, Truth.YES)
        for fact, value in term
        if value is Truth.YES
    )
    return exempting - raising
