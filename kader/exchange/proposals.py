"""Proposals for facts from the free text of a register entry, each with the sentence it rests on.

What suggests what stands in `data/proposals.yaml`; here is how a sentence is read: denials, doubt and conditions around
a match make it say nothing. Precision before recall: when in doubt there is no proposal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

import yaml

from kader import shipped
from kader.assessment.model import Proposal
from kader.exchange import publication_standard, sentences
from kader.framework.rules import Truth

MAX_TEXT: Final = 50_000
MAX_QUOTE: Final = 1_000
PER_VALUE: Final = 2
_BEFORE_LIST: Final = 800
_BEGINNING: Final = 4
_BEGINNINGS: Final = re.compile(rf"\b\w{{1,{_BEGINNING}}}")

Suggestion = tuple[str, Literal[Truth.YES, Truth.NO]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Words that suggest facts; see `data/proposals.yaml` for what each part means."""

    id: str
    proposes: tuple[Suggestion, ...]
    fields: tuple[str, ...]
    clues: tuple[str, ...]
    says: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None = None
    denial: bool = False
    own_words: bool = False
    modal: bool = False
    persons: bool = False
    whole_field: bool = False
    allow: re.Pattern[str] | None = None
    only_without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Structured:
    """A field of which one value suggests facts."""

    id: str
    field: str
    values: str
    means: str
    proposes: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """All patterns, and the words that turn a sentence around.

    Attributes:
        fields: every field that a pattern looks in.
        clues: first letters of a word → the clues that begin so, with the patterns they belong to; under the empty
            word those that are looked for in any case.
    """

    version: str
    patterns: tuple[Pattern, ...]
    structured: tuple[Structured, ...]
    fields: tuple[str, ...]
    clues: Mapping[str, tuple[tuple[str, tuple[int, ...]], ...]]
    negation: re.Pattern[str]
    no_negation: re.Pattern[str]
    doubt: re.Pattern[str]
    condition: re.Pattern[str]
    turn: re.Pattern[str]
    person: re.Pattern[str]


class _Text:
    """The visible text of a field, in small letters of the same length, with its sentences."""

    __slots__ = ("_starts", "low", "text")

    def __init__(self, value: str) -> None:
        self.text = sentences.visible(value[:MAX_TEXT])
        low = self.text.lower()
        if len(low) != len(self.text):
            low = "".join(small if len(small := letter.lower()) == 1 else letter for letter in self.text)
        self.low = low
        self._starts: list[int] | None = None

    def sentence(self, position: int) -> tuple[int, int]:
        """Beginning and end of the sentence in which a position lies."""
        if self._starts is None:
            self._starts = sentences.starts(self.text)
        return sentences.around(self.text, self._starts, position)

    def heading(self, begin: int) -> str:
        """The line with a colon above a list that the sentence is an item of."""
        before = self.low[max(0, begin - _BEFORE_LIST) : begin]
        if "\n" not in before:
            return ""
        colon = before.rfind(":\n")
        if colon < 0:
            colon = before.rfind(": \n")
        if colon < 0 or re.search(r"[.!?]\s*\n", before[colon + 1 :]):
            return ""
        return before[before.rfind("\n", 0, colon) + 1 : colon]


def proposed(entry: Mapping[str, Any]) -> dict[str, tuple[Proposal, ...]]:
    """Per fact what the fields of an entry suggest; a fact can have proposals that contradict each other.

    Args:
        entry: non-empty fields by key.
    """
    rules = read()
    found: dict[str, list[Proposal]] = {}
    _structured(rules, entry, found)
    texts = {field: _Text(value) for field in rules.fields if (value := entry.get(field)) and isinstance(value, str)}
    for index, clues in sorted(_likely(rules, "\n".join(text.low for text in texts.values())).items()):
        pattern = rules.patterns[index]
        if pattern.only_without and any(field in entry for field in pattern.only_without):
            continue
        for field in pattern.fields:
            if (text := texts.get(field)) is None:
                continue
            for quote in _quotes(rules, pattern, text, clues):
                _add(found, pattern.proposes, quote, field, pattern.id)
    return {fact: tuple(proposals) for fact, proposals in sorted(found.items())}


def _structured(rules: Patterns, entry: Mapping[str, Any], found: dict[str, list[Proposal]]) -> None:
    standard = publication_standard.read()
    for one in rules.structured:
        value = entry.get(one.field)
        if isinstance(value, str) and standard.meaning(one.values, value) == one.means:
            _add(found, one.proposes, value.strip(), one.field, one.id)


def _add(found: dict[str, list[Proposal]], proposes: Sequence[Suggestion], quote: str, field: str, rule: str) -> None:
    for fact, value in proposes:
        there = found.setdefault(fact, [])
        same = [one for one in there if one.value == value]
        if len(same) < PER_VALUE and not any(one.quote == quote for one in same):
            there.append(Proposal.model_construct(value=value, quote=quote, field=field, rule=rule))


def _likely(rules: Patterns, text: str) -> dict[int, list[str]]:
    """The patterns of which a clue occurs, with those clues; a clue is tried where a word begins as it does."""
    likely: dict[int, list[str]] = {}
    for beginning in rules.clues.keys() & {"", *_BEGINNINGS.findall(text)}:
        for clue, patterns in rules.clues[beginning]:
            if clue in text:
                for index in patterns:
                    likely.setdefault(index, []).append(clue)
    return likely


