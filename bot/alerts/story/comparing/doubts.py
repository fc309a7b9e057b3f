"""What speaks against two entries telling the same happening. Pure."""

from __future__ import annotations

from enum import StrEnum

from bot.alerts.story.comparing.telling import Telling

SOME, MANY = 3, 10
NEARLY = 1.1
"""Tolls of many that differ by no more are the same, counted twice."""


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
    COUNTS = "other-count"
    ORDINALS = "other-one-of-a-series"
    BEFORE = "told-as-before"


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
    if _count_otherwise(one, other):
        found.append(Doubt.COUNTS)
    if _other_in_series(one, other) or _other_in_series(other, one):
        found.append(Doubt.ORDINALS)
    if place is None and (_told_as_before(one, other) or _told_as_before(other, one)):
        found.append(Doubt.BEFORE)
    return tuple(found)


def _told_as_before(one: Telling, other: Telling) -> bool:
    """Whether one says that what the other tells went before: "days after a crash killed 76"."""
    return bool(one.whole_tolls and other.own_tolls and one.tolls_before & other.own_tolls)


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
    """Numbers of the same thing that are too far apart for an update; where as many are dead, how
    many are hurt may be told as it likes."""
    mine, deaths = (one_or_other.whole_tolls.get("killed") for one_or_other in (one, other))
    if mine and deaths and any(_as_many(a, b) for a in mine for b in deaths):
        return False
    for what, values in one.whole_tolls.items():
        theirs = other.whole_tolls.get(what)
        if theirs and _has_grown(one, values, other, theirs):
            continue
        if theirs and not any(max(a, b) <= growth * min(a, b) for a in values for b in theirs):
            return True
    return False


def _as_many(one: float, other: float) -> bool:
    least, most = sorted((one, other))
    return least == most >= SOME or (least >= MANY and most <= NEARLY * least)


def _has_grown(
    one: Telling, values: frozenset[float], other: Telling, theirs: frozenset[float]
) -> bool:
    """Whether the one with more says that the toll has risen: «ارتفاع الحصيلة إلى 812»."""
    more = one if max(values) > max(theirs) else other
    return more.tells_growth


def _count_otherwise(one: Telling, other: Telling) -> bool:
    """Whether both count one kind of thing, and no number of it is the same in both."""
    kinds = {each.rsplit(" ", 1)[0] for each in one.counts}
    for kind in kinds & {each.rsplit(" ", 1)[0] for each in other.counts}:
        if not any(each.startswith(f"{kind} ") for each in one.counts & other.counts):
            return True
    return False
