"""Changing one value of a frozen document by the path it has in the JSON.

Works on any frozen pydantic model by its annotations: fields by name, mappings by key, lists of values by their key
field (`risks/PR10`). What has no place yet is made; what the model refuses is refused with the path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from kader.assessment.problems import problem_at, problems_of
from kader.errors import AssessmentError
from kader.text import Text

M = TypeVar("M", bound=BaseModel)


class Place(NamedTuple):
    """What a field of a model can hold.

    Attributes:
        kind: `leaf`, `model`, `mapping` or `list` (of models).
        model: the model in it; `None` for a leaf.
        optional: whether it may be empty.
    """

    kind: str
    model: Any
    optional: bool


def split(path: str) -> tuple[str, ...]:
    """The parts of a path; `~1` stands for `/` and `~0` for `~`.

    >>> split("algorithm/entry/a~1b")
    ('algorithm', 'entry', 'a/b')
    """
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in path.split("/"))


def join(*parts: str) -> str:
    """The path of these parts.

    >>> join("facts", "large_scale", "value")
    'facts/large_scale/value'
    """
    return "/".join(part.replace("~", "~0").replace("/", "~1") for part in parts)


def get(root: BaseModel, path: str) -> Any:
    """What stands at a path; `None` where nothing has been entered.

    Raises:
        AssessmentError: there is no such place.
    """
    node: Any = root
    place = Place("model", type(root), optional=False)
    parts = split(path)
    for depth, part in enumerate(parts):
        if place.kind == "model":
            field = _field(place.model, part, parts[: depth + 1])
            node, place = None if node is None else getattr(node, part), field
        elif place.kind in {"mapping", "list"}:
            node = None if node is None else _member(node, place, part)
            place = Place("model", place.model, optional=True)
        elif isinstance(node, Mapping | None):
            node = None if node is None else node.get(part)
        else:
            raise _nowhere(parts[: depth + 1])
    return node


def put(root: M, path: str, value: object) -> M:
    """The document with the value at a path replaced.

    Raises:
        AssessmentError: there is no such place, or the value is refused there.
    """
    parts = split(path)
    if not all(parts):
        raise _nowhere(parts)
    return _refusing(lambda: _put(root, type(root), parts, value, ()), root)


def change(root: M, parts: Sequence[str], changes: Mapping[str, object]) -> M:
    """The document with several fields of one of its values replaced at once.

    Raises:
        AssessmentError: a field does not exist there, or a value is refused.
    """
    return _refusing(lambda: _put(root, type(root), tuple(parts), _Changes(changes), ()), root)


def checked(model: type[M], data: Mapping[str, object]) -> M:
    """A model from plain values, with what is wrong said in words.

    Raises:
        AssessmentError: with every problem and its path.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise AssessmentError(*problems_of(error)) from error


class _Changes(dict[str, object]):
    """Fields to change, unlike a mapping that becomes the value as a whole."""


class _RefusedError(Exception):
    """A value was refused by the model at a path."""

    def __init__(self, error: ValidationError, parts: tuple[str, ...]) -> None:
        super().__init__(str(error))
        self.error = error
        self.parts = parts


def _refusing(edit: Callable[[], M], root: M) -> M:
    try:
        edited = edit()
    except _RefusedError as refused:
        raise AssessmentError(*problems_of(refused.error, refused.parts)) from refused.error
    for path in getattr(root, "fixed", ()):
        if get(edited, path) != get(root, path):
            raise AssessmentError(
                problem_at(
                    split(path), Text("Dit ligt vast en kan niet veranderen.", "This is fixed and cannot change.")
                )
            )
    return edited


def _put(node: Any, model: Any, parts: tuple[str, ...], value: object, above: tuple[str, ...]) -> Any:
    """A model with a part of it replaced; made anew when there is none yet."""
    if not parts:
        if isinstance(value, _Changes):
            for name in value:
                _field(model, name, (*above, name))
            return _validated(model, _fields(node) | value, above)
        return _validated(model, _whole(value, model, above), above)
    name, *rest = parts
    below = (*above, name)
    place = _field(model, name, below)
    present = None if node is None else getattr(node, name)
    changed = _changed(present, place, tuple(rest), value, below)
    fields = _fields(node)
    if changed is None and not place.optional:
        fields.pop(name, None)
    else:
        fields[name] = changed
    return _validated(model, _completed(model, fields), above)


