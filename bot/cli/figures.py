"""``marsad figures``: what numbers are read in a text, and how well."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from bot.cli.rules.shared import AsJson, Lang, print_json, scores
from bot.errors import CannotGoOn

if TYPE_CHECKING:
    from rules.trying.measuring.figures import FigureScores

app = typer.Typer(
    help="Numbers of killed, wounded, displaced: what is read in a text, and how well.",
    no_args_is_help=True,
)


@app.command("find")
def find(
    text: Annotated[str, typer.Argument(help="A sentence or more.")],
    as_json: AsJson = False,
) -> None:
    """Show the figures that are read in a text."""
    from dataclasses import asdict

    from rules import figures_of

    found = figures_of("", text, None)
    if as_json:
        print_json([asdict(figure) for figure in found])
        return
    for figure in found:
        top = "" if figure.max is None else f"–{figure.max:,}"
        marks = [name for name in ("at_least", "vague", "part") if getattr(figure, name)]
        said = f" ({', '.join(marks)})" if marks else ""
        typer.echo(f"{figure.what}: {figure.value:,}{top}{said}: {text[figure.start : figure.end]}")
    if not found:
        typer.echo("No figure.")


@app.command("eval")
def eval_command(
    file: Annotated[Path, typer.Argument(help='JSON lines: {"id", "title", "text", "figures"}.')],
    errors: Annotated[
        bool, typer.Option(help="Show the mistakes in entries that may be read (digits 0-5).")
    ] = False,
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """Score the figures that are read against those that a careful reader wrote down.

    A figure is right when what it counts, its value and the end of its range agree.
    """
    from rules.trying.measuring.figures import READ, evaluate_figures, read_figure_entries
    from rules.trying.measuring.labelled import LabelsInvalid, last_digit

    try:
        entries = read_figure_entries(file)
    except LabelsInvalid as invalid:
        raise CannotGoOn(invalid.said.text(lang)) from invalid
    result = evaluate_figures(entries)
    if as_json:
        print_json(result.as_json())
        return
    _show(result)
    if errors:
        for mistake in result.mistakes:
            if last_digit(mistake.entry.id) <= READ[-1]:
                what, value, _ = mistake.key
                typer.echo(f"{mistake.kind} {what} {value} [{mistake.entry.id}]: {mistake.words}")


def _show(result: FigureScores) -> None:
    rows = [
        *result.what.items(),
        ("micro", result.micro),
        *((f"part {name}", score) for name, score in result.parts.items()),
    ]
    Console().print(scores("Figures", rows, {"micro"}))
    told = ", ".join(f"{name} {count}" for name, count in result.agreed.items())
    typer.echo(f"{result.entries} entries; of {result.micro.tp} figures found agree: {told}.")
