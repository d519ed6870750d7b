"""Legal sources in the words of the framework's pages."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kader.framework import citations
from kader.framework.model import Source


@pytest.mark.parametrize(
    ("label", "law", "articles"),
    [
        ("Artikel 5 lid 1 onder a en b Algemene Verordening Gegevensbescherming", "AVG", ["5(1)(a)", "5(1)(b)"]),
        ("Artikel 5 lid 1 onder a, b en c AVG", "AVG", ["5(1)(a)", "5(1)(b)", "5(1)(c)"]),
        ("Artikel 5 lid 1 onder de AVG", "AVG", ["5(1)"]),
        ("Artikel 5 lid 1 en 2 AVG", "AVG", ["5(1)", "5(2)"]),
        ("Artikel 5 lid 1 en 2 onder a AVG", "AVG", ["5(1)", "5(2)(a)"]),
        ("Artikel 5(1)(c) AVG", "AVG", ["5(1)(c)"]),
        ("Artikel 5 en 32 AVG", "AVG", ["5", "32"]),
        ("Artikel 15 - 18 AVG", "AVG", ["15", "16", "17", "18"]),
        ("Artikelen 15 tot en met 17 AVG", "AVG", ["15", "16", "17"]),
        ("Artikel 17 - 15 AVG", "AVG", ["17"]),
        ("Overweging 39 en 45 AVG", "AVG", ["ov. 39", "ov. 45"]),
        ("Overwegingen 39 - 41 Databankrichtlijn", "Databankrichtlijn", ["ov. 39", "ov. 40", "ov. 41"]),
        ("Artikel 26, lid 9, AI-verordening", "AIA", ["26(9)"]),
        ("Artikel 49 (3) Verordening Artificiële Intelligentie", "AIA", ["49(3)"]),
        ("Artikel 9(6 en 8) Verordening Artificiële Intelligentie", "AIA", ["9(6)", "9(8)"]),
        ("Artikel 59(1 sub i) Verordening Artificiële Intelligentie", "AIA", ["59(1)(i)"]),
        ("Artikel 55(1c) Verordening Artificiële Intelligentie", "AIA", ["55(1)(c)"]),
        ("Artikel 16(c) verordening Artificiële Intelligentie", "AIA", ["16(c)"]),
        ("Bijlage III, onderdeel 2 en 5, AI-verordening", "AIA", ["bijlage III(2)", "bijlage III(5)"]),
        ("Bijlage IV (2 sub e en 3) AI-verordening", "AIA", ["bijlage IV(2)(e)", "bijlage IV(3)"]),
        ("Artikel 1:3 Algemene wet bestuursrecht", "Awb", ["1:3"]),
        ("Artikel 3:46 en 3:47 Awb", "Awb", ["3:46", "3:47"]),
        ("Afdeling 3.1 Algemene wet bestuursrecht", "Awb", ["afd. 3.1"]),
        ("Artikel 1.10, 1.13 en 1.16 Aanbestedingswet 2012", "Aanbestedingswet 2012", ["1.10", "1.13", "1.16"]),
        ("Artikel 15n jo. 15o Auteurswet", "Auteurswet", ["15n", "15o"]),
        ("Artikel 40 Uitvoeringswet AVG", "UAVG", ["40"]),
        ("Artikel 52, Handvest van de grondrechten van de Europese Unie", "Handvest", ["52"]),
        ("Artikel 5(4) Verdrag betreffende de Europese Unie, Maastricht, 07-02-1992", "VEU", ["5(4)"]),
        ("Artikel 4, lid 3, DSM-auteursrechtrichtlijn", "DSM-auteursrechtrichtlijn", ["4(3)"]),
        ("Hoofdstuk 12.4 Baseline Informatiebeveiliging Overheid", "BIO", ["hfst. 12.4"]),
        ("Grondwet", "Grondwet", []),
        ("Advies artikel 22 AVG en geautomatiseerde selectie-instrumenten", "", []),
        ("Verantwoordingsplicht", "", []),
        ("Artikelsgewijze toelichting", "", []),
        ("", "", []),
    ],
)
def test_words_become_law_and_articles(label, law, articles):
    assert citations.parse(label) == (law, tuple(articles))


def test_sources_are_read_from_their_section_only():
    body = (
        "## Toelichting\n- [Niet deze](https://example.org/1)\n"
        "## Bronnen\n\n- [Artikel 9 AVG](https://example.org/2)|\n"
        "* [Een plan (met haken)](https://example.org/a_(b))\n"
        "[Zonder punt](../hulpmiddelen/IAMA.md#deel)\n"
        "- Kamerbrieven\n"
        "- [<b onclick='x()'>Vet</b>](pagina.md), zie ook [die](https://example.org/3)\n"
        "- [Geen link]()\n"
        "- Geen beschikbare bron voor deze maatregel.\n"
        "## Risico\n- [Ook niet](https://example.org/4)\n"
    )
    base = "https://example.org/maatregelen/"
    assert citations.read_sources(body, base) == (
        Source(label="Artikel 9 AVG", url="https://example.org/2", law="AVG", articles=("9",)),
        Source(label="Een plan (met haken)", url="https://example.org/a_(b)"),
        Source(label="Zonder punt", url="https://example.org/hulpmiddelen/IAMA/#deel"),
        Source(label="Kamerbrieven", url=""),
        Source(label="Vet", url="https://example.org/maatregelen/pagina/"),
        Source(label="die", url="https://example.org/3"),
        Source(label="Geen link", url=""),
    )


def test_no_section_no_sources():
    assert citations.read_sources("# Kop\n", "https://example.org/") == ()


@given(st.text(max_size=200))
def test_any_label_is_read(label):
    law, articles = citations.parse(label)
    assert isinstance(law, str)
    assert all(articles)


@given(st.text(alphabet="Artikel 0123456789.:-,()enlidonder abXIV–\n", max_size=200))
def test_nearly_a_citation_is_read(words):
    citations.parse(f"Artikel {words}")
    citations.parse(f"Artikel 1{words}")


@given(st.text(alphabet="[]()#/.:-a \n", max_size=200))
def test_any_section_is_read(words):
    citations.read_sources(f"## Bronnen\n{words}", "https://example.org/")


@pytest.mark.parametrize(
    "piece", ["[", "[a](", "[[a]", "(", "<", "- [a](b", "## Bronnen\n", "Artikel 1 en 2, 3 en ", "[a](b(c"]
)
def test_a_hostile_page_takes_no_time(piece):
    body = "## Bronnen\n" + piece * (100_000 // len(piece))
    start = time.process_time()
    citations.read_sources(body, "https://example.org/")
    assert time.process_time() - start < 5
