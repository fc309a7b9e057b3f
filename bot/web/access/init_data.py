"""What Telegram signs when it opens the page in an app: who opens it, and when. Pure.

https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

LONGEST = 8_192
GOOD_FOR = timedelta(minutes=15)
CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Opening:
    """A person opened the page; `signed` is Telegram's signature, one for each opening."""

    person_id: int
    language: str | None
    at: datetime
    signed: str


def read_init_data(text: str, token: str, now: datetime) -> Opening | None:
    """The opening that Telegram vouches for with the bot's token; None for anything else, and for
    one that is too old."""
    if not text or len(text) > LONGEST:
        return None
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=True, max_num_fields=40)
    except ValueError:
        return None
    values = dict(pairs)
    signed = values.pop("hash", "")
    if len(pairs) != len(values) + 1:
        return None  # a name twice: which of the two was signed is anybody's guess
    if not hmac.compare_digest(signature(values, token).encode(), signed.encode()):
        return None
    try:
        at = datetime.fromtimestamp(int(values["auth_date"]), UTC)
        user = json.loads(values["user"])
        person_id, language = user["id"], user.get("language_code")
    except (KeyError, ValueError, OverflowError, OSError, TypeError, AttributeError):
        return None
    if not isinstance(person_id, int) or not now - GOOD_FOR <= at <= now + CLOCKS_DIFFER:
        return None
    return Opening(person_id, language if isinstance(language, str) else None, at, signed)


def signature(values: dict[str, str], token: str) -> str:
    """Telegram's signature of these values, without `hash`."""
    lines = "\n".join(f"{name}={values[name]}" for name in sorted(values))
    secret = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
    return hmac.new(secret, lines.encode(), hashlib.sha256).hexdigest()
