"""The real service reads again what it could not read, when an operator's rule file is mended:
feeds on loopback, rule files on disk, the fake Bot API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

import pytest

import rules
from bot import rules_in_force as rules_watch
from bot.clock import utc_now
from bot.console import console_chat
from bot.service import beside
from bot.service.service import Service
from bot.settings import load_settings
from bot.wiring.from_settings import parts_from_settings
from bot.wiring.parts import Parts
from rules import Detection, RuleSet, load_rules
from storage.connection import Connection
from storage.news import entries, feeds
from storage.news.entries import Entry
from storage.readers import chats
from storage.readers.subscriptions import Subscription
from tests.bot.alerts.newsroom import of_its_own
from tests.bot.service.newsroom import SPORT, Newsroom, write_feeds
from tests.conftest import shipped_places
from tests.rules.few import few_rules
from tests.telegram_server import TelegramServer

READER, OPERATOR = 7, 900
PATIENCE = 240
BREAD = """id: bread
title: {{ar: نقص الخبز}}
description: For the tests of a rule file that is absent, broken and mended.
sector: food
level: alert
terms:
  bread: {{ar: [خبز/أخباز]}}
  none: {{ar: [نقص{more}]}}
when:
  - near: [bread, none]
    within: 4
    name: lack
tests:
  fires: [نقص الخبز في المدينة]
  silent: [يوم هادئ]
"""
NEWS = "نقص الخبز في مخابز دير الزور"

Way = Literal["absent", "bug"]


@dataclass
class Faults:
    """How far the service's clock is moved, and which rules fail on every entry about bread."""

    ahead: timedelta = timedelta(0)
    failing: str = ""

    def clock(self) -> datetime:
        return utc_now() + self.ahead

    def strike(self, rule_set: RuleSet, title: str) -> None:
        if self.failing in (rule_set.hash, "next") and "خبز" in title:
            raise RecursionError("a bug in the rules")


@dataclass
class Running:
    """A service that runs, and what stands around it."""

    service: Service
    parts: Parts
    newsroom: Newsroom
    telegram: TelegramServer
    rule: Path
    faults: Faults

    async def until(self, true: Callable[[], bool], what: str) -> None:
        for _ in range(int(PATIENCE / 0.05)):
            if true():
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"not in {PATIENCE} s: {what}")

    async def stored(self) -> dict[str, Entry]:
        since = utc_now() - timedelta(days=99)
        read = partial(entries.recent, since=since, limit=99)
        return {entry.title: entry for entry in await self.parts.database.read(read)}

    async def poll_until(self, *titles: str) -> None:
        """Make the feed due again and again until these headlines are stored and read (or not)."""
        for _ in range(int(PATIENCE / 0.2)):
            if set(titles) <= set(await self.stored()):
                return
            await self.due()
            await asyncio.sleep(0.2)
        raise AssertionError(f"not stored in {PATIENCE} s: {titles}")

    async def due(self) -> None:
        def write(db: Connection) -> None:
            for state in feeds.all_states(db):
                feeds.claim(db, state.id, utc_now() - timedelta(hours=1))

        await self.parts.database.write(write)

    async def polled_again(self, times: int = 2) -> None:
        asked = self.newsroom.asked
        while self.newsroom.asked < asked + times:
            await self.due()
            await asyncio.sleep(0.2)

    async def spoil(self, way: Way) -> None:
        """The rule file vanishes; or it is saved with a change on which the rules fail."""
        before = self.parts.rules().hash
        if way == "absent":
            self.rule.unlink()
        else:
            self.faults.failing = "next"
            self.rule.write_text(BREAD.format(more=", عوز"), encoding="utf-8")
        await self.until(lambda: self.parts.rules().hash != before, "the spoiled rules in force")
        if way == "bug":
            self.faults.failing = self.parts.rules().hash

    async def mend(self) -> None:
        before = self.parts.rules().hash
        self.rule.write_text(BREAD.format(more=", شح"), encoding="utf-8")
        await self.until(lambda: self.parts.rules().hash != before, "the mended rules in force")

    def told(self, words: str = NEWS, chat: int = READER) -> list[str]:
        return [text for text in self.telegram.texts(chat) if words in text]

    async def reread(self) -> None:
        """A few whole looks at what is to be read again, after what is under way."""
        await asyncio.sleep(1.5)


