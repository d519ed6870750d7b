"""Reading a checkout of MinBZK/Algoritmekader: all topics, with every fault in it reported.

The order of pages and the tables of a topic follow the rule by which the framework's own site builds them: files in
the order of MkDocs, and for a marker such as `<!-- list_maatregelen onderwerp/data … -->` every page whose front
matter has that value in that field.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from kader.errors import FrameworkError, Problem
from kader.framework import checkout, citations, fields, frontmatter, pages, wording
from kader.framework.fields import Report
from kader.framework.model import Framework, Phase, Role, Topic, TopicTable
from kader.framework.pages import SECTIONS, SITE_URL, Kind, Page
from kader.text import Language, Text

PHASES: Final = "levenscyclus"
ROLES: Final = "rollen"
TOPICS: Final = "onderwerp"

_VOCABULARY: Final[Mapping[str, frozenset[str]]] = {
    "soort-toepassing": frozenset(
        ("ai-systeem", "ai-systeem-voor-algemene-doeleinden", "ai-model-voor-algemene-doeleinden", "geen-algoritme")
    ),
    "risicogroep": frozenset(
        (
            "verboden-ai",
            "hoog-risico-ai-systeem",
            "geen-hoog-risico-ai-systeem",
            "uitzondering-van-toepassing",
            "niet-van-toepassing",
        )
    ),
    "rol-ai-act": frozenset(("aanbieder", "gebruiksverantwoordelijke", "importeur", "distributeur")),
    "transparantieverplichting": frozenset(
        ("transparantieverplichting", "geen-transparantieverplichting", "niet-van-toepassing")
    ),
    "systeemrisico": frozenset(("systeemrisico", "geen-systeemrisico", "niet-van-toepassing")),
    "open-source": frozenset(("open-source", "geen-open-source", "niet-van-toepassing")),
}
_EXCEPTION: Final = "uitzondering"

_PLAIN: Final = frozenset(
    ("title", "id", "toelichting", "hide", "sources", "status_vereiste", "status", "search", "template", "description")
)
_LISTS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.REQUIREMENT: (PHASES, ROLES, TOPICS, *_VOCABULARY, _EXCEPTION),
    Kind.MEASURE: (PHASES, ROLES, TOPICS, "vereiste"),
    Kind.INSTRUMENT: (PHASES, ROLES, TOPICS, "vereiste", "maatregel", "categorie"),
}
_OPTIONAL: Final = frozenset((_EXCEPTION, "vereiste", "maatregel", "categorie"))
_URN: Final = {Kind.REQUIREMENT: "urn:nl:ak:ver:", Kind.MEASURE: "urn:nl:ak:mtr:"}

_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_MARKER: Final = re.compile(r"<!-- list_(vereisten|maatregelen|hulpmiddelen)([^\n]*?) -->", re.IGNORECASE)
_BUTTON: Final = re.compile(r"\[[^\[\]\n]{1,300}\]\(([^()\n]{1,2000})\)\{[^{}\n]{0,100}button\b")
_HEADING: Final = re.compile(r"^# +(.+?) *$", re.MULTILINE)
_PHASE: Final = re.compile(r"Fase (\d{1,2})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Raw:
    """A page as read, with the front matter that the tables of the site look at."""

    page: Page
    values: Mapping[str, Any]
    links: Mapping[str, tuple[str, ...]]  # field → stems of pages


def read(path: object, language: Language = Language.NL, *, site_url: str = SITE_URL) -> Framework:
    """The framework of a checkout; what is broken in it stands in `problems`.

    Args:
        path: the folder of the checkout, the one that contains `docs`.
        language: in which texts are preferred.
        site_url: address of the site that was built from it; links lead there.

    Raises:
        FrameworkError: the folder is no checkout of the framework.
    """
    from kader.framework import risks, rules

    root = _root(path)
    report = Report()
    words = wording.read()
    phases, roles, topics, markers = _vocabulary(root, site_url, report)
    vocabulary = {
        PHASES: frozenset(each.slug for each in phases),
        ROLES: frozenset(each.slug for each in roles),
        TOPICS: frozenset(each.slug for each in topics),
        **_VOCABULARY,
    }
    raws = _resolved(_unique(list(_raws(root, vocabulary, site_url, report)), report), report)
    chapter = pages.linked([raw.page for raw in raws], words, site_url)
    tables = _tables(markers, raws, report)
    commit, tag = checkout.revision(root)
    return Framework(
        name="Algoritmekader",
        version=tag or _stated_version(root, report),
        commit=commit,
        site_url=site_url,
        language=language,
        phases=phases,
        roles=roles,
        topics=topics,
        requirements=chapter.requirements,
        measures=chapter.measures,
        instruments=chapter.instruments,
        tables=tables,
        rules=rules.read(),
        risks=risks.read_catalogue(),
        scale=risks.read_scale(),
        processing=wording.read_processing(),
        laws=words.laws,
        problems=tuple(report.problems),
    )


def _root(path: object) -> Path:
    # `path` may be anything that names a folder; what does not is refused by `fspath` itself.
    root = Path(os.fspath(path))  # type: ignore[call-overload]
    if not any((root / "docs" / SECTIONS / kind).is_dir() for kind in Kind):
        raise FrameworkError(
            Problem(
                Text(
                    "Dit is geen kopie van het Algoritmekader: de map docs/{section} ontbreekt.",
                    "This is no copy of the Algoritmekader: the folder docs/{section} is missing.",
                ).format(section=SECTIONS),
                str(root),
                Text(
                    "Haal de kopie met: git clone https://github.com/MinBZK/Algoritmekader",
                    "Get a copy with: git clone https://github.com/MinBZK/Algoritmekader",
                ),
            )
        )
    return root


def _files(root: Path, folder: str, report: Report) -> Iterator[tuple[str, str]]:
    """Path below the folder (without `.md`) and text of every page in it, in the site's order."""
    base = root / "docs" / folder
    if not base.is_dir():
        report.add(Text("de map ontbreekt.", "the folder is missing."), f"docs/{folder}")
        return
    for entry, closed in checkout.walk(base):
        name = entry.relative_to(root).as_posix()
        if name.endswith("/index.md"):
            continue
        text, fault = ("", closed) if closed else checkout.text(entry)
        if fault:
            report.add(fault, name, remedy=Text("De pagina is overgeslagen.", "The page was left out."))
        else:
            yield entry.relative_to(base).as_posix().removesuffix(".md"), text


