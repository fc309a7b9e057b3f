"""`marsad feeds ...`: the list of feeds, from the operator's side."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.feeds.pack import add_pack
from bot.cli.feeds.site import try_site
from bot.cli.output import for_a_terminal, known_language
from bot.clock import utc_now
from bot.errors import CannotGoOn
from bot.locales import Texts, texts
from bot.locales.bidi import without_controls

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.feeds.catalogue import Feed
    from bot.settings import Settings
    from storage.news.feeds import FeedState

app = typer.Typer(no_args_is_help=True)
app.command("try")(try_site)
app.command("pack")(add_pack)

# Columns that the rest of a row needs beside the feed's id.
LEAST_BESIDE_ID = 62

# Id, name, language, when its last new entry came, and its condition.
Row = tuple[str, str, str, str, str]

Lang = Annotated[str, typer.Option(help="Language of what is said: ar, en or fr.")]
File = Annotated[Path | None, typer.Argument(help="A feeds.yaml; the one in use otherwise.")]


@app.command()
def check(
    file: File = None,
    lang: Lang = "en",
) -> None:
    """Say everything that is wrong with feeds.yaml, with its line."""
    from bot.feeds.catalogue import load_catalogue
    from bot.feeds.problems import CatalogueInvalid
    from bot.settings import load_settings

    say = texts(known_language(lang))
    settings = load_settings()
    path = file or settings.feeds_file
    try:
        feeds = load_catalogue(path)
    except CatalogueInvalid as invalid:
        for problem in invalid.problems:
            typer.echo(for_a_terminal(without_controls(problem.in_language(lang))), err=True)
        raise typer.Exit(1) from invalid
    unknown = _unknown_regions(path, settings.rules_dir, say)
    for told in unknown:
        typer.echo(told, err=True)
    key = "cli.readable" if unknown else "cli.well"
    typer.echo(say(key, file=path, n=say.number(len(feeds))))


def _unknown_regions(path: Path, rules_dir: Path | None, say: Texts) -> list[str]:
    """Regions that say nothing of where a name is looked for, each with what is nearest to it.

    They are no mistakes that stop a feed: an imported list has folders of any name.
    """
    from bot.feeds.catalogue import regions_by_line
    from rules import load_gazetteer

    gazetteer = load_gazetteer(rules_dir)
    known = [*gazetteer.regions, *(n.lower() for c in gazetteer.countries() for n in c.names())]
    told = []
    for line, region in regions_by_line(path):
        if gazetteer.region(region) is not None:
            continue
        near = get_close_matches(region.lower().replace("-", " "), known, n=1, cutoff=0.7)
        instead = say("cli.region_how")
        if near:
            instead = say("cli.region_near", near=near[0].replace(" ", "-"))
        told.append(say("cli.region", file=path.name, line=line, region=region, instead=instead))
    return told


@app.command("list")
def list_feeds(lang: Lang = "en") -> None:
    """Show each feed and how it does."""
    from bot.feeds.catalogue import load_catalogue
    from bot.settings import load_settings

    say = texts(known_language(lang))
    settings = load_settings()
    feeds = load_catalogue(settings.feeds_file)
    states = asyncio.run(_states(settings))
    rows = [_row(feed, states.get(feed.id), settings.timezone, say) for feed in feeds]
    show_rows(rows, settings.timezone.key, Console(), say)


def show_rows(rows: Sequence[Row], zone: str, console: Console, say: Texts) -> None:
    """A table, or a paragraph for each feed where a table would be too narrow to read.

    An id is copied into commands and searches: it is never broken.
    """
    ids = max((len(row[0]) for row in rows), default=0)
    if console.width < ids + LEAST_BESIDE_ID:
        for id, name, language, newest, condition in rows:
            when = newest and say("cli.newest", when=newest, zone=zone)
            about = " · ".join(filter(None, (name, language, condition, when)))
            console.print(f"{id}\n  {about}", markup=False, highlight=False, soft_wrap=True)
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("id", no_wrap=True, min_width=ids)
    for heading in ("name", "language", "newest", "condition"):
        table.add_column(say(f"cli.h_{heading}", zone=zone), overflow="fold")
    for row in rows:
        table.add_row(*(cell.replace("[", "\\[") for cell in row))
    console.print(table)


def _row(feed: Feed, state: FeedState | None, timezone: ZoneInfo, say: Texts) -> Row:
    from bot.polling.health import condition

    if state is None or state.last_checked_at is None:
        return feed.id, feed.name, feed.language or "", "", say("cli.unpolled")
    newest = state.last_new_entry_at
    return (
        feed.id,
        feed.name,
        feed.language or "",
        f"{newest.astimezone(timezone):%Y-%m-%d %H:%M}" if newest else "",
        ". ".join(filter(None, (say(f"feeds.how.{condition(state)}"), state.error, state.hint))),
    )


@app.command("import")
def import_list(
    file: Annotated[Path, typer.Argument(help="An OPML list, from another reader.")],
    language: Annotated[
        str | None, typer.Option(help="ar, en or fr, for all of them; OPML seldom says.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Print the rows, change nothing.")] = False,
) -> None:
    """Add the feeds of an OPML list to feeds.yaml, those that are not there yet."""
    from bot.feeds.catalogue import load_catalogue
    from bot.feeds.opml import OpmlInvalid, catalogue_text, import_opml
    from bot.settings import load_settings

    path = load_settings().feeds_file
    try:
        imported = import_opml(file.read_text(encoding="utf-8-sig"), load_catalogue(path), language)
    except OpmlInvalid as error:
        raise CannotGoOn(f"{file}: {error}") from error
    except UnicodeDecodeError as error:
        raise CannotGoOn(f"{file}: is not UTF-8 text; save the OPML list as UTF-8") from error
    for line in imported.left:
        typer.echo(f"left out: {line.in_language('en')}", err=True)
    rows = catalogue_text(imported.feeds).partition("\n")[2]
    if dry_run:
        typer.echo(rows, nl=False)
        return
    if imported.feeds:
        _append(path, rows)
    typer.echo(f"{path}: {len(imported.feeds)} feeds added, {len(imported.left)} left out.")


def _append(path: Path, rows: str) -> None:
    """Write the rows at the end of feeds.yaml, if it can be read with them."""
    from bot.feeds.catalogue import read_catalogue
    from bot.feeds.problems import CatalogueInvalid
    from bot.operating.feed_list import write_list

    text = path.read_text(encoding="utf-8-sig")
    if text.rstrip().endswith("[]"):
        text = text.rstrip()[:-2]
    text = f"{text.rstrip()}\n{rows}"
    try:
        read_catalogue(text, path.name)
    except CatalogueInvalid as invalid:
        raise CannotGoOn(
            f"the rows do not fit at the end of {path} ({invalid.problems[0]}); "
            "print them with --dry-run and put them in by hand"
        ) from invalid
    write_list(path, text)


@app.command("export")
def export_list(
    file: Annotated[Path, typer.Argument(help="Where to write the OPML list; must not exist.")],
) -> None:
    """Write the feeds as an OPML list, for another reader."""
    from bot.feeds.catalogue import load_catalogue
    from bot.feeds.opml import export_opml
    from bot.operating.rule_files import write_whole
    from bot.settings import load_settings

    feeds = load_catalogue(load_settings().feeds_file)
    if file.exists():
        raise FileExistsError(errno.EEXIST, "File exists", str(file))
    write_whole(file, export_opml(feeds, utc_now()).encode())
    typer.echo(f"{file}: {len(feeds)} feeds.")


async def _states(settings: Settings) -> dict[str, FeedState]:
    from storage.file.presence import has_database
    from storage.news import feeds
    from storage.opening import open_database

    if not settings.database_url and not has_database(settings.database_file):
        return {}
    database = await open_database(settings.database)
    try:
        return {state.id: state for state in await database.read(feeds.all_states)}
    finally:
        await database.close()
