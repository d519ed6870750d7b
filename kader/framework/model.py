"""The Algoritmekader as values: requirements, measures, instruments, and the tables that its site shows.

Facts (ids, official titles, links) come from the framework; summaries, questions and expected evidence are our own
wording. Everything here is frozen; reading is in `bundled` and `algoritmekader`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kader.errors import Problem
from kader.framework.risks import Risk, Scale
from kader.framework.rules import RuleSet
from kader.text import EMPTY, Language, Text, same

PRIVACY_TOPIC = "privacy-en-gegevensbescherming"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A legal source as a page of the framework names it.

    Attributes:
        label: the words of the link on the page.
        url: where the page links to.
        law: short name of the law (`AVG`, `AIA`, ...), empty when the source is no law.
        articles: references such as `5(1)(a)` or `ov. 39`.
    """

    label: str
    url: str
    law: str = ""
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Law(Source):
    """A law that our articles refer to.

    Attributes:
        name: the official name, in both languages.
        short: how a reference writes it, e.g. `AVG` and `GDPR`.
    """

    name: Text
    short: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """A judgment of the Court of Justice that explains an article.

    Attributes:
        case: number of the case, e.g. `C-634/21`.
        name: the parties, as the court names the case.
        point: what it says for our question, in our own words.
    """

    case: str
    name: str
    date: dt.date
    point: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A page of the framework that a link points to, but that is not part of what was read."""

    id: str
    title: Text
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article that a requirement rests on, e.g. `AVG 5(1)(a)`.

    Attributes:
        ref: law and article.
        in_framework_sources: whether the framework's own page lists (part of) it; if not, we added it.
    """

    ref: str
    in_framework_sources: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A question that tests part of a requirement; *yes* means: shown to be met.

    Attributes:
        id: e.g. `avg-05-c2`.
        question: our own wording.
        evidence: what one would expect to see, most telling first.
        articles: the articles it rests on.
        obligation: `legal`, `guidance` or `mixed`.
        phases: slugs of the life-cycle phases in which it is answered.
    """

    id: str
    question: Text
    evidence: tuple[Text, ...]
    articles: tuple[str, ...]
    obligation: str
    phases: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A requirement (*vereiste*) of the framework.

    Attributes:
        id: `avg-01` … `avg-13`, `aia-33`, and others when read from a checkout.
        title: official title; the English is our translation (the same as the Dutch when there is none).
        url: link as the site's tables have it; page_url: the form used in running text.
        measures, instruments: ids linked to it, in the order of the framework's files.
        summary, applies_when, note, articles, checks: our own wording; empty for requirements outside the
            privacy topic.
        case_law: judgments that explain it.
    """

    id: str
    urn: str
    slug: str
    file: str
    title: Text
    url: str
    page_url: str
    phases: tuple[str, ...]
    roles: tuple[str, ...]
    topics: tuple[str, ...]
    law: str
    law_title: str
    ai_act_labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    measures: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    instruments_shown_on_page: bool = False
    summary: Text = EMPTY
    applies_when: Text = EMPTY
    note: Text = EMPTY
    articles: tuple[Article, ...] = ()
    related: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    case_law: tuple[Judgment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure (*maatregel*) of the framework.

    Attributes:
        phase_prefix: the digit with which its file name starts; -1 when there is none.
        audit: references to audit frameworks, e.g. `{"ADR": ("PRI.4",), "ARK": ("3.01",)}`.
        generic: a procurement measure that is linked to nearly all requirements and mitigates nothing specific.
        suggested_requirements: our own, unofficial suggestions with the reason.
        note: our own remark, e.g. where an official link surprises.
    """

    id: str
    urn: str
    slug: str
    file: str
    title: Text
    url: str
    page_url: str
    phases: tuple[str, ...]
    roles: tuple[str, ...]
    topics: tuple[str, ...]
    phase_prefix: int
    requirements: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    audit: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    generic: bool = False
    summary: Text = EMPTY
    evidence: tuple[Text, ...] = ()
    articles: tuple[str, ...] = ()
    suggested_requirements: Mapping[str, Text] = field(default_factory=dict)
    note: Text = EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """An instrument (*hulpmiddel*) of the framework; it has no urn, its id is the file's stem."""

    id: str
    slug: str
    file: str
    title: Text
    url: str
    page_url: str
    phases: tuple[str, ...]
    roles: tuple[str, ...]
    topics: tuple[str, ...]
    category: tuple[str, ...] = ()
    external_url: str = ""
    requirements: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A phase of the life cycle; `title` is the page's, `heading` the site's short form."""

    slug: str
    title: Text
    heading: Text
    url: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role in the organisation that works with the framework."""

    slug: str
    title: Text
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic of the framework."""

    slug: str
    title: Text
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicTable:
    """The three tables of a topic's page, as ids in the site's order."""

    requirements: tuple[str, ...]
    measures: tuple[str, ...]
    instruments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph of the processing inventory (Model DPIA Rijksdienst 3.0, par. 1–15) with its questions.

    Attributes:
        number: the paragraph's number in the model.
        title: official Dutch name and our translation.
        questions: id (of the government's own form) → our own question and hint.
        articles: the articles it rests on.
    """

    number: int
    title: Text
    questions: tuple[ProcessingQuestion, ...]
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingQuestion:
    """A question of the inventory; its id is that of the government's own DPIA form, e.g. `14.1`."""

    id: str
    question: Text
    hint: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """All that the law and the framework say: the first stage, on which everything else builds.

    Attributes:
        version: of the Algoritmekader, e.g. `2.5.1`; `development` for a checkout that does not say.
        commit: the git commit the facts were taken from; empty when unknown.
        language: in which `str` texts are preferred by the surfaces; both languages are always present.
        requirements, measures, instruments: by id, in the site's order.
        tables: topic slug → the topic's tables.
        rules: the pre-scan; risks: the catalogue by id; scale: levels, matrix and rules.
        processing: the paragraphs of the inventory.
        laws: short name → the law our articles refer to.
        elsewhere: id → page outside the bundled chapter that a link in it points to; empty for a whole checkout.
        problems: what could not be read or linked; empty for the bundled data.
    """

    name: str
    version: str
    commit: str
    site_url: str
    language: Language
    phases: tuple[Phase, ...]
    roles: tuple[Role, ...]
    topics: tuple[Topic, ...]
    requirements: Mapping[str, Requirement]
    measures: Mapping[str, Measure]
    instruments: Mapping[str, Instrument]
    tables: Mapping[str, TopicTable]
    rules: RuleSet
    risks: Mapping[str, Risk]
    scale: Scale
    processing: tuple[Paragraph, ...]
    laws: Mapping[str, Law]
    elsewhere: Mapping[str, Reference] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @classmethod
    def bundled(cls, version: str = "2.5.1", language: Language | str = Language.NL) -> Framework:
        """The privacy chapter that ships with kader.

        Args:
            version: `2.2` or `2.5.1`.
            language: `nl` or `en`.

        Raises:
            FrameworkError: no such version is bundled.
        """
        from kader.framework.bundled import read

        return read(version, Language(language))

    @classmethod
    def from_checkout(
        cls,
        path: object,
        language: Language | str = Language.NL,
        *,
        site_url: str = "https://minbzk.github.io/Algoritmekader/",
    ) -> Framework:
        """The whole framework, read from a checkout of MinBZK/Algoritmekader.

        What is broken in a page stands in `problems` with file and field; the rest is read all the same.

        Args:
            path: the folder of the checkout.
            language: `nl` or `en`.
            site_url: address of the site that was built from it; links lead there.

        Raises:
            FrameworkError: the folder is no checkout of the framework.
        """
        from kader.framework.algoritmekader import read

        return read(path, Language(language), site_url=site_url)

    def check(self, check_id: str) -> tuple[Requirement, Check]:
        """A check question and the requirement it belongs to.

        Raises:
            KeyError: no such check.
        """
        requirement = self.requirements[check_id.rsplit("-c", 1)[0]]
        for check in requirement.checks:
            if check.id == check_id:
                return requirement, check
        raise KeyError(check_id)

    def title(self, page_id: str) -> Text:
        """The title of a requirement, measure or instrument, also of one outside the bundled chapter.

        Raises:
            KeyError: no such page.
        """
        for pages in (self.requirements, self.measures, self.instruments, self.elsewhere):
            if page_id in pages:
                return pages[page_id].title
        raise KeyError(page_id)

    def cite(self, reference: str) -> Text:
        """An article as a jurist of either language writes it.

        >>> Framework.bundled().cite("AVG 5(1)(a)")
        Text(nl='artikel 5 lid 1 onder a AVG', en='Article 5(1)(a) GDPR')
        """
        law, place = self._place(reference)
        if not law:
            return same(reference)
        kind, where = _where(place)
        short = self.laws[law].short
        return Text(f"{kind.nl} {where.nl} {short.nl}", f"{kind.en[:1].upper()}{kind.en[1:]} {where.en} {short.en}")

    def cited(self, references: Iterable[str]) -> Text:
        """Articles in a row, those of one law together.

        >>> Framework.bundled().cited(["AVG 5(1)(a)", "AVG 5(1)(c)", "AVG 6(1)", "AVG ov. 26", "WP251", "EVRM 8(2)"])
        Text(nl='art. 5 lid 1 onder a, c, art. 6 lid 1, overweging 26 AVG; WP251; art. 8 lid 2 EVRM', \
en='art. 5(1)(a), (c), art. 6(1), recital 26 GDPR; WP251; art. 8(2) ECHR')
        """
        rows: dict[str, list[Text]] = {}
        before: dict[str, Text] = {}
        for reference in dict.fromkeys(references):
            law, place = self._place(reference)
            if not law:
                rows[f" {reference}"] = [same(reference)]
                continue
            kind, where = _where(place)
            if kind is _ARTICLE:
                kind = same("art.")
            full = Text(f"{kind.nl} {where.nl}", f"{kind.en} {where.en}")
            rows.setdefault(law, []).append(_shorter(full, before.get(law)))
            before[law] = full
        said = []
        for law, places in rows.items():
            short = self.laws[law].short if law in self.laws else EMPTY
            nl = f"{', '.join(place.nl for place in places)} {short.nl}".strip()
            said.append(Text(nl, f"{', '.join(place.en for place in places)} {short.en}".strip()))
        return Text("; ".join(text.nl for text in said), "; ".join(text.en for text in said))

    def _place(self, reference: str) -> tuple[str, str]:
        """The law and the place in it; no law for what is none that we know."""
        law = next((name for name in self.laws if reference.startswith(f"{name} ")), "")
        return law, reference.removeprefix(f"{law} ") if law else reference


_ARTICLE = Text("artikel", "article")
_RECITAL = Text("overweging", "recital")
_ANNEX = Text("bijlage", "annex")


def _shorter(place: Text, before: Text | None) -> Text:
    """Of a point of the same paragraph as the one before it, only the point."""
    around, point, letter = place.nl.rpartition(" onder ")
    if before is None or not point or before.nl.rpartition(" onder ")[0] != around:
        return place
    return Text(letter, place.en[place.en.rindex("(") :])


def _where(place: str) -> tuple[Text, Text]:
    """Article, recital or annex, and which."""
    for start, kind in (("ov. ", _RECITAL), ("bijlage ", _ANNEX)):
        if place.startswith(start):
            rest = place.removeprefix(start)
            return kind, Text(rest, rest.replace(" punt ", " point "))
    number, *parts = place.replace(")", "").split("(")
    qualifiers = "".join(f" lid {part}" if part.isdecimal() else f" onder {part}" for part in parts)
    return _ARTICLE, Text(f"{number}{qualifiers}", f"{number}{''.join(f'({part})' for part in parts)}")
