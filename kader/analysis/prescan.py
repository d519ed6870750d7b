"""The pre-scan: from answers to verdicts, each with the rules that fired and what could still change it.

How the points are read that the meaning of the rules leaves open:

- *What could still change it* is about open facts without a burden of proof. Facts of policies, and facts that occur
  in exemptions alone, stay as they are; the open ones that could change the outcome when claimed are `claims`.
- `sufficient`: an expression is *yes* exactly when one of its terms is among the answers, so what is missing of each
  term of art. 35(3), of the AP list and of every choice of enough criteria is a set that suffices, unless an
  exemption then takes the reason away. `could_rise` says that there is such a set, of any size.
- `needed`, while *undetermined*: an open fact is needed when no answers to the others give *not required*. While
  *recommended*: when no answers to the others leave it below *required* with nothing open that could raise it.
- `next` weighs a set of n answers as 1/n (our convention). Where no set suffices it is the first needed fact.
- A duty of later date is *undetermined* while its condition is open, and *not required* with `required_from` when it
  holds: never simply fine.
- Art. 22, DTIA, art. 26(9) AI Act, discrimination test in the DPIA, art. 36 and art. 35(11) do not apply without
  personal data. IAMA, FRIA, children's impact assessment and register do not depend on personal data.
- Art. 22: `outcome` is set when every way of answering the open facts gives the same line; the status when every way
  gives the same status.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from kader.analysis.deciding import (
    LARGEST_SET,
    PERSONAL_DATA,
    Alphabet,
    Answers,
    Condition,
    Dpia,
    exempting_facts,
    first_question,
    smallest,
)
from kader.analysis.findings import FactValue, Prescan, Reason, Status, Verdict
from kader.errors import Problem, RuleError
from kader.framework.risks import Level
from kader.framework.rules import InstrumentRule, Profile, Rule, RuleSet, Strength, Truth, facts_in
from kader.text import EMPTY, Text, day_in_words, same

ORDER = ("dpia", "art22", "fria", "iama", "dtia", "kia", "prior_consultation", "review")

_LISTS = {"art35_3": Strength.LAW, "ap_list": Strength.AP_LIST}
_DUTY = (Status.REQUIRED, Status.RECOMMENDED, Status.COVERED)
_SETTLED = (Status.NOT_REQUIRED, Status.NOT_APPLICABLE)
_CACHED_ANSWERS = 4096


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


def prescan(
    rules: RuleSet,
    facts: Mapping[str, Truth],
    *,
    date: dt.date,
    profile: str = "default",
    residual: Residual | None = None,
    dpia_done: dt.date | None = None,
) -> Prescan:
    """All verdicts on one set of answers.

    Args:
        rules: the rules to judge by.
        facts: the answers; what is not there is unknown, ids that the rules do not have are left out.
        date: the day for which dates in the law are compared.
        profile: the reading of the rules, `default` or `algoritmekader_literal`.
        residual: what remains of the risks; `None` while nothing is scored.
        dpia_done: the day of the last DPIA, when there is one and it is known.

    Raises:
        RuleError: the rules have no such profile.
    """
    if profile not in rules.profiles:
        names = ", ".join(rules.profiles)
        raise RuleError(
            Problem(
                Text(
                    f"Er is geen lezing van de regels die '{profile}' heet.", f"There is no reading called '{profile}'."
                ),
                "meta/profile",
                Text(f"Kies uit: {names}.", f"Choose from: {names}."),
            )
        )
    judge = _judge(rules, profile)
    yes, no = judge.alphabet.read(facts)
    return _judged(judge, yes, no, date, residual, dpia_done)


@lru_cache(maxsize=16)
def _judge(rules: RuleSet, profile: str) -> _Judge:
    return _Judge(rules, rules.profiles[profile])


@lru_cache(maxsize=_CACHED_ANSWERS)
def _judged(
    judge: _Judge, yes: int, no: int, date: dt.date, residual: Residual | None, dpia_done: dt.date | None
) -> Prescan:
    return judge.prescan(yes, no, date, residual, dpia_done)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Changes:
    """What could still change a verdict."""

    could_rise: bool = False
    sufficient: tuple[tuple[FactValue, ...], ...] = ()
    needed: tuple[str, ...] = ()
    next: str = ""


_NOTHING = _Changes()


class _Judge:
    """A rule set under one profile, made ready."""

    def __init__(self, rules: RuleSet, profile: Profile) -> None:
        self.rules = rules
        self.profile = profile
        self.alphabet = alphabet = Alphabet(tuple(rules.facts))
        self._dpia = Dpia(rules, alphabet, profile.wp248_threshold)
        self._policies = {rule.id: (rule, alphabet.condition(rule.when)) for rule in rules.policies.values()}
        self._instruments = [(rule, alphabet.condition(rule.when)) for rule in rules.instruments.values()]
        self._exempting = alphabet.about(sum(alphabet.both(fact) for fact in exempting_facts(rules)))
        self._personal = alphabet.both(PERSONAL_DATA) & alphabet.about(alphabet.both(PERSONAL_DATA))
        self._changed = alphabet.both("changed_since_dpia")
        self._legislation = alphabet.both("new_legislation")
        self._art22 = _Art22(rules, alphabet)
        self._contradictions = tuple(_contradictions(rules, alphabet))
        self._reasons: dict[tuple[str, str, int], Reason] = {}

    def prescan(
        self, yes: int, no: int, date: dt.date, residual: Residual | None, dpia_done: dt.date | None
    ) -> Prescan:
        answers = self.alphabet.answers(yes, no)
        criteria = {name: condition.truth(answers.known) for name, condition in self._dpia.kinds["wp248"].items()}
        ap_list = {name: condition.truth(answers.known) for name, condition in self._dpia.kinds["ap_list"].items()}
        personal = not no & self._personal
        dpia = self._dpia_verdict(answers, criteria, ap_list, personal=personal)
        found = {"dpia": dpia, "art22": self._art22_verdict(answers, personal=personal)}
        for rule, condition in self._instruments:
            found[rule.id] = self._instrument(rule, condition, answers, date, personal=personal)
        found["prior_consultation"] = self._consultation(dpia, answers, residual, personal=personal)
        found["review"] = self._review(dpia, answers, date, dpia_done, personal=personal)
        order = [*(name for name in ORDER if name in found), *(name for name in found if name not in ORDER)]
        verdicts = {name: found[name] for name in order}
        everything = (1 << self.alphabet.width) - 1
        return Prescan(
            profile=self.profile.id,
            rules=f"{self.rules.id}:{self.rules.version}",
            fingerprint=self.rules.fingerprint,
            verdicts=verdicts,
            criteria=criteria,
            ap_list=ap_list,
            contradictions=tuple(text for clash, text in self._contradictions if clash & answers.known == clash),
            open_facts=self.alphabet.named(everything & ~(yes | no)),
            next=next((verdict.next for verdict in verdicts.values() if verdict.next), ""),
        )

    # --- DPIA ---

    def _dpia_verdict(
        self, answers: Answers, criteria: Mapping[str, Truth], ap_list: Mapping[str, Truth], *, personal: bool
    ) -> Verdict:
        known = answers.known
        if not personal:
            return self._verdict(
                "dpia", Status.NOT_APPLICABLE, self.rules.dpia_texts["not_applicable"], (self._scope(),)
            )
        held = [rule for rule, condition in self._dpia.exemptions.values() if condition.truth(known) is Truth.YES]
        if any(rule.covers for rule in held):
            reasons = tuple(self._exemption(rule, known) for rule in held if rule.covers)
            return self._verdict("dpia", Status.COVERED, self.rules.dpia_texts["covered"], reasons)
        defeated = self._dpia.defeated(known)
        cases = {name: condition.truth(known) for name, condition in self._dpia.kinds["art35_3"].items()}
        reasons = self._required(known, {"art35_3": cases, "ap_list": ap_list}, criteria, defeated)
        counted = () if "wp248" in defeated else tuple(name for name, truth in criteria.items() if truth is Truth.YES)
        advised = [rule for rule, condition in self._policies.values() if condition.truth(known) is Truth.YES]
        advice = tuple(self._policy(rule, known) for rule in advised if not rule.required)
        if reasons:
            return self._dpia_required(reasons, advice, answers)
        exempted = tuple(self._exemption(rule, known) for rule in held if rule.defeats)
        if counted or advice:
            return self._dpia_advised(counted, advice, answers, exempted)
        truths = (*cases.values(), *ap_list.values(), *criteria.values())
        if Truth.UNKNOWN in truths:
            changes = self._dpia_changes(answers, recommended=False)
            text = self.rules.dpia_texts["undetermined"]
            claims = self._claims(answers, (), Status.UNDETERMINED)
            return self._verdict("dpia", Status.UNDETERMINED, text, exempted, changes, claims)
        reason = (*exempted, self._nothing_found(known))
        text = self.rules.dpia_texts["not_required"]
        claims = self._claims(answers, (), Status.NOT_REQUIRED)
        return self._verdict("dpia", Status.NOT_REQUIRED, text, reason, claims=claims)

    def _required(
        self,
        known: int,
        lists: Mapping[str, Mapping[str, Truth]],
        criteria: Mapping[str, Truth],
        defeated: frozenset[str],
    ) -> tuple[Reason, ...]:
        found: list[Reason] = []
        for kind, strength in _LISTS.items():
            rules: Mapping[str, Rule] = getattr(self.rules, kind)
            conditions = self._dpia.kinds[kind]
            for name, truth in lists[kind].items():
                if truth is Truth.YES and kind not in defeated:
                    found.append(self._reason(rules[name], kind, strength, conditions[name].basis(known)))
        counted = [name for name, truth in criteria.items() if truth is Truth.YES]
        if len(counted) >= self._dpia.threshold and "wp248" not in defeated:
            found.append(self._criteria_reason(counted, known))
        for rule, condition in self._policies.values():
            if rule.required and condition.truth(known) is Truth.YES:
                found.append(self._policy(rule, known))
        return tuple(found)

    def _dpia_required(self, reasons: tuple[Reason, ...], advice: tuple[Reason, ...], answers: Answers) -> Verdict:
        hardest = reasons[0].strength
        key = {Strength.GUIDANCE: "required_guidance", Strength.POLICY: "required_policy"}.get(hardest, "required")
        claims = self._claims(answers, reasons, Status.REQUIRED)
        text = self.rules.dpia_texts[key]
        return self._verdict("dpia", Status.REQUIRED, text, (*reasons, *advice), claims=claims)

    def _dpia_advised(
        self, counted: Sequence[str], advice: tuple[Reason, ...], answers: Answers, exempted: tuple[Reason, ...]
    ) -> Verdict:
        conditions = self._dpia.kinds["wp248"]
        fired = tuple(
            self._reason(
                self.rules.criteria[name], "criterion", Strength.GUIDANCE, conditions[name].basis(answers.known)
            )
            for name in counted
        )
        changes = self._dpia_changes(answers, recommended=True)
        text = self.rules.dpia_texts["recommended_open" if changes.could_rise else "recommended"]
        reasons = (*fired, *advice, *exempted)
        return self._verdict(
            "dpia", Status.RECOMMENDED, text, reasons, changes, self._claims(answers, reasons, Status.RECOMMENDED)
        )

    def _dpia_changes(self, answers: Answers, *, recommended: bool) -> _Changes:
        sets = self._dpia.sufficient(answers)
        if recommended and not sets:
            return _NOTHING
        needed = self._dpia.needed(answers, recommended=recommended)
        return self._changes(sets, self.alphabet.named(needed))

    def _claims(self, answers: Answers, reasons: Sequence[Reason], status: Status) -> tuple[str, ...]:
        """The open facts of exemptions and policies that would change the verdict if they were claimed."""
        relevant = 0
        fired = {"wp248" if reason.kind == "criterion" else reason.kind for reason in reasons}
        for rule, condition in self._dpia.exemptions.values():
            matters = rule.covers or status is Status.UNDETERMINED or (fired and fired <= set(rule.defeats))
            if matters and condition.truth(answers.known) is Truth.UNKNOWN:
                relevant |= self._about_sufficient(condition, answers) & self._exempting
        for policy, condition in self._policies.values():
            raises = policy.required or status is not Status.RECOMMENDED
            if raises and status is not Status.REQUIRED and condition.truth(answers.known) is Truth.UNKNOWN:
                relevant |= self._about_sufficient(condition, answers)
        return self.alphabet.named(relevant)

    def _about_sufficient(self, condition: Condition, answers: Answers) -> int:
        about = 0
        for missing in condition.sufficient(answers):
            about |= self.alphabet.about(missing)
        return about

    def _nothing_found(self, known: int) -> Reason:
        basis = 0
        for conditions in self._dpia.kinds.values():
            for condition in conditions.values():
                if condition.truth(known) is Truth.NO:
                    basis |= condition.basis(known)
        phrases = self.rules.phrases
        return Reason(
            id="nothing_found",
            kind="absence",
            text=phrases["nothing_found"],
            cite=phrases["duty_cite"],
            strength=Strength.LAW,
            facts=self.alphabet.literals(basis),
        )

    def _criteria_reason(self, counted: Sequence[str], known: int) -> Reason:
        conditions = self._dpia.kinds["wp248"]
        basis = 0
        for name in counted:
            basis |= conditions[name].basis(known)
        key = ("wp248", "wp248", basis)
        if key not in self._reasons:
            names = [(self.rules.criteria[name].text, name) for name in counted]
            listed = Text(
                "; ".join(f"{text.nl} ({name})" for text, name in names),
                "; ".join(f"{text.en} ({name})" for text, name in names),
            )
            self._reasons[key] = Reason(
                id="wp248",
                kind="wp248",
                text=self.rules.phrases["criteria"].format(n=len(counted), names=listed),
                cite=self.profile.cite or self.rules.wp248_cite,
                strength=Strength.GUIDANCE,
                facts=self.alphabet.literals(basis),
                note=self.profile.note if self.profile.cite else EMPTY,
            )
        return self._reasons[key]

    # --- other instruments ---

    def _instrument(
        self, rule: InstrumentRule, condition: Condition, answers: Answers, date: dt.date, *, personal: bool
    ) -> Verdict:
        if rule.needs_personal_data and not personal:
            return self._verdict(rule.id, Status.NOT_APPLICABLE, rule.texts["not_applicable"], (self._scope(),))
        truth = condition.truth(answers.known)
        later = rule.applies_from if rule.applies_from and date < rule.applies_from else None
        if truth is Truth.UNKNOWN:
            needed = self.alphabet.named(condition.needed(answers, self.alphabet))
            changes = self._changes(condition.sufficient(answers), needed)
            text = rule.texts["undetermined"]
            return self._verdict(rule.id, Status.UNDETERMINED, text, changes=changes, required_from=later)
        basis = condition.basis(answers.known)
        if truth is Truth.NO:
            return self._verdict(
                rule.id, Status.NOT_REQUIRED, rule.texts["not_required"], (self._not_met(rule, basis),)
            )
        reasons = (self._reason(rule, "instrument", rule.strength, basis),)
        if later:
            text = rule.texts["not_yet"].format(day=day_in_words(later))
            return self._verdict(rule.id, Status.NOT_REQUIRED, text, reasons, required_from=later)
        return self._verdict(rule.id, Status(rule.level), rule.texts[rule.level], reasons)

    def _not_met(self, rule: Rule, basis: int) -> Reason:
        return self._cached(rule, "absence", Strength.LAW, basis, self.rules.phrases["not_met"].format(rule=rule.text))

    def _art22_verdict(self, answers: Answers, *, personal: bool) -> Verdict:
        texts = self.rules.art22_texts
        if not personal:
            return self._verdict("art22", Status.NOT_APPLICABLE, texts["not_applicable"], (self._scope(),))
        found = self._art22.found(answers)
        if len(found.lines) == 1:
            line = self.rules.art22[found.lines[0]]
            reason = self._reason(line, "instrument", Strength.LAW, self._art22.basis(found.lines[0], answers.known))
            return self._verdict("art22", Status(line.status), line.text, (reason,), outcome=line.id)
        changes = _Changes(
            could_rise=bool(found.sufficient),
            sufficient=tuple(self.alphabet.literals(mask) for mask in found.sufficient),
            needed=self.alphabet.named(found.needed),
            next=found.next,
        )
        if found.status is None:
            return self._verdict("art22", Status.UNDETERMINED, texts["undetermined"], changes=changes)
        lines = [self.rules.art22[number] for number in found.lines]
        text = texts["required"] if found.status is Status.REQUIRED else lines[-1].text
        known = answers.known & self._art22.mask
        reasons = tuple(self._reason(line, "instrument", Strength.LAW, known) for line in lines)
        open_ = _Changes(needed=changes.needed, next=found.next)
        return self._verdict("art22", found.status, text, reasons, open_)

    # --- art. 36 and art. 35(11) ---

    def _consultation(self, dpia: Verdict, answers: Answers, residual: Residual | None, *, personal: bool) -> Verdict:
        texts, name = self.rules.consultation_texts, "prior_consultation"
        if not personal:
            return self._verdict(name, Status.NOT_APPLICABLE, texts["not_applicable"], (self._scope(),))
        legislation = answers.known & self._legislation
        claims = () if legislation else ("new_legislation",)
        residual = residual or Residual()
        after = residual.planned or residual.now
        reasons: list[Reason] = []
        if after is Level.HIGH:
            reasons.append(self._risk_reason("residual_high", residual))
        if legislation and not self.alphabet.opposite(legislation) & self.alphabet.about(self._legislation):
            reasons.append(self._legislation_reason(legislation))
        if reasons:
            text = texts["required" if after is Level.HIGH else "required_legislation"]
            return self._verdict(name, Status.REQUIRED, text, tuple(reasons))
        open_ = bool(residual.unscored) or not residual.scored
        if residual.now is Level.HIGH:
            reason = (self._risk_reason("planned_lower", residual),)
            changes = _Changes(could_rise=open_)
            return self._verdict(name, Status.RECOMMENDED, texts["recommended"], reason, changes, claims)
        if dpia.status is Status.NOT_REQUIRED:
            return self._verdict(name, Status.NOT_REQUIRED, texts["not_required"], dpia.reasons, claims=claims)
        if open_ or dpia.status is Status.UNDETERMINED:
            unscored = (self._risk_reason("not_scored", residual),) if residual.unscored else ()
            changes = _Changes(could_rise=True, next="" if residual.scored or residual.unscored else dpia.next)
            return self._verdict(name, Status.UNDETERMINED, texts["undetermined"], unscored, changes, claims)
        return self._verdict(name, Status.NOT_REQUIRED, texts["not_required"], claims=claims)

    def _risk_reason(self, key: str, residual: Residual) -> Reason:
        texts = {**self.rules.consultation_texts, **self.rules.phrases}
        return Reason(
            id=key,
            kind="risk",
            text=texts[key].format(n=residual.unscored) if key == "not_scored" else texts[key],
            cite=self.rules.consultation_cite,
            strength=Strength.LAW,
            facts=(),
            note=same(", ".join(residual.high)) if residual.high and key != "not_scored" else EMPTY,
        )

    def _legislation_reason(self, basis: int) -> Reason:
        return Reason(
            id="new_legislation",
            kind="policy",
            text=self.rules.consultation_texts["required_legislation"],
            cite=self.rules.phrases["legislation_cite"],
            strength=Strength.LAW,
            facts=self.alphabet.literals(basis),
        )

    def _review(
        self, dpia: Verdict, answers: Answers, date: dt.date, dpia_done: dt.date | None, *, personal: bool
    ) -> Verdict:
        texts, review, name = self.rules.review_texts, self.rules.review, "review"
        if not personal:
            return self._verdict(name, Status.NOT_APPLICABLE, texts["not_applicable"], (self._scope(),))
        answer = answers.known & self._changed
        changed = bool(answer & self.alphabet.about(self._changed))
        if changed:
            reason = self._review_reason("changed", answer)
            return self._verdict(name, Status.REQUIRED, texts["required"], (reason,))
        duty = dpia.status in _DUTY or dpia.status is Status.UNDETERMINED or dpia_done is not None
        if not duty:
            return self._verdict(name, Status.NOT_APPLICABLE, texts["not_applicable"], dpia.reasons)
        if not answer:
            decisive = (FactValue("changed_since_dpia", Truth.YES),)
            fact = "changed_since_dpia"
            changes = _Changes(could_rise=True, sufficient=(decisive,), needed=(fact,), next=fact)
            return self._verdict(name, Status.UNDETERMINED, texts["undetermined"], changes=changes)
        reasons = (self._review_reason("unchanged", answer, practice=True),)
        if dpia_done is None:
            text = texts["recommended_undated"].format(months=review.practice_months)
            return self._verdict(name, Status.RECOMMENDED, text, reasons)
        if months_later(dpia_done, review.practice_months) <= date:
            text = texts["recommended_old"].format(day=day_in_words(dpia_done), months=review.practice_months)
            return self._verdict(name, Status.RECOMMENDED, text, reasons)
        return self._verdict(name, Status.NOT_REQUIRED, texts["not_required"], reasons)

    def _review_reason(self, key: str, basis: int, *, practice: bool = False) -> Reason:
        return Reason(
            id=key,
            kind="review",
            text=self.rules.review_texts[key],
            cite=self.rules.review.cite,
            strength=Strength.LAW,
            facts=self.alphabet.literals(basis),
            note=self.rules.review.practice_note if practice else EMPTY,
        )

    # --- parts ---

    def _changes(self, sets: Iterable[int], needed: tuple[str, ...]) -> _Changes:
        found = list(sets)
        least = sorted(smallest(found), key=self.alphabet.rank)
        return _Changes(
            could_rise=bool(found),
            sufficient=tuple(self.alphabet.literals(mask) for mask in least),
            needed=needed,
            next=first_question(least, self.alphabet) or (needed[0] if needed else ""),
        )

    def _verdict(
        self,
        name: str,
        status: Status,
        text: Text,
        reasons: tuple[Reason, ...] = (),
        changes: _Changes = _NOTHING,
        claims: tuple[str, ...] = (),
        *,
        outcome: str = "",
        required_from: dt.date | None = None,
    ) -> Verdict:
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

    def _scope(self) -> Reason:
        phrases = self.rules.phrases
        return Reason(
            id="no_personal_data",
            kind="scope",
            text=phrases["no_personal_data"],
            cite=phrases["scope_cite"],
            strength=Strength.LAW,
            facts=(FactValue(PERSONAL_DATA, Truth.NO),),
        )

    def _exemption(self, rule: Rule, known: int) -> Reason:
        _, condition = self._dpia.exemptions[rule.id]
        return self._reason(rule, "exemption", Strength.LAW, condition.basis(known))

    def _policy(self, rule: Rule, known: int) -> Reason:
        _, condition = self._policies[rule.id]
        return self._reason(rule, "policy", Strength.POLICY, condition.basis(known))

    def _reason(self, rule: Rule, kind: str, strength: Strength, basis: int) -> Reason:
        return self._cached(rule, kind, strength, basis, rule.text)

    def _cached(self, rule: Rule, kind: str, strength: Strength, basis: int, text: Text) -> Reason:
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


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the last day of that month.

    >>> months_later(dt.date(2024, 2, 29), 36)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = dt.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_of_next - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))


def _contradictions(rules: RuleSet, alphabet: Alphabet) -> Iterable[tuple[int, Text]]:
    for fact in rules.facts.values():
        yes = alphabet.mask([(fact.id, Truth.YES)])
        for other in _entailed(rules, fact.id):
            clash = yes | alphabet.mask([(other, Truth.NO)])
            yield clash, rules.phrases["yes_and_no"].format(a=fact.label, b=rules.facts[other].label)
        for other in fact.excludes:
            clash = yes | alphabet.mask([(other, Truth.YES)])
            yield clash, rules.phrases["both_yes"].format(a=fact.label, b=rules.facts[other].label)


def _entailed(rules: RuleSet, fact: str) -> Sequence[str]:
    """Everything that a fact entails, step by step."""
    found: list[str] = []
    waiting = list(rules.facts[fact].entails)
    while waiting:
        other = waiting.pop(0)
        if other not in found and other != fact:
            found.append(other)
            waiting += rules.facts[other].entails
    return found
