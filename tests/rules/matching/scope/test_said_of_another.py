"""What stands beside the evidence and is said of something else, or of its news."""

from __future__ import annotations

import pytest

from rules import RuleSet, detect
from rules.language.text import tokenize
from rules.matching.scope import reach
from tests.rules.few import load_one

HUNGER = """id: hunger
title: {ar: جوع, en: Hunger, fr: Faim}
description: People who have nothing to eat.
sector: none
terms:
  hunger: {ar: [جوع], en: [hunger], fr: [faim]}
  bakery: {ar: [مخبز/مخابز], en: [bakery], fr: [boulangerie]}
  serves: {ar: [~عمل], en: [work], fr: [marcher]}
  shut: {ar: [إغلاق], en: [closure], fr: [fermeture]}
when:
  - name: named
    why: its name
    any: [hunger]
  - name: shut
    why: nobody bakes
    near: [bakery, shut]
    within: 8
  - name: bakes
    why: a bakery works
    near: [bakery, serves]
    within: 3
    direction: improving
examples:
  fires: [الجوع في القرية]
  silent: [يوم هادئ]
"""


@pytest.fixture(scope="module")
def hunger(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    return load_one(tmp_path_factory.mktemp("hunger"), "hunger", HUNGER, most_words=None)


@pytest.mark.parametrize(
    ("title", "direction"),
    [
        # who did not announce it denies it
        ("المنظمة: لم نعلن الجوع في الجنوب", "denied"),
        # what is said of the news stands behind the news's own clause
        ("بيان الجوع الذي انتشر أمس مفبرك", "denied"),
        ("الجوع يشتد في مخيم زاره الوزير الذي ينفي استقالته", "worsening"),
        # a denial joined to a relief is of something else, and the relief is why it is not so
        ("المخابز تعمل ولا صحة لما قيل عن إغلاقها", "denied"),
        ("المخابز تعمل منذ الفجر", "improving"),
        # a relief that ends another thing goes on
        ("مخابز تعمل ليلا تنهي أسبوعا من الانتظار", "improving"),
    ],
)
def test_what_is_said_of_another_turns_nothing(hunger: RuleSet, title: str, direction: str) -> None:
    (found,) = [d for d in detect(hunger, title, "", "ar") if d.signal == "hunger"]
    assert found.direction == direction


@pytest.mark.parametrize(
    ("title", "language", "direction"),
    [
        # whose doing it was, it was
        ("الحكومة تنكر أي مسؤولية عن الجوع في المخيم", "ar", "worsening"),
        ("الحكومة تنفي ضلوعها، والجوع يعم المخيم", "ar", "worsening"),
        ("Army denies all involvement as hunger spreads in the camp", "en", "worsening"),
        ("Army denies any role in the hunger of the camp", "en", "worsening"),
        ("L'armée nie toute implication, la faim gagne le camp", "fr", "worsening"),
        ("L'armée dément être responsable de la faim au camp", "fr", "worsening"),
        # who shows it has the last word
        ("الوزارة تنفي الجوع وصور الأقمار تثبته", "ar", "worsening"),
        ("Ministry denies hunger, pictures prove it", "en", "worsening"),
        ("Le ministère nie la faim, des images le prouvent", "fr", "worsening"),
        # what the one who denies shows is the reason of the denial
        ("المتحدث ينفي الجوع ويثبت بالصور أن المخازن ملأى", "ar", "denied"),
        ("Ministry denies hunger, says figures prove that stores are full", "en", "denied"),
        ("Le ministère nie la faim, les stocks le prouvent", "fr", "denied"),
        # contrary to what others say it is so; what they are said to say is not
        ("الجوع يعم المخيم خلافا لما تقوله الحكومة", "ar", "worsening"),
        ("على عكس ما تقوله الحكومة، الجوع يعم المخيم", "ar", "worsening"),
        ("خلافا لما أشيع عن جوع في المخيم، المخازن ملأى", "ar", "denied"),
        ("لا جوع في المخيم خلافا لما أشيع", "ar", "denied"),
        # that it is so is what is denied
        ("الوزارة تنفي الجوع في المخيم", "ar", "denied"),
        ("Ministry denies hunger in the camp", "en", "denied"),
        ("Le ministère nie la faim au camp", "fr", "denied"),
    ],
)
def test_who_disowns_it_or_is_shown_it_denies_nothing(
    hunger: RuleSet, title: str, language: str, direction: str
) -> None:
    (found,) = [d for d in detect(hunger, title, "", language) if d.signal == "hunger"]
    assert found.direction == direction


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        # below a denial pages are quoted with what is denied; a doctor says that it is so
        ("وكانت صفحات قد نشرت أن المخبز قرر الإغلاق.", "denied"),
        ("وقال طبيب إن المخبز قرر الإغلاق.", "worsening"),
        ("المخبز قرر الإغلاق بحسب طبيب، وهذا ما تداولته صفحات.", "worsening"),
    ],
)
def test_what_pages_had_said_undoes_no_denial(hunger: RuleSet, text: str, direction: str) -> None:
    (found,) = [
        d for d in detect(hunger, "المدير ينفي إغلاق المخبز", text, "ar") if d.signal == "hunger"
    ]
    assert found.direction == direction


def test_words_that_tokens_are_compared_with_are_in_their_normal_form() -> None:
    for word in reach.WHICH:
        assert [token.norm for token in tokenize(word)] == [word]
