"""What an import could not understand, line by line, so that a person can look it up and mend it at the source.

Nothing is dropped because of a line here: the value itself is in the assessment, verbatim, unless the line says that a
row was not imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kader.errors import Problem
from kader.text import EMPTY, Language, Text

MAX_LINES: Final = 100_000
_SHOWN: Final = 300
_HEADER: Final = {
    Language.NL: ("plaats", "algoritme", "veld", "waarde", "wat", "wat te doen"),
    Language.EN: ("place", "algorithm", "field", "value", "what", "what to do"),
}


class Kind(StrEnum):
    """How a line weighs: a row that is not there, a value not understood, a value read with care, a remark."""

    REFUSED = "refused"
    NOT_UNDERSTOOD = "not_understood"
    ASSUMED = "assumed"
    REMARK = "remark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that a person should look at.

    Attributes:
        row: as a person finds it in the file; 0 for the file as a whole.
        place: the row in words: `row 12`, `sheet 1.0, column D`.
        id: of the assessment; empty when there is none.
        field: key of the field.
        value: the beginning of what stands there.
    """

    row: int
    place: Text
    id: str
    field: str
    value: str
    kind: Kind
    what: Text
    remedy: Text = EMPTY


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """What was read, and what was not understood; complete when the import has been read to its end.

    Attributes:
        file: its name.
        layout: what it turned out to be: `csv`, `xlsx`, `site-data`, `supplier-template`.
        encoding: in which it was read.
        rows: algorithms found; imported: assessments made of them; refused: rows that could not be read.
        unknown_columns: columns that are in no publication standard; kept under their own name.
        lines: what to look at, in the order of the file.
        left_off: lines beyond the first hundred thousand.
    """

    file: str
    layout: str
    encoding: str = "utf-8"
    rows: int = 0
    imported: int = 0
    refused: int = 0
    unknown_columns: tuple[str, ...] = ()
    lines: list[Line] = field(default_factory=list)
    left_off: int = 0

    def add(self, line: Line) -> None:
        """Add a line, unless the report is full; then it is counted."""
        if len(self.lines) < MAX_LINES:
            self.lines.append(line)
        else:
            self.left_off += 1

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The lines as problems with file, row and field."""
        return tuple(
            Problem(line.what, ", ".join(filter(None, (self.file, line.place.nl, line.field))), line.remedy)
            for line in self.lines
        )

    def as_rows(self, language: Language | str = Language.NL) -> Iterator[tuple[str, ...]]:
        """A header and the lines, for a CSV or a sheet; values are verbatim, the writer guards against formulas."""
        yield _HEADER[Language(language)]
        for line in self.lines:
            place, what, remedy = (text.to(language) for text in (line.place, line.what, line.remedy))
            yield place, line.id, line.field, line.value, what, remedy
        if self.left_off:
            yield "", "", "", "", _LEFT_OFF.format(n=self.left_off).to(language), ""


_LEFT_OFF: Final = Text("En nog {n} regels die hier niet staan.", "And {n} more lines that are not listed here.")


def shown(value: object) -> str:
    """The beginning of a value, as a line shows it."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
