"""Text in the two languages of the workbook, and the words for dates and lists.

Everything a person reads is a `Text`: both languages side by side, so that a missing translation is a missing
value and not a surprise on a page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Language(StrEnum):
    """A language of the workbook; Dutch comes first."""

    NL = "nl"
    EN = "en"


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Dutch and in English.

    >>> greeting = Text("verplicht", "required")
    >>> greeting.to("en")
    'required'
    >>> str(greeting)
    'verplicht'
    """

    nl: str
    en: str

    def to(self, language: Language | str) -> str:
        """The words in one language.

        Raises:
            ValueError: the language is neither `nl` nor `en`.
        """
        return self.nl if Language(language) is Language.NL else self.en

    def format(self, **values: object) -> Text:
        """Both languages with `{name}` slots filled; a `Text` value is filled in per language.

        >>> Text("{n} open vragen", "{n} open questions").format(n=3).en
        '3 open questions'
        """
        return Text(
            self.nl.format(**{k: v.nl if isinstance(v, Text) else v for k, v in values.items()}),
            self.en.format(**{k: v.en if isinstance(v, Text) else v for k, v in values.items()}),
        )

    def __str__(self) -> str:
        return self.nl

    def __bool__(self) -> bool:
        return bool(self.nl or self.en)


EMPTY: Final = Text("", "")


def same(words: str) -> Text:
    """A text that is the same in both languages: a name, a number, an official title.

    >>> same("AVG").en
    'AVG'
    """
    return Text(words, words)


_MONTHS: Final = {
    Language.NL: "januari februari maart april mei juni juli augustus september oktober november december".split(),
    Language.EN: ("January February March April May June July August September October November December".split()),
}


def day_in_words(day: dt.date) -> Text:
    """A date as people write it.

    >>> day_in_words(dt.date(2027, 12, 2))
    Text(nl='2 december 2027', en='2 December 2027')
    """
    nl, en = (f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}" for language in Language)
    return Text(nl, en)


def list_in_words(items: Iterable[Text], *, either: bool = False) -> Text:
    """An enumeration: "a, b en c", or with `either` "a, b of c".

    >>> list_in_words([same("a"), same("b"), same("c")])
    Text(nl='a, b en c', en='a, b and c')
    """
    parts = list(items)
    words = Text("of", "or") if either else Text("en", "and")

    def joined(language: Language) -> str:
        spoken = [part.to(language) for part in parts]
        if len(spoken) < 2:
            return "".join(spoken)
        return f"{', '.join(spoken[:-1])} {words.to(language)} {spoken[-1]}"

    return Text(joined(Language.NL), joined(Language.EN))
