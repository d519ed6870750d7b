"""The repository keeps its own rules: what it promises, what it ships and what must never be in it."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parents[1]
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
MODULES: Final = sorted((ROOT / "kader").rglob("*.py"))
PAGES: Final = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")])


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.fixture(scope="module")
def tracked(needs) -> list[Path]:
    """Every file under version control."""
    needs("clone")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


# --- the commands of the README ---------------------------------------------------------------------------------


def test_readme_shows_the_two_commands_and_they_exist():
    for command in ("start", "test"):
        assert f"make {command}" in text("README.md")
        assert re.search(rf"^{command}:", text("Makefile"), re.MULTILINE)
    assert "make test" in text(".ci/run")


def test_makefile_stays_small():
    assert len(text("Makefile").splitlines()) <= 40


def console_lines() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for block in re.findall(r"```(?:console|powershell)\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
            for line in re.split(r"[\n;]", block):
                command = re.sub(r"\s#\s.*$", "", line)
                if found := re.search(r"(?:^\$\s+|\\|^)kader ([a-z].*)$", command.strip()):
                    yield named(page), found[1]


@pytest.mark.parametrize(("page", "command"), sorted(set(console_lines())))
def test_documented_commands_exist(page, command):
    """A verb or an option that a page shows is one that the command knows."""
    from kader.cli import main

    verb, *words = command.split()
    known = main.commands.get(verb)
    assert known is not None, f"{page}: there is no command `kader {verb}`"
    options = {option for parameter in known.params for option in (*parameter.opts, *parameter.secondary_opts)}
    shown = {word.split("=")[0] for word in words if word.startswith("--")}
    assert shown <= options | {"--help"}, f"{page}: `kader {verb}` has no {sorted(shown - options)}"


@pytest.mark.slow
@pytest.mark.parametrize("page", ["docs/gebruik.md", "docs/usage.md"])
def test_the_guide_can_be_followed(page, tmp_path):
    """Every command that a guide shows works, in its order; those that serve until they are stopped have their own tests."""
    from kader.exchange import example

    (tmp_path / "register.csv").write_bytes(example.register_path().read_bytes())
    environment = {**os.environ, "KADER_DATABASE_URL": f"sqlite:///{tmp_path / 'kader.db'}"}
    shown = re.findall(r"^\$ (kader .*)$", text(page), re.MULTILINE)
    commands = [shlex.split(line, comments=True)[1:] for line in shown]
    assert len(commands) > 8
    # What `check` reads as a file is what `export` writes some lines below it.
    for verb, *words in sorted(commands, key=lambda words: "dossier.json" in words and words[0] == "check"):
        if verb in {"open", "serve"}:
            continue
        done = subprocess.run(
            [sys.executable, "-m", "kader", verb, *words],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        open_points = {0, 1} if verb == "check" else {0}
        assert done.returncode in open_points, f"kader {verb} {words}: {done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
    for name in ("summary.csv", "summary.xlsx", "portfolio.html", "notebooks", "html", "json"):
        assert any(tmp_path.glob(f"*/{name}")), f"the guide promises {name}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_documented_python_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL), 1):
        exec(compile(block, f"{named(page)}, block {number}", "exec"), {})


def test_every_command_is_documented_in_both_languages():
    from kader.cli import main

    for page in ("docs/gebruik.md", "docs/usage.md"):
        missing = [verb for verb in main.commands if f"kader {verb}" not in text(page)]
        assert not missing, f"{page} does not show {missing}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_to_files_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text("utf-8"))
    broken = [target for target in targets if not (page.parent / target).exists()]
    assert not broken


def test_public_names_are_documented():
    import kader

    pages = "\n".join(page.read_text("utf-8") for page in (ROOT / "docs").glob("*.md"))
    assert len(kader.__all__) <= 12
    undocumented = [name for name in kader.__all__ if not re.search(rf"`(?:kader\.)?{name}\b", pages)]
    assert not undocumented
    assert all(getattr(kader, name, None) is not None for name in kader.__all__)


def test_generated_pages_are_up_to_date():
    checked = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_changelog_tells_about_this_version():
    version = re.escape(PROJECT["project"]["version"])
    entry = re.search(
        rf"^## \[{version}\] - \d{{4}}-\d\d-\d\d\n(.*?)(?=^## \[|\Z)", text("CHANGELOG.md"), re.MULTILINE | re.DOTALL
    )
    assert entry, "CHANGELOG.md has no dated entry for the version in pyproject.toml"
    assert re.search(r"^### Law\n\n- \S", entry[1], re.MULTILINE), "the entry does not say which obligations it touches"


# --- the shape of the code --------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES, ids=named)
def test_modules_stay_readable(module):
    assert len(module.read_text("utf-8").splitlines()) <= 600


def test_every_module_has_its_place_in_the_layers():
    (contract,) = PROJECT["tool"]["importlinter"]["contracts"]
    placed = {name.strip() for layer in contract["layers"] for name in layer.split("|")}
    present = {path.stem for path in (ROOT / "kader").glob("*.py")} | {
        path.parent.name for path in (ROOT / "kader").glob("*/__init__.py")
    }
    assert present - {"__init__"} == placed
    assert contract["exhaustive"] is True


def imported(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - {"kader"}


def test_dependencies_are_what_is_imported():
    """Nothing is required for nothing, and nothing is used that only happens to be there."""
    # These are started or looked up by name, each with its reason beside it in pyproject.toml.
    by_name = {"defusedxml", "ipykernel", "ipywidgets", "jupyterlab", "nbformat"}
    modules = {name for module in MODULES for name in imported(module.read_text("utf-8"))}
    known = packages_distributions()
    used = {canonicalize_name(known[name][0]) for name in modules - {"psycopg"}}
    required = {canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]}
    assert used - required == set(), "imported, but not in [project] dependencies"
    assert required - used - by_name == set(), "in [project] dependencies, but imported nowhere"


def test_importing_kader_is_light():
    heavy = ["pydantic", "yaml", "ipywidgets", "anywidget", "sqlalchemy", "jinja2", "papermill", "voila", "openpyxl"]
    code = f"import sys, kader; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- data -------------------------------------------------------------------------------------------------------


def untranslated(value: Any, place: str = "") -> Iterator[str]:
    """Where one language is given and the other is not."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from untranslated(item, f"{place}[{number}]")
    if not isinstance(value, dict):
        return
    pairs = [("nl", "en")] + [(key, f"{key[:-3]}_en") for key in value if str(key).endswith("_nl")]
    pairs += [(f"{key[:-3]}_nl", key) for key in value if str(key).endswith("_en")]
    if isinstance(value.get("standards"), dict):  # a register field: its Dutch title differs per publication standard
        pairs = []
        if not all([value.get("en"), value["standards"], *value["standards"].values()]):
            yield f"{place}: the title is not given in both languages"
    for dutch, english in pairs:
        if (dutch in value or english in value) and bool(value.get(dutch)) != bool(value.get(english)):
            yield f"{place}: {dutch} and {english} are not both given"
    for key, item in value.items():
        yield from untranslated(item, f"{place}/{key}")


