"""What every command needs: the stores, the rules, who asks, and a way to answer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, Protocol, cast

from telegram import (
    CallbackQuery,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    Update,
    User,
)
from telegram import Chat as TelegramChat
from telegram.constants import ChatMemberStatus, ChatType, ParseMode
from telegram.error import BadRequest
from telegram.ext import Application, CallbackContext, ExtBot

from bot.locales import DEFAULT_LANGUAGE, Texts, language_of, texts
from bot.messages.blocks import Card
from bot.messages.cards import Display, text_card
from storage import chats
from storage.chats import Chat

if TYPE_CHECKING:
    from rules import RuleSet, Signal
    from storage.database import Connection, Database

Context = CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]
App = Application[ExtBot[None], Context, dict[Any, Any], dict[Any, Any], dict[Any, Any], None]

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_DESK = "desk"


class NamedFeed(Protocol):
    """The part of a catalogue's feed that replies show."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What the commands work with; kept in the application, so no handler holds state."""

    database: Database
    rules: Callable[[], RuleSet]
    catalogue: Callable[[], Sequence[NamedFeed]]
    operators: frozenset[int]
    timezone: tzinfo
    clock: Callable[[], datetime]

    def keep_in(self, application: App) -> None:
        application.bot_data[_DESK] = self

    @property
    def menu(self) -> Mapping[str, Signal]:
        """Signals that can be subscribed to: those whose rules are trusted."""
        signals = self.rules().signals
        return {name: signal for name, signal in signals.items() if signal.status == "stable"}

    async def chat(self, update: Update) -> Chat | None:
        """The chat that asks, as stored; None for one that never said /start.

        A private chat that writes can be reached: it is resumed if it was paused.
        """
        asking = chat_of(update)
        stored = await self.database.read(lambda db: chats.get(db, asking.id))
        if stored and stored.state == "paused" and stored.kind == "private":
            return await self.resume(stored)
        return stored

    async def resume(self, stored: Chat) -> Chat:
        now = self.clock()

        def write(db: Connection) -> Chat:
            chats.resume(db, stored.id, now)
            return chats.get(db, stored.id) or stored

        return await self.database.write(write)

    async def register(self, update: Update) -> Chat:
        """The chat as stored, added if it is new; alerts go to the topic it writes from."""
        new = self.described(chat_of(update), update.effective_user, thread_of(update))

        def write(db: Connection) -> Chat:
            stored = chats.upsert(db, new)
            if stored.thread_id == new.thread_id:
                return stored
            # Also back to the general topic: the one before may be closed or gone.
            chats.set_thread(db, new.id, new.thread_id)
            return replace(stored, thread_id=new.thread_id)

        return await self.database.write(write)

    def described(self, asking: TelegramChat, user: User | None, thread_id: int | None) -> Chat:
        return Chat(
            id=asking.id,
            thread_id=thread_id,
            kind=asking.type,
            title=asking.title or asking.full_name or "",
            language=language_of(user.language_code if user else None),
            state="active",
            paused_reason=None,
            role="operator" if asking.id in self.operators else "subscriber",
            signals=frozenset(),
            lowest_level="alert",
            created_at=self.clock(),
            blocked_until=None,
        )

    def display(self, language: str) -> Display:
        """How cards are shown to somebody who speaks this language, now."""
        return Display(language, self.rules().signals, self.clock(), self.timezone)

    def is_operator(self, chat: Chat, user: User | None) -> bool:
        """An operator's own chat, or an operator in any chat."""
        return chat.id in self.operators or (user is not None and user.id in self.operators)


def desk_of(context: Context) -> Desk:
    return desk_in(context.application)


def desk_in(application: Application[Any, Any, Any, Any, Any, Any]) -> Desk:
    return cast(Desk, application.bot_data[_DESK])


def chat_of(update: Update) -> TelegramChat:
    chat = update.effective_chat
    if chat is None:
        raise ValueError("an update without a chat")
    return chat


def thread_of(update: Update) -> int | None:
    """The forum topic that an update came from."""
    message = update.effective_message
    if isinstance(message, Message) and message.is_topic_message:
        return message.message_thread_id
    return None


def speaks(chat: Chat | None, update: Update) -> Texts:
    """The chat's language; before it is known, the language of the person's Telegram."""
    if chat is not None:
        return texts(chat.language)
    user = update.effective_user
    return texts(language_of(user.language_code) if user else DEFAULT_LANGUAGE)


async def may_change(update: Update, context: Context) -> bool:
    """Whether the person may change the chat's settings: in groups, its administrators."""
    chat = chat_of(update)
    if chat.type == ChatType.PRIVATE:
        return True
    if chat.type == ChatType.CHANNEL and update.callback_query is None:
        return True  # only administrators post in a channel; its buttons all readers can press
    message = update.message
    if message and message.sender_chat and message.sender_chat.id == chat.id:
        return True  # an administrator who writes in the group's name
    user = update.effective_user
    if user is None:
        return False
    member = await context.bot.get_chat_member(chat.id, user.id)
    return member.status in (ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.OWNER)


async def reply(
    update: Update, context: Context, card: Card, keyboard: InlineKeyboardMarkup | None = None
) -> None:
    """Answer in the same chat and topic; as plain text if Telegram cannot parse the card."""

    async def send(text: str, parse_mode: str | None) -> None:
        await context.bot.send_message(
            chat_of(update).id,
            text,
            parse_mode=parse_mode,
            message_thread_id=thread_of(update),
            reply_markup=keyboard,
            link_preview_options=NO_PREVIEW,
        )

    try:
        await send(card.html, ParseMode.HTML)
    except BadRequest as error:
        if "parse" not in error.message.lower():
            raise
        await send(card.plain, None)


async def say(update: Update, context: Context, speech: Texts, text: str) -> None:
    """Answer with a text of the locale."""
    await reply(update, context, text_card(text, speech.language))


async def redraw(query: CallbackQuery, card: Card, keyboard: InlineKeyboardMarkup | None) -> None:
    """Change the message under a pressed button. One that is gone or the same is no error."""
    with _unless_unchanged():
        await query.edit_message_text(
            card.html,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard,
            link_preview_options=NO_PREVIEW,
        )


async def notify(query: CallbackQuery, text: str = "", *, stays: bool = False) -> None:
    """The short note over the chat after a press; `stays` until it is closed. Only who pressed
    sees it. Too late for one is no error."""
    with _unless_unchanged():
        await query.answer(text[:200] or None, show_alert=stays or None)


@contextlib.contextmanager
def _unless_unchanged() -> Iterator[None]:
    try:
        yield
    except BadRequest as error:
        expected = ("not modified", "message to edit not found", "query is too old")
        if not any(sign in error.message.lower() for sign in expected):
            raise
