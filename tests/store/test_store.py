from __future__ import annotations

import datetime as dt
import itertools
import sqlite3
import subprocess
import sys

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kader.assessment import codec
from kader.assessment.model import Algorithm, Assessment, Meta, Proposal
from kader.errors import ConflictError, MissingExtraError, StoreError
from kader.framework.rules import Truth
from kader.store import Store, database, tables
from tests.strategies import assessments


def dossier(id: str = "parkeerscan", **algorithm: object) -> Assessment:
    particulars = {"name": "Parkeerscan", "organisation": "Gemeente Voorbeeldstad", "register_id": "R-1", **algorithm}
    return Assessment(
        meta=Meta(
            id=id, date=dt.date(2026, 11, 23), framework_version="2.5.1", rules="rules", rules_fingerprint="f" * 64
        ),
        algorithm=Algorithm.model_validate(particulars),
    )


def test_what_is_saved_comes_back(store):
    made = store.create(dossier(), "Ada")
    saved = store.save(
        made.assessment.with_fact("large_scale", value="yes"), based_on=1, author="Ada", reason="gesprek"
    )
    found = store.load("parkeerscan")
    assert found.assessment == saved.assessment
    assert found.assessment.facts["large_scale"].value is Truth.YES
    assert (found.revision, found.at) == (2, saved.at)


def test_history_says_who_when_why_and_from_what_to_what(store):
    before = store.create(dossier().with_fact("large_scale", value="no"), "Ada")
    store.save(before.assessment.with_fact("large_scale", value="yes"), based_on=1, author="Bo", reason="gesprek")
    first, second = store.history("parkeerscan")
    assert (first.author, first.number, first.based_on) == ("Ada", 1, 0)
    assert (second.author, second.reason, second.based_on) == ("Bo", "gesprek", 1)
    assert [change.as_json() for change in second.changes] == [
        {"path": "facts/large_scale/value", "from": "no", "to": "yes"}
    ]
    assert second.previous == first.hash
    assert dt.datetime.now(dt.UTC) - second.at < dt.timedelta(minutes=1)


def test_saving_nothing_new_makes_no_revision(store):
    made = store.create(dossier(), "Ada")
    assert store.save(made.assessment, based_on=1, author="Bo").revision == 1
    assert len(store.history("parkeerscan")) == 1


def test_other_fields_are_merged(store):
    base = store.create(dossier(), "Ada").assessment
    store.save(base.with_fact("large_scale", value="yes"), based_on=1, author="Ada")
    merged = store.save(base.with_fact("health_data", value="no"), based_on=1, author="Bo")
    assert merged.revision == 3
    assert {fact: answer.value for fact, answer in merged.assessment.facts.items()} == {
        "large_scale": "yes",
        "health_data": "no",
    }


def test_the_same_field_is_a_conflict_that_names_both(store):
    base = store.create(dossier(), "Ada").assessment
    store.save(base.with_fact("large_scale", value="yes", remark="veel"), based_on=1, author="Ada")
    with pytest.raises(ConflictError) as refused:
        store.save(base.with_fact("large_scale", value="no"), based_on=1, author="Bo")
    words = refused.value.to("en")
    assert "facts/large_scale/value" in words
    assert '"yes"' in words
    assert '"no"' in words
    assert store.load("parkeerscan").assessment.facts["large_scale"].value is Truth.YES
    assert len(store.history("parkeerscan")) == 2


def test_conflicts_of_several_fields_are_said_together(store):
    base = store.create(dossier(), "Ada").assessment
    theirs = base.with_fact("large_scale", value="yes").with_fact("health_data", value="yes")
    mine = base.with_fact("large_scale", value="no").with_fact("health_data", value="no")
    store.save(theirs, based_on=1, author="Ada")
    with pytest.raises(ConflictError) as refused:
        store.save(mine, based_on=1, author="Bo")
    assert len(refused.value.problems) == 2


def test_two_people_score_two_risks(store):
    base = store.create(dossier(), "Ada").assessment
    store.save(base.with_risk("PR10", motivation="a"), based_on=1, author="Ada")
    merged = store.save(base.with_risk("PR01", motivation="b"), based_on=1, author="Bo").assessment
    assert [(risk.id, risk.motivation) for risk in merged.risks] == [("PR01", "b"), ("PR10", "a")]


