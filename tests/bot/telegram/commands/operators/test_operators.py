"""What an operator does from a phone: looking at rules, people, the outbox, the doctor, a copy."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import utc_now
from storage import decisions
from storage.connection import Connection
from storage.decisions import Decision
from storage.readers import audit, chats, people
from storage.sending import outbox
from storage.sending.outbox import Mark
from tests.bot.telegram.desk import (
    ANALYST,
    OPERATOR,
    SECOND,
    STRANGER,
    VIEWER,
    Office,
    readable,
)
from tests.storage.make import add_alert, add_chat, delivery

GROUP = -1001234567890


async def test_rules_lists_each_rule_with_what_it_found_lately(at_work: Office) -> None:
    def found(db: Connection) -> None:
        alert = add_alert(db)
        for action in ("send", "suppress"):
            decisions.record(
                db,
                Decision(
                    entry_id=alert.entry_id,
                    alert_id=alert.id,
                    signal="siege",
                    action=action,
                    reason="first-telling",
                    rules_hash="h",
                    at=utc_now(),
                    direction="worsening",
                ),
            )

    await at_work.database.write(found)
    answer = await at_work.ask(OPERATOR, "/rules")
    line = next(line for line in answer.splitlines() if "(siege)" in line)
    assert line.endswith("Alert · 2")
    one = await at_work.ask(OPERATOR, "/rule siege")
    assert "found 2, told 1" in one
    assert "As it comes with Marsad." in one
    clause = next(line for line in one.splitlines() if line.startswith("• "))
    assert "besieged" in clause.split(" · ")[-1] and "weight 100 of 100" in clause
    assert "there is no rule" in (await at_work.ask(OPERATOR, "/rule flood")).lower()


async def test_test_says_what_fires_and_stores_nothing(at_work: Office) -> None:
    fired = await at_work.ask(OPERATOR, "/test الجيش يفرض حصارًا خانقًا على مدينة الفاشر")
    assert "🔔 Siege (Alert, worsening)" in fired
    assert "No rule fires." in await at_work.ask(OPERATOR, "/test الطقس مشمس اليوم")
    assert "after the command" in await at_work.ask(OPERATOR, "/test")
    assert (
        await at_work.database.read(
            lambda db: db.execute("SELECT count(*) FROM entries").fetchone()[0]
        )
        == 0
    )


async def test_expand_shows_the_forms_of_a_word(at_work: Office) -> None:
    answer = await at_work.ask(OPERATOR, "/expand دواء/أدوية")
    assert "أدوية" in answer and "matches" in answer
    wrong = await at_work.ask(OPERATOR, "/expand $no-such-term")
    assert "no-such-term" in wrong


async def test_anybody_may_ask_for_ids(at_work: Office) -> None:
    assert str(STRANGER) in await at_work.ask(STRANGER, "/id", language_code="en")
    at_work.server.room(GROUP, forum=True)
    answer = await at_work.ask(GROUP, "/id", user_id=STRANGER, thread_id=44, language_code="en")
    assert answer.splitlines() == [f"Chat: {GROUP}", "Topic: 44", f"You: {STRANGER}"]


async def test_people_change_by_two_taps_and_every_act_is_kept(at_work: Office) -> None:
    await at_work.ask(OPERATOR, "/people")
    await at_work.press(OPERATOR, f"po:{VIEWER}")
    await at_work.press(OPERATOR, f"pr?{VIEWER}:analyst")
    person = await at_work.database.read(lambda db: people.get(db, VIEWER))
    assert person is not None and person.role == "viewer", "one tap changes nothing"
    await at_work.press(OPERATOR, f"pr!{VIEWER}:analyst")
    person = await at_work.database.read(lambda db: people.get(db, VIEWER))
    assert person is not None and person.role == "analyst"
    await at_work.press(OPERATOR, f"px?{VIEWER}")
    await at_work.press(OPERATOR, f"px!{VIEWER}")
    assert await at_work.database.read(lambda db: people.get(db, VIEWER)) is None
    acts = await at_work.database.read(lambda db: audit.latest(db, 9))
    assert [act.action for act in acts] == ["person-removed", "person-role"]
    answer = await at_work.ask(OPERATOR, "/audit")
    assert "shut out" in answer and str(VIEWER) in answer


@pytest.mark.parametrize("said", ["محلل", "analyst", "Analyste"])
async def test_a_role_is_named_in_any_language(at_work: Office, said: str) -> None:
    await at_work.ask(OPERATOR, "/language ar")
    assert "(محلل)" in await at_work.ask(OPERATOR, f"/invite {said}")
    assert "دعا شخصًا بصفة: محلل" in await at_work.ask(OPERATOR, "/audit")


async def test_an_operator_of_the_settings_is_changed_there_alone(at_work: Office) -> None:
    await at_work.ask(SECOND, "/start", language_code="en")
    await at_work.ask(SECOND, "/people")
    await at_work.press(SECOND, f"po:{OPERATOR}")
    assert "MARSAD_OPERATORS" in at_work.newest(SECOND)
    assert at_work.buttons(SECOND) == ["pp:0"]


async def test_what_failed_is_sent_again_or_given_up_by_two_taps(at_work: Office) -> None:
    def failed(db: Connection) -> list[int]:
        add_chat(db, 5)
        alert = add_alert(db)
        outbox.enqueue(db, [delivery(alert.id, 5), delivery(alert.id, 5, version=2)], utc_now())
        rows = outbox.for_chat(db, 5)
        for row in rows:
            outbox.mark(db, row.id, Mark("failed", "Bad Request: chat not found", utc_now(), 3))
        return [row.id for row in rows]

    first, second = await at_work.database.write(failed)
    answer = await at_work.ask(OPERATOR, "/outbox")
    assert "failed: 2" in answer
    await at_work.press(OPERATOR, f"ob:{first}")
    assert "chat not found" in at_work.newest()
    for data in (f"or?{first}", f"or!{first}", f"ob:{second}", f"od?{second}"):
        await at_work.press(OPERATOR, data)
    # A second operator was quicker: the row is on its way, and is not given up.
    await at_work.database.write(lambda db: outbox.mark_sent(db, second, 1, utc_now()))
    assert "cannot be done now" in await at_work.press(OPERATOR, f"od!{second}")
    rows = await at_work.database.read(lambda db: [outbox.get(db, n) for n in (first, second)])
    assert [row.state for row in rows if row] == ["pending", "sent"]
    await at_work.ask(OPERATOR, "/language français")
    for command in ("/outbox", "/status"):
        assert "en attente\u202f: 1" in await at_work.ask(OPERATOR, command)


async def test_the_doctor_speaks_the_operators_language(at_work: Office) -> None:
    async def doctor() -> str:
        before = len(at_work.server.sent_to(OPERATOR))
        await at_work.ask(OPERATOR, "/doctor")
        return readable((await at_work.server.next_message(OPERATOR, before + 1)).text)

    english = await doctor()
    assert "database: sound; 0 messages wait" in english
    assert "12 signals" in english
    await at_work.database.write(lambda db: chats.set_language(db, OPERATOR, "ar"))
    arabic = await doctor()
    assert "قاعدة البيانات: سليمة" in arabic
    assert at_work.server.token not in english + arabic


async def test_a_backup_comes_as_a_file_that_is_a_whole_database(
    at_work: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await at_work.ask(OPERATOR, "/backup")
    await at_work.server.until(lambda: at_work.server.documents)
    chat, name, content = at_work.server.documents[0]
    copy = tmp_path / name
    copy.write_bytes(content)
    with sqlite3.connect(copy) as opened:
        rows = opened.execute("SELECT role FROM people WHERE id = ?", (ANALYST,)).fetchall()
    assert (chat, rows) == (OPERATOR, [("analyst",)])
    monkeypatch.setattr("bot.telegram.commands.operators.doctor.MOST_BYTES", 1000)
    before = len(at_work.server.sent_to(OPERATOR))
    await at_work.ask(OPERATOR, "/backup")
    refused = await at_work.server.next_message(OPERATOR, before + 1)
    assert "marsad backup" in refused.text and len(at_work.server.documents) == 1


async def test_in_a_group_nothing_private_is_answered(at_work: Office) -> None:
    at_work.server.room(GROUP, admins={OPERATOR})
    await at_work.ask(GROUP, "/start", user_id=OPERATOR, language_code="en")
    for command in ("/backup", "/people", "/audit", "/outbox", "/doctor", "/versions"):
        answer = await at_work.ask(GROUP, command, user_id=OPERATOR)
        assert "our private chat" in answer, command
    assert "Siege" in await at_work.ask(GROUP, "/rules", user_id=OPERATOR)


async def test_help_shows_what_the_person_may_do_and_no_more(at_work: Office) -> None:
    mine = await at_work.ask(OPERATOR, "/help")
    assert "For operators\n" in mine and "/backup – " in mine
    await at_work.ask(VIEWER, "/start", language_code="fr")
    theirs = await at_work.ask(VIEWER, "/help")
    assert "Pour les opérateurs" not in theirs and "/rules" not in theirs
    assert "Ce qui arrive ici\n/subscribe" in theirs


async def test_acts_of_a_month_are_paged(at_work: Office) -> None:
    def acts(db: Connection) -> None:
        for number in range(30):
            at = utc_now() - timedelta(days=number)
            audit.record(db, SECOND, "سارة", "feed-added", f"feed {number:02}", at)

    await at_work.database.write(acts)
    first = await at_work.ask(OPERATOR, "/audit")
    assert "feed 29" in first and "feed 17" not in first
    await at_work.press(OPERATOR, at_work.buttons()[0])
    assert "feed 17" in at_work.newest() and "feed 29" not in at_work.newest()


async def test_times_are_by_the_clock_of_the_operators_chat(at_work: Office) -> None:
    await at_work.ask(OPERATOR, "/timezone Kabul")
    at = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    await at_work.database.write(
        lambda db: audit.record(db, OPERATOR, "Sara", "feed-added", "Relief Wire", at)
    )
    assert "13:30" in await at_work.ask(OPERATOR, "/audit")
