"""The fault test: a real sender against a Bot API that misbehaves by script.

One chat for each way a send can go wrong, all at once, so that it also shows that the trouble of
one chat delays no other. Run with `-s` to see the table of what each chat got.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from types import SimpleNamespace

from rich.console import Console
from rich.table import Table
from telegram import Bot

from bot.clock import utc_now
from bot.delivery.deciding.outcome import Sender
from bot.delivery.deciding.pacing import SendLimits
from bot.delivery.deciding.retry import RetryPolicy
from bot.delivery.dispatcher import DeliveryPolicy, Dispatcher
from bot.delivery.later.catchup import FoldPolicy
from bot.telegram.answers import TelegramRequest
from bot.telegram.sender import TelegramSender
from storage.opening import open_database
from storage.readers import chats
from tests.bot.delivery.desk import OPERATOR, Desk, chat
from tests.bot.telegram.faults import (
    Fault,
    bad_request,
    blocked,
    cannot_parse,
    chat_not_found,
    flood,
    hang,
    kicked,
    migrated,
    no_rights,
    page,
    redirect,
    refusal_under,
    reset,
    server_error,
    too_long,
    topic_closed,
    topic_gone,
    truncated,
    unauthorised,
)
from tests.telegram_server import TelegramServer

SIGNALS = {
    "medicine-shortage": SimpleNamespace(
        id="medicine-shortage",
        title={"ar": "نقص الأدوية", "en": "Medicine shortage", "fr": "Pénurie de médicaments"},
        description={"ar": "", "en": "", "fr": ""},
        level="alert",
        status="stable",
        sector="health",
    )
}

# The product's policy with seconds for minutes, so that the test ends while one watches.
QUICK = DeliveryPolicy(
    limits=SendLimits(chat_gap=timedelta(seconds=0.3)),
    retry=RetryPolicy(
        first_wait=timedelta(seconds=0.2),
        ceiling=timedelta(seconds=1),
        repeat_waits=(timedelta(seconds=0.2),),
        rate_limit_margin=timedelta(seconds=0.1),
    ),
    fold=FoldPolicy(settle=timedelta(seconds=0.5), line_gap=timedelta(seconds=1)),
    probe=timedelta(seconds=0.5),
    idle=timedelta(seconds=0.1),
)


@dataclass(frozen=True)
class Case:
    """One chat and what befalls it. `got` are the beginnings of what it is to have in the end."""

    name: str
    fault: Fault
    level: str
    state: str
    got: tuple[str, ...]
    times: int = 1


BLOCKED = "Forbidden: bot was blocked by the user"

# "A" is the alert that meets the fault, "B" the one after it; "+" marks a possible repeat.
CASES = {
    1: Case("429, 1 s", flood(1), "alert", "active", ("A", "B")),
    2: Case("429, 12 h", flood(12 * 3600), "alert", "active", ()),
    3: Case("403 blocked", blocked(), "alert", "paused", ()),
    4: Case("403 kicked", kicked(), "alert", "paused", ()),
    5: Case("400 chat not found", chat_not_found(), "alert", "paused", ()),
    6: Case("400 no rights", no_rights(), "alert", "paused", ()),
    7: Case("400 topic closed", topic_closed(), "alert", "paused", ()),
    8: Case("400 thread not found", topic_gone(), "alert", "paused", ()),
    9: Case("400 can't parse entities", cannot_parse(), "alert", "active", ("A", "B")),
    10: Case("400 too long", too_long(), "alert", "active", ("A", "B")),
    11: Case("400 other", bad_request("BUTTON_DATA_INVALID"), "alert", "active", ("B",)),
    -12: Case("400 supergroup", migrated(-10012), "alert", "active", ("A", "B")),
    13: Case("502, critical", server_error(), "critical", "active", ("A+", "B")),
    14: Case("502, alert", server_error(), "alert", "active", ("B", "line A")),
    15: Case("reset, critical", reset(), "critical", "active", ("A+", "B")),
    16: Case("reset, alert", reset(), "alert", "active", ("B", "line A")),
    17: Case("reset after delivery, alert", reset(True), "alert", "active", ("A", "B", "line A")),
    18: Case("time-out after delivery, critical", hang(), "critical", "active", ("A", "A+", "B")),
    19: Case("time-out after delivery, alert", hang(), "alert", "active", ("A", "B", "line A")),
    20: Case("500 after delivery", server_error(500, True), "critical", "active", ("A", "A+", "B")),
    22: Case("502 twice, critical", server_error(), "critical", "active", ("A+", "B"), 2),
    23: Case("502 four times, critical", server_error(), "critical", "active", ("A+", "B"), 4),
    24: Case("502, a page, alert", page(502), "alert", "active", ("B", "line A")),
    25: Case("portal, 200", page(200), "alert", "active", ("A", "B"), 2),
    26: Case("portal, redirect", redirect(), "critical", "active", ("A", "B"), 2),
    27: Case("a proxy's 403", page(403), "alert", "active", ("A", "B")),
    28: Case("200, means 403", refusal_under(200, 403, BLOCKED), "alert", "paused", ()),
    29: Case(
        "200, means 429",
        refusal_under(200, 429, "Too Many Requests", retry_after=1),
        "alert",
        "active",
        ("A", "B"),
    ),
    30: Case("JSON breaks off", truncated(), "critical", "active", ("A", "A+", "B")),
    21: Case("none", bad_request(""), "alert", "active", ("A", "B")),
}


@asynccontextmanager
async def sender_to(server: TelegramServer) -> AsyncIterator[Sender]:
    request = TelegramRequest(connection_pool_size=64, read_timeout=2, connect_timeout=20)
    bot = Bot(server.token, base_url=server.base_url, request=request)
    try:
        yield TelegramSender(bot, lambda: SIGNALS, timezone=UTC)
    finally:
        await request.shutdown()


@asynccontextmanager
async def running(desk: Desk, sender: Sender) -> AsyncIterator[Dispatcher]:
    dispatcher = Dispatcher(desk.database, sender, QUICK)
    stop = asyncio.Event()
    task = asyncio.create_task(dispatcher.run(stop))
    try:
        yield dispatcher
    finally:
        stop.set()
        await task
        await dispatcher.drain(timedelta(seconds=2))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 no event is set by what is waited for
            await asyncio.sleep(0.02)


def shown(server: TelegramServer, chat_id: int, first: str, second: str) -> tuple[str, ...]:
    """What a chat really got, in the words of the table."""
    found = []
    for text in server.texts(chat_id):
        mark = "+" if "possible repeat" in text.lower() else ""
        if "not confirmed" in text:
            found.append(f"line A{mark}" if first in text else f"line?{mark}")
        elif "paused" in text or "could not be sent" in text:
            found.append("notice")
        else:
            found.append(f"A{mark}" if first in text else f"B{mark}" if second in text else "?")
    return tuple(found)


async def test_every_fault_has_its_answer_and_delays_no_other_chat(tmp_path, caplog) -> None:  # type: ignore[no-untyped-def]
    database = await open_database(tmp_path / "marsad.sqlite")
    desk = Desk(database)
    desk.clock.at = utc_now()
    await desk.with_chats(
        *(chat(n, kind="group" if n < 0 else "private") for n in CASES),
        chat(OPERATOR, role="operator"),
    )
    names: dict[int, tuple[str, str]] = {}
    async with TelegramServer() as server, sender_to(server) as sender:
        for chat_id, case in CASES.items():
            if case.name != "none":
                server.fail(case.fault, chat_id=chat_id, times=case.times)
            first = await desk.alert(chat_id, level=case.level)
            second = await desk.alert(chat_id)
            names[chat_id] = (first.short_id, second.short_id)
        async with running(desk, sender):
            await server.until(
                lambda: (
                    len(server.texts(OPERATOR)) >= 9
                    and all(
                        len(server.texts(-10012 if n == -12 else n)) >= len(case.got)
                        for n, case in CASES.items()
                    )
                ),
                seconds=90,
            )
            await asyncio.sleep(1)  # for anything that should not come
        untroubled = server.sent_to(21)[0].at
        after_time_outs = [server.sent_to(n)[1].at for n in (18, 19)]
        assert not server.violations

    rows = await database.read(lambda db: {member.id: member for member in chats.everyone(db)})
    table = Table("fault", "chat got", "wanted", "chat is", title="What each chat got")
    wrong = []
    for chat_id, case in CASES.items():
        real_id = -10012 if chat_id == -12 else chat_id
        got = shown(server, real_id, *names[chat_id])
        state = rows[real_id].state
        table.add_row(case.name, ", ".join(got) or "-", ", ".join(case.got) or "-", state)
        if (got, state) != (case.got, case.state):
            wrong.append(case.name)
    Console(width=110).print(table)
    assert wrong == []
    # Nobody waits for anybody: the chat without trouble had its card while others hung.
    assert untroubled < min(after_time_outs)
    until = rows[2].blocked_until
    assert until is not None
    assert until - utc_now() > timedelta(hours=11, minutes=59)
    # Operators heard once of each paused chat, of the long wait and of the card that was refused.
    told = server.texts(OPERATOR)
    assert sum("paused" in text for text in told) == 7
    assert sum("could not be sent" in text for text in told) == 1
    assert sum("43200 s" in text for text in told) == 1
    assert len(told) == 9
    assert not [record for record in caplog.records if record.exc_info], "no traceback"
    await database.close()


async def test_a_refused_token_keeps_everything_until_it_works_again(tmp_path) -> None:  # type: ignore[no-untyped-def]
    database = await open_database(tmp_path / "marsad.sqlite")
    desk = Desk(database)
    desk.clock.at = utc_now()
    await desk.with_chats(chat(1), chat(2))
    async with TelegramServer() as server, sender_to(server) as sender:
        server.fail(unauthorised(), times=None)
        await desk.alerts(2, 1, 2)
        async with running(desk, sender) as dispatcher:
            await until(lambda: dispatcher.health.halted is not None)
            await asyncio.sleep(0.5)  # for what should not be asked
            asked = sum(method == "sendMessage" for method, _ in server.calls)
            assert asked <= 5
            server.repair()
            await server.until(lambda: len(server.messages) == 4, seconds=60)
            await until(lambda: dispatcher.health.halted is None)
    assert await desk.states(1) == await desk.states(2) == ["sent", "sent"]
    await database.close()


async def test_a_server_that_is_away_costs_nothing_but_time(tmp_path) -> None:  # type: ignore[no-untyped-def]
    database = await open_database(tmp_path / "marsad.sqlite")
    desk = Desk(database)
    desk.clock.at = utc_now()
    await desk.with_chats(chat(1))
    server = await TelegramServer().start()
    await server.stop()
    again = TelegramServer(port=int(server.url.rsplit(":", 1)[1]))
    async with sender_to(server) as sender, running(desk, sender):
        await desk.alerts(3, 1)
        await asyncio.sleep(0.7)
        assert set(await desk.states(1)) <= {"pending", "sending"}
        async with again:
            await again.until(lambda: len(again.texts(1)) == 3, seconds=60)
            await asyncio.sleep(0.1)
    assert [text for text in again.texts(1) if "repeat" in text.lower()] == []
    assert await desk.states(1) == ["sent"] * 3
    await database.close()