def _vocabulary(
    root: Path, site_url: str, report: Report
) -> tuple[tuple[Phase, ...], tuple[Role, ...], tuple[Topic, ...], Mapping[str, Sequence[tuple[str, str]]]]:
    """Phases, roles and topics with the tables that each topic's page asks for."""
    words = wording.read()
    phases: list[Phase] = []
    for slug, title, heading, _ in _simple(root, PHASES, report):
        number = _PHASE.match(heading) or _PHASE.match(title)
        if number:  # the page about the life cycle as a whole is none
            url = f"{site_url}{PHASES}/{slug}/"
            phases.append(
                Phase(slug=slug, title=words.title(title), heading=words.title(heading), url=url, number=int(number[1]))
            )
    roles = tuple(
        Role(slug=slug, title=words.title(title), url=f"{site_url}{ROLES}/{slug}/")
        for slug, title, _, _ in _simple(root, ROLES, report)
    )
    topics: list[Topic] = []
    markers: dict[str, Sequence[tuple[str, str]]] = {}
    for slug, title, _, body in _simple(root, "onderwerpen", report):
        topics.append(Topic(slug=slug, title=words.title(title), url=f"{site_url}onderwerpen/{slug}/"))
        markers[slug] = [(kind.lower(), (options.split() or [""])[0]) for kind, options in _MARKER.findall(body)]
    return tuple(sorted(phases, key=lambda phase: phase.number)), roles, tuple(topics), markers


