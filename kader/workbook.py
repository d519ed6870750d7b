"""The workbook: one dossier, to work in or to read. The same few words in JupyterLab, in the dashboard and in a batch.

>>> from kader import workbook
>>> book = workbook.open(dossier="parkeerscan-1a2b3c4d")  # doctest: +SKIP
>>> book.prescan()  # doctest: +SKIP
"""

from __future__ import annotations

import datetime as dt
import getpass
import logging
import os
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, quote

from markupsafe import Markup

from kader.analysis import analyse
from kader.assessment.model import Assessment
from kader.errors import AssessmentError, KaderError, Problem, StoreError
from kader.framework.model import Framework
from kader.report import build, html
from kader.report.document import Document
from kader.report.summary import framework_of
from kader.store import DossierFile, Entry, Saved, Stored
from kader.text import Language, Text
from kader.ui import notebook

_LOG: Final = logging.getLogger(__name__)
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SHOWN: Final = 200


class Page:
    """A piece of HTML as a notebook shows it."""

    def __init__(self, markup: Markup) -> None:
        self.markup = markup

    def _repr_html_(self) -> str:
        return str(self.markup)


def open(
    dossier: str = "", file: str | Path = "", store: str = "", language: str = "", widgets: bool | str = "auto"
) -> Workbook | Reading | Closed:
    """Open a dossier.

    In the dashboard the address says which one (`?dossier=…&language=en`); what cannot be opened is said on the page.

    Args:
        dossier: id of a dossier in the store.
        file: a JSON file with one assessment, in place of a store; answers are saved in it.
        store: file or address of the store; the usual one when empty.
        language: `nl` or `en`; that of the dossier when empty.
        widgets: `True` to answer in, `False` to read; `auto` for widgets where a notebook runs.

    Raises:
        KaderError: it cannot be opened; with widgets a page says so.
    """
    asked = _asked()
    wanted = dossier or asked.get("dossier", "")
    said = language or asked.get("language", "")
    interactive = _interactive(widgets)
    try:
        return _opened(wanted, file, store, said, interactive=interactive)
    except KaderError as error:
        if not interactive:
            raise
        return Closed(error, store, Language.EN if said == "en" else Language.NL)
    except Exception:
        if not interactive or not _in_dashboard():
            raise
        _LOG.exception("the dossier could not be opened")
        return Closed(KaderError(_UNEXPECTED), store, Language.EN if said == "en" else Language.NL)


def new(
    name: str,
    *,
    organisation: str = "",
    store: str = "",
    folder: Path = Path(),
    language: str = "nl",
    profile: str = "default",
) -> Path:
    """Start a dossier, with a notebook bound to it.

    Args:
        name: of the algorithm.
        organisation: that uses it.
        store: file or address of the store; the usual one when empty.
        folder: for the notebook.
        language: `nl` or `en`.
        profile: the reading of the rules.

    Returns:
        The notebook.

    Raises:
        KaderError: the dossier or the notebook cannot be written.
    """
    from kader.store import Store  # a database library is only imported where there is a database

    framework = Framework.bundled(language=language)
    assessment = Assessment.new(framework, name=name, organisation=organisation, language=language, profile=profile)
    with Store.open(store or None) as opened:
        opened.create(assessment, author())
    return notebook.bound(assessment.meta.id, title=name, store=store, language=language, folder=folder)


def author(environment: Mapping[str, str] | None = None) -> str:
    """Who works here: whom the proxy let in, else the user of JupyterHub, else of this machine.

    Args:
        environment: variables to look in; this process's own when not given.
    """
    environment = os.environ if environment is None else environment
    for name in ("HTTP_X_FORWARDED_USER", "JUPYTERHUB_USER"):
        given = "".join(letter for letter in environment.get(name, "") if letter.isprintable()).strip()
        if given:
            return given[:_SHOWN]
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return Text("onbekend", "unknown").nl