def test_a_merge_goes_back_several_revisions(store):
    base = store.create(dossier(), "Ada").assessment
    now = base
    for number, fact in enumerate(["large_scale", "health_data", "location_data"], start=1):
        now = store.save(now.with_fact(fact, value="yes"), based_on=number, author="Ada").assessment
    merged = store.save(base.with_fact("iot_data", value="no"), based_on=1, author="Bo").assessment
    assert set(merged.facts) == {"large_scale", "health_data", "location_data", "iot_data"}


@pytest.mark.parametrize("number", [0, 7])
def test_an_unknown_revision_is_refused(store, number):
    made = store.create(dossier(), "Ada")
    with pytest.raises(StoreError, match=f"revisie {number}"):
        store.save(made.assessment.with_fact("x", value="yes"), based_on=number, author="Ada")


def test_a_dossier_is_made_once(store):
    store.create(dossier(), "Ada")
    with pytest.raises(StoreError, match="al een dossier 'parkeerscan'"):
        store.create(dossier(name="Iets anders"), "Bo")
    assert store.load("parkeerscan").assessment.algorithm.name == "Parkeerscan"
    assert len(store.history("parkeerscan")) == 1


@pytest.mark.parametrize("id", ["nergens", "", "x\0y", "'; DROP TABLE dossier; --", "<script>"])
def test_no_such_dossier(store, id):
    with pytest.raises(StoreError, match="geen dossier"):
        store.load(id)
    assert list(store.list()) == []


def test_the_list_needs_no_documents(store):
    made = store.create(dossier(status="in_use", publication_category="impactful"), "Ada")
    store.create(dossier("tweede", name="Tweede", register_id="R-2"), "Bo")
    proposal = Proposal(value=Truth.YES, quote="veel", field="goal", rule="r")
    changed = made.assessment.with_fact("large_scale", value="yes").with_fact("iot_data", proposals=(proposal,))
    store.save(changed, based_on=1, author="Cy")
    with store._engine.begin() as connection:
        connection.execute(sa.update(tables.dossier).values(document="geen JSON"))
    first, second = store.list()
    assert (first.id, first.author, first.revision, first.answers) == ("parkeerscan", "Cy", 2, 1)
    assert (first.status, first.publication_category, first.register_id) == ("in_use", "impactful", "R-1")
    assert (second.id, second.organisation) == ("tweede", "Gemeente Voorbeeldstad")
    assert first.created < first.at


def test_all_gives_every_dossier(store):
    for number in range(205):
        store.create(dossier(f"d-{number:03}", register_id=""), "Ada")
    assert [stored.assessment.meta.id for stored in store.all()] == [f"d-{number:03}" for number in range(205)]


def test_an_update_from_the_register_keeps_answers(store):
    suggested = Proposal(value=Truth.YES, quote="oud", field="goal", rule="r")
    made = store.create(dossier().with_fact("large_scale", proposals=(suggested,)), "Ada")
    store.save(made.assessment.with_fact("large_scale", value="no", reason="klein"), based_on=1, author="Ada")
    renewed = Proposal(value=Truth.YES, quote="nieuw", field="goal", rule="r")
    again = dossier("een-andere-id", name="Parkeerscan 2").with_fact("health_data", proposals=(renewed,))
    saved = store.update_from_register(again, "register")
    assert saved.assessment.meta.id == "parkeerscan"
    assert saved.assessment.algorithm.name == "Parkeerscan 2"
    facts = saved.assessment.facts
    assert (facts["large_scale"].value, facts["large_scale"].reason) == (Truth.NO, "klein")
    assert facts["large_scale"].proposals == ()
    assert facts["health_data"].proposals[0].quote == "nieuw"
    assert facts["health_data"].value is Truth.UNKNOWN
    assert store.load("parkeerscan").assessment == saved.assessment
    assert store.update_from_register(again, "register").revision == saved.revision


def test_an_update_of_an_unknown_algorithm_makes_a_dossier(store):
    assert store.update_from_register(dossier(), "register").revision == 1
    other = dossier("zonder-nummer", register_id="")
    assert store.update_from_register(other, "register").assessment.meta.id == "zonder-nummer"
    assert len(store.list()) == 2


HOSTILE = '<script>alert(1)</script>\'; DROP TABLE dossier; -- =HYPERLINK("x") \u202e \U0001f600 \0'