def _simple(root: Path, folder: str, report: Report) -> Iterator[tuple[str, str, str, str]]:
    """Slug, title, heading and body of the pages of a folder."""
    for path, text in _files(root, folder, report):
        file = f"docs/{folder}/{path}.md"
        matter = frontmatter.split(text)
        for name, what in matter.faults:
            report.add(what, file, name)
        heading = _first_heading(matter.body)
        title = _title(matter, path, file, report)
        yield path.rsplit("/", 1)[-1], title, heading or title, matter.body


def _first_heading(body: str) -> str:
    found = _HEADING.search(body)
    return found[1] if found else ""


def _title(matter: frontmatter.Matter, path: str, file: str, report: Report) -> str:
    title = matter.values.get("title")
    if isinstance(title, str) and title.strip():
        return title.strip()
    if matter.values:
        report.add(Text("de titel ontbreekt.", "the title is missing."), file, "title")
    return _first_heading(matter.body) or path.rsplit("/", 1)[-1]


def _raws(root: Path, vocabulary: Mapping[str, frozenset[str]], site_url: str, report: Report) -> Iterator[_Raw]:
    for kind in Kind:
        for path, text in _files(root, f"{SECTIONS}/{kind}", report):
            base = pages.page_url(kind, quote(path), site_url).removesuffix("/").rpartition("/")[0] + "/"
            yield _raw(kind, path, text, vocabulary=vocabulary, base=base, report=report)


def _raw(
    kind: Kind, path: str, text: str, *, vocabulary: Mapping[str, frozenset[str]], base: str, report: Report
) -> _Raw:
    """One page of the framework, with all that is wrong in it reported."""
    file = f"docs/{SECTIONS}/{kind}/{path}.md"
    stem = path.rsplit("/", 1)[-1]
    matter = frontmatter.split(text)
    for name, what in matter.faults:
        report.add(what, file, name)
    _report_unknown(matter.values, kind, file, report)
    broken = not matter.values
    lists = {
        name: ()
        if broken
        else fields.texts(
            matter.values, name, file, report, vocabulary=vocabulary.get(name), optional=name in _OPTIONAL
        )
        for name in _LISTS[kind]
    }
    page_id = (
        stem
        if kind is Kind.INSTRUMENT
        else fields.page_id(matter.values, _URN[kind], stem, file, None if broken else report)
    )
    body = _COMMENT.sub("", matter.body)
    button = _BUTTON.search(body) if kind is Kind.INSTRUMENT else None
    for url in citations.refused_links(body):
        report.add(
            Text("{url} is geen webadres.", "{url} is no web address.").format(url=fields.shown(url)),
            file,
            remedy=Text("De koppeling is weggelaten.", "The link was left out."),
        )
    urn = matter.values.get("id")
    page = Page(
        kind=kind,
        id=page_id,
        path=path,
        title=_title(matter, path, file, report),
        urn=urn if isinstance(urn, str) and kind in _URN else "",
        phases=lists[PHASES],
        roles=lists[ROLES],
        topics=lists[TOPICS],
        labels={name: lists[name] for name in (*_VOCABULARY, _EXCEPTION) if lists.get(name)},
        sources=citations.read_sources(body, base) if kind is not Kind.INSTRUMENT else (),
        instruments_on_page=f"list_hulpmiddelen vereiste/{stem} " in matter.body,
        audit=fields.audit(matter.values, file, report) if kind is Kind.MEASURE else {},
        category=lists.get("categorie", ()),
        external_url=citations.absolute(button[1], base) if button else "",
    )
    links: dict[str, tuple[str, ...]] = {name: lists[name] for name in ("vereiste", "maatregel") if name in lists}
    return _Raw(page=page, values=matter.values, links=links)


def _report_unknown(values: Mapping[str, Any], kind: Kind, file: str, report: Report) -> None:
    for name in values:
        if name not in _PLAIN and name not in _LISTS[kind]:
            report.add(
                Text("dit veld kent het Algoritmekader niet.", "the Algoritmekader knows no such field."),
                file,
                name[:80],
                Text("Wat erin staat is niet gelezen.", "What is in it was not read."),
            )


