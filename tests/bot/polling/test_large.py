"""Bodies over the limit: the complete entries before the cut are taken, and the rest is said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.polling.health import condition
from tests.bot.polling.desk import LIMITS, open_desk

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
