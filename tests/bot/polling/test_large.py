"""Bodies over the limit: the complete entries before the cut are taken, and the rest is said."""

from __future__ import annotations

import asyncio
import gzip
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.fetch.large import LARGE_FROM
from bot.feeds.fetch.slim import Slim
from bot.feeds.parse.entry import Document, ParsedFeed, Unreadable
from bot.polling.health import condition
from tests.bot.polling.desk import LIMITS, InlineParser, open_desk
from tests.feed_server import Names, Request, answer

PAD = "word " * 40
COUNT = 300


def body(kind: str) -> bytes:
    names = [f"Report {n} of the clinic in Aden" for n in range(COUNT)]
    if kind == "json":
        items = [{"id": str(n), "title": t, "content_text": PAD} for n, t in enumerate(names)]
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": items}
        return json.dumps(feed).encode()
    if kind == "atom":
        rows = "".join(
            f"<entry><id>u:{n}</id><title>{t}</title><summary>{PAD}</summary></entry>"
            for n, t in enumerate(names)
        )
        return f'<feed xmlns="http://www.w3.org/2005/Atom">{rows}</feed>'.encode()
    rows = "".join(
        f"<item><guid>u:{n}</guid><title>{t}</title><description>{PAD}</description></item>"
        for n, t in enumerate(names)
    )
    if kind == "rdf":
        start = (
            '<rdf:RDF xmlns="http://purl.org/rss/1.0/"'
            ' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        )
        return f"{start}<channel><title>t</title></channel>{rows}</rdf:RDF>".encode()
    return f'<rss version="2.0"><channel><title>t</title>{rows}</channel></rss>'.encode()


@pytest.mark.parametrize("kind", ["rss", "atom", "rdf", "json"])
async def test_a_body_over_the_limit_is_read_as_far_as_it_goes(tmp_path: Path, kind: str) -> None:
    limits = replace(LIMITS, compressed_bytes=40_000, decoded_bytes=40_000)
    async with open_desk(tmp_path, limits=limits) as desk:
        desk.server.serve("/a", body(kind), headers={"ETag": '"v1"'})
        report = (await desk.poll())["a"]
        assert report.result == "accepted" and report.error is None
        titles = {entry.title for entry in await desk.entries()}
        assert 50 < len(titles) < COUNT
        assert titles == {f"Report {n} of the clinic in Aden" for n in range(len(titles))}
        state = await desk.state()
        # It is fetched whole the next time, and the operator can see that something is missing.
        assert (state.etag, state.body_hash, state.failures) == (None, None, 0)
        assert "larger than 0.04 MB" in (state.hint or "")
        assert condition(state) == "truncated"
        # Operators hear of it once.
        await desk.poll()
        assert [notice.event for notice in desk.notices] == ["truncated"]


PICTURE = b'<img src="data:image/png;base64,' + b"QUJD" * 750_000 + b'"/>'


@pytest.mark.parametrize("kind", ["rss", "atom", "rdf"])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("quoted", ["cdata", "escaped", "comment"])
async def test_an_entry_that_is_larger_than_a_feed_may_be_hides_none_behind_it(
    tmp_path: Path, kind: str, packed: bool, quoted: str
) -> None:
    limits = replace(LIMITS, total_seconds=60, silence_seconds=60, decoded_bytes=2_500_000)
    whole = body(kind)
    tag = b"<summary>" if kind == "atom" else b"<description>"
    inside = {
        "cdata": b"<![CDATA[" + PICTURE + b"]]>",
        "escaped": PICTURE.replace(b"<", b"&lt;"),
        "comment": b"<!--" + PICTURE + b"-->",
    }[quoted]
    # The first, and some in the middle of which one has a text in Arabic.
    parts = whole.split(tag)
    parts[1], parts[9] = inside + parts[1], ("خبر " * 400_000).encode() + inside + parts[9]
    parts[20], parts[30] = inside + parts[20], inside + parts[30]
    content = tag.join(parts)
    headers = {"ETag": '"v1"'}
    if packed:
        content, headers = gzip.compress(content, 1), headers | {"Content-Encoding": "gzip"}
    async with open_desk(tmp_path, limits=limits) as desk:
        desk.server.serve("/a", content, headers=headers)
        report = (await desk.poll())["a"]
        assert report.result == "accepted" and report.error is None
        titles = {entry.title for entry in await desk.entries()}
        assert titles == {f"Report {n} of the clinic in Aden" for n in range(COUNT)}
        state = await desk.state()
        assert (state.etag, condition(state)) == ('"v1"', "ok")
        assert "4 of its entries are huge" in (state.hint or "")


@given(
    st.lists(st.sampled_from([b"<item>", b"</item >", b"<a:entry\t", b"<", b"xy", b"<![CDATA["])),
    st.integers(1, 9),
)
def test_of_what_has_no_huge_entry_nothing_is_left_out(parts: list[bytes], step: int) -> None:
    content = b"".join(parts)
    slim = Slim(10_000, 10_000)
    for at in range(0, len(content), step):
        slim.add(content[at : at + step])
    assert not slim.full and slim.end() == content


@pytest.mark.parametrize("beginning", [b'{"a": "<item>', b"\xef\xbb\xbf\n[<item>", b"<a><items>"])
def test_of_what_lists_no_such_entries_nothing_is_left_out(beginning: bytes) -> None:
    slim = Slim(5_000_000, 9_000_000)
    slim.add(beginning)
    slim.add(b"x" * 3_000_000)
    assert slim.end() == beginning + b"x" * 3_000_000


async def test_no_more_goes_by_than_is_allowed(tmp_path: Path) -> None:
    limits = replace(LIMITS, total_seconds=60, silence_seconds=60, decoded_bytes=2_000_000)
    limits = replace(limits, passing_bytes=2_500_000)
    async with open_desk(tmp_path, limits=limits) as desk:
        content = body("rss").replace(b"<description>", b"<description>" + PICTURE, 1)
        desk.server.serve("/a", content)
        assert (await desk.poll())["a"].result == "accepted"
        assert condition(await desk.state()) == "truncated"


class CountingParser(InlineParser):
    """Counts the documents that are held at a time, each until all feeds were heard of."""

    def __init__(self) -> None:
        super().__init__()
        self.at_once: list[int] = []
        self.held = 0
        self.all_sent = asyncio.Event()

    async def parse(self, document: Document, now: datetime) -> ParsedFeed | Unreadable:
        self.held += 1
        self.at_once.append(self.held)
        await self.all_sent.wait()
        # Whoever waits for no turn has had more than enough of the loop's rounds to come here.
        for _ in range(1_000):
            await asyncio.sleep(0)
        self.held -= 1
        return await super().parse(document, now)


async def test_two_large_bodies_are_held_at_a_time_and_small_ones_pass(tmp_path: Path) -> None:
    large, small = [f"large{n}" for n in range(8)], [f"small{n}" for n in range(4)]
    parser, names, begun = CountingParser(), Names(), set[str]()
    for each in (*large, *small):
        names.names[f"{each}.test"] = ["127.0.0.1"]
    async with open_desk(
        tmp_path,
        (*large, *small),
        names=names,
        parser=parser,
        host=lambda feed_id: f"{feed_id}.test",
    ) as desk:
        long = body("rss") + b" " * (LARGE_FROM * 2)

        async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
            begun.add(request.path)
            if len(begun) == len(large):
                parser.all_sent.set()
            await answer(writer, long)

        for each in large:
            desk.server.handlers[f"/{each}"] = handler
        for each in small:
            desk.server.serve(f"/{each}", body("rss")[:20_000])
        reports = await desk.poll()
    assert {each.result for each in reports.values()} == {"accepted"}
    # The small ones take no turn: at most two large ones beside all of them.
    assert max(parser.at_once) <= 2 + len(small)
    assert parser.parsed == len(large) + len(small)
