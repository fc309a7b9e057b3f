"""Who should have got what, against what the fake Bot API really delivered."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from storage import alerts
from storage.alerts import Alert
from storage.connection import Connection
from storage.database import Database
from storage.opening import open_database
from storage.readers import chats
from storage.readers.chats import Chat
from storage.readers.subscriptions import Subscription
from storage.sending import outbox
from storage.sending.outbox import Delivery
from tests.telegram_server import Message, TelegramServer
from tests.torture.newsroom import ALERT, CRITICAL, Newsroom

# id: (kind, signals, lowest level)
CHATS = {
    1: ("private", {CRITICAL, ALERT}, "info"),
    2: ("private", {CRITICAL, ALERT}, "critical"),
    -3: ("group", {CRITICAL, ALERT}, "info"),
    4: ("private", {ALERT}, "info"),
}
NUMBER = re.compile(r"Observer (\d+)")
SHORT_ID = re.compile(r"\bA\d+\b")
REPEAT = "Possible repeat"
UNCONFIRMED = "sending was not confirmed"


@dataclass(frozen=True)
class Tally:
    """What one chat got. `twice` counts messages that told again what the chat had already.

    `marked` counts possible repeats, real or not; `unmarked` repeats without a mark.
    """

    chat: str
    wanted: int
    told: int
    cards: int
    in_lines: int
    marked: int
    twice: int
    unmarked: int


class Books:
    """The database, read from outside."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def close(self) -> None:
        await self.database.close()

    async def alerts(self) -> dict[int, Alert]:
        """The alerts, by the number of their entry."""
        since = datetime.now(UTC) - timedelta(days=30)
        found = await self.database.read(lambda db: alerts.recent(db, None, since, 10**6))
        return {int(m[1]): alert for alert in found if (m := NUMBER.search(alert.title))}

    async def rows(self) -> list[Delivery]:
        def read(db: Connection) -> list[Delivery]:
            return [row for chat_id in CHATS for row in outbox.for_chat(db, chat_id)]

        return await self.database.read(read)

    async def unsettled(self, loud: set[int]) -> tuple[int, int]:
        """How many deliveries are owed, and how many loud entries are no alert yet."""
        counts = await self.database.read(outbox.counts)
        owed = sum(counts[state] for state in ("pending", "sending", "unknown"))
        return owed, len(loud - (await self.alerts()).keys())


async def open_books(path: Path | str) -> Books:
    return Books(await open_database(path, busy_timeout_ms=20_000))


async def seat_chats(books: Books) -> None:
    """Subscribe the chats, before the service starts for the first time."""
    now = datetime.now(UTC)
    for chat_id, (kind, signals, lowest_level) in CHATS.items():
        chat = Chat(
            id=chat_id,
            thread_id=None,
            kind=kind,
            title=f"Chat {chat_id}",
            language="en",
            state="active",
            paused_reason=None,
            role="subscriber",
            created_at=now,
            blocked_until=None,
            subscriptions=(
                Subscription(chat_id, signals=frozenset(signals), lowest_level=lowest_level),
            ),
        )
        await books.database.write(partial(chats.upsert, chat=chat))


async def audit(
    books: Books, newsroom: Newsroom, telegram: TelegramServer, crashes: int, *, starved: bool
) -> tuple[list[Tally], list[str]]:
    """A tally for each chat, and everything that is not as it should be.

    `starved`: the machine had no time for all of it. What is owed still, or was never read, is
    then not lost.
    """
    problems = [f"the Bot API would refuse: {violation}" for violation in telegram.violations]
    problems += [f"database: {problem}" for problem in await books.database.check()]
    by_number = await books.alerts()
    silent = {entry.number for entry in newsroom.published if entry.signal is None}
    if stray := silent & by_number.keys():
        problems.append(f"silent entries became alerts: {sorted(stray)}")
    tallies = []
    rows = await books.rows()
    excused = newsroom.missed - by_number.keys()
    if starved:
        loud = {entry.number for entry in newsroom.published if entry.signal is not None}
        excused |= loud - by_number.keys()
    for chat_id, (_, signals, lowest_level) in CHATS.items():
        owed = _owed(rows, chat_id, by_number) if starved else set()
        wanted = {
            entry.number
            for entry in newsroom.published
            if entry.number not in excused | owed
            and entry.signal in signals
            and (lowest_level != "critical" or entry.signal == CRITICAL)
        }
        tally, found = _tally(chat_id, wanted, owed, by_number, telegram.sent_to(chat_id))
        tallies.append(tally)
        problems += found
        if tally.twice > crashes:
            problems.append(f"chat {chat_id}: {tally.twice} repeats but {crashes} crashes")
    problems += _unfinished(rows) if not starved else []
    return tallies, problems


