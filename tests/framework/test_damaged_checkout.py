"""Checkouts with something wrong in them: each fault is told with its file and field, the rest is read all the same."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kader.errors import FrameworkError
from kader.framework import frontmatter
from kader.framework.model import Framework

SECTIONS = Path("docs/voldoen-aan-wetten-en-regels")

REQUIREMENT = """\
---
title: Gegevens zijn juist
id: urn:nl:ak:ver:avg-05
levenscyclus:
- ontwerp
onderwerp:
- data
rollen:
- jurist
soort-toepassing: [ai-systeem]
risicogroep: [hoog-risico-ai-systeem]
rol-ai-act: [aanbieder]
transparantieverplichting: [niet-van-toepassing]
systeemrisico: [niet-van-toepassing]
open-source: [open-source]
---

## Bronnen
- [Artikel 5 lid 1 onder d AVG](https://example.org/avg)
"""

MEASURE = """\
---
title: Controleer de gegevens
id: urn:nl:ak:mtr:dat-01
levenscyclus:
- ontwerp
onderwerp:
- data
rollen:
- jurist
vereiste:
- avg-05-juist
sources:
  ARK: '3.10'
---
"""

INSTRUMENT = """\
---
title: Een toets
levenscyclus:
- ontwerp
onderwerp:
- data
rollen:
- jurist
maatregel:
- 3-dat-01-controle
categorie:
- toetsingskader
---

[Naar de toets](https://example.org/toets){ .md-button }
"""

MEASURE_FILE = SECTIONS / "maatregelen" / "3-dat-01-controle.md"
REQUIREMENT_FILE = SECTIONS / "vereisten" / "avg-05-juist.md"
INSTRUMENT_FILE = SECTIONS / "hulpmiddelen" / "toets.md"


def build(root: Path) -> Path:
    """A small checkout in which nothing is wrong."""
    for file, text in {
        REQUIREMENT_FILE: REQUIREMENT,
        MEASURE_FILE: MEASURE,
        INSTRUMENT_FILE: INSTRUMENT,
        SECTIONS / "vereisten" / "index.md": "# Vereisten\n",
        Path("docs/levenscyclus/ontwerp.md"): "---\ntitle: Fase 2, ontwerp\n---\n# Fase 2: Ontwerp\n",
        Path("docs/rollen/jurist.md"): "---\ntitle: Jurist\n---\n# Jurist\n",
        Path("docs/onderwerpen/data.md"): "---\ntitle: Verantwoord datagebruik\n---\n"
        + "".join(
            f"<!-- list_{kind} onderwerp/data no-search -->\n" for kind in ("vereisten", "maatregelen", "hulpmiddelen")
        ),
    }.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def root(tmp_path) -> Path:
    return build(tmp_path)


def change(root: Path, file: Path, old: str, new: str) -> None:
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new), encoding="utf-8")


def problems(framework: Framework) -> list[tuple[str, str]]:
    return [(problem.where, problem.what.nl) for problem in framework.problems]


def test_a_sound_checkout_has_no_problems(root):
    framework = Framework.from_checkout(root)
    assert problems(framework) == []
    assert framework.requirements["avg-05"].measures == ("dat-01",)
    assert framework.measures["dat-01"].instruments == ("toets",)
    assert framework.measures["dat-01"].audit == {"ARK": ("3.10",)}
    assert framework.instruments["toets"].external_url == "https://example.org/toets"
    assert framework.tables["data"].measures == ("dat-01",)
    assert framework.version == "development"


def test_a_folder_that_is_no_checkout_is_refused(tmp_path):
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(FrameworkError) as error:
            Framework.from_checkout(folder)
        assert str(folder) in error.value.to("en")
        assert "git clone" in error.value.to("nl")


@pytest.mark.parametrize(
    ("file", "old", "new", "field", "says"),
    [
        (MEASURE_FILE, "ARK: '3.10'", "ARK: 3.10", "sources.ARK", "3.10: staat er als getal"),
        (MEASURE_FILE, "ARK: '3.10'", "ARK: 3.1", "sources.ARK", "3.1: staat er als getal"),
        (MEASURE_FILE, "ARK: '3.10'", "ARK: [{a: b}, '3.10']", "sources.ARK", "dit onderdeel is geen tekst"),
        (MEASURE_FILE, "ARK: '3.10'", "ARK: ['3.10', ]\n  ADR:", "sources.ADR", "leeg onderdeel"),
        (MEASURE_FILE, "sources:\n  ARK: '3.10'", "sources: ARK", "sources", "geen bronnen met een naam"),
        (MEASURE_FILE, "id: urn:nl:ak:mtr:dat-01\n", "", "id", "het id ontbreekt"),
        (MEASURE_FILE, "urn:nl:ak:mtr:dat-01", "dat-01", "id", "het id klopt niet: 'dat-01'"),
        (MEASURE_FILE, "urn:nl:ak:mtr:dat-01", "[1, 2]", "id", "het id klopt niet"),
        (MEASURE_FILE, "urn:nl:ak:mtr:dat-01", "urn:nl:ak:mtr:<script>", "id", "het id klopt niet"),
        (MEASURE_FILE, "title: Controleer de gegevens\n", "", "title", "de titel ontbreekt"),
        (MEASURE_FILE, "- avg-05-juist", "- avg-05-juist\n- avg-99-bestaat-niet", "vereiste", "'avg-99-bestaat-niet' verwijst naar een pagina die er niet is"),
        (MEASURE_FILE, "- avg-05-juist", "- avg-05-juist\n-", "vereiste", "leeg onderdeel"),
        (MEASURE_FILE, "- avg-05-juist", "- avg-05-juist\n- avg-05-juist", "vereiste", "staat er twee keer"),
        (MEASURE_FILE, "- avg-05-juist", "- avg-05-juist\n- {a: 1}", "vereiste", "dit onderdeel is geen tekst"),
        (MEASURE_FILE, "vereiste:\n- avg-05-juist", "vereiste: avg-05-juist", "vereiste", "één tekst in plaats van een lijst"),
        (MEASURE_FILE, "- ontwerp", "- ontwerp\n- afwas", "levenscyclus", "'afwas' is geen waarde"),
        (MEASURE_FILE, "rollen:\n- jurist\n", "", "rollen", "het veld ontbreekt"),
        (MEASURE_FILE, "rollen:\n- jurist\n", "rollen:\n", "rollen", "het veld is leeg"),
        (MEASURE_FILE, "rollen:\n- jurist\n", "rollen: {jurist: ja}\n", "rollen", "er staat geen lijst"),
        (MEASURE_FILE, "rollen:", "onderwerpen: [data]\nrollen:", "onderwerpen", "kent het Algoritmekader niet"),
        (MEASURE_FILE, "rollen:", "title: Nog een\nrollen:", "title", "het veld staat er twee keer"),
        (REQUIREMENT_FILE, "[aanbieder]", "[aanbieder, gemeente]", "rol-ai-act", "'gemeente' is geen waarde"),
        (INSTRUMENT_FILE, "- 3-dat-01-controle", "- 3-dat-01-controle\n- 3-dat-99", "maatregel", "'3-dat-99' verwijst naar"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_file_and_field(root, file, old, new, field, says):
    change(root, file, old, new)
    framework = Framework.from_checkout(root)
    assert [where for where, what in problems(framework) if says in what] == [f"{file.as_posix()}, {field}"]
    assert (len(framework.requirements), len(framework.measures), len(framework.instruments)) == (1, 1, 1)
    assert framework.requirements["avg-05"].measures == ("dat-01",)  # what is sound is read all the same
    assert framework.measures["dat-01"].instruments == ("toets",)
    for problem in framework.problems:
        assert problem.to("nl") != problem.to("en")


@pytest.mark.parametrize(
    ("written", "read"), [("3.1", "3.10"), ("2.20", "2.20"), ("3.01", "3.01"), ("3", "3"), ("1e3", "1e3")]
)
def test_an_audit_reference_keeps_two_digits(root, written, read):
    change(root, MEASURE_FILE, "ARK: '3.10'", f"ARK: {written}")
    assert Framework.from_checkout(root).measures["dat-01"].audit == {"ARK": (read,)}


def test_a_plain_text_counts_as_the_site_counts_it(root):
    """For a text instead of a list the site looks for the value inside the text."""
    change(root, MEASURE_FILE, "onderwerp:\n- data\n", "onderwerp: data en meer\n")
    framework = Framework.from_checkout(root)
    assert framework.tables["data"].measures == ("dat-01",)


def test_a_marker_with_another_filter_fills_the_table(root):
    change(root, Path("docs/onderwerpen/data.md"), "list_maatregelen onderwerp/data", "list_maatregelen rollen/jurist")
    change(root, MEASURE_FILE, "onderwerp:\n- data\n", "onderwerp: []\n")
    framework = Framework.from_checkout(root)
    assert framework.measures["dat-01"].topics == ()
    assert framework.tables["data"].measures == ("dat-01",)


def test_a_marker_without_a_filter_lists_all(root):
    change(root, Path("docs/onderwerpen/data.md"), "list_maatregelen onderwerp/data no-search", "list_maatregelen")
    change(root, MEASURE_FILE, "onderwerp:\n- data\n", "onderwerp: []\n")
    assert Framework.from_checkout(root).tables["data"].measures == ("dat-01",)


def test_a_topic_page_that_lost_its_table_is_told(root):
    change(root, Path("docs/onderwerpen/data.md"), "<!-- list_maatregelen onderwerp/data no-search -->", "")
    framework = Framework.from_checkout(root)
    assert framework.tables["data"].measures == ("dat-01",)
    assert problems(framework) == [
        (
            "docs/onderwerpen/data.md, list_maatregelen",
            "de pagina toont geen tabel met maatregelen, maar er horen er 1 bij dit onderwerp.",
        )
    ]


def test_links_lead_to_the_site_that_was_built(root):
    change(root, REQUIREMENT_FILE, "(https://example.org/avg)", "(../hulpmiddelen/toets.md)")
    framework = Framework.from_checkout(root, site_url="https://overheid.example/kader/")
    section = "https://overheid.example/kader/voldoen-aan-wetten-en-regels"
    assert framework.measures["dat-01"].url == f"{section}/maatregelen/3-dat-01-controle/index.html"
    assert framework.requirements["avg-05"].sources[0].url == f"{section}/hulpmiddelen/toets/"
    assert framework.topics[0].url == "https://overheid.example/kader/onderwerpen/data/"
    assert framework.site_url == "https://overheid.example/kader/"


def test_our_own_words_go_with_the_privacy_topic_only(root):
    assert Framework.from_checkout(root).requirements["avg-05"].checks == ()
    change(root, REQUIREMENT_FILE, "- data", "- data\n- privacy-en-gegevensbescherming")
    requirement = Framework.from_checkout(root).requirements["avg-05"]
    assert requirement.checks == Framework.bundled().requirements["avg-05"].checks
    assert requirement.summary == Framework.bundled().requirements["avg-05"].summary


def test_our_words_about_a_measure_are_not_shown_for_another_page_with_its_number(root):
    """Measures were renumbered between versions: what counts is the page, not the number."""
    for stem, ours in (("2-owp-03-doel-verwerken-persoonsgegevens", True), ("2-owp-03-iets-anders", False)):
        page = root / SECTIONS / "maatregelen" / f"{stem}.md"
        page.write_text(MEASURE.replace("dat-01", "owp-03"), encoding="utf-8")
        assert bool(Framework.from_checkout(root).measures["owp-03"].summary) is ours
        page.unlink()


def test_a_title_of_ours_is_translated_and_another_stays_dutch(root):
    assert Framework.from_checkout(root).topics[0].title.en == "Responsible use of data"
    assert Framework.from_checkout(root).requirements["avg-05"].title.en == "Gegevens zijn juist"


def test_two_pages_with_one_id_are_both_read(root):
    other = SECTIONS / "maatregelen" / "3-dat-02-kopie.md"
    shutil.copy(root / MEASURE_FILE, root / other)
    framework = Framework.from_checkout(root)
    assert list(framework.measures) == ["dat-01", "3-dat-02-kopie"]
    assert framework.requirements["avg-05"].measures == ("dat-01", "3-dat-02-kopie")
    ((where, what),) = problems(framework)
    assert where == f"{other.as_posix()}, id"
    assert MEASURE_FILE.as_posix() in what


@pytest.mark.parametrize(
    ("front", "says"),
    [
        ("title: [\n", "geen geldige YAML"),
        ("title: 'onaf\n", "geen geldige YAML"),
        ("a: &x [1]\nb: *x\n", "verwijst naar zichzelf"),
        ("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "verwijst naar zichzelf"),
        ("a: " + "[" * 200 + "]" * 200 + "\n", "te diep genest"),
        ("a: " + "{b: " * 5000 + "\n", "te diep genest"),
        ("a: !!python/object/apply:os.system ['echo hallo']\n", "geen geldige YAML"),
        ("a: !!int [1]\n", "geen geldige YAML"),
        ("a: !!timestamp {b: c}\n", "geen geldige YAML"),
        ("? [a]\n: b\n", "geen geldige YAML"),
        ("- geen\n- velden\n", "geen lijst van velden"),
        ("alleen tekst\n", "geen lijst van velden"),
        ("", "de front matter is leeg"),
        ("# niets\n", "de front matter is leeg"),
        ("x: " + "a" * 70_000 + "\n", "groter dan"),
    ],
)
def test_broken_front_matter_is_told_and_the_page_is_kept(root, front, says):
    (root / MEASURE_FILE).write_text(f"---\n{front}---\n# Een kop\n", encoding="utf-8")
    framework = Framework.from_checkout(root)
    assert [where for where, what in problems(framework) if says in what] == [MEASURE_FILE.as_posix()]
    assert framework.measures["dat-01"].title.nl == "Een kop"
    assert framework.requirements["avg-05"].measures == ()
    assert [where for where, _ in problems(framework) if where.startswith(MEASURE_FILE.as_posix())] == [
        MEASURE_FILE.as_posix()
    ]


def test_a_page_without_front_matter_is_told(root):
    (root / MEASURE_FILE).write_text("Alleen tekst.\n", encoding="utf-8")
    framework = Framework.from_checkout(root)
    assert (MEASURE_FILE.as_posix(), "de pagina heeft geen front matter.") in problems(framework)
    assert "dat-01" in framework.measures


def test_a_date_or_number_as_title_does_not_stop_the_reading(root):
    for title in ("2024-13-45", "2024-01-01", "9" * 5000, "0x1f", "1:30", "yes", "!!binary aGFsbG8="):
        change(root, MEASURE_FILE, "title: Controleer de gegevens", f"title: {title}")
        assert Framework.from_checkout(root).measures["dat-01"].title.nl
        change(root, MEASURE_FILE, f"title: {title}", "title: Controleer de gegevens")


def test_a_file_that_is_no_text_is_left_out_and_told(root):
    (root / MEASURE_FILE).write_bytes(b"---\ntitle: \xff\xfe\x00\n---\n")
    framework = Framework.from_checkout(root)
    assert framework.measures == {}
    assert problems(framework)[0] == (MEASURE_FILE.as_posix(), "het bestand is geen UTF-8 (byte 11).")
    assert "avg-05" in framework.requirements


def test_a_very_large_file_is_not_read(root):
    with (root / MEASURE_FILE).open("wb") as file:
        file.truncate(10_000_000_000)
    assert problems(Framework.from_checkout(root))[0] == (
        MEASURE_FILE.as_posix(),
        "het bestand is groter dan 500000 bytes.",
    )


def test_a_link_to_another_file_is_not_followed(root, tmp_path):
    secret = tmp_path / "secret.md"
    secret.write_text(MEASURE.replace("Controleer", "GEHEIM"), encoding="utf-8")
    (root / MEASURE_FILE).unlink()
    (root / MEASURE_FILE).symlink_to(secret)
    (root / SECTIONS / "maatregelen" / "kring").symlink_to(root, target_is_directory=True)
    framework = Framework.from_checkout(root)
    assert problems(framework)[:2] == [
        (MEASURE_FILE.as_posix(), "dit is een koppeling naar een ander bestand."),
        ((SECTIONS / "maatregelen" / "kring").as_posix(), "dit is een koppeling naar een andere map."),
    ]
    assert "GEHEIM" not in str(framework)


def test_a_pipe_with_the_name_of_a_page_does_not_hang(root):
    (root / MEASURE_FILE).unlink()
    os.mkfifo(root / MEASURE_FILE)
    assert problems(Framework.from_checkout(root))[0] == (MEASURE_FILE.as_posix(), "dit is geen gewoon bestand.")


def test_a_link_to_a_script_is_left_out_and_told(root):
    change(root, REQUIREMENT_FILE, "(https://example.org/avg)", "(javascript:alert\\(1\\))")
    change(
        root, REQUIREMENT_FILE, "(javascript:alert\\(1\\))", "(JavaScript:alert(1))\n- [bestand](file:///etc/passwd)"
    )
    change(root, INSTRUMENT_FILE, "https://example.org/toets", "data:text/html,x")
    framework = Framework.from_checkout(root)
    assert [source.url for source in framework.requirements["avg-05"].sources] == ["", ""]
    assert framework.requirements["avg-05"].sources[0].law == "AVG"
    assert framework.instruments["toets"].external_url == ""
    assert [where for where, what in problems(framework) if "geen webadres" in what] == [
        REQUIREMENT_FILE.as_posix(), REQUIREMENT_FILE.as_posix(), INSTRUMENT_FILE.as_posix(),
    ]  # fmt: skip


def test_very_deep_folders_are_read(root):
    deep = root / SECTIONS / "hulpmiddelen" / Path(*"a" * 200)
    deep.mkdir(parents=True)
    (deep / "diep.md").write_text(INSTRUMENT, encoding="utf-8")
    assert "diep" in Framework.from_checkout(root).instruments


def test_a_missing_folder_is_told(root):
    shutil.rmtree(root / SECTIONS / "hulpmiddelen")
    shutil.rmtree(root / "docs/rollen")
    framework = Framework.from_checkout(root)
    assert ("docs/rollen", "de map ontbreekt.") in problems(framework)
    assert ((SECTIONS / "hulpmiddelen").as_posix(), "de map ontbreekt.") in problems(framework)
    assert framework.measures["dat-01"].roles == ("jurist",)


def test_windows_line_ends_and_a_byte_order_mark_are_no_fault(root):
    (root / MEASURE_FILE).write_bytes(b"\xef\xbb\xbf" + MEASURE.replace("\n", "\r\n").encode())
    framework = Framework.from_checkout(root)
    assert problems(framework) == []
    assert framework.measures["dat-01"].requirements == ("avg-05",)


def test_pages_in_a_subfolder_come_after_the_files_and_capitals_before_small_letters(root):
    section = root / SECTIONS / "hulpmiddelen"
    (section / "aaa").mkdir()
    for name in ("aaa/README.md", "aaa/eerst.md", "Zeker.md", "README.md", ".verborgen.md", "sjabloon.txt"):
        (section / name).write_text(INSTRUMENT, encoding="utf-8")
    framework = Framework.from_checkout(root)
    assert [each.file.removeprefix(f"{SECTIONS}/hulpmiddelen/") for each in framework.instruments.values()] == [
        "README.md", "Zeker.md", "toets.md", "aaa/README.md", "aaa/eerst.md",
    ]  # fmt: skip
    assert framework.instruments["README"].page_url.endswith("/hulpmiddelen/")
    assert framework.instruments["eerst"].page_url.endswith("/hulpmiddelen/aaa/eerst/")


def test_the_revision_is_read_from_git_without_running_it(root):
    commit = "0123456789abcdef0123456789abcdef01234567"
    (root / ".git" / "refs" / "heads").mkdir(parents=True)
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    (root / ".git" / "refs" / "heads" / "main").write_text(f"{commit}\n", encoding="utf-8")
    assert (Framework.from_checkout(root).commit, Framework.from_checkout(root).version) == (commit, "development")
    (root / ".git" / "packed-refs").write_text(f"# pack-refs\n{'f' * 40} refs/tags/v9.9\n^{commit}\n", encoding="utf-8")
    assert Framework.from_checkout(root).version == "9.9"


@pytest.mark.parametrize("head", ["ref: ../../../etc/passwd", "ref: refs/heads/../../config", "onzin", ""])
def test_a_strange_git_folder_is_no_way_out(root, head):
    (root / ".git").mkdir()
    (root / ".git" / "HEAD").write_text(head, encoding="utf-8")
    assert Framework.from_checkout(root).commit == ""


def test_the_version_that_the_site_states_is_used(root):
    (root / "docs/version.md").write_text("---\n---\n\n# Huidige versie\n\nv2.6.0\n", encoding="utf-8")
    assert Framework.from_checkout(root).version == "2.6.0"


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.dates()
    | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["title", "id", "levenscyclus", "onderwerp", "rollen", "vereiste", "maatregel", "categorie", "sources", "uitzondering",
     "risicogroep", "open-source", "hide", "onzin"]
)  # fmt: skip


@given(values=st.dictionaries(FIELDS, VALUES, max_size=10))
def test_no_front_matter_stops_the_reading(tmp_path_factory, values):
    root = build(tmp_path_factory.mktemp("checkout"))
    page = f"---\n{yaml.safe_dump(values, allow_unicode=True)}---\n"
    for file in (REQUIREMENT_FILE, MEASURE_FILE, INSTRUMENT_FILE):
        (root / file).write_text(page, encoding="utf-8")
    framework = Framework.from_checkout(root)
    assert (len(framework.requirements), len(framework.measures), len(framework.instruments)) == (1, 1, 1)
    assert framework.problems


@given(text=st.text(max_size=300))
def test_any_text_between_the_fences_gives_values_or_a_fault(text):
    matter = frontmatter.split(f"---\n{text}\n---\n")
    assert matter.values or matter.faults


@given(text=st.text(alphabet="-:[]{}&*!'\"\n #|>abc123.,?%@\t", max_size=120))
def test_nearly_yaml_gives_values_or_a_fault(text):
    matter = frontmatter.split(f"---\n{text}\n---\n")
    assert matter.values or matter.faults
