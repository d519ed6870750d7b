"""The tables of the store: the dossiers as they are now, and everything that was ever changed in them.

A table here must equal what the migrations make; a test compares them. `VERSIONS` are the migrations in their order,
kept here so that opening a store that is up to date does not load Alembic.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, PrimaryKeyConstraint, String, Table, Text

VERSIONS: Final = ("0001",)

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Times are ISO 8601 in UTC: the same text in every database, and it sorts.
dossier: Final = Table(
    "dossier",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("name", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("register_id", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("publication_category", String(20), nullable=False),
    Column("decision", String(20), nullable=False),
    Column("language", String(2), nullable=False),
    Column("framework_version", String(100), nullable=False),
    Column("answers", Integer, nullable=False),
    Column("created", String(40), nullable=False),
    Column("at", String(40), nullable=False),
    Column("author", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("document_hash", String(64), nullable=False),
    Column("document", Text, nullable=False),
    Index("ix_dossier_register_id", "register_id"),
)

revision: Final = Table(
    "revision",
    metadata,
    Column("dossier", String(100), ForeignKey("dossier.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("based_on", Integer, nullable=False),
    Column("at", String(40), nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("changes", Text, nullable=False),
    Column("document_hash", String(64), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    PrimaryKeyConstraint("dossier", "number"),
)
