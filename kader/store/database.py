"""A database opened: which one, with the right settings, its tables up to date, its errors in the user's words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import platformdirs
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from kader.errors import MissingExtraError, Problem, StoreError
from kader.store.tables import VERSIONS
from kader.text import EMPTY, Text

BUSY_SECONDS: Final = 30
_WRITES: Final = "kader_writes"
_MIGRATION_LOCK: Final = 20261123


def default_path() -> Path:
    """Where dossiers are kept when nothing else was asked: `kader.db` in the user's own data folder."""
    return platformdirs.user_data_path("kader", appauthor=False) / "kader.db"


def url_of(place: str | Path | None) -> URL:
    """The database's address: a URL, a file, or nothing: `KADER_DATABASE_URL`, else the default file.

    >>> url_of("postgresql://db/kader").drivername
    'postgresql+psycopg'
    >>> url_of("dossiers.db").database
    'dossiers.db'

    Raises:
        StoreError: it is an address of something else.
    """
    place = place or os.environ.get("KADER_DATABASE_URL") or default_path()
    if isinstance(place, Path) or "://" not in place:
        return URL.create("sqlite", database=str(place))
    try:
        url = make_url(place)
    except ArgumentError as error:
        raise StoreError(_unknown_kind(place.partition(":")[0])) from error
    if url.drivername in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise StoreError(_unknown_kind(url.get_backend_name()))
    return url


def connected(url: URL) -> Engine:
    """An engine whose tables are up to date.

    Raises:
        StoreError: the database cannot be opened, or is of a newer kader.
        MissingExtraError: PostgreSQL without its driver.
    """
    engine = _engine(url)
    try:
        with in_words(url):
            _up_to_date(engine, url)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database."""
    # SQLite reads one state by itself.
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with in_words(engine.url), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other writer comes between; all of it is kept, or nothing."""
    with in_words(engine.url), engine.connect() as connection:
        writer = connection.execution_options(**{_WRITES: True})
        with writer.begin():
            yield writer


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite" and url.database and not url.query:
        try:
            Path(url.database).absolute().parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                Problem(_CANNOT_OPEN, shown(url), Text(f"({error.strerror})", f"({error.strerror})"))
            ) from error
    try:
        engine = sa.create_engine(url, pool_pre_ping=url.get_backend_name() == "postgresql")
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        purpose = Text("Een PostgreSQL-database", "A PostgreSQL database")
        raise MissingExtraError.named("postgres", purpose) from error
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _settle_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _settle_sqlite(connection: Any, _: object) -> None:
    """Readers beside one writer (WAL), waiting in place of failing, references checked."""
    connection.isolation_level = None  # begin and commit are ours, or the driver puts its own in between
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA foreign_keys = ON")
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] == "delete" and _writable(cursor):
        cursor.execute("PRAGMA journal_mode = WAL")
    # In WAL mode NORMAL may lose the last commits in a power cut, and an acknowledged answer must stay.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _writable(cursor: Any) -> bool:
    name = next((row[2] for row in cursor.execute("PRAGMA database_list") if row[1] == "main"), "")
    read_only = bool(cursor.execute("PRAGMA query_only").fetchone()[0])
    return bool(name) and not read_only and os.access(name, os.W_OK)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _up_to_date(engine: Engine, url: URL) -> None:
    with engine.connect() as connection:
        version = _version(connection)
    if version == VERSIONS[-1]:
        return
    if version and version not in VERSIONS:
        raise StoreError(Problem(*_NEWER[:1], shown(url), _NEWER[1]))
    with engine.connect() as connection:
        writer = connection.execution_options(**{_WRITES: True})
        with writer.begin():
            if engine.dialect.name == "postgresql":
                writer.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            if _version(writer) != VERSIONS[-1]:
                _migrate(writer)


def _version(connection: Connection) -> str:
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found else ""


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def shown(url: URL) -> str:
    """The database's name as a person knows it, without a password."""
    return url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)


