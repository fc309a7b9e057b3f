"""Texts that no newsroom would write: no crash, and work that grows no faster than the text."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import RuleSet
from rules.language import sentences as sentences_module
from rules.language import text as text_module
from rules.language.sentences import LONGEST, sentences
from rules.language.text import tokenize
from rules.loading.load import SHIPPED

HOSTILE = {
    "empty": "",
    "spaces": " " * 10_000,
    "all diacritics": "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652" * 2_000,
    "one endless word": "ا" * 100_000,
    "one endless phrase": "نقص الأدوية " * 5_000,
    "negations only": "لا " * 20_000,
    "lone surrogates": "مستشفى \ud800 أدوية \udfff نقص",
    "mixed scripts": "مستشفىhospitalбольница病院" * 2_000,
    "controls": "\u202e\u2066نقص\u2069\u202c الأدوية\x00\x07",
    "punctuation": ".!؟،؛«»" * 5_000,
    "digits": "1234567890٠١٢٣٤٥٦٧٨٩" * 5_000,
    "combining": "e" + "\u0301" * 50_000,
    "quotes": "«" * 20_000 + "قصف المستشفى" + "»" * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_only_text(shipped: RuleSet, name: str) -> None:
    for detection in shipped.detect(HOSTILE[name][:500], HOSTILE[name], None):
        assert detection.score >= detection.threshold


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=400), st.text(max_size=80))
def test_evidence_always_points_at_what_it_quotes(shipped: RuleSet, text: str, title: str) -> None:
    mixed = text + " نقص حاد في الأدوية " + text
    for detection in shipped.detect(title, mixed, None):
        for evidence in detection.evidence:
            source = title if evidence.field == "title" else mixed
            assert source[evidence.start : evidence.end] == evidence.quote


# The Arabic blocks whole: Maghrebi, Persian, Kurdish, Urdu letters, signs, presentation forms.
ARABIC_SCRIPT = st.one_of(
    st.characters(min_codepoint=0x600, max_codepoint=0x6FF),
    st.characters(min_codepoint=0x750, max_codepoint=0x77F),
    st.characters(min_codepoint=0x870, max_codepoint=0x8FF),
    st.characters(min_codepoint=0xFB50, max_codepoint=0xFEFF),
    st.sampled_from(" .،\n\u200b\u200c\u2066"),
)


@settings(max_examples=150, deadline=None)
@given(st.text(ARABIC_SCRIPT, max_size=200), st.text(ARABIC_SCRIPT, max_size=40))
def test_no_arabic_letter_breaks_the_reading(shipped: RuleSet, text: str, title: str) -> None:
    found = shipped.detect(title, f"{text}\nنقص حاد في الأدوية", "ar")
    assert all(d.score >= d.threshold for d in found)


@pytest.mark.parametrize(
    "letters",
    ["ڤ ڨ ڭ", "پ چ ژ گ ک ی", "ێ ۆ ڕ ڵ ە", "ٹ ڈ ڑ ے ہ ں", "ۋ ڄ ڳ ٻ", "ڨفصة ڕۆژاڤا ڈیرہ"],
)
def test_letters_of_neighbouring_languages_leave_the_rest_readable(
    shipped: RuleSet, letters: str
) -> None:
    found = shipped.detect("", f"{letters} نقص حاد في الأدوية {letters}", "ar")
    assert "medicine-shortage" in {d.signal for d in found}


def calls_made(work: Callable[[], object]) -> int:
    """How many Python functions a piece of work calls: a measure that no machine changes."""
    count = 0

    def tally(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(tally)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "sentence",
    [
        "نقص الأدوية في المستشفى ولا توجد كهرباء ",
        "لا لم لن نفى قصف حصار إخلاء نازحين ",
        "no medicine shortage hospital attack killed civilians siege ",
    ],
)
def test_work_grows_with_the_length_of_the_text(shipped: RuleSet, sentence: str) -> None:
    shipped.detect("", sentence * 10, None)  # words are analysed once and remembered
    short = calls_made(lambda: shipped.detect("", sentence * 60, None))
    long = calls_made(lambda: shipped.detect("", sentence * 240, None))
    # Measured 4.2 on words that govern each other; a quadratic reading would be 16.
    assert long < short * 4 * 1.3


def words_of_examples(signal: str, script: str) -> str:
    """The shipped rules' own examples of a signal as one sentence without an end: words that each
    of its clauses asks for, in every order."""
    file = yaml.safe_load((SHIPPED / "signals" / f"{signal}.yaml").read_text(encoding="utf-8"))
    texts: list[str] = []
    for example in (*file["examples"]["fires"], *file["examples"]["silent"]):
        said = [example] if isinstance(example, str) else [str(t) for t in example.values()]
        texts += [t for t in said if bool(re.search("[ء-ي]", t)) == (script == "ar")]
    return " ".join(re.findall(r"\w+", " ".join(texts))[:900]) + " "


@pytest.mark.parametrize("script", ["ar", "latin"])
@pytest.mark.parametrize("signal", ["health-system-collapse", "evacuation", "displacement"])
def test_work_grows_with_a_sentence_that_has_no_end(
    shipped: RuleSet, signal: str, script: str
) -> None:
    words = words_of_examples(signal, script)
    shipped.detect("", words, None)
    short = calls_made(lambda: shipped.detect("", words * 2, None))
    long = calls_made(lambda: shipped.detect("", words * 8, None))
    assert long < short * 4 * 1.3


@pytest.mark.parametrize("word", ["كلمة", "word", "l'eau", "ك-ل-م-ة"])
def test_what_goes_on_for_ever_is_parted_and_nothing_of_it_is_lost(word: str) -> None:
    text = f"{word} " * 1_000
    parted = sentences(text, "text")
    assert max(len(s.tokens) for s in parted) <= LONGEST
    assert [t for s in parted for t in s.tokens] == list(tokenize(text))


def test_a_megabyte_is_read_up_to_a_bound(
    shipped: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert text_module.MAX_CHARACTERS < 1_000_000
    for module in (text_module, sentences_module):
        monkeypatch.setattr(module, "MAX_CHARACTERS", 2_000)
    said, padding = "نقص حاد في الأدوية.", "كلام عابر. " * 1_000
    assert shipped.detect("", said + padding, "ar")
    assert shipped.detect("", padding + said, "ar") == ()
