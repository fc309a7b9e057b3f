"""Which entries of a very long document are read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from heapq import nlargest

from bot.feeds.parse.entry import MAX_ENTRIES

# What is dated later than so far ahead has no date that could be believed.
_AHEAD = timedelta(days=1)


def chosen(
    dates: Sequence[str | None],
    now: datetime,
    limit: int = MAX_ENTRIES,
    *,
    both_ends: bool = False,
) -> list[int]:
    """The places, in order, of the entries to read: of those that are dated the newest, as some
    list the oldest first; of the others those that are listed first, or at `both_ends`. `dates` is
    as the document writes them.

    Neither kind takes more than half of what is read from the other: a few entries without a date,
    or many with one that lies, hide no news.
    """
    latest = (now + _AHEAD).timestamp()
    dated, others = dict[int, float](), list[int]()
    for place, date in enumerate(dates):
        at = instant(date)
        if at is None or at > latest:
            others.append(place)
        else:
            dated[place] = at
    room = min(len(others), max(limit // 2, limit - len(dated)))
    front = room // 2 if both_ends else room
    undated = [*others[:front], *others[len(others) - (room - front) :]]
    # Of one date, what is listed first.
    newest = nlargest(limit - room, dated, key=lambda place: (dated[place], -place))
    return sorted([*undated, *newest])


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
