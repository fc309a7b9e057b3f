"""What people write is understood: words in any order, in three languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.asking.answer import guesses
from bot.asking.guessing import with_guesses
from bot.asking.question import Question, Stretch
from bot.asking.reader import read_question
from bot.asking.vocabulary import vocabulary_of
from bot.rules_in_force import shipped_places
from tests.conftest import shipped_rules

TODAY = date(2026, 3, 4)
"""A Wednesday."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def read(text: str, clock: time = time(16)) -> Question:
    titles = {name: signal.title for name, signal in shipped_rules().signals.items()}
    return read_question(
        text, vocabulary_of(titles), shipped_places(), datetime.combine(TODAY, clock)
    )


def guessed(text: str) -> Question:
    titles = {name: signal.title for name, signal in shipped_rules().signals.items()}
    return with_guesses(read(text), vocabulary_of(titles), shipped_places())


def places(question: Question) -> list[str]:
    return [each.id for each in question.places]


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("24h", DAY),
        ("3d", 3 * DAY),
        ("أسبوع", 7 * DAY),
        ("آخر أسبوعين", 14 * DAY),
        ("آخر ٣ أيام", 3 * DAY),
        ("هذا الأسبوع", 7 * DAY),
        ("3 jours", 3 * DAY),
        ("les 2 dernières semaines", 14 * DAY),
        ("last 48 hours", 48 * HOUR),
        ("شهر", 30 * DAY),
        ("6 months", 180 * DAY),
        ("99 years", 366 * DAY),
        ("1m", timedelta(minutes=15)),
        ("آخر يومين", 2 * DAY),
        ("يوم", DAY),
        ("past fortnight", 14 * DAY),
    ],
)
def test_a_stretch_of_time(text: str, length: timedelta) -> None:
    assert read(text) == Question(Stretch(length))


@pytest.mark.parametrize(
    ("text", "day"), [("اليوم", 0), ("today", 0), ("aujourd'hui", 0), ("أمس", 1), ("hier", 1)]
)
def test_a_day_of_the_readers_calendar(text: str, day: int) -> None:
    assert read(text) == Question(Stretch(day=day))


def test_a_day_begins_at_midnight_where_the_reader_is() -> None:
    now, zone = datetime(2026, 3, 3, 22, 30, tzinfo=UTC), ZoneInfo("Asia/Damascus")
    assert Stretch(day=0).bounds(now, zone) == (datetime(2026, 3, 3, 21, tzinfo=UTC), None)
    yesterday = (datetime(2026, 3, 2, 21, tzinfo=UTC), datetime(2026, 3, 3, 21, tzinfo=UTC))
    assert Stretch(day=1).bounds(now, zone) == yesterday
    assert Stretch(3 * DAY).bounds(now, zone) == (now - 3 * DAY, None)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("حلب", "SY-HL"),
        ("بحلب", "SY-HL"),
        ("Aleppo", "SY-HL"),
        ("Alep", "SY-HL"),
        ("Alepo", "SY-HL"),
        ("حلبي", "SY-HL"),
        ("في السودان", "SD"),
        ("للسودان", "SD"),
        ("السودانيين", "SD"),
        ("سوري", "SY"),
        ("syrian", "SY"),
        ("خانيونس", "PS-KYS"),
        ("معبر رفح", "ps-rafah-crossing"),
        ("port soudan", "g377039"),
        ("شمال غزة", "ps-north-of-the-strip"),
    ],
)
def test_a_place_by_its_names_and_its_people(text: str, place: str) -> None:
    question = read(text)
    assert places(question) == [place]
    assert question.words == ()


def test_a_town_is_its_governorate_too() -> None:
    assert read("حلب").places[0].ids == ("SY-HL", "g170063")


