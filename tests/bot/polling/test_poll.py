from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.locales import LANGUAGES, texts
from bot.polling.feed_poll import FeedPoll, PollMemory
from bot.polling.health import condition
from bot.polling.report import PollPolicy
from bot.polling.schedule import SchedulePolicy
from bot.polling.slots import PollSlots
from storage.file.errors import StorageFull
from storage.news import entries
from storage.sending import owed
from tests.bot.feeds.documents import numbered, rss
from tests.bot.polling.desk import NOW, Desk, InlineParser, open_desk
from tests.feed_server import Names, Request, answer

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
QUARTER = 20 * MINUTE


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as desk:
        yield desk


async def test_the_first_poll_seeds_and_the_second_finds_what_is_new(desk: Desk) -> None:
    old = numbered(range(5), NOW - 10 * HOUR)
    desk.server.serve("/a", rss([*numbered([9], NOW - HOUR), *old]))
    first = (await desk.poll())["a"]
    assert (first.result, first.new, first.seeded, first.entries) == ("accepted", 1, 5, 6)
    desk.server.serve("/a", rss([*numbered([10]), *numbered([9], NOW - HOUR), *old]))
    second = (await desk.tick(QUARTER))["a"]
    assert (second.new, second.updated, second.seeded) == (1, 0, 0)
    assert len(await desk.entries()) == 7
    assert [each.seeded for each in await desk.entries()].count(True) == 5


async def test_the_event_loop_has_its_turn_between_polls_that_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, seen = 0, [0]

    def note(*given: object) -> FeedPoll:
        nonlocal begun
        begun += 1
        return FeedPoll(*given)  # type: ignore[arg-type]

    async def others() -> None:
        while True:
            seen.append(begun)
            await asyncio.sleep(0)

    monkeypatch.setattr("bot.polling.poller.FeedPoll", note)
    async with open_desk(tmp_path, [f"f{number}" for number in range(40)]) as desk:
        turns = asyncio.create_task(others())
        assert len(await desk.poll()) == 40
        turns.cancel()
    assert max(now - before for before, now in pairwise(seen)) <= 5


