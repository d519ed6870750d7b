from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from kader import shipped, workbook
from kader.assessment import codec
from kader.assessment.model import Assessment
from kader.errors import ConflictError, KaderError, StoreError
from kader.framework.model import Framework
from kader.framework.rules import Truth
from kader.store import DossierFile, Store
from kader.ui import notebook


def opened(*given: Any, **options: Any) -> Any:
    return workbook.open(*given, **options)


PARTS = "overview parts verdicts prescan requirements processing risks decisions actions sources".split()


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path):
    """No dashboard around it, and no store of the person who runs the tests."""
    for name in ("QUERY_STRING", "VOILA_REQUEST_URL", "KADER_EDIT", "HTTP_X_FORWARDED_USER", "JUPYTERHUB_USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KADER_DATABASE_URL", f"sqlite:///{tmp_path / 'kader.db'}")


@pytest.fixture
def assessment() -> Assessment:
    return Assessment.new(Framework.bundled(), name="Parkeerscan <b>", organisation="Voorbeeldstad", id="parkeerscan")


@pytest.fixture
def kept(assessment) -> Assessment:
    with Store.open() as store:
        return store.create(assessment, "Ada").assessment


@pytest.fixture
def file(assessment, tmp_path):
    path = tmp_path / "parkeerscan.json"
    path.write_text(codec.dumps(assessment), encoding="utf-8")
    return path


@pytest.mark.parametrize("widgets", [True, False])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_part_shows(kept, widgets, language):
    book = opened("parkeerscan", widgets=widgets, language=language)
    for part in PARTS:
        assert getattr(book, part)() is not None


def test_without_widgets_it_is_html_that_needs_nothing(file):
    book = opened(file=file, widgets=False)
    text = "".join(getattr(book, part)()._repr_html_() for part in PARTS)
    assert "Parkeerscan &lt;b&gt;" in text
    assert "<script" not in text
    assert "nog niet te bepalen" in text


def test_answers_go_into_the_store(kept):
    book = opened("parkeerscan", widgets=True)
    book._state.apply("facts/large_scale/value", "yes")
    assert opened("parkeerscan", widgets=True).assessment.facts["large_scale"].value is Truth.YES
    with Store.open() as store:
        assert store.history("parkeerscan")[-1].author == workbook.author()


def test_answers_go_into_the_file(file):
    book = opened(file=file, widgets=True)
    book._state.apply("facts/large_scale/value", "yes")
    assert codec.load(file).facts["large_scale"].value is Truth.YES
    assert sorted(path.name for path in file.parent.iterdir()) == [file.name]


def test_two_people_in_one_file(file):
    one, other = (opened(file=file, widgets=True) for _ in range(2))
    one._state.apply("facts/large_scale/value", "yes")
    other._state.apply("facts/health_data/value", "no")
    found = codec.load(file).facts
    assert (found["large_scale"].value, found["health_data"].value) == (Truth.YES, Truth.NO)
    with pytest.raises(ConflictError, match="facts/large_scale/value"):
        DossierFileWithOldBase(file).clash()
    with pytest.raises(ConflictError):
        one._state.apply("facts/health_data/value", "yes")
    assert codec.load(file).facts["health_data"].value is Truth.NO


class DossierFileWithOldBase:
    def __init__(self, path) -> None:
        self.path = path

    def clash(self) -> None:
        document = DossierFile(self.path)
        old = document.load()
        newer = old.assessment.with_fact("large_scale", value="no")
        self.path.write_text(codec.dumps(newer), encoding="utf-8")
        document.save(old.assessment.with_fact("large_scale", value="unknown"), based_on=old.revision)


def test_a_file_that_cannot_be_written_says_so(file, monkeypatch):
    book = opened(file=file, widgets=True)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError, match="niet te schrijven"):
        book._state.apply("facts/large_scale/value", "yes")
    assert codec.load(file).facts == {}
    assert sorted(path.name for path in file.parent.iterdir()) == [file.name]


@pytest.mark.parametrize("dossier", ["nergens", "", "../../etc/passwd", "<script>", "x" * 5000, "a\nb"])
def test_an_unknown_dossier_gives_a_page_with_what_there_is(kept, dossier):
    book = opened(dossier, widgets=True)
    page = book.page()
    assert "kan niet worden geopend" in page
    assert "<code>parkeerscan</code>" in page
    assert "<script" not in page
    assert all(getattr(book, part)() is None for part in PARTS[1:])
    with pytest.raises(KaderError):
        opened(dossier, widgets=False)


def test_no_store_at_all_gives_a_page(monkeypatch):
    monkeypatch.setenv("KADER_DATABASE_URL", "mysql://nergens")
    assert "geen soort database" in opened("x", widgets=True).page()


