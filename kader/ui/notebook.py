"""A notebook bound to a dossier: the shipped template with the dossier's id in its parameters cell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from kader import shipped
from kader.errors import KaderError, Problem
from kader.text import Text

TEMPLATE: Final = "assessment.ipynb"


def bound(dossier: str, *, title: str = "", store: str = "", language: str = "", folder: Path) -> Path:
    """The notebook of a dossier in a folder: the one that is there, or a new one. No file is ever overwritten.

    Args:
        dossier: id of the dossier.
        title: of the page.
        store: file or address of the store; empty for the usual one.
        language: `nl` or `en`; empty for that of the dossier.
        folder: where it goes.

    Raises:
        KaderError: the folder cannot be written.
    """
    given = {"dossier": dossier, "store": store, "language": language}
    asked = {name: value for name, value in given.items() if value or name != "language"}  # no language: any will do
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = 1
        while True:
            path = folder / (f"{dossier}.ipynb" if number == 1 else f"{dossier}-{number}.ipynb")
            if not path.exists():
                with path.open("x", encoding="utf-8") as file:
                    json.dump(_filled(given, title), file, ensure_ascii=False, indent=1)
                    file.write("\n")
                return path
            if _lines(asked) <= _parameters(path):
                return path
            number += 1
    except OSError as error:
        raise KaderError(
            Problem(
                Text("Het notebook is niet te schrijven.", "The notebook cannot be written."),
                str(folder),
                Text("Kies een andere map met --folder.", "Choose another folder with --folder."),
            )
        ) from error


def _line(name: str, value: str) -> str:
    # JSON text in ASCII is a Python text as well, so nothing of the value can become code.
    return f"{name} = {json.dumps(value)}"


def _lines(given: dict[str, str]) -> set[str]:
    return {_line(name, value) for name, value in given.items()}


def _filled(given: dict[str, str], title: str) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads(shipped.template(TEMPLATE).read_text(encoding="utf-8"))
    cell = next(cell for cell in notebook["cells"] if "parameters" in cell["metadata"].get("tags", ()))
    lines = "".join(cell["source"]).splitlines()
    names = [line.partition(" =")[0] for line in lines]
    cell["source"] = "\n".join(
        _line(name, given[name]) if name in given else line for name, line in zip(names, lines, strict=True)
    )
    if title:
        notebook["metadata"]["title"] = title
    if given["language"]:
        notebook["metadata"]["kader"] = {"language": given["language"]}
    return notebook


def _parameters(path: Path) -> set[str]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        source = next(cell["source"] for cell in cells if "parameters" in cell["metadata"].get("tags", ()))
    except (ValueError, KeyError, TypeError, StopIteration):
        return set()
    return set("".join(source).splitlines())
