"""Deliveries sent through the Bot API: a card out, and an `Outcome` for whatever came of it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta, tzinfo
from functools import partial

import httpx
from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.error import Conflict as TelegramConflict

from bot.alerts.routing.wanting import seen_in
from bot.alerts.summaries.digest import Digest
from bot.alerts.summaries.weekly import Weekly
from bot.clock import utc_now
from bot.delivery.deciding.outcome import (
    ChatGone,
    Conflict,
    Edit,
    Migrated,
    NeverSent,
    Outcome,
    Outgoing,
    RateLimited,
    Rejected,
    Sent,
    TopicGone,
    Unauthorised,
    Unknown,
)
from bot.locales import texts
from bot.messages.blocks import Card
from bot.messages.cards.card import alert_card, text_card
from bot.messages.cards.display import Display, Signals
from bot.messages.digest import digest_card
from bot.messages.weekly import weekly_card
from bot.telegram.answers import NotFromTelegram
from bot.telegram.buttons.card_buttons import card_buttons, refuses_links, without_links
from bot.text import shorten
from bot.wall_time import zone_of
from storage.readers.chats import Chat

log = logging.getLogger(__name__)

# Bad requests that are about the chat: nothing at all can go there now. In lower case.
_CHAT_GONE = (
    "chat not found",
    "chat_id is empty",
    "peer_id_invalid",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "have no write access",
    "chat_write_forbidden",
    "chat_send_plain_forbidden",
    "chat_restricted",
    "chat_admin_required",
    "channel_private",
    "user_is_blocked",
    "user not found",
    "input_user_deactivated",
    "bot is not a member",
    "bot was kicked",
    "group chat was deactivated",
)
# Bad requests that are about a topic of the chat alone.
_TOPIC_GONE = ("topic_closed", "topic_deleted", "message thread not found", "topic_not_found")
# Failures before anything was sent; all others of the transport may come after.
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
    RuntimeError,  # the client is closed or not started
)
_SHORTER = 2000


class TelegramSender:
    """Sends what dispatch hands it. `signals` gives the titles of the rules as they are now."""

    def __init__(
        self,
        bot: Bot,
        signals: Callable[[], Signals],
        *,
        timezone: tzinfo,
        clock: Callable[[], datetime] = utc_now,
        publishers: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._bot = bot
        self._signals = signals
        self._timezone = timezone
        self._clock = clock
        self._publishers = publishers

    async def send(self, outgoing: Outgoing) -> Outcome:
        """One message to one chat. Raises nothing but CancelledError.

        A card that Telegram cannot parse, or finds too long, is sent once more as plain text.
        """
        try:
            card, keyboard = self._card(outgoing)
        except Exception as error:
            log.exception("the card of delivery %s could not be made", outgoing.delivery.id)
            return Rejected(f"the card could not be made: {error!r}")
        return await _sent(card, partial(self._send, outgoing), keyboard)

    async def edit(self, edit: Edit) -> Outcome:
        """Change one message; it keeps its buttons. Raises nothing but CancelledError.

        A card that Telegram cannot parse, or finds too long, becomes plain text.
        """
        try:
            card, keyboard = self._edited_card(edit)
        except Exception as error:
            log.exception("the edited card of %s could not be made", edit.name)
            return Rejected(f"the card could not be made: {error!r}")
        return await _sent(card, partial(self._edit, edit), keyboard)

    def _display(self, chat: Chat) -> Display:
        zone = zone_of(chat.timezone, self._timezone)
        return Display(
            *(chat.language, self._signals(), self._clock(), zone), publishers=self._publishers()
        )

    def _card(self, outgoing: Outgoing) -> tuple[Card, InlineKeyboardMarkup | None]:
        delivery, chat, alert = outgoing.delivery, outgoing.chat, outgoing.alert
        say = texts(chat.language)
        if delivery.kind == "digest":
            if outgoing.digest is None:
                raise ValueError("a digest of another version")
            return self._digest_card(outgoing, outgoing.digest), None
        if alert is None:
            # Another chat hears only that nobody acknowledged an alert.
            to_operators = delivery.kind == "notice" and chat.role == "operator"
            title = say("notice.title") if to_operators else ""
            text = delivery.text or say.plural("card.folded", outgoing.folded, command="/recent")
            repeat = delivery.possible_repeat
            return text_card(text, chat.language, title=title, possible_repeat=repeat), None
        display = self._display(chat)
        seen = seen_in(chat, delivery.thread_id, alert)
        card = alert_card(
            *(seen, display),
            update=delivery.kind == "update",
            possible_repeat=delivery.possible_repeat,
            folded=outgoing.folded,
        )
        critical = delivery.level == "critical"
        buttons = card_buttons(seen, chat, display, outgoing.reactions, None, critical=critical)
        return card, buttons.keyboard()

    async def _send(
        self,
        outgoing: Outgoing,
        keyboard: InlineKeyboardMarkup | None,
        text: str,
        parse_mode: str | None,
    ) -> int:
        message = await self._bot.send_message(
            chat_id=outgoing.chat.id,
            message_thread_id=outgoing.delivery.thread_id,
            text=text,
            parse_mode=parse_mode,
            reply_markup=keyboard,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            # A digest is what need not be read at once.
            disable_notification=outgoing.delivery.kind == "digest" or None,
            # Who reads that it is over sees at once what. A deleted message is no obstacle.
            reply_parameters=None
            if outgoing.answers is None
            else ReplyParameters(outgoing.answers, allow_sending_without_reply=True),
        )
        return message.message_id

    def _digest_card(self, outgoing: Outgoing, digest: Digest | Weekly) -> Card:
        told, shown = outgoing.digested, self._display(outgoing.chat)
        repeat = outgoing.delivery.possible_repeat
        if isinstance(digest, Weekly):
            return weekly_card(digest, told, shown, possible_repeat=repeat)
        return digest_card(digest, told, shown, possible_repeat=repeat)

    def _edited_card(self, edit: Edit) -> tuple[Card, InlineKeyboardMarkup]:
        chat, alert = edit.chat, edit.alert
        display = self._display(chat)
        card = alert_card(
            alert, display, update=edit.message.kind == "update", edited=edit.changed_at
        )
        critical = edit.message.level == "critical"
        buttons = card_buttons(
            *(alert, chat, display, edit.reactions, edit.asked), critical=critical
        )
        return card, buttons.keyboard()

    async def _edit(
        self, edit: Edit, keyboard: InlineKeyboardMarkup | None, text: str, parse_mode: str | None
    ) -> int:
        message_id = edit.message.message_id
        if message_id is None:
            raise ValueError(f"{edit.name} in chat {edit.chat.id} has no message to edit")
        try:
            await self._bot.edit_message_text(
                chat_id=edit.chat.id,
                message_id=message_id,
                text=text,
                parse_mode=parse_mode,
                # Buttons that are not given again are gone.
                reply_markup=keyboard,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except BadRequest as error:
            if "message is not modified" not in error.message.lower():
                raise
        return message_id


async def _sent(
    card: Card,
    call: Callable[[InlineKeyboardMarkup | None, str, str | None], Awaitable[int]],
    keyboard: InlineKeyboardMarkup | None,
) -> Outcome:
    """What comes of a call with the card; without its links' buttons where Telegram refuses one."""
    outcome = await _as_html_or_plain(card, partial(call, keyboard))
    if keyboard is None or not isinstance(outcome, Rejected):
        return outcome
    bare = without_links(keyboard)
    if not refuses_links(outcome.error) or bare == keyboard:
        return outcome
    log.error("a button was refused (%s), sent without links", outcome.error)
    return await _as_html_or_plain(card, partial(call, bare))


