"""The demo's day as it comes to people on Telegram: the real service, a fake Bot API, a fixed hour.

Readers and operators say and press what is listed in `told`; what they are answered is kept as
the chat shows it at that moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Any

from bot.alerts.decide import AlertPolicy
from bot.asking.indexing import Indexer
from bot.cli.demo import EVER, ROUND, Day, publish, sample_feeds
from bot.cli.samples import DAY
from bot.delivery.deciding.policy import DeliveryPolicy
from bot.operating.desk import Desk, Reloading
from bot.operating.trials import Trials
from bot.polling.identify import IdentityPolicy
from bot.polling.report import PollPolicy
from bot.rules_in_force import RulesInForce
from bot.settings import load_settings
from bot.telegram.app import build_application, polling_of
from bot.telegram.sender import TelegramSender
from bot.wiring.parts import Destination, Parts, Source, parts_over
from storage.connection import Connection
from storage.database import Database
from storage.readers import people
from tests.bot.telegram.faults import bad_request
from tests.telegram_server import Message, TelegramServer
from tools.phone import Bubble

READERS = {"ar": 7, "en": 8}
OPERATORS = {"ar": 900, "en": 901}
NAMES = {7: "ليلى", 8: "Leila", 900: "سامر", 901: "Sam", 9: "مكتب الإغاثة"}
# Who cannot be written to: what /outbox shows.
UNREACHED = 9
EVERYTHING = ("places:*", "signals:everything", "level:alert", "delivery:now")
RULE = """\
# متابعة الحصار في الموجز، لا تنبيهًا
id: siege
level: watch
unless:
  ar: [حصار المرمى]
"""


@dataclass(slots=True)
class Told:
    """Conversations by the name of their picture."""

    shown: dict[str, list[Bubble]] = field(default_factory=dict)


@dataclass(slots=True)
class Phone:
    """A person's private chat with the bot."""

    server: TelegramServer
    parts: Parts
    desk: Desk
    day: Day
    chat_id: int
    language: str

    async def says(self, text: str) -> list[Bubble]:
        """What is written, and all that is answered."""
        before = len(self.server.sent_to(self.chat_id))
        self.server.say(self.chat_id, text, language_code=self.language)
        return [self._said(text), *await self._answered(before)]

    async def sends(self, name: str, content: str) -> list[Bubble]:
        before = len(self.server.sent_to(self.chat_id))
        self.server.send_file(self.chat_id, name, content.encode())
        return [self._said(f"📄 {name}"), *await self._answered(before)]

    async def presses(self, data: str) -> list[Bubble]:
        """The message with the button that was pressed, and what came of it."""
        before = len(self.server.sent_to(self.chat_id))
        under = next(each for each in reversed(self.all()) if self._label(each, data))
        asked = self.bubble(under, self._label(under, data))
        self.server.press(under, data)
        await self._settled()
        changed = [self.bubble(under)] if self.bubble(under).html != asked.html else []
        later = [self.bubble(each) for each in self.all()[before:]]
        return [asked, *changed, *later]

    def all(self) -> list[Message]:
        return self.server.sent_to(self.chat_id)

    def bubble(self, message: Message, pressed: str = "") -> Bubble:
        rows = (message.reply_markup or {}).get("inline_keyboard", [])
        labels = tuple(tuple(str(each["text"]) for each in row) for row in rows)
        return Bubble(message.source, labels, at=self.day.at, pressed=pressed)

    def _said(self, text: str) -> Bubble:
        return Bubble(text, mine=True, at=self.day.at)

    def _label(self, message: Message, data: str) -> str:
        found = (each for each in message.buttons if each.get("callback_data") == data)
        return str(next(found, {"text": ""})["text"])

    async def _answered(self, before: int) -> list[Bubble]:
        await self.server.next_message(self.chat_id, before)
        await self._settled()
        return [self.bubble(each) for each in self.all()[before:]]

    async def _settled(self) -> None:
        await self.server.until(lambda: self.server.unread == 0)
        await self.desk.trials.settled()
        await self.parts.dispatcher.run_until_idle()


async def told(folder: Path, end: datetime, zone: tzinfo) -> dict[str, list[Bubble]]:
    """Live through the day that ends then; returns the conversations by the name of a picture."""
    kept = Told()
    async with _service(folder, end, zone) as (server, parts, desk, day):
        phones = {
            chat_id: Phone(server, parts, desk, day, chat_id, language)
            for people_of in (READERS, OPERATORS)
            for language, chat_id in people_of.items()
        }
        phones[UNREACHED] = Phone(server, parts, desk, day, UNREACHED, "ar")
        for phone in phones.values():
            guide = await _joins(phone)
            if phone.chat_id in READERS.values():
                kept.shown[f"{phone.language}-guide"] = guide
        refused = bad_request("chat not found")
        server.fail(refused, chat_id=UNREACHED, method="sendMessage", times=None)
        quiet = {chat_id: len(phone.all()) for chat_id, phone in phones.items()}
        while day.at < end:
            day.at = min(day.at + ROUND, end)
            publish(folder / "demo", end, day.at)
            await parts.poller.poll_all(day.at)
            await parts.dispatcher.run_until_idle()
            for language, chat_id in READERS.items():
                name, new = f"{language}-quiet-digest", phones[chat_id].all()[quiet[chat_id] :]
                digest = next((each for each in new if "🗞" in each.text), None)
                if name not in kept.shown and digest is not None:
                    kept.shown[name] = [phones[chat_id].bubble(digest)]
        await Indexer(parts.database).catch_up()
        for language, chat_id in READERS.items():
            kept.shown |= await _asks(phones[chat_id], language)
        for language, chat_id in OPERATORS.items():
            kept.shown |= await _operates(phones[chat_id], language)
    if server.violations:
        raise RuntimeError("\n".join(server.violations))
    return kept.shown


