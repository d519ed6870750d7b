"""Run the migrations in the transaction that `kader.store.store` has open."""

from __future__ import annotations

from alembic import context

from kader.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
