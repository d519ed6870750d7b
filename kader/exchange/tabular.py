"""Reading tables that others made: rows of cells from CSV, with every defect named by row and column.

Memory stays bounded: one row at a time, and no cell above a limit.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from kader.errors import ExchangeError, Problem
from kader.exchange.import_report import Kind
from kader.text import EMPTY, Text

Knows = Callable[[Sequence[str]], int]

MAX_CELL: Final = 1_000_000
_MAX_LINE: Final = 4 * MAX_CELL
_MAX_ROW: Final = 8 * MAX_CELL
_BLOCK: Final = 1 << 20
_DELIMITERS: Final = (",", ";", "\t")
_LIKELY_UTF16: Final = 0.2
_UNDEFINED_1252: Final = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))


@dataclass(frozen=True, slots=True)
class Defect:
    """Something wrong with a row, or with one cell of it.

    Attributes:
        column: number of the cell from 0, or `None` for the row.
    """

    column: int | None
    kind: Kind
    what: Text
    remedy: Text = EMPTY


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        number: as a spreadsheet counts, the header is 1.
        cells: its cells; empty when the row could not be read.
    """

    number: int
    cells: Sequence[str]
    defects: tuple[Defect, ...] = ()


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a text file are read.

    Attributes:
        name: Python's name of it.
        mixed: bytes that do not fit occur, and are read one by one as Windows-1252.
        remark: what to say about it; empty for UTF-8.
    """

    name: str
    mixed: bool = False
    remark: Text = EMPTY


def encoding_of(path: Path) -> Encoding:
    """How a text file is encoded, found by reading all of it once.

    Raises:
        ExchangeError: the file cannot be read, is empty, or is no text.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4096)
            file.seek(0)
            if not head.strip():
                raise ExchangeError(Problem(_EMPTY, path.name))
            if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return Encoding("utf-16", remark=_UTF16)
            if _looks_like_utf16(head):
                raise ExchangeError(Problem(_UTF16_UNMARKED[0], path.name, _UTF16_UNMARKED[1]))
            return _eight_bit(file)
    except OSError as error:
        raise ExchangeError(
            Problem(Text("Dit bestand is niet te lezen.", "This file cannot be read."), str(path))
        ) from error


def _looks_like_utf16(head: bytes) -> bool:
    return max(head[::2].count(0), head[1::2].count(0)) > _LIKELY_UTF16 * len(head)


def _eight_bit(file: IO[bytes]) -> Encoding:
    decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
    wrong = multibyte = undefined = False
    while block := file.read(_BLOCK):
        if block.isascii():
            decoder.decode(block)
            continue
        text = decoder.decode(block)
        escaped = _ESCAPED.findall(text)
        wrong = wrong or bool(escaped)
        multibyte = multibyte or any(len(run) for run in _BEYOND.findall(text.removeprefix("\ufeff")))
        undefined = undefined or any(chr(0xDC00 + byte) in run for run in escaped for byte in _UNDEFINED_1252)
    wrong = wrong or bool(_ESCAPED.search(decoder.decode(b"", final=True)))
    if not wrong:
        return Encoding("utf-8-sig")
    if multibyte or undefined:
        return Encoding("utf-8-sig", mixed=True)
    return Encoding("cp1252", remark=_CP1252)


_ESCAPED: Final = re.compile("[\udc80-\udcff]+")
_BEYOND: Final = re.compile("[^\x00-\x7f\udc80-\udcff]+")
_EMPTY: Final = Text("Dit bestand is leeg.", "This file is empty.")
_UTF16: Final = Text(
    "Dit bestand is UTF-16; het is zo gelezen. De officiële export is UTF-8.",
    "This file is UTF-16 and was read as such. The official export is UTF-8.",
)
_UTF16_UNMARKED: Final = (
    Text(
        "Dit lijkt UTF-16 zonder kenmerk, of geen tekst.", "This looks like UTF-16 without a mark, or no text at all."
    ),
    Text("Bewaar het bestand als CSV UTF-8.", "Save the file as CSV UTF-8."),
)
_CP1252: Final = Text(
    "Dit bestand is geen UTF-8; het is gelezen als Windows-1252. Controleer letters als é en ë.",
    "This file is not UTF-8; it was read as Windows-1252. Check letters such as é and ë.",
)


