"""The stories of the last days as the service remembers them, beside the database.

Choosing a story compares an entry with hundreds of others, whose words were cut and counted when
they came: they are kept in memory. The database alone says what is true. Each change of stories
counts there, so whoever remembers another number missed something. What other processes attached
since is read and added; when anything else happened (a transaction that was undone, a story that
people split, a start) everything is read anew.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Set
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from bot.alerts.story.comparing.near_copies import StoryPolicy
from bot.alerts.story.comparing.sources import independent_sources
from bot.alerts.story.comparing.telling import (
    BUILDINGS,
    COARSE,
    COUNTRIES,
    Telling,
    Where,
    name_stems,
)
from bot.alerts.story.comparing.window import Window
from bot.alerts.story.happening import Choice, HappeningPolicy, Rule, story_for
from storage.connection import Connection
from storage.news import facts, stories
from storage.news.facts import Facts, StoredFigure, StoredPlace
from storage.news.stories import Attached, StoryReport
from storage.rows import fields_of

if TYPE_CHECKING:
    from rules import Figure


log = logging.getLogger(__name__)

MOST_ADDED = 2_000
"""Reports that are added one by one; for more of them everything is read anew."""


class RememberedStories:
    """Chooses the story of an entry, inside write transactions only: one at a time."""

    def __init__(
        self, policy: HappeningPolicy | None = None, copies: StoryPolicy | None = None
    ) -> None:
        self._policy = policy or HappeningPolicy()
        self._copies = copies or StoryPolicy()
        self._window = Window()
        self._known: int | None = None
        # The newest entry in a story when that number was known.
        self._newest = 0
        # The last entry that was attached or detached here, and to what: as it is in the database
        # unless that transaction was undone. (The number alone may be the same again, by others.)
        self._last: tuple[int, Attached | None] | None = None
        self._alone = self._followed = False
        # The sources of the story at hand, by who is asked for: until a telling comes or goes.
        self._counted: dict[tuple[int, frozenset[str]], int] = {}

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Around a write transaction in which nobody else changes stories: that others did not is
        asked once in it, and not at each step."""
        self._alone, self._followed = True, False
        try:
            yield
        finally:
            self._alone = False

    @property
    def copies(self) -> StoryPolicy:
        """How near copies are recognised."""
        return self._copies

    def choose(self, db: Connection, telling: Telling, now: datetime) -> Choice:
        """The story that the entry belongs to, or that it begins a new one, and why."""
        self._follow(db, now)
        try:
            return story_for(telling, self._window, self._policy, self._copies)
        except Exception:  # apart is safe: it costs a second card and hides nothing
            log.exception("entry %d: its story could not be chosen", telling.entry_id)
            return Choice(None, Rule.NEW)

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
        """Attach the entry to the story, in the database and here; `first`: it was created for
        it."""
        self._follow(db, now)
        because = fields_of(choice)
        del because["story_id"], because["rule"]
        stories.attach(
            *(db, story_id, telling.entry_id, telling.family, now),
            rule=choice.rule,
            because=because,
            first=first,
        )
        self._hold(self._window, telling, story_id)
        self._newest = max(self._newest, telling.entry_id)
        self._note(telling.entry_id, Attached(story_id, now))

    def sources(self, db: Connection, story_id: int, families: Set[str], now: datetime) -> int:
        """How many of the families tell the story in words of their own.

        A syndicated copy is no second source. What is older than the window counts as it is.
        """
        self._follow(db, now)
        asked = story_id, frozenset(families)
        if asked not in self._counted:
            told = [each for each in self._window.tellings_of(story_id) if each.family in families]
            forgotten = families - {each.family for each in told}
            try:
                self._counted[asked] = len(forgotten) + independent_sources(told)
            except Exception:
                log.exception("story %d: its sources could not be compared", story_id)
                return len(families)
        return self._counted[asked]

    def leave(self, db: Connection, entry_id: int, now: datetime) -> None:
        """The entry tells another happening now."""
        self._follow(db, now)
        stories.detach(db, entry_id)
        self._window.remove(entry_id)
        self._counted.clear()
        self._note(entry_id, None)

    def _note(self, entry_id: int, attached: Attached | None) -> None:
        """One change more, in the same transaction in which the others were followed."""
        assert self._known is not None  # noqa: S101 followed
        self._known += 1
        self._last = entry_id, attached

    def _follow(self, db: Connection, now: datetime) -> None:
        if self._alone and self._followed:
            return
        since = now - max(self._policy.window, self._copies.window)
        last, expected = self._last or (None, None)
        number, attached = stories.changes(db, last)
        if attached != expected or not self._catch_up(db, number):
            self._read_all(db, number, since)
        self._window.drop_before(since)
        self._counted.clear()
        self._followed = True

    def _catch_up(self, db: Connection, number: int) -> bool:
        """Add what others attached; False where that is not all that happened.

        As many newer entries as there were changes: nothing else can have changed. (Entries get
        their ids in the order in which writes are committed.)
        """
        if self._known is None or number < self._known:
            return False
        if number == self._known:
            return True
        if number - self._known > MOST_ADDED:
            return False
        new = stories.reports_after(db, self._newest)
        if len(new) != number - self._known:
            return False
        for each in new:
            self._hold(self._window, _telling_of_report(db, each), each.story_id)
        self._newest, self._known = new[-1].entry_id, number
        return True

    def _read_all(self, db: Connection, number: int, since: datetime) -> None:
        window = Window()
        for each in stories.reports(db, since):
            self._hold(window, _telling_of_report(db, each), each.story_id)
        self._window, self._known, self._last = window, number, None
        self._newest = stories.newest_report(db)

    def _hold(self, window: Window, telling: Telling, story_id: int) -> None:
        """Remember it; what cannot be read is compared with nothing."""
        self._counted.clear()
        try:
            window.add(telling, story_id)
        except Exception:
            log.exception("entry %d: it cannot be compared with others", telling.entry_id)


