"""What a feed says of place and time of an event is believed before its text."""

from __future__ import annotations

from datetime import timedelta

from bot.alerts.rows import event_json, event_of
from bot.alerts.said.facts import facts_of
from bot.feeds.parse.entry import SaidEvent, Shape
from bot.rules_in_force import shipped_places
from storage import alerts
from storage.news import entries
from storage.news.facts import StoredPlace, places_of
from storage.rows import fetch
from tests.bot.alerts.newsroom import Newsroom
from tests.storage.make import NOW

ALEPPO, IDLIB = Shape(((36.2, 37.16),)), Shape(((35.93, 36.63),))
TITLE = "حصار جديد يخنق سكان المدينة"


def places(event: SaidEvent | None, text: str = TITLE) -> list[tuple[str, str]]:
    found = facts_of(
        *(shipped_places(), text, "", ()), language="ar", region=None, event=event
    ).places
    return [(place.place_id, place.why) for place in found]


def test_the_feeds_place_beats_the_texts() -> None:
    assert places(None, "حصار خانق في حمص") == [("g169577", "title")]
    said = places(SaidEvent((ALEPPO,)), "حصار خانق في حمص")
    assert said == [("g170063", "feed")]


def test_what_the_text_says_more_exactly_stays() -> None:
    syria = SaidEvent(countries=("SYR",))
    assert places(syria, "حصار خانق في حمص") == [("g169577", "title")]
    assert places(syria, "حصار خانق في الفاشر") == [("SY", "feed")]
    assert places(syria) == [("SY", "feed")]


def test_an_area_of_several_countries_gives_several() -> None:
    found = places(SaidEvent(countries=("Mali", "NER", "tchad")))
    assert found == [("ML", "feed"), ("NE", "feed"), ("TD", "feed")]


def test_names_of_areas_and_codes_are_places_of_the_country_that_is_said() -> None:
    found = places(SaidEvent(countries=("Syria",), areas=("Aleppo; Idlib", "Aleppo", "Idlib")))
    assert {place for place, _ in found} == {"g170063", "g169389"}
    assert places(SaidEvent(areas=("SY-HL", "no such area"))) == [("SY-HL", "feed")]
    assert places(SaidEvent(areas=("SY02",))) == [("SY-HL", "feed")]


def test_longitude_first_is_no_place() -> None:
    turned = SaidEvent((Shape(((37.16, 36.2),)),))
    # Both are in the region; the country that the feed says, or the text, tells them apart.
    assert places(SaidEvent((Shape(((32.53, 15.6),)),), ("Sudan",))) == [("SD", "feed")]
    sudan = SaidEvent((Shape(((32.53, 15.6),)),))
    assert places(sudan, "حصار خانق في الخرطوم") == [("SD-KH", "title")]
    assert places(turned)[0][1] == "feed"


def test_the_event_is_stored_with_the_entry_and_read_again(newsroom: Newsroom) -> None:
    event = SaidEvent((ALEPPO,), ("Syria",), ("Aleppo",), NOW, None, cancelled=True)
    assert event_of(event_json(event)) == event
    newsroom.says(TITLE, event=event)
    (stored,) = entries.recent(newsroom.db, NOW - timedelta(days=1), 10)
    assert event_of(stored.event_json) == event
    assert [place.why for place in places_of(newsroom.db, stored.id or 0)] == ["feed"]


def test_the_card_is_told_when_it_happened(newsroom: Newsroom) -> None:
    began = NOW - timedelta(days=2)
    told = newsroom.says(TITLE, event=SaidEvent((ALEPPO,), at=began)).alerts
    assert told[0].event_at == began
    assert [place.place_id for place in told[0].places] == ["g170063"]
    again = alerts.get(newsroom.db, told[0].id)
    assert again is not None and again.event_at == began


def test_an_exercise_is_never_an_alert_and_confirms_none(newsroom: Newsroom) -> None:
    exercise = SaidEvent((ALEPPO,), exercise=True)
    accepted = newsroom.says(TITLE, event=exercise, family="civil-defence")
    assert accepted.alerts == () and accepted.reasons == {"only-an-exercise": 1}
    assert fetch(newsroom.db, "SELECT reason FROM decisions") == [{"reason": "only-an-exercise"}]
    told = newsroom.says(TITLE, event=SaidEvent((ALEPPO,))).alerts
    assert told[0].families == 1


def test_a_message_taken_back_turns_and_is_never_red(newsroom: Newsroom) -> None:
    newsroom.rules.change("siege", level="critical", levels={"improving": "alert"})
    first = newsroom.says(TITLE, event=SaidEvent((ALEPPO,))).alerts
    assert (first[0].gravest.direction, first[0].level) == ("worsening", "critical")
    gone = newsroom.says(TITLE, event=SaidEvent((ALEPPO,), cancelled=True), family="other").alerts
    assert (gone[0].id, gone[0].gravest.direction) == (first[0].id, "improving")
    assert gone[0].level != "critical"


def test_where_a_feed_says_nothing_the_text_tells(newsroom: Newsroom) -> None:
    told = newsroom.says("حصار خانق في حمص", event=None).alerts
    found: tuple[StoredPlace, ...] = told[0].places
    assert [place.place_id for place in found] == ["g169577"]
    assert told[0].event_at is None
