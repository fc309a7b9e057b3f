"""What must hold whatever happens in whatever order (hypothesis chooses)."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlite_utils import Database as SqliteConnection

from storage import retention
from storage.file.database import migrate, problems_of
from storage.readers import chats, supergroups
from storage.sending import folding, outbox, owed, sends
from storage.sending.outbox import Mark
from tests.storage.make import NOW, add_alert, add_chat, delivery, existing

CHATS = st.integers(0, 2)
PICK = st.integers(0, 10**6)
OWED = {"pending", "sending", "unknown", "paused"}


class Outbox(RuleBasedStateMachine):
    """No row that is owed disappears, no sent one comes back, no chat loses its rows."""

    def __init__(self) -> None:
        super().__init__()
        self.db = SqliteConnection(memory=True)
        self.db.execute("PRAGMA foreign_keys=ON")
        migrate(self.db)
        self.now = NOW
        self.chats = [-1, -2, -3]
        self.next_chat = -4
        for chat_id in self.chats:
            add_chat(self.db, chat_id)
        self.sent: set[int] = set()
        self.owed: set[int] = set()
        for chat in range(3):
            self.an_alert_is_routed(chat, 0)

    def teardown(self) -> None:
        self.db.close()

    def rows(self, *states: str) -> list[outbox.Delivery]:
        found = [row for chat_id in self.chats for row in outbox.for_chat(self.db, chat_id)]
        return [row for row in found if not states or row.state in states]

    @rule(hours=st.integers(0, 48))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(chat=CHATS, wait=st.integers(0, 5))
    def an_alert_comes(self, chat: int, wait: int) -> None:
        self.an_alert_is_routed(chat, wait)

    def an_alert_is_routed(self, chat: int, wait: int) -> None:
        chat_id = self.chats[chat]
        alert = add_alert(self.db, at=self.now)
        paused = existing(chats.get(self.db, chat_id)).state == "paused"
        row = delivery(
            alert.id,
            chat_id,
            not_before=self.now + timedelta(hours=wait),
            state="paused" if paused else "pending",
        )
        assert outbox.enqueue(self.db, [row, row], self.now) == 1

    @rule(
        minutes=st.integers(0, 90),
        limit=st.integers(1, 4),
        outcomes=st.lists(
            st.sampled_from(["sent", "crash", "pending", "failed", "unknown", "paused"]),
            min_size=4,
            max_size=4,
        ),
    )
    def messages_are_sent(self, minutes: int, limit: int, outcomes: list[str]) -> None:
        ids = [row.id for row in owed.ready(self.db, self.now, limit)[:limit]]
        assert outbox.lease(self.db, ids, self.now + timedelta(minutes=minutes)) == set(ids)
        for row_id, outcome in zip(ids, outcomes, strict=False):
            self.answer(row_id, outcome)

    @precondition(lambda self: self.rows("sending", "unknown"))
    @rule(pick=PICK, outcome=st.sampled_from(["sent", "pending", "failed"]))
    def a_late_answer_comes(self, pick: int, outcome: str) -> None:
        rows = self.rows("sending", "unknown")
        self.answer(rows[pick % len(rows)].id, outcome)

    def answer(self, row_id: int, outcome: str) -> None:
        row = existing(outbox.get(self.db, row_id))
        if outcome == "crash":
            return
        if outcome == "sent":
            outbox.mark_sent(self.db, row.id, 1, self.now)
            sends.record_sent(self.db, row.chat_id, self.now)
            self.sent.add(row.id)
        else:
            mark = Mark(outcome, "e", self.now, row.attempts + 1, self.now)
            outbox.mark(self.db, row.id, mark)
        if outcome in ("sent", "failed"):
            self.owed.discard(row.id)

    @rule()
    def leases_end(self) -> None:
        outbox.release_expired_leases(self.db, self.now)

    @rule(chat=CHATS)
    def a_chat_blocks_the_bot(self, chat: int) -> None:
        chats.pause(self.db, self.chats[chat], "blocked", self.now)

    @rule(chat=CHATS)
    def a_chat_lets_it_in_again(self, chat: int) -> None:
        chats.resume(self.db, self.chats[chat], self.now)

    @rule(chat=CHATS)
    def a_group_becomes_a_supergroup(self, chat: int) -> None:
        before = [row.id for row in outbox.for_chat(self.db, self.chats[chat])]
        supergroups.migrate(self.db, self.chats[chat], self.next_chat)
        self.chats[chat] = self.next_chat
        self.next_chat -= 1
        assert [row.id for row in outbox.for_chat(self.db, self.chats[chat])] == before

    @precondition(lambda self: self.rows("pending", "unknown", "paused"))
    @rule(pick=PICK)
    def rows_are_folded(self, pick: int) -> None:
        waiting = self.rows("pending", "unknown", "paused")
        chat_id = waiting[pick % len(waiting)].chat_id
        ids = [row.id for row in waiting if row.chat_id == chat_id]
        line = delivery(None, chat_id, kind="catchup", version=0, text="x", key=str(self.now))
        try:
            folding.fold(self.db, dict.fromkeys(ids, "x"), line, self.now)
        except ValueError:
            return  # a line of the same moment exists: nothing was folded
        self.owed -= set(ids)

    @rule(days=st.integers(0, 3))
    def retention_runs(self, days: int) -> None:
        retention.purge(self.db, self.now - timedelta(days=days))

    @invariant()
    def nothing_owed_disappears(self) -> None:
        if not hasattr(self, "owed"):
            return
        now_owed = {row.id for row in self.rows(*OWED)}
        assert self.owed <= now_owed
        self.owed = now_owed

    @invariant()
    def what_was_sent_stays_sent(self) -> None:
        states = {row.id: row.state for row in self.rows()}
        assert all(states.get(row_id, "sent") == "sent" for row_id in self.sent)

    @invariant()
    def counts_and_references_are_right(self) -> None:
        counts = outbox.counts(self.db)
        assert sum(counts.values()) == len(self.rows())
        # What is told in a line is no loss: it is counted apart.
        counts["expired"] += counts.pop("folded")
        assert all(counts[state] == len(self.rows(state)) for state in outbox.STATES)
        assert problems_of(self.db) == []

    @invariant()
    def only_active_chats_are_ready_first_due_first(self) -> None:
        ready = owed.ready(self.db, self.now, 100)
        for chat_id in self.chats:
            mine = [
                (not row.attempts, row.not_before, row.id)
                for row in ready
                if row.chat_id == chat_id
            ]
            assert mine == sorted(mine)
            assert not mine or existing(chats.get(self.db, chat_id)).state == "active"


TestOutbox = Outbox.TestCase
TestOutbox.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
