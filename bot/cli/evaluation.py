"""``marsad eval``: how well the rules do on labelled entries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.rules import AsJson, load, print_json
from bot.errors import CannotGoOn

if TYPE_CHECKING:
    from rules.trying.evaluation import Evaluation


def eval_command(
    file: Annotated[Path, typer.Argument(help='JSON lines: {"id", "lang", "title", "text", …}.')],
    rules_dir: Annotated[Path | None, typer.Option("--rules", help="Operators' rules.")] = None,
    errors: Annotated[bool, typer.Option(help="Show each mistake and its explanation.")] = False,
    as_json: AsJson = False,
) -> None:
    """Score the rules on labelled entries: precision, recall and F1 by signal."""
    from rules.trying.evaluation import LabelsInvalid, evaluate, read_labelled

    rules = load(rules_dir)
    try:
        entries = read_labelled(file)
    except LabelsInvalid as invalid:
        raise CannotGoOn(str(invalid)) from invalid
    result = evaluate(rules, entries)
    if as_json:
        print_json(result.as_json())
        return
    _show_evaluation(result)
    if errors:
        for mistake in result.mistakes:
            typer.echo(f"\n{mistake.kind} {mistake.signal} [{mistake.entry.id}]: {mistake.why}")
            typer.echo(f"    {mistake.entry.title or mistake.entry.text[:160]}")


def _show_evaluation(result: Evaluation) -> None:
    table = Table("signal", "precision", "recall", "F1", "tp", "fp", "fn", title="Labelled entries")
    rows = [*result.signals.items(), ("micro", result.micro)]
    for name, score in rows:
        if name == "micro":
            table.add_section()
        table.add_row(
            name,
            f"{score.precision:.3f}",
            f"{score.recall:.3f}",
            f"{score.f1:.3f}",
            str(score.tp),
            str(score.fp),
            str(score.fn),
        )
    Console().print(table)
    typer.echo(
        f"{result.entries} entries, {100 * result.micro.fp / result.entries:.1f} false detections "
        f"per 100 entries; direction right in {result.directions_right} of {result.directions} "
        "true detections."
    )
