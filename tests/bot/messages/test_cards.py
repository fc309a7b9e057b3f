"""What an alert looks like, whatever its feed said."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.alerts.summaries.history import AlertHistory
from bot.locales import texts
from bot.locales.bidi import FSI, PDI, RLM, without_controls
from bot.messages.blocks import Card
from bot.messages.cards.card import alert_card, text_card
from bot.messages.cards.display import Display
from bot.messages.cards.explanation import explanation_card
from bot.messages.cards.lines import DIRECTIONS
from bot.text import length, web_link
from storage.alerts import Alert, AlertFigure, AlertSource, in_order
from storage.decisions import Decision
from storage.news.entries import StoredDetection
from storage.news.facts import StoredPlace
from tests.bot.messages.samples import (
    ENGLISH_TITLE,
    NOW,
    SIGNALS,
    TITLE,
    Signal,
    english_alert,
    evidence,
    listed,
    sample_alert,
    sample_delivery,
    sample_signal,
)
from tests.bot.telegram.bot_api import parse_html

DAMASCUS = ZoneInfo("Asia/Damascus")
SHIPPED = Path("rules/signals")
# As Telegram's clients find commands in a message.
TELEGRAM_COMMAND = re.compile(r"(?<![\w/<>])/([a-zA-Z0-9_]{1,64})(?![\w/<>])")
LANGUAGES = ("ar", "en", "fr")


def display(language: str) -> Display:
    return Display(language, SIGNALS, NOW, DAMASCUS)


def card(alert: Alert, language: str = "ar", **values: Any) -> Card:
    return alert_card(alert, display(language), **values)


def explained(alert: Alert, language: str = "ar", **values: Any) -> Card:
    return explanation_card(AlertHistory(alert, **values), display(language))


def bold_of(shown: Card) -> list[str]:
    text, entities = parse_html(shown.html)
    return [text[e.start : e.end] for e in entities if e.tag == "b"]


def test_an_arabic_card_tells_level_signal_direction_headline_source_and_how_to_ask_why() -> None:
    shown = card(sample_alert()).plain
    for part in ("🔴 حرج: نقص في الأدوية", TITLE, "الجزيرة نت", "\u2068/A12\u2069"):
        assert part in shown
    assert "31 كانون الثاني/يناير، 15:30 بتوقيت دمشق" in shown


def test_each_language_says_the_direction_in_its_own_words() -> None:
    words = {
        "ar": ("حرج: نقص في الأدوية", "حرج: انفراج في نقص الأدوية", "حرج: نفي نقص الأدوية"),
        "en": (
            *("Critical: shortage of medicines", "Critical: shortage of medicines easing"),
            "Critical: denial of a shortage of medicines",
        ),
        "fr": (
            *("Critique : pénurie de médicaments", "Critique : pénurie de médicaments en recul"),
            "Critique : démenti d'une pénurie de médicaments",
        ),
    }
    for language, expected in words.items():
        for direction, told in zip(("worsening", "improving", "denied"), expected, strict=True):
            first = card(sample_alert(direction=direction), language).plain.splitlines()[0]
            assert first.replace("\u202f", " ").endswith(told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shipped_signal_has_words_for_each_direction(language: str) -> None:
    say = texts(language)
    for signal in (*(each.stem for each in SHIPPED.glob("*.yaml")), "any"):
        for direction in DIRECTIONS:
            assert say.find(f"happens.{signal}.{direction}"), (signal, direction)


def test_a_signal_of_an_operators_own_is_called_by_its_title() -> None:
    own = sample_alert(signal="own", direction="improving")
    titled = replace(display("ar"), signals={"own": Signal({"ar": "سعر الخبز"})})
    assert "حرج: انفراج في سعر الخبز" in alert_card(own, titled).plain


def test_an_alert_of_a_rule_on_trial_says_so_first() -> None:
    words = {"ar": "قيد التجربة", "en": "On trial", "fr": "À l'essai"}
    for language, word in words.items():
        trial = sample_alert(audience="operators")
        for shown in (card(trial, language), listed([trial], display(language))):
            assert word in shown.plain
        assert word in card(trial, language).plain.splitlines()[0]
        assert word not in card(sample_alert(), language).plain


def test_evidence_words_are_bold_in_headline_and_sentence() -> None:
    bold = bold_of(card(sample_alert()))
    assert bold[1:] == ["تنفد", "الأدوية", "الأدوية نفد"]


def test_words_of_evidence_with_only_a_space_or_an_apostrophe_between_are_marked_as_one() -> None:
    title = "Les hôpitaux manquent d\u2019anesthésiques, d'oxygène et de sang"
    found = evidence("title", title, "manquent", "d", "anesthésiques", "oxygène", "sang")
    alert = sample_alert(title=title, snippet="", evidence_json=json.dumps(found))
    assert bold_of(card(alert, "fr"))[1:] == ["manquent d\u2019anesthésiques", "oxygène", "sang"]


def test_evidence_is_found_again_when_its_offsets_do_not_fit_the_stored_title() -> None:
    alert = sample_alert(title="عاجل: " + TITLE)
    assert "تنفد" in bold_of(card(alert))


def test_evidence_that_stands_inside_another_word_is_not_marked_there() -> None:
    alert = english_alert(snippet="Contrucks and trucks entered.")
    text, entities = parse_html(card(alert, "en").html)
    starts = [e.start for e in entities if text[e.start : e.end] == "trucks entered"]
    assert starts == [text.rindex(" trucks entered") + 1]


def test_evidence_that_cannot_be_read_leaves_a_card_without_marks() -> None:
    for broken in ("", "null", "[1, {}]", '[{"field": 3}]', "{"):
        assert TITLE in card(sample_alert(evidence_json=broken)).plain


def test_a_possible_repeat_is_marked() -> None:
    assert "احتمال تكرار" in card(sample_alert(), possible_repeat=True).plain
    assert "Possible repeat" in text_card("x", "en", possible_repeat=True).plain


def test_an_update_says_that_it_is_one() -> None:
    first = card(sample_alert(version=2), "en", update=True).plain.splitlines()[0]
    assert first == "🔴 Critical: shortage of medicines · update"


@pytest.mark.parametrize(
    ("folded", "expected"),
    [
        (1, "جُمع معه تنبيه آخر"),
        (2, "جُمع معه تنبيهان آخران"),
        (3, "جُمعت معه 3 تنبيهات أخرى"),
        (10, "جُمعت معه 10 تنبيهات أخرى"),
        (11, "جُمع معه 11 تنبيهًا آخر"),
        (99, "جُمع معه 99 تنبيهًا آخر"),
        (100, "جُمع معه 100 تنبيه آخر"),
        (103, "جُمعت معه 103 تنبيهات أخرى"),
    ],
)
def test_folded_alerts_are_counted_in_the_right_arabic_plural(folded: int, expected: str) -> None:
    assert expected in card(sample_alert(), folded=folded).plain


def test_nothing_folded_is_not_mentioned() -> None:
    assert "جُمع" not in card(sample_alert(), folded=0).plain


def test_publishers_are_counted_in_each_language() -> None:
    assert "جهتا نشر مستقلتان" in card(sample_alert(families=2)).plain
    assert "3 independent publishers" in card(sample_alert(families=3), "en").plain
    assert "un seul éditeur" in card(sample_alert(families=1), "fr").plain


def test_an_english_card_isolates_an_arabic_headline() -> None:
    assert f"{FSI}{TITLE}{PDI}" in card(sample_alert(), "en").plain


def test_an_arabic_card_isolates_an_english_headline_and_its_own_latin_parts() -> None:
    shown = card(english_alert()).plain
    assert f"{RLM}{FSI}{ENGLISH_TITLE}{PDI}" in shown
    assert f"{FSI}/A7{PDI}" in shown


def test_an_english_card_of_an_english_entry_needs_no_direction_marks() -> None:
    shown = card(english_alert(), "en").html
    assert not any(mark in shown for mark in (FSI, PDI, RLM))


def test_the_id_is_a_command_that_telegram_makes_a_link_of() -> None:
    """Nothing in code, and nothing before the slash or behind the number that hides it."""
    for language in LANGUAGES:
        for shown in (
            card(sample_alert(), language),
            listed([sample_alert()], display(language)),
        ):
            text, entities = parse_html(shown.html)
            assert TELEGRAM_COMMAND.findall(text) == ["A12"]
            assert not [each for each in entities if each.tag == "code"]


def test_the_year_is_shown_only_when_it_is_another() -> None:
    assert "2026" not in card(sample_alert(link=None), "en").plain
    shown = card(sample_alert(updated_at=NOW.replace(year=2025)), "en").plain
    assert "31 January 2025" in shown


def test_a_signal_whose_rule_is_gone_is_shown_by_its_id() -> None:
    assert "some-signal" in card(sample_alert(signal="some-signal")).plain


@pytest.mark.parametrize(
    "link",
    [
        None,
        "",
        "javascript:alert(1)",
        "ftp://example.org/x",
        "http://",
        "https://[::1",
        "https://exa mple.org:port/",
        "//example.org/x",
        "https://example.org/" + "x" * 2000,
    ],
)
def test_a_link_that_may_not_be_shown_is_left_out(link: str | None) -> None:
    shown = card(sample_alert(link=link))
    assert "href" not in shown.html
    assert "A12" in shown.plain


def test_a_link_shows_the_host_it_leads_to() -> None:
    assert web_link("https://www.bbc.com:443@evil.example/x") == (
        "https://evil.example/x",
        "evil.\u2060example",
    )


def test_a_feed_cannot_call_on_people_or_hide_text_behind_direction_overrides() -> None:
    shown = card(sample_alert(title="@everyone \u202eمقلوب\u202c <b>x</b>\u2069\u2069"))
    assert "@everyone" not in shown.plain
    assert "\u202e" not in shown.html
    assert "&lt;b&gt;x&lt;/b&gt;" in shown.html


def test_a_tower_of_marks_stays_within_its_line() -> None:
    for mark in ("\u0651", "\u0336", "\u0e49", "\u20dd"):
        shown = card(sample_alert(title=f"قصف{mark * 300} حمص")).plain
        assert f"قصف{mark * 5} حمص" in shown
    written = "الرَّحْمَٰنِ الرَّحِيمِ"
    assert written in card(sample_alert(title=written)).plain


def test_a_megabyte_of_headline_becomes_a_card_at_once() -> None:
    started = time.process_time()
    found = sample_alert(title="<&>" * 350_000, snippet="نفد " * 250_000, feed_name="م" * 10**6)
    shown = card(found)
    assert time.process_time() - started < 5  # of work: others on the machine do not count
    check(shown, "ar")


def test_a_card_has_a_line_for_each_signal_the_gravest_first() -> None:
    siege = sample_signal(signal="siege", level="alert", evidence_json="[]")
    both = sample_alert(signals=in_order([siege, sample_signal()]))
    lines = card(both).plain.splitlines()
    assert lines[0].endswith("حرج: نقص في الأدوية"), lines[0]
    assert lines[1].endswith("تنبيه: حصار"), lines[1]
    # Only what was found in the entry that is quoted is marked in it.
    other = replace(siege, entry_id=2, evidence_json=sample_signal().evidence_json)
    assert bold_of(card(sample_alert(signals=(other,)))) == bold_of(
        card(sample_alert(signals=(siege,)))
    )


def test_a_card_says_where_and_how_many() -> None:
    place = StoredPlace("g1", "SD", "SD-DS", "town", "clause", ("g1",), {"ar": "نيالا، السودان"})
    toll = AlertFigure(what="killed", first=12, latest=19, at_least=True)
    disputed = AlertFigure(what="wounded", first=5, latest=30, says=(("a", 30), ("b", 5)))
    alert = sample_alert(places=(place,), figures=(toll, disputed))
    shown = card(alert).plain
    assert "📍 نيالا، السودان" in shown
    assert "الوفيات: 12 ثم 19 على الأقل · الجرحى: 30 (\u2068a\u2069) / 5 (\u2068b\u2069)" in shown
    assert "at least 12 → 19" in card(alert, "en").plain
    assert "📍" not in card(sample_alert()).plain
    for each in (explained(alert), explained(alert, "fr")):
        assert "📍" in each.plain


def source(number: int, **changes: Any) -> AlertSource:
    values: dict[str, Any] = {
        "family": f"family-{number}",
        "feed_id": f"feed-{number}",
        "link": f"https://example.org/{number}",
        "published_at": NOW - timedelta(minutes=25),
        "entry_id": number,
    }
    return AlertSource(**values | changes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_says_when_it_happened_where_the_feed_says_so(language: str) -> None:
    seen, shown = sample_alert().updated_at, display(language)
    began = shown.say("card.event", when=shown.moment(seen - timedelta(days=2)))
    assert began in card(sample_alert(event_at=seen - timedelta(days=2)), language).plain
    label = shown.say("card.event", when="")[:10]
    for at in (None, seen - timedelta(minutes=50)):
        assert label not in card(sample_alert(event_at=at), language).plain


def test_a_card_names_who_reports_it_each_with_a_link_three_at_most() -> None:
    alert = sample_alert(sources=tuple(map(source, range(1, 6))), families=5)
    names = {"feed-2": "Relief Wire", "feed-3": "عنب بلدي"}
    shown = alert_card(alert, replace(display("en"), publishers=names))
    text, entities = parse_html(shown.html)
    assert [text[e.start : e.end] for e in entities if e.tag == "a"] == [
        *("الجزيرة نت", "Relief Wire", "عنب بلدي"),
    ]
    assert "and 2 more\n" in text
    assert "Published at 15:05, seen on 31 January, 15:30 (Damascus time)" in text
    arabic = without_controls(card(alert, "ar").plain)
    assert "المصادر: " in arabic
    assert "ومصدران آخران" in arabic


def test_publishers_that_copy_one_another_are_counted_beside_their_names() -> None:
    alert = sample_alert(sources=(source(1), source(2)), families=1)
    assert "(one publisher)" in card(alert, "en").plain
    single = card(sample_alert(sources=(source(1),)), "en").plain
    assert "Source: " in single
    assert "publisher" not in single


def test_a_card_leaves_no_empty_line() -> None:
    place = StoredPlace("g1", "SD", "SD-DS", "town", "clause", ("g1",), {"ar": "نيالا، السودان"})
    toll = AlertFigure(what="killed", first=12, latest=19)
    alert = sample_alert(places=(place,), figures=(toll,), sources=(source(1),))
    lines = [without_controls(each) for each in card(alert).plain.splitlines()]
    begins = ("🔴", "📍", TITLE[:5], "«", "الوفيات", "المصدر", "نُشر")
    assert [line[: len(start)] for line, start in zip(lines, begins, strict=True)] == list(begins)


def test_signals_of_one_level_share_a_line() -> None:
    both = in_order([sample_signal(), sample_signal(signal="siege")])
    first = card(sample_alert(signals=both), "en").plain.splitlines()[0]
    assert first == "🔴 Critical: shortage of medicines, siege"


def test_a_place_is_told_once_and_not_beside_what_lies_in_it() -> None:
    def place(place_id: str, name: str, *within: str) -> StoredPlace:
        return StoredPlace(
            place_id, "SD", "SD-KA", "town", "clause", (place_id, *within), {"en": name}
        )

    town = place("g1", "Kassala, Sudan", "SD-KA", "SD")
    state, country = place("SD-KA", "Kassala, Sudan", "SD"), place("SD", "Sudan")
    camp = place("g2", "A camp, Kassala, Sudan", "SD-KA", "SD")
    shown = card(sample_alert(places=(country, town, state, camp)), "en").plain
    assert "📍 Kassala, Sudan · A camp, Kassala, Sudan\n" in shown


def test_a_list_says_all_signals_the_place_and_the_source_of_an_alert() -> None:
    siege = sample_signal(signal="siege", level="alert")
    place = StoredPlace("g1", "SD", "SD-DS", "town", "clause", ("g1",), {"en": "Nyala, Sudan"})
    both = sample_alert(signals=in_order([siege, sample_signal()]), places=(place,))
    shown = listed([both], display("en"))
    assert "🔴 Critical: shortage of medicines, siege · Nyala, Sudan\n" in shown.plain
    text, entities = parse_html(shown.html)
    assert [text[e.start : e.end] for e in entities if e.tag == "a"] == ["الجزيرة نت"]


def test_ten_long_addresses_shorten_no_list() -> None:
    link = "https://example.org/" + "%D8%AE" * 150
    found = [sample_alert(short_id=f"A{n}", link=link) for n in range(10, 20)]
    shown = listed(found, display("ar"))
    check(shown, "ar")
    assert without_controls(shown.plain).count(TITLE) == 10
    assert shown.html.count(link) == 10


def test_the_explanation_says_what_was_found_the_score_the_decision_and_what_was_sent() -> None:
    detection = StoredDetection(
        signal="medicine-shortage",
        direction="worsening",
        score=130,
        threshold=100,
        level="critical",
        evidence_json="[]",
        explanation="",
        rules_hash="",
        created_at=NOW,
    )
    decision = Decision(
        entry_id=1,
        alert_id=12,
        signal="medicine-shortage",
        action="send",
        reason="first-telling",
        rules_hash="",
        at=NOW,
        direction="worsening",
        version=1,
    )
    shown = explained(
        sample_alert(),
        detections={"medicine-shortage": detection},
        decisions=[decision],
        deliveries=[sample_delivery(state="sent")],
    ).plain
    for part in ("تنفد", "في العنوان", "near(medicine, lack)", "130", "100", "أول خبر"):
        assert part in shown
    assert "أُرسل إلى هذه المحادثة: 31 كانون الثاني/يناير، 15:30" in shown


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("sent", "Sent to this chat"),
        ("unknown", "May have reached this chat"),
        ("pending", "Waiting to be sent"),
        ("paused", "Waiting to be sent"),
        ("failed", "Not sent to this chat"),
    ],
)
def test_the_explanation_is_honest_about_what_this_chat_got(state: str, expected: str) -> None:
    shown = explained(sample_alert(), "en", deliveries=[sample_delivery(state=state)])
    assert expected in shown.plain


def test_a_folded_delivery_is_explained_by_the_line_that_named_it() -> None:
    row = sample_delivery(state="expired", folded_into=9)
    assert "gathered several alerts" in explained(sample_alert(), "en", deliveries=[row]).plain


# --- whatever the feed says ---

NASTY = st.lists(
    st.one_of(
        st.characters(),
        st.sampled_from("<>&\"'@/\n\r\t\0\u202a\u202b\u202d\u202e\u202c\u2066\u2067\u2068\u2069"),
        st.sampled_from("\u200e\u200f\u061c\u200d\u0301\ud800\udfff\ufffe\U0001f6a8دواءالمشفى hi"),
        st.sampled_from(["<b>", "</b>", "<a href='x'>", "&lt;", "&#x", "&amp;amp;", "]]>", "%s{}"]),
    ),
    max_size=60,
).map("".join)
LONG = st.builds(lambda text, times: text * times, NASTY, st.integers(1, 400))
FEED_TEXT = st.one_of(NASTY, LONG)
EVIDENCE = st.lists(
    st.fixed_dictionaries(
        {
            "field": st.sampled_from(["title", "text", "other"]),
            "start": st.integers(-5, 80),
            "end": st.integers(-5, 90),
            "quote": NASTY,
            "term": NASTY,
            "clause": NASTY,
            "weight": st.integers(-100, 1000),
        }
    ),
    max_size=40,
)
ALERTS = st.builds(
    lambda evidence, cut, **values: sample_alert(
        **values,
        # Half of the evidence is true, so that marks are really made.
        evidence_json=json.dumps(
            [
                each | {"quote": values["title"][each["start"] : each["end"]]}
                if each["start"] % 2 == cut and each["start"] >= 0
                else each
                for each in evidence
            ]
        ),
    ),
    evidence=EVIDENCE,
    cut=st.integers(0, 1),
    title=FEED_TEXT,
    snippet=FEED_TEXT,
    feed_name=FEED_TEXT,
    link=st.one_of(st.none(), FEED_TEXT, FEED_TEXT.map("https://example.org/".__add__)),
    signal=st.one_of(st.sampled_from(sorted(SIGNALS)), NASTY),
    direction=st.one_of(st.sampled_from(["worsening", "improving", "denied"]), NASTY),
    level=st.one_of(st.sampled_from(["critical", "alert"]), NASTY),
    rules_hash=NASTY,
    version=st.integers(1, 9),
    families=st.integers(0, 500),
)


def check(shown: Card, language: str) -> None:
    """The limits and the directions that every message keeps."""
    text, entities = parse_html(shown.html)
    assert text.strip()
    assert length(text) <= 3800
    assert length(shown.plain) <= 3800
    assert len(shown.html.encode()) <= 24_000
    assert len(entities) < 100
    for source in (shown.html, shown.plain):
        source.encode()  # no lone surrogate
    for line in (*text.split("\n"), *shown.plain.split("\n")):
        assert line.count(FSI) == line.count(PDI)
        assert not any("\u202a" <= character <= "\u202e" for character in line)
        assert not any(unicodedata.category(character) == "Cc" for character in line)
        if line and language == "ar":
            assert line[0] == RLM or unicodedata.bidirectional(line[0]) in ("AL", "R")


FAST = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FAST
@given(ALERTS, st.sampled_from(LANGUAGES), st.booleans(), st.integers(0, 300))
def test_any_alert_makes_a_valid_card_within_the_limits(
    alert: Alert, language: str, repeat: bool, folded: int
) -> None:
    shown = card(alert, language, possible_repeat=repeat, folded=folded)
    check(shown, language)
    assert alert.short_id in shown.plain


@FAST
@given(ALERTS, st.sampled_from(LANGUAGES))
def test_any_alert_makes_a_valid_explanation_within_the_limits(alert: Alert, language: str) -> None:
    check(explained(alert, language), language)


@FAST
@given(st.lists(ALERTS, min_size=1, max_size=4), st.sampled_from(LANGUAGES))
def test_any_alerts_make_a_valid_list_with_every_id(found: list[Alert], language: str) -> None:
    shown = listed(found, display(language))
    check(shown, language)
    assert shown.plain.count("A12") >= len(found)


@FAST
@given(st.one_of(NASTY.filter(str.strip), LONG.filter(str.strip)), st.sampled_from(LANGUAGES))
def test_any_text_of_a_notice_stays_within_the_limits(text: str, language: str) -> None:
    shown = text_card(text, language, title="رسالة")
    check(shown, language)
