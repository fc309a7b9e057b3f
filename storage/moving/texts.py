"""What PostgreSQL cannot store as text is replaced by U+FFFD, and the rest is compared.

SQLite takes any bytes as text; PostgreSQL takes UTF-8 without NUL, and its JSON functions refuse
the escapes of NUL and of half a surrogate pair.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

REPLACEMENT = "\ufffd"
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_SIZE = 16


def plain(raw: bytes) -> str:
    """Text as a server takes it."""
    return raw.decode("utf-8", "replace").replace("\0", REPLACEMENT)


def plain_json(text: str) -> str:
    """JSON in which no text holds NUL or half a surrogate pair; the same where none does."""
    if not _ESCAPED.search(text):
        return text
    try:
        held = json.loads(text)
        mended = _mended(held)
    except (ValueError, RecursionError):
        return text  # for the server to judge
    return text if mended == held else json.dumps(mended, ensure_ascii=False)


def _mended(held: Any) -> Any:
    match held:
        case str():
            return _SURROGATE.sub(REPLACEMENT, held).replace("\0", REPLACEMENT)
        case list():
            return [_mended(each) for each in held]
        case dict():
            return {_mended(key): _mended(value) for key, value in held.items()}
        case _:
            return held


class Sum:
    """A hash over rows, whatever their order: the sum of what each row's values hash to."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, row: Sequence[object]) -> None:
        """Take in a row: whole numbers, floats, texts, bytes and None, which stay apart."""
        self.rows += 1
        said = repr(tuple(row)).encode("utf-8", "surrogatepass")
        self._sum += int.from_bytes(blake2b(said, digest_size=_SIZE).digest(), "big")

    @property
    def hash(self) -> str:
        """128 bits in hexadecimal digits."""
        return f"{self._sum % 2 ** (8 * _SIZE):0{2 * _SIZE}x}"
