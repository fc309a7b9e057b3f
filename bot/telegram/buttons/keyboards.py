"""Buttons and what they say back. Callback data is at most 64 bytes.

Data is a letter for what the button does, then its value: ``s:siege`` chooses a signal in the
menu of /subscribe, ``s!siege`` leaves it, ``u`` is the menu of /unsubscribe, ``s*`` and ``s-``
choose all or none, ``l:fr`` sets the language, ``w:A12`` asks why, ``a:A12`` takes an alert on,
``f:A12:u`` calls it useful, ``f:A12:f`` a false alarm, and ``m:60`` mutes the chat for so many
minutes (0: no more). ``q:22-7`` sets the quiet hours (``q:off``: none), ``z:Asia/Damascus`` the
time zone, ``d:480`` the hour of the digest in minutes of the day (``d:off``: none, ``d:now``: at
once, ``d:week``: the weekly summary on or off). Of subscriptions:
`bot.telegram.buttons.subscription_keyboards`.

``k:A12`` opens the choice of what to mute and ``k:A12:p`` that of how long (s: the story, g: the
signal at the place, p: the place); ``k:A12:p:60`` mutes it for so many minutes, ``k:A12:p:0`` no
more, ``k:A12:-`` closes the choice. ``x:7`` ends the mute with that number, ``x:*`` all of the
chat.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Literal

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.locales import LANGUAGES, Texts, texts
from bot.locales.bidi import isolated
from bot.messages.cards.display import Signals, in_order, signal_title
from bot.messages.clock import minute_in_words

Menu = Literal["s", "u"]

ALL, NONE = "*", "-"
SWITCH = r"^[su]([:!].+|\*|-)$"
LANGUAGE = r"^l:"
WHY = r"^w:"
ACKNOWLEDGE = r"^a:"
MUTE = r"^m:"
MUTE_PART = r"^k:"
UNMUTE = r"^x:"
MARK = r"^f:"
MUTE_MINUTES = (60, 8 * 60, 24 * 60)
PART_MINUTES = (60, 8 * 60, 3 * 24 * 60)
OFF = "off"
QUIET = r"^q:"
# From when until when, in minutes of the day.
QUIET_HOURS: Mapping[str, tuple[int, int]] = {
    "22-7": (22 * 60, 7 * 60),
    "23-6": (23 * 60, 6 * 60),
}
ZONE = r"^z:"
DIGEST = r"^d:"
DIGEST_MINUTES = (7 * 60, 8 * 60, 18 * 60)
NOW, WEEKLY = "now", "week"
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


def quiet_keyboard(say: Texts) -> InlineKeyboardMarkup:
    """Usual quiet hours, and none."""
    hours = [
        InlineKeyboardButton(
            f"{minute_in_words(begin)} – {minute_in_words(until)}", callback_data=f"q:{name}"
        )
        for name, (begin, until) in QUIET_HOURS.items()
    ]
    off = InlineKeyboardButton(say("quiet.off_button"), callback_data=f"q:{OFF}")
    return InlineKeyboardMarkup([hours, [off]])


def digest_keyboard(say: Texts) -> InlineKeyboardMarkup:
    """Usual hours of the digest, none, now, and the weekly summary."""
    hours = [
        InlineKeyboardButton(minute_in_words(minute), callback_data=f"d:{minute}")
        for minute in DIGEST_MINUTES
    ]
    others = [
        [InlineKeyboardButton(say(f"digest.{key}_button"), callback_data=f"d:{what}")]
        for key, what in (("now", NOW), ("weekly", WEEKLY), ("off", OFF))
    ]
    return InlineKeyboardMarkup([hours, *others])


def zones_keyboard(zones: Sequence[tuple[str, str]]) -> InlineKeyboardMarkup:
    """A button for each zone: its name, and what people call it."""
    buttons = [InlineKeyboardButton(title, callback_data=f"z:{zone}") for zone, title in zones]
    return InlineKeyboardMarkup([buttons[n : n + 3] for n in range(0, len(buttons), 3)])


def taken_label(by: str | None, when: str, say: Texts) -> str:
    """What the button says once somebody took the alert on: who, and when."""
    return say("ack.taken_button", name=isolated(by or "?"), when=when)
