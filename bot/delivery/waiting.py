"""One look at the outbox: which deliveries wait in which chat, and what becomes of them.

A look reads the next few rows of each chat, so that it costs no more when many wait. What it
cannot see is folded: `fold_now` reads one chat as deep as a catch-up line is long.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.delivery.deciding.pacing import Waiting
from bot.delivery.later.catchup import ChatPlan, FoldPolicy, plan_chat
from bot.delivery.results import record_catchup
from storage.connection import Connection
from storage.readers import chats
from storage.readers.chats import Chat
from storage.sending import owed
from storage.sending.outbox import Delivery

# Of each queue of a chat: the next, and one more in case a later version takes its place.
NEXT_FEW = 2


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed to chats that can be sent to: `due` and, `unknown` outcome.

    Both hold the first few rows, in their order. `last_lines` has the time of the last catch-up
    line of each chat that had one, `crowded` the chats in which more is due than a line names.
    """

    due: Mapping[int, Sequence[Delivery]]
    unknown: Mapping[int, Sequence[Delivery]]
    chats: Mapping[int, Chat]
    last_lines: Mapping[int, datetime]
    crowded: Collection[int]


def read_owed(
    db: Connection,
    busy: Collection[int],
    policy: FoldPolicy,
    now: datetime,
    slow: Collection[int] = (),
) -> Owed:
    """Read what is owed, leaving out `busy` chats: their turn comes when their answer is in.

    Where there are very many chats, of those whose turn it is; `slow`: see `owed.whose_turn`.
    """
    turn = owed.whose_turn(db, now, {*busy, *slow})
    ready = owed.ready(
        db,
        now,
        NEXT_FEW,
        news_since=now - policy.expiry,
        critical_since=now - policy.expiry_critical,
        chat_ids=turn,
    )
    unknown = owed.unknown(db, 1)
    concerned = {row.chat_id for row in (*ready, *unknown)}
    reachable = {
        chat.id: chat
        for chat in chats.by_ids(db, concerned)
        if chat.state == "active"
        and (chat.blocked_until is None or chat.blocked_until <= now)
        and chat.id not in busy
    }
    muted = {chat.id for chat in reachable.values() if chat.is_held(now)}
    due = _by_chat(_with_later_versions(db, ready, now, muted), reachable)
    unknown_of = _by_chat([row for row in unknown if row.chat_id not in muted], reachable)
    chat_ids = due.keys() | unknown_of.keys()
    lines = owed.last_lines(db, chat_ids)
    gap_open = [chat_id for chat_id, at in lines.items() if at + policy.line_gap > now]
    return Owed(
        due,
        unknown_of,
        {chat_id: reachable[chat_id] for chat_id in due | unknown_of},
        lines,
        owed.crowded(db, gap_open, now, policy.line_alerts + policy.storm_sends),
    )


def plan_chats(
    waits: Owed, sends: Mapping[int, Sequence[datetime]], policy: FoldPolicy, now: datetime
) -> dict[int, ChatPlan]:
    """What becomes of each chat's deliveries; `sends` are the past messages of each chat."""
    return {
        chat_id: plan_chat(
            waits.due.get(chat_id, ()),
            waits.unknown.get(chat_id, ()),
            sends.get(chat_id, ()),
            waits.last_lines.get(chat_id),
            policy,
            now,
            crowded=chat_id in waits.crowded,
            muted_until=waits.chats[chat_id].muted_until,
            quiet_until=waits.chats[chat_id].quiet_until,
        )
        for chat_id in waits.chats
    }


def to_fold(found: Mapping[int, ChatPlan], last_lines: Mapping[int, datetime]) -> list[int]:
    """The chats with something to fold or to replace: first those with critical alerts in it,
    then those whose last line is oldest."""

    def order(chat_id: int) -> tuple[bool, bool, datetime | None]:
        last = last_lines.get(chat_id)
        return not has_critical(found[chat_id]), last is not None, last

    chosen = [chat_id for chat_id, item in found.items() if item.fold or item.superseded]
    return sorted(chosen, key=order)


def has_critical(found: ChatPlan) -> bool:
    """Whether a critical alert is to be told in a line."""
    return any(item.delivery.level == "critical" for item in found.fold)


def fold_now(
    db: Connection, chat: Chat, sends: Sequence[datetime], policy: FoldPolicy, now: datetime
) -> int:
    """Fold and replace what is due of one chat, in a write transaction; how many were folded."""
    # As many as may be sent, and a line: what is left is enough for another.
    deep = policy.line_alerts + policy.storm_sends_critical
    muted = {chat.id} if chat.is_held(now) else set[int]()
    due = owed.backlog(db, chat.id, now, deep, critical_only=bool(muted))
    found = plan_chat(
        _with_later_versions(db, due, now, muted),
        [] if muted else owed.unknown(db, policy.line_alerts, [chat.id]),
        sends,
        owed.last_lines(db, [chat.id]).get(chat.id),
        policy,
        now,
        muted_until=chat.muted_until,
        quiet_until=chat.quiet_until,
    )
    record_catchup(db, chat, found, now)
    return len(found.fold)


def _with_later_versions(
    db: Connection, due: Sequence[Delivery], now: datetime, muted: Collection[int]
) -> Sequence[Delivery]:
    """With what takes the place of some of them, however far behind it waits; in `muted` chats
    nothing that is held back takes the place of what is critical."""
    known = {delivery.id for delivery in due}
    of_alerts = [delivery.id for delivery in due if delivery.alert_id is not None]
    later = owed.later_versions(db, of_alerts, now)
    return [
        *due,
        *(
            delivery
            for delivery in later
            if delivery.id not in known
            and (delivery.level == "critical" or delivery.chat_id not in muted)
        ),
    ]


def waiting_of(waits: Owed, found: Mapping[int, ChatPlan]) -> list[Waiting]:
    """The chats that have a message to send."""
    return [
        Waiting(
            chat_id=chat_id,
            kind=waits.chats[chat_id].kind,
            since=max(item.head.created_at, item.head.not_before),
            urgent=item.head.level == "critical",
        )
        for chat_id, item in found.items()
        if item.head is not None
    ]


def _by_chat(
    deliveries: Sequence[Delivery], reachable: Mapping[int, Chat]
) -> dict[int, list[Delivery]]:
    found: dict[int, list[Delivery]] = {}
    for delivery in deliveries:
        if delivery.chat_id in reachable:
            found.setdefault(delivery.chat_id, []).append(delivery)
    return found
