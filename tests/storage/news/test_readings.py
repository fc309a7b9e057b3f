"""Entries with what was found in them, a page at a time."""

from __future__ import annotations

from datetime import timedelta

from storage.connection import Connection
from storage.news import entries, readings
from tests.storage.make import DAY, HOUR, NOW, add_entry, detection


def test_pages_hold_each_entry_once_newest_first_with_its_signals(db: Connection) -> None:
    # Two of each time: a page may end between them.
    stored = [add_entry(db, first_seen_at=NOW - timedelta(minutes=n // 2)) for n in range(7)]
    add_entry(db, first_seen_at=NOW - DAY)
    entries.add_detections(db, stored[3], detection(signal="siege"))
    entries.add_detections(db, stored[3], detection(signal="hunger"))
    since, last = NOW - HOUR, None
    assert readings.stored_since(db, since) == 7
    pages = []
    while page := readings.found_before(db, since, last, 2):
        pages.append(page)
        last = page[-1].entry
        # What comes meanwhile is newer, and in none.
        add_entry(db, first_seen_at=NOW + HOUR)
    found = [each for page in pages for each in page]
    assert [len(page) for page in pages] == [2, 2, 2, 1]
    assert [each.entry.id for each in found] == [stored[n] for n in (1, 0, 3, 2, 5, 4, 6)]
    signals = {each.entry.id: each.signals for each in found if each.signals}
    assert signals == {stored[3]: {"siege", "hunger"}}
