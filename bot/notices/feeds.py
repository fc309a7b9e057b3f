"""Notices of feeds, of their list, and of entries that could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from bot.locales import Texts
from bot.locales.bidi import isolated
from bot.notices.notice import (
    PROBLEM_LENGTH,
    PROBLEMS_SHOWN,
    REASON_LENGTH,
    TITLE_LENGTH,
    TranslatedProblem,
    named,
)
from bot.text import clean, shorten, web_link

FeedEvent = Literal["broken", "silent", "held", "truncated", "recovered"]


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
        lines = [say(f"notice.feed.{self.event}", feed=named(self.feed.name), quiet=quiet)]
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
            say("notice.unread", feed=named(self.feed.name), error=self.error, title=title),
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
            feed=named(self.feed.name),
            error=isolated(shorten(clean(self.error), REASON_LENGTH)),
            n=say.number(self.attempts),
            id=str(self.entry_id),
            title=isolated(shorten(clean(self.title), TITLE_LENGTH) or "–"),
        )
        lines = [said, *([link[0]] if link else []), say("notice.unread_advice")]
        return "\n".join([*lines, say("notice.where", feed=self.feed.id)])

    def key(self, now: datetime) -> str:
        return f"not-read-again:{self.entry_id}:{self.content_hash}"


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
    translated: Sequence[TranslatedProblem] = ()

    def text(self, say: Texts) -> str:
        lines = [
            each.in_language(say.language) for each in self.translated
        ] or self.problems.splitlines()
        shown = [line[:PROBLEM_LENGTH] for line in lines[:PROBLEMS_SHOWN]]
        return "\n".join([say("notice.feeds_kept"), *shown])

    def key(self, now: datetime) -> str:
        return ""
