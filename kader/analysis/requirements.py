"""How each requirement stands, and in words what keeps it from being met.

A requirement is *met* when every check question is answered yes, or does not apply with a reason. One *no* makes it
not met; otherwise one open question keeps it open; otherwise one *partly* makes it partly met. Unknown never counts as
met, and *not applicable* only with a reason: that of the answer, or facts in the pre-scan that are all *no*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kader.analysis.findings import Prescan, RequirementFinding, RequirementStatus, Status
from kader.analysis.words import say
from kader.assessment.model import Assessment, CheckAnswer, Decisions
from kader.framework.applicability import Applicability, Inapplicability, read
from kader.framework.model import Check, Requirement
from kader.framework.rules import Truth
from kader.text import Text

DPIA_REQUIREMENT: Final = "avg-13"
_OPEN: Final = CheckAnswer()


@dataclass(frozen=True, slots=True)
class PreparedCheck:
    """A check question with its blockers in words, made once."""

    id: str
    open: Text
    no: Text
    partly: Text
    na_no_reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRequirement:
    """A requirement that has check questions, with all that does not depend on an assessment.

    Attributes:
        unstarted: what is found when none of its questions has been answered, and in words that it is open.
    """

    id: str
    title: Text
    articles: tuple[str, ...]
    checks: tuple[PreparedCheck, ...]
    unstarted: RequirementFinding


def prepare(requirements: Iterable[Requirement]) -> tuple[PreparedRequirement, ...]:
    """Work out what does not depend on an assessment, for the requirements that can be tested."""
    return tuple(_prepared(requirement) for requirement in requirements if requirement.checks)


def _prepared(requirement: Requirement) -> PreparedRequirement:
    checks = tuple(_prepared_check(check) for check in requirement.checks)
    articles = tuple(article.ref for article in requirement.articles)
    unstarted = RequirementFinding(
        id=requirement.id,
        status=RequirementStatus.OPEN,
        blockers=tuple(check.open for check in checks),
        answered=0,
        questions=len(checks),
        articles=articles,
    )
    return PreparedRequirement(
        id=requirement.id, title=requirement.title, articles=articles, checks=checks, unstarted=unstarted
    )


def _prepared_check(check: Check) -> PreparedCheck:
    phrases = ("check_open", "check_no", "check_partly", "check_na_no_reason")
    return PreparedCheck(check.id, *(say(phrase, id=check.id, question=check.question) for phrase in phrases))


def assess(
    prepared: Iterable[PreparedRequirement], assessment: Assessment, facts: Mapping[str, Truth], prescan: Prescan
) -> Mapping[str, RequirementFinding]:
    """The status of each requirement, by id."""
    applicability = read()
    beside = _beside(prescan, assessment.decisions)
    return {
        requirement.id: _assessed(
            requirement,
            assessment.checks,
            _why_not(requirement.id, applicability, facts, assessment.checks),
            beside.get(requirement.id, ()),
            contradicted=bool(prescan.contradictions),
        )
        for requirement in prepared
    }


def _why_not(
    requirement: str, applicability: Applicability, facts: Mapping[str, Truth], answers: Mapping[str, CheckAnswer]
) -> Text | None:
    """Why the requirement does not apply at all; `None` when it does or may."""
    if _holds(applicability.every, facts):
        return applicability.every.why
    own = applicability.by_requirement.get(requirement)
    if own is None:
        return None
    if _holds(own, facts):
        return own.why
    gate = answers.get(own.gate)
    if gate is not None and gate.value == "na" and gate.reason.strip():
        return own.gate_why
    return None


def _holds(reason: Inapplicability, facts: Mapping[str, Truth]) -> bool:
    return all(facts.get(fact) is Truth.NO for fact in reason.none_of)


def _beside(prescan: Prescan, decisions: Decisions) -> Mapping[str, Sequence[tuple[Text, RequirementStatus]]]:
    """What the verdicts and decisions add to the check questions: a blocker, and the best status it leaves."""
    found = []
    dpia = prescan.verdicts.get("dpia")
    if dpia is not None and dpia.status is Status.REQUIRED and not dpia_recorded(decisions):
        found.append((say("dpia_not_recorded"), RequirementStatus.PARTLY))
    if dpia is not None and dpia.status is Status.UNDETERMINED:
        found.append((say("dpia_undetermined"), RequirementStatus.OPEN))
    consultation = prescan.verdicts.get("prior_consultation")
    if (
        consultation is not None
        and consultation.status is Status.REQUIRED
        and not decisions.prior_consultation_reference.strip()
    ):
        found.append((say("consultation_missing"), RequirementStatus.PARTLY))
    return {DPIA_REQUIREMENT: found}


def dpia_recorded(decisions: Decisions) -> bool:
    """Whether the file says that a DPIA was carried out: a date or a reference."""
    return decisions.dpia_date is not None or bool(decisions.dpia_reference.strip())


def _assessed(
    requirement: PreparedRequirement,
    answers: Mapping[str, CheckAnswer],
    why_not: Text | None,
    beside: Sequence[tuple[Text, RequirementStatus]],
    *,
    contradicted: bool,
) -> RequirementFinding:
    if why_not is not None and not contradicted:
        return _finding(
            requirement,
            RequirementStatus.NOT_APPLICABLE,
            (say("does_not_apply", why=why_not),),
            answered=len(requirement.checks),
        )
    if why_not is None and not beside and not any(check.id in answers for check in requirement.checks):
        return requirement.unstarted
    given = [(check, answers.get(check.id, _OPEN)) for check in requirement.checks]
    blockers = [blocker for check, answer in given if (blocker := _blocker(check, answer)) is not None]
    if why_not is not None:
        beside = ((say("contradicted"), RequirementStatus.OPEN), *beside)
    status = _status([answer for _, answer in given])
    for _, best in beside:
        status = _no_better(status, best)
    return _finding(
        requirement,
        status,
        (*blockers, *(blocker for blocker, _ in beside)),
        answered=sum(is_answered(answer) for _, answer in given),
    )


def _finding(
    requirement: PreparedRequirement, status: RequirementStatus, blockers: tuple[Text, ...], answered: int
) -> RequirementFinding:
    return RequirementFinding(
        id=requirement.id,
        status=status,
        blockers=blockers,
        answered=answered,
        questions=len(requirement.checks),
        articles=requirement.articles,
    )


def is_answered(answer: CheckAnswer) -> bool:
    """Whether an answer counts: *n.a.* only with a reason."""
    return answer.value is not None and (answer.value != "na" or bool(answer.reason.strip()))


def _status(answers: Sequence[CheckAnswer]) -> RequirementStatus:
    values = [answer.value if is_answered(answer) else None for answer in answers]
    if "no" in values:
        return RequirementStatus.NOT_MET
    if None in values:
        return RequirementStatus.OPEN
    if "partly" in values:
        return RequirementStatus.PARTLY
    if "yes" in values:
        return RequirementStatus.MET
    return RequirementStatus.NOT_APPLICABLE


_GOODNESS: Final = (
    RequirementStatus.NOT_MET,
    RequirementStatus.OPEN,
    RequirementStatus.PARTLY,
    RequirementStatus.MET,
    RequirementStatus.NOT_APPLICABLE,
)


def _no_better(status: RequirementStatus, best: RequirementStatus) -> RequirementStatus:
    return min(status, best, key=_GOODNESS.index)


def _blocker(check: PreparedCheck, answer: CheckAnswer) -> Text | None:
    if answer.value == "yes":
        return None
    if answer.value == "na":
        return None if answer.reason.strip() else check.na_no_reason
    if answer.value is None:
        return check.open
    blocker = check.no if answer.value == "no" else check.partly
    remark = answer.remark.strip()
    return say("check_remark", blocker=blocker, remark=remark) if remark else blocker