class Workbook:
    """A dossier to work in: every answer is saved, and everything that follows from it is shown at once."""

    def __init__(self, state: Any) -> None:
        from kader.ui import views

        self._state = state
        self._views = views

    @property
    def assessment(self) -> Assessment:
        """The document as it is saved."""
        # The state is untyped here: its module loads the widgets, which a batch does without.
        return self._state.assessment  # type: ignore[no-any-return]

    def overview(self) -> Any:
        """Whose dossier it is, how it stands, and what the algorithm is."""
        return self._views.overview(self._state)

    def parts(self) -> Any:
        """The parts with their progress; they stand beside the page."""
        return self._views.parts(self._state)

    def verdicts(self) -> Any:
        """The verdicts with all that they rest on; they stand beside the page."""
        return self._views.verdicts(self._state)

    def prescan(self) -> Any:
        """The questions of the pre-scan, with the proposals beside them."""
        return self._views.prescan(self._state)

    def requirements(self) -> Any:
        """The requirements with their check questions."""
        return self._views.requirements(self._state)

    def processing(self) -> Any:
        """The inventory of the processing."""
        return self._views.processing(self._state)

    def risks(self) -> Any:
        """The risks in the matrix, and the measures against them."""
        return self._views.risks(self._state)

    def decisions(self) -> Any:
        """Advice and decision."""
        return self._views.decisions(self._state)

    def actions(self) -> Any:
        """What remains to be done, renewed with every answer."""
        return self._section("actions", "actions")

    def sources(self) -> Any:
        """The register's own words, and what the assessment was made with."""
        return self._section("sources", "register", "provenance")

    def _section(self, part: str, *sections: str) -> Any:
        def rendered(state: Any) -> Markup:
            document = build.build(state.framework, state.assessment, state.findings, state.language)
            found = Markup("").join([html.section(document, section) for section in sections])
            return Markup('<div id="part-{}" tabindex="-1">{}</div>').format(part, found)

        return self._views.panel(self._state, rendered)


class Reading:
    """A dossier to read: no script, no widgets; what a batch writes and an archive keeps."""

    def __init__(self, framework: Framework, assessment: Assessment, language: Language, today: dt.date | None) -> None:
        self.assessment = assessment
        self._framework, self._language, self._today = framework, language, today

    @cached_property
    def document(self) -> Document:
        """The whole report."""
        findings = analyse(self._framework, self.assessment, today=self._today)
        return build.build(self._framework, self.assessment, findings, self._language)

    def overview(self) -> Page:
        """Whose dossier it is and how it stands."""
        return Page(html.masthead(self.document) + html.section(self.document, "overview"))

    def parts(self) -> Page:
        """Nothing: a page to read needs no list of parts."""
        return Page(Markup(""))

    def verdicts(self) -> Page:
        """The verdicts with all that they rest on."""
        return self._sections("verdicts")

    def prescan(self) -> Page:
        """The questions of the pre-scan with their answers."""
        return self._sections("facts")

    def requirements(self) -> Page:
        """The requirements with their check questions."""
        return self._sections("requirements")

    def processing(self) -> Page:
        """The inventory of the processing."""
        return self._sections("processing")

    def risks(self) -> Page:
        """Risks and measures."""
        return self._sections("risks")

    def decisions(self) -> Page:
        """Advice and decision."""
        return self._sections("decisions")

    def actions(self) -> Page:
        """What remains to be done."""
        return self._sections("actions")

    def sources(self) -> Page:
        """The register's own words, and what the assessment was made with."""
        return self._sections("register", "provenance")

    def _sections(self, *sections: str) -> Page:
        return Page(Markup("").join([html.section(self.document, section) for section in sections]))


class Closed:
    """What cannot be opened: a page that says why, and which dossiers there are."""

    def __init__(self, error: KaderError, store: str, language: Language) -> None:
        self.error = error
        self._store = store
        self._language = language

    def overview(self) -> Any:
        """Why not, and what there is."""
        from kader.ui.panel import Panel

        return Panel(self.page(), language=self._language)

    def page(self) -> Markup:
        """The page as HTML."""
        problems = [
            Markup('<p class="k-note k-note-red">{}</p>').format(problem.to(self._language))
            for problem in self.error.problems
        ]
        head = Markup("<h1>{}</h1>").format(_NOT_OPEN.to(self._language))
        return head + Markup("").join(problems) + self._known()

    def _known(self) -> Markup:
        from kader.store import Store

        try:
            with Store.open(self._store or None) as store:
                entries = store.list()
        except KaderError:
            return Markup("")
        if not entries:
            return Markup("<p>{}</p>").format(_NONE_YET.to(self._language))
        items = Markup("").join([self._item(entry) for entry in entries[:_SHOWN]])
        return Markup("<h2>{}</h2><ul>{}</ul>").format(_CHOOSE.to(self._language), items)

    def _item(self, entry: Entry) -> Markup:
        words = f"{entry.name or entry.id} · {entry.organisation}" if entry.organisation else entry.name or entry.id
        if not _in_dashboard():
            return Markup("<li>{} <code>{}</code></li>").format(words, entry.id)
        address = f"?dossier={quote(entry.id)}&language={self._language}"
        return Markup('<li><a href="{}">{}</a></li>').format(address, words)

    def _nothing(self) -> None:
        """Nothing to show."""

    parts = verdicts = prescan = requirements = processing = risks = decisions = actions = sources = _nothing


