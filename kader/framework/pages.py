"""Pages of the framework as records, and how they are put together into linked values.

Both the bundled data and a checkout are read into `Page` records; everything that follows from a record (links,
urns, the reverse of a link, the tables of a topic) is worked out here once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kader.framework.model import (
    PRIVACY_TOPIC,
    Instrument,
    Measure,
    Requirement,
    Source,
    TopicTable,
)
from kader.framework.wording import Wording

SITE_URL: Final = "https://minbzk.github.io/Algoritmekader/"
SECTIONS: Final = "voldoen-aan-wetten-en-regels"


class Kind(StrEnum):
    """A kind of page; the value is the name of its folder."""

    REQUIREMENT = "vereisten"
    MEASURE = "maatregelen"
    INSTRUMENT = "hulpmiddelen"


LAW_TITLES: Final = {
    "aia": "AI-verordening",
    "arc": "Archiefwet",
    "aut": "Auteursrecht",
    "avg": "Algemene Verordening Gegevensbescherming",
    "awb": "Algemene wet bestuursrecht",
    "bio": "Baseline Informatiebeveiliging Overheid",
    "bzk": "BZK/Algoritmeregister",
    "dat": "Databankenwet",
    "grw": "Grondwet",
    "woo": "Wet open overheid",
}
"""How the site names the law that the first letters of a requirement's id stand for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one page of the framework states, before it is linked to the others.

    Attributes:
        path: of the file, below the kind's folder and without `.md`; the last part is the stem others link to.
        requirements, measures: ids that the page's own front matter names.
        instruments: ids of instruments that name this page; None when they follow from the other pages.
    """

    kind: Kind
    id: str
    path: str
    title: str
    urn: str = ""
    phases: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    requirements: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    instruments: tuple[str, ...] | None = None
    instruments_on_page: bool = False
    audit: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    category: tuple[str, ...] = ()
    external_url: str = ""

    @property
    def file(self) -> str:
        """Where the page's file is in the framework's repository."""
        return f"docs/{SECTIONS}/{self.kind}/{self.path}.md"

    @property
    def stem(self) -> str:
        """The name by which other pages link to it."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Linked pages: requirements, measures and instruments by id."""

    requirements: Mapping[str, Requirement]
    measures: Mapping[str, Measure]
    instruments: Mapping[str, Instrument]

    def table(self, topic: str) -> TopicTable:
        """The three tables of a topic when each lists the pages that carry the topic."""
        return TopicTable(
            requirements=tuple(r.id for r in self.requirements.values() if topic in r.topics),
            measures=tuple(m.id for m in self.measures.values() if topic in m.topics),
            instruments=tuple(i.id for i in self.instruments.values() if topic in i.topics),
        )


def page_url(kind: Kind, path: str, site_url: str = SITE_URL) -> str:
    """A page's address as running text uses it.

    >>> page_url(Kind.INSTRUMENT, "DPIA")
    'https://minbzk.github.io/Algoritmekader/voldoen-aan-wetten-en-regels/hulpmiddelen/DPIA/'
    """
    folder, _, stem = f"{SECTIONS}/{kind}/{path}".rpartition("/")
    return f"{site_url}{folder}/" if stem == "README" else f"{site_url}{folder}/{stem}/"


def linked(pages: Iterable[Page], wording: Wording, site_url: str = SITE_URL) -> Chapter:
    """Put pages together: what is linked both ways is worked out, our own wording is added.

    Args:
        pages: in the order of the site; ids are unique per kind.
        wording: our summaries, questions and English titles.
        site_url: where the site stands.
    """
    by_kind: dict[Kind, list[Page]] = {kind: [] for kind in Kind}
    for page in pages:
        by_kind[page.kind].append(page)
    generic = _generic(by_kind[Kind.REQUIREMENT], by_kind[Kind.MEASURE])
    return Chapter(
        requirements={
            page.id: _requirement(
                page,
                _naming(page.id, by_kind[Kind.MEASURE], "requirements"),
                _naming(page.id, by_kind[Kind.INSTRUMENT], "requirements"),
                wording,
                site_url,
            )
            for page in by_kind[Kind.REQUIREMENT]
        },
        measures={
            page.id: _measure(
                page,
                _naming(page.id, by_kind[Kind.INSTRUMENT], "measures"),
                page.id in generic,
                wording,
                site_url,
            )
            for page in by_kind[Kind.MEASURE]
        },
        instruments={page.id: _instrument(page, wording, site_url) for page in by_kind[Kind.INSTRUMENT]},
    )


def _naming(page_id: str, pages: Sequence[Page], link: str) -> tuple[str, ...]:
    """The pages whose front matter names this id."""
    return tuple(page.id for page in pages if page_id in getattr(page, link))


def _generic(requirements: Sequence[Page], measures: Sequence[Page]) -> Collection[str]:
    """Procurement measures linked to half of the privacy requirements or more: they mitigate nothing specific."""
    privacy = {page.id for page in requirements if PRIVACY_TOPIC in page.topics}
    return {
        page.id
        for page in measures
        if privacy and "publieke-inkoop" in page.topics and 2 * len(privacy & {*page.requirements}) >= len(privacy)
    }


def _requirement(
    page: Page, measures: tuple[str, ...], instruments: tuple[str, ...], wording: Wording, site_url: str
) -> Requirement:
    law = page.id.partition("-")[0]
    url = page_url(page.kind, page.path, site_url)
    own = wording.requirements.get(page.id) if PRIVACY_TOPIC in page.topics else None
    return Requirement(
        id=page.id,
        urn=page.urn or f"urn:nl:ak:ver:{page.id}",
        slug=page.stem,
        file=page.file,
        title=wording.title(page.title),
        url=f"{url}index.html",
        page_url=url,
        phases=page.phases,
        roles=page.roles,
        topics=page.topics,
        law=law,
        law_title=LAW_TITLES.get(law, law.upper()),
        ai_act_labels=page.labels,
        sources=page.sources,
        measures=measures,
        instruments=instruments,
        instruments_shown_on_page=page.instruments_on_page,
        **(own.fields() if own else {}),
    )


def _measure(page: Page, instruments: tuple[str, ...], generic: bool, wording: Wording, site_url: str) -> Measure:
    url = page_url(page.kind, page.path, site_url)
    own = wording.measures.get(page.id)
    if own and own.page != page.stem:
        own = None
    return Measure(
        id=page.id,
        urn=page.urn or f"urn:nl:ak:mtr:{page.id}",
        slug=page.stem,
        file=page.file,
        title=wording.title(page.title),
        url=f"{url}index.html",
        page_url=url,
        phases=page.phases,
        roles=page.roles,
        topics=page.topics,
        phase_prefix=int(page.stem[0]) if page.stem[:1].isdecimal() and page.stem[:1].isascii() else -1,
        requirements=page.requirements,
        instruments=instruments if page.instruments is None else page.instruments,
        audit=page.audit,
        sources=page.sources,
        generic=generic,
        **(own.fields() if own else {}),
    )


def _instrument(page: Page, wording: Wording, site_url: str) -> Instrument:
    url = page_url(page.kind, page.path, site_url)
    return Instrument(
        id=page.id,
        slug=page.stem,
        file=page.file,
        title=wording.title(page.title),
        url=f"{url}index.html",
        page_url=url,
        phases=page.phases,
        roles=page.roles,
        topics=page.topics,
        category=page.category,
        external_url=page.external_url,
        requirements=page.requirements,
        measures=page.measures,
    )