async def test_the_log_says_why_an_entry_is_new_or_history(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.server.serve("/a", rss([*numbered([9], NOW - HOUR), *numbered([1], NOW - 10 * HOUR)]))
    with caplog.at_level("DEBUG", logger="bot.polling.feed_poll"):
        await desk.poll()
    assert "new because of first-poll-young" in caplog.text
    assert "seed because of first-poll" in caplog.text


@pytest.mark.parametrize("said", ["2026/01/20 08:30", "Mon, 20 Jul 2026 08:30:00 GMT", "soon"])
async def test_old_stories_with_odd_dates_are_seeded_in_silence(desk: Desk, said: str) -> None:
    body = rss(numbered(range(5)))
    desk.server.serve("/a", body.replace(b"</item>", f"<pubDate>{said}</pubDate></item>".encode()))
    first = (await desk.poll())["a"]
    assert (first.new, first.seeded) == (0, 5)


async def test_a_feed_is_asked_when_it_is_due_and_not_before(desk: Desk) -> None:
    desk.server.serve("/a", rss(numbered(range(3))))
    await desk.tick()
    assert await desk.tick(10 * MINUTE) == {}
    assert "a" in await desk.tick(QUARTER)
    assert desk.server.requests["/a"] == 2


async def test_the_next_check_is_written_before_the_fetch(desk: Desk) -> None:
    at_fetch = []

    async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
        at_fetch.append((await desk.state()).next_check_at)
        await answer(writer, rss([]))

    desk.server.handlers["/a"] = handler
    await desk.tick()
    assert at_fetch == [NOW + SchedulePolicy().claim]


async def test_an_unchanged_body_is_not_parsed(desk: Desk) -> None:
    assert isinstance(desk.parser, InlineParser)
    desk.server.serve("/a", rss(numbered(range(3))))
    await desk.poll()
    report = (await desk.poll(QUARTER))["a"]
    assert (report.result, desk.parser.parsed) == ("unchanged", 1)
    state = await desk.state()
    assert state.last_success_at and state.last_success_at >= NOW + QUARTER


async def test_validators_are_echoed_and_a_304_without_them_keeps_them(desk: Desk) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.headers.get("if-none-match") == '"v1"':
            await answer(writer, b"", "304 Not Modified")
        else:
            await answer(writer, rss(numbered(range(3))), headers={"ETag": '"v1"'})

    desk.server.handlers["/a"] = handler
    results = [(await desk.poll(number * QUARTER))["a"].result for number in range(3)]
    assert results == ["accepted", "unchanged", "unchanged"]
    assert (await desk.state()).etag == '"v1"'


async def test_one_poll_in_a_hundred_goes_without_validators(tmp_path: Path) -> None:
    rolls = iter([0.5, 0.5, 0.005, 0.5, *[0.5] * 9])
    async with open_desk(tmp_path, roll=lambda: next(rolls)) as desk:
        desk.server.serve("/a", rss(numbered(range(3))), headers={"ETag": '"v1"'})
        for number in range(3):
            await desk.poll(number * QUARTER)
        asked = ["if-none-match" in request.headers for request in desk.server.seen]
        assert asked == [False, False, True]


async def test_a_server_that_never_says_that_it_changed_is_found_out_and_not_believed_again(
    tmp_path: Path,
) -> None:
    rolls = iter([0.5] * 6)
    async with open_desk(tmp_path, roll=lambda: next(rolls, 0.2)) as desk:
        listed = numbered(range(5), NOW - 10 * HOUR)

        async def stuck(request: Request, writer: asyncio.StreamWriter) -> None:
            if "if-none-match" in request.headers:
                await answer(writer, b"", "304 Not Modified", {"ETag": '"same"'})
            else:
                await answer(writer, rss(listed), headers={"ETag": '"same"'})

        desk.server.handlers["/a"] = stuck
        await desk.poll()
        listed = [*numbered([7], NOW + HOUR), *listed]
        for hours in (1, 29):
            assert (await desk.poll(hours * HOUR))["a"].result == "unchanged"
        # Longer quiet than it ever was: it is asked whole every now and then.
        assert (await desk.poll(30 * HOUR))["a"].new == 1
        listed = [*numbered([8], NOW + 30 * HOUR), *listed]
        rolls = iter([0.9] * 9)
        assert (await desk.poll(31 * HOUR))["a"].new == 1
        assert (await desk.poll(32 * HOUR))["a"].result == "unchanged", "and is read only once"


async def test_a_document_that_breaks_off_keeps_no_validators(desk: Desk) -> None:
    body = rss(numbered(range(8)))
    desk.server.serve("/a", body[: len(body) // 2], headers={"ETag": '"v1"'})
    report = (await desk.poll())["a"]
    assert report.result == "accepted" and report.error is None
    state = await desk.state()
    assert (state.etag, state.body_hash, state.seeded) == (None, None, False)
    desk.server.serve("/a", body, headers={"ETag": '"v1"'})
    rest = (await desk.poll(QUARTER))["a"]
    # Not seeded before, so what the first half did not show is history and no news.
    assert rest.new == 0 and rest.seeded >= 4
    assert (await desk.state()).seeded


async def test_an_empty_document_seeds_nothing(desk: Desk) -> None:
    desk.server.serve("/a", rss([]))
    await desk.poll()
    assert not (await desk.state()).seeded
    desk.server.serve("/a", rss(numbered(range(12), NOW - 10 * HOUR)))
    assert (await desk.poll(QUARTER))["a"].seeded == 12


async def test_a_failure_is_remembered_told_and_recovered_from(desk: Desk) -> None:
    desk.server.serve("/a", rss(numbered(range(3))), headers={"ETag": '"v1"'})
    await desk.poll()
    desk.server.serve("/a", b"", "503 Service Unavailable")
    for number in range(1, 6):
        report = (await desk.poll(number * HOUR))["a"]
        assert report.result == "failed" and report.hint
    state = await desk.state()
    assert (state.failures, state.etag, state.told_broken) == (5, '"v1"', True)
    assert state.error == "HTTP 503 Service Unavailable"
    assert state.next_check_at > NOW + 5 * HOUR + 3 * HOUR
    assert [notice.event for notice in desk.notices] == ["broken"]
    desk.server.serve("/a", rss(numbered(range(4))))
    await desk.poll(20 * HOUR)
    await desk.poll(21 * HOUR)
    state = await desk.state()
    assert (state.failures, state.error, state.told_broken) == (0, None, False)
    assert [notice.event for notice in desk.notices] == ["broken", "recovered"]


async def test_notices_reach_operators_through_the_outbox(tmp_path: Path) -> None:
    from bot.notices.to_operators import notify_operators
    from storage.readers import chats

    async with open_desk(tmp_path, notify=notify_operators) as desk:
        await desk.database.write(partial(chats.set_operators, chat_ids=[7, -8], now=NOW))
        desk.server.serve("/a", b"", "410 Gone")
        await desk.poll()
        await desk.poll(QUARTER)
        queued = await desk.database.read(partial(owed.ready, now=NOW + HOUR, limit=10))
        assert sorted(each.chat_id for each in queued) == [-8, 7]
        assert all(each.kind == "notice" and "410" in (each.text or "") for each in queued)


async def test_an_outage_of_our_own_delays_no_feed_and_floods_nobody(tmp_path: Path) -> None:
    ids = [f"f{number}" for number in range(9)]
    names = Names(**{f"{feed}_test": ["127.0.0.1"] for feed in ids})
    async with open_desk(tmp_path, ids, names=names, host=lambda feed: f"{feed}.test") as desk:
        for feed in ids:
            desk.server.serve(f"/{feed}", rss(numbered(range(3))))
        await desk.tick()
        known, names.names = names.names, {}
        for quarters in range(1, 13):
            await desk.tick(quarters * QUARTER)
        assert desk.poller.unreachable_since is not None
        assert [notice.event for notice in desk.notices] == ["broken"]
        names.names = known
        back = [await desk.tick(quarters * QUARTER) for quarters in (13, 14)]
        assert len({feed for reports in back for feed in reports}) >= 7, "not hours later"
        assert desk.poller.unreachable_since is None
        await desk.poll(24 * HOUR)
        assert [notice.event for notice in desk.notices] == ["broken", "recovered"]


@pytest.mark.parametrize("portal", ["page", "redirect", "address"])
async def test_a_network_that_answers_for_everybody_is_an_outage_of_our_own(
    tmp_path: Path, portal: str
) -> None:
    ids = [f"f{number}" for number in range(9)]
    names = Names(**{f"{feed}_test": ["127.0.0.1"] for feed in ids})
    page = b"<!DOCTYPE html><html><title>Sign in</title><form></form></html>"
    html = {"content-type": "text/html"}
    async with open_desk(tmp_path, ids, names=names, host=lambda feed: f"{feed}.test") as desk:

        def serve_all() -> None:
            for feed in ids:
                desk.server.serve(f"/{feed}", rss(numbered(range(3))))

        serve_all()
        await desk.tick()
        known = dict(names.names)
        desk.server.serve("/portal", page, headers=html)
        for feed in ids:
            if portal == "page":
                desk.server.serve(f"/{feed}", page, headers=html)
            elif portal == "redirect":
                desk.server.serve(f"/{feed}", b"", "302 Found", {"Location": "/portal"})
            else:
                names.names[f"{feed}.test"] = ["192.168.1.1"]
        for quarters in range(1, 13):
            await desk.tick(quarters * QUARTER)
        assert desk.poller.unreachable_since is not None
        # A private address is told at once: by three it is known that all have one.
        assert len(desk.notices) == (3 if portal == "address" else 1)
        names.names = known
        serve_all()
        back = [await desk.tick(quarters * QUARTER) for quarters in (13, 14)]
        assert len({feed for reports in back for feed in reports}) >= 7, "not hours later"
        assert desk.poller.unreachable_since is None


async def test_a_few_dead_feeds_among_others_are_their_own_trouble(tmp_path: Path) -> None:
    ids = [f"f{number}" for number in range(6)]
    names = Names(f4_test=["127.0.0.1"], f5_test=["127.0.0.1"])
    async with open_desk(tmp_path, ids, names=names, host=lambda feed: f"{feed}.test") as desk:
        for feed in ids:
            desk.server.serve(f"/{feed}", rss(numbered(range(3))))
        for hours in range(4):
            await desk.poll(hours * HOUR)
        assert len([notice for notice in desk.notices if notice.event == "broken"]) == 4
        assert desk.poller.unreachable_since is None


async def test_a_gone_feed_is_asked_once_a_day(desk: Desk) -> None:
    desk.server.serve("/a", b"", "410 Gone")
    await desk.poll()
    state = await desk.state()
    assert state.next_check_at >= NOW + 24 * HOUR
    assert condition(state) == "broken", "for everybody who reads the state, not the poll alone"


async def test_a_feed_that_became_another_of_the_list_is_read_once_and_told(tmp_path: Path) -> None:
    async with open_desk(tmp_path, ("a", "b")) as desk:
        desk.server.serve("/b", rss(numbered(range(5))))
        moved = {"Location": "/b/"}
        desk.server.serve("/b/", rss(numbered(range(5))))
        desk.server.serve("/a", b"", "301 Moved Permanently", moved)
        reports = await desk.poll()
        assert [reports[each].result for each in "ab"] == ["failed", "accepted"]
        assert {entry.feed_id for entry in await desk.entries()} == {"b"}
        (notice,) = desk.notices
        assert (notice.feed.id, notice.event, notice.failure) == ("a", "broken", "merged")
        for language in LANGUAGES:
            assert len(notice.text(texts(language)).splitlines()) == 4
        # For a while, or back and forth: each is read, or fails, as what it is.
        desk.server.serve("/a", b"", "302 Found", moved)
        reports = await desk.poll(HOUR)
        assert [reports[each].result for each in "ab"] == ["accepted", "unchanged"]
        desk.server.serve("/a", b"", "301 Moved Permanently", {"Location": "/b"})
        desk.server.serve("/b", b"", "301 Moved Permanently", {"Location": "/a"})
        reports = await desk.poll(2 * HOUR)
        assert [reports[each].result for each in "ab"] == ["failed", "failed"]
        assert "redirects more than" in (reports["b"].error or "")


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("Sun, 01 Feb 2026 12:00:00 GMT", 24, 27),
        ("Sun, 01 Jan 2006 12:00:00 GMT", 0, 1),
        ("-3600", 0, 1),
        ("99999999999999", 24, 30 * 24),
        ("soon", 0, 1),
    ],
)
async def test_no_odd_wish_for_patience_silences_a_feed_or_hurries_us(
    desk: Desk, asked: str, least: int, most: int
) -> None:
    dated = {"Retry-After": asked, "Date": "Sat, 31 Jan 2026 12:00:00 GMT"}
    desk.server.serve("/a", b"", "429 Too Many Requests", dated)
    await desk.poll()
    wait = (await desk.state()).next_check_at - NOW
    assert max(least * HOUR, 4 * MINUTE) <= wait <= most * HOUR


async def test_retry_after_is_obeyed(desk: Desk) -> None:
    desk.server.serve("/a", b"", "429 Too Many Requests", {"Retry-After": "7200"})
    await desk.tick()
    assert await desk.tick(119 * MINUTE) == {}
    assert (await desk.state()).next_check_at >= NOW + 2 * HOUR


async def test_a_held_feed_loses_nothing(desk: Desk) -> None:
    desk.server.serve("/a", rss(numbered(range(20))), headers={"ETag": '"v1"'})
    await desk.poll()
    desk.server.serve("/a", rss(numbered(range(50, 70), NOW + QUARTER)), headers={"ETag": '"v2"'})
    report = (await desk.tick(QUARTER))["a"]
    assert report.result == "held" and report.error
    state = await desk.state()
    assert (state.held, state.etag) == (True, None)
    assert len(await desk.entries()) == 20
    assert [notice.event for notice in desk.notices] == ["held"]
    # A fast feed: by the next look, five of those held have gone already.
    desk.server.serve("/a", rss(numbered(range(55, 75), NOW + QUARTER)), headers={"ETag": '"v3"'})
    released = (await desk.tick(QUARTER + 6 * MINUTE))["a"]
    assert (released.result, released.new) == ("accepted", 25)
    assert not (await desk.state()).held
    assert len(set(desk.newsroom.new)) == 25


async def test_a_crash_while_a_feed_is_held_loses_nothing_that_it_listed(
    tmp_path: Path,
) -> None:
    async with open_desk(tmp_path) as desk:
        desk.server.serve("/a", rss(numbered(range(20))))
        await desk.poll()
        desk.server.serve("/a", rss(numbered(range(50, 70), NOW)))
        assert (await desk.poll(QUARTER))["a"].result == "held"
        desk.poller._memory = PollMemory()  # all that a crash takes
        # By the next look, five of those held have gone already.
        desk.server.serve("/a", rss(numbered(range(55, 75), NOW + QUARTER)))
        assert (await desk.poll(2 * QUARTER))["a"].new == 25


async def test_entries_that_are_still_there_are_touched(desk: Desk) -> None:
    desk.server.serve("/a", rss(numbered(range(3))))
    await desk.poll()
    desk.server.serve("/a", rss(numbered(range(4))))
    await desk.poll(HOUR)
    known = await desk.database.read(
        partial(entries.known, feed_id="a", keys=[f"guid:urn:news:{n}" for n in range(4)])
    )
    assert {each.last_seen_at for each in known.values()} == {NOW + HOUR}


async def test_only_what_moves_is_detected(desk: Desk) -> None:
    desk.server.serve("/a", rss(numbered(range(3))))
    await desk.poll()
    desk.newsroom.detected.clear()
    fresh = numbered([7])
    desk.server.serve("/a", rss([*fresh, *numbered(range(3))]))
    await desk.poll(QUARTER)
    assert desk.newsroom.detected == [fresh[0].title]


async def test_a_bug_on_one_feed_stores_nothing_and_stops_no_other(tmp_path: Path) -> None:
    async with open_desk(tmp_path, ["a", "b"]) as desk:
        desk.server.serve("/a", rss(numbered(range(3))), headers={"ETag": '"v1"'})
        desk.newsroom.fail_in_transaction = True
        report = (await desk.tick())["a"]
        assert report.result == "failed" and "RuntimeError" in (report.error or "")
        assert await desk.entries() == []
        state = await desk.state()
        assert (state.etag, state.body_hash, state.failures) == (None, None, 1)
        desk.newsroom.fail_in_transaction = False
        await desk.tick(HOUR)
        assert len(await desk.entries()) == 3


async def test_a_full_disk_loses_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.server.serve("/a", rss(numbered(range(3))), headers={"ETag": '"v1"'})
    write = desk.database.write

    async def full(fn: object) -> None:
        if "commit" in getattr(fn, "__qualname__", ""):
            raise StorageFull("no room")
        await write(fn)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.database, "write", full)
    assert (await desk.tick())["a"].error == "no room"
    monkeypatch.undo()
    state = await desk.state()
    assert state.etag is None and state.next_check_at <= NOW + 5 * MINUTE
    assert (await desk.tick(5 * MINUTE))["a"].seeded == 3


