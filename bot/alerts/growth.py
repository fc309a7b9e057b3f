"""How a story grows: what its reports count together, and whether that, or where, is news. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.alerts.decide import Reason
from storage.alerts import AlertFigure
from storage.news.facts import Statement, StoredFigure, StoredPlace

COUNTED = ("killed", "wounded", "missing", "displaced", "people_in_need")
# A figure that doubles is news from so many more on.
LEAST_JUMP = {
    "killed": 5.0,
    "wounded": 10.0,
    "missing": 5.0,
    "displaced": 1_000.0,
    "people_in_need": 10_000.0,
}
MOST_SAID = 3
FAR = 2
"""Who says "at least" contradicts a number that is so many times as high."""


@dataclass(frozen=True, slots=True)
class _Said:
    family: str
    value: float
    at_least: bool
    vague: bool


def counted(statements: Sequence[Statement]) -> tuple[AlertFigure, ...]:
    """What a story's reports (oldest first) count: the first number and the one that stands now.

    The latest of each publisher family counts, and the highest of these stands: tolls grow, and
    not everybody keeps up. Where a newer report of another family gives a lower number, they
    disagree, and each is named with its own; "at least 22" does only where it is far from 50. Bare
    plurals ("dozens") count only where nobody gives a number.
    """
    found = []
    for what in COUNTED:
        said = [each for statement in statements for each in _total(statement, what)]
        exact = [each for each in said if not each.vague] or said
        if not exact:
            continue
        latest = {each.family: each for each in exact}
        standing = max(latest.values(), key=lambda each: each.value)
        after = exact[_last(exact, standing) + 1 :]
        lower = {each.family: each for each in after if each.family != standing.family}
        disagree = [each for each in lower.values() if _disagrees(each, standing)]
        says = [(each.family, each.value) for each in (standing, *disagree)] if disagree else []
        found.append(
            AlertFigure(
                what=what,
                first=exact[0].value,
                latest=standing.value,
                at_least=standing.at_least,
                vague=standing.vague,
                says=tuple(says[:MOST_SAID]),
            )
        )
    return tuple(found)


def with_last_sent(
    figures: Sequence[AlertFigure], before: Sequence[AlertFigure], *, sent_now: bool
) -> tuple[AlertFigure, ...]:
    """The figures, each with what readers were told of it: these, or what they were told before."""
    known = {each.what: each.told for each in before}
    return tuple(
        replace(each, told=each.latest if sent_now else known.get(each.what)) for each in figures
    )


def growth(
    before: Sequence[AlertFigure],
    after: Sequence[AlertFigure],
    known: Sequence[StoredPlace],
    told: Sequence[StoredPlace],
) -> Reason | None:
    """Why a report that says nothing else new is news all the same, if it is.

    A toll is measured by what readers were told, not by what was reported since: one that creeps
    doubles too.
    """
    if any(_jumped(each, before) for each in after):
        return Reason.FIGURE_JUMPED
    if known and any(_elsewhere(place, known) for place in told):
        return Reason.PLACE_JOINED
    if any(place.place_id not in _ids(known) for place in told):
        return Reason.PLACE_LEARNT
    return None


def _total(statement: Statement, what: str) -> list[_Said]:
    """The number of all, not of a part, that a report gives: the exact one, else the highest."""
    totals = [f for f in statement.figures if f.what == what and not f.part]
    if not totals:
        return []
    best = max(totals, key=lambda f: (not f.vague, _most(f)))
    return [_Said(statement.family, _most(best), best.at_least, best.vague)]


def _disagrees(one: _Said, standing: _Said) -> bool:
    least = standing.value / FAR if one.at_least else standing.value
    return one.value < standing.value and one.value <= least


def _most(figure: StoredFigure) -> float:
    return figure.value if figure.max is None else figure.max


def _last(said: Sequence[_Said], one: _Said) -> int:
    return max(place for place, each in enumerate(said) if each is one)


def _jumped(now: AlertFigure, before: Sequence[AlertFigure]) -> bool:
    known = next((each.told for each in before if each.what == now.what), None)
    if known is None:
        return False
    return now.latest >= 2 * known and now.latest - known >= LEAST_JUMP[now.what]


def _elsewhere(place: StoredPlace, known: Sequence[StoredPlace]) -> bool:
    """Whether it is in another country, or another division than all that are known there."""
    same = [each for each in known if each.country == place.country]
    if not same:
        return True
    divisions = {each.adm1 for each in same}
    return place.adm1 is not None and None not in divisions and place.adm1 not in divisions


def _ids(places: Iterable[StoredPlace]) -> frozenset[str]:
    return frozenset(each for place in places for each in place.within)
