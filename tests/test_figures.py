from __future__ import annotations

import re

import pytest
from markupsafe import Markup

from kader import figures
from kader.analysis.findings import Cell, RequirementStatus, Status
from kader.framework.risks import Level, read_scale

HOSTILE = "<script>alert('1')</script> & \"x\""
LOW, MEDIUM, HIGH = Level


def place(likelihood, impact, best=None, worst=None, tail=False):
    scale = read_scale()
    ends = [pair if isinstance(pair, tuple) else (pair, pair) for pair in (likelihood, impact)]
    return Cell(
        likelihood=ends[0],
        impact=ends[1],
        best=best or scale.risk(ends[0][0], ends[1][0]),
        worst=worst or scale.risk(ends[0][1], ends[1][1]),
        tail=tail,
    )


def rows(table):
    return [
        [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip() for cell in re.findall(r"<t[dh].*?</t[dh]>", row)]
        for row in re.findall(r"<tr>.*?</tr>", table)
    ]


def test_the_matrix_shows_each_risk_in_the_cell_of_its_worst_case():
    shown = figures.matrix(read_scale(), [("PR01", place((LOW, HIGH), MEDIUM))], "nl", "Risico's")
    table = rows(shown)
    assert table[0] == ["", "Impact: laag", "Impact: midden", "Impact: hoog"]
    assert table[1][0] == "Kans: hoog"
    assert table[1][2].startswith("●●● hoog PR01 ↔ (tussen laag en hoog; de slechtste kant telt)")
    assert sum("PR01" in cell for row in table for cell in row) == 1


def test_the_matrix_tells_what_remains_now_and_as_planned_and_marks_the_tail():
    shown = figures.matrix(
        read_scale(),
        [("PR01", place(HIGH, HIGH))],
        "en",
        "Risks",
        now=[("PR01", place(MEDIUM, HIGH))],
        planned=[("PR01", place(LOW, HIGH, tail=True))],
        names={"PR01": HOSTILE},
    )
    table = rows(shown)
    assert table[1][3].endswith("PR01 ● (before any measure)")
    assert table[2][3].endswith("PR01 ◐ (now)")
    assert table[3][3].endswith("PR01 ○ (planned) ⚑ (unlikely but serious)")
    assert "<script" not in shown
    assert "Note: low because unlikely" in shown or read_scale().tail_marker.en in shown


def test_levels_of_the_cells_are_those_of_the_scale():
    scale = read_scale()
    shown = figures.matrix(scale, [], "nl", "x")
    levels = re.findall(r'<td class="k-level-(\w+)"', shown)
    assert levels == [str(scale.risk(kans, impact)) for kans in (HIGH, MEDIUM, LOW) for impact in (LOW, MEDIUM, HIGH)]


@pytest.mark.parametrize("status", [*Status, *RequirementStatus, *Level])
def test_every_status_has_a_sign_and_its_words(status):
    shown = figures.badge(status, "woorden")
    assert figures.sign(status) in shown
    assert figures.sign(status) != figures.sign("something else")
    assert "woorden" in shown


def test_what_is_open_never_looks_like_what_is_fine():
    assert figures.tone(Status.UNDETERMINED) != figures.tone(Status.NOT_REQUIRED)
    assert figures.sign(Status.UNDETERMINED) != figures.sign(Status.NOT_REQUIRED)
    assert figures.tone(RequirementStatus.OPEN) != figures.tone(RequirementStatus.MET)