def _unique(raws: Sequence[_Raw], report: Report) -> list[_Raw]:
    """Every page with an id of its own: the second with the same id goes by its file name."""
    taken: dict[tuple[Kind, str], str] = {}
    unique: list[_Raw] = []
    for raw in raws:
        page = raw.page
        first = taken.get((page.kind, page.id))
        if first:
            other = page.path if (page.kind, page.stem) in taken else page.stem
            report.add(
                Text("het id {id} hoort al bij {first}.", "the id {id} already belongs to {first}.").format(
                    id=repr(page.id), first=first
                ),
                page.file,
                "id",
                Text("Gelezen als {id}.", "Read as {id}.").format(id=repr(other)),
            )
            page = replace(page, id=other)
        taken[page.kind, page.id] = page.file
        unique.append(replace(raw, page=page))
    return unique


_TARGETS: Final = {"vereiste": Kind.REQUIREMENT, "maatregel": Kind.MEASURE}


def _resolved(raws: Sequence[_Raw], report: Report) -> list[_Raw]:
    """Links by file name become links by id; those that point nowhere are reported."""
    by_stem = {(raw.page.kind, raw.page.stem): raw.page.id for raw in reversed(raws)}
    resolved = []
    for raw in raws:
        found: dict[str, list[str]] = {"vereiste": [], "maatregel": []}
        for name, stems in raw.links.items():
            for stem in stems:
                target = by_stem.get((_TARGETS[name], stem))
                if target is None:
                    report.add(
                        Text(
                            "{stem} verwijst naar een pagina die er niet is.",
                            "{stem} points to a page that is not there.",
                        ).format(stem=fields.shown(stem)),
                        raw.page.file,
                        name,
                    )
                else:
                    found[name].append(target)
        page = replace(raw.page, requirements=tuple(found["vereiste"]), measures=tuple(found["maatregel"]))
        resolved.append(replace(raw, page=page))
    return resolved


def _tables(
    markers: Mapping[str, Sequence[tuple[str, str]]], raws: Sequence[_Raw], report: Report
) -> dict[str, TopicTable]:
    """Topic → its three tables, as the site fills the markers on the topic's page."""
    tables = {}
    for topic, marked in markers.items():
        rows = {kind: _rows(kind, topic, marked, raws, report) for kind in Kind}
        tables[topic] = TopicTable(
            requirements=rows[Kind.REQUIREMENT], measures=rows[Kind.MEASURE], instruments=rows[Kind.INSTRUMENT]
        )
    return tables


def _rows(
    kind: Kind, topic: str, markers: Sequence[tuple[str, str]], raws: Sequence[_Raw], report: Report
) -> tuple[str, ...]:
    """The ids in one table; where the page has no marker for it, the pages that carry the topic."""
    criteria = [criterion for marked, criterion in markers if marked == kind] or [f"{TOPICS}/{topic}"]
    rows = tuple(
        raw.page.id
        for raw in raws
        if raw.page.kind == kind and any(_chosen(raw.values, criterion) for criterion in criteria)
    )
    if rows and not any(marked == kind for marked, _ in markers):
        report.add(
            Text(
                "de pagina toont geen tabel met {kind}, maar er horen er {n} bij dit onderwerp.",
                "the page shows no table of {kind}, but {n} belong to this topic.",
            ).format(kind=kind.value, n=len(rows)),
            f"docs/onderwerpen/{topic}.md",
            f"list_{kind}",
        )
    return rows


def _chosen(values: Mapping[str, Any], criterion: str) -> bool:
    """Whether a page meets a marker's `field/value`; any other criterion chooses every page."""
    name, slash, value = criterion.partition("/")
    if not slash or "/" in value:
        return True
    found = values.get(name, ())
    return value in found if isinstance(found, (str, list, dict)) else False


def _stated_version(root: Path, report: Report) -> str:
    file = root / "docs" / "version.md"
    if not file.exists():
        return "development"
    text, fault = checkout.text(file)
    if fault:
        report.add(fault, "docs/version.md")
    lines = [line.strip() for line in frontmatter.split(text).body.splitlines()]
    stated = next((line for line in lines if line and not line.startswith("#")), "")
    return stated.removeprefix("v") if re.fullmatch(r"[\w.+-]{1,40}", stated) else "development"
