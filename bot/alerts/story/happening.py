"""Which story an entry belongs to: a near copy's, the same happening's, or a new one. Pure.

Near copies come first (`stories`). Then the same happening: the likeness of words, places and
exact figures, faded by time; what disagrees takes from it. An entry joins the story that it is
like as a whole, not for one telling alone, so that stories do not chain from day to day. In
another language words cannot be compared: signal, place, figures and names must agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.alerts.story.names import shared_names
from bot.alerts.story.near_copies import StoryPolicy, StoryReason, choose_story
from bot.alerts.story.tellings import PLACE, TOLL, Telling, Window
from storage.stories import StoryTitle

SHOWN_WORDS = 6
GREAT_TOLL = 10
"""Two happenings of one day hardly share a toll as great as this."""
ENOUGH = 4
"""What must agree of two entries in different languages (`_in_another_language`)."""


class Rule(StrEnum):
    """Why an entry belongs to a story."""

    SAME_LINK = "same-link"
    SAME_TITLE = "same-title"
    SAME_HAPPENING = "same-happening"
    OTHER_LANGUAGE = "other-language"
    NEW = "new-story"


class Doubt(StrEnum):
    """What speaks against two entries telling the same."""

    SIGNALS = "other-signals"
    COUNTRIES = "other-country"
    DIVISIONS = "other-division"
    PLACES = "other-place"
    ELSEWHERE = "elsewhere"
    TARGETS = "other-target"
    WORDS_ALONE = "words-alone"
    DAYS = "other-day-of-war"
    TOLLS = "other-toll"
    ORDINALS = "other-one-of-a-series"


@dataclass(frozen=True, slots=True)
class HappeningPolicy:
    """`least`: the likeness (0 to 1) from which an entry joins. `half_life`: by then a telling's
    likeness counts half. `doubts`: what each disagreement multiplies likeness with."""

    window: timedelta = timedelta(hours=96)
    half_life: timedelta = timedelta(hours=48)
    least: float = 0.235
    support: int = 3
    """So many tellings of a story, the nearest, are asked."""
    other_language: timedelta = timedelta(hours=36)
    signals: float = 0.85
    countries: float = 0.6
    divisions: float = 0.6
    places: float = 0.75
    elsewhere: float = 0.35
    """Towns or divisions that differ, of which neither entry so much as names the other's."""
    days: float = 0.3
    tolls: float = 0.6
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
    most. `words`: what both say, as the new entry writes it; `places`, `tolls`: what both tell.
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


def doubts(one: Telling, other: Telling, growth: float) -> tuple[Doubt, ...]:
    """What two entries say differently where both say it."""
    found = []
    if not (
        one.signals & other.signals
        or one.where.finest & other.where.finest
        or one.tolls & other.tolls
    ):
        found.append(Doubt.WORDS_ALONE)
    if one.signals and other.signals and not one.signals & other.signals:
        found.append(Doubt.SIGNALS)
    place = _other_place(one, other)
    if place is not None:
        found.append(place)
    if one.war_days and other.war_days and not one.war_days & other.war_days:
        found.append(Doubt.DAYS)
    if one.targets and other.targets and not one.targets & other.targets:
        found.append(Doubt.TARGETS)
    if _other_toll(one, other, growth):
        found.append(Doubt.TOLLS)
    if _other_in_series(one, other) or _other_in_series(other, one):
        found.append(Doubt.ORDINALS)
    return tuple(found)


def _other_in_series(one: Telling, other: Telling) -> bool:
    """«الدفعة الثانية» and «الدفعة الثالثة»; a "second convoy" and a convoy that is none."""
    both = one.ordinals.keys() & other.ordinals.keys()
    if both and not any(one.ordinals[key] & other.ordinals[key] for key in both):
        return True
    return any(
        beside & other.terms.keys()
        and not any(value in other.ordinals.get(key, ()) for key in beside)
        for beside, value in one.title_ordinals
    )