def test_text_from_outside_is_escaped_everywhere():
    shown = [
        figures.badge("required", HOSTILE),
        figures.matrix(read_scale(), [(HOSTILE, place(LOW, LOW))], "nl", HOSTILE, names={HOSTILE: HOSTILE}),
        figures.heatmap(
            [("a", HOSTILE)], [("b", HOSTILE)], {("a", "b"): HOSTILE}, "nl", caption=HOSTILE, titles={"b": HOSTILE}
        ),
        figures.counts([(HOSTILE, HOSTILE, HOSTILE, HOSTILE)]),
        figures.shares([(HOSTILE, HOSTILE, 1)], "nl", HOSTILE),
        figures.sparkline([1, 2], "nl", HOSTILE),
    ]
    for figure in shown:
        assert isinstance(figure, Markup)
        assert "<script" not in figure
        assert '"x"' not in re.sub(r">[^<]*<", "><", figure)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " JavaScript:x", "java\nscript:x", "\x01javascript:x", "data:text/html,x"]
)
def test_a_link_cannot_run_anything(address):
    assert figures.link(address, "rapport") == "rapport"


@pytest.mark.parametrize(
    "address", ["https://example.org/a?b=1&c=2", "assessment?dossier=x", "#dpia", "mailto:a@example.org", "../a.html"]
)
def test_a_link_to_a_page_stays(address):
    assert figures.link(address, "rapport").startswith("<a href=")


def test_the_bar_is_honest_at_its_ends():
    assert "niets te beantwoorden" in figures.bar(0, 0, "nl")
    assert 'value="3" aria-label="3 of 3 answered"' in figures.bar(3, 3, "en")


def test_the_heatmap_shows_what_is_missing_as_missing():
    shown = figures.heatmap(
        [("a", "A"), ("b", "B")], [("x", "X")], {("a", "x"): "met"}, "nl", labels={"met": "voldoet"}
    )
    assert rows(shown)[1:] == [["A", "✓ voldoet"], ["B", "geen gegevens"]]
    assert "voldoet niet" not in shown


def test_shares_add_up_and_survive_nothing():
    shown = figures.shares([("required", "verplicht", 1), ("not_required", "niet", 3)], "nl", "DPIA")
    assert re.findall(r'width="([\d.]+)"', shown) == ["25.000", "75.000"]
    assert "<rect" not in figures.shares([("required", "verplicht", 0)], "nl", "DPIA")


def test_a_sparkline_names_its_values_and_breaks_where_there_are_none():
    shown = figures.sparkline([1, None, 3], "nl", "Open")
    assert 'aria-label="Open: van 1 naar 3, hoogste 3"' in shown
    assert shown.count("M") == 2
    assert "geen gegevens" in figures.sparkline([None], "nl", "Open")


def test_the_style_sheet_asks_for_nothing_outside_itself():
    css = figures.stylesheet()
    assert "@import" not in css
    assert "url(" not in css
    assert "http" not in re.sub(r'\[href\^="http"\]', "", css)


@pytest.mark.parametrize("mode", [0, 1])
def test_words_can_be_read_on_their_ground(mode):
    """Contrast of the tokens, light and dark: 4.5 for text, 3 for lines of controls (WCAG 1.4.3 and 1.4.11)."""
    tokens = {
        name: pair.split(",")[mode].strip()
        for name, pair in re.findall(r"--k-([\w-]+): light-dark\(([^)]+)\)", figures.stylesheet().split("@media")[0])
    }

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(a, b):
        light, dark = sorted((luminance(tokens[a]), luminance(tokens[b])), reverse=True)
        return (light + 0.05) / (dark + 0.05)

    for ground in ("paper", "surface"):
        for words in ("ink", "ink-soft", "accent", "red", "amber", "green", "blue"):
            assert contrast(words, ground) >= 4.5, (words, ground)
        assert contrast("line-strong", ground) >= 3
        assert contrast("focus", ground) >= 3
    for tone in ("red", "amber", "green", "blue"):
        assert contrast(tone, f"{tone}-soft") >= 4.5, tone
        assert contrast("ink", f"{tone}-soft") >= 4.5, tone
    assert contrast("ink-soft", "grey-soft") >= 4.5
    assert contrast("on-accent", "accent") >= 4.5
    assert contrast("accent", "accent-soft") >= 4.5
