"""The register's XLSX: a sheet per standard, fields in rows and algorithms in columns; an ordinary table is read too.

What is in the file is never executed: a formula is text. Limits keep a small file from becoming a large one.
"""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from kader.assessment.frozen import FrozenDict
from kader.errors import ExchangeError, Problem
from kader.exchange import publication_standard, records, tabular
from kader.exchange.entry import Remark
from kader.exchange.import_report import Kind
from kader.exchange.publication_standard import PublicationStandard
from kader.exchange.records import Columns, Record, Source
from kader.text import Text

MAX_UNPACKED: Final = 400_000_000
MAX_CELLS: Final = 5_000_000
MAX_FIELDS: Final = 2_000
MAX_RATIO: Final = 200
_SMALL: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet as a table with a row per algorithm.

    Attributes:
        transposed: whether the file has them in columns.
        rows: number as a person finds it → cells.
    """

    name: str
    columns: Columns
    transposed: bool
    rows: Sequence[tuple[int, Sequence[Any]]]


def source(path: Path) -> Source:
    """An XLSX that holds algorithms.

    Raises:
        ExchangeError: it is damaged, too large when unpacked, or holds no algorithms.
    """
    _check_size(path)
    standard = publication_standard.read()
    sheets: list[_Sheet] = []
    remarks: list[Text] = []
    with _opened(path) as book:
        cells = 0
        for sheet in book.worksheets:
            grid: list[Sequence[Any]] = []
            sheet.reset_dimensions()  # what a file says of its own size is not to be trusted
            for row in sheet.iter_rows(values_only=True):
                cells += max(1, len(row))
                if cells > MAX_CELLS:
                    raise ExchangeError(Problem(_TOO_MANY, path.name))
                grid.append(row)
            found = _sheet(sheet.title, grid, standard)
            if found is None:
                remarks.append(_SKIPPED.format(sheet=sheet.title))
            else:
                sheets.append(found)
                remarks += found.columns.remarks
    if not sheets:
        raise records.no_register(path.name)
    return Source(
        file=path.name,
        layout="xlsx",
        records=partial(_records, sheets),
        encoding="",
        unknown_columns=tuple(dict.fromkeys(name for sheet in sheets for name in sheet.columns.unknown)),
        remarks=tuple(remarks),
    )


def _check_size(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _damaged(path) from error
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    if unpacked > MAX_UNPACKED or (unpacked > _SMALL and unpacked / packed > MAX_RATIO):
        raise ExchangeError(Problem(_BOMB, path.name))


# openpyxl and what it stands on fail in many ways on a file that was cut off or tampered with.
_BROKEN: Final = (
    ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError, SyntaxError, TypeError, ValueError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The workbook, read only; whatever is wrong inside becomes one clear message."""
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations that do not matter here
            book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
            try:
                yield book
            finally:
                book.close()
    except _BROKEN as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> ExchangeError:
    return ExchangeError(Problem(_DAMAGED, path.name, _DOWNLOAD))


def _sheet(name: str, grid: Sequence[Sequence[Any]], standard: PublicationStandard) -> _Sheet | None:
    """A sheet as a table, whichever way it lies; `None` when it holds no algorithms."""
    version = standard.version(name)
    across = [_text(row[0]) if row else "" for row in grid]
    along = next(([_text(cell) for cell in row] for row in grid if any(row)), [])
    if len(across) <= MAX_FIELDS and records.is_register(across, standard, version or _version(grid, standard)):
        fields = [index for index, title in enumerate(across) if title or any(grid[index][1:])]
        columns = records.columns([across[i] for i in fields], standard, version or _version(grid, standard))
        width = max(len(grid[i]) for i in fields)
        rows: list[tuple[int, Sequence[Any]]] = [
            (column + 1, [grid[i][column] if column < len(grid[i]) else None for i in fields])
            for column in range(1, width)
        ]
        return _Sheet(name, columns, True, _filled(rows))
    if records.is_register(along, standard, version):
        first = next(index for index, row in enumerate(grid) if any(row))
        rows = [(number, row) for number, row in enumerate(grid[first + 1 :], start=first + 2)]
        return _Sheet(name, records.columns(along, standard, version), False, _filled(rows))
    return None


def _filled(rows: Sequence[tuple[int, Sequence[Any]]]) -> list[tuple[int, Sequence[Any]]]:
    return [(number, cells) for number, cells in rows if any(cell not in (None, "") for cell in cells)]


def _version(grid: Sequence[Sequence[Any]], standard: PublicationStandard) -> str:
    """The standard that the sheet's own field for it names."""
    for row in grid:
        if len(row) > 1 and standard.key(_text(row[0])) == "standard_version":
            return standard.version(_text(row[1]))
    return ""


def _records(sheets: Sequence[_Sheet]) -> Iterator[Record]:
    for sheet in sheets:
        for number, cells in sheet.rows:
            yield _record(sheet, number, cells)


def _record(sheet: _Sheet, number: int, cells: Sequence[Any]) -> Record:
    keys = sheet.columns.keys
    entry: dict[str, str] = {}
    defects: list[Remark] = []
    for column, cell in enumerate(cells):
        text = _text(cell)
        if not text:
            continue
        key = keys[column] if column < len(keys) else f"column {column + 1}"
        if len(text) > tabular.MAX_CELL:
            return Record(number, _place(sheet, number), {}, (Remark(key, Kind.REFUSED, *tabular.TOO_LARGE),))
        entry[key], remarks = tabular.whole_text(text)
        defects += (Remark(key, Kind.REMARK, remark) for remark in remarks)
    return Record(number, _place(sheet, number), FrozenDict(entry), tuple(defects))


def _place(sheet: _Sheet, number: int) -> Text:
    from openpyxl.utils import get_column_letter

    if sheet.transposed:
        letter = get_column_letter(number)
        return Text(f"blad {sheet.name}, kolom {letter}", f"sheet {sheet.name}, column {letter}")
    return Text(f"blad {sheet.name}, rij {number}", f"sheet {sheet.name}, row {number}")


def _text(cell: Any) -> str:
    """What stands in a cell, as a CSV of it would have it."""
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


_DAMAGED: Final = Text("Dit XLSX-bestand is beschadigd of afgebroken.", "This XLSX file is damaged or was cut off.")
_DOWNLOAD: Final = Text("Download of bewaar het opnieuw.", "Download or save it again.")
_BOMB: Final = Text(
    "Dit XLSX-bestand wordt uitgepakt onredelijk groot; het is niet gelezen.",
    "This XLSX file becomes unreasonably large when unpacked; it was not read.",
)
_TOO_MANY: Final = Text(
    "Dit XLSX-bestand heeft meer dan 5 miljoen cellen.", "This XLSX file has more than 5 million cells."
)
_SKIPPED: Final = Text(
    "Blad {sheet} bevat geen algoritmes en is overgeslagen.", "Sheet {sheet} holds no algorithms and was skipped."
)
