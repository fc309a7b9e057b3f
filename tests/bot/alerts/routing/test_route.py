from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.decide import rank
from bot.alerts.routing.route import News, route
from rules.matching.levels import LADDER
from storage.alerts import Alert
from storage.news.facts import StoredPlace
from storage.readers.chats import Chat
from storage.sending.outbox import NewDelivery, Recipient
from tests.storage.make import NOW, alert_text, chat, told

ALERT = Alert(
    id=1,
    short_id="A1",
    story_id=1,
    version=1,
    created_at=NOW,
    updated_at=NOW,
    signals=(told("siege"),),
    **asdict(alert_text(1)),
)
SIEGE = News("siege", "alert")
TOLD_1 = frozenset({Recipient(1)})


def rows(
    *chats: Chat, earlier: frozenset[Recipient] = frozenset(), level: str = "alert", **alert: Any
) -> list[NewDelivery]:
    told_now = replace(ALERT, signals=(told("siege", level=level),), **alert)
    return list(route(told_now, [News("siege", level)], "everyone", chats, earlier, NOW))


def test_an_alert_goes_to_chats_that_subscribed_to_its_signal() -> None:
    found = rows(chat(1, "siege", "evacuation"), chat(2, "evacuation"))
    assert [row.chat_id for row in found] == [1]
    row = found[0]
    assert (row.alert_id, row.kind, row.version, row.level) == (1, "alert", 1, "alert")
    assert (row.state, row.not_before) == ("pending", NOW)


@pytest.mark.parametrize(("lowest", "goes"), [("info", 1), ("alert", 1), ("critical", 0)])
def test_the_lowest_level_of_a_chat_is_kept(lowest: str, goes: int) -> None:
    assert len(rows(chat(1, "siege", lowest_level=lowest))) == goes


def test_rows_of_a_chat_that_cannot_be_reached_are_held() -> None:
    assert [row.state for row in rows(chat(1, "siege", state="paused"))] == ["paused"]


def test_an_update_goes_to_who_was_told_and_is_an_alert_to_the_others() -> None:
    found = rows(chat(1, "siege"), chat(2, "siege"), earlier=TOLD_1, version=2)
    assert [(row.kind, row.version) for row in found] == [("update", 2), ("alert", 2)]


def test_who_read_the_alarm_reads_its_end_at_any_level() -> None:
    strict = chat(1, "siege", lowest_level="critical")
    assert len(rows(strict, earlier=TOLD_1, version=2)) == 1
    left = chat(1, "evacuation")
    assert rows(left, earlier=TOLD_1, version=2) == [], "but not after unsubscribing"


GRAVE = replace(ALERT, version=2, signals=(told("siege", level="critical"), told("evacuation")))


def recipients(
    news: News, *chats: Chat, earlier: frozenset[Recipient]
) -> list[tuple[int, str, str]]:
    found = route(GRAVE, [news], "everyone", chats, earlier, NOW)
    return [(row.chat_id, row.kind, row.level) for row in found]


def test_a_lesser_signal_wakes_nobody_who_knows_of_the_graver_one() -> None:
    both, lesser = chat(1, "siege", "evacuation"), chat(2, "evacuation")
    graver = chat(3, "siege")
    joined = News("evacuation", "alert", joined=True)
    # Who chose the lesser one alone hears of it, judged by that one.
    assert recipients(
        joined, both, lesser, graver, earlier=frozenset({Recipient(1), Recipient(3)})
    ) == [(2, "alert", "alert")]
    # A second signal as grave as the first, and a turn of what was told, are news.
    assert recipients(replace(joined, level="critical"), both, earlier=TOLD_1) == [
        (1, "update", "critical")
    ]
    assert recipients(replace(joined, joined=False), both, earlier=TOLD_1) == [
        (1, "update", "critical")
    ]


def test_a_joined_signal_keeps_to_the_lowest_level_of_a_chat_that_was_told() -> None:
    strict = chat(1, "siege", "evacuation", lowest_level="critical")
    over = replace(
        GRAVE, signals=(told("evacuation"), told("siege", level="watch", direction="improving"))
    )
    news = [News("evacuation", "alert", joined=True)]
    assert route(over, news, "everyone", [strict], TOLD_1, NOW) == ()


def test_an_alert_on_test_goes_to_operators_only() -> None:
    chats = [chat(1, "siege"), chat(2, "evacuation", role="operator"), chat(3, role="operator")]
    found = route(ALERT, [SIEGE], "operators", chats, frozenset(), NOW)
    assert [row.chat_id for row in found] == [2, 3]


CHATS = st.lists(
    st.builds(
        chat,
        st.integers(1, 50),
        signals=st.frozensets(st.sampled_from(["siege", "evacuation"])),
        lowest_level=st.sampled_from(LADDER),
        state=st.sampled_from(["active", "paused"]),
        role=st.sampled_from(["subscriber", "operator"]),
    ),
    unique_by=lambda each: each.id,
    max_size=8,
)


@given(CHATS, st.sampled_from(LADDER), st.frozensets(st.integers(1, 50).map(Recipient)))
def test_every_chat_that_wants_it_gets_it_once(
    chats: list[Chat], level: str, earlier: frozenset[Recipient]
) -> None:
    found = [row.chat_id for row in rows(*chats, earlier=earlier, level=level)]
    assert len(found) == len(set(found))
    for each in chats:
        wanted = "siege" in each.signals and (
            Recipient(each.id) in earlier or rank(level) >= rank(each.lowest_level)
        )
        assert (each.id in found) == wanted


PLACES = st.lists(
    st.sampled_from(["SD", "SD-DS", "nyala", "SY", "SY-HL", "aleppo"]), max_size=4
).map(frozenset)


@given(
    CHATS,
    PLACES,
    st.lists(PLACES.map(tuple), max_size=3),
    st.sampled_from(LADDER),
    st.frozensets(st.integers(1, 50).map(Recipient)),
    st.booleans(),
)
def test_a_chat_that_chose_places_gets_nothing_of_elsewhere_whatever_the_news(
    chats: list[Chat],
    chosen: frozenset[str],
    within: list[tuple[str, ...]],
    level: str,
    earlier: frozenset[Recipient],
    joined: bool,
) -> None:
    places = tuple(StoredPlace("x", "SD", None, "town", "clause", each, {}) for each in within)
    there = any(chosen & set(each) for each in within)
    alert = replace(ALERT, signals=(told("siege", level=level),), places=places)
    news = [News("siege", level, joined)]
    picky = [
        replace(
            each,
            subscriptions=tuple(
                replace(one, places={place: {} for place in chosen}) for one in each.subscriptions
            ),
        )
        for each in chats
    ]
    found = route(alert, news, "everyone", picky, earlier, NOW)
    if chosen and not there:
        assert found == ()
    else:
        assert found == route(alert, news, "everyone", chats, earlier, NOW)
