"""The style sheet of a page that stands alone: the shared one, without what the page has no use for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from kader import figures, shipped

_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE: Final = re.compile(r"\s+")
_LOOSE: Final = re.compile(r"\s*([{};,])\s*")
_NAMED: Final = re.compile(r"[.#](-?[A-Za-z_][\w-]*)")
_SELECTORS: Final = re.compile(r",(?![^(]*\))")
_CLASSES: Final = re.compile(r'\b(?:class|id)="([^"]*)"')
_NOT: Final = re.compile(r":not\([^)]*\)")


@cache
def whole() -> str:
    """All of it, without comments and loose space."""
    own = shipped.template("report/report.css").read_text(encoding="utf-8")
    return _LOOSE.sub(r"\1", _SPACE.sub(" ", _COMMENT.sub("", f"{figures.stylesheet()}\n{own}"))).strip()


def needed(page: str) -> str:
    """The rules that reach something on this page.

    Args:
        page: its HTML; what a script adds later is not seen.
    """
    return _kept(frozenset(name for names in _CLASSES.findall(page) for name in names.split() if _styled(name)))


@cache
def _names() -> frozenset[str]:
    return frozenset(_NAMED.findall(whole()))


def _styled(name: str) -> bool:
    return name in _names()


@lru_cache(maxsize=256)
def _kept(used: frozenset[str]) -> str:
    return "".join(_rules(whole(), used))


def _rules(css: str, used: frozenset[str]) -> Iterator[str]:
    """The rules of a sheet or of a media query that reach something."""
    for selector, body in _blocks(css):
        if selector.startswith(("@media", "@supports")):
            inner = "".join(_rules(body, used))
            if inner:
                yield f"{selector}{{{inner}}}"
        elif selector.startswith("@"):
            yield f"{selector}{{{body}}}"
        elif reaching := [one for one in _SELECTORS.split(selector) if _reaches(one, used)]:
            yield f"{','.join(reaching)}{{{body}}}"


def _blocks(css: str) -> Iterator[tuple[str, str]]:
    """Selector and body of each block at the top level."""
    start = depth = opened = 0
    for at, letter in enumerate(css):
        if letter == "{":
            opened = opened if depth else at
            depth += 1
        elif letter == "}":
            depth -= 1
            if not depth:
                yield css[start:opened].strip(), css[opened + 1 : at]
                start = at + 1


def _reaches(selector: str, used: frozenset[str]) -> bool:
    """Whether everything that a selector names is on the page; of alternatives in brackets, one of them."""
    selector = _NOT.sub("", selector)
    names = _NAMED.findall(selector)
    if not names:
        return True
    alternatives = "(." in selector or "(>" in selector
    return not used.isdisjoint(names) if alternatives else used.issuperset(names)
