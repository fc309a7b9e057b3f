from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.feeds.parse.apart.pool import ParseLimits, ParserPool
from bot.feeds.parse.entry import Document, ParsedFeed, Unreadable
from bot.feeds.parse.parser import parse
from tests.bot.feeds.documents import entry, numbered, rss

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
GOOD = Document(rss(numbered(range(20), NOW)), "https://x.example/", "text/xml", language="ar")
# Half a million attributes on one tag: quadratic for any parser.
HOSTILE = Document(
    b"<rss version='2.0'><channel "
    + b" ".join(b'a%d="1"' % number for number in range(300_000))
    + b"><item><title>x</title></item></channel></rss>",
    "https://x.example/",
)


@pytest.fixture
async def pool() -> AsyncIterator[ParserPool]:
    pool = ParserPool(large=ParseLimits(seconds=1.0, memory_bytes=500_000_000))
    yield pool
    await pool.aclose()


async def test_the_process_answers_what_the_parser_says(pool: ParserPool) -> None:
    assert await pool.parse(GOOD, NOW) == parse(GOOD, NOW)
    page = Document(b"<html>", "https://x.example/")
    assert await pool.parse(page, NOW) == parse(page, NOW)


async def test_a_document_that_takes_too_long_is_given_up_and_the_next_is_read(
    pool: ParserPool,
) -> None:
    hostile = await pool.parse(HOSTILE, NOW)
    assert isinstance(hostile, Unreadable) and "longer than 1 s" in hostile.message
    assert isinstance(await pool.parse(GOOD, NOW), ParsedFeed)


async def test_a_document_that_needs_too_much_memory_is_given_up() -> None:
    pool = ParserPool(large=ParseLimits(seconds=20, memory_bytes=40_000_000))
    # Before the first entry nothing is cut.
    title = b"word " * 900_000
    body = b"<rss version='2.0'><channel><title>" + title + b"</title><item/></channel></rss>"
    try:
        given_up = await pool.parse(Document(body, "https://x.example/"), NOW)
        assert isinstance(given_up, Unreadable) and "MB" in given_up.message
        assert isinstance(await pool.parse(GOOD, NOW), ParsedFeed)
    finally:
        await pool.aclose()


async def test_a_process_ends_after_its_documents_and_the_next_one_gets_another() -> None:
    pool = ParserPool(large=ParseLimits(20, 80_000_000, documents=1), large_from=0)
    try:
        for _ in range(2):
            assert await pool.parse(GOOD, NOW) == parse(GOOD, NOW)
            assert pool._large._process is None
    finally:
        await pool.aclose()


async def test_five_megabytes_with_emoji_fit_into_the_shipped_limit() -> None:
    words = "نفدت أدوية السكري وغسيل الكلى في المستشفيات العامة 😀 " * 40
    listed = [entry(f"خبر {n}", guid=f"u:{n}", summary=words) for n in range(1_400)]
    body = rss(listed)[:5_000_000]
    assert len(body) == 5_000_000
    pool = ParserPool()
    try:
        parsed = await pool.parse(Document(body, "https://x.example/", truncated=True), NOW)
    finally:
        await pool.aclose()
    assert isinstance(parsed, ParsedFeed) and len(parsed.entries) > 1_000


async def test_a_cancelled_parse_does_not_answer_for_the_next(pool: ParserPool) -> None:
    await pool.parse(GOOD, NOW)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await pool.parse(HOSTILE, NOW)
    assert await pool.parse(GOOD, NOW) == parse(GOOD, NOW)


async def test_a_large_hostile_document_does_not_keep_the_others_waiting() -> None:
    # It would take longer than any machine is busy; it is broken off when the others are read.
    pool = ParserPool(large=ParseLimits(seconds=600.0, memory_bytes=500_000_000))
    hostile = asyncio.create_task(pool.parse(HOSTILE, NOW))
    await asyncio.sleep(0)
    assert isinstance(await pool.parse(GOOD, NOW), ParsedFeed)
    assert not hostile.done()
    await pool.aclose()  # a parse that is under way ends with it
    assert isinstance(await hostile, Unreadable)


async def test_secrets_of_the_service_are_not_in_the_parsers_environment(
    pool: ParserPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARSAD_TELEGRAM_TOKEN", "123:secret")
    await pool.parse(GOOD, NOW)
    process = pool._small._process
    assert process is not None
    environment = Path(f"/proc/{process.pid}/environ")
    if not environment.exists():  # noqa: ASYNC240
        pytest.skip("this system does not show a process's environment")
    assert b"secret" not in environment.read_bytes()  # noqa: ASYNC240
