"""Which story an entry belongs to: a near copy's, the same happening's, or a new one. Pure.

Near copies come first (`stories`). Then the same happening: the likeness of words, places and
exact figures, faded by time; what disagrees takes from it. An entry joins the story that it is
like as a whole, not for one telling alone, so that stories do not chain from day to day. In
another language words cannot be compared: signal, place, numbers and names must agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from operator import attrgetter

from bot.alerts.story.comparing.doubts import Doubt, doubts
from bot.alerts.story.comparing.near_copies import StoryPolicy, StoryReason, choose_story
from bot.alerts.story.comparing.other_language import like_in_another_language, weighty
from bot.alerts.story.comparing.telling import (
    PLACE,
    TOLL,
    Telling,
)
from bot.alerts.story.comparing.window import Window
from storage.news.stories import StoryTitle

SHOWN_WORDS = 6
GREAT_TOLL = 10
"""Two happenings of one day hardly share a toll as great as this."""
ROUNDED = 1e-9
"""What the same numbers may differ by, multiplied in another order."""


class Rule(StrEnum):
    """Why an entry belongs to a story."""

    SAME_LINK = "same-link"
    SAME_TITLE = "same-title"
    SAME_HAPPENING = "same-happening"
    OTHER_LANGUAGE = "other-language"
    NEW = "new-story"


@dataclass(frozen=True, slots=True)
class HappeningPolicy:
    """`least`: the likeness (0 to 1) from which an entry joins. `half_life`: by then a telling's
    likeness counts half. `doubts`: what each disagreement multiplies likeness with."""

    window: timedelta = timedelta(hours=96)
    half_life: timedelta = timedelta(hours=48)
    least: float = 0.235
    support: int = 3
    """So many tellings of a story, the nearest, are asked."""
    other_language: timedelta = timedelta(hours=24)
    signals: float = 0.85
    countries: float = 0.6
    divisions: float = 0.6
    places: float = 0.75
    elsewhere: float = 0.35
    """Towns or divisions that differ, of which neither entry so much as names the other's."""
    days: float = 0.3
    tolls: float = 0.6
    counts: float = 0.6
    ordinals: float = 0.3
    before: float = 0.3
    targets: float = 0.6
    words_alone: float = 0.8
    same_toll: float = 1.4
    """What each exact toll that both tell multiplies likeness with, up to two of them."""
    growth: float = 1.7
    """A toll that grew by no more than this may be an update."""

    def factor(self, doubt: Doubt) -> float:
        return float(getattr(self, doubt.name.lower()))


@dataclass(frozen=True, slots=True)
class Choice:
    """The story to join, or None for a new one; and why.

    `likeness` is 0 to 1 (of near copies: that of the titles). `like`: the entry that it is like
    most. `words`: what both say, as the new entry writes it; `places`, `tolls` (and what else is
    counted): what both tell.
    `doubts`: what disagrees all the same.
    """

    story_id: int | None
    rule: Rule
    likeness: float = 0.0
    like: int | None = None
    words: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    tolls: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def story_for(
    telling: Telling, window: Window, policy: HappeningPolicy, copies: StoryPolicy
) -> Choice:
    """The story of an entry among those whose tellings the window holds.

    Depends on what the window holds, not on the order in which it was put there.
    """
    vector = window.vector_of(telling)
    near = _within(telling, map(window.telling, window.nearest(vector)), policy.window)
    copy = _near_copy(telling, window, near, copies)
    if copy is not None:
        return copy
    happening = _same_happening(telling, vector, window, near, policy)
    if happening is not None:
        return happening
    return _in_another_language(telling, window, policy) or Choice(None, Rule.NEW)


def _within(telling: Telling, others: Iterable[Telling], apart: timedelta) -> list[Telling]:
    """Those of other entries that were told so far apart from an entry, at most."""
    since, until = telling.at - apart, telling.at + apart
    own = telling.entry_id
    return [each for each in others if since <= each.at <= until and each.entry_id != own]


