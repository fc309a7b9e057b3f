"""`marsad migrate`: what the file holds, moved to a PostgreSQL server."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.main import settings_and_logs
from bot.errors import CannotGoOn

if TYPE_CHECKING:
    from storage.moving.move import MovedTable

_LINE = "{:<20}{:>12}{:>12}  {:<16}  {}"
_SHOWN = 16
"""Digits of a hash that are printed; all are compared."""


def migrate_command(
    file: Annotated[
        Path | None,
        typer.Argument(help="Another file than the one in MARSAD_DATA_DIR, such as a backup."),
    ] = None,
) -> None:
    """Move the file into the empty PostgreSQL database at MARSAD_DATABASE_URL, and compare."""
    settings = settings_and_logs()
    if not settings.database_url:
        raise CannotGoOn(
            "set MARSAD_DATABASE_URL in .env or the environment to the database that the file is "
            "moved into: postgresql://USER:PASSWORD@HOST/DATABASE",
            2,
        )
    source = file or settings.database_file
    if not source.is_file():
        raise CannotGoOn(f"there is no database at {source}; nothing to move")
    from bot.process.lock import LOCK_FILE, InstanceLock

    try:
        from storage.moving.move import move
    except ImportError as error:
        raise CannotGoOn(
            "for PostgreSQL its driver must be installed: uv sync --extra postgres"
        ) from error
    began = time.monotonic()
    said: list[MovedTable] = []

    def each(table: MovedTable) -> None:
        if not said:
            typer.echo(_LINE.format("table", "in the file", "arrived", "hash", ""))
        said.append(table)
        typer.echo(_line(table))
        sys.stdout.flush()

    with ExitStack() as held:
        # A backup's folder has no lock; where there is one, its Marsad must have ended.
        if file is None or (source.parent / LOCK_FILE).exists():
            held.enter_context(InstanceLock(source.parent))
        move(source, settings.database_url, each)
    rows, mended = sum(table.rows for table in said), sum(table.mended for table in said)
    typer.echo(f"Moved {rows:,} rows of {source} in {time.monotonic() - began:.0f} seconds.")
    if mended:
        typer.echo(
            f"{mended:,} of the texts had signs that PostgreSQL cannot store "
            "(NUL, broken UTF-8): each sign is U+FFFD there."
        )
    typer.echo("The file is as it was: keep it as a backup, and start nothing on it any more.")


def _line(table: MovedTable) -> str:
    same = "same" if table.is_whole else "DIFFERENT"
    if table.mended:
        same += f", {table.mended:,} texts with signs replaced"
    return _LINE.format(
        table.name, f"{table.rows:,}", f"{table.arrived:,}", table.hash[:_SHOWN], same
    )
