"""Verdicts and reasons as values, in the words of the rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from kader.analysis.answers import PERSONAL_DATA, Alphabet, first_question, smallest
from kader.analysis.findings import FactValue, Reason, Status, Verdict
from kader.framework.rules import Rule, RuleSet, Strength, Truth
from kader.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What could still change a verdict."""

    could_rise: bool = False
    sufficient: tuple[tuple[FactValue, ...], ...] = ()
    needed: tuple[str, ...] = ()
    next: str = ""


NOTHING = Changes()


class Writer:
    """Writes verdicts and reasons; a reason that was written before is the same value again."""

    def __init__(self, rules: RuleSet, alphabet: Alphabet) -> None:
        self.rules = rules
        self.alphabet = alphabet
        self._reasons: dict[tuple[str, str, int], Reason] = {}

    def verdict(
        self,
        name: str,
        status: Status,
        text: Text,
        reasons: tuple[Reason, ...] = (),
        changes: Changes = NOTHING,
        *,
        claims: tuple[str, ...] = (),
        outcome: str = "",
        required_from: dt.date | None = None,
    ) -> Verdict:
        """A verdict under its title."""
        return Verdict(
            id=name,
            title=self.rules.titles[name],
            status=status,
            text=text,
            outcome=outcome,
            reasons=reasons,
            could_rise=changes.could_rise,
            sufficient=changes.sufficient,
            needed=changes.needed,
            next=changes.next,
            claims=claims,
            required_from=required_from,
        )

    def scope(self) -> Reason:
        """The reason that no personal data are processed."""
        phrases = self.rules.phrases
        return Reason(
            id="no_personal_data",
            kind="scope",
            text=phrases["no_personal_data"],
            cite=phrases["scope_cite"],
            strength=Strength.LAW,
            facts=(FactValue(PERSONAL_DATA, Truth.NO),),
        )

    def reason(self, rule: Rule, kind: str, strength: Strength, basis: int) -> Reason:
        """The reason that a rule fired, with the answers it rests on."""
        return self.worded(rule, kind, strength, basis, rule.text)

    def worded(self, rule: Rule, kind: str, strength: Strength, basis: int, text: Text) -> Reason:
        """A rule as a reason in other words than its own."""
        key = (kind, rule.id, basis)
        found = self._reasons.get(key)
        if found is None:
            found = self._reasons[key] = Reason(
                id=rule.id,
                kind=kind,
                text=text,
                cite=rule.cite,
                strength=strength,
                facts=self.alphabet.literals(basis),
                note=rule.note,
            )
        return found

    def changes(self, sets: Iterable[int], needed: tuple[str, ...]) -> Changes:
        """What could still change a verdict, from all sets of answers that would raise it."""
        found = list(sets)
        least = sorted(smallest(found), key=self.alphabet.rank)
        return Changes(
            could_rise=bool(found),
            sufficient=tuple(self.alphabet.literals(mask) for mask in least),
            needed=needed,
            next=first_question(least, self.alphabet) or (needed[0] if needed else ""),
        )
