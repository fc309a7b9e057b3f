"""What operators hear besides alerts: each notice is a small value that knows its words.

`notify_operators` queues one for every operator, in the transaction that it is about. When no
operator has a chat that can be sent to, it goes to the second channel (e-mail, ntfy, ...).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from bot.locales import DEFAULT_LANGUAGE, Texts, texts
from bot.locales.bidi import isolated
from bot.text import clean, shorten, web_link
from storage.file.database import Connection
from storage.readers import chats
from storage.readers.chats import Chat
from storage.sending import outbox, second_channel
from storage.sending.outbox import NewDelivery

log = logging.getLogger(__name__)

# A message holds 4096 characters; whoever corrects rules reads the rest with `marsad rules check`.
PROBLEMS_SHOWN, PROBLEM_LENGTH = 8, 300
TITLE_LENGTH, NAME_LENGTH, REASON_LENGTH = 200, 120, 300

FeedEvent = Literal["broken", "silent", "held", "truncated", "recovered"]
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


class Notice(Protocol):
    """Something that operators are to hear."""

    def text(self, say: Texts) -> str:
        """The words, in the language of `say`: plain text, to be escaped by who shows it."""
        ...

    def key(self, now: datetime) -> str:
        """Two notices with one key are one notice; "" for one that always goes out."""
        ...


class NamedFeed(Protocol):
    """The part of a catalogue's feed that people are shown."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def family(self) -> str: ...


def publishers_of(catalogue: Iterable[NamedFeed]) -> dict[str, str]:
    """What to call feeds and publisher families, by id; a family by its first feed's name."""
    families: dict[str, str] = {}
    for feed in catalogue:
        families.setdefault(feed.family, feed.name)
    return families | {feed.id: feed.name for feed in catalogue}


@dataclass(frozen=True, slots=True)
class FeedNotice:
    """How a feed does. `failure` is the kind of the last failure, `detail` its facts in English.

    `quiet` is how long the feed had nothing new.
    """

    feed: NamedFeed
    event: FeedEvent
    failure: str | None = None
    detail: str | None = None
    quiet: timedelta | None = None

    def text(self, say: Texts) -> str:
        quiet = say.duration(self.quiet or timedelta())
        lines = [say(f"notice.feed.{self.event}", feed=_name(self.feed.name), quiet=quiet)]
        if self.event == "broken":
            advice = say.find(f"notice.failure.{self.failure}") if self.failure else None
            lines += [advice] if advice else []
            lines += [shorten(clean(self.detail), REASON_LENGTH)] if self.detail else []
        # The id is what the operator looks for in feeds.yaml.
        return "\n".join([*lines, say("notice.where", feed=self.feed.id)])

    def key(self, now: datetime) -> str:
        # A feed that is held again and again is one notice a day.
        when = f"{now:%Y-%m-%d}" if self.event == "held" else now.isoformat()
        if self.event == "truncated":  # large today, smaller tomorrow: once
            when = f"{now:%Y-%m}"
        return f"feed:{self.feed.id}:{self.event}:{when}"


@dataclass(frozen=True, slots=True)
class UnreadEntries:
    """Entries on which detection failed: the first one, and how many `others` there were.

    `error` names the exception. It is a bug, and operators must read the entries themselves.
    """

    feed: NamedFeed
    title: str
    link: str | None
    error: str
    others: int = 0

    def text(self, say: Texts) -> str:
        title = isolated(shorten(clean(self.title), TITLE_LENGTH) or "–")
        link = web_link(self.link)
        lines = [
            say("notice.unread", feed=_name(self.feed.name), error=self.error, title=title),
            *([link[0]] if link else []),
            *([say("notice.unread_more", n=say.number(self.others))] if self.others else []),
            say("notice.unread_advice"),
            say("notice.where", feed=self.feed.id),
        ]
        return "\n".join(lines)

    def key(self, now: datetime) -> str:
        return f"unread:{self.feed.id}:{now:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class NotReadAgain:
    """A stored entry that could not be read again after so many attempts: `error` says why."""

    feed: NamedFeed
    entry_id: int
    content_hash: str
    title: str
    link: str | None
    error: str
    attempts: int

    def text(self, say: Texts) -> str:
        link = web_link(self.link)
        said = say(
            "notice.not_read_again",
            feed=_name(self.feed.name),
            error=isolated(shorten(clean(self.error), REASON_LENGTH)),
            n=say.number(self.attempts),
            id=str(self.entry_id),
            title=isolated(shorten(clean(self.title), TITLE_LENGTH) or "–"),
        )
        lines = [said, *([link[0]] if link else []), say("notice.unread_advice")]
        return "\n".join([*lines, say("notice.where", feed=self.feed.id)])

    def key(self, now: datetime) -> str:
        return f"not-read-again:{self.entry_id}:{self.content_hash}"


