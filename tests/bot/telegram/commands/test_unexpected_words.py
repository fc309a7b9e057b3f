"""Words behind commands that do not expect them: used, or the answer says that they were not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.rules_in_force import RulesInForce
from bot.telegram.incoming.floods import FloodLimit, Floods
from bot.telegram.registry import all_commands
from storage.database import Database
from storage.readers import audit, mutes
from storage.readers.mutes import Target
from tests.bot.telegram.desk import OPERATOR, Office, office
from tests.conftest import shipped_rules
from tests.telegram_server import TelegramServer

ODD = "qwxzyvkj"
"""Nothing is called so."""


@pytest.fixture
async def at_work(
    server: TelegramServer, database: Database, tmp_path: Path
) -> AsyncIterator[Office]:
    rules = RulesInForce(shipped_rules(), tmp_path / "own-rules", None, "")
    patient = Floods(FloodLimit(burst=100_000))
    async with office(server, database, rules, tmp_path, floods=patient) as opened:
        await opened.ask(OPERATOR, "/start", language_code="en")
        yield opened


async def answers(at_work: Office, text: str) -> str:
    """All that is said to it."""
    before = len(at_work.server.sent_to(OPERATOR))
    await at_work.ask(OPERATOR, text)
    await at_work.settled()
    return "\n".join(each.text for each in at_work.server.sent_to(OPERATOR)[before:])


async def test_no_command_passes_over_a_word_in_silence(at_work: Office) -> None:
    await at_work.ask(OPERATOR, "/subscribe siege")
    silent = []
    for each in all_commands():
        plain = await answers(at_work, f"/{each.name}")
        said = await answers(at_work, f"/{each.name} {ODD}")
        if ODD not in said and said == plain:
            silent.append(each.name)
    assert silent == ["start"]  # its word is a link's, which nobody types


async def test_a_word_behind_what_was_understood_is_told(at_work: Office) -> None:
    for text in (f"/language en {ODD}", f"/help {ODD}", f"/doctor {ODD}", f"/alert A1 {ODD}"):
        assert ODD in await answers(at_work, text), text
    assert "Non pris en compte ici" in await answers(at_work, f"/language fr {ODD}")
    for text in ("/language en", "/mine please", "/id", "/help all", "/language en"):
        assert "Not used" not in await answers(at_work, text), text


async def test_the_audit_of_somebody(at_work: Office) -> None:
    now = datetime.now(UTC)

    def acts(db: object) -> None:
        for number, name in ((5, "Leila"), (6, "Omar"), (5, "Leila")):
            audit.record(db, number, name, "backup", "", now)  # type: ignore[arg-type]

    await at_work.database.write(acts)
    said = await answers(at_work, "/audit leila")
    assert said.count("Leila") == 2 and "Omar" not in said
    assert await answers(at_work, "/audit 6") != said
    assert "Nobody" in await answers(at_work, "/audit Nobody")


async def test_each_id_behind_review_is_reviewed_or_told(at_work: Office) -> None:
    said = await answers(at_work, f"/review A71 A72 {ODD}")
    assert "A71" in said and "A72" in said and ODD in said


async def test_what_is_named_behind_unmute_is_what_ends(at_work: Office) -> None:
    now = datetime.now(UTC)

    def mute(db: object) -> None:
        for signal, place, name in (("siege", "SY-HL", "Aleppo"), ("evacuation", "SD", "Sudan")):
            target = Target("watch", None, signal, place, {"en": name})
            mutes.put(db, OPERATOR, target, None, now + timedelta(days=1), now)  # type: ignore[arg-type]

    await at_work.database.write(mute)
    await at_work.ask(OPERATOR, "/mute 2h")
    said = await answers(at_work, f"/unmute {ODD}")
    assert ODD in said and "Aleppo" in said and "Sudan" in said
    said = await answers(at_work, "/unmute siege")
    assert "Not muted any more" in said and "Sudan" in said and "Aleppo" not in said
    assert "cholera" in await answers(at_work, "/unmute cholera")
    assert "Sudan" not in await answers(at_work, "/unmute السودان")
    assert "This chat is not muted any more" in await answers(at_work, "/unmute")
