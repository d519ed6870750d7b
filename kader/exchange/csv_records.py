"""The register's CSV: a row per algorithm, keys or titles in the first row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from kader.assessment.frozen import FrozenDict
from kader.exchange import publication_standard, tabular
from kader.exchange.entry import Remark
from kader.exchange.import_report import Kind
from kader.exchange.records import Record, Source, columns, is_register, no_register
from kader.text import Text


def source(path: Path) -> Source:
    """A CSV that holds algorithms.

    Raises:
        ExchangeError: it cannot be read, or holds no algorithms.
    """
    encoding = tabular.encoding_of(path)
    standard = publication_standard.read()

    def known(names: Sequence[str]) -> int:
        return sum(1 for name in names if standard.key(name))

    header = next(tabular.read_csv(path, encoding, known), None)
    if header is None or not is_register(header.cells, standard):
        raise no_register(path.name)
    found = columns(header.cells, standard)

    def records() -> Iterator[Record]:
        rows = tabular.read_csv(path, encoding, known)
        next(rows)
        for row in rows:
            yield _record(row, found.keys)

    return Source(
        file=path.name,
        layout="csv",
        records=records,
        encoding=encoding.name,
        unknown_columns=found.unknown,
        remarks=(*filter(None, (encoding.remark,)), *found.remarks),
    )


def _record(row: tabular.Row, keys: Sequence[str]) -> Record:
    place = Text(f"rij {row.number}", f"row {row.number}")
    cells = row.cells
    entry = FrozenDict((key, cell) for key, cell in zip(keys, cells, strict=False) if cell)
    defects = [Remark(_name(keys, defect.column), defect.kind, defect.what, defect.remedy) for defect in row.defects]
    if cells and len(cells) != len(keys):
        defects.append(Remark("", Kind.REMARK, _RAGGED.format(found=len(cells), expected=len(keys))))
        extra = {
            f"column {number}": cell for number, cell in enumerate(cells[len(keys) :], start=len(keys) + 1) if cell
        }
        entry = FrozenDict({**entry, **extra})
    if not entry and not defects:
        defects.append(Remark("", Kind.REFUSED, _NOTHING))
    return Record(row.number, place, entry, tuple(defects))


_RAGGED: Final = Text(
    "Deze rij heeft {found} cellen, de kopregel {expected}; wat er staat is bewaard.",
    "This row has {found} cells, the header {expected}; what is there was kept.",
)
_NOTHING: Final = Text("Deze rij is leeg.", "This row is empty.")


def _name(keys: Sequence[str], column: int | None) -> str:
    if column is None:
        return ""
    return keys[column] if column < len(keys) else f"column {column + 1}"
