"""The same text in everyday and in hostile spelling: the same detections, at the same words."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import RuleSet
from rules.language.arabic.lexicon import noun
from rules.language.arabic.morphology import Morphology
from rules.language.disguise import without_drawn_out_letters
from rules.language.text import tokenize

ALERTS = [
    "نقص حاد في الأدوية بمستشفى المدينة",
    "قصف المستشفى وسقوط قتلى وجرحى من المدنيين",
    "حصار خانق على البلدة منذ أسابيع",
    "نزوح آلاف العائلات من القرية",
    "انتشار وباء الكوليرا بين النازحين",
    "أوامر إخلاء جديدة لسكان الحي",
    "مقتل 12 مدنيا في غارة على السوق",
    "لا توجد أدوية في المستشفى",
    "وصول وفد رسمي إلى العاصمة أمس",
]
alerts = st.sampled_from(ALERTS)
INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2060\u2066\u2069\ufe0f"
)
few = settings(max_examples=40, deadline=None)


def found(rules: RuleSet, text: str) -> set[tuple[str, str]]:
    detections = rules.detect("", text, "ar")
    for detection in detections:
        for evidence in detection.evidence:
            assert text[evidence.start : evidence.end] == evidence.quote
            assert evidence.quote
    return {(d.signal, d.direction) for d in detections}


def same(rules: RuleSet, plain: str, disguised: str) -> None:
    assert found(rules, disguised) == found(rules, plain)


def test_the_sentences_of_these_properties_say_something(shipped: RuleSet) -> None:
    assert sum(bool(found(shipped, text)) for text in ALERTS) >= 7


# --- everyday ------------------------------------------------------------------------


@few
@given(alerts, st.data())
def test_letters_that_people_confuse(shipped: RuleSet, text: str, data: st.DataObject) -> None:
    """ه for ة, ي for ى, alef without hamza, Persian ی and ک: any of them, or none."""
    swaps = {"ى": "ىيی", "ي": "يی", "ك": "كک", "أ": "أا", "إ": "إا", "آ": "آا", "ة": "ةه"}
    written = "".join(data.draw(st.sampled_from(swaps.get(c, c))) for c in text)
    same(shipped, text, written)


@pytest.mark.parametrize(
    ("plain", "others"),
    [
        ("مسؤول", "مسئول مسوول مسءول"),
        ("طوارئ", "طوارىء طواري طوارء"),
        ("شهداء", "شهدا"),
        ("إخلاء", "اخلاء اخلا إخلأ"),
        ("لاجئين", "لاجيين لاجءين لاجؤين"),
        ("أوبئة", "اوبئه اوبيه أوبءة"),
    ],
)
def test_a_hamza_on_another_seat_or_none(plain: str, others: str) -> None:
    morphology = Morphology([noun(plain)])
    for other in others.split():
        assert morphology.analyse(other), other


def test_a_hamza_makes_no_word_of_another_that_is_known() -> None:
    morphology = Morphology([noun("مبادئ"), noun("مبادي"), noun("بؤس")])
    assert {a.lemma for a in morphology.analyse("مبادي")} == {"مبادي"}
    assert not morphology.analyse("بئس")


@few
@given(alerts, st.integers(3, 8), st.data())
def test_letters_drawn_out(shipped: RuleSet, text: str, times: int, data: st.DataObject) -> None:
    at = data.draw(st.sampled_from([i for i, c in enumerate(text) if c.isalpha()]))
    same(shipped, text, text[:at] + text[at] * times + text[at + 1 :])


def test_a_word_with_a_letter_three_times_is_itself_first() -> None:
    assert list(without_drawn_out_letters("عاجل")) == []
    assert "عاجل" in set(without_drawn_out_letters("عااااجللل"))


@few
@given(alerts, st.sampled_from([0x660, 0x6F0]))
def test_digits_of_other_scripts(shipped: RuleSet, text: str, zero: int) -> None:
    same(shipped, text, text.translate({ord(str(n)): chr(zero + n) for n in range(10)}))


# --- hostile -------------------------------------------------------------------------


def one_word(data: st.DataObject, text: str) -> tuple[str, str, str]:
    words = text.split(" ")
    long = [i for i, w in enumerate(words) if len(w) >= 3 and w.isalpha()]
    at = data.draw(st.sampled_from(long))
    before, after = words[:at], words[at + 1 :]
    return " ".join(before) + " " * bool(before), words[at], " " * bool(after) + " ".join(after)


@few
@given(alerts, st.sampled_from(".-*_·|/"), st.data())
def test_a_word_cut_up_by_signs(
    shipped: RuleSet, text: str, sign: str, data: st.DataObject
) -> None:
    before, word, after = one_word(data, text)
    for cut_up in (sign.join(word), f" {sign} ".join(word)):
        whole = before + cut_up + after
        # A word that no rule knows may stay in pieces; what is found is the same.
        same(shipped, text, whole)


@few
@given(alerts, st.data())
def test_a_word_spelt_letter_by_letter(shipped: RuleSet, text: str, data: st.DataObject) -> None:
    before, word, after = one_word(data, text)
    same(shipped, text, before.replace(" ", "  ") + " ".join(word) + after.replace(" ", "  "))


@few
@given(alerts, st.text("ـ" + INVISIBLE, min_size=1, max_size=3), st.data())
def test_what_nobody_sees_inside_words(
    shipped: RuleSet, text: str, unseen: str, data: st.DataObject
) -> None:
    before, word, after = one_word(data, text)
    same(shipped, text, before + unseen.join(word) + after)


@few
@given(alerts, st.data())
def test_a_zero_width_space_inside_a_word(shipped: RuleSet, text: str, data: st.DataObject) -> None:
    before, word, after = one_word(data, text)
    at = data.draw(st.integers(1, len(word) - 1))
    same(shipped, text, before + word[:at] + "\u200b" + word[at:] + after)
    same(shipped, text, before + "\u200b".join(word) + after)


@pytest.mark.parametrize("word", ["الأ\u200bدوية", "الم\u200bستشفى"])
def test_an_article_with_a_letter_is_no_word_of_its_own(shipped: RuleSet, word: str) -> None:
    """Both pieces read as words: pain, and is cured."""
    assert [t.surface for t in tokenize(word, shipped.terms.knows)] == [word.replace("\u200b", "")]


@few
@given(alerts)
def test_presentation_forms(shipped: RuleSet, text: str) -> None:
    shaped = {unicodedata.normalize("NFKC", chr(c)): chr(c) for c in range(0xFE80, 0xFEF5)}
    same(shipped, text, "".join(shaped.get(c, c) for c in text))


# --- false joins ---------------------------------------------------------------------


@few
@given(alerts)
def test_a_zero_width_space_between_words_parts_them(shipped: RuleSet, text: str) -> None:
    joined = text.replace(" ", "\u200b")
    words = [t.surface for t in tokenize(joined, shipped.terms.knows)]
    assert words == [t.surface for t in tokenize(text)]
    same(shipped, text, joined)


ORDINARY = (
    "قال الوزير إن المدينة شهدت يوما هادئا بعد وصول الوفد الرسمي وعقد اجتماع مع المسؤولين في مقر "
    "البلدية حول خطة الطرق والمدارس ثم غادر إلى العاصمة من دون تصريح وكان الطقس معتدلا هناك"
).split()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(ORDINARY), min_size=2, max_size=6),
    st.sampled_from(["\u200b", ".", "-", "،", "/", "_", ":", "·"]),
)
def test_ordinary_words_are_not_joined(shipped: RuleSet, words: list[str], sign: str) -> None:
    assert [t.surface for t in tokenize(sign.join(words), shipped.terms.knows)] == words


@pytest.mark.parametrize("text", ["قال د. أحمد", "أ.ف.ب", "أ ب ج", "5 م و 6 ص", "ص.ب 12"])
def test_initials_stay_initials(shipped: RuleSet, text: str) -> None:
    plain = [t.surface for t in tokenize(text)]
    assert [t.surface for t in tokenize(text, shipped.terms.knows)] == plain
