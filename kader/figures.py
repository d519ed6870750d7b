"""Figures as accessible HTML and SVG: risk matrix, badges, bars, heat map, counts.

Every figure is a `markupsafe.Markup`: all text in it is escaped, and it can stand in a report, in the output of a
notebook, in an e-mail or in a widget. Colour is never the only carrier: each status has a sign and words beside it.
The looks come from one style sheet, `stylesheet()`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from kader import shipped
from kader.framework.risks import Level, Scale
from kader.text import Language, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kader.analysis.findings import Cell

_TONES: Final = {
    "required": ("red", "●"),
    "recommended": ("amber", "◐"),
    "undetermined": ("blue", "?"),
    "not_required": ("green", "○"),
    "not_applicable": ("grey", "–"),
    "covered": ("grey", "◇"),
    "met": ("green", "✓"),
    "partly": ("amber", "◐"),
    "not_met": ("red", "✗"),
    "open": ("blue", "?"),
    "laag": ("green", "●○○"),
    "midden": ("amber", "●●○"),
    "hoog": ("red", "●●●"),
    "yes": ("grey", "●"),
    "no": ("grey", "○"),
    "unknown": ("blue", "?"),
    "na": ("grey", "–"),
    "error": ("red", "!"),
}
_NEUTRAL: Final = ("grey", "·")

_WORDS: Final = {
    "likelihood": Text("Kans", "Likelihood"),
    "impact": Text("Impact", "Impact"),
    "none": Text("geen risico's", "no risks"),
    "progress": Text("{done} van {total}", "{done} of {total}"),
    "progress_name": Text("{done} van {total} beantwoord", "{done} of {total} answered"),
    "nothing": Text("niets te beantwoorden", "nothing to answer"),
    "inherent": Text("zonder maatregelen", "before any measure"),
    "now": Text("nu", "now"),
    "planned": Text("gepland", "planned"),
    "tail": Text("klein maar ernstig", "unlikely but serious"),
    "interval": Text(
        "tussen {low} en {high}; de slechtste kant telt", "between {low} and {high}; the worst end counts"
    ),
    "uncertain": Text("onzeker; staat op de slechtste plaats", "uncertain; stands in its worst place"),
    "no_value": Text("geen gegevens", "no data"),
    "legend": Text("Betekenis van de tekens", "What the signs mean"),
    "spark": Text("van {first} naar {last}, hoogste {top}", "from {first} to {last}, highest {top}"),
    "shares": Text("{label}: {count}", "{label}: {count}"),
}

_MOMENTS: Final = {"inherent": ("", "●"), "now": ("k-chip-now", "◐"), "planned": ("k-chip-planned", "○")}


@cache
def stylesheet() -> str:
    """The style sheet that all figures, widgets and pages share, with the design tokens at its top."""
    return shipped.template("voila/templates/kader/static/kader.css").read_text(encoding="utf-8")


def tone(status: str) -> str:
    """The tone of a status or level: `red`, `amber`, `green`, `blue` (open) or `grey`.

    >>> tone("undetermined")
    'blue'
    """
    return _TONES.get(str(status), _NEUTRAL)[0]


def sign(status: str) -> str:
    """The sign that stands for a status or level, next to its words.

    >>> sign("required"), sign("hoog")
    ('●', '●●●')
    """
    return _TONES.get(str(status), _NEUTRAL)[1]


def badge(status: str, label: object) -> Markup:
    """A status or level as a sign with words.

    Args:
        status: a verdict's or requirement's status, a level or a truth value.
        label: the words; text is escaped.

    >>> print(badge("required", "<verplicht>"))
    <span class="k-badge k-tone-red"><span class="k-mark" aria-hidden="true">●</span> &lt;verplicht&gt;</span>
    """
    return Markup('<span class="k-badge k-tone-{}"><span class="k-mark" aria-hidden="true">{}</span> {}</span>').format(
        tone(status), sign(status), str(label) if not isinstance(label, Markup) else label
    )


def bar(done: int, total: int, language: Language | str) -> Markup:
    """Progress as a bar with the numbers beside it.

    >>> 'aria-label="7 van 53 beantwoord"' in bar(7, 53, "nl")
    True
    """
    if total <= 0:
        return Markup('<span class="k-bar k-fine">{}</span>').format(_WORDS["nothing"].to(language))
    words = _WORDS["progress"].format(done=done, total=total).to(language)
    name = _WORDS["progress_name"].format(done=done, total=total).to(language)
    return Markup(
        '<span class="k-bar"><progress max="{}" value="{}" aria-label="{}"></progress>'
        '<span class="k-number">{}</span></span>'
    ).format(total, min(max(done, 0), total), name, words)


def matrix(
    scale: Scale,
    cells: Sequence[tuple[str, Cell]],
    language: Language | str,
    caption: str,
    *,
    now: Sequence[tuple[str, Cell]] = (),
    planned: Sequence[tuple[str, Cell]] = (),
    names: Mapping[str, str] | None = None,
) -> Markup:
    """The risks in the 3 x 3 matrix of likelihood and impact, each in the cell of its worst case (rule R8).

    Args:
        scale: the scale with names of levels and the matrix.
        cells: (id of the risk, its place before measures).
        language: of the words.
        caption: of the table.
        now: the same for what remains after the measures that are taken; shown as a further mark.
        planned: the same after the measures that are planned.
        names: names of the risks, listed under the table.
    """
    moments = {"inherent": cells, "now": now, "planned": planned}
    placed: dict[tuple[Level, Level], list[Markup]] = {}
    for moment, entries in moments.items():
        for risk, cell in entries:
            spot = (cell.likelihood[1], cell.impact[1])
            placed.setdefault(spot, []).append(_chip(scale, risk, cell, moment, language, several=bool(now or planned)))
    rows = Markup("").join(_matrix_row(scale, level, placed, language) for level in reversed(Level))
    head = Markup("").join(
        Markup('<th scope="col">{}</th>').format(_axis("impact", scale, level, language)) for level in Level
    )
    table = Markup(
        '<table class="k-matrix"><caption>{}</caption><thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table>'
    ).format(caption, head, rows)
    return Markup('<div class="k-figure">{}{}{}</div>').format(
        table, _matrix_legend(scale, moments, language), _names(cells, names)
    )


def _matrix_row(
    scale: Scale, likelihood: Level, placed: Mapping[tuple[Level, Level], list[Markup]], language: Language | str
) -> Markup:
    cells = Markup("")
    for impact in Level:
        level = scale.risk(likelihood, impact)
        chips = placed.get((likelihood, impact), [])
        inside = (
            Markup('<ul class="k-chips">{}</ul>').format(Markup("").join(map(Markup("<li>{}</li>").format, chips)))
            if chips
            else Markup('<span class="k-hidden">{}</span>').format(_WORDS["none"].to(language))
        )
        cells += Markup(
            '<td class="k-level-{}"><span class="k-cell-level">'
            '<span class="k-mark" aria-hidden="true">{}</span> {}</span>{}</td>'
        ).format(level, sign(level), scale.level_names[level].to(language), inside)
    head = _axis("likelihood", scale, likelihood, language)
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(head, cells)


def _axis(axis: str, scale: Scale, level: Level, language: Language | str) -> str:
    return f"{_WORDS[axis].to(language)}: {scale.level_names[level].to(language)}"


def _chip(scale: Scale, risk: str, cell: Cell, moment: str, language: Language | str, *, several: bool) -> Markup:
    """A risk's mark; `several`: more than one moment is shown, so each says which it is."""
    kind, sign_of_moment = _MOMENTS[moment]
    marks: list[tuple[str, Text]] = []
    if several:
        marks.append((sign_of_moment, _WORDS[moment]))
    if _uncertain(cell):
        marks.append(
            ("↔", _WORDS["interval"].format(low=scale.level_names[cell.best], high=scale.level_names[cell.worst]))
        )
    if cell.tail:
        marks.append(("⚑", _WORDS["tail"]))
    shown = Markup("").join(
        Markup('<span class="k-mark" aria-hidden="true">{}</span><span class="k-hidden"> ({})</span>').format(
            mark, words.to(language)
        )
        for mark, words in marks
    )
    return Markup('<span class="k-chip {}">{}{}</span>').format(kind, risk, shown)


