"""What cannot be undone takes two taps: the first asks, the second does. Both are in the callback
data, so a restart between them changes nothing.

``x?12`` asks, ``x!12`` does and ``x-12`` leaves things as they are, for whatever ``x`` is.
"""

from __future__ import annotations

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.locales import Texts


def asking(name: str, what: str, label: str) -> InlineKeyboardButton:
    """The first tap."""
    return InlineKeyboardButton(label, callback_data=f"{name}?{what}")


def sure(name: str, what: str, label: str, say: Texts) -> InlineKeyboardMarkup:
    """The second tap, and the way back."""
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(label, callback_data=f"{name}!{what}")],
            [InlineKeyboardButton(say("two_taps.no"), callback_data=f"{name}-{what}")],
        ]
    )


def rows(*buttons: InlineKeyboardButton) -> InlineKeyboardMarkup:
    """A button a row: labels are long, and in two directions."""
    return InlineKeyboardMarkup([[each] for each in buttons])
