"""`marsad status PLACE`: what is known of a place."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.rules.shared import AsJson, Lang, print_json
from bot.clock import utc_now
from bot.errors import CannotGoOn

if TYPE_CHECKING:
    from bot.alerts.summaries.place_status import Known, PlaceStatus
    from bot.settings import Settings
    from rules import RuleSet


def status_command(
    place: Annotated[str, typer.Argument(metavar="PLACE", help="A name in any language.")],
    as_json: AsJson = False,
    lang: Lang = "en",
) -> None:
    """What is known of a place: siege, crossing, hospitals, aid, water, as last reported."""
    from bot.alerts.summaries.place_status import NotKnown, look_up
    from bot.messages.answers.place_status import not_known_text, place_status_card, status_json
    from bot.messages.cards.display import Display
    from bot.settings import load_settings
    from rules import RulesInvalid, load_rules
    from rules.loading.places.kept import load_gazetteer

    settings = load_settings()
    try:
        gazetteer = load_gazetteer(settings.rules_dir, cache=settings.cache_dir)
        rules = load_rules(
            settings.rules_dir, full_database=settings.morphology_db, cache=settings.cache_dir
        )
    except RulesInvalid as invalid:
        raise CannotGoOn(str(invalid)) from invalid
    display = Display(lang, rules.signals, utc_now(), settings.timezone)
    found = look_up(gazetteer, place)
    if isinstance(found, NotKnown):
        raise CannotGoOn(not_known_text(display, place, found))
    status = asyncio.run(_read(settings, rules, found))
    if as_json:
        print_json(status_json(status))
    else:
        typer.echo(place_status_card(status, display).plain)


async def _read(settings: Settings, rules: RuleSet, known: Known) -> PlaceStatus:
    from bot.alerts.summaries.place_status import read_status
    from bot.installation import require_made_database
    from storage.opening import open_database

    require_made_database(settings)
    database = await open_database(settings.database)
    try:
        now = utc_now()
        return await database.read(
            lambda db: read_status(db, known, rules.states, now, for_operators=True)
        )
    finally:
        await database.close()
