"""The risks: proposed and chosen, why, in the matrix; the measures against them; the measurements behind them."""

from __future__ import annotations

from kader import figures
from kader.analysis.findings import Cell, RiskFinding
from kader.framework.risks import Level
from kader.report import words
from kader.report.document import Badge, Block, Bullets, Figure, Fold, Muted, Paragraph, Section, Span, Table, Words
from kader.report.voice import Voice


def chosen(risk: RiskFinding) -> Cell | None:
    """The cell that counts: residual as planned, else now, else inherent."""
    return risk.planned or risk.now or risk.inherent


def risks(voice: Voice) -> Section:
    """Summary, both matrices, the table with proposal, choice and reasons, measures and measurements."""
    found = voice.findings.risks
    shown = [risk for risk in found if risk.relevant or risk.own or chosen(risk) or not risk.applicable]
    rest = [risk for risk in found if risk not in shown]
    blocks: list[Block] = [Paragraph(_summary(voice), "lead")]
    blocks.extend(_matrices(voice, shown))
    if shown:
        blocks.append(_table(voice, shown))
    if rest:
        blocks.append(_rest(voice, rest))
    blocks.extend(_measures(voice))
    blocks.extend(_measurements(voice))
    return Section(id="risks", title=voice.to(words.SECTION["risks"]), blocks=tuple(blocks))


def _summary(voice: Voice) -> Words:
    findings = voice.findings
    spoken: list[Span] = [
        voice.say("Hoogste gescoorde risico:", "Highest scored risk:"),
        voice.level(findings.highest),
    ]
    if findings.highest is not None:
        counts = ", ".join(
            f"{findings.counts.get(level, 0)} {voice.level(level).label}"
            for level in (Level.HIGH, Level.MEDIUM, Level.LOW)
        )
        spoken.append(f"({counts}).")
    spoken.append(voice.say("Hoogste voorstel:", "Highest proposal:"))
    spoken.append(
        voice.level(findings.highest_proposed)
        if findings.highest_proposed
        else Badge(
            "unknown", voice.say("geen aanwijzing in de antwoorden tot nu toe", "no indication in the answers so far")
        )
    )
    return tuple(spoken)


def _matrices(voice: Voice, shown: list[RiskFinding]) -> list[Block]:
    proposed = [(risk.id, risk.proposed) for risk in shown if risk.relevant]
    scored = [risk for risk in shown if risk.applicable and chosen(risk)]
    names = {risk.id: voice.to(risk.name) for risk in shown}
    blocks: list[Block] = []
    if scored:
        moments = {
            moment: [(risk.id, cell) for risk in scored if (cell := getattr(risk, moment)) is not None]
            for moment in ("inherent", "now", "planned")
        }
        markup = figures.matrix(
            voice.framework.scale,
            moments["inherent"],
            voice.language,
            voice.say("Risico's zoals gescoord", "Risks as scored"),
            now=moments["now"],
            planned=moments["planned"],
            names=names,
        )
        blocks.append(Figure(markup))
    if proposed:
        caption = voice.say("Risico's zoals voorgesteld, vóór maatregelen", "Risks as proposed, before measures")
        blocks.append(Figure(figures.matrix(voice.framework.scale, proposed, voice.language, caption)))
    return blocks


def _table(voice: Voice, shown: list[RiskFinding]) -> Table:
    columns = (
        voice.say("Risico", "Risk"),
        voice.say("Voorstel", "Proposed"),
        voice.say("Gescoord vóór maatregelen", "Scored before measures"),
        voice.say("Restrisico nu", "Residual now"),
        voice.say("Restrisico gepland", "Residual planned"),
        voice.say("Waarom", "Why"),
    )
    return Table(
        caption=voice.say("Voorgestelde en gekozen risico's", "Proposed and chosen risks"),
        columns=columns,
        rows=tuple(_row(voice, risk) for risk in shown),
        keys=tuple(f"risk-{risk.id}" for risk in shown),
    )


