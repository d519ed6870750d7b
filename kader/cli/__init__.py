"""The command `kader`: the library's verbs, in the same words, at a prompt.

Every command imports what it needs when it runs, so that help comes at once. It is the only part that prints.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kader.cli.spoken import Argument, Group, Option, language, version_option
from kader.errors import AssessmentError, ExchangeError, KaderError, Problem
from kader.shipped import VERSION
from kader.text import Text

if TYPE_CHECKING:
    from kader.assessment.model import Assessment
    from kader.batch import Progress
    from kader.exchange.import_report import ImportReport
    from kader.store import Store

main = Group(
    "kader",
    text=Text(
        "Het privacywerkboek voor algoritmes van de overheid.\n\n"
        "Welke toetsen vraagt de wet, aan welke vereisten is voldaan, welke risico's blijven over: per algoritme in "
        "een werkboek, voor een heel register in één keer.",
        "The privacy workbook for government algorithms.\n\n"
        "Which impact tests does the law ask for, which requirements are met, which risks remain: per algorithm in a "
        "workbook, for a whole register at once.",
    ),
    params=[version_option(VERSION)],
    no_args_is_help=True,
)

_STORE = Text(
    "Waar de dossiers staan: een bestand of database-adres. Anders KADER_DATABASE_URL, anders uw gebruikersmap.",
    "Where the dossiers are: a file or database address. Else KADER_DATABASE_URL, else your user folder.",
)
_SOURCE = Text(
    "Het dossier: zijn id in de opslag, of een JSON-bestand.", "The dossier: its id in the store, or a JSON file."
)
_PROFILE = Text(
    "Lezing van de regels: default, of algoritmekader_literal (één criterium volstaat voor een DPIA).",
    "Reading of the rules: default, or algoritmekader_literal (one criterion suffices for a DPIA).",
)
_NO_BROWSER = Text("Open geen browser; toon alleen het adres.", "Open no browser; only show the address.")


_Function = TypeVar("_Function", bound=Callable[..., Any])


def _option(*names: str, **more: Any) -> Callable[[_Function], _Function]:
    return click.option(*names, cls=Option, **more)


def _argument(name: str, text: Text, **more: Any) -> Callable[[_Function], _Function]:
    return click.argument(name, cls=Argument, text=text, **more)


_store = _option("--store", text=_STORE, default="")


@main.command(
    text=Text(
        "Begin een nieuw dossier en schrijf er een notebook bij.",
        "Start a new dossier and write a notebook with it.",
    )
)
@_argument("name", Text("Naam van het algoritme.", "Name of the algorithm."))
@_option("--organisation", default="", text=Text("Organisatie die het gebruikt.", "Organisation that uses it."))
@_option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    kind="folder",
    default=Path(),
    text=Text("Map voor het notebook.", "Folder for the notebook."),
)
@_option("--profile", default="default", show_default=True, text=_PROFILE)
@_store
def new(name: str, organisation: str, folder: Path, profile: str, store: str) -> int:
    """Start a dossier."""
    from kader import workbook

    path = workbook.new(
        name, organisation=organisation, store=store, folder=folder, language=language().value, profile=profile
    )
    click.echo(path)
    return 0


@main.command(
    "open",
    text=Text("Open een dossier als notebook in JupyterLab.", "Open a dossier as a notebook in JupyterLab."),
)
@_argument("dossier", Text("Id van het dossier.", "Id of the dossier."))
@_option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    kind="folder",
    default=Path(),
    text=Text("Map van het notebook.", "Folder of the notebook."),
)
@_option("--no-browser", is_flag=True, text=_NO_BROWSER)
@_store
def open_(dossier: str, folder: Path, no_browser: bool, store: str) -> int:  # click's flags
    """Open a dossier."""
    from kader import serve as server

    server.lab(dossier, store=store, folder=folder, language=language().value, open_browser=not no_browser)
    return 0


@main.command(
    text=Text(
        "Toon de portefeuille en de dossiers als dashboard, op deze machine.",
        "Show the portfolio and the dossiers as a dashboard, on this machine.",
    )
)
@_option("--port", type=click.IntRange(0, 65535), default=8866, show_default=True, text=Text("Poort.", "Port."))
@_option(
    "--edit", is_flag=True, text=Text("Sta wijzigen toe; anders alleen lezen.", "Allow changes; else reading only.")
)
@_option("--no-browser", is_flag=True, text=_NO_BROWSER)
@_store
def serve(port: int, edit: bool, no_browser: bool, store: str) -> int:  # click's flags
    """Serve the dashboard."""
    from kader import serve as server

    server.run(store, port=port, edit=edit, open_browser=not no_browser, language=language().value)
    return 0


@main.command(
    text=Text(
        "Maak van een register per algoritme een dossier: notebook, pagina en JSON, met een overzicht en de "
        "portefeuille. Het woord example staat voor het meegeleverde voorbeeldregister.",
        "Make a dossier of every algorithm in a register: notebook, page and JSON, with a summary and the portfolio. "
        "The word example stands for the example register that comes along.",
    )
)
@_argument("register", Text("Registerbestand, of: example.", "Register file, or: example."))
@_option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    kind="folder",
    required=True,
    text=Text("Map voor de resultaten.", "Folder for the results."),
)
@_option(
    "--limit",
    type=click.IntRange(1),
    text=Text("Alleen de eerste zoveel algoritmes.", "Only the first so many algorithms."),
)
@_option(
    "--workers",
    type=click.IntRange(1),
    text=Text("Aantal processen; anders het aantal processorkernen.", "Number of processes; else the number of cores."),
)
@_option("--profile", default="default", show_default=True, text=_PROFILE)
@_option(
    "--store",
    default="",
    text=Text(
        "Werk ook de dossiers in deze opslag bij: alleen gegevens en voorstellen, nooit antwoorden.",
        "Also update the dossiers in this store: only particulars and proposals, never answers.",
    ),
)
@_option(
    "--parameter",
    "-p",
    type=(str, str),
    multiple=True,
    kind="pair",
    text=Text("Parameter van het notebook, als tekst.", "Parameter of the notebook, as text."),
)
def batch(  # noqa: PLR0917  # click hands over each option by name
    register: str,
    out: Path,
    limit: int | None,
    workers: int | None,
    profile: str,
    store: str,
    parameter: tuple[tuple[str, str], ...],
) -> int:
    """Work through a register."""
    from kader import batch as batches

    with _shown_progress() as progress:
        summary = batches.run(
            register,
            out,
            limit=limit,
            workers=workers,
            store=store or None,
            language=language(),
            profile=profile,
            parameters=dict(parameter),
            progress=progress,
        )
    for line in summary.in_lines(language()):
        click.echo(line)
    return 1 if summary.failures or summary.trouble else 0


@contextmanager
def _shown_progress() -> Iterator[Any]:
    """A bar on a terminal, plain lines elsewhere."""
    if sys.stderr.isatty():
        from tqdm import tqdm

        with tqdm(unit="") as bar:

            def step(state: Progress) -> None:
                bar.total = state.total
                bar.set_postfix_str(_failures(state))
                bar.update(state.done - bar.n)

            yield step
        return

    def line(state: Progress) -> None:
        if state.done % 25 == 0 or state.done == state.total or state.failed_now:
            click.echo(f"{state.done}/{state.total} {state.name} {_failures(state)}".rstrip(), err=True)

    yield line


def _failures(state: Progress) -> str:
    if not state.failures:
        return ""
    return Text("({n} mislukt)", "({n} failed)").format(n=state.failures).to(language())


@main.command(
    text=Text(
        "Toon uitkomsten, vereisten, risico's en hiaten van een dossier; stopt met 1 zolang iets verplichts open "
        "staat.",
        "Show verdicts, requirements, risks and gaps of a dossier; exits with 1 while something mandatory is open.",
    )
)
@_argument("dossier", _SOURCE)
@_option("--json", "as_json", is_flag=True, text=Text("Als gegevens (JSON).", "As data (JSON)."))
@_store
def check(dossier: str, as_json: bool, store: str) -> int:  # click's flags
    """Check a dossier."""
    from kader.analysis import analyse, as_data
    from kader.cli import told
    from kader.report.summary import framework_of

    assessment = _assessment(dossier, store)
    framework = framework_of(assessment, language())
    findings = analyse(framework, assessment)
    if as_json:
        click.echo(json.dumps(as_data(findings, language()), ensure_ascii=False, indent=1))
    else:
        for line in told.findings_in_lines(framework, assessment, findings, language()):
            click.echo(line)
    return 0 if findings.complete else 1


@main.command(
    "import",
    text=Text(
        "Neem registerbestanden of dossiers (JSON) op in de opslag; bestaande antwoorden blijven.",
        "Take register files or dossiers (JSON) into the store; existing answers stay.",
    ),
)
@_argument("files", Text("Bestanden, of: example.", "Files, or: example."), nargs=-1, required=True)
@_option(
    "--author",
    default="import",
    show_default=True,
    text=Text("Wie dit doet; komt in de geschiedenis.", "Who does this; goes into the history."),
)
@_option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    kind="file",
    text=Text("Bewaar het importverslag als CSV.", "Keep the import report as CSV."),
)
@_store
def import_(files: tuple[str, ...], author: str, report: Path | None, store: str) -> int:
    """Import files."""
    reports: list[ImportReport] = []
    taken = 0
    with _opened(store) as opened:
        for name in files:
            for assessment in _imported(name, reports):
                opened.update_from_register(assessment, author)
                taken += 1
    click.echo(
        Text("{n} dossiers opgenomen of bijgewerkt.", "{n} dossiers taken in or updated.")
        .format(n=taken)
        .to(language())
    )
    for found in reports:
        _tell_import(found)
    if report is not None:
        from kader.report.files import write_csv

        write_csv(report, (row for found in reports for row in found.as_rows(language())))
    return 1 if any(found.refused for found in reports) else 0


def _imported(name: str, reports: list[ImportReport]) -> Iterator[Assessment]:
    from kader.assessment import codec
    from kader.exchange import example, register
    from kader.framework.model import Framework

    framework = Framework.bundled(language=language())
    if name == "example":
        yield from example.assessments(framework)
        return
    path = Path(name)
    if path.suffix == ".json" and _is_assessment(path):
        yield codec.load(path)
        return
    found = register.read(path, framework, language=language().value)
    for item in found.assessments:
        yield item.assessment
    reports.append(found.report)


def _is_assessment(path: Path) -> bool:
    """Whether a JSON file says of itself that it is one of our documents."""
    try:
        with path.open("rb") as file:
            return b'"schema_version"' in file.read(4096)
    except OSError as error:
        raise ExchangeError(
            Problem(Text("Dit bestand is niet te lezen.", "This file cannot be read."), str(path))
        ) from error


def _tell_import(report: ImportReport) -> None:
    rows = Text(
        "{file}: {rows} algoritmes gelezen, {done} opgenomen, {refused} geweigerd; {lines} punten om na te kijken.",
        "{file}: {rows} algorithms read, {done} taken in, {refused} refused; {lines} points to look at.",
    ).format(file=report.file, rows=report.rows, done=report.imported, refused=report.refused, lines=len(report.lines))
    click.echo(rows.to(language()))
    for problem in report.problems[:20]:
        click.echo(f"  {problem.to(language())}")
    if len(report.problems) > 20:
        click.echo("  …")


@main.command(
    text=Text("Schrijf dossiers uit de opslag als JSON.", "Write dossiers from the store as JSON."),
)
@_argument(
    "dossier", Text("Id van het dossier; zonder id: alle.", "Id of the dossier; without one: all."), required=False
)
@_option(
    "--out",
    type=click.Path(path_type=Path),
    text=Text("Bestand, of map voor alle; anders op het scherm.", "File, or folder for all; else to the screen."),
)
@_store
def export(dossier: str | None, out: Path | None, store: str) -> int:
    """Export dossiers."""
    from kader.assessment import codec
    from kader.report.files import write_text

    with _opened(store) as opened:
        if dossier:
            text = codec.dumps(opened.load(dossier).assessment)
            if out is None:
                click.echo(text, nl=False)
            else:
                write_text(out, text)
            return 0
        if out is None:
            raise click.UsageError("--out")
        out.mkdir(parents=True, exist_ok=True)
        for entry in opened.list():
            write_text(out / f"{entry.id}.json", codec.dumps(opened.load(entry.id).assessment))
            click.echo(out / f"{entry.id}.json")
    return 0


@main.command(
    text=Text(
        "Schrijf het verslag van een dossier als één HTML-bestand.", "Write the report of a dossier as one HTML file."
    )
)
@_argument("dossier", _SOURCE)
@_option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    kind="file",
    text=Text("Bestand; anders ID.html in deze map.", "File; else ID.html in this folder."),
)
@_store
def report(dossier: str, out: Path | None, store: str) -> int:
    """Write a report."""
    from kader.analysis import analyse
    from kader.report import html
    from kader.report.build import build
    from kader.report.files import write_text
    from kader.report.summary import framework_of

    assessment = _assessment(dossier, store)
    framework = framework_of(assessment, language())
    path = out or Path(f"{assessment.meta.id}.html")
    write_text(path, html.page(build(framework, assessment, analyse(framework, assessment), language())))
    click.echo(path)
    return 0


@main.command(
    text=Text(
        "Toon het privacyhoofdstuk van het Algoritmekader: alle vereisten, of één met zijn toetsvragen.",
        "Show the privacy chapter of the Algoritmekader: all requirements, or one with its check questions.",
    )
)
@_argument(
    "requirement", Text("Id van een vereiste, zoals avg-05.", "Id of a requirement, such as avg-05."), required=False
)
@_option(
    "--release",
    default="2.5.1",
    show_default=True,
    type=click.Choice(["2.2", "2.5.1"]),
    text=Text("Versie van het Algoritmekader.", "Version of the Algoritmekader."),
)
@_option(
    "--checkout",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    kind="folder",
    text=Text(
        "Lees een kopie van MinBZK/Algoritmekader en toon ook wat er niet klopt.",
        "Read a checkout of MinBZK/Algoritmekader and also show what is wrong in it.",
    ),
)
@_option(
    "--diff",
    type=(str, str),
    kind="versions",
    text=Text("Toon wat er tussen twee versies veranderde.", "Show what changed between two versions."),
)
def framework(requirement: str | None, release: str, checkout: Path | None, diff: tuple[str, str] | None) -> int:
    """Show the framework."""
    from kader.cli import told
    from kader.framework.model import Framework

    if diff:
        old, new_one = (Framework.bundled(version, language()) for version in diff)
        _print(told.difference_in_lines(old, new_one, language()))
        return 0
    chapter = Framework.from_checkout(checkout, language()) if checkout else Framework.bundled(release, language())
    if requirement is None:
        _print(told.framework_in_lines(chapter, language()))
        return 1 if chapter.problems else 0
    if requirement not in chapter.requirements:
        raise KaderError(
            Problem(
                Text("Er is geen vereiste {id}.", "There is no requirement {id}.").format(id=requirement),
                "",
                Text("`kader framework` toont ze alle.", "`kader framework` shows them all."),
            )
        )
    _print(told.requirement_in_lines(chapter, chapter.requirements[requirement], language()))
    return 0


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


@contextmanager
def _opened(store: str) -> Iterator[Store]:
    from kader.store import Store

    with Store.open(store or None) as opened:
        yield opened


def _assessment(source: str, store: str) -> Assessment:
    """The assessment in a file, or in the store when there is no such file."""
    path = Path(source)
    if path.is_file():
        from kader.assessment import codec

        return codec.load(path)
    if path.suffix == ".json" or path.name != source:
        raise AssessmentError(
            Problem(
                Text("Dit bestand bestaat niet.", "This file does not exist."),
                source,
                Text(
                    "Controleer de naam, of geef de id van een dossier.", "Check the name, or give the id of a dossier."
                ),
            )
        )
    with _opened(store) as opened:
        return opened.load(source).assessment
