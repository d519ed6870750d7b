"""A page that stands alone carries the rules it needs, and no others."""

from __future__ import annotations

import re

from kader.report import style


def test_a_page_carries_the_rules_for_what_is_on_it_and_no_others():
    css = style.needed('<body class="kader"><p class="k-note k-note-red">x</p></body>')
    assert ".k-note-red" in css
    assert "--k-ink" in css
    assert "@media print" in css
    assert ".k-matrix" not in css
    assert ".kader-page .k-" not in css
    assert css.count("{") == css.count("}")
    assert len(css) < len(style.whole()) / 2


def test_rules_for_one_of_several_kinds_stay_when_one_is_there():
    css = style.needed('<table class="k-table"><tr><td>x</td></tr></table>')
    assert "table:is(.k-table,.k-matrix,.k-heatmap)" in css


def test_every_rule_that_reaches_something_is_there():
    names = set(re.findall(r"[.#]([A-Za-z][\w-]*)", style.whole()))
    css = style.needed(f'<p class="{" ".join(sorted(names))}">x</p>')
    assert css.replace(" ", "") == style.whole().replace(" ", "")
