"""The whole way: a publisher on loopback, the service, a fake Bot API, a reader."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from bot.clock import utc_now
from bot.errors import CannotGoOn
from bot.locales import texts
from bot.process.heartbeat import Heartbeat
from bot.service.service import Service
from bot.settings import Settings, load_settings
from bot.wiring.from_settings import parts_from_settings
from bot.wiring.parts import Parts
from storage.sending import outbox
from tests.bot.service.newsroom import SHORTAGE, SPORT, Newsroom, write_feeds
from tests.bot.telegram.faults import conflict, server_error
from tests.telegram_server import TelegramServer

pytestmark = pytest.mark.usefixtures("shipped_rules_once")

READER, OPERATOR = 7, 900
# Seconds for what is certain to come: the machine may be busy.
PATIENCE = 240.0

SIGNAL = "medicine-shortage"


class Clock:
    """The time, which a test moves on."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


@dataclass
class Running:
    """The service while it runs."""

    service: Service
    parts: Parts
    clock: Clock
    stop: asyncio.Event
    ended: asyncio.Task[None]


def settings_for(
    folder: Path, newsroom: Newsroom, telegram: TelegramServer, **given: Any
) -> Settings:
    values: dict[str, Any] = {
        "telegram_token": telegram.token,
        "telegram_base_url": telegram.base_url,
        "operators": (OPERATOR,),
        "access": "open",
        "data_dir": folder / "data",
        "feeds_file": write_feeds(folder, newsroom),
        "allow_private": ("127.0.0.1",),
    }
    return load_settings(None, **values | given)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Running]:
    clock, stop = Clock(), asyncio.Event()
    async with parts_from_settings(settings, clock=clock) as parts:
        service = Service(settings, parts, tick=timedelta(seconds=0.2), clock=clock)
        ended = asyncio.create_task(service.run(stop))
        try:
            yield Running(service, parts, clock, stop, ended)
        finally:
            stop.set()
            await asyncio.wait({ended})


@pytest.fixture(autouse=True)
def a_wednesday_morning() -> Iterator[None]:
    """No test here meets an hour at which something is due by itself: the digest of a day or of a
    week, the end of a quiet night."""
    now = utc_now()
    morning = now.replace(hour=10) - timedelta(days=(now.weekday() - 2) % 7)
    with time_machine.travel(morning, tick=True):
        yield


async def until(condition: Any, *, seconds: float = PATIENCE) -> None:
    end = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < end
        await asyncio.sleep(0.05)


def id_in(text: str) -> str:
    found = re.search(r"A\d+", text)
    assert found, text
    return found[0]


async def ask(telegram: TelegramServer, chat_id: int, text: str) -> str:
    before = len(telegram.sent_to(chat_id))
    telegram.say(chat_id, text)
    return (await telegram.next_message(chat_id, before, seconds=PATIENCE)).text


async def subscribe(telegram: TelegramServer, chat_id: int) -> None:
    await ask(telegram, chat_id, "/start")
    await ask(telegram, chat_id, "/subscribe")
    menu = telegram.sent_to(chat_id)[-1]
    data = next(b["callback_data"] for b in menu.buttons if SIGNAL in b["callback_data"])
    telegram.press(menu, data)
    await telegram.until(lambda: telegram.answers)


async def test_a_new_entry_reaches_a_subscribed_chat_once(
    tmp_path: Path, newsroom: Newsroom, telegram: TelegramServer
) -> None:
    newsroom.publish(SPORT)
    async with running(settings_for(tmp_path, newsroom, telegram)) as now:
        await subscribe(telegram, READER)
        await until(lambda: newsroom.asked == 1)

        newsroom.publish(SHORTAGE)
        now.clock.ahead += timedelta(minutes=20)
        before = len(telegram.sent_to(READER))
        alert = (await telegram.next_message(READER, before, seconds=PATIENCE)).text
        assert SHORTAGE in alert
        assert "صحيفة الاختبار" in alert
        assert SPORT not in "".join(telegram.texts(READER))

        short_id = id_in(alert)
        assert short_id in await ask(telegram, READER, "/recent")
        assert "نقص" in await ask(telegram, READER, f"/alert {short_id}")

        sent = len(telegram.texts(READER))
        now.clock.ahead += timedelta(minutes=20)
        await until(lambda: newsroom.asked == 3)
        await asyncio.sleep(0.6)
        assert len(telegram.texts(READER)) == sent
        assert now.service.problems() == []

        now.stop.set()
        await asyncio.wait_for(now.ended, PATIENCE)
        counts = await now.parts.database.read(outbox.counts)
        assert counts["sent"] == 1
        assert sum(counts.values()) == 1


