"""Who may read and change what, by real updates: strangers, viewers, analysts, operators."""

from __future__ import annotations

import re
import string
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from telegram import Update

from bot.telegram.registry import Who, all_buttons, all_commands
from bot.telegram.services import Access
from storage import alerts
from storage.alerts import Alert
from storage.connection import Connection
from storage.readers import chats, people
from storage.readers.chats import Chat
from storage.rows import fetch
from storage.sending import acknowledgements
from tests.bot.telegram.conftest import OPERATOR, Bench

STRANGER, VIEWER, GROUP, CHANNEL, ADMIN, GUEST = 4242, 7, -100777, -100888, 70, 71
REFUSED = {"ar": "لمن دعاهم مشغّلوه", "en": "people whom its operators invited"}
WELCOME = {"ar": "أهلًا بك في مرصد", "en": "Welcome to Marsad"}
BOTH = pytest.mark.parametrize("language", ["ar", "en"])


@pytest.fixture
def access() -> Access:
    return "invited"


async def invitation(bench: Bench, role: str = "viewer", days: float = 1, **values: bool) -> str:
    now = datetime.now(UTC)
    until = now + timedelta(days=days)
    return await bench.database.write(lambda db: people.invite(db, role, until, now, **values))


async def everyone(bench: Bench) -> list[Chat]:
    return await bench.database.read(chats.everyone)


async def let_in(bench: Bench, person: int, role: str = "viewer", language: str = "ar") -> str:
    payload = await invitation(bench, role)
    return await bench.ask(person, f"/start {payload}", language_code=language)


async def role_of(bench: Bench, person: int) -> str | None:
    found = await bench.database.read(lambda db: people.get(db, person))
    return found.role if found else None


@BOTH
async def test_a_stranger_reads_nothing_and_changes_nothing(bench: Bench, language: str) -> None:
    await bench.alert()
    asked = [f"/{each.name}" for each in all_commands() if each.name != "id"]
    for text in (*asked, "/alert A1", "/start hello", "/start inv-", "A1", "hello"):
        answer = await bench.ask(STRANGER, text, language_code=language)
        refused = REFUSED[language] in answer or text == "/start inv-"
        assert refused, text
    assert await everyone(bench) == []
    assert await role_of(bench, STRANGER) is None


@BOTH
async def test_alert_ids_are_no_oracle_for_a_stranger(bench: Bench, language: str) -> None:
    await bench.alert()
    there, absent = [
        await bench.ask(STRANGER, f"/alert {wanted}", language_code=language)
        for wanted in ("A1", "A99")
    ]
    assert there == absent


async def test_an_alert_for_operators_and_one_that_is_absent_have_one_answer(bench: Bench) -> None:
    await let_in(bench, VIEWER)
    await bench.alert(audience="operators")
    forbidden = await bench.ask(VIEWER, "/alert A1")
    absent = await bench.ask(VIEWER, "/alert A9")
    assert forbidden.replace("A1", "A9", 1) == absent


@BOTH
async def test_an_invitation_lets_in_one_person_once(bench: Bench, language: str) -> None:
    payload = await invitation(bench)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload)
    answer = await bench.ask(VIEWER, f"/start {payload}", language_code=language)
    assert WELCOME[language] in answer
    assert await role_of(bench, VIEWER) == "viewer"
    again = await bench.ask(STRANGER, f"/start {payload}", language_code=language)
    assert ("غير صالحة" if language == "ar" else "not valid") in again
    assert await role_of(bench, STRANGER) is None


async def test_an_invitation_is_void_when_it_is_old_or_copied_in_part(bench: Bench) -> None:
    old, whole = await invitation(bench, days=-1), await invitation(bench)
    for payload in (old, whole[:-1], "inv-" + "x" * 60):
        assert "غير صالحة" in await bench.ask(STRANGER, f"/start {payload}"), payload
    assert await role_of(bench, STRANGER) is None


async def test_an_invitation_is_not_stored_as_it_is(bench: Bench) -> None:
    payload = await invitation(bench)
    rows = await bench.database.read(lambda db: fetch(db, "SELECT * FROM invitations"))
    assert rows
    assert payload not in str(rows)


