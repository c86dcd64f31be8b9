"""The operator's commands, one file each. Exit codes: 0 success, 1 failure, 2 wrong usage or settings."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from bot import __version__
from bot.cli import (
    authorize,
    backup,
    demo,
    doctor,
    init,
    keys,
    letters,
    link,
    migrate,
    migrate_data,
    read,
    run,
    track,
    watch,
    webhooks,
    why,
)
from bot.cli.program import INSTALLED, PROGRAM
from bot.errors import BotError, SettingsError

COMMANDS: dict[str, Callable[..., None]] = {
    "run": run.run,
    "demo": demo.demo,
    "init": init.init,
    "doctor": doctor.doctor,
    "authorize": authorize.authorize,
    "link": link.link,
    "watch": watch.watch,
    "track": track.track,
    "why": why.why,
    "dead-letters": letters.dead_letters,
    "unknown": letters.unknown,
    "read": read.read,
    "backup": backup.backup,
    "migrate": migrate.migrate,
    "migrate-data": migrate_data.migrate_data,
}

app = typer.Typer(
    name=PROGRAM,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    # A shell completes commands of one word only: for `python -m bot` it would take over `python`.
    add_completion=PROGRAM == INSTALLED,
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"{INSTALLED} {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """A parcel companion in Telegram for a merchant's AliExpress orders."""


for name, command in COMMANDS.items():
    app.command(name)(command)
app.add_typer(keys.app, name="keys")
app.add_typer(webhooks.app, name="webhooks")


def main() -> None:
    """Run a command; print an operator's mistake as one sentence with its fix, never as a traceback."""
    console = Console(stderr=True, highlight=False)
    try:
        app()
    except SettingsError as error:
        console.print(f"[bold red]{escape(error.variable)}[/]: {escape(error.fix)}", soft_wrap=True)
        if error.variable == "TELEGRAM_BOT_TOKEN" and not Path(".env").exists():
            console.print(
                f"There is no .env in this folder. Run [bold]{PROGRAM} init[/] to make one.", soft_wrap=True
            )
        sys.exit(2)
    except BotError as error:
        console.print(f"[bold red]Failed[/]: {escape(str(error))}", soft_wrap=True)
        sys.exit(1)
    except OSError as error:
        if error.filename is None:  # no file: not the operator's to mend
            raise
        console.print(f"[bold red]Failed[/]: {escape(str(error.filename))}: {error.strerror}", soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
