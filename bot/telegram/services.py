"""What the commands work with, kept in the application; and what an update says of its chat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, Literal, cast

from telegram import Chat as TelegramChat
from telegram import (
    Message,
    Update,
    User,
)
from telegram.ext import Application, CallbackContext, ExtBot

from bot.asking.forms import other_stems
from bot.locales import DEFAULT_LANGUAGE, Texts, language_of, texts
from bot.messages.cards.display import Display
from bot.notices.feeds import NamedFeed, publishers_of
from bot.rules_in_force import shipped_places
from bot.wall_time import zone_of
from storage.readers import chats, people
from storage.readers.chats import Chat
from storage.readers.people import Person

if TYPE_CHECKING:
    from bot.operating.desk import Desk
    from bot.telegram.incoming.floods import Floods
    from rules import Gazetteer, RuleSet, Signal
    from storage.connection import Connection
    from storage.database import Database

Context = CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]
App = Application[ExtBot[None], Context, dict[Any, Any], dict[Any, Any], dict[Any, Any], None]

_SERVICES = "services"

Access = Literal["open", "invited"]


@dataclass(frozen=True, slots=True)
class Services:
    """What the commands work with; kept in the application, so no handler holds state."""

    database: Database
    rules: Callable[[], RuleSet]
    catalogue: Callable[[], Sequence[NamedFeed]]
    operators: frozenset[int]
    timezone: tzinfo
    clock: Callable[[], datetime]
    access: Access = "invited"
    gazetteer: Callable[[], Gazetteer] = shipped_places
    desk: Desk | None = None
    floods: Floods | None = None
    # What CAP and Atom files say of who sent them, and whether CAP's scope is Public.
    export_sender: str = "marsad"
    export_public: bool = False

    def keep_in(self, application: App) -> None:
        application.bot_data[_SERVICES] = self

    @property
    def menu(self) -> Mapping[str, Signal]:
        """Signals that can be subscribed to: those whose rules are trusted."""
        signals = self.rules().signals
        return {name: signal for name, signal in signals.items() if signal.status == "stable"}

    async def asking(self, update: Update) -> tuple[Chat | None, Person | None]:
        """The chat that asks, as stored, and its person; None for a chat that never said /start,
        and for a person who was not let in."""
        chat_id, user = chat_of(update).id, update.effective_user

        def read(db: Connection) -> tuple[Chat | None, Person | None]:
            return chats.get(db, chat_id), people.get(db, user.id) if user else None

        chat, person = await self.database.read(read)
        if user and user.id in self.operators:
            person = Person(user.id, user.full_name, "operator", self.clock())
        return chat, person

    async def resume(self, stored: Chat) -> Chat:
        now = self.clock()

        def write(db: Connection) -> Chat:
            chats.resume(db, stored.id, now)
            return chats.get(db, stored.id) or stored

        return await self.database.write(write)

    async def register(self, update: Update) -> Chat:
        """The chat as stored, added if it is new."""
        new = self.described(chat_of(update), update.effective_user, thread_of(update))

        def write(db: Connection) -> Chat:
            stored = chats.upsert(db, new)
            if stored.kind == "private":
                people.admit(db, new.id, new.title, "viewer", self.clock())
                stored = chats.get(db, new.id) or stored
            return stored

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
            created_at=self.clock(),
            blocked_until=None,
        )

    def others(self, word: str) -> Sequence[str]:
        """The stems of a word's other forms, for a search. Not for the loop: the first word of a
        language reads its dictionary."""
        return other_stems(word, self.rules().related)

    def zone(self, chat: Chat | None) -> tzinfo:
        """The time zone of a chat."""
        return zone_of(chat.timezone if chat else None, self.timezone)

    def display(self, language: str, chat: Chat | None = None) -> Display:
        """How cards are shown to somebody who speaks this language, now, by the chat's clock."""
        return Display(
            *(language, self.rules().signals, self.clock(), self.zone(chat)),
            publishers=publishers_of(self.catalogue()),
        )


def services_in(application: Application[Any, Any, Any, Any, Any, Any]) -> Services:
    return cast(Services, application.bot_data[_SERVICES])


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


def texts_for(chat: Chat | None, update: Update) -> Texts:
    """The chat's language; before it is known, the language of the person's Telegram."""
    if chat is not None:
        return texts(chat.language)
    user = update.effective_user
    return texts(language_of(user.language_code) if user else DEFAULT_LANGUAGE)
