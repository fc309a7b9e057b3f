"""`marsad feeds try ADDRESS`: what of a site can be watched, and the rows that watch it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import chain, count
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.output import for_a_terminal
from bot.clock import utc_now
from bot.errors import CannotGoOn
from bot.locales.bidi import without_controls

if TYPE_CHECKING:
    from bot.feeds.catalogue import Feed
    from bot.feeds.fetch.outcome import FetchFailed
    from bot.locales import Texts
    from bot.operating.site_trial import Watchable
    from bot.settings import Settings

SHOWN = 5


def try_site(
    url: Annotated[str, typer.Argument(metavar="ADDRESS", help="A site, a page or a feed.")],
    lang: Annotated[str, typer.Option(help="Language of the answer: ar, en or fr.")] = "en",
) -> None:
    """Look for a site's feed, its sitemap or a list in its page; print the row for feeds.yaml."""
    from bot.links import absolute_link
    from bot.locales import LANGUAGES, texts
    from bot.settings import load_settings
    from bot.text import clean, shorten

    if lang not in LANGUAGES:
        raise CannotGoOn(f"--lang {lang}: write one of {', '.join(LANGUAGES)}")
    settings, say = load_settings(), texts(lang)
    address = absolute_link(url if "://" in url else f"https://{url.strip()}", "")
    if address is None:
        raise CannotGoOn(_told(say, "feeds_try.no_address", given=shorten(clean(url), 100)), 2)
    url = address
    found = asyncio.run(_look(url, settings))
    if not isinstance(found, tuple):
        advice = say.find(f"notice.failure.{found.kind}") or ""
        raise CannotGoOn(_told(say, "feeds_try.failed", url=url, why=found.message, advice=advice))
    if not found:
        raise CannotGoOn(_told(say, "feeds_try.nothing", url=url))
    listed = _listed(settings)
    taken = {feed.id for feed in listed}
    addresses = frozenset(feed.url.rstrip("/") for feed in listed)
    for watchable in found:
        row = replace(watchable.feed, id=_unused(watchable.feed.id, taken))
        _show(replace(watchable, feed=row), addresses, say, settings)
    typer.echo(_told(say, "feeds_try.stored_nothing"))


async def _look(url: str, settings: Settings) -> tuple[Watchable, ...] | FetchFailed:
    from bot.feeds.fetch.addresses import AllowList
    from bot.feeds.fetch.fetcher import Fetcher
    from bot.operating.site_trial import SiteTrial

    fetcher = Fetcher(allow=AllowList.of(settings.allow_private))
    trial = SiteTrial(fetcher, utc_now())
    try:
        return await trial.look(url)
    finally:
        await trial.aclose()
        await fetcher.aclose()


def _show(watchable: Watchable, listed: frozenset[str], say: Texts, settings: Settings) -> None:
    from bot.feeds.opml import catalogue_text
    from bot.text import clean, shorten

    feed, entries = watchable.feed, watchable.entries
    typer.echo(_told(say, f"feeds_try.{feed.format}", url=feed.url))
    for entry in entries[:SHOWN]:
        at = entry.published_at
        when = f"{at.astimezone(settings.timezone):%Y-%m-%d %H:%M}" if at else "–"
        title = for_a_terminal(shorten(clean(entry.title), 100))
        typer.echo(without_controls(f"  {when:<16}  {title}"))
        typer.echo(without_controls(f"  {'':<16}  {entry.link or ''}"))
    if not any(entry.published_at for entry in entries):
        typer.echo(_told(say, "feeds_try.undated"))
    if feed.url.rstrip("/") in listed:
        typer.echo(_told(say, "feeds_try.listed"))
    typer.echo(_told(say, "feeds_try.row"))
    typer.echo(without_controls(catalogue_text([feed]).partition("\n")[2]))


def _told(say: Texts, key: str, **values: str) -> str:
    return for_a_terminal(without_controls(say(key, **values))).strip()


def _unused(wanted: str, taken: set[str]) -> str:
    numbered = (f"{wanted}-{number}" for number in count(2))
    return next(each for each in chain([wanted], numbered) if each not in taken)


def _listed(settings: Settings) -> tuple[Feed, ...]:
    """The feeds that are watched already; a list that cannot be read does not keep one from
    looking at a site."""
    from bot.feeds.catalogue import load_catalogue
    from bot.feeds.problems import CatalogueInvalid

    try:
        return load_catalogue(settings.feeds_file)
    except CatalogueInvalid:
        return ()
