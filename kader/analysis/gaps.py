"""What is missing or contradictory, and what keeps the dossier from being final."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kader.analysis.findings import Gap, Prescan, RequirementFinding, RequirementStatus, RiskFinding, Status, Verdict
from kader.analysis.requirements import PreparedRequirement, dpia_recorded
from kader.analysis.risk import remaining
from kader.analysis.words import say
from kader.assessment.model import Assessment, FactAnswer, MeasureAnswer, RiskAnswer
from kader.framework.model import Framework
from kader.framework.risks import Level
from kader.framework.rules import Strength, Truth
from kader.text import Text, day_in_words, list_in_words, same

MISSING: Final = "missing"
CONTRADICTION: Final = "contradiction"
DEVIATION: Final = "deviation"

_DECLARABLE: Final = {"iama": "IAMA", "fria": "FRIA", "dtia": "DTIA", "kia": "KIA"}
_DECISIONS: Final = "avg-10"
_ARTICLES: Final = {"dtia": ("AVG 46",), "fria": ("AIA 27",)}
_MANDATORY_VERDICTS: Final = frozenset({"dpia", "art22", "dtia", "fria"})
_STATUS_PHRASE: Final = {
    RequirementStatus.NOT_MET: "requirement_not_met",
    RequirementStatus.PARTLY: "requirement_partly",
    RequirementStatus.OPEN: "requirement_open",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """All that has been found so far; gaps are drawn from it."""

    framework: Framework
    prepared: tuple[PreparedRequirement, ...]
    assessment: Assessment
    prescan: Prescan
    requirements: Mapping[str, RequirementFinding]
    risks: tuple[RiskFinding, ...]
    signatures_valid: Mapping[str, bool]
    today: dt.date

    @property
    def dpia(self) -> Status:
        """The verdict on the DPIA."""
        return self.prescan.verdicts["dpia"].status


def find(analysed: Analysed) -> tuple[Gap, ...]:
    """Every gap, in the order of the dossier's parts; the mandatory ones of a part come first."""
    parts = (
        _of_facts(analysed),
        _of_processing(analysed),
        _of_verdicts(analysed),
        _of_requirements(analysed),
        _of_risks(analysed),
        _of_measures(analysed),
        _of_decisions(analysed),
        _of_versions(analysed),
    )
    found = [gap for part in parts for gap in sorted(part, key=lambda gap: not gap.mandatory)]
    return (*found, *_of_status(analysed, sum(gap.mandatory for gap in found)))


def _of_facts(analysed: Analysed) -> Iterator[Gap]:
    for what in analysed.prescan.contradictions:
        yield _gap(CONTRADICTION, "facts", what, "AVG 5(2)")
    for fact, answer in analysed.assessment.facts.items():
        if answer.proposals:
            yield from _of_proposals(analysed.framework, fact, answer)


def _of_proposals(framework: Framework, fact: str, answer: FactAnswer) -> Iterator[Gap]:
    known = framework.rules.facts.get(fact)
    if known is None:
        return
    subject = f"facts/{fact}"
    if answer.value is Truth.UNKNOWN:
        if len({proposal.value for proposal in answer.proposals}) > 1:
            yield _gap(CONTRADICTION, subject, say("proposals_disagree", question=known.question), mandatory=False)
        return
    against = next((proposal for proposal in answer.proposals if proposal.value is not answer.value), None)
    if against is not None and not answer.reason.strip():
        words = say(
            "proposal_contradicted",
            answer=say(f"answer_{answer.value}"),
            proposed=say(f"answer_{against.value}"),
            question=known.question,
            field=against.field,
            quote=against.quote,
        )
        yield _gap(CONTRADICTION, subject, words, "AVG 5(2)")


def _of_processing(analysed: Analysed) -> Iterator[Gap]:
    """A DPIA describes the processing in full; without a duty to do one an open question is only reported."""
    answers = analysed.assessment.processing
    asked = [question.id for paragraph in analysed.framework.processing for question in paragraph.questions]
    done = sum(question in answers and bool(answers[question].text.strip()) for question in asked)
    if done < len(asked):
        words = say("processing_open", done=done, total=len(asked))
        yield _gap(MISSING, "processing", words, "AVG 35(7)(a)", mandatory=analysed.dpia is Status.REQUIRED)


