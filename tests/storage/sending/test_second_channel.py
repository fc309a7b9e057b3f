"""What goes by the second channel is data: queued once, sent once, and carried over."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage import decisions
from storage.connection import Connection
from storage.decisions import Decision
from storage.file.database import connect, migrate
from storage.sending import second_channel
from tests.storage.make import DAY, HOUR, NOW, add_alert, bump


def test_a_notice_is_queued_once_for_its_key_and_sent_once(db: Connection) -> None:
    assert second_channel.enqueue(db, "feed:a", "t", "b", NOW)
    assert not second_channel.enqueue(db, "feed:a", "t", "b", NOW + HOUR)
    assert second_channel.enqueue(db, "", "t", "1", NOW)
    assert second_channel.enqueue(db, "", "t", "2", NOW), "no key, always another"
    assert second_channel.pending(db, NOW + HOUR) == []
    first, *rest = second_channel.pending(db, NOW)
    second_channel.mark_sent(db, first.id, NOW)
    assert second_channel.pending(db, NOW) == rest
    with pytest.raises(KeyError):
        second_channel.mark_sent(db, 404, NOW)


def test_critical_alerts_are_those_of_a_version_not_yet_sent(db: Connection) -> None:
    add_alert(db)
    add_alert(db, level="critical", audience="operators")
    add_alert(db, level="critical", at=NOW - DAY)
    alert = add_alert(db, level="critical")
    assert [each.id for each in second_channel.critical_alerts(db, NOW)] == [alert.id]
    second_channel.record_alert(db, alert, NOW)
    second_channel.record_alert(db, alert, NOW + HOUR)
    assert second_channel.critical_alerts(db, NOW) == []
    assert second_channel.alert_sent_at(db, alert.id) == NOW
    newer = bump(db, alert, NOW + HOUR, level="critical")
    assert second_channel.critical_alerts(db, NOW) == [newer]


def test_what_an_older_version_had_sent_is_not_sent_again(tmp_path: Path) -> None:
    db = connect(tmp_path / "released.sqlite")
    migrate(db)
    # As it was before that step: rows are written by today's code, which needs today's tables.
    db.execute("DROP TABLE second_channel")
    db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm005_second_channel'")
    twice, never = add_alert(db, level="critical"), add_alert(db, level="critical")
    for version in (1, 2):
        decisions.record(db, _sent(twice.entry_id, twice.id, version))
    decision = Decision(never.entry_id, never.id, "siege", "send", "first-telling", "r", NOW, "x")
    decisions.record(db, decision)
    newer = bump(db, twice, level="critical")
    migrate(db)
    assert newer.version == 2
    assert [each.id for each in second_channel.critical_alerts(db, NOW)] == [never.id]
    assert second_channel.alert_sent_at(db, twice.id) == NOW + 2 * HOUR
    assert decisions.of_alert(db, twice.id) == [], "they are no decisions"
    assert decisions.of_alert(db, never.id) == [decision]
    db.close()


def _sent(entry_id: int, alert_id: int, version: int) -> Decision:
    """How versions up to 0.1.0 noted it."""
    return Decision(
        entry_id=entry_id,
        alert_id=alert_id,
        signal="siege",
        action="send",
        reason=f"told by the second way: version {version}",
        rules_hash="r1",
        at=NOW + version * HOUR,
        direction="worsening",
    )
