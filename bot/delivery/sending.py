"""One message on its way: leased, sent, and what came of it written down.

No transaction is open while a message is under way. A process that dies between lease and record
leaves a row whose outcome is unknown; the next start treats it by the rule for unknown outcomes.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.alerts.summaries.weekly import digest_of
from bot.delivery.deciding.outcome import Outcome, Outgoing, Reactions, Sender, Sent, Unknown
from bot.delivery.deciding.pacing import History
from bot.delivery.deciding.policy import DeliveryPolicy
from bot.delivery.deciding.retry import Halt, next_step
from bot.delivery.health import Health
from bot.delivery.later.catchup import superseded_by
from bot.delivery.results import Attempt, record_attempt
from bot.delivery.showing import as_seen, digested, reactions_of
from storage import alerts, clock
from storage.clock import LastSeen
from storage.connection import Connection
from storage.database import Database
from storage.file.errors import StorageError
from storage.readers.chats import Chat
from storage.sending import card_edits, folding, outbox, reach, sends
from storage.sending.outbox import Delivery

log = logging.getLogger(__name__)

CUT_OFF = Unknown("the service stopped while the message was under way")


class Sending:
    """The messages that are under way, one in a chat. `answered` is called when one has ended."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        policy: DeliveryPolicy,
        health: Health,
        now: Callable[[], datetime],
        answered: Callable[[], None],
    ) -> None:
        # Attempts so far, by the name of their outcome.
        self.outcomes: Counter[str] = Counter()
        self.history = History(keep=max(policy.fold.storm_window, policy.limits.group_window))
        self.busy: dict[int, asyncio.Task[None]] = {}
        self._database = database
        self._sender = sender
        self._policy = policy
        self._health = health
        self._now = now
        self._answered = answered
        self._unrecorded: dict[int, Attempt] = {}

    async def take_over(self, seen: LastSeen, now: datetime, *, first: bool) -> int:
        """Treat what was left without an answer, by the process before (`first`) or by a bug in
        this one, and note when it was; how many deliveries."""

        def write(db: Connection) -> tuple[int, dict[int, list[datetime]]]:
            release = outbox.release_all_leases if first else outbox.release_expired_leases
            released = release(db, now)
            clock.save_seen(db, seen)
            for delivery in released:
                step = next_step(CUT_OFF, delivery, self._policy.retry, now)
                record_attempt(db, Attempt(delivery, step, now, counts=True))
            since = now - self.history.keep
            return len(released), sends.sends_since(db, since) if first else {}

        released, sent = await self._database.write(write)
        self.history.load(sent)
        return released

    async def start(
        self, heads: Sequence[Delivery], known: Mapping[int, Chat], now: datetime
    ) -> None:
        """Lease these deliveries and send them; chats as `known`."""
        if not heads:
            return

        def lease(db: Connection) -> list[Outgoing]:
            leased = outbox.lease(db, [head.id for head in heads], now + self._policy.lease)
            going = [head for head in heads if head.id in leased]
            for head in going:
                # A critical version overtakes an earlier one, which must not follow it.
                outbox.supersede(db, head, superseded_by(head), now)
            told = [(head.alert_id, head.recipient) for head in going if head.alert_id is not None]
            card_edits.replaced(db, told)
            return [_outgoing(db, head, known, now) for head in going]

        for outgoing in await self._database.write(lease):
            self.history.started(now)
            self.busy[outgoing.chat.id] = asyncio.create_task(
                self._deliver(outgoing), name=f"deliver {outgoing.delivery.id}"
            )

    async def send_unstored(self, outgoing: Outgoing) -> Outcome:
        """Send what is in no outbox. Its time counts for the pace of its chat."""
        self.history.started(self._now())
        outcome = await self._send(outgoing)
        self.history.finished(outgoing.chat.id, self._now())
        return outcome

    async def finish(self, grace: timedelta) -> bool:
        """Wait for the answers that are under way, cut off what is left after `grace`, and record
        all; whether everything could be recorded."""
        if self.busy:
            _, late = await asyncio.wait(self.busy.values(), timeout=grace.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for attempt in range(3):
            await asyncio.sleep(0.3 * attempt)
            if await self.record_rest():
                return True
        return False

    def unwritten(self) -> list[int]:
        """Chats whose last answer could not be marked; those being marked are not among them."""
        return [chat_id for chat_id in self._unrecorded if chat_id not in self.busy]

    async def record_rest(self) -> bool:
        """Write what could not be written before; whether nothing is left of it."""
        for chat_id in self.unwritten():
            if not await self._record(chat_id):
                return False
        return True

    async def _deliver(self, outgoing: Outgoing) -> None:
        delivery, chat_id = outgoing.delivery, outgoing.chat.id
        try:
            outcome = await self._send(outgoing)
            at = self._now()
            step = next_step(outcome, delivery, self._policy.retry, at)
            counts = isinstance(outcome, Sent | Unknown)
            if counts:
                self.history.finished(chat_id, at)
            log.log(
                logging.INFO if isinstance(outcome, Sent) else logging.WARNING,
                "dispatch: delivery %d (%s) to chat %d: %s",
                *(delivery.id, outgoing.name, chat_id, step.reason),
            )
            self.outcomes[type(outcome).__name__] += 1
            was_failing = self._health.failing_since is not None
            self._health.note(outcome, step if isinstance(step, Halt) else None, at)
            self._unrecorded[chat_id] = Attempt(delivery, step, at, counts)
            await self._record(chat_id)
            if was_failing and self._health.failing_since is None:
                await self._hasten_repeats(at)
        finally:
            self.busy.pop(chat_id, None)
            self._answered()

    async def _hasten_repeats(self, now: datetime) -> None:
        """Telegram answers again: a critical alert in doubt need not wait for its next repeat."""
        before, often = now - self._policy.repeat_rest, self._policy.retry.told_after
        hasten = partial(outbox.hasten_repeats, before=before, unknowns=often, now=now)
        try:
            await self._database.write(hasten)
        except StorageError as error:
            log.warning("dispatch: repeats wait for their time: %s", error)

    async def _send(self, outgoing: Outgoing) -> Outcome:
        seconds = self._policy.send_timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                return await self._sender.send(outgoing)
        except TimeoutError:
            return Unknown(f"no answer within {seconds:g} s")
        except asyncio.CancelledError:
            return CUT_OFF
        except Exception as error:  # a bug must neither lose the message nor stop the others
            log.exception("dispatch: the sender failed on delivery %d", outgoing.delivery.id)
            return Unknown(f"the sender failed ({type(error).__name__})")

    async def _record(self, chat_id: int) -> bool:
        """Write the chat's mark. While the database cannot, it is kept and False returned."""
        attempt = self._unrecorded[chat_id]
        try:
            await self._database.write(lambda db: record_attempt(db, attempt))
        except StorageError as error:
            self._health.stuck(error, self._now())
            return False
        except Exception:  # its lease runs out, and it is treated as unknown then
            log.exception("dispatch: delivery %d could not be marked", attempt.delivery.id)
        del self._unrecorded[chat_id]
        return True


def _outgoing(db: Connection, head: Delivery, known: Mapping[int, Chat], now: datetime) -> Outgoing:
    answers = None
    if head.kind == "update" and head.alert_id is not None:
        answers = reach.first_message(db, head.alert_id, head.recipient)
    chat = known[head.chat_id]
    alert = None if head.alert_id is None else alerts.get(db, head.alert_id)
    digest = digest_of(head.text or "") if head.kind == "digest" else None
    return Outgoing(
        delivery=head,
        chat=chat,
        alert=None if alert is None else as_seen(db, alert, chat, head.thread_id),
        folded=folding.folded_count(db, head.id) if head.kind == "catchup" else 0,
        answers=answers,
        digest=digest,
        digested=digested(db, digest, chat, head.thread_id) if digest else (),
        reactions=Reactions()
        if alert is None
        else reactions_of(db, alert, chat, head.thread_id, now),
    )
