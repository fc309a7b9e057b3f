"""Edits cards that say less than is known, where no message waits and there is room to spare.

Nothing is leased: a process that dies meanwhile leaves the row as it was, and the next one edits
the card once more, to the same text.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bot.alerts.edits import may_see
from bot.delivery.deciding.outcome import Edit, Editor, Outcome, Unknown
from bot.delivery.deciding.pacing import History
from bot.delivery.deciding.policy import DeliveryPolicy
from bot.delivery.edits import (
    Done,
    Drop,
    Go,
    Later,
    after_edit,
    chat_has_room,
    next_edit,
    room,
)
from bot.delivery.showing import as_seen, reactions_of
from storage import alerts
from storage.connection import Connection
from storage.database import Database
from storage.file.errors import StorageError
from storage.readers import chats
from storage.sending import acknowledgements, card_edits, outbox
from storage.sending.card_edits import CardEdit

log = logging.getLogger(__name__)

_OUTCOMES = {Done: "edited", Later: "later", Drop: "dropped"}


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of an edit that is due: it goes out, or not now."""

    owed: CardEdit
    step: Edit | Later | Drop


class Editing:
    """The edits that are under way, one in a chat."""

    def __init__(
        self,
        database: Database,
        editor: Editor,
        policy: DeliveryPolicy,
        now: Callable[[], datetime],
    ) -> None:
        # What came of edits so far: "edited", "later", "dropped".
        self.outcomes: Counter[str] = Counter()
        self.busy: dict[int, asyncio.Task[None]] = {}
        self._database = database
        self._editor = editor
        self._policy = policy
        self._now = now
        self._history = History(keep=policy.limits.group_window)
        self._looked_at: datetime | None = None

    async def look(self, messages: History, busy: Collection[int], now: datetime) -> None:
        """Begin a few edits of what is due; `messages` and `busy` chats are those of messages."""
        policy = self._policy.edits
        if self._looked_at is not None and now - self._looked_at < policy.look:
            return
        self._history.forget(now)
        places = room(messages.overall, self._history.overall, self._policy.limits, policy, now)
        places = min(places, policy.at_once - len(self.busy))
        if places <= 0:
            return
        self._looked_at = now
        no_turn = {*busy, *self.busy, *self._without_room(messages, now)}
        found = await self._database.read(partial(self._plan, limit=places, busy=no_turn, now=now))
        for each in found:
            if isinstance(each.step, Edit):
                self._history.started(now)
                self.busy[each.owed.chat_id] = asyncio.create_task(
                    self._edit(each.owed, each.step), name=f"edit {each.step.name}"
                )
            else:
                log.info(
                    "dispatch: alert %d is not edited in chat %d: %s",
                    *(each.owed.alert_id, each.owed.chat_id, each.step.reason),
                )
                await self._record(each.owed, each.step)

    async def finish(self) -> None:
        """Cut off what is under way: it stays owed."""
        under_way = list(self.busy.values())
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    def move(self, by: timedelta) -> None:
        """The clock was moved: what is remembered stays as long ago as it was."""
        self._history.move(by)
        if self._looked_at is not None:
            self._looked_at += by

    def _without_room(self, messages: History, now: datetime) -> list[int]:
        """Chats with past messages or edits that do not bear another edit now."""
        past, limits, policy = self._history.by_chat, self._policy.limits, self._policy.edits
        return [
            chat_id
            for chat_id in messages.by_chat.keys() | past.keys()
            if not chat_has_room(
                # Groups have negative ids; the stricter limit is theirs.
                "private" if chat_id > 0 else "group",
                *(messages.by_chat.get(chat_id, ()), past.get(chat_id, ())),
                limits,
                policy,
                now,
            )
        ]

    def _plan(
        self, db: Connection, limit: int, busy: Collection[int], now: datetime
    ) -> list[Planned]:
        due = card_edits.ready(db, now, limit, busy)
        return [self._planned(db, owed, now) for owed in due]

    def _planned(self, db: Connection, owed: CardEdit, now: datetime) -> Planned:
        chat, alert = chats.get(db, owed.chat_id), alerts.get(db, owed.alert_id)
        if chat is None or alert is None:  # pragma: no cover - the row goes with them
            return Planned(owed, Drop("there is no such alert or chat any more"))
        thread_id = owed.thread_id
        rows = [row for row in outbox.for_chat(db, chat.id, alert.id) if row.thread_id == thread_id]
        allowed = may_see(chat, thread_id, alert)
        step = next_edit(*(owed, chat, rows, self._policy.edits, now), may_see=allowed)
        if not isinstance(step, Go):
            return Planned(owed, step)
        card = Edit(
            message=step.message,
            chat=chat,
            alert=as_seen(db, alert, chat, thread_id),
            changed_at=owed.changed_at,
            asked=acknowledgements.get(db, alert.id, chat.id),
            reactions=reactions_of(db, alert, chat, thread_id, now),
        )
        return Planned(owed, card)

    async def _edit(self, owed: CardEdit, edit: Edit) -> None:
        try:
            outcome = await self._ask(edit)
            at = self._now()
            self._history.finished(owed.chat_id, at)
            step = after_edit(outcome, owed, self._policy.edits, at)
            log.log(
                logging.INFO if isinstance(step, Done) else logging.WARNING,
                "dispatch: edit of %s in chat %d: %s",
                *(edit.name, owed.chat_id, step.reason),
            )
            await self._record(owed, step)
        finally:
            del self.busy[owed.chat_id]

    async def _ask(self, edit: Edit) -> Outcome:
        seconds = self._policy.send_timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                return await self._editor.edit(edit)
        except TimeoutError:
            return Unknown(f"no answer within {seconds:g} s")
        except Exception as error:  # a bug must not stop the others
            log.exception("dispatch: the editor failed on %s", edit.name)
            return Unknown(f"the editor failed ({type(error).__name__})")

    async def _record(self, owed: CardEdit, step: Done | Later | Drop) -> None:
        """Write down what became of an edit. What cannot be written stays owed."""
        self.outcomes[_OUTCOMES[type(step)]] += 1
        try:
            await self._database.write(partial(_write, owed=owed, step=step))
        except StorageError as error:
            log.warning("dispatch: an edit could not be marked: %s", error)
            # Without marks the same edits would be made again and again.
            self._looked_at = self._now() + self._policy.edits.gap


def _write(db: Connection, owed: CardEdit, step: Done | Later | Drop) -> None:
    match step:
        case Done(free_at):
            card_edits.done(db, owed, free_at)
        case Later(until, _, attempts, whole_chat):
            card_edits.postpone(db, owed, until, attempts)
            if whole_chat:
                card_edits.hold_chat(db, owed.chat_id, until)
        case Drop():
            card_edits.drop(db, owed)