def _other_place(told: Telling, beside: Telling) -> Doubt | None:
    one, other = told.where, beside.where
    if one.is_apart_from(other) and _strangers(told, beside):
        return Doubt.ELSEWHERE
    if one.countries and other.countries and not one.countries & other.countries:
        return Doubt.COUNTRIES
    if one.divisions and other.divisions and not one.divisions & other.divisions:
        return Doubt.DIVISIONS
    if one.finest and other.finest and one.is_apart_from(other):
        return Doubt.PLACES
    return None


def _strangers(one: Telling, other: Telling) -> bool:
    """Whether neither entry has a word of the names of the other's towns and divisions."""
    return (
        one.language == other.language
        and bool(one.where.named and other.where.named)
        and not one.where.named & other.terms.keys()
        and not other.where.named & one.terms.keys()
    )


def _other_toll(one: Telling, other: Telling, growth: float) -> bool:
    """Numbers of the same thing that are too far apart for an update."""
    for what, values in one.whole_tolls.items():
        theirs = other.whole_tolls.get(what)
        if theirs and _has_grown(one, values, other, theirs):
            continue
        if theirs and not any(max(a, b) <= growth * min(a, b) for a in values for b in theirs):
            return True
    return False


def _has_grown(
    one: Telling, values: frozenset[float], other: Telling, theirs: frozenset[float]
) -> bool:
    """Whether the one with more says that the toll has risen: «ارتفاع الحصيلة إلى 812»."""
    more = one if max(values) > max(theirs) else other
    return more.tells_growth


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
    for entry_id, cosine in near:
        other = window.telling(entry_id)
        age = abs(telling.at - other.at) / policy.half_life
        likeness = cosine * 0.5**age
        said = doubts(telling, other, policy.growth)
        if said and telling.language != other.language:
            continue
        for doubt in said:
            likeness *= policy.factor(doubt)
        great = _weighty(telling.own_tolls & other.own_tolls, GREAT_TOLL)
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


def _in_another_language(
    telling: Telling, window: Window, policy: HappeningPolicy
) -> Choice | None:
    """Signal, place, tolls and names agree, and nothing disagrees.

    A place counts two (its division one), a toll two, a name one; four are needed, a toll among
    them or three names at one place.
    """
    terms = [PLACE + place for place in telling.where.finest]
    terms += [TOLL + toll for toll in _weighty(telling.tolls)]
    best: tuple[int, int] | None = None
    for entry_id in {entry_id for term in terms for entry_id in window.holding(term)}:
        other = window.telling(entry_id)
        if (
            other.language == telling.language
            or abs(telling.at - other.at) > policy.other_language
            or not telling.signals & other.signals
            or doubts(telling, other, policy.growth)
        ):
            continue
        agreed = _agreement(telling, other)
        if agreed >= ENOUGH and (best is None or (agreed, entry_id) > best):
            best = (agreed, entry_id)
    if best is None:
        return None
    return _choice(telling, window, best[1], Rule.OTHER_LANGUAGE, 1.0, policy.growth)


def _agreement(one: Telling, other: Telling) -> int:
    place = 0
    if one.where.finest & other.where.around or other.where.finest & one.where.around:
        place = 2
    elif one.where.divisions & other.where.divisions:
        place = 1
    tolls = len(_weighty(one.tolls & other.tolls))
    names = min(len(shared_names(one, other)), 3)
    if not tolls and not (place == 2 and names == 3):
        return 0
    return place + 2 * tolls + names


def _weighty(tolls: Iterable[str], least: float = 3) -> list[str]:
    """Tolls that two happenings would hardly share: many happenings kill one or two."""
    return [toll for toll in tolls if float(toll.rsplit(" ", 1)[1]) >= least]


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
        tuple(sorted(t.removeprefix(TOLL) for t in shared if t.startswith(TOLL))),
        doubts(telling, other, growth),
    )
