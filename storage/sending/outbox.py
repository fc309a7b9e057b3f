"""The outbox: what is owed to which chat, and what became of it.

pending -> sending (leased) -> sent | unknown | failed | pending again; paused while the chat
cannot be reached; expired when another message stands for it, or when it is too late. A row that
is not sent, failed or expired is still owed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from operator import itemgetter

from storage.connection import Connection
from storage.rows import (
    Many,
    Row,
    change,
    fetch,
    fetch_one,
    many,
    numbers,
    to_text,
    to_text_or_none,
)
from storage.sending import lots
from storage.sending.deliveries import STATES, Delivery, Mark, NewDelivery, Recipient, delivery_of

__all__ = ["STATES", "Delivery", "Mark", "NewDelivery", "Recipient"]


def enqueue(db: Connection, rows: Sequence[NewDelivery], now: datetime | None = None) -> int:
    """Add what is not there yet (alert, chat, topic, kind, version); returns how many were new.
    An alert for very many chats is written down in lots (`storage.sending.lots`).

    Created at `now`, otherwise at the row's own `not_before`. Only that uniqueness is
    forgiven: an unknown chat or alert raises sqlite3.IntegrityError.
    """
    alike: defaultdict[object, list[NewDelivery]] = defaultdict(list)
    for row in rows:
        alike[_alike(row)].append(row)
    return sum(_enqueue_alike(db, those, now) for those in alike.values())


def get(db: Connection, delivery_id: int) -> Delivery | None:
    row = fetch_one(db, "SELECT * FROM outbox WHERE id = :id", {"id": delivery_id})
    return None if row is None else delivery_of(row)


def supersede(db: Connection, delivery: Delivery, reason: str, at: datetime) -> int:
    """Expire what waits of earlier versions of the same alert in the same topic; how many."""
    if delivery.alert_id is None:
        return 0
    return change(
        db,
        """
        UPDATE outbox SET state = 'expired', error = :reason, updated_at = :at
        WHERE alert_id = :alert AND chat_id = :chat AND version < :version
            AND thread_id IS :thread AND state IN ('pending', 'unknown', 'paused')""",
        {
            "alert": delivery.alert_id,
            "chat": delivery.chat_id,
            "thread": delivery.thread_id,
            "version": delivery.version,
            "reason": reason,
            "at": to_text(at),
        },
    )


def lease(db: Connection, ids: Collection[int], until: datetime) -> set[int]:
    """Mark pending rows as being sent until then; returns the ids that were still pending."""
    rows = fetch(
        db,
        """
        UPDATE outbox SET state = 'sending', lease_until = :until
        WHERE state = 'pending' AND id IN (SELECT value FROM json_each(:ids))
        RETURNING id""",
        {"until": to_text(until), "ids": numbers(ids)},
    )
    return {row["id"] for row in rows}


def mark_sent(db: Connection, delivery_id: int, message_id: int | None, at: datetime) -> None:
    """Telegram confirmed it. Also right when the lease ran out before the answer came."""
    touched = change(
        db,
        """
        UPDATE outbox SET state = 'sent', message_id = :message_id, updated_at = :at,
            lease_until = NULL, error = NULL, attempts = attempts + 1
        WHERE id = :id AND state <> 'sent'""",
        {"id": delivery_id, "message_id": message_id, "at": to_text(at)},
    )
    if not touched:
        _existing(db, delivery_id)


def mark(db: Connection, delivery_id: int, mark: Mark) -> None:
    """Write down what became of a row that was not confirmed.

    A row already sent stays sent: a late answer must not make it go out again.
    """
    if mark.state in ("sending", "sent"):
        raise ValueError(f"use lease or mark_sent, not mark(state={mark.state!r})")
    touched = change(
        db,
        """
        UPDATE outbox SET state = :state, error = :error, updated_at = :at, lease_until = NULL,
            not_before = coalesce(:not_before, not_before), attempts = :attempts,
            possible_repeat = coalesce(:possible_repeat, possible_repeat),
            unknowns = coalesce(:unknowns, unknowns)
        WHERE id = :id AND state <> 'sent'""",
        {
            "id": delivery_id,
            "state": mark.state,
            "error": mark.error,
            "not_before": to_text_or_none(mark.not_before),
            "at": to_text(mark.at),
            "attempts": mark.attempts,
            "possible_repeat": None if mark.possible_repeat is None else int(mark.possible_repeat),
            "unknowns": mark.unknowns,
        },
    )
    if not touched:
        _existing(db, delivery_id)


def hasten_repeats(db: Connection, before: datetime, unknowns: int, now: datetime) -> int:
    """Make critical rows due that wait to be repeated since `before`; returns how many.

    Those with fewer than `unknowns` attempts of unknown outcome: the others were repeated often
    enough for now.
    """
    return change(
        db,
        """
        UPDATE outbox SET not_before = :now
        WHERE state = 'pending' AND queue = 0 AND possible_repeat = 1
            AND unknowns < :unknowns AND updated_at <= :before AND not_before > :now""",
        {"before": to_text(before), "unknowns": unknowns, "now": to_text(now)},
    )


def release_expired_leases(db: Connection, now: datetime) -> list[Delivery]:
    """Rows being sent whose lease ended: their outcome is unknown from now on."""
    return _release(db, now, "lease_until <= :now")


def release_all_leases(db: Connection, now: datetime) -> list[Delivery]:
    """At start, when no other instance runs: whatever was being sent is unknown."""
    return _release(db, now, "true")


def for_chat(db: Connection, chat_id: int, alert_id: int | None = None) -> list[Delivery]:
    """The chat's rows in every state, oldest first; of one alert if it is given."""
    if alert_id is None:
        rows = fetch(db, "SELECT * FROM outbox WHERE chat_id = :id ORDER BY id", {"id": chat_id})
    else:
        rows = fetch(
            db,
            """
            SELECT * FROM outbox WHERE alert_id = :alert AND chat_id = :id""",
            {"id": chat_id, "alert": alert_id},
        )
        rows.sort(key=lambda row: (row["version"], row["id"]))
    return [delivery_of(row) for row in rows]


