"""Cards are edited in silence: when, how often, and what follows from what came of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.delivery.deciding.outcome import (
    ChatGone,
    Conflict,
    Migrated,
    NeverSent,
    Outcome,
    RateLimited,
    Reactions,
    Rejected,
    Sent,
    Unauthorised,
    Unknown,
)
from bot.delivery.deciding.pacing import SendLimits
from bot.delivery.edits import (
    Done,
    Drop,
    EditPolicy,
    Go,
    Later,
    after_edit,
    chat_has_room,
    gap_after,
    next_edit,
    room,
)
from bot.messages.cards.card import alert_card
from bot.messages.cards.display import Display
from storage import alerts, retention
from storage.alerts import Alert
from storage.connection import Connection
from storage.opening import open_database
from storage.readers import chats, feedback, mutes, supergroups
from storage.readers.feedback import Mark
from storage.readers.mutes import Target
from storage.readers.subscriptions import Subscription
from storage.sending import card_edits, owed, sends
from storage.sending import outbox as stored
from storage.sending.card_edits import CardEdit
from storage.sending.deliveries import Recipient
from tests.bot.alerts.newsroom import Newsroom, of_its_own
from tests.bot.delivery.desk import (
    OPERATOR,
    START,
    Desk,
    alert_text,
    bump,
    chat,
    delivery,
    owe,
)
from tests.storage.make import add_entry, choose, existing
from tests.storage.make import told as signal

POLICY, LIMITS = EditPolicy(), SendLimits()
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
OWED = CardEdit(1, 1, 1, None, 1, START, START, 0, 0)
TOLD = delivery(state="sent", message_id=11)


# The deciders.


def decided(edit: CardEdit = OWED, may_see: bool = True, **given: Any) -> Go | Later | Drop:
    reader = replace(chat(1), **given.pop("chat", {}))
    rows = given.pop("rows", [TOLD])
    return next_edit(edit, reader, rows, POLICY, START, may_see=may_see)


def test_the_newest_message_that_the_chat_has_is_edited() -> None:
    rows = [
        delivery(1, version=1, state="sent", message_id=11),
        delivery(2, version=3, state="expired"),
        delivery(3, version=2, state="sent", message_id=12),
        delivery(4, version=4, state="unknown"),
    ]
    assert decided(rows=rows) == Go(rows[2])


@pytest.mark.parametrize(
    "given",
    [
        {"chat": {"state": "paused"}},
        {"may_see": False},
        {"edit": replace(OWED, changed_at=START - timedelta(hours=49))},
        {"rows": []},
        {"rows": [delivery(state="expired")]},
        {"rows": [delivery(state="sent", message_id=None)]},
    ],
    ids=["paused", "not for it", "too old", "no row", "in a line alone", "a message without id"],
)
def test_what_cannot_or_must_not_be_edited_is_dropped(given: dict[str, Any]) -> None:
    assert isinstance(decided(**given), Drop)


def test_a_chat_that_wants_or_has_to_be_quiet_is_left_until_then() -> None:
    for name in ("muted_until", "blocked_until"):
        later = decided(chat={name: START + HOUR})
        assert isinstance(later, Later)
        assert later.until == START + HOUR


@pytest.mark.parametrize("state", ["pending", "sending"])
def test_a_message_that_is_to_come_says_it_all(state: str) -> None:
    rows = [TOLD, delivery(2, version=2, state=state)]
    assert isinstance(decided(rows=rows), Later)


def test_failures_are_tried_again_a_few_times_then_dropped() -> None:
    waits = []
    for attempts in range(POLICY.tries):
        edit = replace(OWED, attempts=attempts)
        for outcome in (Unknown("reset"), NeverSent(None, "x"), Unauthorised("x"), Conflict()):
            step = after_edit(outcome, edit, POLICY, START)
        waits.append(step.until - START if isinstance(step, Later) else None)
    assert waits == [30 * SECOND, MINUTE, 2 * MINUTE, None]


@pytest.mark.parametrize(
    "outcome", [Rejected("message to edit not found"), ChatGone("kicked"), Migrated(-1001)]
)
def test_what_is_gone_is_dropped(outcome: Outcome) -> None:
    assert isinstance(after_edit(outcome, OWED, POLICY, START), Drop)


def test_a_rate_limit_holds_every_card_of_the_chat_and_counts_as_no_failure() -> None:
    step = after_edit(RateLimited(40), replace(OWED, attempts=2), POLICY, START)
    assert isinstance(step, Later)
    assert (step.until, step.attempts, step.whole_chat) == (START + 41 * SECOND, 2, True)


def test_a_card_is_edited_ever_more_seldom() -> None:
    at, times = START, []
    for edits in range(20):
        times.append(at)
        step = after_edit(Sent(1), replace(OWED, edits=edits), POLICY, at)
        assert isinstance(step, Done)
        at = step.free_at
    assert all(b - a >= MINUTE for a, b in pairwise(times))
    assert len([each for each in times if each < START + HOUR]) <= 8
    assert gap_after(10**6, POLICY) == POLICY.longest_gap


def test_edits_leave_half_of_each_second_to_messages() -> None:
    assert room([START] * 12, [], LIMITS, POLICY, START) == POLICY.a_second
    assert room([START] * 13, [], LIMITS, POLICY, START) == 0
    assert room([], [START] * 3, LIMITS, POLICY, START) == POLICY.a_second - 3
    assert room([], [START] * 9, LIMITS, POLICY, START + SECOND) == POLICY.a_second


def test_a_group_bears_few_messages_and_edits_in_a_minute() -> None:
    past = [START - number * 10 * SECOND for number in range(4, 0, -1)]
    given = (LIMITS, POLICY, START)
    assert chat_has_room("group", past, [], *given)
    assert not chat_has_room("group", past, past[:1], *given)
    assert chat_has_room("private", past, past, *given)
    assert not chat_has_room("private", [START - SECOND], [], *given)
    assert not chat_has_room("private", [], [START - SECOND], *given)


# At a desk.


async def told(desk: Desk, *chat_ids: int, level: str = "alert") -> Alert:
    """An alert that these chats have."""
    alert = await desk.alert(*(chat_ids or (1,)), level=level)
    await desk.once()
    desk.clock.pass_(minutes=5)
    return alert


async def changes(
    desk: Desk, alert: Alert, *chat_ids: int, families: int = 2, settle: timedelta = 30 * SECOND
) -> None:
    """Another publisher reports it."""

    def write(db: Connection) -> None:
        alerts.with_families(db, alert, families)
        card_edits.ask(
            db, alert.id, [Recipient(each) for each in chat_ids or (1,)], desk.clock(), settle
        )

    await desk.database.write(write)


async def owes(desk: Desk, alert: Alert, chat_id: int = 1) -> bool:
    edit = await desk.database.read(lambda db: card_edits.get(db, alert.id, Recipient(chat_id)))
    return edit is not None and edit.due_at is not None


async def test_a_card_is_edited_once_half_a_minute_after_the_first_change(desk: Desk) -> None:
    alert = await told(desk)
    await changes(desk, alert, families=2)
    changed = desk.clock()
    for families in (3, 4):
        desk.clock.pass_(seconds=10)
        await desk.once()
        await changes(desk, alert, families=families)
    await desk.work(20)
    ((at, edit),) = desk.sender.edits
    assert at - changed >= 30 * SECOND
    assert (edit.alert.families, edit.message.message_id) == (4, 1)
    assert edit.changed_at == changed + 20 * SECOND
    assert len(desk.sender.got) == 1, "and no message"
    assert not await owes(desk, alert)
    assert desk.dispatcher.edits == {"edited": 1}


async def test_an_edit_keeps_what_people_did_with_the_buttons(desk: Desk) -> None:
    alert = await told(desk)
    now = desk.clock()

    def press(db: Connection) -> None:
        mutes.put(db, 1, Target("alert", alert_id=alert.id), 7, now + timedelta(hours=8), now)
        for person, mark in ((7, "useful"), (8, "false"), (9, "false")):
            feedback.mark(db, Mark(alert.id, person, "x", "viewer", 1, mark, now, ()))

    await desk.database.write(press)
    await changes(desk, alert)
    await desk.work(30)
    ((_, edit),) = desk.sender.edits
    assert edit.reactions == Reactions(now + timedelta(hours=8), useful=1, false=2)


async def test_an_edit_is_owed_to_nobody_as_a_message(desk: Desk) -> None:
    alert = await told(desk)
    before = await desk.database.read(stored.counts)
    await changes(desk, alert)
    report = await desk.once()
    assert (report.attempted, report.wake_at) == (0, None)
    await desk.work(30)
    assert desk.sender.edits
    assert await desk.database.read(stored.counts) == before
    assert await desk.database.read(lambda db: sends.sends_since(db, START + MINUTE)) == {}


async def test_a_message_that_is_ready_goes_first_and_an_edit_delays_none(desk: Desk) -> None:
    alert = await told(desk)
    await changes(desk, alert, settle=timedelta(0))
    others = await desk.alerts(3, 1)
    for _ in range(60):
        await desk.once()
        desk.clock.pass_(seconds=0.1)
    assert desk.sender.alerts_to(1)[1:] == [each.short_id for each in others]
    (edited, _), last = desk.sender.edits[0], desk.sender.got[-1][0]
    assert edited - last >= LIMITS.chat_gap
    # And the next one follows the edit at once.
    await desk.alert(1)
    await desk.once()
    assert desk.sender.got[-1][0] == desk.clock()


async def test_while_more_messages_wait_than_may_go_no_card_is_edited(desk: Desk) -> None:
    alert = await told(desk)
    await changes(desk, alert, settle=timedelta(0))
    crowd = range(10, 70)
    await desk.with_chats(*map(chat, crowd))
    await desk.alert(*crowd)
    while len(desk.sender.got) <= len(crowd):
        assert desk.sender.edits == []
        await desk.once()
        desk.clock.pass_(seconds=0.2)
    await desk.work(2)
    assert len(desk.sender.edits) == 1


async def test_while_a_message_waits_for_its_turn_no_card_is_edited_elsewhere(desk: Desk) -> None:
    alert = await told(desk)
    await desk.alerts(2, 2)
    await desk.once()
    await changes(desk, alert, settle=timedelta(0))
    desk.clock.pass_(seconds=1.05)
    await desk.once()
    assert desk.sender.edits == [], "chat 2 waits for a second to pass"
    await desk.work(3)
    assert len(desk.sender.edits) == 1


async def test_while_telegram_gives_no_answer_no_card_is_edited(desk: Desk) -> None:
    alert = await told(desk)
    await changes(desk, alert, settle=timedelta(0))
    desk.dispatcher.health.failing_since = desk.clock()
    await desk.work(10)
    assert desk.sender.edits == []
    desk.dispatcher.health.failing_since = None
    await desk.work(2)
    assert len(desk.sender.edits) == 1


async def test_a_card_is_left_alone_for_a_minute_after_an_edit(desk: Desk) -> None:
    alert = await told(desk)
    for families in range(2, 30):
        await changes(desk, alert, families=families, settle=SECOND)
        await desk.work(5, seconds=2)
    times = [at for at, _ in desk.sender.edits]
    gaps = [b - a for a, b in pairwise(times)]
    assert len(gaps) == 2
    assert all(gap >= least for gap, least in zip(gaps, (MINUTE, 2 * MINUTE), strict=True))


async def test_who_chose_one_signal_reads_of_that_one_in_words_that_tell_it(desk: Desk) -> None:
    """A later report adds a signal that the chat did not choose."""
    await desk.database.write(
        lambda db: choose(db, 2, signals=frozenset({"medicine-shortage", "siege"}))
    )
    alert = await told(desk, 1, 2)

    def joins(db: Connection) -> None:
        entry_id = add_entry(db, title="The town is besieged", summary="Nobody gets out.")
        text = replace(alert_text(entry_id), title="The town is besieged", families=2)
        alerts.bump(db, alert.id, [signal("siege", entry_id)], text, desk.clock())
        card_edits.ask(db, alert.id, [Recipient(1), Recipient(2)], desk.clock(), timedelta(0))

    await desk.database.write(joins)
    await desk.work(3)
    seen = {edit.chat.id: edit.alert for _, edit in desk.sender.edits}
    assert [each.signal for each in seen[1].signals] == ["medicine-shortage"]
    assert seen[1].title == "Hospitals run out of insulin"
    assert (len(seen[2].signals), seen[2].title) == (2, "The town is besieged")


async def test_an_edit_that_hangs_keeps_no_message_back(desk: Desk) -> None:
    alert = await told(desk)
    await changes(desk, alert, settle=timedelta(0))
    desk.sender.edits_hang = True
    hanging = asyncio.create_task(desk.once())
    await desk.sender.editing.wait()
    critical = await desk.alert(1, level="critical")
    desk.clock.pass_(seconds=2)
    await desk.dispatcher._pass(desk.clock())
    await asyncio.gather(*desk.dispatcher._sending.busy.values())
    assert desk.sender.alerts_to(1)[-1] == critical.short_id
    assert await desk.dispatcher.drain()
    await asyncio.gather(hanging, return_exceptions=True)
    assert await owes(desk, alert), "it was cut off"


async def test_a_kill_between_edit_and_mark_edits_once_more(desk: Desk) -> None:
    alert = await told(desk)
    await changes(desk, alert, settle=timedelta(0))
    desk.sender.edits_hang = True
    hanging = asyncio.create_task(desk.once())
    await desk.sender.editing.wait()
    for task in [*desk.dispatcher._editing.busy.values(), hanging]:  # type: ignore[union-attr]
        task.cancel()
    await asyncio.gather(hanging, return_exceptions=True)
    desk.sender.edits_hang = False
    desk.restarted()
    desk.clock.pass_(seconds=2)
    await desk.once()
    assert len(desk.sender.edits) == 2
    assert len(desk.sender.got) == 1
    assert not await owes(desk, alert)


async def test_a_new_message_of_the_alert_is_what_is_edited_from_then_on(desk: Desk) -> None:
    alert = await told(desk)
    await changes(desk, alert, settle=5 * SECOND)
    newer = await desk.database.write(lambda db: bump(db, alert, desk.clock()))
    await desk.database.write(lambda db: owe(db, newer, [1], desk.clock()))
    await desk.work(10)
    assert [outgoing.name for outgoing in desk.sender.to(1)] == ["A1 version 1", "A1 version 2"]
    assert desk.sender.edits == [], "the new message says it all"
    await changes(desk, alert, families=3)
    await desk.work(40)
    ((_, edit),) = desk.sender.edits
    assert (edit.message.version, edit.message.message_id) == (2, 2)


async def test_what_changes_while_an_edit_is_under_way_is_edited_a_minute_later(
    desk: Desk,
) -> None:
    alert = await told(desk)
    await changes(desk, alert, settle=timedelta(0))
    reply = desk.sender.edit

    async def slow(edit: Any) -> Outcome:
        if not desk.sender.edits:
            await changes(desk, alert, families=3)
        return await reply(edit)

    desk.sender.edit = slow  # type: ignore[method-assign]
    await desk.work(100)
    (first, one), (second, other) = desk.sender.edits
    assert (one.alert.families, other.alert.families) == (2, 3)
    assert second - first >= POLICY.gap


async def test_a_rate_limit_holds_the_chats_cards_and_no_message(desk: Desk) -> None:
    first, second = await told(desk), await told(desk)
    await changes(desk, first, settle=timedelta(0))
    await changes(desk, second, settle=timedelta(0))
    desk.sender.edit_script[1] = [RateLimited(120)]
    await desk.once()
    third = await desk.alert(1)
    await desk.work(20)
    assert desk.sender.alerts_to(1)[-1] == third.short_id
    assert len(desk.sender.edits) == 1
    assert (await desk.chat(1)).blocked_until is None
    await desk.work(120)
    assert len(desk.sender.edits) == 3
    assert not await owes(desk, first)
    assert not await owes(desk, second)


async def test_what_fails_is_given_up_until_the_next_change(desk: Desk) -> None:
    alert = await told(desk)
    desk.sender.edit_script[1] = [Unknown("502"), NeverSent(None, "x"), Unknown("x"), Unknown("x")]
    await changes(desk, alert)
    await desk.work(300)
    assert len(desk.sender.edits) == 4
    assert not await owes(desk, alert)
    assert desk.dispatcher.health.failing_since is None, "messages say whether Telegram answers"
    await changes(desk, alert, families=3)
    await desk.work(40)
    assert [edit.alert.families for _, edit in desk.sender.edits][-1] == 3
    assert len(desk.sender.got) == 1


@pytest.mark.parametrize(
    "outcome",
    [Rejected("message to edit not found"), ChatGone("blocked"), Migrated(-9), ValueError("bug")],
)
async def test_no_failure_of_an_edit_becomes_a_message_or_a_pause(
    desk: Desk, outcome: Outcome | Exception
) -> None:
    alert = await told(desk)
    desk.sender.edit_script[1] = [outcome] * 4
    await changes(desk, alert)
    await desk.work(300)
    assert len(desk.sender.edits) == (4 if isinstance(outcome, Exception) else 1)
    assert not await owes(desk, alert)
    assert len(desk.sender.got) == 1, "neither the reader nor the operator hears of it"
    assert (await desk.chat(1)).state == "active"
    assert await desk.states(1) == ["sent"]
    assert await desk.rows(OPERATOR) == []


async def test_a_muted_chat_has_its_card_edited_when_the_quiet_is_over(desk: Desk) -> None:
    alert = await told(desk)
    until = desk.clock() + 10 * MINUTE
    await desk.database.write(lambda db: chats.mute(db, 1, until, desk.clock()))
    await changes(desk, alert)
    await desk.work(200)
    assert desk.sender.edits == []
    await desk.work(400)
    ((at, _),) = desk.sender.edits
    assert at >= until


async def test_a_paused_chat_has_no_card_edited_not_even_after(desk: Desk) -> None:
    alert = await told(desk)
    await desk.database.write(lambda db: chats.pause(db, 1, "blocked", desk.clock()))
    await changes(desk, alert)
    await desk.work(40)
    await desk.database.write(lambda db: chats.resume(db, 1, desk.clock()))
    await desk.work(40)
    assert desk.sender.edits == []


async def test_a_chat_that_chose_other_places_since_keeps_its_card(desk: Desk) -> None:
    alert = await told(desk)
    await changes(desk, alert)
    await desk.database.write(lambda db: choose(db, 1, places={"halab": {}}))
    await desk.work(40)
    assert desk.sender.edits == []
    assert not await owes(desk, alert)


async def test_the_messages_of_a_group_that_became_a_supergroup_are_not_edited(desk: Desk) -> None:
    await desk.with_chats(chat(-5, kind="group"))
    alert = await told(desk, -5)
    await changes(desk, alert, -5)
    await desk.database.write(lambda db: supergroups.migrate(db, -5, -1005))
    await desk.work(40)
    # Nor is a later change: message 1 of the supergroup is another one.
    await changes(desk, alert, -1005, families=3)
    await desk.work(40)
    assert desk.sender.edits == []


async def test_edits_go_with_what_they_are_of(desk: Desk) -> None:
    alert = await told(desk)
    await changes(desk, alert)
    await desk.database.write(lambda db: retention.purge(db, desk.clock() + HOUR))
    assert await desk.database.read(lambda db: card_edits.ready(db, desk.clock() + HOUR, 9)) == []
    await desk.work(40)
    assert desk.sender.edits == []


async def test_without_an_editor_cards_stay_as_they_are(desk: Desk) -> None:
    from bot.delivery.dispatcher import Dispatcher

    alert = await told(desk)
    await changes(desk, alert)
    desk.dispatcher = Dispatcher(desk.database, desk.sender, desk.policy, desk.clock)
    await desk.work(40)
    assert desk.sender.edits == []
    assert desk.dispatcher.edits == {}


# Properties.

REPORTS = st.tuples(st.sampled_from(["enab", "sana", "aks", "anb"]), st.integers(1, 40))
STEPS = st.lists(
    st.one_of(REPORTS, st.sampled_from([1, 20, 45, 400]), st.sampled_from(["alert", "fault"])),
    max_size=14,
)


def text_of(alert: Alert) -> str:
    """Its card, but for which of a publisher's reports is its latest: that is no reason to edit."""
    sources = [replace(s, entry_id=0, published_at=None, link=None) for s in alert.sources]
    alert = replace(alert, sources=tuple(sources))
    display = Display("ar", {}, START, START.tzinfo)  # type: ignore[arg-type]
    return alert_card(alert, display).plain


