"""Logging: readable in a terminal, plain lines in a journal, and never a secret in either."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from typing import TextIO
from urllib.parse import unquote, urlsplit

from bot.locales.bidi import JOINER

REDACTED = "[redacted]"
# A bot token anywhere, also inside a Bot API address (/bot123:AAE.../sendMessage).
TOKEN = re.compile(r"\b(?P<bot>bot)?\d{5,}:[A-Za-z0-9_-]{20,}|(?<=/bot)\d+:[^/\s'\"]+")
# The part of any address that logs somebody in: scheme://name:password@host.
LOGIN = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")
SHORTEST_SECRET = 8
# These say every request at INFO, with its full address: a Bot API address holds the token.
TALKATIVE = (
    "httpx",
    "httpcore",
    "apscheduler",
    "telegram",
    "apprise",
    "watchfiles",
    "urllib3",
    "procrastinate",
)


class Redactor:
    """Replaces secrets in text: those given (whole and in their telling parts) and any token."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        parts = {part for secret in secrets for part in _revealing_parts(secret)}
        # Longest first, so that an address goes as a whole before its parts are looked for.
        ordered = sorted(parts, key=len, reverse=True)
        self._given = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __call__(self, text: str) -> str:
        """The text with every secret replaced by `[redacted]`."""
        if self._given is not None:
            text = self._given.sub(REDACTED, text)
        return LOGIN.sub(REDACTED, TOKEN.sub(REDACTED, text))


class RedactionFilter(logging.Filter):
    """Rewrites each record (message, arguments, exception, stack) before it is written."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact
        self._formatter = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: nothing is dropped, only rewritten."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # a wrong format string must not print its arguments
            message = str(record.msg)
        # An address that was made no link for Telegram is copied from a log, and may hold a secret.
        record.msg, record.args = self._redact(message.replace(JOINER, "")), ()
        if record.exc_info:
            record.exc_text = self._formatter.formatException(record.exc_info)
            record.exc_info = None
        if record.exc_text:
            record.exc_text = self._redact(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redact(record.stack_info)
        return True


def set_up_logging(
    level: str, secrets: Iterable[str] = (), *, stream: TextIO | None = None
) -> Redactor:
    """Log to standard error: with colours when it is a terminal, as plain lines otherwise.

    `secrets` never appear in what is written. Returns the redactor, for text that is shown in
    other ways. May be called again; the last call counts.
    """
    redact = Redactor(secrets)
    stream = stream or sys.stderr
    handler: logging.Handler
    if stream.isatty():
        from rich.console import Console
        from rich.highlighter import NullHighlighter
        from rich.logging import RichHandler

        handler = RichHandler(
            console=Console(file=stream),
            show_path=False,
            markup=False,
            highlighter=NullHighlighter(),
        )
        handler.setFormatter(logging.Formatter("%(message)s", datefmt="[%X]"))
    else:
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(RedactionFilter(redact))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    logging.captureWarnings(True)
    return redact


def _revealing_parts(secret: str) -> set[str]:
    """The secret itself and, of an address, each part that gives access when read alone.

    Apprise rewrites addresses before it logs them, so the whole would not be found again.
    """
    if "://" not in secret:
        return {secret} if secret else set()
    address = urlsplit(secret)
    parts = {address.username or "", address.password or "", *address.path.split("/")}
    parts |= {value for pair in address.query.split("&") for value in pair.split("=")[1:]}
    # Some services write a token where the host stands: slack://tokenA/tokenB, tgram://123:AAE
    if address.scheme not in ("http", "https"):
        parts |= set((address.netloc.rpartition("@")[2]).split(":"))
    parts |= {unquote(part) for part in parts}
    telling = {part for part in parts if len(part) >= SHORTEST_SECRET}
    return {secret, *telling}