def test_hostile_text_stays_text(store):
    made = store.create(dossier(name=HOSTILE, register_id=HOSTILE), HOSTILE)
    store.save(made.assessment.with_fact("x", value="yes", remark=HOSTILE), based_on=1, author=HOSTILE, reason=HOSTILE)
    found = store.load("parkeerscan").assessment
    assert (found.algorithm.name, found.facts["x"].remark) == (HOSTILE, HOSTILE)
    assert store.verify("parkeerscan") == ()
    assert store.list()[0].name == HOSTILE.replace("\0", "")
    assert store.update_from_register(dossier(name="x", register_id=HOSTILE), "r").assessment.meta.id == "parkeerscan"


def _tampered(store, statement):
    with store._engine.begin() as connection:
        connection.execute(statement)
    return store.verify("parkeerscan")


def test_a_rewritten_past_is_found(store):
    assessment = store.create(dossier(), "Ada").assessment
    for number, fact in enumerate(["a", "b", "c"], start=1):
        assessment = store.save(assessment.with_fact(fact, value="yes"), based_on=number, author="Ada").assessment
    assert store.verify("parkeerscan") == ()
    table = tables.revision
    assert "2" in _tampered(store, sa.update(table).where(table.c.number == 2).values(author="Bo"))[0].where
    _tampered(store, sa.update(table).where(table.c.number == 2).values(author="Ada"))
    assert store.verify("parkeerscan") == ()
    kept = store.load("parkeerscan").assessment.with_fact("a", value="no")
    assert _tampered(store, sa.update(tables.dossier).values(document=codec.dumps(kept)))
    _tampered(store, sa.update(tables.dossier).values(document=codec.dumps(assessment)))
    assert store.verify("parkeerscan") == ()
    assert _tampered(store, sa.delete(table).where(table.c.number == 3))


def test_history_replays_to_the_document(store):
    from kader.store import changes

    assessment = store.create(dossier().with_fact("a", value="yes"), "Ada").assessment
    edits = [
        lambda a: a.with_fact("a", value="no"),
        lambda a: a.with_risk("PR10", motivation="x"),
        lambda a: a.with_value("risks/PR10", None),
        lambda a: a.with_decisions(dpo_advice="goed", review_date=dt.date(2027, 1, 1)),
    ]
    for number, edit in enumerate(edits, start=1):
        assessment = store.save(edit(assessment), based_on=number, author="Ada").assessment
    document: object = changes.ABSENT
    for kept in store.history("parkeerscan"):
        document = changes.apply(document, kept.changes)
    assert document == codec.data(assessment)


# --- opening ----------------------------------------------------------------------------------------------------


def test_the_migrations_make_the_tables(store):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_the_known_versions_are_the_migrations():
    from pathlib import Path

    from alembic.script import ScriptDirectory

    folder = Path(database.__file__).parent / "migrations"
    found = [script.revision for script in ScriptDirectory(str(folder)).walk_revisions()]
    assert tuple(reversed(found)) == tables.VERSIONS


def test_opening_again_loads_no_alembic(tmp_path):
    file = tmp_path / "kader.db"
    Store.open(file).close()
    code = (
        f"import sys; from kader.store import Store; Store.open({str(file)!r}).close(); print('alembic' in sys.modules)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


def test_a_newer_database_is_left_alone(url):
    Store.open(url).close()
    engine = sa.create_engine(database.url_of(url))
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="nieuwere versie"):
        Store.open(url)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    engine.dispose()


def test_a_store_is_made_where_nothing_was(tmp_path):
    with Store.open(tmp_path / "een" / "map" / "kader.db") as store:
        assert store.list() == ()
        assert store.place.endswith("kader.db")


def test_the_address_comes_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("KADER_DATABASE_URL", f"sqlite:///{tmp_path / 'omgeving.db'}")
    Store.open().close()
    assert (tmp_path / "omgeving.db").exists()


def test_the_default_is_in_the_users_own_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("KADER_DATABASE_URL", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with Store.open() as store:
        assert store.place.endswith("kader.db")


@pytest.mark.parametrize("place", ["mysql://x/y", "nonsense://", "://"])
def test_another_kind_of_database_is_refused(place):
    with pytest.raises(StoreError, match="geen soort database"):
        Store.open(place)


def test_postgres_without_its_driver_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"kader-werkboek\[postgres\]"):
        Store.open("postgresql://nergens/kader")


