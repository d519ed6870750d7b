"""From the fields of a register entry to the algorithm of an assessment, and what in them was not understood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, cast

from kader.assessment.frozen import FrozenDict
from kader.assessment.model import Algorithm
from kader.exchange import impact_tests, publication_standard, year_month
from kader.exchange.import_report import Kind
from kader.exchange.publication_standard import PublicationStandard
from kader.text import EMPTY, Text

MAX_LINE: Final = 2_000

_LINK: Final = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
_CONTACT: Final = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+|(?:mailto:|https?://)[^\s<>]+", re.IGNORECASE)
_MARKUP: Final = re.compile(r"<[A-Za-z!/][^<>]*>")
_FORMULA: Final = re.compile(r"[=+@\t\r]|-[^\s\d-]")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something in one field that a person should look at."""

    field: str
    kind: Kind
    what: Text
    remedy: Text = EMPTY


def algorithm(entry: Mapping[str, Any], register_id: str) -> tuple[Algorithm, list[Remark]]:
    """The algorithm that an entry describes, and what was not understood; the entry itself stays verbatim.

    Args:
        entry: non-empty fields by key, frozen.
        register_id: the id in the register that the entry gives.
    """
    remarks: list[Remark] = []
    standard = publication_standard.read()
    tests = impact_tests.declared(entry)
    # Every value below has the form that the model asks for, so that checking it again would only cost time; a test
    # checks the whole real register.
    made = Algorithm.model_construct(
        name=_line(entry, "name", remarks),
        organisation=_line(entry, "organization", remarks),
        register_id=register_id[:MAX_LINE],
        status=cast(Literal["in_use"], _meaning(entry, "status", standard, remarks)),
        publication_category=cast(Literal["other"], _meaning(entry, "publication_category", standard, remarks)),
        themes=_themes(entry.get("category"), standard, remarks),
        begin=_date(entry, "begin_date", remarks),
        end=_date(entry, "end_date", remarks),
        assessments=tests.done,
        not_done=tests.not_done,
        entry=entry if isinstance(entry, FrozenDict) else FrozenDict(entry),
    )
    remarks += (Remark(field, Kind.NOT_UNDERSTOOD, _TEST) for field, _ in tests.unclear)
    remarks += _form(entry, standard)
    return made, remarks


def _line(entry: Mapping[str, Any], key: str, remarks: list[Remark]) -> str:
    value = entry.get(key, "")
    text = value if isinstance(value, str) else str(value)
    plain = text.strip()
    if not plain:
        remarks.append(Remark(key, Kind.NOT_UNDERSTOOD, *_MISSING[key]))
    elif len(plain) > MAX_LINE:
        remarks.append(Remark(key, Kind.ASSUMED, _TOO_LONG))
        return plain[:MAX_LINE]
    return plain


def _meaning(entry: Mapping[str, Any], key: str, standard: PublicationStandard, remarks: list[Remark]) -> str | None:
    value = entry.get(key)
    if value is None:
        return None
    meaning = standard.meaning(key, value) if isinstance(value, str) else ""
    if not meaning and str(value).strip():
        remarks.append(Remark(key, Kind.NOT_UNDERSTOOD, _NOT_IN_LIST, _CHOOSE[key]))
    return meaning or None


def _date(entry: Mapping[str, Any], key: str, remarks: list[Remark]) -> str | None:
    value = entry.get(key)
    if value is None:
        return None
    reading = _reading(str(value))
    if not reading.value:
        if str(value).strip():
            remarks.append(Remark(key, Kind.NOT_UNDERSTOOD, _NO_DATE, _DATE_FORM))
        return None
    if not reading.certain:
        remarks.append(Remark(key, Kind.ASSUMED, _ASSUMED.format(value=reading.value), _DATE_FORM))
    return reading.value


_reading: Final = lru_cache(maxsize=4096)(year_month.read)


