"""Buttons and what they say back. Callback data is at most 64 bytes.

Data is a letter for what the button does, then its value: ``s:siege`` switches a signal in the
menu of /subscribe, ``u:siege`` in that of /unsubscribe, ``s*`` and ``s-`` choose all or none,
``l:fr`` sets the language, ``w:A12`` asks why, ``a:A12`` takes an alert on, ``f:A12:u`` calls it
useful, ``f:A12:f`` a false alarm, and ``m:60`` mutes the chat for so many minutes (0: no more).

``k:A12`` opens the choice of what to mute and ``k:A12:p`` that of how long (s: the story, g: the
signal at the place, p: the place); ``k:A12:p:60`` mutes it for so many minutes, ``k:A12:p:0`` no
more, ``k:A12:-`` closes the choice. ``x:7`` ends the mute with that number, ``x:*`` all of the
chat.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Literal

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.locales import LANGUAGES, Texts, texts
from bot.locales.bidi import isolated
from bot.messages.display import Signals, signal_title

Menu = Literal["s", "u"]

ALL, NONE = "*", "-"
SWITCH = r"^[su](:.+|\*|-)$"
LANGUAGE = r"^l:"
WHY = r"^w:"
ACKNOWLEDGE = r"^a:"
MUTE = r"^m:"
MUTE_PART = r"^k:"
UNMUTE = r"^x:"
MARK = r"^f:"
MUTE_MINUTES = (60, 8 * 60, 24 * 60)
PART_MINUTES = (60, 8 * 60, 3 * 24 * 60)
_LABEL = 60


def signals_keyboard(
    signals: Signals, chosen: Collection[str], menu: Menu, say: Texts
) -> InlineKeyboardMarkup:
    """A button for each signal, marked when chosen, then all and none."""
    rows = [
        [
            InlineKeyboardButton(
                f"{'✅' if signal in chosen else '▫️'} "
                f"{signal_title(signals, signal, say.language, _LABEL)}",
                callback_data=f"{menu}:{signal}",
            )
        ]
        for signal in signals
    ]
    last = [InlineKeyboardButton(say("subscribe.none"), callback_data=f"{menu}{NONE}")]
    if menu == "s":
        last.insert(0, InlineKeyboardButton(say("subscribe.all"), callback_data=f"{menu}{ALL}"))
    return InlineKeyboardMarkup([*rows, last])


def language_keyboard() -> InlineKeyboardMarkup:
    """Each language by its own name."""
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(texts(language)("name"), callback_data=f"l:{language}")
                for language in LANGUAGES
            ]
        ]
    )


def mute_keyboard(say: Texts) -> InlineKeyboardMarkup:
    """Usual lengths of a mute, and its end."""
    lengths = [
        InlineKeyboardButton(say.duration(timedelta(minutes=n)), callback_data=f"m:{n}")
        for n in MUTE_MINUTES
    ]
    return InlineKeyboardMarkup(
        [lengths, [InlineKeyboardButton(say("mute.end_button"), callback_data="m:0")]]
    )


def taken_label(by: str | None, when: str, say: Texts) -> str:
    """What the button says once somebody took the alert on: who, and when."""
    return say("ack.taken_button", name=isolated(by or "?"), when=when)