@pytest.mark.parametrize("signal", sorted(shipped_rules().signals))
def test_every_signal_by_its_id_and_its_titles(signal: str) -> None:
    titles = shipped_rules().signals[signal].title
    for name in (signal, *titles.values()):
        assert read(name).signals == (signal,), name


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("محاصرة", "siege"),
        ("المحاصرين", "siege"),
        ("besieged", "siege"),
        ("assiégée", "siege"),
        ("نازحين", "displacement"),
        ("والنازحون", "displacement"),
        ("idps", "displacement"),
        ("دواء", "medicine-shortage"),
        ("الأدوية", "medicine-shortage"),
        ("نقص المياه", "water-fuel-power-shortage"),
        ("كوليرا", "disease-outbreak"),
        ("مساعدات", "aid-access"),
        ("cessez le feu", "ceasefire"),
        ("الهدنة", "ceasefire"),
        ("hunger", "food-insecurity"),
        ("hôpital bombardé", "attack-on-health-care"),
        ("hospitals attacked in Kharkiv", "attack-on-health-care"),
        ("attaques contre des hôpitaux", "attack-on-health-care"),
        ("المستشفيات التي قصفت", "attack-on-health-care"),
        ("غارات على مستشفى", "attack-on-health-care"),
        ("who is starving", "food-insecurity"),
        ("y a-t-il de l'eau", "water-fuel-power-shortage"),
    ],
)
def test_a_signal_by_what_people_call_it(text: str, signal: str) -> None:
    assert read(text).signals == (signal,)


def test_the_dead_and_hospitals_are_two_signals() -> None:
    assert read("ضحايا ومستشفيات").signals == ("civilian-harm", "health-system-collapse")
    assert read("attacks in Darfur").words == ("attacks",)


@pytest.mark.parametrize("text", ["هل معبر رفح مفتوح؟", "is Rafah crossing open", "rafah crossing"])
def test_whether_a_crossing_is_open_asks_for_the_crossing(text: str) -> None:
    assert (places(read(text)), read(text).words) == (["ps-rafah-crossing"], ())


@pytest.mark.parametrize(
    "text",
    ["وضع حلب", "الوضع في حلب", "how is the situation in Aleppo", "quelle est la situation à Alep"],
)
def test_how_it_stands_at_a_place(text: str) -> None:
    asked = read(text).whose_state
    assert asked is not None
    assert asked.id == "SY-HL"


@pytest.mark.parametrize(
    "text",
    ["حلب", "الوضع في حلب وإدلب", "وضع المياه في حلب", "الوضع في حلب أمس", "الوضع", "حلب سوق مغلق"],
)
def test_what_asks_for_more_or_less_than_how_it_stands_at_a_place(text: str) -> None:
    assert read(text).whose_state is None


def test_a_state_of_a_country_and_a_movement_are_no_questions_how_it_stands() -> None:
    assert read("Rakhine state").whose_state is None
    assert read("اشتباكات فتح في عين الحلوة").words == ("اشتباكات", "فتح")


def test_an_elision_is_no_part_of_a_name() -> None:
    question = read("le siège d'El Fasher")
    assert (places(question), question.signals) == (["g379555"], ("siege",))


def test_levels_directions_and_how_many() -> None:
    assert read("التنبيهات الحمراء").levels == read("alertes rouges").levels == ("critical",)
    assert read("الحرجة").levels == read("critique").levels == ("critical",)
    assert read("أخبار جيدة").directions == read("good news").directions == ("improving",)
    lifted = read("رفع الحصار")
    assert (lifted.signals, lifted.directions) == (("siege",), ("improving",))
    assert read("آخر ٧").count == 7


def test_the_order_of_words_does_not_matter() -> None:
    parts = ("حلب", "حصار", "3 أيام", "critical", "10")
    found = {
        (q.stretch, q.places, q.signals, q.levels, q.count, q.words)
        for q in (read(" ".join(order)) for order in permutations(parts))
        # «3 أيام 10» is no other question, «10 3 أيام» neither
    }
    assert len(found) == 1
    ((stretch, _, signals, levels, count, words),) = found
    assert (stretch, signals, levels, count, words) == (
        *(Stretch(3 * DAY), ("siege",), ("critical",), 10, ()),
    )


@pytest.mark.parametrize(
    ("text", "meant"), [("حلبب", "SY-HL"), ("Allepo", "SY-HL"), ("الخرطو", "SD-KH")]
)
def test_a_misspelled_or_half_typed_place_is_asked_about(text: str, meant: str) -> None:
    question = guessed(f"{text} siege")
    assert (question.places, question.words) == ((), (text,))
    (perhaps,) = question.perhaps
    assert perhaps.said == text
    assert perhaps.places[0].id == meant


