"""The outbox: what is owed to which chat, and what became of it.

pending -> sending (leased) -> sent | unknown | failed | pending again; paused while the chat
cannot be reached; expired when another message stands for it, or when it is too late. A row that
is not sent, failed or expired is still owed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sqlite_utils import Database as Connection

from storage.rows import (
    Row,
    change,
    fetch,
    fetch_one,
    many,
    to_text,
    to_text_or_none,
)
from storage.sending.deliveries import STATES, Delivery, Mark, NewDelivery, Recipient, delivery_of

__all__ = ["STATES", "Delivery", "Mark", "NewDelivery", "Recipient"]


def enqueue(db: Connection, rows: Sequence[NewDelivery], now: datetime | None = None) -> int:
    """Add what is not there yet (alert, chat, topic, kind, version); returns how many were new.

    Created at `now`, otherwise at the row's own `not_before`. Only that uniqueness is
    forgiven: an unknown chat or alert raises sqlite3.IntegrityError.
    """
    return sum(
        _enqueue_alike(db, alike, list(those), now or alike.not_before)
        for alike, those in groupby(rows, key=_Alike.of)
    )


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
        {"until": to_text(until), "ids": many(ids)},
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
            not_before = ifnull(:not_before, not_before), attempts = :attempts,
            possible_repeat = ifnull(:possible_repeat, possible_repeat),
            unknowns = ifnull(:unknowns, unknowns)
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
        WHERE state = 'pending' AND level = 'critical' AND possible_repeat = 1
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
            SELECT * FROM outbox WHERE alert_id = :alert AND chat_id = :id
            ORDER BY version, id""",
            {"id": chat_id, "alert": alert_id},
        )
    return [delivery_of(row) for row in rows]


def recipients(db: Connection, alert_id: int) -> frozenset[Recipient]:
    """Who any version of the alert was queued for or sent to."""
    return _recipients(db, alert_id, STATES)


def reached(db: Connection, alert_id: int) -> frozenset[Recipient]:
    """Who was told of the alert, or will be: not those whose rows failed or expired."""
    return _recipients(db, alert_id, ("pending", "sending", "unknown", "sent"))


def told(db: Connection, alert_id: int) -> frozenset[Recipient]:
    """Who has a message of the alert, or one on its way."""
    return _recipients(db, alert_id, ("sending", "sent"))


def _recipients(db: Connection, alert_id: int, states: Collection[str]) -> frozenset[Recipient]:
    rows = fetch(
        db,
        """
        SELECT DISTINCT chat_id, thread_id FROM outbox
        WHERE alert_id = :id AND state IN (SELECT value FROM json_each(:states) each)""",
        {"id": alert_id, "states": many(states)},
    )
    return frozenset(Recipient(row["chat_id"], row["thread_id"]) for row in rows)


def forget_messages(db: Connection, chat_id: int) -> None:
    """The chat's message ids are worth nothing any more: they may be another message's."""
    db.execute("UPDATE outbox SET message_id = NULL WHERE chat_id = :id", {"id": chat_id})


def first_message(db: Connection, alert_id: int, recipient: Recipient) -> int | None:
    """The message that first told them of the alert, None when there is none yet."""
    row = fetch_one(
        db,
        """
        SELECT message_id FROM outbox
        WHERE alert_id = :alert AND chat_id = :chat AND thread_id IS :thread
            AND message_id IS NOT NULL
        ORDER BY version, id LIMIT 1""",
        {"alert": alert_id, "chat": recipient.chat_id, "thread": recipient.thread_id},
    )
    return None if row is None else int(row["message_id"])


def folded_count(db: Connection, catchup_id: int) -> int:
    """How many rows a catch-up stands for."""
    row = fetch_one(
        db, "SELECT count(*) AS n FROM outbox WHERE folded_into = :id", {"id": catchup_id}
    )
    return 0 if row is None else int(row["n"])


def counts(db: Connection) -> dict[str, int]:
    """How many rows are in each state, zeros included; what a catch-up line tells counts as
    `folded` and not as expired. What is over is counted as it happens, by triggers."""
    rows = fetch(
        db,
        """
        SELECT each.value AS state,
            (SELECT count(*) FROM outbox WHERE state = each.value) AS n
        FROM json_each(:states) each
        UNION ALL
        SELECT state, rows FROM outbox_over""",
        {"states": many([state for state in STATES if state not in ("sent", "expired")])},
    )
    return {row["state"]: int(row["n"]) for row in rows}


def unsent(db: Connection, limit: int) -> list[Delivery]:
    """What operators may want to try again: rows that failed, the newest first."""
    rows = fetch(
        db,
        """
        SELECT * FROM outbox WHERE state = 'failed' ORDER BY id DESC LIMIT :limit""",
        {"limit": limit},
    )
    return [delivery_of(row) for row in rows]


