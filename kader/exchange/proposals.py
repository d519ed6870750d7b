"""Proposals for facts from the free text of a register entry, each with the sentence it rests on.

What suggests what stands in `data/proposals.yaml`; here is how a sentence is read: denials, doubt and conditions around
a match make it say nothing. Precision before recall: when in doubt there is no proposal.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Final, Literal

from kader import shipped
from kader.assessment.model import Proposal
from kader.exchange import publication_standard, sentences
from kader.exchange.clues import Clues
from kader.framework import documents
from kader.framework.rules import Truth

MAX_TEXT: Final = 50_000
MAX_QUOTE: Final = 1_000
PER_VALUE: Final = 2
_BEFORE_LIST: Final = 800

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
        clues: how the words begin that make a sentence worth reading.
        wanted: a clue and the field it stands in → the patterns that read the sentence, with the rank that the field
            has for them.
        only_without: the patterns, with their numbers, that some fields make superfluous.
    """

    version: str
    patterns: tuple[Pattern, ...]
    structured: tuple[Structured, ...]
    fields: tuple[str, ...]
    clues: Clues
    wanted: Mapping[tuple[str, str], tuple[tuple[int, int], ...]]
    only_without: tuple[tuple[int, Pattern], ...]
    negation: re.Pattern[str]
    no_negation: re.Pattern[str]
    doubt: re.Pattern[str]
    condition: re.Pattern[str]
    turn: re.Pattern[str]
    person: re.Pattern[str]


class _Text:
    """The visible text of all fields of an entry, in small letters of the same length, with its sentences.

    The fields stand below each other; a line end is also the end of a sentence, so that none runs over two fields.
    """

    __slots__ = ("_begins", "_fields", "_starts", "low", "text")

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = list(fields)
        self._begins: list[int] = []
        position = 0
        for text in fields.values():
            self._begins.append(position)
            position += len(text) + 1
        self.text = "\n".join(fields.values())
        low = self.text.lower()
        if len(low) != len(self.text):
            low = "".join(small if len(small := letter.lower()) == 1 else letter for letter in self.text)
        self.low = low
        self._starts: list[int] | None = None

    def field(self, position: int) -> str:
        """The field in which a position lies."""
        return self._fields[bisect_right(self._begins, position) - 1]

    def sentence(self, position: int) -> tuple[int, int]:
        """Beginning and end of the sentence in which a position lies."""
        if self._starts is None:
            self._starts = sorted({*sentences.starts(self.text), *self._begins})
        return sentences.around(self.text, self._starts, position)

    def whole_field(self, position: int) -> str:
        """All of the field in which a position lies."""
        index = bisect_right(self._begins, position)
        end = self._begins[index] - 1 if index < len(self._begins) else len(self.text)
        return self.text[self._begins[index - 1] : end]

    def heading(self, begin: int) -> str:
        """The line with a colon above a list that the sentence is an item of."""
        field = self._begins[bisect_right(self._begins, begin) - 1]
        before = self.low[max(field, begin - _BEFORE_LIST) : begin]
        if "\n" not in before:
            return ""
        colon = max(before.rfind(":\n"), before.rfind(": \n"))
        if colon < 0 or _ENDED.search(before, colon + 1):
            return ""
        return before[before.rfind("\n", 0, colon) + 1 : colon]


# One of these stands in every sentence that denies something; looking for them is cheaper than for the whole pattern.
_DENIALS: Final = ("geen", "niet", "no ", "not ", "n't", "none", "gjin", "never", "nooit", "nothing", "niets")
_ENDED: Final = re.compile(r"[.!?]\s*\n")


def proposed(entry: Mapping[str, Any]) -> dict[str, tuple[Proposal, ...]]:
    """Per fact what the fields of an entry suggest; a fact can have proposals that contradict each other.

    Args:
        entry: non-empty fields by key.
    """
    rules = read()
    found: dict[str, list[Proposal]] = {}
    _structured(rules, entry, found)
    text = _Text(
        {
            field: sentences.visible(value[:MAX_TEXT])
            for field in rules.fields
            if (value := entry.get(field)) and isinstance(value, str)
        }
    )
    superfluous = {
        index for index, pattern in rules.only_without if any(field in entry for field in pattern.only_without)
    }
    for index, places in sorted(_places(rules, text, superfluous).items()):
        pattern = rules.patterns[index]
        for rank, begin, end in sorted(places):
            if _enough(found, pattern.proposes):
                break
            if quote := _quote(rules, pattern, text, begin, end):
                _add(found, pattern.proposes, quote, pattern.fields[rank], pattern.id)
    return {fact: tuple(proposals) for fact, proposals in sorted(found.items())}


def _places(rules: Patterns, text: _Text, superfluous: set[int]) -> dict[int, set[tuple[int, int, int]]]:
    """Per pattern the sentences in which one of its clues occurs: rank of the field, beginning and end."""
    places: dict[int, set[tuple[int, int, int]]] = {}
    for clue, position in rules.clues.find(text.low):
        wanted = rules.wanted.get((clue, text.field(position)))
        if wanted:
            begin, end = text.sentence(position)
            for index, rank in wanted:
                if index not in superfluous:
                    places.setdefault(index, set()).add((rank, begin, end))
    return places


