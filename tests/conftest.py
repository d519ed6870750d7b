"""What all tests share: outside material, real components (a browser, a database server) and how strictly to ask for them.

A test that needs something that is not on this machine skips, and says what is missing. Where everything ought to
be there (`KADER_TEST_STRICT=1`, as `.ci/run` sets it) the same gap is a failure, so that nothing goes untested
unseen.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Request, Route

ROOT: Final = Path(__file__).resolve().parents[1]
STRICT: Final = os.environ.get("KADER_TEST_STRICT") == "1"

settings.register_profile("dev", deadline=None, max_examples=50)
settings.register_profile(
    "ci", deadline=None, max_examples=100, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))

# A fixture that brings a component in marks its tests, so that `-m "not browser"` leaves them out.
_MARKS: Final = {"chromium": "browser", "postgres_url": "postgres", "shared": "shared"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test by the components that its fixtures bring in; files with a slow test start first.

    Whoever runs in parallel (`make test`) would otherwise end with one process at work and the others waiting.
    """
    for item in items:
        for fixture, mark in _MARKS.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def missing(component: str, remedy: str) -> NoReturn:
    """Skip for a component that is not here, or fail where all components must be."""
    message = f"{component} is not here: {remedy}"
    if STRICT:
        pytest.fail(f"{message} (KADER_TEST_STRICT=1 forbids to skip this)", pytrace=False)
    pytest.skip(message)


def _chromium() -> Path | None:
    named = os.environ.get("KADER_CHROMIUM")
    candidates = [named] if named else ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    found = (shutil.which(candidate, path=f"{os.environ.get('PATH', '')}:/usr/bin") for candidate in candidates)
    return next((Path(path) for path in found if path), None)


def _postgres() -> Path | None:
    """The folder with the server's own programs; Debian keeps them off the PATH."""
    on_path = shutil.which("initdb")
    if on_path and Path(on_path).resolve().with_name("pg_ctl").exists():
        return Path(on_path).resolve().parent
    installed = (path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return max(installed, key=lambda folder: int(folder.parent.name), default=None)


_COMPONENTS: Final[dict[str, tuple[Callable[[], object], str]]] = {
    "chromium": (_chromium, "apt-get install chromium, or name a browser in KADER_CHROMIUM"),
    "playwright": (lambda: find_spec("playwright"), "pip install -r requirements-dev.txt"),
    "postgres": (_postgres, "apt-get install postgresql"),
    "psycopg": (lambda: find_spec("psycopg"), 'pip install "kader-werkboek[postgres]"'),
    "clone": (lambda: shutil.which("git") and (ROOT / ".git").exists(), "get the project by git clone"),
    "make": (lambda: shutil.which("make"), "apt-get install make"),
}


@pytest.fixture(scope="session")
def needs() -> Callable[[str], Any]:
    """`needs("chromium")` gives where that component is, and skips (or, when strict, fails) when it is nowhere."""

    def need(component: str) -> Any:
        find, remedy = _COMPONENTS[component]
        found = find()
        return found or missing(component, remedy)

    return need


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's own folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with outside material (real registers, a framework checkout) beside the repository."""
    folder = ROOT.parent / "shared"
    return folder if folder.is_dir() else missing("the folder ../shared", "put it beside the repository")


# --- a real browser ---------------------------------------------------------------------------------------------

LAUNCH: Final = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
).split()


def is_local(url: str) -> bool:
    """Whether a request stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme in {"data", "blob", "file", "about"} or parts.hostname in {"localhost", "127.0.0.1"}


@dataclass
class Traffic:
    """What the pages of one test asked for and threw."""

    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Refuse and record what leaves this machine, and record every uncaught error."""

        def guard(route: Route, request: Request) -> None:
            if is_local(request.url):
                route.continue_()
            else:
                self.foreign.append(request.url)
                route.abort()

        def opened(page: Page) -> None:
            page.on("pageerror", lambda error: self.errors.append(str(error)))
            page.on("websocket", lambda socket: None if is_local(socket.url) else self.foreign.append(socket.url))

        context.on("page", opened)
        context.route("**/*", guard)


@pytest.fixture(scope="session")
def chromium(needs: Callable[[str], Any]) -> Path:
    """The browser on this machine (`KADER_CHROMIUM` names another)."""
    needs("playwright")
    path: Path = needs("chromium")
    return path


# Not for the whole session: while Playwright runs, its event loop counts as running in this thread, and a later
# test that starts a loop of its own (nbclient, papermill) would fail on it.
@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """A headless browser for the tests of one module."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=LAUNCH)
        yield started
        started.close()


@pytest.fixture
def traffic() -> Traffic:
    """The requests that left this machine and the errors that pages threw, so far in this test."""
    return Traffic()


@pytest.fixture
def browse(browser: Browser, traffic: Traffic, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """`browse(**options)` opens a page in a context of its own, with Playwright's context options.

    After the test: no page asked for anything beyond this machine, and none threw an error. A page of others that
    throws by itself is let through by the mark `page_errors(reason)`.
    """
    contexts: list[BrowserContext] = []

    def opened(**options: Any) -> Page:
        context = browser.new_context(**{"locale": "nl-NL", "service_workers": "block", **options})
        contexts.append(context)
        context.set_default_timeout(30_000)
        traffic.watch(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert traffic.foreign == [], f"a page asked for something beyond this machine: {traffic.foreign}"
    if request.node.get_closest_marker("page_errors") is None:
        assert traffic.errors == [], f"a page threw an error: {traffic.errors}"


@pytest.fixture
def page(browse: Callable[..., Page]) -> Page:
    """One page in a browser, watched as `browse` says."""
    return browse()


# --- a real PostgreSQL ------------------------------------------------------------------------------------------


def _owner() -> dict[str, Any]:
    """Who the server runs as: PostgreSQL refuses root, so root lends it another account."""
    if os.geteuid() != 0:
        return {}
    known = {account.pw_name: account for account in pwd.getpwall()}
    account = known.get("postgres") or known["nobody"]
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


@pytest.fixture(scope="session")
def postgres_url(needs: Callable[[str], Any]) -> Iterator[str]:
    """A throwaway PostgreSQL server, reached by a socket in a folder of its own; gone after the tests."""
    programs: Path = needs("postgres")
    needs("psycopg")
    owner = _owner()
    # Directly under the system's folder: a socket's path may have 107 bytes, pytest's own folders are longer.
    folder = Path(tempfile.mkdtemp(prefix="kader-pg-"))
    if owner:
        os.chown(folder, owner["user"], owner["group"])
    data, log = folder / "data", folder / "log"
    settings_ = f"-k '{folder}' -c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off"

    def run(program: str, *arguments: object) -> None:
        done = subprocess.run(
            [programs / program, *map(str, arguments)],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            timeout=120, check=False, **owner,
        )  # fmt: skip
        if done.returncode:
            server = log.read_text("utf-8", "replace") if log.exists() else ""
            pytest.fail(f"{program} stopped with {done.returncode}:\n{done.stderr}\n{server}", pytrace=False)

    try:
        run("initdb", "-D", data, "-U", "kader", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        run("pg_ctl", "start", "-w", "-D", data, "-l", log, "-o", settings_)
        try:
            yield f"postgresql+psycopg://kader@/postgres?host={quote(str(folder))}"
        finally:
            run("pg_ctl", "stop", "-w", "-D", data, "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_database(postgres_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database on that server, for one test."""
    import psycopg

    name = f"kader_{abs(hash(request.node.nodeid)):x}"
    server = postgres_url.replace("+psycopg", "")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield postgres_url.replace("/postgres?", f"/{name}?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
