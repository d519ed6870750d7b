"""The verdicts of the pre-scan with all that they rest on, and the facts with their answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kader.analysis import vocabulary
from kader.analysis.findings import Prescan, Reason, Status, Verdict
from kader.framework import register_fields
from kader.framework.rules import Fact, Truth
from kader.report import words
from kader.report.document import (
    Badge,
    Block,
    Bullets,
    Card,
    Fold,
    Muted,
    Paragraph,
    Quote,
    Section,
    Span,
    Table,
    Words,
)
from kader.report.voice import Voice
from kader.text import Text

_SHOWN_SETS: Final = 8


def badge(voice: Voice, verdict: Verdict) -> Badge:
    """The badge of a verdict."""
    return Badge(verdict.status.value, voice.to(vocabulary.STATUS[verdict.status]))


def basis(voice: Voice, verdict: Verdict) -> str:
    """The articles a verdict rests on, hardest first, each once."""
    return "; ".join(dict.fromkeys(voice.to(reason.cite) for reason in verdict.reasons if reason.cite))


def outlook(voice: Voice, verdict: Verdict) -> str:
    """What open answers may still do to a verdict; empty when it is settled."""
    if verdict.status is Status.REQUIRED or not (verdict.could_rise or verdict.status is Status.UNDETERMINED):
        return ""
    if verdict.could_rise:
        return voice.say(
            "Open antwoorden kunnen dit nog verplicht maken.", "Open answers may still make this required."
        )
    return voice.say("Dit hangt af van open antwoorden.", "This depends on open answers.")


def verdicts(voice: Voice) -> Section:
    """Every verdict as a card, on answers alone and, beside it, if the proposals hold."""
    prescan, proposed = voice.findings.prescan, voice.findings.if_proposed
    intro: list[Block] = [
        Paragraph(
            (
                voice.say(
                    "Elke uitkomst rust alleen op gegeven antwoorden. Wat nog niet beantwoord is, telt als onbekend "
                    "en nooit als ‘in orde’.",
                    "Every verdict rests on given answers only. What is not answered counts as unknown, and never "
                    "as “fine”.",
                ),
            ),
            "lead",
        )
    ]
    if proposed:
        intro.append(
            Paragraph(
                (
                    voice.say(
                        "Uit de tekst van het register zijn voorstellen afgeleid. Zij tellen niet mee als antwoord; "
                        "daarom staat bij elke uitkomst ook wat zij zou zijn als de voorstellen kloppen.",
                        "Proposals were drawn from the register's text. They do not count as answers; that is why "
                        "each verdict also shows what it would be if the proposals hold.",
                    ),
                ),
                "note",
            )
        )
    if prescan.contradictions:
        intro.append(
            Paragraph(
                (voice.say("Deze antwoorden spreken elkaar tegen:", "These answers contradict each other:"),), "warning"
            )
        )
        intro.append(Bullets(tuple((voice.to(text),) for text in prescan.contradictions)))
    cards = tuple(_card(voice, verdict, proposed) for verdict in prescan.verdicts.values())
    return Section(id="verdicts", title=voice.to(words.SECTION["verdicts"]), blocks=(*intro, *cards))


def _card(voice: Voice, verdict: Verdict, proposed: Prescan | None) -> Card:
    blocks: list[Block] = []
    if verdict.required_from:
        blocks.append(
            Paragraph(
                (voice.say("Geldt vanaf {day}.", "Applies from {day}.", day=voice.day(verdict.required_from)),), "note"
            )
        )
    if outlook(voice, verdict):
        blocks.append(Paragraph((outlook(voice, verdict),), "note"))
    blocks.extend(_reasons(voice, verdict, voice.say("Waarom", "Why")))
    blocks.extend(_decided_by(voice, verdict))
    if proposed and verdict.id in proposed.verdicts:
        blocks.extend(_if_proposed(voice, verdict, proposed.verdicts[verdict.id]))
    return Card(
        id=f"verdict-{verdict.id}",
        title=voice.to(verdict.title),
        badge=badge(voice, verdict),
        lead=(voice.to(verdict.text),) if verdict.text else (),
        blocks=tuple(blocks),
    )


def _reasons(voice: Voice, verdict: Verdict, caption: str) -> list[Block]:
    if not verdict.reasons:
        unsettled = verdict.status is Status.UNDETERMINED
        return [
            Paragraph(
                (
                    voice.say(
                        "Geen enkele regel is op deze antwoorden van toepassing; er zijn nog antwoorden nodig."
                        if unsettled
                        else "Alle regels hiervoor zijn getoetst; op de gegeven antwoorden is er geen van toepassing.",
                        "No rule applies on these answers; more answers are needed."
                        if unsettled
                        else "All rules for this were tested; on the given answers none applies.",
                    ),
                )
            )
        ]
    columns = (
        voice.say("Reden", "Reason"),
        voice.say("Artikel of bron", "Article or source"),
        voice.say("Kracht", "Strength"),
        voice.say("Rust op", "Rests on"),
    )
    return [Table(caption=caption, columns=columns, rows=tuple(_reason(voice, reason) for reason in verdict.reasons))]


def _reason(voice: Voice, reason: Reason) -> tuple[Words, ...]:
    what: Words = (voice.to(reason.text),)
    if reason.note:
        what = (*what, Muted(voice.to(reason.note)))
    return (
        what,
        (voice.to(reason.cite),),
        (Badge(reason.strength.value, voice.to(vocabulary.STRENGTH[reason.strength])),),
        voice.answers(reason.facts),
    )


def _decided_by(voice: Voice, verdict: Verdict) -> list[Block]:
    blocks: list[Block] = []
    if verdict.next:
        blocks.append(
            Paragraph(
                (voice.say("Vraag eerst: {question}", "Ask first: {question}", question=voice.fact(verdict.next)),),
                "next",
            )
        )
    details: list[Block] = []
    if verdict.sufficient:
        details.extend(_sufficient(voice, verdict))
    if verdict.needed:
        details.append(
            Paragraph(
                (
                    voice.say(
                        "Pas als deze vragen allemaal beantwoord zijn, kan het ‘niet verplicht’ worden:",
                        "Only when all of these are answered can it be settled as “not required”:",
                    ),
                )
            )
        )
        details.append(Bullets(tuple((voice.fact(fact),) for fact in verdict.needed)))
    if verdict.claims:
        details.append(
            Paragraph(
                (
                    voice.say(
                        "Alleen wie zich erop beroept, verandert de uitkomst met:",
                        "These change the verdict only when they are claimed:",
                    ),
                )
            )
        )
        details.append(Bullets(tuple((voice.fact(fact),) for fact in verdict.claims)))
    if details:
        blocks.append(Fold(title=voice.say("Wat dit beslist", "What would decide it"), blocks=tuple(details)))
    return blocks


def _sufficient(voice: Voice, verdict: Verdict) -> Iterator[Block]:
    """The smallest sets first; beyond a handful the question to ask first says more than the list."""
    rule = voice.framework.rules.instruments.get(verdict.id)
    level = voice.to(
        vocabulary.STATUS[Status(rule.level)]
        if rule and rule.level in {*Status}
        else vocabulary.STATUS[Status.REQUIRED]
    )
    sets = sorted(verdict.sufficient, key=len)
    shown = sets[: max(_SHOWN_SETS, sum(len(answers) == 1 for answers in sets))]
    title = voice.say(
        "Elk van deze maakt de uitkomst ‘{level}’:", "Each of these makes the verdict “{level}”:", level=level
    )
    yield Paragraph((title,))
    both = f" {voice.say('én', 'and')} "
    yield Bullets(tuple((both.join(voice.answer(value) for value in answers),) for answers in shown))
    if len(sets) > len(shown):
        more = voice.say("En nog {n} combinaties.", "And {n} more combinations.", n=len(sets) - len(shown))
        yield Paragraph((Muted(more),))


def _if_proposed(voice: Voice, verdict: Verdict, proposed: Verdict) -> list[Block]:
    line: Words = (voice.say("Als de voorstellen kloppen:", "If the proposals hold:"), badge(voice, proposed))
    known = {reason.id for reason in verdict.reasons}
    extra = tuple(reason for reason in proposed.reasons if reason.id not in known)
    blocks: list[Block] = [Paragraph(line, "proposed")]
    if outlook(voice, proposed):
        blocks.append(Paragraph((Muted(outlook(voice, proposed)),)))
    if extra:
        rows = tuple(_reason(voice, reason) for reason in extra)
        caption = voice.say("Redenen die er dan bij komen", "Reasons that this would add")
        columns = (
            voice.say("Reden", "Reason"),
            voice.say("Artikel of bron", "Article or source"),
            voice.say("Kracht", "Strength"),
            voice.say("Rust op", "Rests on"),
        )
        blocks.append(Table(caption=caption, columns=columns, rows=rows))
    return blocks


def facts(voice: Voice) -> Section:
    """Every fact, per group: the answer, what was proposed with the passage, and who said so."""
    rules = voice.framework.rules
    parts = []
    for group in rules.groups:
        members = [fact for fact in rules.facts.values() if fact.group == group.id]
        if members:
            parts.append(
                Section(
                    id=f"facts-{group.id}",
                    title=voice.to(group.title),
                    blocks=(_fact_table(voice, group.title, members),),
                )
            )
    answered = voice.findings.progress.get("facts") or voice.findings.progress.get("prescan")
    blocks: tuple[Block, ...] = ()
    if answered:
        blocks = (
            Paragraph(
                (
                    voice.say(
                        "{done} van {total} vragen beantwoord.",
                        "{done} of {total} questions answered.",
                        done=answered.done,
                        total=answered.total,
                    ),
                ),
                "lead",
            ),
        )
    return Section(id="facts", title=voice.to(words.SECTION["facts"]), blocks=blocks, parts=tuple(parts))


def _fact_table(voice: Voice, title: Text, members: list[Fact]) -> Table:
    columns = (
        voice.say("Vraag", "Question"),
        voice.say("Antwoord", "Answer"),
        voice.say("Voorstel en toelichting", "Proposal and remarks"),
    )
    caption = voice.say("Antwoorden: {title}", "Answers: {title}", title=voice.to(title))
    return Table(
        caption=caption,
        columns=columns,
        rows=tuple(_fact(voice, fact) for fact in members),
        keys=tuple(f"fact-{fact.id}" for fact in members),
    )


def _fact(voice: Voice, fact: Fact) -> tuple[Words, ...]:
    question: Words = (voice.to(fact.question), Muted(voice.cited(fact.articles)))
    answer = voice.assessment.facts.get(fact.id)
    if answer is None:
        return question, (Badge("unknown", voice.to(vocabulary.TRUTH[Truth.UNKNOWN])),), ()
    said: list[Span] = []
    for proposal in answer.proposals:
        said.append(
            voice.say("Voorstel: {value}", "Proposed: {value}", value=voice.to(vocabulary.TRUTH[proposal.value]))
        )
        field = voice.to(register_fields.title(proposal.field))
        said.append(Quote(proposal.quote, voice.say("registerveld “{field}”", "register field “{field}”", field=field)))
    if answer.reason:
        said.append(voice.say("Reden om af te wijken: {reason}", "Reason to deviate: {reason}", reason=answer.reason))
    if answer.remark:
        said.append(answer.remark)
    if who := voice.who(answer.author, answer.at):
        said.append(Muted(who))
    return question, (Badge(answer.value.value, voice.to(vocabulary.TRUTH[answer.value])),), tuple(said)
