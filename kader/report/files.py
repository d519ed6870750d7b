"""Results as files: written whole or not at all, and never a formula where text was meant.

A file appears under its own name only when it is complete: it is written beside it, synced to disk and renamed.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_ILLEGAL_IN_XML: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")
_XLSX_CELL: Final = 32_767


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A temporary name in the same folder; what is written there takes the path's place when all went well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".", suffix=f".part{path.suffix}", dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        publish(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def publish(temporary: Path, path: Path) -> None:
    """Sync a written file to disk and give it its own name, and the rights a new file would have."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    temporary.chmod(0o666 & ~_umask())
    temporary.replace(path)


def _umask() -> int:
    current = os.umask(0o022)
    os.umask(current)
    return current


def write_text(path: Path, text: str) -> None:
    """Write a text file whole, as UTF-8; lone surrogates, which no encoding allows, become question marks."""
    with whole(path) as temporary:
        temporary.write_bytes(text.encode("utf-8", errors="replace"))


def plain(value: object) -> str:
    """A value for a CSV cell: what a spreadsheet would take for a formula gets a quote before it.

    >>> plain("=1+1"), plain("-2"), plain(-2), plain("naam")
    ("'=1+1", "'-2", '-2', 'naam')
    """
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA_STARTS) else text


def write_csv(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Write rows as CSV that Excel opens well: UTF-8 with a mark, semicolons, no formulas."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([plain(value) for value in row])
    write_text(path, "\ufeff" + text.getvalue())


def write_xlsx(path: Path, title: str, rows: Iterable[Sequence[object]]) -> None:
    """Write rows as a workbook with one sheet; text is always text, whatever it begins with."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    width = 0
    with whole(path) as temporary:
        for number, row in enumerate(rows):
            if not number:
                width = len(row)
                for column in range(1, width + 1):
                    sheet.column_dimensions[get_column_letter(column)].width = 24
            cells = []
            for value in row:
                cell = WriteOnlyCell(sheet, value=None)
                if isinstance(value, bool) or not isinstance(value, int):
                    cell.value = str(value).translate(_ILLEGAL_IN_XML)[:_XLSX_CELL]
                    cell.data_type = "s"
                    cell.quotePrefix = True
                else:
                    cell.value = value
                cell.alignment = Alignment(vertical="top", wrap_text=True)
                if not number:
                    cell.font = Font(bold=True)
                cells.append(cell)
            sheet.append(cells)
        if width:
            sheet.auto_filter.ref = f"A1:{get_column_letter(width)}{number + 1}"
        book.save(temporary)
