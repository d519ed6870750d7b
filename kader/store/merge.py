"""How a dossier that two people changed comes together, in a database or in a file."""

from __future__ import annotations

import json
from typing import Any, Final

from kader.assessment.model import Assessment
from kader.assessment.paths import checked
from kader.errors import ConflictError, Problem
from kader.store import changes
from kader.store.changes import ABSENT
from kader.text import Text


def merged(base: Any, mine: Any, theirs: Any) -> Assessment:
    """The assessment with both sides' changes since `base`; all three are documents as plain JSON values.

    Raises:
        ConflictError: both changed the same field, each to something else; it names both values.
    """
    edits, others = changes.diff(base, mine), changes.diff(base, theirs)
    clashing = changes.clashes(edits, others)
    if clashing:
        raise ConflictError(*(_conflict(clash) for clash in clashing))
    return checked(Assessment, changes.apply(theirs, edits))


_CHANGED_BY_BOTH: Final = Text(
    "Iemand anders veranderde dit veld intussen: nu {theirs}; u gaf {mine}.",
    "Someone else changed this field meanwhile: now {theirs}; you gave {mine}.",
)


def _conflict(clash: changes.Clash) -> Problem:
    return Problem(
        _CHANGED_BY_BOTH.format(mine=_words(clash.mine), theirs=_words(clash.theirs)),
        clash.path,
        Text("Kies welke waarde blijft.", "Choose which value stays."),
    )


def _words(value: object) -> Text:
    if value is ABSENT or value is None:
        return Text("niets", "nothing")
    shown = json.dumps(value, ensure_ascii=False)
    shown = shown if len(shown) <= 200 else f"{shown[:199]}…"
    return Text(shown, shown)
