"""A report says all that was found, in both languages, and nothing in it is ever taken for markup."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings

from kader.analysis import analyse, vocabulary
from kader.analysis.findings import Status
from kader.assessment.model import Assessment, Proposal, Score
from kader.framework.model import Framework
from kader.framework.rules import Truth
from kader.report import html, words
from kader.report.build import build
from kader.report.document import Badge, Document, Link, Muted, Quote, Table
from tests import strategies

SECTIONS = "overview verdicts facts requirements risks actions decisions processing register provenance".split()
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>=HYPERLINK("http://evil.test")'


@pytest.fixture(scope="module")
def framework() -> Framework:
    return Framework.bundled()


def dossier(framework: Framework, name: str = "Parkeerscan") -> Assessment:
    started = Assessment.new(
        framework, name=name, organisation="Gemeente Voorbeeldstad", id="parkeerscan", date=dt.date(2026, 11, 23)
    )
    return (
        started.with_fact("personal_data", value="yes", author="J. de Boer")
        .with_fact("evaluation_scoring", value="yes")
        .with_proposals(
            {"large_scale": [Proposal(value=Truth.YES, quote="120.000 ritten", field="goal", rule="scale")]}
        )
        .with_check("avg-05-c1", value="no", reason="Niet onderzocht")
        .with_risk("PR01", inherent=Score.of("midden", "hoog"), motivation="Veel mensen")
    )


def report(assessment: Assessment, framework: Framework, language: str = "nl") -> Document:
    return build(framework, assessment, analyse(framework, assessment), language)


class Outline(HTMLParser):
    """What a page is made of: tags, headings, ids, links, and attributes that could run something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.tables: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        values = dict(attrs)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if "href" in values else []
        self.handlers += [name for name in values if name.startswith("on")]
        if tag == "th":
            self.tables.append(values.get("scope", "missing"))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_sections_stand_in_their_order_in_both_languages(framework, language):
    document = report(dossier(framework), framework, language)
    assert [section.id for section in document.sections] == SECTIONS
    assert [section.title for section in document.sections] == [words.SECTION[id].to(language) for id in SECTIONS]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_verdict_shows_reasons_with_article_strength_and_the_answers_it_rests_on(framework, language):
    assessment = dossier(framework)
    findings = analyse(framework, assessment)
    cards = {
        block.id: block
        for block in report(assessment, framework, language).section("verdicts").blocks
        if hasattr(block, "badge")
    }
    assert list(cards) == [f"verdict-{id}" for id in findings.prescan.verdicts]
    for id, verdict in findings.prescan.verdicts.items():
        card = cards[f"verdict-{id}"]
        assert card.badge == Badge(verdict.status.value, vocabulary.STATUS[verdict.status].to(language))
        shown = repr(card)
        for reason in verdict.reasons:
            assert repr(reason.cite.to(language))[1:-1] in shown
            assert vocabulary.STRENGTH[reason.strength].to(language) in shown
            for fact in reason.facts:
                assert repr(framework.rules.facts[fact.fact].question.to(language))[1:-1] in shown
        if verdict.next:
            assert repr(framework.rules.facts[verdict.next].question.to(language))[1:-1] in shown


def test_both_readings_stand_beside_each_other(framework):
    assessment = dossier(framework)
    findings = analyse(framework, assessment)
    assert findings.if_proposed is not None
    now, then = findings.prescan.verdicts["dpia"], findings.if_proposed.verdicts["dpia"]
    assert (now.status, then.status) == (Status.RECOMMENDED, Status.REQUIRED)
    table = next(
        block for block in report(assessment, framework).section("overview").blocks if isinstance(block, Table)
    )
    row = next(row for row in table.rows if isinstance(row[0][0], Link) and row[0][0].href == "#verdict-dpia")
    assert row[1][0] == Badge("recommended", "aanbevolen")
    assert row[2][0] == Badge("required", "verplicht")


def test_a_proposal_shows_its_passage_and_field_and_is_not_the_answer(framework):
    facts = report(dossier(framework), framework).section("facts")
    rows = {
        key: row
        for part in facts.parts
        for block in part.blocks
        for key, row in zip(block.keys, block.rows, strict=True)
    }
    _question, answer, said = rows["fact-large_scale"]
    assert answer == (Badge("unknown", "onbekend"),)
    assert Quote("120.000 ritten", "registerveld “Doel en impact”") in said
    assert "Voorstel: ja" in said
    assert Muted("J. de Boer") in rows["fact-personal_data"][2]
    assert len(rows) == len(framework.rules.facts)


