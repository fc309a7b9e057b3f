"""The buttons that turn the pages of a list that is told newest first.

A page is named by the line that it begins behind, or ends before, and not by its number: what
comes meanwhile moves no line from one page to another.
"""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.locales import Texts


def turns(speech: Texts, *, newest: str, back: str, on: str) -> InlineKeyboardMarkup | None:
    """One row: the first page, the page before, the next one; "" for one that there is not."""
    row = [
        InlineKeyboardButton(speech(key), callback_data=data)
        for key, data in (("asked.newest", newest), ("asked.newer", back), ("asked.older", on))
        if data
    ]
    return InlineKeyboardMarkup([row]) if row else None
