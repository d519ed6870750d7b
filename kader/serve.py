"""The dashboard and JupyterLab as servers on this machine: two pages, no request to anybody else.

The dashboard is Voilà with exactly two notebooks: the portfolio at its start and, under `assessment?dossier=…`, a
dossier. Reading is the rule; with `edit` people answer in it. It listens on this machine only; a proxy that knows its
users brings it further, and hands over who they are in the header `X-Forwarded-User`.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from kader import shipped
from kader.errors import KaderError, Problem
from kader.store import Store
from kader.text import Language, Text
from kader.ui import notebook

HOST: Final = "127.0.0.1"
HEALTH: Final = "voila/static/voila.js"  # a plain file: asking for it starts no kernel
ASSESSMENT: Final = "assessment"
_PORTS_TRIED: Final = 20
_IDLE_SECONDS: Final = 1_800
_MESSAGE_BYTES: Final = 52_428_800
# Voilà starts by inline scripts, and widgets are modules in a blob.
_CONTENT_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'self'; "
    "form-action 'self'; base-uri 'self'; object-src 'none'"
)
_EXTENSIONS: Final = ("@voila-dashboards/widgets-manager8", "@jupyter-widgets/jupyterlab-manager", "anywidget")

Say = Callable[[str], None]


def _tell(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def run(
    store: str = "",
    *,
    port: int = 8866,
    edit: bool = False,
    open_browser: bool = True,
    language: str = "nl",
    say: Say = _tell,
) -> None:
    """Show the dossiers of a store as a dashboard, until it is stopped with Ctrl-C.

    Args:
        store: file or address of the store; the usual one when empty.
        port: where it listens; the next free one when it is taken.
        edit: let people answer; without it the dashboard is for reading.
        open_browser: open the start page in the browser.
        language: of the start page and of what is said here.
        say: takes what is said to the person who started it.

    Raises:
        KaderError: the store cannot be opened, or no port is free.
    """
    said = Language(language)
    address = _store_address(store)
    free = free_port(port)
    if free != port:
        say(_PORT_TAKEN.format(port=port, free=free).to(said))
    environment = {
        "KADER_DATABASE_URL": address,
        "KADER_EDIT": "1" if edit else "0",
        "JUPYTER_PATH": _jupyter_path(os.environ),
    }
    with _pages(said) as folder, _environment(environment):
        dashboard = _dashboard(folder, port=free, open_browser=open_browser)
        dashboard.said = lambda url: say(_running(url, edit=edit).to(said))
        dashboard.initialize([])
        dashboard.start()
    say(_STOPPED.to(said))


def lab(
    dossier: str,
    *,
    store: str = "",
    folder: Path = Path(),
    language: str = "nl",
    open_browser: bool = True,
    port: int = 8888,
    say: Say = _tell,
) -> None:
    """Open a dossier as a notebook in JupyterLab, until that is stopped with Ctrl-C.

    Args:
        dossier: id of the dossier.
        store: file or address of the store; the usual one when empty.
        folder: where the notebook is, or comes.
        language: of what is said here.
        open_browser: open JupyterLab in the browser.
        port: where it listens; the next free one when it is taken.
        say: takes what is said to the person who started it.

    Raises:
        KaderError: there is no such dossier, or the notebook cannot be written.
    """
    said = Language(language)
    with Store.open(store or None) as opened:
        name = opened.load(dossier).assessment.algorithm.name
        address = opened.url
    path = notebook.bound(dossier, title=name, store=store, folder=folder).resolve()
    free, token = free_port(port), secrets.token_hex(24)
    command = [
        sys.executable, "-m", "jupyter", "lab", str(path),
        f"--ServerApp.root_dir={path.parent}", f"--port={free}", "--ServerApp.port_retries=0", f"--ip={HOST}",
        *([] if open_browser else ["--no-browser"]),
        *(["--allow-root"] if _is_root() else []),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="kader-lab-") as settings:
        for place, content in _LAB_SETTINGS.items():
            file = Path(settings) / place
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(content), encoding="utf-8")
        environment = {
            **os.environ,
            "KADER_DATABASE_URL": address,
            "JUPYTER_PATH": _jupyter_path(os.environ),
            "JUPYTER_TOKEN": token,
            "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, [settings, os.environ.get("JUPYTER_CONFIG_PATH")])),
        }
        url = f"http://{HOST}:{free}/lab/tree/{quote(path.name)}?token={token}"
        say(_LAB.format(path=path, url=url).to(said))
        _until_stopped(command, environment, path.parent)


def free_port(wanted: int) -> int:
    """The wanted port, or the first free one after it.

    Raises:
        KaderError: none of them is free, or one may not listen there.
    """
    for port in range(wanted, min(wanted + _PORTS_TRIED, 65_536)):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                if error.errno == errno.EACCES:
                    raise KaderError(Problem(_NOT_ALLOWED.format(port=port), "", _OTHER_PORT)) from error
                continue
        return port
    raise KaderError(Problem(_NONE_FREE.format(port=wanted, last=wanted + _PORTS_TRIED - 1), "", _OTHER_PORT))


def _is_root() -> bool:
    """As in a container, where root has no more than its own files; JupyterLab wants to hear that it is meant."""
    return os.name != "nt" and os.geteuid() == 0


def _store_address(store: str) -> str:
    """Open it once here, so that what is wrong is said before a page is asked for."""
    with Store.open(store or None) as opened:
        path = Path(opened.place)
        return f"sqlite:///{path.resolve()}" if opened.url.startswith("sqlite:///") and path.exists() else opened.url


def _jupyter_path(environment: Mapping[str, str]) -> str:
    return os.pathsep.join(filter(None, [str(shipped.template("").resolve()), environment.get("JUPYTER_PATH", "")]))


@contextmanager
def _pages(language: Language) -> Iterator[Path]:
    """A folder with nothing in it but the two notebooks."""
    with tempfile.TemporaryDirectory(prefix="kader-") as name:
        folder = Path(name)
        for page in ("portfolio.ipynb", notebook.TEMPLATE):
            content = json.loads(shipped.template(page).read_text(encoding="utf-8"))
            content["metadata"]["kader"] = {"language": language.value}
            (folder / page).write_text(json.dumps(content), encoding="utf-8")
        yield folder


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _dashboard(folder: Path, *, port: int, open_browser: bool) -> Any:
    """Voilà with our two pages; not started yet."""
    from voila.app import Voila

    class Dashboard(Voila):  # type: ignore[misc]  # Voilà has no types
        """Voilà with the portfolio at `/` and a dossier at `/assessment`."""

        said: Say

        def init_settings(self) -> dict[str, Any]:
            settings: dict[str, Any] = super().init_settings()
            # A page elsewhere cannot reach this server by a name of its own that leads to this machine.
            hosts = os.environ.get("KADER_HOSTS", "").split()
            return {**settings, "allow_remote_access": "*" in hosts, "local_hostnames": ["localhost", *hosts]}

        def init_handlers(self) -> list[Any]:
            from jupyter_server.utils import url_path_join
            from voila.tornado.handler import TornadoVoilaHandler

            options = {
                "notebook_path": notebook.TEMPLATE,
                "template_paths": self.template_paths,
                "config": self.config,
                "voila_configuration": self.voila_configuration,
            }
            own = (url_path_join(self.server_url, rf"/{ASSESSMENT}/?()"), TornadoVoilaHandler, options)
            return [own, *super().init_handlers()]

        def listen(self) -> None:
            # Said when the loop turns, so that it is true.
            from tornado.ioloop import IOLoop

            self.ioloop = IOLoop.current()
            self.ioloop.add_callback(self.said, f"http://{HOST}:{self.port}{self.base_url}")
            # Ctrl-C lets the loop finish its turn; an exception in the middle of one can leave a kernel half stopped.
            signal.signal(signal.SIGINT, self._handle_signal_stop)
            super().listen()

        def stop(self) -> None:
            signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever does not want to wait presses it again
            super().stop()

    dashboard = Dashboard(config=_settings(port, open_browser=open_browser))
    dashboard.root_dir = str(folder)
    dashboard.notebook_path = str(folder / "portfolio.ipynb")
    return dashboard


def _settings(port: int, *, open_browser: bool) -> Any:
    from traitlets.config import Config

    settings = Config()
    settings.Application.log_level = os.environ.get("KADER_LOG", "WARN")
    settings.Voila.ip = HOST
    settings.Voila.port = port
    settings.Voila.port_retries = 0
    settings.Voila.open_browser = open_browser
    settings.Voila.tornado_settings = {
        "headers": {
            "Content-Security-Policy": _CONTENT_POLICY,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        },
        "websocket_max_message_size": _MESSAGE_BYTES,
    }
    page = settings.VoilaConfiguration
    page.template = "kader"
    page.allow_template_override = "NO"
    page.allow_theme_override = "NO"
    page.file_allowlist = ["(?!)"]  # no file beside the notebooks is ever served
    page.show_tracebacks = False
    page.strip_sources = True
    page.preheat_kernel = False  # a kernel heated before would know nothing of the address
    page.extension_allowlist = list(_EXTENSIONS)
    page.http_header_envs = ["X-Forwarded-User"]
    page.prelaunch_hook = _shut_down_on_close
    page.page_config_hook = _no_formulas
    if os.name != "nt":
        settings.KernelManager.transport = "ipc"
    settings.MappingKernelManager.cull_idle_timeout = _IDLE_SECONDS
    settings.MappingKernelManager.cull_interval = 60
    settings.MappingKernelManager.cull_connected = True
    return settings


def _shut_down_on_close(request: Any, **_: object) -> None:
    """Set the cookie without which the page's goodbye is refused, and its kernel stays."""
    assert request.xsrf_token  # noqa: S101  # reading it is what sets the cookie


