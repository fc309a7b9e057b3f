"""Real captures of feeds: none raises, and what is found is what feedparser finds by itself."""

from __future__ import annotations

import io
import warnings
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from bot.feeds.parse.entry import Document, ParsedFeed
from bot.feeds.parse.parser import parse

CORPUS = Path(__file__).parents[4] / "shared" / "data" / "feeds"
NOW = datetime(2026, 8, 13, tzinfo=UTC)


@pytest.mark.no_cover  # what is not part of the project tells nothing of how much of it is tested
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the captures of feeds are not on this machine")
def test_every_capture_is_read_and_nothing_is_missed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows, missed, json_feeds = [], [], 0
    for path in sorted(path for path in CORPUS.rglob("*") if path.is_file()):
        if path.name == "LICENSE":
            continue
        parsed = parse(Document(path.read_bytes(), "https://capture.example/feed"), NOW)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            alone = feedparser.parse(
                io.BytesIO(path.read_bytes()), sanitize_html=False, resolve_relative_uris=False
            )
            said = ("title", "link", "id", "summary")  # some captures hold empty items
            theirs = sum(1 for each in alone.entries if any(each.get(key) for key in said))
        if isinstance(parsed, ParsedFeed):
            ours, words = len(parsed.entries), parsed.problem or parsed.format
            json_feeds += parsed.format == "json1"
            torn = not parsed.complete
        else:
            ours, words, torn = 0, parsed.message, False
        rows.append(f"{ours:5} {theirs:5}  {path.relative_to(CORPUS)}  {words}")
        # The last entry of a document that breaks off may be half an entry: it is left.
        if ours < theirs - torn:
            missed.append(rows[-1])
    with capsys.disabled():
        total = [sum(int(row.split()[column]) for row in rows) for column in (0, 1)]
        print(f"\n{len(rows)} captures: {total[0]} entries read, {total[1]} by feedparser alone")
    print("\n".join([" ours theirs", *rows]))
    assert not missed
    assert json_feeds >= 5
