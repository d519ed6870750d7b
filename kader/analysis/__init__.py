"""The third stage: what the framework says about the answers. Pure: the same answers give the same findings."""

from kader.analysis.analyse import analyse
from kader.analysis.data import as_data

__all__ = ["analyse", "as_data"]
