"""``marsad export``: alerts, stories or entries as a file for other programs."""

from __future__ import annotations

import asyncio
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from bot.cli.rules.shared import count, load
from bot.clock import utc_now
from bot.errors import CannotGoOn
from bot.locales import LANGUAGES
from bot.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.exports.edition import Edition
    from bot.exports.naming import Naming
    from bot.exports.writing import Format
    from bot.settings import Settings
    from storage.news.feeds import FeedState
    from storage.paging import Selection

ONE = {"alerts": "alert", "stories": "story", "entries": "entry"}


def export_command(
    form: Annotated[str, typer.Option("--format", help="csv, xlsx, geojson, cap, atom or jsonl.")],
    since: Annotated[str, typer.Option(help="7d, 12h, 2026-03-01 or 2026-03-01T08:00Z.")],
    until: Annotated[str | None, typer.Option(help="The same; without it, up to now.")] = None,
    signal: Annotated[str | None, typer.Option(help="Only these signals; commas between.")] = None,
    place: Annotated[
        str | None, typer.Option(help="Only there: names or ids; commas between.")
    ] = None,
    level: Annotated[str | None, typer.Option(help="Only these levels; commas between.")] = None,
    direction: Annotated[str | None, typer.Option(help="worsening, improving or denied.")] = None,
    language: Annotated[str | None, typer.Option(help="Only headlines in ar, en or fr.")] = None,
    kind: Annotated[str, typer.Option(help="alerts, stories or entries.")] = "alerts",
    lang: Annotated[str, typer.Option("--lang", help="Language of the words: ar, en, fr.")] = "en",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Without it: to stdout.")
    ] = None,
) -> None:
    """Write alerts, stories or entries to a file for other programs (docs/exports.md)."""
    from bot.exports.asked import KINDS, Names, NotUnderstood, selection
    from bot.exports.edition import Edition
    from bot.exports.writing import formats
    from bot.installation import require_made_database
    from bot.settings import load_settings

    _among("--format", form, tuple(formats()))
    _among("--kind", kind, KINDS)
    _among("--lang", lang, LANGUAGES)
    chosen = formats()[form]
    if chosen.alerts_only and kind != "alerts":
        raise CannotGoOn(f"--format {form} tells of alerts only: leave --kind out", 2)
    if out is None and sys.stdout.isatty() and form in ("xlsx", "cap"):
        raise CannotGoOn(f"--format {form} is no text: name a file with -o", 2)
    settings = load_settings()
    require_made_database(settings)
    now = utc_now()
    naming = _naming(settings, lang)
    options = {
        "since": since,
        "until": until,
        "signal": signal,
        "place": place,
        "level": level,
        "direction": direction,
        "language": language,
    }
    for name, value in options.items():
        if value is not None and not value.strip():
            # A script's variable that is not set would export everything.
            raise CannotGoOn(f"--{name} has no value: leave it out to ask for all", 2)
    given = {name: [value or ""] for name, value in options.items()}
    names = Names(tuple(naming.signals), naming.gazetteer)
    try:
        asked = selection(kind, given, names, now, since)  # type: ignore[arg-type]
    except NotUnderstood as wrong:
        raise CannotGoOn(f"--{wrong}", 2) from wrong
    edition = Edition(naming, now, settings.export_sender, public=settings.export_scope == "public")
    with _opened(out) as file:
        rows = asyncio.run(_write(settings, asked, edition, chosen, file))
    told = count(rows, ONE[kind], kind)
    typer.echo(f"{told} in {out}." if out else f"{told}.", err=True)


async def _write(
    settings: Settings, asked: Selection, edition: Edition, form: Format, out: BinaryIO
) -> int:
    from bot.exports.reading import export
    from storage.opening import open_database

    database = await open_database(settings.database)
    try:
        return await export(database, asked, edition, form, out)
    finally:
        await database.close()


def _naming(settings: Settings, lang: str) -> Naming:
    from bot.cli.publishers import publishers_known
    from bot.exports.naming import Naming, leaving
    from bot.locales import texts
    from rules import load_gazetteer
    from storage.news import feeds
    from storage.opening import open_database

    async def polled() -> list[FeedState]:
        database = await open_database(settings.database)
        try:
            return await database.read(feeds.all_states)
        finally:
            await database.close()

    publishers = publishers_known(settings, asyncio.run(polled()))
    signals = leaving(load(None).signals)
    return Naming(texts(lang), signals, load_gazetteer(settings.rules_dir), publishers)


def _among(option: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        said = clean(value)[:20]
        raise CannotGoOn(f"{option}: «{said}» is not known; write one of {', '.join(known)}", 2)


@contextmanager
def _opened(out: Path | None) -> Iterator[BinaryIO]:
    """The file to write to. It is there when it is whole: one that breaks off leaves the former."""
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    if out.exists() and not out.is_file() and not out.is_dir():
        # A device or a pipe: a file in the place of /dev/stdout would take it from everybody.
        with out.open("wb") as stream:
            yield stream
        return
    out = out.resolve()  # a link stays one
    partial = out.with_name(f"{out.name}.partial")
    try:
        with partial.open("wb") as file:
            yield file
        partial.replace(out)
    except OSError as wrong:
        if str(wrong.filename) == str(partial):
            # Who asked knows the name that they gave.
            raise OSError(wrong.errno, wrong.strerror, str(out)) from wrong
        raise
    finally:
        partial.unlink(missing_ok=True)
