"""Edited cards on the real process: killed between an edit and its mark, refused, held."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage.connection import Connection
from storage.sending import outbox
from tests.bot.telegram.faults import flood, hang
from tests.telegram_server import Message
from tests.torture.books import open_books
from tests.torture.crash import PATIENCE, _until
from tests.torture.newsroom import ALERT, Published
from tests.torture.test_promises import READER, Stage, stage

STORY = 70_000


@dataclass(frozen=True)
class Report(Published):
    """One of several reports of the same happening, with a toll of its own."""

    killed: int = 0

    @property
    def title(self) -> str:
        told = Published(STORY, self.signal, self.at).title
        return f"{told}, {self.killed} people killed"


def reports(now: Stage, feed: int, killed: int) -> None:
    entry = Report(next(now.numbers), ALERT, datetime.now(UTC), killed)
    now.newsroom.shows(feed).append(entry)


async def edited(now: Stage, card: Message, killed: int) -> None:
    await _until(lambda: f"12 → {killed}" in card.text, PATIENCE, f"a toll of {killed}")


async def owed(folder: Path) -> int:
    """How many edits wait; and nothing else does."""

    def read(db: Connection) -> int:
        counts = outbox.counts(db)
        assert counts["sent"] == sum(counts.values()) == 1
        (row,) = db.execute("SELECT count(*) FROM card_edits WHERE due_at IS NOT NULL").fetchall()
        return int(row[0])

    books = await open_books(folder / "data" / "marsad.sqlite")
    found = await books.database.read(read)
    await books.close()
    return found


async def settled(now: Stage) -> None:
    await now.stored("SELECT 1 WHERE ? = '' AND NOT EXISTS " + _DUE, "")


_DUE = "(SELECT 1 FROM card_edits WHERE due_at IS NOT NULL)"


async def test_an_edit_survives_a_kill_a_flood_and_a_message_that_was_deleted(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as now:
        await now.up()
        reports(now, 0, 12)
        card, _ = await now.card(READER, f"Observer {STORY}")

        # Delivered, but no answer comes until the kill: done once more by the next process.
        now.telegram.fail(hang(delivered=True), method="editMessageText")
        reports(now, 1, 14)
        await edited(now, card, 14)
        await now.service.end(signal.SIGKILL)
        assert await owed(tmp_path) == 1
        await now.service.start()
        await settled(now)
        calls = [method for method, _ in now.telegram.calls]
        assert calls.count("editMessageText") == 2

        now.telegram.fail(flood(1), method="editMessageText")
        reports(now, 2, 15)
        await edited(now, card, 15)
        await settled(now)

        now.telegram.messages.remove(card)
        reports(now, 1, 16)
        await now.stored("SELECT figures_json LIKE ? FROM alerts", "%16.0%")
        await settled(now)
        assert now.telegram.sent_to(READER) == [], "what was deleted does not come back"
        assert await owed(tmp_path) == 0
        assert "message to edit not found" in now.log.lower()
        assert await now.service.end(signal.SIGTERM) == 0
        assert "Traceback" not in now.log
        assert not now.telegram.violations
