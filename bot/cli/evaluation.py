"""``marsad eval``: how well the rules do on labelled entries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from bot.cli.rules.shared import AsJson, Lang, files_of, print_json, read_all, scores
from bot.errors import CannotGoOn

if TYPE_CHECKING:
    from rules.trying.measuring.evaluation import Evaluation


def eval_command(
    file: Annotated[Path, typer.Argument(help='JSON lines: {"id", "lang", "title", "text", …}.')],
    rules_dir: Annotated[Path | None, typer.Option("--rules", help="Operators' rules.")] = None,
    errors: Annotated[bool, typer.Option(help="Show each mistake and its explanation.")] = False,
    split: Annotated[
        bool, typer.Option(help="Also by part: the last digit of the SHA-1 of an entry's id.")
    ] = False,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Score the rules on labelled entries: what they find, its direction, what is pushed."""
    from rules.trying.measuring.evaluation import detected, evaluate
    from rules.trying.measuring.labelled import LabelsInvalid, read_labelled, unknown_signals

    try:
        entries = read_labelled(file)
    except LabelsInvalid as invalid:
        raise CannotGoOn(invalid.said.text(lang)) from invalid
    files = files_of(rules_dir)
    rules = files.load()
    for unknown in unknown_signals(file, entries, rules.signals):
        typer.echo(unknown.text(lang), err=True)
    found = list(read_all(detected, rules, files, [entry.read for entry in entries]))
    result = evaluate(rules, entries, found, mistakes=errors and not as_json)
    if as_json:
        print_json(result.as_json())
        return
    _show_evaluation(result, "All entries")
    if split:
        for name, part in result.parts.items():
            _show_evaluation(part, f"Part {name}")
    if result.unread:
        typer.echo(f"Could not be read, counted as missed: {', '.join(result.unread)}", err=True)
    if errors:
        for mistake in result.mistakes:
            typer.echo(f"\n{mistake.kind} {mistake.signal} [{mistake.entry.id}]: {mistake.why}")
            typer.echo(f"    {mistake.entry.title or mistake.entry.text[:160]}")


def _show_evaluation(result: Evaluation, title: str) -> None:
    rows = [
        *result.signals.items(),
        ("micro", result.micro),
        ("improving", result.by_direction["improving"]),
        ("denied", result.by_direction["denied"]),
        ("pushed", result.pushed),
    ]
    Console().print(scores(title, rows, {"micro", "improving"}))
    typer.echo(
        f"{result.entries} entries, {100 * result.micro.fp / result.entries:.1f} false detections "
        f"per 100 entries; direction right in {result.directions_right} of {result.directions} "
        "true detections."
    )
    typer.echo(
        f"{result.quiet_entries} entries carry nothing: {result.quiet_per_100:.1f} false "
        "detections per 100 of them."
    )
