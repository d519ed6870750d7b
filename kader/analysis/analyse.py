"""From an assessment to its findings: pure, and quick enough to do again after every answer."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kader.analysis import gaps, requirements, risk
from kader.analysis.findings import (
    Action,
    Findings,
    Gap,
    Prescan,
    Progress,
    RiskFinding,
    Status,
)
from kader.analysis.prescan import Residual, prescan
from kader.analysis.words import say
from kader.assessment.model import Assessment, Decisions
from kader.framework.model import Framework
from kader.framework.risks import Level
from kader.framework.rules import Truth

_KEPT: Final = 8


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What depends on the framework only."""

    framework: Framework
    requirements: tuple[requirements.PreparedRequirement, ...]
    risks: risk.Prepared
    questions: frozenset[str]


_prepared: Final[dict[int, _Prepared]] = {}


def _prepare(framework: Framework) -> _Prepared:
    """What depends on the framework only, made once per framework; the framework is kept, so its id stays its own."""
    found = _prepared.get(id(framework))
    if found is None:
        if len(_prepared) >= _KEPT:
            _prepared.clear()
        found = _Prepared(
            framework,
            requirements.prepare(framework.requirements.values()),
            risk.prepare(framework.risks, framework.scale),
            frozenset(question.id for paragraph in framework.processing for question in paragraph.questions),
        )
        _prepared[id(framework)] = found
    return found


def analyse(framework: Framework, assessment: Assessment, *, today: dt.date | None = None) -> Findings:
    """All that the framework says about an assessment.

    Args:
        framework: the law, the rules and the catalogue.
        assessment: the answers.
        today: the day on which something is overdue; the assessment's date when not given.

    >>> from kader.assessment import Assessment
    >>> framework = Framework.bundled()
    >>> scan = Assessment.new(framework, name="Parkeerscan")
    >>> analyse(framework, scan).prescan.verdicts["dpia"].status
    <Status.UNDETERMINED: 'undetermined'>
    >>> scan = scan.with_fact("personal_data", value="yes").with_fact("systematic_extensive_evaluation", value="yes")
    >>> analyse(framework, scan).prescan.verdicts["dpia"].status
    <Status.REQUIRED: 'required'>
    """
    prepared = _prepare(framework)
    facts = assessment.truths()
    if_proposed = assessment.truths(proposed=True) if assessment.has_open_proposals else None
    risks = risk.assess(prepared.risks, assessment, facts, if_proposed)
    verdicts = _prescan(framework, assessment, facts, risks)
    status = requirements.assess(prepared.requirements, assessment, facts, verdicts)
    analysed = gaps.Analysed(
        framework=framework,
        prepared=prepared.requirements,
        assessment=assessment,
        prescan=verdicts,
        requirements=status,
        risks=risks,
        signatures_valid=_signatures(assessment),
        today=today or assessment.meta.date,
    )
    found = gaps.find(analysed)
    levels = [cell.worst for cell in risk.counted(risks, risk.standing)]
    counts = Counter(levels)
    return Findings(
        prescan=verdicts,
        if_proposed=None if if_proposed is None else _prescan(framework, assessment, if_proposed, risks),
        requirements=status,
        risks=risks,
        gaps=found,
        actions=_actions(framework, assessment, found, analysed.today),
        progress=_progress(prepared, analysed),
        highest=risk.highest(levels),
        highest_proposed=risk.highest(
            finding.proposed.worst for finding in risks if finding.relevant and finding.applicable and not finding.own
        ),
        counts={level: counts[level] for level in Level},
        highest_planned=risk.highest(cell.worst for cell in risk.counted(risks, risk.remaining)),
        complete=not any(gap.mandatory for gap in found),
        signatures_valid=analysed.signatures_valid,
    )


def _prescan(
    framework: Framework, assessment: Assessment, facts: Mapping[str, Truth], risks: tuple[RiskFinding, ...]
) -> Prescan:
    return prescan(
        framework.rules,
        facts,
        date=assessment.meta.date,
        profile=assessment.meta.profile,
        residual=_residual(risks),
        dpia_done=assessment.decisions.dpia_date,
    )


