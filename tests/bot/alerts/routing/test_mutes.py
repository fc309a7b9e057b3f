"""What mutes of a story, a signal or a place hold back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.alerts.routing.mutes import concerning, hold_back, holding
from bot.alerts.routing.route import News
from bot.alerts.summaries.history import history_of
from storage import alerts
from storage.alerts import Alert
from storage.file.database import connect, migrate
from storage.news.facts import StoredPlace
from storage.readers import chats, mutes
from storage.readers.mutes import Mute, Target
from storage.readers.subscriptions import Subscription
from storage.sending import outbox
from tests.bot.alerts.newsroom import Newsroom
from tests.bot.alerts.routing.test_route import ALERT
from tests.storage.make import HOUR, NOW, add_chat, chat, delivery, existing


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    connection = connect(tmp_path / "marsad.sqlite")
    migrate(connection)
    yield Newsroom(connection)
    connection.close()


@pytest.mark.parametrize("whole_place", [True, False])
def test_what_a_report_adds_to_a_muted_story_or_place_waits_for_the_end_of_the_mute(
    newsroom: Newsroom, whole_place: bool
) -> None:
    db = newsroom.db
    for chat_id in (1, 2):
        add_chat(db, chat_id, "siege", lowest_level="info")
    newsroom.says("حصار حلب: مقتل 12 شخصا في قصف على الأحياء المحاصرة", family="enab")
    (alert,) = alerts.recent(db, None, NOW, 5)
    target = Target(alert.level, alert_id=alert.id)
    if whole_place:
        target = Target(alert.level, place_id="SY", names={"en": "Syria"})
    mute = mutes.put(db, 1, target, 7, NOW + 8 * HOUR, NOW)
    newsroom.says(
        "حصار حلب: ارتفاع عدد القتلى إلى 30 قتيلا في قصف على الأحياء المحاصرة",
        family="wire",
        now=NOW + HOUR,
    )
    updates = {
        chat_id: [row for row in outbox.for_chat(db, chat_id) if row.kind == "update"]
        for chat_id in (1, 2)
    }
    assert [(row.mute_id, row.not_before) for row in updates[1]] == [(mute.id, NOW + 8 * HOUR)]
    assert [row.mute_id for row in updates[2]] == [None]
    history = existing(history_of(db, alert.short_id, existing(chats.get(db, 1))))
    assert [each.mute_id for each in history.deliveries if each.kind == "update"] == [mute.id]


def place(place_id: str, *within: str) -> StoredPlace:
    return StoredPlace(place_id, "SY", "SY-HL", "town", "clause", (place_id, *within), {})


TOWN, OTHER, COUNTRY = place("bab", "SY-HL", "SY"), place("idlib", "SY-ID", "SY"), place("SY")


def alert(*places: StoredPlace, level: str = "alert", number: int = 1) -> Alert:
    signals = (replace(ALERT.gravest, signal="siege", level=level),)
    return replace(ALERT, id=number, signals=signals, places=places)


def mute(number: int = 1, *, hours: int = 1, level: str = "alert", **target: object) -> Mute:
    return Mute(
        *(number, 5, Target(level, **target), NOW),  # type: ignore[arg-type]
        until=NOW + hours * HOUR,
    )


STORY = mute(alert_id=1)
SIGNAL = mute(signal="siege", place_id="SY-HL")
PLACE = mute(place_id="bab")


@pytest.mark.parametrize("muted", [STORY, SIGNAL, PLACE])
def test_what_is_muted_is_held_and_nothing_else(muted: Mute) -> None:
    assert holding([muted], alert(TOWN), ["siege"], "alert") is muted
    other = alert(OTHER, number=2)
    assert holding([muted], other, ["siege"], "alert") is None
    assert holding([], alert(TOWN), ["siege"], "alert") is None


def test_a_signal_is_muted_at_its_place_alone() -> None:
    assert holding([SIGNAL], alert(TOWN), ["siege", "aid-access"], "alert") is None
    assert holding([PLACE], alert(TOWN), ["siege", "aid-access"], "alert") is PLACE


def test_news_of_a_place_that_is_not_muted_or_not_known_goes_out() -> None:
    assert holding([PLACE], alert(TOWN, OTHER), ["siege"], "alert") is None
    assert holding([PLACE], alert(), ["siege"], "alert") is None
    assert holding([PLACE], alert(COUNTRY), ["siege"], "alert") is None
    # What a place lies in is no place beside it.
    assert holding([PLACE], alert(COUNTRY, TOWN), ["siege"], "alert") is PLACE


def test_critical_passes_a_place_and_a_signal_and_a_story_unless_it_was_so_when_muted() -> None:
    grave = alert(TOWN, level="critical")
    for muted in (SIGNAL, PLACE, STORY):
        assert holding([muted], grave, ["siege"], "critical") is None
    known = mute(alert_id=1, level="critical")
    assert holding([known], grave, ["siege"], "critical") is known


def test_what_several_mutes_cover_together_is_held_until_the_first_of_them_ends() -> None:
    first, second = mute(1, place_id="bab", hours=2), mute(2, place_id="idlib")
    assert holding([first, second], alert(TOWN, OTHER), ["siege"], "alert") is second
    longer = mute(3, place_id="SY-HL", hours=8)
    assert holding([first, longer], alert(TOWN), ["siege"], "alert") is longer


def test_only_the_muted_chat_waits_and_for_the_signals_that_it_chose() -> None:
    rows = [delivery(1, number, level="alert", not_before=NOW) for number in (5, 6)]
    chats = [chat(number, signals=frozenset({"siege"})) for number in (5, 6)]
    news = [News("siege", "alert"), News("aid-access", "alert")]
    held, free = hold_back(rows, alert(TOWN), news, "everyone", chats, {5: [SIGNAL]})
    assert (held.not_before, held.mute_id) == (SIGNAL.until, SIGNAL.id)
    assert free is rows[1]
    (told,) = hold_back(rows[:1], alert(TOWN), news, "operators", chats, {5: [SIGNAL]})
    assert told.mute_id is None, "operators hear of every signal"


def test_a_topic_waits_for_its_own_mutes_and_by_the_signals_that_it_chose() -> None:
    rows = [delivery(1, -5, level="alert", not_before=NOW, thread_id=each) for each in (None, 7, 8)]
    chosen = ((None, "siege"), (7, "siege"), (8, "aid-access"))
    subscriptions = tuple(
        Subscription(-5, thread_id, frozenset({signal})) for thread_id, signal in chosen
    )
    forum = replace(chat(-5), subscriptions=subscriptions)
    news = [News("siege", "alert"), News("aid-access", "alert")]

    def held(muted: Mute) -> list[int | None]:
        kept = hold_back(rows, alert(TOWN), news, "everyone", [forum], {-5: [muted]})
        return [row.mute_id for row in kept]

    assert held(replace(SIGNAL, thread_id=7)) == [None, SIGNAL.id, None]
    assert held(SIGNAL) == [SIGNAL.id, None, None]
    assert held(replace(SIGNAL, everywhere=True)) == [SIGNAL.id, SIGNAL.id, None], (
        "the third chose another signal"
    )


def test_a_card_is_concerned_by_what_is_about_its_story_place_or_signal() -> None:
    others = [mute(alert_id=9), mute(signal="other", place_id="bab"), mute(place_id="idlib")]
    assert concerning([STORY, SIGNAL, PLACE, *others], alert(TOWN)) == [STORY, SIGNAL, PLACE]
