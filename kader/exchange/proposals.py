"""Proposals for facts from the free text of a register entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kader.assessment.model import Proposal


def proposed(entry: Mapping[str, Any]) -> dict[str, tuple[Proposal, ...]]:
    """Per fact what the texts of an entry suggest."""
    return {}
