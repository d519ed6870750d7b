"""What the forms ask and what is filled in: schemas and values from framework and assessment. No widgets here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kader.analysis import vocabulary
from kader.analysis.findings import Findings
from kader.assessment.model import Assessment, FactAnswer, Given, MeasureAnswer, RiskAnswer
from kader.assessment.paths import join
from kader.framework import register_fields
from kader.framework.model import Framework, Requirement
from kader.framework.risks import Axis
from kader.framework.rules import Fact, Truth
from kader.text import EMPTY, Language, Text
from kader.ui.form import Answer, Group, Option, Question, Schema

Values = Mapping[str, Answer]

MORE_RISKS: Final = "risks/~more"
OWN_RISK: Final = "risks/~own"
MORE_MEASURES: Final = "measures/~more"
OWN_MEASURE: Final = "measures/~own"


def _choices(words: Mapping[Any, Text], language: Language, *, reasoned: Sequence[str] = ()) -> list[Option]:
    options: list[Option] = []
    for value, label in words.items():
        option: Option = {"value": str(value), "label": label.to(language)}
        if value in reasoned:
            option["reason"] = True
        options.append(option)
    return options


def _question(path: str, kind: Any, label: Text, language: Language, **more: Any) -> Question:
    """A question without the parts that would be empty."""
    spoken = {key: value.to(language) if isinstance(value, Text) else value for key, value in more.items()}
    # Empty parts are left out, which a typed dictionary cannot say.
    return {"path": path, "kind": kind, "label": label.to(language), **{k: v for k, v in spoken.items() if v}}  # type: ignore[typeddict-item]


def _sources(framework: Framework, references: Sequence[str], language: Language) -> list[str]:
    """Where it stands in the law, as a jurist of the language writes it."""
    return [framework.cited(references).to(language)] if references else []


def _schema(language: Language, groups: list[Group], *, read_only: bool) -> Schema:
    return {"language": language.value, "readOnly": read_only, "level": 3, "groups": groups}


def _group(id: str, title: Text, language: Language, questions: list[Question], intro: Text = EMPTY) -> Group:
    group: Group = {"id": id, "title": title.to(language), "questions": questions}
    if intro:
        group["intro"] = intro.to(language)
    return group


def _given(given: Given, value: object, **more: Any) -> Answer:
    answer: Answer = {"value": value, "remark": given.remark, "author": given.author, "at": _moment(given.at)}
    # What is added is named by the caller.
    answer.update(more)  # type: ignore[typeddict-item]
    return answer


def _moment(at: dt.datetime | None) -> str:
    return at.isoformat() if at else ""


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


# --- the pre-scan -----------------------------------------------------------------------------------------------


def prescan(framework: Framework, language: Language, *, read_only: bool) -> Schema:
    """The questions of the pre-scan, in their groups."""
    rules = framework.rules
    groups = [
        _group(
            f"facts-{group.id}",
            group.title,
            language,
            [_fact(framework, fact, language) for fact in rules.facts.values() if fact.group == group.id],
        )
        for group in rules.groups
    ]
    return _schema(language, [group for group in groups if group["questions"]], read_only=read_only)


def _fact(framework: Framework, fact: Fact, language: Language) -> Question:
    return _question(
        f"facts/{fact.id}/value",
        "choice",
        fact.question,
        language,
        hint=fact.hint,
        why=fact.why,
        articles=_sources(framework, fact.articles, language),
        options=_choices(vocabulary.TRUTH, language),
        extras=["reason", "remark"],
    )


def prescan_values(framework: Framework, assessment: Assessment, language: Language) -> Values:
    """What is answered to the pre-scan, with the proposals beside it."""
    empty = FactAnswer()
    return {
        f"facts/{fact}/value": _fact_value(assessment.facts.get(fact, empty), language)
        for fact in framework.rules.facts
    }


def _fact_value(answer: FactAnswer, language: Language) -> Answer:
    proposals = [
        {
            "value": proposal.value.value,
            "label": vocabulary.TRUTH[proposal.value].to(language),
            "quote": proposal.quote,
            "field": register_fields.title(proposal.field).to(language),
        }
        for proposal in answer.proposals
    ]
    value = None if answer.value is Truth.UNKNOWN and not answer.author else answer.value.value
    return _given(answer, value, reason=answer.reason, proposals=proposals)


# --- the requirements -------------------------------------------------------------------------------------------

_EXPECTED: Final = Text("Wat u kunt laten zien: {evidence}.", "What you could show: {evidence}.")


def requirements(framework: Framework, language: Language, *, read_only: bool) -> Schema:
    """The check questions, in a group a requirement."""
    return _schema(
        language,
        [_requirement(framework, found, language) for found in framework.requirements.values() if found.checks],
        read_only=read_only,
    )


def _requirement(framework: Framework, requirement: Requirement, language: Language) -> Group:
    options = _choices({value: name for value, name in vocabulary.CHECK.items() if value}, language, reasoned=("na",))
    questions = [
        _question(
            f"checks/{check.id}/value",
            "choice",
            check.question,
            language,
            hint=_EXPECTED.format(evidence="; ".join(found.to(language) for found in check.evidence))
            if check.evidence
            else EMPTY,
            articles=_sources(framework, check.articles, language),
            options=options,
            extras=["remark", "reason", "evidence"],
        )
        for check in requirement.checks
    ]
    return _group(f"requirement-{requirement.id}", requirement.title, language, questions, _intro(requirement))


def _intro(requirement: Requirement) -> Text:
    parts = [part for part in (requirement.summary, requirement.applies_when) if part]
    return Text(" ".join(part.nl for part in parts), " ".join(part.en for part in parts))


def requirement_values(framework: Framework, assessment: Assessment) -> Values:
    """What is answered to the check questions."""
    values: dict[str, Answer] = {}
    for requirement in framework.requirements.values():
        for check in requirement.checks:
            given = assessment.checks.get(check.id)
            values[f"checks/{check.id}/value"] = (
                _given(given, given.value, reason=given.reason, evidence=list(given.evidence)) if given else {}
            )
    return values


# --- the processing inventory -----------------------------------------------------------------------------------


def processing(framework: Framework, language: Language, *, read_only: bool) -> Schema:
    """The paragraphs of the inventory with their questions."""
    groups = []
    for paragraph in framework.processing:
        title = Text(f"{paragraph.number}. {paragraph.title.nl}", f"{paragraph.number}. {paragraph.title.en}")
        questions = [
            _question(
                join("processing", question.id, "text"),
                "longtext",
                question.question,
                language,
                hint=question.hint,
                articles=_sources(framework, paragraph.articles, language),
                extras=["remark"],
            )
            for question in paragraph.questions
        ]
        groups.append(_group(f"paragraph-{paragraph.number}", title, language, questions))
    return _schema(language, groups, read_only=read_only)


def processing_values(framework: Framework, assessment: Assessment) -> Values:
    """What is described of the processing."""
    return {
        join("processing", question.id, "text"): _given(given, given.text) if given else {}
        for paragraph in framework.processing
        for question in paragraph.questions
        for given in (assessment.processing.get(question.id),)
    }


# --- risks and measures -----------------------------------------------------------------------------------------

_RISK: Final = {
    "applicable": Text("Speelt dit risico hier?", "Does this risk play a part here?"),
    "motivation": Text("Waarom deze kans en deze impact?", "Why this likelihood and this impact?"),
    "origin": Text("Waar komt het risico hier vandaan?", "Where does the risk come from here?"),
    "deviation": Text("Waarom wijkt u af van het voorstel?", "Why do you deviate from the proposal?"),
    "irreversible": Text("Is de schade niet meer te herstellen?", "Can the damage not be undone?"),
}
_APPLICABLE_HINT: Final = Text("Kiest u nee, geef dan hieronder de reden.", "If you choose no, give the reason below.")
_YES_NO: Final = {"yes": vocabulary.TRUTH[Truth.YES], "no": vocabulary.TRUTH[Truth.NO]}
_MORE_RISKS: Final = Text("Ander risico uit de catalogus toevoegen", "Add another risk from the catalogue")
_OWN_RISK: Final = Text("Eigen risico toevoegen: hoe heet het?", "Add a risk of your own: what is it called?")
_ADD_RISK: Final = Text("Een risico toevoegen", "Add a risk")
_ADD_MEASURE: Final = Text("Een maatregel toevoegen", "Add a measure")


def shown_risks(assessment: Assessment, findings: Findings) -> tuple[str, ...]:
    """The risks a person works on: relevant by the facts, or taken up already; in the order of the catalogue."""
    given = {risk.id for risk in assessment.risks}
    relevant = [risk.id for risk in findings.risks if risk.relevant or risk.id in given]
    return (*relevant, *sorted(given - set(relevant)))


def risks(
    framework: Framework, assessment: Assessment, findings: Findings, language: Language, *, read_only: bool
) -> Schema:
    """The reasons behind the scores, a group a risk, and what can be added."""
    shown = shown_risks(assessment, findings)
    own = {risk.id: risk for risk in assessment.risks}
    groups = [_risk(framework, id, own.get(id), language) for id in shown]
    if not read_only:
        others = {id: risk.name for id, risk in framework.risks.items() if id not in shown}
        adding = [_question(OWN_RISK, "text", _OWN_RISK, language, maxLength=200)]
        if others:
            adding.insert(0, _question(MORE_RISKS, "choice", _MORE_RISKS, language, options=_choices(others, language)))
        groups.append(_group("risks-more", _ADD_RISK, language, adding))
    return _schema(language, groups, read_only=read_only)


def risk_name(framework: Framework, id: str, given: RiskAnswer | None) -> Text:
    """The name of a risk of the catalogue or of one's own."""
    if id in framework.risks:
        return framework.risks[id].name
    return Text(given.name, given.name) if given and given.name else Text(id, id)


