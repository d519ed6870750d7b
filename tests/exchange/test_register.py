"""Real registers come in whole: every row an assessment, every field verbatim."""

from __future__ import annotations

import csv
import datetime as dt
import json

import openpyxl
import pytest

from kader.analysis import analyse
from kader.assessment import codec
from kader.assessment.frozen import frozen_json
from kader.assessment.model import Assessment
from kader.exchange import example, publication_standard, register
from kader.framework.model import Framework

FRAMEWORK = Framework.bundled()
STANDARD = publication_standard.read()


@pytest.fixture(scope="module")
def export(shared):
    return shared / "data/register/register_v1_0_ENG.csv"


@pytest.fixture(scope="module")
def rows(export):
    with export.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read(path, **options):
    return register.read(path, FRAMEWORK, date=dt.date(2026, 11, 23), **options)


def entries(path):
    return [dict(one.assessment.algorithm.entry) for one in read(path)]


def given(value):
    return value is not None and value not in ("", [], {})


def test_csv_loses_nothing(export, rows):
    assert len(rows) == 396
    assert entries(export) == [{key: value for key, value in row.items() if value} for row in rows]


@pytest.mark.parametrize("name", ["site_data_NLD_2023-05.json", "supplier_templates_1_0"])
def test_json_loses_nothing(shared, name):
    folder = shared / "data/register" / name
    files = sorted(folder.glob("*.json")) if folder.is_dir() else [folder]
    assert files
    for file in files:
        records = json.loads(file.read_text("utf-8"))
        expected = [
            {
                ("algorithm_id" if key == "lars" else key): frozen_json(value)
                for key, value in record.items()
                if given(value)
            }
            for record in records
        ]
        assert entries(file) == expected, file.name


def test_the_site_s_own_wrapping_is_read(shared, tmp_path):
    records = json.loads((shared / "data/register/site_data_NLD_2023-05.json").read_text("utf-8"))[:3]
    wrapped = tmp_path / "pub_data.json"
    wrapped.write_text(json.dumps({"algoritme_versions": records, "organisation_details": []}), "utf-8")
    imported = read(wrapped)
    assert len(list(imported)) == 3
    assert imported.report.layout == "site-data"


@pytest.mark.parametrize("language", ["keys", "titles"])
def test_the_transposed_xlsx_says_the_same_as_the_csv(export, rows, tmp_path, language):
    path = tmp_path / "register.xlsx"
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("1.0")
    for key in rows[0]:
        title = STANDARD.fields[key].titles["1.0"] if language == "titles" else key
        sheet.append([title, *(row[key] or None for row in rows)])
    book.save(path)
    imported = read(path)
    assert [dict(one.assessment.algorithm.entry) for one in imported] == entries(export)
    assert imported.report.layout == "xlsx"
    assert [one.assessment.facts for one in read(path)] == [one.assessment.facts for one in read(export)]


def test_an_xlsx_has_a_sheet_per_standard_and_the_same_title_means_another_field(tmp_path):
    path = tmp_path / "register.xlsx"
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    old, new = book.create_sheet("0.4"), book.create_sheet("1.0")
    for line in (["Naam", "Oud"], ["Organisatie", "Gemeente A"], ["Impacttoetsen", "IAMA"], ["(Zelf)lerend", "Nee"]):
        old.append(line)
    for line in (
        ["Naam", "Nieuw"],
        ["Organisatienaam", "Gemeente B"],
        ["Impacttoetsen", "1: DPIA"],
        ["Toelichting op impacttoetsen", "Er is geen IAMA gedaan."],
    ):
        new.append(line)
    book.create_sheet("Toelichting").append(["Dit blad legt iets uit."])
    book.save(path)
    imported = read(path)
    first, second = (one.assessment.algorithm for one in imported)
    assert first.entry["impacttoetsen"] == "IAMA"
    assert second.entry["impacttoetsen_grouping"] == "1: DPIA"
    assert (first.assessments, second.assessments, second.not_done) == (("IAMA",), ("DPIA",), ("IAMA",))
    assert any("Toelichting" in line.what.nl for line in imported.report.lines)


def test_an_ordinary_table_in_xlsx_is_read_too(rows, tmp_path):
    path = tmp_path / "register.xlsx"
    book = openpyxl.Workbook()
    book.worksheets[0].append(list(rows[0]))
    for row in rows[:5]:
        book.worksheets[0].append(list(row.values()))
    book.save(path)
    assert entries(path) == [{key: value for key, value in row.items() if value} for row in rows[:5]]


def test_what_is_made_without_checks_passes_every_check(export, shared):
    for path in (export, shared / "data/register/site_data_NLD_2023-05.json"):
        for one in read(path):
            assert Assessment.model_validate(one.assessment.model_dump()) == one.assessment
            assert codec.loads(codec.dumps(one.assessment)) == one.assessment


def test_an_import_can_be_read_again_and_says_the_same(export):
    imported = read(export)
    first = list(imported.assessments)
    lines = list(imported.report.lines)
    assert list(imported.assessments) == first
    assert imported.report.lines == lines
    assert (imported.report.rows, imported.report.imported, imported.report.refused) == (396, 396, 0)


