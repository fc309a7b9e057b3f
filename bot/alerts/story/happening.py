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

from bot.alerts.story.doubts import Doubt, doubts
from bot.alerts.story.near_copies import StoryPolicy, StoryReason, choose_story
from bot.alerts.story.other_language import like_in_another_language, weighty
from bot.alerts.story.telling import (
    PLACE,
    TOLL,
    Telling,
)
from bot.alerts.story.window import Window
from storage.news.stories import StoryTitle

SHOWN_WORDS = 6
GREAT_TOLL = 10
"""Two happenings of one day hardly share a toll as great as this."""


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
    near = [
        (entry_id, cosine)
        for entry_id, cosine in window.nearest(vector)
        if abs(telling.at - window.telling(entry_id).at) <= policy.window
        and entry_id != telling.entry_id
    ]
    copy = _near_copy(telling, window, [entry_id for entry_id, _ in near], policy, copies)
    if copy is not None:
        return copy
    happening = _same_happening(telling, vector, window, near, policy)
    if happening is not None:
        return happening
    return _in_another_language(telling, window, policy) or Choice(None, Rule.NEW)


def _near_copy(
    telling: Telling,
    window: Window,
    near: Iterable[int],
    policy: HappeningPolicy,
    copies: StoryPolicy,
) -> Choice | None:
    told = {entry_id: window.telling(entry_id) for entry_id in near}
    recent = sorted(
        (t for t in told.values() if abs(telling.at - t.at) <= copies.window),
        key=lambda t: (t.at, t.entry_id),
    )
    titles = [StoryTitle(window.story_of(t.entry_id), t.title, t.family, t.link) for t in recent]
    chosen = choose_story(telling.title, telling.link, titles, copies)
    if chosen.story_id is None:
        return None
    rule = Rule.SAME_LINK if chosen.reason is StoryReason.SAME_LINK else Rule.SAME_TITLE
    like = max(
        (t for t in recent if window.story_of(t.entry_id) == chosen.story_id),
        key=lambda t: len(telling.terms.keys() & t.terms.keys()),
    )
    return _choice(telling, window, like.entry_id, rule, chosen.likeness / 100)


def _same_happening(
    telling: Telling,
    vector: dict[str, float],
    window: Window,
    near: Iterable[tuple[int, float]],
    policy: HappeningPolicy,
) -> Choice | None:
    of_story: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
    for entry_id, cosine in _in_likely_stories(telling, window, near, policy):
        other = window.telling(entry_id)
        likeness = cosine * _faded(telling, other, policy)
        said = doubts(telling, other, policy.growth)
        if said and telling.language != other.language:
            continue
        for doubt in said:
            likeness *= policy.factor(doubt)
        great = weighty(telling.own_tolls & other.own_tolls, GREAT_TOLL)
        likeness *= policy.same_toll ** min(len(great), 2)
        of_story[window.story_of(entry_id)].append((likeness, entry_id))
    best: tuple[float, int] | None = None
    for story_id, tellings in of_story.items():
        tellings.sort(reverse=True)
        asked = min(policy.support, window.size_of(story_id))
        mean = sum(likeness for likeness, _ in tellings[:asked]) / asked
        whole = (tellings[0][0] + mean) / 2
        if best is None or (whole, tellings[0][1]) > best:
            best = (whole, tellings[0][1])
    if best is None or best[0] < policy.least:
        return None
    return _choice(telling, window, best[1], Rule.SAME_HAPPENING, best[0], policy.growth)


def _in_likely_stories(
    telling: Telling, window: Window, near: Iterable[tuple[int, float]], policy: HappeningPolicy
) -> list[tuple[int, float]]:
    """Without the stories that are not enough like the entry even if nothing speaks against them
    and two tolls for them: what disagrees only takes from likeness."""
    near = list(near)
    least = policy.least / policy.same_toll**2
    likely = {
        window.story_of(entry_id)
        for entry_id, cosine in near
        if cosine * _faded(telling, window.telling(entry_id), policy) >= least
    }
    return [each for each in near if window.story_of(each[0]) in likely]


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
