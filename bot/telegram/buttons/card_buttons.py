"""The buttons under a card: two rows at most, whatever happened to it meanwhile.

Why, Source and Mute; Useful and False alarm. What can be chosen of a mute takes the place of the
second row until it is closed. A card that asks who takes it on has that question in its first row,
and all other buttons in the second, as signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.alerts.routing.mutes import finest
from bot.delivery.deciding.outcome import Reactions
from bot.locales import Texts
from bot.messages.cards.display import Display
from bot.telegram.buttons.keyboards import PART_MINUTES, taken_label
from bot.text import clean, shorten, web_link
from storage.alerts import Alert
from storage.readers.chats import Chat
from storage.readers.mutes import Mute
from storage.sending.acknowledgements import Acknowledgement

Scope = Literal["s", "g", "p"]
SCOPES: tuple[Scope, ...] = ("s", "g", "p")
_NAME = 24
# What Telegram says of a button's address that it does not like; in lower case.
_LINK_REFUSED = ("button_url_invalid", "button_type_invalid", "wrong http url", "url host")

Row = list[InlineKeyboardButton]


@dataclass(frozen=True, slots=True)
class CardButtons:
    """What the buttons under a chat's card of an alert say. `take`: of the one that takes it on."""

    alert: Alert
    display: Display
    reactions: Reactions
    take: str | None = None
    private: bool = True

    def keyboard(self, choice: Row | None = None) -> InlineKeyboardMarkup:
        """With `choice` in place of the last row."""
        rows = [[self._why(), *self._source(), self._mute()], self._marks()]
        if self.take is not None:
            short = [self._why(), *self._source(), self._mute(), *self._marks()]
            taking = InlineKeyboardButton(self.take, callback_data=f"a:{self.alert.short_id}")
            rows = [[taking], short]
        return InlineKeyboardMarkup([*rows[:1], rows[1] if choice is None else choice])

    def scopes(self) -> Row:
        """What can be muted: the story; where the place is known also its signal there, and all
        that happens there."""
        scopes = SCOPES if self.alert.places else SCOPES[:1]
        named = [self._part(each, scope_name(self.alert, each, self._say)) for each in scopes]
        return [*named, self._close()]

    def lengths(self, scope: Scope) -> Row:
        """For how long."""
        lengths = [
            self._part(f"{scope}:{n}", self._say.duration(timedelta(minutes=n)))
            for n in PART_MINUTES
        ]
        return [*lengths, self._close()]

    def ends(self, muted: Sequence[Mute]) -> Row:
        """The mutes that stand, each of which a touch ends."""
        named = {scope_of(each): each for each in muted}
        ends = [
            self._part(f"{scope}:0", f"↩ {scope_name(self.alert, scope, self._say)}")
            for scope in SCOPES
            if scope in named
        ]
        return [*ends, self._close()]

    @property
    def _say(self) -> Texts:
        return self.display.say

    def _part(self, what: str, label: str) -> InlineKeyboardButton:
        return InlineKeyboardButton(label, callback_data=f"k:{self.alert.short_id}:{what}")

    def _close(self) -> InlineKeyboardButton:
        return self._part("-", "✕")

    def _why(self) -> InlineKeyboardButton:
        label = self._say("card.why_button")
        return InlineKeyboardButton(label, callback_data=f"w:{self.alert.short_id}")

    def _source(self) -> Row:
        found = web_link(self.alert.link)
        label = self._say("card.source_button")
        return [InlineKeyboardButton(label, url=found[0])] if found else []

    def _mute(self) -> InlineKeyboardButton:
        label, until = "🔕", self.reactions.muted_until
        if until is not None:
            label = f"🔕 {until_words(self.display, until)}"
        elif self.take is None:
            label = f"🔕 {self._say('mute.part_button')}"
        return InlineKeyboardButton(label, callback_data=f"k:{self.alert.short_id}")

    def _marks(self) -> Row:
        counts = (("u", "👍", self.reactions.useful), ("f", "👎", self.reactions.false))
        row: Row = []
        for letter, sign, number in counts:
            words = "" if self.take is not None else f" {self._say(f'feedback.button_{letter}')}"
            # A private chat has one reader, who sees that it is marked and not how often.
            shown = " ✓" if self.private else f" {number}"
            label = f"{sign}{words}{shown if number else ''}"
            row.append(
                InlineKeyboardButton(label, callback_data=f"f:{self.alert.short_id}:{letter}")
            )
        return row


def card_buttons(
    alert: Alert,
    chat: Chat,
    display: Display,
    reactions: Reactions,
    asked: Acknowledgement | None,
    *,
    critical: bool,
) -> CardButtons:
    """The buttons of the chat's card; `critical`: its message is of that level, and asks who takes
    it on where the chat wants that."""
    take = None
    if asked is not None and asked.at is not None:
        when = display.moment(asked.at, "card.short_time")
        take = taken_label(asked.by_name, when, display.say)
    elif critical and chat.escalate_after is not None:
        take = display.say("ack.button")
    return CardButtons(alert, display, reactions, take, private=chat.kind == "private")


def without_links(keyboard: InlineKeyboardMarkup) -> InlineKeyboardMarkup:
    """The buttons but those that Telegram refuses for their address."""
    rows = [[each for each in row if each.url is None] for row in keyboard.inline_keyboard]
    return InlineKeyboardMarkup([row for row in rows if row])


def refuses_links(reason: str) -> bool:
    """Whether Telegram refuses a button for its address."""
    return any(sign in reason.lower() for sign in _LINK_REFUSED)


def scope_of(mute: Mute) -> Scope:
    if mute.target.alert_id is not None:
        return "s"
    return "g" if mute.target.signal else "p"


def scope_name(alert: Alert, scope: Scope, say: Texts) -> str:
    """What a button calls it: this story, this signal here, the place by its name."""
    if scope != "p" or not alert.places:
        return say(f"mute.scope_{scope}")
    names = finest(alert.places)[0].names
    known = names.get(say.language) or names.get("en") or "?"
    return "📍 " + shorten(clean(known.replace("،", ",").split(",")[0]), _NAME)


def read_scope(letter: str) -> Scope | None:
    return next((each for each in SCOPES if each == letter), None)


def until_words(display: Display, until: datetime) -> str:
    """The hour, with its day when that is not today."""
    zone = display.timezone
    today = until.astimezone(zone).date() == display.now.astimezone(zone).date()
    return display.moment(until, "mute.until_hour" if today else "mute.until_day")
