"""One entry that cannot be stored holds up no other, and is not forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.alerts.failing import WAITS, Failing, failed_again
from bot.alerts.rereading import MOST_IN_A_ROW
from bot.locales import LANGUAGES, texts
from bot.notices.feeds import NotReadAgain
from storage.connection import Connection
from storage.file.errors import StorageBusy, StorageDamaged, StorageFull
from storage.news.entries import Entry
from storage.readers import chats
from storage.sending import outbox
from tests.bot.alerts.newsroom import feed, of_its_own
from tests.bot.alerts.test_rereading import SIEGE, Desk, desk
from tests.storage.make import HOUR, NOW, chat
from tests.storage.make import entry as entry_of

MINUTE = timedelta(minutes=1)
OPERATOR = 900


def headlines(number: int) -> list[str]:
    """Reports of so many different places: a story and an alert each."""
    return [f"{SIEGE} {n} {of_its_own(n)}" for n in range(number)]


async def unread(at: Desk, number: int) -> list[int]:
    """So many entries that no rules could read; their ids."""
    at.broken = True
    await at.poll(*headlines(number))
    at.broken = False
    return sorted(entry.id or 0 for entry in await at.stored())


async def told_of(at: Desk) -> set[int]:
    return {alert.entry_id for alert in await at.alerts()}


async def count_writes(at: Desk, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list that grows with each transaction from now on."""
    write, seen = at.database.write, list[int]()

    async def counted(fn: object) -> object:
        seen.append(1)
        return await write(fn)  # type: ignore[arg-type]

    monkeypatch.setattr(at.database, "write", counted)
    return seen


def apart(at: Desk) -> list[tuple[int | None, int]]:
    return [(each.entry.id, each.attempts) for each in at.rereader.failing]


@pytest.mark.parametrize("batch", [1, 2, 7, 50])
@pytest.mark.parametrize("poisoned", [(0,), (9,), (3, 4), (0, 5, 11)])
async def test_all_but_the_entry_that_fails_are_told_in_one_look(
    tmp_path: Path, batch: int, poisoned: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, batch) as at:
        ids = await unread(at, 12)
        bad = {ids[place] for place in poisoned}
        await at.poison(*bad)
        writes = await count_writes(at, monkeypatch)
        assert await at.rereader.look(NOW, unread=True) == 12 - len(bad)
        assert await told_of(at) == set(ids) - bad
        assert set(apart(at)) == {(each, 1) for each in bad}
        assert len(writes) <= 1 + 2 * 12
        (first, *_) = at.rereader.failing
        assert f"entry {first.entry.id} of {feed().id}" in first.reason
        assert "a fault of this row" in first.reason
        # Not at every look; and when it can be stored, once.
        assert await at.rereader.look(NOW + MINUTE / 2, unread=True) == 0
        assert {attempts for _, attempts in apart(at)} == {1}
        await at.cure()
        assert await at.rereader.look(NOW + MINUTE, unread=False) == len(bad)
        assert await told_of(at) == set(ids)
        assert at.rereader.failing == ()
        assert await at.rereader.look(NOW + HOUR, unread=True) == 0


async def test_a_signal_that_was_absent_is_looked_for_again_in_what_failed(tmp_path: Path) -> None:
    async with desk(tmp_path, 50) as at:
        await at.poll("سوق هادئ")
        at.lose("siege")
        await at.poll(*headlines(4))
        at.restore()
        bad = 3
        await at.poison(bad)
        assert await at.rereader.look(NOW, unread=True) == 3
        assert apart(at) == [(bad, 1)]
        await at.cure()
        assert await at.rereader.look(NOW + MINUTE, unread=False) == 1
        assert at.rereader.failing == ()


async def test_it_is_tried_after_growing_pauses_then_given_up_and_operators_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with desk(tmp_path) as at:
        operator = chat(OPERATOR, role="operator", language="en")
        await at.database.write(lambda db: chats.upsert(db, operator))
        (bad,) = await unread(at, 1)
        await at.poison(bad)

        async def notices() -> list[str]:
            rows = await at.database.read(lambda db: outbox.for_chat(db, OPERATOR))
            return [row.text or "" for row in rows if "read again" in (row.text or "")]

        now, tried = NOW, list[timedelta]()
        for _ in range(12 * 60 + 1):
            before = apart(at)
            await at.rereader.look(now, unread=now == NOW)
            if apart(at) != before:
                tried.append(now - NOW)
            given_up = at.rereader.failing[0].given_up
            assert bool(await notices()) == given_up
            now += MINUTE
        pauses = [later - earlier for earlier, later in pairwise(tried)]
        assert pauses == list(WAITS)
        assert given_up
        (said,) = await notices()
        assert f"entry {bad}; attempts: 6; \u2068IntegrityError: a fault of this row" in said
        assert SIEGE in said
        assert f"entry {bad} of" in caplog.text

        # Other rules are another chance; the same fault is not told twice.
        at.rules.hash = "others"
        await at.rereader.look(now, unread=True)
        assert apart(at) == [(bad, 1)]
        for wait in WAITS:
            now += wait
            await at.rereader.look(now, unread=False)
        assert at.rereader.failing[0].given_up
        assert len(await notices()) == 1
        await at.cure()
        at.rules.hash = "others again"
        assert await at.rereader.look(NOW + HOUR, unread=True) == 1


