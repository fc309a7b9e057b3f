"""The clock of each chat: its time zone, its quiet hours, and when it gets its digests.

What a chat asks for is kept as the clock on its wall shows it. SQLite knows no time zones, so the
end of the quiet hours that began last is written down as well (`chats.quiet_until`): whoever looks
at the outbox compares two times. `look_at` says until when that is right; `to_follow` finds whose
is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.connection import Connection
from storage.rows import Row, change, fetch, fetch_one, to_text, to_text_or_none
from storage.sending import digest_turns

EVERY_DAY = frozenset(range(7))
# When a chat gets its digest that said nothing about it.
USUAL_DIGEST = 8 * 60
_SELECT = """
    SELECT k.*, c.timezone FROM chat_clocks k CROSS JOIN chats c ON c.id = k.chat_id"""
# Earlier than every time that is written down.
_AT_ONCE = ""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From when until when, in minutes of the day (`until` at most 1440: midnight), on the days on
    which they begin (0 is Monday). What ends before it begins ends on the next day."""

    begin: int
    until: int
    days: frozenset[int] = EVERY_DAY


@dataclass(frozen=True, slots=True)
class ChatClock:
    """What a chat asks for. `digest_at` is a minute of the day, `weekly_day` a day of the week (0
    is Monday), None for none. `timezone` is an IANA name, None for that of the settings."""

    quiet: QuietHours | None = None
    digest_at: int | None = USUAL_DIGEST
    weekly_day: int | None = None
    timezone: str | None = None


def get(db: Connection, chat_id: int) -> ChatClock:
    """The chat's clock; the usual one for a chat that said nothing about it."""
    row = fetch_one(db, f"{_SELECT} WHERE k.chat_id = :id", {"id": chat_id})
    return ChatClock() if row is None else _clock(row)


def set_timezone(db: Connection, chat_id: int, timezone: str | None) -> None:
    """Show and keep times by this zone (an IANA name; None: the settings' zone)."""
    db.execute(
        "UPDATE chats SET timezone = :timezone WHERE id = :id",
        {"id": chat_id, "timezone": timezone},
    )
    _set(db, chat_id, {})
    digest_turns.plan_anew(db, chat_id)


def set_quiet(db: Connection, chat_id: int, quiet: QuietHours | None) -> None:
    """Hold back what is not critical in these hours; None for none any more."""
    _set(
        db,
        chat_id,
        {
            "quiet_from": quiet.begin if quiet else None,
            "quiet_to": quiet.until if quiet else None,
            "quiet_days": "".join(map(str, sorted(quiet.days if quiet else EVERY_DAY))),
        },
    )


def set_digest(db: Connection, chat_id: int, minute: int | None) -> None:
    """Send the daily digest at this minute of the day; None for no digest."""
    _set(db, chat_id, {"digest_at": minute})
    digest_turns.plan_anew(db, chat_id)
    if minute is None:
        digest_turns.end(db, chat_id, "daily")


def set_weekly(db: Connection, chat_id: int, day: int | None, now: datetime) -> None:
    """Send the weekly summary on this day (0 is Monday), None for none."""
    _set(db, chat_id, {"weekly_day": day})
    if day is None:
        digest_turns.end(db, chat_id, "weekly")
    else:
        digest_turns.begin(db, chat_id, "weekly", now)


def to_follow(db: Connection, now: datetime) -> dict[int, ChatClock]:
    """The chats whose quiet hours begin or end by now, or were changed."""
    rows = fetch(
        db,
        f"{_SELECT} WHERE k.look_at IS NOT NULL AND k.look_at <= :now",
        {"now": to_text(now)},
    )
    return {row["chat_id"]: _clock(row) for row in rows}


def hold(
    db: Connection, chat_id: int, until: datetime | None, look_at: datetime | None, now: datetime
) -> None:
    """The quiet hours that began last end then (None: there are none, and those that last end now);
    look again at `look_at`."""
    db.execute(
        """
        UPDATE chats SET quiet_until = coalesce(:until, min(quiet_until, :now)) WHERE id = :id""",
        {"id": chat_id, "until": to_text_or_none(until), "now": to_text(now)},
    )
    db.execute(
        "UPDATE chat_clocks SET look_at = :look_at WHERE chat_id = :id",
        {"id": chat_id, "look_at": to_text_or_none(look_at)},
    )


def follow_anew(db: Connection) -> int:
    """The clock of the machine was moved, or the settings' zone may be another: look at every chat
    with quiet hours again; how many there are."""
    return change(
        db,
        "UPDATE chat_clocks SET look_at = :now WHERE quiet_from IS NOT NULL",
        {"now": _AT_ONCE},
    )


def _clock(row: Row) -> ChatClock:
    quiet = None
    if row["quiet_from"] is not None:
        days = frozenset(int(day) for day in row["quiet_days"])
        quiet = QuietHours(row["quiet_from"], row["quiet_to"], days)
    return ChatClock(quiet, row["digest_at"], row["weekly_day"], row["timezone"])


def _set(db: Connection, chat_id: int, values: dict[str, object]) -> None:
    values = {"chat_id": chat_id, "look_at": _AT_ONCE} | values
    given = ", ".join(f":{column}" for column in values)
    changed = ", ".join(f"{column} = :{column}" for column in values)
    db.execute(
        f"""
        INSERT INTO chat_clocks ({", ".join(values)}) VALUES ({given})
        ON CONFLICT (chat_id) DO UPDATE SET {changed}""",  # noqa: S608 our own names
        values,
    )