@asynccontextmanager
async def running(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    # The shipped rules take seconds to load, each time; the gate and the files are the real ones.
    few = partial(load_rules, shipped=few_rules())
    monkeypatch.setattr("rules.trying.inline_tests.load_rules", few)
    monkeypatch.setattr(rules_watch, "_places", lambda *_: shipped_places())
    monkeypatch.setattr(rules_watch, "QUIET_MS", 100)
    monkeypatch.setattr(beside, "READ_AGAIN", timedelta(seconds=0.2))
    rule = folder / "rules" / "signals" / "bread.yaml"
    rule.parent.mkdir(parents=True)
    rule.write_text(BREAD.format(more=""), encoding="utf-8")
    async with Newsroom() as newsroom, TelegramServer() as telegram:
        newsroom.publish(SPORT)
        settings = load_settings(
            None,
            data_dir=folder / "data",
            feeds_file=write_feeds(folder, newsroom),
            rules_dir=folder / "rules",
            allow_private="127.0.0.1",
            telegram_token=telegram.token,
            telegram_base_url=telegram.base_url,
            operators=(OPERATOR,),
            marker_dir=folder / "else",
        )
        faults, detects = Faults(), rules.detect

        def detect(
            rule_set: RuleSet, title: str, summary: str, language: str | None
        ) -> tuple[Detection, ...]:
            faults.strike(rule_set, title)
            return detects(rule_set, title, summary, language)

        monkeypatch.setattr(rules, "detect", detect)
        async with parts_from_settings(settings) as parts:
            tick = timedelta(seconds=0.1)
            service = Service(
                settings, parts, tick=tick, probation=timedelta(0), clock=faults.clock
            )
            found = Running(service, parts, newsroom, telegram, rule, faults)
            reader = replace(
                console_chat(utc_now()),
                id=READER,
                subscriptions=(Subscription(READER, signals=frozenset({"bread"})),),
            )
            await parts.database.write(lambda db: chats.upsert(db, reader))
            stop = asyncio.Event()
            serving = asyncio.create_task(service.run(stop))
            try:
                await found.poll_until(SPORT)
                yield found
            finally:
                stop.set()
                await asyncio.wait_for(serving, PATIENCE)


@pytest.mark.parametrize("way", ["absent", "bug"])
async def test_what_arrived_while_it_could_not_be_read_is_told_once_when_the_file_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    async with running(tmp_path, monkeypatch) as at:
        whole = at.parts.rules().hash
        await at.spoil(way)
        at.newsroom.publish(NEWS)
        old = "نقص الخبز في أفران الحسكة القديمة"
        at.newsroom.publish(old, age=timedelta(hours=80))
        await at.poll_until(NEWS, old)
        assert at.told() == []
        unread = {title: entry.rules_hash for title, entry in (await at.stored()).items()}
        assert unread[NEWS] == (None if way == "bug" else at.parts.rules().hash) != whole
        await at.mend()
        await at.until(lambda: bool(at.told()), "the alert")
        await at.polled_again()
        await at.reread()
        assert len(at.told()) == 1
        assert at.told(old) == []
        assert (await at.stored())[NEWS].rules_hash == at.parts.rules().hash


@pytest.mark.parametrize("way", ["absent", "bug", "none"])
async def test_the_sixth_text_under_one_id_and_date_is_read_and_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: Way | Literal["none"]
) -> None:
    async with running(tmp_path, monkeypatch) as at:
        live = "بث مباشر من ساحات مدينة دير الزور"
        at.newsroom.publish(live)
        await at.poll_until(live)
        for edit in "السوق", "المباراة", "المسرح", "المعرض", "الطقس":
            at.newsroom.edit(2, f"{live}: {edit}")
            await at.poll_until(f"{live}: {edit}")
        if way != "none":
            await at.spoil(way)
        sixth = f"{live}: نقص الخبز"
        at.newsroom.edit(2, sixth)
        await at.poll_until(sixth)
        assert (await at.stored())[sixth].updates == 6
        if way != "none":
            await at.reread()
            assert at.told(sixth) == []
            await at.mend()
        await at.until(lambda: bool(at.told(sixth)), "the alert")
        await at.polled_again()
        await at.reread()
        assert len(at.told(sixth)) == 1


@pytest.mark.parametrize("way", ["absent", "bug"])
async def test_what_is_no_news_any_more_when_the_file_is_mended_is_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    async with running(tmp_path, monkeypatch) as at:
        await at.spoil(way)
        at.newsroom.publish(NEWS)
        await at.poll_until(NEWS)
        at.faults.ahead = timedelta(hours=73)  # a long weekend
        await at.mend()
        later = "نقص الخبز في أفران الرقة"
        at.newsroom.publish(later, age=-timedelta(hours=73))
        await at.poll_until(later)
        await at.until(lambda: bool(at.told(later)), "an alert of today")
        await at.reread()
        assert at.told() == []


async def test_one_entry_that_cannot_be_stored_is_named_tried_again_and_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, monkeypatch) as at:
        await at.spoil("absent")
        others = [
            f"نقص الخبز في أفران {town} {of_its_own(number)}"
            for number, town in enumerate(("حمص", "حماة", "إدلب", "تدمر", "منبج"))
        ]
        for title in (*others[:2], NEWS, *others[2:]):
            at.newsroom.publish(title)
        await at.poll_until(NEWS, *others)
        poisoned = (await at.stored())[NEWS].id

        def poison(db: Connection) -> None:
            db.execute(
                f"""
                CREATE TRIGGER poison BEFORE INSERT ON detections WHEN NEW.entry_id = {poisoned}
                BEGIN SELECT RAISE(ABORT, 'a fault of this row'); END"""
            )

        await at.parts.database.write(poison)
        await at.mend()
        await at.until(lambda: all(at.told(title) for title in others), "the other five")
        assert at.told() == []

        def named() -> list[str]:
            return [each for each in at.service.problems() if f"entry {poisoned} of" in each]

        await at.until(lambda: bool(named()), "the problem")
        assert "a fault of this row" in named()[0]
        await at.reread()
        assert "attempts: 1)" in named()[0], "not at every look"
        at.faults.ahead += timedelta(minutes=2)
        await at.until(lambda: "attempts: 2)" in "".join(named()), "the second attempt")
        await at.parts.database.write(lambda db: db.execute("DROP TRIGGER poison"))
        at.faults.ahead += timedelta(minutes=6)
        await at.until(lambda: bool(at.told()), "the alert")
        assert named() == []
        await at.reread()
        assert [len(at.told(title)) for title in (NEWS, *others)] == [1] * 6