async def test_a_feed_in_the_database_alone_is_left_alone(tmp_path: Path) -> None:
    async with open_desk(tmp_path, ("a",)) as desk:
        desk.server.serve("/a", rss(numbered(range(3))))
        await desk.poll()
    async with open_desk(tmp_path, ("b",)) as desk:
        assert set(await desk.poll(HOUR)) == {"b"}
        assert not (await desk.state("a")).active


async def test_a_wish_of_the_publisher_outlives_a_304(desk: Desk) -> None:
    body = rss(numbered(range(3)), channel="<ttl>50</ttl>")
    desk.server.serve("/a", body, headers={"ETag": '"v1"'})
    await desk.poll()
    assert (await desk.state()).next_check_at >= NOW + 50 * MINUTE
    desk.server.serve("/a", b"", "304 Not Modified")
    await desk.poll(HOUR)
    assert (await desk.state()).next_check_at >= NOW + HOUR + 50 * MINUTE


async def test_no_more_polls_run_at_a_time_than_allowed(tmp_path: Path) -> None:
    ids = [f"f{number}" for number in range(12)]
    policy = PollPolicy(at_once=4, per_host=2)
    open_by_host: dict[str, int] = {}
    most_by_host: dict[str, int] = {}
    # Neighbours share a host: the first four would fill every slot.
    host = {each: f"h{number // 4}.test" for number, each in enumerate(ids)}
    async with open_desk(tmp_path, ids, policy=policy, host=host.__getitem__) as desk:
        for number in range(3):
            desk.names.names[f"h{number}.test"] = ["127.0.0.1"]

        async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
            name = request.headers["host"]
            open_by_host[name] = open_by_host.get(name, 0) + 1
            most_by_host[name] = max(most_by_host.get(name, 0), open_by_host[name])
            await asyncio.sleep(0.05)
            open_by_host[name] -= 1
            await answer(writer, rss([]))

        for each in ids:
            desk.server.handlers[f"/{each}"] = handler
        reports = await desk.poll()
        assert {report.result for report in reports.values()} == {"accepted"}
        assert desk.server.most_open <= 4
        assert max(most_by_host.values()) <= 2


