"""Stories that are chosen once for two databases in which the same entries are told.

What story an entry belongs to depends on what was told before, and not on levels: where a second
desk reads the same entries and decides otherwise (`marsad replay`), it takes over what the first
one chose. Only the stories' own ids may differ.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.alerts.story.comparing.telling import Telling
from bot.alerts.story.happening import Choice
from bot.alerts.story.remembered import RememberedStories
from storage.connection import Connection


class NotedStories(RememberedStories):
    """Notes what it chooses, until `RepeatedStories` asks for it."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: dict[int, tuple[Telling, Choice]] = {}
        """By the ids of entries; with each telling, of which the words are counted by now."""

    def choose(self, db: Connection, telling: Telling, now: datetime) -> Choice:
        choice = super().choose(db, telling, now)
        self.noted[telling.entry_id] = telling, choice
        return choice


class RepeatedStories(RememberedStories):
    """The same stories in another database, whose entries have the same ids."""

    def __init__(self, first: NotedStories) -> None:
        super().__init__()
        self._first = first

    def choose(self, db: Connection, telling: Telling, now: datetime) -> Choice:
        """Raises KeyError where the first database has no such entry."""
        self._follow(db, now)
        _, choice = self._first.noted[telling.entry_id]
        if choice.like is None:
            return choice
        return replace(choice, story_id=self._window.story_of(choice.like))

    def take(
        self,
        db: Connection,
        telling: Telling,
        story_id: int,
        choice: Choice,
        now: datetime,
        *,
        first: bool = False,
    ) -> None:
        telling, _ = self._first.noted.pop(telling.entry_id, (telling, choice))
        super().take(db, telling, story_id, choice, now, first=first)
