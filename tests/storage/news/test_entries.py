from __future__ import annotations

from dataclasses import replace

import pytest

from storage.connection import Connection
from storage.news import entries
from storage.rows import _many_rows
from tests.postgres import REFUSED
from tests.storage.make import HOUR, NOW, add_entry, add_feed, detection, entry


def test_an_entry_is_known_by_each_of_its_keys_in_its_feed_only(db: Connection) -> None:
    add_feed(db, "a")
    add_feed(db, "b")
    entry_id = entries.add(db, entry("a", content_hash="h"), ["guid:1", "link:x", "hash:h"])
    found = entries.known(db, "a", ["guid:1", "hash:h", "guid:2"])
    assert set(found) == {"guid:1", "hash:h"}
    assert found["guid:1"].id == entry_id
    assert (found["guid:1"].content_hash, found["guid:1"].last_seen_at) == ("h", NOW)
    assert entries.known(db, "b", ["guid:1"]) == {}


def test_a_hundred_thousand_keys_are_one_question(db: Connection) -> None:
    add_feed(db)
    entries.add(db, entry(), ["guid:77777"])
    assert set(entries.known(db, "feed", [f"guid:{n}" for n in range(100_000)])) == {"guid:77777"}


def test_a_reused_key_belongs_to_the_newest_entry(db: Connection) -> None:
    add_feed(db)
    entries.add(db, entry(), ["guid:1"])
    second = entries.add(db, entry(), ["guid:1"])
    assert entries.known(db, "feed", ["guid:1"])["guid:1"].id == second


def test_an_entry_comes_back_as_it_was_stored(db: Connection) -> None:
    add_feed(db)
    stored = entry(published_at=NOW - HOUR, updated_at=NOW, seeded=True, guid=None, link=None)
    entry_id = entries.add(db, stored, ["hash:1"])
    found = entries.get(db, entry_id)
    assert found is not None
    assert found.id == entry_id
    assert (found.published_at, found.seeded, found.guid) == (NOW - HOUR, True, None)
    assert entries.get(db, 404) is None


def test_an_update_keeps_when_the_entry_was_first_seen(db: Connection) -> None:
    entry_id = add_entry(db, seeded=True, published_at=NOW - HOUR)
    new = entry(title="جديد", first_seen_at=NOW + HOUR, content_hash="h2")
    entries.update(db, entry_id, new, ["hash:h2"], seen_at=NOW + HOUR)
    found = entries.get(db, entry_id)
    assert found is not None
    assert (found.title, found.first_seen_at, found.seeded) == ("جديد", NOW, True)
    assert found.published_at == NOW - HOUR, "an update without a date keeps the known one"
    known = entries.known(db, "feed", ["hash:h2"])["hash:h2"]
    assert (known.updates, known.last_seen_at) == (1, NOW + HOUR)
    entries.update(db, entry_id, new, [])
    assert entries.known(db, "feed", ["hash:h2"])["hash:h2"].updates == 2


def test_updating_an_unknown_entry_is_an_error(db: Connection) -> None:
    with pytest.raises(KeyError):
        entries.update(db, 404, entry(), [])


def test_seen_again_is_noted(db: Connection) -> None:
    first, second = add_entry(db, guid="1"), add_entry(db, guid="2")
    entries.touch(db, [first], NOW + HOUR)
    found = entries.known(db, "feed", ["guid:1", "guid:2"])
    assert found["guid:1"].last_seen_at == NOW + HOUR
    assert found["guid:2"].last_seen_at == NOW
    assert second == found["guid:2"].id


def test_recent_is_newest_first(db: Connection) -> None:
    old = add_entry(db, first_seen_at=NOW - HOUR)
    new = add_entry(db)
    assert [each.id for each in entries.recent(db, NOW - HOUR, 10)] == [new, old]
    assert [each.id for each in entries.recent(db, NOW, 10)] == [new]
    assert [each.id for each in entries.recent(db, NOW - HOUR, 1)] == [new]


def test_detections_come_back_as_stored_until_the_text_is_replaced(db: Connection) -> None:
    entry_id = add_entry(db)
    entries.add_detections(db, entry_id, detection())
    assert entries.detections_of(db, entry_id) == [detection()]
    entries.clear_detections(db, entry_id)
    assert entries.detections_of(db, entry_id) == []


@pytest.mark.parametrize(
    "wrong", [{"direction": "sideways"}, {"level": "urgent"}, {"evidence_json": "not json"}]
)
def test_a_detection_outside_the_words_is_refused(db: Connection, wrong: dict[str, str]) -> None:
    entry_id = add_entry(db)
    with pytest.raises(REFUSED):
        entries.add_detections(db, entry_id, detection(**wrong))


def test_the_statement_for_many_entries_is_written_once(db: Connection) -> None:
    """A hundred rows are two thousand values: their names take longer than the entries."""
    add_feed(db)
    _many_rows.cache_clear()
    for lot in range(5):
        entries.add_all(db, [(entry(guid=f"{lot}-{n}"), (f"guid:{lot}-{n}",)) for n in range(40)])
    assert _many_rows.cache_info().misses == 2  # entries, keys


def test_when_an_entry_was_read_stands_beside_when_it_was_seen(db: Connection) -> None:
    add_feed(db)
    for read in (None, NOW, NOW + HOUR):
        seen = replace(entry(first_seen_at=NOW), rules_hash="r", read_at=read)
        found = entries.get(db, entries.add(db, seen, ()))
        assert found is not None
        assert (found.first_seen_at, found.last_seen_at, found.read_at) == (NOW, NOW, read)
