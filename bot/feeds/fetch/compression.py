"""Decompress what a server sent, never beyond a limit."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

from bot.feeds.fetch.slim import Slim

_GZIP_MAGIC = b"\x1f\x8b\x08"
# A file in independent blocks has one for each 64 KB. Hundreds of thousands of empty ones fit into
# a small answer, and each costs a new inflater, here, where everything else waits.
_MAX_MEMBERS = 1_000
_STEP = 65_536
# What is unpacked at a time: a step may hold a thousand times its size.
_PIECE = 262_144
# How a feed or a page begins, and hardly anything that is compressed.
_PLAIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<[?!A-Za-z]|\{\s*\")")
_PADDING = re.compile(rb"\0*")


class BadCompression(Exception):
    """The bytes are not what their header says; the message names the encoding."""


@dataclass(frozen=True, slots=True)
class Plain:
    """`whole` is False when the compressed stream broke off, or was cut at the limit:
    then it is `oversized`."""

    body: bytes
    whole: bool
    oversized: bool = False


def decompress(body: bytes, encoding: str, limit: int, most: int = 0) -> Plain:
    """Undo a Content-Encoding, and gzip that no header told of (feeds served as .gz files).

    `limit` cuts the bytes at every stage; of what is unpacked it counts what is kept of it
    (`Slim`), of `most` bytes. Raises BadCompression.
    """
    whole, oversized = True, False
    steps = [step.strip().lower() for step in encoding.split(",") if step.strip()]
    if len(steps) > 2:
        raise BadCompression(f"the answer is compressed {len(steps)} times over")
    for step in reversed(steps):
        if step == "identity":
            continue
        if step not in ("gzip", "x-gzip", "deflate"):
            if _PLAIN.match(body):
                continue  # what says "utf-8" or "none" where a compression is to stand
            raise BadCompression(f"the answer is compressed as {step[:20]!r}, which was not asked")
        if step != "deflate" and not body.startswith(_GZIP_MAGIC[: len(body)]):
            continue  # servers that say gzip and send plain text
        try:
            plain = _inflate(body, limit, most)
        except BadCompression:
            if step == "deflate" and _PLAIN.match(body):
                continue
            raise
        body, whole = plain.body, whole and plain.whole
        oversized = oversized or plain.oversized
    if body.startswith(_GZIP_MAGIC):
        plain = _inflate(body, limit, most)
        body, whole = plain.body, whole and plain.whole
        oversized = oversized or plain.oversized
    oversized = oversized or len(body) > limit
    return Plain(body[:limit], whole and not oversized, oversized)


def _inflate(body: bytes, limit: int, most: int) -> Plain:
    plain, position = Slim(limit, most), 0
    for _ in range(_MAX_MEMBERS):
        inflater = zlib.decompressobj(_window_bits(body[position : position + 3]))
        piece = b""
        while not inflater.eof and (position < len(body) or len(piece) == _PIECE):
            # In steps: what follows a member is copied out of the inflater with each of them.
            step = body[position : position + _STEP]
            try:
                piece = inflater.decompress(step, _PIECE)
            except zlib.error as error:
                if kept := plain.end():  # a broken tail: keep what came before it
                    return Plain(kept, whole=False)
                raise BadCompression(f"the answer's compression is broken ({error})") from None
            plain.add(piece)
            if plain.full:
                return Plain(plain.end(), whole=False, oversized=True)
            position += len(step) - len(inflater.unused_data) - len(inflater.unconsumed_tail)
        if not inflater.eof:
            break
        padding = _PADDING.match(body, position)
        position = padding.end() if padding else position
        if not body.startswith(_GZIP_MAGIC, position):  # gzip members follow one another
            return Plain(plain.end(), whole=True)
    return Plain(plain.end(), whole=False)


def _window_bits(body: bytes) -> int:
    if body.startswith(_GZIP_MAGIC):
        return 16 + zlib.MAX_WBITS
    # "deflate" is zlib by RFC 9110, and bare deflate by many servers.
    is_zlib = len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS
