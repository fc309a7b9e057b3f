"""The second channel: each thing once, its beginning and its end, and without secrets."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from aiohttp import web

from bot.delivery.deciding.outcome import ChatGone, Conflict, NeverSent, Sent, Unauthorised, Unknown
from bot.delivery.deciding.retry import Halt
from bot.delivery.health import Health
from bot.delivery.second_channel import (
    SecondChannel,
    SecondChannelPolicy,
    SecondChannelWatch,
    outage_of,
)
from storage.readers import chats
from tests.bot.delivery.desk import OPERATOR, START, Desk, bump

POLICY = SecondChannelPolicy()


class Notebook:
    """A channel that writes down what it is given, and can be broken."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.broken = False
        self.asked = 0

    async def send(self, title: str, body: str, *, bad: bool) -> bool:
        self.asked += 1
        if not self.broken:
            self.sent.append((title, body))
        return not self.broken


def watch_of(desk: Desk) -> tuple[SecondChannelWatch, Notebook]:
    notebook, health = Notebook(), desk.dispatcher.health
    return SecondChannelWatch(desk.database, notebook, health, POLICY, desk.clock), notebook


def test_a_short_silence_of_telegram_is_no_outage_and_a_refusal_is_an_answer() -> None:
    health = Health()
    health.note(NeverSent(None, "no route"), None, START)
    assert outage_of(health, POLICY, START + timedelta(minutes=4)) is None
    trouble = outage_of(health, POLICY, START + timedelta(minutes=5))
    assert trouble is not None
    assert trouble.kind == "telegram"
    health.note(ChatGone("blocked"), None, START)
    assert outage_of(health, POLICY, START + timedelta(hours=1)) is None


def test_unanswered_requests_are_an_outage_too() -> None:
    health = Health()
    health.note(Unknown("read timeout"), None, START)
    health.note(Unknown("read timeout"), None, START + timedelta(minutes=6))
    assert outage_of(health, POLICY, START + timedelta(minutes=6)) is not None
    health.note(Sent(1), None, START + timedelta(minutes=7))
    assert outage_of(health, POLICY, START + timedelta(minutes=7)) is None


def test_a_database_that_takes_no_marks_is_an_outage() -> None:
    health = Health()
    health.stuck(OSError("no room left"), START)
    trouble = outage_of(health, POLICY, START + timedelta(minutes=5))
    assert trouble is not None
    assert "no room left" in trouble.text("en")
    health.unstuck()
    assert outage_of(health, POLICY, START + timedelta(minutes=5)) is None


def test_a_refused_token_and_another_instance_are_told_at_once() -> None:
    health = Health()
    health.note(Unauthorised("401"), Halt(False, "the bot token is refused: 401"), START)
    refused = outage_of(health, POLICY, START)
    assert refused is not None
    assert "MARSAD_TELEGRAM_TOKEN" in refused.text("ar")
    health.note(Conflict(), Halt(True, "another instance"), START)
    twice = outage_of(health, POLICY, START)
    assert twice is not None
    assert twice.kind == "conflict"


async def test_an_outage_is_told_once_and_its_end_once(desk: Desk) -> None:
    watch, notebook = watch_of(desk)
    await desk.database.write(lambda db: chats.set_language(db, OPERATOR, "ar"))
    desk.sender.script[1] = [Unauthorised("401")]
    await desk.alert(1)
    await desk.once()
    for _ in range(50):
        await watch.tick(desk.clock())
        desk.clock.pass_(seconds=5)
    assert len(notebook.sent) == 1
    desk.clock.pass_(minutes=5)
    await desk.work(2)
    for _ in range(50):
        await watch.tick(desk.clock())
    assert [title for title, _ in notebook.sent] == [
        "Marsad: nothing goes out · توقف الإرسال",
        "Marsad: works again · عاد الإرسال",
    ]