def test_a_name_of_two_words_is_asked_about_as_one() -> None:
    question = guessed("Deir ezor siege")
    (perhaps,) = question.perhaps
    assert (perhaps.said, [each.id for each in perhaps.places]) == ("Deir ezor", ["SY-DY"])
    ((_, meant),) = guesses(question)
    assert (meant.words, places(meant), meant.signals) == ((), ["SY-DY"], ("siege",))


def test_an_article_that_was_left_out_is_no_other_name() -> None:
    assert [each.id for each in guessed("فاشير").perhaps[0].places] == ["g379555"]


@pytest.mark.parametrize("word", ["شكرا", "شكرن", "tanks", "sports", "bananas", "متى", "كتاب"])
def test_an_ordinary_word_is_no_small_town_far_away(word: str) -> None:
    offered = [each.id for perhaps in guessed(word).perhaps for each in perhaps.places]
    gazetteer = shipped_places()
    countries = {gazetteer.places[each].country for each in offered}
    assert countries <= gazetteer.in_the_field


def test_a_large_place_of_elsewhere_is_still_asked_about() -> None:
    assert guessed("parris").perhaps[0].places[0].id == "g2988507"
    assert guessed("Berlinn").perhaps[0].places[0].id == "DE-BE"


def test_a_misspelled_signal_is_asked_about() -> None:
    assert guessed("كوليراا").perhaps[0].signals == ("disease-outbreak",)


def test_what_nobody_knows_stays_as_words_in_order() -> None:
    question = read('مرحبا طماطم qwxzzk "سوق الجملة" حلب')
    assert question.words == ("طماطم", "qwxzzk", '"سوق الجملة"'), "a greeting says nothing"
    assert places(question) == ["SY-HL"]


@given(st.text(max_size=4096))
@example("²")
@example("\ud800 3d")
@example("9" * 4096)
@example("حلب " * 1024)
@example('"' * 4096)
@example("ال" * 2048)
@example("\u0640\u064b\u200f" * 1365)
@settings(max_examples=60)
def test_whatever_is_written_is_some_question_and_comes_back_as_it_was_kept(text: str) -> None:
    question = guessed(text)
    kept = Question.from_json(question.as_json())
    assert (kept.stretch, kept.places, kept.signals) == (
        *(question.stretch, question.places, question.signals),
    )
    assert (kept.levels, kept.directions, kept.count, kept.words) == (
        *(question.levels, question.directions, question.count, question.words),
    )


@given(
    st.lists(st.sampled_from('3 d حلب siege في و al الـ " - 24h اليوم حرج ؟ / @x <b> 0'.split()))
)
@settings(max_examples=60)
def test_any_heap_of_known_words_is_some_question(words: list[str]) -> None:
    assert read(" ".join(words)).count != 0


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("siege except Aleppo", [], ["SY-HL"]),
        ("حصار ما عدا حلب وحمص", [], ["SY-HL", "SY-HI"]),
        ("siège sauf à Alep ni à Homs", [], ["SY-HL", "SY-HI"]),
        ("siege in Syria but not in Aleppo or Homs", ["SY"], ["SY-HL", "SY-HI"]),
        ("siege Syria -Aleppo", ["SY"], ["SY-HL"]),
        ("siege\n-Aleppo\n-Homs", ["SY-HL", "SY-HI"], []),
        ("siege - Aleppo", ["SY-HL"], []),
        ("-Aleppo siege -48h", ["SY-HL"], []),
    ],
)
def test_what_is_shut_out_is_not_asked_for(
    text: str, wanted: list[str], unwanted: list[str]
) -> None:
    question = read(text)
    assert question.signals == ("siege",) and question.words == ()
    assert places(question) == wanted
    assert [each.id for each in question.without_places] == unwanted
    assert Question.from_json(question.as_json()) == question


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Pourquoi l'aide n'arrive pas à Gaza ?", "ps-gaza-strip"),
        ("is there aid or not in Gaza", "ps-gaza-strip"),
        ("hôpitaux hors service à Alep", "SY-HL"),
        ("لماذا لا تصل المساعدات إلى غزة", "ps-gaza-strip"),
        ("siege of Aleppo not lifted", "SY-HL"),
        ("لا ماء في غزة", "ps-gaza-strip"),
        ("no water in Gaza", "ps-gaza-strip"),
        ("pas d'eau à Gaza", "ps-gaza-strip"),
        ("les enfants sans pain à Gaza", "ps-gaza-strip"),
    ],
)
def test_a_no_shuts_out_nothing(text: str, wanted: str) -> None:
    question = read(text)
    assert places(question) == [wanted]
    assert not question.without_places and not question.without_signals


