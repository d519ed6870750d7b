"""Changes between two documents: which field, from what to what; and how two sets of changes come together.

A field is a leaf of the JSON document, named by its path (`facts/large_scale/value`; a slash inside a key is `~1`).
Lists whose items have an id (risks, measures, signatures) count as mappings by that id, so that two people can each
add a risk; an assessment keeps such a list in the order of the ids and leaves it out while it is empty. Everything here
is plain JSON values: no database, no assessment.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Json = Any

# A score is one judgement, so it is one field.
_WHOLE: Final = frozenset({"inherent", "now", "planned", "origin"})
# They accompany an answer: who came last is right, and it is no reason to stop somebody.
_ATTENDANT: Final = frozenset({"author", "at", "framework_version"})
_KEYED: Final = {"risks": "id", "measures": "id", "evidence": "id", "decisions/signatures": "role"}
# The register's own fields are kept as they were read, whatever they are called.
_VERBATIM: Final = "algorithm/"


class _Absent:
    """No value at all, which is something else than `null`."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field, from what to what; `ABSENT` where it was not there before, or is not there any more.

    >>> Change(path="meta/language", before="nl", after="en").as_json()
    {'path': 'meta/language', 'from': 'nl', 'to': 'en'}
    """

    path: str
    before: Json
    after: Json

    def as_json(self) -> dict[str, Json]:
        """The change as the store keeps it."""
        kept: dict[str, Json] = {"path": self.path}
        if self.before is not ABSENT:
            kept["from"] = self.before
        if self.after is not ABSENT:
            kept["to"] = self.after
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Json]) -> Change:
        """The change as it was kept."""
        return cls(path=kept["path"], before=kept.get("from", ABSENT), after=kept.get("to", ABSENT))

    @property
    def reversed(self) -> Change:
        """The change that takes this one back."""
        return Change(path=self.path, before=self.after, after=self.before)

    @property
    def adds(self) -> bool:
        """Whether it brings something that holds fields itself."""
        return self.before is ABSENT and isinstance(self.after, dict)

    @property
    def opens(self) -> bool:
        """Whether it opens a place in which fields come: the answer to a question, a risk."""
        return self.adds and self.path.rpartition("/")[2] not in _WHOLE

    @property
    def attendant(self) -> bool:
        """Whether it only accompanies another change: an author, a time, a place that opens."""
        last = self.path.rpartition("/")[2]
        return (last in _ATTENDANT and not self.path.startswith(_VERBATIM)) or self.opens


def diff(before: Json, after: Json) -> tuple[Change, ...]:
    """The changes that make one document of another.

    >>> [change.path for change in diff({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}, "d": 4})]
    ['a/c', 'd']
    """
    return tuple(_diff("", before, after))


def apply(document: Json, changes: Iterable[Change]) -> Json:
    """The document with the changes in it; `apply(a, diff(a, b)) == b`."""
    for change in sorted(changes, key=lambda change: not change.adds):
        parts = _parts(change.path)
        if change.opens and isinstance(_at(document, parts), dict):
            continue  # two people opened the same place; each brings its own fields
        document = _put(document, parts, "", change.after)
    return document


def undo(document: Json, changes: Iterable[Change]) -> Json:
    """The document as it was before the changes; `undo(b, diff(a, b)) == a`."""
    return apply(document, [change.reversed for change in changes])


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A field that two people changed to different values."""

    path: str
    mine: Json
    theirs: Json


def clashes(mine: Iterable[Change], theirs: Iterable[Change]) -> tuple[Clash, ...]:
    """Fields that both changed, each to something else.

    A field also clashes with what holds it: one removes a risk, the other scores it.
    """
    others = [change for change in theirs if not change.attendant]
    return tuple(
        Clash(path=max(change.path, other.path, key=len), mine=change.after, theirs=other.after)
        for change in mine
        if not change.attendant
        for other in others
        if (change.path == other.path and change.after != other.after)
        or change.path.startswith(f"{other.path}/")
        or other.path.startswith(f"{change.path}/")
    )


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _parts(path: str) -> list[str]:
    parts = path.split("/") if path else []
    return [part.replace("~1", "/").replace("~0", "~") for part in parts]


def _same(one: Json, other: Json) -> bool:
    """Equal as JSON: `1` is not `true`."""
    if one is ABSENT or other is ABSENT:
        return one is other
    return bool(one == other) and json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _below(path: str, name: str) -> str:
    return f"{path}/{_escaped(name)}" if path else _escaped(name)


def _by_key(path: str, items: Json) -> dict[str, Json]:
    return {item[_KEYED[path]]: item for item in items or ()}


def _diff(path: str, before: Json, after: Json) -> Iterator[Change]:
    name = path.rpartition("/")[2]
    if path in _KEYED:
        yield from _diff_items(path, *({} if side is ABSENT else _by_key(path, side) for side in (before, after)))
    elif before is ABSENT and isinstance(after, dict) and name not in _WHOLE:
        yield Change(path=path, before=ABSENT, after={})
        yield from _diff_mapping(path, {}, after)
    elif isinstance(before, dict) and isinstance(after, dict) and name not in _WHOLE:
        yield from _diff_mapping(path, before, after)
    elif not _same(before, after):
        yield Change(path=path, before=before, after=after)


def _diff_mapping(path: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Change]:
    for name in [*before, *(name for name in after if name not in before)]:
        yield from _diff(_below(path, name), before.get(name, ABSENT), after.get(name, ABSENT))


def _diff_items(path: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Change]:
    for item in [*before, *(item for item in after if item not in before)]:
        inner = _below(path, item)
        if item not in after:
            yield Change(path=inner, before=before[item], after=ABSENT)
            continue
        bare = {_KEYED[path]: item}
        if item not in before:
            yield Change(path=inner, before=ABSENT, after=bare)
        yield from _diff_mapping(inner, before.get(item, bare), after[item])


def _at(holder: Json, parts: list[str], path: str = "") -> Json:
    if not parts:
        return holder
    if path in _KEYED:
        holder = _by_key(path, None if holder is ABSENT else holder)
    inner = holder.get(parts[0], ABSENT) if isinstance(holder, dict) else ABSENT
    return ABSENT if inner is ABSENT else _at(inner, parts[1:], _below(path, parts[0]))


def _put(holder: Json, parts: list[str], path: str, value: Json) -> Json:
    if not parts:
        return value
    head, rest = parts[0], parts[1:]
    if path in _KEYED:
        return _put_item([] if holder is ABSENT else holder, _KEYED[path], parts, path, value)
    holder = dict(holder) if isinstance(holder, dict) else {}
    if value is ABSENT and head not in holder:
        return holder
    inner_path = _below(path, head)
    inner = _put(holder.get(head, ABSENT), rest, inner_path, value)
    if inner is ABSENT or (inner_path in _KEYED and inner == []):
        del holder[head]
    else:
        holder[head] = inner
    return holder


def _put_item(items: list[Json], key: str, parts: list[str], path: str, value: Json) -> list[Json]:
    known = {item[key]: item for item in items}
    name, rest = parts[0], parts[1:]
    if value is ABSENT and (not rest or name not in known):
        known.pop(name, None)
    else:
        known[name] = _put(known.get(name, {key: name}), rest, _below(path, name), value)
    return [known[name] for name in sorted(known)]
