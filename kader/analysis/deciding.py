"""The DPIA's rules made ready: which answers make it required, and which facts settling it needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations, product

from kader.analysis.answers import PERSONAL_DATA, Alphabet, Answers, Condition, common
from kader.analysis.settling import Demand, Search
from kader.framework.rules import Rule, RuleSet, Truth, facts_in, terms


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
        self._denials = {kind: [(one.no, False) for one in found.values()] for kind, found in self.kinds.items()}
        self._decisions = {
            kind: [(one.no + one.yes, False) for one in found.values()] for kind, found in self.kinds.items()
        }
        self.exemptions = {rule.id: (rule, alphabet.condition(rule.when)) for rule in rules.exemptions.values()}
        self.burden = _burden_of_proof(rules)
        self._burden_bits = sum(alphabet.both(fact) for fact in self.burden)
        self._denied = alphabet.mask([(PERSONAL_DATA, Truth.NO)])
        asked = (rules.art35_3, rules.ap_list, rules.criteria, rules.exemptions, rules.policies)
        names = {fact for listed in asked for rule in listed.values() for fact in facts_in(rule.when)}
        self.mask = sum(alphabet.both(fact) for fact in names | {PERSONAL_DATA})
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
        sure = common([start.always(answers.known) for start in starts])
        perhaps = common([start.perhaps(answers.known) for start in starts]) & ~sure
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

    def _starts(self, answers: Answers, *, recommended: bool) -> Iterable[Search | None]:
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
                held_rows: list[Demand] = [(condition.yes, False) for _, condition in chosen]
                defeated = held.union(*(rule.defeats for rule, _ in chosen))
                rows, budget = self._demands(known, defeated, recommended=recommended)
                forbidden = tuple(term for term in self._covering if not term & against)
                search = Search(self._alphabet, [*held_rows, *rows], known, against, budget, forbidden)
                yield search.started() if budget >= 0 else None

    def _demands(self, known: int, defeated: frozenset[str], *, recommended: bool) -> tuple[list[Demand], int]:
        """What must hold of every rule, and how many criteria may stay open or be yes."""
        found: list[Demand] = []
        for kind in self.kinds:
            if kind not in defeated:
                found += self._denials[kind] if kind != "wp248" or not recommended else []
            elif not recommended:
                found += self._decisions[kind]
        if "wp248" in defeated or not recommended:
            return found, 0
        truths = [(condition, condition.truth(known)) for condition in self.kinds["wp248"].values()]
        found += [(condition.no, True) for condition, truth in truths if truth is Truth.UNKNOWN]
        return found, self.threshold - 1 - sum(truth is Truth.YES for _, truth in truths)


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