def _quotes(rules: Patterns, pattern: Pattern, text: _Text, clues: Sequence[str]) -> Iterator[str]:
    """The sentences that say it, each once, in the order of the text."""
    begins: dict[int, int] = {}
    for clue in clues:
        position = text.low.find(clue)
        while position >= 0:
            begin, end = text.sentence(position)
            begins[begin] = end
            position = text.low.find(clue, max(end, position + len(clue)))
    for begin, end in sorted(begins.items()):
        sentence = text.low[begin:end]
        for says in pattern.says:
            match = next((m for m in says.finditer(sentence) if _holds(rules, pattern, sentence, m)), None)
            if match is None:
                continue
            if pattern.whole_field:
                yield text.text.strip()[:MAX_QUOTE]
                return
            heading = text.heading(begin)
            if not heading or not (rules.negation.search(heading) or rules.doubt.search(heading)):
                yield _cropped(text.text[begin:end], match)
            break


def _holds(rules: Patterns, pattern: Pattern, sentence: str, match: re.Match[str]) -> bool:
    """Whether the sentence asserts what the pattern says, as far as words can tell."""
    if sentence.endswith("?") or (pattern.unless and pattern.unless.search(sentence)):
        return False
    if pattern.persons and not rules.person.search(sentence):
        return False
    if rules.condition.search(sentence):
        return False
    clause = _clause(rules, pattern, sentence, match)
    if rules.negation.search(rules.no_negation.sub(" ", clause)):
        return False
    return pattern.modal or not rules.doubt.search(sentence if pattern.denial else clause)


def _clause(rules: Patterns, pattern: Pattern, sentence: str, match: re.Match[str]) -> str:
    """The words that can turn the match around: from the last turn before it to the first after it.

    A pattern that has the denial in its own words leaves those out, and looks at the whole sentence: what else is said
    there must not deny or restrict it.
    """
    start, stop = match.span()
    if pattern.denial or pattern.own_words:
        clause = f"{sentence[:start]} · {sentence[stop:]}"
    else:
        begin = max((turn.end() for turn in rules.turn.finditer(sentence, 0, start)), default=0)
        after = rules.turn.search(sentence, stop)
        clause = sentence[begin : after.start() if after else len(sentence)]
    return pattern.allow.sub(" ", clause) if pattern.allow else clause


def _cropped(sentence: str, match: re.Match[str]) -> str:
    """The sentence, or of a very long one the words around the match."""
    if len(sentence) <= MAX_QUOTE:
        return sentence
    start = max(0, match.start() - MAX_QUOTE // 2)
    stop = min(len(sentence), start + MAX_QUOTE)
    if start:
        start = sentence.find(" ", start, match.start()) + 1 or start
    if stop < len(sentence):
        stop = max(sentence.rfind(" ", match.end(), stop), match.end())
    return sentence[start:stop].strip()


@lru_cache(maxsize=1)
def read() -> Patterns:
    """The patterns that ship with kader."""
    data = yaml.safe_load(shipped.data("proposals.yaml").read_bytes())
    words = data["words"]
    patterns = tuple(_pattern(one, data["groups"], words) for one in data["patterns"])
    clues: dict[str, list[int]] = {}
    for index, pattern in enumerate(patterns):
        for clue in pattern.clues:
            clues.setdefault(clue, []).append(index)
    by_beginning: dict[str, list[tuple[str, tuple[int, ...]]]] = {}
    for clue, indexes in clues.items():
        first = _BEGINNINGS.match(clue)
        beginning = first[0] if first and len(first[0]) == _BEGINNING else ""
        by_beginning.setdefault(beginning, []).append((clue.removeprefix("*"), tuple(indexes)))
    return Patterns(
        version=data["version"],
        patterns=patterns,
        structured=tuple(_structured_rule(one) for one in data["structured"]),
        fields=tuple(dict.fromkeys(field for pattern in patterns for field in pattern.fields)),
        clues={beginning: tuple(of_it) for beginning, of_it in by_beginning.items()},
        person=re.compile(rf"\b{words['person']}\b"),
        **{name: re.compile(data[name]) for name in ("negation", "no_negation", "doubt", "condition", "turn")},
    )


def _pattern(data: Mapping[str, Any], groups: Mapping[str, Sequence[str]], words: Mapping[str, str]) -> Pattern:
    def compiled(expression: str) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{([a-z]+)\}", lambda name: words[name[1]], expression))

    flags = {name: bool(data.get(name)) for name in ("denial", "own_words", "modal", "persons", "whole_field")}
    return Pattern(
        id=data["id"],
        proposes=_suggestions(data["proposes"]),
        fields=tuple(dict.fromkeys(field for name in data["fields"] for field in groups.get(name, (name,)))),
        clues=tuple(data["clues"]),
        says=tuple(compiled(one) for one in data["says"]),
        unless=compiled("|".join(data["unless"])) if "unless" in data else None,
        allow=re.compile(rf"\b(?:{data['allow']})\b") if "allow" in data else None,
        only_without=tuple(data.get("only_without", ())),
        **flags,
    )


def _structured_rule(data: Mapping[str, Any]) -> Structured:
    return Structured(
        id=data["id"],
        field=data["field"],
        values=data.get("list", data["field"]),
        means=data["means"],
        proposes=_suggestions(data["proposes"]),
    )


def _suggestions(words: Sequence[str]) -> tuple[Suggestion, ...]:
    return tuple(
        (fact, Truth.YES if value == "yes" else Truth.NO) for fact, _, value in (one.partition("=") for one in words)
    )
