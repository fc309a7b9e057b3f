"""`marsad web`: the page alone, over the database of a service or of a demo."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.main import settings_and_logs
from bot.errors import CannotGoOn
from storage.connection import LARGEST
from storage.readers import page_sessions, people

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.web.site import Site
    from storage.connection import Connection

PORT = 8080


def web_command(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Instead of MARSAD_WEB_PORT.")
    ] = None,
    link: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=LARGEST,
            metavar="PERSON",
            help="Print a link that signs this person in, once.",
        ),
    ] = None,
) -> None:
    """Serve the page until Ctrl-C, also beside a service that serves none."""
    settings = settings_and_logs()
    asyncio.run(serve(settings, port or settings.web_port or PORT, link))


async def serve(settings: Settings, port: int, link: int | None = None) -> None:
    """Until SIGTERM or SIGINT. Raises CannotGoOn for a port that is taken and for a person who was
    not let in, and what opening rules, feeds and the database raises."""
    from bot.feeds.catalogue import load_catalogue
    from bot.installation import require_database
    from bot.process.giving_up import StoppedEarly, unless_stopped
    from bot.process.patience import reading_rules
    from bot.rules_in_force import RulesInForce
    from bot.web.server import PageServer
    from bot.web.site import Site
    from storage.opening import open_database

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    require_database(settings)
    catalogue = load_catalogue(settings.feeds_file)
    asked = (settings.rules_dir, settings.morphology_db, settings.cache_dir)
    try:
        async with unless_stopped(stop):
            with reading_rules():
                rules = await RulesInForce.start(*asked)
    except StoppedEarly:
        return
    database = await open_database(settings.database)
    token = settings.telegram_token
    try:
        site = Site(
            database,
            rules,
            lambda: catalogue,
            settings.timezone,
            gazetteer=rules.places,
            token=token.get_secret_value() if token else None,
            address=settings.page_address,
            export_sender=settings.export_sender,
            export_public=settings.export_scope == "public",
        )
        address = settings.web_url or f"http://{settings.web_host}:{port}"
        made = None if link is None else await _link(site, link, address.rstrip("/"))
        server = PageServer(site, settings.web_host, port)
        try:
            typer.echo(f"The page: {address}")
            if made is not None:
                typer.echo(made)
            await stop.wait()
        finally:
            await server.close()
    finally:
        await database.close()


async def _link(site: Site, person_id: int, address: str) -> str:
    now = site.clock()

    def write(db: Connection) -> str:
        if people.get(db, person_id) is None:
            raise CannotGoOn(
                f"{person_id} was not let in: `marsad people list` names those who were"
            )
        return page_sessions.make_link(db, person_id, now + page_sessions.LINK_GOOD_FOR, now)

    return f"{address}/sign-in?key={await site.database.write(write)}"