def _structured(rules: Patterns, entry: Mapping[str, Any], found: dict[str, list[Proposal]]) -> None:
    standard = publication_standard.read()
    for one in rules.structured:
        value = entry.get(one.field)
        if isinstance(value, str) and standard.meaning(one.values, value) == one.means:
            _add(found, one.proposes, value.strip(), one.field, one.id)


def _add(found: dict[str, list[Proposal]], proposes: Sequence[Suggestion], quote: str, field: str, rule: str) -> None:
    made: dict[Truth, Proposal] = {}  # the same for every fact that the sentence suggests with one value
    for fact, value in proposes:
        there = found.setdefault(fact, [])
        same = [one for one in there if one.value is value]
        if len(same) < PER_VALUE and not any(one.quote == quote for one in same):
            if value not in made:
                made[value] = Proposal.model_construct(value=value, quote=quote, field=field, rule=rule)
            there.append(made[value])


def _enough(found: Mapping[str, Sequence[Proposal]], proposes: Sequence[Suggestion]) -> bool:
    """Whether another sentence would add nothing."""
    return all(
        fact in found and sum(one.value is value for one in found[fact]) >= PER_VALUE for fact, value in proposes
    )


def _quote(rules: Patterns, pattern: Pattern, text: _Text, begin: int, end: int) -> str:
    """The sentence, if it says what the pattern is about; else nothing."""
    sentence = text.low[begin:end]
    if pattern.denial and not any(word in sentence for word in _DENIALS):
        return ""
    matches = [match for says in pattern.says if (match := says.search(sentence))]
    if not matches or not _asserts(rules, pattern, sentence):
        return ""
    if pattern.whole_field:
        return text.whole_field(begin).strip()[:MAX_QUOTE]
    match = next((match for match in _all(matches, sentence) if _holds(rules, pattern, sentence, match)), None)
    if match is None:
        return ""
    heading = text.heading(begin)
    if heading and (rules.negation.search(heading) or rules.doubt.search(heading)):
        return ""
    return _cropped(text.text[begin:end], match)


def _all(first: list[re.Match[str]], sentence: str) -> Iterator[re.Match[str]]:
    """The first match of each expression, then the others: most sentences need no more than the first."""
    yield from first
    for match in first:
        yield from match.re.finditer(sentence, match.end())


def _asserts(rules: Patterns, pattern: Pattern, sentence: str) -> bool:
    """Whether the sentence as a whole states something, and not another thing than the pattern means."""
    if sentence.endswith("?") or (pattern.unless and pattern.unless.search(sentence)):
        return False
    if pattern.persons and not rules.person.search(sentence):
        return False
    if pattern.denial and not pattern.modal and rules.doubt.search(sentence):
        return False
    return not rules.condition.search(sentence)


def _holds(rules: Patterns, pattern: Pattern, sentence: str, match: re.Match[str]) -> bool:
    """Whether nothing in the clause turns the match around or puts it in doubt."""
    clause = _clause(rules, pattern, sentence, match)
    if rules.negation.search(rules.no_negation.sub(" ", clause)):
        return False
    return pattern.modal or pattern.denial or not rules.doubt.search(clause)


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
    data = documents.load(shipped.data("proposals.yaml"))
    words = data["words"]
    patterns = tuple(_pattern(one, data["groups"], words) for one in data["patterns"])
    return Patterns(
        version=data["version"],
        patterns=patterns,
        structured=tuple(_structured_rule(one) for one in data["structured"]),
        fields=tuple(dict.fromkeys(field for pattern in patterns for field in pattern.fields)),
        clues=Clues(clue for pattern in patterns for clue in pattern.clues),
        wanted=_wanted(patterns),
        only_without=tuple((number, pattern) for number, pattern in enumerate(patterns) if pattern.only_without),
        person=re.compile(rf"\b{words['person']}\b"),
        **{name: re.compile(data[name]) for name in ("negation", "no_negation", "doubt", "condition", "turn")},
    )


def _wanted(patterns: Sequence[Pattern]) -> dict[tuple[str, str], tuple[tuple[int, int], ...]]:
    """Which patterns read a sentence with a clue: those of the clue, and of the clues that it begins with."""
    wanted: dict[tuple[str, str], dict[int, int]] = {}
    by_clue: dict[str, list[int]] = {}
    for index, pattern in enumerate(patterns):
        for clue in pattern.clues:
            by_clue.setdefault(clue, []).append(index)
    for clue in by_clue:
        beginnings = (clue[:length] for length in range(1, len(clue) + 1))
        for index in chain.from_iterable(by_clue.get(beginning, ()) for beginning in beginnings):
            for rank, field in enumerate(patterns[index].fields):
                wanted.setdefault((clue, field), {})[index] = rank
    return {place: tuple(of_it.items()) for place, of_it in wanted.items()}


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
