"""The document as JSON: nothing is lost, and what is wrong is said in words with its place."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from kader import shipped
from kader.assessment import Assessment, codec
from kader.errors import AssessmentError
from kader.framework.model import Framework
from tests.strategies import assessments


@pytest.fixture(scope="module")
def framework() -> Framework:
    return Framework.bundled()


@pytest.fixture
def parkeerscan(framework: Framework) -> Assessment:
    return Assessment.new(
        framework,
        name="Parkeerscan",
        organisation="Gemeente Voorbeeldstad",
        id="parkeerscan",
        date=dt.date(2026, 11, 23),
    )


@pytest.fixture
def document(parkeerscan: Assessment) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(codec.dumps(parkeerscan))
    return plain


@given(assessments())
def test_every_assessment_survives_the_round_trip(assessment):
    again = codec.loads(codec.dumps(assessment))
    assert again == assessment
    assert codec.canonical(again) == codec.canonical(assessment)
    assert codec.loads(codec.canonical(assessment)) == assessment
    assert again.content_fingerprint() == assessment.content_fingerprint()


@given(assessments())
def test_every_assessment_fits_the_published_schema(assessment):
    jsonschema.Draft202012Validator(_PUBLISHED).validate(json.loads(codec.dumps(assessment)))


@given(assessments())
def test_an_assessment_goes_to_a_worker_process_and_back(assessment):
    assert pickle.loads(pickle.dumps(assessment)) == assessment


_PUBLISHED = json.loads(shipped.data("schema/assessment-1.json").read_text(encoding="utf-8"))


def test_the_published_schema_is_that_of_the_model():
    assert codec.schema() == _PUBLISHED
    jsonschema.Draft202012Validator.check_schema(_PUBLISHED)


def test_the_schema_says_what_the_fields_mean():
    facts = _PUBLISHED["$defs"]["FactAnswer"]["properties"]
    assert "unknown" in facts["value"]["description"]
    assert all(model.get("description") for model in _PUBLISHED["$defs"].values())


def test_the_order_of_answering_leaves_no_trace(parkeerscan):
    one = parkeerscan.with_fact("large_scale", value="yes").with_risk("PR10").with_fact("ai_system", value="no")
    other = parkeerscan.with_fact("ai_system", value="no").with_fact("large_scale", value="yes").with_risk("PR10")
    assert codec.dumps(one) == codec.dumps(other)
    assert codec.canonical(one) == codec.canonical(other)


def test_what_is_at_its_default_is_left_out_but_the_particulars_are_complete(document):
    assert set(document) == {"meta", "algorithm"}
    assert document["meta"]["schema_version"] == 1
    assert document["meta"]["language"] == "nl"


def problems(text: str | bytes) -> list[tuple[str, str]]:
    with pytest.raises(AssessmentError) as caught:
        codec.loads(text)
    for problem in caught.value.problems:
        assert problem.what.nl
        assert problem.what.en
    return [(problem.where, problem.to("en")) for problem in caught.value.problems]


def test_everything_that_is_wrong_is_said_at_once_with_its_path(document):
    document["facts"] = {"large_scale": {"value": "maybe", "colour": 1}}
    document["risks"] = [{"id": "PR10", "inherent": {"likelihood": {"low": "hoog", "high": "laag"}}}]
    document["decisions"] = {"review_date": "31-12-2027"}
    document["measures"] = [{"id": "m 1"}]
    places = {where for where, _ in problems(json.dumps(document))}
    assert places == {
        "facts/large_scale/value",
        "facts/large_scale/colour",
        "risks/PR10/inherent/likelihood",
        "risks/PR10/inherent/impact",
        "decisions/review_date",
        "measures/m 1/id",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("{", "line 1"),
        ("[]", "not an assessment"),
        ("null", "not an assessment"),
        ('{"facts": {}}', "not an assessment"),
        ('{"meta": {"schema_version": "1"}}', "not an assessment"),
        ('{"meta": {"schema_version": true}}', "not an assessment"),
        ('{"meta": {"schema_version": 2}}', "Upgrade kader"),
        ('{"meta": {"schema_version": -1}}', "never been"),
        ('{"meta": {"schema_version": 1}, "meta": {}}', "twice"),
        ('{"a": NaN}', "not a number"),
        ('{"a": -Infinity}', "not a number"),
        ("1" * 5000, "too large a number"),
        ("[" * 200_000, "too deep"),
        ('{"a":' * 200_000, "too deep"),
        ('{"a":[' * 200_000 + "]}" * 200_000, "too deep"),
        (b"\xff\xfe{}", "UTF-8"),
        (b'{"meta": "\xc3("}', "UTF-8"),
        (" " * (codec.MAX_BYTES + 1), "too large"),
    ],
)
def test_what_is_no_assessment_is_refused_in_words(text, said):
    found = problems(text)
    assert any(said in words for _, words in found), found


def test_a_number_that_json_cannot_hold_is_refused(document):
    document["algorithm"]["entry"] = {"big": 1}
    assert "too large" in problems(json.dumps(document).replace('"big": 1', '"big": 1e999'))[0][1]


def test_half_a_character_is_refused_where_it_stands(document):
    document["algorithm"]["name"] = "a\ud800"
    document["algorithm"]["entry"] = {}
    assert problems(json.dumps(document))


def test_a_doubled_answer_is_not_silently_dropped(parkeerscan):
    text = codec.dumps(parkeerscan.with_fact("large_scale", value="yes"))
    doubled = text.replace('"large_scale": {', '"large_scale": {"value": "no"}, "large_scale": {')
    assert ("large_scale", "large_scale: This name occurs twice in one group. Keep one of them.") in problems(doubled)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("facts", []),
        ("facts", {"x": "yes"}),
        ("facts", {"x": {"value": True}}),
        ("facts", {"x y": {"value": "yes"}}),
        ("checks", {"avg-01-c1": {"value": "perhaps"}}),
        ("risks", {"PR10": {}}),
        ("risks", [{"id": "PR10"}, {"id": "PR10"}]),
        ("risks", [{"id": "PR10", "applicable": "yes"}]),
        ("measures", [{"id": "m1", "axes": ["kans", "size"]}]),
        ("measures", [{"id": "m1", "due": "soon"}]),
        ("evidence", [{"id": "u", "value": "0.1", "measured_on": "2026-01-01", "sample_size": 1}]),
        ("evidence", [{"id": "u", "value": 0.1, "measured_on": "2026-01-01", "sample_size": -1}]),
        ("evidence", [{"id": "u", "value": 0.9, "upper": 0.1, "measured_on": "2026-01-01", "sample_size": 1}]),
        ("decisions", {"signatures": [{"role": "fg", "name": "x", "at": "2026-01-01T00:00:00", "fingerprint": ""}]}),
        ("algorithm", {"begin": "٢٠٢٠"}),
        ("algorithm", {"name": "x" * 2001}),
        ("meta", {}),
        ("verdicts", {}),
    ],
)
def test_wrong_types_and_values_are_refused(document, part, value):
    document[part] = value if part != "meta" else {"schema_version": 1}
    found = problems(json.dumps(document))
    assert all(where.startswith(part) for where, _ in found), found
    if (part, value) not in _ONLY_THE_MODEL_KNOWS:
        assert not _VALIDATOR.is_valid(document)


_VALIDATOR = jsonschema.Draft202012Validator(_PUBLISHED, format_checker=jsonschema.FormatChecker())
_ONLY_THE_MODEL_KNOWS = [
    ("risks", [{"id": "PR10"}, {"id": "PR10"}]),
    ("evidence", [{"id": "u", "value": 0.9, "upper": 0.1, "measured_on": "2026-01-01", "sample_size": 1}]),
    ("decisions", {"signatures": [{"role": "fg", "name": "x", "at": "2026-01-01T00:00:00", "fingerprint": ""}]}),
]


def test_a_byte_order_mark_is_no_problem(parkeerscan):
    assert codec.loads(b"\xef\xbb\xbf" + codec.dumps(parkeerscan).encode()) == parkeerscan


def test_a_file_that_is_wrong_is_named(tmp_path):
    path = tmp_path / "dossier.json"
    path.write_text('{"meta": {"schema_version": 9}}', encoding="utf-8")
    with pytest.raises(AssessmentError, match=r"dossier\.json: meta/schema_version"):
        codec.load(path)
    with pytest.raises(AssessmentError, match=r"missing\.json"):
        codec.load(tmp_path / "missing.json")


def test_the_short_form_of_layout_0_is_read(parkeerscan, document):
    document["meta"]["schema_version"] = 0
    document["facts"] = {"large_scale": "yes", "ai_system": {"value": "no", "remark": "geen AI"}}
    document["checks"] = {"avg-01-c1": "partly"}
    document["processing"] = {"1.1": "Parkeercontrole"}
    expected = (
        parkeerscan.with_fact("large_scale", value="yes")
        .with_fact("ai_system", value="no", remark="geen AI")
        .with_check("avg-01-c1", value="partly")
        .with_processing("1.1", "Parkeercontrole")
    )
    assert codec.loads(json.dumps(document)) == expected


def test_upgrades_run_one_after_the_other(monkeypatch, parkeerscan, document):
    """An older layout than any that exists: the chain carries it through every step to the present one."""

    def from_flat(old: dict[str, Any]) -> dict[str, Any]:
        return {
            "meta": old["meta"],
            "facts": old["answers"],
            "algorithm": {"name": old["name"], "organisation": old["by"]},
        }

    monkeypatch.setitem(codec.UPGRADES, -1, from_flat)
    old = {
        "meta": document["meta"] | {"schema_version": -1},
        "name": "Parkeerscan",
        "by": "Gemeente Voorbeeldstad",
        "answers": {"large_scale": "yes"},
    }
    assert codec.loads(json.dumps(old)) == parkeerscan.with_fact("large_scale", value="yes")


def test_an_older_layout_that_is_wrong_is_refused_too(document):
    document["meta"]["schema_version"] = 0
    document["facts"] = {"large_scale": "ja"}
    assert [where for where, _ in problems(json.dumps(document))] == ["facts/large_scale/value"]
