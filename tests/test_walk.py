"""Three walks through the whole bot: real service, rules and trials, a fake Bot API.

From joining to the first card; a rule that is sent from a phone, put in force and taken back; a
false alarm that becomes a guard. What is pressed is what stands on the buttons.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.locales.bidi import JOINER, without_controls
from storage.connection import Connection
from storage.news import entries
from storage.readers import people
from tests.bot.service.newsroom import Newsroom
from tests.bot.service.test_end_to_end import (
    OPERATOR,
    PATIENCE,
    Running,
    running,
    settings_for,
    until,
)
from tests.bot.telegram.world import Message
from tests.rules.few import FORMS
from tests.telegram_server import TelegramServer

pytestmark = pytest.mark.usefixtures("shipped_rules_once")

READER, ANALYST = 7, 902
EVERYTHING = ("العربية", "كل الأماكن", "كل شيء", "🔔 التنبيهات والحرج", "فورًا")
SHELLING = "مقتل 12 مدنيًا في قصف على سوق مدينة الفاشر"
BRIDGE = "انهيار الجسر الوحيد المؤدي إلى مدينة دير الزور"
SECOND_BRIDGE = "انهيار جسر الرقة وانقطاع الطريق إلى المدينة"
THIRD_BRIDGE = "انهيار جسر في مدينة الموصل بعد الفيضان"
RULE = """\
# جسور تنقطع بسقوطها الطرق
id: bridge-down
title: {ar: سقوط الجسور, en: Bridges down, fr: Ponts effondrés}
description: جسر يسقط فينقطع الطريق.
sector: Logistics
level: alert
terms:
  bridge:
    ar: [جسر/جسور]
  falls:
    ar: [انهيار]
when:
  - name: falls-bridge
    sequence: [falls, bridge]
    strength: strong
examples:
  fires:
    - انهيار الجسر المؤدي إلى المدينة
  silent:
    - افتتاح جسر جديد في المدينة
