"""A notice for every operator, in the transaction that it is about.

When no operator has a chat that can be sent to, it goes to the second channel (e-mail, ntfy, ...).
"""

from __future__ import annotations

import logging
from datetime import datetime

from bot.locales import DEFAULT_LANGUAGE, texts
from bot.notices.notice import Notice
from bot.text import clean
from storage.connection import Connection
from storage.readers import chats
from storage.readers.chats import Chat
from storage.sending import outbox, second_channel
from storage.sending.outbox import NewDelivery

log = logging.getLogger(__name__)


def notice_for(chat: Chat, notice: Notice, now: datetime) -> NewDelivery:
    """The notice in the chat's language, held while the chat cannot be sent to."""
    return NewDelivery(
        alert_id=None,
        chat_id=chat.id,
        thread_id=chat.thread_id,
        kind="notice",
        version=0,
        level="alert",
        not_before=now,
        text=notice.text(texts(chat.language)),
        key=notice.key(now),
        state="paused" if chat.state == "paused" else "pending",
    )


def notify_operators(
    db: Connection,
    notice: Notice,
    now: datetime,
    *,
    except_chat: int | None = None,
    everywhere: bool = False,
) -> None:
    """Queue a notice for each operator's chat, inside the caller's write transaction.

    For a chat that cannot be sent to now it is held. `except_chat` is the chat that the notice
    is about. With no chat left that can be sent to, and always with `everywhere`, the second
    channel gets it.
    """
    key = notice.key(now)
    readers = [chat for chat in chats.operators(db) if chat.id != except_chat]
    outbox.enqueue(db, [notice_for(chat, notice, now) for chat in readers], now)
    reachable = any(chat.state == "active" for chat in readers)
    if reachable and not everywhere:
        return
    languages = operator_languages(db)
    title = " · ".join(texts(language)("notice.title") for language in languages)
    words = [notice.text(texts(language)) for language in languages]
    if (
        second_channel.enqueue(db, key, f"Marsad: {title}", "\n\n".join(words), now)
        and not reachable
    ):
        log.error("no operator can be reached on Telegram: %s", clean(words[0]))


def operator_languages(db: Connection) -> tuple[str, ...]:
    """The languages of what goes to all operators at once: English, then those of their chats."""
    spoken = {chat.language for chat in chats.operators(db)} or {DEFAULT_LANGUAGE}
    return ("en", *sorted(spoken - {"en"}))
