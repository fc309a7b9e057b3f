"""What HTTP headers say about time. Pure; headers are a mapping with lower-case names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_LONGEST = timedelta(days=30)


def fresh_for(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the answer stays fresh (RFC 9111, 4.2); None when it does not say or has not."""
    control = headers.get("cache-control", "").lower()
    if "no-cache" in control or "no-store" in control:
        return None
    if found := re.search(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", control):
        fresh = _seconds(found[1]) - _seconds(headers.get("age", "0"))
        return fresh if fresh > timedelta() else None
    expires = http_date(headers.get("expires", ""))
    if expires is None:
        return None
    fresh = min(expires - (http_date(headers.get("date", "")) or now), _LONGEST)
    return fresh if fresh > timedelta() else None


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the server asks to be left alone (RFC 9110, 10.2.3), at most 30 days."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d*)?", value):
        return _seconds(value)
    until = http_date(value)
    if until is None:
        return None
    # Measured on the server's own clock where it shows one: ours may differ.
    wait = until - (http_date(headers.get("date", "")) or now)
    return min(max(wait, timedelta()), _LONGEST)


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """What time it was at the server when it answered; None where it does not say. A cache that
    repeats an answer says how old that is."""
    said = http_date(headers.get("date", ""))
    try:
        return said and said + _seconds(headers.get("age", "0"))
    except OverflowError:
        return None


def http_date(value: str) -> datetime | None:
    """An HTTP date as aware UTC, None for anything else."""
    try:
        parsed = parsedate_to_datetime(value.strip())
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _seconds(digits: str) -> timedelta:
    found = re.match(r"\s*(\d{1,10})", digits)
    return min(timedelta(seconds=int(found[1])), _LONGEST) if found else timedelta()