async def _as_html_or_plain(
    card: Card, call: Callable[[str, str | None], Awaitable[int]]
) -> Outcome:
    """What comes of a call with the card, which returns the message's id."""
    try:
        return Sent(await call(card.html, ParseMode.HTML))
    except BadRequest as error:
        plain = _plain_instead(error, card)
        if plain is None:
            return outcome_of(error)
        log.error("a card was refused (%s), sent as plain text: %r", error, card.html)
    except Exception as error:  # noqa: BLE001 every failure is an outcome
        return outcome_of(error)
    try:
        return Sent(await call(plain, None))
    except Exception as error:  # noqa: BLE001 every failure is an outcome
        return outcome_of(error)


def outcome_of(error: Exception) -> Outcome:
    """What a failed send means: the error table of python-telegram-bot, most telling first.

    BadRequest and TimedOut are NetworkErrors too; `__cause__` tells whether a request went out.
    """
    match error:
        case RetryAfter(retry_after=wait):
            return RateLimited(wait.total_seconds() if isinstance(wait, timedelta) else wait)
        case ChatMigrated(new_chat_id=new_chat_id):
            return Migrated(new_chat_id)
        case Forbidden():
            return ChatGone(error.message)
        case InvalidToken():
            # Its message may hold the token itself.
            return Unauthorised("Telegram refuses the bot token")
        case TelegramConflict():
            return Conflict()
        case BadRequest():
            said = error.message.lower()
            if any(sign in said for sign in _TOPIC_GONE):
                return TopicGone(error.message)
            gone = any(sign in said for sign in _CHAT_GONE)
            return ChatGone(error.message) if gone else Rejected(error.message)
        case NotFromTelegram():
            return NeverSent(None, _in_words(error))
        case NetworkError() if isinstance(error.__cause__, _NEVER_SENT):
            return NeverSent(None, _in_words(error))
        case TelegramError():
            return Unknown(_in_words(error))
    log.error("a send failed in an unforeseen way: %s", type(error).__name__, exc_info=error)
    return Unknown(f"unforeseen {type(error).__name__}")


def _plain_instead(error: BadRequest, card: Card) -> str | None:
    """What to send in place of a refused card; None when plain text would not help."""
    reason = error.message.lower()
    if "parse entities" in reason or "parse message text" in reason:
        return card.plain
    if "too long" in reason or "entities_too_long" in reason:
        return shorten(card.plain, _SHORTER)
    return None


def _in_words(error: TelegramError) -> str:
    """The message, with the kind of the cause; neither may quote an address with the token."""
    cause = f" ({type(error.__cause__).__name__})" if error.__cause__ else ""
    return f"{error.message[:200]}{cause}"
