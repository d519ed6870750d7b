"""Reading `data/prescan.yaml`: every reference checked, every problem reported at once with its path.

The file holds lists, not mappings, of everything that has an id: the order is part of the rules (the question to ask
first breaks ties by it), and a doubled id is found instead of silently overwritten.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import yaml

from kader import shipped
from kader.errors import Problem, RuleError, collected
from kader.framework.rules import (
    DecisionLine,
    Exemption,
    Expression,
    Fact,
    FactGroup,
    InstrumentRule,
    PolicyRule,
    Profile,
    Review,
    Rule,
    RuleSet,
    Strength,
    fingerprint,
)
from kader.text import EMPTY, Text

T = TypeVar("T")
Node = Mapping[str, Any]

FACTS_USED: Final = ("personal_data", "new_legislation", "changed_since_dpia")
DEFEATABLE: Final = ("art35_3", "ap_list", "wp248")
LEVELS: Final = ("required", "recommended")
STATUSES: Final = ("required", "recommended", "not_required", "undetermined", "not_applicable", "covered")
TEXTS: Final = {
    "dpia": (*STATUSES, "recommended_open", "required_guidance", "required_policy"),
    "art22": ("undetermined", "not_applicable", "required"),
    "consultation": (
        *("required", "required_legislation", "recommended", "undetermined", "not_required", "not_applicable"),
        *("residual_high", "planned_lower", "none_high", "no_dpia"),
    ),
    "review": (
        *("required", "recommended_old", "recommended_undated", "undetermined", "not_required", "not_applicable"),
        *("changed", "unchanged"),
    ),
}
PHRASES: Final = (
    *("nothing_found", "not_met", "criteria", "both_yes", "yes_and_no", "no_personal_data", "not_scored"),
    *("scope_cite", "duty_cite", "legislation_cite"),
)
TITLES: Final = ("dpia", "art22", "prior_consultation", "review")

_RULE: Final = ("id", "official", "text", "when", "cite", "date", "criteria", "note")
_TOP: Final = (
    *("id", "version", "law_as_of", "status", "sources", "titles", "profiles", "groups", "facts", "criteria"),
    *("art35_3", "ap_list", "exemptions", "policies", "wp248_cite", "dpia_texts", "instruments", "art22"),
    *("art22_texts", "consultation", "review", "phrases"),
)


def read() -> RuleSet:
    """The rules that ship with kader.

    Raises:
        RuleError: the file is not well formed.
    """
    path = shipped.data("prescan.yaml")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return parse(yaml.load(path.read_bytes(), loader), path.name)  # noqa: S506 - the C twin of the safe loader


def parse(data: object, where: str = "prescan.yaml") -> RuleSet:
    """A rule set from its data.

    Args:
        data: what the YAML or JSON file holds.
        where: its name, for messages.

    Raises:
        RuleError: an unknown fact or key, an empty `any` or `all`, a missing language, a doubled id …: all problems
            together, each with its path.
    """
    reader = _Reader(where)
    rules = reader.rule_set(data)
    collected(RuleError, reader.problems)
    return rules


class _Reader:
    """Reads node after node, keeps what is wrong, and goes on with an empty value."""

    def __init__(self, where: str) -> None:
        self._where = where
        self.problems: list[Problem] = []
        self._facts: frozenset[str] = frozenset()
        self._criteria: frozenset[str] = frozenset()

    def rule_set(self, data: object) -> RuleSet:
        top = self._node(data, "", _TOP, optional=("sources", "status"))
        self._facts = self._ids(top.get("facts"))
        self._criteria = self._ids(top.get("criteria"))
        groups = self._listed(top, "groups", self._group)
        facts = self._listed(top, "facts", lambda node, path: self._fact(node, path, groups))
        for fact in FACTS_USED:
            if fact not in facts:
                self._wrong("facts", f"het feit '{fact}' ontbreekt", f"the fact '{fact}' is missing")
        consultation = self._node(top.get("consultation"), "consultation", ("cite", "texts", "submit"))
        instruments = self._listed(top, "instruments", self._instrument)
        criteria = self._listed(top, "criteria", self._rule)
        return RuleSet(
            id=self._words(top, "id", ""),
            version=self._words(top, "version", ""),
            law_as_of=self._date(top.get("law_as_of"), "law_as_of") or dt.date.min,
            fingerprint=fingerprint(top),
            groups=tuple(groups.values()),
            facts=facts,
            criteria=criteria,
            art35_3=self._listed(top, "art35_3", self._rule),
            ap_list=self._listed(top, "ap_list", self._rule),
            exemptions=self._listed(top, "exemptions", self._exemption),
            policies=self._listed(top, "policies", self._policy),
            wp248_cite=self._text(top.get("wp248_cite"), "wp248_cite"),
            dpia_texts=self._texts(top.get("dpia_texts"), "dpia_texts", TEXTS["dpia"]),
            instruments=instruments,
            art22=tuple(self._listed(top, "art22", self._line).values()),
            art22_texts=self._texts(top.get("art22_texts"), "art22_texts", TEXTS["art22"]),
            consultation_cite=self._text(consultation.get("cite"), "consultation/cite"),
            consultation_texts=self._texts(consultation.get("texts"), "consultation/texts", TEXTS["consultation"]),
            consultation_submit=self._text_list(consultation.get("submit", ()), "consultation/submit"),
            review=self._review(top),
            review_texts=self._texts(_child(top, "review", "texts"), "review/texts", TEXTS["review"]),
            titles=self._texts(top.get("titles"), "titles", (*TITLES, *instruments)),
            profiles=self._listed(top, "profiles", lambda node, path: self._profile(node, path, len(criteria))),
            phrases=self._texts(top.get("phrases"), "phrases", PHRASES),
            sources=self._texts(top.get("sources") or {}, "sources", ()),
            status=self._text(top.get("status"), "status") if "status" in top else EMPTY,
        )

    # --- entries ---

    def _group(self, node: object, path: str) -> FactGroup:
        found = self._node(node, path, ("id", "title"))
        return FactGroup(id=str(found.get("id")), title=self._text(found.get("title"), f"{path}/title"))

    def _fact(self, node: object, path: str, groups: Mapping[str, FactGroup]) -> Fact:
        keys = ("id", "group", "label", "question", "hint", "why", "articles", "entails", "excludes")
        found = self._node(node, path, keys, optional=("entails", "excludes"))
        group = str(found.get("group"))
        if group not in groups:
            self._wrong(f"{path}/group", f"onbekende groep '{group}'", f"unknown group '{group}'")
        texts = {key: self._text(found.get(key), f"{path}/{key}") for key in ("label", "question", "hint", "why")}
        return Fact(
            id=str(found.get("id")),
            group=group,
            articles=self._strings(found.get("articles"), f"{path}/articles"),
            entails=self._fact_ids(found.get("entails", ()), f"{path}/entails"),
            excludes=self._fact_ids(found.get("excludes", ()), f"{path}/excludes"),
            **texts,
        )

    def _rule(self, node: object, path: str) -> Rule:
        return Rule(**self._common(self._node(node, path, _RULE, optional=("date", "criteria", "note")), path))

    def _common(self, found: Node, path: str) -> dict[str, Any]:
        criteria = self._strings(found.get("criteria", ()), f"{path}/criteria")
        for criterion in criteria:
            if criterion not in self._criteria:
                self._wrong(f"{path}/criteria", f"onbekend criterium '{criterion}'", f"unknown criterion '{criterion}'")
        return {
            "id": str(found.get("id")),
            "official": self._text(found.get("official"), f"{path}/official"),
            "text": self._text(found.get("text"), f"{path}/text"),
            "when": self._expression(found.get("when"), f"{path}/when"),
            "cite": self._text(found.get("cite"), f"{path}/cite"),
            "date": self._date(found["date"], f"{path}/date") if "date" in found else None,
            "criteria": criteria,
            "note": self._text(found["note"], f"{path}/note") if "note" in found else EMPTY,
        }

    def _exemption(self, node: object, path: str) -> Exemption:
        optional = ("date", "criteria", "note", "covers")
        found = self._node(node, path, (*_RULE, "defeats", "covers"), optional=optional)
        defeats = self._strings(found.get("defeats"), f"{path}/defeats")
        for reason in defeats:
            self._one_of(reason, DEFEATABLE, f"{path}/defeats")
        covers = self._flag(found, "covers", path, default=False)
        return Exemption(defeats=defeats, covers=covers, **self._common(found, path))

    def _policy(self, node: object, path: str) -> PolicyRule:
        optional = ("date", "criteria", "note", "required")
        found = self._node(node, path, (*_RULE, "required"), optional=optional)
        return PolicyRule(required=self._flag(found, "required", path, default=True), **self._common(found, path))

    def _instrument(self, node: object, path: str) -> InstrumentRule:
        optional = ("date", "criteria", "note", "applies_from", "needs_personal_data")
        keys = (*_RULE, "level", "strength", "applies_from", "texts", "needs_personal_data")
        found = self._node(node, path, keys, optional=optional)
        level = self._one_of(found.get("level"), LEVELS, f"{path}/level")
        strength = self._one_of(found.get("strength"), tuple(Strength), f"{path}/strength")
        dated, personal = "applies_from" in found, self._flag(found, "needs_personal_data", path, default=False)
        expected: tuple[str, ...] = (level, "not_required", "undetermined")
        expected += ("not_yet",) * dated + ("not_applicable",) * personal
        return InstrumentRule(
            level=level,
            strength=Strength(strength) if strength in tuple(Strength) else Strength.POLICY,
            applies_from=self._date(found["applies_from"], f"{path}/applies_from") if dated else None,
            texts=self._texts(found.get("texts"), f"{path}/texts", expected),
            needs_personal_data=personal,
            **self._common(found, path),
        )

    def _line(self, node: object, path: str) -> DecisionLine:
        found = self._node(node, path, (*_RULE, "status"), optional=("date", "criteria", "note"))
        status = self._one_of(found.get("status"), STATUSES, f"{path}/status")
        return DecisionLine(status=status, **self._common(found, path))

    def _profile(self, node: object, path: str, criteria: int) -> Profile:
        found = self._node(node, path, ("id", "title", "note", "wp248_threshold", "cite"), optional=("cite",))
        threshold = found.get("wp248_threshold")
        if not isinstance(threshold, int) or isinstance(threshold, bool) or not 1 <= threshold <= max(criteria, 1):
            nl, en = f"een geheel getal van 1 tot {criteria} verwacht", f"an integer from 1 to {criteria} expected"
            self._wrong(f"{path}/wp248_threshold", nl, en)
            threshold = 1
        return Profile(
            id=str(found.get("id")),
            title=self._text(found.get("title"), f"{path}/title"),
            note=self._text(found.get("note"), f"{path}/note"),
            wp248_threshold=threshold,
            cite=self._text(found["cite"], f"{path}/cite") if "cite" in found else EMPTY,
        )

    def _review(self, top: Node) -> Review:
        keys = ("cite", "practice_months", "practice_note", "triggers", "texts")
        found = self._node(top.get("review"), "review", keys)
        months = found.get("practice_months")
        if not isinstance(months, int) or isinstance(months, bool) or months < 1:
            self._wrong("review/practice_months", "een aantal maanden verwacht", "a number of months expected")
            months = 1
        return Review(
            cite=self._text(found.get("cite"), "review/cite"),
            practice_months=months,
            practice_note=self._text(found.get("practice_note"), "review/practice_note"),
            triggers=self._text_list(found.get("triggers"), "review/triggers"),
        )

    # --- values ---

    def _expression(self, node: object, path: str) -> Expression:
        if isinstance(node, str):
            if node == "never":
                return Expression("never")
            self._fact_ids((node,), path)
            return Expression("fact", node)
        if isinstance(node, Mapping) and len(node) == 1:
            ((operator, value),) = node.items()
            if operator == "not":
                return Expression("not", parts=(self._expression(value, f"{path}/not"),))
            if operator in ("all", "any"):
                if not isinstance(value, list) or not value:
                    self._wrong(f"{path}/{operator}", "een lijst met delen verwacht", "a list of parts expected")
                    return Expression("never")
                parts = tuple(self._expression(part, f"{path}/{operator}/{n}") for n, part in enumerate(value))
                return Expression(operator, parts=parts)
        nl = "een feit, all, any, not of never verwacht"
        self._wrong(path, nl, "a fact, all, any, not or never expected")
        return Expression("never")

    def _fact_ids(self, node: object, path: str) -> tuple[str, ...]:
        found = self._strings(node, path)
        for fact in found:
            if fact not in self._facts:
                self._wrong(path, f"onbekend feit '{fact}'", f"unknown fact '{fact}'")
        return found

    def _text(self, node: object, path: str) -> Text:
        if not isinstance(node, Mapping):
            self._wrong(path, "een tekst met nl en en verwacht", "a text with nl and en expected")
            return EMPTY
        for key in node:
            if key not in ("nl", "en"):
                self._unknown_key(path, key, ("nl", "en"))
        words: dict[str, str] = {}
        for language in ("nl", "en"):
            value = node.get(language)
            if not isinstance(value, str) or not value.strip():
                self._wrong(f"{path}/{language}", "deze taal ontbreekt", "this language is missing")
            words[language] = value.strip() if isinstance(value, str) else ""
        return Text(words["nl"], words["en"])

    def _texts(self, node: object, path: str, expected: Iterable[str]) -> dict[str, Text]:
        if not isinstance(node, Mapping):
            self._wrong(path, "teksten verwacht", "texts expected")
            return {}
        for key in expected:
            if key not in node:
                self._wrong(f"{path}/{key}", "deze tekst ontbreekt", "this text is missing")
        return {str(key): self._text(value, f"{path}/{key}") for key, value in node.items()}

    def _text_list(self, node: object, path: str) -> tuple[Text, ...]:
        return tuple(self._text(item, f"{path}/{n}") for n, item in enumerate(self._sequence(node, path)))

    def _strings(self, node: object, path: str) -> tuple[str, ...]:
        items = self._sequence(node, path)
        if not all(isinstance(item, str) for item in items):
            self._wrong(path, "een lijst van woorden verwacht", "a list of words expected")
        return tuple(str(item) for item in items)

    def _words(self, node: Node, key: str, path: str) -> str:
        value = node.get(key)
        if not isinstance(value, str) or not value.strip():
            self._wrong(f"{path}{key}", "een woord of zin verwacht", "a word or sentence expected")
            return ""
        return value

    def _date(self, node: object, path: str) -> dt.date | None:
        if isinstance(node, dt.date):
            return node
        try:
            return dt.date.fromisoformat(str(node))
        except ValueError:
            self._wrong(path, f"geen datum (jjjj-mm-dd): '{node}'", f"not a date (yyyy-mm-dd): '{node}'")
            return None

    def _flag(self, node: Node, key: str, path: str, *, default: bool) -> bool:
        value = node.get(key, default)
        if not isinstance(value, bool):
            self._wrong(f"{path}/{key}", "true of false verwacht", "true or false expected")
            return default
        return value

    def _one_of(self, value: object, allowed: Sequence[str], path: str) -> str:
        if value not in allowed:
            words = ", ".join(allowed)
            self._wrong(path, f"'{value}' is geen van: {words}", f"'{value}' is none of: {words}")
        return str(value)

    # --- structure ---

    def _listed(self, top: Node, key: str, entry: Callable[[object, str], T]) -> dict[str, T]:
        found: dict[str, T] = {}
        for number, node in enumerate(self._sequence(top.get(key), key)):
            name = node.get("id") if isinstance(node, Mapping) else None
            if not isinstance(name, str) or not name:
                self._wrong(f"{key}/{number}", "een id ontbreekt", "an id is missing")
                continue
            if name in found:
                self._wrong(f"{key}/{name}", "deze id komt twee keer voor", "this id occurs twice")
            found[name] = entry(node, f"{key}/{name}")
        return found

    def _sequence(self, node: object, path: str) -> Sequence[object]:
        if isinstance(node, list | tuple):
            return node
        self._wrong(path, "een lijst verwacht", "a list expected")
        return ()

    def _node(self, node: object, path: str, keys: Sequence[str], optional: Sequence[str] = ()) -> Node:
        if not isinstance(node, Mapping):
            self._wrong(path, "sleutels met waarden verwacht", "keys with values expected")
            return {}
        for key in node:
            if key not in keys:
                self._unknown_key(path, key, keys)
        for key in keys:
            if key not in node and key not in optional:
                place = f"{path}/{key}".lstrip("/")
                self._wrong(place, "deze sleutel ontbreekt", "this key is missing")
        return node

    @staticmethod
    def _ids(node: object) -> frozenset[str]:
        items = node if isinstance(node, list) else ()
        return frozenset(str(item["id"]) for item in items if isinstance(item, Mapping) and "id" in item)

    def _unknown_key(self, path: str, key: object, allowed: Iterable[str]) -> None:
        words = ", ".join(allowed)
        nl, en = f"onbekende sleutel '{key}'; toegestaan: {words}", f"unknown key '{key}'; allowed: {words}"
        self._wrong(path, nl, en)

    def _wrong(self, path: str, nl: str, en: str) -> None:
        self.problems.append(Problem(Text(nl, en), f"{self._where}: {path}" if path else self._where))


def _child(top: Node, key: str, child: str) -> object:
    node = top.get(key)
    return node.get(child) if isinstance(node, Mapping) else None