@given(steps=STEPS)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_last_that_a_chat_was_shown_is_what_is_known(steps: list[Any], tmp_path: Path) -> None:
    """In whatever order reports, other messages, faults and looks come; and no edit goes where a
    message is ready."""
    asyncio.run(_shown(steps, tmp_path / f"{len(list(tmp_path.iterdir()))}.sqlite"))


async def _shown(steps: list[Any], file: Path) -> None:
    database = await open_database(file)
    desk = Desk(database)
    reader = replace(chat(1), subscriptions=(Subscription(1, signals=frozenset({"siege"})),))
    await desk.with_chats(reader)
    reply = desk.sender.edit

    async def checked(edit: Any) -> Outcome:
        ready = await database.read(lambda db: owed.ready(db, desk.clock(), 1))
        assert [row for row in ready if row.chat_id == edit.chat.id] == []
        return await reply(edit)

    desk.sender.edit = checked  # type: ignore[method-assign]
    number = 0

    async def says(family: str, killed: int) -> None:
        nonlocal number
        number += 1
        text = f"{of_its_own(number)}. قتل {killed} شخصا"
        report = partial(_report, text=text, family=family, now=desk.clock())
        await database.write(report)

    try:
        await says("enab", 12)
        await desk.once()
        for step in steps:
            if step == "alert":
                await desk.alert(1)
            elif step == "fault":
                desk.sender.edit_script[1].append(Unknown("502"))
            elif isinstance(step, int):
                desk.clock.pass_(seconds=step)
                await desk.once()
            else:
                await says(*step)
        for _ in range(60):  # quiet: longer than the longest gap and all tries
            desk.clock.pass_(minutes=1)
            await desk.once()
        alert = await database.read(_of_the_siege)
        shown = [
            *((at, 0, each.alert) for at, each in desk.sender.got if each.alert),
            *((at, 1, each.alert) for at, each in desk.sender.edits),
        ]
        last = [each for each in sorted(shown, key=lambda e: e[:2]) if each[2].id == alert.id][-1]
        failed = sum(1 for step in steps if step == "fault") - len(desk.sender.edit_script[1])
        if failed < POLICY.tries:
            assert text_of(last[2]) == text_of(alert)
    finally:
        await database.close()


def _report(db: Connection, text: str, family: str, now: datetime) -> None:
    Newsroom(db).says("حصار على بلدة الزبداني", text, family=family, now=now)


def _of_the_siege(db: Connection) -> Alert:
    (found,) = alerts.recent(db, ["siege"], START, 10)
    return existing(alerts.get(db, found.id))
