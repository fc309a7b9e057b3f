"""A feed's state for tests: only what a test is about has to be said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage.news.feeds import FeedState

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def feed_state(**changes: object) -> FeedState:
    """A feed that was read before and does well at `NOW`."""
    values: dict[str, object] = {
        "id": "f",
        "url": "https://f.test/",
        "etag": None,
        "last_modified": None,
        "body_hash": None,
        "next_check_at": NOW,
        "last_checked_at": NOW,
        "last_success_at": NOW,
        "last_new_entry_at": NOW - timedelta(hours=1),
        "failures": 0,
        "error": None,
        "hint": None,
        "seeded": True,
        "held": False,
        "told_broken": False,
        "usual_gap_seconds": 3 * 3600.0,
        "polls": 100,
        "active": True,
    }
    return FeedState(**values | changes)  # type: ignore[arg-type]