@pytest.mark.parametrize("path", sorted((ROOT / "kader/data").rglob("*.yaml")), ids=named)
def test_every_text_is_there_in_both_languages(path):
    content = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    assert list(untranslated(content)) == []


def test_the_walk_finds_a_text_without_its_translation():
    sample = {
        "a": [{"title": {"nl": "eis", "en": ""}}],
        "b": {"label_nl": "risico"},
        "c": {"hint_en": "why"},
        "d": {"nl": "x", "en": "y"},
    }
    assert [place.partition(":")[0] for place in untranslated(sample)] == ["/a[0]/title", "/b", "/c"]


# --- notebooks --------------------------------------------------------------------------------------------------

NOTEBOOKS: Final = sorted([*ROOT.glob("templates/*.ipynb"), *ROOT.glob("notebooks/*.ipynb")])


def test_notebooks_are_stored_without_outputs():
    done = subprocess.run(
        [sys.executable, "-m", "nbstripout", "--keep-id", "--verify", *map(str, NOTEBOOKS)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert len(NOTEBOOKS) >= 4
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", NOTEBOOKS, ids=named)
def test_notebooks_hold_words_for_people_and_no_logic(path):
    notebook = json.loads(path.read_text("utf-8"))
    cells = {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"}
    assert "widgets" not in notebook["metadata"]
    for cell, source in cells.items():
        body = ast.parse(source)
        logic = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If, ast.Try)
        assert not any(isinstance(node, logic) for node in ast.walk(body)), f"{cell}: logic belongs in the package"
        assert imported(source) == set(), f"{cell}: only kader itself is imported"
    if path.parent.name == "templates":
        tags = [cell["metadata"].get("tags", []) for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert tags[0] == ["parameters"]
        assert sum("parameters" in given for given in tags) == 1


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(ROOT.glob("notebooks/*.ipynb")), ids=named)
def test_notebooks_for_people_run(path, tmp_path, monkeypatch):
    from papermill import execute_notebook

    monkeypatch.setenv("KADER_DATABASE_URL", f"sqlite:///{tmp_path / 'kader.db'}")
    ran = execute_notebook(str(path), str(tmp_path / path.name), cwd=tmp_path, progress_bar=False)
    shown = [output for cell in ran.cells for output in cell.get("outputs", ())]
    assert shown
    assert all(output.output_type != "stream" for output in shown), "a notebook complains to its reader"
    assert all("text/html" in output["data"] or "text/plain" in output["data"] for output in shown)


# --- what is locked, and under which licence --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_locked_versions_have_hashes_and_name_no_host(name):
    locked = text(name)
    assert "://" not in locked
    assert not re.search(r"^\s*-(?!-hash=)", locked, re.MULTILINE), "an option in a lock file would hold for all"
    entries = re.split(r"\n(?=\S)", locked.strip())
    assert all("--hash=sha256:" in entry for entry in entries)


def test_lock_files_agree_and_cover_what_is_asked_for():
    def pinned(name: str) -> dict[str, set[str]]:
        versions: dict[str, set[str]] = {}
        for package, version in re.findall(r"^([\w.-]+)==([^\s;]+)", text(name), re.MULTILINE):
            versions.setdefault(canonicalize_name(package), set()).add(version)
        return versions

    runtime, everything = pinned("requirements.txt"), pinned("requirements-dev.txt")
    assert {name: everything.get(name) for name in runtime} == runtime
    groups = PROJECT["dependency-groups"]
    for lines, locked in (
        ([*PROJECT["project"]["dependencies"], *groups["build"]], runtime),
        ([*groups["dev"], *PROJECT["project"]["optional-dependencies"]["postgres"]], everything),
    ):
        for wanted in map(Requirement, lines):
            versions = locked.get(canonicalize_name(wanted.name), set())
            assert versions, f"{wanted} is not locked: run make lock"
            assert all(wanted.specifier.contains(version) for version in versions), f"{wanted}: locked {versions}"


FREE: Final = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla Public|Zlib|Unlicense|0BSD|EUPL|CC0|HPND|WTFPL",
    re.IGNORECASE,
)
# Not free of conditions, or not stated where a machine finds it: each with why it may be here.
LOOKED_AT: Final = {
    "psycopg": "LGPL-3.0: the extra `postgres` only, used unchanged as a library of its own",
    "psycopg-binary": "LGPL-3.0: the extra `postgres` only, used unchanged as a library of its own",
    "text-unidecode": "Artistic License or GPL, at choice: the Artistic License",
    "kader-werkboek": "this project: EUPL-1.2",
}


def test_licences_of_what_is_installed_are_known():
    listed = subprocess.run(
        [sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed", "--with-license-file", "--no-license-path"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    unknown = {}
    for package in json.loads(listed.stdout):
        stated = package["License"] if package["License"] != "UNKNOWN" else package.get("LicenseText", "")[:400]
        parts = stated.split(" AND ") if " OR " not in stated else [stated]
        if not all(FREE.search(part) for part in parts) and canonicalize_name(package["Name"]) not in LOOKED_AT:
            unknown[package["Name"]] = stated[:80]
    assert unknown == {}


# --- what must not be in it -------------------------------------------------------------------------------------

# Where a file of one machine or one network would show: package registries, home folders, work folders.
PRIVATE: Final = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|index-url\s*=|(?<![\w.~])/(?:home|root|work|farm|Users|mnt|private)/[a-z]"
)


def test_no_host_of_a_registry_and_no_path_of_one_machine(tracked):
    found = []
    for path in tracked:
        content = path.read_bytes()
        if b"\0" not in content:
            for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
                if PRIVATE.search(line):
                    found.append(f"{named(path)}:{number}: {line.strip()[:100]}")
    assert found == []


def test_no_lock_file_that_records_hosts(tracked):
    assert {path.name for path in tracked} & {"uv.lock", "pylock.toml", "poetry.lock", "package-lock.json"} == set()


def test_no_large_files(tracked):
    assert [named(path) for path in tracked if path.stat().st_size > 1_500_000] == []


def test_no_secrets(tracked, tmp_path):
    baseline = tmp_path / "baseline"
    baseline.write_text(text(".secrets.baseline"), "utf-8")
    hashes = re.compile(r"requirements.*\.txt|\.secrets\.baseline")
    names = [named(path) for path in tracked if not hashes.fullmatch(path.name)]
    done = subprocess.run(
        [sys.executable, "-m", "detect_secrets.pre_commit_hook", "--baseline", str(baseline), *names],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    moved_lines = 3  # nothing new, but what is known stands on another line now
    assert done.returncode in {0, moved_lines}, done.stdout + done.stderr


def test_pre_commit_needs_no_network():
    hooks = yaml.safe_load(text(".pre-commit-config.yaml"))["repos"]
    assert [repository["repo"] for repository in hooks] == ["local"]
    assert {hook["language"] for hook in hooks[0]["hooks"]} == {"system"}


# --- the wheel --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_wheel_holds_everything_a_page_needs(wheel, tracked):
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    wanted = {named(path) for path in tracked if path.is_relative_to(ROOT / "kader")}
    wanted |= {f"kader/{named(path)}" for path in tracked if path.is_relative_to(ROOT / "templates")}
    assert wanted - inside == set()
    assert {Path(name).suffix for name in inside} >= {".py", ".js", ".yaml", ".ipynb", ".css", ".html"}
    data = f"{wheel.name.partition('-py3')[0]}.data/data/share/jupyter/voila/templates/kader/"
    assert any(name.startswith(data) for name in inside), "Voilà would not find the template by itself"
    assert not any("__pycache__" in name or name.endswith(".db") for name in inside)


@pytest.mark.slow
def test_wheel_works_away_from_the_repository(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    code = (
        "import kader, sys; from kader import Framework, shipped; "
        "assert kader.__file__.startswith(sys.argv[1]), kader.__file__; "
        "assert shipped.template('assessment.ipynb').is_file(); "
        "assert str(shipped.template('portfolio.ipynb')).startswith(sys.argv[1]); "
        "print(len(Framework.bundled().requirements))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "installed")],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "14"


def test_the_program_knows_its_version():
    from kader.shipped import VERSION

    assert PROJECT["project"]["version"] == VERSION


def test_every_module_can_be_imported():
    for module in MODULES:
        if module.stem != "__main__" and "migrations" not in module.parts:  # Alembic runs its own by path
            importlib.import_module(".".join(module.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