def test_ids_are_those_of_the_register_and_stay_the_same(export, rows):
    assert [one.assessment.meta.id for one in read(export)] == [row["algorithm_id"] for row in rows]


def test_what_was_not_understood_is_listed_with_row_field_and_value(export, rows):
    imported = read(export)
    list(imported)
    lines = [line for line in imported.report.lines if line.field == "begin_date" and line.value == "januari"]
    (line,) = lines
    assert rows[line.row - 2]["begin_date"] == "januari"
    assert line.place.nl == f"rij {line.row}"
    assert line.remedy.en
    table = list(imported.report.as_rows("nl"))
    assert len(table) == 1 + len(imported.report.lines)
    assert len({len(row) for row in table}) == 1


@pytest.mark.parametrize(
    ("language", "status", "category", "theme"),
    [
        ("nl", "In gebruik", "Impactvolle algoritmes", "Verkeer"),
        ("en", "In use", "Impactful algorithms", "Traffic"),
        ("fy", "Yn gebrûk", "Ynfloedrike algoritmes", "Ferkear"),
    ],
)
def test_values_are_understood_in_three_languages(tmp_path, language, status, category, theme):
    path = tmp_path / f"{language}.csv"
    path.write_text(
        f"name,organization,status,publication_category,category\nA,B,{status},{category},{theme}\n", "utf-8"
    )
    imported = read(path)
    (one,) = imported
    assert (one.assessment.algorithm.status, one.assessment.algorithm.publication_category) == ("in_use", "impactful")
    assert one.assessment.algorithm.themes == (theme,)
    assert imported.report.lines == []


@pytest.mark.parametrize(
    ("words", "understood"),
    [
        ("2023-05", "2023-05"), ("05-2023", "2023-05"), ("5-2023", "2023-05"), ("202305", "2023-05"), ("052023", "2023-05"),
        ("mei 2023", "2023-05"), ("May 2023", "2023-05"), ("2023", "2023"), ("1990", "1990"), ("2017\n", "2017"),
        ("jan-24", "2024-01"), ("01-24", "2024-01"), ("2024-Q2", "2024"), ("2022-11-24 00:00:00", "2022-11"),
        ("Maart", None), ("-", None), ("n.v.t.", None), ("1062024", None), ("05-06", None), ("2023-13", None), ("volgt", None),
    ],
)  # fmt: skip
def test_dates_are_understood_generously_but_honestly(tmp_path, words, understood):
    path = tmp_path / "register.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([["name", "organization", "begin_date"], ["A", "B", words]])
    imported = read(path)
    (one,) = imported
    assert one.assessment.algorithm.begin == understood
    assert one.assessment.algorithm.entry["begin_date"] == words
    certain = understood is not None and words not in ("jan-24", "01-24", "2024-Q2")
    assert [line.field for line in imported.report.lines] == ([] if certain else ["begin_date"])


@pytest.mark.parametrize(
    ("entry", "done", "not_done"),
    [
        (
            {"impacttoetsen_grouping": "1: Data Protection Impact Assessment (DPIA). 2: IAMA, https://a.nl"},
            ("DPIA", "IAMA"),
            (),
        ),
        (
            {"impacttoetsen_grouping": "1: DPIA checklist, Prescan van DPIA gedaan, er is geen DPIA benodigd"},
            ("Pre-scan DPIA",),
            (),
        ),
        ({"impacttoetsen_grouping": "1: DPIA, volgt"}, (), ()),
        ({"impacttoetsen_grouping": "1: DPIA, niet openbaar"}, ("DPIA",), ()),
        ({"impacttoetsen_grouping": "1: Privacyverklaring"}, (), ()),
        ({"impacttoetsen": "No IAMA was performed. A DPIA has been carried out."}, ("DPIA",), ("IAMA",)),
        ({"impacttoetsen": "DPIA is planned"}, (), ()),
        ({"impacttoetsen": "Er is geen DPIA nodig, want er zijn geen persoonsgegevens."}, (), ("DPIA",)),
        ({"impacttoetsen": "A pre-DPIA was carried out."}, ("Pre-scan DPIA",), ()),
        ({"dpia": "Ja", "iama": "Nee"}, ("DPIA",), ("IAMA",)),
        ({"dpia": "Nee, want er is geen sprake van persoonsgegevens."}, (), ("DPIA",)),
        ({"dpia": "Er is een DPIA uitgevoerd"}, ("DPIA",), ()),
        ({"dpia": "-"}, (), ()),
    ],
)
def test_declared_impact_tests(tmp_path, entry, done, not_done):
    path = tmp_path / "template.json"
    path.write_text(json.dumps([{"name": "A", "organization": "B", "goal": "C"} | entry]), "utf-8")
    (one,) = read(path)
    assert (one.assessment.algorithm.assessments, one.assessment.algorithm.not_done) == (done, not_done)


def test_a_dossier_and_its_findings_name_the_rules_in_one_form():
    framework = Framework.bundled()
    for assessment in example.assessments(framework):
        assert analyse(framework, assessment).prescan.rules == assessment.meta.rules
