"""Which impact tests a register entry declares, and which it declares not done.

A title that names a pre-scan is no DPIA; a sentence in which a test is planned, needed, not needed or doubted declares
nothing done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kader.exchange import publication_standard
from kader.exchange.publication_standard import PublicationStandard
from kader.exchange.sentences import sentences, visible

_ITEM: Final = re.compile(r"(?:^|\.\s+|\s)(?P<number>\d{1,2}): ")
_DONE: Final = re.compile(
    r"\b(?:uitgevoerd|gedaan|verricht|doorlopen|afgerond|voltooid|ingevuld|opgesteld|gereed|plaatsgevonden|toegepast|"
    r"carried out|conducted|performed|completed|implemented|executed|run through|"
    r"has been applied|signed off|was done|took place|útfierd|dien)\b",
    re.IGNORECASE,
)
_NOT: Final = re.compile(
    r"\b(?:geen|niet|nooit|noch|zonder|no|not|none|never|nor|without|gjin|net)\b|n't\b|\bn\.?v\.?t\b", re.IGNORECASE
)
_LATER: Final = re.compile(
    r"\b(?:volgt|wordt|worden|zal|zullen|gepland|planning|planned|will|nog|voorbereiding|preparation|"
    r"in progress|pending|concept|draft|moet|moeten|must|should|mogelijk|eventueel|indien|if|when|wanneer|"
    r"leverancier|supplier|provider|andere|klanten|"
    r"customers|in behandeling|loopt|bezig|being|instead|in plaats|voert|always|altijd)\b",
    re.IGNORECASE,
)
_BECAUSE: Final = re.compile(r",? (?:want|omdat|aangezien|because|since)\b", re.IGNORECASE)
_TITLE_WORDS: Final = 9
# "Not public" says nothing about whether it was done.
_SECRET: Final = re.compile(r"\b(?:niet|not) (?:openbaar|gepubliceerd|public|published)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Declared:
    """What an entry says of impact tests.

    Attributes:
        done, not_done: names of the tests, in the order they were found.
        unclear: field → words from which nothing could be concluded.
    """

    done: tuple[str, ...] = ()
    not_done: tuple[str, ...] = ()
    unclear: tuple[tuple[str, str], ...] = ()


NOTHING: Final = Declared()
_FIELDS: Final = ("impacttoetsen_grouping", "impacttoetsen", "dpia", "iama", "dpia_description", "iama_description")


def declared(entry: Mapping[str, Any]) -> Declared:
    """The impact tests that an entry declares done and not done."""
    if not any(field in entry for field in _FIELDS):
        return NOTHING
    found = _Found(publication_standard.read())
    for title, link in items(entry.get("impacttoetsen_grouping")):
        found.title(title, link)
    explanation = entry.get("impacttoetsen")
    if isinstance(explanation, str) and found.lists_titles(explanation):
        explanation = explanation.split(",")
    if isinstance(explanation, list | tuple):
        for title in explanation:
            found.title(str(title), "")
    elif explanation:
        found.prose("impacttoetsen", str(explanation), "")
    for field, name in (("dpia", "DPIA"), ("iama", "IAMA")):
        if entry.get(field):
            found.yes_no(field, str(entry[field]), name)
        if entry.get(f"{field}_description"):
            found.prose(f"{field}_description", str(entry[f"{field}_description"]), "")
    return found.declared()


def items(grouping: object) -> Iterator[tuple[str, str]]:
    """The titles and links of a grouping: a list of objects in JSON, `1: title, link. 2: title` in CSV.

    >>> list(items("1: DPIA, https://a.nl/x. 2: IAMA"))
    [('DPIA', 'https://a.nl/x'), ('IAMA', '')]
    """
    if isinstance(grouping, list | tuple):
        for item in grouping:
            if isinstance(item, Mapping):
                yield str(item.get("title") or "").strip(), str(item.get("link") or "").strip()
            elif item:
                yield str(item).strip(), ""
    elif isinstance(grouping, str):
        for item in _numbered(grouping):
            title, _, link = item.partition(", ")
            yield title.strip(), link.strip()


def _numbered(text: str) -> Iterator[str]:
    """The items of `1: … 2: …`; a number that is not the next one belongs to the text."""
    starts: list[re.Match[str]] = []
    for found in _ITEM.finditer(text):
        if int(found["number"]) == len(starts) + 1:
            starts.append(found)
    if not starts:
        yield text.strip()
        return
    for found, after in zip(starts, [*starts[1:], None], strict=True):
        yield text[found.end() : after.start() if after else len(text)].strip().removesuffix(".")


class _Found:
    """The tests found so far; a test that is declared done somewhere stays so, and the contradiction is named."""

    def __init__(self, standard: PublicationStandard) -> None:
        self._standard = standard
        self._done: dict[str, str] = {}
        self._not_done: dict[str, str] = {}
        self._unclear: list[tuple[str, str]] = []

    def declared(self) -> Declared:
        both = self._done.keys() & self._not_done.keys()
        unclear = [*self._unclear, *((self._not_done[name], name) for name in sorted(both))]
        return Declared(tuple(self._done), tuple(n for n in self._not_done if n not in both), tuple(unclear))

    def title(self, title: str, link: str) -> None:
        """An item of the list of impact tests: the list is of tests done, unless the item says otherwise."""
        if not title and not link:
            return
        names = self._names(title)
        if not names:
            self._unclear.append(("impacttoetsen_grouping", f"{title}, {link}" if link else title))
            return
        words = "" if link.startswith(("http://", "https://")) else link
        for name in names:
            if _LATER.search(words) or (name != "Pre-scan DPIA" and _NOT.search(_SECRET.sub("", words))):
                self._unclear.append(("impacttoetsen_grouping", f"{title}, {link}"))
            else:
                self._done.setdefault(name, "impacttoetsen_grouping")

    def lists_titles(self, words: str) -> bool:
        """Whether this is the list of standard 0.4, names with commas between them, and not an explanation."""
        if _DONE.search(words) or _NOT.search(words) or _LATER.search(words):
            return False
        return all(len(part.split()) <= _TITLE_WORDS and self._names(part) for part in words.split(","))

    def yes_no(self, field: str, words: str, name: str) -> None:
        """The older fields `dpia` and `iama`: ja, nee, or something in between."""
        answer = self._standard.meaning("yes_no", words) or self._standard.meaning(
            "yes_no", re.split(r"[,.;]", words)[0]
        )
        if answer == "yes":
            self._done.setdefault(name, field)
        elif answer == "no":
            self._not_done.setdefault(name, field)
        elif not self._standard.says_nothing(words):
            self.prose(field, words, name)

    def prose(self, field: str, words: str, name: str) -> None:
        """Free text: only a sentence that names the test and says that it was, or was not, done counts."""
        if self._standard.says_nothing(words):
            return
        understood = False
        for sentence in sentences(visible(words)):
            for test in self._names(sentence) or ([name] if name else []):
                understood = self._sentence(field, sentence, test) or understood
        if not understood and (name or field == "impacttoetsen"):
            self._unclear.append((field, words))

    def _sentence(self, field: str, sentence: str, name: str) -> bool:
        if name == "Pre-scan DPIA" and (_LATER.search(sentence) or not _DONE.search(sentence)):
            return False
        if sentence.rstrip().endswith("?"):
            return False
        if name == "Pre-scan DPIA":
            self._done.setdefault(name, field)
            return True
        sentence = _BECAUSE.split(sentence)[0]
        denied = _NOT.findall(sentence)
        if len(denied) == 1 and not _LATER.search(sentence) and self._denies(sentence, name):
            self._not_done.setdefault(name, field)
            return True
        if not denied and _DONE.search(sentence) and not _LATER.search(sentence):
            self._done.setdefault(name, field)
            return True
        return False

    def _denies(self, sentence: str, name: str) -> bool:
        """Whether the negation is about the test itself: "geen DPIA", "DPIA is not necessary", "niet aanwezig"."""
        test = next((t.words.pattern for t in self._standard.impact_tests if t.name == name), re.escape(name))
        gap = r"[^,.;]{0,40}"
        pattern = (
            rf"\b(?:geen|no|gjin|niet|not)\b{gap}?(?:{test})|(?:{test}){gap}\b(?:niet|not|geen|no)\b"
            r"|^\W*(?:niet|not) (?:aanwezig|gedaan|uitgevoerd|done)"
        )
        return re.search(pattern, sentence, re.IGNORECASE) is not None

    def _names(self, words: str) -> list[str]:
        """The tests that a title or sentence names; each stretch of words counts once, the first test that fits it."""
        found: list[tuple[int, str]] = []
        taken = words
        for test in self._standard.impact_tests:
            if match := test.words.search(taken):
                found.append((match.start(), test.name))
                if test.name == "Pre-scan DPIA":
                    return [test.name] + [n for n in self._others(taken) if n not in ("DPIA", test.name)]
                taken = test.words.sub(lambda m: "·" * len(m[0]), taken)
        return [name for _, name in sorted(found)]

    def _others(self, words: str) -> list[str]:
        return [test.name for test in self._standard.impact_tests if test.words.search(words)]
