"""What a story's reports count together, and when that, or where, is news."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.alerts.decide import Reason
from bot.alerts.growth import counted, growth, with_last_sent
from storage.alerts import AlertFigure
from storage.news.facts import Statement, StoredFigure, StoredPlace
from tests.storage.make import NOW


def said(family: str, *figures: StoredFigure, minutes: int = 0) -> Statement:
    return Statement(minutes + 1, family, family, NOW + timedelta(minutes=minutes), figures)


def killed(value: float, **more: object) -> StoredFigure:
    return StoredFigure("killed", value, **more)  # type: ignore[arg-type]


def test_a_toll_grows_from_the_first_number_to_the_highest_that_stands() -> None:
    (toll,) = counted([said("a", killed(12)), said("b", killed(19), minutes=5)])
    assert toll == AlertFigure(what="killed", first=12, latest=19)


def test_a_publisher_that_is_late_with_the_same_number_disputes_nothing() -> None:
    reports = [said("a", killed(12)), said("b", killed(12), minutes=1)]
    assert counted([*reports, said("a", killed(19), minutes=5)])[0].says == ()


def test_a_lower_number_after_a_higher_one_is_told_with_who_says_what() -> None:
    (toll,) = counted([said("a", killed(30)), said("b", killed(8), minutes=5)])
    assert (toll.latest, toll.says) == (30, (("a", 30), ("b", 8)))
    # One that corrects itself disagrees with nobody.
    (mended,) = counted([said("a", killed(30)), said("a", killed(8), minutes=5)])
    assert (mended.first, mended.latest, mended.says) == (30, 8, ())


def test_who_says_at_least_disputes_only_a_number_that_is_far_higher() -> None:
    near = [said("a", killed(25)), said("b", killed(22, at_least=True), minutes=5)]
    assert counted(near)[0].says == ()
    far = [said("a", killed(300)), said("b", killed(22, at_least=True), minutes=5)]
    assert counted(far)[0].says == (("a", 300), ("b", 22))


def test_a_bare_plural_gives_way_to_a_number_and_a_part_counts_for_no_total() -> None:
    dozens = killed(10, vague=True)
    (toll,) = counted([said("a", dozens), said("b", killed(4), killed(3, part=True), minutes=2)])
    assert (toll.first, toll.latest, toll.vague) == (4, 4, False)
    (only,) = counted([said("a", dozens)])
    assert (only.latest, only.vague) == (10, True)
    assert counted([said("a", killed(3, part=True))]) == ()


def test_the_upper_end_of_a_range_counts() -> None:
    assert counted([said("a", killed(10, max=15))])[0].latest == 15


def figure(latest: float, what: str = "killed") -> tuple[AlertFigure, ...]:
    return (AlertFigure(what=what, first=latest, latest=latest),)


@pytest.mark.parametrize(
    ("before", "after", "news"),
    [(12, 19, None), (12, 24, Reason.FIGURE_JUMPED), (1, 3, None), (None, 50, None)],
)
def test_a_figure_that_doubles_by_enough_is_news(
    before: float | None, after: float, news: Reason | None
) -> None:
    known = () if before is None else with_last_sent(figure(before), (), sent_now=True)
    assert growth(known, figure(after), (), ()) == news


def test_a_toll_that_creeps_is_news_once_it_doubled_what_was_told() -> None:
    known = with_last_sent(figure(12), (), sent_now=True)
    for number in (17, 22):
        assert growth(known, figure(number), (), ()) is None
        known = with_last_sent(figure(number), known, sent_now=False)
    assert growth(known, figure(25), (), ()) == Reason.FIGURE_JUMPED
    assert with_last_sent(figure(25), known, sent_now=True)[0].told == 25


def place(place_id: str, adm1: str | None = None) -> StoredPlace:
    country = place_id[:2]
    within = tuple(dict.fromkeys(each for each in (place_id, adm1, country) if each))
    return StoredPlace(place_id, country, adm1, "town", "clause", within, {"en": place_id})


NYALA, GENEINA, SUDAN = place("SDnyala", "SD-DS"), place("SDgeneina", "SD-DW"), place("SD")


@pytest.mark.parametrize(
    ("known", "told", "news"),
    [
        ([NYALA], [NYALA], None),
        ([NYALA], [SUDAN], None),
        ([NYALA], [GENEINA], Reason.PLACE_JOINED),
        ([NYALA], [place("TDadre", "TD-06")], Reason.PLACE_JOINED),
        ([], [NYALA], Reason.PLACE_LEARNT),
        ([SUDAN], [NYALA], Reason.PLACE_LEARNT),
        ([NYALA], [], None),
    ],
)
def test_another_place_is_news_and_a_finer_one_is_for_who_could_not_hear(
    known: list[StoredPlace], told: list[StoredPlace], news: Reason | None
) -> None:
    assert growth((), (), known, told) == news