def _of_verdicts(analysed: Analysed) -> Iterator[Gap]:
    declared = {name.upper() for name in analysed.assessment.algorithm.assessments}
    denied = {name.upper() for name in analysed.assessment.algorithm.not_done}
    yield from _of_dpia(analysed, declared, denied)
    for verdict in analysed.prescan.verdicts.values():
        if verdict.status is Status.UNDETERMINED:
            fact = analysed.framework.rules.facts.get(verdict.next)
            yield _undetermined(verdict.id, verdict.title, None if fact is None else fact.question)
        name = _DECLARABLE.get(verdict.id)
        if name is not None:
            yield from _of_instrument(verdict, name, declared, denied)
    review = analysed.prescan.verdicts.get("review")
    if review is not None and review.status is Status.REQUIRED:
        yield _gap(MISSING, "review", say("review_required", what=review.text), "AVG 35(11)")
    art22 = analysed.prescan.verdicts.get("art22")
    if art22 is not None and art22.status is Status.REQUIRED:
        shown = analysed.requirements.get(_DECISIONS)
        met = shown is not None and shown.status is RequirementStatus.MET
        yield _gap(MISSING, "art22", say("art22_barred", what=art22.text), "AVG 22", "UAVG 40", mandatory=not met)


@lru_cache(maxsize=1024)
def _undetermined(verdict: str, title: Text, question: Text | None) -> Gap:
    words = (
        say("verdict_undetermined_bare", title=title)
        if question is None
        else say("verdict_undetermined", title=title, question=question)
    )
    return _gap(MISSING, verdict, words, mandatory=verdict in _MANDATORY_VERDICTS)


def _of_dpia(analysed: Analysed, declared: set[str], denied: set[str]) -> Iterator[Gap]:
    decisions = analysed.assessment.decisions
    recorded = dpia_recorded(decisions)
    if analysed.dpia is Status.REQUIRED:
        if not recorded:
            phrase = "dpia_declared" if "DPIA" in declared else "dpia_denied" if "DPIA" in denied else "dpia_missing"
            kind = CONTRADICTION if phrase == "dpia_denied" else MISSING
            yield _gap(kind, "dpia", say(phrase), "AVG 35(1)")
        elif "DPIA" not in declared and _is_published(analysed.assessment):
            yield _gap(DEVIATION, "dpia", say("dpia_undeclared"), mandatory=False)
    elif analysed.dpia is Status.COVERED and not recorded:
        yield _gap(MISSING, "dpia", say("dpia_covered"), "AVG 5(2)")
    elif analysed.dpia is Status.RECOMMENDED and not recorded and "DPIA" not in declared:
        yield _gap(MISSING, "dpia", say("dpia_advised"), "AVG 35(1)", mandatory=False)


def _is_published(assessment: Assessment) -> bool:
    return bool(assessment.algorithm.register_id or assessment.algorithm.entry)


def _of_instrument(verdict: Verdict, name: str, declared: set[str], denied: set[str]) -> Iterator[Gap]:
    """Whether an impact test that is indicated was declared."""
    if verdict.status not in {Status.REQUIRED, Status.RECOMMENDED} or name in declared:
        return
    required = verdict.status is Status.REQUIRED and verdict.required_from is None
    phrase = "instrument_required" if required else "instrument_advised"
    if name in denied:
        phrase = "instrument_denied"
    by_law = required and any(reason.strength is Strength.LAW for reason in verdict.reasons)
    yield _gap(
        CONTRADICTION if name in denied else MISSING,
        verdict.id,
        say(phrase, title=verdict.title),
        *_ARTICLES.get(verdict.id, ()),
        mandatory=by_law,
    )


def _of_requirements(analysed: Analysed) -> Iterator[Gap]:
    for requirement in analysed.prepared:
        finding = analysed.requirements[requirement.id]
        phrase = _STATUS_PHRASE.get(finding.status)
        if finding is requirement.unstarted:
            yield _unstarted(requirement.id, requirement.title, finding.questions, finding.articles)
        elif phrase is not None:
            words = say(phrase, title=requirement.title, done=finding.answered, total=finding.questions)
            yield _gap(MISSING, requirement.id, words, *finding.articles)
        elif finding.status is RequirementStatus.MET:
            bare = [check.id for check in requirement.checks if _unproven(analysed.assessment, check.id)]
            if bare:
                words = say("no_evidence", checks=list_in_words(map(same, bare)), title=requirement.title)
                yield _gap(MISSING, requirement.id, words, "AVG 5(2)", mandatory=False)


@lru_cache(maxsize=256)
def _unstarted(requirement: str, title: Text, questions: int, articles: tuple[str, ...]) -> Gap:
    return _gap(MISSING, requirement, say("requirement_open", title=title, done=0, total=questions), *articles)


