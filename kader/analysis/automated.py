"""Art. 22: which line of the decision list applies, and what would decide it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from kader.analysis.answers import LARGEST_SET, Alphabet, Answers, first_question, smallest
from kader.analysis.findings import Status, Verdict
from kader.analysis.wording import Changes, Writer
from kader.framework.rules import RuleSet, Strength, Truth, facts_in

_SETTLED = (Status.NOT_REQUIRED, Status.NOT_APPLICABLE)


class Art22Verdict:
    """The verdict on automated decisions."""

    def __init__(self, rules: RuleSet, write: Writer) -> None:
        self._rules = rules
        self._write = write
        self._alphabet = write.alphabet
        self._list = _Art22(rules, write.alphabet)

    def verdict(self, answers: Answers, *, personal: bool) -> Verdict:
        """The verdict under answers; `personal` is false where no personal data are processed."""
        texts = self._rules.art22_texts
        if not personal:
            return self._write.verdict("art22", Status.NOT_APPLICABLE, texts["not_applicable"], (self._write.scope(),))
        found = self._list.found(answers)
        if len(found.lines) == 1:
            line = self._rules.art22[found.lines[0]]
            reason = self._write.reason(
                line, "instrument", Strength.LAW, self._list.basis(found.lines[0], answers.known)
            )
            return self._write.verdict("art22", Status(line.status), line.text, (reason,), outcome=line.id)
        changes = Changes(
            could_rise=bool(found.sufficient),
            sufficient=tuple(self._alphabet.literals(mask) for mask in found.sufficient),
            needed=self._alphabet.named(found.needed),
            next=found.next,
        )
        if found.status is None:
            return self._write.verdict("art22", Status.UNDETERMINED, texts["undetermined"], changes=changes)
        lines = [self._rules.art22[number] for number in found.lines]
        text = texts["required"] if found.status is Status.REQUIRED else lines[-1].text
        known = answers.known & self._list.mask
        reasons = tuple(self._write.reason(line, "instrument", Strength.LAW, known) for line in lines)
        open_ = Changes(needed=changes.needed, next=found.next)
        return self._write.verdict("art22", found.status, text, reasons, open_)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Possible:
    """What art. 22 can come to: the lines that are still possible, and what would decide."""

    lines: tuple[int, ...]
    status: Status | None
    sufficient: tuple[int, ...] = ()
    needed: int = 0
    next: str = ""


class _Art22:
    """The art. 22 decision list. It has few facts, so every way of answering them is looked at, once."""

    def __init__(self, rules: RuleSet, alphabet: Alphabet) -> None:
        self._alphabet = alphabet
        self._conditions = [alphabet.condition(line.when) for line in rules.art22]
        self._statuses = [Status(line.status) for line in rules.art22]
        names = {fact for line in rules.art22 for fact in facts_in(line.when)}
        self._facts = [alphabet.both(fact) for fact in rules.facts if fact in names]
        self.mask = sum(self._facts)
        self._possible: dict[int, tuple[int, ...]] = {}
        self._found: dict[int, _Possible] = {}

    def found(self, answers: Answers) -> _Possible:
        """What the list comes to under answers."""
        known = answers.known & self.mask
        if known not in self._found:
            self._found[known] = self._look(known)
        return self._found[known]

    def basis(self, line: int, known: int) -> int:
        """The answers that a line rests on: its own, and those that ruled out the lines before it."""
        basis = self._conditions[line].basis(known)
        for condition in self._conditions[:line]:
            basis |= condition.basis(known)
        return basis or known & self.mask

    def _look(self, known: int) -> _Possible:
        lines, status = self._lines(known), self._status(known)
        if len(lines) == 1:
            return _Possible(lines=lines, status=status)
        ways = list(self._ways(known, partial=True))
        raising = [way for way in ways if way and self._status(known | way) is Status.REQUIRED]
        least = smallest(way for way in raising if way.bit_count() <= LARGEST_SET) if status is None else []
        settled = [way for way in ways if self._status(known | way) in _SETTLED]
        if status is not None:
            settled = [way for way in ways if len(self._lines(known | way)) == 1]
        about = [self._alphabet.about(way) for way in settled]
        needed = about[0] if about else 0
        for facts in about[1:]:
            needed &= facts
        least = sorted(least, key=self._alphabet.rank)
        first = first_question(least, self._alphabet) or next(iter(self._alphabet.named(needed)), "")
        return _Possible(lines=lines, status=status, sufficient=tuple(least), needed=needed, next=first)

    def _status(self, known: int) -> Status | None:
        found = {self._statuses[line] for line in self._lines(known)}
        return found.pop() if len(found) == 1 else None

    def _lines(self, known: int) -> tuple[int, ...]:
        found = self._possible.get(known)
        if found is None:
            lines = {self._line(known | way) for way in self._ways(known, partial=False)}
            found = self._possible[known] = tuple(sorted(lines))
        return found

    def _line(self, known: int) -> int:
        truths = (condition.truth(known) for condition in self._conditions)
        return next((n for n, truth in enumerate(truths) if truth is Truth.YES), len(self._conditions) - 1)

    def _ways(self, known: int, *, partial: bool) -> Iterable[int]:
        """Every way of answering the facts that are open, or with `partial` some of them."""
        choices = []
        for both in self._facts:
            if not both & known:
                yes = self._alphabet.about(both)
                choices.append((0, yes, both ^ yes) if partial else (yes, both ^ yes))
        return (sum(way) for way in product(*choices))
