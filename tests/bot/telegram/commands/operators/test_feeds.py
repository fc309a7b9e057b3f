"""/feeds: looking, adding after a try, pausing, removing, OPML in and out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.feeds.catalogue import load_catalogue
from bot.feeds.fetch.outcome import Fetched, FetchFailed, FetchOutcome, FetchRequest
from bot.rules_in_force import RulesInForce
from storage.database import Database
from storage.news import feeds
from storage.readers import audit
from tests.bot.telegram.desk import FEEDS, OPERATOR, Office, office
from tests.conftest import shipped_rules
from tests.storage.make import NOW
from tests.telegram_server import TelegramServer

RSS = """<rss version="2.0"><channel><title>Wire</title>
<item><title>خبر أول</title><link>https://new.example/1</link><guid>1</guid></item>
</channel></rss>"""


class Shelf:
    """A retriever with one feed and one page."""

    async def fetch(self, request: FetchRequest, now: datetime) -> FetchOutcome:
        if "private" in request.url:
            return FetchFailed("address", "10.0.0.1 is not public", "remove the feed")
        body = (RSS if "rss" in request.url else "<html>hello</html>").encode()
        return Fetched(body, "hash", request.url, "text/xml", None, None)


@pytest.fixture
async def at_work(
    server: TelegramServer, database: Database, tmp_path: Path
) -> AsyncIterator[Office]:
    rules = RulesInForce(shipped_rules(), tmp_path / "own-rules", None, "")
    async with office(server, database, rules, tmp_path, retriever=Shelf()) as opened:
        await opened.ask(OPERATOR, "/start", language_code="en")
        yield opened


def names(office: Office) -> list[str]:
    return [feed.name for feed in load_catalogue(office.feeds_file)]


async def added(office: Office, words: str) -> str:
    before = len(office.server.sent_to(OPERATOR))
    await office.ask(OPERATOR, f"/feeds {words}")
    await office.server.next_message(OPERATOR, before + 1)
    return office.newest()


async def test_an_address_is_tried_and_added(at_work: Office) -> None:
    told = []

    async def take() -> None:
        told.append(names(at_work))

    at_work.desk.reloading.feeds = take
    answer = await added(at_work, "https://new.example/rss وكالة جديدة")
    assert "Added: وكالة جديدة" in answer and "خبر أول" in answer
    assert told == [["Relief Wire", "وكالة جديدة"]], "the service takes it over"
    assert at_work.feeds_file.read_text("utf-8").startswith(FEEDS)
    (act,) = await at_work.database.read(lambda db: audit.latest(db, 5))
    assert (act.action, act.what) == ("feed-added", "وكالة جديدة")


async def test_what_is_no_feed_is_not_added_and_the_reason_told(at_work: Office) -> None:
    assert "Not added" in await added(at_work, "https://new.example/page")
    assert "private network" in await added(at_work, "http://private.example/")
    assert "already" in await added(at_work, "https://relief.example/rss/")
    assert "password" in await added(at_work, "https://a:b@new.example/rss")
    assert names(at_work) == ["Relief Wire"]
    assert "whole address" in await at_work.ask(OPERATOR, "/feeds weather")


async def test_a_feed_is_paused_at_once_and_removed_by_two_taps(at_work: Office) -> None:
    def polled(db: object) -> None:
        pairs = [("relief-wire", "https://relief.example/rss")]
        feeds.sync(db, pairs, NOW)  # type: ignore[arg-type]

    await at_work.database.write(polled)
    await at_work.ask(OPERATOR, "/feeds")
    (opening,) = at_work.buttons()
    await at_work.press(OPERATOR, opening)
    assert "Condition: not read yet" in at_work.newest()
    pause, remove, _ = at_work.buttons()
    await at_work.press(OPERATOR, pause)
    (feed,) = load_catalogue(at_work.feeds_file)
    assert feed.paused and "# their newest address" in at_work.feeds_file.read_text("utf-8")
    assert "Condition: paused" in at_work.newest()
    await at_work.press(OPERATOR, at_work.buttons()[0])
    assert at_work.feeds_file.read_text("utf-8") == FEEDS
    await at_work.press(OPERATOR, remove)
    assert names(at_work) == ["Relief Wire"], "one tap removes nothing"
    await at_work.press(OPERATOR, remove.replace("?", "!"))
    assert names(at_work) == []
    acts = await at_work.database.read(lambda db: audit.latest(db, 5))
    assert [act.action for act in acts] == ["feed-removed", "feed-resumed", "feed-paused"]


async def test_lists_come_and_go_as_opml(at_work: Office) -> None:
    opml = """<opml version="2.0"><body><outline text="syria">
        <outline type="rss" text="عنب بلدي" xmlUrl="https://enab.example/feed"/>
        <outline type="rss" text="Relief Wire" xmlUrl="https://relief.example/rss"/>
        </outline></body></opml>""".encode()
    answer = await at_work.send_file(OPERATOR, "feeds.opml", opml)
    assert "Feeds added: 1, left out: 1" in answer
    assert names(at_work) == ["Relief Wire", "عنب بلدي"]
    await at_work.ask(OPERATOR, "/feeds opml")
    ((chat, name, content),) = at_work.server.documents
    assert chat == OPERATOR and name.endswith(".opml") and "عنب بلدي" in content.decode()
    assert "no list" in await at_work.send_file(OPERATOR, "feeds.opml", b"hello")
    assert "UTF-8" in await at_work.send_file(OPERATOR, "feeds.opml", b"\xe9\xe8")


async def test_a_list_that_is_broken_on_disk_is_told_and_not_touched(at_work: Office) -> None:
    broken = "feeds:\n- name: A\n"
    at_work.feeds_file.write_text(broken, encoding="utf-8")
    assert "feeds.yaml:2" in await at_work.ask(OPERATOR, "/feeds")
    assert "not changed" in await added(at_work, "https://new.example/rss")
    assert at_work.feeds_file.read_text("utf-8") == broken
