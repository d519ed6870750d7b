"""A panel: a fragment of HTML that is renewed while one works, and says what changed.

The fragment comes from the server, escaped; the page renews it in place, so that focus and what is folded open stay.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import anywidget
import traitlets
from markupsafe import Markup, escape

from kader.text import Language
from kader.ui.saving import looks

__all__ = ["Panel"]

Place = Literal["main", "side", "nav"]


class Panel(anywidget.AnyWidget):
    """Findings and overviews beside the questions.

    Links to `#facts/large_scale/value` go to the question with that path, wherever on the page it is. Elements keep
    their place by `data-key` (or `id`) when the fragment is renewed.

    Args:
        html: the fragment; a `str` that is no `Markup` is escaped.
        announce: what has changed, in words, for who does not see it.
        place: `side` and `nav` stand beside the questions on a wide screen; on a narrow one they fold.
        title: what the folded panel shows, such as the verdict in a few words.
        label: name of the panel for screen readers; the title when it is empty.
        language: of the words.
    """

    _esm = (Path(__file__).parent / "panel.js").read_text(encoding="utf-8")
    html = traitlets.Unicode().tag(sync=True)
    announce = traitlets.Unicode().tag(sync=True)
    announced = traitlets.Int(0).tag(sync=True)
    place = traitlets.Enum(["main", "side", "nav"], "main").tag(sync=True)
    title = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    language = traitlets.Unicode("nl").tag(sync=True)

    def __init__(
        self,
        html: Markup | str = "",
        announce: str = "",
        *,
        place: Place = "main",
        title: str = "",
        label: str = "",
        language: Language | str = "nl",
    ) -> None:
        self._css = looks()
        said = {"announce": announce} if announce else {}
        super().__init__(
            html=escape(html), place=place, title=title, label=label, language=str(Language(language)), **said
        )

    @traitlets.validate("html")
    def _escaped(self, proposal: Any) -> Markup:
        # A Markup is a str: what was not marked as safe is text.
        return escape(proposal["value"])

    @traitlets.observe("announce")
    def _spoken(self, _change: object) -> None:
        self.announced += 1

    def show(self, html: Markup | str, announce: str = "", *, title: str | None = None) -> None:
        """Renew the fragment and say what changed.

        Args:
            html: the new fragment.
            announce: what changed, in words; empty says nothing.
            title: the new title of a folded panel.
        """
        with self.hold_sync():
            self.html = html
            if title is not None:
                self.title = title
            if announce:
                if announce == self.announce:
                    self.announced += 1
                self.announce = announce

    def static(self) -> Markup:
        """The panel as plain HTML, for executed notebooks and static pages."""
        return Markup('<div class="kader k-panel" lang="{}">{}</div>').format(self.language, Markup(self.html))  # noqa: S704  # escaped when it was set

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        bundle = super()._repr_mimebundle_(**options)
        if bundle is None:
            return None
        data, metadata = bundle
        return {**data, "text/html": str(self.static())}, metadata