def _risk(framework: Framework, id: str, given: RiskAnswer | None, language: Language) -> Group:
    known = framework.risks.get(id)
    articles = _sources(framework, [f"AVG {article}" for article in known.gdpr] if known else [], language)
    base = join("risks", id)
    questions = [
        _question(
            f"{base}/applicable", "choice", _RISK["applicable"], language,
            hint=_APPLICABLE_HINT, options=_choices(_YES_NO, language), articles=articles,
        ),
        _question(f"{base}/origin", "longtext", _RISK["origin"], language, hint=_causes(framework, id)),
        _question(f"{base}/motivation", "longtext", _RISK["motivation"], language, extras=["remark"]),
        _question(f"{base}/deviation", "longtext", _RISK["deviation"], language),
        _question(
            f"{base}/irreversible", "choice", _RISK["irreversible"], language, options=_choices(_YES_NO, language)
        ),
    ]  # fmt: skip
    name = risk_name(framework, id, given)
    described = known.description if known else Text(given.description, given.description) if given else EMPTY
    title = Text(f"{id} {name.nl}", f"{id} {name.en}") if known else name
    return _group(f"risk-{id}", title, language, questions, described)


def _causes(framework: Framework, id: str) -> Text:
    known = framework.risks.get(id)
    if known is None or not known.causes:
        return EMPTY
    return Text(
        "Bijvoorbeeld: " + "; ".join(cause.nl for cause in known.causes) + ".",
        "For example: " + "; ".join(cause.en for cause in known.causes) + ".",
    )


