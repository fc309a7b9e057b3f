"""`marsad feeds ...`: the list of feeds, from the operator's side."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from bot.feeds.catalogue import Feed
    from bot.settings import Settings
    from storage.feeds import FeedState

app = typer.Typer(no_args_is_help=True)

File = Annotated[Path | None, typer.Argument(help="A feeds.yaml; the one in use otherwise.")]


@app.command()
def check(file: File = None) -> None:
    """Say everything that is wrong with feeds.yaml, with its line."""
    from bot.feeds.catalogue import load_catalogue
    from bot.settings import load_settings

    path = file or load_settings().feeds_file
    feeds = load_catalogue(path)
    typer.echo(f"{path}: {len(feeds)} feeds, all well.")


@app.command("list")
def list_feeds() -> None:
    """Show each feed and how it does."""
    from bot.feeds.catalogue import load_catalogue
    from bot.settings import load_settings

    settings = load_settings()
    feeds = load_catalogue(settings.feeds_file)
    states = asyncio.run(_states(settings))
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "name", "language", "last new entry", "condition"):
        table.add_column(heading, overflow="fold")
    for feed in feeds:
        table.add_row(*(cell.replace("[", "\\[") for cell in _row(feed, states.get(feed.id))))
    Console().print(table)


def _row(feed: Feed, state: FeedState | None) -> tuple[str, ...]:
    if state is None or state.last_checked_at is None:
        return feed.id, feed.name, feed.language or "", "", "not polled yet"
    newest = state.last_new_entry_at
    return (
        feed.id,
        feed.name,
        feed.language or "",
        f"{newest:%Y-%m-%d %H:%M}" if newest else "",
        condition(state),
    )


def condition(state: FeedState) -> str:
    """How a feed does, in words, with what to do about it."""
    if state.held:
        return f"held: {state.error or 'suddenly full of new entries'}"
    if state.error:
        return f"{state.error} ({state.failures}×). {state.hint or ''}".strip()
    return "ok"


async def _states(settings: Settings) -> dict[str, FeedState]:
    from storage import feeds
    from storage.database import Database

    if not settings.database_file.exists():
        return {}
    database = await Database.open(settings.database_file)
    try:
        return {state.id: state for state in await database.read(feeds.all_states)}
    finally:
        await database.close()
