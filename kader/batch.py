"""A whole register at once: per algorithm the assessment, an executed notebook and a page; over all a summary.

The register is read first and its assessments are written as JSON, one by one; then worker processes analyse them,
write the page and run the notebook. What fails is that algorithm's failure and no one else's: it keeps its notebook
with the error in it and its row in the summary.
"""

from __future__ import annotations

import ast
import keyword
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from json import dumps
from json import load as load_json
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final, Self

from kader import shipped
from kader.analysis import analyse
from kader.assessment import codec
from kader.errors import BatchError, KaderError, Problem
from kader.exchange import register as registers
from kader.exchange.import_report import ImportReport, Kind
from kader.framework.model import Framework
from kader.report import files, html, many
from kader.report import summary as summaries
from kader.report.build import build
from kader.report.summary import Line, framework_of, summarise
from kader.text import Language, Text

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    from kader.assessment.model import Assessment
    from kader.store import Store

EXAMPLE: Final = "example"
"""The word that stands for the bundled register."""

CELL_TIMEOUT: Final = 600
"""Seconds that one cell of a notebook may take."""

_AUTHOR: Final = "kader batch"
_SAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_RESERVED: Final = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_IPC_PATH: Final = 60
_TEMPLATE: Final = "template.ipynb"
_PORTFOLIO_TEMPLATE: Final = "portfolio-template.ipynb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a batch is.

    Attributes:
        done: algorithms worked out; total: of how many.
        name: the one that was finished last; failed_now: whether it failed.
        failures: how many failed so far.
    """

    done: int
    total: int
    name: str
    failed_now: bool
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a batch made.

    Attributes:
        out: the folder; lines: one an algorithm, in the order of the register.
        report: what was not understood in the register.
    """

    out: Path
    lines: tuple[Line, ...]
    report: ImportReport

    @property
    def failures(self) -> tuple[Line, ...]:
        """The algorithms that failed."""
        return tuple(line for line in self.lines if line.error)

    def in_lines(self, language: Language | str) -> Iterator[str]:
        """The outcome in words, for a terminal."""
        yield (
            Text("{n} algoritmes in {out}", "{n} algorithms in {out}")
            .format(n=len(self.lines), out=self.out)
            .to(language)
        )
        for _, text, number, _ in many.numbers(self.lines):
            yield f"  {number:>6}  {text.to(language)}"
        if self.report.lines:
            said = Text(
                "{n} punten in het register om na te kijken: import-report.csv",
                "{n} points in the register to look at: import-report.csv",
            )
            yield said.format(n=len(self.report.lines)).to(language)
        for line in self.failures:
            yield f"  ! {line.name or line.id} {line.place}: {line.error}"
        yield Text("Begin bij {page}", "Start at {page}").format(page=self.out / "portfolio.html").to(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One algorithm for a worker: names only, the content is in the file."""

    number: int
    id: str
    name: str
    organisation: str
    place: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settings:
    """What every worker needs to know; all of it pickles."""

    out: Path
    language: Language
    parameters: Mapping[str, object]
    kernel_sockets: str
    work: Path


def run(
    register: str | Path,
    out: str | Path,
    *,
    limit: int | None = None,
    workers: int | None = None,
    store: str | Path | Store | None = None,
    language: Language | str = Language.NL,
    profile: str = "default",
    template: Path | None = None,
    parameters: Mapping[str, object] | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Summary:
    """Work through a register.

    Args:
        register: a register file, or `example` for the bundled one.
        out: folder for the results; what is there under the same names is replaced, the rest stays.
        limit: only the first so many algorithms.
        workers: number of processes; the number of cores when not given.
        store: also update the dossiers in this store: particulars and proposals, never answers. Their answers are
            then what is worked out.
        language: of pages and summary.
        profile: reading of the rules.
        template: the notebook to run for each algorithm; the shipped one when not given.
        parameters: further parameters of the notebook; names must stand in its own parameters cell.
        progress: told after each algorithm.

    Returns:
        What was made, with a line for every algorithm.

    Raises:
        BatchError: a parameter or profile is unknown, or the template has no parameters cell.
        ExchangeError: the register cannot be read at all.
    """
    said = Language(language)
    framework = Framework.bundled(language=said)
    notebook = template or shipped.template("assessment.ipynb")
    if profile not in framework.rules.profiles:
        raise BatchError(_unknown_profile(profile, framework))
    given = {"language": said.value, "widgets": False, **(parameters or {})}
    check_parameters(notebook, {"file": "", **given})
    folder = Path(out).resolve()
    with _work_folders(folder, notebook) as (work, sockets):
        jobs, report, refused = _assessments(register, folder, framework, limit=limit, store=store, profile=profile)
        settings = _Settings(out=folder, language=said, parameters=given, kernel_sockets=sockets, work=work)
        lines = _worked_out(jobs, refused, settings, workers or os.cpu_count() or 1, progress)
        summary = Summary(out=folder, lines=tuple(lines), report=report)
        _write_summary(summary, framework, said)
        _write_portfolio(summary, framework, said, settings)
    return summary


# --- what goes in ---------------------------------------------------------------------------------------------------


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


def _unknown_profile(profile: str, framework: Framework) -> Problem:
    return Problem(
        Text("Er is geen lezing {profile}.", "There is no reading {profile}.").format(profile=repr(profile)),
        "",
        Text("Kies uit: {names}.", "Choose from: {names}.").format(names=", ".join(framework.rules.profiles)),
    )


class _work_folders:  # noqa: N801  # used as a verb: with _work_folders(...)
    """A folder beside the results for what is not whole yet, and a short one for kernels' sockets."""

    def __init__(self, out: Path, notebook: Path) -> None:
        self._out, self._notebook = out, notebook

    def __enter__(self) -> tuple[Path, str]:
        for name in ("json", "notebooks", "html"):
            (self._out / name).mkdir(parents=True, exist_ok=True)
        self._work = Path(tempfile.mkdtemp(prefix=".part-", dir=self._out))
        self._sockets = tempfile.mkdtemp(prefix="kader-")
        (self._out / "batch.log").write_bytes(b"")
        shutil.copyfile(self._notebook, self._work / _TEMPLATE)
        shutil.copyfile(shipped.template("portfolio.ipynb"), self._work / _PORTFOLIO_TEMPLATE)
        return self._work, self._sockets

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._work, ignore_errors=True)
        shutil.rmtree(self._sockets, ignore_errors=True)


