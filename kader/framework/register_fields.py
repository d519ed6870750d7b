"""The fields of the national algorithm register by the names that people know them by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from kader import shipped
from kader.framework.documents import load
from kader.text import Text, same


@cache
def titles() -> Mapping[str, Text]:
    """Key of a field in the register's exports → its title in the newest standard that has it."""
    data = load(shipped.data("register.yaml"))
    found = {
        key: Text(field["standards"][max(field["standards"])], field["en"])
        for key, field in data["fields"].items()
        if field.get("standards")
    }
    other = {alias: found[key] for alias, key in data.get("aliases", {}).items() if key in found}
    return {**other, **found}


def title(key: str) -> Text:
    """The title of a field; a key that no standard has is its own title.

    >>> title("source_data")
    Text(nl='Gegevens', en='Data')
    >>> title("colour")
    Text(nl='colour', en='colour')
    """
    return titles().get(key) or same(key)
