"""The `marsad` command.

Exit codes: 0 done · 1 something is wrong, as told · 2 wrong usage or setting · 3 another instance
runs, or Telegram refuses the token · 70 a bug (with a traceback in the log) · 130 interrupted.
`bot/errors.py` has the table of what ends with which.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bot.cli.later import LateCommands, name_them
from bot.cli.output import escape_what_cannot_be_shown, for_a_terminal, hint
from bot.errors import CannotGoOn, ending
from bot.process.data_classes import make_methods_late
from bot.process.memory import memory_limits, too_little

if TYPE_CHECKING:
    from bot.settings import Settings

BUG = 70
# New objects before Python looks for garbage among the youngest, and how often among the others. A
# start makes a million and drops none: by Python's own numbers a tenth of it is looking.
COLLECTIONS = 20_000, 20, 100


class Commands(LateCommands):
    """Says what is wrong in words and ends with a code, for every error that a user can mend."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            end = ending(error)
            if end is None:
                raise
            complain(end.message)
            raise typer.Exit(end.exit_code) from None


app = typer.Typer(
    cls=Commands,
    help="Marsad (مرصد) watches news feeds for humanitarian signals and tells relief staff.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)


def main() -> None:
    """What is left over after `Commands` is a bug, and goes to the log. Raises KeyboardInterrupt,
    which `bot.cli.entry` ends quietly."""
    escape_what_cannot_be_shown()
    gc.set_threshold(*COLLECTIONS)
    make_methods_late()
    # It would look for plugins in what every installed package says of itself. We have none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # httpx imports a command line of its own, with Pygments and half of Rich, unless it has none.
    sys.modules["httpx._main"] = None  # type: ignore[assignment]
    try:
        app()
    except Exception as error:
        if end := ending(error):  # met before a command began: help for a disk that is full
            complain(end.message)
            sys.exit(end.exit_code)
        import logging

        from bot.process.logs import set_up_logging

        if not logging.getLogger().handlers:
            set_up_logging("INFO")
        logging.getLogger("marsad").exception("this is a bug in Marsad; please report it with:")
        sys.exit(BUG)
    finally:
        if told := hint():
            sys.stderr.write(f"{told}\n")


def complain(message: str) -> None:
    """To standard error: nothing that a feed or a file said is read as markup."""
    from rich.console import Console

    Console(stderr=True).print(
        for_a_terminal(message), markup=False, highlight=False, soft_wrap=True
    )


def settings_and_logs(level: str | None = None) -> Settings:
    """Read the settings and start logging; the commands in this file begin with this.

    Raises CannotGoOn when a limit on memory makes it useless to go on.
    """
    if refusal := too_little(memory_limits()):
        raise CannotGoOn(refusal)
    from bot.process.logs import set_up_logging
    from bot.settings import load_settings

    settings = load_settings()
    set_up_logging(level or settings.log_level, settings.secrets)
    return settings


def _version(wanted: bool) -> None:
    if wanted:
        import importlib.metadata

        typer.echo(f"marsad {importlib.metadata.version('marsad')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    pass


@app.command()
def run(
    role: Annotated[
        Literal["all", "poll", "bot"],
        typer.Option(help="On one PostgreSQL: poll (any number) or bot (one; others stand by)."),
    ] = "all",
) -> None:
    """Serve until SIGTERM or Ctrl-C: poll feeds, find signals, tell chats."""
    settings = settings_and_logs()
    import asyncio

    from bot.service.start import Role, serve

    asyncio.run(serve(settings, Role(role)))


@app.command()
def poll() -> None:
    """Poll every feed once, send what it gave, and end."""
    settings = settings_and_logs()
    import asyncio

    from bot.service.start import poll_once

    if not asyncio.run(poll_once(settings)):
        raise typer.Exit(1)


@app.command()
def demo(
    feed: Annotated[
        str | None,
        typer.Option(metavar="URL_OR_FILE", help="Any feed instead of the sample feeds."),
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="In which to leave demo/ with its database (an older one is replaced)."),
    ] = None,
    explain: Annotated[
        bool, typer.Option(help="Also the clauses that fired, for those who write rules.")
    ] = False,
) -> None:
    """Show what Marsad does, on sample feeds: no token, no network."""
    settings = settings_and_logs(level="WARNING")
    import asyncio

    from bot.cli.demo import show

    folder = data_dir or settings.data_dir
    if not asyncio.run(show(settings, feed=feed, data_dir=folder, explain=explain)):
        raise typer.Exit(1)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it; must not exist.")],
) -> None:
    """Write a whole copy of the database, also while the service runs."""
    settings = settings_and_logs()
    from bot.installation import require_file
    from storage.file.backup import copy_to

    require_file(settings, "back it up there, with pg_dump or pg_basebackup")
    copy_to(settings.database_file, file)
    typer.echo(f"Backed up {settings.database_file} to {file}.")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="A file made by `marsad backup`.")]) -> None:
    """Put a backup in place of the database. The service must be stopped; the old file is kept."""
    settings = settings_and_logs()
    from datetime import UTC, datetime

    from bot.installation import require_file
    from bot.process.lock import InstanceLock
    from storage.file.backup import restore as put_back

    require_file(settings, "restore it there, with pg_restore or from a pg_basebackup")
    with InstanceLock(settings.data_dir):
        kept = put_back(file, settings.database_file, datetime.now(UTC))
    typer.echo(f"Restored {settings.database_file} from {file}.")
    if kept:
        typer.echo(f"The database that was there is kept as {kept}.")
    typer.echo("Alerts that were still to be sent when the backup was made are sent again,")
    typer.echo("marked as possible repeats.")


@app.command("begin-anew")
def begin_anew() -> None:
    """Let the next start make a new database where there was one: all before it is forgotten."""
    settings = settings_and_logs()
    from bot.installation import begin_anew as forget

    gone = forget(settings)
    for marker in gone:
        typer.echo(f"Removed {marker}.")
    typer.echo(f"The next start makes a new database at {settings.database_file}.")


@app.command()
def doctor() -> None:
    """Check token, clock, privacy, memory, feeds, rules, disk and database; say what to do."""
    settings = settings_and_logs(level="ERROR")
    import asyncio

    from bot.operating.doctor.examine import examine
    from bot.operating.doctor.finding import show

    if not show(asyncio.run(examine(settings))):
        raise typer.Exit(1)


name_them(app)