def test_a_server_that_is_not_there_is_said_without_the_password():
    with pytest.raises(StoreError) as refused:
        Store.open("postgresql://ada:geheim@127.0.0.1:1/kader")
    assert "niet te bereiken" in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_a_file_that_is_no_database(tmp_path):
    file = tmp_path / "brief.db"
    file.write_text("Geachte mevrouw, " * 100)
    with pytest.raises(StoreError, match="geen database van kader"):
        Store.open(file)
    assert file.read_text().startswith("Geachte")


def test_a_folder_is_no_database(tmp_path):
    with pytest.raises(StoreError, match="niet worden geopend"):
        Store.open(tmp_path)


def test_a_read_only_file_reads_and_says_why_it_does_not_save(tmp_path):
    file = tmp_path / "kader.db"
    with Store.open(file) as store:
        made = store.create(dossier(), "Ada")
    with Store.open(f"sqlite:///file:{file}?mode=ro&uri=true") as store:
        assert store.load("parkeerscan").assessment == made.assessment
        with pytest.raises(StoreError, match="alleen te lezen"):
            store.save(made.assessment.with_fact("x", value="yes"), based_on=1, author="Ada")


def test_a_full_disk_is_said_and_loses_nothing(tmp_path):
    with Store.open(tmp_path / "kader.db") as store:
        made = store.create(dossier(), "Ada")

        @sa.event.listens_for(store._engine, "begin", insert=True)
        def _full(connection):
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

        with pytest.raises(StoreError, match="schijf is vol"):
            store.save(made.assessment.with_fact("x", value="yes", remark="lang " * 9000), based_on=1, author="Ada")
        assert store.load("parkeerscan").revision == 1
        assert store.verify("parkeerscan") == ()


def test_an_acknowledged_save_survives_a_kill(tmp_path):
    file = tmp_path / "kader.db"
    with Store.open(file) as store:
        store.create(dossier(), "Ada")
    code = f"""
import os, signal
from kader.store import Store
store = Store.open({str(file)!r})
store.save(store.load("parkeerscan").assessment.with_fact("x", value="yes"), based_on=1, author="Ada")
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    with Store.open(file) as store:
        assert store.load("parkeerscan").assessment.facts["x"].value is Truth.YES


# --- many at once -----------------------------------------------------------------------------------------------

WRITER = """
import sys
from kader.store import Store
url, me, saves = sys.argv[1], sys.argv[2], int(sys.argv[3])
with Store.open(url) as store:
    for number in range(saves):
        stored = store.load("parkeerscan")
        saved = store.save(
            stored.assessment.with_fact(f"f-{me}-{number}", value="yes"), based_on=stored.revision, author=me
        )
        print(saved.revision, f"f-{me}-{number}", flush=True)