async def test_a_lower_invitation_takes_no_role_away_and_is_not_used_up(bench: Bench) -> None:
    await let_in(bench, VIEWER, "analyst")
    payload = await invitation(bench, "viewer")
    await bench.ask(VIEWER, f"/start {payload}")
    assert await role_of(bench, VIEWER) == "analyst"
    await bench.ask(STRANGER, f"/start {payload}")
    assert await role_of(bench, STRANGER) == "viewer"


@BOTH
@pytest.mark.parametrize("role", people.ROLES)
async def test_each_role_may_what_is_its_own_and_is_refused_the_rest(
    bench: Bench, role: str, language: str
) -> None:
    await let_in(bench, VIEWER, role, language)
    await bench.alert()
    assert REFUSED[language] not in await bench.ask(VIEWER, "/help", language_code=language)
    assert "A1" in await bench.ask(VIEWER, "/alert A1", language_code=language)
    only = "لمشغّلي مرصد فقط" if language == "ar" else "for Marsad's operators"
    for text in ("/status", "/invite viewer"):
        answer = await bench.ask(VIEWER, text, language_code=language)
        assert (only in answer) == (role != "operator"), text


@pytest.mark.parametrize("role", people.ROLES)
async def test_an_operators_link_lets_in_with_its_role(bench: Bench, role: str) -> None:
    await bench.ask(OPERATOR, "/start", language_code="en")
    answer = await bench.ask(OPERATOR, f"/invite {role}")
    found = re.search(r"https://t\.me/\w+\?start=(\S+)", answer)
    assert found
    await bench.ask(VIEWER, f"/start {found[1]}")
    assert await role_of(bench, VIEWER) == role


async def test_an_invitation_is_not_shown_in_a_group(bench: Bench) -> None:
    bench.server.room(GROUP, admins={OPERATOR})
    await bench.ask(GROUP, "/start", user_id=OPERATOR)
    assert "start=" not in await bench.ask(GROUP, "/invite", user_id=OPERATOR)
    assert await bench.database.read(lambda db: fetch(db, "SELECT * FROM invitations")) == []


async def test_the_first_code_makes_an_operator_only_while_there_is_none(bench: Bench) -> None:
    code = await invitation(bench, "operator", first=True)
    newer = await invitation(bench, "operator", first=True)
    await bench.ask(STRANGER, f"/start {code}")
    assert await role_of(bench, STRANGER) is None  # a restart prints another
    await bench.ask(VIEWER, f"/start {newer}")
    assert await role_of(bench, VIEWER) == "operator"
    assert (await bench.chat(VIEWER)).role == "operator"
    late = await invitation(bench, "operator", first=True)
    await bench.ask(STRANGER, f"/start {late}")
    assert await role_of(bench, STRANGER) is None


@BOTH
async def test_who_was_removed_is_a_stranger_also_for_old_buttons(
    bench: Bench, language: str
) -> None:
    await let_in(bench, VIEWER, language=language)
    await bench.ask(VIEWER, "/subscribe")
    await bench.press(VIEWER, "s:evacuation")
    now = datetime.now(UTC)
    assert await bench.database.write(lambda db: people.remove(db, VIEWER, now))
    for data in ("s:aid-access", "s*", "s-"):
        assert REFUSED[language] in await bench.press(VIEWER, data), data
    assert REFUSED[language] in await bench.ask(VIEWER, "/recent")
    bench.server.membership(VIEWER, "member", "kicked")
    bench.server.membership(VIEWER, "kicked", "member")
    await bench.settled()
    chat = await bench.chat(VIEWER)
    assert (chat.state, chat.signals, chat.language) == ("paused", frozenset(), language)