def risk_values(assessment: Assessment, findings: Findings) -> Values:
    """What is said of each risk that is shown."""
    own = {risk.id: risk for risk in assessment.risks}
    values: dict[str, Answer] = {MORE_RISKS: {"value": None}, OWN_RISK: {"value": ""}}
    for id in shown_risks(assessment, findings):
        given = own.get(id)
        base = join("risks", id)
        if given is None:
            continue
        values[f"{base}/applicable"] = {"value": "yes" if given.applicable else "no"}
        values[f"{base}/irreversible"] = {"value": "yes" if given.irreversible else None}
        values[f"{base}/origin"] = {"value": given.origin}
        values[f"{base}/motivation"] = _given(given, given.motivation)
        values[f"{base}/deviation"] = {"value": given.deviation}
    return values


_MEASURE: Final = {
    "name": Text("Wat houdt de maatregel in?", "What is the measure?"),
    "risks": Text("Tegen welke risico's?", "Against which risks?"),
    "axes": Text("Wat verkleint de maatregel?", "What does the measure reduce?"),
    "removes_cause": Text("Neemt de maatregel de oorzaak weg?", "Does the measure take the cause away?"),
    "status": Text("Hoe staat het ermee?", "How does it stand?"),
    "reason": Text("Waarom vervalt de maatregel?", "Why was the measure dropped?"),
    "owner": Text("Wie zorgt ervoor?", "Who takes care of it?"),
    "due": Text("Wanneer is het klaar?", "When is it done?"),
    "evidence": Text("Waaruit blijkt dat de maatregel werkt?", "What shows that the measure works?"),
}
_REMOVES_HINT: Final = Text(
    "Alleen dan, of met bewijs van werking, mag een risico meer dan één stap dalen (regel R3).",
    "Only then, or with evidence that it works, may a risk drop by more than one step (rule R3).",
)
_AXES: Final = {Axis.LIKELIHOOD: Text("de kans", "the likelihood"), Axis.IMPACT: Text("de impact", "the impact")}
STANDING: Final = {
    "planned": Text("gepland", "planned"),
    "in_progress": Text("in uitvoering", "in progress"),
    "done": Text("uitgevoerd", "done"),
    "dropped": Text("vervallen", "dropped"),
}
_MORE_MEASURES: Final = Text("Maatregel uit het Algoritmekader toevoegen", "Add a measure from the Algoritmekader")
_OWN_MEASURE: Final = Text("Eigen maatregel toevoegen: hoe heet die?", "Add a measure of your own: what is it called?")


