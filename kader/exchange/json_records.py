"""The register's JSON: the records of the site's own data, and the templates of suppliers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from kader.assessment.frozen import FrozenDict, frozen_json
from kader.errors import ExchangeError, Problem
from kader.exchange import publication_standard, tabular
from kader.exchange.entry import Remark
from kader.exchange.import_report import Kind
from kader.exchange.publication_standard import PublicationStandard
from kader.exchange.records import Record, Source, is_register, no_register
from kader.text import Text

MAX_BYTES: Final = 256_000_000
_SITE_KEYS: Final = frozenset({"lars", "create_dt", "owner"})


def source(path: Path) -> Source:
    """A JSON file that holds algorithms: a list of them, one, or the site's `{"algoritme_versions": […]}`.

    Raises:
        ExchangeError: it is no JSON, too large, or holds no algorithms.
    """
    records, site = _listed(_parsed(path), path.name)
    standard = publication_standard.read()
    known = [one for one in records if isinstance(one, Mapping) and is_register(list(one), standard)]
    if not known:
        raise no_register(path.name)
    unknown = dict.fromkeys(name for one in known for name in one if not standard.key(name))
    return Source(
        file=path.name,
        layout="site-data" if site or _SITE_KEYS & known[0].keys() else "supplier-template",
        records=partial(_records, records, standard),
        unknown_columns=tuple(unknown),
    )


def _parsed(path: Path) -> Any:
    if path.stat().st_size > MAX_BYTES:
        raise ExchangeError(Problem(*_problem(path, _TOO_LARGE)))
    encoding = tabular.encoding_of(path)
    try:
        return json.loads(path.read_text(encoding.name, errors="surrogateescape" if encoding.mixed else "strict"))
    except json.JSONDecodeError as error:
        raise ExchangeError(
            Problem(
                Text(
                    f"Dit is geen JSON, of het is afgebroken: fout op regel {error.lineno}, teken {error.colno}.",
                    f"This is not JSON, or it was cut off: error at line {error.lineno}, character {error.colno}.",
                ),
                path.name,
            )
        ) from error
    except RecursionError as error:
        raise ExchangeError(Problem(*_problem(path, _TOO_DEEP))) from error
    except ValueError as error:  # a whole number of more than 4,300 digits, or half a character in UTF-16
        raise ExchangeError(Problem(*_problem(path, _UNREADABLE))) from error


def _problem(path: Path, what: Text) -> tuple[Text, str]:
    return what, path.name


_TOO_LARGE: Final = Text("Dit JSON-bestand is groter dan 256 MB.", "This JSON file is larger than 256 MB.")
_TOO_DEEP: Final = Text("Dit JSON-bestand is te diep genest.", "This JSON file is nested too deep.")
_UNREADABLE: Final = Text(
    "Dit JSON-bestand bevat iets dat niet te lezen is.", "This JSON file holds something that cannot be read."
)
_NO_RECORD: Final = Text("Dit onderdeel is geen algoritme.", "This item is not an algorithm.")
_NOT_HELD: Final = Text(
    "Deze waarde is als tekst bewaard: zo'n getal of zo'n diepte kan een dossier niet bevatten.",
    "This value was kept as text: a dossier cannot hold such a number or such a depth.",
)


def _listed(data: Any, name: str) -> tuple[list[Any], bool]:
    if isinstance(data, Mapping):
        versions = data.get("algoritme_versions")
        if isinstance(versions, list):
            return versions, True
        return [data], False
    if isinstance(data, list):
        return data, False
    raise no_register(name)


def _records(records: list[Any], standard: PublicationStandard) -> Iterator[Record]:
    for row, one in enumerate(records, start=1):
        place = Text(f"onderdeel {row}", f"item {row}")
        if not isinstance(one, Mapping):
            yield Record(row, place, {}, (Remark("", Kind.REFUSED, _NO_RECORD),))
            continue
        entry: dict[str, Any] = {}
        defects: list[Remark] = []
        for name, value in one.items():
            if value is None or value in ("", [], {}):
                continue
            key = _free_key(standard.key(name) or tabular.whole_text(name)[0].strip() or "?", name, entry, one)
            entry[key], remarks = _whole(value)
            defects += (Remark(key, Kind.REMARK, remark) for remark in remarks)
        if not entry:
            defects.append(Remark("", Kind.REFUSED, _NO_RECORD))
        yield Record(row, place, FrozenDict(entry), tuple(defects))


def _free_key(key: str, name: str, entry: Mapping[str, Any], one: Mapping[str, Any]) -> str:
    """The key for a value; an alias gives way to a value under the key itself."""
    if key != name and (key in entry or key in one):
        key = tabular.whole_text(name)[0]
    while key in entry:
        key += " (2)"
    return key


def _whole(value: Any) -> tuple[Any, list[Text]]:
    """A value that a dossier can hold, and what was replaced in it."""
    if isinstance(value, str):
        return tabular.whole_text(value)
    remarks: list[Text] = []
    try:
        return frozen_json(_cleaned(value, remarks)), list(dict.fromkeys(remarks))
    except (ValueError, RecursionError):
        return tabular.whole_text(repr(value))[0], [_NOT_HELD]


def _cleaned(value: Any, remarks: list[Text]) -> Any:
    if isinstance(value, str):
        text, found = tabular.whole_text(value)
        remarks += found
        return text
    if isinstance(value, list):
        return [_cleaned(one, remarks) for one in value]
    if isinstance(value, Mapping):
        return {tabular.whole_text(key)[0]: _cleaned(one, remarks) for key, one in value.items()}
    return value