async def test_a_clock_that_is_set_back_by_hours_silences_nothing(
    tmp_path: Path, newsroom: Newsroom, telegram: TelegramServer
) -> None:
    newsroom.publish(SPORT)
    settings, stop = settings_for(tmp_path, newsroom, telegram), asyncio.Event()
    async with parts_from_settings(settings) as parts:  # by the machine's own clock
        service = Service(settings, parts, tick=timedelta(seconds=0.2))
        ended = asyncio.create_task(service.run(stop))
        try:
            await subscribe(telegram, READER)
            await until(lambda: newsroom.asked == 1)
            before = len(telegram.texts(READER))
            with time_machine.travel(utc_now() - timedelta(hours=5), tick=True):
                newsroom.publish(SHORTAGE)
                alert = (await telegram.next_message(READER, before, seconds=PATIENCE)).text
                assert SHORTAGE in alert
                await until(service.problems)
                assert any("set back by" in problem for problem in service.problems())
        finally:
            stop.set()
            await asyncio.wait({ended})


async def test_a_bot_that_hears_nobody_for_minutes_is_a_problem_until_it_hears_again(
    tmp_path: Path, newsroom: Newsroom, telegram: TelegramServer
) -> None:
    def deaf() -> bool:
        return any("gives no updates since" in each for each in now.service.problems())

    async with running(settings_for(tmp_path, newsroom, telegram)) as now:
        await ask(telegram, READER, "/start")
        telegram.fail(server_error(), method="getUpdates", times=None)
        telegram.say(READER, "/help")  # ends the question that stands open
        token = now.service._token
        await until(lambda: token.unheard_since)
        assert not deaf()
        now.clock.ahead += timedelta(minutes=6)
        await until(deaf)
        telegram.repair()
        await until(lambda: not deaf())


async def test_what_was_owed_at_a_stop_is_sent_after_the_next_start(
    tmp_path: Path, newsroom: Newsroom, telegram: TelegramServer
) -> None:
    newsroom.publish(SPORT)
    settings = settings_for(tmp_path, newsroom, telegram)
    async with running(settings):
        await subscribe(telegram, READER)
        await until(lambda: newsroom.asked == 1)
    newsroom.publish(SHORTAGE)
    async with parts_from_settings(settings) as parts:  # polled, but nothing dispatched
        await parts.poller.poll_all(utc_now())
    before = len(telegram.texts(READER))
    async with running(settings):
        await telegram.next_message(READER, before, seconds=PATIENCE)
    assert id_in(telegram.texts(READER)[before])


async def test_rules_that_change_are_taken_over_or_operators_hear_why_not(
    tmp_path: Path, newsroom: Newsroom, telegram: TelegramServer
) -> None:
    mine = tmp_path / "mine"
    (mine / "signals").mkdir(parents=True)
    async with running(settings_for(tmp_path, newsroom, telegram, rules_dir=mine)) as now:
        before = now.parts.rules().hash
        await asyncio.sleep(0.5)  # until the folder is watched
        (mine / "signals" / "broken.yaml").write_text("id: broken\n", encoding="utf-8")
        await telegram.until(lambda: telegram.texts(OPERATOR), seconds=PATIENCE)
        assert "broken.yaml:1" in telegram.texts(OPERATOR)[0]
        assert now.parts.rules().hash == before
        (mine / "signals" / "broken.yaml").write_text(
            f"id: {SIGNAL}\noff: true\n", encoding="utf-8"
        )
        await until(lambda: SIGNAL not in now.parts.rules().signals, seconds=PATIENCE)
        assert now.parts.rules().hash != before


