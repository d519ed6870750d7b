"""Reading the YAML that ships with kader."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader, in C where PyYAML was built with it: ten times as fast."""


def load(path: Path) -> Any:
    """The content of a bundled YAML file."""
    return yaml.load(path.read_bytes(), Loader=LOADER)  # noqa: S506 - it is the safe loader, in C
