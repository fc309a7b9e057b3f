"""One look at the outbox: which deliveries wait in which chat, and what becomes of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.delivery.catchup import FoldPolicy, Sorted, sort_out
from bot.delivery.pacing import Waiting
from storage import chats, outbox
from storage.chats import Chat
from storage.database import Connection
from storage.outbox import Delivery


@dataclass(frozen=True, slots=True)
class View:
    """What is owed to chats that can be sent to: `due` and, of unknown outcome, `lost`.

    Both hold rows in the order they were made. `last_lines` has the time of the last catch-up
    line, for chats that may need another.
    """

    due: Mapping[int, Sequence[Delivery]]
    lost: Mapping[int, Sequence[Delivery]]
    chats: Mapping[int, Chat]
    last_lines: Mapping[int, datetime | None]


def read_view(
    db: Connection, busy: Collection[int], limit: int, policy: FoldPolicy, now: datetime
) -> View:
    """Read what is owed, leaving out `busy` chats: their turn comes when their answer is in."""
    ready = outbox.ready(db, now, limit)
    unknown = outbox.unknown(db)
    reachable = {
        chat.id: chat
        for chat in (chats.everyone(db) if ready or unknown else [])
        if chat.state == "active"
        and (chat.blocked_until is None or chat.blocked_until <= now)
        and chat.id not in busy
    }
    due = _by_chat(ready, reachable)
    lost = _by_chat(unknown, reachable)
    lines = {
        chat_id: outbox.last_catchup_at(db, chat_id)
        for chat_id in due.keys() | lost.keys()
        if chat_id in lost
        or len(due[chat_id]) > 1
        or now - due[chat_id][0].created_at > policy.expiry
    }
    return View(due, lost, {chat_id: reachable[chat_id] for chat_id in due | lost}, lines)


def sort_view(
    view: View, sends: Mapping[int, Sequence[datetime]], policy: FoldPolicy, now: datetime
) -> dict[int, Sorted]:
    """What becomes of each chat's deliveries; `sends` are the past messages of each chat."""
    return {
        chat_id: sort_out(
            view.due.get(chat_id, ()),
            view.lost.get(chat_id, ()),
            sends.get(chat_id, ()),
            view.last_lines.get(chat_id),
            policy,
            now,
        )
        for chat_id in view.chats
    }


def waiting_of(view: View, found: Mapping[int, Sorted]) -> list[Waiting]:
    """The chats that have a message to send."""
    return [
        Waiting(
            chat_id=chat_id,
            kind=view.chats[chat_id].kind,
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
    for delivery in sorted(deliveries, key=lambda delivery: delivery.id):
        if delivery.chat_id in reachable:
            found.setdefault(delivery.chat_id, []).append(delivery)
    return found
