"""The Python side of the widgets, without a browser or a kernel."""

from __future__ import annotations

import logging
import re
from string import Formatter
from typing import Any

import pytest
from markupsafe import Markup

from kader import shipped
from kader.errors import Problem, StoreError
from kader.framework.risks import Level, read_scale
from kader.text import Text
from kader.ui import form as form_module
from kader.ui import matrix as matrix_module
from kader.ui import panel as panel_module
from kader.ui import saving as saving_module
from kader.ui.form import Ack

# Untyped on purpose: many of these tests hand over what the types forbid.
Form: Any = form_module.Form
Matrix: Any = matrix_module.Matrix
Panel: Any = panel_module.Panel

HOSTILE = "<img src=x onerror=alert(1)>"
YES_NO = [{"value": "yes", "label": "ja"}, {"value": "no", "label": "nee"}]


def schema(kind="choice", path="facts/x/value", **more):
    question = {
        "path": path,
        "kind": kind,
        "label": HOSTILE,
        "options": YES_NO,
        "extras": ["remark", "evidence"],
        **more,
    }
    return {"language": "nl", "groups": [{"id": "g", "title": HOSTILE, "questions": [question]}]}


@pytest.fixture
def sent(monkeypatch):
    messages = []
    monkeypatch.setattr("ipywidgets.Widget.send", lambda self, content, buffers=None: messages.append(content))
    return messages


def say(widget, *changes, **more):
    widget._handle_custom_msg(
        {"type": "answer", "client": "c", "seq": 1, "key": "k", "changes": list(changes), **more}, []
    )


def test_an_answer_is_handed_over_kept_and_acknowledged(sent):
    heard = []

    def save(path, value):
        heard.append((path, value))
        return Ack(revision=3, at="2026-11-23T14:02:00Z", author="J")

    form = Form(schema(), {}, save)
    say(form, ["facts/x/value", "yes"], ["facts/x/remark", "want"])
    assert heard == [("facts/x/value", "yes"), ("facts/x/remark", "want")]
    assert form.values["facts/x/value"] == {
        "value": "yes",
        "remark": "want",
        "at": "2026-11-23T14:02:00Z",
        "author": "J",
    }
    assert sent == [
        {
            "type": "ack",
            "client": "c",
            "seq": 1,
            "key": "k",
            "ok": True,
            "revision": 3,
            "at": "2026-11-23T14:02:00Z",
            "author": "J",
            "message": "",
        }
    ]


def test_what_others_changed_comes_along_with_the_acknowledgement(sent):
    form = Form(schema(), {}, lambda path, value: Ack(values={"facts/y/value": {"value": "no"}}))
    say(form, ["facts/x/value", "yes"])
    assert sent[1] == {"type": "values", "values": {"facts/y/value": {"value": "no"}}}
    assert form.values["facts/y/value"] == {"value": "no"}


@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_error_is_told_in_the_language_of_the_page_and_nothing_is_kept(sent, language):
    def full(path, value):
        raise StoreError(Problem(Text("De schijf is vol.", "The disk is full.")))

    form = Form({**schema(), "language": language}, {}, full)
    say(form, ["facts/x/value", "yes"])
    assert sent[0]["ok"] is False
    assert sent[0]["message"] == {"nl": "De schijf is vol.", "en": "The disk is full."}[language]
    assert form.values == {}


def test_an_unexpected_error_is_told_without_its_details(sent, caplog):
    form = Form(schema(), {}, lambda path, value: 1 / 0)
    with caplog.at_level(logging.ERROR):
        say(form, ["facts/x/value", "yes"])
    assert sent[0]["ok"] is False
    assert "division" not in sent[0]["message"]
    assert "mis" in sent[0]["message"]
    assert "ZeroDivisionError" in caplog.text


def test_a_refusal_without_words_gets_words(sent):
    say(Form(schema(), {}, lambda path, value: Ack(ok=False)), ["facts/x/value", "yes"])
    assert sent[0]["message"]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("choice", ["yes", None], ["maybe", 1, ["yes"], {}]),
        ("several", [[], ["yes", "no"]], ["yes", ["maybe"], None]),
        ("text", ["x", "", None], [1, ["x"], {}, "x" * 100_001]),
        ("longtext", ["x"], [True, "x" * 100_001]),
        ("lines", [["a"], []], ["a", [1], ["x" * 2_001]]),
        ("date", ["2026-11-23", None], ["23-11-2026", 1, "2026-11-23; drop"]),
        ("number", [1, 1.5, None], ["1", True, float("nan"), float("inf")]),
        ("level", ["yes", ["yes", "no"], None], ["maybe", [], ["yes", "no", "yes"], 1]),
    ],
)
def test_the_page_is_not_trusted_about_values(sent, kind, good, bad):
    heard = []
    form = Form(schema(kind), {}, lambda path, value: heard.append(value))
    for value in good:
        say(form, ["facts/x/value", value])
    assert heard == good
    for value in bad:
        say(form, ["facts/x/value", value])
    assert heard == good
    assert [message["ok"] for message in sent] == [True] * len(good) + [False] * len(bad)


@pytest.mark.parametrize(
    "changes",
    [
        [["facts/other/value", "yes"]],
        [["meta/id", "x"]],
        [["facts/x/author", "x"]],
        [],
        "x",
        None,
        [["facts/x/value"]],
        [[1, 2]],
        [["facts/x/remark", "x"]] * 21,
    ],
)
def test_the_page_is_not_trusted_about_places(sent, changes):
    heard = []
    form = Form(schema(), {}, lambda path, value: heard.append(path))
    form._handle_custom_msg({"type": "answer", "client": "c", "seq": 1, "key": "k", "changes": changes}, [])
    assert heard == []
    assert sent[0]["ok"] is False


