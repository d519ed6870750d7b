"""The store: save, load, list and history; no acknowledged change is ever lost.

Revisions are only ever added. Each names who, when, why and which fields, and carries the hash of the one before it,
so that a rewritten past is found. Saving names the revision that a person had before them: what others changed since
is merged, and the same field changed by both is an error that shows both values.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from kader.assessment import codec
from kader.assessment.model import Assessment
from kader.errors import Problem, StoreError
from kader.store import changes, database, merge
from kader.store.changes import ABSENT, Change
from kader.store.tables import dossier, revision
from kader.store.values import Entry, Revision, Saved, Stored
from kader.text import Text

_FIRST: Final = "0" * 64


class Store:
    """All dossiers of one database. Use it as a context manager, or close it."""

    def __init__(
        self, engine: sa.Engine, *, clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    ) -> None:
        """Over an engine whose tables are up to date; `Store.open` makes one."""
        self._engine = engine
        self._clock = clock

    @classmethod
    def open(cls, url: str | Path | None = None) -> Store:
        """The store in a file or at a database URL; made when it is not there yet.

        Args:
            url: a file, `sqlite:///…` or `postgresql://…`; without it `KADER_DATABASE_URL`, else `kader.db` in the
                user's own data folder.

        Raises:
            StoreError: it cannot be opened, or a newer kader made it.
            MissingExtraError: PostgreSQL without its driver.
        """
        return cls(database.connected(database.url_of(url)))

    @property
    def place(self) -> str:
        """Where it is, as a person knows it; no password in it."""
        return database.shown(self._engine.url)

    @property
    def url(self) -> str:
        """The whole address, from which another process opens the same store."""
        return self._engine.url.render_as_string(hide_password=False)

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """The store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def create(self, assessment: Assessment, author: str, *, reason: str = "") -> Saved:
        """Keep a new dossier.

        Raises:
            StoreError: there is a dossier with this id already, or the database refuses.
        """
        at = self._clock()
        whole = Change(path="", before=ABSENT, after=codec.data(assessment))
        columns = _columns(assessment, author, at, 1)
        with database.writing(self._engine) as connection:
            try:
                connection.execute(sa.insert(dossier).values(created=_moment(at), **columns))
            except IntegrityError as error:
                raise StoreError(_there_already(assessment.meta.id)) from error
            _append(
                connection, assessment, [whole],
                number=1, based_on=0, author=author, reason=reason, at=at, previous=_FIRST,
            )  # fmt: skip
        return Saved(revision=1, at=at, assessment=assessment)

    def save(self, assessment: Assessment, *, based_on: int, author: str, reason: str = "") -> Saved:
        """Keep what changed since revision `based_on`, together with what others changed meanwhile.

        Returns:
            The merged assessment with its revision; when nothing changed, the one that is kept already.

        Raises:
            ConflictError: someone else changed the same field to another value; it names both.
            StoreError: there is no such dossier or revision, or the database refuses.
        """
        with database.writing(self._engine) as connection:
            head = _head(connection, assessment.meta.id)
            base = _document_at(connection, head, based_on)
            return self._keep(
                connection, head, base, codec.data(assessment), based_on=based_on, author=author, reason=reason
            )

    def load(self, id: str) -> Stored:
        """A dossier as it is now.

        Raises:
            StoreError: there is no such dossier, or the database refuses.
        """
        with database.reading(self._engine) as connection:
            head = _head(connection, id, lock=False)
        return _stored(head)

    def __contains__(self, id: object) -> bool:
        """Whether there is a dossier with this id."""
        with database.reading(self._engine) as connection:
            return connection.execute(sa.select(dossier.c.id).where(dossier.c.id == id)).first() is not None

    def list(self) -> Sequence[Entry]:
        """All dossiers, the last changed first; documents are not read."""
        wanted = [column for column in dossier.c if column is not dossier.c.document]
        with database.reading(self._engine) as connection:
            rows = connection.execute(sa.select(*wanted).order_by(dossier.c.at.desc(), dossier.c.id)).all()
        return tuple(Entry(**row._asdict() | {"created": _time(row.created), "at": _time(row.at)}) for row in rows)

    def all(self) -> Iterator[Stored]:
        """Every dossier with its document, one at a time, in the order of their ids."""
        last = ""
        while True:
            with database.reading(self._engine) as connection:
                query = sa.select(dossier).where(dossier.c.id > last).order_by(dossier.c.id).limit(100)
                rows = connection.execute(query).all()
            if not rows:
                return
            yield from map(_stored, rows)
            last = rows[-1].id

    def history(self, id: str) -> Sequence[Revision]:
        """All revisions of a dossier, the first one first.

        Raises:
            StoreError: there is no such dossier, or the database refuses.
        """
        with database.reading(self._engine) as connection:
            _head(connection, id, lock=False)
            return _revisions(connection, id)

    def verify(self, id: str) -> Sequence[Problem]:
        """What is wrong with the past of a dossier; nothing when every hash is right.

        Raises:
            StoreError: there is no such dossier, or the database refuses.
        """
        with database.reading(self._engine) as connection:
            head = _head(connection, id, lock=False)
            past = _revisions(connection, id)
        return tuple(_broken(id, head, past))

    def update_from_register(self, assessment: Assessment, author: str) -> Saved:
        """Renew a dossier from the register, or keep a new one.

        A dossier of the same algorithm (the same id, else the same register id) keeps all answers; what the register
        says and what is proposed from it are renewed.

        Raises:
            StoreError: the database refuses.
        """
        with database.reading(self._engine) as connection:
            found = _same_algorithm(connection, assessment)
        if found is None:
            return self.create(assessment, author, reason=_FROM_REGISTER)
        with database.writing(self._engine) as connection:
            head = _head(connection, found)
            kept = _parsed(head)
            suggested = {fact: answer.proposals for fact, answer in assessment.facts.items() if answer.proposals}
            renewed = kept.with_algorithm(**dict(assessment.algorithm)).with_proposals(suggested)
            if assessment.meta.origin is not None:
                renewed = renewed.with_meta(origin=assessment.meta.origin)
            before = codec.data(kept)
            return self._keep(
                connection, head, before, codec.data(renewed),
                based_on=head.revision, author=author, reason=_FROM_REGISTER,
            )  # fmt: skip

    def _keep(
        self, connection: Connection, head: Row[Any], base: Any, mine: Any, *, based_on: int, author: str, reason: str
    ) -> Saved:
        kept = codec.data(_parsed(head))
        merged = merge.merged(base, mine, kept)
        result = changes.diff(kept, codec.data(merged))
        if not result:
            return Saved(revision=head.revision, at=_time(head.at), assessment=merged)
        at = max(self._clock(), _time(head.at))  # a clock that was set back does not reorder the past
        number = head.revision + 1
        previous = connection.execute(
            sa.select(revision.c.hash).where(revision.c.dossier == head.id, revision.c.number == head.revision)
        ).scalar_one()
        connection.execute(
            sa.update(dossier).where(dossier.c.id == head.id).values(**_columns(merged, author, at, number))
        )
        _append(
            connection, merged, result,
            number=number, based_on=based_on, author=author, reason=reason, at=at, previous=previous,
        )  # fmt: skip
        return Saved(revision=number, at=at, assessment=merged)