def _uncertain(cell: Cell) -> bool:
    return cell.likelihood[0] != cell.likelihood[1] or cell.impact[0] != cell.impact[1]


def _matrix_legend(scale: Scale, moments: Mapping[str, Sequence[tuple[str, Cell]]], language: Language | str) -> Markup:
    entries: list[tuple[str, str]] = []
    if moments["now"] or moments["planned"]:
        entries += [(_MOMENTS[moment][1], _WORDS[moment].to(language)) for moment in moments if moments[moment]]
    all_cells = [cell for group in moments.values() for _, cell in group]
    if any(map(_uncertain, all_cells)):
        entries.append(("↔", _WORDS["uncertain"].to(language)))
    if any(cell.tail for cell in all_cells):
        entries.append(("⚑", scale.tail_marker.to(language)))
    return legend(entries)


def _names(cells: Iterable[tuple[str, Cell]], names: Mapping[str, str] | None) -> Markup:
    known = [(risk, names[risk]) for risk, _ in cells if names and risk in names]
    return legend(known)


def legend(entries: Iterable[tuple[str, str]]) -> Markup:
    """A legend of signs and their words; nothing when there are none.

    >>> legend([("?", "open")])
    Markup('<ul class="k-legend"><li><strong>?</strong> open</li></ul>')
    """
    items = Markup("").join(Markup("<li><strong>{}</strong> {}</li>").format(mark, words) for mark, words in entries)
    return Markup('<ul class="k-legend">{}</ul>').format(items) if items else Markup("")


