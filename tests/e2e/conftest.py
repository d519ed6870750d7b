"""Servers as people start them, and a store behind them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kader import serve
from kader.assessment.model import Assessment, Proposal
from kader.framework.model import Framework
from kader.framework.rules import Truth
from kader.store import Store

PATIENCE = 60.0


@pytest.fixture(autouse=True)
def _patient() -> None:
    """A page starts a kernel; on a busy machine that takes a while."""
    from playwright.sync_api import expect

    expect.set_options(timeout=45_000)


@dataclass
class Server:
    """A server in a process of its own."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def wait(self, pattern: str) -> re.Match[str]:
        """What it says, as soon as it says it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := re.search(pattern, self.said):
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"the server did not say {pattern!r}:\n{self.said}")

    def stop(self, sent: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(sent)
        return self.process.wait(timeout=30)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def servers(folder: Path, root: Path) -> Iterator[Callable[..., Server]]:
    """`start("serve.run(…)")` runs that in a process of its own, until the tests are done with it."""
    running: list[Server] = []

    def started(call: str, **environment: str) -> Server:
        log = folder / f"server-{len(running)}.log"
        surroundings = {
            **os.environ,
            "PYTHONPATH": str(root),
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            **environment,
        }
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-c", f"from pathlib import Path; from kader import serve; {call}"],
                stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=surroundings, cwd=folder,
            )  # fmt: skip
        running.append(Server(process, log))
        return running[-1]

    yield started
    for server in running:
        server.stop()


@pytest.fixture
def start(tmp_path, root) -> Iterator[Callable[..., Server]]:
    """A server for one test."""
    yield from servers(tmp_path, root)


@pytest.fixture(scope="module")
def start_for_all(tmp_path_factory, root) -> Iterator[Callable[..., Server]]:
    """A server for the tests of one module."""
    yield from servers(tmp_path_factory.mktemp("servers"), root)


@pytest.fixture(scope="module")
def database(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("store") / "kader.db"


@pytest.fixture(scope="module")
def store(database) -> Iterator[Store]:
    with Store.open(database) as opened:
        yield opened


@pytest.fixture
def dossier(store, request) -> Assessment:
    """A dossier with a proposal from the register, and a name that tries to be more than a name."""
    number = abs(hash(request.node.nodeid)) % 10**8
    proposal = Proposal(value=Truth.YES, quote="120.000 aanvragen per jaar <b>", field="goal", rule="r")
    made = Assessment.new(
        Framework.bundled(),
        name=f'Parkeerscan {number} <img src=x onerror="throw 1">',
        organisation="Voorbeeldstad",
        id=f"parkeerscan-{number}",
    )
    return store.create(made.with_fact("large_scale", proposals=(proposal,)), "register").assessment


def address_of(server: Server) -> str:
    url = server.wait(r"Portfolio:\s+(http://\S+)")[1]
    assert answers(f"{url}{serve.HEALTH}")
    return url


def dashboard(database: Path, *, edit: bool) -> str:
    port = serve.free_port(20_000 + os.getpid() % 20_000)
    return f"serve.run({str(database)!r}, port={port}, edit={edit}, open_browser=False)"


@pytest.fixture(scope="module")
def reading(start_for_all, database, store) -> str:
    """The address of a dashboard for reading."""
    return address_of(start_for_all(dashboard(database, edit=False)))


@pytest.fixture(scope="module")
def editing(start_for_all, database, store) -> str:
    """The address of a dashboard in which people answer."""
    return address_of(start_for_all(dashboard(database, edit=True)))