_FROM_REGISTER: Final = "algoritmeregister"


def _columns(assessment: Assessment, author: str, at: dt.datetime, number: int) -> dict[str, Any]:
    algorithm = assessment.algorithm
    return {
        "id": assessment.meta.id,
        "name": _line(algorithm.name),
        "organisation": _line(algorithm.organisation),
        "register_id": _line(algorithm.register_id),
        "status": algorithm.status or "",
        "publication_category": algorithm.publication_category or "",
        "decision": assessment.decisions.status,
        "language": assessment.meta.language,
        "framework_version": _line(assessment.meta.framework_version)[:100],
        "answers": _answers(assessment),
        "at": _moment(at),
        "author": _line(author),
        "revision": number,
        "document_hash": hashlib.sha256(codec.canonical(assessment)).hexdigest(),
        "document": codec.dumps(assessment),
    }


def _answers(assessment: Assessment) -> int:
    facts = sum(answer.value != "unknown" for answer in assessment.facts.values())
    given = sum(answer.value is not None for answer in assessment.checks.values())
    return facts + given + sum(bool(answer.text) for answer in assessment.processing.values())


def _append(
    connection: Connection, assessment: Assessment, made: Sequence[Change], *,
    number: int, based_on: int, author: str, reason: str, at: dt.datetime, previous: str,
) -> None:  # fmt: skip
    record = {
        "dossier": assessment.meta.id,
        "number": number,
        "based_on": based_on,
        "at": _moment(at),
        "author": _line(author),
        "reason": _line(reason),
        "changes": _canonical([change.as_json() for change in made]),
        "document_hash": hashlib.sha256(codec.canonical(assessment)).hexdigest(),
        "previous": previous,
    }
    connection.execute(sa.insert(revision).values(**record, hash=_hash(record)))


