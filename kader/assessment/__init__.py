"""The second stage: the answers, as one frozen document, and its JSON."""

from kader.assessment.model import Assessment

__all__ = ["Assessment"]
