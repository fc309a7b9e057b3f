"""The page over a small database: few rules, invented alerts, a person of each role."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import httpx
import pytest

from bot.feeds.catalogue import Feed
from bot.web.app import application
from bot.web.metrics import Metrics
from bot.web.site import COOKIE, Site
from rules import RuleSet
from storage import alerts
from storage.connection import Connection
from storage.database import Database
from storage.news import stories
from storage.opening import open_database
from storage.readers import page_sessions, people
from tests.conftest import shipped_places
from tests.rules.few import load_few
from tests.storage.make import NOW, add_alert, add_entry
from tests.storage.test_finding import ALEPPO, NYALA

TOKEN = "1234567:not-a-real-token"
OPERATOR, ANALYST, VIEWER, STRANGER = 11, 12, 13, 14
HOSTILE = '<script>alert("x")</script> حصار'


@cache
def rules() -> RuleSet:
    with TemporaryDirectory() as empty:
        return load_few(Path(empty))


@dataclass
class Desk:
    """The page, and a browser that comes from elsewhere."""

    site: Site
    database: Database
    now: datetime

    def browser(
        self, address: str = "203.0.113.7", host: str = "page.example"
    ) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(application(self.site), client=(address, 50_000))
        return httpx.AsyncClient(transport=transport, base_url=f"http://{host}")

    async def signed_in(self, person_id: int, language: str = "en") -> httpx.AsyncClient:
        until = self.now + timedelta(days=1)
        key = await self.database.write(
            lambda db: page_sessions.begin(db, person_id, language, until, self.now)
        )
        browser = self.browser()
        browser.cookies.set(COOKIE, key)
        return browser

    def init_data(self, person_id: int, at: datetime | None = None, token: str = TOKEN) -> str:
        """What Telegram would sign."""
        user = json.dumps({"id": person_id, "first_name": "Noura", "language_code": "fr"})
        when = int((at or self.now).timestamp())
        values = {"auth_date": str(when), "query_id": "AAF", "user": user}
        lines = "\n".join(f"{name}={values[name]}" for name in sorted(values))
        secret = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
        signed = hmac.new(secret, lines.encode(), hashlib.sha256).hexdigest()
        return urlencode(values | {"hash": signed})


def fill(db: Connection) -> None:
    for person, role in ((OPERATOR, "operator"), (ANALYST, "analyst"), (VIEWER, "viewer")):
        people.admit(db, person, f"Person {person}", role, NOW)
    siege = add_alert(db, "siege", level="critical", title=HOSTILE, link="javascript:alert(1)")
    alerts.set_facts(db, siege.id, [ALEPPO], [])
    more = add_entry(db, "other", title="A second telling", link="https://news.example/second?a=1")
    stories.attach(db, siege.story_id, more, "other", NOW)
    flood = add_alert(db, "flood", level="watch", title="غمر الفيضان القرية")
    alerts.set_facts(db, flood.id, [NYALA], [])
    add_alert(db, "flood", audience="operators", title="Only for operators")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    database = await open_database(tmp_path / "marsad.sqlite")
    await database.write(fill)
    site = Site(
        database,
        rules,
        lambda: (Feed("feed", "عنب بلدي", "https://feed.example/rss"),),
        ZoneInfo("Asia/Damascus"),
        gazetteer=shipped_places,
        clock=lambda: NOW,
        token=TOKEN,
        metrics=Metrics(),
        problems=list,
    )
    yield Desk(site, database, NOW)
    await database.close()
