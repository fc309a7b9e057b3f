"""Sends what receivers are owed, each in a task of its own: one that is dead delays no other, and
nothing on Telegram."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from bot.clock import utc_now
from bot.delivery.deciding.retry import back_off
from bot.delivery.webhooks import signing
from bot.delivery.webhooks.deciding import Answer, Hold, SetApart, Taken, WebhookPolicy, next_step
from bot.delivery.webhooks.receivers import Receiver
from bot.feeds.fetch.addresses import AllowList
from bot.feeds.fetch.headers import retry_after
from bot.feeds.fetch.transport import CheckedTransport, HostNotFound
from bot.notices.receivers import WebhookNotice
from bot.notices.to_operators import notify_operators
from storage.connection import Connection
from storage.database import Database
from storage.file.errors import StorageError
from storage.sending import webhooks
from storage.sending.webhooks import Message

log = logging.getLogger(__name__)

Render = Callable[[Connection, Message, datetime], bytes | None]
"""What a message says now; None where its alert may not leave any more."""


@dataclass(slots=True)
class _Line:
    """How it stands with a receiver. `failures` in a row; `held_until`: nothing goes before."""

    receiver: Receiver
    client: httpx.AsyncClient
    id: int | None = None
    failures: int = 0
    failing_since: datetime | None = None
    reason: str = ""
    held_until: datetime | None = None


class Webhooks:
    """Serves these receivers; `ready` is called once before the first message is made, off the
    loop, for what takes time."""

    def __init__(
        self,
        database: Database,
        receivers: Sequence[Receiver],
        render: Render,
        *,
        ready: Callable[[], object] = lambda: None,
        policy: WebhookPolicy | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._render, self._ready = render, ready
        self._policy = policy or WebhookPolicy()
        self._clock = clock
        self._lines = [_Line(each, _client(each, self._policy.timeout)) for each in receivers]

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; what is under way then gets a moment for its answer."""
        tasks = [asyncio.create_task(self._serve(line, stop)) for line in self._lines]
        try:
            await stop.wait()
            await asyncio.wait(tasks, timeout=self._policy.grace.total_seconds())
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def run_until_idle(self) -> int:
        """Send what may go now; how many messages were taken. Raises StorageError."""
        return sum(await asyncio.gather(*map(self._until_idle, self._lines)))

    async def aclose(self) -> None:
        for line in self._lines:
            await line.client.aclose()

    def problems(self, now: datetime) -> list[str]:
        """Which receivers take nothing for long; reads plain values only."""
        return [
            f"the webhook of {line.receiver.name} takes nothing since "
            f"{line.failing_since:%Y-%m-%d %H:%M} UTC: {line.reason}"
            for line in self._lines
            if line.failing_since and now - line.failing_since >= self._policy.told_after
        ]

    async def _serve(self, line: _Line, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._until_idle(line)
            except Exception as error:  # others go on, and so does this one
                # What was taken and could not be noted would else be sent every two seconds.
                line.failures += 1
                wait = back_off(line.failures, self._policy.waits)
                line.held_until = self._clock() + wait
                log.warning(
                    "webhooks: %s: %s; trying again in %d s",
                    *(line.receiver.name, error, wait.total_seconds()),
                    exc_info=not isinstance(error, StorageError),
                )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._policy.idle.total_seconds())

    async def _until_idle(self, line: _Line) -> int:
        sent = 0
        while (step := await self._step(line)) is not None:
            sent += isinstance(step, Taken)
        return sent

    async def _step(self, line: _Line) -> Taken | SetApart | None:
        """One attempt; None where nothing may go now."""
        now = self._clock()
        # A wait longer than we ever ask for is a clock that was set back since.
        longest = self._policy.longest_asked
        if line.held_until and timedelta(0) < line.held_until - now <= longest:
            return None
        if line.id is None:
            line.id = await self._database.read(
                lambda db: webhooks.receiver_id(db, line.receiver.key)
            )
        receiver = line.id
        message = await self._database.read(lambda db: webhooks.next_due(db, receiver, now))
        if message is None:
            return None
        try:
            body = await self._body(message, now)
        except StorageError:
            raise
        except Exception:
            log.exception("webhooks: %s cannot be made", message.uid)
            wait = back_off(message.attempts + 1, self._policy.waits)
            apart = SetApart(wait, "it cannot be made")
            await self._failed(line, message, apart, now + wait)
            return apart
        if body is None:
            return Taken()
        answer = await self._post(line, message, body)
        at = self._clock()
        step = next_step(answer, line.failures, message.attempts, self._policy)
        match step:
            case Taken():
                await self._database.write(
                    lambda db: webhooks.mark_sent(db, message.id, receiver, at)
                )
                if line.failing_since is not None:
                    log.info("webhooks: %s takes messages again", line.receiver.name)
                line.failures, line.failing_since, line.held_until = 0, None, None
                return step
            case SetApart(wait, reason):
                log.warning("webhooks: %s: %s %s", line.receiver.name, message.uid, reason)
                await self._failed(line, message, step, at + wait)
                return step
            case Hold(wait, reason):
                if line.failing_since is None:
                    log.warning(
                        "webhooks: %s takes nothing: %s; this is said once until it does",
                        *(line.receiver.name, reason),
                    )
                line.failing_since, line.reason = line.failing_since or at, reason
                line.failures, line.held_until = line.failures + 1, at + wait
                await self._failed(line, message, step, at)
                return None

    async def _body(self, message: Message, now: datetime) -> bytes | None:
        """What the message says; made once, and kept before it is sent for the first time."""
        if message.body is not None:
            return message.body.encode()
        await asyncio.to_thread(self._ready)

        def begin(db: Connection) -> bytes | None:
            body = self._render(db, message, now)
            if body is None:
                webhooks.drop(db, message.id)
                return None
            webhooks.begin(db, message.id, body.decode(), now)
            return body

        return await self._database.write(begin)

    async def _failed(
        self, line: _Line, message: Message, step: Hold | SetApart, not_before: datetime
    ) -> None:
        at, policy, receiver = self._clock(), self._policy, line.id or 0

        def note(db: Connection) -> int:
            webhooks.postpone(db, message.id, not_before, step.reason, at)
            # Only after an attempt: that a clock was set forward loses nothing.
            lost = webhooks.give_up(db, receiver, at - policy.give_up, at)
            since = message.created_at
            if isinstance(step, Hold):
                since = webhooks.note_failing(db, receiver, step.reason, at)
            if at - since >= policy.told_after:
                failing = WebhookNotice("failing", line.receiver.name, step.reason, at - since)
                notify_operators(db, failing, at)
            if lost:
                gone = WebhookNotice("given_up", line.receiver.name, step.reason, policy.give_up)
                notify_operators(db, gone, at)
            return lost

        lost = await self._database.write(note)
        if lost:
            log.error("webhooks: %s: %d messages were given up", line.receiver.name, lost)

    async def _post(self, line: _Line, message: Message, body: bytes) -> Answer:
        seconds = int(self._clock().timestamp())
        headers = signing.headers(line.receiver.secret, message.uid, seconds, body)
        headers |= {"content-type": "application/json; charset=utf-8", "user-agent": "Marsad"}
        timeout = self._policy.timeout.total_seconds()
        # The words of httpx's errors may hold the address: their type is said only.
        try:
            async with (
                asyncio.timeout(timeout),
                line.client.stream(
                    "POST", line.receiver.url, content=body, headers=headers
                ) as response,
            ):
                wait = retry_after(response.headers, self._clock())
                return Answer(response.status_code, "", wait)
        except (TimeoutError, httpx.TimeoutException):
            return Answer(None, f"no answer within {timeout:g} s")
        except HostNotFound:
            return Answer(None, "its name does not resolve")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return Answer(None, f"the call failed ({type(error).__name__})")


def _client(receiver: Receiver, timeout: timedelta) -> httpx.AsyncClient:
    """To addresses that the operator named, private ones too, and to nowhere else: names are
    looked up by threads of their own, redirects are not followed, and no proxy is asked."""
    transport = CheckedTransport(AllowList.of([receiver.host]))
    return httpx.AsyncClient(
        transport=transport, follow_redirects=False, timeout=timeout.total_seconds()
    )
