"""Commands that are imported when somebody gives them: `marsad --help` needs none of them.

Here stand their names and what --help says of each; the rest of a command stands in its module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

WHOLE = 1_000
"""Characters of a line in --help, which is wrapped instead of cut."""


@dataclass(frozen=True, slots=True)
class Later:
    """Where a command is, and its line in --help. `name`: a `typer.Typer`, or a function."""

    module: str
    name: str
    help: str


COMMANDS: Mapping[str, Later] = {
    "eval": Later(
        *("bot.cli.evaluation", "eval_command"),
        "Score the rules on labelled entries: what they find, its direction, what is pushed.",
    ),
    "export": Later(
        *("bot.cli.export", "export_command"),
        "Write alerts, stories or entries to a file for other programs (docs/exports.md).",
    ),
    "migrate": Later(
        *("bot.cli.migrate", "migrate_command"),
        "Move the file into the empty PostgreSQL database at MARSAD_DATABASE_URL, and compare.",
    ),
    "replay": Later(
        *("bot.cli.replay", "replay_command"),
        "Let old entries go through rules, stories and decisions in published order; send nothing.",
    ),
    "status": Later(
        *("bot.cli.status", "status_command"),
        "What is known of a place: siege, crossing, hospitals, aid, water, as last reported.",
    ),
    "web": Later(
        "bot.cli.web",
        "web_command",
        "Serve the page until Ctrl-C, also beside a service that serves none.",
    ),
    "feeds": Later("bot.cli.feeds", "app", "The list of feeds: try a site, add a pack, import."),
    "rules": Later("bot.cli.rules", "app", "Check, test, explain and replay the rules."),
    "figures": Later(
        *("bot.cli.figures", "app"),
        "Numbers of killed, wounded, displaced: what is read in a text, and how well.",
    ),
    "places": Later("bot.cli.places", "app", "Places: find them, check the files, score them."),
    "stories": Later("bot.cli.stories", "app", "Stories: entries that tell the same happening."),
    "alerts": Later("bot.cli.alerts", "app", "Alerts: list them, show one, say why it was sent."),
    "people": Later("bot.cli.people", "app", "Who may use the bot: list, invite, remove."),
    "morphology": Later("bot.cli.morphology", "app", "A full Arabic dictionary, if you want one."),
}


def name_them(app: typer.Typer) -> None:
    """Put a line for each into --help of a Typer whose class is a `LateCommands`."""
    for name, later in COMMANDS.items():
        app.command(name, help=later.help)(_not_imported_yet)


class Listed(TyperGroup):
    """A group whose --help has the whole line of each command."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        rows = [
            (name, command.get_short_help_str(WHOLE))
            for name, command in self.commands.items()
            if not command.hidden
        ]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


class LateCommands(Listed):
    """A group that imports the command that is given, and no other."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        later = COMMANDS.get(args[0])
        if later is not None:
            self.commands[args[0]] = _imported(args[0], later)
        return super().resolve_command(ctx, args)


def _imported(name: str, later: Later) -> Any:
    found = getattr(import_module(later.module), later.name)
    # As its own group has it: rich takes as long to be imported as all else together.
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    if not isinstance(found, typer.Typer):
        alone.command(name)(found)
        return get_command(alone)
    alone.add_typer(found, name=name, help=later.help, cls=Listed)
    return get_command(alone).commands[name]  # type: ignore[attr-defined]


def _not_imported_yet() -> None:
    raise AssertionError("a command is imported before it is invoked")
