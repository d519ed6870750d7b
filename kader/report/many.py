"""A portfolio as a document: figures that matter, declared against indicated tests, the heat map, and the whole table.

It is built from lines (`kader.report.summary.Line`), so it is the same for a store, a folder and a batch.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from kader import figures
from kader.analysis import vocabulary
from kader.analysis.findings import RequirementStatus, Status
from kader.framework.model import Framework
from kader.framework.risks import Level
from kader.report.document import (
    Badge,
    Block,
    Bullets,
    Document,
    Figure,
    Fold,
    Link,
    Muted,
    Pairs,
    Paragraph,
    Section,
    Table,
    Words,
)
from kader.report.summary import TESTS, Line
from kader.shipped import VERSION
from kader.text import Language, Text

HEATMAP_ROWS: Final = 1_000
"""Beyond this a heat map is no picture any more; the table still has every algorithm."""

Address = Callable[[Line], str]
Chosen = Callable[[Line], bool]

_DPIA: Final = TESTS[0]


def dpia_required(line: Line) -> bool:
    """A DPIA is required on the answers."""
    return line.verdicts.get(_DPIA) == Status.REQUIRED


def dpia_done(line: Line) -> bool:
    """A DPIA is required, and the register or the dossier says that there is one."""
    return dpia_required(line) and _DPIA not in line.missing


def dpia_missing(line: Line) -> bool:
    """A DPIA is required, and nothing says that there is one."""
    return dpia_required(line) and _DPIA in line.missing


def dpia_open(line: Line) -> bool:
    """Not settled: undetermined, or open answers may still make it required."""
    return line.verdicts.get(_DPIA) == Status.UNDETERMINED or (not dpia_required(line) and _DPIA in line.could_rise)


def dpia_if_proposed(line: Line) -> bool:
    """Not required on the answers, but required if the proposals hold."""
    return not dpia_required(line) and line.proposed.get(_DPIA) == Status.REQUIRED


def high_risk(line: Line) -> bool:
    """The worst scored risk is high."""
    return line.highest == Level.HIGH


def overdue(line: Line) -> bool:
    """At least one action is late."""
    return line.overdue > 0


def failed(line: Line) -> bool:
    """It could not be worked out."""
    return bool(line.error)


_NUMBERS: Final[tuple[tuple[str, Text, Chosen, str], ...]] = (
    ("dpia-required", Text("DPIA verplicht", "DPIA required"), dpia_required, "required"),
    ("dpia-done", Text("waarvan DPIA opgegeven", "of which DPIA declared"), dpia_done, "met"),
    ("dpia-missing", Text("waarvan DPIA ontbreekt", "of which DPIA missing"), dpia_missing, "not_met"),
    (
        "dpia-open",
        Text("DPIA nog niet te bepalen of kan verplicht worden", "DPIA undetermined, or may become required"),
        dpia_open,
        "undetermined",
    ),
    (
        "dpia-proposed",
        Text("DPIA verplicht als de voorstellen kloppen", "DPIA required if the proposals hold"),
        dpia_if_proposed,
        "recommended",
    ),
    ("high-risk", Text("hoog risico", "high risk"), high_risk, "hoog"),
    ("overdue", Text("actie te laat", "action overdue"), overdue, "not_met"),
)
_FAILED: Final = ("failed", Text("mislukt", "failed"), failed, "error")


def numbers(lines: Sequence[Line]) -> list[tuple[str, Text, int, str]]:
    """The figures that matter: id, name, number and tone; each id is that of its list."""
    shown = [*_NUMBERS, *([_FAILED] if any(line.error for line in lines) else [])]
    return [(key, text, sum(map(chosen, lines)), tone) for key, text, chosen, tone in shown]


def build(
    lines: Sequence[Line], framework: Framework, language: Language | str, *, address: Address, title: str = ""
) -> Document:
    """The portfolio.

    Args:
        lines: one an algorithm.
        framework: for the names of requirements and verdicts.
        language: `nl` or `en`.
        address: where a line's dossier is; empty for nowhere.
        title: of the page.

    Returns:
        A document with the sections `figures`, `gap`, `heatmap`, `table` and `lists`.
    """
    said = Language(language)
    return Document(
        language=said,
        title=title or Text("Portefeuille", "Portfolio").to(said),
        subtitle=Text("{n} algoritmes", "{n} algorithms").format(n=len(lines)).to(said),
        sections=(
            figures_section(lines, said),
            gap_section(lines, framework, said),
            heatmap_section(lines, framework, said, address),
            table_section(lines, framework, said, address),
            lists_section(lines, said, address),
        ),
        foot=Text("Gemaakt met kader {v}, Algoritmekader {f}.", "Made with kader {v}, Algoritmekader {f}.")
        .format(v=VERSION, f=framework.version)
        .to(said),
    )


def figures_section(lines: Sequence[Line], language: Language) -> Section:
    """The figures that matter on one line; each leads to its list."""
    total = (len(lines), Text("algoritmes", "algorithms").to(language), "", "#table")
    shown = [
        (number, text.to(language), tone if number else "", f"#list-{key}")
        for key, text, number, tone in numbers(lines)
    ]
    blocks: list[Block] = [Figure(figures.counts([total, *shown]))]
    parts = [
        (
            status.value,
            vocabulary.STATUS[status].to(language),
            sum(line.verdicts.get(_DPIA) == status for line in lines),
        )
        for status in Status
    ]
    caption = Text("DPIA, op de antwoorden", "DPIA, on the answers").to(language)
    blocks.append(Figure(figures.shares([part for part in parts if part[2]], language, caption)))
    return Section(id="figures", title=Text("In het kort", "In short").to(language), blocks=tuple(blocks))


def gap_section(lines: Sequence[Line], framework: Framework, language: Language) -> Section:
    """Per test: how often it is indicated, and how often it is declared."""
    rows: list[tuple[Words, ...]] = []
    for test in TESTS:
        if test not in framework.rules.titles:
            continue
        indicated = [line for line in lines if test in line.indicated]
        missing = [line for line in indicated if test in line.missing]
        declared = [line for line in lines if test in {name.casefold() for name in line.declared}]
        unsettled = [
            line for line in lines if line.verdicts.get(test) == Status.UNDETERMINED or test in line.could_rise
        ]
        beyond = [line for line in declared if test not in line.indicated]
        rows.append(
            (
                (framework.rules.titles[test].to(language),),
                (str(len(indicated)),),
                (str(len(indicated) - len(missing)),),
                (Badge("not_met", str(len(missing))) if missing else "0",),
                (str(len(beyond)),),
                (str(len(unsettled)),),
            )
        )
    columns = (
        Text("Toets", "Test"),
        Text("Aangewezen (verplicht of aanbevolen)", "Indicated (required or recommended)"),
        Text("Daarvan opgegeven", "Of these declared"),
        Text("Daarvan ontbreekt", "Of these missing"),
        Text("Opgegeven, (nog) niet aangewezen", "Declared, not (yet) indicated"),
        Text("Nog open", "Still open"),
    )
    table = Table(
        caption=Text("Opgegeven tegenover aangewezen toetsen", "Declared against indicated tests").to(language),
        columns=tuple(text.to(language) for text in columns),
        rows=tuple(rows),
    )
    note = Text(
        "Aangewezen betekent: op grond van gegeven antwoorden. Wat nog open staat, telt hier niet als ‘niet nodig’.",
        "Indicated means: on the ground of given answers. What is still open does not count as “not needed” here.",
    ).to(language)
    title = Text("Opgegeven en aangewezen", "Declared and indicated").to(language)
    return Section(id="gap", title=title, blocks=(Paragraph((note,)), table))


def heatmap_section(lines: Sequence[Line], framework: Framework, language: Language, address: Address) -> Section:
    """Requirement × algorithm."""
    shown = [line for line in lines if line.requirements][:HEATMAP_ROWS]
    keys = list(dict.fromkeys(key for line in shown for key in line.requirements))
    titles = {key: framework.requirements[key].title.to(language) for key in keys if key in framework.requirements}
    markup = figures.heatmap(
        [(_key(line), _name(line, language)) for line in shown],
        [(key, key) for key in keys],
        {(_key(line), key): status for line in shown for key, status in line.requirements.items()},
        language,
        caption=Text("Stand per vereiste en algoritme", "Status per requirement and algorithm").to(language),
        labels={status.value: text.to(language) for status, text in vocabulary.REQUIREMENT.items()},
        links={_key(line): link for line in shown if (link := address(line))},
        titles=titles,
    )
    meaning = Text("Wat de codes betekenen", "What the codes mean").to(language)
    names = Pairs(tuple((key, (titles[key],)) for key in keys if key in titles))
    blocks: list[Block] = [Figure(markup), Fold(id="codes", title=meaning, blocks=(names,))]
    rest = sum(1 for line in lines if line.requirements) - len(shown)
    if rest > 0:
        said = Text(
            "Hier staan de eerste {n}; de tabel hieronder heeft ze alle.",
            "These are the first {n}; the table below has all.",
        )
        blocks.insert(0, Paragraph((said.format(n=len(shown)).to(language),), "note"))
    title = Text("Vereisten per algoritme", "Requirements per algorithm").to(language)
    return Section(id="heatmap", title=title, blocks=tuple(blocks))


def _key(line: Line) -> str:
    return line.file or line.id


def _name(line: Line, language: Language) -> str:
    return line.name or vocabulary.NAMELESS.to(language)


_LETTERS: Final = re.compile(r"\(([A-Z]{3,5})\)")
_COLUMNS: Final = (
    Text("Algoritme", "Algorithm"),
    Text("Organisatie", "Organisation"),
    Text("DPIA op de antwoorden", "DPIA on the answers"),
    Text("DPIA als de voorstellen kloppen", "DPIA if the proposals hold"),
    Text("Aangewezen, niet opgegeven", "Indicated, not declared"),
    Text("Hoogste risico", "Highest risk"),
    Text("Vereisten voldaan", "Requirements met"),
    Text("Verplicht open", "Mandatory open"),
    Text("Vraag eerst", "Ask first"),
)
FILTERS: Final = (1, 2, 3, 4, 5)
"""Columns of the table by whose values a reader may filter."""


def table_section(lines: Sequence[Line], framework: Framework, language: Language, address: Address) -> Section:
    """Every algorithm, each leading to its dossier."""
    table = Table(
        caption=Text("Alle algoritmes", "All algorithms").to(language),
        columns=tuple(text.to(language) for text in _COLUMNS),
        rows=tuple(_row(line, framework, language, address) for line in lines),
        filters=FILTERS,
    )
    return Section(id="table", title=Text("Alle algoritmes", "All algorithms").to(language), blocks=(table,))


def _row(line: Line, framework: Framework, language: Language, address: Address) -> tuple[Words, ...]:
    name = _linked(line, language, address)
    if line.error:
        name = (*name, Badge("error", Text("mislukt", "failed").to(language)), Muted(line.error))
    titles, names = framework.rules.titles, framework.scale.level_names
    asked = framework.rules.facts.get(line.next)
    risk = _level(line.highest, names, language) if line.highest else ()
    if not risk and line.highest_proposed:
        proposal = Text("voorstel: {l}", "proposal: {l}").format(l=names[Level(line.highest_proposed)])
        risk = (Muted(proposal.to(language)),)
    met = sum(
        status in {RequirementStatus.MET, RequirementStatus.NOT_APPLICABLE} for status in line.requirements.values()
    )
    return (
        name,
        (line.organisation,),
        _status(line.verdicts.get(_DPIA, ""), language),
        _status(line.proposed.get(_DPIA, ""), language),
        (", ".join(_short(titles[test].to(language)) for test in line.missing if test in titles),),
        risk,
        (f"{met}/{len(line.requirements)}" if line.requirements else "",),
        (str(line.mandatory) if line.verdicts else "",),
        (asked.question.to(language) if asked else "",),
    )


def _short(title: str) -> str:
    """A test by its letters, as everybody calls it; by its title where it has none."""
    found = _LETTERS.search(title)
    return found[1] if found else title


def _linked(line: Line, language: Language, address: Address) -> Words:
    where = address(line)
    name = _name(line, language)
    return (Link(name, where) if where else name,)


def _status(status: str, language: Language) -> Words:
    return (Badge(status, vocabulary.STATUS[Status(status)].to(language)),) if status else ()


def _level(level: str, names: Mapping[Level, Text], language: Language) -> Words:
    return (Badge(level, names[Level(level)].to(language)),)


def lists_section(lines: Sequence[Line], language: Language, address: Address) -> Section:
    """Behind every number the algorithms that it counts."""
    shown = [*_NUMBERS, *([_FAILED] if any(line.error for line in lines) else [])]
    parts = tuple(_list(key, text, filter(chosen, lines), language, address) for key, text, chosen, _ in shown)
    return Section(
        id="lists", title=Text("Lijsten achter de getallen", "Lists behind the numbers").to(language), parts=parts
    )


def _list(key: str, text: Text, lines: Iterable[Line], language: Language, address: Address) -> Section:
    items = tuple((*_linked(line, language, address), Muted(line.organisation)) for line in lines)
    name = text.to(language)
    heading = f"{name[:1].upper()}{name[1:]} ({len(items)})"
    none = Paragraph((Muted(Text("geen", "none").to(language)),))
    return Section(id=f"list-{key}", title=heading, blocks=(Bullets(items) if items else none,))