def _owed(rows: list[Delivery], chat_id: int, by_number: dict[int, Alert]) -> set[int]:
    """Entries whose alerts are on their way to the chat, by themselves or in a line."""
    number_of = {alert.id: number for number, alert in by_number.items()}
    open_rows = {row.id for row in rows if row.state in ("pending", "sending", "unknown")}
    return {
        number_of[row.alert_id]
        for row in rows
        if row.chat_id == chat_id
        and row.alert_id in number_of
        and (row.id in open_rows or row.folded_into in open_rows)
    }


def _tally(
    chat_id: int,
    wanted: set[int],
    owed: set[int],
    by_number: dict[int, Alert],
    messages: list[Message],
) -> tuple[Tally, list[str]]:
    number_of = {alert.short_id: number for number, alert in by_number.items()}
    told: Counter[int] = Counter()
    lines: Counter[str] = Counter()
    problems: list[str] = []
    cards = in_lines = marked = twice = unmarked = 0
    for message in messages:
        mark = REPEAT in message.text
        marked += mark
        if "Alerts " not in message.text:
            card = NUMBER.search(message.text)
            if card is None:
                problems.append(f"chat {chat_id}: what is this? {message.text!r:.200}")
                continue
            cards += 1
            repeated = told[int(card[1])] > 0
            twice += repeated
            unmarked += repeated and not mark
            told[int(card[1])] += 1
            continue
        # A line: blocks, each with a reason and the alerts that it is about.
        again = lines[_bare(message.text)] > 0
        lines[_bare(message.text)] += 1
        had_before = False
        for block in message.text.split("\n\n"):
            if "Alerts " not in block:
                continue
            for short_id in set(SHORT_ID.findall(block)):
                number = number_of.get(short_id)
                if number is None:
                    problems.append(f"chat {chat_id}: a line tells {short_id}, which is no alert")
                    continue
                in_lines += not again
                repeated = told[number] > 0
                had_before |= repeated
                unmarked += repeated and not mark and UNCONFIRMED not in block
                told[number] += 1
        twice += had_before
    if missing := wanted - told.keys():
        problems.append(f"chat {chat_id}: never told of {sorted(missing)[:20]}")
    if extra := told.keys() - wanted - owed:
        problems.append(f"chat {chat_id}: told of {sorted(extra)[:20]} without asking")
    if unmarked:
        problems.append(f"chat {chat_id}: {unmarked} repeats without a mark")
    tally = Tally(
        chat=str(chat_id),
        wanted=len(wanted),
        told=len(wanted & told.keys()),
        cards=cards,
        in_lines=in_lines,
        marked=marked,
        twice=twice,
        unmarked=unmarked,
    )
    return tally, problems


def _bare(text: str) -> str:
    """A line without the sentence that marks it as a possible repeat."""
    return "\n".join(row for row in text.splitlines() if REPEAT not in row).strip()


def _unfinished(rows: list[Delivery]) -> list[str]:
    """Rows that did not end, or ended without a reason."""
    states = {row.id: row.state for row in rows}
    problems = []
    for row in rows:
        if row.state not in ("sent", "expired"):
            problems.append(f"delivery {row.id} to {row.chat_id} is {row.state}: {row.error}")
        elif row.state == "expired" and not row.error:
            problems.append(f"delivery {row.id} to {row.chat_id} expired without a reason")
        elif row.folded_into is not None and states.get(row.folded_into) != "sent":
            problems.append(f"delivery {row.id}: its line {row.folded_into} was not sent")
    return problems
