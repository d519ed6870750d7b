"""A register goes in; per algorithm a notebook, a page and a document come out, and one failure stays one failure."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import openpyxl
import pytest

from kader import batch, portfolio, shipped
from kader.assessment import codec
from kader.batch import notebooks
from kader.errors import BatchError, ExchangeError
from kader.report import files
from kader.report.summary import Line
from kader.store import Store

HEADER = [
    "name",
    "organization",
    "description_short",
    "goal",
    "status",
    "impacttoetsen_grouping",
    "algorithm_id",
    "standard_version",
]


def register(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.DictWriter(file, HEADER, restval="")
        writer.writeheader()
        for number, row in enumerate(rows):
            writer.writerow(
                {"name": f"Algoritme {number}", "algorithm_id": f"1000{number}", "standard_version": "1.0", **row}
            )
    return path


def template(path: Path, code: str) -> Path:
    """A notebook with our parameters and one cell."""
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    names = 'file = ""\nlanguage = ""\nwidgets = "auto"'
    notebook.cells = [
        nbformat.v4.new_code_cell(names, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(
            "from pathlib import Path\nfrom kader.assessment import codec\nname = codec.load(Path(file)).algorithm.name"
        ),
        nbformat.v4.new_code_cell(code),
    ]
    nbformat.write(notebook, path)
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, delimiter=";"))


def complete(out: Path, lines: tuple[Line, ...]) -> None:
    """Every line has its three files, and nothing half-written is left."""
    for line in lines:
        assert codec.load(out / "json" / f"{line.file}.json").meta.id == line.id
        page = (out / "html" / f"{line.file}.html").read_text(encoding="utf-8")
        assert page.startswith("<!DOCTYPE html>")
        assert "<script" not in page
        notebook = nbformat.read(out / "notebooks" / f"{line.file}.ipynb", as_version=4)
        nbformat.validate(notebook)
        assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
    assert not [path for path in out.rglob("*") if ".part" in path.name]


def test_a_register_becomes_notebooks_pages_documents_and_a_summary(tmp_path):
    source = register(
        tmp_path / "register.csv",
        {
            "name": "Parkeerscan",
            "goal": "Wij verwerken persoonsgegevens van alle inwoners.",
            "impacttoetsen_grouping": "1: Data Protection Impact Assessment (DPIA)",
        },
        {"name": "<b>=1+1</b>", "organization": '=HYPERLINK("http://evil.test")'},
        {"name": "=cmd|' /C calc'!A0"},
    )
    seen: list[batch.Progress] = []
    out = tmp_path / "uit {vreemd}"
    summary = batch.run(source, out, workers=2, progress=seen.append)
    assert [line.name for line in summary.lines] == ["Parkeerscan", "<b>=1+1</b>", "=cmd|' /C calc'!A0"]
    assert summary.failures == ()
    complete(out, summary.lines)
    assert [(step.done, step.total) for step in seen] == [(1, 3), (2, 3), (3, 3)]

    first = nbformat.read(out / "notebooks" / f"{summary.lines[0].file}.ipynb", as_version=4)
    injected = next(cell for cell in first.cells if "injected-parameters" in cell.metadata.get("tags", []))
    assert f"../json/{summary.lines[0].file}.json" in injected.source
    assert str(tmp_path) not in nbformat.writes(first), "a notebook can be moved with its folder"
    assert "metadata.widgets" not in first.metadata

    table = rows_of(out / "summary.csv")
    assert [row["Algoritme"] for row in table] == ["Parkeerscan", "<b>=1+1</b>", "'=cmd|' /C calc'!A0"]
    assert table[1]["Organisatie"].startswith("'=HYPERLINK")
    assert table[0]["Opgegeven toetsen"] == "DPIA"
    assert {row["Gegevensbeschermingseffectbeoordeling (DPIA): op de antwoorden"] for row in table} == {
        "nog niet te bepalen"
    }
    assert all(int(row["Open vragen"]) > 0 and row["Vraag eerst"] for row in table)
    sheet = openpyxl.load_workbook(out / "summary.xlsx").active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s", "n"}
    assert sheet["B4"].value == "=cmd|' /C calc'!A0"
    assert sheet["B4"].data_type == "s"

    page = (out / "portfolio.html").read_text(encoding="utf-8")
    links = re.findall(r'href="(html/[^"]+)"', page)
    assert set(links) == {f"html/{line.file}.html" for line in summary.lines}
    assert all((out / link).is_file() for link in links)
    assert "<b>=1+1" not in page
    book = nbformat.read(out / "portfolio.ipynb", as_version=4)
    assert not [output for cell in book.cells for output in cell.get("outputs", []) if output.output_type == "error"]
    assert "Parkeerscan" in nbformat.writes(book)


def test_a_second_run_into_the_same_folder_works(tmp_path):
    source = register(tmp_path / "register.csv", {}, {})
    one = template(tmp_path / "t.ipynb", "name")
    first = batch.run(source, tmp_path / "out", workers=1, template=one, language="en")
    second = batch.run(source, tmp_path / "out", workers=1, template=one, language="en", limit=1)
    assert second.lines == first.lines[:1]
    assert len(rows_of(tmp_path / "out" / "summary.csv")) == 1
    complete(tmp_path / "out", second.lines)


def test_what_fails_is_one_algorithm_and_leaves_its_notebook_with_the_error(tmp_path):
    source = register(
        tmp_path / "register.csv", {"name": "goed"}, {"name": "fout"}, {"name": "dood"}, {"name": "ook goed"}
    )
    breaking = template(
        tmp_path / "t.ipynb",
        "import os\nif name == 'fout': raise ValueError('dit gaat mis')\nif name == 'dood': os._exit(1)\nname",
    )
    summary = batch.run(source, tmp_path / "out", workers=2, template=breaking)
    assert [bool(line.error) for line in summary.lines] == [False, True, True, False]
    assert summary.lines[1].error == "ValueError: dit gaat mis"
    assert "Dead" in summary.lines[2].error
    failed = nbformat.read(tmp_path / "out" / "notebooks" / f"{summary.lines[1].file}.ipynb", as_version=4)
    assert [
        output.evalue for cell in failed.cells for output in cell.get("outputs", []) if output.output_type == "error"
    ] == ["dit gaat mis"]
    assert (tmp_path / "out" / "notebooks" / f"{summary.lines[2].file}.ipynb").is_file()
    assert all((tmp_path / "out" / "html" / f"{line.file}.html").is_file() for line in summary.lines)
    table = rows_of(tmp_path / "out" / "summary.csv")
    assert [row["Fout"] for row in table][:2] == ["", "ValueError: dit gaat mis"]
    assert any("ValueError: dit gaat mis" in line for line in summary.in_lines("nl"))


def test_a_worker_that_dies_takes_only_its_own_job(tmp_path):
    source = register(tmp_path / "register.csv", {"name": "goed"}, {"name": "moordenaar"}, {"name": "ook goed"})
    killing = template(
        tmp_path / "t.ipynb",
        "import os, signal\nif name == 'moordenaar': os.kill(os.getppid(), signal.SIGKILL)\nname",
    )
    summary = batch.run(source, tmp_path / "out", workers=2, template=killing, language="en")
    assert [line.error for line in summary.lines] == ["", "the process stopped unexpectedly", ""]
    notebook = nbformat.read(tmp_path / "out" / "notebooks" / f"{summary.lines[1].file}.ipynb", as_version=4)
    assert "the process stopped unexpectedly" in notebook.cells[0].source


@pytest.mark.parametrize("name", ["assessment_id = str(40+2) #", "unknown", "class", "", "file\nimport os"])
def test_a_parameter_that_the_template_lacks_is_refused_by_name(tmp_path, name):
    source = register(tmp_path / "register.csv", {})
    with pytest.raises(BatchError) as caught:
        batch.run(source, tmp_path / "out", parameters={name: 1})
    assert repr(name) in caught.value.to("en")
    assert not (tmp_path / "out").exists()


def test_parameter_names_come_from_the_templates_own_cell():
    assert notebooks.parameter_names(shipped.template("assessment.ipynb")) >= {"file", "language", "widgets"}


@pytest.mark.parametrize(
    "content",
    ["", "{}", '{"cells": []}', "no json", '{"cells": [{"metadata": {"tags": ["parameters"]}, "source": "x ="}]}'],
)
def test_a_template_without_a_parameters_cell_is_refused(tmp_path, content):
    path = tmp_path / "t.ipynb"
    path.write_text(content)
    with pytest.raises(BatchError, match=r"t\.ipynb"):
        batch.check_parameters(path, {})


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "out").write_text("a file stands where the folder should be")
    with pytest.raises(BatchError, match=re.escape(str(tmp_path / "out"))):
        batch.run("example", tmp_path / "out", limit=1)


def test_what_is_no_register_is_refused_before_anything_is_made(tmp_path):
    path = tmp_path / "photo.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    with pytest.raises(ExchangeError, match=r"photo\.csv"):
        batch.run(path, tmp_path / "out")
    with pytest.raises(BatchError, match="nonsense"):
        batch.run(path, tmp_path / "out", profile="nonsense")


def test_a_store_gets_proposals_and_never_answers(tmp_path):
    source = register(
        tmp_path / "register.csv", {"name": "Parkeerscan", "goal": "Wij verwerken persoonsgegevens van inwoners."}
    )
    one = template(tmp_path / "t.ipynb", "name")
    url = tmp_path / "kader.db"
    first = batch.run(source, tmp_path / "out", workers=1, template=one, store=url)
    with Store.open(url) as store:
        stored = store.load(first.lines[0].id)
        assert not any(answer.value != "unknown" for answer in stored.assessment.facts.values())
        answered = stored.assessment.with_fact("national_id", value="yes")
        store.save(answered, based_on=stored.revision, author="a")
    second = batch.run(source, tmp_path / "out", workers=1, template=one, store=url)
    with Store.open(url) as store:
        assert store.load(first.lines[0].id).assessment.facts["national_id"].value == "yes"
    assert second.lines[0].open_questions == first.lines[0].open_questions - 1


def test_file_names_are_safe_and_differ():
    taken: set[str] = set()
    ids = ["a", "A", "../../etc/passwd", "..", "CON", "con.txt", "x" * 300, "naam met spatie", "é", "a\x00b"]
    names = [batch.file_name(id, taken) for id in ids]
    assert len({name.casefold() for name in names}) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,110}", name) for name in names)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_is_never_a_formula(tmp_path, start):
    text = f"{start}1+1"
    files.write_csv(tmp_path / "a.csv", [["kop"], [text]])
    files.write_xlsx(tmp_path / "a.xlsx", "Blad", [["kop", 1], [text, -2]])
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8-sig") as file:
        assert list(csv.reader(file, delimiter=";"))[1] == [f"'{text}"]
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert sheet is not None
    assert sheet["A2"].data_type == "s"
    assert sheet["B2"].value == -2


def test_a_file_is_there_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.txt"
    files.write_text(path, "eerst")

    def fails() -> None:
        with files.whole(path) as temporary:
            temporary.write_text("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fails()
    assert path.read_text() == "eerst"
    assert [item.name for item in tmp_path.iterdir()] == ["a.txt"]


def checked(summary: batch.Summary, expected: int) -> None:
    """The counts of the summary add up, in memory and on disk."""
    data: dict[str, Any] = json.loads((summary.out / "summary.json").read_text(encoding="utf-8"))
    assert len(summary.lines) == len(data["lines"]) == len(rows_of(summary.out / "summary.csv")) == expected
    for folder, ending in (("notebooks", "ipynb"), ("html", "html"), ("json", "json")):
        assert len(list((summary.out / folder).glob(f"*.{ending}"))) == expected
    assert tuple(Line.from_data(item) for item in data["lines"]) == summary.lines
    statuses = Counter(line.verdicts["dpia"] for line in summary.lines)
    assert statuses.total() == expected
    book = portfolio.open(folder=summary.out)
    assert book.lines == summary.lines
    for line in summary.lines:
        assert sum(Counter(line.requirements.values()).values()) == 14
        assert set(line.missing) <= set(line.indicated)


def test_the_example_register(tmp_path):
    pytest.importorskip("kader.exchange.example")
    summary = batch.run("example", tmp_path / "out", workers=2)
    assert summary.failures == ()
    complete(tmp_path / "out", summary.lines)
    checked(summary, 12)
    assert {line.verdicts["dpia"] for line in summary.lines} >= {
        "required",
        "recommended",
        "undetermined",
        "not_required",
        "not_applicable",
    }


@pytest.mark.slow
def test_the_whole_register(tmp_path, shared, browse):
    """396 rows in, 396 notebooks, pages and documents out; a sample of the pages asks for nothing beyond itself."""
    summary = batch.run(shared / "data/register/register_v1_0_ENG.csv", tmp_path / "out", language="en")
    assert summary.failures == ()
    complete(tmp_path / "out", summary.lines)
    checked(summary, 396)
    page = browse()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sample = [tmp_path / "out" / "html" / f"{line.file}.html" for line in summary.lines[::66]]
    for path in [*sample, tmp_path / "out" / "portfolio.html"]:
        asked.clear()
        page.goto(path.as_uri())
        assert asked == [path.as_uri()]
        assert page.locator("h1").count() == 1
