"""What is too old, too much or perhaps lost ends in one line, and nothing is in two places."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.later.catchup import ChatPlan, FoldPolicy, FoldReason, line_level, plan_chat
from bot.locales import texts
from bot.locales.bidi import without_controls
from bot.messages.blocks import HTML_LIMIT, without_addresses
from bot.messages.cards.card import text_card
from bot.messages.catchup import LINE_LENGTH, LineItem, catchup_text
from bot.notices.receivers import ChatNotice
from storage.sending.outbox import Delivery
from tests.bot.delivery.desk import START, delivery
from tests.bot.telegram.bot_api import parse_html

POLICY = FoldPolicy()


def ago(**amount: float) -> datetime:
    return START - timedelta(**amount)


def sort(
    due: list[Delivery],
    lost: list[Delivery] | None = None,
    sends: list[datetime] | None = None,
    last_line_at: datetime | None = None,
    muted_until: datetime | None = None,
) -> ChatPlan:
    return plan_chat(
        due, lost or [], sends or [], last_line_at, POLICY, START, muted_until=muted_until
    )


def reasons(found: ChatPlan) -> list[tuple[int, FoldReason]]:
    return [(item.delivery.id, item.reason) for item in found.fold]


def test_the_oldest_goes_first() -> None:
    assert sort([delivery(1), delivery(2)]).head == delivery(1)


def test_half_a_day_late_is_no_news_but_critical_is_for_two_days() -> None:
    late = delivery(1, created_at=ago(hours=13), updated_at=ago(hours=13))
    critical = delivery(2, created_at=ago(hours=13), level="critical")
    found = sort([late, critical])
    assert reasons(found) == [(1, FoldReason.TOO_OLD)]
    assert found.head == critical
    very_late = delivery(3, created_at=ago(hours=49), level="critical")
    assert reasons(sort([very_late])) == [(3, FoldReason.TOO_OLD)]


def test_a_storm_is_folded_once_it_has_settled() -> None:
    sends = [ago(seconds=90 - n) for n in range(10)]
    fresh = delivery(1, updated_at=ago(seconds=20), created_at=ago(seconds=20))
    waiting = sort([fresh], sends=sends)
    assert waiting.head is None
    assert not waiting.fold
    assert waiting.wake_at == START + timedelta(seconds=40)
    settled = delivery(1, updated_at=ago(seconds=60), created_at=ago(seconds=60))
    assert reasons(sort([settled, delivery(2)], sends=sends)) == [
        (1, FoldReason.STORM),
        (2, FoldReason.STORM),
    ]


def test_only_what_is_over_the_cap_is_folded() -> None:
    settled = ago(seconds=60)
    found = sort([delivery(n, created_at=settled, updated_at=settled) for n in range(1, 13)])
    assert [number for number, _ in reasons(found)] == [11, 12]


def test_a_storm_has_one_line_in_ten_minutes() -> None:
    sends = [ago(seconds=90 - n) for n in range(10)]
    settled = delivery(1, updated_at=ago(seconds=61), created_at=ago(seconds=61))
    found = sort([settled], sends=sends, last_line_at=ago(minutes=4))
    assert not found.fold
    assert found.wake_at == START + timedelta(minutes=6)


def test_a_critical_alert_passes_through_a_storm() -> None:
    sends = [ago(seconds=90 - n) for n in range(10)]
    found = sort([delivery(1), delivery(2, level="critical")], sends=sends)
    assert found.head is not None
    assert found.head.id == 2


def test_what_may_be_lost_is_told_in_a_line_a_minute_later() -> None:
    lost = delivery(1, state="unknown", updated_at=ago(seconds=30))
    found = sort([], [lost])
    assert not found.fold
    assert found.wake_at == START + timedelta(seconds=30)
    lost = delivery(1, state="unknown", updated_at=ago(seconds=61))
    assert reasons(sort([delivery(2)], [lost])) == [(1, FoldReason.UNKNOWN)]


def test_a_later_version_takes_the_place_of_an_earlier_one() -> None:
    first = delivery(1, alert_id=5, version=1)
    second = delivery(2, alert_id=5, version=2, kind="update")
    lost = delivery(3, alert_id=5, version=1, state="unknown", updated_at=ago(hours=1))
    found = sort([first, second], [lost])
    assert found.head == second
    assert [item.delivery.id for item in found.superseded] == [1, 3]
    assert not found.fold


def test_a_line_has_the_level_of_the_highest_it_tells() -> None:
    old = ago(hours=50)
    found = sort([delivery(1, created_at=old), delivery(2, created_at=old, level="critical")])
    assert line_level(found.fold) == "critical"


def test_what_a_mute_held_back_is_a_line_when_it_ends_and_what_came_later_is_a_card() -> None:
    held = delivery(1, created_at=ago(hours=20), updated_at=ago(hours=20))
    just = delivery(2, created_at=ago(seconds=5), attempts=1)
    critical = delivery(3, created_at=ago(seconds=9), level="critical")
    new = delivery(4, created_at=ago(seconds=1))
    found = sort(
        [held, just, critical, new], last_line_at=ago(seconds=30), muted_until=ago(seconds=2)
    )
    assert sorted(reasons(found)) == [(1, FoldReason.MUTED), (2, FoldReason.MUTED)]
    assert found.head == critical
    assert reasons(sort([just], muted_until=ago(seconds=2))) == [(2, FoldReason.MUTED)]


deliveries = st.builds(
    delivery,
    number=st.integers(1, 60),
    alert_id=st.integers(1, 30),
    version=st.integers(1, 3),
    kind=st.sampled_from(["alert", "update", "catchup", "notice"]),
    level=st.sampled_from(["info", "watch", "alert", "critical"]),
    attempts=st.integers(0, 2),
    created_at=st.integers(0, 200_000).map(lambda n: ago(seconds=n)),
    updated_at=st.integers(0, 200).map(lambda n: ago(seconds=n)),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(deliveries, max_size=40, unique_by=lambda row: row.id),
    st.lists(st.integers(0, 900), max_size=15),
    st.none() | st.integers(0, 900),
    st.none() | st.integers(0, 9000),
)
def test_a_delivery_is_never_in_two_places_and_held_ones_have_a_time(
    rows: list[Delivery], sends: list[int], last_line: int | None, unmuted: int | None
) -> None:
    rows.sort(key=lambda row: row.id)
    due = [row for row in rows if row.id % 4]
    lost = [row for row in rows if not row.id % 4 and row.kind in ("alert", "update")]
    for row in due:
        if row.kind in ("catchup", "notice"):
            object.__setattr__(row, "alert_id", None)
    found = sort(
        due,
        lost,
        sorted(ago(seconds=n) for n in sends),
        None if last_line is None else ago(seconds=last_line),
        None if unmuted is None else ago(seconds=unmuted),
    )
    folded = [item.delivery.id for item in found.fold]
    superseded = [item.delivery.id for item in found.superseded]
    head = [found.head.id] if found.head is not None else []
    assert len({*folded, *superseded, *head}) == len(folded) + len(superseded) + len(head)
    assert len(folded) <= POLICY.line_alerts
    if (due or lost) and not folded and not superseded and not head:
        assert found.wake_at is not None
    if found.wake_at is not None:
        assert found.wake_at > START


items = st.lists(
    st.builds(
        LineItem,
        short_id=st.integers(1, 10**7).map(lambda n: f"A{n}"),
        title=st.text(max_size=300) | st.sampled_from(['"' * 90, "<&>" * 30, "🔴" * 90, "@all"]),
        level=st.sampled_from(["info", "watch", "alert", "critical"]),
        group=st.sampled_from(["too_old", "storm", "unknown", "muted"]),
        signal=st.sampled_from(["", "siege", "own"]),
        source=st.text(max_size=80),
        link=st.sampled_from([None, "x:", "https://example.org/" + "%D8" * 300]),
    ),
    min_size=1,
    max_size=POLICY.line_alerts,
)


@settings(max_examples=60, deadline=None)
@given(items, st.sampled_from(["ar", "en", "fr"]))
def test_a_line_names_every_alert_and_fits_into_one_message(
    listed: list[LineItem], language: str
) -> None:
    text = catchup_text(listed, language)
    assert len(without_addresses(text)) <= LINE_LENGTH
    card = text_card(text, language, possible_repeat=True)
    assert len(card.html.encode()) <= HTML_LIMIT
    for item in listed:
        assert item.short_id in card.plain
    assert "@all" not in card.plain


def test_an_arabic_line_says_how_many_and_why() -> None:
    text = catchup_text([LineItem("A7", "Insulin {0} is out", "critical", "storm")], "ar")
    assert text.startswith("تنبيهات جُمعت هنا لكثرتها في وقت قصير: 1")
    assert "🔴 حرج · \u2068Insulin {0} is out\u2069 · /A7" in text


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("ar", "🔴 حرج: رفع حصار أو تخفيفه · Roads open · /A7 · Wire"),
        ("en", "🔴 Critical: siege lifted or eased · Roads open · /A7 · Wire"),
        ("fr", "🔴 Critique : siège levé ou allégé · Roads open · /A7 · Wire"),
    ],
)
def test_an_alert_is_named_by_level_signal_id_and_source(language: str, told: str) -> None:
    link = "https://example.org/-/A12?(x)"
    item = LineItem(
        *("A7", "Roads open", "critical", "too_old"), *("siege", "improving", "Wire", link)
    )
    shown = text_card(catchup_text([item], language), language)
    text, entities = parse_html(shown.html)
    assert told in without_controls(text).replace("\u202f", " ")
    assert [each.tag for each in entities] == ["a"]
    assert 'href="https://example.org/-/A12?%28x%29"' in shown.html


def test_a_notice_keeps_braces_of_what_telegram_said() -> None:
    text = ChatNotice("rejected", 1, "X {chat}", "{reason", "A1").text(texts("fr"))
    assert "{reason" in text
    assert "A1" in text
