"""When a requirement does not apply because of answers in the pre-scan, read from `data/applicability.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from kader import shipped
from kader.errors import FrameworkError, Problem, collected
from kader.framework.documents import load
from kader.text import EMPTY, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Inapplicability:
    """A reason why a requirement does not apply.

    Attributes:
        none_of: the facts that must all be answered *no*.
        why: the reason in words.
        gate: the check question whose *n.a.* with a reason takes the whole requirement away; may be empty.
        gate_why: that reason in words.
    """

    none_of: tuple[str, ...]
    why: Text
    gate: str = ""
    gate_why: Text = EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicability:
    """All reasons: one for every requirement, and the further ones by requirement."""

    every: Inapplicability
    by_requirement: Mapping[str, Inapplicability]


@cache
def read() -> Applicability:
    """The bundled reasons.

    Raises:
        FrameworkError: with everything that is wrong in the file.
    """
    return applicability_from(load(shipped.data("applicability.yaml")))


def applicability_from(data: Mapping[str, Any]) -> Applicability:
    """The reasons from the content of their file.

    Raises:
        FrameworkError: with everything that is wrong in it.
    """
    problems: list[Problem] = []
    every = _reason("all_requirements", data.get("all_requirements"), problems)
    by_requirement = {
        requirement: _reason(f"requirements/{requirement}", entry, problems)
        for requirement, entry in data.get("requirements", {}).items()
    }
    collected(FrameworkError, problems)
    return Applicability(every=every, by_requirement=by_requirement)


def _reason(place: str, entry: Any, problems: list[Problem]) -> Inapplicability:
    entry = entry if isinstance(entry, Mapping) else {}
    words = ("nl", "en", *(("gate_nl", "gate_en") if "gate" in entry else ()))
    problems += [
        Problem(Text(f"Hier ontbreekt {key}.", f"{key} is missing here."), f"applicability.yaml: {place}")
        for key in ("none_of", *words)
        if not entry.get(key)
    ]
    return Inapplicability(
        none_of=tuple(entry.get("none_of", ())),
        why=Text(entry.get("nl", ""), entry.get("en", "")),
        gate=entry.get("gate", ""),
        gate_why=Text(entry.get("gate_nl", ""), entry.get("gate_en", "")),
    )