class ToldProblem(Protocol):
    """One thing that is wrong in a file, in any of the languages."""

    def told(self, language: str) -> str: ...


@dataclass(frozen=True, slots=True)
class RulesSwapped:
    """Changed rules came into force."""

    hash: str
    signals: int

    def text(self, say: Texts) -> str:
        return say("notice.rules_swapped", signals=say.number(self.signals), hash=self.hash)

    def key(self, now: datetime) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class RulesKept:
    """Changed rules are invalid, and the old ones stay. Each problem is "file:line: ..."; `told`
    are the same, where they are known in more languages than English."""

    problems: Sequence[str]
    told: Sequence[ToldProblem] = ()

    def text(self, say: Texts) -> str:
        problems = [each.told(say.language) for each in self.told] or self.problems
        shown = [problem[:PROBLEM_LENGTH] for problem in problems[:PROBLEMS_SHOWN]]
        rest = len(problems) - len(shown)
        more = [say("notice.rules_more", n=say.number(rest))] if rest else []
        return "\n".join([say("notice.rules_kept"), *shown, *more])

    def key(self, now: datetime) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class RuleFileChanged:
    """An operator put another version of a rule file in force, or took the file away."""

    file: str
    version: int
    by: str

    def text(self, say: Texts) -> str:
        return say(
            "notice.rule_file_changed",
            file=isolated(self.file),
            by=_name(self.by),
            version=say.number(self.version),
        )

    def key(self, now: datetime) -> str:
        return f"rule-file:{self.version}"


@dataclass(frozen=True, slots=True)
class DatabaseLost:
    """The database's file is not in its place any more. `rescued` is a copy; "" without one."""

    loss: Literal["deleted", "replaced", "emptied"]
    rescued: str

    def text(self, say: Texts) -> str:
        what = say(f"notice.database.{self.loss}")
        if not self.rescued:
            return "\n".join([what, say("notice.database.not_rescued")])
        return "\n".join([what, say("notice.database.rescued", file=isolated(self.rescued))])

    def key(self, now: datetime) -> str:
        return f"database-lost:{self.loss}:{now.isoformat()}"


@dataclass(frozen=True, slots=True)
class TokenShared:
    """Another instance asks Telegram for updates with our token."""

    def text(self, say: Texts) -> str:
        return say("notice.token_shared")

    def key(self, now: datetime) -> str:
        return f"token-shared:{now:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class FeedsSwapped:
    """A changed feeds.yaml came into force."""

    feeds: int

    def text(self, say: Texts) -> str:
        return say("notice.feeds_swapped", feeds=say.number(self.feeds))

    def key(self, now: datetime) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class FeedsKept:
    """The changed feeds.yaml is invalid, and the old list stays. `problems`: its lines; `told` are
    the same, where they are known in more languages than English."""

    problems: str
    told: Sequence[ToldProblem] = ()

    def text(self, say: Texts) -> str:
        lines = [each.told(say.language) for each in self.told] or self.problems.splitlines()
        shown = [line[:PROBLEM_LENGTH] for line in lines[:PROBLEMS_SHOWN]]
        return "\n".join([say("notice.feeds_kept"), *shown])

    def key(self, now: datetime) -> str:
        return ""


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
            "chat": _name(f"{self.chat} ({self.chat_id})" if self.chat else str(self.chat_id)),
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
            receiver=_name(self.receiver),
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
        chat = _name(f"{self.chat} ({self.chat_id})" if self.chat else str(self.chat_id))
        alert, command = isolated(self.alert), isolated(f"/{self.alert}")
        return say.plural(
            "notice.unacknowledged", self.minutes, alert=alert, chat=chat, command=command
        )

    def key(self, now: datetime) -> str:
        return f"unacknowledged:{self.alert}:{self.chat_id}"


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


def _name(name: str) -> str:
    return isolated(shorten(clean(name), NAME_LENGTH))
