"""How the parts are put together, from the settings: for the service, a single poll, the demo."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console

from bot.alerts.pipeline import Pipeline
from bot.clock import utc_now
from bot.console import CONSOLE_CHAT_ID, ConsoleSender, console_chat
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.outcome import Sender
from bot.delivery.policy import Policy
from bot.feeds.catalogue import Feed, load_catalogue
from bot.feeds.fetch.addresses import AllowList
from bot.feeds.fetch.fetcher import Fetcher
from bot.polling.identify import IdentityPolicy
from bot.polling.poller import Poller
from bot.polling.report import PollPolicy
from bot.rules_in_force import RulesInForce
from storage import chats
from storage.database import Connection, Database

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.telegram.desk import App

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """What works together. `application` is None without a bot token."""

    database: Database
    rules: RulesInForce
    catalogue: tuple[Feed, ...]
    poller: Poller
    dispatcher: Dispatcher
    application: App | None


@asynccontextmanager
async def opened(
    settings: Settings, *, clock: Callable[[], datetime] = utc_now
) -> AsyncIterator[Parts]:
    """Open everything for the service; close it in the reverse order.

    Raises CatalogueInvalid, RulesInvalid and StorageError before anything runs.
    """
    catalogue = load_catalogue(settings.feeds_file)
    rules = await RulesInForce.start(settings.rules_dir, settings.morphology_db)
    async with AsyncExitStack() as stack:
        database = await Database.open(settings.database_file)
        stack.push_async_callback(database.close)
        await database.write(partial(_readers, settings=settings, rules=rules, now=clock()))
        fetcher = Fetcher(allow=AllowList.of(settings.allow_private))
        stack.push_async_callback(fetcher.aclose)
        first_poll = timedelta(hours=settings.first_poll_hours)
        poller = Poller(
            database,
            fetcher,
            catalogue,
            Pipeline(rules),
            policy=PollPolicy(identity=IdentityPolicy(first_poll_age=first_poll)),
        )
        stack.push_async_callback(poller.aclose)
        application = _application(settings, database, rules, catalogue, clock)
        if application is not None:
            stack.push_async_callback(_close_connections, application)
        sender: Sender
        if application is None:
            sender, policy = (
                ConsoleSender(
                    Console(), lambda: rules().signals, timezone=settings.timezone, clock=clock
                ),
                Policy.at_once(),
            )
        else:
            from bot.telegram.sender import TelegramSender

            sender, policy = (
                TelegramSender(
                    application.bot,
                    lambda: rules().signals,
                    timezone=settings.timezone,
                    clock=clock,
                ),
                Policy(),
            )
        dispatcher = Dispatcher(database, sender, policy, clock)
        yield Parts(database, rules, catalogue, poller, dispatcher, application)


def _application(
    settings: Settings,
    database: Database,
    rules: RulesInForce,
    catalogue: tuple[Feed, ...],
    clock: Callable[[], datetime],
) -> App | None:
    if settings.telegram_token is None:
        return None
    from bot.telegram.app import build_application

    return build_application(
        token=settings.telegram_token.get_secret_value(),
        base_url=settings.telegram_base_url,
        operators=settings.operators,
        timezone=settings.timezone,
        database=database,
        rules=rules,
        catalogue=lambda: catalogue,
        clock=clock,
    )


async def _close_connections(application: App) -> None:
    """Also those that were opened before Telegram first answered, which `shutdown` leaves."""
    await application.bot.shutdown()
    await application.bot.request.shutdown()


def _readers(db: Connection, settings: Settings, rules: RulesInForce, now: datetime) -> None:
    """Operators as the settings name them; the console reads only when there is no bot."""
    chats.set_operators(db, settings.operators, now)
    if settings.telegram_token is None:
        seat_console(db, rules, now)
        waiting = [chat for chat in chats.subscribed(db) if chat.id != CONSOLE_CHAT_ID]
        if waiting:
            log.warning(
                "%d chats on Telegram get nothing until MARSAD_TELEGRAM_TOKEN is set; "
                "what they are owed is kept",
                len(waiting),
            )
    elif chats.get(db, CONSOLE_CHAT_ID) is not None:
        chats.set_signals(db, CONSOLE_CHAT_ID, (), now)


def seat_console(db: Connection, rules: RulesInForce, now: datetime) -> None:
    """Make the console a reader of every signal there is."""
    chats.upsert(db, console_chat(rules().signals, now))
    chats.set_signals(db, CONSOLE_CHAT_ID, rules().signals, now)