@pytest.mark.parametrize(
    "text",
    ["not Sudan", "not in Sudan", "ليس السودان", "بدون السودان", "pas le Soudan", "sans Soudan"],
)
def test_a_no_before_a_place_shuts_it_out(text: str) -> None:
    shut_out = read(text)
    assert shut_out == Question(without_places=shut_out.without_places), text
    assert [each.id for each in shut_out.without_places] == ["SD"]
    for said in (f"siege {text}", f"siege but {text}", f"{text} siege"):
        found = read(said)
        if said.startswith("siege not in"):
            continue  # as in "is there a siege or not in Sudan"
        assert (found.signals, found.without_places) == (("siege",), shut_out.without_places), said


@pytest.mark.parametrize(
    "text",
    [
        "no siege",
        "not the siege",
        "without siege",
        "لا حصار",
        "بدون حصار",
        "pas le siège",
        "aucun siège",
    ],
)
def test_a_no_before_a_signal_shuts_it_out(text: str) -> None:
    assert read(text) == Question(without_signals=("siege",))
    found = read(f"{text} in Sudan")
    assert (places(found), found.without_signals, found.signals) == (["SD"], ("siege",), ())


@pytest.mark.parametrize("text", ["not aid", "pas l'aide", "ليس مساعدات"])
def test_what_people_lack_is_shut_out_by_a_not(text: str) -> None:
    assert read(text).without_signals == ("aid-access",)


def test_signals_and_words_are_shut_out_too() -> None:
    question = read('Aleppo -cholera -sugar -"old town" 3d')
    assert question.without_signals == ("disease-outbreak",) and not question.signals
    assert question.words == ("-sugar", '-"old town"')
    assert places(question) == ["SY-HL"] and question.stretch == Stretch(3 * DAY)
    assert read("siege except").signals == ("siege",)
    for text in ("everything except siege", "الكل ما عدا الحصار", "tout sauf le siège"):
        assert read(text) == Question(without_signals=("siege",)), text
    assert Question.from_json(question.as_json()) == question


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("siege in the north", []),
        ("south of Gaza", ["ps-gaza-strip"]),
        ("الشمال السوري", ["sy-northern-syria"]),
        ("حصار في الشمال", []),
        ("nord de Gaza", ["ps-north-of-the-strip"]),
        ("marché", []),
        ("bar", []),
        ("rivers", []),
        ("Tyre", ["g267008"]),
        ("swat", ["pk-swat"]),
        ("mali", ["ML"]),
    ],
)
def test_an_ordinary_word_is_no_place_far_from_any_crisis(text: str, found: list[str]) -> None:
    assert places(read(text)) == found


@pytest.mark.parametrize(
    "text", ["attack with more than 12 dead", "tank fire but no aid", "tell me more", "drug media"]
)
def test_a_word_that_is_also_the_name_of_a_town_is_a_word(text: str) -> None:
    assert guessed(text).places == ()
    assert guessed(text).without_places == ()


def test_its_name_with_a_capital_is_the_town() -> None:
    assert [place.id for place in guessed("cholera in Mora").places]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("siege after 7 October", date(2025, 10, 8)),
        ("بعد 7 أكتوبر في غزة", date(2025, 10, 8)),
        ("sièges après octobre", date(2025, 11, 1)),
    ],
)
def test_after_a_day_is_from_the_next_one_on(text: str, first: date) -> None:
    question = guessed(text)
    assert question.stretch is not None
    assert (question.stretch.first, question.stretch.last) == (first, None)
    assert question.words == ()