def counts(db: Connection) -> dict[str, int]:
    """How many rows are in each state, zeros included; what a catch-up line tells counts as
    `folded` and not as expired. What is over is counted as it happens, by triggers."""
    rows = fetch(
        db,
        """
        SELECT 'pending' AS state, (SELECT count(*) FROM outbox WHERE state = 'pending')
            + (SELECT coalesce(sum(chats), 0) FROM outbox_lots) AS n
        UNION ALL SELECT 'sending', count(*) FROM outbox WHERE state = 'sending'
        UNION ALL SELECT 'unknown', count(*) FROM outbox WHERE state = 'unknown'
        UNION ALL SELECT 'failed', count(*) FROM outbox WHERE state = 'failed'
        UNION ALL SELECT 'paused', count(*) FROM outbox WHERE state = 'paused'
        UNION ALL SELECT state, rows FROM outbox_over""",
    )
    return {row["state"]: int(row["n"]) for row in rows}


# What rows of one message for many chats have in common.
_MESSAGE = tuple(name for name in NewDelivery._fields if name not in Recipient._fields)
_alike = itemgetter(*map(NewDelivery._fields.index, _MESSAGE))

# One statement for all chats: one for each takes several times as long. Few chats are forums, and a
# list of lists takes longer to read than one of numbers.
_ENQUEUE = """
    INSERT INTO outbox (alert_id, chat_id, thread_id, kind, version, key, state, level,
        not_before, text, possible_repeat, mute_id, created_at, updated_at)
    SELECT :alert_id, {recipient}, :kind, :version, :key, :state,
        :level, :not_before, :text, :possible_repeat, :mute_id, :at, :at
    FROM json_each(:recipients) each WHERE true
    ON CONFLICT DO NOTHING"""
# Of alerts a new version for very many chats; nobody has it yet.
_IN_LOTS = ("alert", "update")
_OF_A_LOT = ("alert_id", "kind", "version", "level", "not_before", "possible_repeat")
_TO_CHATS = _ENQUEUE.format(recipient="each.value, CAST(NULL AS BIGINT)")
_TO_TOPICS = _ENQUEUE.format(
    recipient="""CAST(json_extract(each.value, '$[0]') AS BIGINT),
        CAST(json_extract(each.value, '$[1]') AS BIGINT)"""
)


def _enqueue_alike(db: Connection, rows: Sequence[NewDelivery], now: datetime | None) -> int:
    chats = [row.chat_id for row in rows if row.thread_id is None]
    topics = [(row.chat_id, row.thread_id) for row in rows if row.thread_id is not None]
    first, at, added = rows[0], now or rows[0].not_before, 0
    if len(chats) > lots.SIZE and first.kind in _IN_LOTS and first.mute_id is None:
        values = _values(first, numbers(()), at)
        common = {name: values[name] for name in _OF_A_LOT}
        lots.put(db, chats, common | {"created_at": to_text(at)})
        added, chats = len(chats), []
    if chats:
        added += change(db, _TO_CHATS, _values(rows[0], numbers(chats), at))
    if topics:
        added += change(db, _TO_TOPICS, _values(rows[0], many(topics), at))
    return added


def add(db: Connection, row: NewDelivery, at: datetime) -> int | None:
    """Add one row, created `at`; its id, None when it is there already."""
    values = _values(row, many([(row.chat_id, row.thread_id)]), at)
    added = fetch_one(db, f"{_TO_TOPICS} RETURNING id", values)
    return None if added is None else int(added["id"])


def _values(row: NewDelivery, recipients: Many, at: datetime) -> Row:
    if row.state not in ("pending", "paused"):  # what is over is counted when it comes to that
        raise ValueError(f"a row that is {row.state} cannot be owed")
    key = row.key
    if row.alert_id is None and not key:
        key = hashlib.sha256(f"{to_text(at)} {row.text}".encode()).hexdigest()[:16]
    return dict(zip(_MESSAGE, _alike(row), strict=True)) | {
        "recipients": recipients,
        "key": key,
        "not_before": to_text(row.not_before),
        "possible_repeat": int(row.possible_repeat),
        "at": to_text(at),
    }


def _release(db: Connection, now: datetime, condition: str) -> list[Delivery]:
    ids = [
        row["id"]
        for row in fetch(
            db,
            f"""
            UPDATE outbox SET state = 'unknown', lease_until = NULL, updated_at = :now,
                error = 'no answer before the lease ended'
            WHERE state = 'sending' AND {condition} RETURNING id""",  # noqa: S608 our own words
            {"now": to_text(now)},
        )
    ]
    rows = fetch(
        db,
        "SELECT * FROM outbox WHERE id IN (SELECT value FROM json_each(:ids)) ORDER BY id",
        {"ids": numbers(ids)},
    )
    return [delivery_of(row) for row in rows]


def _existing(db: Connection, delivery_id: int) -> Delivery:
    delivery = get(db, delivery_id)
    if delivery is None:
        raise KeyError(f"no delivery {delivery_id}")
    return delivery
