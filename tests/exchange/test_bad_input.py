"""A file that is wrong is named with file, row and column, and one bad row does not stop the others."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import json
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kader.assessment import codec
from kader.errors import ExchangeError
from kader.exchange import example, register, spreadsheet, tabular
from kader.framework.model import Framework

FRAMEWORK = Framework.bundled()
HEADER = "name,organization,goal,status\n"


def read(path):
    return register.read(path, FRAMEWORK, date=dt.date(2026, 11, 23))


@pytest.fixture
def file(tmp_path):
    def write(content, name="register.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def names(imported):
    return [one.assessment.algorithm.name for one in imported]


def lines(imported):
    return [(line.row, line.field, line.what.en) for line in imported.report.lines]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "   \n\n",
        "voornaam,achternaam\nJan,Jansen\n",
        "name,status\nA,B\n",
        "[]",
        "{}",
        "[1, 2]",
        '[{"a": 1}]',
        '{"name": "A"',
        "[" * 100_000,
        '[{"name": ' + "9" * 5_000 + "}]",
        "%PDF-1.7 …",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old excel",
        b"PK\x03\x04 no archive",
        b"n\x00a\x00m\x00e\x00,\x00s\x00t\x00a\x00t\x00u\x00s\x00" * 4,
    ],
    ids=lambda content: repr(content[:20]),
)
def test_what_is_no_register_is_refused_with_its_name(file, content):
    with pytest.raises(ExchangeError) as error:
        list(read(file(content)))
    for language in ("nl", "en"):
        assert "register.csv" in error.value.to(language)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ExchangeError, match="nergens"):
        read(tmp_path / "nergens.csv")
    with pytest.raises(ExchangeError):
        read(tmp_path)


def test_the_layout_is_found_by_content_not_by_name(file):
    content = example.register_path().read_bytes()
    assert names(read(file(content, "verkeerde-naam.xlsx"))) == names(read(example.register_path()))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(file, delimiter):
    imported = read(file("name,organization,goal\nA,B,C\n".replace(",", delimiter)))
    (one,) = imported
    assert dict(one.assessment.algorithm.entry) == {"name": "A", "organization": "B", "goal": "C"}


def test_windows_1252_is_read_and_said(file):
    imported = read(file((HEADER + "Café,Gemeente Súdwest,‘doel’ – €,\n").encode("cp1252")))
    assert names(imported) == ["Café"]
    assert "Windows-1252" in imported.report.lines[0].what.en
    assert imported.report.encoding == "cp1252"


def test_utf_16_is_read_and_said(file):
    imported = read(file((HEADER + "Café,B,C,\n").encode("utf-16")))
    assert names(imported) == ["Café"]
    assert "UTF-16" in imported.report.lines[0].what.en


def test_one_cell_in_another_encoding_is_named_and_the_others_are_whole(file):
    content = HEADER.encode() + "Eén,B,C,\n".encode() + "Café,B,C,\n".encode("cp1252")
    imported = read(file(content))
    assert names(imported) == ["Eén", "Café"]
    (line,) = imported.report.lines
    assert (line.row, line.field) == (3, "name")


def test_a_huge_cell_is_refused_by_row_and_column_and_the_others_are_read(file):
    huge = "x" * (tabular.MAX_CELL + 1)
    content = f'{HEADER}A,B,C,\n"D","E","{huge}",""\nF,G,H,\n'
    imported = read(file(content))
    assert names(imported) == ["A", "F"]
    assert (imported.report.rows, imported.report.imported, imported.report.refused) == (3, 2, 1)
    (line,) = imported.report.lines
    assert (line.row, line.field) == (3, "goal")


@pytest.mark.slow
@pytest.mark.parametrize("quoted", [True, False])
def test_a_cell_of_200_mb_costs_no_such_memory(file, tmp_path, quoted):
    import tracemalloc

    path = tmp_path / "register.csv"
    quote = '"' if quoted else ""
    with path.open("w") as out:
        out.write(f"{HEADER}A,B,C,\nD,E,{quote}")
        for _ in range(200):
            out.write(("regel " * 1_000 + "\n") * 166 if quoted else "x" * 1_000_000)
        out.write(f"{quote},\nF,G,H,\n")
    imported = read(path)
    tracemalloc.start()
    found = names(imported)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == ["A", "F"]
    assert [(line.row, line.field) for line in imported.report.lines] == [(3, "goal")]
    assert peak < 60_000_000


def test_duplicate_ids_become_distinct_and_are_named(file):
    imported = read(file("name,organization,algorithm_id\nA,B,7\nC,D,7\nE,F,7-2\nG,H,volgt\nG,H,volgt\n"))
    ids = [one.assessment.meta.id for one in imported]
    assert len(set(ids)) == 5
    assert ids[:3] == ["7", "7-2", "7-2-2"]
    assert [line[:2] for line in lines(imported)] == [(3, "algorithm_id"), (4, "algorithm_id"), (6, "algorithm_id")]


def test_an_entry_without_id_gets_the_same_one_each_time(file):
    first, second = (
        [one.assessment.meta.id for one in read(file(content, name))]
        for content, name in (
            ("name,organization,goal\nParkeerscan,Gemeente A,x\n", "a.csv"),
            ("goal,organization,name\ny,Gemeente A,Parkeerscan\n", "b.csv"),
        )
    )
    assert first == second
    assert first[0].startswith("gemeente-a-parkeerscan-")


def test_ragged_rows_keep_what_they_have(file):
    imported = read(file(HEADER + "A,B\nC,D,E,In gebruik,meer,\n"))
    first, second = (dict(one.assessment.algorithm.entry) for one in imported)
    assert first == {"name": "A", "organization": "B"}
    assert second == {"name": "C", "organization": "D", "goal": "E", "status": "In gebruik", "column 5": "meer"}
    assert [row for row, _, _ in lines(imported)] == [2, 3]


def test_an_empty_row_is_no_algorithm_and_is_named(file):
    imported = read(file(HEADER + "A,B,C,\n,,,\n\nD,E,F,\n"))
    assert names(imported) == ["A", "D"]
    assert imported.report.refused == 1


def test_nul_characters_are_replaced_and_named(file):
    imported = read(file(HEADER + "A\x00B,C,D,\n"))
    assert names(imported) == ["A␀B"]
    assert [line[:2] for line in lines(imported)] == [(2, "name")]


def test_half_characters_in_json_are_replaced_and_named(file):
    imported = read(file('[{"name": "A\\ud800", "organization": "B", "goal": "C"}]'))
    (one,) = imported
    assert one.assessment.algorithm.name == "A�"
    assert codec.loads(codec.dumps(one.assessment)) == one.assessment
    assert [line[:2] for line in lines(imported)] == [(1, "name")]


def test_values_that_no_document_can_hold_are_kept_as_text(file):
    deep = "[" * 60 + "]" * 60
    imported = read(file(f'[{{"name": "A", "organization": "B", "goal": "C", "x": NaN, "y": {deep}}}]'))
    (one,) = imported
    assert one.assessment.algorithm.entry["x"] == "nan"
    assert codec.loads(codec.dumps(one.assessment)) == one.assessment
    assert {line[1] for line in lines(imported)} == {"x", "y"}


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", '=HYPERLINK("https://x.example")', "+1", "@SUM(A1)", "<img src=x onerror=y>"]
)
def test_html_and_formulas_in_a_name_stay_text_and_are_named(file, name):
    out = io.StringIO()
    csv.writer(out).writerows([["name", "organization", "goal"], [name, "B", "C"]])
    imported = read(file(out.getvalue()))
    (one,) = imported
    assert one.assessment.algorithm.name == name
    assert one.assessment.algorithm.entry["name"] == name
    assert [line[:2] for line in lines(imported)] == [(2, "name")]


def test_a_name_that_is_far_too_long_is_kept_whole_beside_a_short_title(file):
    imported = read(file(f"name,organization,goal\n{'x' * 5_000},B,C\n"))
    (one,) = imported
    assert len(one.assessment.algorithm.name) == 2_000
    assert one.assessment.algorithm.entry["name"] == "x" * 5_000
    assert codec.loads(codec.dumps(one.assessment)) == one.assessment


def test_unknown_columns_and_second_columns_are_kept_and_named(file):
    imported = read(file("name,organization,goal,Eigen veld,goal,Doel\nA,B,C,D,E,F\n"))
    (one,) = imported
    assert dict(one.assessment.algorithm.entry) == {
        "name": "A", "organization": "B", "goal": "C", "Eigen veld": "D", "goal (2)": "E", "Doel": "F",
    }  # fmt: skip
    assert imported.report.unknown_columns == ("Eigen veld",)


def test_a_bad_item_in_json_does_not_stop_the_others(file):
    imported = read(file('[7, {"name": "A", "organization": "B", "goal": "C"}, null, {}]'))
    assert names(imported) == ["A"]
    assert imported.report.refused == 3


# --- XLSX ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "register.xlsx"
    book = openpyxl.Workbook()
    for line in (
        ["name", "A", "=1+1"],
        ["organization", "B", "C"],
        ["goal", "D", "E"],
        ["begin_date", dt.date(2023, 5, 1), 2019],
    ):
        book.worksheets[0].append(line)
    book.save(path)
    return path


def test_formulas_and_dates_in_xlsx_are_text(workbook):
    first, second = (one.assessment.algorithm for one in read(workbook))
    assert second.name == "=1+1"
    assert (first.begin, second.begin) == ("2023-05", "2019")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_xlsx_is_named(workbook, file, share):
    content = workbook.read_bytes()
    with pytest.raises(ExchangeError) as error:
        read(file(content[: int(len(content) * share)], "half.xlsx"))
    assert "half.xlsx" in error.value.to("en")


def test_a_damaged_sheet_is_named(workbook, file):
    packed = io.BytesIO()
    with zipfile.ZipFile(workbook) as old, zipfile.ZipFile(packed, "w") as new:
        for member in old.infolist():
            content = old.read(member)
            new.writestr(member, content[:200] if "sheet1" in member.filename else content)
    with pytest.raises(ExchangeError, match=r"damaged\.xlsx"):
        read(file(packed.getvalue(), "damaged.xlsx"))


def test_a_zip_that_is_no_workbook_is_named(file):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "b")
    with pytest.raises(ExchangeError, match=r"a\.xlsx"):
        read(file(packed.getvalue(), "a.xlsx"))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(file):
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as sheet,
    ):
        for _ in range(100):
            sheet.write(b" " * 1_000_000)
    assert len(packed.getvalue()) < 1_000_000
    with pytest.raises(ExchangeError, match=r"bomb\.xlsx"):
        read(file(packed.getvalue(), "bomb.xlsx"))


def test_an_entity_bomb_in_a_sheet_is_refused(workbook, file):
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
    packed = io.BytesIO()
    with zipfile.ZipFile(workbook) as old, zipfile.ZipFile(packed, "w") as new:
        for member in old.infolist():
            new.writestr(member, bomb if "sheet1" in member.filename else old.read(member))
    with pytest.raises(ExchangeError, match=r"bomb\.xlsx"):
        read(file(packed.getvalue(), "bomb.xlsx"))


def test_too_many_cells_are_refused(workbook, monkeypatch):
    monkeypatch.setattr(spreadsheet, "MAX_CELLS", 5)
    with pytest.raises(ExchangeError, match=r"register\.xlsx"):
        read(workbook)


# --- anything -----------------------------------------------------------------------------------------------------


def survives(path):
    with contextlib.suppress(ExchangeError):
        for one in read(path):
            assert codec.loads(codec.dumps(one.assessment)) == one.assessment


ANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


@ANY
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(file, content):
    survives(file(content))
    survives(file(HEADER.encode() + content))
    survives(file(b"PK\x03\x04" + content))


@ANY
@given(st.lists(st.lists(st.text(max_size=30), max_size=6), max_size=6))
def test_any_cells_are_read_and_every_one_is_kept(file, table):
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["name", "organization", "goal", "risks"])
    writer.writerows(row for row in table if row)
    path = file(out.getvalue().encode("utf-8", "replace"))
    survives(path)
    kept = [set(one.assessment.algorithm.entry.values()) for one in read(path)]
    wanted = [{cell.replace("\x00", "␀") for cell in row if cell} for row in table if any(row)]
    assert kept == [{cell.encode("utf-8", "replace").decode() for cell in row} for row in wanted]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


@ANY
@given(st.dictionaries(st.sampled_from(["name", "organization", "goal", "lars", "status", "begin_date", "category",
    "impacttoetsen_grouping", "impacttoetsen", "dpia", "algorithm_id", "risks", "ander"]), JSON))  # fmt: skip
def test_any_json_record_is_read_or_refused(file, record):
    base = {"name": "A", "organization": "B", "goal": "C"}
    survives(file(json.dumps([base | record])))
