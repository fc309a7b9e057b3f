"""How the parts are put together: for the service, a single poll and the demo."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from bot.alerts.decide import AlertPolicy
from bot.alerts.pipeline import Pipeline
from bot.alerts.rereading import Rereader
from bot.alerts.routing.wanting import words_of
from bot.alerts.routing.words import words_in_story
from bot.clock import utc_now
from bot.console import CONSOLE_CHAT_ID, ConsoleSender, console_chat
from bot.delivery.deciding.outcome import Editor, Sender
from bot.delivery.deciding.policy import DeliveryPolicy
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.second_channel import Channel, SecondChannel, SecondChannelWatch
from bot.delivery.webhooks.receivers import receivers_of
from bot.delivery.webhooks.sending import Webhooks
from bot.feeds.catalogue import Feed, load_catalogue
from bot.feeds.fetch.addresses import AllowList
from bot.feeds.fetch.fetcher import Fetcher
from bot.feeds.fetch.local_files import FileRetriever
from bot.feeds.fetch.outcome import Retriever
from bot.locales import texts
from bot.messages.cards.display import Signals
from bot.notices.feeds import publishers_of
from bot.operating.desk import Desk, Reloading
from bot.operating.trials import Trials
from bot.polling.elsewhere import PolledElsewhere
from bot.polling.identify import IdentityPolicy
from bot.polling.poller import Poller
from bot.polling.report import PollPolicy
from bot.process import first_operator
from bot.rules_in_force import RulesInForce
from storage.file.database import Connection, Database
from storage.readers import chat_clocks, chats, people, subscriptions
from storage.sending import webhooks

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.telegram.request import App

log = logging.getLogger(__name__)

# How long the code for the first operator is good; each start makes a new one.
FIRST_CODE = timedelta(days=1)

AS_PYTHON_DOES = 700, 10, 10
"""How often a process that stays looks for garbage; a start does so less often (`bot.cli.main`)."""
TURN = 0.001
"""Seconds after which a thread that computes must let another one have its turn; Python's own
5 ms are what the event loop waited each time it had something to do."""


class FeedsInForce:
    """Call it for the list of feeds in force."""

    def __init__(self, first: tuple[Feed, ...]) -> None:
        self._feeds = first

    def __call__(self) -> tuple[Feed, ...]:
        return self._feeds

    def use(self, feeds: tuple[Feed, ...]) -> None:
        self._feeds = feeds


@dataclass(frozen=True, slots=True)
class Parts:
    """What works together. `application` is None without a bot token, `second_channel` without
    addresses for it. `catalogue` is the list at the start: `feeds` has the one in force."""

    database: Database
    rules: RulesInForce
    catalogue: tuple[Feed, ...]
    feeds: FeedsInForce
    poller: Poller | PolledElsewhere
    rereader: Rereader
    pipeline: Pipeline
    dispatcher: Dispatcher
    application: App | None
    second_channel: SecondChannelWatch | None
    desk: Desk | None = None
    webhooks: Webhooks | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """What is polled, through what, and what of it is news. `polling` None: workers poll it."""

    catalogue: tuple[Feed, ...]
    retriever: Fetcher | FileRetriever
    polling: PollPolicy | None
    alerts: AlertPolicy = field(default_factory=AlertPolicy)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where messages go: by `sender` at the pace of `policy`, and `editor` changes those that were
    sent. `application` is Telegram's bot."""

    sender: Sender
    policy: DeliveryPolicy
    application: App | None = None
    editor: Editor | None = None
    desk: Desk | None = None


def to_console(sender: ConsoleSender) -> Destination:
    """The console, which takes everything at once."""
    return Destination(sender, DeliveryPolicy.at_once())


def let_the_loop_run() -> None:
    """Keep what else this process does from holding up the event loop; after loading."""
    # Rules and modules stay until the end: to look through them for what can go would hold the
    # event loop for half a second each time. Nor is that done now: loading leaves next to none.
    gc.freeze()
    gc.set_threshold(*AS_PYTHON_DOES)
    sys.setswitchinterval(TURN)


