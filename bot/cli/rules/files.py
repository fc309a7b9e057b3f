"""``marsad rules format`` and ``schema``: rule files and what editors read of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.rules.shared import (
    Folder,
    app,
    count,
)
from bot.errors import CannotGoOn

if TYPE_CHECKING:
    pass


@app.command("format")
def format_files(
    folder: Folder = None,
    only_check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 if a file would change.")
    ] = False,
) -> None:
    """Bring rule files into the one form that all have; comments stay.

    Files of version 0.1.0 are brought into the new form: examples:, and names for clauses.
    """
    from bot.operating.rule_files import write_whole
    from bot.settings import load_settings
    from rules.loading.formatting import FormatProblem, formatted
    from rules.loading.load import SHIPPED
    from rules.loading.rule_folders import ESCALATIONS, KINDS, rule_files
    from rules.loading.yamlfile import YamlProblem, contents

    place = folder or load_settings().rules_dir or SHIPPED
    if not place.is_dir():
        raise CannotGoOn(f"{place}: is no folder; give the one with signals/ and vocabulary/", 2)
    changed = refused = 0
    files = [(kind, path) for kind in KINDS for path in rule_files(place / kind)]
    if (place / ESCALATIONS).is_file():
        files.append(("escalations", place / ESCALATIONS))
    for kind, path in files:
        shown = path.relative_to(place).as_posix()
        try:
            before = contents(path, shown)
            after = formatted(before, kind, shown).encode()
        except (FormatProblem, YamlProblem) as problem:
            refused += 1
            typer.echo(f"{problem}", err=True)
            continue
        if after == before:
            continue
        changed += 1
        typer.echo(f"{shown}: {'would change' if only_check else 'changed'}")
        if not only_check:
            write_whole(path, after)
    typer.echo(f"{count(changed, 'file')} {'to change' if only_check else 'changed'}.")
    if refused or (only_check and changed):
        raise typer.Exit(1)


@app.command(hidden=True)
def schema(
    folder: Annotated[Path, typer.Argument(help="Where to write the JSON Schemas.")],
) -> None:
    """Write the JSON Schemas that editors check rule files with."""
    from rules.loading.jsonschema import schemas

    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")
        typer.echo(str(folder / name))
