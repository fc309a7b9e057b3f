"""Where the next page begins, as text that means nothing to who reads it. Pure."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta

from storage.finding import Cursor

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
LONGEST = 60


def packed(cursor: Cursor) -> str:
    text = f"{(cursor.at - _EPOCH) // _MICROSECOND}.{cursor.alert_id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def unpacked(text: str) -> Cursor | None:
    """What `packed` wrote; None for anything else."""
    if len(text) > LONGEST:
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        at, _, number = raw.decode("ascii").partition(".")
        cursor = Cursor(_EPOCH + int(at) * _MICROSECOND, int(number))
    except (ValueError, OverflowError, binascii.Error):
        return None
    # Numbers have many spellings; a cursor has one. SQLite's integers end at 2 ** 63.
    return cursor if packed(cursor) == text and 0 <= cursor.alert_id < 2**63 else None