def _no_formulas(config: dict[str, Any], base_url: str = "/", **_: object) -> dict[str, Any]:
    """The page has no formulas, and so asks nobody for the program that draws them."""
    return {**config, "fullMathjaxUrl": f"{base_url}voila/static/no-mathjax.js"}


def _until_stopped(command: list[str], environment: Mapping[str, str], folder: Path) -> None:
    """Run a server; Ctrl-C and a request to stop reach it, and it is waited for."""
    if shutil.which(command[0]) is None:
        raise KaderError(Problem(_NO_LAB))
    server = subprocess.Popen(command, env=dict(environment), cwd=folder, start_new_session=os.name != "nt")

    def stop(_signal: int, _frame: object) -> None:
        server.terminate()

    before = {name: signal.signal(name, stop) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        server.wait()
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
        if server.poll() is None:
            server.terminate()
            server.wait(timeout=20)


# JupyterLab asks nobody for news or updates, and installs nothing.
_LAB_SETTINGS: Final[dict[str, Any]] = {
    "jupyter_server_config.json": {
        "LabApp": {
            "news_url": None,
            "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            "extension_manager": "readonly",
        },
        "MappingKernelManager": {"cull_idle_timeout": 0},
    },
    # Without news it would still ask whether one wants them.
    "labconfig/page_config.json": {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}},
}

