"""Places and figures of an entry, from its text to the alert and to the chats that want them."""

from __future__ import annotations

from datetime import UTC

import pytest

from bot.alerts.decide import Reason
from bot.alerts.pipeline import Pipeline
from bot.alerts.said.facts import facts_of, labels
from bot.alerts.summaries.history import history_of
from bot.locales.bidi import without_controls
from bot.messages.cards.display import Display
from bot.messages.cards.grown import grown_line
from bot.polling.identify import Kind
from bot.rules_in_force import shipped_places
from storage import alerts
from storage.alerts import Alert
from storage.connection import Connection
from storage.sending import owed
from tests.bot.alerts.newsroom import Newsroom, change, feed, item
from tests.conftest import shipped_rules
from tests.storage.make import HOUR, NOW, add_chat, add_feed, choose, existing


@pytest.fixture
def db(newsroom: Newsroom) -> Connection:
    return newsroom.db


STRIKE = "قصف يستهدف مستشفى في نيالا ويقتل 12 شخصا"
LATER = "ارتفاع قتلى قصف المستشفى في نيالا إلى 40 شخصا"


def tell(
    db: Connection, title: str, *, family: str = "enab", hours: int = 0, kind: Kind = "new"
) -> tuple[Alert, ...]:
    """An entry through the shipped rules and places."""
    now, source = NOW + hours * HOUR, feed(family)
    line = Pipeline(shipped_rules)
    entry = item(title, link="https://news.example/strike", published_at=now)
    found = line._detect((entry,), "ar")
    return line.accept(db, source, [change(entry, kind)], found, now).alerts


def test_an_alert_says_where_and_how_many(db: Connection) -> None:
    add_feed(db, feed().id)
    add_chat(db, 1, "attack-on-health-care")
    (alert,) = tell(db, STRIKE)
    (nyala,) = alert.places
    assert (nyala.country, nyala.adm1) == ("SD", "SD-DS")
    assert nyala.names["ar"] == "نيالا، جنوب دارفور، السودان"
    assert {"SD", "SD-DS", nyala.place_id} <= set(nyala.within)
    (toll,) = alert.figures
    assert (toll.what, toll.first, toll.latest) == ("killed", 12, 12)


@pytest.mark.parametrize(("chosen", "hears"), [("SD", 1), ("SD-DS", 1), ("SY", 0), ("SD-DN", 0)])
def test_a_chat_that_chose_places_hears_of_these_alone(
    db: Connection, chosen: str, hears: int
) -> None:
    add_feed(db, feed().id)
    add_chat(db, 1, "attack-on-health-care", lowest_level="info")
    choose(db, 1, places={chosen: {"ar": "مكان"}})
    tell(db, STRIKE)
    assert len(owed.ready(db, NOW, 10)) == hears


def test_what_happens_nobody_knows_where_reaches_no_chat_that_chose_places(db: Connection) -> None:
    add_feed(db, feed().id)
    add_feed(db, feed("sana").id)
    add_chat(db, 1, "attack-on-health-care", lowest_level="info")
    choose(db, 1, places={"SD": {"ar": "السودان"}})
    (alert,) = tell(db, "قصف يستهدف مستشفى ويقتل 12 شخصا")
    assert alert.places == ()
    assert owed.ready(db, NOW, 10) == []
    # ... until a report says where.
    (same,) = tell(db, STRIKE, family="sana", hours=1)
    assert (same.id, same.reason) == (alert.id, Reason.PLACE_LEARNT)
    assert [(row.chat_id, row.kind) for row in owed.ready(db, NOW + HOUR, 10)] == [(1, "alert")]


def test_a_report_that_is_kept_silent_takes_no_place_from_those_who_chose_it(
    db: Connection,
) -> None:
    for family in ("enab", "sana", "third"):
        add_feed(db, feed(family).id)
    add_chat(db, 1, "attack-on-health-care", lowest_level="info")
    choose(db, 1, places={"SD": {"ar": "السودان"}})
    (alert,) = tell(db, "قصف يستهدف مستشفى ويقتل 12 شخصا")
    # History: what was there when its feed was first read says where, and is told to nobody.
    assert tell(db, STRIKE, family="sana", hours=1, kind="seed") == ()
    assert existing(alerts.get(db, alert.id)).places == ()
    assert owed.ready(db, NOW + HOUR, 10) == []
    (same,) = tell(db, STRIKE, family="third", hours=2)
    assert (same.id, same.reason) == (alert.id, Reason.PLACE_LEARNT)
    assert [row.chat_id for row in owed.ready(db, NOW + 2 * HOUR, 10)] == [1]


