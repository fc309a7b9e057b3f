"""/review: from a false alert to a change of rules that is tried before it is in force."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import utc_now
from bot.operating.trial_report import TrialReport
from bot.rules_in_force import RulesInForce, Swapped
from storage.connection import Connection
from storage.database import Database
from storage.readers import feedback
from storage.readers.feedback import Mark, SeenSignal
from storage.rule_files import versions as rule_versions
from tests.bot.telegram.desk import ANALYST, OPERATOR, Office, office
from tests.conftest import shipped_rules
from tests.storage.make import add_alert
from tests.telegram_server import TelegramServer

TITLE = "الجيش يفرض حصارًا خانقًا على مدينة الفاشر"


@pytest.fixture
async def at_work(
    server: TelegramServer, database: Database, tmp_path: Path
) -> AsyncIterator[Office]:
    rules = RulesInForce(shipped_rules(), tmp_path / "own-rules", None, "")
    report = TrialReport(tests=600, lost=1, lost_false=1, of=1, read=1, days=30)
    async with office(server, database, rules, tmp_path, report=report) as opened:
        await opened.ask(OPERATOR, "/start", language_code="en")
        yield opened


async def test_a_false_alert_leads_to_a_change_by_the_same_two_taps(at_work: Office) -> None:
    def told(db: Connection) -> str:
        alert = add_alert(db, "siege", utc_now(), title=TITLE)
        db.execute("UPDATE entries SET title = ? WHERE id = ?", (TITLE, alert.entry_id))
        add_alert(db, "siege", utc_now() + timedelta(seconds=1))
        told = (SeenSignal("siege", "worsening", "alert", alert.entry_id),)
        at = utc_now()
        mark = Mark(alert.id, ANALYST, "ليلى", "analyst", ANALYST, feedback.FALSE, at, told)
        feedback.mark(db, mark)
        marks = feedback.marks_of_stories(db, [alert.story_id, 999])
        assert marks == {alert.story_id: {feedback.FALSE}}
        return alert.short_id

    short_id = await at_work.database.write(told)
    await at_work.ask(OPERATOR, "/review")
    assert at_work.buttons()[0] == f"rv:{short_id}", "what was marked false comes first"
    await at_work.press(OPERATOR, f"rv:{short_id}")
    shown = at_work.newest()
    assert "Siege: " in shown and "100 needed" in shown
    first = at_work.buttons()[0]
    before = len(at_work.server.sent_to(OPERATOR))
    await at_work.press(OPERATOR, first)
    await at_work.server.next_message(OPERATOR, before)
    await at_work.desk.trials.settled()
    assert "Alerts gained: 0, lost: 1" in at_work.newest()
    assert "marked as a false alarm: 1, as useful: 0" in at_work.newest()
    assert not list(at_work.folder.rglob("*.yaml")), "nothing is in force before the two taps"

    async def reload() -> Swapped:
        return Swapped("h", 12)

    at_work.desk.reloading.rules = reload
    ask = at_work.buttons()[0]
    await at_work.press(OPERATOR, ask)
    await at_work.press(OPERATOR, ask.replace("?", "!"))
    (version,) = await at_work.database.read(lambda db: rule_versions.latest(db, 5))
    assert (version.file, version.origin) == ("signals/siege.yaml", "review")
    assert (at_work.folder / version.file).read_text("utf-8").startswith("id: siege\nunless:\n")
    assert "false alarms: 1" in await at_work.ask(OPERATOR, "/rule siege")
    assert "There is no alert A99" in await at_work.ask(OPERATOR, "/review A99")
