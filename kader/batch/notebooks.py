"""Running one notebook with papermill: its parameters, its error, and the file that it leaves."""

from __future__ import annotations

import ast
import keyword
import sys
from collections.abc import Mapping
from functools import cache
from itertools import chain
from json import dumps
from json import load as load_json
from pathlib import Path
from secrets import token_hex
from typing import Final

from kader.errors import BatchError, Problem
from kader.report import files
from kader.text import Language, Text

CELL_TIMEOUT: Final = 600
"""Seconds that one cell of a notebook may take."""

IPC_PATH: Final = 60
"""The longest folder in which a kernel's sockets fit: the system allows a hundred characters or so for the whole."""


def check_parameters(template: Path, parameters: Mapping[str, object]) -> None:
    """Refuse a parameter that the template does not have: its name would be written into a cell as code.

    Raises:
        BatchError: naming every parameter that is not in the template's own parameters cell.
    """
    known = parameter_names(template)
    unknown = [
        name for name in parameters if not (name in known and name.isidentifier() and not keyword.iskeyword(name))
    ]
    if unknown:
        raise BatchError(
            *(
                Problem(
                    Text("Het notebook heeft geen parameter {name}.", "The notebook has no parameter {name}.").format(
                        name=repr(name)
                    ),
                    template.name,
                    Text("Wel: {known}.", "It has: {known}.").format(known=", ".join(sorted(known))),
                )
                for name in unknown
            )
        )


def parameter_names(template: Path) -> frozenset[str]:
    """The names that a notebook's cell with the tag `parameters` gives a value.

    Raises:
        BatchError: the file is no notebook, or has no such cell.
    """
    try:
        with template.open(encoding="utf-8") as file:
            cells = load_json(file)["cells"]
        tagged = [cell for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", ())]
        body = ast.parse("".join(tagged[0]["source"])).body
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError, SyntaxError) as error:
        raise BatchError(
            Problem(
                Text("Dit is geen notebook met een parametercel.", "This is no notebook with a parameters cell."),
                str(template),
                Text("Geef een cel de tag `parameters`.", "Give a cell the tag `parameters`."),
            )
        ) from error
    targets = chain.from_iterable(
        node.targets if isinstance(node, ast.Assign) else [node.target]
        for node in body
        if isinstance(node, ast.Assign | ast.AnnAssign)
    )
    return frozenset(target.id for target in targets if isinstance(target, ast.Name))


def execute(
    template: str, name: str, folder: Path, parameters: Mapping[str, object], *, sockets: str, language: Language
) -> str:
    """Run a notebook in the current folder and publish it whole in another.

    Args:
        template: name of the notebook in the current folder; a path would not do, papermill fills in braces in paths.
        name: of the executed notebook.
        folder: where it goes, and where it runs.
        parameters: by name; the names have been checked.
        sockets: a folder for the kernel's sockets.
        language: of what a failed notebook says.

    Returns:
        The error in words; empty when all went well.
    """
    failure = ""
    try:
        _papermill(template, name, folder, parameters, sockets)
    except Exception as error:  # noqa: BLE001  # one algorithm's failure is its own
        failure = _notebook_error(error)
    made = Path(name)
    if made.exists():
        files.publish(made, folder / name)
    else:
        failed_notebook(Path(template), folder / name, failure, language)
    return failure


def _papermill(template: str, name: str, folder: Path, parameters: Mapping[str, object], sockets: str) -> None:
    import papermill
    from traitlets.config import Config

    config = Config()
    if sys.platform != "win32" and len(sockets) <= IPC_PATH:
        config.KernelManager.transport = "ipc"
        config.KernelManager.ip = f"{sockets}/{token_hex(6)}"  # the default is one name for all, in the current folder
    papermill.execute_notebook(
        template,
        name,
        parameters=dict(parameters),
        cwd=folder,
        progress_bar=False,
        request_save_on_cell_execute=False,
        execution_timeout=CELL_TIMEOUT,
        kernel_name=None if _kernel(template) else "python3",
        config=config,
    )


@cache
def _kernel(template: str) -> str:
    with Path(template).open(encoding="utf-8") as file:
        return str(load_json(file).get("metadata", {}).get("kernelspec", {}).get("name", ""))


def _notebook_error(error: Exception) -> str:
    name, value = getattr(error, "ename", ""), getattr(error, "evalue", "")
    return f"{name}: {value}" if name else f"{type(error).__name__}: {error}"


def failed_notebook(template: Path, path: Path, failure: str, language: Language) -> None:
    """Write the template with the error at its head, for when running it left nothing."""
    with template.open(encoding="utf-8") as file:
        notebook = load_json(file)
    note = Text("Dit notebook kon niet worden uitgevoerd.", "This notebook could not be run.").to(language)
    indented = "\n".join(f"    {line}" for line in failure.splitlines())
    cell = {"cell_type": "markdown", "metadata": {}, "source": f"**{note}**\n\n{indented}"}
    if notebook.get("nbformat_minor", 0) >= 5:
        cell["id"] = "kader-error"
    notebook["cells"].insert(0, cell)
    files.write_text(path, dumps(notebook, ensure_ascii=False, indent=1))
