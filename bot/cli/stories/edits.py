"""`marsad stories show|split|merge`: what a story is made of, and how people mend it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.cli.output import for_a_terminal
from bot.cli.stories.joining import app
from bot.clock import utc_now
from bot.errors import CannotGoOn
from bot.text import clean
from storage import alerts
from storage.connection import LARGEST
from storage.news import stories
from storage.news.stories import StoryEntry

if TYPE_CHECKING:
    from storage.connection import Connection

__all__ = ["app"]

T = TypeVar("T")


@app.command()
def show(alert: Annotated[str, typer.Argument(help="An alert's id, as A12.")]) -> None:
    """List the entries of an alert's story, and why each is one."""

    def read(db: Connection) -> tuple[int, list[StoryEntry]]:
        found = alerts.get_by_short_id(db, alert)
        if found is None:
            raise ValueError(
                f"there is no alert «{clean(alert)[:20]}»: `marsad alerts list` has their ids"
            )
        return found.story_id, stories.entries_of(db, found.story_id)

    story_id, entries = _with(read)
    typer.echo(f"Story {story_id}, entries: {len(entries)}")
    for each in entries:
        title = for_a_terminal(clean(each.title))
        typer.echo(f"{each.entry_id}  {each.at:%Y-%m-%d %H:%M}  {each.family}: {title}")
        typer.echo(f"    {_why(each)}")


@app.command()
def split(
    entries: Annotated[
        list[int],
        typer.Argument(min=1, max=LARGEST, help="Numbers of entries, as `show` has them."),
    ],
) -> None:
    """Put entries that were joined wrongly into a story of their own."""
    story_id = _with(lambda db: stories.split(db, entries, utc_now()))
    typer.echo(f"They are story {story_id} now. What was told stays told.")


@app.command()
def merge(
    story: Annotated[int, typer.Argument(min=1, max=LARGEST, help="The story that goes.")],
    into: Annotated[int, typer.Argument(min=1, max=LARGEST, help="The story that stays.")],
) -> None:
    """Put two stories that tell the same happening together."""
    count = _with(lambda db: stories.merge(db, story, into, utc_now()))
    typer.echo(f"Entries that belong to story {into} now: {count}. What was told stays told.")


def _why(entry: StoryEntry) -> str:
    """In one line: by which rule it joined, and what it shares with the entry it is like."""
    if entry.rule is None:
        return "why is not known: an older version joined it"
    because, parts = entry.because, [entry.rule]
    if because.get("like") is not None:
        parts.append(f"like entry {because['like']}, {because['likeness']:.2f}")
    for name in ("words", "places", "tolls"):
        if because.get(name):
            parts.append(f"{name}: {', '.join(map(clean, because[name]))}")
    if because.get("doubts"):
        parts.append(f"in spite of: {', '.join(because['doubts'])}")
    return " · ".join(parts)


def _with(work: Callable[[Connection], T]) -> T:
    """In one write transaction of the service's database, which must be there."""
    from bot.installation import require_made_database
    from bot.settings import load_settings
    from storage.opening import open_database

    settings = load_settings()
    require_made_database(settings)

    async def run() -> T:
        database = await open_database(settings.database)
        try:
            return await database.write(work)
        finally:
            await database.close()

    try:
        return asyncio.run(run())
    except ValueError as error:
        raise CannotGoOn(str(error), exit_code=2) from error
