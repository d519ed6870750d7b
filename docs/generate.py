"""Writes the pages of docs/ that are taken from the code.

api.md comes from the docstrings of what is public, findings-json.md from the types of the findings.

`python docs/generate.py` writes; with `--check` it writes nothing and fails when a page is out of date.
"""

from __future__ import annotations

import datetime as dt
import difflib
import enum
import inspect
import json
import re
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import kader
from kader.analysis import analyse, as_data
from kader.analysis.data import schema

DOCS: Final = Path(__file__).resolve().parent
INTRO: Final = """<!-- Made by docs/generate.py from the docstrings: change those, then run `make docs`. -->

# The public names

Everything that other programs may count on; all else can change without notice. `import kader` is light: each name
is loaded when it is first used. How it hangs together: [ARCHITECTURE.md](../ARCHITECTURE.md). The data that
`kader check --json` gives: [findings-json.md](findings-json.md).
"""


def prose(thing: Any) -> str:
    """The docstring with its Google sections as Markdown and its examples as code."""
    text = inspect.getdoc(thing) or ""
    sections = r"(?ms)^(Args|Returns|Raises|Attributes|Yields|Note):\n((?:[ ]{4}[^\n]*(?:\n|\Z)|\n)+)"
    text = re.sub(sections, section, re.sub(r"(?m)^Examples?:\n((?:    .*\n?|\n)+)", dedented, text))
    return re.sub(r"(?m)(?:^>>> .*\n?(?:^(?!>>>)\S.*\n?)*)+", fenced, text)


def dedented(match: re.Match[str]) -> str:
    """The section with examples, of which the examples remain."""
    return f"{inspect.cleandoc(match[1])}\n"


def fenced(match: re.Match[str]) -> str:
    """An example as a block of code."""
    return f"```pycon\n{match[0].rstrip()}\n```\n"


def section(match: re.Match[str]) -> str:
    """A section of a docstring as a list; a line that goes on belongs to the item before it."""
    body, example, code = inspect.cleandoc(match[2]).partition("\n>>> ")
    items = re.sub(r"\n\s+", " ", body).splitlines()
    listed = f"*{match[1]}*\n\n" + "".join(f"- {item}\n" for item in items if item.strip())
    return f"{listed}\n{example.strip()} {code}\n" if code else f"{listed}\n"


class _Written:
    """What stands in a signature as a person would write it."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __repr__(self) -> str:
        return self.words


def signature(thing: Any) -> str:
    """The signature as it is written; a default that is no plain value is left out, since it may be of this machine."""
    found = inspect.signature(thing)
    named = [
        one.replace(
            annotation=_Written(str(one.annotation)) if one.annotation is not one.empty else one.empty,
            default=one.empty if one.default is one.empty else _Written(default(one.default)),
        )
        for one in found.parameters.values()
    ]
    return str(found.replace(parameters=named, return_annotation=_Written(str(found.return_annotation))))


def default(value: object) -> str:
    """A default value in words."""
    if isinstance(value, enum.Enum):
        return repr(value.value)
    return repr(value) if value is None or type(value) in {bool, int, float, str} else "…"


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


FINDINGS: Final = """<!-- Made by docs/generate.py from kader/analysis/findings.py: change that and run `make docs`. -->

# The findings as data

`kader check DOSSIER --json` prints one JSON object; in Python the same comes from
`kader.analysis.as_data(findings, language)`. Its [JSON Schema](../kader/data/schema/findings-1.json) has the id
`{id}`. Ids (`dpia`, `avg-05`, `large_scale`) are the same in every language; texts are in the
language that was asked for. The exit code is 1 while something mandatory is open (`complete` is `false`)
and 2 when the input cannot be read.

An answer that was not given is `"unknown"` and a verdict that depends on it `"undetermined"`: neither may be read as
*no* or *fine*.

The verdict on the DPIA in a dossier where two questions have been answered, as
`kader check dossier.json --json --language en` prints it among the rest (lists are cut to two here):

```json
{example}
```
"""


def kind(shape: dict[str, Any]) -> str:
    """A type of the schema in words."""
    words: dict[str, Callable[[Any], str]] = {
        "$ref": lambda ref: f"[{ref.rpartition('/')[2]}](#{ref.rpartition('/')[2].lower()})",
        "anyOf": lambda shapes: " or ".join(map(kind, shapes)),
        "enum": lambda values: ", ".join(f"`{value}`" for value in values),
        "const": lambda value: f"`{value}`",
        "prefixItems": lambda shapes: f"list of exactly {', '.join(map(kind, shapes))}",
        "items": lambda item: f"list of {kind(item)}",
        "additionalProperties": lambda item: f"object: id → {kind(item)}",
        "format": lambda _: "date (ISO 8601)",
    }
    found = next((key for key in words if key in shape), None)
    return words[found](shape[found]) if found else str(shape["type"])


def fields(shape: dict[str, Any]) -> str:
    """The fields of an object as a table."""
    rows = [f"| `{name}` | {kind(one)} | {one.get('description', '')} |" for name, one in shape["properties"].items()]
    return "\n".join(["| field | value | what |", "|---|---|---|", *rows]) + "\n"


def example() -> str:
    """A real verdict, as the command prints it, with its lists cut short."""
    framework = kader.Framework.bundled()
    begun = kader.Assessment.new(framework, name="Parkeerscan", id="parkeerscan", date=dt.date(2026, 11, 23))
    answered = begun.with_fact("personal_data", value="yes").with_fact("large_scale", value="yes")
    findings = analyse(framework, answered, today=dt.date(2026, 11, 23))
    dpia = as_data(findings, "en")["prescan"]["verdicts"]["dpia"]
    dpia |= {key: value[:2] for key, value in dpia.items() if isinstance(value, list)}
    return json.dumps({"prescan": {"verdicts": {"dpia": dpia}}}, ensure_ascii=False, indent=1)


def findings_page() -> str:
    """The page with every value of the findings."""
    described = schema()
    parts = [FINDINGS.format(id=described["$id"], example=example()), f"## The object itself\n\n{fields(described)}"]
    parts += [
        f"## {name}\n\n{shape.get('description', '')}\n\n{fields(shape)}" for name, shape in described["$defs"].items()
    ]
    return "\n".join(parts)


def main() -> int:
    """Writes or checks the pages."""
    stale = 0
    for name, wanted in (("api.md", page()), ("findings-json.md", findings_page())):
        target = DOCS / name
        present = target.read_text("utf-8") if target.exists() else ""
        stale += present != wanted
        if "--check" in sys.argv:
            lines = difflib.unified_diff(present.splitlines(True), wanted.splitlines(True), name, "code", n=1)
            sys.stdout.writelines(lines)
        else:
            target.write_text(wanted, "utf-8")
    return stale if "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