class _Keeper:
    """The store or the file behind a dossier, as the state asks for it."""

    def __init__(self, load: Callable[[], Stored], save: Callable[..., Saved], who: str) -> None:
        self._load, self._save, self._who = load, save, who

    def load(self) -> Any:
        return self._kept(self._load())

    def save(self, assessment: Assessment, based_on: int) -> Any:
        return self._kept(self._save(assessment, based_on=based_on, author=self._who))

    @staticmethod
    def _kept(found: Stored | Saved) -> Any:
        from kader.ui.state import Kept

        return Kept(assessment=found.assessment, revision=found.revision, at=found.at)


def _opened(
    dossier: str, file: str | Path, store: str, language: str, *, interactive: bool
) -> Workbook | Reading | Closed:
    load, save = _place(dossier, file, store)
    found = load()
    said = _language(language, found.assessment)
    framework = framework_of(found.assessment, said)
    if not interactive:
        return Reading(framework, found.assessment, said, None)
    from kader.ui.state import Kept, State

    who = author()
    kept = Kept(assessment=found.assessment, revision=found.revision, at=found.at)
    keeper = _Keeper(load, save, who)
    return Workbook(State(framework, kept, keeper=keeper, author=who, language=said, read_only=not _may_write()))


def _place(dossier: str, file: str | Path, store: str) -> tuple[Callable[[], Stored], Callable[..., Saved]]:
    if file:
        document = DossierFile(Path(file))
        return document.load, document.save
    if not dossier:
        raise AssessmentError(_WHICH)
    if not _ID.fullmatch(dossier):
        raise AssessmentError(Problem(_NO_ID, dossier[:100]))
    from kader.store import Store

    opened = Store.open(store or None)
    if dossier not in opened:
        opened.close()
        raise StoreError(_no_such(dossier))
    return lambda: opened.load(dossier), opened.save


def _language(language: str, assessment: Assessment) -> Language:
    return Language(language) if language in {*Language} else Language(assessment.meta.language)


def _asked() -> dict[str, str]:
    """What the address of the dashboard asks for; only what has the right form, the rest is text from outside."""
    found = parse_qs(os.environ.get("QUERY_STRING", ""), max_num_fields=50)
    first = {name: values[0] for name, values in found.items()}
    asked = {"dossier": first.get("dossier", "")[:_SHOWN]}
    spoken = first.get("language") or first.get("taal") or ""
    if spoken in {*Language}:
        asked["language"] = spoken
    return asked


def _in_dashboard() -> bool:
    return "QUERY_STRING" in os.environ and "VOILA_REQUEST_URL" in os.environ


def _may_write() -> bool:
    """In JupyterLab whoever opens a dossier works in it; the dashboard is for reading unless it was started to edit."""
    return not _in_dashboard() or os.environ.get("KADER_EDIT") == "1"


def _interactive(widgets: bool | str) -> bool:
    if widgets != "auto":
        return widgets not in (False, "False", "no", "")
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return False
    return get_ipython() is not None


_NOT_OPEN: Final = Text("Dit dossier kan niet worden geopend", "This dossier cannot be opened")
_CHOOSE: Final = Text("Kies een dossier", "Choose a dossier")
_NONE_YET: Final = Text(
    'Er zijn nog geen dossiers. Maak er een met: kader new "Naam van het algoritme"',
    'There are no dossiers yet. Make one with: kader new "Name of the algorithm"',
)
_WHICH: Final = Problem(
    Text("Er is geen dossier gekozen.", "No dossier was chosen."),
    "",
    Text("Geef de id van een dossier, of een bestand.", "Give the id of a dossier, or a file."),
)
_NO_ID: Final = Text("Dit is geen id van een dossier.", "This is no id of a dossier.")
_UNEXPECTED: Final = Problem(
    Text("Er ging iets mis bij het openen.", "Something went wrong while opening."),
    "",
    Text("Probeer het opnieuw; blijft het misgaan, meld het.", "Try again; if it keeps failing, report it."),
)


def _no_such(dossier: str) -> Problem:
    return Problem(Text(f"Er is geen dossier '{dossier}'.", f"There is no dossier '{dossier}'."))
