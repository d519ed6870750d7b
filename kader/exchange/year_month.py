"""Years and months as people write them in a register: understood where there is one reading, otherwise left alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan jannewaris",
            "februari february feb febr febrewaris",
            "maart march mrt mar",
            "april apr",
            "mei may maaie",
            "juni june jun juny",
            "juli july jul",
            "augustus august aug",
            "september sept sep septimber",
            "oktober october okt oct",
            "november nov novimber",
            "december dec desimber",
        ),
        start=1,
    )
    for name in names.split()
}

_YEAR: Final = r"(?P<year>(?:19[5-9]|20[0-9])[0-9])"
_MONTH: Final = r"(?P<month>0?[1-9]|1[0-2])"
_TWO: Final = r"(?P<month>0[1-9]|1[0-2])"
_DAY: Final = r"(?:0?[1-9]|[12][0-9]|3[01])"
_NAME: Final = rf"(?P<name>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_SHORT: Final = r"'?(?P<year>[0-9]{2})"
_GAP: Final = r"\s*[-/. ]\s*"


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


_CERTAIN: Final = _compiled(
    rf"{_YEAR}{_GAP}{_MONTH}",
    rf"{_MONTH}{_GAP}{_YEAR}",
    _YEAR,
    rf"{_YEAR}{_TWO}",
    rf"{_TWO}{_YEAR}",
    rf"{_YEAR}-{_TWO}-[0-9]{{2}}(?:[T ][0-9]{{2}}:[0-9]{{2}}.*)?",
    rf"{_DAY}[-/]{_MONTH}[-/]{_YEAR}",
    rf"(?:{_DAY}\s+)?{_NAME}{_GAP}{_YEAR}",
    rf"{_NAME}{_YEAR}",
    rf"{_YEAR}{_GAP}{_NAME}",
)
_ONLY_YEAR: Final = _compiled(rf"{_YEAR}\s*[-/ ]?\s*[QH][1-4]", rf"[QH][1-4]\s*[-/ ]?\s*{_YEAR}")
# A year of two digits: as a number beside a month only where it cannot be a month itself.
_SHORT_YEAR: Final = _compiled(rf"{_MONTH}[-/ ]{_SHORT}", rf"{_NAME}[-/ ]?{_SHORT}")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a date was read.

    Attributes:
        value: `YYYY-MM` or `YYYY`; empty when it was not understood.
        certain: whether there was nothing to assume and nothing was left out.
    """

    value: str
    certain: bool


NOT_UNDERSTOOD: Final = Reading("", False)


def read(words: str) -> Reading:
    """The year and month that a register's date means.

    >>> [read(words).value for words in ("2023-05", "05-2023", "202305", "mei 2023", "1990")]
    ['2023-05', '2023-05', '2023-05', '2023-05', '1990']
    >>> read("jan-24")
    Reading(value='2024-01', certain=False)
    >>> [read(words).value for words in ("Maart", "05-06", "1062024", "n.v.t.")]
    ['', '', '', '']
    """
    plain = words.strip()
    if not 4 <= len(plain) <= 40:
        return NOT_UNDERSTOOD
    if found := _first(_CERTAIN, plain):
        return Reading(_joined(found.groupdict()), certain=True)
    if found := _first(_ONLY_YEAR, plain):
        return Reading(found["year"], certain=False)
    if found := _first(_SHORT_YEAR, plain):
        return _assumed(found.groupdict())
    return NOT_UNDERSTOOD


def _first(patterns: tuple[re.Pattern[str], ...], words: str) -> re.Match[str] | None:
    return next((found for pattern in patterns if (found := pattern.fullmatch(words))), None)


def _joined(parts: Mapping[str, str]) -> str:
    month = _MONTHS[parts["name"].lower()] if "name" in parts else int(parts.get("month", 0))
    return f"{parts['year']}-{month:02}" if month else parts["year"]


def _assumed(parts: Mapping[str, str]) -> Reading:
    year = int(parts["year"])
    if year > 40 or ("name" not in parts and year <= 12):
        return NOT_UNDERSTOOD
    return Reading(_joined({**parts, "year": f"20{year:02}"}), certain=False)
