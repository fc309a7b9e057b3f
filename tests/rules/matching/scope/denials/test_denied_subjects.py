"""A denial and those who stand before it, behind it, or are told of in a clause of their own."""

from __future__ import annotations

import pytest

from rules import detect
from rules.matching.ruleset import RuleSet

HEALTH, HARM = "health-system-collapse", "civilian-harm"


@pytest.mark.parametrize(
    ("language", "signal", "title", "direction"),
    [
        # who denies the harm is no victim, and counts none
        ("fr", HARM, "Les deux camps nient toute perte civile à Goma", "denied"),
        ("ar", HARM, "الجيش والمتمردون ينفيان وقوع خسائر بين المدنيين في غوما", "denied"),
        ("fr", HARM, "Les combats font douze victimes civiles à Goma", "worsening"),
        # loose words beside a denial
        ("en", HARM, 'Army: "There were no civilian losses in Sarmin"', "denied"),
        ("ar", HARM, "الجيش ينفي سقوط مدنيين في سوق طويلة", "denied"),
        ("fr", HARM, "L'école de Kaya n'a pas été touchée par la frappe", "denied"),
        # a verdict is said of its whole subject
        ("fr", HEALTH, "La fermeture de l'hôpital Saint-Luc de Port-au-Prince est un canular",
         "denied"),
        ("ar", "ceasefire", "ادعاءات إسرائيل بأن حماس خرقت الهدنة لا أساس لها", "denied"),
        # behind a subject and a verb of their own, a semicolon, a relative clause: it is so
        ("ar", HARM, "الجيش ينفي إطلاق النار على المحتجين والمدينة تشيع تسعة قتلى", "worsening"),
        ("ar", HARM, "الجيش ينفي قصف المدارس وقتل المدنيين فيها", "denied"),
        ("ar", HARM, "الجيش ينفي مقتل نساء وأطفال يحتمون بمدرسة في الفاشر", "denied"),
        ("en", HARM, "Army denies raid on the market; the ward receives ten dead civilians",
         "worsening"),
        ("en", HARM, "Army denies strike that killed six children in Goma", "worsening"),
        ("en", HARM, "Army denies killing six children in Goma", "denied"),
        ("ar", HARM, "إسرائيل تنفي استهداف المدنيين في غارة قتلت ستة أطفال", "worsening"),
        ("fr", "attack-on-health-care",
         "L'armée nie avoir bombardé l'hôpital, où deux infirmières sont mortes", "worsening"),
        # a no of the verb behind its noun says of no want
        ("en", "food-insecurity", "Neither water nor bread has been cut off, says mayor of Bor",
         "denied"),
        ("en", "food-insecurity", "No bread has arrived in Bor since May", "worsening"),
        # the word for a person is the no
        ("fr", "siege", "Personne n'assiège Bourem, affirme le gouverneur", "denied"),
        # who had nothing to do with it owns that it was
        ("en", "attack-on-health-care",
         "RSF says it had nothing to do with the shelling of the hospital in Nyala", "worsening"),
        # meant or not, it was done
        ("ar", HARM, "إسرائيل تنفي تعمد قصف المدرسة وانتشال 16 جثة من تحت الأنقاض", "worsening"),
    ],
)  # fmt: skip
def test_whom_a_denial_concerns(
    shipped: RuleSet, language: str, signal: str, title: str, direction: str
) -> None:
    (found,) = [d for d in detect(shipped, title, "", language) if d.signal == signal]
    assert found.direction == direction


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("ar", "نقيب الأطباء: لم يعتقل أي من أعضائنا في مدني"),
        ("fr", "Le maire dément avoir touché des pots-de-vin"),
        ("en", "Striker denies hitting teammate at training"),
    ],
)
def test_loose_words_of_other_matters_deny_no_harm(
    shipped: RuleSet, language: str, title: str
) -> None:
    assert HARM not in [d.signal for d in detect(shipped, title, "", language)]
