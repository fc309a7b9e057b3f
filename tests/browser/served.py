"""The page over the demo's data, served on loopback from a thread of its own, and a browser."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from io import StringIO
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from rich.console import Console

from bot.cli.demo import FOLDER, sample_feeds, show
from bot.rules_in_force import shipped_places
from bot.settings import load_settings
from bot.wall_time import zone_of
from bot.web.server import PageServer
from bot.web.site import Site
from storage import alerts
from storage.connection import Connection
from storage.opening import open_database
from storage.readers import feedback, page_sessions, people

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser

    from rules import RuleSet

TOKEN = "1234567:not-a-real-token"
OPERATOR, VIEWER = 11, 12
# Files, details of an alert, a rule's file.
UNFOLDED = "for (const each of document.querySelectorAll('details')) each.open = true"
CHROMIUM = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


@dataclass(frozen=True, slots=True)
class Served:
    """Where the page is, and how people get in."""

    url: str
    now: datetime
    link: Callable[[int], str]


def without_browser() -> str:
    """Why no browser can be used here; '' where one can."""
    try:
        import playwright  # noqa: F401
    except ImportError:
        return "playwright is not installed"
    return "" if shutil.which("chromium") else "no chromium is installed (apt-get install chromium)"


@contextmanager
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield browser
        browser.close()


@contextmanager
def demo_page(folder: Path, now: datetime, rules: Callable[[], RuleSet]) -> Iterator[Served]:
    """Tell the demo's day, which ends then, into a database below `folder`, and serve it."""
    loop, ready, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    found: list[Served] = []
    failed: list[BaseException] = []

    async def serve() -> None:
        settings = load_settings(None, data_dir=folder, timezone="Asia/Damascus")
        console = Console(file=StringIO())
        await show(settings, feed=None, data_dir=folder, console=console, now=now)
        database = await open_database(folder / FOLDER / "marsad.sqlite")
        try:
            await database.write(partial(_people, now=now))
            _, catalogue = sample_feeds(folder / FOLDER)
            began = monotonic()
            site = Site(
                database,
                rules,
                lambda: catalogue,
                zone_of(None, settings.timezone),
                gazetteer=shipped_places,
                # Time passes, or who opens many pages in a row would have to wait at last.
                clock=lambda: now + timedelta(seconds=monotonic() - began),
                token=TOKEN,
            )
            server = PageServer(site, "127.0.0.1", 0)
            url = f"http://127.0.0.1:{server.port}"

            def link(person_id: int) -> str:
                until = now + timedelta(minutes=10)
                made = database.write(lambda db: page_sessions.make_link(db, person_id, until, now))
                key = asyncio.run_coroutine_threadsafe(made, loop).result(30)
                return f"{url}/sign-in?key={key}"

            found.append(Served(url, now, link))
            ready.set()
            await stop.wait()
            await server.close()
        finally:
            await database.close()

    def run() -> None:
        try:
            loop.run_until_complete(serve())
        except BaseException as error:  # told to who waits
            failed.append(error)
        finally:
            ready.set()
            loop.close()

    thread = threading.Thread(target=run, name="page")
    thread.start()
    ready.wait()
    try:
        if failed:
            raise failed[0]
        yield found[0]
    finally:
        if not loop.is_closed():
            loop.call_soon_threadsafe(stop.set)
        thread.join(30)


def _people(db: Connection, now: datetime) -> None:
    """One of each role, and what they think of some alerts."""
    people.admit(db, OPERATOR, "Noura", "operator", now)
    people.admit(db, VIEWER, "Sami", "viewer", now)
    for number, alert in enumerate(alerts.recent(db, None, now - timedelta(days=2), 8)):
        each = alert.gravest
        told = feedback.SeenSignal(each.signal, each.direction, each.level, each.entry_id)
        mark = feedback.FALSE if number % 4 == 3 else feedback.USEFUL
        feedback.mark(
            db,
            feedback.Mark(alert.id, VIEWER, "Sami", "viewer", VIEWER, mark, now, (told,)),
        )
