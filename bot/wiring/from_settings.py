"""What the settings ask for: where news comes from, where messages go, who reads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.clock import utc_now
from bot.console import CONSOLE_CHAT_ID, ConsoleSender
from bot.delivery.deciding.policy import DeliveryPolicy
from bot.delivery.second_channel import SecondChannel
from bot.delivery.webhooks.receivers import receivers_of
from bot.delivery.webhooks.sending import Webhooks
from bot.feeds.catalogue import load_catalogue
from bot.feeds.fetch.addresses import AllowList
from bot.feeds.fetch.fetcher import Fetcher
from bot.feeds.fetch.outcome import Retriever
from bot.locales import texts
from bot.messages.cards.display import Signals
from bot.notices.feeds import publishers_of
from bot.operating.desk import Desk, Reloading
from bot.operating.trials import Trials
from bot.polling.identify import IdentityPolicy
from bot.polling.report import PollPolicy
from bot.process import first_operator
from bot.process.giving_up import unless_stopped
from bot.process.patience import reading_rules
from bot.rules_in_force import RulesInForce
from storage.connection import Connection
from storage.database import Database
from storage.readers import chats, people, subscriptions
from storage.sending import webhooks

if TYPE_CHECKING:
    from bot.settings import Settings

from bot.process.event_loop import let_the_loop_run
from bot.wiring.parts import (
    Destination,
    FeedsInForce,
    Parts,
    Source,
    parts_over,
    seat_console,
    to_console,
)

log = logging.getLogger(__name__)

# How long the code for the first operator is good; each start makes a new one.
FIRST_CODE = timedelta(days=1)


def poll_policy(settings: Settings) -> PollPolicy:
    """How feeds are polled by these settings."""
    first_poll = timedelta(hours=settings.first_poll_hours)
    return PollPolicy(identity=IdentityPolicy(first_poll_age=first_poll))


@asynccontextmanager
async def parts_from_settings(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = utc_now,
    polls: bool = True,
    stop: asyncio.Event | None = None,
) -> AsyncIterator[Parts]:
    """Everything that the settings ask for: what `marsad run` and `marsad poll` work with.
    `polls` False: workers do.

    Raises CatalogueInvalid, RulesInvalid and StorageError before anything runs, and StoppedEarly
    when `stop` is set while rules are compiled.
    """
    catalogue = load_catalogue(settings.feeds_file)
    in_force = FeedsInForce(catalogue)
    asked = (settings.rules_dir, settings.morphology_db, settings.cache_dir)
    async with unless_stopped(stop or asyncio.Event()):
        with reading_rules():
            rules = await RulesInForce.start(*asked)
    let_the_loop_run()
    policy = poll_policy(settings) if polls else None
    source = Source(catalogue, Fetcher(allow=AllowList.of(settings.allow_private)), policy)
    channel = SecondChannel([url.get_secret_value() for url in settings.notify_urls])
    async with parts_over(
        settings.database,
        rules,
        source,
        lambda database: _destination(settings, database, rules, in_force, source.retriever, clock),
        readers=partial(_readers, settings=settings, now=clock()),
        channel=channel if channel else None,
        webhooks=lambda database: _webhooks(settings, database, rules, in_force, clock),
        path=settings.database_file,
        in_force=in_force,
        clock=clock,
        timezone=settings.timezone,
    ) as parts:
        yield parts


def _destination(
    settings: Settings,
    database: Database,
    rules: RulesInForce,
    catalogue: FeedsInForce,
    retriever: Retriever,
    clock: Callable[[], datetime],
) -> Destination:
    def signals() -> Signals:
        return rules().signals

    def publishers() -> dict[str, str]:
        return publishers_of(catalogue())

    timezone = settings.timezone
    if settings.telegram_token is None:
        from rich.console import Console

        return to_console(
            ConsoleSender(
                *(Console(), signals),
                timezone=timezone,
                clock=clock,
                publishers=publishers,
            )
        )
    from bot.telegram.app import build_application
    from bot.telegram.incoming.floods import FloodLimit, Floods
    from bot.telegram.sender import TelegramSender

    trials = Trials(
        *(settings.rules_dir, settings.database, settings.morphology_db),
        clock=clock,
        cache=settings.cache_dir,
    )
    desk = Desk(settings, rules, Reloading(rules), retriever, trials)
    application = build_application(
        token=settings.telegram_token.get_secret_value(),
        base_url=settings.telegram_base_url,
        operators=settings.operators,
        timezone=timezone,
        database=database,
        rules=rules,
        gazetteer=rules.places,
        export_sender=settings.export_sender,
        export_public=settings.export_scope == "public",
        catalogue=catalogue,
        clock=clock,
        access=settings.access,
        desk=desk,
        floods=Floods(FloodLimit()),
    )
    sender = TelegramSender(
        *(application.bot, signals),
        timezone=timezone,
        clock=clock,
        publishers=publishers,
    )
    return Destination(sender, DeliveryPolicy(), application, sender, desk)


def _webhooks(
    settings: Settings,
    database: Database,
    rules: RulesInForce,
    catalogue: FeedsInForce,
    clock: Callable[[], datetime],
) -> Webhooks | None:
    """What is sent to programs of others; None where none is named."""
    receivers = receivers_of(settings)
    if not receivers:
        return None
    from bot.exports.event import event
    from bot.exports.naming import Naming, leaving

    say = texts(settings.webhook_lang)

    def naming() -> Naming:
        return Naming(say, leaving(rules().signals), rules.places(), publishers_of(catalogue()))

    return Webhooks(database, receivers, partial(event, naming=naming), ready=naming, clock=clock)


def _readers(db: Connection, settings: Settings, now: datetime) -> None:
    """Operators as the settings name them; the console reads only when there is no bot."""
    people.set_operators(db, settings.operators, now)
    programs = [each.key for each in receivers_of(settings)]
    webhooks.set_receivers(db, programs, settings.webhook_level)
    if settings.telegram_token is not None and not people.has_operator(db):
        code = people.invite(db, "operator", now + FIRST_CODE, now, first=True)
        first_operator.hand_over(settings.data_dir, code)
    else:
        first_operator.withdraw(settings.data_dir)
    if settings.telegram_token is None:
        seat_console(db, now)
        waiting = [chat for chat in chats.subscribed(db) if chat.id != CONSOLE_CHAT_ID]
        if waiting:
            log.warning(
                "%d chats on Telegram get nothing until MARSAD_TELEGRAM_TOKEN is set; "
                "what they are owed is kept",
                len(waiting),
            )
    else:
        for each in subscriptions.of_chat(db, CONSOLE_CHAT_ID):
            subscriptions.remove(db, each.id or 0)
