"""The store: dossiers with everything that was ever changed in them, in SQLite or PostgreSQL."""

from kader.store.file import DossierFile
from kader.store.store import Entry, Revision, Saved, Store, Stored

__all__ = ["DossierFile", "Entry", "Revision", "Saved", "Store", "Stored"]
