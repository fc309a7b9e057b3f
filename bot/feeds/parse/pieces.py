"""A document as feedparser reads it: in pieces, and what it cannot read left out.

It takes ten times a document's size in memory, so a long one is read in pieces. And it raises all
kinds of errors for elements that stand where they should not.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import feedparser
import feedparser.api
import feedparser.util

from bot.feeds.parse import whole_texts

# Where feedparser looks for a parser. It first asks for one that nobody has, at each document.
feedparser.api.PREFERRED_XML_PARSERS[:] = [whole_texts.__name__]

# What feedparser copies, with all that is in it, it empties right after: the outermost is enough.
feedparser.util.FeedParserDict.__deepcopy__ = lambda self, _: type(self)(self)

# Characters of a piece; most documents are shorter and read as they are.
PIECE = 250_000
# Where entries begin and end; and what is only text, whatever it looks like.
MARK = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"
    r"|<(?P<begins>(?:[A-Za-z_][\w.-]*:)?(?:item|entry))(?=[\s/>])"
    r"|</(?P<ends>(?:[A-Za-z_][\w.-]*:)?(?:item|entry))\s*>",
    re.DOTALL,
)


def read_pieces(text: str) -> Iterator[Any]:
    """What feedparser says of each piece; None for an entry that it cannot read.

    A piece that it cannot read is read again entry by entry: a broken one costs no other.
    """
    for piece in _pieces(text, PIECE):
        try:
            yield _parsed(piece)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, it is one entry's
            yield from map(_parsed_or_none, _pieces(piece, 0))


def _parsed(piece: str) -> Any:
    return feedparser.parse(
        io.BytesIO(piece.encode("utf-8")),
        # Not where it came from: with that, "#" and "null" come back as addresses of the feed.
        response_headers={"content-type": "application/xml; charset=utf-8"},
        # Markup is removed by us, all of it; and this is three times as fast.
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _parsed_or_none(piece: str) -> Any:
    try:
        return _parsed(piece)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001
        return None


def _pieces(text: str, size: int) -> Iterator[str]:
    """A document as several of about `size` characters, each with whole entries and with all that
    stands before the first and after the last of them."""
    if len(text) <= 2 * size:
        yield text
        return
    begin, end, seams = -1, 0, list[int]()
    ended, ended_at = "", 0
    for mark in MARK.finditer(text):
        if mark["begins"]:
            begin = mark.start() if begin < 0 else begin
            # Only between two entries: a start tag alone may stand in the text of one.
            if ended == mark["begins"] and not text[ended_at : mark.start()].strip():
                seams.append(ended_at)
        elif mark["ends"]:
            end = mark.end()
        ended, ended_at = mark["ends"] or "", mark.end()
    if not seams or not begin < seams[0] <= seams[-1] <= end:
        yield text
        return
    head, tail = text[:begin], text[end:]
    for seam, following in pairwise([*seams, end]):
        if following - begin > size:
            yield f"{head}{text[begin:seam]}{tail}"
            begin = seam
    yield f"{head}{text[begin:]}"
