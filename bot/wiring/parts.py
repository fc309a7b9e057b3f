"""The parts over one database, and the only place where they are made."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from bot.alerts.decide import AlertPolicy
from bot.alerts.pipeline import Pipeline
from bot.alerts.rereading import Rereader
from bot.alerts.routing.words import words_in_story
from bot.clock import utc_now
from bot.console import CONSOLE_CHAT_ID, ConsoleSender, console_chat
from bot.delivery.deciding.outcome import Editor, Sender
from bot.delivery.deciding.policy import DeliveryPolicy
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.second_channel import Channel, SecondChannelWatch
from bot.delivery.webhooks.sending import Webhooks
from bot.feeds.catalogue import Feed
from bot.feeds.fetch.fetcher import Fetcher
from bot.feeds.fetch.local_files import FileRetriever
from bot.operating.desk import Desk
from bot.polling.elsewhere import PolledElsewhere
from bot.polling.poller import Poller
from bot.polling.report import PollPolicy
from bot.rules_in_force import RulesInForce
from storage.connection import Connection
from storage.database import Database
from storage.opening import open_database
from storage.readers import chat_clocks, chats, subscriptions

if TYPE_CHECKING:
    from bot.telegram.services import App


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
        opened = await open_database(database, path=path)
        stack.push_async_callback(opened.close)
        await opened.write(readers)
        pipeline = Pipeline(
            rules,
            policy=source.alerts,
            gazetteer=rules.places,
            read=opened.read,
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


async def _close_connections(application: App) -> None:
    """Also those that were opened before Telegram first answered, which `shutdown` leaves."""
    await application.bot.shutdown()
    await application.bot.request.shutdown()


def seat_console(db: Connection, now: datetime) -> None:
    """Make the console a reader of every signal there is."""
    seated = console_chat(now)
    if not chats.upsert(db, seated).chosen.everything:
        for each in seated.subscriptions:
            subscriptions.add(db, each, now)
    # It shows what it gets at once, and has no hours.
    chat_clocks.set_digest(db, CONSOLE_CHAT_ID, None)
