"""The clock of the machine is moved: nothing that is owed waits for it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.clock import TOLERANCE, ClockStep, SteadyTime, Uptime, step_since
from bot.delivery.deciding.outcome import Edit, NeverSent, Outcome, Outgoing, RateLimited, Sent
from bot.delivery.dispatcher import Dispatcher
from bot.delivery.second_channel import SecondChannelWatch
from storage import clock as stored_clock
from storage.database import Database
from storage.file.errors import StorageBusy
from storage.opening import open_database
from storage.readers import chats
from storage.rows import fetch
from storage.sending import card_edits, second_channel
from storage.sending.deliveries import Recipient
from tests.bot.delivery.desk import START, Desk, chat

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@dataclass
class Machine:
    """A machine whose wall clock can be moved. `passed` is the time that truly passed."""

    passed: timedelta = timedelta(days=3)
    ahead: timedelta = timedelta(0)
    booted: timedelta = timedelta(0)
    boots: int = 1

    def wall(self) -> datetime:
        return START + self.passed + self.ahead

    def uptime(self) -> Uptime:
        return Uptime(lambda: self.passed - self.booted, f"boot {self.boots}")

    def reboot(self) -> None:
        self.booted, self.boots = self.passed, self.boots + 1


@dataclass
class Telegram:
    """Answers or does not; keeps when, in true time, each chat got what."""

    machine: Machine
    answers: bool = True
    hold: float = 0.0
    got: list[tuple[timedelta, Outgoing]] = field(default_factory=list)
    edited: list[timedelta] = field(default_factory=list)

    async def send(self, outgoing: Outgoing) -> Outcome:
        if not self.answers:
            return NeverSent(None, "no route")
        if self.hold:
            wait, self.hold = self.hold, 0.0
            return RateLimited(wait)
        self.got.append((self.machine.passed, outgoing))
        return Sent(len(self.got))

    async def edit(self, edit: Edit) -> Outcome:
        self.edited.append(self.machine.passed)
        return Sent(1)

    def times(self, chat_id: int) -> list[timedelta]:
        return [at for at, outgoing in self.got if outgoing.chat.id == chat_id]


class World:
    """A desk on a machine whose clock is moved."""

    def __init__(self, database: Database) -> None:
        self.machine = Machine()
        self.telegram = Telegram(self.machine)
        self.desk = Desk(database)
        self.desk.clock = self.machine.wall  # type: ignore[assignment]
        self.dispatcher = self.restart()

    def restart(self) -> Dispatcher:
        self.dispatcher = Dispatcher(
            self.desk.database,
            self.telegram,
            clock=self.machine.wall,
            uptime=self.machine.uptime(),
            editor=self.telegram,
        )
        return self.dispatcher

    async def run(self, seconds: float, every: float = 1.0) -> None:
        end = self.machine.passed + timedelta(seconds=seconds)
        while self.machine.passed < end:
            await self.look()
            self.machine.passed += timedelta(seconds=every)

    async def look(self) -> None:
        await self.dispatcher.run_once(self.machine.wall())

    async def mute(self, length: timedelta, *chat_ids: int) -> None:
        """As the command does: by what the wall clock shows."""
        now = self.machine.wall()
        for chat_id in chat_ids:
            await self.desk.database.write(
                partial(chats.mute, chat_id=chat_id, until=now + length, now=now)
            )

    async def until_sent(self, chat_id: int, short_id: str, limit: timedelta) -> timedelta:
        """How long, in true time, until the chat has the alert; fails after `limit`."""
        begin = self.machine.passed
        while True:
            await self.look()
            for _, outgoing in self.telegram.got:
                told = outgoing.alert.short_id if outgoing.alert else outgoing.delivery.text or ""
                if outgoing.chat.id == chat_id and short_id in told:
                    return self.machine.passed - begin
            waited = self.machine.passed - begin
            assert waited <= limit, f"{short_id} is not with chat {chat_id} after {waited}"
            self.machine.passed += timedelta(seconds=2)


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[World]:
    database = await open_database(path)
    try:
        world = World(database)
        await world.desk.with_chats(chat(1), chat(-2, kind="group"))
        yield world
    finally:
        await database.close()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with opened(tmp_path / "marsad.sqlite") as made:
        yield made


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("hours", [-72, -5, -1, 5, 72])
async def test_a_chat_that_was_just_sent_to_has_the_next_alert_within_a_minute(
    world: World, hours: int, restarted: bool
) -> None:
    await world.desk.alerts(5, 1, -2)
    await world.run(10)
    world.machine.ahead = hours * HOUR
    if restarted:
        world.restart()
    alert = await world.desk.alert(1, -2, level="critical")
    for chat_id in (1, -2):
        assert await world.until_sent(chat_id, alert.short_id, MINUTE) < MINUTE


async def test_a_wait_that_was_planned_before_the_step_stays_as_long_as_it_was(
    world: World,
) -> None:
    world.telegram.answers = False
    alert = await world.desk.alert(1, level="critical")
    await world.run(30)
    world.machine.ahead = -5 * HOUR
    await world.look()
    world.telegram.answers = True
    assert await world.until_sent(1, alert.short_id, MINUTE) <= timedelta(seconds=32)


@pytest.mark.parametrize("hours", [-5, 5])
@pytest.mark.parametrize("restarted", [False, True])
async def test_a_hold_that_telegram_asked_for_ends_when_it_asked_for(
    world: World, hours: int, restarted: bool
) -> None:
    world.telegram.hold = 600.0
    alert = await world.desk.alert(1, level="critical")
    await world.run(60, every=5)
    world.machine.ahead = hours * HOUR
    if restarted:
        world.restart()
    await world.run(530, every=10)
    assert world.telegram.times(1) == [], "Telegram asked for quiet"
    assert await world.until_sent(1, alert.short_id, MINUTE) < MINUTE


@pytest.mark.parametrize("hours", [-5, 5])
@pytest.mark.parametrize("restarted", [False, True])
async def test_a_card_that_is_to_be_edited_waits_as_long_as_it_was_to(
    world: World, hours: int, restarted: bool
) -> None:
    alert = await world.desk.alert(1)
    await world.run(60)
    asked, now, settle = world.machine.passed, world.machine.wall(), timedelta(seconds=30)
    await world.desk.database.write(
        lambda db: card_edits.ask(db, alert.id, [Recipient(1)], now, settle)
    )
    await world.run(10)
    world.machine.ahead = hours * HOUR
    if restarted:
        world.restart()
    await world.run(60)
    (edited,) = world.telegram.edited
    assert settle <= edited - asked <= timedelta(seconds=35)


async def test_a_storm_before_the_step_is_over_when_it_is_over(world: World) -> None:
    # 30 sends in ten minutes, five hours ago by the wall clock that comes.
    await world.desk.alerts(30, 1, level="critical")
    await world.run(60)
    assert len(world.telegram.times(1)) == 30
    await world.run(5 * 3600 - 60, every=900)
    world.machine.ahead = -5 * HOUR
    alert = await world.desk.alert(1, level="critical")
    assert await world.until_sent(1, alert.short_id, MINUTE) < MINUTE
    assert world.telegram.got[-1][1].alert is not None, "a card, not a line"


async def test_an_alert_that_waits_does_not_age_when_the_clock_is_set_forward(
    world: World,
) -> None:
    world.telegram.answers = False
    alert = await world.desk.alert(1)
    await world.run(10)
    world.machine.ahead = 72 * HOUR
    await world.look()
    world.telegram.answers = True
    await world.until_sent(1, alert.short_id, 3 * MINUTE)
    assert world.telegram.got[-1][1].alert is not None, "a card, not a line of what is too old"


async def test_a_lease_is_taken_over_in_its_time(world: World) -> None:
    alert = await world.desk.alert(1, level="critical")
    rows = await world.desk.rows(1)
    await world.look()
    await world.desk.database.write(
        lambda db: db.execute(
            "UPDATE outbox SET state = 'sending', lease_until = ?",
            [(world.machine.wall() + timedelta(minutes=10)).isoformat(timespec="microseconds")],
        )
    )
    world.telegram.got.clear()
    world.machine.ahead = -5 * HOUR
    await world.run(12 * 60, every=20)
    assert rows[0].alert_id == alert.id
    assert [o.delivery.possible_repeat for _, o in world.telegram.got] == [True]


@pytest.mark.parametrize("back", [400, 430])
async def test_a_wait_is_moved_though_the_clock_shows_again_when_the_alert_was_made(
    world: World, back: int
) -> None:
    """Not every row of this very moment was made by the clock that was moved."""
    world.telegram.answers = False
    await world.look()
    alert = await world.desk.alert(1, level="critical")
    await world.run(400)
    world.machine.ahead = -timedelta(seconds=back)
    await world.look()
    world.telegram.answers = True
    assert await world.until_sent(1, alert.short_id, MINUTE) <= timedelta(seconds=32)


async def test_what_a_clock_made_that_was_ahead_for_a_moment_is_of_now(world: World) -> None:
    """Between two looks: no look sees a step, and the row is of a time that is hours off."""
    await world.look()
    world.machine.ahead = 5 * HOUR
    alert = await world.desk.alert(1)
    world.machine.ahead = timedelta(0)
    assert await world.until_sent(1, alert.short_id, MINUTE) <= timedelta(seconds=5)
    (row,) = await world.desk.rows(1)
    assert row.created_at <= world.machine.wall()
    assert world.dispatcher.health.clock_step is None


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("hours", [-72, -2, 1, 72])
async def test_a_mute_is_as_long_as_it_was_asked_for_whatever_the_clock_does(
    world: World, hours: int, restarted: bool
) -> None:
    await world.look()
    await world.mute(2 * HOUR, 1)
    alert = await world.desk.alert(1)
    await world.run(3600, every=300)
    world.machine.ahead = hours * HOUR
    if restarted:
        world.restart()
    await world.run(3590, every=359)
    assert world.telegram.times(1) == []
    assert await world.until_sent(1, alert.short_id, MINUTE) < MINUTE
    ((_, line),) = world.telegram.got
    assert line.delivery.kind == "catchup"


@pytest.mark.parametrize("seen", [False, True])
async def test_a_mute_by_a_clock_that_was_ahead_ends_in_its_time(world: World, seen: bool) -> None:
    """Also when the step was undone before anything looked; never in a hundred days."""
    await world.look()
    world.machine.ahead = 2400 * HOUR
    if seen:
        await world.look()
    await world.mute(2 * HOUR, 1)
    world.machine.ahead = timedelta(0)
    await world.look()
    alert = await world.desk.alert(1)
    await world.run(7100, every=355)
    assert world.telegram.times(1) == []
    assert await world.until_sent(1, alert.short_id, 3 * MINUTE) < 3 * MINUTE


async def test_the_step_is_named_in_health_and_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.look()
    world.machine.ahead = -5 * HOUR
    await world.look()
    step = world.dispatcher.health.clock_step
    assert step is not None
    assert step.by == -5 * HOUR
    assert "set back by 5:00:00" in step.reason
    assert step.reason in caplog.text
    assert step.is_named(world.machine.wall())
    assert not step.is_named(world.machine.wall() + HOUR)


async def test_the_step_is_named_also_when_the_database_fails_right_after_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.look()

    def busy(*_: object, **__: object) -> bool:
        raise StorageBusy("another process writes")

    monkeypatch.setattr(stored_clock, "is_ahead", busy)
    world.machine.ahead = -5 * HOUR
    await world.look()
    step = world.dispatcher.health.clock_step
    assert step is not None
    assert step.by == -5 * HOUR


async def test_a_clock_that_is_corrected_by_a_second_is_no_step(world: World) -> None:
    await world.look()
    for _ in range(20):
        world.machine.ahead += timedelta(seconds=0.05)
        await world.run(2)
    assert world.dispatcher.health.clock_step is None


async def test_many_small_steps_are_seen_together(world: World) -> None:
    await world.look()
    for _ in range(300):
        world.machine.ahead -= timedelta(seconds=1)
        world.machine.passed += timedelta(seconds=0.5)
        await world.look()
    alert = await world.desk.alert(1, level="critical")
    assert await world.until_sent(1, alert.short_id, MINUTE) < timedelta(seconds=5)


async def test_the_second_channel_does_not_wait_for_a_clock_that_was_set_back(
    world: World,
) -> None:
    class Channel:
        works = False
        got: list[str] = []  # noqa: RUF012 one instance

        async def send(self, title: str, body: str, *, bad: bool) -> bool:
            if self.works:
                self.got.append(title)
            return self.works

    channel = Channel()
    database, machine = world.desk.database, world.machine
    watch = SecondChannelWatch(database, channel, world.dispatcher.health, clock=machine.wall)
    await world.desk.alert(1, level="critical")
    await watch.tick(machine.wall())
    machine.ahead, channel.works = -5 * HOUR, True
    await world.look()
    machine.passed += MINUTE
    await watch.tick(machine.wall())
    assert len(channel.got) == 1

    # Forward: neither the alert nor the notice is called too old.
    channel.works = False
    machine.ahead = timedelta(0)
    await world.look()
    await world.desk.alert(1, level="critical")
    await database.write(lambda db: second_channel.enqueue(db, "", "t", "b", machine.wall()))
    await watch.tick(machine.wall())
    machine.ahead, channel.works = 72 * HOUR, True
    await world.look()
    machine.passed += MINUTE
    await watch.tick(machine.wall())
    assert len(channel.got) == 3


@dataclass(frozen=True)
class Act:
    """One thing that happens, and how long things then go on."""

    what: str  # step, restart, reboot, down, up, traffic, mute, unmute
    amount: int
    seconds: int


acts = st.lists(
    st.builds(
        Act,
        st.sampled_from(
            ["step", "step", "step", "restart", "reboot", "down", "up", "traffic", "mute", "unmute"]
        ),
        st.integers(-100, 100),
        st.sampled_from([0, 1, 7, 40, 400]),
    ),
    min_size=1,
    max_size=9,
)


@settings(max_examples=12, deadline=None)
@given(acts, acts)
@example([Act("traffic", 30, 40), Act("step", -5, 0)], [Act("reboot", 0, 0)])
@example([Act("step", 50, 40), Act("traffic", 4, 7)], [Act("step", -90, 1), Act("restart", 0, 0)])
@example([Act("down", 0, 0)], [Act("step", -5, 400), Act("reboot", 0, 0), Act("step", 99, 0)])
@example([Act("down", 0, 0)], [Act("reboot", 0, 40), Act("step", 99, 0), Act("reboot", 0, 0)])
# The alert is made by a clock that no look saw: between two steps, or before it is set right.
@example([Act("step", 0, 1), Act("step", 1, 0)], [Act("step", 1, 0)])
@example([Act("step", 0, 1), Act("step", 5, 0)], [Act("step", -5, 0)])
@example([Act("step", 0, 1), Act("step", 99, 0)], [Act("step", -98, 0), Act("restart", 0, 0)])
def test_no_steps_of_the_clock_delay_a_critical_alert_by_more_than_a_minute(
    before: Sequence[Act], after: Sequence[Act]
) -> None:
    """In any order, with restarts and mutes: once Telegram answers, every chat has it within a
    minute."""

    async def act(world: World, each: Act) -> None:
        machine, telegram = world.machine, world.telegram
        if each.what == "step":
            machine.ahead += each.amount * HOUR + timedelta(seconds=7 * each.amount)
        elif each.what == "restart":
            world.restart()
        elif each.what == "reboot":
            # The clock of a machine that starts may be anything.
            machine.reboot()
            machine.ahead += each.amount * HOUR
            world.restart()
        elif each.what == "traffic":
            await world.desk.alerts(abs(each.amount) % 4, 1, -2, level="watch")
        elif each.what == "mute":
            await world.mute((abs(each.amount) + 1) * HOUR, 1, -2)
        elif each.what == "unmute":
            now = machine.wall()
            await world.desk.database.write(lambda db: chats.unmute(db, 1, now))
        else:
            telegram.answers = each.what == "up"
        await world.run(each.seconds, every=max(1.0, each.seconds / 5))

    async def play(path: Path) -> None:
        async with opened(path) as world:
            for each in before:
                await act(world, each)
            alert = await world.desk.alert(1, -2, level="critical")
            for each in after:
                await act(world, each)
            world.telegram.answers = True
            for chat_id in (1, -2):
                assert await world.until_sent(chat_id, alert.short_id, MINUTE) <= MINUTE

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(Path(folder) / "marsad.sqlite"))


def test_time_goes_on_evenly_until_the_new_time_is_taken_over() -> None:
    machine = Machine()
    steady = SteadyTime(machine.wall(), machine.uptime().passed)
    machine.passed += MINUTE
    machine.ahead = -HOUR
    assert steady.now() == machine.wall() + HOUR
    assert steady.look(machine.wall()) == ClockStep(-HOUR, machine.wall())
    steady.follow(machine.wall())
    assert steady.look(machine.wall()) is None
    assert steady.now() == machine.wall()


@pytest.mark.parametrize(
    ("elapsed", "now", "by"),
    [
        (HOUR, START + HOUR, None),
        (HOUR, START + HOUR + TOLERANCE / 2, None),
        (HOUR, START - 4 * HOUR, -5 * HOUR),
        (HOUR, START + 6 * HOUR, 5 * HOUR),
        # Started anew: a pause cannot be told from a clock that is ahead.
        (None, START + 6 * HOUR, None),
        (None, START - 5 * HOUR, -6 * HOUR),
    ],
)
def test_a_start_sees_how_far_the_clock_was_moved_meanwhile(
    elapsed: timedelta | None, now: datetime, by: timedelta | None
) -> None:
    step = step_since(START, elapsed, START + HOUR, now)
    assert (step.by if step else None) == by


async def test_moved_times_keep_their_form(world: World) -> None:
    """Times are compared as text."""
    await world.desk.alert(1)
    await world.desk.database.write(
        lambda db: chats.set_blocked_until(db, 1, world.machine.wall() + HOUR)
    )
    await world.look()
    world.machine.ahead = -5 * HOUR
    await world.look()
    texts = await world.desk.database.read(
        lambda db: [row["blocked_until"] for row in fetch(db, "SELECT blocked_until FROM chats")]
    )
    assert {len(text) for text in texts if text} == {32}


async def test_what_a_busy_database_takes_is_no_step_of_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path / "marsad.sqlite") as world:
        await world.look()
        world.restart()
        sending, database = world.dispatcher._sending, world.desk.database
        record, read = sending.record_rest, database.read

        async def record_slowly() -> bool:
            world.machine.passed += 10 * TOLERANCE
            return await record()

        async def read_slowly(fn: Any) -> Any:
            world.machine.passed += 10 * TOLERANCE
            return await read(fn)

        monkeypatch.setattr(sending, "record_rest", record_slowly)
        monkeypatch.setattr(database, "read", read_slowly)
        for _ in range(3):
            await world.look()
        assert "the clock of this machine" not in caplog.text
