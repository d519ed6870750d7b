"""The privacy chapter that ships with kader, put together from the data files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from kader import shipped
from kader.errors import FrameworkError, Problem
from kader.framework import pages, wording
from kader.framework.documents import load
from kader.framework.model import Framework, Phase, Reference, Role, Source, Topic, TopicTable
from kader.framework.pages import Chapter, Kind, Page
from kader.text import Language, Text

VERSIONS: Final = ("2.2", "2.5.1")
"""The versions that are bundled, oldest first."""

_ALIASES: Final = {"2.2.2": "2.2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledChapter(Chapter):
    """The facts of one version, with our wording, without rules and risks."""

    name: str
    version: str
    commit: str
    site_url: str
    phases: tuple[Phase, ...]
    roles: tuple[Role, ...]
    topics: tuple[Topic, ...]
    tables: Mapping[str, TopicTable]
    elsewhere: Mapping[str, Reference]


@cache
def read(version: str = VERSIONS[-1], language: Language = Language.NL) -> Framework:
    """The framework of one version with rules, risks and scale.

    Raises:
        FrameworkError: no such version is bundled.
    """
    framework = _framework(_known(version))
    return framework if framework.language is language else replace(framework, language=language)


@cache
def read_chapter(version: str = VERSIONS[-1]) -> BundledChapter:
    """The facts and wording of one version.

    Raises:
        FrameworkError: no such version is bundled.
    """
    data = load(shipped.data(f"framework/{_known(version)}.yaml"))
    words, site_url = wording.read(), data["site_url"]
    chapter = pages.linked([_page(kind, entry) for kind, key in _KEYS.items() for entry in data[key]], words, site_url)
    return BundledChapter(
        requirements=chapter.requirements,
        measures=chapter.measures,
        instruments=chapter.instruments,
        name=data["name"],
        version=data["version"],
        commit=data["commit"],
        site_url=site_url,
        phases=tuple(
            Phase(
                slug=entry["slug"],
                title=words.title(entry["title"]),
                heading=words.title(entry["heading"]),
                url=f"{site_url}levenscyclus/{entry['slug']}/",
                number=entry["number"],
            )
            for entry in data["phases"]
        ),
        roles=tuple(
            Role(slug=entry["slug"], title=words.title(entry["title"]), url=f"{site_url}rollen/{entry['slug']}/")
            for entry in data["roles"]
        ),
        topics=tuple(
            Topic(slug=entry["slug"], title=words.title(entry["title"]), url=f"{site_url}onderwerpen/{entry['slug']}/")
            for entry in data["topics"]
        ),
        tables={data["topic"]: chapter.table(data["topic"])},
        elsewhere={
            entry["id"]: Reference(
                id=entry["id"],
                title=words.title(entry["title"]),
                url=pages.page_url(kind, entry.get("page", entry["id"]), site_url),
            )
            for kind, key in _KEYS.items()
            for entry in data["elsewhere"][key]
        },
    )


_KEYS: Final = {
    Kind.REQUIREMENT: "requirements",
    Kind.MEASURE: "measures",
    Kind.INSTRUMENT: "instruments",
}


def _known(version: str) -> str:
    version = _ALIASES.get(version, version)
    if version not in VERSIONS:
        known = ", ".join(VERSIONS)
        raise FrameworkError(
            Problem(
                Text(
                    "Versie {version} van het Algoritmekader zit niet in kader.",
                    "Version {version} of the Algoritmekader does not come with kader.",
                ).format(version=repr(version)),
                "",
                Text(
                    "Kies een van: {known}. Een andere versie leest u uit een kopie van de repository.",
                    "Choose one of: {known}. Any other version can be read from a copy of the repository.",
                ).format(known=known),
            )
        )
    return version


@cache
def _framework(version: str) -> Framework:
    from kader.framework import risks, rules

    chapter = read_chapter(version)
    return Framework(
        name=chapter.name,
        version=chapter.version,
        commit=chapter.commit,
        site_url=chapter.site_url,
        language=Language.NL,
        phases=chapter.phases,
        roles=chapter.roles,
        topics=chapter.topics,
        requirements=chapter.requirements,
        measures=chapter.measures,
        instruments=chapter.instruments,
        tables=chapter.tables,
        rules=rules.read(),
        risks=risks.read_catalogue(),
        scale=risks.read_scale(),
        processing=wording.read_processing(),
        laws=wording.read().laws,
        elsewhere=chapter.elsewhere,
    )


def _page(kind: Kind, entry: Mapping[str, Any]) -> Page:
    instruments = entry.get("instruments")
    return Page(
        kind=kind,
        id=entry["id"],
        path=entry.get("page", entry["id"]),
        title=entry["title"],
        phases=tuple(entry["phases"]),
        roles=tuple(entry["roles"]),
        topics=tuple(entry["topics"]),
        labels={label: tuple(values) for label, values in entry.get("ai_act", {}).items()},
        sources=tuple(_source(source) for source in entry.get("sources", ())),
        requirements=tuple(entry.get("requirements", ())),
        measures=tuple(entry.get("measures", ())),
        instruments=None if instruments is None else tuple(instruments),
        instruments_on_page=entry.get("instruments_on_page", False),
        audit={key: tuple(values) for key, values in entry.get("audit", {}).items()},
        category=tuple(entry.get("category", ())),
        external_url=entry.get("external_url", ""),
    )


def _source(entry: Mapping[str, Any]) -> Source:
    return Source(
        label=entry["label"],
        url=entry.get("url", ""),
        law=entry.get("law", ""),
        articles=tuple(entry.get("articles", ())),
    )