def measures(
    framework: Framework, assessment: Assessment, findings: Findings, language: Language, *, read_only: bool
) -> Schema:
    """The measures, a group a measure, and what can be added; those that fit the risks come first."""
    own = {risk.id: risk for risk in assessment.risks}
    shown = shown_risks(assessment, findings)
    against = {id: risk_name(framework, id, own.get(id)) for id in shown}
    groups = [_measure(framework, measure, against, language) for measure in assessment.measures]
    if not read_only:
        fitting = [m for id in shown if id in framework.risks for m in framework.risks[id].measures]
        ordered = dict.fromkeys([*(m for m in fitting if m in framework.measures), *framework.measures])
        taken = {measure.measure for measure in assessment.measures}
        others = {id: framework.measures[id].title for id in ordered if id not in taken}
        adding = [_question(OWN_MEASURE, "text", _OWN_MEASURE, language, maxLength=200)]
        if others:
            options = _choices(others, language)
            adding.insert(0, _question(MORE_MEASURES, "choice", _MORE_MEASURES, language, options=options))
        groups.append(_group("measures-more", _ADD_MEASURE, language, adding))
    return _schema(language, groups, read_only=read_only)


def measure_name(framework: Framework, measure: MeasureAnswer) -> Text:
    """The name of a measure of the framework or of one's own."""
    if measure.name:
        return Text(measure.name, measure.name)
    known = framework.measures.get(measure.measure)
    return known.title if known else Text(measure.id, measure.id)


def _measure(framework: Framework, measure: MeasureAnswer, against: Mapping[str, Text], language: Language) -> Group:
    base = join("measures", measure.id)
    known = framework.measures.get(measure.measure)
    against = {**{risk: Text(risk, risk) for risk in measure.risks}, **against}

    def ask(field: str, kind: str, **more: Any) -> Question:
        return _question(f"{base}/{field}", kind, _MEASURE[field], language, **more)

    questions = [
        *([] if known else [ask("name", "text")]),
        ask("risks", "several", options=_choices(against, language)),
        ask("axes", "several", options=_choices(_AXES, language)),
        ask("removes_cause", "choice", options=_choices(_YES_NO, language), hint=_REMOVES_HINT),
        ask("status", "choice", options=_choices(STANDING, language)),
        ask("reason", "longtext", when={"path": f"{base}/status", "in": ["dropped"]}),
        ask("owner", "text"),
        ask("due", "date"),
        ask("evidence", "lines"),
    ]
    summary = known.summary if known else EMPTY
    return _group(f"measure-{measure.id}", measure_name(framework, measure), language, questions, summary)


def measure_values(assessment: Assessment) -> Values:
    """What is said of each measure."""
    values: dict[str, Answer] = {MORE_MEASURES: {"value": None}, OWN_MEASURE: {"value": ""}}
    for measure in assessment.measures:
        base = join("measures", measure.id)
        given: dict[str, Any] = {
            "name": measure.name,
            "risks": list(measure.risks),
            "axes": [axis.value for axis in measure.axes],
            "removes_cause": "yes" if measure.removes_cause else None,
            "status": measure.status,
            "reason": measure.reason,
            "owner": measure.owner,
            "due": _day(measure.due),
            "evidence": list(measure.evidence),
        }
        values.update({f"{base}/{field}": {"value": value} for field, value in given.items()})
    return values


# --- decisions, and what the algorithm is -----------------------------------------------------------------------