@contextmanager
def in_words(url: URL) -> Iterator[None]:
    """Say what the database refuses in the user's words."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(_problem(error, shown(url))) from error


def _problem(error: DBAPIError, where: str) -> Problem:
    code = str(getattr(error.orig, "sqlite_errorname", "") or getattr(error.orig, "sqlstate", "") or "")
    for start, (what, remedy) in _REFUSALS.items():
        if code.startswith(start):
            return Problem(what, where, remedy)
    if error.connection_invalidated or not code:
        return Problem(*_UNREACHABLE[:1], where, _UNREACHABLE[1])
    return Problem(Text(f"De database weigert: {error.orig}", f"The database refuses: {error.orig}"), where, _NOT_SAVED)


def _unknown_kind(kind: str) -> Problem:
    return Problem(
        Text(f"'{kind}' is geen soort database die kader kent.", f"'{kind}' is no kind of database that kader knows."),
        "",
        Text("Geef een bestand, sqlite:///… of postgresql://…", "Give a file, sqlite:///… or postgresql://…"),
    )


_NOT_SAVED: Final = Text("Er is niets opgeslagen.", "Nothing was saved.")
_CANNOT_OPEN: Final = Text(
    "Het bestand met dossiers kan niet worden geopend.", "The file with dossiers cannot be opened."
)
_NEWER: Final = (
    Text("Deze database is van een nieuwere versie van kader.", "This database is of a newer version of kader."),
    Text("Werk kader bij; er is niets veranderd.", "Upgrade kader; nothing was changed."),
)
_UNREACHABLE: Final = (
    Text("De database is niet te bereiken.", "The database cannot be reached."),
    Text(
        "Kijk of de database draait en of het adres klopt.", "See whether the database runs and the address is right."
    ),
)
_FULL: Final = (
    Text("De schijf is vol.", "The disk is full."),
    Text("Er is niets opgeslagen. Maak ruimte en sla opnieuw op.", "Nothing was saved. Make room and save again."),
)
# By SQLite's name of the error, and PostgreSQL's SQLSTATE.
_REFUSALS: Final[dict[str, tuple[Text, Text]]] = {
    "SQLITE_READONLY": (
        Text("Het bestand met dossiers is alleen te lezen.", "The file with dossiers is read-only."),
        Text(
            "Er is niets opgeslagen. Vraag schrijfrechten, of kies een ander bestand.",
            "Nothing was saved. Ask for write access, or choose another file.",
        ),
    ),
    "SQLITE_FULL": _FULL,
    "SQLITE_IOERR": (
        Text(
            "Het bestand met dossiers kan niet worden beschreven of gelezen.",
            "The file with dossiers cannot be written or read.",
        ),
        Text("Er is niets opgeslagen. Kijk naar de schijf.", "Nothing was saved. Look at the disk."),
    ),
    "SQLITE_CANTOPEN": (
        _CANNOT_OPEN,
        Text("Kijk of de map bestaat en te schrijven is.", "See whether the folder exists and can be written."),
    ),
    "SQLITE_BUSY": (
        Text("De database is bezet.", "The database is busy."),
        Text("Er is niets opgeslagen. Probeer het opnieuw.", "Nothing was saved. Try again."),
    ),
    "SQLITE_NOTADB": (
        Text("Dit bestand is geen database van kader.", "This file is no database of kader."),
        Text("Kies een ander bestand.", "Choose another file."),
    ),
    "SQLITE_CORRUPT": (
        Text("Dit bestand is beschadigd.", "This file is damaged."),
        Text("Zet de laatste reservekopie terug.", "Restore the latest backup."),
    ),
    "53100": _FULL,
    "25006": (Text("Deze database is alleen te lezen.", "This database is read-only."), _NOT_SAVED),
    "42501": (Text("U mag deze database niet beschrijven.", "You may not write to this database."), _NOT_SAVED),
    "08": _UNREACHABLE,
    "28": (
        Text("De database laat deze gebruiker niet toe.", "The database does not admit this user."),
        Text("Kijk naar naam en wachtwoord in het adres.", "Look at name and password in the address."),
    ),
    "3D000": (Text("Deze database bestaat niet.", "This database does not exist."), EMPTY),
}