def _unproven(assessment: Assessment, check: str) -> bool:
    answer = assessment.checks.get(check)
    return answer is not None and answer.value == "yes" and not any(link.strip() for link in answer.evidence)


def _of_risks(analysed: Analysed) -> Iterator[Gap]:
    answers = {answer.id: answer for answer in analysed.assessment.risks}
    unscored = [risk.id for risk in analysed.risks if risk.relevant and risk.applicable and not _is_scored(risk)]
    if unscored:
        yield _not_scored(tuple(unscored), mandatory=analysed.dpia is Status.REQUIRED)
    for risk in analysed.risks:
        answer = answers.get(risk.id)
        if answer is not None:
            yield from _of_risk(analysed, risk, answer)


@lru_cache(maxsize=1024)
def _not_scored(risks: tuple[str, ...], *, mandatory: bool) -> Gap:
    words = say("risks_not_scored", n=len(risks), names=list_in_words(map(same, risks)))
    return _gap(MISSING, "risks", words, "AVG 35(7)(c)", mandatory=mandatory)


def _is_scored(risk: RiskFinding) -> bool:
    return remaining(risk) is not None


def _of_risk(analysed: Analysed, risk: RiskFinding, answer: RiskAnswer) -> Iterator[Gap]:
    if not answer.applicable and risk.applicable:
        yield _gap(MISSING, risk.id, say("risk_na_no_reason", name=risk.name), "AVG 5(2)")
    if not risk.applicable:
        return
    if risk.own and not answer.name.strip():
        yield _gap(MISSING, risk.id, say("risk_no_name", id=risk.id))
    if risk.spread is not None and answer.inherent and not answer.motivation.strip() and risk.spread != risk.inherent:
        yield _gap(MISSING, risk.id, say("risk_consensus", name=risk.name), "AVG 5(2)")
    if _is_scored(risk) and risk.inherent is None:
        yield _gap(MISSING, risk.id, say("risk_no_inherent", name=risk.name), "AVG 35(7)(c)")
    for what in risk.corrections:
        yield _gap(CONTRADICTION, risk.id, say("risk_corrected", name=risk.name, what=what), "AVG 35(7)(c)")
    yield from _of_deviation(analysed, risk, answer)
    cell = remaining(risk)
    if cell is not None and cell.worst is Level.HIGH and (risk.planned or risk.now):
        referred = bool(analysed.assessment.decisions.prior_consultation_reference.strip())
        yield _gap(
            DEVIATION if referred else MISSING,
            risk.id,
            say("risk_high", name=risk.name),
            "AVG 36(1)",
            mandatory=not referred,
        )
    if cell is not None and cell.tail and not answer.motivation.strip():
        words = say("risk_tail", name=risk.name, marker=analysed.framework.scale.tail_marker)
        yield _gap(MISSING, risk.id, words, "AVG 35(7)(c)", mandatory=False)


def _of_deviation(analysed: Analysed, risk: RiskFinding, answer: RiskAnswer) -> Iterator[Gap]:
    """A score below the proposal needs a reason; both are kept."""
    score = answer.inherent
    if risk.own or score is None:
        return
    below = (
        score.likelihood.high.rank < risk.proposed.likelihood[1].rank
        or score.impact.high.rank < risk.proposed.impact[1].rank
    )
    if not below:
        return
    reasoned = bool(answer.deviation.strip())
    level = analysed.framework.scale.level_names[risk.proposed.worst]
    words = say("risk_deviates" if reasoned else "risk_below_proposal", name=risk.name, level=level)
    yield _gap(DEVIATION, risk.id, words, "AVG 5(2)", mandatory=not reasoned)


def _of_measures(analysed: Analysed) -> Iterator[Gap]:
    risks = {risk.id for risk in analysed.risks}
    for measure in analysed.assessment.measures:
        name = named(analysed.framework, measure)
        subject = f"measures/{measure.id}"
        nowhere = [risk for risk in measure.risks if risk not in risks]
        if nowhere:
            words = say("measure_no_risk", name=name, risks=list_in_words(map(same, nowhere)))
            yield _gap(CONTRADICTION, subject, words, mandatory=False)
        if measure.measure and not _has(analysed.framework, measure.measure):
            yield _gap(
                CONTRADICTION, subject, say("measure_unknown", name=name, measure=measure.measure), mandatory=False
            )
        if measure.status == "dropped":
            if not measure.reason.strip():
                yield _gap(MISSING, subject, say("measure_dropped", name=name), "AVG 5(2)", mandatory=False)
            continue
        if measure.risks and not measure.axes:
            yield _gap(MISSING, subject, say("measure_no_axis", name=name), mandatory=False)
        if measure.status != "done" and not (measure.owner.strip() and measure.due):
            yield _gap(MISSING, subject, say("measure_no_owner", name=name), "AVG 35(7)(d)", mandatory=False)


