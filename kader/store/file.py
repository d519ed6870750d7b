"""A dossier in a JSON file of its own: saved whole, so that the file is never half of one and half of another."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from pathlib import Path

from kader.assessment import codec
from kader.assessment.model import Assessment
from kader.errors import Problem, StoreError
from kader.store.merge import merged
from kader.store.values import Saved, Stored
from kader.text import Text


class DossierFile:
    """One dossier in one file; what somebody else wrote into it meanwhile is merged, as in a store.

    The revision counts the changes seen since it was opened: a file has no history.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: dict[int, Assessment] = {}
        self._revision = 0

    def load(self) -> Stored:
        """The dossier as the file has it now.

        Raises:
            AssessmentError: the file cannot be read, or is no assessment.
        """
        found = codec.load(self.path)
        if self._seen.get(self._revision) != found:
            self._revision += 1
            self._seen[self._revision] = found
        return Stored(assessment=found, revision=self._revision, at=self._written())

    def save(self, assessment: Assessment, *, based_on: int, author: str = "", reason: str = "") -> Saved:  # noqa: ARG002  # as `Store.save`; a file keeps no history
        """Keep what changed since `based_on`, together with what else stands in the file by now.

        Raises:
            ConflictError: the same field was changed in the file meanwhile.
            StoreError: the file cannot be written.
        """
        base = self._seen[based_on]
        now = self.load()
        result = merged(codec.data(base), codec.data(assessment), codec.data(now.assessment))
        if result != now.assessment:
            self._write(codec.dumps(result))
            now = self.load()
        return Saved(revision=now.revision, at=now.at, assessment=now.assessment)

    def _written(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.path.stat().st_mtime, dt.UTC)

    def _write(self, text: str) -> None:
        """Beside it first, then in its place: whoever reads it has the old one or the new one."""
        target = self.path.resolve()
        try:
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).chmod(target.stat().st_mode & 0o777)
                Path(name).replace(target)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            reason = error.strerror or str(error)
            raise StoreError(
                Problem(
                    Text(f"Het bestand is niet te schrijven ({reason}).", f"The file cannot be written ({reason})."),
                    str(self.path),
                    Text("Er is niets opgeslagen.", "Nothing was saved."),
                )
            ) from error