class Lines:
    """The lines of a file for a CSV reader, which can be brought to the next row after one that is too large."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._quotes = 0
        self._size = 0
        self.row: list[str] = []

    def begin(self) -> None:
        """A new row begins with the next line."""
        self._quotes = self._size = 0
        self.row.clear()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(_MAX_LINE)
        if not line:
            raise StopIteration
        self._quotes += line.count('"')
        self._size += len(line)
        self.row.append(line)
        if self._size > _MAX_ROW or (len(line) == _MAX_LINE and not line.endswith("\n")):
            raise csv.Error("row too large")
        return line

    def skip(self) -> None:
        """Go on to where the next row begins: after a line end outside quotes."""
        ended = bool(self.row) and self.row[-1].endswith("\n")
        self.row.clear()
        while not (ended and self._quotes % 2 == 0):
            line = self._file.readline(_MAX_LINE)
            if not line:
                return
            self._quotes += line.count('"')
            ended = line.endswith("\n")


def read_csv(path: Path, encoding: Encoding, knows: Knows) -> Iterator[Row]:
    """The rows of a CSV, header first; blank lines are left out.

    Args:
        path: the file.
        encoding: as `encoding_of` found it.
        knows: how many of these names it recognises, for finding the delimiter.

    Raises:
        ExchangeError: the header cannot be read.
    """
    csv.field_size_limit(max(csv.field_size_limit(), MAX_CELL))
    errors = "surrogateescape" if encoding.mixed else "replace"
    with path.open(encoding=encoding.name, errors=errors, newline="") as file:
        delimiter = _delimiter(file.readline(_MAX_LINE), knows)
        file.seek(0)
        yield from _rows(Lines(file), delimiter)


def _delimiter(line: str, knows: Knows) -> str:
    def known(delimiter: str) -> int:
        try:
            return knows(next(csv.reader([line], delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=known)


def _rows(lines: Lines, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=delimiter)
    number = 0
    while True:
        lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            number += 1
            yield Row(number, (), (_too_large(lines.row, delimiter),))
            lines.skip()
            reader = csv.reader(lines, delimiter=delimiter)
            continue
        if not cells:
            continue
        number += 1
        yield _checked(number, cells)


TOO_LARGE: Final = (
    Text(
        "Deze cel is groter dan 1 miljoen tekens; de rij is niet ingelezen.",
        "This cell is larger than 1 million characters; the row was not imported.",
    ),
    Text("Kort de tekst in, of haal de rij uit het bestand.", "Shorten the text, or take the row out of the file."),
)


def _too_large(lines: list[str], delimiter: str) -> Defect:
    """Which cell is too large: the one after all those that end within what was read."""
    text = "".join(lines)
    mark = re.escape(delimiter)
    whole = re.compile(rf'(?:"[^"]*+(?:""[^"]*+)*+"|[^"{mark}\r\n]*+){mark}')
    column = position = 0
    while found := whole.match(text, position):
        if found.end() - position > MAX_CELL:
            break
        position = found.end()
        column += 1
    return Defect(column, Kind.REFUSED, *TOO_LARGE)


def _checked(number: int, cells: list[str]) -> Row:
    joined = "".join(cells)
    if joined.isascii() and "\x00" not in joined:
        return Row(number, cells)
    return repaired(number, cells)


_ODD: Final = re.compile("[\x00\ud800-\udfff]")
_NUL: Final = Text(
    "Hier staat een NUL-teken; het is vervangen door ␀.", "There is a NUL character here; it was replaced by ␀."
)
_MIXED: Final = Text(
    "Deze cel is geen UTF-8; de afwijkende tekens zijn gelezen als Windows-1252.",
    "This cell is not UTF-8; the characters that differ were read as Windows-1252.",
)
_HALF: Final = Text(
    "Hier staat een half teken; het is vervangen door �.", "There is half a character here; it was replaced by �."
)


def repaired(number: int, cells: Sequence[str]) -> Row:
    """A row without characters that no database or JSON can hold; each replacement is named."""
    kept: list[str] = []
    defects: list[Defect] = []
    for column, cell in enumerate(cells):
        whole, remarks = whole_text(cell)
        kept.append(whole)
        defects += (Defect(column, Kind.REMARK, remark) for remark in remarks)
    return Row(number, kept, tuple(defects))


def whole_text(cell: str) -> tuple[str, list[Text]]:
    """Text that every store can hold, and what was replaced in it."""
    if not _ODD.search(cell):
        return cell, []
    remarks = []
    if "\x00" in cell:
        cell = cell.replace("\x00", "␀")
        remarks.append(_NUL)
    if _ESCAPED.search(cell):
        cell = _ESCAPED.sub(lambda run: run[0].encode("latin-1", "surrogateescape").decode("cp1252", "replace"), cell)
        remarks.append(_MIXED)
    if _ODD.search(cell):
        cell = _ODD.sub("�", cell)
        remarks.append(_HALF)
    return cell, remarks
