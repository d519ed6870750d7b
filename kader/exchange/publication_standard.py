"""The register's publication standards as values: fields, their titles, and the words of their value lists.

Read from `data/register.yaml`; what is not in it is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from kader import shipped
from kader.framework import documents
from kader.text import Text

_SPACE: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of the register.

    Attributes:
        key: its key in the exports.
        kind: `text`, `html`, `list`, `grouping`, `enum`, `date`, `link`, `contact` or `system`.
        titles: standard → official Dutch title in it.
        english: English title.
    """

    key: str
    kind: str
    titles: Mapping[str, str]
    english: str

    @property
    def title(self) -> Text:
        """The title in the newest standard that has the field."""
        return Text(self.titles[max(self.titles)], self.english)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactTest:
    """An impact test by the name we show, and what it is recognised by in a title."""

    name: str
    words: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationStandard:
    """All publication standards together.

    Attributes:
        fields: by key.
        aliases: other keys → key.
        names: a column's name, simplified → key: keys, aliases, technical columns, English titles.
        titles: standard → (simplified Dutch title → key).
        values: list of values → (simplified word → what it means).
        placeholders: words that fill a field and say nothing, simplified.
        themes: simplified theme in any language → official Dutch name.
    """

    standards: tuple[str, ...]
    versions: Mapping[str, str]
    fields: Mapping[str, Field]
    aliases: Mapping[str, str]
    names: Mapping[str, str]
    titles: Mapping[str, Mapping[str, str]]
    values: Mapping[str, Mapping[str, str]]
    placeholders: frozenset[str]
    themes: Mapping[str, Text]
    impact_tests: tuple[ImpactTest, ...]

    def version(self, words: str) -> str:
        """The standard that a value such as `0.1.0` or a sheet name such as `Versie 1.0` means, or nothing."""
        found = re.search(r"\d+(?:[._]\d+)*", words)
        if found is None:
            return ""
        number = found.group().replace("_", ".")
        number = self.versions.get(number, number)
        return number if number in self.standards else ""

    def key(self, name: str, standard: str = "") -> str:
        """The key of the field that a column name or a title means, or nothing.

        Args:
            name: a key, an alias, or a title in Dutch or English.
            standard: the standard of the file; a title can mean another field in another standard.
        """
        exact = name.strip()
        if exact in self.fields or exact in self.aliases:
            return self.aliases.get(exact, exact)
        plain = simplified(name)
        for version in [standard, *reversed(self.standards)] if standard else reversed(self.standards):
            if key := self.titles.get(version, {}).get(plain):
                return key
        return self.names.get(plain, "")

    def meaning(self, values: str, word: str) -> str:
        """What a word means in one of the value lists, or nothing."""
        return self.values[values].get(simplified(word), "")

    def says_nothing(self, words: str) -> bool:
        """Whether a value is a mere placeholder such as `n.v.t.`."""
        plain = simplified(words)
        return not plain or plain in self.placeholders


def simplified(words: str) -> str:
    """Words without case and superfluous space, for looking them up.

    >>> simplified("  In  Gebruik ")
    'in gebruik'
    """
    return _SPACE.sub(" ", words).strip().casefold()


@lru_cache(maxsize=1)
def read() -> PublicationStandard:
    """The publication standards that ship with kader."""
    data = documents.load(shipped.data("register.yaml"))
    fields = {
        key: Field(key=key, kind=one["kind"], titles=one["standards"], english=one["en"])
        for key, one in data["fields"].items()
    }
    titles: dict[str, dict[str, str]] = {standard: {} for standard in data["standards"]}
    for field in fields.values():
        for standard, title in field.titles.items():
            titles[standard][simplified(title)] = field.key
    values = data["values"]
    return PublicationStandard(
        standards=tuple(data["standards"]),
        versions=data["versions"],
        fields=fields,
        aliases=data["aliases"],
        names=_names(data, fields),
        titles=titles,
        values={name: _words(lists) for name, lists in values.items() if isinstance(lists, dict)},
        placeholders=frozenset(map(simplified, values["placeholder"])),
        themes=_themes(data["themes"]),
        impact_tests=tuple(
            ImpactTest(name=one["name"], words=re.compile("|".join(one["words"]), re.IGNORECASE))
            for one in data["impact_tests"]
        ),
    )


def _names(data: Mapping[str, Any], fields: Mapping[str, Field]) -> Mapping[str, str]:
    """Keys win over aliases, aliases over English titles; an English title that two fields share names neither."""
    english: dict[str, str] = {}
    for field in fields.values():
        plain = simplified(field.english)
        english[plain] = "" if plain in english else field.key
    dutch = {simplified(title) for field in fields.values() for title in field.titles.values()}
    names = {title: key for title, key in english.items() if key and title not in dutch}
    names |= {key: key for key in data["technical"]}
    names |= data["aliases"]
    return names | {key: key for key in fields}


def _words(lists: Mapping[str, Iterable[str]]) -> Mapping[str, str]:
    return {simplified(str(word)): meaning for meaning, words in lists.items() for word in words}


def _themes(data: Mapping[str, Iterable[str]]) -> Mapping[str, Text]:
    found: dict[str, Text] = {}
    for dutch, translations in data.items():
        english, frisian = translations
        for word in (dutch, english, frisian):
            found[simplified(word)] = Text(dutch, english)
    return found