def held(db: Connection, limit: int) -> list[Delivery]:
    """Rows that wait for chats that cannot be reached."""
    rows = fetch(db, "SELECT * FROM outbox WHERE state = 'paused' LIMIT :limit", {"limit": limit})
    return [delivery_of(row) for row in rows]


def try_again(db: Connection, delivery_id: int, now: datetime) -> bool:
    """Make a row due that failed or is held; False when it is neither by now."""
    return bool(
        change(
            db,
            """
            UPDATE outbox SET state = 'pending', not_before = :now, updated_at = :now, attempts = 0
            WHERE id = :id AND state IN ('failed', 'paused')
                AND (SELECT state FROM chats WHERE id = chat_id) = 'active'""",
            {"id": delivery_id, "now": to_text(now)},
        )
    )


def drop(db: Connection, delivery_id: int, reason: str, now: datetime) -> bool:
    """Give a row up that is not sent; False for one that is on its way, sent or given up."""
    return bool(
        change(
            db,
            """
            UPDATE outbox SET state = 'expired', error = :reason, updated_at = :now
            WHERE id = :id AND state IN ('pending', 'failed', 'paused', 'unknown')""",
            {"id": delivery_id, "reason": reason, "now": to_text(now)},
        )
    )


def pause_chat(db: Connection, chat_id: int, now: datetime) -> int:
    """Hold the chat's pending rows; returns how many."""
    return change(
        db,
        """
        UPDATE outbox SET state = 'paused', updated_at = :now
        WHERE chat_id = :id AND state = 'pending'""",
        {"id": chat_id, "now": to_text(now)},
    )


def resume_chat(db: Connection, chat_id: int, now: datetime) -> int:
    """Make the chat's held rows pending again; returns how many."""
    return change(
        db,
        """
        UPDATE outbox SET state = 'pending', updated_at = :now
        WHERE chat_id = :id AND state = 'paused'""",
        {"id": chat_id, "now": to_text(now)},
    )


def move_chat(db: Connection, old_id: int, new_id: int) -> None:
    """Give the old chat's rows to the new one; where both have the same row, one is kept.

    The one kept is a sent one if there is one: nobody should read it twice. What was held for
    the old chat is due when the new one can be sent to.
    """
    ids: dict[str, object] = {"old": old_id, "new": new_id}
    _keep_one(db, "o.chat_id = :old AND n.chat_id = :new AND o.thread_id IS n.thread_id", ids)
    db.execute("UPDATE outbox SET chat_id = :new WHERE chat_id = :old", ids)
    db.execute(
        """
        UPDATE outbox SET state = 'pending' WHERE chat_id = :new AND state = 'paused'
            AND (SELECT state FROM chats WHERE id = :new) = 'active'""",
        ids,
    )


def move_topic(db: Connection, chat_id: int, thread_id: int) -> int:
    """A topic is gone: what it was told and is owed is the general one's; how much is owed.

    Its messages cannot be answered or edited any more.
    """
    ids: dict[str, object] = {"chat": chat_id, "thread": thread_id}
    _keep_one(
        db,
        """o.chat_id = :chat AND o.thread_id = :thread
            AND n.chat_id = :chat AND n.thread_id IS NULL""",
        ids,
    )
    rows = fetch(
        db,
        """
        UPDATE outbox SET thread_id = NULL, message_id = NULL
        WHERE chat_id = :chat AND thread_id = :thread RETURNING state""",
        ids,
    )
    return sum(1 for row in rows if row["state"] not in ("sent", "failed", "expired"))


def _keep_one(db: Connection, condition: str, ids: dict[str, object]) -> None:
    """Of rows `o` and `n` that are the same message, keep one: the sent one if there is one, for
    nobody should read it twice; else `n`."""
    for keep, drop, sent in (("o", "n", "o.state = 'sent'"), ("n", "o", "true")):
        rows = fetch(
            db,
            f"""
            SELECT {keep}.id AS kept, {drop}.id AS dropped FROM outbox o JOIN outbox n
                ON ifnull(o.alert_id, 0) = ifnull(n.alert_id, 0) AND o.kind = n.kind
                AND o.version = n.version AND o.key = n.key
            WHERE {condition} AND {sent}""",  # noqa: S608 our own words
            ids,
        )
        for row in rows:
            pair = {"kept": row["kept"], "dropped": row["dropped"]}
            db.execute("UPDATE outbox SET folded_into = :kept WHERE folded_into = :dropped", pair)
            db.execute("DELETE FROM outbox WHERE id = :dropped", pair)


