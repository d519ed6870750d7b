"""Sets of answers as bits, so that asking what would decide a verdict is exact and still quick.

A fact has two bits, one for *yes* and one for *no*; a set of answers is an integer. In Kleene's logic a condition is
*yes* exactly when one of its terms (`kader.framework.rules.terms`) is among the answers, so everything here is set
inclusion on integers; nothing tries all answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kader.analysis.findings import FactValue
from kader.framework.rules import Expression, Truth, terms

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
            about, places = self.about(mask), []
            while about:
                lowest = about & -about
                places.append(lowest.bit_length() - 1)
                about ^= lowest
            found = self._orders[mask] = tuple(places)
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
        return tuple(fact for n, fact in enumerate(self.facts) if about >> n & 1)

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
        return common(ways) if ways else 0


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


def common(masks: Sequence[int]) -> int:
    """What all sets have in common; there is at least one."""
    found = masks[0]
    for mask in masks[1:]:
        found &= mask
    return found
