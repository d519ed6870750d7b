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
from functools import lru_cache
from typing import NamedTuple

from kader.analysis.afterwards import Afterwards, Residual
from kader.analysis.answers import PERSONAL_DATA, Alphabet
from kader.analysis.automated import Art22Verdict
from kader.analysis.dpia import DpiaVerdict
from kader.analysis.findings import Prescan
from kader.analysis.instruments import InstrumentVerdict
from kader.analysis.wording import Writer
from kader.errors import Problem, RuleError
from kader.framework.rules import Profile, RuleSet, Truth
from kader.text import Text

__all__ = ["Residual", "prescan"]

ORDER = ("dpia", "art22", "fria", "iama", "dtia", "kia", "prior_consultation", "review")

_CACHED_ANSWERS = 4096


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
    return _judged(judge, yes, no, _Circumstances(date, residual, dpia_done))


@lru_cache(maxsize=16)
def _judge(rules: RuleSet, profile: str) -> _Judge:
    return _Judge(rules, rules.profiles[profile])


@lru_cache(maxsize=_CACHED_ANSWERS)
def _judged(judge: _Judge, yes: int, no: int, circumstances: _Circumstances) -> Prescan:
    return judge.prescan(yes, no, circumstances)


class _Circumstances(NamedTuple):
    """What verdicts depend on besides the facts."""

    date: dt.date
    residual: Residual | None = None
    dpia_done: dt.date | None = None


class _Judge:
    """A rule set under one profile, made ready."""

    def __init__(self, rules: RuleSet, profile: Profile) -> None:
        self.rules = rules
        self.profile = profile
        self.alphabet = alphabet = Alphabet(tuple(rules.facts))
        self._write = write = Writer(rules, alphabet)
        self._dpia = DpiaVerdict(rules, profile, write)
        self._art22 = Art22Verdict(rules, write)
        self._afterwards = Afterwards(rules, write)
        self._instruments = {name: InstrumentVerdict(rule, write) for name, rule in rules.instruments.items()}
        self._denied = alphabet.about(alphabet.both(PERSONAL_DATA))
        self._contradictions = tuple(_contradictions(rules, alphabet))

    def prescan(self, yes: int, no: int, circumstances: _Circumstances) -> Prescan:
        date, residual, dpia_done = circumstances
        answers = self.alphabet.answers(yes, no)
        criteria = self._dpia.truths("wp248", answers.known)
        ap_list = self._dpia.truths("ap_list", answers.known)
        personal = not no & self._denied
        dpia = self._dpia.verdict(answers, criteria, ap_list, personal=personal)
        found = {"dpia": dpia, "art22": self._art22.verdict(answers, personal=personal)}
        for name, instrument in self._instruments.items():
            found[name] = instrument.verdict(answers, date, personal=personal)
        found["prior_consultation"] = self._afterwards.consultation(dpia, answers, residual, personal=personal)
        found["review"] = self._afterwards.review(dpia, answers, date, dpia_done, personal=personal)
        order = [*(name for name in ORDER if name in found), *(name for name in found if name not in ORDER)]
        verdicts = {name: found[name] for name in order}
        everything = (1 << self.alphabet.width) - 1
        return Prescan(
            profile=self.profile.id,
            rules=f"{self.rules.id}/{self.rules.version}",
            fingerprint=self.rules.fingerprint,
            verdicts=verdicts,
            criteria=criteria,
            ap_list=ap_list,
            contradictions=tuple(text for clash, text in self._contradictions if clash & answers.known == clash),
            open_facts=self.alphabet.named(everything & ~(yes | no)),
            next=next((verdict.next for verdict in verdicts.values() if verdict.next), ""),
        )


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
