"""click in two languages: every help text, heading and complaint in the language of the person at the keyboard.

The language is chosen before anything is parsed: from `--language` or `--taal`, else `KADER_LANGUAGE`, else the
locale of the machine.
"""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any, Final, NoReturn

import click

from kader.errors import KaderError
from kader.text import Language, Text

_CHOSEN: ContextVar[Language] = ContextVar("kader_language", default=Language.NL)
_FLAGS: Final = ("--language", "--taal")


def language() -> Language:
    """The language of this run."""
    return _CHOSEN.get()


def choose(arguments: Sequence[str]) -> Language:
    """The language that is asked for, by option, environment or locale; Dutch where nothing says otherwise.

    >>> choose(["check", "a.json", "--taal", "en"])
    <Language.EN: 'en'>
    """
    for position, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if argument == "--":
            break
        if name in _FLAGS:
            wanted = value or (arguments[position + 1] if position + 1 < len(arguments) else "")
            if wanted in {*Language}:
                return Language(wanted)
    for wanted in (os.environ.get("KADER_LANGUAGE", ""), _locale()):
        if wanted[:2].lower() in {*Language}:
            return Language(wanted[:2].lower())
    return Language.NL


def _locale() -> str:
    set_by_person = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return set_by_person or locale.getlocale()[0] or ""


_USAGE: Final = Text("Gebruik: ", "Usage: ")
_OPTIONS: Final = Text("Opties", "Options")
_COMMANDS: Final = Text("Opdrachten", "Commands")
_ARGUMENTS: Final = Text("Argumenten", "Arguments")
_HELP: Final = Text("Toon deze uitleg en stop.", "Show this help and stop.")
_VERSION: Final = Text("Toon de versie en stop.", "Show the version and stop.")
_LANGUAGE: Final = Text("Taal van vragen en antwoorden: nl of en.", "Language of questions and answers: nl or en.")
_DEFAULT: Final = Text("standaard", "default")
_ERROR: Final = Text("Fout", "Error")
_STOPPED: Final = Text("Gestopt.", "Stopped.")
_TRY: Final = Text("Uitleg: {command} --help", "Help: {command} --help")
_UNEXPECTED: Final = Text(
    "Er ging iets mis dat niet mocht: {what}. Uw dossiers zijn niet veranderd door deze opdracht, of alleen voor zover "
    "hierboven staat. Meld het met deze regel en de opdracht; met KADER_TRACEBACK=1 komt er een uitgebreid verslag.",
    "Something went wrong that should not: {what}. This command changed your dossiers only as far as stated above, if "
    "at all. Report it with this line and the command; KADER_TRACEBACK=1 gives a full account.",
)

_COMPLAINTS: Final = {
    "NoSuchOption": Text("Onbekende optie {name}.", "Unknown option {name}."),
    "NoSuchCommand": Text("Onbekende opdracht {name}.", "Unknown command {name}."),
    "MissingParameter": Text("{name} ontbreekt.", "{name} is missing."),
    "BadParameter": Text("Ongeldige waarde voor {name}: {why}", "Invalid value for {name}: {why}"),
    "BadOptionUsage": Text("Optie {name} heeft een waarde nodig.", "Option {name} needs a value."),
    "Arguments": Text("Niet te plaatsen: {why}", "Cannot be placed: {why}"),
}
_WHY: Final = {
    "not a valid integer": Text("dat is geen geheel getal.", "that is no whole number."),
    "not in the range": Text("dat valt buiten het bereik.", "that is out of range."),
    "does not exist": Text("dat bestaat niet.", "that does not exist."),
    "is not one of": Text("kies een van de genoemde waarden.", "choose one of the values named."),
}


_KINDS: Final = {
    "text": Text("TEKST", "TEXT"),
    "number": Text("GETAL", "NUMBER"),
    "path": Text("PAD", "PATH"),
    "folder": Text("MAP", "FOLDER"),
    "file": Text("BESTAND", "FILE"),
    "pair": Text("NAAM WAARDE", "NAME VALUE"),
    "versions": Text("OUD NIEUW", "OLD NEW"),
}
_NAMED: Final[dict[type, str]] = {
    click.types.StringParamType: "text",
    click.types.IntParamType: "number",
    click.Path: "path",
}
_PIECES: Final = {
    "[OPTIONS]": Text("[OPTIES]", "[OPTIONS]"),
    "COMMAND [ARGS]...": Text("OPDRACHT [ARGUMENTEN]...", "COMMAND [ARGS]..."),
}


