"""Reading the catalogue of risks and the scale from the bundled YAML, with every problem found at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from enum import StrEnum
from functools import cache
from itertools import product
from types import MappingProxyType
from typing import Any, Final, TypeVar

from kader import shipped
from kader.errors import FrameworkError, Problem, collected
from kader.framework.documents import load
from kader.framework.risks import Anchor, Axis, Floor, Hint, Level, Risk, Scale, ScaleRule
from kader.text import EMPTY, Text

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")

_AXES: Final = {"likelihood": Axis.LIKELIHOOD, "impact": Axis.IMPACT}
_IDS: Final = {
    "id": re.compile(r"PR\d\d"),
    "gdpr": re.compile(r"\d{1,2}(\(\d{1,2}\))?(\([a-z]\))?"),
    "charter": re.compile(r"\d{1,2}"),
    "requirements": re.compile(r"[a-z]{3}-\d{2}"),
    "measures": re.compile(r"[a-z]{3}-\d{2}"),
    "evidence": re.compile(r"[a-z_]+"),
    "fact": re.compile(r"[a-z][a-z0-9_]*"),
    "dpv": re.compile(r"risk:[A-Z][A-Za-z]+"),
}


@cache
def catalogue() -> Mapping[str, Risk]:
    """The bundled catalogue by id; its words are checked against those of the scale."""
    return catalogue_from(load(shipped.data("risks.yaml")), scale(), "risks.yaml")


@cache
def scale() -> Scale:
    """The bundled scale."""
    return scale_from(load(shipped.data("scale.yaml")), "scale.yaml")


def catalogue_from(data: Mapping[str, Any], words: Scale, file: str) -> Mapping[str, Risk]:
    """A catalogue from the content of its file.

    Raises:
        FrameworkError: with everything that is wrong in it.
    """
    reader = _Reader(file)
    risks = [_risk(reader.at(f"risks[{index}]"), entry, words) for index, entry in enumerate(data["risks"])]
    reader.unique("risks", (risk.id for risk in risks))
    by_id = {risk.id: risk for risk in risks}
    for floor in words.floors:
        for risk in floor.risks:
            if risk not in by_id:
                reader.at(f"floors/{floor.id}").refuse(risk, "risico", "risk")
    collected(FrameworkError, reader.problems)
    return MappingProxyType(by_id)


def scale_from(data: Mapping[str, Any], file: str) -> Scale:
    """A scale from the content of its file.

    Raises:
        FrameworkError: with everything that is wrong in it.
    """
    reader = _Reader(file)
    made = Scale(
        id=data["id"],
        level_names={level: reader.at("levels").text(data["levels"].get(level)) for level in Level},
        axis_names={axis: reader.at("axes").text(data["axes"].get(key)) for key, axis in _AXES.items()},
        period=reader.at("period").text(data["period"]),
        likelihood=_anchors(reader.at("likelihood"), data["likelihood"]),
        impact=_anchors(reader.at("impact"), data["impact"]),
        matrix=_matrix(reader.at("matrix"), data["matrix"]),
        tail_marker=reader.at("tail_marker").text(data["tail_marker"]),
        rules=tuple(_rule(reader.at(f"rules/{entry.get('id')}"), entry) for entry in data["rules"]),
        floors=tuple(_floor(reader.at(f"floors/{entry.get('id')}"), entry) for entry in data["floors"]),
        **{
            part: {key: reader.at(f"{part}/{key}").text(words) for key, words in data[part].items()}
            for part in ("families", "consequences", "feared_events", "linddun")
        },
    )
    reader.unique("rules", (rule.id for rule in made.rules))
    reader.unique("floors", (floor.id for floor in made.floors))
    collected(FrameworkError, reader.problems)
    return made


class _Reader:
    """A place in a file, and the problems that all places of that file collect together."""

    def __init__(self, file: str, place: str = "", problems: list[Problem] | None = None) -> None:
        self.file = file
        self.place = place
        self.problems: list[Problem] = [] if problems is None else problems

    def at(self, place: str) -> _Reader:
        """A place below this one."""
        return _Reader(self.file, f"{self.place}/{place}" if self.place else place, self.problems)

    def wrong(self, what: Text) -> None:
        """Note a problem here."""
        self.problems.append(Problem(what, f"{self.file}: {self.place}"))

    def refuse(self, value: object, nl: str, en: str) -> None:
        """Note a value that is not one of what is allowed here."""
        self.wrong(Text(f"{value!r} is geen bekend(e) {nl}.", f"{value!r} is no known {en}."))

    def text(self, value: object) -> Text:
        """Words in both languages; a missing one is a problem."""
        words = value if isinstance(value, Mapping) else {}
        nl, en = words.get("nl"), words.get("en")
        if not (isinstance(nl, str) and isinstance(en, str) and nl.strip() and en.strip()):
            self.wrong(Text("Hier horen woorden in nl en en.", "Words in nl and en belong here."))
            return EMPTY
        return Text(nl, en)

    def one_of(self, kind: type[E], value: object, fallback: E) -> E:
        """A word of a closed list."""
        try:
            return kind(str(value))
        except ValueError:
            self.refuse(value, "niveau", "level")
            return fallback

    def known(self, value: object, words: Container[str], nl: str, en: str) -> str:
        """An id that must stand in a list."""
        if value not in words:
            self.refuse(value, nl, en)
        return str(value)

    def shaped(self, name: str, values: Iterable[object]) -> tuple[str, ...]:
        """Ids that must have a certain form."""
        found = tuple(map(str, values))
        for value in found:
            if not _IDS[name].fullmatch(value):
                self.at(name).wrong(
                    Text(f"{value!r} heeft niet de goede vorm.", f"{value!r} does not have the right form.")
                )
        return found

    def unique(self, part: str, ids: Iterable[str]) -> None:
        """Note ids that occur twice."""
        seen: set[str] = set()
        for one in ids:
            if one in seen:
                self.at(f"{part}/{one}").wrong(Text("Deze id komt twee keer voor.", "This id occurs twice."))
            seen.add(one)


def _risk(reader: _Reader, entry: Mapping[str, Any], words: Scale) -> Risk:
    reader = reader.at(str(entry.get("id"))) if "id" in entry else reader
    reader.shaped("id", [entry.get("id")])
    reader.shaped("dpv", [entry.get("dpv")])
    level = entry.get("level", {})
    return Risk(
        id=str(entry.get("id")),
        name=reader.at("name").text(entry.get("name")),
        description=reader.at("description").text(entry.get("description")),
        family=reader.at("family").known(entry.get("family"), words.families, "familie", "family"),
        feared_event=reader.at("feared_event").known(
            entry.get("feared_event"), words.feared_events, "gevreesde gebeurtenis", "feared event"
        ),
        gdpr=reader.shaped("gdpr", entry.get("gdpr", ())),
        charter=reader.shaped("charter", entry.get("charter", ())),
        requirements=reader.shaped("requirements", entry.get("requirements", ())),
        linddun=_each(
            entry.get("linddun"), lambda one: reader.at("linddun").known(one, words.linddun, "soort", "kind")
        ),
        dpv=str(entry.get("dpv")),
        causes=_each(entry.get("causes"), reader.at("causes").text),
        consequences=_each(
            entry.get("consequences"),
            lambda one: reader.at("consequences").known(one, words.consequences, "gevolg", "consequence"),
        ),
        measures=reader.shaped("measures", entry.get("measures", ())),
        techniques=_each(entry.get("techniques"), reader.at("techniques").text),
        likelihood=reader.at("level/likelihood").one_of(Level, level.get("likelihood"), Level.HIGH),
        impact=reader.at("level/impact").one_of(Level, level.get("impact"), Level.HIGH),
        hints=_each(entry.get("hints"), lambda hint: _hint(reader.at("hints"), hint)),
        evidence=reader.shaped("evidence", entry.get("evidence", ())),
        general=entry.get("general") is True,
    )


def _each(entries: Iterable[Any] | None, made: Callable[[Any], T]) -> tuple[T, ...]:
    return tuple(made(entry) for entry in entries or ())


def _raised(reader: _Reader, entry: Mapping[str, Any]) -> tuple[Axis, Level]:
    named = [key for key in _AXES if key in entry]
    if len(named) != 1:
        reader.wrong(Text("Noem één as: likelihood of impact.", "Name one axis: likelihood or impact."))
        return Axis.LIKELIHOOD, Level.HIGH
    return _AXES[named[0]], reader.one_of(Level, entry[named[0]], Level.HIGH)


def _hint(reader: _Reader, entry: Mapping[str, Any]) -> Hint:
    axis, to = _raised(reader, entry)
    (fact,) = reader.shaped("fact", [entry.get("fact")])
    return Hint(fact=fact, axis=axis, to=to, why=reader.text(entry))


def _floor(reader: _Reader, entry: Mapping[str, Any]) -> Floor:
    axis, to = _raised(reader, entry)
    limits = {key: float(entry[key]) for key in ("above", "below") if isinstance(entry.get(key), int | float)}
    if len(limits) != 1:
        reader.wrong(Text("Noem één grens: above of below.", "Name one limit: above or below."))
    return Floor(
        id=str(entry.get("id")),
        measurement=str(entry.get("measurement")),
        bound=reader.known(entry.get("bound", "value"), ("value", "lower", "upper"), "grens", "bound"),
        above=limits.get("above"),
        below=limits.get("below"),
        axis=axis,
        to=to,
        risks=tuple(entry.get("risks", ())),
        why=reader.text(entry),
        unless=str(entry.get("unless", "")),
    )


def _rule(reader: _Reader, entry: Mapping[str, Any]) -> ScaleRule:
    return ScaleRule(
        id=str(entry.get("id")), words=reader.text(entry), source=reader.at("source").text(entry.get("source"))
    )


def _anchors(reader: _Reader, entry: Mapping[str, Any]) -> tuple[Anchor, ...]:
    return tuple(Anchor(level=level, words=reader.at(level).text(entry.get(level))) for level in Level)


def _matrix(reader: _Reader, entry: Mapping[str, Mapping[str, str]]) -> Mapping[tuple[Level, Level], Level]:
    return {
        (impact, likelihood): reader.at(f"{impact}/{likelihood}").one_of(
            Level, entry.get(impact, {}).get(likelihood), Level.HIGH
        )
        for impact, likelihood in product(Level, Level)
    }