def _assessments(
    register: str | Path,
    out: Path,
    framework: Framework,
    *,
    limit: int | None,
    store: str | Path | Store | None,
    profile: str,
) -> tuple[list[_Job], ImportReport, list[Line]]:
    """Write every assessment of a register as JSON; what remains in memory is a few names each."""
    source, report = _source(register, framework)
    jobs: list[_Job] = []
    trouble: list[Line] = []
    taken: set[str] = set()
    with _Dossiers(store) as dossiers:
        try:
            for assessment, place in source:
                current = assessment.with_meta(profile=profile) if profile != "default" else assessment
                current = dossiers.updated(current)
                name = file_name(current.meta.id, taken)
                files.write_text(out / "json" / f"{name}.json", codec.dumps(current))
                algorithm = current.algorithm
                jobs.append(
                    _Job(
                        number=len(jobs),
                        id=current.meta.id,
                        name=algorithm.name,
                        organisation=algorithm.organisation,
                        place=place,
                        file=name,
                    )
                )
                if limit is not None and len(jobs) >= limit:
                    break
        except KaderError as error:
            if not jobs:
                raise
            trouble.append(summaries.failed("", error.to(framework.language), place=report.file))
    refused = [
        summaries.failed("", line.what.to(framework.language), place=line.place.to(framework.language))
        for line in report.lines
        if line.kind is Kind.REFUSED
    ]
    return jobs, report, refused + trouble


def _source(register: str | Path, framework: Framework) -> tuple[Iterator[tuple[Assessment, str]], ImportReport]:
    language = framework.language
    if str(register) == EXAMPLE:
        from kader.exchange import example

        found = example.assessments(framework)
        report = ImportReport(file=example.register_path().name, layout="csv")
        return ((each, each.meta.origin.place if each.meta.origin else "") for each in found), report
    imported = registers.read(register, framework, language=language)
    return ((item.assessment, item.place.to(language)) for item in imported.assessments), imported.report


class _Dossiers:
    """The store that a batch updates, if any."""

    def __init__(self, store: str | Path | Store | None) -> None:
        self._given = store
        self._store: Store | None = None

    def __enter__(self) -> Self:
        if self._given is not None:
            from kader.store import Store

            self._store = self._given if isinstance(self._given, Store) else Store.open(self._given)
        return self

    def __exit__(self, *_: object) -> None:
        if self._store is not None and self._store is not self._given:
            self._store.close()

    def updated(self, assessment: Assessment) -> Assessment:
        """The dossier as the store has it after the update; the assessment itself without a store."""
        return self._store.update_from_register(assessment, _AUTHOR).assessment if self._store else assessment