def _row(voice: Voice, risk: RiskFinding) -> tuple[Words, ...]:
    answer = next((answer for answer in voice.assessment.risks if answer.id == risk.id), None)
    why: list[Span] = [voice.to(text) for text in risk.why]
    why.extend(voice.to(text) for text in risk.corrections)
    if answer:
        for label, said in (
            (voice.say("Herkomst", "Origin"), answer.origin),
            (voice.say("Motivering", "Motivation"), answer.motivation),
            (voice.say("Afwijking", "Deviation"), answer.deviation),
        ):
            if said:
                why.append(f"{label}: {said}")
        if who := voice.who(answer.author, answer.at):
            why.append(Muted(who))
    if not risk.applicable:
        why.insert(0, voice.say("Niet van toepassing verklaard.", "Declared not applicable."))
    name: list[Span] = [voice.to(risk.name), Muted(risk.id)]
    tail = chosen(risk) or (risk.proposed if risk.relevant else None)
    if tail and tail.tail:
        name.append(Badge("tail", voice.to(voice.framework.scale.tail_marker)))
    proposal = _cell(voice, risk.proposed) if not risk.own else ()
    return (
        tuple(name),
        proposal,
        _cell(voice, risk.inherent),
        _cell(voice, risk.now),
        _cell(voice, risk.planned),
        tuple(why),
    )


def _cell(voice: Voice, cell: Cell | None) -> Words:
    if cell is None:
        return (Muted(voice.say("niet gescoord", "not scored")),)
    worst = voice.level(cell.worst)
    spread = (
        ""
        if cell.best is cell.worst
        else voice.say(" (gunstigst: {best})", " (at best: {best})", best=voice.level(cell.best).label)
    )
    axes = voice.say(
        "kans {likelihood}, impact {impact}",
        "likelihood {likelihood}, impact {impact}",
        likelihood=_range(voice, cell.likelihood),
        impact=_range(voice, cell.impact),
    )
    return worst, Muted(f"{axes}{spread}")


def _range(voice: Voice, levels: tuple[Level, Level]) -> str:
    low, high = (voice.level(level).label for level in levels)
    return low if low == high else voice.say("{low} tot {high}", "{low} to {high}", low=low, high=high)


def _rest(voice: Voice, rest: list[RiskFinding]) -> Fold:
    note = voice.say(
        "De antwoorden tot nu toe geven hier geen aanleiding voor. Dat is geen oordeel dat het risico er niet is: open "
        "vragen kunnen dit veranderen.",
        "The answers so far give no reason to look at these. That is no verdict that the risk is absent: open "
        "questions may change this.",
    )
    title = voice.say("Overige risico's uit de catalogus ({n})", "Other risks of the catalogue ({n})", n=len(rest))
    return Fold(
        title=title,
        blocks=(Paragraph((note,)), Bullets(tuple((voice.to(risk.name), Muted(risk.id)) for risk in rest))),
    )


def _measures(voice: Voice) -> list[Block]:
    chosen_measures = voice.assessment.measures
    if not chosen_measures:
        return [
            Paragraph((Muted(voice.say("Er zijn nog geen maatregelen vastgelegd.", "No measures are recorded yet.")),))
        ]
    columns = (
        voice.say("Maatregel", "Measure"),
        voice.say("Tegen", "Against"),
        voice.say("Stand", "Status"),
        voice.say("Wie en wanneer", "Who and when"),
        voice.say("Onderbouwing", "Grounds"),
    )
    rows = []
    for answer in chosen_measures:
        official = voice.framework.measures.get(answer.measure)
        title = answer.name or (voice.to(official.title) if official else answer.measure or answer.id)
        grounds = tuple(part for part in (answer.reason, answer.remark, *answer.evidence) if part)
        rows.append(
            (
                (title, Muted(answer.measure or answer.id)),
                (", ".join(answer.risks),),
                (Badge(answer.status, voice.to(words.MEASURE[answer.status])),),
                tuple(part for part in (answer.owner, voice.day(answer.due)) if part),
                grounds,
            )
        )
    return [Table(caption=voice.say("Maatregelen", "Measures"), columns=columns, rows=tuple(rows))]


def _measurements(voice: Voice) -> list[Block]:
    if not voice.assessment.evidence:
        return []
    columns = (
        voice.say("Meting", "Measurement"),
        voice.say("Waarde", "Value"),
        voice.say("Gemeten op", "Measured on"),
        voice.say("Aantal records", "Sample size"),
        voice.say("Vingerafdruk van de data", "Fingerprint of the data"),
    )
    rows = []
    for item in voice.assessment.evidence:
        interval = "" if item.lower is None or item.upper is None else f" ({item.lower:g}–{item.upper:g})"
        rows.append(
            (
                (item.id, Muted(item.tool)),
                (f"{item.value:g}{interval}",),
                (voice.day(item.measured_on),),
                (str(item.sample_size),),
                (item.data_hash,),
            )
        )
    return [Table(caption=voice.say("Metingen", "Measurements"), columns=columns, rows=tuple(rows))]
