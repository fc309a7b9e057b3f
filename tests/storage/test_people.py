"""People, their roles, and where operators come from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage import people
from storage.database import Connection, Database

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


async def test_operators_come_from_the_settings_and_from_invitations(tmp_path: Path) -> None:
    def use(db: Connection) -> None:
        assert not people.has_operator(db)
        people.set_operators(db, (1, 2, -5), NOW)
        payload = people.invite(db, "operator", NOW + timedelta(days=1), NOW)
        people.accept(db, payload, 3, "ليلى", NOW)
        assert {each.id: each.role for each in people.everyone(db)} == dict.fromkeys(
            (1, 2, 3), "operator"
        )
        people.set_operators(db, (2, 3), NOW)
        people.set_operators(db, (2,), NOW)
        roles = {each.id: each.role for each in people.everyone(db)}
        assert roles == {1: "viewer", 2: "operator", 3: "operator"}
        assert people.remove(db, 3, NOW)
        assert not people.remove(db, 3, NOW)

    database = await Database.open(tmp_path / "marsad.sqlite")
    try:
        await database.write(use)
    finally:
        await database.close()
