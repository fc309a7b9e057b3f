"""The queue from which workers take feeds: Procrastinate's tables, in a schema of their own.

Procrastinate says its tables without a schema, so whoever speaks to it has ours first in the
search path: its own connections always, one of ours for the one statement that puts jobs in.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.schema import SchemaManager
from psycopg.conninfo import conninfo_to_dict

from storage.connection import Connection
from storage.file.errors import StorageTooNew
from storage.postgres.connection import PostgresConnection, connect
from storage.postgres.errors import translate
from storage.postgres.schema import SCHEMA_LOCK
from storage.rows import change, many

SCHEMA = "marsad_queue"
QUEUE = "feeds"
POLL_FEED = "poll_feed"
# One listens, one beats and fetches, the others end jobs.
CONNECTIONS = 4


def connector(url: str) -> PsycopgConnector:
    """How Procrastinate reaches its tables."""
    # What the URL says of options must stand.
    options = conninfo_to_dict(url).get("options") or ""
    return PsycopgConnector(
        conninfo=url,
        kwargs={
            "options": f"{options} -c search_path={SCHEMA}".strip(),
            "application_name": "marsad",
            "connect_timeout": 10,
        },
        min_size=1,
        max_size=CONNECTIONS,
        timeout=20,
    )


def prepare(url: str) -> None:
    """Make the queue's tables, or bring them up to date, while nobody else does. Blocks.

    Raises StorageError, StorageTooNew where a newer Marsad made them.
    """
    try:
        db = connect(url)
        try:
            _prepare(db)
        finally:
            db.close()
    except psycopg.Error as error:
        known = translate(error)
        if known is None:
            raise
        raise known from error


def _prepare(db: PostgresConnection) -> None:
    db.run("BEGIN")
    try:
        # Until the commit: others who start at once wait here, and find all done.
        db.run(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})")
        # Asked first: IF NOT EXISTS needs the right to make one also where it is there.
        there: Any = db.run(f"SELECT to_regnamespace('{SCHEMA}') IS NOT NULL").fetchone()
        if not there[0]:
            db.run(f"CREATE SCHEMA {SCHEMA}")
        db.run(f"SET LOCAL search_path TO {SCHEMA}")
        db.run("CREATE TABLE IF NOT EXISTS marsad_queue_steps (name TEXT PRIMARY KEY)")
        done = {row[0] for row in db.run("SELECT name FROM marsad_queue_steps").fetchall()}
        steps = Path(SchemaManager.get_migrations_path()).glob("*.sql")
        known = {each.name: each for each in steps}
        if unknown := sorted(done - known.keys()):
            raise StorageTooNew(
                f"the queue was made by a newer version ({', '.join(unknown)}); update Marsad"
            )
        if not done:
            db.run(SchemaManager.get_schema())
        for name in sorted(known.keys() - done):
            if done:
                db.run(known[name].read_text(encoding="utf-8"))
            db.execute("INSERT INTO marsad_queue_steps (name) VALUES (:name)", {"name": name})
        db.run("COMMIT")
    except BaseException:
        db.rollback()
        raise


def put_in(db: Connection, polls: Sequence[tuple[str, int]]) -> int:
    """Queue a poll of each feed (its id, and how many polls were stored of it), in the caller's
    transaction. One that waits already is not queued twice. Returns how many were."""
    jobs = [json.dumps({"feed_id": feed_id, "polls": count}) for feed_id, count in polls]
    db.execute(f"SET LOCAL search_path TO {SCHEMA}")
    queued = change(
        db,
        f"""
        WITH asked AS (
            SELECT CAST(value AS jsonb) AS args,
                '{POLL_FEED}:' || (CAST(value AS jsonb) ->> 'feed_id') AS queueing_lock
            FROM unnest(:jobs) AS value)
        SELECT procrastinate_defer_jobs_v1(ARRAY[CAST(
            ROW('{QUEUE}', '{POLL_FEED}', 0, NULL, queueing_lock, args, NULL)
            AS procrastinate_job_to_defer_v1)])
        FROM asked
        WHERE NOT EXISTS (
            SELECT 1 FROM procrastinate_jobs waiting
            WHERE waiting.queueing_lock = asked.queueing_lock AND waiting.status = 'todo')""",  # noqa: S608
        {"jobs": many(jobs)},
    )
    db.execute("SET LOCAL search_path TO DEFAULT")
    return queued


def waiting(db: Connection) -> dict[str, int]:
    """How many jobs there are in each state, by Procrastinate's names."""
    rows: Any = db.execute(
        f"SELECT status::text, count(*) FROM {SCHEMA}.procrastinate_jobs GROUP BY status"  # noqa: S608
    ).fetchall()
    return {str(status): int(count) for status, count in rows}
