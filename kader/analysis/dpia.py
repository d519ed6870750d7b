"""The verdict on the DPIA: the first line that applies, with the rules that fired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kader.analysis.answers import Answers, Condition
from kader.analysis.deciding import Dpia, exempting_facts
from kader.analysis.findings import Reason, Status, Verdict
from kader.analysis.wording import NOTHING, Changes, Writer
from kader.framework.rules import Profile, Rule, RuleSet, Strength, Truth
from kader.text import EMPTY, Text

_LISTS = {"art35_3": Strength.LAW, "ap_list": Strength.AP_LIST}

_REMEMBERED = 4096


class DpiaVerdict:
    """The DPIA under one reading of the rules."""

    def __init__(self, rules: RuleSet, profile: Profile, write: Writer) -> None:
        self._rules = rules
        self._profile = profile
        self._write = write
        self._alphabet = alphabet = write.alphabet
        self._dpia = Dpia(rules, alphabet, profile.wp248_threshold)
        self._policies = {rule.id: (rule, alphabet.condition(rule.when)) for rule in rules.policies.values()}
        self._changes: dict[int, Changes] = {}
        self._enough: dict[int, Reason] = {}
        self._exempting = alphabet.about(sum(alphabet.both(fact) for fact in exempting_facts(rules)))

    def truths(self, kind: str, known: int) -> dict[str, Truth]:
        """The value of every rule of a list: `art35_3`, `ap_list` or `wp248`."""
        return {name: condition.truth(known) for name, condition in self._dpia.kinds[kind].items()}

    def verdict(
        self, answers: Answers, criteria: Mapping[str, Truth], ap_list: Mapping[str, Truth], *, personal: bool
    ) -> Verdict:
        """The verdict under answers; `personal` is false where no personal data are processed."""
        known = answers.known
        if not personal:
            return self._write.verdict(
                "dpia", Status.NOT_APPLICABLE, self._rules.dpia_texts["not_applicable"], (self._write.scope(),)
            )
        held = [rule for rule, condition in self._dpia.exemptions.values() if condition.truth(known) is Truth.YES]
        if any(rule.covers for rule in held):
            reasons = tuple(self._exemption(rule, known) for rule in held if rule.covers)
            return self._write.verdict("dpia", Status.COVERED, self._rules.dpia_texts["covered"], reasons)
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
            text = self._rules.dpia_texts["undetermined"]
            claims = self._claims(answers, (), Status.UNDETERMINED)
            return self._write.verdict("dpia", Status.UNDETERMINED, text, exempted, changes, claims=claims)
        reason = (*exempted, self._nothing_found(known))
        text = self._rules.dpia_texts["not_required"]
        claims = self._claims(answers, (), Status.NOT_REQUIRED)
        return self._write.verdict("dpia", Status.NOT_REQUIRED, text, reason, claims=claims)

    def _required(
        self,
        known: int,
        lists: Mapping[str, Mapping[str, Truth]],
        criteria: Mapping[str, Truth],
        defeated: frozenset[str],
    ) -> tuple[Reason, ...]:
        found: list[Reason] = []
        for kind, strength in _LISTS.items():
            rules: Mapping[str, Rule] = getattr(self._rules, kind)
            conditions = self._dpia.kinds[kind]
            for name, truth in lists[kind].items():
                if truth is Truth.YES and kind not in defeated:
                    found.append(self._write.reason(rules[name], kind, strength, conditions[name].basis(known)))
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
        text = self._rules.dpia_texts[key]
        return self._write.verdict("dpia", Status.REQUIRED, text, (*reasons, *advice), claims=claims)

    def _dpia_advised(
        self, counted: Sequence[str], advice: tuple[Reason, ...], answers: Answers, exempted: tuple[Reason, ...]
    ) -> Verdict:
        conditions = self._dpia.kinds["wp248"]
        fired = tuple(
            self._write.reason(
                self._rules.criteria[name], "criterion", Strength.GUIDANCE, conditions[name].basis(answers.known)
            )
            for name in counted
        )
        changes = self._dpia_changes(answers, recommended=True)
        text = self._rules.dpia_texts["recommended_open" if changes.could_rise else "recommended"]
        reasons = (*fired, *advice, *exempted)
        claims = self._claims(answers, reasons, Status.RECOMMENDED)
        return self._write.verdict("dpia", Status.RECOMMENDED, text, reasons, changes, claims=claims)

    def _dpia_changes(self, answers: Answers, *, recommended: bool) -> Changes:
        key = answers.known & self._dpia.mask
        found = self._changes.get(key)
        if found is None:
            if len(self._changes) >= _REMEMBERED:
                self._changes.clear()
            found = self._changes[key] = self._new_changes(answers, recommended=recommended)
        return found

    def _new_changes(self, answers: Answers, *, recommended: bool) -> Changes:
        sets = self._dpia.sufficient(answers)
        if recommended and not sets:
            return NOTHING
        needed = self._dpia.needed(answers, recommended=recommended)
        return self._write.changes(sets, self._alphabet.named(needed))

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
        return self._alphabet.named(relevant)

    def _about_sufficient(self, condition: Condition, answers: Answers) -> int:
        about = 0
        for missing in condition.sufficient(answers):
            about |= self._alphabet.about(missing)
        return about

    def _nothing_found(self, known: int) -> Reason:
        basis = 0
        for conditions in self._dpia.kinds.values():
            for condition in conditions.values():
                if condition.truth(known) is Truth.NO:
                    basis |= condition.basis(known)
        phrases = self._rules.phrases
        return Reason(
            id="nothing_found",
            kind="absence",
            text=phrases["nothing_found"],
            cite=phrases["duty_cite"],
            strength=Strength.LAW,
            facts=self._alphabet.literals(basis),
        )

    def _criteria_reason(self, counted: Sequence[str], known: int) -> Reason:
        conditions = self._dpia.kinds["wp248"]
        basis = 0
        for name in counted:
            basis |= conditions[name].basis(known)
        found = self._enough.get(basis)
        if found is None:
            names = [(self._rules.criteria[name].text, name) for name in counted]
            listed = Text(
                "; ".join(f"{text.nl} ({name})" for text, name in names),
                "; ".join(f"{text.en} ({name})" for text, name in names),
            )
            found = self._enough[basis] = Reason(
                id="wp248",
                kind="wp248",
                text=self._rules.phrases["criteria"].format(n=len(counted), names=listed),
                cite=self._profile.cite or self._rules.wp248_cite,
                strength=Strength.GUIDANCE,
                facts=self._alphabet.literals(basis),
                note=self._profile.note if self._profile.cite else EMPTY,
            )
        return found

    def _exemption(self, rule: Rule, known: int) -> Reason:
        _, condition = self._dpia.exemptions[rule.id]
        return self._write.reason(rule, "exemption", Strength.LAW, condition.basis(known))

    def _policy(self, rule: Rule, known: int) -> Reason:
        _, condition = self._policies[rule.id]
        return self._write.reason(rule, "policy", Strength.POLICY, condition.basis(known))
