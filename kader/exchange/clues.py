r"""Where words begin as one of many clues, found in one pass over a text.

Python tries the alternatives of an expression one after the other; of clues that are joined by their common beginnings
only those are tried that can still match, so that hundreds cost little more than one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

ANYWHERE: Final = "*"
"""Stands before a clue that is looked for within words too."""


class Clues:
    """Clues to look for.

    >>> list(Clues(["fine", "fines", "fine art", "*fraud"]).find("fined for antifraud; fine art, refine"))
    [('fine', 0), ('fine art', 21), ('*fraud', 14)]
    """

    __slots__ = ("_anywhere", "_beginning")

    def __init__(self, clues: Iterable[str]) -> None:
        words = sorted(set(clues))
        self._anywhere = tuple(clue for clue in words if clue.startswith(ANYWHERE))
        beginning = _joined(clue for clue in words if not clue.startswith(ANYWHERE))
        self._beginning = re.compile(rf"(?<!\w)(?=({beginning}))")

    def find(self, text: str) -> Iterator[tuple[str, int]]:
        """The clues in a text, in small letters, and where they stand; of clues that begin alike the longest."""
        for found in self._beginning.finditer(text):
            yield found[1], found.start()
        for clue in self._anywhere:
            word = clue.removeprefix(ANYWHERE)
            position = text.find(word)
            while position >= 0:
                yield clue, position
                position = text.find(word, position + len(word))


def _joined(words: Iterable[str]) -> str:
    """An expression for any of these words, the longest first."""
    tree: dict[str, Any] = {}
    for word in words:
        branch = tree
        for letter in word:
            branch = branch.setdefault(letter, {})
        branch[""] = {}
    return _expression(tree)


def _expression(tree: Mapping[str, Any]) -> str:
    branches = [re.escape(letter) + _expression(branch) for letter, branch in tree.items() if letter]
    if not branches:
        return ""
    joined = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
    return f"(?:{joined})?" if "" in tree else joined