class Option(click.Option):
    """An option whose explanation is a `Text`."""

    def __init__(self, *args: Any, text: Text, kind: str = "", **more: Any) -> None:
        super().__init__(*args, **more)
        self.text = text
        self.kind = kind or next((name for kind_of, name in _NAMED.items() if isinstance(self.type, kind_of)), "")

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option with its explanation in the language of this run."""
        if self.hidden:
            return None
        shown = self.show_default and self.default not in (None, "", False)
        extra = f" [{_DEFAULT.to(language())}: {self.default}]" if shown else ""
        names = ", ".join(sorted({*self.opts, *self.secondary_opts}, key=len))
        if not self.is_flag:
            names = f"{names} {_KINDS[self.kind].to(language()) if self.kind else self.make_metavar(ctx)}"
        return names, f"{self.text.to(language())}{extra}"


class Argument(click.Argument):
    """An argument that can be explained, too."""

    def __init__(self, *args: Any, text: Text, **more: Any) -> None:
        super().__init__(*args, **more)
        self.text = text


class _Spoken(click.Command):
    """What command and group share: explanations and headings in the language of this run."""

    text: Text

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`--help`, explained in the language of this run."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = _HELP.to(language())
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The line that says how the command is written."""
        pieces = [
            _PIECES[piece].to(language()) if piece in _PIECES else piece for piece in self.collect_usage_pieces(ctx)
        ]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=_USAGE.to(language()))

    # The context is part of the signature that click calls.
    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """What the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(self.text.to(language()))

    def get_short_help_str(self, limit: int = 200) -> str:
        """The first sentence, for the list of commands."""
        first = self.text.to(language()).partition("\n\n")[0]
        return first if len(first) <= limit else f"{first[:limit]}…"

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Arguments and options with their explanations."""
        arguments = [
            (argument.make_metavar(ctx), argument.text.to(language()))
            for argument in self.get_params(ctx)
            if isinstance(argument, Argument)
        ]
        if arguments:
            with formatter.section(_ARGUMENTS.to(language())):
                formatter.write_dl(arguments)
        records = [
            record
            for parameter in self.get_params(ctx)
            if not isinstance(parameter, Argument) and (record := parameter.get_help_record(ctx))
        ]
        if records:
            with formatter.section(_OPTIONS.to(language())):
                formatter.write_dl(records)


class Command(_Spoken):
    """A command whose explanation is a `Text`."""

    def __init__(self, *args: Any, text: Text, **more: Any) -> None:
        super().__init__(*args, **more)
        self.text = text
        self.params.append(language_option())


class Group(_Spoken, click.Group):
    """The program: chooses the language, runs a command, and says in that language what went wrong."""

    command_class = Command

    def __init__(self, *args: Any, text: Text, **more: Any) -> None:
        super().__init__(*args, **more)
        self.text = text
        self.params.append(language_option())

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, and the commands with their first sentence."""
        _Spoken.format_options(self, ctx, formatter)
        with formatter.section(_COMMANDS.to(language())):
            formatter.write_dl([(name, self.commands[name].get_short_help_str(200)) for name in self.commands])

    # Narrower than click: here a command always ends the program.
    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **more: Any) -> NoReturn:  # type: ignore[override]
        """Run and exit: 0 when all is well, 1 when something is open or failed, 2 for bad input."""
        given = list(sys.argv[1:] if args is None else args)
        token = _CHOSEN.set(choose(given))
        more.pop("standalone_mode", None)
        try:
            code = self._run(given, prog_name or "kader", more)
        finally:
            _CHOSEN.reset(token)
        sys.exit(code)

    def _run(self, given: list[str], name: str, more: dict[str, Any]) -> int:  # noqa: PLR0911  # one for each way to end
        try:
            result = super().main(given, name, standalone_mode=False, **more)
        except click.exceptions.NoArgsIsHelpError as help_wanted:
            click.echo(help_wanted.format_message(), err=True)
            return 2
        except click.UsageError as error:
            where = error.ctx.command_path if error.ctx else name
            complain(_complaint(error), _TRY.format(command=where).to(language()))
            return 2
        except KaderError as error:
            complain(error.to(language()))
            return 2
        except (click.Abort, KeyboardInterrupt):
            complain(_STOPPED.to(language()), head=False)
            return 130
        except BrokenPipeError:
            sys.stderr.close()
            return 1
        except Exception as error:  # the last resort: a person gets a sentence, not a traceback
            if os.environ.get("KADER_TRACEBACK"):
                raise
            complain(_UNEXPECTED.format(what=f"{type(error).__name__}: {error}").to(language()))
            return 2
        return result if isinstance(result, int) else 0


def language_option() -> Option:
    """`--language`, also called `--taal`; every command has it. It is read before the rest (see `choose`)."""
    return Option(
        ["--language", "--taal"],
        text=_LANGUAGE,
        type=click.Choice([each.value for each in Language]),
        metavar="[nl|en]",
        expose_value=False,
    )


def version_option(version: str) -> Option:
    """`--version`."""

    def show(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
        if wanted and not ctx.resilient_parsing:
            click.echo(f"kader {version}")
            ctx.exit(0)

    return Option(["--version"], text=_VERSION, is_flag=True, is_eager=True, expose_value=False, callback=show)


def complain(*sentences: str, head: bool = True) -> None:
    """Say on standard error what is wrong."""
    first, *rest = sentences
    click.echo(f"{_ERROR.to(language())}: {first}" if head else first, err=True)
    for sentence in rest:
        click.echo(sentence, err=True)


def _complaint(error: click.UsageError) -> str:
    kind = type(error).__name__
    name = getattr(error, "option_name", "") or getattr(error, "command_name", "") or ""
    parameter = getattr(error, "param", None)
    if parameter is not None:
        name = (parameter.name or "").upper() if isinstance(parameter, click.Argument) else parameter.opts[0]
    if kind == "UsageError":
        kind = "NoSuchCommand" if "No such command" in error.message else "Arguments"
        name = error.message.partition("'")[2].partition("'")[0]
    template = _COMPLAINTS.get(kind, _COMPLAINTS["Arguments"])
    why = next((said.to(language()) for part, said in _WHY.items() if part in error.message), error.message)
    return template.format(name=name, why=why).to(language())
