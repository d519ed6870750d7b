"""What a store gives back: values without a database, so that reading a file needs no database library."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from kader.assessment.model import Assessment
from kader.store.changes import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """An acknowledgement: what is kept now, under which revision, since when."""

    revision: int
    at: dt.datetime
    assessment: Assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A dossier as it is kept."""

    assessment: Assessment
    revision: int
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A dossier in a list, without its document.

    Attributes:
        status, publication_category: as in the register; empty when not known.
        decision: `concept` or `final`.
        answers: how many questions have an answer (proposals not counted).
        document_hash: changes when the document does, so that what was computed from it can be kept.
    """

    id: str
    name: str
    organisation: str
    register_id: str
    status: str
    publication_category: str
    decision: str
    language: str
    framework_version: str
    answers: int
    created: dt.datetime
    at: dt.datetime
    author: str
    revision: int
    document_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One saving: who, when, why, and which fields from what to what."""

    number: int
    based_on: int
    at: dt.datetime
    author: str
    reason: str
    changes: tuple[Change, ...]
    document_hash: str
    previous: str
    hash: str
