"""What every notice is: words in a language, and what tells two that are one apart."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from bot.locales import Texts
from bot.locales.bidi import isolated
from bot.text import clean, shorten

# A message holds 4096 characters; whoever corrects rules reads the rest with `marsad rules check`.
PROBLEMS_SHOWN, PROBLEM_LENGTH = 8, 300
TITLE_LENGTH, NAME_LENGTH, REASON_LENGTH = 200, 120, 300


class Notice(Protocol):
    """Something that operators are to hear."""

    def text(self, say: Texts) -> str:
        """The words, in the language of `say`: plain text, to be escaped by who shows it."""
        ...

    def key(self, now: datetime) -> str:
        """Two notices with one key are one notice; "" for one that always goes out."""
        ...


class TranslatedProblem(Protocol):
    """One thing that is wrong in a file, in any of the languages."""

    def in_language(self, language: str) -> str: ...


def named(name: str) -> str:
    return isolated(shorten(clean(name), NAME_LENGTH))
