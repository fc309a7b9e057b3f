"""What is owed now, as a look at the outbox reads it: through indexes, a few rows of each chat.

The cost follows the number of chats, however many rows wait in them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from storage.connection import Connection
from storage.rows import fetch, from_text, numbers, to_text, to_text_or_none
from storage.sending.deliveries import Delivery, delivery_of

ALL_LOOKED_AT = 1_000
"""Up to so many chats, a look reads of each of them."""
WALKED = (120, 1_000, 8_000)
"""Rows that are looked through for the chats whose turn it is, before all chats are."""
ENOUGH = 60
"""So many chats that may be sent to are more than go out in one second."""


def whose_turn(db: Connection, now: datetime, slow: Collection[int] = ()) -> frozenset[int] | None:
    """The chats that have waited longest with something that may be sent to them now, more than go
    out at once; None where there are few chats, or where most that waits is held back: then all
    are to be looked at.

    `slow` are those that must wait for their own pace: they make none of the others wait.
    """
    many_chats = fetch(db, "SELECT id FROM chats LIMIT 1 OFFSET :most", {"most": ALL_LOOKED_AT})
    if not many_chats:
        return None
    found: set[int] = set()
    for queue in (0, 1, 2):
        for most in WALKED:
            walked = fetch(db, _WALK, {"queue": queue, "now": to_text(now), "most": most})
            free = {row["chat_id"] for row in walked if row["free"]}
            found |= free
            if len(walked) < most or len(free.difference(slow)) >= ENOUGH:
                break
        else:
            return None
    return frozenset(found)


_WALK = """
    SELECT w.chat_id, c.state = 'active' AND coalesce(c.blocked_until, '') <= :now
        AND (w.queue = 0 OR (w.queue = 1 AND w.kind = 'notice')
            OR max(coalesce(c.muted_until, ''), coalesce(c.quiet_until, '')) <= :now)
        AND (w.queue = 0 OR w.attempts > 0 OR NOT EXISTS (SELECT 1 FROM outbox r
            WHERE r.chat_id = w.chat_id AND r.state = 'pending' AND r.attempts > 0
                AND r.queue IN (0, 2) AND r.not_before > :now AND r.possible_repeat = 0)) AS free
    FROM (SELECT chat_id, queue, kind, attempts FROM outbox
        WHERE state = 'pending' AND queue = :queue AND not_before <= :now
        ORDER BY not_before LIMIT :most) w CROSS JOIN chats c ON c.id = w.chat_id"""


def ready(
    db: Connection,
    now: datetime,
    limit: int,
    *,
    news_since: datetime | None = None,
    critical_since: datetime | None = None,
    chat_ids: Collection[int] | None = None,
) -> list[Delivery]:
    """The next rows of each chat (None: all) that may be sent to now: pending and due, in order.

    The chat must be active and Telegram must not hold it back. Of each of a chat's queues
    (critical, notices and lines, all other alerts) at most `limit` rows: the cost of a look
    follows the number of chats, not of rows. What fell due before `news_since`, or
    `critical_since` if critical, hides nothing younger: it counts apart, by the same limit.

    What was tried already is always among them. Behind an alert that waits to be tried again
    nothing but critical ones is ready. In a muted chat, and in quiet hours, only what is critical
    is, and notices; what was held back until their end hides nothing younger either.

    Rows whose lease ran out are not here: their outcome is unknown, see
    `release_expired_leases`.
    """
    held = "max(coalesce(c.muted_until, ''), coalesce(c.quiet_until, ''))"
    of = "chats c"
    if chat_ids is not None:
        of = "json_each(:ids) each CROSS JOIN chats c ON c.id = each.value"
    rows = fetch(
        db,
        f"""
        WITH part (queue, after, until, mute) AS (VALUES
            (0, :critical_since, :now, ''), (0, '', :critical_since, ''), (1, '', :now, ''),
            (2, :news_since, :now, 'after'), (2, :news_since, :now, 'before'),
            (2, '', :news_since, ''))
        SELECT o.* FROM {of} CROSS JOIN part p CROSS JOIN outbox o
        WHERE c.state = 'active' AND (c.blocked_until IS NULL OR c.blocked_until <= :now)
            AND (p.queue < 2 OR {held} <= :now)
            AND NOT (p.queue > 0 AND EXISTS (SELECT 1 FROM outbox r
                WHERE r.chat_id = c.id AND r.state = 'pending' AND r.attempts > 0
                    AND r.queue IN (0, 2) AND r.not_before > :now AND r.possible_repeat = 0))
            AND o.id IN (SELECT w.id FROM outbox w
                WHERE w.chat_id = c.id AND w.state = 'pending' AND w.queue = p.queue
                    AND w.not_before > CASE p.mute WHEN 'after'
                        THEN max(p.after, {held}) ELSE p.after END
                    AND w.not_before <= CASE p.mute WHEN 'before'
                        THEN min(p.until, {held}) ELSE p.until END
                    AND (p.queue <> 1 OR w.kind = 'notice'
                        OR {held} <= :now)
                ORDER BY w.not_before, w.id LIMIT :limit)
        UNION ALL
        SELECT o.* FROM {of} CROSS JOIN (VALUES (0), (1), (2)) p CROSS JOIN outbox o
        WHERE c.state = 'active' AND (c.blocked_until IS NULL OR c.blocked_until <= :now)
            AND (p.column1 < 2 OR {held} <= :now)
            AND o.id IN (SELECT w.id FROM outbox w
                WHERE w.chat_id = c.id AND w.state = 'pending' AND w.attempts > 0
                    AND w.queue = p.column1 AND w.not_before <= :now
                    AND (p.column1 <> 1 OR w.kind = 'notice'
                        OR {held} <= :now)
                ORDER BY w.not_before, w.id LIMIT :limit)""",  # noqa: S608 our own words
        {
            "now": to_text(now),
            "limit": limit,
            "news_since": to_text_or_none(news_since) or "",
            "critical_since": to_text_or_none(critical_since) or "",
        }
        | ({} if chat_ids is None else {"ids": numbers(chat_ids)}),
    )
    found = {row["id"]: row for row in rows}
    return sorted((delivery_of(row) for row in found.values()), key=_in_order)


def backlog(
    db: Connection, chat_id: int, now: datetime, limit: int, *, critical_only: bool = False
) -> list[Delivery]:
    """The chat's due alerts in their order: at most `limit` critical ones and `limit` others."""
    rows = [
        row
        for queue in ((0,) if critical_only else (0, 2))
        for row in fetch(
            db,
            """
            SELECT * FROM outbox
            WHERE chat_id = :id AND state = 'pending' AND queue = :queue AND not_before <= :now
            ORDER BY not_before, id LIMIT :limit""",
            {"id": chat_id, "queue": queue, "now": to_text(now), "limit": limit},
        )
    ]
    return sorted((delivery_of(row) for row in rows), key=_in_order)


