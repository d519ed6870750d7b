"""One algorithm on one line: what a table of many, and a portfolio, need to know of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from kader.analysis import vocabulary
from kader.analysis.findings import Findings, RequirementStatus, Status, Verdict
from kader.assessment.model import Assessment
from kader.framework.bundled import VERSIONS
from kader.framework.model import Framework
from kader.framework.risks import Level
from kader.report import words
from kader.text import Language, Text, day_in_words

TESTS: Final = ("dpia", "iama", "fria", "dtia", "kia")
"""Verdicts that ask for an impact test; the first is the one that the law leans on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One algorithm in ids and numbers; the words are chosen when it is shown.

    Attributes:
        id: of the dossier; file: safe name of its files, without ending.
        place: where in the register file it stands.
        verdicts: verdict id → status on the answers; proposed: the same if the proposals hold.
        could_rise: ids of verdicts that open answers may still make required.
        later: verdict id → first day (ISO) of a duty that does not hold yet; later_proposed: if the proposals hold.
        basis: verdict id → the articles it rests on, in Dutch and in English.
        open_questions: facts without an answer; next: the one to ask first.
        declared: impact tests that the register declares; not_done: declared as not done.
        indicated: tests that are required or recommended on the answers; missing: of those, not declared.
        highest: worst risk as it stands; highest_planned: once the planned measures work; highest_proposed: as
            proposed. Empty while nothing is scored.
        requirements: requirement id → status.
        gaps, mandatory: numbers; overdue: number of actions that are late.
        complete: nothing mandatory is open.
        error: what went wrong, when this algorithm failed.
    """

    id: str
    name: str = ""
    organisation: str = ""
    file: str = ""
    place: str = ""
    status: str = ""
    category: str = ""
    verdicts: Mapping[str, str] = field(default_factory=dict)
    proposed: Mapping[str, str] = field(default_factory=dict)
    could_rise: tuple[str, ...] = ()
    later: Mapping[str, str] = field(default_factory=dict)
    later_proposed: Mapping[str, str] = field(default_factory=dict)
    basis: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    open_questions: int = 0
    next: str = ""
    declared: tuple[str, ...] = ()
    not_done: tuple[str, ...] = ()
    indicated: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    highest: str = ""
    highest_planned: str = ""
    highest_proposed: str = ""
    requirements: Mapping[str, str] = field(default_factory=dict)
    gaps: int = 0
    mandatory: int = 0
    overdue: int = 0
    complete: bool = False
    error: str = ""

    def count(self, status: RequirementStatus) -> int:
        """How many requirements have this status."""
        return sum(given == status for given in self.requirements.values())

    def as_data(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Line:
        """From plain JSON values; what is not known is left out."""
        known = {item.name for item in fields(cls)}
        plain: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in data.items() if key in known
        }
        plain["basis"] = {key: tuple(value) for key, value in plain.get("basis", {}).items()}
        return cls(**plain)


def framework_of(assessment: Assessment, language: Language | str = Language.NL) -> Framework:
    """The bundled framework that an assessment was made with; the newest when that one is not bundled."""
    version = assessment.meta.framework_version
    return Framework.bundled(version if version in VERSIONS else VERSIONS[-1], language)


def summarise(assessment: Assessment, findings: Findings, *, file: str = "") -> Line:
    """The line of one assessment."""
    algorithm = assessment.algorithm
    verdicts = findings.prescan.verdicts
    indicated = tuple(
        id for id in TESTS if id in verdicts and verdicts[id].status in {Status.REQUIRED, Status.RECOMMENDED}
    )
    declared = tuple(algorithm.assessments)
    known = {name.casefold() for name in declared}
    if assessment.decisions.dpia_reference or assessment.decisions.dpia_date:
        known.add("dpia")
    return Line(
        id=assessment.meta.id,
        name=algorithm.name,
        organisation=algorithm.organisation,
        file=file,
        place=assessment.meta.origin.place if assessment.meta.origin else "",
        status=algorithm.status or "",
        category=algorithm.publication_category or "",
        verdicts={id: verdict.status.value for id, verdict in verdicts.items()},
        proposed={id: verdict.status.value for id, verdict in findings.if_proposed.verdicts.items()}
        if findings.if_proposed
        else {},
        could_rise=tuple(id for id, verdict in verdicts.items() if verdict.could_rise),
        later=_later(verdicts),
        later_proposed=_later(findings.if_proposed.verdicts) if findings.if_proposed else {},
        basis={
            id: _cites(verdict.reasons)
            for id, verdict in verdicts.items()
            if any(reason.cite for reason in verdict.reasons)
        },
        open_questions=len(findings.prescan.open_facts),
        next=findings.prescan.next,
        declared=declared,
        not_done=tuple(algorithm.not_done),
        indicated=indicated,
        missing=tuple(id for id in indicated if id not in known),
        highest=findings.highest.value if findings.highest else "",
        highest_planned=findings.highest_planned.value if findings.highest_planned else "",
        highest_proposed=findings.highest_proposed.value if findings.highest_proposed else "",
        requirements={id: finding.status.value for id, finding in findings.requirements.items()},
        gaps=len(findings.gaps),
        mandatory=sum(gap.mandatory for gap in findings.gaps),
        overdue=sum(action.overdue for action in findings.actions),
        complete=findings.complete,
    )


def _later(verdicts: Mapping[str, Verdict]) -> dict[str, str]:
    return {id: verdict.required_from.isoformat() for id, verdict in verdicts.items() if verdict.required_from}


def _cites(reasons: Any) -> tuple[str, str]:
    cites = list(dict.fromkeys(reason.cite for reason in reasons if reason.cite))
    return "; ".join(cite.nl for cite in cites), "; ".join(cite.en for cite in cites)


Cell = str | int
"""What stands in a cell of the table."""


def columns(framework: Framework) -> dict[str, Text]:
    """The columns of the table of many: id → heading."""
    titles = framework.rules.titles
    heads = {
        "id": Text("Dossier", "Dossier"),
        "name": Text("Algoritme", "Algorithm"),
        "organisation": Text("Organisatie", "Organisation"),
        "place": Text("Plaats in het register", "Place in the register"),
        "status": Text("Status", "Status"),
        "category": Text("Categorie", "Category"),
    }
    for id, title in titles.items():
        heads[f"verdict_{id}"] = Text("{t}: op de antwoorden", "{t}: on the answers").format(t=title)
        heads[f"proposed_{id}"] = Text("{t}: als de voorstellen kloppen", "{t}: if the proposals hold").format(t=title)
        heads[f"basis_{id}"] = Text("{t}: grondslag", "{t}: basis").format(t=title)
    return heads | _MORE


_MORE: Final = {
    "could_rise": Text("Kan nog verplicht worden", "May still become required"),
    "open_questions": Text("Open vragen", "Open questions"),
    "next": Text("Vraag eerst", "Ask first"),
    "declared": Text("Opgegeven toetsen", "Declared impact tests"),
    "not_done": Text("Opgegeven als niet gedaan", "Declared as not done"),
    "indicated": Text("Aangewezen toetsen", "Indicated impact tests"),
    "missing": Text("Aangewezen, niet opgegeven", "Indicated, not declared"),
    "highest": Text("Hoogste gescoorde risico nu", "Highest scored risk now"),
    "highest_planned": Text("Hoogste risico na geplande maatregelen", "Highest risk after planned measures"),
    "highest_proposed": Text("Hoogste voorgestelde risico", "Highest proposed risk"),
    "met": Text("Vereisten voldaan", "Requirements met"),
    "partly": Text("Vereisten deels voldaan", "Requirements partly met"),
    "not_met": Text("Vereisten niet voldaan", "Requirements not met"),
    "not_applicable": Text("Vereisten niet van toepassing", "Requirements not applicable"),
    "open": Text("Vereisten open", "Requirements open"),
    "gaps": Text("Hiaten", "Gaps"),
    "mandatory": Text("Waarvan verplicht", "Of which mandatory"),
    "overdue": Text("Acties te laat", "Actions overdue"),
    "complete": Text("Niets verplichts open", "Nothing mandatory open"),
    "error": Text("Fout", "Error"),
}


def cells(line: Line, framework: Framework, language: Language | str) -> dict[str, Cell]:
    """A line in words, by column."""
    row: dict[str, Cell] = {
        "id": line.id,
        "name": line.name,
        "organisation": line.organisation,
        "place": line.place,
        "status": words.ALGORITHM_STATUS[line.status or None].to(language),
        "category": words.CATEGORY[line.category or None].to(language),
    }
    if line.error:  # nothing was worked out: empty cells, for a nought would be a finding
        return row | dict.fromkeys(set(columns(framework)) - set(row), "") | {"error": line.error}
    named = _titles(framework, language)
    nl = Language(language) is Language.NL
    for id in framework.rules.titles:
        row[f"verdict_{id}"] = _verdict(line.verdicts.get(id, ""), line.later.get(id, ""), language)
        row[f"proposed_{id}"] = _verdict(line.proposed.get(id, ""), line.later_proposed.get(id, ""), language)
        row[f"basis_{id}"] = line.basis.get(id, ("", ""))[0 if nl else 1]
    asked = framework.rules.facts.get(line.next)
    row |= {
        "could_rise": named(line.could_rise),
        "open_questions": line.open_questions,
        "next": asked.question.to(language) if asked else "",
        "declared": ", ".join(line.declared),
        "not_done": ", ".join(line.not_done),
        "indicated": named(line.indicated),
        "missing": named(line.missing),
        "highest": level_word(line.highest, framework, language),
        "highest_planned": level_word(line.highest_planned, framework, language),
        "highest_proposed": level_word(line.highest_proposed, framework, language),
        **{status.value: line.count(status) for status in RequirementStatus},
        "gaps": line.gaps,
        "mandatory": line.mandatory,
        "overdue": line.overdue,
        "complete": (Text("ja", "yes") if line.complete else Text("nee", "no")).to(language),
        "error": line.error,
    }
    return row


def _verdict(status: str, later: str, language: Language | str) -> str:
    said = status_word(status, language)
    if not later:
        return said
    day = day_in_words(dt.date.fromisoformat(later))
    return Text("{said}; geldt vanaf {day}", "{said}; applies from {day}").format(said=said, day=day).to(language)


def _titles(framework: Framework, language: Language | str) -> Callable[[tuple[str, ...]], str]:
    titles = framework.rules.titles

    def named(ids: tuple[str, ...]) -> str:
        return ", ".join(titles[id].to(language) if id in titles else id for id in ids)

    return named


def status_word(status: str, language: Language | str) -> str:
    """The word for a verdict's status; empty for none."""
    return vocabulary.STATUS[Status(status)].to(language) if status else ""


def level_word(level: str, framework: Framework, language: Language | str) -> str:
    """The word for a level; says that nothing is scored when there is none."""
    if not level:
        return Text("niet gescoord", "not scored").to(language)
    return framework.scale.level_names[Level(level)].to(language)


def failed(id: str, error: str, *, name: str = "", organisation: str = "", file: str = "", place: str = "") -> Line:
    """The line of an algorithm that could not be worked out: it stays in every table, with what went wrong."""
    return Line(id=id, name=name, organisation=organisation, file=file, place=place, error=error)
