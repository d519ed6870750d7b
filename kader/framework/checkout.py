"""The files of a checkout: walked in the order of MkDocs, read with limits, with the git revision they are of."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kader.text import EMPTY, Text

LARGEST: Final = 500_000

_COMMIT: Final = re.compile(r"[0-9a-f]{40}")


def walk(folder: Path) -> Iterator[tuple[Path, Text]]:
    """The Markdown files of a folder and its subfolders, in the order in which MkDocs lists them.

    Files come before subfolders; `index` and `README` come first, then names by code point, capitals before small
    letters. Hidden files are skipped as MkDocs does. What cannot be looked into (a link to a folder, a folder that
    may not be read) is given too, with the reason.
    """
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        try:
            entries = sorted((each for each in current.iterdir() if not each.name.startswith(".")), key=_name)
        except OSError as error:
            yield current, _unreadable(error)
            continue
        folders = [each for each in entries if each.is_dir()]
        files = [each for each in entries if each.name.endswith(".md") and each not in folders]
        for each in sorted(files, key=lambda file: (file.stem not in {"index", "README"}, file.name)):
            yield each, EMPTY
        for each in folders:
            if each.is_symlink():
                yield each, Text("dit is een koppeling naar een andere map.", "this is a link to another folder.")
        waiting += [each for each in reversed(folders) if not each.is_symlink()]


def _name(path: Path) -> str:
    return path.name


def _unreadable(error: OSError) -> Text:
    return Text("dit is niet te lezen: {reason}.", "this cannot be read: {reason}.").format(
        reason=error.strerror or type(error).__name__
    )


def text(file: Path) -> tuple[str, Text]:
    """A file's text, or what is wrong with it; a link, a device or a very large file is never read."""
    try:
        status = file.lstat()
        if stat.S_ISLNK(status.st_mode):
            return "", Text("dit is een koppeling naar een ander bestand.", "this is a link to another file.")
        if not stat.S_ISREG(status.st_mode):
            return "", Text("dit is geen gewoon bestand.", "this is no ordinary file.")
        if status.st_size > LARGEST:
            return "", Text("het bestand is groter dan {n} bytes.", "the file is larger than {n} bytes.").format(
                n=LARGEST
            )
        content = file.read_bytes()
    except OSError as error:
        return "", _unreadable(error)
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return "", Text("het bestand is geen UTF-8 (byte {at}).", "the file is no UTF-8 (byte {at}).").format(
            at=error.start
        )
    return words.replace("\r\n", "\n").replace("\r", "\n"), EMPTY


def revision(root: Path) -> tuple[str, str]:
    """The commit of a checkout and the version that is tagged on it; empty where git does not say.

    Git itself is not run: the files of its folder say enough.
    """
    git = root / ".git"
    head = _line(git / "HEAD")
    reference = head.removeprefix("ref: ")
    packed = _packed(git / "packed-refs")
    commit = head if reference == head else _inside(git, reference) or packed.get(reference, "")
    if not _COMMIT.fullmatch(commit):
        return "", ""
    tags = {name: target for name, target in packed.items() if name.startswith("refs/tags/")}
    if (git / "refs" / "tags").is_dir():
        tags |= {f"refs/tags/{each.name}": _line(each) for each in (git / "refs" / "tags").iterdir()}
    named = sorted(name.removeprefix("refs/tags/").removeprefix("v") for name, to in tags.items() if to == commit)
    return commit, next((name for name in named if re.fullmatch(r"\d+(\.\d+)*", name)), "")


def _inside(git: Path, reference: str) -> str:
    """The commit of a reference that is a file of git's own folder."""
    if not re.fullmatch(r"refs/[\w./-]{1,200}", reference) or ".." in reference:
        return ""
    return _line(git / reference)


def _line(file: Path) -> str:
    """The first line of a small file; empty when there is none."""
    words, fault = text(file) if os.path.lexists(file) else ("", EMPTY)
    return "" if fault else words.partition("\n")[0].strip()


def _packed(file: Path) -> dict[str, str]:
    """Git's packed references; an annotated tag gives the commit it stands on."""
    words, _ = text(file) if os.path.lexists(file) else ("", EMPTY)
    found: dict[str, str] = {}
    last = ""
    for line in words.splitlines():
        if line.startswith("^") and last:
            found[last] = line[1:].strip()
        elif " " in line and not line.startswith("#"):
            commit, _, last = line.partition(" ")
            found[last] = commit
    return found