def fold(db: Connection, reasons: Mapping[int, str], catchup: NewDelivery, at: datetime) -> int:
    """Tell these rows in one catch-up line instead: queue it, expire them; returns its id.

    `reasons` says for each row's id why it is in the line. Rows keep a reference to the
    catch-up, and count as owed until it is delivered. Raises ValueError for rows of another
    chat, or when none of them is owed any more.
    """
    rows = fetch(
        db,
        """
        SELECT o.id, o.chat_id FROM json_each(:ids) each CROSS JOIN outbox o ON o.id = each.value
        WHERE o.state IN ('pending', 'unknown', 'paused')""",
        {"ids": many(reasons)},
    )
    strangers = sorted({row["chat_id"] for row in rows} - {catchup.chat_id})
    if strangers:
        raise ValueError(
            f"a catch-up for chat {catchup.chat_id} cannot stand for rows of {strangers}"
        )
    if not rows:
        raise ValueError("nothing to fold: none of the rows is owed any more")
    catchup_id = _enqueue(db, catchup, at)
    if catchup_id is None:
        raise ValueError(f"the catch-up {catchup.key!r} of chat {catchup.chat_id} exists already")
    db.execute(
        """
        UPDATE outbox SET state = 'expired', updated_at = :at, folded_into = :catchup,
            error = 'in catch-up ' || :catchup || ': ' || chosen.reason
        FROM (SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS reason
            FROM json_each(:chosen)) AS chosen
        WHERE outbox.id = chosen.id""",
        {
            "chosen": many([[row["id"], reasons[row["id"]]] for row in rows]),
            "catchup": catchup_id,
            "at": to_text(at),
        },
    )
    return catchup_id


def expire_held(db: Connection, created_before: datetime, at: datetime) -> dict[int, int]:
    """Give up rows held for chats that stayed unreachable this long; how many, by chat.

    Rows of unknown outcome too: such a chat gets no catch-up that could stand for them.
    """
    rows = fetch(
        db,
        """
        UPDATE outbox SET state = 'expired', error = 'the chat stayed paused', updated_at = :at
        WHERE created_at < :before AND (state = 'paused' OR (state = 'unknown'
            AND chat_id IN (SELECT id FROM chats WHERE state = 'paused')))
        RETURNING chat_id""",
        {"before": to_text(created_before), "at": to_text(at)},
    )
    return dict(Counter(row["chat_id"] for row in rows))


class _Alike(NamedTuple):
    """What rows of one message for many chats have in common."""

    alert_id: int | None
    kind: str
    version: int
    key: str
    state: str
    level: str
    not_before: datetime
    text: str | None
    possible_repeat: bool
    mute_id: int | None

    @classmethod
    def of(cls, row: NewDelivery) -> _Alike:
        return cls(
            *(row.alert_id, row.kind, row.version, row.key, row.state, row.level),
            *(row.not_before, row.text, row.possible_repeat, row.mute_id),
        )


# One statement for all chats: one for each takes several times as long.
_ENQUEUE = """
    INSERT INTO outbox (alert_id, chat_id, thread_id, kind, version, key, state, level,
        not_before, text, possible_repeat, mute_id, created_at, updated_at)
    SELECT :alert_id, json_extract(each.value, '$[0]'), json_extract(each.value, '$[1]'), :kind,
        :version, :key, :state, :level, :not_before, :text, :possible_repeat, :mute_id, :at, :at
    FROM json_each(:recipients) each WHERE true
    ON CONFLICT (ifnull(alert_id, 0), chat_id, ifnull(thread_id, 0), kind, version, key)
    DO NOTHING"""


def _enqueue_alike(db: Connection, alike: _Alike, rows: Sequence[NewDelivery], at: datetime) -> int:
    return change(db, _ENQUEUE, _values(alike, [(row.chat_id, row.thread_id) for row in rows], at))


def _enqueue(db: Connection, row: NewDelivery, at: datetime) -> int | None:
    values = _values(_Alike.of(row), [(row.chat_id, row.thread_id)], at)
    added = fetch_one(db, f"{_ENQUEUE} RETURNING id", values)
    return None if added is None else int(added["id"])


def _values(alike: _Alike, recipients: Sequence[tuple[int, int | None]], at: datetime) -> Row:
    key = alike.key
    if alike.alert_id is None and not key:
        key = hashlib.sha256(f"{to_text(at)} {alike.text}".encode()).hexdigest()[:16]
    return alike._asdict() | {
        "recipients": many(recipients),
        "key": key,
        "not_before": to_text(alike.not_before),
        "possible_repeat": int(alike.possible_repeat),
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
        {"ids": many(ids)},
    )
    return [delivery_of(row) for row in rows]


def _existing(db: Connection, delivery_id: int) -> Delivery:
    delivery = get(db, delivery_id)
    if delivery is None:
        raise KeyError(f"no delivery {delivery_id}")
    return delivery
