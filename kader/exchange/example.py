"""The bundled example: twelve invented algorithms of invented public bodies, and what their staff have answered so far.

It is varied on purpose: every verdict, every status of a requirement and every level of risk occurs in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kader import shipped
from kader.assessment.model import Assessment
from kader.exchange import register
from kader.framework import documents
from kader.text import Language

if TYPE_CHECKING:
    from kader.framework.model import Framework


def register_path() -> Path:
    """The example register, in the official CSV layout of standard 1.0."""
    return shipped.data("example/register.csv")


def assessments(framework: Framework, *, language: Language | str = Language.NL) -> Iterator[Assessment]:
    """The example's assessments: register entries with proposals, and the answers given so far."""
    data = documents.load(shipped.data("example/answers.yaml"))
    date: dt.date = data["date"]
    for imported in register.read(register_path(), framework, language=language, date=date):
        given = data["algorithms"].get(imported.assessment.meta.id, {})
        yield _answered(framework, imported.assessment, given, data["by"])


def _answered(
    framework: Framework, assessment: Assessment, given: Mapping[str, Any], by: Mapping[str, Any]
) -> Assessment:
    for fact, answer in _facts(framework, given, by):
        assessment = assessment.with_fact(fact, **answer)
    for check, answer in _checks(framework, given.get("checks", {})):
        assessment = assessment.with_check(check, **answer, **by, framework_version=framework.version)
    for risk, answer in given.get("risks", {}).items():
        scores = {key: _score(value) if isinstance(value, list) else value for key, value in answer.items()}
        assessment = assessment.with_risk(risk, **scores, **by)
    for measure in given.get("measures", ()):
        assessment = assessment.with_value(f"measures/{measure['id']}", {**measure, **by})
    if "decisions" in given:
        assessment = assessment.with_decisions(**given["decisions"])
    if "date" in given:
        assessment = assessment.with_date(given["date"])
    return assessment


def _facts(
    framework: Framework, given: Mapping[str, Any], by: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    values = dict.fromkeys(framework.rules.facts, "no") if given.get("others_no") else {}
    values |= dict.fromkeys(given.get("no", ()), "no") | dict.fromkeys(given.get("yes", ()), "yes")
    remarks = given.get("remarks", {})
    for fact, value in values.items():
        yield fact, {"value": value, "remark": remarks.get(fact, ""), **by}


def _checks(framework: Framework, given: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    for value in ("yes", "partly", "no"):
        for check in _questions(framework, given.get(value, ())):
            yield check, {"value": value}
    for check, reason in given.get("na", {}).items():
        yield check, {"value": "na", "reason": reason}


def _questions(framework: Framework, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if name in framework.requirements:
            yield from (check.id for check in framework.requirements[name].checks)
        else:
            yield name


def _score(levels: list[str]) -> Mapping[str, Mapping[str, str]]:
    ends = (level.partition("..") for level in levels)
    likelihood, impact = ({"low": low, "high": high or low} for low, _, high in ends)
    return {"likelihood": likelihood, "impact": impact}
