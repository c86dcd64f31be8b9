"""The operator's commands, one file each. Exit codes: 0 clean, 1 failure, 2 usage or settings."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer
from rich.console import Console
from rich.markup import escape

from bot.cli import (
    authorize,
    backup,
    demo,
    doctor,
    init,
    letters,
    link,
    migrate,
    migrate_data,
    read,
    run,
    track,
    why,
)
from bot.errors import BotError, SettingsError

COMMANDS: dict[str, Callable[..., None]] = {
    "run": run.run,
    "demo": demo.demo,
    "init": init.init,
    "doctor": doctor.doctor,
    "authorize": authorize.authorize,
    "link": link.link,
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
    name="python -m bot",
    help="A parcel companion in Telegram for a merchant's AliExpress orders.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for name, command in COMMANDS.items():
    app.command(name)(command)


def main() -> None:
    """Run a command; an operator's mistake is one sentence with its cure, never a traceback."""
    console = Console(stderr=True, highlight=False)
    try:
        app()
    except SettingsError as error:
        console.print(f"[bold red]{escape(error.variable)}[/]: {escape(error.fix)}", soft_wrap=True)
        sys.exit(2)
    except BotError as error:
        console.print(f"[bold red]Failed[/]: {escape(str(error))}", soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