def link(address: str, words: object) -> Markup:
    """A link; an address with another scheme than http, https or mailto is shown as words only.

    >>> print(link("javascript:alert(1)", "report"))
    report
    """
    scheme = re.match(r"[\x00-\x20]*([a-zA-Z][a-zA-Z0-9+.\-\x00-\x20]*):", address)
    if scheme and scheme[1].lower() not in {"http", "https", "mailto"}:
        return Markup("{}").format(words)
    return Markup('<a href="{}">{}</a>').format(address, words)


def heatmap(
    rows: Sequence[tuple[str, str]],
    columns: Sequence[tuple[str, str]],
    values: Mapping[tuple[str, str], str],
    language: Language | str,
    *,
    caption: str = "",
    labels: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    titles: Mapping[str, str] | None = None,
) -> Markup:
    """A table of statuses by sign and colour, for example requirements by algorithm.

    Args:
        rows: (key, heading) of each row.
        columns: (key, heading) of each column.
        values: (row key, column key) → status; what is missing is shown as having no data.
        language: of the words.
        caption: of the table.
        labels: words per status, read by screen readers and listed in the legend.
        links: address per row key.
        titles: full title per column key, for headings that are short.
    """
    labels, links, titles = labels or {}, links or {}, titles or {}
    head = Markup("").join(
        Markup('<th scope="col">{}</th>').format(
            Markup('<abbr title="{}">{}</abbr>').format(titles[key], title) if key in titles else title
        )
        for key, title in columns
    )
    body = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            link(links[key], title) if key in links else title,
            Markup("").join(_heat(values.get((key, column)), labels, language) for column, _ in columns),
        )
        for key, title in rows
    )
    used = set(values.values())
    signs = legend((sign(status), labels.get(status, status)) for status in _TONES if status in used)
    return Markup(
        '<div class="k-scroll" role="region" tabindex="0" aria-label="{}">'
        '<table class="k-heatmap"><caption>{}</caption>'
        "<thead><tr><td></td>{}</tr></thead><tbody>{}</tbody></table></div>{}"
    ).format(caption or _WORDS["legend"].to(language), caption, head, body, signs)


