"""What commands tell in plain lines: findings, an import, the framework."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from kader.analysis import vocabulary
from kader.analysis.findings import Findings, RiskFinding, Status
from kader.analysis.risk import standing
from kader.assessment.model import Assessment
from kader.framework.model import PRIVACY_TOPIC, Framework, Requirement
from kader.framework.risks import Level
from kader.report import words
from kader.text import Language, Text

_WIDTH = 100


def findings_in_lines(
    framework: Framework, assessment: Assessment, findings: Findings, language: Language
) -> Iterator[str]:
    """Verdicts, requirements, risks, gaps and the question to ask first."""
    algorithm = assessment.algorithm
    yield algorithm.name or vocabulary.NAMELESS.to(language)
    yield f"{algorithm.organisation or words.NO_ORGANISATION.to(language)} · {assessment.meta.id}"
    yield from _verdicts(framework, findings, language)
    yield from _requirements(framework, findings, language)
    yield from _risks(framework, findings, language)
    yield from _gaps(framework, findings, language)
    if findings.prescan.next:
        fact = framework.rules.facts[findings.prescan.next]
        yield ""
        yield from _folded(f"{Text('Vraag eerst', 'Ask first').to(language)}: {fact.question.to(language)}")
    mandatory = sum(gap.mandatory for gap in findings.gaps)
    yield ""
    yield (
        Text("Niets verplichts staat open.", "Nothing mandatory is open.")
        if findings.complete
        else Text(
            "Nog niet af: {n} verplichte punten staan open.", "Not complete: {n} mandatory points are open."
        ).format(n=mandatory)
    ).to(language)


def _heading(text: Text, language: Language) -> Iterator[str]:
    yield ""
    yield text.to(language)
    yield "-" * len(text.to(language))


def _verdicts(framework: Framework, findings: Findings, language: Language) -> Iterator[str]:
    yield from _heading(words.SECTION["verdicts"], language)
    proposed = findings.if_proposed
    for id, verdict in findings.prescan.verdicts.items():
        line = f"{verdict.title.to(language)}: {vocabulary.STATUS[verdict.status].to(language)}"
        if verdict.could_rise and verdict.status is not Status.REQUIRED:
            line += Text(" (kan nog verplicht worden)", " (may still become required)").to(language)
        if proposed and proposed.verdicts[id].status is not verdict.status:
            hold = Text("als de voorstellen kloppen", "if the proposals hold").to(language)
            line += f" – {hold}: {vocabulary.STATUS[proposed.verdicts[id].status].to(language)}"
        yield from _folded(line)
        yield from _folded(verdict.text.to(language), 4)
        for reason in verdict.reasons:
            facts = ", ".join(
                f"{framework.rules.facts[fact.fact].label.to(language)}: {vocabulary.TRUTH[fact.value].to(language)}"
                for fact in reason.facts
            )
            rests = f" [{facts}]" if facts else ""
            ground = f"{reason.cite.to(language)}; {vocabulary.STRENGTH[reason.strength].to(language)}"
            yield from _folded(f"- {reason.text.to(language)} ({ground}){rests}", 4)
        if verdict.next:
            fact = framework.rules.facts[verdict.next]
            yield from _folded(f"? {fact.question.to(language)}", 4)
    for text in findings.prescan.contradictions:
        yield from _folded(f"! {text.to(language)}")


def _requirements(framework: Framework, findings: Findings, language: Language) -> Iterator[str]:
    yield from _heading(words.SECTION["requirements"], language)
    for id, finding in findings.requirements.items():
        title = framework.requirements[id].title.to(language) if id in framework.requirements else id
        status = vocabulary.REQUIREMENT[finding.status].to(language)
        yield from _folded(f"{id} {title}: {status} ({finding.answered}/{finding.questions})")


def _risks(framework: Framework, findings: Findings, language: Language) -> Iterator[str]:
    yield from _heading(Text("Risico's", "Risks"), language)
    names = framework.scale.level_names
    shown = sorted((risk for risk in findings.risks if _shown(risk)), key=lambda risk: -_level(risk).rank)
    for risk in shown:
        scored = standing(risk)
        kind = (Text("gescoord", "scored") if scored else Text("voorstel", "proposal")).to(language)
        if scored and risk.planned and risk.planned.worst is not scored.worst:
            later = Text("{level} zodra geplande maatregelen werken", "{level} once planned measures work")
            kind += f"; {later.format(level=names[risk.planned.worst]).to(language)}"
        yield from _folded(f"{risk.id} {risk.name.to(language)}: {names[_level(risk)].to(language)} ({kind})")
    if not shown:
        yield Text(
            "Niets gescoord, en geen aanwijzing in de antwoorden tot nu toe.",
            "Nothing scored, and no indication in the answers so far.",
        ).to(language)


def _shown(risk: RiskFinding) -> bool:
    return risk.applicable and (risk.relevant or risk.inherent is not None)


def _level(risk: RiskFinding) -> Level:
    return (standing(risk) or risk.proposed).worst


def _gaps(framework: Framework, findings: Findings, language: Language) -> Iterator[str]:
    if not findings.gaps:
        return
    yield from _heading(Text("Hiaten", "Gaps"), language)
    for gap in sorted(findings.gaps, key=lambda gap: not gap.mandatory):
        mark = Text("verplicht", "mandatory").to(language) if gap.mandatory else words.GAP[gap.kind].to(language)
        articles = f" ({framework.cited(gap.articles).to(language)})" if gap.articles else ""
        yield from _folded(f"[{mark}] {gap.text.to(language)}{articles}")


def _folded(line: str, indent: int = 2) -> Iterator[str]:
    pad = " " * indent
    yield from textwrap.wrap(line, _WIDTH, initial_indent=pad, subsequent_indent=f"{pad}  ") or [""]


def framework_in_lines(framework: Framework, language: Language) -> Iterator[str]:
    """The chapter: its requirements with the number of check questions."""
    yield f"{framework.name} {framework.version}"
    privacy = framework.tables.get(PRIVACY_TOPIC)
    if privacy:
        chapter = _counted(len(privacy.requirements), len(privacy.measures), len(privacy.instruments), language)
        yield f"{Text('Privacyhoofdstuk', 'Privacy chapter').to(language)}: {chapter}"
    if privacy is None or len(framework.requirements) > len(privacy.requirements):
        whole = _counted(len(framework.requirements), len(framework.measures), len(framework.instruments), language)
        yield f"{Text('Alles bij elkaar', 'In all').to(language)}: {whole}"
    yield ""
    for requirement in framework.requirements.values():
        checks = f" ({len(requirement.checks)})" if requirement.checks else ""
        yield from _folded(f"{requirement.id}  {requirement.title.to(language)}{checks}")
    if framework.problems:
        yield from _heading(Text("Niet te lezen of te koppelen", "Cannot be read or linked"), language)
        for problem in framework.problems:
            yield from _folded(problem.to(language))


def _counted(requirements: int, measures: int, instruments: int, language: Language) -> str:
    said = Text("{r} vereisten, {m} maatregelen, {i} hulpmiddelen", "{r} requirements, {m} measures, {i} instruments")
    return said.format(r=requirements, m=measures, i=instruments).to(language)


def requirement_in_lines(framework: Framework, requirement: Requirement, language: Language) -> Iterator[str]:
    """One requirement: summary, articles, measures and check questions."""
    yield f"{requirement.id}  {requirement.title.to(language)}"
    yield requirement.page_url
    for text in (requirement.summary, requirement.applies_when, requirement.note):
        if text:
            yield ""
            yield from _folded(text.to(language), 0)
    if requirement.articles:
        yield ""
        yield from _folded(framework.cited(article.ref for article in requirement.articles).to(language), 0)
    titles = [framework.measures[id].title.to(language) for id in requirement.measures if id in framework.measures]
    if titles:
        yield from _heading(Text("Maatregelen", "Measures"), language)
        yield from _items(titles)
    if requirement.checks:
        yield from _heading(Text("Toetsvragen", "Check questions"), language)
        for check in requirement.checks:
            yield from _folded(
                f"{check.id}  {check.question.to(language)} ({framework.cited(check.articles).to(language)})"
            )
            for evidence in check.evidence:
                yield from _folded(f"- {evidence.to(language)}", 4)


def _items(items: Iterable[str]) -> Iterator[str]:
    for item in items:
        yield from _folded(f"- {item}")


def difference_in_lines(old: Framework, new: Framework, language: Language) -> Iterator[str]:
    """What a newer framework adds, drops or renames."""
    yield f"{old.name} {old.version} → {new.version}"
    tables = old.tables[PRIVACY_TOPIC], new.tables[PRIVACY_TOPIC]
    for heading, part in (
        (Text("Vereisten", "Requirements"), "requirements"),
        (Text("Maatregelen", "Measures"), "measures"),
        (Text("Hulpmiddelen", "Instruments"), "instruments"),
    ):
        before, after = (
            {id: getattr(framework, part)[id] for id in getattr(table, part)}
            for framework, table in zip((old, new), tables, strict=True)
        )
        lines = [f"+ {id}  {after[id].title.to(language)}" for id in after if id not in before]
        lines += [f"- {id}  {before[id].title.to(language)}" for id in before if id not in after]
        lines += [
            f"~ {id}  {before[id].title.to(language)} → {after[id].title.to(language)}"
            for id in after
            if id in before and before[id].title != after[id].title
        ]
        yield from _heading(heading, language)
        none = Text("geen verschil", "no difference").to(language)
        for line in lines or [none]:
            yield from _folded(line)
