"""The verdicts on other assessments and duties: FRIA, IAMA, DTIA, children's impact assessment and the like."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from kader.analysis.answers import Answers
from kader.analysis.findings import Status, Verdict
from kader.analysis.wording import Writer
from kader.framework.rules import InstrumentRule, Truth, facts_in
from kader.text import day_in_words


class InstrumentVerdict:
    """One duty; what was judged before is the same value again, since few facts decide it."""

    def __init__(self, rule: InstrumentRule, write: Writer) -> None:
        self._rule = rule
        self._write = write
        self._alphabet = write.alphabet
        self._condition = write.alphabet.condition(rule.when)
        self._mask = sum(write.alphabet.both(fact) for fact in facts_in(rule.when))
        self._judged: dict[tuple[int, dt.date | None, bool], Verdict] = {}

    def verdict(self, answers: Answers, date: dt.date, *, personal: bool) -> Verdict:
        """The verdict under answers on a day; `personal` is false where no personal data are processed."""
        starts = self._rule.applies_from
        later = starts if starts and date < starts else None
        key = (answers.known & self._mask, later, personal)
        found = self._judged.get(key)
        if found is None:
            denied = self._rule.needs_personal_data and not personal
            found = self._judged[key] = self._outside() if denied else self._judge(answers, later)
        return found

    def _outside(self) -> Verdict:
        rule, write = self._rule, self._write
        return write.verdict(rule.id, Status.NOT_APPLICABLE, rule.texts["not_applicable"], (write.scope(),))

    def _judge(self, answers: Answers, later: dt.date | None) -> Verdict:
        rule, write, condition = self._rule, self._write, self._condition
        truth = condition.truth(answers.known)
        if truth is Truth.UNKNOWN:
            needed = self._alphabet.named(condition.needed(answers, self._alphabet))
            changes = write.changes(condition.sufficient(answers), needed)
            if rule.level != Status.REQUIRED:
                changes = replace(changes, could_rise=False)
            text = rule.texts["undetermined"]
            return write.verdict(rule.id, Status.UNDETERMINED, text, changes=changes, required_from=later)
        basis = condition.basis(answers.known)
        if truth is Truth.NO:
            words = write.rules.phrases["not_met"].format(rule=rule.text)
            reason = write.worded(rule, "absence", rule.strength, basis, words)
            return write.verdict(rule.id, Status.NOT_REQUIRED, rule.texts["not_required"], (reason,))
        reasons = (write.reason(rule, "instrument", rule.strength, basis),)
        if later:
            text = rule.texts["not_yet"].format(day=day_in_words(later))
            return write.verdict(rule.id, Status.NOT_REQUIRED, text, reasons, required_from=later)
        return write.verdict(rule.id, Status(rule.level), rule.texts[rule.level], reasons)
