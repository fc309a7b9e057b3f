from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.decide import rank
from bot.alerts.route import route
from rules.matching.levels import LADDER
from storage.alerts import Alert
from storage.chats import Chat
from storage.outbox import NewDelivery
from tests.storage.make import NOW, chat

ALERT = Alert(
    id=1,
    short_id="A1",
    story_id=1,
    signal="siege",
    direction="worsening",
    level="alert",
    audience="everyone",
    version=1,
    title="حصار",
    snippet="حصار",
    link=None,
    feed_name="عنب بلدي",
    language="ar",
    explanation="100/100",
    evidence_json="[]",
    rules_hash="r1",
    reason="first-telling",
    created_at=NOW,
    updated_at=NOW,
    entry_id=1,
    families=1,
)


def rows(*chats: Chat, told: frozenset[int] = frozenset(), **alert: Any) -> list[NewDelivery]:
    return list(route(replace(ALERT, **alert), "everyone", chats, told, NOW))


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
    found = rows(chat(1, "siege"), chat(2, "siege"), told=frozenset({1}), version=2)
    assert [(row.kind, row.version) for row in found] == [("update", 2), ("alert", 2)]


def test_who_read_the_alarm_reads_its_end_at_any_level() -> None:
    strict = chat(1, "siege", lowest_level="critical")
    assert len(rows(strict, told=frozenset({1}), direction="denied", version=2)) == 1
    left = chat(1, "evacuation")
    assert rows(left, told=frozenset({1}), version=2) == [], "but not after unsubscribing"


def test_an_alert_on_test_goes_to_operators_only() -> None:
    chats = [chat(1, "siege"), chat(2, "evacuation", role="operator"), chat(3, role="operator")]
    found = route(ALERT, "operators", chats, frozenset(), NOW)
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


@given(CHATS, st.sampled_from(LADDER), st.frozensets(st.integers(1, 50)))
def test_every_chat_that_wants_it_gets_it_once(
    chats: list[Chat], level: str, told: frozenset[int]
) -> None:
    found = [
        row.chat_id for row in route(replace(ALERT, level=level), "everyone", chats, told, NOW)
    ]
    assert len(found) == len(set(found))
    for each in chats:
        wanted = "siege" in each.signals and (
            each.id in told or rank(level) >= rank(each.lowest_level)
        )
        assert (each.id in found) == wanted
