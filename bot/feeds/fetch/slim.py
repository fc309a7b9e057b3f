"""A feed as it comes in, without most of its huge entries. Pure.

A single entry may be larger than all that is read of a feed (pictures pasted into its text): what
stands behind it would never be seen. So of each entry only so much is kept as shows the parser
that it is huge (`bot.feeds.parse.huge`), and the limit of a feed's size counts what is kept.
"""

from __future__ import annotations

import re

# An entry of more bytes is cut.
LONGEST_ENTRY = 1_000_000
# Characters that are kept of it: more than `huge.HUGE`, so that the parser cuts it further.
KEPT_OF_IT = 255_000
# In UTF-8, bytes that begin no character. In other encodings more is kept than need be.
_INSIDE_A_CHARACTER = bytes(range(0x80, 0xC0))
# Before the first entry nothing is left out, so neither is it of what is no such feed.
_MARK = re.compile(rb"</?(?:[A-Za-z_][\w.-]{0,30}:)?(?:item|entry)(?=[\s/>])")
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
# A mark may be torn by two pieces, none is longer.
_TORN = 64
_QUOTED = ((b"<![CDATA[", b"]]>"), (b"<!--", b"-->"))


class Slim:
    """`add` pieces, `end`, then `kept` is what is to be read. `full` once more than `limit` bytes
    are kept, or `most` have gone by."""

    def __init__(self, limit: int, most: int) -> None:
        self.kept = bytearray()
        self._limit, self._most = limit, max(limit, most)
        self._seen = 0
        self._torn = b""
        # Where in `kept` the last mark is; None before the first.
        self._mark: int | None = None
        self._leaving_out = False

    @property
    def full(self) -> bool:
        return len(self.kept) + len(self._torn) > self._limit or self._seen > self._most

    def add(self, piece: bytes) -> None:
        self._seen += len(piece)
        data = self._torn + piece if self._torn else piece
        edge = data.rfind(b"<", max(0, len(data) - _TORN))
        self._torn = data[edge:] if edge >= 0 else b""
        self._take(data[:edge] if edge >= 0 else data)

    def end(self) -> bytes:
        """All that is kept, no more than the limit."""
        self._take(self._torn)
        self._torn = b""
        del self.kept[self._limit :]
        return bytes(self.kept)

    def _take(self, data: bytes) -> None:
        at = 0
        for mark in _MARK.finditer(data):
            if self._mark is None and _JSON.match(self.kept or data):
                break  # markup in its texts
            self._keep(data[at : mark.start()])
            self._mark, self._leaving_out, at = len(self.kept), False, mark.start()
        self._keep(data[at:] if at else data)

    def _keep(self, data: bytes) -> None:
        if self._leaving_out:
            return
        room = len(data) if self._mark is None else LONGEST_ENTRY - (len(self.kept) - self._mark)
        if len(data) <= room:
            self.kept += data
            return
        self.kept += data[:room]
        self._leaving_out = True
        self._cut(self._mark or 0)

    def _cut(self, entry: int) -> None:
        """Leave so much of the entry that began there as shows that it is huge."""
        length, missing = 0, KEPT_OF_IT
        while missing > 0 and entry + length < len(self.kept):
            more = self.kept[entry + length : entry + length + missing]
            length += len(more)
            missing -= len(more.translate(None, _INSIDE_A_CHARACTER))
        del self.kept[entry + length :]
        # Not in the middle of a character.
        while self.kept[-1] >= 0x80:
            del self.kept[-1]
        for begins, ends in _QUOTED:
            last = self.kept.rfind(begins, entry)
            if last >= 0 and self.kept.find(ends, last) < 0:
                self.kept += ends
                break
