"""kader: the privacy workbook for government algorithms.

The names below are the public API. They are loaded when they are first used, so that `import kader` is light: no
widgets, no database, no parser of YAML.

    >>> import kader
    >>> kader.Framework.__name__
    'Framework'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kader.shipped import VERSION

if TYPE_CHECKING:
    from kader import batch, portfolio, serve, workbook
    from kader.analysis.analyse import analyse
    from kader.assessment.model import Assessment
    from kader.errors import KaderError
    from kader.exchange import register
    from kader.framework.model import Framework
    from kader.store import Store


__version__ = VERSION

_HOME = {
    "Assessment": "kader.assessment.model",
    "Framework": "kader.framework.model",
    "KaderError": "kader.errors",
    "Store": "kader.store",
    "analyse": "kader.analysis",
}
_MODULES = {
    "batch": "kader.batch",
    "portfolio": "kader.portfolio",
    "register": "kader.exchange.register",
    "serve": "kader.serve",
    "workbook": "kader.workbook",
}

__all__ = [
    "Assessment",
    "Framework",
    "KaderError",
    "Store",
    "analyse",
    "batch",
    "portfolio",
    "register",
    "serve",
    "workbook",
]


def __getattr__(name: str) -> Any:  # a module's attributes have no one type
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    if name in _MODULES:
        return import_module(_MODULES[name])
    raise AttributeError(f"module 'kader' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
