"""The records of a register file: fields by key.

A record holds what the file holds; which key a column means is looked up in the publication standards, and a column
that is in none of them keeps its own name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kader.errors import ExchangeError, Problem
from kader.exchange import tabular
from kader.exchange.entry import Remark
from kader.exchange.publication_standard import PublicationStandard
from kader.text import Text

MIN_KNOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Record:
    """One algorithm of a register file.

    Attributes:
        row: as a person finds it in the file.
        place: the same in words.
        entry: every non-empty field by key; empty when the record could not be read.
        defects: what is wrong with it.
    """

    row: int
    place: Text
    entry: Mapping[str, Any]
    defects: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A register file that is known to be one.

    Attributes:
        records: reads its records, one by one, each time from the beginning.
        remarks: what to say about the file as a whole.
    """

    file: str
    layout: str
    records: Callable[[], Iterator[Record]]
    encoding: str = "utf-8"
    unknown_columns: tuple[str, ...] = ()
    remarks: tuple[Text, ...] = ()


def is_register(names: Sequence[str], standard: PublicationStandard, version: str = "") -> bool:
    """Whether columns with these names are those of a register: a name and at least two more known ones."""
    keys = {standard.key(name, version) for name in names} - {""}
    return "name" in keys and len(keys) >= MIN_KNOWN


def no_register(file: str, place: Text | None = None) -> ExchangeError:
    """The error for a file that is no register."""
    return ExchangeError(
        Problem(
            Text(
                "Dit is geen export van het Algoritmeregister: de naam of andere bekende velden ontbreken.",
                "This is not an export of the algorithm register: the name or other known fields are missing.",
            ),
            f"{file}, {place.nl}" if place else file,
            Text(
                "Download een CSV of XLSX op algoritmes.overheid.nl, of gebruik de veldnamen van de standaard.",
                "Download a CSV or XLSX at algoritmes.overheid.nl, or use the field names of the standard.",
            ),
        )
    )


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table.

    Attributes:
        keys: the key per column, each once.
        unknown: names that are in no standard.
        remarks: what to say about them.
    """

    keys: tuple[str, ...]
    unknown: tuple[str, ...]
    remarks: tuple[Text, ...]


def columns(names: Sequence[str], standard: PublicationStandard, version: str = "") -> Columns:
    """Which key each column has: that of the standard, else its own name; a second one of the same gets a number."""
    keys: list[str] = []
    unknown: list[str] = []
    remarks: list[Text] = []
    taken: set[str] = set()
    for number, name in enumerate(names, start=1):
        known = standard.key(name, version)
        plain = tabular.whole_text(name)[0].strip()
        if not known and plain:
            unknown.append(plain)
        key = _free(known or plain or f"column {number}", plain, taken)
        if known and key != known:
            remarks.append(_TWO_COLUMNS.format(name=plain, number=number, key=key))
        taken.add(key)
        keys.append(key)
    return Columns(tuple(keys), tuple(unknown), tuple(remarks))


_TWO_COLUMNS: Final = Text(
    "Kolom {number} ({name}) is een tweede kolom voor hetzelfde veld; bewaard als {key}.",
    "Column {number} ({name}) is a second column for the same field; kept as {key}.",
)


def _free(wanted: str, own: str, taken: set[str]) -> str:
    if wanted not in taken:
        return wanted
    if own and own not in taken:
        return own
    number = 2
    while f"{own or wanted} ({number})" in taken:
        number += 1
    return f"{own or wanted} ({number})"
