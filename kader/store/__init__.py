"""The store: dossiers with everything that was ever changed in them, in SQLite or PostgreSQL.

`Store` is imported when it is first asked for: a dossier in a file, as in every notebook of a batch, needs no database.
"""

from typing import TYPE_CHECKING, Any

from kader.store.file import DossierFile
from kader.store.values import Entry, Revision, Saved, Stored

if TYPE_CHECKING:
    from kader.store.store import Store

__all__ = ["DossierFile", "Entry", "Revision", "Saved", "Store", "Stored"]


def __getattr__(name: str) -> Any:
    if name == "Store":
        from kader.store.store import Store

        return Store
    raise AttributeError(name)
