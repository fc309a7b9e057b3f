"""Asking Telegram for updates, and handling them before they are confirmed.

An update is confirmed by asking for those after it. What is asked for next is therefore decided
when a batch is handled, never before: a kill in between brings its updates again. Those that were
handled are noted in the database, so that no button is pressed twice.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut

from bot.telegram.incumbency import RETRY_SECONDS, Claim, answered, disturbed
from bot.telegram.services import App, services_in
from storage.connection import Connection
from storage.file.errors import StorageError
from storage.readers import updates as stored

UPDATES = (
    "message",
    "edited_message",
    "channel_post",
    "callback_query",
    "my_chat_member",
    "inline_query",
)
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
# Seconds that Telegram may keep a request open when there is nothing new.
_LONG_POLL = 10
# Chats whose updates are handled at the same time; those of one chat come one after the other.
_AT_ONCE = 8
# Seconds for one update: a handler that hangs must not keep the others from their answers.
_HANDLING = 60.0
# Seconds at a stop: for what is being handled, and for confirming it.
_STOP_HANDLING, _STOP_CONFIRM = 5.0, 3.0
# Newcomers differ in how many 409s they bear.
_PATIENCE = (3, 6)
# Whoever asked undisturbed so lately is not made a newcomer by a restart.
_STILL_ESTABLISHED = timedelta(minutes=5)
_NOTE_EVERY = 60.0
# After a week without an update the numbers go on anywhere, also below the last one. Whoever asks
# for those after it would confirm them unread (https://core.telegram.org/bots/api#update).
_NUMBERS_GO_ON = 86_400.0

log = logging.getLogger(__name__)


class Polling:
    """Asks Telegram for updates until stopped; starts even while Telegram cannot be reached.

    ``async with Polling(application, on_conflict=..., on_refused=...)``, or `start` and `stop`.
    `on_ready` is called once the token is ours. `on_conflict` is called each time Telegram says
    that another instance polls with the same token, `on_yield` once when that one was there
    before us, `on_refused` once when Telegram refuses the token; polling ends with these two.
    `probation` is in seconds: see `bot.telegram.incumbency`.
    """

    def __init__(
        self,
        application: App,
        *,
        on_conflict: Callable[[], None],
        on_refused: Callable[[], None],
        on_yield: Callable[[], None] = lambda: None,
        on_ready: Callable[[], Coroutine[Any, Any, None]] | None = None,
        probation: float = 0.0,
    ) -> None:
        self._application = application
        self._services = services_in(application)
        self._on_conflict = on_conflict
        self._on_refused = on_refused
        self._on_yield = on_yield
        self._on_ready = on_ready
        self._readying: asyncio.Task[None] | None = None
        self._probation = probation
        self._task: asyncio.Task[None] | None = None
        self._handling: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._claim = Claim(established=False, patience=random.randint(*_PATIENCE))  # noqa: S311
        self._asked_for: int | None = None
        self._next: int | None = None
        self._came_at = time.monotonic()
        self._noted_at: float | None = None
        self.ready = asyncio.Event()
        """Set once the token is ours: updates are handled, and messages may be sent."""
        self.unheard_since: datetime | None = None
        """Since when Telegram gives no answer that can be read; None while it does."""

    async def start(self) -> None:
        """Returns at once; polling begins as soon as Telegram answers."""
        self._task = asyncio.create_task(self._begin(), name="telegram-polling")

    async def stop(self) -> None:
        """Stop asking, let handlers finish for a moment, confirm what was handled, close
        connections. What was not handled comes again at the next start. Safe at any moment."""
        self._stopping = True
        if self._handling:
            _, late = await asyncio.wait(self._handling, timeout=_STOP_HANDLING)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            await asyncio.sleep(0)  # the loop takes note of what was handled
        for task in filter(None, (self._task, self._readying)):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._next is not None and self._next != self._asked_for:
            await self._confirm(self._next)
        if self._application.running:
            await self._application.stop()
        await self._application.shutdown()

    async def __aenter__(self) -> Polling:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _begin(self) -> None:
        if not await self._initialized():
            return
        await self._application.start()
        if await self._was_established():
            self._claim = Claim(established=True, patience=self._claim.patience)
        wait = _FIRST_WAIT
        while not self._stopping:
            asked = time.monotonic()
            try:
                updates = await self._ask()
            except Conflict as error:
                self._claim = disturbed(self._claim)
                self._on_conflict()
                await self._take_updates_back(error)
                if self._claim.yields:
                    self._on_yield()
                    return
                await asyncio.sleep(RETRY_SECONDS)
            except InvalidToken:
                log.error("Telegram refuses the bot token")
                self._on_refused()
                return
            except TimedOut:
                self._not_heard()
            except TelegramError as error:
                wait = await self._rest(error, wait)
            except Exception:
                log.exception("updates could not be read")
                wait = await self._rest(TelegramError("a bug"), wait)
            else:
                wait, self.unheard_since = _FIRST_WAIT, None
                await self._take(updates, asked)

    async def _take_updates_back(self, conflict: Conflict) -> None:
        """Another program works with the token: asking again ends its request, but not a webhook
        that it set, to which all updates go until it is taken away."""
        if "webhook" not in conflict.message.lower():
            log.error("another instance asks Telegram for updates with the same token")
            return
        log.error("another program set a webhook with the same token; it is taken away")
        try:
            await self._application.bot.delete_webhook(drop_pending_updates=False)
        except TelegramError as error:
            log.warning("the webhook could not be taken away: %s", error.message)

    async def _rest(self, error: TelegramError, wait: float) -> float:
        """Leave Telegram alone after an error; returns how long after the next one."""
        self._not_heard()
        log.warning("asking Telegram for updates failed: %s", error.message)
        asked = error.retry_after if isinstance(error, RetryAfter) else 0
        seconds = asked.total_seconds() if isinstance(asked, timedelta) else float(asked)
        await asyncio.sleep(max(wait, seconds))
        return min(wait * 2, _LONGEST_WAIT)

    def _not_heard(self) -> None:
        self.unheard_since = self.unheard_since or self._services.clock()

    async def _ask(self) -> Sequence[Update]:
        silent = time.monotonic() - self._came_at
        if silent > _NUMBERS_GO_ON and self._next == self._asked_for:
            self._next = None  # all that came is confirmed
        offset, established = self._next, self._claim.established
        updates = await self._application.bot.get_updates(
            offset=offset,
            # A newcomer's request stays open for its probation, to be ended by an incumbent's.
            timeout=_LONG_POLL if established else max(0, round(self._probation)),
            allowed_updates=UPDATES,
        )
        if offset is not None and offset != self._asked_for:
            await self._write(partial(stored.confirmed, before=offset))
        self._asked_for = offset
        return updates

    async def _take(self, updates: Sequence[Update], asked: float) -> None:
        """Handle what came, unless the token may be another instance's."""
        now = time.monotonic()
        self._claim = answered(self._claim, asked, now, self._probation)
        if not self._claim.established:
            if updates:  # these are there at once: nothing keeps the request open
                await asyncio.sleep(min(RETRY_SECONDS, self._probation))
            return
        if not self.ready.is_set():
            self.ready.set()
            if self._on_ready:
                self._readying = asyncio.create_task(self._on_ready(), name="telegram-menus")
        if self._noted_at is None or now - self._noted_at > _NOTE_EVERY:
            self._noted_at = now
            bot_id, at = self._application.bot.id, self._services.clock()
            await self._write(partial(stored.note_answer, bot_id=bot_id, at=at))
        if updates:
            self._came_at = now
            await self._handle(updates)

    async def _handle(self, updates: Sequence[Update]) -> None:
        """Handle a batch, each chat's updates in their order; then the next may be asked for."""
        before = await self._handled_before(updates)
        chats: dict[int | None, list[Update]] = defaultdict(list)
        for update in updates:
            if update.update_id not in before:
                chat = update.effective_chat
                chats[chat.id if chat else None].append(update)
        left = {update.update_id for each in chats.values() for update in each}
        turns = asyncio.Semaphore(_AT_ONCE)

        async def handle_one_by_one(mine: Sequence[Update]) -> None:
            async with turns:
                for update in mine:
                    if self._stopping:
                        return
                    await self._process(update)
                    left.discard(update.update_id)
                    await self._write(partial(stored.mark, update_id=update.update_id))

        tasks = [asyncio.create_task(handle_one_by_one(mine)) for mine in chats.values()]
        self._handling = set(tasks)
        try:
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            self._handling = set()
            self._next = min(left) if left else updates[-1].update_id + 1

    async def _process(self, update: Update) -> None:
        try:
            async with asyncio.timeout(_HANDLING):
                await self._application.process_update(update)
        except TimeoutError:
            log.error("update %d was not handled within %g s", update.update_id, _HANDLING)
        except Exception:
            log.exception("update %d could not be handled", update.update_id)

    async def _confirm(self, offset: int) -> None:
        """Tell Telegram what was handled: otherwise it comes again, and is passed over."""
        try:
            async with asyncio.timeout(_STOP_CONFIRM):
                await self._application.bot.get_updates(
                    offset=offset, limit=1, timeout=0, allowed_updates=UPDATES
                )
        except (TelegramError, TimeoutError) as error:
            log.info("what was handled could not be confirmed: %s", error)

    async def _initialized(self) -> bool:
        wait = _FIRST_WAIT
        while True:
            try:
                await self._application.initialize()
                # With a webhook, Telegram gives no updates to who asks.
                await self._application.bot.delete_webhook(drop_pending_updates=False)
            except InvalidToken:
                log.error("Telegram refuses the bot token")
                self._on_refused()
                return False
            except TelegramError as error:
                self._not_heard()
                log.warning("Telegram cannot be reached (%s), next try in %.0f s", error, wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, _LONGEST_WAIT)
            else:
                return True

    async def _was_established(self) -> bool:
        bot_id = self._application.bot.id
        try:
            last = await self._services.database.read(partial(stored.answered_at, bot_id=bot_id))
        except StorageError as error:
            log.warning("when Telegram last answered is not known: %s", error)
            return False
        now = self._services.clock()
        return last is not None and timedelta(0) <= now - last < _STILL_ESTABLISHED

    async def _handled_before(self, updates: Sequence[Update]) -> set[int]:
        ids = [update.update_id for update in updates]
        try:
            return await self._services.database.read(partial(stored.handled, update_ids=ids))
        except StorageError as error:
            log.warning("what was handled before is not known: %s", error)
            return set()

    async def _write(self, fn: Callable[[Connection], None]) -> None:
        try:
            await self._services.database.write(fn)
        except StorageError as error:
            log.warning("updates: %s", error)
