"""The phrases of `data/findings.yaml`: what the analysis says besides the verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from kader import shipped
from kader.framework.documents import load
from kader.text import Text


@cache
def phrases() -> Mapping[str, Text]:
    """Every phrase by id."""
    return {key: Text(entry["nl"], entry["en"]) for key, entry in load(shipped.data("findings.yaml")).items()}


def say(phrase: str, **values: object) -> Text:
    """A phrase with its slots filled in.

    >>> say("measure_to_do", name="logging").en
    'Implement the measure: logging'
    """
    words = phrases()[phrase]
    return words.format(**values) if values else words


def capital(words: Text) -> Text:
    """The words with a capital at the start."""
    return Text(words.nl[:1].upper() + words.nl[1:], words.en[:1].upper() + words.en[1:])
