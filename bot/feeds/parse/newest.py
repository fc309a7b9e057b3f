"""Which entries of a very long document are read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from heapq import nlargest

from bot.feeds.parse.entry import MAX_ENTRIES


def chosen(dates: Sequence[str | None], limit: int = MAX_ENTRIES) -> list[int]:
    """The places, in order, of the entries to read: the newest when all are dated, as some
    list the oldest first; else the first. `dates` is as the document writes them."""
    known = [instant(date) for date in dates]
    if all(at is not None for at in known):
        # Of one date, what is listed first.
        places = nlargest(limit, range(len(known)), key=lambda place: (known[place], -place))
        return sorted(places)
    return list(range(min(limit, len(dates))))


def instant(text: str | None) -> float | None:
    """A date in one of the two common forms, to compare; None for what is neither."""
    text = (text or "").strip()
    try:
        at = datetime.fromisoformat(text) if text[:4].isdigit() else parsedate_to_datetime(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def left_out(listed: int, left: int) -> str:
    """The words for it."""
    return f"the document lists {listed} entries; {left} were left out, use a narrower feed"
