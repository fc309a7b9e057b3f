"""Whatever the order in which news arrives."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.feeds.parse.entry import FeedEntry
from storage import alerts
from storage.file.database import connect, migrate
from storage.news import entries, stories
from storage.sending import outbox
from tests.bot.alerts.newsroom import URGENT, Newsroom, change, feed, item, of_its_own
from tests.storage.make import DAY, NOW, add_chat

READER = 1
# Three happenings: of the first two, texts that are told by several.
TOWNS = ("الفاشر", "نيالا", "تعز")
FAMILIES = ("enab", "sana", "wafa")


@contextmanager
def a_newsroom() -> Iterator[Newsroom]:
    """With one reader of all signals, from level alert."""
    with tempfile.TemporaryDirectory() as folder:
        connection = connect(Path(folder) / "marsad.sqlite")
        migrate(connection)
        newsroom = Newsroom(connection)
        add_chat(connection, READER, "siege", "evacuation")
        try:
            yield newsroom
        finally:
            connection.close()


def headline(town: int, signal: str, sign: str, urgent: bool) -> str:
    mark = f"{URGENT} " if urgent else ""
    return f"{mark}{sign} {signal} مدينة {TOWNS[town]} {of_its_own(town, 8)}".replace("  ", " ")


NEWS = st.lists(
    st.tuples(
        st.builds(
            headline,
            st.integers(0, 2),
            st.sampled_from(["حصار", "إخلاء"]),
            st.sampled_from(["", "رفع", "نفى"]),
            st.booleans(),
        ),
        st.sampled_from(FAMILIES),
    ),
    min_size=1,
    max_size=7,
    unique=True,
)


@settings(max_examples=60, deadline=None)
@given(NEWS)
def test_no_critical_story_stays_untold(news: Sequence[tuple[str, str]]) -> None:
    """Whatever was told, lifted or denied before it, and by whom."""
    with a_newsroom() as newsroom:
        db = newsroom.db
        for minute, (title, family) in enumerate(news):
            newsroom.says(title, family=family, now=NOW + timedelta(minutes=minute))
        for entry in entries.recent(db, NOW - DAY, 100):
            assert entry.id is not None
            if URGENT not in entry.title:
                continue
            story = stories.of_entry(db, entry.id)
            assert story is not None
            told = [
                row.level
                for alert in alerts.for_story(db, story)
                for row in outbox.for_chat(db, READER, alert.id)
            ]
            assert "critical" in told, entry.title


def as_told(newsroom: Newsroom) -> list[object]:
    """Stories, and what readers get of them, without numbers that count rows."""
    db = newsroom.db
    by_story: dict[int, list[str]] = {}
    for entry in entries.recent(db, NOW - DAY, 100):
        story = stories.of_entry(db, entry.id or 0)
        if story is not None:
            by_story.setdefault(story, []).append(entry.title)
    cards = [
        (
            each.title,
            each.level,
            each.version,
            each.families,
            [(s.signal, s.direction, s.level) for s in each.signals],
            [p.place_id for p in each.places],
            [(f.what, f.first, f.latest, f.says) for f in each.figures],
            [(row.kind, row.version, row.level) for row in outbox.for_chat(db, READER, each.id)],
        )
        for story in by_story
        for each in alerts.for_story(db, story)
    ]
    return [sorted(map(sorted, by_story.values())), sorted(cards, key=str)]


BATCH = (
    item(headline(0, "حصار", "", False), f"سقط 12 قتيلا. {of_its_own(0, 30)}"),
    item(headline(0, "حصار", "", True), f"سقط 40 قتيلا. {of_its_own(0, 30)}"),
    item(headline(0, "إخلاء", "", False), f"سقط 12 قتيلا. {of_its_own(0, 30)}"),
    item(headline(1, "حصار", "رفع", False), of_its_own(1, 30)),
    item(headline(1, "حصار", "", False), of_its_own(1, 30), published_at=NOW - timedelta(hours=2)),
)


def polled(batch: Sequence[FeedEntry]) -> list[object]:
    with a_newsroom() as newsroom:
        newsroom.poll(feed(), [change(each) for each in batch])
        return as_told(newsroom)


def test_the_order_within_a_poll_changes_nothing() -> None:
    first = polled(BATCH)
    assert first[0] != [[each.title] for each in BATCH], "some of it belongs together"
    for batch in list(itertools.permutations(BATCH))[::9]:
        assert polled(batch) == first
