"""A form: questions in, answers out, each acknowledged.

The form knows nothing of assessments: a schema says what to ask, values say what is there, and a callable takes each
answer. All text goes in from Python, in one language.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final, Literal, NotRequired, TypedDict

import traitlets
from markupsafe import Markup

from kader import figures
from kader.text import Language, Text
from kader.ui.saving import LABELS as SAVING_LABELS
from kader.ui.saving import MAX_TEXT, Ack, OnAnswer, SavingWidget, refused, script, words

__all__ = ["Ack", "Answer", "Form", "Group", "Option", "Proposal", "Question", "Schema"]

Kind = Literal["choice", "several", "text", "longtext", "lines", "date", "number", "level"]


class Option(TypedDict):
    """A choice; `reason` asks for a reason when it is chosen (such as *not applicable*)."""

    value: str
    label: str
    hint: NotRequired[str]
    reason: NotRequired[bool]


class Link(TypedDict):
    """An article or guideline with where to read it."""

    label: str
    href: NotRequired[str]


Condition = TypedDict("Condition", {"path": str, "in": list[Any]})
"""A question is shown only while the value at `path` is one of `in`."""


class Question(TypedDict):
    """A question.

    `path` is where its answer stands in the assessment's document (`facts/large_scale/value`) and is handed to
    `on_answer`; the `extras` belong to the answer around it (`facts/large_scale/remark`). Kinds and their values:
    `choice` one of the options; `several` a list of them; `text` and `longtext` text; `lines` a list of lines;
    `date` an ISO date or `None`; `number` a number or `None`; `level` an option, or `[low, high]` where one is not
    sure. `empty` lists values that count as no answer (default: nothing and `unknown`).
    """

    path: str
    kind: Kind
    label: str
    hint: NotRequired[str]
    why: NotRequired[str]
    example: NotRequired[str]
    articles: NotRequired[list[str | Link]]
    options: NotRequired[list[Option]]
    extras: NotRequired[list[Literal["remark", "reason", "evidence"]]]
    empty: NotRequired[list[Any]]
    maxLength: NotRequired[int]
    when: NotRequired[Condition]


class Group(TypedDict):
    """Questions under one heading."""

    id: str
    title: NotRequired[str]
    intro: NotRequired[str]
    questions: list[Question]


class Schema(TypedDict):
    """A form: its language, whether it can be filled in, the level of its headings (default 3), and its groups."""

    language: Literal["nl", "en"]
    readOnly: NotRequired[bool]
    level: NotRequired[int]
    groups: list[Group]


class Proposal(TypedDict):
    """A value that somebody or something suggests, with the passage and the field it comes from."""

    value: Any
    label: NotRequired[str]
    quote: NotRequired[str]
    field: NotRequired[str]


class Answer(TypedDict, total=False):
    """What is there for a question."""

    value: Any
    remark: str
    reason: str
    evidence: list[str]
    author: str
    at: str
    proposals: list[Proposal]


LABELS: Final[Mapping[str, Text]] = {
    "why": Text("Waarom deze vraag?", "Why this question?"),
    "example": Text("Voorbeeld:", "Example:"),
    "articles": Text("Bron:", "Source:"),
    "remark": Text("Opmerking", "Remark"),
    "remark_add": Text("Opmerking", "Remark"),
    "reason": Text("Reden", "Reason"),
    "reason_asked": Text("Leg uit waarom. Dit komt in het verslag.", "Explain why. This goes into the report."),
    "evidence": Text("Bewijsstukken", "Evidence"),
    "evidence_add": Text("Bewijsstukken", "Evidence"),
    "evidence_hint": Text("Een link of documentnaam per regel.", "One link or document name a line."),
    "proposed": Text("Voorstel: {value}", "Proposed: {value}"),
    "quoted": Text("“{quote}”", "“{quote}”"),
    "from_field": Text("Uit het registerveld “{field}”", "From the register field “{field}”"),
    "accept": Text("Overnemen", "Accept"),
    "deviate": Text("Afwijken met reden", "Deviate with reason"),
    "accepted": Text("Overgenomen.", "Accepted."),
    "deviated": Text("U bent van dit voorstel afgeweken.", "You deviated from this proposal."),
    "your_answer": Text("Uw antwoord", "Your answer"),
    "answer_missing": Text("Kies een antwoord.", "Choose an answer."),
    "reason_missing": Text("Vul een reden in.", "Enter a reason."),
    "save": Text("Opslaan", "Save"),
    "cancel": Text("Annuleren", "Cancel"),
    "clear": Text("Antwoord wissen", "Clear answer"),
    "choose": Text("Kies …", "Choose …"),
    "same_level": Text("even hoog", "the same"),
    "level_low": Text("Van", "From"),
    "level_high": Text("Tot en met", "Up to"),
    "no_number": Text("Vul een getal in, bijvoorbeeld 1200 of 0,5.", "Enter a number, for example 1200 or 0.5."),
    "no_date": Text("Vul een bestaande datum in.", "Enter a date that exists."),
    "elsewhere": Text(
        "{author} heeft dit antwoord intussen gewijzigd in: {value}. Wat u typt is nog niet overschreven.",
        "{author} has meanwhile changed this answer to: {value}. What you type has not been overwritten.",
    ),
    "someone": Text("Iemand anders", "Somebody else"),
}

_UNKNOWN_QUESTION: Final = Text("Deze vraag staat niet in het formulier.", "This question is not in the form.")
_WRONG_VALUE: Final = Text("Dit is geen geldig antwoord op deze vraag.", "This is not a valid answer to this question.")
_TOO_LONG: Final = Text("De tekst is te lang.", "The text is too long.")
_EXTRAS: Final = {"remark": "longtext", "reason": "longtext", "evidence": "lines"}


class Form(SavingWidget):
    """Questions as an accessible form, in JupyterLab and in the dashboard.

    Args:
        schema: what to ask, see `Schema`.
        values: what is there, by the questions' paths, see `Answer`.
        on_answer: takes `(path, value)` of each answer; gives an `Ack`, or `None` for a plain "saved". A `KaderError`
            it raises is shown to the person; any other error as "something went wrong". Without it the form is
            read-only.
    """

    _esm = script("form")
    schema = traitlets.Dict().tag(sync=True)

    def __init__(
        self, schema: Schema, values: Mapping[str, Answer] | None = None, on_answer: OnAnswer | None = None
    ) -> None:
        shown = deepcopy(dict(schema))
        if on_answer is None:
            shown["readOnly"] = True
        self._on_answer = on_answer
        super().__init__(
            schema=shown,
            values=deepcopy(dict(values or {})),
            labels=words((SAVING_LABELS, LABELS), schema.get("language", "nl")),
        )

    @property
    def language(self) -> Language:
        """The language of the words on the page."""
        return Language(self.schema.get("language", "nl"))

    @property
    def read_only(self) -> bool:
        """Whether answers are refused."""
        return bool(self.schema.get("readOnly"))

    def _questions(self) -> dict[str, tuple[Question, str]]:
        """Path of a change → the question and which part of its answer it is."""
        found: dict[str, tuple[Question, str]] = {}
        for group in self.schema.get("groups", []):
            for question in group.get("questions", []):
                around = question["path"].rpartition("/")[0]
                for extra in {"reason", *question.get("extras", [])}:
                    found.setdefault(f"{around}/{extra}", (question, extra))
                found[question["path"]] = (question, "value")
        return found

    def _change(self, path: str, value: Any) -> Ack | None:
        entry = self._questions().get(path)
        if entry is None:
            raise refused(_UNKNOWN_QUESTION, path[:200])
        question, part = entry
        clean = _clean({"kind": _EXTRAS[part]} if part != "value" else question, value)
        ack = self._on_answer(path, clean) if self._on_answer else None
        if ack is None or ack.ok:
            answer = self.values.setdefault(question["path"], {})
            answer[part] = clean
            if part == "value" and ack and ack.at:
                answer.update(at=ack.at, author=ack.author)
        return ack

    def html(self) -> Markup:
        """The questions and answers as plain HTML, for executed notebooks and static pages."""
        groups = Markup("").join(self._group_html(group) for group in self.schema.get("groups", []))
        return Markup('<div class="kader k-form" lang="{}">{}</div>').format(self.language.value, groups)

    def _group_html(self, group: Group) -> Markup:
        tag = f"h{min(max(int(self.schema.get('level', 3)), 2), 5)}"
        head = Markup("<{0}>{1}</{0}>").format(tag, group["title"]) if group.get("title") else Markup("")
        return head + Markup('<dl class="k-pairs">{}</dl>').format(
            Markup("").join(self._question_html(question) for question in group.get("questions", []))
        )

    def _question_html(self, question: Question) -> Markup:
        entry: Answer = self.values.get(question["path"], {})
        lines = [self._worded(question, entry.get("value"))]
        for extra in ("reason", "remark", "evidence"):
            given = entry.get(extra)
            if given:
                text = ", ".join(given) if isinstance(given, list) else given
                lines.append(Markup("<strong>{}:</strong> {}").format(self.labels[extra], text))
        for proposal in entry.get("proposals", []):
            words_ = proposal.get("label") or self._plain(question, proposal.get("value"))
            said = self.labels["proposed"].format(value=words_)
            source = " ".join(
                # The names are those of the typed dictionary, from the line below.
                self.labels[key].format(**{name: proposal[name]})  # type: ignore[literal-required]
                for key, name in (("quoted", "quote"), ("from_field", "field"))
                if proposal.get(name)
            )
            lines.append(Markup('<span class="k-fine">{} {}</span>').format(said, source))
        return Markup("<dt>{}</dt><dd>{}</dd>").format(question["label"], Markup("<br>").join(lines))

    def _worded(self, question: Question, value: Any) -> Markup | str:
        shown = self._plain(question, value)
        if value is None or value == "":
            return figures.badge("open", shown)
        if isinstance(value, str) and value in {"yes", "no", "unknown", "na"}:
            return figures.badge(value, shown)
        return shown

    def _plain(self, question: Question, value: Any) -> str:
        """A value in words; `str`, because a template that is filled in later is escaped as a whole."""
        labels = {option["value"]: option["label"] for option in question.get("options", [])}
        if value is None or value in ("", []):
            return str(self.labels["no_value"])
        if isinstance(value, list):
            joint = " – " if question["kind"] == "level" else ", "
            return joint.join(str(labels.get(one, one)) for one in value)
        return str(labels.get(value, value))


def _clean(question: Mapping[str, Any], value: Any) -> Any:
    """The value when it fits the question; the page is not trusted."""
    if isinstance(value, str) and len(value) > int(question.get("maxLength", MAX_TEXT)):
        raise refused(_TOO_LONG)
    if not _FITS[question["kind"]](value, [option["value"] for option in question.get("options", [])]):
        raise refused(_WRONG_VALUE, str(question.get("label", "")))
    return value


def _is_text(value: Any, _options: list[Any]) -> bool:
    return value is None or isinstance(value, str)


def _is_choice(value: Any, options: list[Any]) -> bool:
    return value is None or value in options


def _is_several(value: Any, options: list[Any]) -> bool:
    return isinstance(value, list) and all(one in options for one in value)


def _is_lines(value: Any, _options: list[Any]) -> bool:
    return (
        isinstance(value, list) and len(value) <= 1_000 and all(isinstance(x, str) and len(x) <= 2_000 for x in value)
    )


def _is_date(value: Any, _options: list[Any]) -> bool:
    return value is None or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) is not None)


def _is_number(value: Any, _options: list[Any]) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value is None or (number and math.isfinite(value))


def _is_level(value: Any, options: list[Any]) -> bool:
    ends = value if isinstance(value, list) else [value]
    return value is None or (len(ends) in {1, 2} and all(end in options for end in ends))


_FITS: Final = {
    "choice": _is_choice,
    "several": _is_several,
    "text": _is_text,
    "longtext": _is_text,
    "lines": _is_lines,
    "date": _is_date,
    "number": _is_number,
    "level": _is_level,
}
