"""Each page and each question of the API over a year, as an operator opens it.

python -m bench.page [--entries 1000000] [--alerts 50000] [--keep FILE] [--runs 7] [--json]
"""

from __future__ import annotations

import asyncio
import resource
import statistics
import tempfile
import time
from datetime import UTC, timedelta
from pathlib import Path

import httpx

from bench.report import Figure, show
from bench.year import NOW, index, older, over_a_year
from bot.web.app import application
from bot.web.site import COOKIE, Site
from rules import load_gazetteer, load_rules
from storage.opening import open_database
from storage.readers import page_sessions, people
from storage.rows import fetch

OPERATOR = 900
LIMIT = 300.0
"""Milliseconds that a page may take."""


def paths(alert: int) -> list[str]:
    return [
        "/?days=7",
        "/?days=30&q=حلب",
        "/?days=30&q=حصار",
        f"/story/A{alert}",
        "/map?days=7",
        "/map?days=30",
        "/places",
        "/places?name=حلب",
        "/signals",
        "/feeds",
        "/rules",
        "/rules/siege",
        "/api/alerts?since=7d&limit=200",
        "/api/alerts?since=366d&place=Syria&limit=200",
        "/api/stories?since=30d",
        "/api/entries?since=30d",
        "/api/places?since=90d",
        "/api/signals?since=30d",
    ]


async def main() -> None:
    given = over_a_year(__doc__)
    gazetteer, rules = load_gazetteer(), load_rules()
    with tempfile.TemporaryDirectory(prefix="marsad-bench-") as folder:
        path = given.keep or Path(folder) / "marsad.sqlite"
        if not path.exists():
            older(path, given.entries, given.alerts, gazetteer, rules)
        database = await open_database(path)
        await index(database)
        site = Site(
            *(database, lambda: rules, tuple, UTC), gazetteer=lambda: gazetteer, clock=lambda: NOW
        )
        figures = await measured(site, given.runs)
        await database.close()
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures.append(Figure("held at the most, with rules and places", held, "MB"))
    show(f"page over {given.entries:,} entries", figures, as_json=given.json)


async def measured(site: Site, runs: int) -> list[Figure]:
    until = NOW + timedelta(days=7)
    key = await site.database.write(lambda db: page_sessions.begin(db, OPERATOR, "ar", until, NOW))
    payload = await site.database.write(lambda db: people.invite(db, "operator", until, NOW))
    await site.database.write(lambda db: people.accept(db, payload, OPERATOR, "", NOW))
    count = await site.database.read(lambda db: fetch(db, "SELECT count(*) AS n FROM alerts"))
    figures = []
    for path in paths(count[0]["n"] // 2):
        # Of its own: who opens so many pages in a second is asked to wait.
        transport = httpx.ASGITransport(application(site))
        async with httpx.AsyncClient(
            transport=transport,
            base_url="http://page.example",
            cookies={COOKIE: key},
            follow_redirects=True,
        ) as browser:
            taken = []
            for _ in range(runs + 1):
                started = time.perf_counter()
                answer = await browser.get(path)
                taken.append(1e3 * (time.perf_counter() - started))
                answer.raise_for_status()
            figures.append(
                Figure(f"{path} (first {taken[0]:.0f})", statistics.median(taken[1:]), "ms", LIMIT)
            )
    return figures


if __name__ == "__main__":
    asyncio.run(main())
