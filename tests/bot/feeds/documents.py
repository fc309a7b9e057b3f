"""Feed documents for tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from bot.feeds.parse.entry import FeedEntry


def entry(
    title: str = "",
    *,
    guid: str | None = None,
    link: str | None = None,
    summary: str = "",
    published: datetime | None = None,
    updated: datetime | None = None,
) -> FeedEntry:
    return FeedEntry(guid, link, title, summary, published, updated, None)


def rss(entries: Iterable[FeedEntry], channel: str = "") -> bytes:
    items = []
    for each in entries:
        parts = [f"<title>{escape(each.title)}</title>"]
        if each.guid:
            parts.append(f'<guid isPermaLink="false">{escape(each.guid)}</guid>')
        if each.link:
            parts.append(f"<link>{escape(each.link)}</link>")
        if each.summary:
            parts.append(f"<description>{escape(each.summary)}</description>")
        if each.published_at:
            parts.append(f"<pubDate>{format_datetime(each.published_at)}</pubDate>")
        items.append(f"<item>{''.join(parts)}</item>")
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>تجربة</title>{channel}{''.join(items)}</channel></rss>"
    ).encode()


def numbered(
    numbers: Iterable[int], published: datetime | None = None, base: str = "https://news.test"
) -> list[FeedEntry]:
    """Entries that differ in everything."""
    words = ["مياه", "دواء", "طريق", "معبر", "قمح", "وقود", "مدرسة", "مخيم", "سوق", "ميناء"]
    return [
        entry(
            f"خبر رقم {number} عن {words[number % 10]} {number * 7919}",
            guid=f"urn:news:{number}",
            link=f"{base}/article/{number}",
            summary=f"تفاصيل {words[(number + 3) % 10]} {number * 104729} {number * 31}",
            published=published,
        )
        for number in numbers
    ]
