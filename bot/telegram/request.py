"""One request in a chat: who asks, in which chat, and the ways to answer it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import TYPE_CHECKING

from telegram import (
    ForceReply,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    Update,
)
from telegram.constants import ChatMemberStatus, ChatType, ParseMode
from telegram.error import BadRequest

from bot.locales import Texts
from bot.messages.answers.asked import quoted_word
from bot.messages.blocks import Card
from bot.messages.cards.card import text_card
from bot.telegram.services import Context, Services, chat_of, services_in, texts_for, thread_of
from storage.readers import audit
from storage.readers.chats import Chat
from storage.readers.people import Person

if TYPE_CHECKING:
    from bot.operating.acts import Action
    from bot.operating.desk import Desk
    from storage.connection import Connection

_ALERT_ID = re.compile(r"/(A\d{1,12})\b")
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class Request:
    """A command, a message or a pressed button. `known` is the chat as stored, None before
    /start; `behind` what stands behind the command, as it was written."""

    update: Update
    context: Context
    services: Services
    known: Chat | None
    person: Person | None = None
    behind: str = ""
    _notes: list[str] = field(default_factory=list, repr=False)

    @classmethod
    async def of(cls, update: Update, context: Context) -> Request:
        services = services_in(context.application)
        known, person = await services.asking(update)
        request = cls(update, context, services, known, person)
        if known and known.state == "paused" and known.kind == "private" and request.admitted:
            # A private chat that writes can be reached again.
            return replace(request, known=await services.resume(known))
        return request

    @property
    def admitted(self) -> bool:
        """Whether whoever asks may read here: invited people, and everyone in chats that were
        let in."""
        if self.services.access == "open":
            return True
        private = chat_of(self.update).type == ChatType.PRIVATE
        return self.person is not None or (self.known is not None and not private)

    @property
    def chat(self) -> Chat:
        """The chat that asks. Raises ValueError for one that is not registered."""
        if self.known is None:
            raise ValueError("a chat that is not registered")
        return self.known

    @property
    def zone(self) -> tzinfo:
        """The time zone of the chat that asks."""
        return self.services.zone(self.known)

    @property
    def speech(self) -> Texts:
        return texts_for(self.known, self.update)

    @property
    def arguments(self) -> list[str]:
        """The words after the command."""
        return self.behind.split()

    @property
    def answered_alert(self) -> str:
        """The id of the alert whose card the message answers; "" for none, and for a list."""
        message = self.update.effective_message
        asked = message.reply_to_message if message else None
        if asked is None or (
            asked.from_user is not None and asked.from_user.id != self.context.bot.id
        ):
            return ""
        named = set(_ALERT_ID.findall(asked.text or ""))
        return named.pop() if len(named) == 1 else ""

    @property
    def pressed(self) -> str:
        """The callback data of the pressed button; "" for what is no press."""
        query = self.update.callback_query
        return (query.data or "") if query else ""

    @property
    def thread_id(self) -> int | None:
        """The topic that asks; None for the general one."""
        return thread_of(self.update)

    @property
    def in_topic(self) -> bool:
        return self.thread_id is not None

    @property
    def by_operator(self) -> bool:
        """By an operator in any chat, or in a group that the settings name."""
        named = self.known is not None and self.known.id in self.services.operators
        return named or self.role == "operator"

    @property
    def role(self) -> str | None:
        """The person's role; None for a stranger."""
        return self.person.role if self.person else None

    @property
    def desk(self) -> Desk:
        """What operators work at. Raises ValueError where the bot runs without it."""
        if self.services.desk is None:
            raise ValueError("an application without a desk")
        return self.services.desk

    @property
    def asker(self) -> tuple[int, str]:
        """The id and the name of who asks; the chat's where nobody is named."""
        user = self.update.effective_user
        if user is None:
            chat = chat_of(self.update)
            return chat.id, chat.title or ""
        return user.id, user.full_name

    def note_act(self, db: Connection, action: Action, what: str = "") -> None:
        """Write down what is done, in the transaction that does it."""
        audit.record(db, *self.asker, action, what, self.services.clock())

    async def may_admit(self) -> bool:
        """Whether the person may let in the group or channel: an operator, or an administrator
        of it who was invited (whoever is an administrator, where all may come)."""
        if self.role == "operator":
            return True
        if self.services.access == "invited" and self.person is None:
            return False
        return await self.may_change()

    async def may_change(self) -> bool:
        """Whether the person may change the chat's settings: in groups, its administrators."""
        chat = chat_of(self.update)
        if chat.type == ChatType.PRIVATE:
            return True
        if chat.type == ChatType.CHANNEL and self.update.callback_query is None:
            return True  # only administrators post in a channel; its buttons all readers can press
        message = self.update.message
        if message and message.sender_chat and message.sender_chat.id == chat.id:
            return True  # an administrator who writes in the group's name
        user = self.update.effective_user
        if user is None:
            return False
        member = await self.context.bot.get_chat_member(chat.id, user.id)
        return member.status in (ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.OWNER)

    async def reply(
        self, card: Card, keyboard: InlineKeyboardMarkup | ForceReply | None = None
    ) -> Message:
        """Answer in the same chat and topic; as plain text if Telegram cannot parse the card."""

        async def send(text: str, parse_mode: str | None) -> Message:
            return await self.context.bot.send_message(
                chat_of(self.update).id,
                text,
                parse_mode=parse_mode,
                message_thread_id=thread_of(self.update),
                reply_markup=keyboard,
                link_preview_options=NO_PREVIEW,
            )

        try:
            return await send(card.html, ParseMode.HTML)
        except BadRequest as error:
            if "parse" not in error.message.lower():
                raise
            return await send(card.plain, None)

    async def say(
        self,
        key: str,
        *,
        speech: Texts | None = None,
        keyboard: InlineKeyboardMarkup | None = None,
        **values: object,
    ) -> None:
        """Answer with a text of the locales, in the chat's language unless `speech` says."""
        speech = speech or self.speech
        await self.reply(text_card(speech(key, **values), speech.language), keyboard)

    async def say_unused(self, words: str, speech: Texts | None = None) -> None:
        """That these words behind a command changed nothing."""
        speech = speech or self.speech
        await self.say("typed.not_used", speech=speech, words=quoted_word(speech, words))

    async def refuse(self, key: str) -> None:
        """Say why not: over the chat after a press, else as a message."""
        if self.update.callback_query:
            await self.note(self.speech(key))
        else:
            await self.say(key)

    async def redraw(self, card: Card, keyboard: InlineKeyboardMarkup | None) -> None:
        """Change the message under the pressed button. One that is gone or the same is no
        error."""
        query = self.update.callback_query
        if query is None:
            return
        with _unless_unchanged():
            await query.edit_message_text(
                card.html,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                link_preview_options=NO_PREVIEW,
            )

    async def redraw_keyboard(self, keyboard: InlineKeyboardMarkup) -> None:
        """Change the buttons alone of the message under the pressed one."""
        query = self.update.callback_query
        if query is None:
            return
        with _unless_unchanged():
            await query.edit_message_reply_markup(keyboard)

    async def note(self, text: str = "", *, stays: bool = False) -> None:
        """The short note over the chat after a press; `stays` until it is closed. Only who
        pressed sees it. Too late for one is no error."""
        query = self.update.callback_query
        if query is None:
            return
        self._notes.append(text)
        with _unless_unchanged():
            await query.answer(text[:200] or None, show_alert=stays or None)

    async def end_press(self) -> None:
        """Stop the wait that a phone shows after a press, where no note has done so."""
        if not self._notes:
            await self.note()


@contextlib.contextmanager
def _unless_unchanged() -> Iterator[None]:
    try:
        yield
    except BadRequest as error:
        expected = (
            *("not modified", "message to edit not found", "query is too old"),
            *("message can't be edited", "message_id_invalid"),
        )
        if not any(sign in error.message.lower() for sign in expected):
            raise
