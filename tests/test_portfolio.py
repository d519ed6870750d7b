"""Many dossiers at once: what is counted, what leads where, and that nothing unknown looks fine."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest

from kader import portfolio
from kader.assessment import codec
from kader.assessment.model import Assessment
from kader.errors import AssessmentError
from kader.framework.model import Framework
from kader.report import many
from kader.report.summary import Line
from kader.store import Store

HOSTILE = "<script>alert(1)</script>"


def assessment(name: str, **facts: str) -> Assessment:
    made = Assessment.new(
        Framework.bundled(), name=name, organisation="Gemeente", id=name.lower(), date=dt.date(2026, 11, 23)
    )
    for fact, value in facts.items():
        made = made.with_fact(fact, value=value)
    return made


@pytest.fixture
def three() -> list[Assessment]:
    required = assessment("Score", personal_data="yes", evaluation_scoring="yes", large_scale="yes")
    return [required, assessment("Niets", personal_data="no"), assessment("Leeg")]


def numbers(book: portfolio.Portfolio) -> dict[str, int]:
    return {key: number for key, _, number, _ in many.numbers(book.lines)}


def test_a_folder_of_documents(tmp_path, three):
    for item in three:
        (tmp_path / f"{item.meta.id}.json").write_text(codec.dumps(item), encoding="utf-8")
    (tmp_path / "kapot.json").write_text("{", encoding="utf-8")
    book = portfolio.open(folder=tmp_path)
    assert [line.id for line in book.lines] == ["kapot", "leeg", "niets", "score"]
    found = numbers(book)
    assert (found["dpia-required"], found["dpia-missing"], found["dpia-done"]) == (1, 1, 0)
    assert found["dpia-open"] == 1
    assert found["failed"] == 1
    assert book.lines[0].error


def test_a_declared_or_recorded_dpia_is_not_missing(tmp_path, three):
    declared = three[0].with_algorithm(assessments=["DPIA"])
    recorded = three[0].with_decisions(dpia_reference="2026-1")
    for number, item in enumerate((declared, recorded)):
        (tmp_path / f"{number}.json").write_text(codec.dumps(item), encoding="utf-8")
    found = numbers(portfolio.open(folder=tmp_path))
    assert (found["dpia-required"], found["dpia-missing"], found["dpia-done"]) == (2, 0, 2)


def test_a_store_leads_to_its_dossiers(tmp_path, three):
    url = tmp_path / "kader.db"
    with Store.open(url) as store:
        for item in three:
            store.create(item, "a")
    book = portfolio.open(store=str(url), widgets=False)
    assert {line.id for line in book.lines} == {"score", "niets", "leeg"}
    assert 'href="assessment?dossier=score"' in book.table()._repr_html_()
    english = portfolio.open(store=str(url), language="en", widgets=False)
    assert "All algorithms" in english.table()._repr_html_()


def test_every_number_opens_its_list(three, tmp_path):
    for item in three:
        (tmp_path / f"{item.meta.id}.json").write_text(codec.dumps(item), encoding="utf-8")
    page = portfolio.open(folder=tmp_path).page()
    targets = set(re.findall(r'id="([^"]+)"', page))
    for key, *_ in many.numbers(portfolio.open(folder=tmp_path).lines):
        assert f'href="#list-{key}"' in page
        assert f"list-{key}" in targets


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"lines": [1]}'])
def test_what_is_no_summary_is_said(tmp_path, content):
    (tmp_path / "summary.json").write_text(content)
    with pytest.raises(AssessmentError, match=r"summary\.json"):
        portfolio.open(folder=tmp_path)
    with pytest.raises(AssessmentError, match="nergens"):
        portfolio.open(folder=tmp_path / "nergens")


def test_lines_survive_json(three, tmp_path):
    (tmp_path / "a.json").write_text(codec.dumps(three[0]), encoding="utf-8")
    (line,) = portfolio.open(folder=tmp_path).lines
    assert Line.from_data(json.loads(json.dumps(line.as_data()))) == line


def test_in_a_browser_the_table_can_be_searched_and_filtered(tmp_path, three, browse):
    hostile = assessment("Vreemd").with_algorithm(name=HOSTILE)
    for item in [*three, hostile]:
        (tmp_path / f"{item.meta.id}.json").write_text(codec.dumps(item), encoding="utf-8")
    path = tmp_path / "portfolio.html"
    path.write_text(portfolio.open(folder=tmp_path).page(), encoding="utf-8")
    page = browse()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    rows = page.locator("#table tbody tr:visible")
    assert rows.count() == 4
    page.get_by_label("Zoeken in deze tabel").fill("score")
    assert rows.count() == 1
    page.get_by_label("Zoeken in deze tabel").fill("")
    page.locator("#table select").nth(0).select_option(index=1)
    assert 0 < rows.count() < 4
    assert asked == [path.as_uri()]
    plain = browse(java_script_enabled=False)
    plain.goto(path.as_uri())
    assert plain.locator("#table tbody tr:visible").count() == 4
