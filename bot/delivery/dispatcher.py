"""Sends what the outbox owes: lease, send, record. One message at a time in a chat, many chats
at once.

No transaction is open while a message is under way. A process that dies between lease and record
leaves a row whose outcome is unknown; the next start treats it by the rule for unknown outcomes.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.clock import Uptime, uptime_beside, utc_now
from bot.delivery.catchup import superseded_by
from bot.delivery.escalation import escalate_due, who_is_due
from bot.delivery.health import Health
from bot.delivery.outcome import Outcome, Outgoing, Sender, Sent, Unknown
from bot.delivery.pacing import History, overall_free, turns
from bot.delivery.policy import DeliveryPolicy
from bot.delivery.results import Attempt, record_attempt
from bot.delivery.retry import Halt, next_step
from bot.delivery.timekeeping import Timekeeper
from bot.delivery.waiting import (
    Owed,
    fold_now,
    has_critical,
    plan_chats,
    read_owed,
    to_fold,
    waiting_of,
)
from storage import acknowledgements, alerts, chats, outbox
from storage import clock as stored_clock
from storage.chats import Chat
from storage.file.database import Connection, Database, StorageError
from storage.outbox import Delivery

__all__ = ["DeliveryPolicy", "DispatchReport", "Dispatcher"]

log = logging.getLogger(__name__)

CUT_OFF = Unknown("the service stopped while the message was under way")


@dataclass(frozen=True, slots=True)
class DispatchReport:
    """What was done. `outcomes` counts attempts by the name of their outcome.

    `wake_at` is when there may be more to do among what is due (None: nothing waits for its
    turn).
    """

    outcomes: Mapping[str, int]
    folded: int
    superseded: int
    wake_at: datetime | None

    @property
    def sent(self) -> int:
        return self.outcomes.get(Sent.__name__, 0)

    @property
    def attempted(self) -> int:
        return sum(self.outcomes.values())


class Dispatcher:
    """Sends what the outbox owes. One instance for a database, and one process."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        policy: DeliveryPolicy | None = None,
        clock: Callable[[], datetime] = utc_now,
        uptime: Uptime | None = None,
    ) -> None:
        self.health = Health()
        # Attempts so far, by the name of their outcome.
        self.outcomes: Counter[str] = Counter()
        self._database = database
        self._sender = sender
        self._policy = policy or DeliveryPolicy()
        self._clock = clock
        # All that is decided here goes by this, and by the wall clock only once it has followed.
        self._time = Timekeeper(database, clock(), uptime or uptime_beside(clock), self._move)
        self._history = History(
            keep=max(self._policy.fold.storm_window, self._policy.limits.group_window)
        )
        self._leases_checked_at: datetime | None = None
        self._closing = False
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._unrecorded: dict[int, Attempt] = {}
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There is something new in the outbox: send it now."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set. Then call `drain`."""
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                self._woken.clear()
                try:
                    report = await self._pass(self._clock())
                except Exception as error:  # a bug in one step must not end all sending
                    log.exception("dispatch: a step failed")
                    self.health.stuck(error, self._time.now())
                    report = DispatchReport({}, 0, 0, None)
                await self._rest(report.wake_at, stopped)
        finally:
            stopped.cancel()

    async def run_once(self, now: datetime) -> DispatchReport:
        """Take one step, send at most one message to each chat, and wait for the answers.

        `now` is what the wall clock shows.
        """
        before = Counter(self.outcomes)
        report = await self._pass(now)
        await asyncio.gather(*self._busy.values())
        outcomes = dict(self.outcomes - before)
        return DispatchReport(outcomes, report.folded, report.superseded, report.wake_at)

    async def run_until_idle(self, limit: timedelta = timedelta(minutes=1)) -> DispatchReport:
        """Send until nothing is due, or until `limit` has passed (for one-shot commands)."""
        end = self._clock() + limit
        before = Counter(self.outcomes)
        folded = superseded = 0
        while True:
            report = await self.run_once(self._clock())
            folded += report.folded
            superseded += report.superseded
            now = self._clock()
            resting = not report.attempted and not report.folded
            later = report.wake_at is None or report.wake_at > end
            if now >= end or (resting and later):
                outcomes = dict(self.outcomes - before)
                return DispatchReport(outcomes, folded, superseded, report.wake_at)
            if resting and report.wake_at is not None:
                await asyncio.sleep(max(0.01, (report.wake_at - now).total_seconds()))

    async def drain(self, grace: timedelta = timedelta(seconds=20)) -> bool:
        """Start nothing more, wait for the answers that are under way, and record them.

        After `grace` what is left is cut off: its outcome is recorded as unknown. Returns
        whether everything could be recorded; what could not is unknown at the next start.
        """
        self._closing = True
        if self._busy:
            _, late = await asyncio.wait(self._busy.values(), timeout=grace.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for attempt in range(3):
            await asyncio.sleep(0.3 * attempt)
            if await self._record_rest():
                return True
        return False

    # One step: finish records, take over leases, read, decide, lease, start, fold.

    async def _pass(self, wall: datetime) -> DispatchReport:
        try:
            report = await self._pass_unguarded(wall)
        except StorageError as error:
            now = self._time.now()
            self.health.stuck(error, now)
            return DispatchReport({}, 0, 0, now + self.health.wait)
        if not self._unwritten():
            self.health.unstuck()
        return report

    async def _pass_unguarded(self, wall: datetime) -> DispatchReport:
        if not await self._record_rest():
            # The database takes no records: to send more would only add to what may be repeated.
            return DispatchReport({}, 0, 0, self._time.now() + self.health.wait)
        if step := await self._time.follow(wall):
            self.health.clock_moved(step)
        await self._time.bring_back()
        now = self._time.now()
        await self._take_over_leases(now)
        # Also while Telegram refuses us: what is passed on may go by the second channel.
        next_due = await self._escalate(now)
        report = await self._look(now)
        wakes = [at for at in (report.wake_at, next_due) if at is not None]
        return replace(report, wake_at=min(wakes, default=None))

    async def _escalate(self, now: datetime) -> datetime | None:
        """Pass on what nobody acknowledged in time; when the next one is due."""
        waiting = await self._database.read(acknowledgements.still_open)
        due, later = who_is_due(waiting, now)
        if due:
            # Decided again in the transaction: somebody may have taken it meanwhile.
            passed_on = await self._database.write(partial(escalate_due, now=now))
            if passed_on:
                log.warning("dispatch: %d alerts nobody acknowledged are passed on", passed_on)
        return later

    async def _look(self, now: datetime) -> DispatchReport:
        probing = self.health.halted_at is not None
        if self.health.halted_at is not None and self.health.halted_at + self._policy.probe > now:
            return DispatchReport({}, 0, 0, self.health.halted_at + self._policy.probe)
        self._history.forget(now)
        limits, overall = self._policy.limits, self._history.overall
        if overall_free(overall, limits, now) == 0:
            # Nothing may start before the window opens: a look would only take time from sends.
            oldest = min(overall[-limits.overall_sends], now)
            return DispatchReport({}, 0, 0, oldest + limits.overall_window)
        busy, policy = frozenset(self._busy), self._policy
        waits = await self._database.read(lambda db: read_owed(db, busy, policy.fold, now))
        found = plan_chats(waits, self._history.by_chat, policy.fold, now)
        waiting = waiting_of(waits, found)
        turn = turns(
            waiting,
            self._history.by_chat,
            self._history.overall,
            policy.limits,
            now,
        )
        places = max(0, policy.concurrency - len(self._busy))
        go = turn.go[: min(1, places) if probing else places]
        await self._start([h for chat in go if (h := found[chat].head)], waits.chats, now)
        wakes = [item.wake_at for item in found.values() if item.wake_at is not None]
        wakes += [turn.wake_at] if turn.wake_at is not None else []
        # Lines are made after what goes out at once; while critical alerts wait, only one of those.
        chosen = to_fold(found, waits.last_lines)
        if any(each.urgent and each.chat_id not in go for each in waiting):
            chosen = [each for each in chosen if has_critical(found[each])][:1]
        folded = await self._fold(waits, chosen[: policy.folds_at_once], now)
        wakes += [now] if folded else []
        superseded = sum(len(item.superseded) for item in found.values())
        return DispatchReport({}, folded, superseded, min(wakes, default=None))

    def _move(self, by: timedelta) -> None:
        """The clock was moved: what is remembered stays as long ago as it was."""
        self._history.move(by)
        self.health.move(by)
        if self._leases_checked_at is not None:
            self._leases_checked_at += by

    async def _take_over_leases(self, now: datetime) -> None:
        """Treat what was left without an answer: by the process before, or by a bug in this."""
        checked_at, first = self._leases_checked_at, self._leases_checked_at is None
        if checked_at is not None and checked_at + self._policy.lease_check > now:
            return
        retry, keep = self._policy.retry, self._history.keep
        seen = self._time.seen(now)

        def take_over(db: Connection) -> tuple[int, dict[int, list[datetime]]]:
            release = outbox.release_all_leases if first else outbox.release_expired_leases
            released = release(db, now)
            stored_clock.save_seen(db, seen)
            for delivery in released:
                step = next_step(CUT_OFF, delivery, retry, now)
                record_attempt(db, Attempt(delivery, step, now, counts=True))
            return len(released), chats.sends_since(db, now - keep) if first else {}

        released, sends = await self._database.write(take_over)
        self._leases_checked_at = now
        self._history.load(sends)
        if released:
            log.warning("dispatch: %d deliveries were left without an answer", released)

    async def _fold(self, waits: Owed, chosen: Sequence[int], now: datetime) -> int:
        """Fold and replace in these chats, a transaction for each; how many rows."""
        folded = 0
        for chat_id in chosen:
            under_way = [now] if chat_id in self._busy else []
            write = partial(
                fold_now,
                chat=waits.chats[chat_id],
                sends=(*self._history.by_chat.get(chat_id, ()), *under_way),
                policy=self._policy.fold,
                now=now,
            )
            try:
                folded += await self._database.write(write)
            except (KeyError, ValueError) as error:
                # The chat changed since it was read (moved, left): the next step sorts it anew.
                log.info("dispatch: chat %d was not folded: %s", chat_id, error)
        return folded

    async def _start(
        self, heads: Sequence[Delivery], known: Mapping[int, Chat], now: datetime
    ) -> None:
        if not heads or self._closing:
            return

        def lease(db: Connection) -> list[Outgoing]:
            leased = outbox.lease(db, [head.id for head in heads], now + self._policy.lease)
            going = [head for head in heads if head.id in leased]
            for head in going:
                # A critical version overtakes an earlier one, which must not follow it.
                outbox.supersede(db, head, superseded_by(head), now)
            return [_outgoing(db, head, known) for head in going]

        for outgoing in await self._database.write(lease):
            self._history.started(now)
            self._busy[outgoing.chat.id] = asyncio.create_task(
                self._deliver(outgoing), name=f"deliver {outgoing.delivery.id}"
            )

    # One message.

    async def _deliver(self, outgoing: Outgoing) -> None:
        delivery, chat_id = outgoing.delivery, outgoing.chat.id
        try:
            outcome = await self._send(outgoing)
            at = self._time.now()
            step = next_step(outcome, delivery, self._policy.retry, at)
            counts = isinstance(outcome, Sent | Unknown)
            if counts:
                self._history.finished(chat_id, at)
            log.log(
                logging.INFO if isinstance(outcome, Sent) else logging.WARNING,
                "dispatch: delivery %d (%s) to chat %d: %s",
                *(delivery.id, outgoing.name, chat_id, step.reason),
            )
            self.outcomes[type(outcome).__name__] += 1
            was_failing = self.health.failing_since is not None
            self.health.note(outcome, step if isinstance(step, Halt) else None, at)
            self._unrecorded[chat_id] = Attempt(delivery, step, at, counts)
            await self._record(chat_id)
            if was_failing and self.health.failing_since is None:
                await self._hasten_repeats(at)
        finally:
            self._busy.pop(chat_id, None)
            self._woken.set()

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

    def _unwritten(self) -> list[int]:
        """Chats whose last answer could not be marked; those being marked are not among them."""
        return [chat_id for chat_id in self._unrecorded if chat_id not in self._busy]

    async def _record_rest(self) -> bool:
        """Write what could not be written before; whether nothing is left of it."""
        for chat_id in self._unwritten():
            if not await self._record(chat_id):
                return False
        return True

    async def _record(self, chat_id: int) -> bool:
        """Write the chat's mark. While the database cannot, it is kept and False returned."""
        attempt = self._unrecorded[chat_id]
        try:
            await self._database.write(lambda db: record_attempt(db, attempt))
        except StorageError as error:
            self.health.stuck(error, self._time.now())
            return False
        except Exception:  # its lease runs out, and it is treated as unknown then
            log.exception("dispatch: delivery %d could not be marked", attempt.delivery.id)
        del self._unrecorded[chat_id]
        return True

    async def _rest(self, wake_at: datetime | None, stopped: asyncio.Task[bool]) -> None:
        """Sleep until woken, stopped, or there may be something to do."""
        pause = max(self._policy.shortest_pause, self.health.wait).total_seconds()
        await asyncio.wait({stopped}, timeout=pause)
        if stopped.done() or self.health.wait:
            return
        idle = self._policy.idle.total_seconds() - pause
        if wake_at is not None:
            idle = min(idle, (wake_at - self._time.now()).total_seconds())
        woken = asyncio.create_task(self._woken.wait())
        try:
            await asyncio.wait(
                {woken, stopped}, timeout=max(0.0, idle), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            woken.cancel()


def _outgoing(db: Connection, head: Delivery, known: Mapping[int, Chat]) -> Outgoing:
    answers = None
    if head.kind == "update" and head.alert_id is not None:
        answers = outbox.first_message(db, head.alert_id, head.chat_id)
    return Outgoing(
        delivery=head,
        chat=known[head.chat_id],
        alert=None if head.alert_id is None else alerts.get(db, head.alert_id),
        folded=outbox.folded_count(db, head.id) if head.kind == "catchup" else 0,
        answers=answers,
    )
