"""Legal sources as the framework's pages name them: from Dutch words to law and articles.

Understood are the forms that the pages use: "Artikel 5 lid 1 onder a en b AVG", "Artikel 59(1 sub i) AI-verordening",
"Artikel 22 - 30 UAVG", "Overweging 39 en 45", "Bijlage III, onderdeel 2 en 5". What is not understood stays a label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Final
from urllib.parse import urljoin, urlsplit

from kader.framework.model import Source

_LAWS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), short)
    for pattern, short in (
        (r"protocol nr\. 12 bij het verdrag tot bescherming van de rechten van de mens", "EVRM-protocol 12"),
        (r"protocol betreffende de toepassing van de beginselen van subsidiariteit", "VEU-protocol"),
        (
            r"verdrag tot bescherming van de rechten van de mens|europees verdrag voor de rechten van de mens|\bEVRM\b",
            "EVRM",
        ),
        (r"verdrag betreffende de europese unie", "VEU"),
        (r"handvest van de grondrechten", "Handvest"),
        (r"uitvoeringswet (?:AVG|algemene verordening gegevensbescherming)|\bUAVG\b", "UAVG"),
        (r"algemene verordening gegevensbescherming|\bAVG\b", "AVG"),
        (r"verordening artificiële intelligentie|AI-verordening", "AIA"),
        (r"algemene wet bestuursrecht|\bAwb\b", "Awb"),
        (r"besluit (?:inzake )?lijst (?:van )?verwerkingen (?:van )?persoonsgegevens", "Besluit lijst DPIA"),
        (r"grondwet\b", "Grondwet"),
        (r"wet open overheid|\bWoo\b", "Woo"),
        (r"baseline informatiebeveiliging overheid|\bBIO\b", "BIO"),
    )
)

_UNITS: Final = {
    "artikel": "",
    "artikelen": "",
    "overweging": "ov. ",
    "overwegingen": "ov. ",
    "bijlage": "bijlage ",
    "bijlagen": "bijlage ",
    "afdeling": "afd. ",
    "hoofdstuk": "hfst. ",
}
_UNIT: Final = re.compile(rf"({'|'.join(sorted(_UNITS, key=len, reverse=True))})\s+(?=[\dIVXL])", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:\d{1,4}(?:[.:]\d{1,4})?[a-z]?|[IVXL]{1,6})(?![\w])")
_LETTER: Final = re.compile(r"[a-z](?![\w])")
_RANGE: Final = re.compile(r"\s*(?:-|–|t/m|tot en met)\s*")
_AND: Final = re.compile(r"\s*(?:,\s*(?:en\s+)?|en\s+|jo\.?\s+)")
_PARAGRAPHS: Final = re.compile(r"\s*,?\s*(?:lid|leden|onderdeel|onderdelen)\s+(?=\d)")
_POINTS: Final = re.compile(r"\s*,?\s*(?:onder|sub)\s+(?=[a-z](?!\w))")
_BRACKETS: Final = re.compile(r"\s*\(([^()]{1,40})\)")
_WITHIN: Final = re.compile(r"(\d{1,3})?\s*(?:sub|onder)?\s*([a-z])?")

_LONGEST_LABEL: Final = 600
_LONGEST_RANGE: Final = 100

_SECTION: Final = re.compile(r"^##[ \t]+Bron(?:nen)?\b[^\n]*\n(.*?)(?=^##?[ \t]|\Z)", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(
    r"\[((?:[^\[\]\n]|\[[^\[\]\n]{0,200}\]){1,600})\]\(((?:[^()\s]|\([^()\s]{0,200}\)){0,2000})[^)\n]{0,200}\)"
)
_TAG: Final = re.compile(r"<[^<>\n]{0,500}>")
_BULLET: Final = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_NO_SOURCE: Final = re.compile(r"geen (?:beschikbare )?bron", re.IGNORECASE)


def parse(label: str) -> tuple[str, tuple[str, ...]]:
    """The law and the articles that the words of a source name; empty when it is no law.

    >>> parse("Artikel 5 lid 1 onder a en b AVG")
    ('AVG', ('5(1)(a)', '5(1)(b)'))
    >>> parse("Overweging 39 en 45 Algemene Verordening Gegevensbescherming")
    ('AVG', ('ov. 39', 'ov. 45'))
    >>> parse("Advies artikel 22 AVG, Autoriteit Persoonsgegevens")
    ('', ())
    """
    label = label[:_LONGEST_LABEL].strip()
    unit = _UNIT.match(label)
    if not unit:
        named = _law_at_start(label)
        return named, ()
    prefix = _UNITS[unit[1].lower()]
    references, end = _references(label, unit.end())
    rest = label[end:].strip(" ,.;|")
    return _law(rest), tuple(prefix + reference for reference in references)


def read_sources(body: str, base_url: str) -> tuple[Source, ...]:
    """The sources that a page lists under *Bronnen*: every link, and every line that has none.

    Args:
        body: the page without its front matter and comments.
        base_url: address of the page's folder, for links within the site.
    """
    section = _SECTION.search(body)
    return tuple(_sources(section[1], base_url)) if section else ()


def refused_links(body: str) -> Iterator[str]:
    """Links of a page that lead to a script or a file instead of a web address."""
    return (link[2] for link in _LINK.finditer(body) if link[2] and not absolute(link[2], "https://localhost/"))


def absolute(url: str, base_url: str) -> str:
    """A link of a page as an address; `page.md` becomes the address of that page, what is no web address is dropped.

    >>> absolute("../hulpmiddelen/IAMA.md", "https://example.org/maatregelen/")
    'https://example.org/hulpmiddelen/IAMA/'
    >>> absolute("javascript:alert(1)", "https://example.org/maatregelen/")
    ''
    """
    try:
        if scheme := urlsplit(url).scheme:
            return url if scheme in {"http", "https", "mailto"} else ""
        joined = urljoin(base_url, url)
    except ValueError:  # an unclosed bracket, for one
        return ""
    page, hash_mark, anchor = joined.partition("#")
    if page.endswith(".md"):
        page = page.removesuffix(".md").removesuffix("/index").removesuffix("/README") + "/"
    return page + hash_mark + anchor


def _sources(section: str, base_url: str) -> Iterator[Source]:
    for line in section.splitlines():
        words = _BULLET.sub("", line).strip()
        links = list(_LINK.finditer(words))
        if links:
            for link in links:
                yield _source(link[1], absolute(link[2], base_url) if link[2] else "")
        elif words and not _NO_SOURCE.match(words):
            yield _source(words, "")


def _source(label: str, url: str) -> Source:
    label = _TAG.sub("", label).strip()
    law, articles = parse(label)
    return Source(label=label, url=url, law=law, articles=articles)


def _law(words: str) -> str:
    """The short name of a law, or its own name up to the first comma."""
    for pattern, short in _LAWS:
        if pattern.search(words):
            return short
    return words.partition(",")[0].strip()


def _law_at_start(words: str) -> str:
    return next((short for pattern, short in _LAWS if pattern.match(words)), "")


def _references(label: str, at: int) -> tuple[list[str], int]:
    """The references from a place on, and where they end; a qualifier belongs to the number before it."""
    references: list[str] = []
    while number := _NUMBER.match(label, at):
        numbers, at = _until(label, number)
        suffixes, at = _suffixes(label, at)
        references += numbers[:-1]
        references += [numbers[-1] + suffix for suffix in suffixes]
        following = _AND.match(label, at)
        if not following or not _NUMBER.match(label, following.end()):
            break
        at = following.end()
    return references, at


def _until(label: str, number: re.Match[str]) -> tuple[list[str], int]:
    """A number, or all numbers of a range."""
    dash = _RANGE.match(label, number.end())
    last = _NUMBER.match(label, dash.end()) if dash else None
    if last and number[0].isdecimal() and last[0].isdecimal():
        span = range(int(number[0]), int(last[0]) + 1)
        if 1 < len(span) <= _LONGEST_RANGE:
            return [str(each) for each in span], last.end()
    return [number[0]], number.end()


def _suffixes(label: str, at: int) -> tuple[list[str], int]:
    """Paragraphs and points after an article: `lid 1 onder a en b`, `(1)(c)`, `(1 sub e)`."""
    suffixes = [""]
    while brackets := _BRACKETS.match(label, at):
        suffixes = ["".join(pair) for pair in product(suffixes, _bracketed(brackets[1]))]
        at = brackets.end()
    if opening := _PARAGRAPHS.match(label, at):
        paragraphs, at = _listed(label, opening.end(), _NUMBER)
        suffixes = ["".join(pair) for pair in product(suffixes, paragraphs)]
    if opening := _POINTS.match(label, at):
        points, at = _listed(label, opening.end(), _LETTER)
        suffixes = [*suffixes[:-1], *(suffixes[-1] + point for point in points)]
    return suffixes, at


def _listed(label: str, at: int, item: re.Pattern[str]) -> tuple[list[str], int]:
    found: list[str] = []
    while match := item.match(label, at):
        found.append(f"({match[0]})")
        at = match.end()
        following = _AND.match(label, at)
        if not following or not item.match(label, following.end()):
            break
        at = following.end()
    return found or [""], at


def _bracketed(words: str) -> list[str]:
    """What stands between brackets: `1`, `c`, `1 sub e`, `6 en 8`."""
    found: list[str] = []
    for part in re.split(r"\s*(?:,|\ben\b|&)\s*", words.strip()):
        within = _WITHIN.fullmatch(part)
        found.append("".join(f"({each})" for each in within.groups() if each) if within and part else f"({part})")
    return found
