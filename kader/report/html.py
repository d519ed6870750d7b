"""A document as HTML: a whole page that needs nothing beside itself, or one section for a notebook.

Structure stands in the templates under `templates/report`; the words of a cell are put together here, because a page
has thousands of them. Everything that is not `Markup` is escaped.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache, lru_cache
from hashlib import sha256
from html import escape
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from kader import figures, shipped
from kader.report import style
from kader.report.document import Badge, Block, Document, Link, Muted, Quote, Span, Words
from kader.text import Language, Text

_SAFE_LINK: Final = re.compile(r"^(https?://[^\s/?#]+\S*|#[\w.-]*|[\w.-]+(/[\w.-]+)*(\?[\w.=&%-]*)?)$", re.ASCII)
_LEAVES: Final = re.compile(r"^https?://")

_KINDS: Final = {
    "lead": "k-lead",
    "note": "k-note",
    "next": "k-note k-note-blue",
    "warning": "k-note k-note-red",
    "proposed": "k-note",
}

_HERE: Final = "/* style */"

_WORDS: Final = {
    "skip": Text("Naar de inhoud", "Skip to content"),
    "contents": Text("Inhoud", "Contents"),
    "report": Text("Privacydossier", "Privacy dossier"),
    "empty": Text("geen", "none"),
}


def page(document: Document, *, searchable: bool = False) -> str:
    """A whole page: no request, readable without its style, and without its script if it has one.

    Args:
        document: what it says.
        searchable: add our own small script that searches and filters tables; without it the page has none at all.

    Returns:
        The HTML text.
    """
    script = _script() if searchable else Markup("")
    made = _template("page.html").render(
        document=document,
        style=_HERE,
        say=_spoken(document.language),
        script=script,
        script_hash=_hash(script) if script else "",
    )
    # With its tag: a title may say the same words, but never a tag.
    return made.replace(f"<style>\n{_HERE}", f"<style>\n{style.whole() if script else style.needed(made)}", 1)


def masthead(document: Document) -> Markup:
    """Title and style sheet, for the top of a notebook."""
    return Markup(
        '<div class="kader k-report" lang="{}"><style>{}</style><h1>{}</h1><p class="k-lead">{}</p></div>'
    ).format(document.language.value, Markup(style.whole()), document.title, document.subtitle)  # noqa: S704  # our own file


def section(document: Document, id: str) -> Markup:
    """One section as a fragment, for a notebook or a panel.

    Raises:
        KeyError: the document has no such section.
    """
    chosen = document.section(id)
    # The template escapes; what comes out of it is safe.
    return Markup(_template("section.html").render(section=chosen, say=_spoken(document.language)))  # noqa: S704


def fragment(blocks: tuple[Block, ...], language: Language | str) -> Markup:
    """Blocks without a section around them."""
    # The template escapes; what comes out of it is safe.
    return Markup(_template("fragment.html").render(blocks=blocks, say=_spoken(Language(language))))  # noqa: S704


def spans(words: Words) -> Markup:
    """The words of a paragraph, escaped."""
    return Markup(" ".join([_span(span) for span in words if span not in _EMPTY]))  # noqa: S704  # escaped per span


def lines(words: Words) -> Markup:
    """The words of a cell, escaped, each on its own line."""
    parts = [_span(span) for span in words if span not in _EMPTY]
    if len(parts) < 2:
        return Markup("".join(parts))  # noqa: S704  # escaped per span
    return Markup("".join([f"<div>{part}</div>" for part in parts]))  # noqa: S704  # escaped per span


def cells(row: tuple[Words, ...]) -> Markup:
    """The cells of a table's row; the first is the row's own header."""
    first, *rest = [lines(cell) for cell in row]
    inner = "".join([f"<td>{cell}</td>" for cell in rest])
    return Markup(f'<th scope="row">{first}</th>{inner}')  # noqa: S704  # escaped per span


_EMPTY: Final = ("", Muted(""))


def _span(span: Span) -> str:
    """One span as HTML; plain strings all the way, because a page has thousands of them."""
    if isinstance(span, str):
        return escape(span)
    if isinstance(span, Badge):
        return _badge(span.id, span.label)
    if isinstance(span, Muted):
        return f"<small>{escape(span.words)}</small>"
    if isinstance(span, Quote):
        return f'<q class="k-cited">{escape(span.words)}</q> <small>{escape(span.place)}</small>'
    return _link(span)


@lru_cache(maxsize=512)
def _badge(id: str, label: str) -> str:
    return str(figures.badge(id, label))


def _link(link: Link) -> str:
    if not _SAFE_LINK.match(link.href):
        return escape(link.label)
    leaves = ' rel="noopener noreferrer"' if _LEAVES.match(link.href) else ""
    return f'<a href="{escape(link.href)}"{leaves}>{escape(link.label)}</a>'


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(shipped.template("report")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["spans"] = spans
    environment.filters["lines"] = lines
    environment.filters["cells"] = cells
    environment.globals["kinds"] = _KINDS
    environment.tests["kind"] = lambda block, name: type(block).__name__ == name
    return environment


@cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


def table_script() -> str:
    """The script that searches and filters a table: an ES module that a page or a widget runs."""
    return shipped.template("report/table.js").read_text(encoding="utf-8")


@cache
def _script() -> Markup:
    # A script of our own, without a word from outside.
    return Markup(f"{table_script()}\nenhance(document);\n")  # noqa: S704


def _hash(script: str) -> str:
    return f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}"


@cache
def _spoken(language: Language) -> dict[str, str]:
    return {key: text.to(language) for key, text in _WORDS.items()}