def file_name(id: str, taken: set[str]) -> str:
    """A name that is safe on every file system and not taken yet.

    >>> taken = set()
    >>> file_name("AB/../c", taken), file_name("ab-..-C", taken), file_name("con", taken)
    ('AB-..-c', 'ab-..-C-2', '_con')
    """
    name = _SAFE.sub("-", id).strip(".-")[:100] or "dossier"
    if _RESERVED.match(name):
        name = f"_{name}"
    unique, number = name, 2
    while unique.casefold() in taken:
        unique, number = f"{name}-{number}", number + 1
    taken.add(unique.casefold())
    return unique


# --- workers --------------------------------------------------------------------------------------------------------


def _worked_out(
    jobs: list[_Job],
    refused: list[Line],
    settings: _Settings,
    workers: int,
    progress: Callable[[Progress], None],
) -> list[Line]:
    lines: dict[int, Line] = {}
    failures = len(refused)
    total = len(jobs) + len(refused)
    for job, line in _outcomes(jobs, settings, min(workers, max(len(jobs), 1))):
        lines[job.number] = line
        failures += bool(line.error)
        progress(
            Progress(
                done=len(lines), total=total, name=job.name or job.id, failed_now=bool(line.error), failures=failures
            )
        )
    return [*(lines[number] for number in sorted(lines)), *refused]


def _outcomes(jobs: Iterable[_Job], settings: _Settings, workers: int) -> Iterator[tuple[_Job, Line]]:
    """Run jobs in a pool; when a process dies, those under way are tried again one by one, each in its own process."""
    from concurrent.futures import FIRST_COMPLETED, wait
    from concurrent.futures.process import BrokenProcessPool

    waiting = iter(jobs)
    pool = _pool(settings, workers)
    flying: dict[Future[Line], _Job] = {}
    try:
        while True:
            suspects: list[_Job] = []
            while len(flying) < 2 * workers and (job := next(waiting, None)) is not None:
                try:
                    flying[pool.submit(_work, job, settings)] = job
                except BrokenProcessPool:
                    suspects.append(job)
                    break
            if not flying and not suspects:
                return
            done = wait(flying, return_when=FIRST_COMPLETED).done if flying and not suspects else set(flying)
            for future in done:
                job = flying.pop(future)
                try:
                    yield job, future.result()
                except BrokenProcessPool:
                    suspects.append(job)
            if suspects:
                suspects += flying.values()
                flying.clear()
                pool.shutdown(wait=True, cancel_futures=True)
                for job in sorted(suspects, key=lambda job: job.number):
                    yield job, _alone(job, settings)
                pool = _pool(settings, workers)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _alone(job: _Job, settings: _Settings) -> Line:
    """One job in a process of its own; when that dies too, the job is what kills it."""
    from concurrent.futures.process import BrokenProcessPool

    with _pool(settings, 1) as pool:
        try:
            return pool.submit(_work, job, settings).result()
        except BrokenProcessPool:
            died = Text("het proces is onverwacht gestopt", "the process stopped unexpectedly").to(settings.language)
            _failed_notebook(settings, f"{job.file}.ipynb", settings.out / "notebooks", died)
            return _failed(job, died)


def _pool(settings: _Settings, workers: int) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(settings,))


