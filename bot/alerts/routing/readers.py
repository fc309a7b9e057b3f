"""The chats that routing chooses from, as the service remembers them beside the database.

To read twenty thousand chats takes longer than any transaction should. The database notes which
chats changed, and only those are read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock

from bot.alerts.routing.wanting import words_of
from storage.connection import Connection
from storage.readers import chats, reader_changes
from storage.readers.chats import Chat


@dataclass(frozen=True, slots=True)
class Readership:
    """All chats by id, and the same in groups of those that chose the same: what is decided of
    one is decided of all in its group."""

    chats: tuple[Chat, ...]
    groups: tuple[tuple[Chat, ...], ...]

    @property
    def words(self) -> frozenset[str]:
        """All words that their subscriptions ask for or shut out."""
        # What one of a group asks for, all of it do.
        return words_of(group[0] for group in self.groups)


class Readers:
    """Call it in a read before the pipeline's write transactions, so that these find what changed
    since and no more, and inside them. They change no chat themselves: so what is remembered was
    committed, also when one of them is undone."""

    def __init__(self) -> None:
        # Who reads and who writes call from threads of their own.
        self._turn = Lock()
        self._known: int | None = None
        self._chats: dict[int, Chat] = {}
        self._choices: dict[int, object] = {}
        self._found = Readership((), ())

    def __call__(self, db: Connection) -> Readership:
        """The chats as they are now, as far as routing asks: what they chose, their topics, role
        and state. Mutes, quiet hours and names may be older."""
        with self._turn:
            return self._as_of(db)

    def _as_of(self, db: Connection) -> Readership:
        if self._known is None:
            return self._take_all(db)
        number, changed = reader_changes.changed_since(db, self._known)
        if reader_changes.FORGOTTEN in changed:
            return self._take_all(db)
        if changed:
            for chat_id in changed:
                self._chats.pop(chat_id, None)
                self._choices.pop(chat_id, None)
            self._take(chats.by_ids(db, changed))
            self._known = number
        return self._found

    def _take_all(self, db: Connection) -> Readership:
        self._known = reader_changes.last_change(db)
        self._chats.clear()
        self._choices.clear()
        self._take(chats.everyone(db))
        return self._found

    def _take(self, new: Iterable[Chat]) -> None:
        for chat in new:
            self._chats[chat.id] = chat
            self._choices[chat.id] = choices(chat)
        in_order = tuple(self._chats[chat_id] for chat_id in sorted(self._chats))
        self._found = Readership(in_order, _grouped(in_order, self._choices.__getitem__))


def alike(members: Sequence[Chat]) -> tuple[tuple[Chat, ...], ...]:
    """The chats in groups of those that chose the same. Pure."""
    return _grouped(members, {chat.id: choices(chat) for chat in members}.__getitem__)


def _grouped(
    members: Sequence[Chat], choices_of: Callable[[int], object]
) -> tuple[tuple[Chat, ...], ...]:
    groups: dict[object, list[Chat]] = {}
    for chat in members:
        groups.setdefault(choices_of(chat.id), []).append(chat)
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
