"""A real checkout of the framework: everything in it, its tables as the site builds them, and all its faults."""

from __future__ import annotations

import dataclasses
import os
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from kader.framework.model import PRIVACY_TOPIC, Framework

SECTIONS = "voldoen-aan-wetten-en-regels"


@pytest.fixture(scope="module")
def root(shared: Path) -> Path:
    return shared / "data" / "algoritmekader-2.5.1"


@pytest.fixture(scope="module")
def checkout(root: Path) -> Framework:
    return Framework.from_checkout(root)


def pages_in_site_order(root: Path, section: str) -> list[tuple[str, dict]]:
    """An oracle of its own: how MkDocs walks the folder, which files the site's hook takes, what their front matter says."""
    found = []
    docs = root / "docs"
    for folder, subfolders, files in os.walk(docs):
        subfolders.sort()
        for name in sorted(files, key=lambda each: (each.rsplit(".", 1)[0] not in ("index", "README"), each)):
            path = (Path(folder) / name).relative_to(docs).as_posix()
            if path.startswith(f"{SECTIONS}/{section}/") and path.endswith(".md") and not path.endswith("/index.md"):
                front = (docs / path).read_text(encoding="utf-8").split("---\n")[1]
                found.append((Path(path).stem, yaml.safe_load(front)))
    return found


def site_table(root: Path, section: str, field: str, value: str) -> list[str]:
    """The rows of a table by the site's rule, as ids."""
    return [
        stem if section == "hulpmiddelen" else meta["id"].rsplit(":", 1)[-1]
        for stem, meta in pages_in_site_order(root, section)
        if value in meta.get(field, [])
    ]


def test_the_whole_framework_is_read(checkout):
    assert (len(checkout.requirements), len(checkout.measures), len(checkout.instruments)) == (63, 108, 28)
    assert (len(checkout.phases), len(checkout.roles), len(checkout.topics)) == (9, 4, 10)
    assert Counter(each.law for each in checkout.requirements.values()) == {
        "aia": 40, "avg": 13, "awb": 2, "grw": 2, "arc": 1, "aut": 1, "bio": 1, "bzk": 1, "dat": 1, "woo": 1,
    }  # fmt: skip


def test_links_are_as_many_as_in_the_reference(checkout):
    assert sum(len(each.requirements) for each in checkout.measures.values()) + 1 == 583  # one is there twice
    assert sum(not each.measures for each in checkout.requirements.values()) == 2
    assert sum(not each.requirements for each in checkout.measures.values()) == 15


def test_the_number_of_rows_per_topic(checkout):
    rows = {
        topic: (len(table.requirements), len(table.measures), len(table.instruments))
        for topic, table in checkout.tables.items()
    }
    assert rows == {
        "bias-en-non-discriminatie": (3, 8, 4),
        "data": (6, 16, 5),
        "duurzaamheid": (0, 7, 3),
        "fundamentele-rechten": (7, 4, 9),
        "governance": (15, 32, 16),
        "menselijke-controle": (9, 6, 6),
        "privacy-en-gegevensbescherming": (14, 10, 5),
        "publieke-inkoop": (0, 24, 3),
        "technische-robuustheid-en-veiligheid": (13, 35, 5),
        "transparantie": (18, 22, 8),
    }


def test_every_table_of_every_topic_is_that_of_the_site(root, checkout):
    for topic, table in checkout.tables.items():
        assert list(table.requirements) == site_table(root, "vereisten", "onderwerp", topic), topic
        assert list(table.measures) == site_table(root, "maatregelen", "onderwerp", topic), topic
        assert list(table.instruments) == site_table(root, "hulpmiddelen", "onderwerp", topic), topic


def test_pages_stand_in_the_order_of_the_site(root, checkout):
    assert [each.slug for each in checkout.requirements.values()] == [
        stem for stem, _ in pages_in_site_order(root, "vereisten")
    ]
    assert [each.slug for each in checkout.measures.values()] == [
        stem for stem, _ in pages_in_site_order(root, "maatregelen")
    ]
    assert list(checkout.instruments) == [stem for stem, _ in pages_in_site_order(root, "hulpmiddelen")]


def test_tables_per_phase_and_role_follow_from_the_pages(root, checkout):
    """The pages of phases and roles filter on other fields of the same front matter."""
    for field, attribute, values in (
        ("levenscyclus", "phases", [each.slug for each in checkout.phases]),
        ("rollen", "roles", [each.slug for each in checkout.roles]),
    ):
        for value in values:
            for section, part in (
                ("vereisten", checkout.requirements),
                ("maatregelen", checkout.measures),
                ("hulpmiddelen", checkout.instruments),
            ):
                rows = [each.id for each in part.values() if value in getattr(each, attribute)]
                assert rows == site_table(root, section, field, value), (section, value)


@pytest.mark.parametrize("part", ["requirements", "measures", "instruments"])
def test_the_privacy_chapter_equals_the_bundled_one_field_by_field(checkout, part):
    bundled = getattr(Framework.bundled("2.5.1"), part)
    assert bundled
    for page in bundled.values():
        read = getattr(checkout, part)[page.id]
        for field in dataclasses.fields(page):
            assert getattr(read, field.name) == getattr(page, field.name), (page.id, field.name)


def test_vocabulary_and_tables_equal_the_bundled_ones(checkout):
    bundled = Framework.bundled("2.5.1")
    assert checkout.phases == bundled.phases
    assert checkout.roles == bundled.roles
    assert checkout.topics == bundled.topics
    assert checkout.tables[PRIVACY_TOPIC] == bundled.tables[PRIVACY_TOPIC]
    assert checkout.site_url == bundled.site_url
    assert (checkout.rules, checkout.risks, checkout.scale) == (bundled.rules, bundled.risks, bundled.scale)