_DECISIONS: Final[tuple[tuple[str, str, Text, tuple[str, ...]], ...]] = (
    (
        "dpia_reference",
        "text",
        Text("Kenmerk van de DPIA, als die er al is", "Reference of the DPIA, if there is one"),
        ("AVG 35",),
    ),
    ("dpia_date", "date", Text("Datum van die DPIA", "Date of that DPIA"), ()),
    (
        "dpo_advice",
        "longtext",
        Text("Advies van de functionaris gegevensbescherming (FG)", "Advice of the data protection officer (DPO)"),
        ("AVG 35(2)", "AVG 39(1)(c)"),
    ),
    ("dpo_name", "text", Text("Naam van de FG", "Name of the DPO"), ()),
    ("dpo_date", "date", Text("Datum van het advies", "Date of the advice"), ()),
    (
        "data_subjects_views",
        "longtext",
        Text("Wat vinden de betrokken mensen?", "What do the people concerned think?"),
        ("AVG 35(9)",),
    ),
    (
        "data_subjects_not_asked",
        "longtext",
        Text("Of: waarom is het hun niet gevraagd?", "Or: why were they not asked?"),
        ("AVG 35(9)",),
    ),
    (
        "prior_consultation_reference",
        "text",
        Text(
            "Kenmerk van de voorafgaande raadpleging van de AP",
            "Reference of the prior consultation of the supervisory authority",
        ),
        ("AVG 36",),
    ),
    ("review_date", "date", Text("Wanneer kijkt u opnieuw?", "When will you look again?"), ("AVG 35(11)",)),
    ("status", "choice", Text("Is het dossier concept of definitief?", "Is the dossier a draft or final?"), ()),
)
_STANDING_OF_DOSSIER: Final = {"concept": Text("concept", "draft"), "final": Text("definitief", "final")}
_DECISIONS_TITLE: Final = Text("Advies en besluit", "Advice and decision")


def decisions(framework: Framework, language: Language, *, read_only: bool) -> Schema:
    """What was advised and decided."""
    questions = []
    for field, kind, label, articles in _DECISIONS:
        options = _choices(_STANDING_OF_DOSSIER, language) if field == "status" else []
        questions.append(
            _question(
                f"decisions/{field}",
                kind,
                label,
                language,
                articles=_sources(framework, articles, language),
                options=options,
            )
        )
    return _schema(language, [_group("decisions", _DECISIONS_TITLE, language, questions)], read_only=read_only)


def decision_values(assessment: Assessment) -> Values:
    """What is filled in of advice and decision."""
    given = assessment.decisions.model_dump(mode="json")
    return {f"decisions/{field}": {"value": given[field]} for field, *_ in _DECISIONS}


_ALGORITHM: Final[tuple[tuple[str, str, Text], ...]] = (
    ("name", "text", Text("Hoe heet het algoritme?", "What is the algorithm called?")),
    ("organisation", "text", Text("Welke organisatie gebruikt het?", "Which organisation uses it?")),
    ("register_id", "text", Text("Nummer in het Algoritmeregister", "Number in the algorithm register")),
    ("status", "choice", Text("In welke fase is het?", "At which stage is it?")),
    ("publication_category", "choice", Text("Categorie in het register", "Category in the register")),
)
_STAGES: Final = {
    "development": Text("in ontwikkeling", "in development"),
    "in_use": Text("in gebruik", "in use"),
    "retired": Text("buiten gebruik", "no longer in use"),
}
_CATEGORIES: Final = {
    "high_risk": Text("hoog-risico-AI-systeem", "high-risk AI system"),
    "impactful": Text("impactvol algoritme", "impactful algorithm"),
    "other": Text("overig algoritme", "other algorithm"),
}
_ALGORITHM_TITLE: Final = Text("Het algoritme", "The algorithm")


def algorithm(language: Language, *, read_only: bool) -> Schema:
    """What the algorithm is."""
    options = {"status": _choices(_STAGES, language), "publication_category": _choices(_CATEGORIES, language)}
    questions = [
        _question(f"algorithm/{field}", kind, label, language, options=options.get(field, []))
        for field, kind, label in _ALGORITHM
    ]
    return _schema(language, [_group("algorithm", _ALGORITHM_TITLE, language, questions)], read_only=read_only)


def algorithm_values(assessment: Assessment) -> Values:
    """What is filled in of the algorithm."""
    return {f"algorithm/{field}": {"value": getattr(assessment.algorithm, field)} for field, *_ in _ALGORITHM}
