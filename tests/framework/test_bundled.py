"""The privacy chapter that ships with kader: complete, in both languages, and equal to the reference facts."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from kader.errors import FrameworkError
from kader.framework import bundled, wording
from kader.framework.model import PRIVACY_TOPIC, Framework, TopicTable
from kader.framework.pages import Kind, Page, linked
from kader.text import Language, Text

VERSIONS = ("2.2", "2.5.1")
REQUIREMENTS = ("aia-33", *(f"avg-{number:02}" for number in range(1, 14)))


@pytest.fixture(params=VERSIONS)
def framework(request) -> Framework:
    return Framework.bundled(request.param)


def texts(value: object, path: str = "") -> Iterator[tuple[str, Text]]:
    """Every `Text` inside a value, with the path to it."""
    if isinstance(value, Text):
        yield path, value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from texts(each, f"{path}[{key}]")
    elif isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from texts(each, f"{path}[{index}]")


def test_the_table_of_2_2_is_that_of_the_site():
    assert Framework.bundled("2.2").tables == {
        PRIVACY_TOPIC: TopicTable(
            requirements=REQUIREMENTS,
            measures=("owp-03", "owp-14", "dat-03", "dat-04", "owk-03", "imp-05", "imp-07", "imp-10", "uit-01"),
            instruments=("AIIA", "ALTAI", "DPIA", "standaarden"),
        )
    }


def test_the_table_of_2_5_1_is_that_of_the_site():
    assert Framework.bundled("2.5.1").tables == {
        PRIVACY_TOPIC: TopicTable(
            requirements=REQUIREMENTS,
            measures=(
                "owp-03",
                "owp-14",
                "dat-02",
                "dat-03",
                "dat-04",
                "owk-03",
                "imp-05",
                "imp-07",
                "imp-10",
                "uit-01",
            ),
            instruments=("AIIA", "ALTAI", "DPIA", "aanpak-begeleidingsethiek", "standaarden"),
        )
    }


def test_each_version_has_its_parts(framework):
    related = {"2.2": (9 + 36, 4 + 1), "2.5.1": (10 + 35, 5 + 2)}[framework.version]
    assert (len(framework.requirements), len(framework.measures), len(framework.instruments)) == (14, *related)
    assert (len(framework.phases), len(framework.roles), len(framework.topics)) == (9, 4, 10)
    assert [phase.number for phase in framework.phases] == list(range(9))
    assert sum(len(requirement.checks) for requirement in framework.requirements.values()) == 65
    assert framework.problems == ()
    assert re.fullmatch(r"[0-9a-f]{40}", framework.commit)


def test_the_framework_has_rules_risks_scale_and_inventory(framework):
    assert framework.rules.facts
    assert framework.risks
    assert framework.scale.matrix
    assert [paragraph.number for paragraph in framework.processing] == list(range(1, 16))


def test_2_2_is_also_known_by_its_tag():
    assert Framework.bundled("2.2.2") is Framework.bundled("2.2")
    assert Framework.bundled("2.2").commit == "b727baa16860a1f3ded77a35f4fdedd7fb5c1f27"


def test_reading_twice_gives_the_same_object():
    assert Framework.bundled() is Framework.bundled("2.5.1", "nl")
    assert Framework.bundled(language="en") is Framework.bundled("2.5.1", Language.EN)
    assert Framework.bundled(language="en").language is Language.EN
    assert Framework.bundled(language="en").requirements is Framework.bundled().requirements


def test_an_unknown_version_names_those_that_exist():
    with pytest.raises(FrameworkError) as error:
        Framework.bundled("9.9")
    assert error.value.to("nl").startswith("Versie '9.9' van het Algoritmekader zit niet in kader.")
    for language in Language:
        assert "2.2, 2.5.1" in error.value.to(language)


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="fr"):
        Framework.bundled(language="fr")


def test_every_text_is_there_in_both_languages(framework):
    one_sided = [
        path
        for part in (
            framework.requirements,
            framework.measures,
            framework.instruments,
            framework.elsewhere,
            framework.laws,
        )
        for path, text in texts(part)
        if bool(text.nl.strip()) != bool(text.en.strip())
    ]
    one_sided += [
        path
        for path, text in texts((framework.processing, framework.phases, framework.roles, framework.topics))
        if not (text.nl.strip() and text.en.strip())
    ]
    assert one_sided == []


def test_what_we_say_about_a_requirement_is_complete(framework):
    for requirement in framework.requirements.values():
        assert requirement.summary, requirement.id
        assert requirement.applies_when, requirement.id
        assert requirement.articles, requirement.id
        assert len(requirement.checks) in {4, 5}, requirement.id
        for number, check in enumerate(requirement.checks, 1):
            assert check.id == f"{requirement.id}-c{number}"
            assert "?" in check.question.nl, check.id
            assert "?" in check.question.en, check.id
            assert check.evidence, check.id
            assert check.articles, check.id
            assert check.obligation in {"legal", "guidance", "mixed"}, check.id


def test_dutch_and_english_differ_where_there_are_words(framework):
    same = [
        path
        for path, text in texts((framework.requirements, framework.measures, framework.phases, framework.topics))
        if text and text.nl == text.en
    ]
    assert same == []


def test_our_sentences_hold_no_stray_markup_or_double_spaces(framework):
    for path, text in texts((framework.requirements, framework.measures, framework.processing)):
        for words in (text.nl, text.en):
            assert "  " not in words, path
            assert "\n" not in words, path
            assert "<" not in words, path
            assert words == words.strip(), path


def test_our_dutch_keeps_its_sentences_short(framework):
    """B1: no sentence in a question, summary or hint runs on."""
    too_long = [
        (path, sentence)
        for path, text in texts((wording.read().requirements, wording.read().measures, framework.processing))
        for sentence in re.split(r"(?<=[.?!:;]) ", text.nl)
        if len(sentence.split()) > 30
    ]
    assert too_long == []


def test_no_question_asks_whether_its_own_condition_holds(framework):
    """*No* must mean "not met", never "this is not our case": a condition reads "Als …: …?"."""
    for requirement in framework.requirements.values():
        for check in requirement.checks:
            assert not re.search(r"\? \w+ (\w+ )?dan\b", check.question.nl), check.id
            assert not re.search(r"\? (Is|Are|Has|Have|Was|Were|Can) (\w+ )?then\b", check.question.en), check.id


def test_all_links_resolve(framework):
    known = {*framework.requirements, *framework.measures, *framework.instruments, *framework.elsewhere}
    phases = {phase.slug for phase in framework.phases}
    roles = {role.slug for role in framework.roles}
    for page in (*framework.requirements.values(), *framework.measures.values(), *framework.instruments.values()):
        assert set(page.phases) <= phases, page.id
        assert set(page.roles) <= roles | {PRIVACY_TOPIC}, page.id
        for link in ("requirements", "measures", "instruments"):
            assert set(getattr(page, link, ())) <= known, (page.id, link)
    for requirement in framework.requirements.values():
        assert set(requirement.measures) <= framework.measures.keys()
        assert set(requirement.instruments) <= framework.instruments.keys()
        for check in requirement.checks:
            assert set(check.phases) <= phases
            assert framework.check(check.id) == (requirement, check)
    for measure in framework.measures.values():
        assert set(measure.suggested_requirements) <= framework.requirements.keys()
        assert not set(measure.suggested_requirements) & set(measure.requirements), measure.id


def test_links_hold_in_both_directions(framework):
    for requirement in framework.requirements.values():
        for measure in framework.measures.values():
            assert (measure.id in requirement.measures) == (requirement.id in measure.requirements)
        for instrument in framework.instruments.values():
            assert (instrument.id in requirement.instruments) == (requirement.id in instrument.requirements)
    for measure in framework.measures.values():
        for instrument in framework.instruments.values():
            assert (instrument.id in measure.instruments) == (measure.id in instrument.measures)


def test_related_requirements_are_named(framework):
    for requirement in framework.requirements.values():
        for other in requirement.related:
            assert framework.title(other), other


def test_titles_are_found_inside_and_outside_the_chapter(framework):
    assert framework.title("DPIA").nl == "Data Protection Impact Assessment"
    assert (
        framework.title("awb-01").nl
        == "Organisaties die algoritmes gebruiken voor publieke taken nemen besluiten zorgvuldig"
    )
    with pytest.raises(KeyError):
        framework.title("avg-99")


def test_no_unknown_check():
    with pytest.raises(KeyError):
        Framework.bundled().check("avg-01-c9")


def test_every_article_names_a_law_that_we_explain(framework):
    references = {
        reference
        for requirement in framework.requirements.values()
        for reference in (
            *(article.ref for article in requirement.articles),
            *(reference for check in requirement.checks for reference in check.articles),
        )
    }
    references |= {reference for measure in framework.measures.values() for reference in measure.articles}
    references |= {reference for paragraph in framework.processing for reference in paragraph.articles}
    names = sorted(framework.laws, key=len, reverse=True)
    for reference in references:
        law = next((name for name in names if reference.startswith(f"{name} ")), None)
        assert law, reference
        assert re.fullmatch(r"\d+(:\d+)?(\(\d+\))?(\([a-z]\))?", reference.removeprefix(f"{law} ")), reference


@pytest.mark.parametrize(
    ("reference", "nl", "en"),
    [
        ("AVG 35", "artikel 35 AVG", "Article 35 GDPR"),
        ("AVG 35(3)(b)", "artikel 35 lid 3 onder b AVG", "Article 35(3)(b) GDPR"),
        ("UAVG 40(1)", "artikel 40 lid 1 UAVG", "Article 40(1) UAVG"),
        ("AIA 59(1)(i)", "artikel 59 lid 1 onder i AI-verordening", "Article 59(1)(i) AI Act"),
        ("Awb 3:46", "artikel 3:46 Awb", "Article 3:46 Awb"),
        ("Archiefwet 1995 5", "artikel 5 Archiefwet 1995", "Article 5 Archives Act 1995"),
        ("WP248 rev.01", "WP248 rev.01", "WP248 rev.01"),
    ],
)
def test_articles_are_cited_as_jurists_write_them(reference, nl, en):
    assert Framework.bundled().cite(reference) == Text(nl, en)


def test_an_article_counts_as_the_pages_own_only_when_its_page_lists_it(framework):
    """`in_framework_sources` holds when a source of the page covers the article or a part of it, or the other way round."""
    letter_missing = {"AVG 5(1)(e)"}  # the page of avg-02 forgot the letter
    for requirement in framework.requirements.values():
        listed = {f"{source.law} {article}" for source in requirement.sources for article in source.articles}
        for article in requirement.articles:
            covered = any(
                article.ref == each or article.ref.startswith(f"{each}(") or each.startswith(f"{article.ref}(")
                for each in listed
            )
            if article.ref not in letter_missing:
                assert covered == article.in_framework_sources, (requirement.id, article.ref)


@pytest.mark.parametrize("version", VERSIONS)
def test_known_legal_points_are_in_the_notes(version):
    framework = Framework.bundled(version)
    expected = {
        "aia-33": ("59", "57", "2027"),
        "avg-01": ("onder f", "onder b"),
        "avg-02": ("onder e",),
        "avg-04": ("170", "8 EVRM", "52"),
        "avg-06": ("27", "28", "44"),
        "avg-08": ("10", "BSN"),
        "avg-10": ("2.3.0", "profilering"),
        "avg-12": ("72 uur", "34"),
        "avg-13": ("negen", "twee", "drie jaar"),
    }
    for requirement, words in expected.items():
        note = framework.requirements[requirement].note
        for word in words:
            assert word in note.nl, (requirement, word)
        assert note.en
    assert "28" in framework.measures["owp-14"].note.nl
    assert "30" in framework.measures["imp-07"].note.nl


def test_dat_02_entered_the_topic_after_2_2():
    old, new = Framework.bundled("2.2"), Framework.bundled("2.5.1")
    assert PRIVACY_TOPIC not in old.measures["dat-02"].topics
    assert PRIVACY_TOPIC in old.measures["dat-02"].roles  # the mistake that kept it out
    assert PRIVACY_TOPIC in new.measures["dat-02"].topics
    assert set(new.tables[PRIVACY_TOPIC].measures) - set(old.tables[PRIVACY_TOPIC].measures) == {"dat-02"}


def test_titles_changed_since_2_2():
    old, new = Framework.bundled("2.2"), Framework.bundled("2.5.1")
    changed = {
        page: (getattr(old, part)[page].title.nl, getattr(new, part)[page].title.nl)
        for part in ("requirements", "measures", "instruments")
        for page in getattr(old, part).keys() & getattr(new, part).keys()
        if getattr(old, part)[page].title != getattr(new, part)[page].title
    }
    assert changed == {
        "avg-10": (
            "Besluiten die levens kunnen beïnvloeden, zijn niet volledig geautomatiseerd",
            "Besluiten met rechtsgevolgen of aanmerkelijke effecten zijn niet volledig geautomatiseerd",
        ),
        "imp-03": (
            "Richt de juiste menselijke controle in van het algoritme",
            "Richt bij besluitvorming betekenisvolle menselijke tussenkomst in",
        ),
    }
    assert old.elsewhere["aia-37"].title != new.elsewhere["aia-37"].title


def test_sources_changed_since_2_2_are_those_of_the_reference(shared: Path):
    difference = yaml.safe_load(
        (shared / "reference" / "framework" / "framework-diff-2.2-2.5.1.yaml").read_text(encoding="utf-8")
    )
    old, new = Framework.bundled("2.2"), Framework.bundled("2.5.1")
    compared = 0
    for part, section in (("requirements", "vereisten"), ("measures", "maatregelen")):
        for entry in difference["topic_items"][section]:
            sources = [
                {(source.label, source.url) for source in getattr(framework, part)[entry["id"]].sources}
                for framework in (old, new)
            ]
            expected = entry.get("sources", {"added": [], "removed": []})
            assert sources[1] - sources[0] == {tuple(each) for each in expected["added"]}, entry["id"]
            assert sources[0] - sources[1] == {tuple(each) for each in expected["removed"]}, entry["id"]
            compared += 1
    assert compared > 2


def test_the_instrument_that_is_new_in_2_5_1():
    assert "aanpak-begeleidingsethiek" not in Framework.bundled("2.2").instruments
    assert (
        Framework.bundled("2.5.1").instruments["aanpak-begeleidingsethiek"].external_url
        == "https://begeleidingsethiek.nl/"
    )


def test_requirements_without_a_measure_of_the_topic():
    gaps = {}
    for version in VERSIONS:
        framework = Framework.bundled(version)
        topic = set(framework.tables[PRIVACY_TOPIC].measures)
        gaps[version] = [each.id for each in framework.requirements.values() if not topic & set(each.measures)]
    assert gaps == {
        "2.2": ["aia-33", "avg-04", "avg-05", "avg-06", "avg-08", "avg-11"],
        "2.5.1": ["aia-33", "avg-05", "avg-06", "avg-08", "avg-11"],
    }


def test_procurement_measures_are_generic(framework):
    generic = {measure.id for measure in framework.measures.values() if measure.generic}
    assert generic == {"owp-15", "owp-16", "owp-20", "owp-21", "owp-23", "owp-27"}
    specific = [each.id for each in framework.requirements.values() if not set(each.measures) - generic]
    assert specific == ["avg-08"]


@pytest.mark.parametrize(
    ("topic", "named", "generic"),
    [
        ("publieke-inkoop", 5, True),  # half of the ten
        ("publieke-inkoop", 4, False),
        ("governance", 10, False),  # of another topic: it may well mitigate something
    ],
)
def test_a_measure_is_generic_when_it_is_of_procurement_and_names_half_of_the_requirements(topic, named, generic):
    ids = [f"avg-{number:02}" for number in range(1, 11)]
    requirements = [
        Page(kind=Kind.REQUIREMENT, id=name, path=name, title=name, topics=(PRIVACY_TOPIC,)) for name in ids
    ]
    other = Page(kind=Kind.REQUIREMENT, id="aia-01", path="aia-01", title="aia-01", topics=("governance",))
    measure = Page(
        kind=Kind.MEASURE,
        id="owp-99",
        path="2-owp-99",
        title="owp-99",
        topics=(topic,),
        requirements=(*ids[:named], "aia-01"),
    )
    assert linked([*requirements, other, measure], wording.read()).measures["owp-99"].generic is generic


def test_audit_references_keep_their_zero():
    measures = Framework.bundled().measures
    assert measures["dat-04"].audit == {"ADR": ("PRI.5",), "ARK": ("2.20", "3.06")}
    assert measures["owk-03"].audit["ARK"] == ("3.03", "3.06", "3.10")


def test_the_inventory_uses_the_ids_of_the_governments_own_form(shared: Path):
    table = (shared / "reference" / "formats" / "par-dpia" / "ids_dpia.md").read_text(encoding="utf-8")
    open_tasks = {
        row[1].strip(): row[2].strip() for line in table.splitlines() if (row := line.split("|")) and len(row) > 3
    }
    for paragraph in Framework.bundled().processing:
        for question in paragraph.questions:
            assert open_tasks[question.id] == "open", question.id
            assert question.id.split(".")[0] == str(paragraph.number)
            assert question.question.nl.endswith("?")
            assert question.hint


def test_every_title_has_a_translation_and_no_translation_is_left_over():
    used: set[str] = set()
    for version in VERSIONS:
        chapter = bundled.read_chapter(version)
        for part in (chapter.requirements, chapter.measures, chapter.instruments, chapter.elsewhere):
            used |= {page.title.nl for page in part.values()}
        used |= {page.title.nl for part in (chapter.phases, chapter.roles, chapter.topics) for page in part}
        used |= {phase.heading.nl for phase in chapter.phases}
    assert set(wording.read().english) - used == set()
    assert used - set(wording.read().english) == set()


@pytest.mark.parametrize("version", VERSIONS)
def test_facts_equal_the_reference(shared: Path, version: str):
    """Title, links, labels, phases, roles, topics and sources as the reference took them from the framework's pages."""
    reference = yaml.safe_load(
        (shared / "reference" / "framework" / f"framework-{version}.yaml").read_text(encoding="utf-8")
    )
    framework = Framework.bundled(version)

    def ids(entries):
        return tuple(dict.fromkeys(entry["id"] for entry in entries))

    measures = [*reference["measures"], *reference["related_measures_other_topic"]]
    instruments = [*reference["instruments"], *reference["related_instruments_other_topic"]]
    for entries, pages in (
        (reference["requirements"], framework.requirements),
        (measures, framework.measures),
        (instruments, framework.instruments),
    ):
        assert {entry["id"] for entry in entries} == set(pages)
        for entry in entries:
            page = pages[entry["id"]]
            for field, key in (("title", "title"), ("phases", "lifecycle"), ("roles", "roles"), ("topics", "topics")):
                value = page.title.nl if field == "title" else list(getattr(page, field))
                assert value == entry[key], (page.id, field)
            assert (page.slug, page.file, page.url, page.page_url) == (
                entry["slug"],
                entry["file"],
                entry["url"],
                entry["page_url"],
            )
    for entry in reference["requirements"]:
        page = framework.requirements[entry["id"]]
        assert (page.urn, page.law, page.law_title) == (entry["urn"], entry["law"], entry["law_title"])
        assert {key: list(values) for key, values in page.ai_act_labels.items()} == entry["ai_act_labels"]
        assert page.measures == ids(entry["measures"])
        assert page.instruments == ids(entry["instruments"])
        assert page.instruments_shown_on_page == entry["instruments_shown_on_page"]
        read = [(each.label, each.url, each.law, list(each.articles)) for each in page.sources]
        assert read == [
            (
                each["label"],
                each["url"],
                *CORRECTED.get(each["label"][:27], (each.get("law") or "", each.get("articles") or [])),
            )
            for each in entry["sources"]
        ]
    for entry in measures:
        page = framework.measures[entry["id"]]
        assert (page.urn, page.phase_prefix) == (entry["urn"], entry["phase_prefix"])
        assert {key: list(values) for key, values in page.audit.items()} == entry["audit_frameworks"]
        assert page.requirements == ids(entry["requirements"])
        assert page.instruments == ids(entry["instruments"])
        stated = [each for each in entry["sources"] if not each["label"].startswith("Geen ")]
        assert len(page.sources) == len(stated)
        for source, each in zip(page.sources, stated, strict=True):
            assert source.label in each["label"]  # without the page's own HTML
            assert source.url.removesuffix(")") == (each["url"] or "")  # the reference lost a bracket
    for entry in instruments:
        page = framework.instruments[entry["id"]]
        assert (list(page.category), page.external_url) == (entry["category"], entry["external_url"] or "")
        assert (page.requirements, page.measures) == (ids(entry["requirements"]), ids(entry["measures"]))


CORRECTED: dict[str, tuple[str, list[str]]] = {
    # The label names no article; "1" was taken from the link.
    "Protocol betreffende de toe": ("VEU-protocol", []),
    "Besluit lijst verwerkingen ": ("Besluit lijst DPIA", []),
}