def poll_policy(settings: Settings) -> PollPolicy:
    """How feeds are polled by these settings."""
    first_poll = timedelta(hours=settings.first_poll_hours)
    return PollPolicy(identity=IdentityPolicy(first_poll_age=first_poll))


@asynccontextmanager
async def parts_from_settings(
    settings: Settings, *, clock: Callable[[], datetime] = utc_now, polls: bool = True
) -> AsyncIterator[Parts]:
    """Everything that the settings ask for: what `marsad run` and `marsad poll` work with.
    `polls` False: workers do.

    Raises CatalogueInvalid, RulesInvalid and StorageError before anything runs.
    """
    catalogue = load_catalogue(settings.feeds_file)
    in_force = FeedsInForce(catalogue)
    asked = (settings.rules_dir, settings.morphology_db, settings.cache_dir)
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


@asynccontextmanager
async def parts_over(
    database: Path | str,
    rules: RulesInForce,
    source: Source,
    destination: Callable[[Database], Destination],
    *,
    path: Path | None = None,
    readers: Callable[[Connection], None],
    channel: Channel | None = None,
    webhooks: Callable[[Database], Webhooks | None] = lambda _: None,
    in_force: FeedsInForce | None = None,
    clock: Callable[[], datetime] = utc_now,
    timezone: tzinfo = UTC,
) -> AsyncIterator[Parts]:
    """Open the database and put the parts together over it; close all in the reverse order.

    `path` is where the file would be of a database that is on a server: other files lie beside it.
    `readers` writes down who reads, `timezone` is that of chats which named none. Raises
    StorageError. The only place where parts are made.
    """
    async with AsyncExitStack() as stack:
        stack.push_async_callback(source.retriever.aclose)
        opened = await Database.open(database, path=path)
        stack.push_async_callback(opened.close)
        await opened.write(readers)
        pipeline = Pipeline(
            rules,
            policy=source.alerts,
            gazetteer=rules.places,
            words=partial(opened.read, lambda db: words_of(chats.everyone(db))),
        )
        listed = in_force or FeedsInForce(source.catalogue)
        poller: Poller | PolledElsewhere = PolledElsewhere(opened, source.catalogue)
        if source.polling is not None:
            poller = Poller(
                opened,
                source.retriever,
                source.catalogue,
                pipeline,
                policy=source.polling,
            )
        stack.push_async_callback(poller.aclose)
        goes_to = destination(opened)
        if goes_to.desk is not None:
            stack.push_async_callback(goes_to.desk.trials.aclose)
        if goes_to.application is not None:
            stack.push_async_callback(_close_connections, goes_to.application)
        dispatcher = Dispatcher(
            *(opened, goes_to.sender, goes_to.policy, clock),
            editor=goes_to.editor,
            timezone=timezone,
            find_words=lambda db, story_id, words: words_in_story(db, rules(), story_id, words),
        )
        watch = None
        if channel is not None:
            watch = SecondChannelWatch(opened, channel, dispatcher.health, clock=clock)
        hooks = webhooks(opened)
        if hooks is not None:
            stack.push_async_callback(hooks.aclose)
        yield Parts(
            opened,
            rules,
            source.catalogue,
            listed,
            poller,
            Rereader(opened, pipeline, rules, listed, policy=source.alerts),
            pipeline,
            dispatcher,
            goes_to.application,
            watch,
            goes_to.desk,
            hooks,
        )


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

    trials = Trials(settings.rules_dir, settings.database, settings.morphology_db, clock=clock)
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


async def _close_connections(application: App) -> None:
    """Also those that were opened before Telegram first answered, which `shutdown` leaves."""
    await application.bot.shutdown()
    await application.bot.request.shutdown()


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


def seat_console(db: Connection, now: datetime) -> None:
    """Make the console a reader of every signal there is."""
    seated = console_chat(now)
    if not chats.upsert(db, seated).chosen.everything:
        for each in seated.subscriptions:
            subscriptions.add(db, each, now)
    # It shows what it gets at once, and has no hours.
    chat_clocks.set_digest(db, CONSOLE_CHAT_ID, None)
