"""What sites put around their news is not read; what is news is, where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import RuleSet
from rules.language.boilerplate import blanked, blanked_title

NEWS = "نقص حاد في الأدوية بمستشفى البلدة"


def signals(shipped: RuleSet, title: str, text: str, language: str | None = None) -> set[str]:
    return {d.signal for d in shipped.detect(title, text, language)}


@pytest.mark.parametrize(
    "around",
    [
        "وصل الوفد مساء أمس.\nاقرأ أيضًا: {bad}",
        "وصل الوفد مساء أمس. إقرأ ايضا: {bad}",
        "وصل الوفد مساء أمس.\n- شاهد أيضا {bad}",
        "وصل الوفد مساء أمس.\nظهرت المقالة {bad} أولاً على موقع.",
        "وصل الوفد مساء أمس.\nأخبار ذات صلة\n{bad}\nخبر آخر",
        "وصل الوفد مساء أمس.\nالمصدر: {bad}",
        "وصل الوفد مساء أمس.\n© 2026 {bad}",
    ],
)
def test_arabic_boilerplate_is_no_news(shipped: RuleSet, around: str) -> None:
    assert not signals(shipped, "", around.format(bad=NEWS), "ar")
    assert "medicine-shortage" in signals(shipped, "", f"{NEWS}.\n" + around.format(bad="خبر"))


@pytest.mark.parametrize(
    ("language", "around", "bad"),
    [
        (
            "en",
            "The envoy arrived. Read also: {bad}",
            "Severe shortage of medicines in the hospital",
        ),
        ("en", "The envoy arrived.\nRelated\n{bad}", "Severe shortage of medicines in hospital"),
        (
            "en",
            "The envoy arrived.\nThe post {bad} appeared first on The Paper.",
            "Severe shortage of medicines in the hospital",
        ),
        ("fr", "L'envoyé est arrivé.\nLire aussi : {bad}", "Grave pénurie de médicaments"),
        (
            "fr",
            "L'envoyé est arrivé. L’article {bad} est apparu en premier sur Le Journal.",
            "Grave pénurie de médicaments",
        ),
    ],
)
def test_english_and_french_boilerplate_is_no_news(
    shipped: RuleSet, language: str, around: str, bad: str
) -> None:
    assert "medicine-shortage" in signals(shipped, "", bad, language)
    assert not signals(shipped, "", around.format(bad=bad), language)


@pytest.mark.parametrize(
    "news",
    [
        "قال المصدر إن الأدوية نفدت",
        "The hospital is a source: medicines ran out",
        "Doctors related how medicines ran out",
        "Related to the siege, the hospital is out of medicines",
        "Il faut lire aussi les rapports sur la pénurie",
        "People were told to follow us on foot",
    ],
)
def test_news_that_uses_the_same_words_stays(news: str) -> None:
    assert blanked(news) == news


def test_a_line_that_a_page_repeats_is_read_once() -> None:
    line = "قصف يطال مستشفى البلدة"
    assert blanked(f"{line}\nخبر\n{line}").count(line) == 1


def test_the_name_of_the_site_is_no_part_of_its_title() -> None:
    assert blanked_title("وصول الوفد | حصار نيوز").strip() == "وصول الوفد"
    assert blanked_title("الحصار مستمر") == "الحصار مستمر"


@given(st.text(max_size=200), st.sampled_from(["اقرأ أيضا", "Related", "appeared first on", "|"]))
def test_offsets_stay_where_they_were(text: str, phrase: str) -> None:
    whole = f"{text}\n{phrase} {text}\n{text}"
    for after in (blanked(whole), blanked_title(whole)):
        assert len(after) == len(whole)
        assert all(a in (b, "\n") for a, b in zip(after, whole, strict=True))