def _themes(value: object, standard: PublicationStandard, remarks: list[Remark]) -> tuple[str, ...]:
    if not value:
        return ()
    given = value if isinstance(value, list | tuple) else _separated(str(value), standard)
    themes = tuple(dict.fromkeys(theme for one in given if (theme := str(one).strip()[:MAX_LINE])))
    if any(publication_standard.simplified(theme) not in standard.themes for theme in themes):
        remarks.append(Remark("category", Kind.REMARK, _OWN_THEME))
    return themes


def _separated(value: str, standard: PublicationStandard) -> list[str]:
    """The themes in one cell: separated by commas, unless the whole is one theme."""
    if publication_standard.simplified(value) in standard.themes:
        return [value]
    return [part for part in value.split(",") if part.strip()]


def _form(entry: Mapping[str, Any], standard: PublicationStandard) -> Iterator[Remark]:
    """Fields that do not have the form that the standard asks for."""
    for key, value in entry.items():
        if not isinstance(value, str):
            continue
        field = standard.fields.get(key)
        kind = field.kind if field else ""
        if kind == "link":
            if not _LINK.fullmatch(value.strip()):
                yield Remark(key, Kind.NOT_UNDERSTOOD, _NO_LINK, _LINK_FORM)
        elif kind == "contact":
            if not _CONTACT.fullmatch(value.strip()):
                yield Remark(key, Kind.NOT_UNDERSTOOD, _NO_CONTACT)
        elif kind == "date" and key == "revision_date" and not _reading(value).value and value.strip():
            yield Remark(key, Kind.NOT_UNDERSTOOD, _NO_DATE, _DATE_FORM)
        if kind != "html" and "<" in value and _MARKUP.search(value):
            yield Remark(key, Kind.REMARK, _HTML)
        if key in ("name", "organization") and _FORMULA.match(value):
            yield Remark(key, Kind.REMARK, _LOOKS_LIKE_FORMULA)


_MISSING: Final = {
    "name": (
        Text("De naam van het algoritme ontbreekt.", "The name of the algorithm is missing."),
        Text("Vul de naam in het register in.", "Enter the name in the register."),
    ),
    "organization": (
        Text("De organisatie ontbreekt.", "The organisation is missing."),
        Text("Vul de organisatie in het register in.", "Enter the organisation in the register."),
    ),
}
_TOO_LONG: Final = Text(
    "Dit is te lang voor een naam; de titel is ingekort, de hele tekst staat bij de registergegevens.",
    "This is too long for a name; the title was shortened, the whole text is in the register data.",
)
_NOT_IN_LIST: Final = Text(
    "Deze waarde staat niet in de waardelijst van het register.", "This value is not in the register's list of values."
)
_CHOOSE: Final = {
    "status": Text(
        "Kies: In ontwikkeling, In gebruik of Buiten gebruik.", "Choose: In development, In use or Out of use."
    ),
    "publication_category": Text(
        "Kies: Hoog-risico AI-systeem, Impactvolle algoritmes of Overige algoritmes.",
        "Choose: High-Risk AI-system, Impactful algorithms or Other algorithms.",
    ),
}
_NO_DATE: Final = Text("Dit is niet te lezen als jaar en maand.", "This cannot be read as a year and month.")
_ASSUMED: Final = Text("Gelezen als {value}.", "Read as {value}.")
_DATE_FORM: Final = Text("Schrijf een datum als 2023-01.", "Write a date as 2023-01.")
_NO_LINK: Final = Text("Hier staat geen link.", "This is not a link.")
_LINK_FORM: Final = Text("Begin een link met https://", "Start a link with https://")
_NO_CONTACT: Final = Text("Hier staat geen e-mailadres of link.", "This is not an e-mail address or a link.")
_HTML: Final = Text("Hier staat HTML in een veld zonder opmaak.", "There is HTML in a field without markup.")
_LOOKS_LIKE_FORMULA: Final = Text(
    "Dit lijkt een formule; het is als gewone tekst bewaard.", "This looks like a formula; it was kept as plain text."
)
_OWN_THEME: Final = Text(
    "Dit thema staat niet in de waardelijst van het register.", "This theme is not in the register's list of themes."
)
_TEST: Final = Text(
    "Hieruit blijkt niet of een impacttoets is gedaan.", "This does not show whether an impact test was done."
)
