"""A real dashboard to test in: Voilà with the template and the settings that the workbook is served with."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

from kader import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; frame-ancestors 'self'; form-action 'self'; base-uri 'self'; object-src 'none'"
)
SETTINGS = f"""
c.VoilaConfiguration.template = "kader"
c.VoilaConfiguration.allow_template_override = "NO"
c.VoilaConfiguration.classic_tree = False  # Voilà's default; its page includes the classic one
c.VoilaConfiguration.file_allowlist = ["(?!)"]
c.VoilaConfiguration.extension_allowlist = [
    "@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager", "anywidget"
]
c.VoilaConfiguration.prelaunch_hook = lambda req, notebook, cwd: req.xsrf_token and None
c.KernelManager.transport = "ipc"
c.Voila.tornado_settings = {{"headers": {{"Content-Security-Policy": {POLICY!r}}}}}
"""

# What every test page starts with: answers go to a file, and come back from it at the next visit.
STORE = """
import datetime as dt, json, os, pathlib, urllib.parse
from kader.ui.form import Ack, Form
from kader.ui.matrix import Matrix
from kader.ui.panel import Panel
from kader import figures
from kader.framework.risks import read_scale
from markupsafe import Markup
query = dict(urllib.parse.parse_qsl(os.environ.get("QUERY_STRING", "")))
language = query.get("language", "nl")
kept = pathlib.Path(query.get("dossier", "shared") + ".json")
def stored():
    return json.loads(kept.read_text()) if kept.exists() else []
def keep(*change):
    kept.write_text(json.dumps([*stored(), change]))
def word(nl, en):
    return en if language == "en" else nl
"""

FORM = """
panel = Panel(Markup('<h2>{}</h2><details data-key="d"><summary>{}</summary><p>x</p></details><p><a href="#facts/bsn/value">BSN</a></p>'
    ).format(word("Uitkomst", "Finding"), word("Waarop rust dit?", "What does this rest on?")), place="side", title=word("DPIA: nog niet te zeggen", "DPIA: undetermined"), language=language)
def answer(path, value):
    if value == "stil":
        import time; time.sleep(7)
    if value == "kapot":
        raise ValueError("secret detail")
    if value == "weiger":
        from kader.errors import Problem, StoreError
        from kader.text import Text
        raise StoreError(Problem(Text("De schijf is vol.", "The disk is full.")))
    keep(path, value)
    panel.show(Markup('<h2>{}</h2><details data-key="d"><summary>{}</summary><p>{}</p></details><p><a href="#facts/bsn/value">BSN</a></p>').format(
        word("Uitkomst", "Finding"), word("Waarop rust dit?", "What does this rest on?"), str(value)), word("DPIA is nu: ", "DPIA is now: ") + str(value))
    return Ack(at=dt.datetime(2026, 11, 23, 14, 2, tzinfo=dt.timezone.utc).isoformat(), author="Jansen")
yes_no = [{"value": "yes", "label": word("ja", "yes")}, {"value": "no", "label": word("nee", "no")}, {"value": "unknown", "label": word("onbekend", "unknown")}]
levels = [{"value": "laag", "label": word("laag", "low")}, {"value": "midden", "label": word("midden", "medium")}, {"value": "hoog", "label": word("hoog", "high")}]
schema = {"language": language, "readOnly": query.get("edit") == "no", "groups": [{"id": "scale", "title": word("Omvang", "Scale"), "intro": "…", "questions": [
    {"path": "facts/large_scale/value", "kind": "choice", "label": word("Grote schaal?", "Large scale?"), "hint": word("Denk aan veel mensen.", "Think of many people."),
     "why": word("Het is een criterium.", "It is a criterion."), "articles": ["AVG 35(3)(b)", {"label": "WP248", "href": "https://example.org/wp248"}], "options": yes_no, "extras": ["remark", "reason"]},
    {"path": "facts/bsn/value", "kind": "choice", "label": "BSN?", "options": yes_no, "extras": ["remark", "reason"]},
    {"path": "checks/avg-05-c2/value", "kind": "choice", "label": word("Register?", "Record?"), "options": [{"value": "yes", "label": word("ja", "yes")}, {"value": "na", "label": word("n.v.t.", "n.a."), "reason": True}], "extras": ["remark", "reason", "evidence"]},
]}, {"id": "more", "title": word("Verder", "Further"), "questions": [
    {"path": "processing/14.1/text", "kind": "longtext", "label": word("Waarom nodig?", "Why needed?")},
    {"path": "algorithm/people", "kind": "number", "label": word("Hoeveel mensen?", "How many people?")},
    {"path": "algorithm/begin", "kind": "date", "label": word("Vanaf?", "From?")},
    {"path": "algorithm/themes", "kind": "several", "label": word("Thema's", "Themes"), "options": [{"value": "a", "label": "Parkeren"}, {"value": "b", "label": "Zorg"}]},
    {"path": "risks/PR10/inherent/likelihood", "kind": "level", "label": word("Kans?", "Likelihood?"), "options": levels},
]}]}
values = {"facts/large_scale/value": {"value": "unknown", "proposals": [{"value": "yes", "label": word("ja", "yes"), "quote": "120.000 <b>vergunningen</b>", "field": "goal"}]},
          "facts/bsn/value": {"value": "no", "remark": "Zie bijlage", "author": "De Vries", "at": "2026-11-20T10:00:00+01:00"}}
