"""Which entry in another language tells the same. Pure.

Words cannot be compared: signal, place, numbers and names must agree.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from bot.alerts.story.comparing.doubts import doubts
from bot.alerts.story.comparing.names import shared_names
from bot.alerts.story.comparing.telling import (
    PLACE,
    TOLL,
    Telling,
)
from bot.alerts.story.comparing.window import Window

GREAT = 10
"""A number that two happenings of one country on one day would hardly share."""
ENOUGH = 4
"""What must agree of two entries in different languages (`_agreement`)."""


def like_in_another_language(
    telling: Telling, window: Window, within: timedelta, growth: float
) -> int | None:
    """The entry in another language that agrees most in signal, place, numbers and names, if enough
    of them agree and nothing disagrees.

    `within`: so far apart they may be. A toll that grew by no more than `growth` may be an update.
    """
    terms = [PLACE + place for place in telling.where.terms]
    terms += [TOLL + toll for toll in weighty(telling.tolls)]
    best: tuple[int, int] | None = None
    spoken = telling.language
    for entry_id in {each for term in terms for each in window.in_other_languages(term, spoken)}:
        other = window.telling(entry_id)
        if (
            abs(telling.at - other.at) > within
            or not telling.signals & other.signals
            or doubts(telling, other, growth)
        ):
            continue
        agreed = _agreement(telling, other)
        if agreed < ENOUGH and _alone_there(telling, other, window, within):
            agreed = _agreement(telling, other, alone=True)
        if agreed >= ENOUGH and (best is None or (agreed, entry_id) > best):
            best = (agreed, entry_id)
    return None if best is None else best[1]


def _agreement(one: Telling, other: Telling, *, alone: bool = False) -> int:
    """How much agrees of two entries that share a signal; ENOUGH joins them.

    A place counts two (its division one), a number that both give to one thing two, a name one, a
    second signal one, the kind of thing that is struck or served one. A number must be among them,
    or three names at one place, or the place is the one story's `alone`.
    """
    place = 0
    if one.where.finest & other.where.around or other.where.finest & one.where.around:
        place = 2
    elif one.where.divisions & other.where.divisions:
        place = 1
    shared = {_value(each) for each in weighty(_numbers(one) & _numbers(other))}
    numbers = len(shared)
    if not place and numbers > 1 and max(shared) >= GREAT and _only_country(one, other):
        # "15 starved in Gaza, four of them children": neither says where in it.
        place = 1
    names = min(len(shared_names(one, other)), 3)
    if not (place and numbers) and not (place == 2 and (names == 3 or alone)):
        return 0
    beside = (len(one.signals & other.signals) > 1) + bool(one.targets & other.targets)
    if alone and not numbers:
        # One name may be that of the province.
        names = max(names - 1, 0)
    return place + 2 * numbers + names + beside + alone


def _only_country(one: Telling, other: Telling) -> bool:
    """Whether both name one country, the same, and nothing in it."""
    where, there = one.where, other.where
    finer = where.divisions or where.finest or there.divisions or there.finest
    return len(where.countries) == 1 and where.countries == there.countries and not finer


def _numbers(telling: Telling) -> frozenset[str]:
    return telling.tolls | telling.counts


def _alone_there(one: Telling, other: Telling, window: Window, within: timedelta) -> bool:
    """Whether the other's story is the only one of late with such a signal at that very place.

    Of sieges and shortages, which a town has one of; tolls say that there may be many raids.
    """
    shared = one.where.finest & other.where.finest
    if not shared or one.own_tolls or other.own_tolls:
        return False
    there = {entry_id for place in shared for entry_id in window.holding(PLACE + place)}
    near = [
        entry_id
        for entry_id in there
        if window.telling(entry_id).signals & one.signals
        and abs(window.telling(entry_id).at - one.at) <= within
    ]
    return {window.story_of(entry_id) for entry_id in near} == {window.story_of(other.entry_id)}


def weighty(tolls: Iterable[str], least: float = 3) -> list[str]:
    """Numbers that two happenings would hardly share: many happenings kill one or two."""
    return [toll for toll in tolls if _value(toll) >= least]


def _value(number: str) -> float:
    return float(number.rsplit(" ", 1)[1])
