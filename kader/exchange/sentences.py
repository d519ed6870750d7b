"""The visible text of a register field, and where its sentences begin and end."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)\b[^<>]*>|<!--.*?-->", re.DOTALL)
_BLOCKS: Final = frozenset(
    "address article blockquote br dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p section table td th tr ul".split()
)

# After a full stop with a capital (also glued on, where the export took a tag away), at a line end, before a bullet.
# The letters stand first, and what must stand before them is looked up behind: so most of a text is skipped quickly.
_BOUNDARY: Final = re.compile(
    r"[.!?\r\n•●▪](?:"
    r"(?<=[.!?])[\"'”’)\]]*(?:\s+(?=[\"'“‘(\[•*-]*[A-Z0-9ÀÉÈËÖÜ])|(?<=[a-zë0-9)][.!?])(?=[A-Z][a-z]))"
    r"|(?<=[\r\n])\s*|(?<=[•●▪])(?=\s))"
)
_ABBREVIATIONS: Final = frozenset(
    "art artt bijv bv nr no ca incl excl resp blz mr dr drs ir prof st vs enz cf nl z.g o.a d.w.z m.b.t i.v.m t.a.v "
    "e.g i.e b.v n.v w.o m.n a.d.h.v".split()
)


def visible(value: str) -> str:
    r"""The text of a field as a reader sees it: no tags, no entities; text without markup stays as it is.

    >>> visible("<p>Geen <b>BSN</b></p><p>Wel namen &amp; adressen</p>")
    'Geen BSN\nWel namen & adressen'
    """
    if "<" in value:
        value = _TAG.sub(lambda tag: "\n" if (tag[2] or "").lower() in _BLOCKS else "", value).strip()
        value = re.sub(r"[ \t]*\n\s*", "\n", value)
    return html.unescape(value) if "&" in value else value


def starts(text: str) -> list[int]:
    """Where the sentences of a text begin."""
    found = [0]
    for boundary in _BOUNDARY.finditer(text):
        first = boundary.start()
        if text[first] in "•●▪":
            found.append(first)
        elif boundary.end() < len(text) and not (text[first] == "." and _abbreviated(text, first)):
            found.append(boundary.end())
    return found


def _abbreviated(text: str, stop: int) -> bool:
    """Whether the full stop ends an abbreviation or an initial."""
    before = text[max(0, stop - 10) : stop].split()
    word = before[-1].lstrip("(\"'") if before else ""
    return (len(word) == 1 and word.isalpha()) or word.lower() in _ABBREVIATIONS


def around(text: str, begins: list[int], position: int) -> tuple[int, int]:
    """The sentence in which a position lies: its beginning and end, without the space around it."""
    index = bisect_right(begins, position)
    begin, end = begins[index - 1], begins[index] if index < len(begins) else len(text)
    while end > begin and text[end - 1].isspace():
        end -= 1
    while begin < end and text[begin].isspace():
        begin += 1
    return begin, end


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text.

    >>> list(sentences("Zie art. 5 van de wet. Er is geen DPIA gedaan.Wel een IAMA."))
    ['Zie art. 5 van de wet.', 'Er is geen DPIA gedaan.', 'Wel een IAMA.']
    """
    begins = starts(text)
    for begin in begins:
        start, end = around(text, begins, begin)
        if end > start:
            yield text[start:end]
