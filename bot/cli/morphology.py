"""``marsad morphology install``: CAMeL Tools' own full database, for bare words' broken plurals."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import CannotGoOn
from storage.file.files import make_folder

PACKAGE = "morphology-db-msa-r13"
LONGEST_SECONDS = 1_800

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """One command so far; a group, so that others can join it."""


@app.command()
def install(
    package: Annotated[str, typer.Option(help="A package of CAMeL Tools' data.")] = PACKAGE,
) -> None:
    """Download a full morphology database with CAMeL Tools' downloader. Marsad works without it."""
    from bot.settings import load_settings

    folder = load_settings().data_dir / "camel_tools"
    make_folder(folder)
    typer.echo(f"Installing {package} into {folder} …")
    # A process of its own: CAMeL Tools fetches its catalogue while it is imported.
    command = [sys.executable, "-m", "camel_tools.cli.camel_data", "-i", package]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, no shell, no feed's words
            command,
            env=os.environ | {"CAMELTOOLS_DATA": str(folder)},
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CannotGoOn(f"{package} took longer than half an hour; try again later") from None
    found = database_in(folder)
    if done.returncode != 0 or found is None:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no word from it"]
        raise CannotGoOn(
            f"{package} could not be installed ({last[0]}); check the connection, or set "
            "MARSAD_MORPHOLOGY_DB to a database in CAMeL Tools' format that you have"
        )
    typer.echo(f"Installed. Put this into .env:\nMARSAD_MORPHOLOGY_DB={found}")


def database_in(folder: Path) -> Path | None:
    """The morphology database under a data folder of CAMeL Tools, if one is there."""
    return next(iter(sorted(folder.glob("data/**/morphology.db"))), None)
