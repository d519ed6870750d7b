"""Random valid assessments, with text as hostile as it comes."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from hypothesis import strategies as st

from kader.assessment.model import (
    Algorithm,
    Assessment,
    CheckAnswer,
    Decisions,
    FactAnswer,
    Interval,
    MeasureAnswer,
    Measurement,
    Meta,
    Opinion,
    Origin,
    ProcessingAnswer,
    Proposal,
    RiskAnswer,
    Score,
    SignOff,
)
from kader.framework.model import Framework
from kader.framework.risks import Axis, Level
from kader.framework.rules import Truth

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><!--",
    '=HYPERLINK("https://example.org","x")',
    "@SUM(1+1)",
    "+31 6 1234",
    "-1",
    "{{ 7*7 }}",
    "{% raw %}",
    "{name} {0} %s",
    "'; DROP TABLE revisions; --",
    "javascript:alert(1)",
    "\x00\x01\x1f\x7f",
    "a\r\nb\tc\u2028d\u2029e",
    "\u202etxet desrever\u202c",
    "e\u0301\u0302\u0303 \ufeff \u200b",
    "👩‍👩‍👧‍👦 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 漢字 العربية",
    "\ufffe\uffff",
    "~0~1/../..",
    "Zeeëend œuvre ĳssel",
)


@cache
def framework() -> Framework:
    """The framework that the random assessments are made with."""
    return Framework.bundled()


def texts(max_size: int = 60) -> st.SearchStrategy[str]:
    """Ordinary, random and hostile text."""
    return st.one_of(st.just(""), st.sampled_from(HOSTILE), st.text(max_size=max_size))


def ids() -> st.SearchStrategy[str]:
    """Ids as the document allows them."""
    return st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)


def moments() -> st.SearchStrategy[dt.datetime]:
    """Moments with a time zone."""
    return st.datetimes(
        min_value=dt.datetime.fromisoformat("1990-01-01"),
        max_value=dt.datetime.fromisoformat("2090-01-01"),
        timezones=st.timezones(),
    )


def days() -> st.SearchStrategy[dt.date]:
    """Days around now."""
    return st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2090, 1, 1))


def given_by() -> dict[str, st.SearchStrategy[Any]]:
    """What every answer carries."""
    return {"remark": texts(), "author": texts(20), "at": st.none() | moments()}


def numbers() -> st.SearchStrategy[float]:
    """Finite numbers."""
    return st.floats(allow_nan=False, allow_infinity=False)


def json_values() -> st.SearchStrategy[Any]:
    """Anything that JSON can hold."""
    return st.recursive(
        st.none() | st.booleans() | st.integers() | numbers() | texts(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(10), inner, max_size=3),
        max_leaves=6,
    )


def proposals() -> st.SearchStrategy[Proposal]:
    """Proposals for a fact."""
    return st.builds(
        Proposal, value=st.sampled_from([Truth.YES, Truth.NO]), quote=texts(), field=texts(20), rule=texts(20)
    )


def fact_answers() -> st.SearchStrategy[FactAnswer]:
    """Answers to pre-scan facts."""
    return st.builds(
        FactAnswer,
        value=st.sampled_from(Truth),
        reason=texts(),
        proposals=st.lists(proposals(), max_size=2).map(tuple),
        **given_by(),
    )


def check_answers() -> st.SearchStrategy[CheckAnswer]:
    """Answers to check questions."""
    return st.builds(
        CheckAnswer,
        value=st.sampled_from(["yes", "partly", "no", "na", None]),
        reason=texts(),
        evidence=st.lists(texts(), max_size=2).map(tuple),
        framework_version=st.sampled_from(["", "2.2", "2.5.1"]),
        **given_by(),
    )


def intervals() -> st.SearchStrategy[Interval]:
    """A level or a range of levels."""
    return st.tuples(st.sampled_from(Level), st.sampled_from(Level)).map(
        lambda ends: Interval.of(*sorted(ends, key=lambda level: level.rank))
    )


def scores() -> st.SearchStrategy[Score]:
    """Likelihood and impact."""
    return st.builds(Score, likelihood=intervals(), impact=intervals())


def risk_ids() -> st.SearchStrategy[str]:
    """Mostly risks of the catalogue, sometimes one of one's own."""
    return st.sampled_from(list(framework().risks)) | ids()


def risk_answers() -> st.SearchStrategy[RiskAnswer]:
    """Scored risks, complete and incomplete."""
    return st.builds(
        RiskAnswer,
        id=risk_ids(),
        name=texts(),
        description=texts(),
        inherent=st.none() | scores(),
        now=st.none() | scores(),
        planned=st.none() | scores(),
        irreversible=st.booleans(),
        origin=texts(),
        motivation=texts(),
        deviation=texts(),
        applicable=st.sampled_from([True, True, True, False]),
        opinions=_by("assessor", st.builds(Opinion, assessor=texts(10), score=scores(), remark=texts()), 3),
        **given_by(),
    )