def _begin(settings: _Settings) -> None:
    """Prepare a worker process: quick imports, a short place for sockets, a working folder, and a log for its noise.

    jsonschema imports rfc3987_syntax only to check the format `iri`, which no notebook schema uses; importing it
    costs a second in each process. With `None` in its place that import fails as if it were not installed, which
    jsonschema allows for. Only our own worker processes do this.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    if len(settings.kernel_sockets) <= _IPC_PATH:
        os.environ["JUPYTER_RUNTIME_DIR"] = settings.kernel_sockets
    os.chdir(settings.work)
    log = os.open(settings.out / "batch.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def _work(job: _Job, settings: _Settings) -> Line:
    """One algorithm in a worker: the page, the notebook, and its line; never raises."""
    line, error = _failed(job, ""), ""
    try:
        line = _page(job, settings)
    except Exception as reason:  # noqa: BLE001  # one algorithm's failure is its own
        error = _in_words(reason, settings.language)
    parameters = {"file": f"../json/{job.file}.json", **settings.parameters}
    failure = _execute(settings, _TEMPLATE, f"{job.file}.ipynb", settings.out / "notebooks", parameters)
    return replace(line, error=error or failure)


def _page(job: _Job, settings: _Settings) -> Line:
    assessment = codec.load(settings.out / "json" / f"{job.file}.json")
    framework = framework_of(assessment, settings.language)
    findings = analyse(framework, assessment)
    page = html.page(build(framework, assessment, findings, settings.language))
    files.write_text(settings.out / "html" / f"{job.file}.html", page)
    return replace(summarise(assessment, findings, file=job.file), place=job.place)


def _failed(job: _Job, error: str) -> Line:
    return summaries.failed(job.id, error, name=job.name, organisation=job.organisation, file=job.file, place=job.place)


def _in_words(error: BaseException, language: Language) -> str:
    if isinstance(error, KaderError):
        return error.to(language)
    return f"{type(error).__name__}: {error}"


def _execute(settings: _Settings, template: str, name: str, folder: Path, parameters: Mapping[str, object]) -> str:
    """Run a notebook in the worker's own folder and publish it whole; the error in words, empty when all went well.

    Names are relative to the worker's folder, because papermill fills in braces in paths.
    """
    failure = ""
    try:
        _papermill(template, name, folder, parameters, settings.kernel_sockets)
    except Exception as error:  # noqa: BLE001  # one algorithm's failure is its own
        failure = _notebook_error(error)
    made = Path(name)
    if made.exists():
        files.publish(made, folder / name)
    else:
        _failed_notebook(settings, name, folder, failure)
    return failure


def _papermill(template: str, name: str, folder: Path, parameters: Mapping[str, object], sockets: str) -> None:
    import papermill
    from traitlets.config import Config

    config = Config()
    if sys.platform != "win32" and len(sockets) <= _IPC_PATH:
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


def _failed_notebook(settings: _Settings, name: str, folder: Path, failure: str) -> None:
    """The template with the error at its head, for when running it left nothing."""
    with (settings.work / _TEMPLATE).open(encoding="utf-8") as file:
        notebook = load_json(file)
    note = Text("Dit notebook kon niet worden uitgevoerd.", "This notebook could not be run.").to(settings.language)
    cell = {"cell_type": "markdown", "metadata": {}, "source": f"**{note}**\n\n```text\n{failure}\n```"}
    if notebook.get("nbformat_minor", 0) >= 5:
        cell["id"] = "kader-error"
    notebook["cells"].insert(0, cell)
    files.write_text(folder / name, dumps(notebook, ensure_ascii=False, indent=1))


# --- what comes out -------------------------------------------------------------------------------------------------


def _write_summary(summary: Summary, framework: Framework, language: Language) -> None:
    heads = summaries.columns(framework)
    rows: list[list[object]] = [[text.to(language) for text in heads.values()]]
    for line in summary.lines:
        cells = summaries.cells(line, framework, language)
        rows.append([cells[column] for column in heads])
    files.write_csv(summary.out / "summary.csv", rows)
    files.write_xlsx(summary.out / "summary.xlsx", Text("Overzicht", "Summary").to(language), rows)
    files.write_csv(summary.out / "import-report.csv", summary.report.as_rows(language))
    data: dict[str, Any] = {
        "kader": shipped.VERSION,
        "framework": framework.version,
        "language": language.value,
        "lines": [line.as_data() for line in summary.lines],
    }
    files.write_text(summary.out / "summary.json", dumps(data, ensure_ascii=False, indent=1))


def _write_portfolio(summary: Summary, framework: Framework, language: Language, settings: _Settings) -> None:
    def address(line: Line) -> str:
        page = summary.out / "html" / f"{line.file}.html"
        return f"html/{line.file}.html" if line.file and page.exists() else ""

    document = many.build(summary.lines, framework, language, address=address)
    files.write_text(summary.out / "portfolio.html", html.page(document, searchable=True))
    from concurrent.futures.process import BrokenProcessPool

    parameters = {"folder": ".", "language": language.value, "widgets": False}
    with _pool(settings, 1) as pool:
        try:
            failure = pool.submit(
                _execute, settings, _PORTFOLIO_TEMPLATE, "portfolio.ipynb", summary.out, parameters
            ).result()
        except BrokenProcessPool as error:
            failure = str(error)
    if failure:
        raise BatchError(
            Problem(
                Text("Het portefeuille-notebook mislukte: {why}", "The portfolio notebook failed: {why}").format(
                    why=failure
                ),
                str(summary.out / "portfolio.ipynb"),
            )
        )
