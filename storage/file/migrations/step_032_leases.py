"""Who does what only one process of several may do; of use where they share a server."""

from __future__ import annotations

from storage.connection import Connection


def m032_leases(db: Connection) -> None:
    # `ends`: seconds since 1970 by the server's clock. `owner` is a secret of the process
    # that holds it, `holder` says to people which that is.
    db.execute("""
        CREATE TABLE leases (
            name TEXT PRIMARY KEY,
            owner TEXT NOT NULL,
            holder TEXT NOT NULL,
            ends REAL NOT NULL
        ) STRICT""")


STEPS = (m032_leases,)