for path, value in stored():
    around, _, part = path.rpartition("/")
    for question in values.keys() | {q["path"] for g in schema["groups"] for q in g["questions"]}:
        if question == path:
            values.setdefault(question, {})["value"] = value
        elif question.rpartition("/")[0] == around and part in ("remark", "reason", "evidence"):
            values.setdefault(question, {})[part] = value
form = Form(schema, values, answer)
"""

MATRIX = """
def score(risk, stage, likelihood, impact):
    keep(risk, stage, likelihood, impact)
    return Ack(at=dt.datetime(2026, 11, 23, 14, 2, tzinfo=dt.timezone.utc).isoformat())
scores = {"PR01": {"inherent": {"likelihood": ["midden", "hoog"], "impact": ["hoog", "hoog"]}},
          "PR02": {"inherent": {"likelihood": ["laag", "laag"], "impact": ["laag", "laag"]}},
          "PR03": {"proposed": {"likelihood": ["midden", "midden"], "impact": ["midden", "midden"]}, "why": [word("Veel gegevens.", "Much data.")]}}
for risk, stage, likelihood, impact in stored():
    scores.setdefault(risk, {})[stage] = likelihood and {"likelihood": likelihood, "impact": impact}
risks = [{"id": "PR01", "name": word("Heridentificatie", "Re-identification")}, {"id": "PR02", "name": word("Doelverschuiving", "Function creep")}, {"id": "PR03", "name": "<b>Bias</b>"}]
matrix = Matrix(read_scale(), risks, scores, None if query.get("edit") == "no" else score, language=language)
"""


@dataclass
class Dashboard:
    """A running Voilà and the folder it serves."""

    address: str
    folder: Path

    def open(self, page: Page, notebook: str, wait: str, **query: str) -> None:
        """Open a notebook's page and wait until `wait` is there."""
        asked = "&".join(f"{key}={value}" for key, value in query.items())
        page.goto(f"{self.address}/voila/render/{notebook}.ipynb?{asked}")
        page.locator(wait).first.wait_for()

    def kept(self, dossier: str) -> list[list[Any]]:
        """The changes that reached the callback, in order."""
        import json

        file = self.folder / f"{dossier}.json"
        return json.loads(file.read_text()) if file.exists() else []


def write(folder: Path, name: str, *cells: str) -> None:
    """Write a notebook of code cells under a heading."""
    book = nbformat.v4.new_notebook()
    book.metadata.update(
        title=f"{name} · kader",
        kernelspec={"name": "python3", "display_name": "Python 3", "language": "python"},
        language_info={"name": "python"},
    )
    book.cells = [nbformat.v4.new_markdown_cell("# Parkeerscan"), *(nbformat.v4.new_code_cell(cell) for cell in cells)]
    nbformat.write(book, folder / f"{name}.ipynb")


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory, chromium: Path) -> Iterator[Dashboard]:
    """Voilà on a free port, with a notebook per widget and one with all."""
    folder, config = tmp_path_factory.mktemp("pages"), tmp_path_factory.mktemp("config")
    (config / "voila.py").write_text(SETTINGS)
    write(folder, "form", STORE, FORM + "panel", "form")
    write(
        folder,
        "matrix",
        STORE + "Panel(Markup('<h2>{}</h2>').format(word('Risico\\'s', 'Risks')), language=language)",
        MATRIX + "matrix",
    )
    write(folder, "panel", STORE, FORM.replace('place="side"', 'place="main"') + "panel", "form")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = shipped.template("").resolve().parent
    environment = {
        **os.environ,
        "JUPYTER_PATH": os.pathsep.join(filter(None, [str(shipped.template("")), os.environ.get("JUPYTER_PATH", "")])),
        "PYTHONPATH": os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH", "")])),
        "TZ": "Europe/Amsterdam",
    }
    log = config / "voila.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "voila", str(folder), "--no-browser", "--Voila.ip=127.0.0.1", f"--port={port}", "--Voila.port_retries=0", f"--Voila.config_file_paths={config}"],
            cwd=folder, env=environment, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    try:
        _wait(f"http://127.0.0.1:{port}/voila/static/voila.js", server, log)
        yield Dashboard(f"http://127.0.0.1:{port}", folder)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"Voilà does not answer:\n{log.read_text('utf-8', 'replace')}", pytrace=False)