def test_what_was_lately_is_asked_of_the_places_that_a_chat_chose(db: Connection) -> None:
    add_feed(db, feed().id)
    (alert,) = tell(db, STRIKE)
    (nyala,) = alert.places
    for chosen in (["SD"], ["SY", "SD-DS"], [nyala.place_id], []):
        assert alerts.recent(db, None, NOW, 5, places=chosen) == [alert], chosen
    assert alerts.recent(db, None, NOW, 5, places=["SY"]) == []


def test_a_toll_that_jumps_is_told_to_who_knew_the_first(db: Connection) -> None:
    add_feed(db, feed().id)
    add_chat(db, 1, "attack-on-health-care", "civilian-harm")
    (first,) = tell(db, STRIKE)
    (grown,) = tell(db, LATER, hours=1)
    assert (grown.id, grown.reason, grown.version) == (first.id, Reason.FIGURE_JUMPED, 2)
    assert [(f.first, f.latest) for f in grown.figures if f.what == "killed"] == [(12, 40)]
    again = tell(db, f"عاجل: {LATER}", hours=2)
    assert again == (), "the same number again is no news"
    assert existing(alerts.get(db, first.id)).version == 2


def test_of_two_places_with_one_name_only_what_is_sure_is_kept() -> None:
    places = shipped_places()
    found = facts_of(
        *(places, "قصف يستهدف مستشفى", "", ()),
        language="ar",
        region=None,
    )
    assert found.places == ()


def test_a_label_goes_from_the_place_to_its_country_and_repeats_nothing() -> None:
    places = shipped_places()
    aleppo = places.named("حلب")[0]
    assert labels(places, aleppo) == {
        "ar": "حلب، سوريا",
        "en": "Aleppo, Syria",
        "fr": "Alep, Syrie",
    }
    nablus = places.named("نابلس")[0]
    assert labels(places, nablus)["fr"] == "Naplouse, Territoires palestiniens"
    obeid = next(p for p in places.named("El Obeid") if p.kind == "town")
    assert labels(places, obeid)["ar"] == "مدينة الأبيض، شمال كردفان، السودان"
    sudan = places.named("السودان")[0]
    assert labels(places, sudan)["fr"] == "Soudan"


def test_a_gazetteer_that_fails_costs_the_place_and_not_the_alert(
    db: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> object:
        raise OSError("no gazetteer")

    add_feed(db, feed().id)
    line = Pipeline(shipped_rules, gazetteer=broken)  # type: ignore[arg-type]
    entry = item(STRIKE, published_at=NOW)
    found = line._detect((entry,), "ar")
    (alert,) = line.accept(db, feed(), [change(entry)], found, NOW).alerts
    assert (alert.places, alert.figures) == ((), ())
    assert "could not be read" in caplog.text


@pytest.mark.parametrize(
    ("title", "language", "figures"),
    [
        ("تفشي الكوليرا في الحديدة وتسجيل مئتي إصابة و11 وفاة", "ar", ["killed 11"]),
        ("Soixante patients évacués de Khan Younès vers l'Égypte", "fr", []),
        ("Soixante personnes déplacées par les combats à Gao", "fr", ["displaced 60"]),
    ],
)
def test_a_figure_is_told_where_a_signal_speaks_of_it(
    title: str, language: str, figures: list[str]
) -> None:
    entry = item(title, published_at=NOW, language=language)
    found = Pipeline(shipped_rules)._detect((entry,), language)
    assert found.per_entry[0], "a signal is found"
    assert [f"{f.what} {f.value:g}" for f in found.facts[0].figures] == figures


@pytest.mark.parametrize(
    ("language", "finer", "new"),
    [
        ("ar", "تحدّد المكان: نيالا", "عُرف المكان"),
        ("en", "more exactly in Nyala", "place known"),
        ("fr", "plus précisément à Nyala", "lieu connu"),
    ],
)
def test_a_finer_place_is_told_as_one_and_the_first_as_known(
    db: Connection, language: str, finer: str, new: str
) -> None:
    for family in ("enab", "sana"):
        add_feed(db, feed(family).id)
    display = Display(language, shipped_rules().signals, NOW + 2 * HOUR, UTC)

    def grew(short_id: str) -> str:
        return "".join(
            span.text for span in grown_line(existing(history_of(db, short_id, None)), display)
        )

    (alert,) = tell(db, "قصف يستهدف مستشفى في السودان ويقتل 12 شخصا")
    (same,) = tell(db, STRIKE, family="sana", hours=1)
    assert (same.id, same.reason) == (alert.id, Reason.PLACE_LEARNT)
    shown = without_controls(grew(alert.short_id))
    assert finer in shown
    assert new not in shown
