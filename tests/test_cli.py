"""The command says everything in both languages, exits as promised, and never shows a traceback."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import kader
from kader import shipped
from kader.assessment import codec
from kader.assessment.model import Assessment, Score
from kader.cli import main
from kader.cli.spoken import Argument, Command, Group, Option, choose
from kader.framework.model import Framework
from kader.text import Language, Text

VERBS = "new open serve batch check import export report framework".split()


@pytest.fixture(autouse=True)
def _own_place(monkeypatch, tmp_path):
    monkeypatch.setenv("KADER_DATABASE_URL", f"sqlite:///{tmp_path / 'kader.db'}")
    monkeypatch.setenv("KADER_LANGUAGE", "en")
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture
def document(tmp_path) -> Path:
    framework = Framework.bundled()
    path = tmp_path / "scan.json"
    made = Assessment.new(framework, name="Parkeerscan", organisation="Gemeente", id="parkeerscan")
    path.write_text(codec.dumps(made.with_fact("personal_data", value="yes")), encoding="utf-8")
    return path


def test_the_verbs_are_those_of_the_library():
    assert list(main.commands) == VERBS


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_every_explanation_is_there_in_both_languages(verb):
    command: Any = main.commands[verb] if verb else main
    assert isinstance(command, Command | Group)
    explained: list[Text] = [command.text]
    for parameter in command.params:
        assert isinstance(parameter, Option | Argument), f"{parameter.name} has no explanation"
        explained.append(parameter.text)
    for text in explained:
        assert text.nl.strip()
        assert text.en.strip()
        assert text.nl != text.en
    words = [verb] if verb else []
    dutch, english = run(*words, "--help", "--taal", "nl").output, run(*words, "--help", "--language=en").output
    for text in explained:
        assert text.nl.split()[0] in dutch
        assert text.en.split()[0] in english
    assert dutch.startswith("Gebruik: ")
    assert english.startswith("Usage: ")
    assert "Opties:" in dutch
    assert "Options:" in english
    assert "Show this" not in dutch
    assert "Toon deze" not in english


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        (["check", "--taal", "en"], {}, "en"),
        (["--language=nl", "check"], {"KADER_LANGUAGE": "en"}, "nl"),
        ([], {"KADER_LANGUAGE": "en", "LANG": "nl_NL.UTF-8"}, "en"),
        ([], {"LANG": "en_GB.UTF-8"}, "en"),
        ([], {"LANG": "de_DE.UTF-8"}, "nl"),
        (["new", "--", "--language", "en"], {"LANG": "nl_NL.UTF-8"}, "nl"),
    ],
)
def test_the_language_is_chosen_by_option_environment_or_locale(monkeypatch, arguments, environment, expected):
    for name in ("KADER_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert choose(arguments) is Language(expected)


def test_check_shows_verdicts_requirements_risks_and_gaps_and_exits_1_while_something_is_open(document):
    english, dutch = run("check", str(document)), run("check", str(document), "--taal", "nl")
    assert (english.exit_code, dutch.exit_code) == (1, 1)
    for heading in ("Verdicts of the pre-scan", "Requirements", "Risks", "Gaps", "Ask first"):
        assert heading in english.output
    assert "undetermined" in english.output
    assert "avg-05" in english.output
    assert "Vraag eerst" in dutch.output


def test_check_says_what_a_status_means_and_from_when_a_duty_holds(tmp_path):
    framework = Framework.bundled()
    future = Assessment.new(framework, name="x", date=dt.date(2026, 11, 23)).with_fact("personal_data", value="yes")
    for fact, value in (
        *(("ai_high_risk_annex3", "yes"), ("public_body_or_public_service", "yes"), ("ai_annex3_point2", "no")),
        *(("decision_legal_or_significant_effect", "yes"), ("automated_decision", "yes")),
        *(("meaningful_human_intervention", "no"), ("evaluation_scoring", "yes")),
    ):
        future = future.with_fact(fact, value=value)
    future = future.with_risk(
        "PR10", inherent=Score.of("hoog", "hoog"), planned=Score.of("laag", "hoog"), deviation="x"
    ).with_measure("m", risks=("PR10",), axes=("kans",), status="planned", removes_cause=True)
    path = tmp_path / "future.json"
    path.write_text(codec.dumps(future), encoding="utf-8")
    said = " ".join(run("check", str(path)).output.split())
    assert "No duty yet, but there will be one from 2 December 2027" in said
    assert "An automated decision with profiling is prohibited unless a specific law allows it" in said
    assert "IAMA): undetermined (may" not in said
    assert "[]" not in said
    assert "high (scored; low once planned measures work)" in said


def test_check_gives_the_findings_as_data(document):
    result = run("check", str(document), "--json")
    assert result.exit_code == 1
    data = json.loads(result.output)
    assert "prescan" in data
    assert data["complete"] is False


def test_check_knows_a_dossier_of_the_store_too(document):
    assert run("import", str(document)).exit_code == 0
    assert "Parkeerscan" in run("check", "parkeerscan").output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "nothing.json"], "does not exist"),
        (["check", "no-such-dossier"], "no-such-dossier"),
        (["check"], "DOSSIER is missing"),
        (["chekc"], "Unknown command chekc"),
        (["check", "a", "--jsno"], "Unknown option --jsno"),
        (["batch", "example"], "--out is missing"),
        (["batch", "example", "--out", "x", "--limit", "many"], "no whole number"),
        (["batch", "nothing.csv", "--out", "x"], "nothing.csv"),
        (["framework", "avg-99"], "no requirement avg-99"),
        (["framework", "--diff", "1", "2"], ""),
        (["import", "nothing.json"], "cannot be read"),
        (["export"], "--out"),
    ],
)
def test_bad_input_is_said_in_a_sentence_and_exits_2(arguments, says):
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.startswith("Error: ")
    assert "Traceback" not in result.output + result.stderr


def test_what_is_no_assessment_is_said_with_its_path(tmp_path):
    path = tmp_path / "bad.json"
    path.write_text(json.dumps({"meta": {"schema_version": 1}, "foo": 1}))
    result = run("check", str(path))
    assert result.exit_code == 2
    assert "bad.json" in result.stderr
    assert "foo" in result.stderr


def test_what_should_not_happen_is_still_a_sentence(monkeypatch, document):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("kader.analysis.analyse", broken)
    result = run("check", str(document))
    assert result.exit_code == 2
    assert "ZeroDivisionError: oops" in result.stderr
    assert "Traceback" not in result.stderr


def test_import_and_export_go_round(document, tmp_path):
    assert run("import", str(document)).exit_code == 0
    out = tmp_path / "out"
    assert run("export", "--out", str(out)).exit_code == 0
    assert [path.name for path in out.iterdir()] == ["parkeerscan.json"]
    one = run("export", "parkeerscan")
    assert codec.loads(one.output).algorithm.name == "Parkeerscan"


def test_import_reads_a_register_and_reports_what_it_did_not_understand(tmp_path):
    path = tmp_path / "register.csv"
    path.write_text(
        "name,organization,status,begin_date,standard_version\nScan,Gemeente,In gebruik,Maart,1.0\n", encoding="utf-8"
    )
    result = run("import", str(path), "--report", "report.csv")
    assert result.exit_code == 0
    assert "1 algorithms read, 1 taken in" in result.output
    assert "begin_date" in (tmp_path / "report.csv").read_text(encoding="utf-8-sig")


def test_report_writes_one_page(document, tmp_path):
    assert run("report", str(document)).output.strip() == "parkeerscan.html"
    page = (tmp_path / "parkeerscan.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert run("report", str(document), "--out", "nl.html", "--taal", "nl").exit_code == 0
    assert '<html lang="nl">' in (tmp_path / "nl.html").read_text(encoding="utf-8")


def test_framework_shows_the_chapter_a_requirement_and_a_difference():
    chapter = run("framework").output
    assert "14 requirements, 10 measures, 5 instruments" in chapter
    assert "9 measures" in run("framework", "--release", "2.2").output
    one = run("framework", "avg-05").output
    assert "avg-05-c1" in one
    assert "art. 5(1)(d)" in one
    assert "GDPR" in one
    assert "AVG" not in one
    assert "art. 5 lid 1 onder d" in run("framework", "avg-05", "--taal", "nl").output
    assert "+ dat-02" in run("framework", "--diff", "2.2", "2.5.1").output


def test_framework_reads_a_checkout(shared):
    result = run("framework", "--checkout", str(shared / "data/algoritmekader-2.5.1"))
    assert "63 requirements, 108 measures, 28 instruments" in result.output


def test_version():
    assert run("--version").output == f"kader {kader.__version__}\n"
    project = (shipped.template("").parent / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{kader.__version__}"' in project


def test_importing_kader_and_asking_for_help_stays_light():
    heavy = ["pydantic", "yaml", "ipywidgets", "anywidget", "sqlalchemy", "papermill", "jinja2", "nbformat", "openpyxl"]
    code = (
        "import sys, kader, kader.cli\n"
        "try: kader.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_as_a_real_program(document):
    environment = {**os.environ, "KADER_LANGUAGE": "nl"}
    command = [sys.executable, "-m", "kader", "check", str(document)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, encoding="utf-8")
    assert done.returncode == 1
    assert "Parkeerscan" in done.stdout
    assert done.stderr == ""


def test_public_names_resolve_lazily():
    assert len(kader.__all__) <= 12
    for name in kader.__all__:
        assert getattr(kader, name) is not None
    assert set(kader.__all__) <= set(dir(kader))
    with pytest.raises(AttributeError):
        _ = kader.nothing


def test_the_group_is_what_the_entry_point_calls():
    assert isinstance(main, click.Group)
