"""A document as HTML: a whole page that needs nothing beside itself, or one section for a notebook.

Structure stands in the templates under `templates/report`; the words of a cell are put together here, because a page
has thousands of them. Everything that is not `Markup` is escaped.
"""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache, lru_cache
from hashlib import sha256
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from kader import figures, shipped
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
    return _template("page.html").render(
        document=document,
        style=_style(),
        say=_spoken(document.language),
        script=script,
        script_hash=_hash(script) if script else "",
    )


def masthead(document: Document) -> Markup:
    """Title and style sheet, for the top of a notebook."""
    return Markup(
        '<div class="kader k-report" lang="{}"><style>{}</style><h1>{}</h1><p class="k-lead">{}</p></div>'
    ).format(document.language.value, _style(), document.title, document.subtitle)


def section(document: Document, id: str) -> Markup:
    """One section as a fragment, for a notebook or a panel.

    Raises:
        KeyError: the document has no such section.
    """
    chosen = document.section(id)
    return Markup(_template("section.html").render(section=chosen, say=_spoken(document.language)))  # noqa: S704


def fragment(blocks: tuple[Block, ...], language: Language | str) -> Markup:
    """Blocks without a section around them."""
    return Markup(_template("fragment.html").render(blocks=blocks, say=_spoken(Language(language))))  # noqa: S704


def spans(words: Words) -> Markup:
    """The words of a cell or paragraph, escaped; an empty cell says so to the eye and to a screen reader."""
    return Markup(" ").join([_span(span) for span in words if span not in {"", _NOTHING}])


_NOTHING: Final = Muted("")


def lines(words: Words) -> Markup:
    """The words of a cell, each on its own line."""
    parts = [_span(span) for span in words if span not in {"", _NOTHING}]
    if len(parts) < 2:
        return Markup("").join(parts)
    return Markup("").join([Markup("<div>{}</div>").format(part) for part in parts])


def _span(span: Span) -> Markup:
    if isinstance(span, str):
        return escape(span)
    if isinstance(span, Badge):
        return _badge(span.id, span.label)
    if isinstance(span, Muted):
        return Markup('<small class="k-fine">%s</small>') % span.words
    if isinstance(span, Quote):
        return Markup('<q class="k-cited">%s</q> <small class="k-fine">%s</small>') % (span.words, span.place)
    return _link(span)


@lru_cache(maxsize=512)
def _badge(id: str, label: str) -> Markup:
    return figures.badge(id, label)


def _link(link: Link) -> Markup:
    if not _SAFE_LINK.match(link.href):
        return escape(link.label)
    leaves = Markup(' rel="noopener noreferrer"') if _LEAVES.match(link.href) else Markup("")
    return Markup('<a href="%s"%s>%s</a>') % (link.href, leaves, link.label)


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
    environment.globals["kinds"] = _KINDS
    environment.tests["kind"] = lambda block, name: type(block).__name__ == name
    return environment


@cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _style() -> Markup:
    """The one style sheet and what a printed page needs beside it; our own files, so safe as they are."""
    own = shipped.template("report/report.css").read_text(encoding="utf-8")
    return Markup(f"{figures.stylesheet()}\n{own}")  # noqa: S704


def table_script() -> str:
    """The script that searches and filters a table: an ES module that a page or a widget runs."""
    return shipped.template("report/table.js").read_text(encoding="utf-8")


@cache
def _script() -> Markup:
    return Markup(f"{table_script()}\nenhance(document);\n")  # noqa: S704


def _hash(script: str) -> str:
    return f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}"


@cache
def _spoken(language: Language) -> dict[str, str]:
    return {key: text.to(language) for key, text in _WORDS.items()}
