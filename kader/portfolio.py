"""Many dossiers at once: the portfolio of a store, a folder of assessments, or a batch.

>>> from kader import portfolio
>>> book = portfolio.open(folder="out")  # doctest: +SKIP
>>> book.figures()  # doctest: +SKIP
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from markupsafe import Markup

from kader.errors import AssessmentError, KaderError, Problem
from kader.framework.model import Framework
from kader.report import html, many
from kader.report.document import Document
from kader.report.summary import Line, failed, framework_of, summarise
from kader.text import Language, Text

if TYPE_CHECKING:
    from kader.assessment.model import Assessment

STORE_LINKS = "assessment?dossier={id}"
"""Where the dashboard shows a dossier."""


@dataclass(frozen=True)
class Shown:
    """A part of the portfolio, as a notebook shows it."""

    markup: Markup

    def _repr_html_(self) -> str:
        return str(self.markup)


class Portfolio:
    """The portfolio; each part is something that a notebook can show."""

    def __init__(self, lines: tuple[Line, ...], language: Language, *, links: str, widgets: bool) -> None:
        self.lines = lines
        self.language = language
        self._links = links
        self._widgets = widgets

    @cached_property
    def document(self) -> Document:
        """The whole portfolio as a document."""
        framework = Framework.bundled(language=self.language)
        return many.build(self.lines, framework, self.language, address=self._address)

    def _repr_html_(self) -> str:
        return str(html.masthead(self.document))

    def _address(self, line: Line) -> str:
        if line.error or not self._links:
            return ""
        return self._links.format(id=line.id, file=line.file)

    def figures(self) -> Shown:
        """The figures that matter, on one line."""
        return self._shown("figures")

    def gap(self) -> Shown:
        """Declared against indicated impact tests."""
        return self._shown("gap")

    def heatmap(self) -> Shown:
        """Requirement × algorithm."""
        return self._shown("heatmap")

    def table(self) -> Any:
        """Every algorithm, with search and filters where the page can run them, and as a plain table elsewhere."""
        markup = html.section(self.document, "table")
        return _searchable(markup, self.language) if self._widgets else Shown(markup)

    def lists(self) -> Shown:
        """The lists behind the numbers."""
        return self._shown("lists")

    def _shown(self, section: str) -> Shown:
        return Shown(html.section(self.document, section))

    def page(self) -> str:
        """The portfolio as one self-contained page."""
        return html.page(self.document, searchable=True)


def open(  # the word of the library: portfolio.open
    store: str = "", folder: str | Path = "", language: str = "", widgets: bool | str = "auto", *, links: str = ""
) -> Portfolio:
    """Open the portfolio of a store, or of a folder.

    Args:
        store: file or address of the store; the usual one when neither store nor folder is given.
        folder: a folder that a batch filled, or one with assessments as JSON.
        language: `nl` or `en`; Dutch when empty.
        widgets: `False` for plain tables only; `auto` for search and filters where a notebook can show them.
        links: where a dossier is, with `{id}` or `{file}`; the usual place when empty.

    Raises:
        KaderError: the folder or store cannot be read.
    """
    said = Language(language or _asked_language())
    interactive = widgets not in (False, "no", "")
    if not folder:
        lines = tuple(_from_store(store, said))
        return Portfolio(lines, said, links=links or STORE_LINKS, widgets=interactive)
    place = Path(folder)
    summary = place / "summary.json"
    if summary.is_file():
        return Portfolio(_from_summary(summary), said, links=links or "html/{file}.html", widgets=interactive)
    return Portfolio(tuple(_from_folder(place, said)), said, links=links, widgets=interactive)


def _asked_language() -> Language:
    """The language that a visitor of the dashboard asks for; Dutch otherwise."""
    asked = parse_qs(os.environ.get("QUERY_STRING", "")).get("language", [""])[0]
    return Language(asked) if asked in {*Language} else Language.NL


def _from_summary(path: Path) -> tuple[Line, ...]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return tuple(Line.from_data(item) for item in data["lines"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AssessmentError(
            Problem(
                Text("Dit is geen overzicht van een batch.", "This is no summary of a batch."),
                str(path),
                Text("Maak het opnieuw met `kader batch`.", "Make it again with `kader batch`."),
            )
        ) from error


def _from_folder(folder: Path, language: Language) -> Iterator[Line]:
    from kader.assessment import codec

    if not folder.is_dir():
        raise AssessmentError(Problem(Text("Deze map bestaat niet.", "This folder does not exist."), str(folder)))
    inner = folder / "json"
    for path in sorted((inner if inner.is_dir() else folder).glob("*.json")):
        try:
            yield _line(codec.load(path), path.stem)
        except KaderError as error:
            yield failed(path.stem, error.to(language), name=path.stem, file=path.stem)


def _from_store(store: str, language: Language) -> Iterator[Line]:
    from kader.store import Store

    with Store.open(store or None) as opened:
        for entry in opened.list():
            try:
                yield _line(opened.load(entry.id).assessment, entry.id)
            except KaderError as error:
                yield failed(entry.id, error.to(language), name=entry.name, organisation=entry.organisation)


def _line(assessment: Assessment, file: str) -> Line:
    from kader.analysis import analyse

    framework = framework_of(assessment)
    return summarise(assessment, analyse(framework, assessment), file=file)


def _searchable(markup: Markup, language: Language) -> Any:
    import anywidget
    import traitlets

    class Table(anywidget.AnyWidget):
        """The table with search and filters; the same script as in the page of a batch."""

        _esm = html.table_script()
        html = traitlets.Unicode().tag(sync=True)
        language = traitlets.Unicode().tag(sync=True)

        def _repr_mimebundle_(self, **options: Any) -> Any:
            bundle = super()._repr_mimebundle_(**options)
            data = bundle[0] if isinstance(bundle, tuple) else bundle
            if data is not None:
                data["text/html"] = self.html
            return bundle

    return Table(html=str(markup), language=language.value)
