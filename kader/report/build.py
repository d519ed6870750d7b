"""From findings to a document: what a report says, in one language, before it has a look."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from kader.analysis import vocabulary
from kader.analysis.findings import Findings, RequirementStatus
from kader.assessment.model import Assessment
from kader.framework import register_fields
from kader.framework.model import Framework
from kader.report import words
from kader.report.document import (
    Badge,
    Block,
    Bullets,
    Document,
    Link,
    Muted,
    Pairs,
    Paragraph,
    Section,
    Span,
    Table,
    Words,
)
from kader.report.requirements import requirements
from kader.report.risks import risks
from kader.report.verdicts import badge, basis, facts, outlook, verdicts
from kader.report.voice import Voice
from kader.shipped import VERSION
from kader.text import Language


def build(framework: Framework, assessment: Assessment, findings: Findings, language: Language | str) -> Document:
    """The report of one assessment.

    Args:
        framework: the law and the framework it was assessed with.
        assessment: the answers.
        findings: what `kader.analysis.analyse` found.
        language: `nl` or `en`.

    Returns:
        A document with the sections `overview`, `verdicts`, `facts`, `requirements`, `risks`, `actions`,
        `decisions`, `processing`, `register` and `provenance`.
    """
    voice = Voice(framework, assessment, findings, Language(language))
    algorithm = assessment.algorithm
    return Document(
        language=voice.language,
        title=algorithm.name or voice.to(vocabulary.NAMELESS),
        subtitle=algorithm.organisation or voice.to(words.NO_ORGANISATION),
        sections=(
            _overview(voice),
            verdicts(voice),
            facts(voice),
            requirements(voice),
            risks(voice),
            _actions(voice),
            _decisions(voice),
            _processing(voice),
            _register(voice),
            _provenance(voice),
        ),
        foot=voice.say(
            "Gemaakt met kader {version} op de antwoorden van {day}. Het oordeel is aan mensen; dit dossier helpt het "
            "te onderbouwen.",
            "Made with kader {version} on the answers of {day}. The judgement is for people; this dossier helps to "
            "ground it.",
            version=VERSION,
            day=voice.day(assessment.meta.date),
        ),
    )


def _overview(voice: Voice) -> Section:
    algorithm, findings = voice.assessment.algorithm, voice.findings
    mandatory = sum(gap.mandatory for gap in findings.gaps)
    pairs = [
        (voice.say("Organisatie", "Organisation"), algorithm.organisation or voice.to(words.NO_ORGANISATION)),
        (voice.say("Status", "Status"), voice.to(words.ALGORITHM_STATUS[algorithm.status])),
        (
            voice.say("Categorie in het register", "Category in the register"),
            voice.to(words.CATEGORY[algorithm.publication_category]),
        ),
        (
            voice.say("Opgegeven toetsen", "Declared impact tests"),
            ", ".join(algorithm.assessments) or voice.say("geen opgegeven", "none declared"),
        ),
    ]
    state: Words = (
        Badge("met", voice.say("Niets verplichts staat open.", "Nothing mandatory is open."))
        if findings.complete
        else Badge("not_met", voice.say("Nog niet af", "Not complete yet")),
        ""
        if findings.complete
        else voice.say(
            "{n} verplichte punten open; zie ‘Wat nog moet gebeuren’.",
            "{n} mandatory points open; see “What remains to be done”.",
            n=mandatory,
        ),
    )
    blocks: list[Block] = [
        Paragraph(tuple(part for part in state if part), "lead"),
        Pairs(tuple((label, (value,)) for label, value in pairs)),
        _verdict_table(voice),
        *_next_question(voice),
        _progress(voice),
    ]
    return Section(id="overview", title=voice.to(words.SECTION["overview"]), blocks=tuple(blocks))


def _verdict_table(voice: Voice) -> Table:
    prescan, proposed = voice.findings.prescan, voice.findings.if_proposed
    columns = [
        voice.say("Toets of plicht", "Test or duty"),
        voice.say("Op de antwoorden", "On the answers"),
        voice.say("Als de voorstellen kloppen", "If the proposals hold"),
        voice.say("Grondslag", "Basis"),
    ]
    rows: list[tuple[Words, ...]] = []
    for verdict in prescan.verdicts.values():
        status: Words = (badge(voice, verdict), Muted(outlook(voice, verdict)))
        if verdict.required_from:
            since = voice.say("vanaf {day}", "from {day}", day=voice.day(verdict.required_from))
            status = (*status, Muted(since))
        row: tuple[Words, ...] = ((Link(voice.to(verdict.title), f"#verdict-{verdict.id}"),), status)
        second = proposed.verdicts.get(verdict.id) if proposed else None
        row = (*row, (badge(voice, second),) if second else (Muted(voice.say("geen voorstellen", "no proposals")),))
        rows.append((*row, (basis(voice, verdict),)))
    caption = voice.say("Uitkomsten in het kort", "Verdicts in short")
    return Table(caption=caption, columns=tuple(columns), rows=tuple(rows))


def _next_question(voice: Voice) -> Iterator[Block]:
    if question := voice.findings.prescan.next:
        yield Paragraph((voice.say("Vraag eerst: {q}", "Ask first: {q}", q=voice.fact(question)),), "next")


def _progress(voice: Voice) -> Block:
    met = sum(item.status is RequirementStatus.MET for item in voice.findings.requirements.values())
    rows: list[tuple[str, Words]] = [
        (voice.named(words.PART, part), (f"{progress.done}/{progress.total}",))
        for part, progress in voice.findings.progress.items()
    ]
    rows.append(
        (voice.say("Vereisten waaraan is voldaan", "Requirements met"), (f"{met}/{len(voice.findings.requirements)}",))
    )
    rows.append((voice.say("Hoogste gescoorde risico", "Highest scored risk"), (voice.level(voice.findings.highest),)))
    return Pairs(tuple(rows))


def _actions(voice: Voice) -> Section:
    findings = voice.findings
    blocks: list[Block] = []
    if findings.gaps:
        columns = (
            voice.say("Wat", "What"),
            voice.say("Soort", "Kind"),
            voice.say("Verplicht", "Mandatory"),
        )
        ordered = sorted(findings.gaps, key=lambda gap: not gap.mandatory)
        rows: tuple[tuple[Words, ...], ...] = tuple(
            (
                (voice.to(gap.text), Muted(voice.cited(gap.articles)), _subject(voice, gap.subject)),
                (voice.named(words.GAP, gap.kind),),
                (_yes_or_no(voice, gap.mandatory),),
            )
            for gap in ordered
        )
        blocks.append(Table(caption=voice.say("Hiaten", "Gaps"), columns=columns, rows=rows))
    told = {gap.text for gap in findings.gaps}
    actions = [action for action in findings.actions if action.text not in told]
    if actions:
        action_columns = (
            voice.say("Actie", "Action"),
            voice.say("Wie", "Who"),
            voice.say("Wanneer", "When"),
            voice.say("Verplicht", "Mandatory"),
        )
        rows = tuple(
            (
                (voice.to(action.text), _subject(voice, action.subject)),
                (action.owner,),
                (
                    voice.day(action.due),
                    *((Badge("overdue", voice.say("te laat", "overdue")),) if action.overdue else ()),
                ),
                (_yes_or_no(voice, action.mandatory),),
            )
            for action in actions
        )
        blocks.append(Table(caption=voice.say("Acties", "Actions"), columns=action_columns, rows=rows))
    if not blocks:
        blocks.append(Paragraph((voice.say("Er staan geen hiaten of acties open.", "No gaps or actions are open."),)))
    return Section(id="actions", title=voice.to(words.SECTION["actions"]), blocks=tuple(blocks))


def _subject(voice: Voice, subject: str) -> Link | Muted:
    """The part of the dossier where one can do something about it."""
    root = subject.partition("/")[0]
    part = {"checks": "requirements", "measures": "risks"}.get(root, root)
    if subject in voice.framework.requirements:
        part = "requirements"
    elif subject in voice.framework.risks or any(risk.id == subject for risk in voice.assessment.risks):
        part = "risks"
    elif subject in voice.findings.prescan.verdicts:
        part = "facts"
    if part not in {"facts", "requirements", "risks", "processing", "decisions"}:
        return Muted(voice.named(words.PART, part))
    return Link(voice.to(words.PART[part]), f"#{part}")


def _yes_or_no(voice: Voice, value: bool) -> str:
    return voice.say("ja", "yes") if value else voice.say("nee", "no")


def _decisions(voice: Voice) -> Section:
    given = voice.assessment.decisions
    state = voice.say("definitief", "final") if given.status == "final" else voice.say("concept", "draft")
    pairs = (
        (voice.say("Stand van het dossier", "State of the dossier"), state),
        (voice.say("DPIA: kenmerk", "DPIA: reference"), given.dpia_reference),
        (voice.say("DPIA: datum", "DPIA: date"), voice.day(given.dpia_date)),
        (voice.say("Advies van de FG (art. 35(2) AVG)", "Advice of the DPO (GDPR art. 35(2))"), given.dpo_advice),
        (voice.say("FG", "DPO"), ", ".join(part for part in (given.dpo_name, voice.day(given.dpo_date)) if part)),
        (
            voice.say("Mening van betrokkenen (art. 35(9) AVG)", "Views of data subjects (GDPR art. 35(9))"),
            given.data_subjects_views,
        ),
        (
            voice.say("Waarom betrokkenen niet gevraagd zijn", "Why data subjects were not asked"),
            given.data_subjects_not_asked,
        ),
        (
            voice.say(
                "Voorafgaande raadpleging (art. 36 AVG): kenmerk", "Prior consultation (GDPR art. 36): reference"
            ),
            given.prior_consultation_reference,
        ),
        (voice.say("Opnieuw bekijken op", "To be looked at again on"), voice.day(given.review_date)),
    )
    empty = Muted(voice.say("niet ingevuld", "not filled in"))
    blocks: list[Block] = [Pairs(tuple((label, (value or empty,)) for label, value in pairs))]
    if given.signatures:
        rows: list[tuple[Words, ...]] = []
        for signature in given.signatures:
            valid = voice.findings.signatures_valid.get(signature.role, False)
            mark = (
                Badge("met", voice.say("geldig", "valid"))
                if valid
                else Badge("not_met", voice.say("vervallen: de inhoud is gewijzigd", "lapsed: the content has changed"))
            )
            rows.append(((signature.role,), (signature.name,), (voice.day(signature.at.date()),), (mark,)))
        columns = (
            voice.say("Rol", "Role"),
            voice.say("Naam", "Name"),
            voice.say("Datum", "Date"),
            voice.say("Geldigheid", "Validity"),
        )
        blocks.append(Table(caption=voice.say("Ondertekening", "Sign-off"), columns=columns, rows=tuple(rows)))
    return Section(id="decisions", title=voice.to(words.SECTION["decisions"]), blocks=tuple(blocks))


def _processing(voice: Voice) -> Section:
    blocks: list[Block] = []
    parts = []
    open_titles: list[Words] = []
    known = {question.id for paragraph in voice.framework.processing for question in paragraph.questions}
    for paragraph in voice.framework.processing:
        given = [
            (q, voice.assessment.processing[q.id]) for q in paragraph.questions if q.id in voice.assessment.processing
        ]
        title = f"{paragraph.number}. {voice.to(paragraph.title)}"
        if any(answer.text or answer.remark for _, answer in given):
            rows: tuple[tuple[str, Words], ...] = tuple(
                (voice.to(question.question), tuple(part for part in (answer.text, answer.remark) if part))
                for question, answer in given
            )
            parts.append(Section(id=f"processing-{paragraph.number}", title=title, blocks=(Pairs(rows),)))
        else:
            open_titles.append((title, Muted(voice.cited(paragraph.articles))))
    others = {id: answer for id, answer in voice.assessment.processing.items() if id not in known}
    if others:
        title = voice.say("Overige antwoorden", "Other answers")
        blocks_of = Pairs(tuple((id, (answer.text,)) for id, answer in others.items()))
        parts.append(Section(id="processing-other", title=title, blocks=(blocks_of,)))
    if open_titles:
        blocks.append(Paragraph((voice.say("Nog niet beschreven:", "Not described yet:"),)))
        blocks.append(Bullets(tuple(open_titles)))
    return Section(
        id="processing", title=voice.to(words.SECTION["processing"]), blocks=tuple(blocks), parts=tuple(parts)
    )


def _register(voice: Voice) -> Section:
    entry = voice.assessment.algorithm.entry
    if not entry:
        blocks: tuple[Block, ...] = (
            Paragraph(
                (voice.say("Dit dossier komt niet uit een register.", "This dossier does not come from a register."),)
            ),
        )
    else:
        note = voice.say(
            "Woordelijk overgenomen, als tekst; niets is weggelaten.",
            "Taken over word for word, as text; nothing is left out.",
        )
        blocks = (
            Paragraph((Muted(note),)),
            Table(
                caption=voice.say("Registervelden", "Register fields"),
                columns=(voice.say("Veld", "Field"), voice.say("Inhoud", "Content")),
                rows=tuple(((voice.to(register_fields.title(key)),), _verbatim(value)) for key, value in entry.items()),
            ),
        )
    return Section(id="register", title=voice.to(words.SECTION["register"]), blocks=blocks)


def _verbatim(value: object) -> Words:
    """A register value as text; lists give a line an item."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Mapping):
        return tuple(f"{key}: {_inline(item)}" for key, item in value.items())
    if isinstance(value, Sequence):
        return tuple(_inline(item) for item in value)
    return (_inline(value),)