def test_what_lies_outside_the_bundled_chapter_is_named_as_the_checkout_names_it(checkout):
    for reference in Framework.bundled("2.5.1").elsewhere.values():
        page = next(
            part[reference.id]
            for part in (checkout.requirements, checkout.measures, checkout.instruments)
            if reference.id in part
        )
        assert (page.title, page.page_url) == (reference.title, reference.url)
    assert not checkout.elsewhere


def test_every_link_in_a_checkout_resolves(checkout):
    for page in (*checkout.requirements.values(), *checkout.measures.values(), *checkout.instruments.values()):
        for link in ("requirements", "measures", "instruments"):
            assert set(getattr(page, link, ())) <= getattr(checkout, link).keys(), (page.id, link)


def test_exceptions_of_the_ai_act_stay_the_text_that_they_are(checkout):
    texts = Counter(
        text for each in checkout.requirements.values() for text in each.ai_act_labels.get("uitzondering", ())
    )
    assert texts["risicogroep-uitzondering-van-toepassing"] == 39
    assert texts.total() == 45
    (condition,) = (text for text in texts if "&&" in text)
    assert condition.startswith(
        '("soort-toepassing-ai-systeem-voor-algemene-doeleinden" || "soort-toepassing-ai-systeem")'
    )


def test_sources_of_other_topics_name_law_and_articles(checkout):
    def cited(requirement: str) -> list[tuple[str, tuple[str, ...]]]:
        return [(each.law, each.articles) for each in checkout.requirements[requirement].sources]

    assert cited("aia-38")[:3] == [("AIA", ("9(6)", "9(8)")), ("AIA", ("17(1)(d)",)), ("AIA", ("59(1)(i)",))]
    assert cited("aia-27")[2] == ("AIA", ("bijlage III(2)", "bijlage III(5)"))
    assert cited("awb-02")[0] == ("Awb", ("3:46", "3:47"))
    assert cited("aut-01")[4] == ("Auteurswet", ("15n", "15o"))
    assert checkout.requirements["aia-27"].sources[3].url.endswith("/hulpmiddelen/IAMA/")


def located(framework: Framework, words: str) -> list[tuple[str, str]]:
    """File and field of the problems that say this."""
    found = []
    for problem in framework.problems:
        if words in problem.what.nl:
            file, _, field = problem.where.rpartition(", ")
            found.append((file, field))
    return found


def test_every_known_dangling_link_is_reported(shared, checkout):
    reference = yaml.safe_load(
        (shared / "reference" / "framework" / "framework-2.5.1.yaml").read_text(encoding="utf-8")
    )
    expected = [(f"docs/{each['page']}", each["field"], each["value"]) for each in reference["dangling_references"]]
    assert len(expected) == 11
    for file, field, value in expected:
        words = f"'{value}' verwijst naar een pagina die er niet is." if value else "de lijst heeft een leeg onderdeel."
        assert (file, field) in located(checkout, words), (file, value)
    dangling = len(located(checkout, "verwijst naar een pagina die er niet is"))
    assert dangling + len(located(checkout, "leeg onderdeel")) == 11


def test_every_known_anomaly_is_reported(shared, checkout):
    reference = yaml.safe_load(
        (shared / "reference" / "framework" / "framework-2.5.1.yaml").read_text(encoding="utf-8")
    )
    assert len(reference["front_matter_anomalies"]) == 3
    for each in reference["front_matter_anomalies"]:
        words = f"'{each['value']}' is geen waarde" if each["value"] else "het veld is leeg"
        assert (f"docs/{each['page']}", each["field"]) in located(checkout, words)


def test_what_else_is_reported(root, checkout):
    numbers = [
        f"docs/{SECTIONS}/maatregelen/{stem}.md"
        for stem, meta in pages_in_site_order(root, "maatregelen")
        for references in [(meta.get("sources") or {}).get("ARK")]
        if any(isinstance(each, float) for each in (references if isinstance(references, list) else [references]))
    ]
    reported = located(checkout, "staat er als getal")
    assert reported == [(file, "sources.ARK") for file in numbers]
    rest = Counter(
        problem.what.nl
        for problem in checkout.problems
        if not re.search("staat er als getal|verwijst naar|leeg onderdeel|grondrechten", problem.what.nl)
    )
    assert rest == {
        "het veld is leeg.": 6,  # categorie, maatregel and four times sources
        "het veld staat er twee keer; de laatste telt.": 1,
        "'aia-34-monitoring-na-het-in-de-handel-brengen' staat er twee keer.": 1,
        "dit veld kent het Algoritmekader niet.": 1,  # `bronnen`, where `sources` is meant
        "de pagina toont geen tabel met hulpmiddelen, maar er horen er 5 bij dit onderwerp.": 1,
        "de pagina toont geen tabel met hulpmiddelen, maar er horen er 3 bij dit onderwerp.": 1,
    }


def test_every_problem_names_its_file_and_is_told_in_two_languages(root, checkout):
    for problem in checkout.problems:
        assert (root / problem.where.partition(", ")[0]).is_file(), problem.where
        assert problem.what.nl != problem.what.en


def test_numbers_of_audit_references_are_read_as_they_were_meant(root, checkout):
    """Every float of the front matter has two digits after the point, every quoted text stays as it is."""
    for stem, meta in pages_in_site_order(root, "maatregelen"):
        measure = next(each for each in checkout.measures.values() if each.slug == stem)
        expected = {
            key: tuple(
                f"{each:.2f}" if isinstance(each, float) else each
                for each in (value if isinstance(value, list) else [value])
            )
            for key, value in (meta.get("sources") or {}).items()
        }
        assert measure.audit == expected


def test_language_is_chosen(root):
    assert Framework.from_checkout(str(root), language="en").language == "en"
