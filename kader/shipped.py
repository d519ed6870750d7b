"""Where the files lie that ship with kader: data inside the package, templates beside it.

The wheel carries the repository's `templates/` as `kader/templates`; an editable install reads the repository's own
folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

VERSION: Final = "0.1.0"
"""Of the program; the same as in pyproject.toml (a test compares them)."""

_PACKAGE: Final = Path(__file__).parent
_TEMPLATES: Final = next(
    (folder for folder in (_PACKAGE / "templates", _PACKAGE.parent / "templates") if folder.is_dir()),
    _PACKAGE / "templates",
)


def data(name: str) -> Path:
    """A file of the bundled data, e.g. `prescan.yaml`."""
    return _PACKAGE / "data" / name


def template(name: str) -> Path:
    """A shipped template, e.g. `assessment.ipynb`."""
    return _TEMPLATES / name