async def test_a_button_without_a_chat_does_nothing(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    user = {"id": STRANGER, "is_bot": False, "first_name": "x"}
    query = {"id": "1", "from": user, "chat_instance": "1", "data": "w:A1"}
    bench.server.inject({"callback_query": query | {"inline_message_id": "z"}})
    await bench.settled()
    assert bench.server.sent_to(STRANGER) == []
    assert await everyone(bench) == []
    assert "failed" not in caplog.text


async def test_a_stranger_lets_no_group_in_even_as_its_administrator(bench: Bench) -> None:
    bench.server.room(GROUP, admins={ADMIN})
    bench.server.membership(GROUP, "left", "member", user_id=ADMIN)
    await bench.server.next_message(GROUP)
    for user in (ADMIN, GUEST):
        for text in ("/start", "/recent", "/alert A1", "/subscribe", "/help"):
            await bench.ask(GROUP, text, user_id=user)
    assert await everyone(bench) == []


async def test_an_invited_administrator_lets_a_group_in_and_its_members_read(bench: Bench) -> None:
    bench.server.room(GROUP, admins={ADMIN})
    await let_in(bench, ADMIN)
    await let_in(bench, VIEWER)
    refused = await bench.ask(GROUP, "/start", user_id=VIEWER)  # invited, but no administrator
    assert "للمشرفين" in refused
    assert GROUP not in [chat.id for chat in await everyone(bench)]
    await bench.ask(GROUP, "/start", user_id=ADMIN)
    await bench.alert()
    assert "لأن جهة النشر" in await bench.ask(GROUP, "/alert A1", user_id=GUEST)
    assert "للمشرفين" in await bench.ask(GROUP, "/subscribe", user_id=GUEST)
    assert REFUSED["ar"] in await bench.ask(GUEST, "/recent")


async def test_only_people_with_a_role_take_an_alert_on(bench: Bench) -> None:
    bench.server.room(GROUP, admins={OPERATOR})
    await let_in(bench, VIEWER)
    await bench.ask(GROUP, "/start", user_id=OPERATOR)
    await bench.ask(GROUP, "/escalate 10", user_id=OPERATOR)
    alert = await bench.alert(level="critical")
    now = datetime.now(UTC)
    await bench.database.write(
        lambda db: acknowledgements.ask(db, alert.id, GROUP, alert.version, None, now)
    )
    shown = bench.server.sent_to(GROUP)[-1]
    shown.reply_markup = {"inline_keyboard": [[{"text": "x", "callback_data": "a:A1"}]]}
    assert REFUSED["ar"] in await bench.press(GROUP, "a:A1", user_id=GUEST)
    taken = await bench.database.read(lambda db: acknowledgements.get(db, alert.id, GROUP))
    assert taken is not None
    assert taken.by_id is None
    assert "أنت تتولى الأمر" in await bench.press(GROUP, "a:A1", user_id=VIEWER)
    taken = await bench.database.read(lambda db: acknowledgements.get(db, alert.id, GROUP))
    assert taken is not None
    assert taken.by_id == VIEWER


async def test_a_members_start_in_a_group_changes_nothing(bench: Bench) -> None:
    bench.server.room(GROUP, admins={OPERATOR})
    await bench.ask(GROUP, "/start", user_id=OPERATOR)
    now = datetime.now(UTC)
    await bench.database.write(lambda db: chats.pause(db, GROUP, "topic closed", now))
    before = await bench.chat(GROUP)
    await bench.ask(GROUP, "/start", user_id=GUEST, language_code="fr")
    assert await bench.chat(GROUP) == before


async def test_a_channel_is_let_in_when_an_invited_person_adds_the_bot(bench: Bench) -> None:
    bench.server.room(CHANNEL, "channel", admins={ADMIN, GUEST})
    bench.server.membership(CHANNEL, "left", "administrator", user_id=GUEST)
    await bench.settled()
    await bench.ask(CHANNEL, "/start")
    assert await everyone(bench) == []
    await let_in(bench, ADMIN)
    bench.server.membership(CHANNEL, "left", "administrator", user_id=ADMIN)
    await bench.settled()
    assert (await bench.chat(CHANNEL)).kind == "channel"


def test_only_start_and_unknown_commands_answer_before_the_check() -> None:
    assert [each.name for each in all_commands() if each.who is Who.STRANGERS] == ["start", "id"]
    assert all(each.who is not Who.STRANGERS for each in all_buttons())


_numbers = count(10_000)
UPDATES = ("message", "edited_message", "channel_post", "edited_channel_post", "inline_query")


@pytest.mark.parametrize("kind", UPDATES)
async def test_a_stranger_gets_nothing_by_any_command_in_any_kind_of_update(
    bench: Bench, kind: str
) -> None:
    """Every registered command, a new one too: neither an answer about alerts nor a change."""
    alert = await bench.alert()
    await _shut_out(bench, STRANGER)
    before = await _stored(bench)
    chat_id = CHANNEL if "channel" in kind else STRANGER
    bench.server.room(CHANNEL, "channel")
    person = {"id": STRANGER, "is_bot": False, "first_name": "x"}
    chat = {"id": chat_id, "type": "channel" if chat_id < 0 else "private", "title": "x"}
    for number, each in enumerate(all_commands(), start=1):
        for words in ("", " A1", " operator", " fr", " off"):
            text = f"/{each.name}{words}"
            entity = {"type": "bot_command", "offset": 0, "length": len(each.name) + 1}
            update: dict[str, object] = {
                "message_id": 5000 + number,
                "chat": chat,
                "date": 1_790_000_000,
                "text": text,
                "entities": [entity],
            }
            if kind == "inline_query":
                update = {"id": str(number), "from": person, "query": text, "offset": ""}
            elif chat_id > 0:
                update["from"] = person
            if kind.startswith("edited"):
                update["edit_date"] = 1_790_000_001
            await _handled(bench, {kind: update})
    assert await _stored(bench) == before
    told = " ".join(bench.server.texts(chat_id))
    assert alert.title not in told
    assert "inv-" not in told
    assert "أوامر مرصد" not in told
    if kind != "message":
        assert await role_of(bench, STRANGER) is None


# Callback data of what operators do, and of what has more than a letter before its value.
OF_MORE_LETTERS = (
    "ob ob:1 or?1 or!1 or-1 od!1 pp:0 po:902 pr?902:viewer pr!902:operator px!902 px-902 au:9 "
    "au:^9 "
    "vb:1 rf?1 rf-1 rf!1 rd:1 fp:0 fo:0123456789ab fp!0123456789ab fr!0123456789ab "
    "fx?0123456789ab fx!0123456789ab fx-0123456789ab "
    "fg?902 fg!902 fg-902 rv:A1 rp:A1:0 ask:1 ask:1:1-1 ask:1:^1-1 find:1 find:1:a find:1:^a"
).split()


async def test_a_stranger_gets_nothing_by_any_button(bench: Bench) -> None:
    """Every registered pattern, also under a message of a group and through another's inline."""
    alert = await bench.alert()
    await let_in(bench, VIEWER)
    await _shut_out(bench, STRANGER)
    await bench.ask(VIEWER, "/subscribe")
    shown = [message for message in bench.server.sent_to(VIEWER) if message.buttons][-1]
    before = await _stored(bench)
    texts_before = [message.text for message in bench.server.messages]
    values = ("A1", "aid-access", "fr", "*", "-", "")
    letters = [each for each in string.printable if each.isalnum()]
    letters = [
        each
        for each in letters
        if any(re.match(button.pattern, f"{each}:A1") for button in all_buttons())
    ]
    datas = [
        f"{prefix}{mark}{value}" for prefix in letters for mark in (":", "") for value in values
    ]
    datas += OF_MORE_LETTERS
    for pattern in (each.pattern for each in all_buttons()):
        assert any(re.match(pattern, data) for data in datas), f"no data here for {pattern}"
    for number, data in enumerate(data for data in datas if data):
        person = {"id": STRANGER, "is_bot": False, "first_name": "x"}
        query: dict[str, object] = {
            "id": f"q{number}",
            "from": person,
            "chat_instance": "1",
            "data": data,
        }
        if number % 5 == 0:
            query["inline_message_id"] = "elsewhere"
        else:
            chat = {"id": STRANGER, "type": "private", "first_name": "x"}
            query["message"] = {
                "message_id": shown.message_id,
                "chat": chat,
                "date": 1_790_000_000,
                "text": "x",
            }
        await _handled(bench, {"callback_query": query})
    assert await _stored(bench) == before
    assert [message.text for message in bench.server.messages] == texts_before
    assert alert.title not in str(bench.server.calls)


async def _shut_out(bench: Bench, person: int) -> None:
    """A stranger whose chat is known: the check of the person alone stands before them."""
    await let_in(bench, person)
    now = datetime.now(UTC)
    assert await bench.database.write(lambda db: people.remove(db, person, now))


async def _handled(bench: Bench, update: dict[str, object]) -> None:
    """Handle it even if it is of a kind that the bot does not ask Telegram for."""
    number = next(_numbers)
    made = Update.de_json({"update_id": number, **update}, bench.application.bot)
    await bench.application.process_update(made)


async def _stored(bench: Bench) -> dict[str, list[object]]:
    """Every row that a person could change."""

    def read(db: Any) -> dict[str, list[object]]:
        skipped = ("handled_updates", "telegram_polling", "_sqlite_migrations")
        names = [name for name in db.table_names() if name not in skipped]
        return {name: [tuple(row.values()) for row in db[name].rows] for name in names}

    return await bench.database.read(read)


async def test_an_alert_that_may_not_be_read_costs_what_an_absent_one_costs(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same statements are run for an alert of operators and for one that is not there."""
    await let_in(bench, VIEWER)
    await bench.alert(audience="operators")
    looked: list[str] = []
    original = alerts.get_by_short_id

    def counted(db: Connection, wanted: str) -> Alert | None:
        db.conn.set_trace_callback(looked.append)
        return original(db, wanted)

    monkeypatch.setattr(alerts, "get_by_short_id", counted)
    counts = []
    for wanted in ("A1", "A9"):
        looked.clear()
        await bench.ask(VIEWER, f"/alert {wanted}")
        counts.append(sum("alert" in sql or "outbox" in sql for sql in looked))
    assert counts[0] == counts[1] == 4


async def test_an_invited_administrator_lets_a_forum_in_from_one_of_its_topics(
    bench: Bench,
) -> None:
    bench.server.room(GROUP, admins={ADMIN, VIEWER}, forum=True)
    for person in (ADMIN, GUEST):
        refused = await bench.ask(GROUP, "/start", user_id=person, thread_id=44)
        assert "مدعوّ" in refused and await everyone(bench) == []
    await let_in(bench, VIEWER)
    assert "أهلًا بك" in await bench.ask(GROUP, "/start", user_id=VIEWER, thread_id=44)
    taps = ("g:language:ar", "g:places:SD", "g:signals:everything", "g:level:alert")
    for tap in (*taps, "g:delivery:now"):
        await bench.press(GROUP, tap, user_id=VIEWER)
    group = await bench.chat(GROUP)
    assert [(each.thread_id, each.everything) for each in group.subscriptions] == [(44, True)]
    assert "لا اشتراك" in await bench.ask(GROUP, "/mine", user_id=VIEWER), "in the general topic"


async def test_an_operator_lets_a_forum_in_without_being_its_administrator(bench: Bench) -> None:
    bench.server.room(GROUP, admins={ADMIN}, forum=True)
    await bench.ask(GROUP, "/start", user_id=OPERATOR, thread_id=44)
    assert (await bench.chat(GROUP)).thread_id == 44
    assert "للمشرفين" in await bench.press(GROUP, "g:language:ar", user_id=OPERATOR)
    await bench.press(GROUP, "g:language:ar", user_id=ADMIN)
    assert [each.thread_id for each in (await bench.chat(GROUP)).subscriptions] == [44]


async def test_an_operator_adds_the_bot_to_a_channel_and_its_administrators_choose(
    bench: Bench,
) -> None:
    bench.server.room(CHANNEL, "channel", admins={ADMIN, OPERATOR})
    bench.server.membership(CHANNEL, "left", "administrator", user_id=OPERATOR)
    await bench.settled()
    await bench.ask(CHANNEL, "/start")
    taps = ("g:language:ar", "g:places:*", "g:signals:usual", "g:level:critical")
    for tap in (*taps, "g:delivery:now"):
        assert "للمشرفين" in await bench.press(CHANNEL, tap, user_id=GUEST)
        await bench.press(CHANNEL, tap, user_id=ADMIN)
    (one,) = (await bench.chat(CHANNEL)).subscriptions
    assert (one.thread_id, one.lowest_level) == (None, "critical")