def _inline(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_inline(item)}" for key, item in value.items())
    return json.dumps(value, ensure_ascii=False, default=str)


def _provenance(voice: Voice) -> Section:
    meta, prescan = voice.assessment.meta, voice.findings.prescan
    rules = voice.framework.rules
    profile = rules.profiles.get(prescan.profile)
    title = f"{voice.to(profile.title)} ({prescan.profile})" if profile else prescan.profile
    entries: list[tuple[str, Span]] = [
        (voice.say("Dossier", "Dossier"), meta.id),
        (voice.say("Datum van beoordeling", "Date of assessment"), voice.day(meta.date)),
        (voice.say("Programma", "Program"), f"kader {VERSION}"),
        (
            voice.say("Algoritmekader", "Algoritmekader"),
            Link(f"{voice.framework.name} {voice.framework.version}", voice.framework.site_url),
        ),
        (voice.say("Versie bij het beantwoorden", "Version when answered"), meta.framework_version),
        (voice.say("Beslisregels", "Rules"), f"{rules.id} {rules.version}"),
        (voice.say("Stand van de wet", "State of the law"), voice.day(rules.law_as_of)),
        (voice.say("Vingerafdruk van de regels", "Fingerprint of the rules"), prescan.fingerprint),
        (voice.say("Lezing van de regels", "Reading of the rules"), title),
    ]
    if meta.origin:
        origin = meta.origin
        entries.append((voice.say("Herkomst", "Origin"), f"{origin.file}, {origin.place} ({origin.layout})"))
    blocks: list[Block] = [Pairs(tuple((label, (value,)) for label, value in entries))]
    if meta.rules_fingerprint != prescan.fingerprint:
        blocks.append(
            Paragraph(
                (
                    voice.say(
                        "Let op: het dossier is gemaakt met andere regels (vingerafdruk {old}). Bekijk de uitkomsten "
                        "opnieuw.",
                        "Note: the dossier was made with other rules (fingerprint {old}). Look at the verdicts again.",
                        old=meta.rules_fingerprint,
                    ),
                ),
                "warning",
            )
        )
    return Section(id="provenance", title=voice.to(words.SECTION["provenance"]), blocks=tuple(blocks))
