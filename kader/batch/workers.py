"""Worker processes: each algorithm's page, notebook and line; what a job breaks, it breaks for itself only."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kader.analysis import analyse
from kader.assessment import codec
from kader.batch import notebooks
from kader.errors import KaderError
from kader.report import files, html
from kader.report import summary as summaries
from kader.report.build import build
from kader.report.summary import Line, framework_of, summarise
from kader.text import Language, Text

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

TEMPLATE: Final = "template.ipynb"
PORTFOLIO_TEMPLATE: Final = "portfolio-template.ipynb"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One algorithm for a worker: names only, the content is in the file."""

    number: int
    id: str
    name: str
    organisation: str
    place: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What every worker needs to know; all of it pickles."""

    out: Path
    language: Language
    parameters: Mapping[str, object]
    kernel_sockets: str
    work: Path


def outcomes(jobs: Iterable[Job], settings: Settings, workers: int) -> Iterator[tuple[Job, Line]]:
    """Run jobs in a pool; when a process dies, those under way are tried again one by one, each in its own process."""
    from concurrent.futures import FIRST_COMPLETED, wait
    from concurrent.futures.process import BrokenProcessPool

    waiting = iter(jobs)
    running = pool(settings, workers)
    flying: dict[Future[Line], Job] = {}
    try:
        while True:
            suspects: list[Job] = []
            while len(flying) < 2 * workers and (job := next(waiting, None)) is not None:
                try:
                    flying[running.submit(_work, job, settings)] = job
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
                running.shutdown(wait=True, cancel_futures=True)
                for job in sorted(suspects, key=lambda job: job.number):
                    yield job, _alone(job, settings)
                running = pool(settings, workers)
    finally:
        running.shutdown(wait=True, cancel_futures=True)


def _alone(job: Job, settings: Settings) -> Line:
    """One job in a process of its own; when that dies too, the job is what kills it."""
    from concurrent.futures.process import BrokenProcessPool

    with pool(settings, 1) as single:
        try:
            return single.submit(_work, job, settings).result()
        except BrokenProcessPool:
            died = Text("het proces is onverwacht gestopt", "the process stopped unexpectedly").to(settings.language)
            path = settings.out / "notebooks" / f"{job.file}.ipynb"
            notebooks.failed_notebook(settings.work / TEMPLATE, path, died, settings.language)
            return _failed(job, died)


def pool(settings: Settings, workers: int) -> ProcessPoolExecutor:
    """Fresh processes: a fork would copy the threads and sockets of whoever called us."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(settings,))


def _begin(settings: Settings) -> None:
    """Prepare a worker process: quick imports, a short place for sockets, a working folder, and a log for its noise.

    jsonschema imports rfc3987_syntax only to check the format `iri`, which no notebook schema uses; importing it
    costs a second in each process. With `None` in its place that import fails as if it were not installed, which
    jsonschema allows for. Only our own worker processes do this.
    """
    # None is how Python marks a module that may not be imported; the type stubs know only modules.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    if len(settings.kernel_sockets) <= notebooks.IPC_PATH:
        os.environ["JUPYTER_RUNTIME_DIR"] = settings.kernel_sockets
    os.chdir(settings.work)
    log = os.open(settings.out / "batch.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def _work(job: Job, settings: Settings) -> Line:
    """One algorithm in a worker: the page, the notebook, and its line; never raises."""
    line, error = _failed(job, ""), ""
    try:
        line = _page(job, settings)
    except Exception as reason:  # noqa: BLE001  # one algorithm's failure is its own
        error = _in_words(reason, settings.language)
    parameters = {**settings.parameters, "file": f"../json/{job.file}.json"}
    failure = run_notebook(settings, TEMPLATE, f"{job.file}.ipynb", settings.out / "notebooks", parameters)
    return replace(line, error=error or failure)


def run_notebook(settings: Settings, template: str, name: str, folder: Path, parameters: Mapping[str, object]) -> str:
    """Run a notebook of the working folder in this worker; the error in words, empty when all went well."""
    return notebooks.execute(
        template, name, folder, parameters, sockets=settings.kernel_sockets, language=settings.language
    )


def _page(job: Job, settings: Settings) -> Line:
    assessment = codec.load(settings.out / "json" / f"{job.file}.json")
    framework = framework_of(assessment, settings.language)
    findings = analyse(framework, assessment)
    page = html.page(build(framework, assessment, findings, settings.language))
    files.write_text(settings.out / "html" / f"{job.file}.html", page)
    return replace(summarise(assessment, findings, file=job.file), place=job.place)


def _failed(job: Job, error: str) -> Line:
    return summaries.failed(job.id, error, name=job.name, organisation=job.organisation, file=job.file, place=job.place)


def _in_words(error: BaseException, language: Language) -> str:
    if isinstance(error, KaderError):
        return error.to(language)
    return f"{type(error).__name__}: {error}"