def _changed(present: Any, place: Place, rest: tuple[str, ...], value: object, below: tuple[str, ...]) -> Any:
    if place.kind == "model":
        if not rest and value is None:
            return None
        return _put(present, place.model, rest, value, below)
    if not rest:
        return value
    if place.kind == "mapping":
        return _in_mapping(present or {}, place, rest, value, below)
    if place.kind == "list":
        return _in_list(present or (), place, rest, value, below)
    if isinstance(present, Mapping) and len(rest) == 1:
        kept = {key: item for key, item in present.items() if key != rest[0]}
        return kept if value is None else kept | {rest[0]: value}
    raise _nowhere((*below, *rest))


def _in_mapping(
    present: Mapping[str, Any], place: Place, rest: tuple[str, ...], value: object, below: tuple[str, ...]
) -> Any:
    key, *deeper = rest
    if not deeper and value is None:
        return {other: item for other, item in present.items() if other != key}
    return dict(present) | {key: _put(present.get(key), place.model, tuple(deeper), value, (*below, key))}


def _in_list(present: Sequence[Any], place: Place, rest: tuple[str, ...], value: object, below: tuple[str, ...]) -> Any:
    key, *deeper = rest
    others = [item for item in present if _key_of(item) != key]
    if not deeper and value is None:
        return tuple(others)
    field = _key_field(place.model)
    made = _put(_member(present, place, key) or _Unmade(field, key), place.model, tuple(deeper), value, (*below, key))
    if _key_of(made) != key:
        raise AssessmentError(
            problem_at((*below, key, field), Text("Een id kan niet veranderen.", "An id cannot change."))
        )
    return (*others, made)


class _Unmade:
    """An entry of a list that is not there yet, but whose key is known from the path."""

    def __init__(self, field: str, key: str) -> None:
        self.field = field
        self.key = key

    def __getattr__(self, name: str) -> Any:
        return self.key if name == self.__dict__["field"] else None


def _fields(node: Any) -> dict[str, Any]:
    """The fields of a value; of one that is not there yet only what the path says."""
    if isinstance(node, _Unmade):
        return {node.field: node.key}
    if node is None:
        return {}
    return dict(node)


def _completed(model: Any, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with what their model says that the ones not given are, such as the other end of an interval."""
    complete = getattr(model, "completed", None)
    return fields if complete is None else dict(complete(fields))


def _whole(value: object, model: type[BaseModel], above: tuple[str, ...]) -> object:
    """A value that replaces another as a whole; in a list its key stands in the path, and there may be a short form."""
    short = getattr(model, "from_short", None)
    if short is not None:
        return short(value)
    field = _key_field(model)
    if field and isinstance(value, Mapping) and field not in value:
        return {field: above[-1], **value}
    return value


def _validated(model: type[BaseModel], value: object, parts: tuple[str, ...]) -> Any:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _RefusedError(error, parts) from error


def _member(node: Any, place: Place, key: str) -> Any:
    if place.kind == "mapping":
        return node.get(key)
    return next((item for item in node if _key_of(item) == key), None)


def _key_field(model: type[BaseModel]) -> str:
    return str(getattr(model, "key", ""))


def _key_of(value: BaseModel) -> str:
    return str(getattr(value, _key_field(type(value))))


def _field(model: type[BaseModel], name: str, parts: Sequence[str]) -> Place:
    try:
        return places(model)[name]
    except KeyError:
        raise _nowhere(parts) from None


def _nowhere(parts: Sequence[str]) -> AssessmentError:
    return AssessmentError(
        problem_at(
            parts,
            Text("Deze plek bestaat niet in een beoordeling.", "There is no such place in an assessment."),
        )
    )


@cache
def places(model: type[BaseModel]) -> Mapping[str, Place]:
    """The fields of a model and what each can hold."""
    return {name: _place(field.annotation) for name, field in model.model_fields.items()}


def _place(annotation: Any) -> Place:
    if get_origin(annotation) is Annotated:
        return _place(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        members = [member for member in get_args(annotation) if member is not NoneType]
        inner = _place(members[0]) if len(members) == 1 else Place("leaf", None, optional=False)
        return inner._replace(optional=len(members) < len(get_args(annotation)))
    arguments = get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Place("model", annotation, optional=False)
    if get_origin(annotation) is Mapping and _is_model(arguments[1]):
        return Place("mapping", arguments[1], optional=False)
    if get_origin(annotation) is tuple and _is_model(arguments[0]) and _key_field(arguments[0]):
        return Place("list", arguments[0], optional=False)
    return Place("leaf", None, optional=False)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
