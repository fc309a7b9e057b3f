"""Buttons and what they say back. Callback data is at most 64 bytes.

Data is a letter for what the button does, then its value: ``s:siege`` chooses a signal in the
menu of /subscribe, ``s!siege`` leaves it, ``u`` is the menu of /unsubscribe, ``s*`` and ``s-``
choose all or none, ``l:fr`` sets the language, ``w:A12`` asks why, ``a:A12`` takes an alert on
and ``m:60`` mutes the chat for so many minutes (0: no more). Of subscriptions:
`bot.telegram.subscription_keyboards`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Literal

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.locales import LANGUAGES, Texts, texts
from bot.locales.bidi import isolated
from bot.messages.display import Signals, in_order, signal_title

Menu = Literal["s", "u"]

ALL, NONE = "*", "-"
SWITCH = r"^[su]([:!].+|\*|-)$"
LANGUAGE = r"^l:"
WHY = r"^w:"
ACKNOWLEDGE = r"^a:"
MUTE = r"^m:"
MUTE_MINUTES = (60, 8 * 60, 24 * 60)
_LABEL = 60


def signals_keyboard(
    signals: Signals, chosen: Collection[str], menu: Menu, say: Texts
) -> InlineKeyboardMarkup:
    """A button for each signal, marked when chosen, then all and none."""
    rows = [
        [
            InlineKeyboardButton(
                f"{'✅' if signal in chosen else '⬜'} "
                f"{signal_title(signals, signal, say.language, _LABEL)}",
                callback_data=f"{menu}{'!' if signal in chosen else ':'}{signal}",
            )
        ]
        for signal in in_order(signals, say.language)
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


def alert_keyboard(short_id: str, say: Texts, take: str | None = None) -> InlineKeyboardMarkup:
    """The question under every alert; above it what the button says that takes it on, or who
    did."""
    why = [InlineKeyboardButton(say("card.why_button"), callback_data=f"w:{short_id}")]
    if take is None:
        return InlineKeyboardMarkup([why])
    return InlineKeyboardMarkup([[InlineKeyboardButton(take, callback_data=f"a:{short_id}")], why])
