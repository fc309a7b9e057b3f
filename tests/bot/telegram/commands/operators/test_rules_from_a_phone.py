"""A rule file that an operator sends: checked, tried, shown, put in force by two taps, undone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import utc_now
from bot.operating.trial_report import Example, SignalChange, TrialReport
from bot.operating.trials import Trial
from bot.rules_in_force import Kept, Reloaded, RulesInForce, Swapped
from storage.connection import Connection
from storage.database import Database
from storage.readers import audit, chats
from storage.rule_files import drafts as rule_drafts
from storage.rule_files import versions as rule_versions
from storage.sending import outbox
from tests.bot.telegram.desk import OPERATOR, SECOND, VIEWER, Office, made_up, office
from tests.conftest import shipped_rules
from tests.telegram_server import TelegramServer

OVERRIDE = b"# a note of ours\nid: siege\nlevel: watch  # for now\n"
OTHER = b"id: siege\nlevel: critical\n"
FILE = "signals/siege.yaml"


@pytest.fixture
def rules(tmp_path: Path) -> RulesInForce:
    return RulesInForce(shipped_rules(), tmp_path / "own-rules", None, "")


@pytest.fixture
async def at_work(
    server: TelegramServer, database: Database, rules: RulesInForce, tmp_path: Path
) -> AsyncIterator[Office]:
    async with office(server, database, rules, tmp_path) as opened:
        await opened.ask(OPERATOR, "/start", language_code="en")
        yield opened


SOUND = TrialReport(
    tests=600,
    signals=(SignalChange("siege", "changed", ("alert", "watch")),),
    read=10,
    of=10,
    days=30,
    lost=1,
    lost_examples=(Example("siege", "حصار الفاشر", "حصار"),),
)


def found(office: Office, report: TrialReport) -> list[str]:
    return made_up(office.desk.trials, office.folder, report)


def reloads(office: Office, outcome: Reloaded) -> None:
    async def reload() -> Reloaded:
        return outcome

    office.desk.reloading.rules = reload


async def test_a_file_is_put_in_force_and_undone(at_work: Office) -> None:
    """With reports made up; `tests/test_walk.py` goes the same way with real trials."""
    found(at_work, TrialReport(tests=1, of=0, days=30))
    await at_work.send_file(OPERATOR, "siege (1).yaml", b"\xef\xbb\xbf" + OVERRIDE)
    shown = at_work.newest()
    assert "signals/siege.yaml" in shown
    ask, _ = at_work.buttons()
    assert not (at_work.folder / FILE).exists(), "nothing is written before the second tap"
    await at_work.press(OPERATOR, ask)
    await at_work.press(OPERATOR, ask.replace("?", "!"))
    assert "is in force, as version 1" in at_work.newest()
    assert (at_work.folder / FILE).read_bytes() == OVERRIDE, "with its comments"
    assert at_work.desk.rules().signals["siege"].level == "watch"

    await at_work.ask(OPERATOR, "/rollback")
    await at_work.settled()
    await at_work.desk.trials.settled()
    assert "takes" in at_work.newest()
    ask, _ = at_work.buttons()
    await at_work.press(OPERATOR, ask)
    await at_work.press(OPERATOR, ask.replace("?", "!"))
    assert not (at_work.folder / FILE).exists()
    assert at_work.desk.rules().signals["siege"].level == "alert"


@pytest.mark.parametrize(
    ("name", "content", "answer"),
    [
        ("../../x.yaml", OVERRIDE, "name"),
        ("..\\x.yaml", OVERRIDE, "name"),
        (".hidden.yaml", OVERRIDE, "name"),
        (None, OVERRIDE, "name"),
        ("siege.zip", b"PK\x03\x04", "neither"),
        ("siege.yaml", b"PK\x03\x04rest", "packed"),
        ("siege.yaml", b"", "empty"),
        ("siege.yaml", b"id: siege\n  level: [", "siege.yaml:2:"),
        ("siege.yaml", "id: siege\n# caf\xe9\n".encode("latin-1"), "UTF-8"),
        ("siege.yaml", b"- one\n- two\n", "no rule"),
        ("siege.yaml", b"id: ../../etc\nlevel: watch\n", "small Latin letters"),
        ("siege.yaml", b"a: &x [*x]\n", "siege.yaml:1:"),
    ],
)
async def test_what_is_no_rule_file_is_answered_and_not_tried(
    at_work: Office, name: str | None, content: bytes, answer: str
) -> None:
    tried = found(at_work, SOUND)
    assert answer in await at_work.send_file(OPERATOR, name, content)
    assert tried == []
    assert await at_work.database.read(rule_drafts.waiting) == []


async def test_a_file_that_is_too_large_is_not_fetched(at_work: Office) -> None:
    answer = await at_work.send_file(OPERATOR, "big.yaml", b"id: x", size=50_000_000)
    assert "50,000 kB" in answer
    assert all(method != "getFile" for method, _ in at_work.server.calls)
    # Telegram may say nothing of the size, or something wrong.
    answer = await at_work.send_file(OPERATOR, "big.yaml", b"#" * 1_000_001, size=10)
    assert "1,000 kB" in answer


async def test_line_ends_of_windows_are_no_change(at_work: Office) -> None:
    found(at_work, SOUND)
    (at_work.folder / "signals").mkdir()
    (at_work.folder / FILE).write_bytes(OVERRIDE)
    answer = await at_work.send_file(OPERATOR, "siege.yaml", OVERRIDE.replace(b"\n", b"\r\n"))
    assert "nothing to change" in answer


async def test_what_is_wrong_is_told_in_the_operators_language(at_work: Office) -> None:
    problem = {"ar": "siege.yaml:3: «level» غير معروف", "en": "siege.yaml:3: unknown", "fr": ""}
    found(at_work, TrialReport(problems=(problem,), more_problems=2))
    await at_work.database.write(lambda db: chats.set_language(db, OPERATOR, "ar"))
    await at_work.send_file(OPERATOR, "siege.yaml", OVERRIDE)
    assert "غير معروف" in at_work.newest() and "وغيرها (2)" in at_work.newest()
    assert at_work.server.sent_to(OPERATOR)[-1].buttons == []


async def test_only_operators_send_rules(at_work: Office) -> None:
    tried = found(at_work, SOUND)
    await at_work.ask(VIEWER, "/start", language_code="en")
    assert "I read written words" in await at_work.send_file(VIEWER, "siege.yaml", OVERRIDE)
    assert tried == []


async def test_of_two_operators_the_second_has_it_tried_once_more(at_work: Office) -> None:
    tried = found(at_work, SOUND)
    reloads(at_work, Swapped("h", 12))
    await at_work.ask(SECOND, "/start", language_code="fr")
    await at_work.send_file(OPERATOR, "siege.yaml", OVERRIDE)
    await at_work.send_file(SECOND, "my-siege.yaml", OTHER)
    first, second = at_work.buttons(OPERATOR)[0], at_work.buttons(SECOND)[0]
    for person, data in ((OPERATOR, first), (SECOND, second)):
        await at_work.press(person, data)
    await at_work.press(OPERATOR, first.replace("?", "!"))
    await at_work.press(SECOND, second.replace("?", "!"))
    await at_work.desk.trials.settled()
    assert (at_work.folder / FILE).read_bytes() == OVERRIDE
    assert tried == [FILE] * 3, "against the file that is there now"
    await at_work.press(SECOND, second)
    await at_work.press(SECOND, second.replace("?", "!"))
    assert (at_work.folder / FILE).read_bytes() == OTHER
    versions = await at_work.database.read(lambda db: rule_versions.latest(db, 5))
    assert [(each.person_id, each.content) for each in versions] == [
        (SECOND, OTHER),
        (OPERATOR, OVERRIDE),
    ]
    notices = await at_work.database.read(
        lambda db: [row.text for row in outbox.for_chat(db, SECOND) if row.kind == "notice"]
    )
    assert len(notices) == 1 and "siege.yaml" in str(notices[0]), "the other operator is told"


async def test_a_restart_between_file_and_tap_changes_nothing(
    server: TelegramServer, database: Database, rules: RulesInForce, tmp_path: Path
) -> None:
    async with office(server, database, rules, tmp_path, report=SOUND) as before:
        await before.ask(OPERATOR, "/start", language_code="en")
        await before.send_file(OPERATOR, "siege.yaml", OVERRIDE)
        ask = before.buttons()[0]
        await before.press(OPERATOR, ask)

        async def never(*_: object) -> Trial:
            await asyncio.Event().wait()
            raise AssertionError

        before.desk.trials.run = never  # type: ignore[method-assign,assignment]
        server.send_file(OPERATOR, "words.yaml", b"our-words:\n  en: [flood]\n")
        await server.next_message(OPERATOR, len(server.sent_to(OPERATOR)))
        await before.settled()
    waiting = await database.read(rule_drafts.waiting)
    assert [draft.file for draft in waiting] == ["vocabulary/words.yaml"]
    async with office(server, database, rules, tmp_path, report=SOUND) as after:
        await server.until(lambda: "words.yaml is sound" in after.newest())
        reloads(after, Swapped("h", 12))
        await after.press(OPERATOR, ask.replace("?", "!"))
        assert (after.folder / FILE).read_bytes() == OVERRIDE


async def test_rules_that_do_not_come_into_force_leave_the_file_as_it_was(at_work: Office) -> None:
    found(at_work, SOUND)
    reloads(at_work, Kept(("signals/siege.yaml:1: what is wrong",)))
    await at_work.send_file(OPERATOR, "siege.yaml", OVERRIDE)
    ask = at_work.buttons()[0]
    await at_work.press(OPERATOR, ask)
    await at_work.press(OPERATOR, ask.replace("?", "!"))
    assert "what is wrong" in at_work.newest()
    assert not (at_work.folder / FILE).exists()
    assert await at_work.database.read(lambda db: rule_versions.latest(db, 5)) == []


async def test_a_change_that_is_dropped_cannot_be_put_in_force_any_more(at_work: Office) -> None:
    found(at_work, SOUND)
    await at_work.send_file(OPERATOR, "siege.yaml", OVERRIDE)
    ask, drop = at_work.buttons()
    await at_work.press(OPERATOR, ask)
    await at_work.press(OPERATOR, ask.replace("?", "-"))
    await at_work.press(OPERATOR, drop)
    assert "Nothing changed" in at_work.newest()
    draft_id = int(drop.partition(":")[2])
    draft = await at_work.database.read(lambda db: rule_drafts.get(db, draft_id))
    assert draft is not None and draft.state == "dropped"
    acts = await at_work.database.read(lambda db: audit.latest(db, 5))
    assert [act.action for act in acts] == ["rules-dropped", "rules-sent"]


async def test_versions_lead_back_to_each(at_work: Office) -> None:
    found(at_work, SOUND)
    assert "no version yet" in await at_work.ask(OPERATOR, "/versions")

    def versions(db: Connection) -> None:
        rule_versions.note_files(db, {FILE: OVERRIDE}, utc_now())
        rule_versions.add(db, FILE, OTHER, "sent", utc_now(), person_id=SECOND, name="سارة")

    await at_work.database.write(versions)
    (at_work.folder / "signals").mkdir()
    (at_work.folder / FILE).write_bytes(OTHER)
    shown = await at_work.ask(OPERATOR, "/versions")
    assert "سارة" in shown and "changed on disk" in shown
    assert at_work.buttons() == ["vb:1"]
    reloads(at_work, Swapped("h", 12))
    await at_work.press(OPERATOR, "vb:1")
    await at_work.desk.trials.settled()
    ask = at_work.buttons()[0]
    await at_work.press(OPERATOR, ask)
    await at_work.press(OPERATOR, ask.replace("?", "!"))
    assert (at_work.folder / FILE).read_bytes() == OVERRIDE
    assert "no version 77" in await at_work.ask(OPERATOR, "/rollback 77")
    assert "nothing to change" in await at_work.ask(OPERATOR, "/rollback 1")
