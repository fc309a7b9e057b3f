"""When a chat may be sent to: Telegram's limits as pure functions over past sends.

Limits (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits, approximate): about one message
a second in a chat, 20 a minute in a group, 30 a second in all. Ours stay a little below, because
messages that leave a second apart may arrive closer together.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class SendLimits:
    """How fast messages may leave. Gaps and windows are times, sends are counts."""

    chat_gap: timedelta = timedelta(seconds=1.1)
    group_sends: int = 20
    group_window: timedelta = timedelta(seconds=61)
    overall_sends: int = 25
    overall_window: timedelta = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A chat with a message to send, which has waited since `since`."""

    chat_id: int
    kind: str
    since: datetime
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Turns:
    """Which chats may be sent to now, in this order, and when to ask again (None: never)."""

    go: tuple[int, ...]
    wake_at: datetime | None


# An urgent message goes ahead of what waits less than this much longer: of the whole backlog of
# an outage, but what was overtaken gets its turn before it is too old to be sent as news.
HEAD_START = timedelta(hours=11)


def chat_free_at(
    kind: str, sends: Sequence[datetime], limits: SendLimits, now: datetime
) -> datetime:
    """The earliest time at which one more message may go to a chat; never before `now`.

    `sends` are the times of the chat's past messages, ascending. Times after `now` (a clock that
    was set back) count as `now`.
    """
    if not sends:
        return now
    free_at = max(now, min(sends[-1], now) + limits.chat_gap)
    if kind != "private" and len(sends) >= limits.group_sends:
        nth_last = min(sends[-limits.group_sends], now)
        free_at = max(free_at, nth_last + limits.group_window)
    return free_at


def overall_free(sends: Sequence[datetime], limits: SendLimits, now: datetime) -> int:
    """How many more messages may go to all chats together at `now`; `sends` ascending."""
    started = bisect_right(sends, now - limits.overall_window)
    return max(0, limits.overall_sends - (len(sends) - started))


def turns(
    waiting: Iterable[Waiting],
    chat_sends: Mapping[int, Sequence[datetime]],
    overall: Sequence[datetime],
    limits: SendLimits,
    now: datetime,
) -> Turns:
    """Whose turn it is: of the chats that may be sent to, those that waited longest.

    A chat that must wait takes no turn from another, and so delays none.
    """
    free: list[Waiting] = []
    wakes: list[datetime] = []
    for chat in waiting:
        free_at = chat_free_at(chat.kind, chat_sends.get(chat.chat_id, ()), limits, now)
        if free_at <= now:
            free.append(chat)
        else:
            wakes.append(free_at)
    free.sort(key=lambda chat: chat.since - HEAD_START if chat.urgent else chat.since)
    room = overall_free(overall, limits, now)
    if len(free) > room:
        # With these turns taken the window is full: it opens when the oldest in it leaves.
        full = [*overall[-limits.overall_sends :], *[now] * room]
        wakes.append(min(full[-limits.overall_sends], now) + limits.overall_window)
    return Turns(tuple(chat.chat_id for chat in free[:room]), min(wakes, default=None))


@dataclass(slots=True)
class History:
    """The sends that still count, by chat and in all. `keep` is how far back they are asked for."""

    keep: timedelta
    by_chat: dict[int, list[datetime]] = field(default_factory=dict)
    overall: list[datetime] = field(default_factory=list)

    def load(self, sends: Mapping[int, Iterable[datetime]]) -> None:
        """Take over what a store remembers, so that a restart forgets no send."""
        for chat_id, times in sends.items():
            for at in times:
                insort(self.by_chat.setdefault(chat_id, []), at)
                insort(self.overall, at)

    def started(self, at: datetime) -> None:
        """A message is on its way: it counts in all from now."""
        insort(self.overall, at)

    def finished(self, chat_id: int, at: datetime) -> None:
        """A message arrived, or may have: it counts in its chat from its end, not its start."""
        insort(self.by_chat.setdefault(chat_id, []), at)

    def move(self, by: timedelta) -> None:
        """The clock was moved: every send stays as long ago as it was."""
        self.overall[:] = [at + by for at in self.overall]
        for times in self.by_chat.values():
            times[:] = [at + by for at in times]

    def forget(self, now: datetime) -> None:
        """Drop what is too old to count."""
        del self.overall[: bisect_left(self.overall, now - self.keep)]
        for chat_id, times in list(self.by_chat.items()):
            del times[: bisect_left(times, now - self.keep)]
            if not times:
                del self.by_chat[chat_id]