@pytest.fixture
def dashboard(monkeypatch):
    def asked(query, edit="0"):
        monkeypatch.setenv("QUERY_STRING", query)
        monkeypatch.setenv("VOILA_REQUEST_URL", "http://127.0.0.1/")
        monkeypatch.setenv("KADER_EDIT", edit)
        return workbook.open(widgets=True)

    return asked


def test_the_address_chooses_dossier_and_language(kept, dashboard):
    book = dashboard("dossier=parkeerscan&taal=en")
    assert book._state.language == "en"
    assert dashboard("dossier=parkeerscan&language=en")._state.language == "en"
    assert dashboard("dossier=parkeerscan&language=%3Cscript%3E")._state.language == "nl"


def test_the_dashboard_reads_unless_it_was_started_to_edit(kept, dashboard):
    assert dashboard("dossier=parkeerscan")._state.read_only
    assert not dashboard("dossier=parkeerscan", edit="1")._state.read_only


def test_links_of_the_closed_page_lead_within_the_dashboard(kept, dashboard):
    assert 'href="?dossier=parkeerscan&amp;language=nl"' in dashboard("dossier=nergens").page()


def test_a_mistake_of_ours_is_no_traceback_in_the_dashboard(kept, dashboard, monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError("geheim pad /srv/x")

    monkeypatch.setattr(workbook, "framework_of", broken)
    page = dashboard("dossier=parkeerscan").page()
    assert "ging iets mis" in page
    assert "geheim" not in page


@pytest.mark.parametrize(
    ("environment", "who"),
    [
        ({"HTTP_X_FORWARDED_USER": "ada", "JUPYTERHUB_USER": "bo"}, "ada"),
        ({"JUPYTERHUB_USER": "bo"}, "bo"),
        ({"HTTP_X_FORWARDED_USER": "  \x00\x1b[31m ", "JUPYTERHUB_USER": "bo"}, "[31m"),
        ({"HTTP_X_FORWARDED_USER": "x" * 500}, "x" * 200),
    ],
)
def test_who_works_here(environment, who):
    assert workbook.author(environment) == who


def test_else_the_user_of_this_machine(monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "cy")
    assert workbook.author({}) == "cy"


# --- the notebook -----------------------------------------------------------------------------------------------


def test_a_new_dossier_has_a_notebook_bound_to_it(tmp_path):
    path = workbook.new('Scan "; import os #', organisation="x", folder=tmp_path / "werk", language="en")
    source = "".join(json.loads(path.read_text("utf-8"))["cells"][0]["source"])
    given: dict[str, object] = {}
    exec(source, given)
    with Store.open() as store:
        (entry,) = store.list()
    assert (given["dossier"], given["language"], given["widgets"]) == (entry.id, "en", "auto")
    assert "import os" not in source


def test_a_notebook_is_used_again_and_never_overwritten(tmp_path):
    first = notebook.bound("a-1", folder=tmp_path)
    first.write_text(first.read_text("utf-8").replace("book.sources()", "book.sources()  # van mij"), encoding="utf-8")
    assert notebook.bound("a-1", folder=tmp_path) == first
    assert "van mij" in first.read_text("utf-8")
    other = notebook.bound("a-1", store="elders.db", folder=tmp_path)
    assert other != first
    (tmp_path / "b-1.ipynb").write_text("geen notebook")
    assert notebook.bound("b-1", folder=tmp_path).name == "b-1-2.ipynb"


def test_the_template_runs_under_papermill(file, tmp_path, root):
    out = tmp_path / "uit.ipynb"
    code = (
        "import sys, papermill; papermill.execute_notebook(sys.argv[1], sys.argv[2],"
        " parameters={'file': sys.argv[3], 'widgets': False, 'language': 'en'}, progress_bar=False)"
    )
    subprocess.run(
        [sys.executable, "-c", code, str(shipped.template("assessment.ipynb")), str(out), str(file)],
        check=True, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, timeout=180, capture_output=True,
    )  # fmt: skip
    made = json.loads(out.read_text("utf-8"))
    text = json.dumps(made["cells"])
    assert "undetermined" in text
    assert "ename" not in text
    assert "widget-view" not in text


def test_a_notebook_over_a_file_loads_no_database():
    script = "import sys; from kader import workbook; sys.exit('sqlalchemy' in sys.modules or 'alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_opening_without_a_language_takes_the_notebook_that_is_there(tmp_path):
    made = notebook.bound("parkeerscan", store="k.db", language="nl", folder=tmp_path)
    assert notebook.bound("parkeerscan", store="k.db", folder=tmp_path) == made
    assert notebook.bound("parkeerscan", store="other.db", folder=tmp_path) != made
    assert notebook.bound("parkeerscan", store="k.db", language="en", folder=tmp_path) != made
