"""Forgetting what is old, and nothing that is still owed to anyone or still in its feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database as Connection

from storage.rows import change, to_text


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows of each went."""

    entries: int
    alerts: int
    stories: int
    deliveries: int
    sends: int


# A folded row is owed as long as the catch-up that stands for it.
_OWED = """
    SELECT o.alert_id FROM outbox o LEFT JOIN outbox c ON c.id = o.folded_into
    WHERE o.alert_id IS NOT NULL
        AND (o.state IN ('pending', 'sending', 'unknown', 'paused')
            OR c.state IN ('pending', 'sending', 'unknown', 'paused'))"""


def purge(db: Connection, older_than: datetime) -> Purged:
    """Remove alerts last updated, and entries last seen, before then. The order matters: alerts
    (with their rows and decisions), then entries no alert's story needs, then empty stories.

    Kept whatever their age: alerts with an undelivered row and all that belongs to them, and
    entries of the latest document of their feed, which would otherwise come back as new.
    """
    moment = {"before": to_text(older_than)}
    alerts = change(
        db,
        f"DELETE FROM alerts WHERE updated_at < :before AND id NOT IN ({_OWED})",  # noqa: S608
        moment,
    )
    entries = change(
        db,
        """
        DELETE FROM entries WHERE last_seen_at < :before
            AND last_seen_at < (SELECT max(other.last_seen_at) FROM entries other
                WHERE other.feed_id = entries.feed_id)
            AND id NOT IN (SELECT s.entry_id FROM story_entries s
                JOIN alerts a ON a.story_id = s.story_id)
            AND id NOT IN (SELECT entry_id FROM alerts)""",
        moment,
    )
    stories = change(
        db,
        """
        DELETE FROM stories WHERE last_entry_at < :before
            AND id NOT IN (SELECT story_id FROM story_entries)
            AND id NOT IN (SELECT story_id FROM alerts)""",
        moment,
    )
    deliveries = change(
        db,
        """
        DELETE FROM outbox WHERE alert_id IS NULL AND updated_at < :before
            AND state IN ('sent', 'failed', 'expired')
            AND id NOT IN (SELECT folded_into FROM outbox WHERE folded_into IS NOT NULL)""",
        moment,
    )
    db.execute("DELETE FROM mutes WHERE until < :before", moment)
    db.execute("DELETE FROM place_reports WHERE last_at < :before", moment)
    db.execute("DELETE FROM escalations WHERE held_at < :before", moment)
    db.execute("DELETE FROM place_states WHERE at < :before", moment)
    db.execute("DELETE FROM second_channel WHERE updated_at < :before", moment)
    sends = change(db, "DELETE FROM sends WHERE at < :before", moment)
    return Purged(entries, alerts, stories, deliveries, sends)
