"""What follows a DPIA: prior consultation of the supervisor (art. 36) and review (art. 35(11))."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kader.analysis.answers import Answers
from kader.analysis.findings import FactValue, Reason, Status, Verdict
from kader.analysis.wording import Changes, Writer
from kader.framework.risks import Level
from kader.framework.rules import RuleSet, Strength, Truth
from kader.text import EMPTY, day_in_words, same

_DUTY = (Status.REQUIRED, Status.RECOMMENDED, Status.COVERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """What remains of the risks, for the prior consultation of art. 36.

    Attributes:
        now: the highest residual level with the measures that work; `None` while nothing is scored.
        planned: the highest once planned measures work; `None` where that is not scored: then `now` counts.
        scored: how many risks have a residual score; unscored: how many relevant ones have none.
        high: ids of the risks that are, or remain, high.
    """

    now: Level | None = None
    planned: Level | None = None
    scored: int = 0
    unscored: int = 0
    high: tuple[str, ...] = ()


class Afterwards:
    """The verdicts on prior consultation and review."""

    def __init__(self, rules: RuleSet, write: Writer) -> None:
        self._rules = rules
        self._write = write
        self._alphabet = write.alphabet
        self._changed = write.alphabet.both("changed_since_dpia")
        self._legislation = write.alphabet.both("new_legislation")

    def consultation(self, dpia: Verdict, answers: Answers, residual: Residual | None, *, personal: bool) -> Verdict:
        """Art. 36: from what remains of the risks, and for legislation."""
        texts, name = self._rules.consultation_texts, "prior_consultation"
        if not personal:
            return self._write.verdict(name, Status.NOT_APPLICABLE, texts["not_applicable"], (self._write.scope(),))
        legislation = answers.known & self._legislation
        claims = () if legislation else ("new_legislation",)
        residual = residual or Residual()
        after = residual.planned or residual.now
        reasons: list[Reason] = []
        if after is Level.HIGH:
            reasons.append(self._risk_reason("residual_high", residual))
        if legislation and not self._alphabet.opposite(legislation) & self._alphabet.about(self._legislation):
            reasons.append(self._legislation_reason(legislation))
        if reasons:
            text = texts["required" if after is Level.HIGH else "required_legislation"]
            return self._write.verdict(name, Status.REQUIRED, text, tuple(reasons))
        open_ = bool(residual.unscored) or not residual.scored
        if residual.now is Level.HIGH:
            reason = (self._risk_reason("planned_lower", residual),)
            changes = Changes(could_rise=open_)
            return self._write.verdict(name, Status.RECOMMENDED, texts["recommended"], reason, changes, claims=claims)
        if dpia.status is Status.NOT_REQUIRED:
            return self._write.verdict(name, Status.NOT_REQUIRED, texts["no_dpia"], dpia.reasons, claims=claims)
        if open_ or dpia.status is Status.UNDETERMINED:
            unscored = (self._risk_reason("not_scored", residual),) if residual.unscored else ()
            changes = Changes(could_rise=True, next="" if residual.scored or residual.unscored else dpia.next)
            return self._write.verdict(
                name, Status.UNDETERMINED, texts["undetermined"], unscored, changes, claims=claims
            )
        assessed = (self._risk_reason("none_high", residual),)
        return self._write.verdict(name, Status.NOT_REQUIRED, texts["not_required"], assessed, claims=claims)

    def _risk_reason(self, key: str, residual: Residual) -> Reason:
        texts = {**self._rules.consultation_texts, **self._rules.phrases}
        return Reason(
            id=key,
            kind="risk",
            text=texts[key].format(n=residual.scored if key == "none_high" else residual.unscored),
            cite=self._rules.consultation_cite,
            strength=Strength.LAW,
            facts=(),
            note=same(", ".join(residual.high)) if residual.high and key != "not_scored" else EMPTY,
        )

    def _legislation_reason(self, basis: int) -> Reason:
        return Reason(
            id="new_legislation",
            kind="policy",
            text=self._rules.consultation_texts["required_legislation"],
            cite=self._rules.phrases["legislation_cite"],
            strength=Strength.LAW,
            facts=self._alphabet.literals(basis),
        )

    def review(
        self, dpia: Verdict, answers: Answers, date: dt.date, dpia_done: dt.date | None, *, personal: bool
    ) -> Verdict:
        """Art. 35(11): from a change of the risk, and in practice from the DPIA's age."""
        texts, name = self._rules.review_texts, "review"
        if not personal:
            return self._write.verdict(name, Status.NOT_APPLICABLE, texts["not_applicable"], (self._write.scope(),))
        answer = answers.known & self._changed
        changed = bool(answer & self._alphabet.about(self._changed))
        if changed:
            reason = self._review_reason("changed", answer)
            return self._write.verdict(name, Status.REQUIRED, texts["required"], (reason,))
        duty = dpia.status in _DUTY or dpia.status is Status.UNDETERMINED or dpia_done is not None
        if not duty:
            return self._write.verdict(name, Status.NOT_APPLICABLE, texts["not_applicable"], dpia.reasons)
        if not answer:
            decisive = (FactValue("changed_since_dpia", Truth.YES),)
            fact = "changed_since_dpia"
            changes = Changes(could_rise=True, sufficient=(decisive,), needed=(fact,), next=fact)
            return self._write.verdict(name, Status.UNDETERMINED, texts["undetermined"], changes=changes)
        return self._unchanged(answer, date, dpia_done)

    def _unchanged(self, answer: int, date: dt.date, dpia_done: dt.date | None) -> Verdict:
        texts, review, name = self._rules.review_texts, self._rules.review, "review"
        reasons = (self._review_reason("unchanged", answer, practice=True),)
        if dpia_done is None:
            text = texts["recommended_undated"].format(months=review.practice_months)
            return self._write.verdict(name, Status.RECOMMENDED, text, reasons)
        if months_later(dpia_done, review.practice_months) <= date:
            text = texts["recommended_old"].format(day=day_in_words(dpia_done), months=review.practice_months)
            return self._write.verdict(name, Status.RECOMMENDED, text, reasons)
        return self._write.verdict(name, Status.NOT_REQUIRED, texts["not_required"], reasons)

    def _review_reason(self, key: str, basis: int, *, practice: bool = False) -> Reason:
        return Reason(
            id=key,
            kind="review",
            text=self._rules.review_texts[key],
            cite=self._rules.review.cite,
            strength=Strength.LAW,
            facts=self._alphabet.literals(basis),
            note=self._rules.review.practice_note if practice else EMPTY,
        )


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the last day of that month.

    >>> months_later(dt.date(2024, 2, 29), 36)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = dt.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_of_next - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))