def _near_copy(
    telling: Telling,
    window: Window,
    near: Iterable[Telling],
    copies: StoryPolicy,
) -> Choice | None:
    recent = _within(telling, near, copies.window)
    recent.sort(key=attrgetter("at", "entry_id"))
    titles = [StoryTitle(window.story_of(t.entry_id), t.title, t.family, t.link) for t in recent]
    chosen = choose_story(telling.title, telling.link, titles, copies)
    if chosen.story_id is None:
        return None
    said = telling.terms.keys()
    rule = Rule.SAME_LINK if chosen.reason is StoryReason.SAME_LINK else Rule.SAME_TITLE
    like = max(
        (t for t in recent if window.story_of(t.entry_id) == chosen.story_id),
        key=lambda t: len(said & t.terms.keys()),
    )
    return _choice(telling, window, like.entry_id, rule, chosen.likeness / 100)


def _same_happening(
    telling: Telling,
    vector: dict[str, float],
    window: Window,
    near: Iterable[Telling],
    policy: HappeningPolicy,
) -> Choice | None:
    of_story: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
    for other in near:
        cosine = window.cosine_of(other.entry_id, vector)
        by_words = cosine * _faded(telling, other, policy)
        of_story[window.story_of(other.entry_id)].append((by_words, other.entry_id))
    tolls = weighty(telling.own_tolls, GREAT_TOLL)
    most = policy.same_toll ** min(len(tolls), 2)
    stories = [
        (_whole(likenesses, window.size_of(story_id), policy)[0] * most, story_id)
        for story_id, likenesses in of_story.items()
    ]
    best = (policy.least, -1)
    # Those first that can be most like it. What disagrees only takes from likeness: from the first
    # one on that cannot be the best even if nothing did, nobody asks what does.
    for could_be, story_id in sorted(stories, reverse=True):
        if could_be < best[0] - ROUNDED:
            break
        judged = _judged(telling, window, of_story[story_id], policy)
        if judged:
            best = max(best, _whole(judged, window.size_of(story_id), policy))
    whole, like = best
    if like < 0:
        return None
    return _choice(telling, window, like, Rule.SAME_HAPPENING, whole, policy.growth)


def _judged(
    telling: Telling, window: Window, by_words: list[tuple[float, int]], policy: HappeningPolicy
) -> list[tuple[float, int]]:
    """How like an entry the tellings of a story are, with what disagrees and what both count."""
    found = []
    for likeness, entry_id in by_words:
        other = window.telling(entry_id)
        said = doubts(telling, other, policy.growth)
        if said and telling.language != other.language:
            continue
        for doubt in said:
            likeness *= policy.factor(doubt)
        great = weighty(telling.own_tolls & other.own_tolls, GREAT_TOLL)
        found.append((likeness * policy.same_toll ** min(len(great), 2), entry_id))
    return found


def _whole(
    likenesses: list[tuple[float, int]], size: int, policy: HappeningPolicy
) -> tuple[float, int]:
    """How like an entry a story of that size is, and which of its tellings is most."""
    likenesses = sorted(likenesses, reverse=True)
    asked = min(policy.support, size)
    mean = sum(likeness for likeness, _ in likenesses[:asked]) / asked
    return (likenesses[0][0] + mean) / 2, likenesses[0][1]


def _faded(one: Telling, other: Telling, policy: HappeningPolicy) -> float:
    """What time leaves of a likeness."""
    return float(0.5 ** (abs(one.at - other.at) / policy.half_life))


def _in_another_language(
    telling: Telling, window: Window, policy: HappeningPolicy
) -> Choice | None:
    like = like_in_another_language(telling, window, policy.other_language, policy.growth)
    if like is None:
        return None
    return _choice(telling, window, like, Rule.OTHER_LANGUAGE, 1.0, policy.growth)


def _choice(
    telling: Telling,
    window: Window,
    like: int,
    rule: Rule,
    likeness: float,
    growth: float = 1.7,
) -> Choice:
    other = window.telling(like)
    rarity = window.frequencies.rarity
    shared = sorted(
        telling.terms.keys() & other.terms.keys(),
        key=lambda t: (-rarity(t) * min(telling.terms[t], other.terms[t]), t),
    )
    words = [telling.written[t] for t in shared if t in telling.written]
    return Choice(
        window.story_of(like),
        rule,
        likeness,
        like,
        tuple(words[:SHOWN_WORDS]),
        tuple(sorted(t.removeprefix(PLACE) for t in shared if t.startswith(PLACE))),
        (
            *sorted(t.removeprefix(TOLL) for t in shared if t.startswith(TOLL)),
            *sorted(telling.counts & other.counts),
        ),
        doubts(telling, other, growth),
    )