async def _joins(phone: Phone) -> list[Bubble]:
    """The guide's five taps: each question with the button that was pressed, and the end."""
    start = await phone.says("/start")
    shown = [start[0]]
    for tap in (f"language:{phone.language}", *EVERYTHING):
        asked, *after = await phone.presses(f"g:{tap}")
        shown.append(asked)
    return [*shown, *after]


async def _asks(phone: Phone, language: str) -> dict[str, list[Bubble]]:
    """What a reader asks in the evening."""
    words = {"ar": ("كوليرا", "السودان"), "en": ("cholera", "Sudan")}[language]
    card = next(each for each in phone.all() if "🔴" in each.text)
    why = next(str(each["callback_data"]) for each in card.buttons if _is(each, "w:"))
    return {
        f"{language}-mine": await phone.says("/mine"),
        f"{language}-recent": await phone.says("/recent"),
        f"{language}-search": await phone.says(f"/search {words[0]}"),
        f"{language}-status": await phone.says(f"/status {words[1]}"),
        f"{language}-digest": await phone.says("/digest now"),
        f"{language}-why": (await phone.presses(why))[1:],
    }


async def _operates(phone: Phone, language: str) -> dict[str, list[Bubble]]:
    """What an operator does then: the siege was none, so its rule is changed."""
    place = {"ar": "بابنوسة", "en": "Baban"}[language]
    marked = next(e for e in phone.all() if "🟠" in e.text and place in e.text and e.buttons)
    data = next(str(each["callback_data"]) for each in marked.buttons if _is(each, "f:", ":f"))
    await phone.presses(data)
    return {
        f"{language}-rules": await phone.says("/rules"),
        f"{language}-review": await phone.says(f"/review {data.split(':')[1]}"),
        f"{language}-trial": await phone.sends("siege.yaml", RULE),
        f"{language}-outbox": await phone.says("/outbox"),
    }


def _is(button: dict[str, Any], start: str, end: str = "") -> bool:
    data = str(button.get("callback_data", ""))
    return data.startswith(start) and data.endswith(end)


@asynccontextmanager
async def _service(
    folder: Path, end: datetime, zone: tzinfo
) -> AsyncIterator[tuple[TelegramServer, Parts, Desk, Day]]:
    """The service over an empty database, a bot that polls the fake Bot API, no news yet."""
    own, feeds_file, day = folder / "own-rules", folder / "feeds.yaml", Day(end - DAY)
    own.mkdir()
    retriever, catalogue = sample_feeds(folder / "demo")
    feeds_file.write_text(
        "feeds:\n" + "".join(f"  - {{name: {each.name}, url: {each.url}}}\n" for each in catalogue),
        encoding="utf-8",
    )
    rules = await RulesInForce.start(own, None)
    async with TelegramServer() as server:
        settings = load_settings(
            None,
            data_dir=folder,
            rules_dir=own,
            telegram_token=server.token,
            telegram_base_url=server.base_url,
        )
        trials = Trials(own, folder / "marsad.sqlite", clock=day)
        desk = Desk(settings, rules, Reloading(rules), retriever, trials)

        def destination(database: Database) -> Destination:
            application = build_application(
                token=server.token,
                base_url=server.base_url,
                operators=(),
                timezone=zone,
                database=database,
                rules=rules,
                gazetteer=rules.places,
                catalogue=lambda: catalogue,
                clock=day,
                desk=desk,
            )
            sender = TelegramSender(
                *(application.bot, lambda: rules().signals),
                timezone=zone,
                clock=day,
                publishers=lambda: {each.family or each.id: each.name for each in catalogue},
            )
            return Destination(sender, DeliveryPolicy.at_once(), application, sender, desk)

        polling_policy = PollPolicy(
            identity=IdentityPolicy(first_poll_age=None, max_age=EVER, hold_share=1.0),
            at_once=1,  # so that alerts have the same numbers in every picture
        )
        source = Source(catalogue, retriever, polling_policy, AlertPolicy(max_age=EVER))
        async with parts_over(
            folder / "marsad.sqlite",
            rules,
            source,
            destination,
            readers=partial(_let_in, now=day.at),
            clock=day,
            timezone=zone,
        ) as parts:
            if parts.application is None:
                raise RuntimeError("no bot")
            polling = polling_of(parts.application, on_conflict=_nothing, on_refused=_nothing)
            async with polling:
                await asyncio.wait_for(polling.ready.wait(), 60)
                yield server, parts, desk, day


def _let_in(db: Connection, now: datetime) -> None:
    for chat_id, name in NAMES.items():
        role = "operator" if chat_id in OPERATORS.values() else "viewer"
        people.admit(db, chat_id, name, role, now)


def _nothing() -> None:
    return None