def _telling_of_report(db: Connection, report: StoryReport) -> Telling:
    return telling_of(
        report.entry_id,
        *(report.title, report.text, report.language, report.family, report.link, report.at),
        signals=report.signals,
        said=Facts(facts.places_of(db, report.entry_id), facts.figures_of(db, report.entry_id)),
    )


def telling_of(
    entry_id: int,
    title: str,
    text: str,
    language: str | None,
    family: str,
    link: str | None,
    at: datetime,
    *,
    signals: frozenset[str],
    said: Facts,
) -> Telling:
    """An entry as far as its story is concerned, from what is stored of it."""
    return Telling(
        entry_id=entry_id,
        title=title,
        text=text[: stories.TEXT_COMPARED],
        language=language,
        family=family,
        link=link,
        at=at,
        signals=signals,
        where=_where(said, language),
        figures=tuple(_figure(each) for each in said.figures),
    )


def _where(said: Facts, language: str | None) -> Where:
    fine = [place for place in said.places if place.kind not in COARSE]
    return Where(
        buildings=frozenset(place.place_id for place in fine if place.kind in BUILDINGS),
        finest=frozenset(place.place_id for place in fine),
        around=frozenset(each for place in fine for each in place.within),
        divisions=frozenset(place.adm1 for place in said.places if place.adm1),
        countries=frozenset(place.country for place in said.places),
        named=name_stems(
            _own_name(place, language) for place in said.places if place.kind not in COUNTRIES
        ),
    )


def _own_name(place: StoredPlace, language: str | None) -> str:
    """The place's name without all that it lies in."""
    label = place.names.get(language or "ar") or place.names.get("en") or ""
    return re.split("[,،]", label)[0]


def _figure(stored: StoredFigure) -> Figure:
    from rules.matching.figures.figures import Figure

    return Figure(
        stored.what,  # type: ignore[arg-type] # it was one when it was stored
        stored.value,
        *("text", 0, 0),
        max=stored.max,
        at_least=stored.at_least,
        vague=stored.vague,
        part=stored.part,
    )
