"""A whole register at once: per algorithm the assessment, an executed notebook and a page; over all a summary.

The register is read first and its assessments are written as JSON, one by one; then worker processes analyse them,
write the page and run the notebook. What fails is that algorithm's failure and no one else's: it keeps its notebook
with the error in it and its row in the summary.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from kader import shipped
from kader.assessment import codec
from kader.batch.notebooks import check_parameters
from kader.batch.workers import PORTFOLIO_TEMPLATE, TEMPLATE, Job, Settings, outcomes, pool, run_notebook
from kader.errors import BatchError, KaderError, Problem
from kader.exchange import register as registers
from kader.exchange.import_report import ImportReport, Kind
from kader.framework.model import Framework
from kader.report import files, html, many
from kader.report import summary as summaries
from kader.report.summary import Line
from kader.text import Language, Text

if TYPE_CHECKING:
    from kader.assessment.model import Assessment
    from kader.store import Store

__all__ = ["EXAMPLE", "Progress", "Summary", "check_parameters", "run"]

EXAMPLE: Final = "example"
"""The word that stands for the bundled register."""

_AUTHOR: Final = "kader batch"
_SAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_RESERVED: Final = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


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
        trouble: what went wrong with the portfolio's notebook; empty when nothing did.
    """

    out: Path
    lines: tuple[Line, ...]
    report: ImportReport
    trouble: str = ""

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
        if self.trouble:
            said = Text("Het notebook van de portefeuille mislukte: {why}", "The portfolio's notebook failed: {why}")
            yield said.format(why=self.trouble).to(language)
        for line in self.failures:
            yield f"  ! {line.name or line.id} {line.place}: {line.error}"
        yield Text("Begin bij {page}", "Start at {page}").format(page=self.out / "portfolio.html").to(language)


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
        settings = Settings(out=folder, language=said, parameters=given, kernel_sockets=sockets, work=work)
        lines = _worked_out(jobs, refused, settings, workers or os.cpu_count() or 1, progress)
        summary = Summary(out=folder, lines=tuple(lines), report=report)
        _write_summary(summary, framework, said)
        trouble = _write_portfolio(summary, framework, said, settings)
    return replace(summary, trouble=trouble)


# --- what goes in ---------------------------------------------------------------------------------------------------


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
        try:
            for name in ("json", "notebooks", "html"):
                (self._out / name).mkdir(parents=True, exist_ok=True)
            self._work = Path(tempfile.mkdtemp(prefix=".part-", dir=self._out))
        except OSError as error:
            raise BatchError(
                Problem(
                    Text("In deze map kan kader niets schrijven.", "Kader cannot write anything in this folder."),
                    str(self._out),
                    Text("Kies een andere map bij --out.", "Choose another folder at --out."),
                )
            ) from error
        self._sockets = tempfile.mkdtemp(prefix="kader-")
        (self._out / "batch.log").write_bytes(b"")
        shutil.copyfile(self._notebook, self._work / TEMPLATE)
        shutil.copyfile(shipped.template("portfolio.ipynb"), self._work / PORTFOLIO_TEMPLATE)
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
) -> tuple[list[Job], ImportReport, list[Line]]:
    """Write every assessment of a register as JSON; what remains in memory is a few names each."""
    source, report = _source(register, framework)
    jobs: list[Job] = []
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
                    Job(
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
    jobs: list[Job],
    refused: list[Line],
    settings: Settings,
    workers: int,
    progress: Callable[[Progress], None],
) -> list[Line]:
    lines: dict[int, Line] = {}
    failures = len(refused)
    total = len(jobs) + len(refused)
    for job, line in outcomes(jobs, settings, min(workers, max(len(jobs), 1))):
        lines[job.number] = line
        failures += bool(line.error)
        progress(
            Progress(
                done=len(lines), total=total, name=job.name or job.id, failed_now=bool(line.error), failures=failures
            )
        )
    return [*(lines[number] for number in sorted(lines)), *refused]


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


def _write_portfolio(summary: Summary, framework: Framework, language: Language, settings: Settings) -> str:
    """The portfolio as page and notebook; what went wrong with the notebook, in words."""

    def address(line: Line) -> str:
        page = summary.out / "html" / f"{line.file}.html"
        return f"html/{line.file}.html" if line.file and page.exists() else ""

    document = many.build(summary.lines, framework, language, address=address)
    files.write_text(summary.out / "portfolio.html", html.page(document, searchable=True))
    from concurrent.futures.process import BrokenProcessPool

    parameters = {"folder": ".", "language": language.value, "widgets": False}
    with pool(settings, 1) as single:
        try:
            failure = single.submit(
                run_notebook, settings, PORTFOLIO_TEMPLATE, "portfolio.ipynb", summary.out, parameters
            ).result()
        except BrokenProcessPool as error:
            failure = str(error)
    return failure
