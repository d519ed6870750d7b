"""The register's exports as assessments: every row becomes one, and nothing in it is dropped.

The layout is found by what is in the file, not by its name. Rows are read one by one, so that a register of any size
fits; what was not understood stands in the report.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kader.assessment.frozen import FrozenDict
from kader.assessment.model import Assessment, FactAnswer, Meta, Origin
from kader.errors import ExchangeError, Problem
from kader.exchange import csv_records, json_records, publication_standard, spreadsheet
from kader.exchange import entry as entries
from kader.exchange.entry import Remark
from kader.exchange.import_report import ImportReport, Kind, Line, shown
from kader.exchange.proposals import proposed
from kader.exchange.records import Record, Source
from kader.text import Language, Text

if TYPE_CHECKING:
    from kader.framework.model import Framework

_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,94}")
_ID_FIELDS: Final = ("algorithm_id", "uuid", "id")


@dataclass(frozen=True, slots=True)
class Imported:
    """An assessment made from a row.

    Attributes:
        row: where it stands, as a person finds it: in a CSV the header is row 1.
        place: the same in words.
    """

    assessment: Assessment
    row: int
    place: Text


class Import:
    """A register that is being read.

    Attributes:
        report: what was not understood; complete when `assessments` has been read to its end.
    """

    def __init__(self, source: Source, framework: Framework, language: Language, date: dt.date) -> None:
        self._source = source
        self._framework = framework
        self._language = language
        self._date = date
        self.report = self._new_report()

    @property
    def assessments(self) -> Iterator[Imported]:
        """The assessments, one by one; asking again reads the file again and begins the report anew."""
        return iter(self)

    def __iter__(self) -> Iterator[Imported]:
        fresh = self._new_report()
        for name in fresh.__slots__:
            setattr(self.report, name, getattr(fresh, name))
        return self._read()

    def _new_report(self) -> ImportReport:
        source = self._source
        report = ImportReport(
            file=source.file, layout=source.layout, encoding=source.encoding, unknown_columns=source.unknown_columns
        )
        for what in source.remarks:
            report.add(_line(Remark("", Kind.REMARK, what), row=0, place=_FILE))
        return report

    def _read(self) -> Iterator[Imported]:
        given = _GivenIds()
        for record in self._source.records():
            self.report.rows += 1
            if not record.entry:
                self.report.refused += 1
                self._report(record, record.defects)
                continue
            frozen = record.entry if isinstance(record.entry, FrozenDict) else FrozenDict(record.entry)
            register_id = _register_id(frozen)
            wanted = register_id if _ID.fullmatch(register_id) else _made_id(frozen)
            dossier = given.take(wanted)
            made, remarks = entries.algorithm(frozen, register_id)
            assessment = _BLANK.model_copy(
                update={
                    "meta": self._meta(dossier, record),
                    "algorithm": made,
                    "facts": FrozenDict(
                        (fact, _UNANSWERED.model_copy(update={"proposals": found}))
                        for fact, found in proposed(frozen).items()
                    ),
                }
            )
            if dossier != wanted:
                remarks.append(Remark("algorithm_id", Kind.REMARK, _TWICE.format(id=dossier)))
            self._report(record, (*record.defects, *remarks), dossier)
            self.report.imported += 1
            yield Imported(assessment, record.row, record.place)

    def _report(self, record: Record, remarks: Iterable[Remark], dossier: str = "") -> None:
        for remark in remarks:
            value = record.entry.get(remark.field, "")
            self.report.add(_line(remark, row=record.row, place=record.place, dossier=dossier, value=value))

    def _meta(self, dossier: str, record: Record) -> Meta:
        rules = self._framework.rules
        return Meta.model_construct(
            id=dossier,
            language=self._language.value,
            date=self._date,
            framework_version=self._framework.version,
            rules=f"{rules.id}/{rules.version}",
            rules_fingerprint=rules.fingerprint,
            origin=Origin.model_construct(
                file=self._source.file, place=record.place.to(self._language), layout=self._source.layout
            ),
        )


def _line(remark: Remark, *, row: int, place: Text, dossier: str = "", value: object = "") -> Line:
    return Line(
        row=row,
        place=place,
        id=dossier,
        field=remark.field,
        value=shown(value),
        kind=remark.kind,
        what=remark.what,
        remedy=remark.remedy,
    )


# To copy: several times as quick as making the same value anew.
_BLANK: Final = Assessment(
    meta=Meta(id="blank", date=dt.date.min, framework_version="", rules="", rules_fingerprint="")
)
_UNANSWERED: Final = FactAnswer()
_FILE: Final = Text("bestand", "file")
_TWICE: Final = Text(
    "Dit ID komt vaker voor; dit dossier heet {id}.", "This ID occurs more than once; this dossier is called {id}."
)


def read(
    path: str | Path, framework: Framework, *, language: Language | str = Language.NL, date: dt.date | None = None
) -> Import:
    """Read a register export: CSV, XLSX, or JSON of the site or of a supplier.

    Args:
        path: the file.
        framework: the framework and rules that the assessments are made with.
        language: of the dossiers.
        date: of the dossiers: the day for which dates in the law are compared; today when not given.

    Returns:
        The import; its rows are read while one goes through it.

    Raises:
        ExchangeError: the file cannot be read, or is no register.
    """
    day = date or dt.date.today()  # noqa: DTZ011  the day where the person is
    return Import(_source(Path(path)), framework, Language(language), day)


def _source(path: Path) -> Source:
    """The register file, whatever its layout; the first bytes tell which."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise ExchangeError(
            Problem(
                Text("Dit bestand is niet te lezen.", "This file cannot be read."),
                str(path),
                Text("Controleer de naam en uw rechten.", "Check the name and your permissions."),
            )
        ) from error
    if head.startswith(b"PK"):
        return spreadsheet.source(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise ExchangeError(Problem(_OLD_EXCEL[0], path.name, _OLD_EXCEL[1]))
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return json_records.source(path)
    return csv_records.source(path)


_OLD_EXCEL: Final = (
    Text("Dit is een oud Excel-bestand (.xls).", "This is an old Excel file (.xls)."),
    Text("Bewaar het als .xlsx of CSV.", "Save it as .xlsx or CSV."),
)


class _GivenIds:
    """Ids that were given out; the second dossier with the same id gets a number behind it."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str) -> str:
        dossier, number = wanted, 1
        while dossier.casefold() in self._taken:
            number += 1
            dossier = f"{wanted}-{number}"
        self._taken.add(dossier.casefold())
        return dossier


def _register_id(entry: Mapping[str, Any]) -> str:
    """The id that the entry itself gives, if it is one and not a word such as *volgt*."""
    standard = publication_standard.read()
    for field in _ID_FIELDS:
        value = str(entry.get(field, "")).strip()
        if value and not standard.says_nothing(value) and " " not in value:
            return value
    return ""


def _made_id(entry: Mapping[str, Any]) -> str:
    """An id from organisation and name, the same for the same entry each time."""
    organisation, name = (str(entry.get(key, "")) for key in ("organization", "name"))
    words = f"{organisation} {name}"
    seed = words if words.strip() else repr(sorted(entry.items(), key=lambda item: item[0]))
    digest = hashlib.sha256(seed.encode("utf-8", "replace")).hexdigest()[:8]
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    return f"{slug}-{digest}" if slug else digest
