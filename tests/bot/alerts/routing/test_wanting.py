"""Which subscriptions want an alert, and which topics are told of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.alerts.routing.route import News, route
from bot.alerts.routing.wanting import seen_in, words_of
from storage.news.facts import StoredPlace
from storage.readers.subscriptions import Subscription
from storage.sending.outbox import NewDelivery, Recipient
from tests.bot.alerts.routing.test_route import ALERT
from tests.storage.make import NOW, chat, told

SUDAN = StoredPlace("nyala", "SD", "SD-DS", "city", "text", ("nyala", "SD-DS", "SD"), {})
HERE = replace(ALERT, places=(SUDAN,))
ASKS = Subscription(-5, signals=frozenset({"siege"}), lowest_level="info")


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, True),
        ({"everything": True, "signals": frozenset()}, True),
        ({"signals": frozenset({"evacuation"})}, False),
        ({"places": {"SD": {}}}, True),
        ({"places": {"YE": {}}}, False),
        ({"lowest_level": "critical"}, False),
        ({"paused": True}, False),
        ({"delivery": "daily"}, False),
        ({"include": ("كوليرا", "ملاريا")}, True),
        ({"include": ("ملاريا",)}, False),
        ({"exclude": ("ملاريا",)}, True),
        ({"exclude": ("كوليرا",)}, False),
        ({"include": ("كوليرا",), "exclude": ("كوليرا",)}, False),
    ],
    ids=str,
)
def test_every_filter_of_a_subscription_must_let_it_pass(
    changes: dict[str, object], wanted: bool
) -> None:
    asks = replace(ASKS, **changes)  # type: ignore[arg-type]
    assert bool(owed(asks, words=frozenset({"كوليرا"}))) is wanted


def test_no_place_is_nothing_for_who_chose_places() -> None:
    group = replace(chat(-5), subscriptions=(replace(ASKS, places={"SD": {}}),))
    nowhere = replace(HERE, signals=(told("siege", level="critical"),), places=())
    news = [News("siege", "critical")]
    assert route(nowhere, news, "everyone", [group], frozenset(), NOW) == ()


def owed(
    *asks: Subscription,
    level: str = "alert",
    earlier: frozenset[Recipient] = frozenset(),
    words: frozenset[str] = frozenset(),
    joined: bool = False,
) -> list[NewDelivery]:
    group = replace(chat(-5), subscriptions=asks)
    alert = replace(HERE, signals=(told("siege", level=level),), version=2 if earlier else 1)
    news = [News("siege", level, joined)]
    return list(route(alert, news, "everyone", [group], earlier, NOW, words))


def test_each_topic_is_told_once_however_many_of_its_subscriptions_want_it() -> None:
    elsewhere = replace(ASKS, thread_id=44)
    rows = owed(
        ASKS, replace(ASKS, everything=True), elsewhere, replace(elsewhere, everything=True)
    )
    assert [row.recipient for row in rows] == [Recipient(-5), Recipient(-5, 44)]


def test_what_waits_for_a_digest_comes_at_once_only_when_it_is_critical() -> None:
    daily, hourly = replace(ASKS, delivery="daily"), replace(ASKS, thread_id=44, delivery="hourly")
    assert owed(daily, hourly) == []
    assert len(owed(daily, hourly, level="critical")) == 2
    assert owed(replace(daily, paused=True), level="critical") == []
    assert [row.recipient for row in owed(daily, ASKS)] == [Recipient(-5)]


def test_who_was_told_reads_the_end_of_it_whatever_the_later_words_and_delivery() -> None:
    asks = replace(ASKS, delivery="daily", exclude=("رياضة",), lowest_level="critical")
    here = frozenset({Recipient(-5)})
    (row,) = owed(asks, level="watch", earlier=here, words=frozenset({"رياضة"}))
    assert row.kind == "update"
    assert owed(asks, level="watch", words=frozenset({"رياضة"})) == []
    assert owed(replace(asks, thread_id=44), level="watch", earlier=here) == [], "another topic"


def test_a_signal_that_joins_keeps_to_the_digest_of_who_asked_for_one() -> None:
    both = replace(HERE, signals=(told("evacuation"), told("siege", level="watch")), version=2)
    now = Subscription(-5, signals=frozenset({"siege"}), lowest_level="info")
    daily = Subscription(-5, signals=frozenset({"evacuation"}), delivery="daily")
    group = replace(chat(-5), subscriptions=(now, daily))
    news = [News("evacuation", "alert", joined=True)]
    earlier = frozenset({Recipient(-5)})
    assert route(both, news, "everyone", [group], earlier, NOW) == ()
    at_once = replace(group, subscriptions=(now, replace(daily, delivery="now")))
    assert len(route(both, news, "everyone", [at_once], earlier, NOW)) == 1


def test_a_graver_signal_of_a_filter_that_does_not_fit_raises_no_level() -> None:
    both = replace(HERE, signals=(told("siege", level="critical"), told("evacuation")))
    away = replace(ASKS, places={"YE": {}})
    near = replace(ASKS, signals=frozenset({"evacuation"}))
    group = replace(chat(-5), subscriptions=(away, near))
    news = [News("siege", "critical"), News("evacuation", "alert")]
    (row,) = route(both, news, "everyone", [group], frozenset(), NOW)
    assert row.level == "alert"
    assert [each.signal for each in seen_in(group, None, both).signals] == ["evacuation"]


def test_words_of_paused_subscriptions_are_not_looked_for() -> None:
    asks = replace(ASKS, include=("كوليرا",), exclude=("رياضة",))
    paused = replace(ASKS, include=("ملاريا",), paused=True)
    assert words_of([replace(chat(-5), subscriptions=(asks, paused))]) == {"كوليرا", "رياضة"}
