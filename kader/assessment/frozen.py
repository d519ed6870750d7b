"""Mappings that stay as they are, and values that JSON can hold.

A frozen pydantic model still lets one change a dictionary inside it; these do not. They pickle and copy, so that an
assessment can go to a worker process.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, TypeVar

MAX_DEPTH = 40

K = TypeVar("K")
V = TypeVar("V")


class FrozenDict(dict[K, V]):
    """A dictionary that refuses every change and can be hashed.

    >>> FrozenDict(a=1)["a"]
    1
    >>> FrozenDict(a=1).update(a=2)
    Traceback (most recent call last):
        ...
    TypeError: an assessment does not change: use with_value() or another with_*() method
    """

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("an assessment does not change: use with_value() or another with_*() method")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = _refuse
    __ior__ = _refuse

    # A dict has no hash; this one does not change.
    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenDict, (dict(self),)

    def __copy__(self) -> FrozenDict[K, V]:
        return self

    def __deepcopy__(self, memo: object) -> FrozenDict[K, V]:
        return self

    def without(self, key: K) -> FrozenDict[K, V]:
        """The same mapping without one key."""
        return FrozenDict((k, v) for k, v in self.items() if k != key)


def in_order(values: Mapping[str, V] | Iterable[tuple[str, V]]) -> FrozenDict[str, V]:
    """A frozen mapping with its keys sorted, so that the order of answering leaves no trace."""
    return FrozenDict(sorted(dict(values).items()))


def frozen_json(value: object, depth: int = 0) -> Any:
    """A value that JSON can hold, frozen all the way down: lists become tuples.

    Raises:
        ValueError: JSON cannot hold it: another type, NaN, half a character, or nested too deep.
    """
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        if not value.isascii():
            _whole(value)
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("not a finite number")
        return value
    if depth >= MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH}")
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("a key is not text")
        return FrozenDict((frozen_json(key), frozen_json(item, depth + 1)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return tuple(frozen_json(item, depth + 1) for item in value)
    raise ValueError(f"JSON cannot hold a {type(value).__name__}")


def _whole(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("half a character (a lone surrogate)") from error
