"""Output in whatever encoding the terminal has: what it cannot show is escaped, and said."""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
from typing import TextIO

_NAME = "marsad.escaped"


class _Escaping:
    """An error handler for codecs that remembers whether it had to do anything."""

    used = False

    def __call__(self, error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeEncodeError):
            raise error
        self.used = True
        # As JSON escapes them: what was JSON still is.
        return json.dumps(error.object[error.start : error.end])[1:-1], error.end


_escaping = _Escaping()


def escape_what_cannot_be_shown() -> None:
    """For the rest of the process, on standard output; what was closed ("marsad … >&-") is written
    to nowhere."""
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    codecs.register_error(_NAME, _escaping)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors=_NAME)


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - until the process ends


def for_a_terminal(text: str) -> str:
    """Without what keeps Telegram from making links of addresses: here they are copied."""
    from bot.locales.bidi import JOINER

    return text.replace(JOINER, "")


def known_language(lang: str) -> str:
    """Raises CannotGoOn for a language that Marsad has no texts in."""
    from bot.errors import CannotGoOn
    from bot.locales import LANGUAGES
    from bot.text import clean

    if lang not in LANGUAGES:
        raise CannotGoOn(f"{clean(lang)[:20]} is no language of Marsad's: ar, en or fr", 2)
    return lang


def hint() -> str | None:
    """What to do about it, where something could not be shown."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    if not _escaping.used or codecs.lookup(encoding).name == "utf-8":
        return None
    return (
        f"the output is set to {encoding}, which has not all letters; those it has not are written "
        "as \\u…: set PYTHONIOENCODING=utf-8"
    )