def _hash(record: dict[str, Any]) -> str:
    return hashlib.sha256(_canonical(record).encode()).hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _line(words: str) -> str:
    """PostgreSQL keeps no NUL in a text; in the document itself it is escaped."""
    return words.replace("\0", "")


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _time(kept: str) -> dt.datetime:
    return dt.datetime.fromisoformat(kept)


def _head(connection: Connection, id: str, *, lock: bool = True) -> Row[Any]:
    query = sa.select(dossier).where(dossier.c.id == _line(id))
    found = connection.execute(query.with_for_update() if lock else query).first()
    if found is None:
        raise StoreError(_no_such(id))
    return found


def _parsed(head: Row[Any]) -> Assessment:
    return codec.loads(head.document)


def _stored(head: Row[Any]) -> Stored:
    return Stored(assessment=_parsed(head), revision=head.revision, at=_time(head.at))


def _document_at(connection: Connection, head: Row[Any], number: int) -> Any:
    """The document as it was at a revision: the present one with the later changes taken back."""
    if not 1 <= number <= head.revision:
        raise StoreError(_no_such_revision(head.id, number, head.revision))
    document = codec.data(_parsed(head))
    for later in reversed(_revisions(connection, head.id, after=number)):
        document = changes.undo(document, later.changes)
    return document


def _revisions(connection: Connection, id: str, *, after: int = 0) -> Sequence[Revision]:
    query = sa.select(revision).where(revision.c.dossier == id, revision.c.number > after).order_by(revision.c.number)
    return tuple(_revision(row) for row in connection.execute(query))


def _revision(row: Row[Any]) -> Revision:
    return Revision(
        number=row.number,
        based_on=row.based_on,
        at=_time(row.at),
        author=row.author,
        reason=row.reason,
        changes=tuple(Change.from_json(kept) for kept in json.loads(row.changes)),
        document_hash=row.document_hash,
        previous=row.previous,
        hash=row.hash,
    )


def _broken(id: str, head: Row[Any], past: Sequence[Revision]) -> Iterator[Problem]:
    previous = _FIRST
    for expected, found in enumerate(past, start=1):
        where = f"{id}, {found.number}"
        if found.number != expected:
            yield Problem(_MISSING.format(number=expected), where)
        elif found.previous != previous:
            yield Problem(_UNCHAINED.format(number=found.number), where)
        if found.hash != _hash(_record(id, found)):
            yield Problem(_REWRITTEN.format(number=found.number), where)
        previous = found.hash
    if not past or past[-1].number != head.revision:
        yield Problem(_MISSING.format(number=head.revision), id)
    elif past[-1].document_hash != hashlib.sha256(codec.canonical(_parsed(head))).hexdigest():
        yield Problem(_DOCUMENT, id)


def _record(id: str, kept: Revision) -> dict[str, Any]:
    return {
        "dossier": id,
        "number": kept.number,
        "based_on": kept.based_on,
        "at": _moment(kept.at),
        "author": kept.author,
        "reason": kept.reason,
        "changes": _canonical([change.as_json() for change in kept.changes]),
        "document_hash": kept.document_hash,
        "previous": kept.previous,
    }


def _same_algorithm(connection: Connection, assessment: Assessment) -> str | None:
    query = sa.select(dossier.c.id).order_by(dossier.c.id)
    by_id = connection.execute(query.where(dossier.c.id == assessment.meta.id)).scalar()
    register_id = _line(assessment.algorithm.register_id)
    if by_id is not None or not register_id:
        return by_id
    return connection.execute(query.where(dossier.c.register_id == register_id)).scalar()


_MISSING: Final = Text("Revisie {number} ontbreekt.", "Revision {number} is missing.")
_UNCHAINED: Final = Text(
    "Revisie {number} sluit niet aan op de vorige.", "Revision {number} does not follow from the one before."
)
_REWRITTEN: Final = Text("Revisie {number} is achteraf veranderd.", "Revision {number} was changed afterwards.")
_DOCUMENT: Final = Text(
    "Het document is veranderd buiten de revisies om.", "The document was changed outside its revisions."
)


def _there_already(id: str) -> Problem:
    return Problem(
        Text(f"Er is al een dossier '{id}'.", f"There is a dossier '{id}' already."),
        "",
        Text("Open het, of kies een andere naam.", "Open it, or choose another name."),
    )


def _no_such(id: str) -> Problem:
    short = id[:100]
    return Problem(Text(f"Er is geen dossier '{short}'.", f"There is no dossier '{short}'."))


def _no_such_revision(id: str, number: int, last: int) -> Problem:
    return Problem(
        Text(f"Dossier '{id}' heeft geen revisie {number}.", f"Dossier '{id}' has no revision {number}."),
        "",
        Text(f"De laatste is {last}.", f"The last one is {last}."),
    )