def _has(framework: Framework, measure: str) -> bool:
    return measure in framework.measures or measure in framework.elsewhere


def named(framework: Framework, measure: MeasureAnswer) -> Text:
    """The name of a measure: its own, else that of the framework's measure, else its id."""
    if measure.name.strip():
        return same(measure.name)
    if _has(framework, measure.measure):
        return framework.title(measure.measure)
    return same(measure.measure or measure.id)


def _of_decisions(analysed: Analysed) -> Iterator[Gap]:
    decisions = analysed.assessment.decisions
    dpia = analysed.dpia is Status.REQUIRED
    if dpia and not decisions.dpo_advice.strip():
        yield _gap(MISSING, "decisions/dpo_advice", say("dpo_advice_missing"), "AVG 35(2)")
    if dpia and not (decisions.data_subjects_views.strip() or decisions.data_subjects_not_asked.strip()):
        yield _gap(MISSING, "decisions/data_subjects_views", say("views_missing"), "AVG 35(9)")
    if dpia and decisions.review_date is None:
        yield _gap(MISSING, "decisions/review_date", say("review_date_missing"), "AVG 35(11)", mandatory=False)
    if decisions.review_date is not None and decisions.review_date < analysed.today:
        words = say("review_overdue", day=day_in_words(decisions.review_date))
        yield _gap(MISSING, "decisions/review_date", words, "AVG 35(11)", mandatory=dpia)
    consultation = analysed.prescan.verdicts.get("prior_consultation")
    if (
        consultation is not None
        and consultation.status is Status.REQUIRED
        and not decisions.prior_consultation_reference.strip()
    ):
        words = say("consultation_needed", what=consultation.text)
        yield _gap(MISSING, "prior_consultation", words, "AVG 36(1)")
    for signature in decisions.signatures:
        if not analysed.signatures_valid[signature.role]:
            words = say("signature_fell", role=signature.role, name=signature.name)
            yield _gap(CONTRADICTION, "decisions/signatures", words, mandatory=decisions.status == "final")


def _of_versions(analysed: Analysed) -> Iterator[Gap]:
    assessment, framework = analysed.assessment, analysed.framework
    meta, rules = assessment.meta, framework.rules
    if meta.rules_fingerprint != rules.fingerprint:
        was, now = (
            f"{name}, {mark[:12]}"
            for name, mark in ((meta.rules, meta.rules_fingerprint), (f"{rules.id}/{rules.version}", rules.fingerprint))
        )
        words = say("rules_changed", was=was, now=now)
        yield _gap(DEVIATION, "meta/rules", words, mandatory=False)
    if meta.framework_version != framework.version:
        words = say("framework_changed", was=meta.framework_version, now=framework.version)
        yield _gap(DEVIATION, "meta/framework_version", words, mandatory=False)
    checks = {check.id for requirement in analysed.prepared for check in requirement.checks}
    unknown = [
        *(f"facts/{fact}" for fact in assessment.facts if fact not in rules.facts),
        *(f"checks/{check}" for check in assessment.checks if check not in checks),
    ]
    for place in unknown:
        yield _gap(DEVIATION, place, say("answer_unknown", id=place), mandatory=False)
    for check, answer in assessment.checks.items():
        if answer.framework_version not in {"", framework.version} and check in checks:
            words = say("check_older", id=check, was=answer.framework_version)
            yield _gap(DEVIATION, f"checks/{check}", words, mandatory=False)


def _of_status(analysed: Analysed, open_points: int) -> Iterator[Gap]:
    if analysed.assessment.decisions.status != "final":
        return
    if not any(analysed.signatures_valid.values()):
        yield _gap(MISSING, "decisions/signatures", say("final_unsigned"))
    if open_points:
        yield _gap(CONTRADICTION, "decisions/status", say("final_with_gaps", n=open_points))


def _gap(kind: str, subject: str, text: Text, *articles: str, mandatory: bool = True) -> Gap:
    return Gap(kind=kind, subject=subject, text=text, articles=articles, mandatory=mandatory)
