"""The fragments beside the questions: parts with progress, verdicts, what stands in the way. HTML, no widgets.

Every verdict is shown with what it rests on, on the answers alone and, apart from it, as it would be if the proposals
hold; while it is open, with what would decide it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from markupsafe import Markup

from kader import figures
from kader.analysis import vocabulary
from kader.analysis.findings import FactValue, Prescan, Reason, RequirementStatus, Status, Verdict
from kader.framework.risks import Level
from kader.text import Language, Text, day_in_words
from kader.ui.state import State

# The parts of the workbook in their order: id, title, the name of their progress in the findings.
PARTS: Final[tuple[tuple[str, Text, str], ...]] = (
    ("overview", Text("Overzicht", "Overview"), ""),
    ("prescan", Text("Pre-scan", "Pre-scan"), "prescan"),
    ("requirements", Text("Vereisten", "Requirements"), "checks"),
    ("processing", Text("De verwerking", "The processing"), "processing"),
    ("risks", Text("Risico's en maatregelen", "Risks and measures"), "risks"),
    ("decisions", Text("Advies en besluit", "Advice and decision"), "decisions"),
    ("actions", Text("Wat nog moet gebeuren", "What remains to be done"), ""),
    ("sources", Text("Bronnen en verantwoording", "Sources and provenance"), ""),
)
TITLES: Final = {part: title for part, title, _ in PARTS}

_NEEDED: Final = Text(
    "Pas na deze antwoorden kan het ‘niet verplicht’ worden:",
    "It can only become “not required” after these answers:",
)
_CLAIMED: Final = Text("Dit telt alleen als iemand zich erop beroept:", "This counts only when somebody claims it:")
_SETTLED: Final = frozenset({Status.REQUIRED})


def _say(state: State, nl: str, en: str, **values: object) -> str:
    return Text(nl, en).format(**values).to(state.language) if values else Text(nl, en).to(state.language)


def head(state: State) -> Markup:
    """Whose dossier it is, when it was saved last, and whether one can answer here."""
    algorithm = state.assessment.algorithm
    mode = _say(state, "alleen lezen", "read-only") if state.read_only else _say(state, "bewerken", "editing")
    saved = _say(state, "Laatst opgeslagen: {at}", "Last saved: {at}", at=moment(state.saved_at, state.language))
    return Markup(
        '<div id="kader-head"><h1>{name}</h1><p class="k-lead">{organisation}</p>'
        '<p class="k-fine">{saved} · {revision} · {mode} · {author}</p></div>'
    ).format(
        name=algorithm.name or vocabulary.NAMELESS.to(state.language),
        organisation=algorithm.organisation,
        saved=saved,
        revision=_say(state, "revisie {n}", "revision {n}", n=state.revision),
        mode=mode,
        author=_say(state, "u bent {who}", "you are {who}", who=state.author),
    )


def moment(at: dt.datetime, language: Language) -> str:
    """A moment as people write it, in the time of this machine."""
    here = at.astimezone()
    return f"{day_in_words(here.date()).to(language)}, {here:%H:%M}"


def overview(state: State) -> Markup:
    """The head, the state of things in numbers, and the question to ask first."""
    findings = state.findings
    mandatory = sum(gap.mandatory for gap in findings.gaps)
    met = sum(found.status is RequirementStatus.MET for found in findings.requirements.values())
    dpia = findings.prescan.verdicts.get("dpia")
    numbers: list[tuple[object, str] | tuple[object, str, str]] = [
        (f"{met}/{len(findings.requirements)}", _say(state, "vereisten voldaan", "requirements met")),
        _high_risks(state),
        (mandatory, _say(state, "verplichte punten open", "mandatory points open"), "not_met" if mandatory else "met"),
    ]
    parts = [head(state), figures.counts(numbers)]
    if dpia is not None:
        line = Markup('<p id="overview-dpia"><strong>{}</strong> {} {}</p>')
        parts.insert(1, line.format(dpia.title.to(state.language), _badge(dpia, state), _outlook(dpia, state)))
    parts.append(ask_first(state))
    return Markup("").join(parts)


def _high_risks(state: State) -> tuple[object, str, str]:
    """How many risks are high, and how many nobody scored yet: not scored is not the same as not high."""
    scored, high = sum(state.findings.counts.values()), state.findings.counts.get(Level.HIGH, 0)
    words = _say(state, "hoge risico's", "high risks")
    if not scored:
        return "?", f"{words}: {vocabulary.NOT_SCORED.to(state.language)}", "open"
    asked = state.findings.progress["risks"]
    if asked.done < asked.total:
        words += f"; {asked.total - asked.done} {vocabulary.NOT_SCORED.to(state.language)}"
    return high, words, "hoog" if high else "unknown"


def ask_first(state: State) -> Markup:
    """The open question that decides most."""
    next_fact = state.findings.prescan.next
    fact = state.framework.rules.facts.get(next_fact)
    if fact is None:
        return Markup("")
    return Markup('<p class="k-note k-note-blue" id="ask-first">{} {}</p>').format(
        _say(state, "Vraag eerst:", "Ask first:"),
        Markup('<a href="#facts/{}/value">{}</a>').format(fact.id, fact.question.to(state.language)),
    )


def parts(state: State) -> Markup:
    """The parts of the dossier with their progress."""
    items = []
    for part, title, progress_id in PARTS:
        progress = state.findings.progress.get(progress_id)
        bar = figures.bar(progress.done, progress.total, state.language) if progress and progress.total else Markup("")
        items.append(
            Markup('<li data-key="part-{0}"><a href="#part-{0}">{1}</a>{2}</li>').format(
                part, title.to(state.language), bar
            )
        )
    return Markup('<ul class="k-parts">{}</ul>').format(Markup("").join(items))


def title(part: str, state: State, intro: Markup | str = "") -> Markup:
    """The heading of a part, to which the list of parts leads."""
    return Markup('<h2 id="part-{}" tabindex="-1">{}</h2>{}').format(part, TITLES[part].to(state.language), intro)


# --- verdicts ---------------------------------------------------------------------------------------------------


def verdicts(state: State) -> Markup:
    """All verdicts, in short; each opens to what it rests on and what would decide it."""
    prescan, proposed = state.findings.prescan, state.findings.if_proposed
    blocks = [Markup('<h2 id="verdicts">{}</h2>').format(_say(state, "Uitkomsten", "Verdicts"))]
    if prescan.contradictions:
        blocks.append(_contradictions(state, prescan))
    blocks += [_verdict(verdict, proposed, state) for verdict in prescan.verdicts.values()]
    blocks.append(_standing(state))
    return Markup("").join(blocks)


def _contradictions(state: State, prescan: Prescan) -> Markup:
    items = Markup("").join([Markup("<li>{}</li>").format(said.to(state.language)) for said in prescan.contradictions])
    return Markup('<div class="k-note k-note-red" data-key="contradictions"><p>{}</p><ul>{}</ul></div>').format(
        _say(state, "Deze antwoorden spreken elkaar tegen:", "These answers contradict each other:"), items
    )


def _badge(verdict: Verdict, state: State) -> Markup:
    return figures.badge(verdict.status.value, vocabulary.STATUS[verdict.status].to(state.language))


def _outlook(verdict: Verdict, state: State) -> str:
    if verdict.could_rise and verdict.status not in _SETTLED:
        return _say(state, "kan nog verplicht worden", "may still become required")
    return ""


def _verdict(verdict: Verdict, proposed: Prescan | None, state: State) -> Markup:
    second = proposed.verdicts.get(verdict.id) if proposed else None
    if_proposed = Markup("")
    if second is not None and (second.status, second.could_rise) == (verdict.status, verdict.could_rise):
        if_proposed = Markup('<span class="k-if-proposed">{}</span>').format(
            _say(state, "ook als de voorstellen kloppen", "also if the proposals hold")
        )
    elif second is not None:
        if_proposed = Markup('<span class="k-if-proposed">{} {}</span>').format(
            _say(state, "als de voorstellen kloppen:", "if the proposals hold:"), _badge(second, state)
        )
    return Markup(
        '<details data-key="verdict-{id}" class="k-verdict"><summary><span class="k-verdict-title">{title}</span>'
        "<span>{badge} <small>{outlook}</small></span>{if_proposed}</summary>{body}</details>"
    ).format(
        id=verdict.id,
        title=verdict.title.to(state.language),
        badge=_badge(verdict, state),
        outlook=_outlook(verdict, state),
        if_proposed=if_proposed,
        body=Markup("").join(_body(verdict, second, state)),
    )


def _body(verdict: Verdict, second: Verdict | None, state: State) -> Iterable[Markup]:
    if verdict.text:
        yield Markup("<p>{}</p>").format(verdict.text.to(state.language))
    if verdict.required_from:
        day = day_in_words(verdict.required_from).to(state.language)
        yield Markup('<p class="k-note">{}</p>').format(
            _say(state, "Geldt vanaf {day}.", "Applies from {day}.", day=day)
        )
    yield _reasons(verdict.reasons, state, _say(state, "Waarom", "Why"))
    yield from _decided_by(verdict, state)
    if second is not None:
        known = {reason.id for reason in verdict.reasons}
        extra = [reason for reason in second.reasons if reason.id not in known]
        yield _reasons(extra, state, _say(state, "Erbij, als de voorstellen kloppen", "Added, if the proposals hold"))


def _reasons(reasons: Iterable[Reason], state: State, caption: str) -> Markup:
    items = [_reason(reason, state) for reason in reasons]
    if not items:
        return Markup("")
    return Markup('<p data-key="{0}"><strong>{0}</strong></p><ul>{1}</ul>').format(caption, Markup("").join(items))


def _reason(reason: Reason, state: State) -> Markup:
    facts = Markup(" · ").join([_fact(value, state) for value in reason.facts])
    return Markup('<li>{} <span class="k-fine">{} ({})</span><br>{}</li>').format(
        reason.text.to(state.language),
        reason.cite.to(state.language),
        vocabulary.STRENGTH[reason.strength].to(state.language),
        facts,
    )


def _fact(value: FactValue, state: State) -> Markup:
    """A fact with its answer, leading to the question."""
    known = state.framework.rules.facts.get(value.fact)
    label = (known.label or known.question).to(state.language) if known else value.fact
    answer = vocabulary.TRUTH[value.value].to(state.language)
    return Markup('<a href="#facts/{}/value">{}</a>: {}').format(value.fact, label, answer)


def _decided_by(verdict: Verdict, state: State) -> Iterable[Markup]:
    if verdict.next:
        yield Markup('<p class="k-note k-note-blue">{} {}</p>').format(
            _say(state, "Vraag eerst:", "Ask first:"), _link(verdict.next, state)
        )
    if verdict.sufficient:
        joint = Markup(" <em>{}</em> ").format(_say(state, "én", "and"))
        items = [
            Markup("<li>{}</li>").format(joint.join([_fact(value, state) for value in answers]))
            for answers in verdict.sufficient
        ]
        words = _say(state, "Elk van deze antwoorden maakt het verplicht:", "Each of these answers makes it required:")
        yield Markup("<p>{}</p><ul>{}</ul>").format(words, Markup("").join(items))
    for facts, words_ in ((verdict.needed, _NEEDED), (verdict.claims, _CLAIMED)):
        if facts:
            items = [Markup("<li>{}</li>").format(_link(fact, state)) for fact in facts]
            yield Markup("<p>{}</p><ul>{}</ul>").format(words_.to(state.language), Markup("").join(items))


def _link(fact: str, state: State) -> Markup:
    known = state.framework.rules.facts.get(fact)
    label = known.question.to(state.language) if known else fact
    return Markup('<a href="#facts/{}/value">{}</a>').format(fact, label)


def _standing(state: State) -> Markup:
    """Requirements and risks in a line each."""
    counted = dict.fromkeys(RequirementStatus, 0)
    for found in state.findings.requirements.values():
        counted[found.status] += 1
    badges = [
        figures.badge(status.value, f"{number} {vocabulary.REQUIREMENT[status].to(state.language)}")
        for status, number in counted.items()
        if number
    ]
    names = state.framework.scale.level_names
    scored = [
        figures.badge(level.value, f"{number} {names[level].to(state.language)}")
        for level, number in state.findings.counts.items()
        if number
    ] or [figures.badge("open", vocabulary.NOT_SCORED.to(state.language))]
    rows = (("requirements", badges), ("risks", scored))
    return Markup("").join(
        [
            Markup('<p data-key="standing-{0}"><a href="#part-{0}">{1}</a><br>{2}</p>').format(
                part, TITLES[part].to(state.language), Markup(" ").join(found)
            )
            for part, found in rows
        ]
    )


def headline(state: State) -> str:
    """The most important verdict in a few words, for a panel that is folded."""
    dpia = state.findings.prescan.verdicts.get("dpia")
    if dpia is None:
        return _say(state, "Uitkomsten", "Verdicts")
    return f"DPIA: {vocabulary.STATUS[dpia.status].to(state.language)}"


# --- per part ---------------------------------------------------------------------------------------------------


def prescan(state: State) -> Markup:
    """The heading of the pre-scan, and how far it is."""
    note = Markup("")
    if state.assessment.has_open_proposals:
        what = _say(
            state,
            "Uit de tekst van het register komen voorstellen. Een voorstel is geen antwoord.",
            "Proposals come from the register's text. A proposal is no answer.",
        )
        how = _say(
            state,
            "Neem het over, of kies zelf en geef de reden.",
            "Accept it, or choose yourself and give the reason.",
        )
        note = Markup('<p class="k-note">{}</p>').format(what if state.read_only else f"{what} {how}")
    return title("prescan", state, note + ask_first(state))


def requirements(state: State) -> Markup:
    """Each requirement with its status and what stands in the way."""
    rows = []
    for id, found in state.findings.requirements.items():
        blockers = Markup("").join([Markup("<li>{}</li>").format(said.to(state.language)) for said in found.blockers])
        rows.append(
            Markup(
                '<tr data-key="row-{id}"><th scope="row"><a href="#requirement-{id}">{title}</a></th>'
                '<td data-label="{status_label}">{badge}</td>'
                '<td data-label="{answered_label}" class="k-number">{done}/{total}</td>'
                '<td data-label="{blockers_label}">{blockers}</td></tr>'
            ).format(
                id=id,
                title=state.framework.title(id).to(state.language),
                badge=figures.badge(found.status.value, vocabulary.REQUIREMENT[found.status].to(state.language)),
                done=found.answered,
                total=found.questions,
                blockers=Markup("<ul>{}</ul>").format(blockers) if blockers else "",
                status_label=_say(state, "Stand", "Status"),
                answered_label=_say(state, "Beantwoord", "Answered"),
                blockers_label=_say(state, "Wat nog ontbreekt", "What is missing"),
            )
        )
    columns = [
        _say(state, "Vereiste", "Requirement"),
        _say(state, "Stand", "Status"),
        _say(state, "Beantwoord", "Answered"),
        _say(state, "Wat nog ontbreekt", "What is missing"),
    ]
    header = Markup("").join([Markup('<th scope="col">{}</th>').format(column) for column in columns])
    table = Markup(
        '<details data-key="requirement-table"><summary>{}</summary><table class="k-table k-stack">'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></details>"
    ).format(
        _say(state, "Alle vereisten en hun stand", "All requirements and their status"), header, Markup("").join(rows)
    )
    return title("requirements", state, table)


def risks(state: State) -> Markup:
    """The heading of the risks, with what the rules corrected."""
    corrections = [
        Markup('<li data-key="correction-{0}">{1}: {2}</li>').format(
            risk.id, risk.name.to(state.language), "; ".join(said.to(state.language) for said in risk.corrections)
        )
        for risk in state.findings.risks
        if risk.corrections
    ]
    names = state.framework.scale.level_names
    highest, proposed = state.findings.highest, state.findings.highest_proposed
    lines = [
        Markup("<p>{} {}</p>").format(
            _say(state, "Hoogste risico:", "Highest risk:"),
            figures.badge(highest.value, names[highest].to(state.language))
            if highest
            else figures.badge("open", vocabulary.NOT_SCORED.to(state.language)),
        )
    ]
    if proposed:
        lines.append(
            Markup('<p class="k-fine">{} {}</p>').format(
                _say(state, "Hoogste voorgestelde niveau:", "Highest proposed level:"),
                figures.badge(proposed.value, names[proposed].to(state.language)),
            )
        )
    if corrections:
        lines.append(Markup('<div class="k-note k-note-amber"><ul>{}</ul></div>').format(Markup("").join(corrections)))
    return title("risks", state, Markup("").join(lines))


def plain(part: str, state: State) -> Markup:
    """The heading of a part that needs no more than its questions."""
    return title(part, state)
