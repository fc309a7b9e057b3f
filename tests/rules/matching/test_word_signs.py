"""A text parted at its spaces says of each sentence what its words say once they are cut."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules import RuleSet
from rules.language.arabic.morphology import Morphology
from rules.language.sentences import Field
from rules.language.text import runs
from rules.loading.load import load_rules
from rules.matching import word_signs
from rules.matching.entry import OpenedText
from tests.rules.few import few_rules
from tests.rules.matching.test_work import calls

PIECES = (
    "المستشفى", "«المستشفى»", "نقص", "في", "الأدوية،", "(حلب)", "د.", "أ.د", "قصف.", "لا..", "...",
    "؟", "هل؟", "جديد!كلمة", "-", "", "2,000", "3.5", "U.S.", "Oct.", "7", "l'hôpital", "ends.Then",
    "سطر\nآخر", "\n", "مستشفى\u00a0المدينة", "قَصْف", "مدرسةجديدة", "حصا\u200bر", ".", "؛", "no.",
)  # fmt: skip


@pytest.fixture(scope="module")
def few() -> RuleSet:
    return load_rules(shipped=few_rules())


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=9),
    st.sampled_from(("title", "text")),
)
@example(["قصف.", "«المستشفى»"], "text")
@example(["«المستشفى».", "-", "نقص"], "text")
@example(["د.", "(حلب)"], "text")
@example(["هل؟", "نقص"], "title")
def test_each_sentence_is_told_as_its_tokens_tell_it(
    few: RuleSet, pieces: list[str], field: Field
) -> None:
    text = OpenedText(" ".join(pieces), field, 0)
    told = few.gate.signs_of(text, 0)
    if few.gate.everything in told:
        return
    sentences = text.sentences(few.terms)
    assert len(told) == len(sentences)
    of_terms = (1 << few.terms.signs.length) - 1
    for signs, sentence in zip(told, sentences, strict=True):
        possible = few.terms.read(sentence, None, text.written, 0).possible
        # What a Latin word is in either language may stand there.
        assert possible & ~signs & of_terms == 0
        if all(token.script == "ar" for token in sentence.tokens):
            assert signs & of_terms == possible


def test_a_text_of_known_words_is_not_cut(few: RuleSet, monkeypatch: pytest.MonkeyPatch) -> None:
    cut: list[str] = []

    def counted(text: str) -> list[str]:
        cut.append(text)
        return runs(text)

    monkeypatch.setattr(word_signs, "runs", counted)
    text = OpenedText("وصف الكاتب روايته الجديدة، «الكتاب» في المعرض. ثم غادر", "text", 0)
    few.gate.signs_of(text, 0)
    assert set(cut) == {"الجديدة،", "«الكتاب»", "المعرض."}
    cut.clear()
    few.gate.signs_of(text, 0)
    assert cut == []


def test_a_new_word_among_known_ones_is_all_that_is_learnt(few: RuleSet) -> None:
    known = "وصف الكاتب روايته الجديدة، في المعرض."
    few.gate.signs_of(OpenedText(known, "text", 0), 0)
    new = f"{known} «زظعرجس.»"
    taken = calls(lambda: few.gate.signs_of(OpenedText(new, "text", 0), 0))
    assert taken["WordSigns._learnt"] == 2  # with its marks, and without
    assert taken["runs"] == 1  # to see that it may end a sentence, and what stands in it


def test_long_pieces_are_not_remembered(few: RuleSet) -> None:
    """They do not come again, and would fill the memory."""
    words = few.gate._words
    few.gate.signs_of(OpenedText(f"{'س' * 500} {'ص.' * 500} قصير", "text", 0), 0)
    assert max(map(len, (*words._of_piece, *words._cuts))) <= word_signs._LONGEST_REMEMBERED


def test_what_another_thread_forgets_meanwhile_is_learnt_again(
    few: RuleSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Forgetful(word_signs._Pieces):
        def __getitem__(self, piece: str) -> Any:
            found = super().__getitem__(piece)
            self.clear()
            return found

    text = OpenedText("نقص في الأدوية وقصف", "text", 0)
    told = few.gate.signs_of(text, 0)
    words = few.gate._words
    monkeypatch.setattr(words, "_of_piece", Forgetful(words._learnt))
    unknown = OpenedText("نقص في الأدوية وقصف زظعرج", "text", 0)
    assert few.gate.signs_of(unknown, 0) == told


def test_of_a_new_word_only_stems_are_looked_up_that_its_letters_allow() -> None:
    asked: list[str] = []

    class Spelt(dict[str, str]):
        def get(self, key: str, default: Any = None) -> Any:
            asked.append(key)
            return super().get(key, default)

    morphology = Morphology((), lambda: Spelt({"كتاب": "0\tكتاب\tN"}))
    assert not morphology.knows("رجع")
    assert asked == ["رجع"]
    asked.clear()
    assert morphology.may_be_a_form("وبالكتاب")
    assert asked == ["وبالكتاب", "بالكتاب", "الكتاب", "كتاب"]


def test_a_word_of_nothing_takes_few_calls(few: RuleSet) -> None:
    gate = few.gate
    gate.signs_of(OpenedText("رجعزظ", "text", 0), 0)
    taken = calls(lambda: gate.signs_of(OpenedText("رجزظع", "text", 0), 0))
    assert taken["as_word"] == taken["TermMatcher.known"] == taken["runs"] == 0
    assert sum(taken.values()) <= 22
