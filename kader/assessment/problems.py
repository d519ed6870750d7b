"""What pydantic finds wrong, said in Dutch and English with the path in the document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from kader.errors import Problem
from kader.text import EMPTY, Text, same

if TYPE_CHECKING:
    from pydantic import ValidationError

_SHOWN: Final = 60

_WORDS: Final[Mapping[str, Text]] = {
    "missing": Text("Dit veld ontbreekt.", "This field is missing."),
    "extra_forbidden": Text("Dit veld bestaat niet in een beoordeling.", "There is no such field in an assessment."),
    "string_type": Text("Hier hoort tekst.", "This must be text."),
    "string_unicode": Text("Deze tekst bevat een half teken.", "This text contains half a character."),
    "string_too_long": Text(
        "Deze tekst is te lang (hoogstens {max_length} tekens).",
        "This text is too long (at most {max_length} characters).",
    ),
    "string_pattern_mismatch": Text("Dit heeft niet de goede vorm.", "This does not have the right form."),
    "enum": Text("Hier kan alleen: {expected}.", "This can only be: {expected}."),
    "literal_error": Text("Hier kan alleen: {expected}.", "This can only be: {expected}."),
    "bool_type": Text("Hier hoort ja of nee (true of false).", "This must be true or false."),
    "bool_parsing": Text("Hier hoort ja of nee (true of false).", "This must be true or false."),
    "int_type": Text("Hier hoort een geheel getal.", "This must be a whole number."),
    "int_parsing": Text("Hier hoort een geheel getal.", "This must be a whole number."),
    "int_from_float": Text("Hier hoort een geheel getal.", "This must be a whole number."),
    "float_type": Text("Hier hoort een getal.", "This must be a number."),
    "float_parsing": Text("Hier hoort een getal.", "This must be a number."),
    "finite_number": Text("Hier hoort een eindig getal.", "This must be a finite number."),
    "greater_than_equal": Text("Dit getal is te klein (minstens {ge}).", "This number is too small (at least {ge})."),
    "tuple_type": Text("Hier hoort een lijst.", "This must be a list."),
    "mapping_type": Text("Hier hoort een groep velden.", "This must be a group of fields."),
    "dict_type": Text("Hier hoort een groep velden.", "This must be a group of fields."),
    "model_type": Text("Hier hoort een groep velden.", "This must be a group of fields."),
    "model_attributes_type": Text("Hier hoort een groep velden.", "This must be a group of fields."),
    "timezone_aware": Text("Bij dit tijdstip ontbreekt de tijdzone.", "This moment lacks its time zone."),
}
_DATE: Final = Text("Hier hoort een datum als 2027-12-02.", "This must be a date such as 2027-12-02.")
_MOMENT: Final = Text(
    "Hier hoort een tijdstip als 2027-12-02T14:00:00Z.", "This must be a moment such as 2027-12-02T14:00:00Z."
)
_VALUE_ERRORS: Final[Mapping[str, Text]] = {
    "low is above high": Text("De laagste waarde ligt boven de hoogste.", "The lowest value lies above the highest."),
    "value lies outside its interval": Text(
        "De waarde ligt buiten haar interval.", "The value lies outside its interval."
    ),
    "occurs twice": Text("Dezelfde id komt twee keer voor.", "The same id occurs twice."),
    "not a finite number": Text("Hier staat een getal dat niet eindig is.", "This holds a number that is not finite."),
    "nested deeper": Text("Dit is te diep genest.", "This is nested too deep."),
    "JSON cannot hold": Text("Dit is geen waarde die in JSON past.", "This is no value that fits in JSON."),
    "a key is not text": Text("Een naam van een veld moet tekst zijn.", "The name of a field must be text."),
    "half a character": Text("Deze tekst bevat een half teken.", "This text contains half a character."),
    "outside the years": Text("Dit tijdstip valt buiten de kalender.", "This moment is outside the calendar."),
}


def problem_at(parts: Sequence[str | int], what: Text, remedy: Text = EMPTY) -> Problem:
    """A problem at a place in the document."""
    return Problem(what, "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in parts), remedy)


def problems_of(error: ValidationError, above: Sequence[str] = (), document: object = None) -> tuple[Problem, ...]:
    """Every problem that pydantic found.

    Args:
        error: what pydantic raised.
        above: the path of the value that was checked.
        document: the plain document, from which parts of lists get their id in the path.
    """
    found = (
        problem_at((*above, *_named(detail["loc"], document)), _what(detail), _seen(detail))
        for detail in error.errors(include_url=False)
    )
    return tuple(dict.fromkeys(found))


def _named(location: Iterable[str | int], document: object) -> Iterable[str]:
    """The path with list parts by id; pydantic's own markers for a key of a mapping are left out."""
    node = document
    for part in location:
        if part == "[key]":
            continue
        if isinstance(part, int) and isinstance(node, list) and part < len(node):
            node = node[part]
            key = (node.get("id") or node.get("role")) if isinstance(node, Mapping) else None
            yield key if isinstance(key, str) else str(part)
            continue
        node = node.get(part) if isinstance(node, Mapping) else None
        yield str(part)


def _what(detail: Any) -> Text:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        message = str(context.get("error", ""))
        return next((words for start, words in _VALUE_ERRORS.items() if start in message), same(message))
    if kind in _WORDS:
        return _WORDS[kind].format(**{name: _plain(value) for name, value in context.items()})
    if kind.startswith("datetime"):
        return _MOMENT
    if kind.startswith("date"):
        return _DATE
    return Text("Deze waarde past hier niet.", f"This value does not fit here: {detail['msg']}.")


def _plain(value: object) -> Text:
    words = str(value).replace("'", "")
    return Text(words.replace(" or ", " of "), words)


def _seen(detail: Any) -> Text:
    """What was found there, when it is short enough to help."""
    value = detail.get("input")
    if detail["type"] == "missing" or not isinstance(value, str | int | float | bool):
        return EMPTY
    shown = repr(value if not isinstance(value, str) else value[: _SHOWN + 1])
    shown = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + "…"
    return Text(f"Er staat: {shown}", f"Found: {shown}")
