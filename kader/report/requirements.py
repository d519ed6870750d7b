"""The requirements of the framework: how each stands, what blocks it, and the answers behind it."""

from __future__ import annotations

from kader.analysis import vocabulary
from kader.analysis.findings import RequirementFinding
from kader.assessment.model import CheckAnswer
from kader.framework.model import Check, Requirement
from kader.report import words
from kader.report.document import Badge, Block, Fold, Link, Muted, Paragraph, Section, Span, Table, Words
from kader.report.voice import Voice


def badge(voice: Voice, finding: RequirementFinding) -> Badge:
    """The badge of a requirement."""
    return Badge(finding.status.value, voice.to(vocabulary.REQUIREMENT[finding.status]))


def requirements(voice: Voice) -> Section:
    """A table of all requirements with their blockers, and per requirement the questions with their answers."""
    found = [
        (voice.framework.requirements[id], finding)
        for id, finding in voice.findings.requirements.items()
        if id in voice.framework.requirements
    ]
    columns = (
        voice.say("Vereiste", "Requirement"),
        voice.say("Stand", "Status"),
        voice.say("Beantwoord", "Answered"),
        voice.say("Wat nog in de weg staat", "What is in the way"),
        voice.say("Artikelen", "Articles"),
    )
    table = Table(
        caption=voice.say("Vereisten van het Algoritmekader", "Requirements of the Algoritmekader"),
        columns=columns,
        rows=tuple(_row(voice, requirement, finding) for requirement, finding in found),
        keys=tuple(f"requirement-{requirement.id}" for requirement, _ in found),
    )
    folds = tuple(_questions(voice, requirement) for requirement, _ in found if requirement.checks)
    return Section(
        id="requirements",
        title=voice.to(words.SECTION["requirements"]),
        blocks=(table,),
        parts=(
            Section(
                id="checks",
                title=voice.say("Toetsvragen met hun antwoorden", "Check questions with their answers"),
                blocks=folds,
            ),
        )
        if folds
        else (),
    )


def _row(voice: Voice, requirement: Requirement, finding: RequirementFinding) -> tuple[Words, ...]:
    blockers: tuple[Span, ...] = tuple(voice.to(blocker) for blocker in finding.blockers)
    if finding.questions and not finding.answered and len(blockers) >= finding.questions:
        none = voice.say(
            "Geen van de {n} vragen is beantwoord:", "None of the {n} questions is answered:", n=len(blockers)
        )
        blockers = (none, Link(voice.say("toetsvragen", "check questions"), f"#checks-{requirement.id}"))
    return (
        (Link(voice.to(requirement.title), requirement.page_url), Muted(requirement.id)),
        (badge(voice, finding),),
        (f"{finding.answered}/{finding.questions}",),
        blockers,
        (voice.cited(finding.articles),),
    )


def _questions(voice: Voice, requirement: Requirement) -> Fold:
    blocks: list[Block] = []
    if requirement.summary:
        blocks.append(Paragraph((voice.to(requirement.summary),)))
    if requirement.applies_when:
        blocks.append(
            Paragraph((Muted(f"{voice.say('Geldt wanneer', 'Applies when')}: {voice.to(requirement.applies_when)}"),))
        )
    columns = (
        voice.say("Vraag", "Question"),
        voice.say("Antwoord", "Answer"),
        voice.say("Onderbouwing", "Grounds"),
    )
    rows = tuple(_check(voice, check, voice.assessment.checks.get(check.id)) for check in requirement.checks)
    caption = f"{requirement.id}: {voice.to(requirement.title)}"
    blocks.append(Table(caption=caption, columns=columns, rows=rows))
    return Fold(id=f"checks-{requirement.id}", title=caption, blocks=tuple(blocks))


def _check(voice: Voice, check: Check, answer: CheckAnswer | None) -> tuple[Words, ...]:
    value = answer.value if answer else None
    grounds: list[Span] = []
    if answer:
        if answer.reason:
            grounds.append(answer.reason)
        if answer.remark:
            grounds.append(answer.remark)
        grounds.extend(Link(item, item) for item in answer.evidence)
        if who := voice.who(answer.author, answer.at):
            grounds.append(Muted(who))
    return (
        (voice.to(check.question), Muted(voice.cited(check.articles))),
        (Badge(value or "unknown", voice.to(vocabulary.CHECK[value])),),
        tuple(grounds),
    )