def measure_answers() -> st.SearchStrategy[MeasureAnswer]:
    """Measures against risks."""
    return st.builds(
        MeasureAnswer,
        id=ids(),
        measure=st.sampled_from(["", "no-such", *framework().measures]),
        name=texts(),
        risks=st.lists(risk_ids(), max_size=3, unique=True).map(tuple),
        axes=st.lists(st.sampled_from(Axis), unique=True).map(tuple),
        removes_cause=st.booleans(),
        status=st.sampled_from(["planned", "in_progress", "done", "dropped"]),
        reason=texts(),
        owner=texts(20),
        due=st.none() | days(),
        evidence=st.lists(texts(), max_size=2).map(tuple),
        **given_by(),
    )


@st.composite
def measurements(draw: st.DrawFn) -> Measurement:
    """Measurements, with and without an interval."""
    value = draw(st.floats(min_value=0, max_value=100))
    return Measurement(
        id=draw(
            st.sampled_from(["uniqueness", "uniqueness.training", "k_anonymity", "mia_auc", "bsn_in_free_text"]) | ids()
        ),
        value=value,
        lower=draw(st.none() | st.floats(min_value=0, max_value=value)),
        upper=draw(st.none() | st.floats(min_value=value, max_value=200)),
        measured_on=draw(days()),
        sample_size=draw(st.integers(min_value=0, max_value=10**9)),
        data_hash=draw(texts(20)),
        tool=draw(texts(20)),
    )


def sign_offs() -> st.SearchStrategy[SignOff]:
    """Signatures, nearly always of something else."""
    return st.builds(SignOff, role=ids(), name=texts(20), at=moments(), fingerprint=texts(20))


def decisions() -> st.SearchStrategy[Decisions]:
    """What was advised and decided."""
    return st.builds(
        Decisions,
        dpo_advice=texts(),
        dpo_name=texts(20),
        dpo_date=st.none() | days(),
        data_subjects_views=texts(),
        data_subjects_not_asked=texts(),
        prior_consultation_reference=texts(20),
        dpia_reference=texts(20),
        dpia_date=st.none() | days(),
        review_date=st.none() | days(),
        status=st.sampled_from(["concept", "final"]),
        signatures=_by("role", sign_offs(), 2),
    )


def algorithms() -> st.SearchStrategy[Algorithm]:
    """Algorithms as a register knows them."""
    month = st.from_regex(r"[12][0-9]{3}(-(0[1-9]|1[0-2]))?", fullmatch=True)
    return st.builds(
        Algorithm,
        name=texts(),
        organisation=texts(),
        register_id=texts(20),
        status=st.sampled_from(["development", "in_use", "retired", None]),
        publication_category=st.sampled_from(["high_risk", "impactful", "other", None]),
        themes=st.lists(texts(20), max_size=2).map(tuple),
        begin=st.none() | month,
        end=st.none() | month,
        assessments=st.lists(st.sampled_from(["DPIA", "IAMA", "FRIA"]) | texts(20), max_size=3).map(tuple),
        not_done=st.lists(st.sampled_from(["DPIA", "IAMA"]) | texts(20), max_size=2).map(tuple),
        entry=st.dictionaries(texts(10), json_values(), max_size=3),
    )


def metas() -> st.SearchStrategy[Meta]:
    """What an assessment was made with; sometimes another framework or other rules."""
    rules = framework().rules
    return st.builds(
        Meta,
        id=ids(),
        language=st.sampled_from(["nl", "en"]),
        date=days(),
        framework_version=st.sampled_from(["2.2", "2.5.1"]),
        rules=st.just(f"{rules.id}/{rules.version}") | texts(20),
        rules_fingerprint=st.just(rules.fingerprint) | texts(20),
        profile=st.sampled_from(list(rules.profiles)),
        origin=st.none() | st.builds(Origin, file=texts(20), place=texts(20), layout=texts(20)),
    )


def _by(key: str, values: st.SearchStrategy[Any], most: int) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=most, unique_by=lambda value: getattr(value, key)).map(tuple)


def fact_values(most: int = 53) -> st.SearchStrategy[dict[str, FactAnswer]]:
    """Answers to some of the facts, and now and then to one that does not exist."""
    known = st.sampled_from(list(framework().rules.facts))
    return st.dictionaries(st.one_of(known, known, known, ids()), fact_answers(), max_size=most)


def assessments() -> st.SearchStrategy[Assessment]:
    """Random valid assessments with something in every part."""
    checks = [check.id for requirement in framework().requirements.values() for check in requirement.checks]
    questions = [question.id for paragraph in framework().processing for question in paragraph.questions]
    return st.builds(
        Assessment,
        meta=metas(),
        algorithm=algorithms(),
        facts=fact_values(12),
        processing=st.dictionaries(
            st.sampled_from(questions) | ids(), st.builds(ProcessingAnswer, text=texts(), **given_by()), max_size=3
        ),
        checks=st.dictionaries(st.sampled_from(checks) | ids(), check_answers(), max_size=8),
        risks=_by("id", risk_answers(), 4),
        measures=_by("id", measure_answers(), 4),
        decisions=decisions(),
        evidence=_by("id", measurements(), 3),
    )
