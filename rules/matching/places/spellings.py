"""Names that are written almost like a given one, without comparing it to every name there is.

Each name is filed under its pairs of letters. Of a misspelled name some pairs are right: the names
that share most of them are few, and those alone are compared letter by letter.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from heapq import nlargest
from itertools import chain

from rapidfuzz import fuzz, process

from rules.matching.places.gazetteer import Gazetteer

CANDIDATES = 250
"""Names that share most pairs of letters with what was written, and are compared with it."""
LONGEST = 60
"""Letters of what was written: no name has more."""
_WORDS = 3

Scorer = Callable[..., float]


class Spellings:
    """Names by their pairs of letters, and in the order of the alphabet. Never changes."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = sorted(names)
        self._pairs = [len(_pairs(name)) for name in self._names]
        self._having: dict[str, list[int]] = {}
        for number, name in enumerate(self._names):
            for pair in _pairs(name):
                self._having.setdefault(pair, []).append(number)

    def like(
        self, key: str, limit: int, least: float, scorer: Scorer = fuzz.ratio
    ) -> list[tuple[str, float]]:
        """Names that the scorer gives `least` or more of 100, the likest first."""
        names = self._candidates(key[:LONGEST])
        found = process.extract(key, names, scorer=scorer, limit=limit, score_cutoff=least)
        return [(name, score) for name, score, _ in found]

    def begun(self, beginning: str, limit: int) -> list[str]:
        """Names that begin so, in the order of the alphabet."""
        first = bisect_left(self._names, beginning)
        found = self._names[first : first + limit]
        return [name for name in found if name.startswith(beginning)]

    def _candidates(self, key: str) -> list[str]:
        found = dict.fromkeys(self._sharing(key))
        words = key.split()
        if len(words) > 1:  # «مدينه حلبب»: the name may be one word of it
            found |= dict.fromkeys(each for word in words[:_WORDS] for each in self._sharing(word))
        return list(found)

    def _sharing(self, key: str) -> list[str]:
        own = _pairs(key)
        shared = Counter(chain.from_iterable(self._having.get(pair, ()) for pair in own))

        def likeness(number: int) -> float:
            return shared[number] / (len(own) + self._pairs[number])

        # A name with every fourth letter wrong still shares a third of its pairs.
        least = max(1, len(own) // 3)
        near = [number for number, pairs in shared.items() if pairs >= least]
        return [self._names[number] for number in nlargest(CANDIDATES, near, key=likeness)]


def _pairs(name: str) -> set[str]:
    edged = f" {name} "
    return {edged[at : at + 2] for at in range(len(edged) - 1)}


_LAST: list[tuple[Gazetteer, Spellings]] = []


def spellings_of(gazetteer: Gazetteer) -> Spellings:
    """The spellings of a gazetteer's names; half a second for a gazetteer that is new."""
    for known, spellings in _LAST[-1:]:
        if known is gazetteer:
            return spellings
    made = Spellings(gazetteer.keys)
    _LAST[:] = [(gazetteer, made)]
    return made
