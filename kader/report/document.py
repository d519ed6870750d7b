"""A report as values: what a page says, before anyone decides how it looks.

Everything is frozen and in one language already. A renderer (`html`, later PDF and office formats) walks the sections
and blocks; it adds no words of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from markupsafe import Markup

from kader.text import Language


@dataclass(frozen=True, slots=True)
class Badge:
    """A status or level with its name; the id chooses the colour, the label carries the meaning."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere; only `https:`, `http:`, a fragment or a relative path is ever rendered as a link."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Muted:
    """Words of less weight: a remark, a source, an empty answer."""

    words: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A passage word for word, with the place where it stands."""

    words: str
    place: str


Span: TypeAlias = str | Badge | Link | Muted | Quote
Words: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `kind` is empty, `lead`, `note` or `warning`."""

    words: Words
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of items; `ordered` when their order means something."""

    items: tuple[Words, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels with their values."""

    items: tuple[tuple[str, Words], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with a caption, a head, and the first cell of each row as the row's own header.

    Attributes:
        keys: one id a row, used as anchor; empty for none.
        filters: columns by whose values a reader may filter, counted from 0; empty for none.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]
    keys: tuple[str, ...] = ()
    filters: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that is already safe markup, with its text alternative inside."""

    markup: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A verdict or another outcome: title, badge, what it means, and what lies under it.

    Attributes:
        id: anchor, e.g. `verdict-dpia`.
        open: whether what lies under it is shown at once.
    """

    id: str
    title: str
    badge: Badge
    lead: Words
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Blocks behind a line that opens; printed in full.

    Attributes:
        id: an anchor inside it, so that going there opens it; empty for none.
    """

    id: str = ""
    title: str
    blocks: tuple[Block, ...]


Block: TypeAlias = Paragraph | Bullets | Pairs | Table | Figure | Card | Fold | Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section with its blocks and, one heading lower, its parts."""

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    parts: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole report.

    Attributes:
        title: of the page; subtitle: whose it is.
        sections: in reading order.
        foot: the line at the end: what it was made with.
    """

    language: Language
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    foot: str = ""

    def section(self, id: str) -> Section:
        """The section with this id.

        Raises:
            KeyError: there is no such section.
        """
        for section in self.sections:
            if section.id == id:
                return section
        raise KeyError(id)