"""


def test_many_writers_lose_nothing(url):
    with Store.open(url) as store:
        store.create(dossier(), "Ada")
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, url, str(me), "12"], stdout=subprocess.PIPE, text=True)
        for me in range(4)
    ]
    acknowledged = [line.split() for writer in writers for line in writer.communicate(timeout=120)[0].splitlines()]
    assert [writer.returncode for writer in writers] == [0] * 4
    assert len(acknowledged) == 48
    with Store.open(url) as store:
        found, past = store.load("parkeerscan"), store.history("parkeerscan")
        assert store.verify("parkeerscan") == ()
    by_number = {kept.number: {change.path for change in kept.changes} for kept in past}
    assert sorted(int(number) for number, _ in acknowledged) == list(range(2, 50))
    for number, fact in acknowledged:
        assert f"facts/{fact}/value" in by_number[int(number)]
        assert found.assessment.facts[fact].value is Truth.YES


def test_several_processes_open_a_new_store_at_once(url):
    code = "import sys; from kader.store import Store; Store.open(sys.argv[1]).close()"
    openers = [subprocess.Popen([sys.executable, "-c", code, url], stderr=subprocess.PIPE, text=True) for _ in range(4)]
    errors = [opener.communicate(timeout=60)[1] for opener in openers]
    assert [opener.returncode for opener in openers] == [0] * 4, errors


# --- random assessments -----------------------------------------------------------------------------------------

FACTS = st.sampled_from(["large_scale", "health_data", "iot_data", "location_data", "criminal_data"])
EDITS = st.one_of(
    st.tuples(FACTS.map("facts/{}/value".format), st.sampled_from(["yes", "no"])),
    st.tuples(FACTS.map("facts/{}/remark".format), st.text(min_size=1, max_size=20)),
    st.tuples(st.sampled_from(["1.1", "14.1", "x/y"]).map(lambda q: f"processing/{q.replace('/', '~1')}/text"), st.text(min_size=1)),
    st.tuples(st.sampled_from(["PR01", "PR10", "eigen"]).map("risks/{}/motivation".format), st.text(min_size=1)),
    st.tuples(
        st.sampled_from(["PR01", "PR10"]).map("risks/{}/inherent".format),
        st.fixed_dictionaries({
            axis: st.sampled_from([{"low": "laag", "high": "midden"}, {"low": "hoog", "high": "hoog"}])
            for axis in ("likelihood", "impact")
        }),
    ),
    st.tuples(st.just("decisions/dpo_advice"), st.text(min_size=1)),
    st.tuples(st.just("algorithm/name"), st.text(min_size=1)),
)  # fmt: skip


def edited(assessment: Assessment, edits) -> Assessment:
    for path, value in edits:
        assessment = assessment.with_value(path, value)
    return assessment


counter = itertools.count()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("shelf") / "kader.db") as opened:
        yield opened


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=25)
@given(assessments(), assessments())
def test_random_assessments_come_back(shelf, one, other):
    name = f"d-{next(counter)}"
    one, other = (
        found.model_copy(update={"meta": found.meta.model_copy(update={"id": name})}) for found in (one, other)
    )
    shelf.create(one, "Ada")
    assert shelf.load(name).assessment == one
    assert shelf.save(other, based_on=1, author="Bo").assessment == other
    assert shelf.load(name).assessment == other
    assert shelf.save(one, based_on=shelf.load(name).revision, author="Ada").assessment == one
    assert shelf.verify(name) == ()


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(EDITS, max_size=4), max_size=5))
def test_random_edits_come_back(shelf, sequence):
    name = f"d-{next(counter)}"
    assessment = shelf.create(dossier(name), "Ada").assessment
    revision = 1
    for edits in sequence:
        assessment = edited(assessment, edits)
        saved = shelf.save(assessment, based_on=revision, author="Ada")
        assert saved.assessment == assessment
        revision = saved.revision
    assert shelf.load(name).assessment == assessment
    assert shelf.verify(name) == ()


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(EDITS, max_size=3), st.dictionaries(st.integers(0, 2), st.lists(EDITS, max_size=3), max_size=3), st.data()
)
def test_disjoint_edits_merge_in_any_order(shelf, before, editors, data):
    seen: set[str] = set()
    disjoint = []
    for edits in editors.values():
        mine = [(path, value) for path, value in edits if path not in seen]
        seen |= {path for path, _ in mine}
        disjoint.append(mine)
    results = []
    for order in (disjoint, data.draw(st.permutations(disjoint))):
        name = f"d-{next(counter)}"
        base = shelf.create(edited(dossier(name), before), "Ada").assessment
        for edits in order:
            shelf.save(edited(base, edits), based_on=1, author="Bo")
        results.append(shelf.load(name).assessment.model_copy(update={"meta": dossier().meta}))
        assert shelf.verify(name) == ()
    assert results[0] == results[1]
    assert results[0] == edited(edited(dossier(), before), itertools.chain(*disjoint))


@given(st.lists(EDITS, min_size=1, max_size=4), st.lists(EDITS, min_size=1, max_size=4))
def test_what_clashes_is_never_lost_in_silence(shelf, theirs, mine):
    name = f"d-{next(counter)}"
    base = shelf.create(dossier(name), "Ada").assessment
    shelf.save(edited(base, theirs), based_on=1, author="Ada")
    try:
        saved = shelf.save(edited(base, mine), based_on=1, author="Bo")
    except ConflictError:
        assert shelf.load(name).assessment == edited(base, theirs)
    else:
        for path, value in {**dict(theirs), **dict(mine)}.items():
            kept = saved.assessment.value_at(path)
            assert (kept.model_dump(mode="json") if hasattr(kept, "model_dump") else kept) == value


def test_sqlite_waits_for_a_writer(tmp_path):
    file = tmp_path / "kader.db"
    with Store.open(file) as store:
        store.create(dossier(), "Ada")
        journal = sqlite3.connect(file)
        assert journal.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        journal.close()
