"""Notices of chats and programs that do not get what they are owed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.locales import Texts
from bot.locales.bidi import isolated
from bot.notices.notice import (
    REASON_LENGTH,
    named,
)
from bot.text import clean, shorten

ChatEvent = Literal[
    "paused",
    "held",
    "rejected",
    "catchup_lost",
    "digest_lost",
    "given_up",
    "unconfirmed",
    "topic_gone",
]


@dataclass(frozen=True, slots=True)
class ChatNotice:
    """A chat does not get what it is owed. `chat` is its name, `reason` what Telegram said.

    `message` names the message that was lost (its alert's short id), or says how many were.
    """

    event: ChatEvent
    chat_id: int
    chat: str
    reason: str
    message: str = ""

    def text(self, say: Texts) -> str:
        values = {
            "chat": named(f"{self.chat} ({self.chat_id})" if self.chat else str(self.chat_id)),
            "reason": isolated(shorten(clean(self.reason), REASON_LENGTH)),
            "message": isolated(self.message),
        }
        return say(f"notice.chat.{self.event}", **values)

    def key(self, now: datetime) -> str:
        # What is held grows too old day after day: once a month is enough.
        return f"given-up:{self.chat_id}:{now:%Y-%m}" if self.event == "given_up" else ""


@dataclass(frozen=True, slots=True)
class WebhookNotice:
    """A receiver of webhooks takes nothing for `span`, or what is older than that is given up."""

    event: Literal["failing", "given_up"]
    receiver: str
    reason: str
    span: timedelta

    def text(self, say: Texts) -> str:
        return say(
            f"notice.webhook.{self.event}",
            receiver=named(self.receiver),
            reason=isolated(shorten(clean(self.reason), REASON_LENGTH)),
            span=say.duration(self.span),
        )

    def key(self, now: datetime) -> str:
        return f"webhook:{self.receiver}:{self.event}:{now:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class Unacknowledged:
    """Nobody in a chat acknowledged a critical alert for so many minutes."""

    alert: str
    chat_id: int
    chat: str
    minutes: int

    def text(self, say: Texts) -> str:
        chat = named(f"{self.chat} ({self.chat_id})" if self.chat else str(self.chat_id))
        alert, command = isolated(self.alert), isolated(f"/{self.alert}")
        return say.plural(
            "notice.unacknowledged", self.minutes, alert=alert, chat=chat, command=command
        )

    def key(self, now: datetime) -> str:
        return f"unacknowledged:{self.alert}:{self.chat_id}"
