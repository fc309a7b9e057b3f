"""Names are found as they are written: clitics, spelling, several words, Latin letters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Gazetteer, places_of
from rules.language.text import tokenize
from rules.matching.detection import Evidence
from rules.matching.places.where import mentions
from rules.matching.places.words import PLACE_NOUNS, kinds_of, means
from tests.conftest import shipped_places

GAZETTEER = shipped_places()


def named(gazetteer: Gazetteer, text: str) -> list[tuple[str, str | None]]:
    return [
        (m.mention.quote, m.adm1 or m.place.country)
        for m in mentions(gazetteer, text)
        if m.mention.form == "name"
    ]


@pytest.mark.parametrize(
    ("text", "quote", "code"),
    [
        ("انقطعت المياه بحلب منذ أسبوع", "حلب", "SY-HL"),
        ("وصلت الشحنة لعدن", "عدن", "YE-AD"),
        ("توقفت المخابز في إب وتعز", "تعز", "YE-TA"),
        ("عاد الأهالي للخرطوم", "الخرطوم", "SD-KH"),
        ("أُغلق معبر رفح", "معبر رفح", "PS-RFH"),
        ("شاحنات تدخل من باب الهوى", "باب الهوى", "SY-ID"),
        ("نزوح من خانيونس", "خانيونس", "PS-KYS"),
        ("حِصارُ إِدْلِب", "إِدْلِب", "SY-ID"),
        ("ادلب تحت القصف", "ادلب", "SY-ID"),
        ("Shelling hit Aleppo overnight", "Aleppo", "SY-HL"),
        ("Les frappes sur Deir ez-Zor continuent", "Deir ez-Zor", "SY-DY"),
        ("Fuel ran out in El Fasher", "El Fasher", "SD-DN"),
        ("Choléra à Port-Soudan", "Port-Soudan", "SD-RS"),
        ("Hospitals in Kharkiv closed", "Kharkiv", "UA-63"),
    ],
)
def test_a_name_is_found_as_it_is_written(
    gazetteer: Gazetteer, text: str, quote: str, code: str
) -> None:
    assert (quote, code) in named(gazetteer, text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("إدلب", "ادلب"),
        ("حماة", "حماه"),
        ("صلالة", "صلاله"),
        ("ديالى", "ديالي"),
        ("Deir ez-Zor", "deir ez zor"),
        ("As-Suwayda", "as suwaydā"),
        ("Ar Raqqah", "al-Raqqah"),
    ],
)
def test_spellings_that_are_made_alike(gazetteer: Gazetteer, one: str, other: str) -> None:
    assert gazetteer.named(one) == gazetteer.named(other) != ()


@pytest.mark.parametrize("word", ["مدينة", "المدينة", "بالمدينة", "ومدينة", "للمدينة", "وبمدينة"])
def test_words_around_a_name_are_known_behind_what_is_glued_to_them(word: str) -> None:
    (token,) = tokenize(word)
    assert kinds_of(token)[0] == "town"
    assert means(token, PLACE_NOUNS)


def test_a_quote_is_what_stands_at_its_offsets(gazetteer: Gazetteer) -> None:
    text = "انقطع التيار وبحلـب وبالحسكة، ولبيروت نصيب"
    for m in mentions(gazetteer, text):
        assert text[m.mention.start : m.mention.end] == m.mention.quote


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            "في قال مدينة حلب وبحلب الباب غزة معبر رفح سوريا السورية من إلى نقلوا مستشفى الأردن "
            "Aleppo in the town of Jordan 60 كلم - ( ) : ، . \u200f ـ".split(" ")
        ),
        max_size=40,
    ),
    st.integers(0, 300),
)
def test_no_text_raises_and_spans_lie_in_it(noise: str, words: list[str], at: int) -> None:
    text = " ".join(words) + noise
    evidence = [Evidence("text", at, at + 3, text[at : at + 3], "$x", "c", 1)]
    told = places_of(GAZETTEER, noise, text, evidence, region=noise[:3])
    for place in told.places:
        source = noise if place.field == "title" else text
        assert 0 <= place.start < place.end <= len(source)
    for aside in told.set_aside:
        source = noise if aside.field == "title" else text
        assert 0 <= aside.start < aside.end <= len(source)
