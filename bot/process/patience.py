"""A word on the terminal while something takes so long that somebody would wonder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Timer

AFTER = 0.5
"""Seconds: rules that were compiled before are read in less."""


@contextmanager
def reading_rules(language: str = "en", *, after: float = AFTER) -> Iterator[None]:
    """Rules are read in it, which takes up to half a minute for the first time. Where standard
    error is no terminal nothing is said."""
    if not sys.stderr.isatty():
        yield
        return
    timer = Timer(after, _say, [language])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _say(language: str) -> None:
    # Texts take time to read: few starts need them.
    from bot.locales import LANGUAGES, texts

    text = texts(language if language in LANGUAGES else "en")("cli.reading_rules")
    with suppress(OSError, ValueError, UnicodeError):  # a terminal that was closed
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
