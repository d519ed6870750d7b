"""Saving with an acknowledgement: what form and matrix share on the Python side.

A widget sends each answer with a number; the answer that comes back under that number says that it is saved, or in
the user's language why not. A callback that fails is an answer too: nothing is ever lost in silence.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import anywidget
import traitlets

from kader import figures
from kader.errors import AssessmentError, KaderError, Problem
from kader.text import Language, Text

_LOG: Final = logging.getLogger(__name__)

MAX_TEXT: Final = 100_000
MAX_CHANGES: Final = 20

LABELS: Final[Mapping[str, Text]] = {
    "saving": Text("Wordt opgeslagen …", "Saving …"),
    "saved": Text("Opgeslagen {time}", "Saved {time}"),
    "saved_short": Text("Opgeslagen", "Saved"),
    "not_saved": Text("Niet opgeslagen", "Not saved"),
    "not_saved_count": Text(
        "Niet opgeslagen: {n}. Wat u invulde staat nog op deze pagina.",
        "Not saved: {n}. What you filled in is still on this page.",
    ),
    "no_answer": Text(
        "De server antwoordt niet. Uw tekst staat hier nog. We proberen het opnieuw; u kunt de tekst ook kopiëren.",
        "The server does not answer. Your text is still here. We keep trying; you can also copy the text.",
    ),
    "resend": Text("Opnieuw versturen", "Send again"),
    "copy": Text("Kopieer tekst", "Copy text"),
    "copied": Text("Gekopieerd", "Copied"),
    "given": Text("Beantwoord op {at}", "Answered on {at}"),
    "given_by": Text("Beantwoord door {author} op {at}", "Answered by {author} on {at}"),
    "no_value": Text("Nog geen antwoord", "No answer yet"),
}

_UNEXPECTED: Final = Text(
    "Er ging iets mis bij het opslaan. Probeer het opnieuw; blijft het misgaan, meld het dan aan uw beheerder.",
    "Something went wrong while saving. Try again; if it keeps failing, tell your administrator.",
)
_READ_ONLY: Final = Problem(
    Text("Dit dossier is hier alleen te lezen.", "This dossier is read-only here."),
    "",
    Text("Vraag om bewerkrechten.", "Ask for the right to edit."),
)
_UNREADABLE: Final = Problem(Text("Het antwoord is niet te lezen.", "The answer cannot be read."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """What comes back for an answer.

    Attributes:
        ok: whether it is saved.
        revision: of the dossier after saving.
        at: when, as ISO 8601; the page shows the hour.
        author: who saved it.
        message: when it is not saved: why, in the user's language.
        values: other values that changed meanwhile (somebody else, an analysis); shown at once.
    """

    ok: bool = True
    revision: int = 0
    at: str = ""
    author: str = ""
    message: str = ""
    values: Mapping[str, Mapping[str, Any]] | None = None


def looks() -> str:
    """The style sheet that a widget brings; the dashboard's page has it already."""
    return "" if "VOILA_REQUEST_URL" in os.environ else figures.stylesheet()


def script(name: str) -> str:
    """The module of a widget with what it shares put before it: blobs cannot import each other."""
    folder = Path(__file__).parent
    return "\n".join((folder / file).read_text(encoding="utf-8") for file in ("saving.js", f"{name}.js"))


def refused(what: Text, where: str = "") -> AssessmentError:
    """The error for an answer that cannot be taken."""
    return AssessmentError(Problem(what, where))


class SavingWidget(anywidget.AnyWidget):
    """A widget whose answers are acknowledged one by one."""

    values = traitlets.Dict().tag(sync=True)
    labels = traitlets.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        self._css = looks()
        super().__init__(**traits)
        self.on_msg(self._received)

    @property
    def language(self) -> Language:
        """The language of the words on the page."""
        raise NotImplementedError

    @property
    def read_only(self) -> bool:
        """Whether answers are refused."""
        raise NotImplementedError

    def _change(self, path: str, value: Any) -> Ack | None:
        """Check and hand over one change; what is wrong is raised."""
        raise NotImplementedError

    def update(self, values: Mapping[str, Mapping[str, Any]]) -> None:
        """Show new values for some of the entries; what a person is editing is left alone and marked.

        Args:
            values: the entries that changed, whole.
        """
        if not values:
            return
        fresh = {path: dict(entry) for path, entry in values.items()}
        # In place: assigning the trait would send every value again.
        self.values.update(fresh)
        self.send({"type": "values", "values": fresh})

    def _received(self, _widget: object, content: Any, _buffers: object) -> None:
        if not isinstance(content, dict) or content.get("type") != "answer":
            return
        ack = self._answer(content)
        self.send(
            {
                "type": "ack",
                "client": content.get("client"),
                "seq": content.get("seq"),
                "key": content.get("key"),
                "ok": ack.ok,
                "revision": ack.revision,
                "at": ack.at,
                "author": ack.author,
                "message": ack.message,
            }
        )
        if ack.values:
            self.update(ack.values)

    def _answer(self, content: Mapping[str, Any]) -> Ack:
        if self.read_only:
            return Ack(ok=False, message=_READ_ONLY.to(self.language))
        try:
            ack = Ack()
            for path, value in _changes(content.get("changes")):
                ack = self._change(path, value) or Ack()
                if not ack.ok:
                    break
        except KaderError as error:
            return Ack(ok=False, message=error.to(self.language))
        except Exception:  # noqa: BLE001  # whatever goes wrong, the page has to say that it is not saved
            _LOG.exception("an answer could not be saved")
            return Ack(ok=False, message=_UNEXPECTED.to(self.language))
        if not ack.ok and not ack.message:
            return Ack(ok=False, message=_UNEXPECTED.to(self.language), values=ack.values)
        return ack

    def html(self) -> str:
        """The same content without a script, for executed notebooks and static pages."""
        raise NotImplementedError

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
        bundle = super()._repr_mimebundle_(**options)
        if bundle is None:
            return None
        data, metadata = bundle
        return {**data, "text/html": str(self.html())}, metadata


def words(labels: Iterable[Mapping[str, Text]], language: Language | str) -> dict[str, str]:
    """All labels of a widget in one language."""
    return {key: text.to(language) for mapping in labels for key, text in mapping.items()}


def _changes(changes: Any) -> list[tuple[str, Any]]:
    if not isinstance(changes, list) or not 0 < len(changes) <= MAX_CHANGES:
        raise AssessmentError(_UNREADABLE)
    found: list[tuple[str, Any]] = []
    for change in changes:
        if not isinstance(change, list) or len(change) != 2 or not isinstance(change[0], str):
            raise AssessmentError(_UNREADABLE)
        found.append((change[0], change[1]))
    return found


OnAnswer = Callable[[str, Any], Ack | None]
