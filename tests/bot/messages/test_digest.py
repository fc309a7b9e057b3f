"""The cards of digests and of weeks, in three languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.summaries.digest import Digest, Sources, by_gravity, chosen, is_sent, stream_of
from bot.alerts.summaries.weekly import Counted, Weekly, summary
from bot.locales.bidi import without_controls
from bot.messages.cards.display import Display
from bot.messages.digest import digest_card
from bot.messages.weekly import weekly_card
from storage.alerts import Alert
from storage.news.facts import StoredPlace
from storage.readers.subscriptions import Subscription
from tests.bot.messages.samples import SIGNALS, english_alert, sample_alert

NOW = datetime(2026, 11, 28, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)
NAMES = {"f1": "عنب بلدي", "f2": "OCHA"}


def place(place_id: str, **names: str) -> StoredPlace:
    country = place_id[:2]
    return StoredPlace(place_id, country, place_id, "adm1", "title", (country, place_id), names)


ALEPPO = place("SY-HL", ar="حلب", en="Aleppo", fr="Alep")
KHARTOUM = place("SD-KH", ar="الخرطوم", en="Khartoum", fr="Khartoum")
FOUND = (
    sample_alert(level="alert", places=(ALEPPO,)),
    english_alert(level="watch", places=(KHARTOUM,)),
    english_alert(id=15, short_id="A15", level="watch", title="Fuel <runs> out & more"),
)


def subscription(**changes: Any) -> Subscription:
    values: dict[str, Any] = {"chat_id": 7, "signals": frozenset({"medicine-shortage"})}
    return Subscription(**values | changes)


def display(language: str) -> Display:
    return Display(language, SIGNALS, NOW, ZoneInfo("Asia/Damascus"), NAMES)


def digest(**changes: Any) -> Digest:
    values: dict[str, Any] = {
        "stream": "daily",
        "since": NOW - DAY,
        "until": NOW,
        "due": NOW,
        "alerts": (12, 7, 15),
        "more": 0,
        "sources": Sources(52, ("f1", "f2")),
    }
    return Digest(**values | changes)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "ar",
            [
                "3 أحداث منذ 27 تشرين الثاني/نوفمبر، 08:00 لم تُرسل في حينها:",
                "🟠 تنبيه",
                "📍 حلب",
                "/A12 نقص في الأدوية\nمستشفيات المدينة",
                "/A7 انفراج في وصول المساعدات\nConvoy of 20 trucks",
                "📍 مكان غير معروف",
                "المصادر التي قُرئت: 50 من 52. ما تعذّرت قراءته: عنب بلدي، OCHA",
            ],
        ),
        (
            "en",
            [
                "3 happenings since 27 November, 08:00 that were not sent at once:",
                "🟠 Alert",
                "/A12 shortage of medicines\nمستشفيات",
                "50 of 52 sources were heard. Not heard: عنب بلدي, OCHA",
            ],
        ),
        (
            "fr",
            [
                "3 événements depuis le 27 novembre, 08:00",
                "🟡 Veille",
                "/A7 aide qui parvient à passer\nConvoy",
                "50 sources lues sur 52. Non lues\u202f: عنب بلدي, OCHA",
            ],
        ),
    ],
)
def test_a_digest_says_what_where_and_who_was_not_heard(language: str, words: list[str]) -> None:
    card = digest_card(digest(), FOUND, display(language))
    shown = without_controls(card.plain)
    for each in words:
        assert each in shown
    assert shown.index("/A12") < shown.index("/A7") < shown.index("/A15")
    assert "&lt;runs&gt; out &amp; more" in card.html
    assert f'<a href="{"https://www.example.org/"}' in card.html
    assert "08:00" in shown.splitlines()[0]


@pytest.mark.parametrize(
    ("language", "number", "words"),
    [
        ("ar", 1, "حدث واحد منذ"),
        ("ar", 2, "حدثان منذ"),
        ("ar", 3, "3 أحداث منذ"),
        ("ar", 11, "11 حدثًا منذ"),
        ("ar", 100, "100 حدث منذ"),
        ("en", 1, "One happening since"),
        ("en", 2, "2 happenings since"),
        ("fr", 1, "Un événement depuis"),
        ("fr", 2, "2 événements depuis"),
    ],
)
def test_the_number_has_the_plural_that_its_language_asks_for(
    language: str, number: int, words: str
) -> None:
    card = digest_card(digest(more=number - 1), FOUND[:1], display(language))
    assert words in card.plain


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ar", ["لا جديد منذ", "قُرئت المصادر كلها، وعددها 52."]),
        ("en", ["Nothing new since 27 November, 08:00.", "All 52 sources were heard."]),
        ("fr", ["Rien de nouveau depuis", "Les 52 sources ont toutes été lues."]),
    ],
)
def test_an_empty_digest_says_that_silence_means_something(language: str, words: list[str]) -> None:
    card = digest_card(digest(alerts=(), sources=Sources(52)), (), display(language))
    assert all(each in card.plain for each in words)


def test_a_late_one_and_a_repeated_one_say_so() -> None:
    late = digest(due=NOW - 2 * DAY)
    assert late.is_late
    card = digest_card(late, FOUND, display("en"), possible_repeat=True)
    assert "It was due on 26 November, 08:00 and comes late." in card.plain
    assert "Possible repeat" in card.plain


def test_what_does_not_fit_is_counted_and_nothing_is_cut() -> None:
    link = "https://example.org/" + "y" * 150
    many = [
        english_alert(
            **{"id": n, "short_id": f"A{n}", "title": "word " * 60, "link": link},
            places=(place(f"SD-{n}", en=f"A place with a very long name indeed, number {n}"),),
        )
        for n in range(30)
    ]
    told = digest(alerts=tuple(range(30)), more=70)
    for language in ("ar", "en", "fr"):
        card = digest_card(told, many, display(language))
        shown = sum(f"/A{n} " in without_controls(card.plain) for n in range(30))
        assert 5 < shown < 30
        assert str(100 - shown) in card.plain
        assert "/recent 24h" in card.plain
        # Telegram counts what is read, not the addresses.
        assert sum(len(span.text) for each in card.lines for span in each) <= 4096
        assert card.html.count("<a ") == card.html.count("</a>")


def test_a_digest_survives_its_row_of_the_outbox() -> None:
    for each in (digest(), digest(alerts=(), sources=Sources(0))):
        assert Digest.from_text(each.to_text()) == each


def test_a_chat_is_told_what_it_chose_where_it_chose_it_from_watch_on() -> None:
    topic = [subscription(signals=frozenset({"medicine-shortage"}), lowest_level="critical")]
    watch, info = sample_alert(level="watch"), sample_alert(level="info")
    assert stream_of(topic, watch) == "daily"
    assert stream_of(topic, info) is None
    assert stream_of(topic, sample_alert(level="watch", audience="operators")) is None
    assert stream_of(topic, english_alert()) is None
    there = [replace(topic[0], places={"SY": {}})]
    assert stream_of(there, watch) is None
    assert stream_of(there, replace(watch, places=(ALEPPO,))) == "daily"
    assert chosen(topic, "daily", [info, watch]) == (watch,)
    assert chosen(topic, "hourly", [watch]) == ()
    assert stream_of([replace(topic[0], paused=True)], watch) is None
    assert stream_of([replace(topic[0], include=("word",))], watch) is None
    assert stream_of([replace(topic[0], include=("word",))], watch, {"word"}) == "daily"


def test_an_hourly_subscription_gets_hourly_what_is_of_its_level() -> None:
    topic = [subscription(delivery="hourly", lowest_level="alert")]
    watch, alert = sample_alert(level="watch"), sample_alert(level="alert", id=13)
    assert (stream_of(topic, watch), stream_of(topic, alert)) == ("daily", "hourly")
    assert chosen(topic, "hourly", [watch, alert]) == (alert,)
    assert chosen(topic, "daily", [watch, alert], {alert.id}) == (watch,)
    assert chosen(topic, "daily", [watch, alert]) == (alert, watch), "none told it"


def test_a_daily_digest_goes_out_when_there_is_nothing_an_hourly_one_does_not() -> None:
    empty = digest(alerts=())
    topic = [subscription()]
    assert is_sent(topic, empty)
    assert not is_sent(topic, replace(empty, stream="hourly"))
    assert not is_sent([replace(topic[0], signals=frozenset())], digest())
    assert not is_sent([replace(topic[0], paused=True)], digest())


def test_the_gravest_and_bad_news_come_first() -> None:
    good = english_alert(level="watch")
    bad = sample_alert(level="watch")
    worst = sample_alert(level="critical")
    assert by_gravity([good, bad, worst]) == (worst, bad, good)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "ar",
            [
                "4 أحداث في سبعة أيام؛ وحدثان في السبعة التي قبلها.",
                "↑ نقص الأدوية: 2 (الأسبوع السابق: 1)",
                "= الخرطوم: 1 (الأسبوع السابق: 1)",
            ],
        ),
        ("en", ["4 happenings in seven days; 2 in the seven days before.", "↑ Aleppo: 2"]),
        ("fr", ["4 événements en sept jours", "(semaine précédente\u202f: 1)", "Les plus graves"]),
    ],
)
def test_a_week_is_counted_against_the_one_before(language: str, words: list[str]) -> None:
    topic = [subscription(signals=frozenset(SIGNALS))]

    def made(alert: Alert, days: float) -> Alert:
        return replace(alert, created_at=NOW - days * DAY, updated_at=NOW)

    aleppo, khartoum, _ = FOUND
    known = [made(aleppo, 1), made(aleppo, 2), made(aleppo, 8), made(khartoum, 3)]
    known += [made(khartoum, 8), made(english_alert(level="watch"), 1), made(aleppo, 15)]
    weekly = summary(topic, known, Sources(2), NOW, NOW)
    assert weekly.happenings == Counted(4, 2)
    assert Weekly.from_text(weekly.to_text()) == weekly
    card = weekly_card(weekly, FOUND[:2], display(language))
    shown = without_controls(card.plain)
    for each in words:
        assert each in shown
    assert "/A12" in shown
