"""Writes the pages of docs/ that are taken from the code: api.md, from the docstrings of what is public.

`python docs/generate.py` writes; with `--check` it writes nothing and fails when a page is out of date.
"""

from __future__ import annotations

import difflib
import enum
import inspect
import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import kader

DOCS: Final = Path(__file__).resolve().parent
INTRO: Final = """<!-- Made by docs/generate.py from the docstrings: change those, then run `make docs`. -->

# The public names

Everything that other programs may count on; all else can change without notice. `import kader` is light: each name
is loaded when it is first used. How it hangs together: [ARCHITECTURE.md](../ARCHITECTURE.md). The data that
`kader check --json` gives: [findings-json.md](findings-json.md).
"""


def prose(thing: Any) -> str:
    """The docstring with its Google sections as Markdown."""
    text = inspect.getdoc(thing) or ""
    text = re.sub(r"(?m)(?:^>>> .*\n?(?:^(?!>>>)\S.*\n?|^\.\.\. .*\n?)*)+", fenced, text)
    return re.sub(
        r"(?ms)^(Args|Returns|Raises|Attributes|Yields|Examples?|Note):\n((?:[ ]{4}.*\n?|\n)+)", section, text
    )


def fenced(match: re.Match[str]) -> str:
    """An example as a block of code."""
    return f"```pycon\n{match[0].rstrip()}\n```\n"


def section(match: re.Match[str]) -> str:
    """A section of a docstring as a list; a line that goes on belongs to the item before it."""
    body = inspect.cleandoc(match[2])
    items = re.sub(r"\n\s+", " ", body).splitlines()
    return f"*{match[1]}*\n\n" + "".join(f"- {item}\n" for item in items if item.strip()) + "\n"


def signature(thing: Any) -> str:
    """The signature without the noise of where a type comes from."""
    try:
        shown = str(inspect.signature(thing))
    except (TypeError, ValueError):
        return "()"
    return re.sub(r"\bkader(?:\.\w+)+\.|'|<factory>", lambda found: "…" if found[0] == "<factory>" else "", shown)


def first_line(thing: Any) -> str:
    """What a thing is, in a sentence."""
    return (inspect.getdoc(thing) or "").partition("\n\n")[0].replace("\n", " ")


def members(owner: Any) -> Iterator[tuple[str, Any]]:
    """The public functions, methods and properties that a class or module defines itself, in order of definition."""
    for name, value in vars(owner).items():
        plain = value.__func__ if isinstance(value, classmethod | staticmethod) else value
        if name.startswith("_") or not isinstance(plain, types.FunctionType | property):
            continue
        if isinstance(owner, types.ModuleType) and plain.__module__ != owner.__name__:
            continue
        yield name, plain


def page() -> str:
    """The page with every public name."""
    parts = [INTRO]
    for name in kader.__all__:
        thing = getattr(kader, name)
        if isinstance(thing, types.ModuleType):
            parts.append(f"## `kader.{name}`\n\n{prose(thing)}\n")
            parts += [f"### `{name}.{key}{signature(value)}`\n\n{prose(value)}\n" for key, value in members(thing)]
        elif inspect.isclass(thing):
            parts.append(f"## `kader.{name}`\n\n{prose(thing)}\n")
            if not issubclass(thing, enum.Enum):
                rows = [f"| `{key}` | {first_line(value)} |" for key, value in members(thing) if first_line(value)]
                parts.append("\n".join(["| member | what |", "|---|---|", *rows]) + "\n" if rows else "")
        else:
            parts.append(f"## `kader.{name}{signature(thing)}`\n\n{prose(thing)}\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(part.strip() + "\n" for part in parts if part.strip()))


def main() -> int:
    """Writes or checks the pages."""
    target, wanted = DOCS / "api.md", page()
    present = target.read_text("utf-8") if target.exists() else ""
    if "--check" not in sys.argv:
        target.write_text(wanted, "utf-8")
        return 0
    sys.stdout.writelines(
        difflib.unified_diff(present.splitlines(True), wanted.splitlines(True), "api.md", "code", n=1)
    )
    return int(present != wanted)


if __name__ == "__main__":
    sys.exit(main())