def crowded(db: Connection, chat_ids: Collection[int], now: datetime, number: int) -> set[int]:
    """Those of the chats in which more than `number` alerts that are not critical are due."""
    rows = fetch(
        db,
        """
        SELECT each.value AS chat_id FROM json_each(:ids) each
        WHERE EXISTS (SELECT 1 FROM outbox w
            WHERE w.chat_id = each.value AND w.state = 'pending' AND w.queue = 2
                AND w.not_before <= :now LIMIT 1 OFFSET :number)""",
        {"ids": numbers(chat_ids), "now": to_text(now), "number": number},
    )
    return {row["chat_id"] for row in rows}


def later_versions(db: Connection, ids: Collection[int], now: datetime) -> list[Delivery]:
    """What is due of the same alerts in the same topics, in later versions than these rows."""
    rows = fetch(
        db,
        """
        SELECT DISTINCT n.* FROM json_each(:ids) each CROSS JOIN outbox o ON o.id = each.value
        CROSS JOIN outbox n ON n.alert_id = o.alert_id AND n.chat_id = o.chat_id
            AND n.thread_id IS o.thread_id
        WHERE n.version > o.version AND n.state = 'pending' AND n.not_before <= :now""",
        {"ids": numbers(ids), "now": to_text(now)},
    )
    return sorted((delivery_of(row) for row in rows), key=_in_order)


def unknown(
    db: Connection, limit: int = 1000, chat_ids: Collection[int] | None = None
) -> list[Delivery]:
    """Rows whose outcome is unknown, oldest first: of each chat (None: all) at most `limit`."""
    chosen = _IN_DOUBT if chat_ids is None else "SELECT value FROM json_each(:ids)"
    rows = fetch(
        db,
        f"""
        WITH RECURSIVE chosen (id) AS ({chosen})
        SELECT o.* FROM chosen c CROSS JOIN outbox o
        WHERE o.id IN (SELECT u.id FROM outbox u WHERE u.chat_id = c.id AND u.state = 'unknown'
            ORDER BY u.id LIMIT :limit)""",  # noqa: S608 our own words
        {"limit": limit} | ({} if chat_ids is None else {"ids": numbers(chat_ids)}),
    )
    return sorted((delivery_of(row) for row in rows), key=lambda delivery: delivery.id)


# From one chat to the next in the index: costs what those cost that have such a row. The planner
# would sort all of them instead.
_NEXT_IN_DOUBT = """
    SELECT n.chat_id FROM outbox n INDEXED BY outbox_unknown
    WHERE n.state = 'unknown' AND n.chat_id > {than} ORDER BY n.chat_id LIMIT 1"""
_IN_DOUBT = f"""
    SELECT ({_NEXT_IN_DOUBT.format(than="-9223372036854775808")})
    UNION ALL SELECT ({_NEXT_IN_DOUBT.format(than="chosen.id")})
        FROM chosen WHERE chosen.id IS NOT NULL"""  # noqa: S608 our own words


def last_lines(db: Connection, chat_ids: Collection[int]) -> dict[int, datetime]:
    """When the latest catch-up line of each chat was made, for those that had one."""
    rows = fetch(
        db,
        """
        SELECT each.value AS chat_id, (SELECT max(created_at) FROM outbox
            WHERE chat_id = each.value AND kind = 'catchup') AS at
        FROM json_each(:ids) each""",
        {"ids": numbers(chat_ids)},
    )
    return {row["chat_id"]: from_text(row["at"]) for row in rows if row["at"] is not None}


def _in_order(delivery: Delivery) -> tuple[bool, bool, datetime, int]:
    """Critical first, then what was tried already, then as they fell due."""
    tried = delivery.attempts > 0
    return delivery.level != "critical", not tried, delivery.not_before, delivery.id
