"""The shape of a PostgreSQL database: one baseline, then the same steps as the file's."""

from __future__ import annotations

from importlib import resources
from typing import Any

from storage.file.errors import StorageDamaged, StorageError, StorageTooNew
from storage.file.migrations import STEPS
from storage.postgres.connection import PostgresConnection

OLDEST_SERVER = 150_000
BASELINE = "m030_scale"
"""The baseline is what the file is after this step; later ones speak to both."""
_PARTS = ("functions", "tables", "indexes", "triggers")


def migrate(db: PostgresConnection) -> None:
    """Make what is missing, all or none, while nobody else does. Raises StorageTooNew for a
    database of a newer Marsad, StorageDamaged for one that holds other tables."""
    version = db.conn.info.server_version
    if version < OLDEST_SERVER:
        raise StorageError(f"PostgreSQL {version // 10_000} is too old; Marsad needs 15 or newer")
    db.run("BEGIN")
    try:
        db.run(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})")
        _apply(db)
        db.run("COMMIT")
    except BaseException:
        db.rollback()
        raise


SCHEMA_LOCK = 0x6D617273
"""Held by who changes the shape; `WRITE_LOCK` by who writes."""
WRITE_LOCK = SCHEMA_LOCK + 1


def applied(db: PostgresConnection) -> list[str]:
    """The steps that a database has; [] for one that is none of Marsad's."""
    there = db.run("SELECT to_regclass('marsad_steps') IS NOT NULL").fetchone()
    if not there or not there[0]:
        return []
    return [row[0] for row in db.run("SELECT name FROM marsad_steps ORDER BY id").fetchall()]


def _apply(db: PostgresConnection) -> None:
    done = applied(db)
    names = [step.__name__ for step in STEPS]
    unknown = [name for name in done if name not in names]
    if unknown:
        raise StorageTooNew(
            f"the database was written by a newer version (steps {', '.join(unknown)}); "
            "update Marsad"
        )
    if not done:
        _make(db)
        done = names[: names.index(BASELINE) + 1]
        for name in done:
            _note(db, name)
    for step in STEPS:
        if step.__name__ not in done:
            said: Any = db
            step(said)
            _note(db, step.__name__)


def _make(db: PostgresConnection) -> None:
    found = db.run(
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()"
    ).fetchone()
    if found and found[0]:
        raise StorageDamaged(
            "the database holds tables of another program; give Marsad a database of its own"
        )
    db.run(
        "CREATE TABLE marsad_steps (id BIGINT GENERATED ALWAYS AS IDENTITY, name TEXT PRIMARY KEY)"
    )
    for part in _PARTS:
        file = resources.files("storage.postgres") / "baseline" / f"{part}.sql"
        db.run(file.read_text(encoding="utf-8"))


def _note(db: PostgresConnection, name: str) -> None:
    db.execute("INSERT INTO marsad_steps (name) VALUES (:name)", {"name": name})