def _heat(status: str | None, labels: Mapping[str, str], language: Language | str) -> Markup:
    if status is None:
        return Markup('<td><span class="k-hidden">{}</span></td>').format(_WORDS["no_value"].to(language))
    return Markup(
        '<td class="k-tone-{}"><span aria-hidden="true">{}</span><span class="k-hidden">{}</span></td>'
    ).format(tone(status), sign(status), labels.get(status, status))


def counts(items: Iterable[tuple[object, str] | tuple[object, str, str] | tuple[object, str, str, str]]) -> Markup:
    """The figures that matter, large and on one line.

    Args:
        items: (number, words), or (number, words, status for its tone), or with an address as the fourth.

    >>> print(counts([(12, "algoritmes")]))
    <dl class="k-counts"><div class="k-tone-grey"><dt>algoritmes</dt><dd>12</dd></div></dl>
    """
    entries = Markup("")
    for number, words, *more in items:
        status, address = (*more, "", "")[:2]
        shown = link(address, words) if address else escape(words)
        entries += Markup('<div class="k-tone-{}"><dt>{}</dt><dd>{}</dd></div>').format(tone(status), shown, number)
    return Markup('<dl class="k-counts">{}</dl>').format(entries)


def shares(parts: Iterable[tuple[str, str, int]], language: Language | str, caption: str) -> Markup:
    """Parts of a whole as one stacked bar, with every number in words under it.

    Args:
        parts: (status, words, number).
        language: of the words.
        caption: what the whole is.
    """
    found = list(parts)
    total = sum(number for _, _, number in found)
    bars, start = Markup(""), 0.0
    for status, _, number in found:
        width = 100 * number / total if total else 0
        if width:
            bars += Markup('<rect class="k-fill-{}" x="{:.3f}" y="0" width="{:.3f}" height="10"></rect>').format(
                tone(status), start, width
            )
        start += width
    words = ", ".join(f"{label}: {number}" for _, label, number in found)
    marks = legend((sign(status), f"{label}: {number}") for status, label, number in found)
    return Markup(
        '<figure class="k-shares"><figcaption>{}</figcaption>'
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>{}</figure>'
    ).format(caption, words or _WORDS["no_value"].to(language), bars, marks)


def sparkline(points: Sequence[float | None], language: Language | str, label: str) -> Markup:
    """A small line without axes; the first, last and highest value are in its name.

    Args:
        points: values in order of time; `None` breaks the line.
        language: of the words.
        label: what is shown.
    """
    known = [value for value in points if value is not None]
    if not known:
        return Markup('<span class="k-fine">{}: {}</span>').format(label, _WORDS["no_value"].to(language))
    low, high = min(known), max(known)
    span, step = (high - low) or 1.0, 100 / max(len(points) - 1, 1)
    moves, pen = [], "M"
    for index, value in enumerate(points):
        if value is None:
            pen = "M"
            continue
        moves.append(f"{pen}{index * step:.1f} {22 - 18 * (value - low) / span:.1f}")
        pen = "L"
    words = _WORDS["spark"].format(first=f"{known[0]:g}", last=f"{known[-1]:g}", top=f"{high:g}").to(language)
    return Markup(
        '<svg class="k-spark" viewBox="-2 0 104 26" preserveAspectRatio="none" role="img" aria-label="{}: {}">'
        '<path d="{}" fill="none" stroke="currentColor" stroke-width="2" vector-effect="non-scaling-stroke"></path>'
        "</svg>"
    ).format(label, words, " ".join(moves))
