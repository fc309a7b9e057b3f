"""Words that readers chose are found in the forms that a rule's words are."""

from __future__ import annotations

import pytest

from rules import RuleSet, can_be_found, word_finder

WORDS = frozenset({"كوليرا", "مستشفى", "رياضة", "cholera", "school", "برنامج الأغذية", "épidémie"})


@pytest.mark.parametrize(
    ("title", "text", "found"),
    [
        ("تفشي الكوليرا في الفاشر", "", {"كوليرا"}),
        ("", "وصلت المساعدات إلى مستشفاهم وبالكوليرا أصيب كثيرون", {"كوليرا", "مستشفى"}),
        ("برنامج الأغذية العالمي يعلق عمله", "", {"برنامج الأغذية"}),
        ("Schools closed after Cholera outbreak", "", {"school", "cholera"}),
        ("Une epidemie se propage", "", {"épidémie"}),
        ("لا شيء مما يُطلب", "nothing of it", set()),
    ],
)
def test_words_are_found_in_title_and_text(title: str, text: str, found: set[str]) -> None:
    assert word_finder(WORDS).find(title, text, None) == found


def test_the_same_words_are_compiled_once_and_a_text_is_read_once() -> None:
    finder = word_finder(frozenset({"كوليرا"}))
    assert word_finder(frozenset({"كوليرا"})) is finder
    for _ in range(2):
        finder.find("الكوليرا", "", "ar")
    assert finder.find.cache_info().misses == 1


def test_plurals_that_the_rules_know_are_found_and_others_are_written(shipped: RuleSet) -> None:
    known = word_finder(frozenset({"دواء", "جسر/جسور"}), shipped.words.as_known)
    assert known.find("نفاد الأدوية", "", None) == {"دواء"}
    assert known.find("قصف الجسور", "", None) == {"جسر/جسور"}


@pytest.mark.parametrize("word", ["", " ", "$siege", "~x", "=x", "؟!", "“x”", "ا" * 500, "x" * 61])
def test_what_cannot_be_looked_for_is_known_before(word: str) -> None:
    assert not can_be_found(word)
    assert word_finder(frozenset({word})).find("$siege a x", "", None) == frozenset()