_PORT_TAKEN: Final = Text("Poort {port} is bezet; het wordt {free}.", "Port {port} is taken; it will be {free}.")
_NONE_FREE: Final = Text(
    "Alle poorten van {port} tot en met {last} zijn bezet.", "All ports from {port} to {last} are taken."
)
_NOT_ALLOWED: Final = Text("Op poort {port} mag u niet luisteren.", "You may not listen on port {port}.")
_OTHER_PORT: Final = Text("Kies een andere met --port.", "Choose another one with --port.")
_NO_LAB: Final = Text("JupyterLab is niet gevonden.", "JupyterLab was not found.")
_STOPPED: Final = Text("Gestopt.", "Stopped.")
_LAB: Final = Text(
    "Notebook:   {path}\nJupyterLab: {url}\nStoppen:    Ctrl-C",
    "Notebook:   {path}\nJupyterLab: {url}\nStop:       Ctrl-C",
)


def _running(url: str, *, edit: bool) -> Text:
    mode = Text("lezen en bewerken", "reading and editing") if edit else Text("alleen lezen", "reading only")
    return Text(
        "Portfolio:  {url}\nDossier:    {url}assessment?dossier=ID\nMode:       {mode}\nStoppen:    Ctrl-C",
        "Portfolio:  {url}\nDossier:    {url}assessment?dossier=ID\nMode:       {mode}\nStop:       Ctrl-C",
    ).format(url=url, mode=mode)