async def test_feeds_of_a_busy_host_take_no_slots_from_others() -> None:
    slots = PollSlots(at_once=3, per_host=1)
    running: set[str] = set()
    go_on = asyncio.Event()

    async def poll(name: str, host: str, *, failing: bool = False) -> None:
        async with slots.slot(host, failing=failing):
            running.add(name)
            await go_on.wait()

    async with asyncio.TaskGroup() as tasks:
        for name in ("a1", "a2", "a3", "a4"):
            tasks.create_task(poll(name, "a.test"))
        tasks.create_task(poll("b1", "b.test"))
        for _ in range(10):
            await asyncio.sleep(0)
        assert running == {"a1", "b1"}
        go_on.set()
    assert running == {"a1", "a2", "a3", "a4", "b1"}


async def test_failing_feeds_get_half_of_the_slots_at_most() -> None:
    slots = PollSlots(at_once=4, per_host=9)
    running: list[str] = []
    go_on = asyncio.Event()

    async def poll(name: str, *, failing: bool) -> None:
        async with slots.slot(f"{name}.test", failing=failing):
            running.append(name)
            await go_on.wait()

    async with asyncio.TaskGroup() as tasks:
        for number in range(9):
            tasks.create_task(poll(f"bad{number}", failing=True))
        tasks.create_task(poll("good1", failing=False))
        tasks.create_task(poll("good2", failing=False))
        for _ in range(10):
            await asyncio.sleep(0)
        assert sorted(running) == ["bad0", "bad1", "good1", "good2"]
        go_on.set()


async def test_the_real_pipeline_takes_what_the_poller_gives(tmp_path: Path) -> None:
    from bot.alerts.pipeline import Pipeline

    rules = SimpleNamespace(hash="none", signals={})
    pipeline = Pipeline(
        lambda: rules,  # type: ignore[arg-type, return-value]
        detector=lambda rules, title, text, language: (),
    )
    async with open_desk(tmp_path, pipeline=pipeline) as desk:
        desk.server.serve("/a", rss(numbered(range(3))))
        await desk.poll()
        changed = [replace(each, summary="نص جديد") for each in numbered(range(2))]
        desk.server.serve("/a", rss([*numbered([5]), *changed, *numbered([2])]))
        report = (await desk.poll(QUARTER))["a"]
        assert (report.new, report.updated, report.seeded, report.alerts) == (1, 2, 0, 0)


async def test_the_database_stays_sound(desk: Desk, tmp_path: Path) -> None:
    desk.server.serve("/a", rss(numbered(range(30))))
    await desk.poll()
    assert await desk.database.check() == []
    with sqlite3.connect(tmp_path / "marsad.sqlite") as direct:
        assert direct.execute("select count(*) from entries").fetchone() == (30,)
