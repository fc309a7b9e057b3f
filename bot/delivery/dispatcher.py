"""Sends what the outbox owes: which message goes next, and when. One message at a time in a chat,
many chats at once; each on its way is the matter of `bot.delivery.sending`."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial

from bot.clock import Uptime, uptime_beside, utc_now
from bot.delivery.deciding.outcome import Editor, Outcome, Outgoing, Sender, Sent
from bot.delivery.deciding.pacing import overall_free, turns
from bot.delivery.deciding.policy import DeliveryPolicy
from bot.delivery.editing import Editing
from bot.delivery.handover import hand_over_due, who_is_due
from bot.delivery.health import Health
from bot.delivery.later.digests import Digests, FindWords, no_words
from bot.delivery.later.quiet import QuietHours
from bot.delivery.sending import Sending
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
from storage.database import Database
from storage.file.errors import StorageError
from storage.sending import acknowledgements, lots

__all__ = ["DeliveryPolicy", "DispatchReport", "Dispatcher"]

log = logging.getLogger(__name__)


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
        editor: Editor | None = None,
        timezone: tzinfo = UTC,
        find_words: FindWords = no_words,
    ) -> None:
        """Without an `editor` cards stay as they were sent. `timezone` is that of chats which named
        none; `find_words` is for their digests."""
        self.health = Health()
        self._database = database
        self._policy = policy or DeliveryPolicy()
        self._clock = clock
        # All that is decided here goes by this, and by the wall clock only once it has followed.
        self._time = Timekeeper(database, clock(), uptime or uptime_beside(clock), self._move)
        self._leases_checked_at: datetime | None = None
        self._closing = False
        self._woken = asyncio.Event()
        self._sending = Sending(
            *(database, sender, self._policy, self.health),
            now=self._time.now,
            answered=self._woken.set,
        )
        self._editing = editor and Editing(database, editor, self._policy, self._time.now)
        self._quiet = QuietHours(database, timezone)
        self._digests = Digests(database, timezone, find_words)

    @property
    def outcomes(self) -> Counter[str]:
        """Attempts so far, by the name of their outcome."""
        return self._sending.outcomes

    @property
    def edits(self) -> Counter[str]:
        """What came of edits so far, by name."""
        return self._editing.outcomes if self._editing else Counter()

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

    async def send_unstored(self, outgoing: Outgoing) -> Outcome:
        """Send what could not be written into the outbox; nothing is written of it either."""
        return await self._sending.send_unstored(outgoing)

    async def run_once(self, now: datetime) -> DispatchReport:
        """Take one step, send at most one message to each chat, and wait for the answers.

        `now` is what the wall clock shows.
        """
        before = Counter(self.outcomes)
        report = await self._pass(now)
        edits = self._editing.busy.values() if self._editing else ()
        await asyncio.gather(*self._sending.busy.values(), *edits)
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
        if self._editing:
            await self._editing.finish()
        return await self._sending.finish(grace)

    # One step: finish records, take over leases, read, decide, lease, start, fold.

    async def _pass(self, wall: datetime) -> DispatchReport:
        try:
            report = await self._pass_unguarded(wall)
        except StorageError as error:
            now = self._time.now()
            self.health.stuck(error, now)
            return DispatchReport({}, 0, 0, now + self.health.wait)
        if not self._sending.unwritten():
            self.health.unstuck()
        return report

    async def _pass_unguarded(self, wall: datetime) -> DispatchReport:
        begun = self._time.now()
        if not await self._sending.record_rest():
            # The database takes no records: to send more would only add to what may be repeated.
            return DispatchReport({}, 0, 0, self._time.now() + self.health.wait)
        # What a busy database took is no step of the clock.
        wall += self._time.now() - begun
        if step := await self._time.follow(wall):
            self.health.clock_moved(step)
            self._quiet.look_anew()
            self._digests.plan_anew()
        await self._time.bring_back()
        now = self._time.now()
        await self._quiet.follow(now)
        await self._take_over_leases(now)
        while await self._database.read(lots.waiting):
            await self._database.write(lots.write_out)
        # Also while Telegram refuses us: what is passed on may go by the second channel.
        next_due = await self._hand_over(now)
        report = await self._look(now)
        # After what goes out at once.
        more = await self._digests.make(now)
        wakes = [at for at in (report.wake_at, next_due, now if more else None) if at is not None]
        return replace(report, wake_at=min(wakes, default=None))

    async def _hand_over(self, now: datetime) -> datetime | None:
        """Pass on what nobody acknowledged in time; when the next one is due."""
        waiting = await self._database.read(acknowledgements.still_open)
        due, later = who_is_due(waiting, now)
        if due:
            # Decided again in the transaction: somebody may have taken it meanwhile.
            passed_on = await self._database.write(partial(hand_over_due, now=now))
            if passed_on:
                log.warning("dispatch: %d alerts nobody acknowledged are passed on", passed_on)
        return later

    async def _look(self, now: datetime) -> DispatchReport:
        probing = self.health.halted_at is not None
        if self.health.halted_at is not None and self.health.halted_at + self._policy.probe > now:
            return DispatchReport({}, 0, 0, self.health.halted_at + self._policy.probe)
        self._sending.history.forget(now)
        limits, overall = self._policy.limits, self._sending.history.overall
        if overall_free(overall, limits, now) == 0:
            # Nothing may start before the window opens: a look would only take time from sends.
            oldest = min(overall[-limits.overall_sends], now)
            return DispatchReport({}, 0, 0, oldest + limits.overall_window)
        busy, policy = frozenset(self._sending.busy), self._policy
        # Only groups wait long for their own pace.
        sends, most = self._sending.history.by_chat, limits.group_sends
        slow = frozenset(chat_id for chat_id, times in sends.items() if len(times) >= most)
        waits = await self._database.read(lambda db: read_owed(db, busy, policy.fold, now, slow))
        found = plan_chats(waits, self._sending.history.by_chat, policy.fold, now)
        waiting = waiting_of(waits, found)
        turn = turns(
            waiting,
            self._sending.history.by_chat,
            self._sending.history.overall,
            policy.limits,
            now,
        )
        places = max(0, policy.concurrency - len(self._sending.busy))
        go = turn.go[: min(1, places) if probing else places]
        if not self._closing:
            heads = [head for chat in go if (head := found[chat].head)]
            await self._sending.start(heads, waits.chats, now)
        wakes = [item.wake_at for item in found.values() if item.wake_at is not None]
        wakes += [turn.wake_at] if turn.wake_at is not None else []
        # Lines are made after what goes out at once; while critical alerts wait, only one of those.
        chosen = to_fold(found, waits.last_lines)
        if any(each.urgent and each.chat_id not in go for each in waiting):
            chosen = [each for each in chosen if has_critical(found[each])][:1]
        folded = await self._fold(waits, chosen[: policy.folds_at_once], now)
        wakes += [now] if folded else []
        idle = len(go) == len(waiting) and not folded and not self.health.failing_since
        if idle and not probing and not self._closing and self._editing:
            sending = self._sending
            await self._editing.look(sending.history, sending.busy.keys(), now)
        superseded = sum(len(item.superseded) for item in found.values())
        return DispatchReport({}, folded, superseded, min(wakes, default=None))

    def _move(self, by: timedelta) -> None:
        """The clock was moved: what is remembered stays as long ago as it was."""
        self._sending.history.move(by)
        if self._editing:
            self._editing.move(by)
        self.health.move(by)
        if self._leases_checked_at is not None:
            self._leases_checked_at += by

    async def _take_over_leases(self, now: datetime) -> None:
        """Treat what was left without an answer: by the process before, or by a bug in this."""
        checked_at, first = self._leases_checked_at, self._leases_checked_at is None
        if checked_at is not None and checked_at + self._policy.lease_check > now:
            return
        released = await self._sending.take_over(self._time.seen(now), now, first=first)
        self._leases_checked_at = now
        if released:
            log.warning("dispatch: %d deliveries were left without an answer", released)

    async def _fold(self, waits: Owed, chosen: Sequence[int], now: datetime) -> int:
        """Fold and replace in these chats, a transaction for each; how many rows."""
        folded = 0
        for chat_id in chosen:
            under_way = [now] if chat_id in self._sending.busy else []
            write = partial(
                fold_now,
                chat=waits.chats[chat_id],
                sends=(*self._sending.history.by_chat.get(chat_id, ()), *under_way),
                policy=self._policy.fold,
                now=now,
            )
            try:
                folded += await self._database.write(write)
            except (KeyError, ValueError) as error:
                # The chat changed since it was read (moved, left): the next step sorts it anew.
                log.info("dispatch: chat %d was not folded: %s", chat_id, error)
        return folded

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
