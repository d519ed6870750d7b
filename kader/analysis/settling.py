"""A search for answers that meet every demand: how a verdict can be settled, and which facts every way needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kader.analysis.answers import Alphabet, common

Demand = tuple[Sequence[int], bool]
"""One of these sets of answers must be given; the flag says that it may be dropped at the cost of one budget."""


@dataclass(frozen=True, slots=True)
class Search:
    """A search for answers that meet every demand, without making a forbidden set true."""

    alphabet: Alphabet
    rows: Sequence[Demand]
    assigned: int
    against: int
    budget: int
    forbidden: tuple[int, ...]

    def started(self) -> Search | None:
        """The search after every step that has no alternative; `None` when it cannot succeed."""
        search = self
        while True:
            pending, forced, budget = search.pending()
            if forced & self.alphabet.opposite(forced) or budget < 0 or search.forbids():
                return None
            if not forced:
                return search.having(pending, 0, budget)
            search = search.having(pending, forced, budget)

    def pending(self) -> tuple[list[Demand], int, int]:
        """The demands not met yet with the ways that are left, the answers that have no alternative, the budget."""
        assigned, against, budget, forced = self.assigned, self.against, self.budget, 0
        pending: list[Demand] = []
        for every, optional in self.rows:
            ways = [way & ~assigned for way in every if not way & against]
            if 0 in ways:
                continue
            if not ways:
                budget -= 1 if optional else budget + 1
                if budget < 0:
                    break
                continue
            pending.append((ways, optional))
            if len(ways) == 1 and not (optional and budget):
                forced |= ways[0]
        return pending, forced, budget

    def forbids(self) -> bool:
        """Whether a forbidden set of answers has come true."""
        return bool(self.forbidden) and any(not term & ~self.assigned for term in self.forbidden)

    def harmless(self) -> tuple[list[list[int]], bool]:
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
                for way in row[0]:
                    union |= way
                unions.append(union)
                twice |= once & union
                once |= union
            rest = []
            for row, union in zip(rows, unions, strict=True):
                others = self.alphabet.opposite(twice | once & ~union)
                harmless = [way for way in row[0] if not way & others]
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
        return self.harmless()[1] or self.solve(0) is not None

    def perhaps(self, known: int) -> int:
        """Facts that may be in every solution, as yes-bits; all others are surely avoidable."""
        found = self.alphabet.about(self.assigned & ~known)
        harmless, complete = self.harmless()
        if not complete:
            return (1 << self.alphabet.width) - 1 & ~self.alphabet.about(known)
        for ways in harmless:
            found |= common([self.alphabet.about(way) for way in ways])
        return found

    def always(self, known: int) -> int:
        """Facts that are surely in every solution, as yes-bits; there may be more of them."""
        found = self.alphabet.about(self.assigned & ~known)
        for ways, optional in self.rows:
            if not (optional and self.budget):
                found |= common([self.alphabet.about(way) for way in ways])
        return found

    def solve(self, banned: int) -> int | None:
        """Answers that meet every demand without the banned bits; `None` when there are none."""
        if self.assigned & banned:
            return None
        search = replace(self, against=self.against | banned).started()
        if search is None:
            return None
        harmless, complete = search.harmless()
        chosen = 0
        for ways in harmless:
            chosen |= ways[0]
        if complete:
            return search.assigned | chosen
        return search.having(search.rows, chosen, search.budget).solve(0) if chosen else search.branched()

    def branched(self) -> int | None:
        """Each way of the demand with the fewest, one after another."""
        demand = min(self.rows, key=lambda row: len(row[0]))
        ways, optional = demand
        rest = tuple(other for other in self.rows if other is not demand)
        branches = [self.having(rest, way, self.budget) for way in sorted(ways, key=int.bit_count)]
        if optional and self.budget:
            branches.append(self.having(rest, 0, self.budget - 1))
        return next((found for branch in branches if (found := branch.solve(0)) is not None), None)

    def having(self, rows: Sequence[Demand], answers: int, budget: int) -> Search:
        """The search with these demands left, and these answers given too."""
        opposite = self.alphabet.opposite(answers)
        return Search(self.alphabet, rows, self.assigned | answers, self.against | opposite, budget, self.forbidden)