async def test_a_fault_of_all_ends_the_look_and_the_next_goes_on_behind(tmp_path: Path) -> None:
    """Bounded work in a look; nobody waits behind what failed; all is told when it is mended."""
    async with desk(tmp_path, 50) as at:
        ids = await unread(at, 25)
        await at.poison()
        for failed in (MOST_IN_A_ROW, 2 * MOST_IN_A_ROW):
            with pytest.raises(Exception, match="a fault of this row"):
                await at.rereader.look(NOW, unread=True)
            assert len(apart(at)) == failed
        await at.cure()
        assert await at.rereader.look(NOW, unread=True) == 5
        assert await at.rereader.look(NOW + MINUTE, unread=False) == 20
        assert await told_of(at) == set(ids)


@pytest.mark.parametrize("error", [StorageBusy("busy"), StorageFull("full")])
async def test_a_database_that_takes_nothing_is_no_entrys_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async with desk(tmp_path) as at:
        await unread(at, 3)
        with monkeypatch.context() as patched:

            def refuse(*_: object) -> None:
                raise error

            patched.setattr(at.pipeline, "read_again", refuse)
            with pytest.raises(type(error)):
                await at.rereader.look(NOW, unread=True)
        assert apart(at) == []
        assert await at.rereader.look(NOW, unread=True) == 3


async def test_damage_under_one_entry_is_that_entrys_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path) as at:
        ids = await unread(at, 3)
        read_again = at.pipeline.read_again

        def damaged(db: Connection, where: object, batch: list[tuple[Entry, object]], *_: object):  # type: ignore[no-untyped-def]
            if ids[1] in [stored.id for stored, _ in batch]:
                raise StorageDamaged("malformed")
            return read_again(db, where, batch, *_)  # type: ignore[arg-type]

        monkeypatch.setattr(at.pipeline, "read_again", damaged)
        assert await at.rereader.look(NOW, unread=True) == 2
        assert apart(at) == [(ids[1], 1)]


async def test_an_entry_that_was_edited_meanwhile_is_not_tried(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        first, second = await unread(at, 2)
        await at.poison()
        await at.rereader.look(NOW, unread=True)
        await at.cure()
        edited = f"{headlines(1)[0]} اليوم"
        await at.poll(edited, kind="updated", entry_id=first, now=NOW)
        assert await told_of(at) == {first}
        assert await at.rereader.look(NOW + MINUTE, unread=False) == 1
        read_at = {entry.id: entry.read_at for entry in await at.stored()}
        assert read_at == {first: NOW, second: NOW + MINUTE}


async def test_of_a_feed_that_left_the_list_nothing_is_tried_again(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await unread(at, 2)
        await at.poison()
        await at.rereader.look(NOW, unread=True)
        await at.cure()
        at.listed = False
        assert await at.rereader.look(NOW + HOUR, unread=False) == 0
        assert at.rereader.failing == ()
        assert await at.alerts() == []


def test_a_clock_that_was_set_back_makes_nothing_wait_longer() -> None:
    failing = failed_again(None, entry_of(), None, "-", NOW)
    assert not failing.is_due(NOW + MINUTE / 2)
    assert failing.is_due(NOW + MINUTE)
    assert failing.is_due(NOW - 5 * HOUR)
    assert not replace(failing, wait=None).is_due(NOW + 99 * HOUR)


def test_each_failure_waits_longer_and_the_last_is_given_up() -> None:
    failing: Failing | None = None
    waits = []
    for number in range(len(WAITS) + 1):
        failing = failed_again(failing, entry_of(), None, "-", NOW + number * HOUR)
        waits.append(failing.wait)
    assert waits == [*WAITS, None]
    assert list(WAITS) == sorted(WAITS)
    assert failing is not None and failing.given_up and failing.since == NOW


@pytest.mark.parametrize("language", LANGUAGES)
def test_operators_hear_of_it_in_their_language(language: str) -> None:
    notice = NotReadAgain(feed(), 41, "h", "عنوان {x}", "https://news.example/1", "E: {why}", 6)
    words = notice.text(texts(language))
    for said in ("41", "6", "عنوان {x}", "E: {why}", "https://news.example/1", feed().id):
        assert said in words
    assert notice.key(NOW) != replace(notice, content_hash="i").key(NOW)
