"""The chats that routing chooses from, as the service remembers them beside the database.

To read twenty thousand chats takes longer than any transaction should. The database notes which
chats changed, and only those are read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.file.database import Connection
from storage.readers import chats
from storage.readers.chats import Chat


@dataclass(frozen=True, slots=True)
class Readership:
    """All chats by id, and the same in groups of those that chose the same: what is decided of
    one is decided of all in its group."""

    chats: tuple[Chat, ...]
    groups: tuple[tuple[Chat, ...], ...]


class Readers:
    """Call it inside the pipeline's write transactions. They change no chat themselves: so what is
    remembered was committed, also when one of them is undone."""

    def __init__(self) -> None:
        self._known: int | None = None
        self._chats: dict[int, Chat] = {}
        self._kinds: dict[object, int] = {}
        self._kind_of: dict[int, int] = {}
        self._found = Readership((), ())

    def __call__(self, db: Connection) -> Readership:
        """The chats as they are now, as far as routing asks: what they chose, their topics, role
        and state. Mutes, quiet hours and names may be older."""
        if self._known is None:
            self._known = chats.last_change(db)
            self._take(chats.everyone(db))
            return self._found
        number, changed = chats.changed_since(db, self._known)
        if changed:
            for chat_id in changed:
                self._chats.pop(chat_id, None)
                self._kind_of.pop(chat_id, None)
            self._take(chats.by_ids(db, changed))
            self._known = number
        return self._found

    def _take(self, new: Iterable[Chat]) -> None:
        for chat in new:
            self._chats[chat.id] = chat
            self._kind_of[chat.id] = self._kinds.setdefault(choices(chat), len(self._kinds))
        in_order = tuple(self._chats[chat_id] for chat_id in sorted(self._chats))
        groups: dict[int, list[Chat]] = {}
        for chat in in_order:
            groups.setdefault(self._kind_of[chat.id], []).append(chat)
        self._found = Readership(in_order, tuple(map(tuple, groups.values())))


def alike(members: Sequence[Chat]) -> tuple[tuple[Chat, ...], ...]:
    """The chats in groups of those that chose the same. Pure."""
    groups: dict[object, list[Chat]] = {}
    for chat in members:
        groups.setdefault(choices(chat), []).append(chat)
    return tuple(map(tuple, groups.values()))


def choices(chat: Chat) -> object:
    """All that routing asks of the chat's subscriptions, to compare two chats by. Pure."""
    return tuple(
        (
            *(each.thread_id, each.signals, each.everything, tuple(each.places)),
            *(each.lowest_level, each.include, each.exclude, each.delivery, each.paused),
        )
        for each in chat.subscriptions
    )
