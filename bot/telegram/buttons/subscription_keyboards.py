"""Buttons under a subscription, and those of the first questions.

Data of the first is ``e:`` with the subscription's number, what to do, and a value:
``e:12:on:siege``; of the others ``g:`` with what was asked, and the answer: ``g:level:alert``. What
a press does is in the data, so that one that comes twice does nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.locales import LANGUAGES, Texts, texts
from bot.messages.cards.display import Signals, in_order, signal_title
from bot.messages.subscription import place_name, summary
from storage.readers.subscriptions import DELIVERIES, Names, Subscription

EDIT = r"^e:"
GUIDE = r"^g:"
LEVELS = ("critical", "alert", "watch")
ON, OFF = "✅", "⬜"
_LABEL = 60

Rows = list[list[InlineKeyboardButton]]


def _button(label: str, data: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=data)


def list_keyboard(
    mine: Sequence[Subscription], signals: Signals, say: Texts, *, more: bool
) -> InlineKeyboardMarkup:
    """A button for each subscription of a topic, and one that adds another."""
    rows = [
        [_button(f"{number}. {summary(each, signals, say)}", f"e:{each.id}:open")]
        for number, each in enumerate(mine, 1)
    ]
    if more:
        rows.append([_button(say("mine.button.add"), "e:0:add")])
    return InlineKeyboardMarkup(rows)


def subscription_keyboard(mine: Subscription, say: Texts) -> InlineKeyboardMarkup:
    """What can be changed of one."""

    def to(action: str) -> InlineKeyboardButton:
        return _button(say(f"mine.button.{action}"), f"e:{mine.id}:{action}")

    turn = "resume" if mine.paused else "pause"
    return InlineKeyboardMarkup(
        [
            [to("signals"), to("places")],
            [to("levels"), to("deliveries")],
            [to("words"), to(turn)],
            [to("remove"), _button(say("mine.button.back"), "e:0:list")],
        ]
    )


def back_keyboard(mine: Subscription, say: Texts, *more: tuple[str, str]) -> InlineKeyboardMarkup:
    """Buttons by label and what to do, and the way back."""
    rows = [[_button(label, f"e:{mine.id}:{action}")] for label, action in more]
    return InlineKeyboardMarkup([*rows, [_back(mine, say)]])


def chosen_signals_keyboard(
    mine: Subscription, signals: Signals, say: Texts
) -> InlineKeyboardMarkup:
    """Signals with their ticks; everything, the usual, none."""
    prefix = f"e:{mine.id}:"
    all_of_it = say("mine.button.everything")
    quick = [
        _button(f"{ON} {all_of_it}" if mine.everything else all_of_it, f"{prefix}all"),
        _button(say("mine.button.usual"), f"{prefix}usual"),
        _button(say("subscribe.none"), f"{prefix}none"),
    ]
    return InlineKeyboardMarkup([*_ticks(mine, signals, say, prefix), quick, [_back(mine, say)]])


def _ticks(mine: Subscription, signals: Signals, say: Texts, prefix: str) -> Rows:
    rows = []
    for signal in in_order(signals, say.language):
        on = signal in mine.chosen
        label = f"{ON if on else OFF} {signal_title(signals, signal, say.language, _LABEL)}"
        rows.append([_button(label, f"{prefix}{'off' if on else 'on'}:{signal}")])
    return rows


def chosen_places_keyboard(
    mine: Subscription, offered: Mapping[str, Names], say: Texts
) -> InlineKeyboardMarkup:
    """Places that were chosen, and countries that many choose, with ticks."""
    ticks = []
    for place_id, names in {**offered, **mine.places}.items():
        on = place_id in mine.places
        label = f"{ON if on else OFF} {place_name(names, say)[:_LABEL]}"
        ticks.append(_button(label, f"e:{mine.id}:{'out' if on else 'in'}:{place_id}"))
    everywhere = say("mine.everywhere")
    if not mine.places:
        everywhere = f"{ON} {everywhere}"
    return InlineKeyboardMarkup(
        [
            *_pairs(ticks),
            [_button(everywhere, f"e:{mine.id}:everywhere")],
            [_button(say("mine.button.ask_places"), f"e:{mine.id}:ask_places")],
            [_back(mine, say)],
        ]
    )


def levels_keyboard(mine: Subscription, say: Texts) -> InlineKeyboardMarkup:
    rows = _choices(LEVELS, "level", mine.lowest_level, f"e:{mine.id}:level", say)
    return InlineKeyboardMarkup([*rows, [_back(mine, say)]])


def deliveries_keyboard(mine: Subscription, say: Texts) -> InlineKeyboardMarkup:
    rows = _choices(DELIVERIES, "mine.when", mine.delivery, f"e:{mine.id}:delivery", say)
    return InlineKeyboardMarkup([*rows, [_back(mine, say)]])


def _choices(names: Sequence[str], key: str, now: str, data: str, say: Texts) -> Rows:
    return [
        [_button(f"{ON if each == now else OFF} {say(f'{key}.{each}')}", f"{data}:{each}")]
        for each in names
    ]


def _back(mine: Subscription, say: Texts) -> InlineKeyboardButton:
    return _button(say("mine.button.back"), f"e:{mine.id}:open")


def _pairs(buttons: Sequence[InlineKeyboardButton]) -> Rows:
    return [list(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]


# The first questions.


def ask_language() -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[_button(texts(each)("name"), f"g:language:{each}") for each in LANGUAGES]]
    )


def ask_places(offered: Mapping[str, Names], say: Texts) -> InlineKeyboardMarkup:
    countries = [
        _button(place_name(names, say)[:_LABEL], f"g:places:{place_id}")
        for place_id, names in offered.items()
    ]
    everywhere = [_button(say("mine.everywhere"), "g:places:*")]
    return InlineKeyboardMarkup([everywhere, *_pairs(countries)])


def ask_signals(say: Texts) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [
            [_button(say(f"mine.button.{each}"), f"g:signals:{each}")]
            for each in ("usual", "everything", "choose")
        ]
    )


def ask_which(mine: Subscription, signals: Signals, say: Texts) -> InlineKeyboardMarkup:
    go_on = [_button(say("mine.button.go_on"), "g:signals:done")]
    return InlineKeyboardMarkup([*_ticks(mine, signals, say, "g:"), go_on])


def ask_level(say: Texts) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[_button(say(f"guide.level.{each}"), f"g:level:{each}")] for each in LEVELS]
    )


def ask_delivery(say: Texts) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[_button(say(f"mine.when.{each}"), f"g:delivery:{each}")] for each in DELIVERIES]
    )
