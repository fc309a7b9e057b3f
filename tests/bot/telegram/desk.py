"""A bot with an operator's desk: real rules, a folder of their own, the fake Bot API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.clock import utc_now
from bot.feeds.catalogue import load_catalogue
from bot.feeds.fetch.local_files import FileRetriever
from bot.feeds.fetch.outcome import Retriever
from bot.locales.bidi import JOINER, without_controls
from bot.operating.desk import Desk, Reloading
from bot.operating.trial_report import TrialReport
from bot.operating.trials import Progress, Trial, Trials
from bot.rules_in_force import RulesInForce
from bot.settings import load_settings
from bot.telegram.app import build_application, polling_of
from bot.telegram.incoming.floods import Floods
from storage.connection import Connection
from storage.database import Database
from storage.readers import people
from storage.rule_files.versions import hash_of
from tests.bot.telegram.conftest import DAMASCUS
from tests.bot.telegram.world import PATIENCE
from tests.rules.few import FORMS
from tests.telegram_server import TelegramServer

OPERATOR, SECOND, ANALYST, VIEWER, STRANGER = 900, 901, 902, 903, 904
FEEDS = """\
# Feeds of the desk.
feeds:
  # the first one
  - name: Relief Wire
    url: https://relief.example/rss  # their newest address
    language: en
"""


@dataclass
class Office:
    """Everything a test of an operator's work looks at."""

    server: TelegramServer
    database: Database
    desk: Desk
    folder: Path
    feeds_file: Path

    async def ask(self, chat_id: int, text: str, **values: Any) -> str:
        before = len(self.server.sent_to(chat_id))
        self.server.say(chat_id, text, **values)
        return readable((await self.server.next_message(chat_id, before)).text)

    async def press(self, chat_id: int, data: str, **values: Any) -> str:
        """Press a button of the chat's newest message that has it; returns the note shown."""
        before = len(self.server.answers)
        found = [
            message
            for message in self.server.sent_to(chat_id)
            if any(each.get("callback_data") == data for each in message.buttons)
        ]
        self.server.press(found[-1], data, **values)
        await self.server.until(lambda: len(self.server.answers) > before)
        await self.settled()
        return str(self.server.answers[-1].get("text", ""))

    async def send_file(self, chat_id: int, name: str | None, content: bytes, **values: Any) -> str:
        """What the bot says at last of a document: after its trial, where there is one."""
        before = len(self.server.sent_to(chat_id))
        self.server.send_file(chat_id, name, content, **values)
        message = await self.server.next_message(chat_id, before)
        await self.settled()
        await self.desk.trials.settled()
        return readable(message.text)

    async def settled(self) -> None:
        await self.server.until(lambda: self.server.unread == 0)

    def newest(self, chat_id: int = OPERATOR) -> str:
        return readable(self.server.sent_to(chat_id)[-1].text)

    def buttons(self, chat_id: int = OPERATOR) -> list[str]:
        return [str(each.get("callback_data")) for each in self.server.sent_to(chat_id)[-1].buttons]


def made_up(trials: Trials, folder: Path, report: TrialReport) -> list[str]:
    """Every trial finds that from now on, without trying anything; the list fills with the files
    that were tried."""
    tried: list[str] = []

    async def run(
        file: str,
        content: bytes | None,
        in_force: str,
        progress: Callable[[Progress], Awaitable[None]],
    ) -> Trial:
        tried.append(file)
        path = folder / file
        return Trial(report, hash_of(path.read_bytes() if path.exists() else None))

    trials.run = run  # type: ignore[method-assign]
    return tried


def readable(text: str) -> str:
    """Without what is not seen."""
    return without_controls(text).replace(JOINER, "")


def admit_all(db: Connection) -> None:
    """One person of each role, the operators by invitation but for the first."""
    now = utc_now()
    for person, role in ((SECOND, "operator"), (ANALYST, "analyst"), (VIEWER, "viewer")):
        people.admit(db, person, f"Person {person}", role, now)
    people.set_operators(db, (OPERATOR,), now)


@asynccontextmanager
async def office(
    server: TelegramServer,
    database: Database,
    rules: RulesInForce,
    tmp_path: Path,
    *,
    retriever: Retriever | None = None,
    report: TrialReport | None = None,
    floods: Floods | None = None,
) -> AsyncIterator[Office]:
    """The bot with its desk, running; over one database it can be opened again and again."""
    folder, feeds_file = tmp_path / "own-rules", tmp_path / "feeds.yaml"
    folder.mkdir(exist_ok=True)
    if not feeds_file.exists():
        feeds_file.write_text(FEEDS, encoding="utf-8")
    settings = load_settings(
        None,
        data_dir=tmp_path,
        rules_dir=folder,
        feeds_file=feeds_file,
        operators=(OPERATOR,),
        telegram_token=server.token,
        telegram_base_url=server.base_url,
    )
    trials = Trials(folder, database.path, cache=FORMS)
    if report is not None:
        made_up(trials, folder, report)
    desk = Desk(settings, rules, Reloading(rules), retriever or FileRetriever(), trials)
    await database.write(admit_all)
    application = build_application(
        token=server.token,
        base_url=server.base_url,
        operators=[OPERATOR],
        timezone=DAMASCUS,
        database=database,
        rules=rules,
        catalogue=lambda: load_catalogue(feeds_file),
        access="invited",
        desk=desk,
        floods=floods,
    )
    polling = polling_of(application, on_conflict=_nothing, on_refused=_nothing)
    try:
        async with polling:
            async with asyncio.timeout(PATIENCE):
                await polling.ready.wait()
            yield Office(server, database, desk, folder, feeds_file)
    finally:
        await trials.aclose()


def _nothing() -> None:
    return None