def _residual(risks: tuple[RiskFinding, ...]) -> Residual:
    """What remains of the risks.

    A risk without a residual score is at most what it is before measures: that settles it, unless it is high.
    """
    now, planned, high, unscored, scored = [], [], [], 0, 0
    for finding in risks:
        if not (finding.relevant and finding.applicable):
            continue
        at_most = finding.inherent if finding.inherent and finding.inherent.worst is not Level.HIGH else None
        present = finding.now or at_most or finding.inherent or finding.planned
        left = finding.planned or finding.now or at_most
        if left is None or present is None:
            unscored += 1
            continue
        scored += 1
        now.append(present.worst)
        planned.append(left.worst)
        if Level.HIGH in {present.worst, left.worst}:
            high.append(finding.id)
    return Residual(
        now=risk.highest(now), planned=risk.highest(planned), scored=scored, unscored=unscored, high=tuple(high)
    )


def _signatures(assessment: Assessment) -> Mapping[str, bool]:
    signed = assessment.decisions.signatures
    if not signed:
        return {}
    fingerprint = assessment.content_fingerprint()
    return {signature.role: signature.fingerprint == fingerprint for signature in signed}


def _actions(
    framework: Framework, assessment: Assessment, found: tuple[Gap, ...], today: dt.date
) -> tuple[Action, ...]:
    """What to do: overdue first, then what is mandatory, then by day."""
    actions = [*_to_close(found), *_to_implement(framework, assessment, today), *_to_review(assessment, today)]
    return tuple(
        sorted(actions, key=lambda action: (not action.overdue, not action.mandatory, action.due or dt.date.max))
    )


def _to_close(found: tuple[Gap, ...]) -> Iterator[Action]:
    return (Action(subject=gap.subject, text=gap.text, mandatory=True) for gap in found if gap.mandatory)


def _to_implement(framework: Framework, assessment: Assessment, today: dt.date) -> Iterator[Action]:
    for measure in assessment.measures:
        if measure.status in {"planned", "in_progress"}:
            yield Action(
                subject=f"measures/{measure.id}",
                text=say("measure_to_do", name=gaps.named(framework, measure)),
                owner=measure.owner,
                due=measure.due,
                overdue=measure.due is not None and measure.due < today,
            )


def _to_review(assessment: Assessment, today: dt.date) -> Iterator[Action]:
    day = assessment.decisions.review_date
    if day is not None:
        yield Action(subject="decisions/review_date", text=say("review_to_do"), due=day, overdue=day < today)


def _progress(prepared: _Prepared, analysed: gaps.Analysed) -> Mapping[str, Progress]:
    """Answered out of asked, per part; a proposal is no answer, and n.a. counts only with its reason."""
    assessment, status = analysed.assessment, analysed.requirements
    known = prepared.framework.rules.facts
    answered = (fact in known and answer.value is not Truth.UNKNOWN for fact, answer in assessment.facts.items())
    described = (
        question in prepared.questions and bool(answer.text.strip())
        for question, answer in assessment.processing.items()
    )
    scored = {answer.id for answer in assessment.risks if answer.inherent is not None}
    relevant = [finding for finding in analysed.risks if finding.relevant]
    return {
        "prescan": Progress(sum(answered), len(known)),
        "processing": Progress(sum(described), len(prepared.questions)),
        "checks": Progress(
            sum(finding.answered for finding in status.values()), sum(finding.questions for finding in status.values())
        ),
        "risks": Progress(sum(not finding.applicable or finding.id in scored for finding in relevant), len(relevant)),
        "decisions": _decided(assessment.decisions, analysed.prescan, analysed.signatures_valid),
    }


def _decided(decisions: Decisions, verdicts: Prescan, signatures: Mapping[str, bool]) -> Progress:
    """What is decided of what this dossier asks: the DPIA and the consultation only where they are indicated."""
    asked = [
        bool(decisions.dpo_advice.strip()),
        bool(decisions.data_subjects_views.strip() or decisions.data_subjects_not_asked.strip()),
        decisions.review_date is not None,
        any(signatures.values()),
    ]
    if verdicts.verdicts["dpia"].status in {Status.REQUIRED, Status.RECOMMENDED}:
        asked.append(requirements.dpia_recorded(decisions))
    consultation = verdicts.verdicts.get("prior_consultation")
    if consultation is not None and consultation.status is Status.REQUIRED:
        asked.append(bool(decisions.prior_consultation_reference.strip()))
    return Progress(sum(asked), len(asked))
