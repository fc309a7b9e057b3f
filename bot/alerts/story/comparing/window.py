"""The tellings of the last days, with an index from terms to tellings: finding what is like a new
one costs by what shares its rarer terms, not by history.

A window is filled from the store when the service starts, then telling by telling.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush, nlargest
from operator import attrgetter

from bot.alerts.story.comparing.likeness import Frequencies, cosine
from bot.alerts.story.comparing.telling import PLACE, TOLL, Telling

MOST_COMPARED = 60
"""Tellings that are looked at closely for one entry: those that share most."""
COMMON_TERM = 400
"""A term that more tellings hold finds nothing: it is left out of the search."""
DIGITS = 9
"""Scores that differ behind so many digits are one: the order of a sum makes no difference."""


@dataclass(slots=True)
class _Held:
    telling: Telling
    story_id: int
    vector: dict[str, float]


@dataclass(slots=True)
class Window:
    """The tellings of the last days, each with its story. One thread at a time."""

    frequencies: Frequencies = field(default_factory=Frequencies)
    _held: dict[int, _Held] = field(default_factory=dict)
    _holding: dict[str, dict[int, float]] = field(default_factory=dict)
    """term → entry id → weight"""
    _spoken: dict[str, dict[str | None, dict[int, None]]] = field(default_factory=dict)
    """place or toll → language → entry ids"""
    _by_time: list[tuple[datetime, int]] = field(default_factory=list)
    """A heap, the oldest first; also of what is not held any more."""
    _stories: dict[int, dict[int, None]] = field(default_factory=dict)
    _asked: tuple[Telling, dict[str, float]] | None = None
    """The telling that was looked for last, with its vector; None once another came or went."""

    @classmethod
    def of(cls, tellings: Iterable[tuple[Telling, int]]) -> Window:
        """A window filled from the store: tellings with their stories, oldest first."""
        window = cls()
        for telling, story_id in tellings:
            window.add(telling, story_id)
        return window

    def __len__(self) -> int:
        return len(self._held)

    def add(self, telling: Telling, story_id: int) -> None:
        """Hold a telling; one that is held already is replaced."""
        self.remove(telling.entry_id)
        vector = self.vector_of(telling)
        self._asked = None
        self.frequencies.add(telling.terms)
        self._held[telling.entry_id] = _Held(telling, story_id, vector)
        for term, weight in vector.items():
            self._holding.setdefault(term, {})[telling.entry_id] = weight
            if term.startswith((PLACE, TOLL)):
                spoken = self._spoken.setdefault(term, {})
                spoken.setdefault(telling.language, {})[telling.entry_id] = None
        self._stories.setdefault(story_id, {})[telling.entry_id] = None
        heappush(self._by_time, (telling.at, telling.entry_id))

    def remove(self, entry_id: int) -> None:
        """Forget a telling; nothing happens when it is not held."""
        held = self._held.pop(entry_id, None)
        if held is None:
            return
        self._asked = None
        self.frequencies.remove(held.telling.terms)
        for term in held.vector:
            holding = self._holding[term]
            del holding[entry_id]
            if not holding:
                del self._holding[term]
                self._spoken.pop(term, None)
            elif term in self._spoken:
                self._spoken[term][held.telling.language].pop(entry_id)
        story = self._stories[held.story_id]
        del story[entry_id]
        if not story:
            del self._stories[held.story_id]

    def move(self, entry_id: int, story_id: int) -> None:
        """An operator split a story or merged two: the telling belongs to another story now."""
        held = self._held[entry_id]
        self.add(held.telling, story_id)

    def drop_before(self, moment: datetime) -> None:
        """Forget what is older: what the window does not hold costs nothing."""
        while self._by_time and self._by_time[0][0] < moment:
            at, entry_id = heappop(self._by_time)
            held = self._held.get(entry_id)
            if held is not None and held.telling.at == at:
                self.remove(entry_id)

    def story_of(self, entry_id: int) -> int:
        return self._held[entry_id].story_id

    def tellings_of(self, story_id: int) -> list[Telling]:
        """The held tellings of a story, oldest first."""
        held = self._held
        found = [held[entry_id].telling for entry_id in self._stories.get(story_id, ())]
        found.sort(key=attrgetter("at", "entry_id"))
        return found

    def size_of(self, story_id: int) -> int:
        """How many tellings of a story are held."""
        return len(self._stories.get(story_id, ()))

    def telling(self, entry_id: int) -> Telling:
        return self._held[entry_id].telling

    def vector_of(self, telling: Telling) -> dict[str, float]:
        """The vector of a telling that is not held yet, itself counted."""
        if self._asked is None or self._asked[0] is not telling:
            self._asked = telling, self.frequencies.vector(telling.terms, new=True)
        return self._asked[1]

    def nearest(self, vector: Mapping[str, float]) -> list[int]:
        """The entry ids of the held tellings that share most with a vector."""
        scores: defaultdict[int, float] = defaultdict(float)
        for term, weight in vector.items():
            holding = self._holding.get(term, {})
            if len(holding) <= COMMON_TERM:
                for entry_id, other in holding.items():
                    scores[entry_id] += weight * other
        # Hundreds share something: numbers alone are sorted fast, and say from which on it is much.
        greatest = sorted(scores.values(), reverse=True)[:MOST_COMPARED]
        least = greatest[-1] - 2 * 10**-DIGITS if greatest else 0.0
        much = [i for i, score in scores.items() if score >= least]
        return nlargest(MOST_COMPARED, much, key=lambda i: (round(scores[i], DIGITS), i))

    def cosine_of(self, entry_id: int, vector: Mapping[str, float]) -> float:
        """How alike a held telling and a vector are: 0 to 1."""
        return cosine(vector, self._held[entry_id].vector)

    def holding(self, term: str) -> tuple[int, ...]:
        """The entries that hold a term."""
        return tuple(self._holding.get(term, ()))

    def in_other_languages(self, term: str, language: str | None) -> Iterator[int]:
        """The entries in other languages that hold a place or a toll."""
        for spoken, entry_ids in self._spoken.get(term, {}).items():
            if spoken != language:
                yield from entry_ids