@pytest.mark.parametrize("content", [None, "x", [], {}, {"type": "other"}])
def test_other_messages_are_left_alone(sent, content):
    Form(schema(), {}, lambda path, value: None)._handle_custom_msg(content, [])
    assert sent == []


def test_reading_only_takes_no_answer(sent):
    for form in (Form(schema(), {}), Form({**schema(), "readOnly": True}, {}, lambda path, value: None)):
        say(form, ["facts/x/value", "yes"])
        assert form.values == {}
    assert [message["ok"] for message in sent] == [False, False]
    assert "alleen te lezen" in sent[0]["message"]


def test_values_of_the_caller_are_not_changed(sent):
    values = {"facts/x/value": {"value": "no"}}
    say(Form(schema(), values, lambda path, value: None), ["facts/x/value", "yes"])
    assert values == {"facts/x/value": {"value": "no"}}


def test_pushing_values_sends_only_what_changed(sent):
    form = Form(schema(), {"facts/x/value": {"value": "no"}}, lambda path, value: None)
    form.update({"facts/x/value": {"value": "yes"}})
    form.update({})
    assert sent == [{"type": "values", "values": {"facts/x/value": {"value": "yes"}}}]
    assert form.get_state("values")["values"]["facts/x/value"]["value"] == "yes"


def test_without_a_script_the_form_is_still_there():
    values = {
        "facts/x/value": {
            "value": "yes",
            "remark": HOSTILE,
            "proposals": [{"value": "no", "quote": HOSTILE, "field": "goal"}],
        }
    }
    data, _ = Form(schema(), values, lambda path, value: None)._repr_mimebundle_()
    html = data["text/html"]
    assert "<img" not in html
    assert "ja</span>" in html
    assert "Voorstel: nee" in re.sub(r"<[^>]+>", "", html)
    assert "application/vnd.jupyter.widget-view+json" in data


def test_an_unanswered_question_reads_as_open():
    assert "k-tone-blue" in Form(schema(), {}).html()


def scored(**values):
    return Matrix(read_scale(), [{"id": "PR01", "name": HOSTILE}], values, lambda *score: None)


def test_a_score_is_handed_over_and_kept(sent):
    heard = []
    matrix = Matrix(read_scale(), [{"id": "PR01", "name": "x"}], {}, lambda *score: heard.append(score))
    say(matrix, ["PR01/now", {"likelihood": ["laag", "midden"], "impact": ["hoog", "hoog"]}])
    say(matrix, ["PR01/now", None])
    assert heard == [("PR01", "now", (Level.LOW, Level.MEDIUM), (Level.HIGH, Level.HIGH)), ("PR01", "now", None, None)]
    assert matrix.values == {"PR01": {"now": None}}
    assert [message["ok"] for message in sent] == [True, True]


@pytest.mark.parametrize(
    "change",
    [
        ["PR99/now", None],
        ["PR01/later", None],
        ["PR01/now", {}],
        ["PR01/now", "hoog"],
        ["PR01/now", {"likelihood": ["hoog", "laag"], "impact": ["laag", "laag"]}],
        ["PR01/now", {"likelihood": ["enorm", "enorm"], "impact": ["laag", "laag"]}],
        ["PR01/now", {"likelihood": ["laag"], "impact": ["laag", "laag"]}],
    ],
)
def test_a_score_that_is_none_is_refused(sent, change):
    matrix = scored()
    say(matrix, change)
    assert sent[0]["ok"] is False
    assert matrix.values == {}


def test_without_a_script_the_matrix_is_still_there():
    matrix = scored(PR01={"inherent": {"likelihood": ["laag", "hoog"], "impact": ["hoog", "hoog"]}})
    data, _ = matrix._repr_mimebundle_()
    assert 'class="k-matrix"' in data["text/html"]
    assert "<img" not in data["text/html"]
    assert "&lt;img" in scored().html()


def test_a_panel_escapes_what_was_not_marked_as_safe():
    panel = Panel(HOSTILE)
    assert "<img" not in panel.html
    panel.html = HOSTILE
    assert "<img" not in panel.html
    panel.show(Markup("<b>x</b>"))
    assert panel.html == "<b>x</b>"
    assert "<b>x</b>" in panel._repr_mimebundle_()[0]["text/html"]


def test_the_same_news_twice_is_news_twice():
    panel = Panel(Markup("a"))
    for expected in (1, 2):
        panel.show(Markup("b"), "DPIA verplicht")
        assert panel.announced == expected
    panel.show(Markup("c"))
    assert panel.announced == 2


@pytest.mark.parametrize("module", [form_module, matrix_module, saving_module])
def test_every_label_is_there_in_both_languages_with_the_same_slots(module):
    def slots(text):
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    for key, text in module.LABELS.items():
        assert text.nl, key
        assert text.en, key
        assert slots(text.nl) == slots(text.en), key


@pytest.mark.parametrize("widget", ["form", "matrix"])
def test_the_scripts_use_only_labels_that_python_gives(widget):
    used = set(re.findall(r"labels\.([a-z_]+)", saving_module.script(widget)))
    given = set((Form(schema()) if widget == "form" else scored()).labels)
    assert used <= given, used - given


@pytest.mark.parametrize("script", ["saving.js", "form.js", "matrix.js", "panel.js"])
def test_the_scripts_need_nothing_from_outside_and_run_no_text(script):
    text = (shipped.data("").parent / "ui" / script).read_text(encoding="utf-8")
    assert not re.search(
        r"\beval\b|new Function|https?://|^\s*import\s|document\.write|insertAdjacentHTML|outerHTML", text, re.MULTILINE
    )
    # The one place where HTML goes in is the panel's, and that HTML was escaped by the server.
    assert text.count("innerHTML") == (1 if script == "panel.js" else 0)