"""
FANS = "معجبون يفرضون حصارًا على المطربة في مدينة إدلب"
FANS_AGAIN = "معجبون يفرضون حصارًا على المطربة في مدينة طرابلس"
ARMY = "الجيش يفرض حصارًا على مدينة الأبيض"


@dataclass
class Walk:
    """A service, its publisher, and the people who write to its bot."""

    telegram: TelegramServer
    newsroom: Newsroom
    now: Running

    def chat(self, person: int) -> list[Message]:
        return self.telegram.sent_to(person)

    def newest(self, person: int) -> str:
        return readable(self.chat(person)[-1].text)

    async def says(self, person: int, text: str) -> str:
        before = len(self.chat(person))
        self.telegram.say(person, text)
        await self.telegram.next_message(person, before, seconds=PATIENCE)
        await self.settled()
        return self.newest(person)

    async def presses(self, person: int, label: str, *, under: str = "") -> str:
        """The newest button that begins so, under a message with these words; what the newest
        message says then."""
        data, message = next(
            (str(button["callback_data"]), message)
            for message in reversed(self.chat(person))
            if under in readable(message.text)
            for button in message.buttons
            if readable(str(button["text"])).startswith(label) and "callback_data" in button
        )
        answered = len(self.telegram.answers)
        self.telegram.press(message, data)
        await self.telegram.until(lambda: len(self.telegram.answers) > answered, seconds=PATIENCE)
        await self.settled()
        return self.newest(person)

    async def sends(self, person: int, name: str, content: str) -> str:
        before = len(self.chat(person))
        self.telegram.send_file(person, name, content.encode())
        await self.telegram.next_message(person, before, seconds=PATIENCE)
        await self.settled()
        return self.newest(person)

    async def publishes(self, title: str) -> None:
        """The next poll reads it."""
        self.newsroom.publish(title)
        self.now.clock.ahead += timedelta(minutes=20)
        async with asyncio.timeout(PATIENCE):
            while not await self.is_stored(title):  # noqa: ASYNC110 - the service tells nobody
                await asyncio.sleep(0.05)
        # What it makes is in the outbox with it.
        await self.now.parts.dispatcher.run_until_idle()

    async def is_stored(self, title: str) -> bool:
        def read(db: Connection) -> bool:
            found = entries.recent(db, self.now.clock() - timedelta(days=1), 50)
            return any(each.title == title for each in found)

        return await self.now.parts.database.read(read)

    def cards(self, person: int, title: str) -> list[str]:
        """The cards of it that the person got."""
        found = [readable(each.text) for each in self.chat(person) if "مفيد" in buttons_of(each)]
        return [text for text in found if title in text]

    async def settled(self) -> None:
        await self.telegram.until(lambda: self.telegram.unread == 0, seconds=PATIENCE)
        assert self.now.parts.desk is not None
        await self.now.parts.desk.trials.settled()


def readable(text: str) -> str:
    return without_controls(text).replace(JOINER, "")


def buttons_of(message: Message) -> str:
    return " ".join(str(each["text"]) for each in message.buttons)


@asynccontextmanager
async def walking(folder: Path) -> AsyncIterator[Walk]:
    """A service that has read its feed once, with an operator and an analyst."""
    own = folder / "own-rules"
    own.mkdir()
    # As a first start leaves it.
    shutil.copytree(FORMS, folder / "data" / "cache")
    async with Newsroom() as newsroom, TelegramServer() as telegram:
        newsroom.publish("تعادل مثير في ختام الدوري")
        settings = settings_for(folder, newsroom, telegram, rules_dir=own)
        async with running(settings) as now:
            await now.parts.database.write(
                lambda db: people.admit(db, ANALYST, "ليلى", "analyst", now.clock())
            )
            walk = Walk(telegram, newsroom, now)
            await until(lambda: newsroom.asked == 1)
            yield walk
            assert now.service.problems() == []
        assert telegram.violations == []


async def joined(walk: Walk, person: int) -> str:
    """The five taps; what is said after the last one."""
    await walk.says(person, "/start")
    for tap in EVERYTHING:
        said = await walk.presses(person, tap)
    return said


async def test_from_joining_to_the_first_card_in_five_taps(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        assert "يصلك هنا كل تنبيه" in await joined(walk, READER)
        assert len(walk.chat(READER)) == 1, "one message, redrawn by each tap"
        await walk.publishes(SHELLING)
        (card,) = walk.cards(READER, SHELLING)
        assert card.splitlines()[0].startswith("🟠 تنبيه: أذى يطال المدنيين")
        assert "📍 الفاشر" in card and "الوفيات: 12" in card and "/A1" in card


async def test_a_rule_from_a_phone_works_and_is_taken_back(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        await joined(walk, OPERATOR)
        await walk.publishes(BRIDGE)
        assert walk.cards(OPERATOR, BRIDGE) == []

        shown = await walk.sends(OPERATOR, "bridge-down.yaml", RULE)
        assert "signals/bridge-down.yaml سليم" in shown and "جديدة: سقوط الجسور" in shown
        assert "تنبيهات تُضاف: 1، وتنبيهات تذهب: 0" in shown and BRIDGE in shown
        assert "هل أنت متأكد؟" in await walk.presses(OPERATOR, "فعّل")
        own = tmp_path / "own-rules" / "signals" / "bridge-down.yaml"
        assert not own.exists(), "nothing is in force after one tap"
        await walk.presses(OPERATOR, "فعّل")
        await until_said(walk, "bridge-down.yaml يعمل الآن، وهو النسخة 1")
        assert own.read_text(encoding="utf-8") == RULE, "with its comment"

        await walk.publishes(SECOND_BRIDGE)
        (card,) = walk.cards(OPERATOR, SECOND_BRIDGE)
        assert card.splitlines()[0] == "🟠 تنبيه: سقوط الجسور"
        assert "bridge-down.yaml" in await walk.says(OPERATOR, "/versions")

        undone = await walk.says(OPERATOR, "/rollback")
        assert "هذا يزيل signals/bridge-down.yaml" in undone and "أُزيلت: سقوط الجسور" in undone
        # Both bridges stand in the stored news by now.
        assert "تنبيهات تُضاف: 0، وتنبيهات تذهب: 2" in undone
        await walk.presses(OPERATOR, "فعّل")
        await walk.presses(OPERATOR, "فعّل")
        await until_said(walk, "النسخة 2")
        assert not own.exists()
        await walk.publishes(THIRD_BRIDGE)
        assert walk.cards(OPERATOR, THIRD_BRIDGE) == []


async def test_a_false_alarm_becomes_a_guard(tmp_path: Path) -> None:
    async with walking(tmp_path) as walk:
        for person in (OPERATOR, ANALYST, READER):
            await joined(walk, person)
        await walk.publishes(FANS)
        for person in (ANALYST, READER):
            assert len(walk.cards(person, FANS)) == 1
            await walk.presses(person, "👎", under=FANS)

        assert "أي تنبيه كان إنذارًا كاذبًا؟" in await walk.says(OPERATOR, "/review")
        shown = await walk.presses(OPERATOR, "A1 · 👎")
        assert "الحصار: حصارًا، مدينة (النقاط 100 والمطلوب 100)" in shown
        tried = await walk.presses(OPERATOR, "صمت حيث يرد: حصارًا على المطربة")
        assert "تنبيهات تُضاف: 0، وتنبيهات تذهب: 1" in tried
        assert "ما عُدّ إنذارًا كاذبًا: 1، وما عُدّ مفيدًا: 0" in tried
        await walk.presses(OPERATOR, "فعّل")
        await walk.presses(OPERATOR, "فعّل")
        await until_said(walk, "يعمل الآن، وهو النسخة 1")

        await walk.publishes(FANS_AGAIN)
        await walk.publishes(ARMY)
        for person in (ANALYST, READER):
            assert walk.cards(person, FANS_AGAIN) == []
            assert len(walk.cards(person, ARMY)) == 1


async def until_said(walk: Walk, words: str) -> None:
    """The operator has read it in a message."""

    def said() -> bool:
        return any(words in readable(each.text) for each in walk.chat(OPERATOR))

    await walk.telegram.until(said, seconds=PATIENCE)
