"""What was last known of the time, and the stored times that move when the clock is moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import dialects
from storage.connection import Connection
from storage.rows import change, fetch_one, from_text, from_text_or_none, to_text
from storage.sending import lots

# Clocks of one machine do not differ by more: what is of later than this is of another clock.
_AHEAD = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The wall clock at a moment, and how long the machine had then been up.

    `boot` names the start of the machine; "" is one that is not known.
    """

    at: datetime
    boot: str
    uptime: timedelta


def last_seen(db: Connection) -> LastSeen | None:
    row = fetch_one(db, "SELECT at, boot, uptime FROM clock")
    if row is None:
        return None
    return LastSeen(from_text(row["at"]), row["boot"], timedelta(seconds=row["uptime"]))


def save_seen(db: Connection, seen: LastSeen) -> None:
    db.execute(
        """
        INSERT INTO clock (id, at, boot, uptime) VALUES (1, :at, :boot, :uptime)
        ON CONFLICT (id) DO UPDATE SET at = :at, boot = :boot, uptime = :uptime""",
        {"at": to_text(seen.at), "boot": seen.boot, "uptime": seen.uptime.total_seconds()},
    )


def newest_written(db: Connection) -> datetime | None:
    """The latest time at which something happened to what is owed, or was sent."""
    row = fetch_one(
        db,
        """
        SELECT max(at) AS at FROM (
            SELECT updated_at AS at FROM outbox WHERE state = 'pending'
            UNION ALL SELECT updated_at FROM outbox WHERE state = 'sending'
            UNION ALL SELECT updated_at FROM outbox WHERE state = 'unknown'
            UNION ALL SELECT updated_at FROM outbox WHERE state = 'paused'
            UNION ALL SELECT max(at) FROM sends) written""",
    )
    return None if row is None else from_text_or_none(row["at"])


def move_times(db: Connection, by: timedelta, now: datetime, fresh: timedelta) -> None:
    """The clock was moved by `by` and shows `now`: what is owed keeps its age and its waits.

    What was made in the last `fresh`, and not touched since, was made by the moved clock and
    stays as it is. Times of what is over stay as well: they are what the clock showed then.
    """
    lots.write_all(db)
    dialects.teach(db, _moved, "moved")
    values = {
        "by": by // timedelta(microseconds=1),
        "since": to_text(now - fresh),
        "until": to_text(now + _AHEAD),
    }
    # Also catch-up lines that were sent: the next one keeps its distance.
    db.execute(
        """
        UPDATE outbox SET created_at = moved(created_at, :by), updated_at = moved(updated_at, :by),
            not_before = moved(not_before, :by), lease_until = moved(lease_until, :by)
        WHERE (state IN ('pending', 'sending', 'unknown', 'paused') OR kind = 'catchup')
            AND (created_at NOT BETWEEN :since AND :until OR updated_at <> created_at)""",
        values,
    )
    db.execute(
        """
        UPDATE second_channel SET created_at = moved(created_at, :by),
            updated_at = moved(updated_at, :by)
        WHERE state = 'pending' AND created_at NOT BETWEEN :since AND :until""",
        values,
    )
    db.execute(
        """
        UPDATE acknowledgements SET asked_at = moved(asked_at, :by)
        WHERE at IS NULL AND escalated_at IS NULL AND asked_at NOT BETWEEN :since AND :until""",
        values,
    )
    db.execute(
        """
        UPDATE chats SET muted_at = moved(muted_at, :by), muted_until = moved(muted_until, :by)
        WHERE muted_at NOT BETWEEN :since AND :until""",
        values,
    )
    db.execute(
        """
        UPDATE mutes SET since = moved(since, :by), until = moved(until, :by)
        WHERE since NOT BETWEEN :since AND :until""",
        values,
    )
    # What is to be edited keeps its wait; when it changed stays, cards show that.
    db.execute(
        """
        UPDATE card_edits SET due_at = moved(due_at, :by), free_at = moved(free_at, :by)
        WHERE changed_at NOT BETWEEN :since AND :until""",
        values,
    )
    db.execute(
        """
        UPDATE webhook_messages SET created_at = moved(created_at, :by),
            updated_at = moved(updated_at, :by), not_before = moved(not_before, :by)
        WHERE state = 'pending' AND created_at NOT BETWEEN :since AND :until""",
        values,
    )
    moved = {"by": values["by"]}
    db.execute("UPDATE chats SET blocked_until = moved(blocked_until, :by)", moved)
    # Every one: what was sent N hours ago must not look as if it had just been.
    db.execute("UPDATE sends SET at = moved(at, :by)", moved)


def is_ahead(db: Connection, now: datetime) -> bool:
    """Whether something waits that was made later than `now`, or a chat was muted later: by a
    clock that was wrong for so short a time that nobody saw it, or between two steps that were
    seen as one."""
    until = {"until": to_text(now + _AHEAD)}
    muted = "SELECT c.id FROM chats c WHERE c.muted_at > :until LIMIT 1"
    part = "SELECT m.id FROM mutes m WHERE m.since > :until LIMIT 1"
    return any(fetch_one(db, sql, until) for sql in (f"{_AHEAD_ROWS} LIMIT 1", muted, part))


def bring_back(db: Connection, now: datetime) -> int:
    """Make what waits and was made later than `now` as if it were made now; how many rows. A mute
    that began later begins now, and is as long as it was."""
    dialects.teach(db, _mute_from_now, "mute_from_now")
    muted = change(
        db,
        """
        UPDATE chats SET muted_at = :now, muted_until = mute_from_now(muted_at, muted_until, :now)
        WHERE muted_at > :until""",
        {"now": to_text(now), "until": to_text(now + _AHEAD)},
    )
    muted += change(
        db,
        """
        UPDATE mutes SET since = :now, until = mute_from_now(since, until, :now)
        WHERE since > :until""",
        {"now": to_text(now), "until": to_text(now + _AHEAD)},
    )
    return muted + change(
        db,
        f"""
        UPDATE outbox SET created_at = :now, updated_at = :now, not_before = :now
        WHERE id IN ({_AHEAD_ROWS})""",  # noqa: S608 our own words
        {"now": to_text(now), "until": to_text(now + _AHEAD)},
    )


# Few rows have a wait before them, and only those are read.
_AHEAD_ROWS = """
    SELECT w.id FROM outbox w
    WHERE w.state = 'pending' AND w.queue IN (0, 1, 2)
        AND w.not_before > :until AND w.created_at > :until"""


def _mute_from_now(began: str, until: str, now: str) -> str:
    return to_text(from_text(now) + (from_text(until) - from_text(began)))


def _moved(text: str | None, microseconds: int) -> str | None:
    if text is None:
        return None
    try:
        return to_text(from_text(text) + timedelta(microseconds=microseconds))
    except OverflowError:  # a clock in the year 1 or 9999: nothing comes after it
        return text
