"""`python -m benchmarks` measures what people notice and writes the table in benchmarks/README.md.

Medians of several runs; what is compared is measured in turns in the same run, so that a busy machine hits both alike.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
REGISTER = Path(os.environ.get("KADER_REGISTER", HERE.parents[1] / "shared/data/register/register_v1_0_ENG.csv"))
ROUNDS = int(os.environ.get("KADER_BENCH_ROUNDS", "7"))
BATCH = int(os.environ.get("KADER_BENCH_BATCH", "24"))
MARKS = ("<!-- table -->", "<!-- end of table -->")


def seconds(work: Callable[[], object]) -> float:
    """How long something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def program(*command: str) -> Callable[[], object]:
    """A program as a thing to time."""
    return lambda: subprocess.run([sys.executable, *command], check=True, capture_output=True)


def in_turns(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median time of each, measured in turns after one round to warm up."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + 1):
        for name, work in works.items():
            took = seconds(work)
            if number:
                times[name].append(took)
    return {name: statistics.median(taken) for name, taken in times.items()}


def start_up() -> Iterator[tuple[str, str, str]]:
    """The time until something can be typed or read."""
    medians = in_turns(
        {
            "python": program("-c", "pass"),
            "import": program("-c", "import kader"),
            "help": program("-m", "kader", "--help"),
            "papermill": program("-m", "papermill", "--help"),
        },
        ROUNDS,
    )
    yield "`python -c pass` (the floor)", f"{medians['python'] * 1000:.0f} ms", ""
    yield "`import kader`", f"{medians['import'] * 1000:.0f} ms", ""
    share = medians["help"] / medians["papermill"]
    yield "`kader --help`", f"{medians['help'] * 1000:.0f} ms", f"{share:.2f} of papermill's; goal: under 0.50"
    yield "`papermill --help`", f"{medians['papermill'] * 1000:.0f} ms", ""


def reading() -> Iterator[tuple[str, str, str]]:
    """Rows of a real register, on one core."""
    from kader.analysis import analyse
    from kader.exchange import register
    from kader.framework.model import Framework
    from kader.report import html
    from kader.report.build import build

    framework = Framework.bundled()
    assessments = [item.assessment for item in register.read(REGISTER, framework).assessments]
    count = len(assessments)

    def read() -> None:
        for _ in register.read(REGISTER, framework).assessments:
            pass

    def judge() -> None:
        for assessment in assessments:
            analyse(framework, assessment)

    def both() -> None:
        for item in register.read(REGISTER, framework).assessments:
            analyse(framework, item.assessment)

    sample = [(assessment, analyse(framework, assessment)) for assessment in assessments[:50]]

    def pages() -> None:
        for assessment, findings in sample:
            html.page(build(framework, assessment, findings, "nl"))

    medians = in_turns({"read": read, "judge": judge, "both": both, "pages": pages}, 3)
    yield "register rows read, one core", f"{count / medians['read']:.0f} a second", f"{count} rows"
    yield "assessments analysed, one core", f"{count / medians['judge']:.0f} a second", ""
    yield "register rows read and analysed, one core", f"{count / medians['both']:.0f} a second", "goal: at least 1,000"
    yield "report pages, one core", f"{1000 * medians['pages'] / len(sample):.1f} ms a page", ""


class Memory(threading.Thread):
    """Watches the memory of this process and everything it starts, shared pages counted once."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._ended = threading.Event()

    def run(self) -> None:
        import psutil

        own = psutil.Process()
        while not self._ended.wait(0.1):
            total = 0
            for process in [own, *own.children(recursive=True)]:
                try:
                    total += getattr(process.memory_full_info(), "pss", 0) or process.memory_info().rss
                except psutil.Error:
                    continue
            self.peak = max(self.peak, total)

    def stop(self) -> int:
        """The most that was used, in bytes."""
        self._ended.set()
        self.join()
        return self.peak


def batches() -> Iterator[tuple[str, str, str]]:
    """A batch with every stage: notebook, page, document, summary, portfolio."""
    from kader import batch

    workers = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        memory = Memory()
        memory.start()
        took = seconds(lambda: batch.run(REGISTER, Path(folder) / "out", limit=BATCH, workers=workers))
        peak = memory.stop()
    said = f"{BATCH} rows, {workers} workers, start and portfolio included"
    yield "batch", f"{BATCH / took:.2f} rows a second", said
    yield "batch, peak memory of all processes", f"{peak / 1e6:.0f} MB", ""


def table() -> str:
    """The measurements as a Markdown table."""
    lines = ["| what | measured | beside it |", "|---|---|---|"]
    for part in (start_up, reading, batches):
        for row in part():
            line = f"| {' | '.join(row)} |"
            print(line, flush=True)
            lines.append(line)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    python = f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores"
    when = f"{datetime.now(UTC):%Y-%m-%d}"
    return "\n".join([*lines, "", f"{python}, {when}; load of the machine at the end: {load:.1f}."])


def main() -> None:
    """Measure and write."""
    readme = HERE / "README.md"
    text = readme.read_text(encoding="utf-8")
    before, rest = text.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    readme.write_text(f"{before}{MARKS[0]}\n{table()}\n{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
