"""Words and sentences, whatever writers and old systems do to them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.language.sentences import Field, sentences, sentences_of
from rules.language.text import arabic_norm, arabic_surface, latin_norm, tokenize

ARABIC_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويءأإآؤئىة"
MARKS = "ـًٌٍَُِّْ\u200f\u200e\u202b\u202c"


def words(text: str) -> list[str]:
    return [t.surface for t in tokenize(text)]


@given(st.text(max_size=300))
def test_offsets_point_into_the_original(text: str) -> None:
    last = 0
    for token in tokenize(text):
        assert last <= token.start < token.end <= len(text)
        last = token.end
        written = text[token.start : token.end]
        if token.script == "ar":
            assert arabic_norm(written) == token.norm
        elif token.script == "latin":
            assert latin_norm(written) == token.norm


PIECES = (
    "حلب", "قصف،", "«نقص»", "د.", "12.5", "1,200,", "word", "l'eau", "المعرض.", "انتهى.وبدأ", "هل؟",
    "", "...", "—", "ـ", "\n", "مدرسةكبيرة", "كلمة\u200bأخرى", "بَلَدٌ", "\u200f", "U.S.",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30), st.sampled_from(("title", "text")))
def test_a_text_parted_at_its_spaces_is_cut_as_one_run_after_the_other(
    pieces: list[str], field: Field
) -> None:
    text = " ".join(pieces)
    assert sentences(text, field) == sentences_of(text, field, tokenize(text))


@given(st.text(max_size=300))
def test_sentences_hold_every_token_once(text: str) -> None:
    inside = [t for s in sentences(text, "text") for t in s.tokens]
    assert inside == tokenize(text)


@given(
    st.text(ARABIC_LETTERS, min_size=2, max_size=8).filter(lambda w: "ة" not in w[:-1]),
    st.data(),
)
def test_diacritics_tatweel_and_controls_change_nothing(word: str, data: st.DataObject) -> None:
    decorated = "".join(c + data.draw(st.text(MARKS, max_size=2)) for c in word)
    assert [t.norm for t in tokenize(decorated)] == [arabic_norm(word)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("«المستشفى»،والعيادة", ["المستشفى", "والعيادة"]),
        ("المدينةالمحاصرة", ["المدينة", "المحاصرة"]),
        ("#وقف_إطلاق_النار", ["وقف", "إطلاق", "النار"]),
        ("قتل 12شهيدا", ["قتل", "12", "شهيدا"]),
        ("٣٫٥ و۴۲ و5,000", ["35", "و", "42", "و", "5000"]),
        ("ﺍﻟﻤﺴﺘﺸﻔﻰ", ["المستشفى"]),
        ("ﻻ ﺃﺩﻭﻳﺔ", ["لا", "أدوية"]),
        ("کودکان يمنی", ["كودكان", "يمني"]),
        ("ڨفصة ڭرسيف ڤيروس", ["قفصة", "كرسيف", "فيروس"]),
        ("ڕۆژاڤا ژنێو گوڵ", ["روزافا", "زنيو", "كول"]),
        ("ڈیرہ اسماعیل، ٹانک پاڑے", ["ديره", "اسماعيل", "تانك", "باري"]),
        ("l’hôpital d'Alep", ["l", "hôpital", "d", "alep"]),
        ("cease-fire covid19", ["cease", "fire", "covid", "19"]),
        ("قصف‏ المستشفى‎", ["قصف", "المستشفى"]),
        ("في غزةGaza", ["في", "غزة", "gaza"]),
    ],
)
def test_words_survive_what_surrounds_them(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("انتهت الهدنة.وبدأت المعارك", 2),
        ("انتهت الهدنة؟ نعم! انتهت", 3),
        ("سطر أول\nسطر ثان", 2),
        ("قال د. أحمد إن المستشفى مغلق", 1),
        ("Dr. Smith said the U.S. aid stopped. Nobody knew.", 2),
        ("The toll since Oct. 7 has passed 20,000, Gov. Cuomo said. Nobody knew.", 2),
        ("It ended in Oct. The toll rose.", 2),
        ("3.5 million people", 1),
        ("قال: «لا دواء». ثم صمت", 2),
        ("see example.org for more", 1),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, count: int) -> None:
    assert len(sentences(text, "text")) == count


@pytest.mark.parametrize(
    "title", ["Doctors arrested? Pure invention", "هل حوصرت البلدة؟ المحافظ ينفي ذلك"]
)
def test_a_title_that_asks_goes_on_with_its_answer(title: str) -> None:
    (whole,) = sentences(title, "title")
    assert [token.breaks for token in whole.tokens].count(True) == 1
    assert len(sentences(title, "text")) == 2


def test_presentation_forms_are_plain_letters_afterwards() -> None:
    plain = "المستشفى خارج الخدمة"
    shaped = "".join(
        next(
            (
                c
                for c in map(chr, range(0xFE80, 0xFEF5))
                if unicodedata.normalize("NFKC", c) == letter
            ),
            letter,
        )
        for letter in plain
    )
    assert shaped != plain
    assert words(shaped) == words(plain)


def test_surface_keeps_hamza_and_norm_drops_it() -> None:
    assert (arabic_surface("إِخْلاءٌ"), arabic_norm("إِخْلاءٌ")) == ("إخلاء", "اخلاء")