def test_an_empty_dossier_never_says_not_required(framework):
    empty = Assessment.new(framework, name="Leeg", organisation="Ergens", id="leeg", date=dt.date(2026, 11, 23))
    overview = report(empty, framework).section("overview")
    shown = {row[1][0].label for block in overview.blocks if isinstance(block, Table) for row in block.rows}
    assert shown == {"nog niet te bepalen"}


def test_what_was_chosen_stands_beside_what_was_proposed(framework):
    table = next(
        block for block in report(dossier(framework), framework).section("risks").blocks if isinstance(block, Table)
    )
    row = table.rows[table.keys.index("risk-PR01")]
    assert row[2][0] == Badge("hoog", "hoog")
    assert "Motivering: Veel mensen" in row[5]
    assert row[3] == (Muted("niet gescoord"),)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_nothing_from_outside_becomes_markup(framework, language):
    hostile = (
        dossier(framework, name=HOSTILE)
        .with_algorithm(
            organisation=HOSTILE, entry={"goal": HOSTILE, HOSTILE: ["a", {"link": HOSTILE}]}, assessments=[HOSTILE]
        )
        .with_fact("health_data", value="yes", remark=HOSTILE, author=HOSTILE)
        .with_proposals({"large_scale": [Proposal(value=Truth.YES, quote=HOSTILE, field=HOSTILE, rule="x")]})
        .with_check(
            "avg-01-c1", value="yes", evidence=["javascript:alert(3)", HOSTILE, "https://intranet.example/a?b=1"]
        )
        .with_processing("1.1", HOSTILE)
        .with_decisions(dpo_advice=HOSTILE, dpo_name=HOSTILE)
    )
    page = html.page(report(hostile, framework, language))
    outline = Outline(page)
    assert not {"script", "img", "iframe", "object", "embed", "link", "base", "form"} & set(outline.tags)
    assert outline.handlers == []
    assert not [link for link in outline.links if not re.match(r"https://[\w.-]+/|#", link)]
    assert "https://intranet.example/a?b=1" in outline.links
    assert page.count("alert(1)") >= 6


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_page_is_well_formed_for_a_screen_reader(framework, language):
    page = html.page(report(dossier(framework), framework, language))
    outline = Outline(page)
    assert f'<html lang="{language}">' in page
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert {link[1:] for link in outline.links if link.startswith("#")} <= set(outline.ids)
    assert set(outline.tables) == {"col", "row"}
    assert {"main", "nav", "header", "title"} <= set(outline.tags)
    assert len(page.encode()) < 160_000


def test_english_and_dutch_pages_have_the_same_shape(framework):
    nl, en = (Outline(html.page(report(dossier(framework), framework, language))) for language in ("nl", "en"))
    assert nl.tags == en.tags
    assert nl.ids == en.ids


def test_a_section_stands_on_its_own(framework):
    document = report(dossier(framework), framework)
    for id in SECTIONS:
        fragment = html.section(document, id)
        assert f'id="{id}-title"' in fragment
    with pytest.raises(KeyError):
        html.section(document, "nothing")


def test_signatures_lapse_visibly(framework):
    signed = dossier(framework).signed("FG", "A. Smit", dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC))
    valid = html.section(report(signed, framework), "decisions")
    lapsed = html.section(report(signed.with_fact("large_scale", value="yes"), framework), "decisions")
    assert "geldig" in valid
    assert "vervallen" in lapsed


def test_other_rules_than_the_dossier_was_made_with_are_named(framework):
    old = dossier(framework).with_meta(rules_fingerprint="0" * 64)
    assert "andere regels" in html.section(report(old, framework), "provenance")
    assert "andere regels" not in html.section(report(dossier(framework), framework), "provenance")


@settings(max_examples=15)
@given(strategies.assessments())
def test_any_assessment_makes_a_page(assessment):
    framework = Framework.bundled()
    for language in ("nl", "en"):
        outline = Outline(html.page(report(assessment, framework, language)))
        assert outline.headings.count(1) == 1
        assert outline.handlers == []
        assert len(outline.ids) == len(set(outline.ids))


def test_in_a_browser_the_page_asks_for_nothing(framework, browse, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(html.page(report(dossier(framework, HOSTILE), framework)), encoding="utf-8")
    page = browse(java_script_enabled=False)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert asked == [path.as_uri()]
    assert page.locator("h1").inner_text() == HOSTILE
    assert page.locator("#verdict-dpia h3").is_visible()
    page.emulate_media(media="print")
    assert page.locator("#checks-avg-05 table").is_visible(), "what is folded on screen is printed"