async def test_a_critical_alert_is_told_once_for_each_version_also_after_a_restart(
    desk: Desk,
) -> None:
    watch, notebook = watch_of(desk)
    await desk.database.write(lambda db: chats.set_language(db, OPERATOR, "ar"))
    await desk.alert(1)
    critical = await desk.alert(1, level="critical", title="نفاد الأدوية في المستشفى")
    await watch.tick(desk.clock())
    await watch.tick(desk.clock())
    assert [title for title, _ in notebook.sent] == ["Marsad A2: CRITICAL · حرج"]
    assert "نفاد الأدوية في المستشفى" in notebook.sent[0][1]
    watch, notebook = watch_of(desk)
    await watch.tick(desk.clock())
    assert notebook.sent == []
    await desk.database.write(lambda db: bump(db, critical, desk.clock(), "critical"))
    await watch.tick(desk.clock())
    assert len(notebook.sent) == 1


async def test_a_second_channel_that_fails_is_tried_again_after_a_while(desk: Desk) -> None:
    watch, notebook = watch_of(desk)
    notebook.broken = True
    await desk.alert(1, level="critical")
    for _ in range(60):
        await watch.tick(desk.clock())
        desk.clock.pass_(seconds=5)
    assert notebook.asked == 5
    notebook.broken = False
    desk.clock.pass_(minutes=1)
    await watch.tick(desk.clock())
    assert len(notebook.sent) == 1


async def test_what_no_operator_can_read_on_telegram_is_sent_by_the_second_channel(
    desk: Desk,
) -> None:
    watch, notebook = watch_of(desk)
    desk.sender.script[OPERATOR] = [ChatGone("bot was blocked by the user")]
    await desk.alert(OPERATOR)
    await desk.once()
    await watch.tick(desk.clock())
    watch, _ = watch_of(desk)
    watch._channel = notebook
    await watch.tick(desk.clock())
    assert len(notebook.sent) == 1, "once, also after a restart"
    title, body = notebook.sent[0]
    assert title == "Marsad: For operators"
    assert "bot was blocked by the user" in body


async def test_the_second_channel_speaks_the_languages_of_the_operators(desk: Desk) -> None:
    watch, notebook = watch_of(desk)
    await desk.database.write(lambda db: chats.set_language(db, OPERATOR, "fr"))
    await desk.alert(1, level="critical")
    await watch.tick(desk.clock())
    assert notebook.sent[0][0] == "Marsad A1: CRITICAL · CRITIQUE"


async def test_a_notice_that_nobody_could_be_told_for_a_day_is_dropped(desk: Desk) -> None:
    desk.sender.script[OPERATOR] = [ChatGone("blocked")]
    await desk.alert(OPERATOR)
    await desk.once()
    desk.clock.pass_(hours=25)
    watch, notebook = watch_of(desk)
    await watch.tick(desk.clock())
    assert notebook.sent == [], "the second channel was set up late"


async def test_apprise_reaches_a_real_server_and_its_addresses_never_reach_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    got: list[dict[str, str]] = []

    async def take(request: web.Request) -> web.Response:
        if request.path.endswith("broken"):
            return web.Response(status=500)
        got.append(await request.json())
        return web.Response()

    app = web.Application()
    app.router.add_post("/{name}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        caplog.set_level(logging.DEBUG)
        way = SecondChannel(
            [f"json://user:hunter2@127.0.0.1:{port}/{name}" for name in ("broken", "good")]
        )
        assert way
        assert await way.send("Marsad A2: CRITICAL", "نفاد الأدوية", bad=True)
    finally:
        await runner.cleanup()
    assert [message["message"] for message in got] == ["نفاد الأدوية"]
    assert "address 1 of MARSAD_NOTIFY_URLS failed" in caplog.text
    assert "hunter2" not in caplog.text
    assert "broken" not in caplog.text


async def test_without_addresses_there_is_no_second_channel() -> None:
    assert not SecondChannel([])
    assert not await SecondChannel([]).send("x", "y", bad=True)