async def test_the_heartbeat_stops_while_nothing_can_be_sent(
    tmp_path: Path, newsroom: Newsroom, telegram: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats: list[datetime] = []
    monkeypatch.setattr(Heartbeat, "beat", lambda _: beats.append(utc_now()))
    async with running(settings_for(tmp_path, newsroom, telegram)) as now:
        await until(lambda: beats)
        health = now.parts.dispatcher.health
        health.failing_since, health.failing_reason = utc_now(), "no answer"
        await asyncio.sleep(0.3)  # until a tick under way has ended
        still = len(beats)
        await asyncio.sleep(0.6)
        assert len(beats) == still
        health.failing_since = None
        await until(lambda: len(beats) > still)


async def test_operators_hear_of_a_database_that_nothing_can_be_read_of_any_more(
    tmp_path: Path, newsroom: Newsroom, telegram: TelegramServer
) -> None:
    async with running(settings_for(tmp_path, newsroom, telegram)) as now:
        await until(lambda: now.service.rounds.last_tick)
        await ask(telegram, OPERATOR, "/start")
        before = len(telegram.sent_to(OPERATOR))
        file = tmp_path / "data" / "marsad.sqlite"
        with closing(sqlite3.connect(file)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        file.write_bytes(os.urandom(file.stat().st_size))
        told = (await telegram.next_message(OPERATOR, before, seconds=PATIENCE)).text
        assert texts("ar")("notice.database.damaged")[:30] in told
        assert any("damaged" in each for each in now.service.problems())


async def test_a_refused_token_ends_the_service_with_3(
    tmp_path: Path, newsroom: Newsroom, telegram: TelegramServer
) -> None:
    settings = settings_for(tmp_path, newsroom, telegram, telegram_token="1:wrong-token-of-nobody")
    async with running(settings) as now:
        with pytest.raises(CannotGoOn, match="MARSAD_TELEGRAM_TOKEN") as refused:
            await asyncio.wait_for(now.ended, PATIENCE)
        assert refused.value.exit_code == 3
    telegram.violations.clear()


async def test_a_second_instance_on_the_same_token_ends_the_service_with_3(
    tmp_path: Path, newsroom: Newsroom, telegram: TelegramServer
) -> None:
    telegram.fail(conflict(), method="getUpdates", times=None)
    async with running(settings_for(tmp_path, newsroom, telegram)) as now:
        with pytest.raises(CannotGoOn, match="409") as refused:
            await asyncio.wait_for(now.ended, PATIENCE)
        assert refused.value.exit_code == 3


HIT = "مقتل 12 شخصا في قصف على مستشفى مدينة الخوخة باليمن"
HIGHER = "ارتفاع حصيلة القتلى إلى 14 في قصف استهدف مستشفى الخوخة جنوب الحديدة في اليمن"
JUMP = "ارتفاع عدد قتلى قصف مستشفى الخوخة باليمن إلى 40 قتيلا"


def two_publishers(folder: Path, one: Newsroom, other: Newsroom) -> Path:
    path = folder / "feeds.yaml"
    path.write_text(
        "feeds:\n"
        f"- name: صحيفة الاختبار\n  url: {one.url}\n  language: ar\n  family: one\n"
        f"- name: وكالة الساحل\n  url: {other.url}\n  language: ar\n  family: other\n",
        encoding="utf-8",
    )
    return path


async def test_a_card_grows_in_silence_and_a_toll_that_jumps_answers_it(
    tmp_path: Path, newsroom: Newsroom, telegram: TelegramServer
) -> None:
    newsroom.publish(SPORT)
    async with Newsroom() as second:
        second.publish(f"{SPORT} الوطني")
        settings = settings_for(tmp_path, newsroom, telegram)
        two_publishers(tmp_path, newsroom, second)
        async with running(settings) as now:
            await ask(telegram, READER, "/start")
            await ask(telegram, READER, "/subscribe")
            telegram.press(telegram.sent_to(READER)[-1], "s*")
            await telegram.until(lambda: telegram.answers)
            await until(lambda: newsroom.asked == second.asked == 1)

            before = len(telegram.sent_to(READER))
            newsroom.publish(HIT)
            now.clock.ahead += timedelta(minutes=20)
            card = await telegram.next_message(READER, before, seconds=PATIENCE)
            assert "12" in card.text
            assert "وكالة الساحل" not in card.text
            buttons = card.reply_markup

            second.publish(HIGHER)
            now.clock.ahead += timedelta(minutes=20)
            await until(lambda: second.asked == 3)
            now.clock.ahead += timedelta(minutes=1)
            await telegram.until(lambda: "12 ثم 14" in card.text, seconds=PATIENCE)
            assert "صحيفة الاختبار" in card.text
            assert "وكالة الساحل" in card.text
            assert card.reply_markup == buttons
            assert [method for method, _ in telegram.calls].count("editMessageText") == 2, (
                "the menu of /subscribe, and the card"
            )
            assert len(telegram.sent_to(READER)) == before + 1, "nothing sounded"

            newsroom.publish(JUMP)
            now.clock.ahead += timedelta(minutes=20)
            news = await telegram.next_message(READER, before + 1, seconds=PATIENCE)
            assert "12 ثم 40" in news.text
            assert news.answers == card.message_id
            # Not as a minute of the clock, which may be any.
            assert not re.search(r"(?<!:)40", card.text)
            now.stop.set()
            await asyncio.wait_for(now.ended, PATIENCE)
            counts = await now.parts.database.read(outbox.counts)
            assert (counts["sent"], sum(counts.values())) == (2, 2)
