"""What is told as a rumour and refuted without being named again, and what outlasts that."""

from __future__ import annotations

import pytest

from rules.matching.ruleset import RuleSet

REFUTED = [
    ("en", "civilian-harm", "Posts say nine civilians were killed in Kidal", "That is not so."),
    (
        "en",
        "disease-outbreak",
        "Rumours of a cholera outbreak in Basra, which the ministry denied",
        "",
    ),
    (
        "en",
        "food-insecurity",
        "Ministry denies rumours",
        "Posts on Facebook had claimed that people were starving in Juba.",
    ),
    ("fr", "food-insecurity", "FAUX : la famine sévit à Juba", ""),
    (
        "fr",
        "disease-outbreak",
        "Des messages affirment que le choléra sévit à Limete",
        "« C'est faux », répond le ministère.",
    ),
    ("ar", "siege", "تداول ناشطون أنباء عن حصار مدينة الأبيض، وهو ما نفته الوزارة", ""),
    ("ar", "siege", "تداولت صفحات خبر حصار مدينة الأبيض", "وهذا غير صحيح، تقول الوزارة."),
]
STANDING = [
    ("en", "civilian-harm", "Nine civilians killed in Kidal", "The army denied this."),
    (
        "en",
        "civilian-harm",
        "Activists circulate footage of strike that killed nine civilians in Kidal",
        "The army denied it targeted civilians.",
    ),
    (
        "en",
        "civilian-harm",
        "Army denies using cluster bombs",
        "It was asked about reports that 34 civilians were killed.",
    ),
    ("ar", "civilian-harm", "تداول ناشطون صور غارة قتلت تسعة مدنيين في كيدال", "ونفى الجيش ذلك."),
    ("ar", "civilian-harm", "تداول ناشطون خبر مقتل تسعة مدنيين في كيدال، وأكدته الوزارة", ""),
]


@pytest.mark.parametrize(
    ("lang", "signal", "title", "text", "said"),
    [(*each, "denied") for each in REFUTED] + [(*each, "worsening") for each in STANDING],
)
def test_who_repeats_a_rumour_to_refute_it_denies_it(
    shipped: RuleSet, lang: str, signal: str, title: str, text: str, said: str
) -> None:
    assert {d.signal: d.direction for d in shipped.detect(title, text, lang)}[signal] == said


@pytest.mark.parametrize(
    ("lang", "signal", "title", "said"),
    [
        ("en", "civilian-harm", "Civilians were not killed in Kidal, ministry insists", "denied"),
        ("en", "civilian-harm", "Nine civilians killed in Kidal raid, not soldiers", "worsening"),
        ("ar", "civilian-harm", "مدنيون لم يقتلوا في كيدال", "denied"),
        ("en", "evacuation", "Residents of Goma have not been told to evacuate", "denied"),
        ("fr", "food-insecurity", "La famine ne sévit pas à Juba", "denied"),
        ("fr", "medicine-shortage", "Aucune pharmacie de Tunis ne manque d'insuline", "denied"),
        ("fr", "civilian-harm", "Aucun secours n'est arrivé aux civils tués à Kidal", "worsening"),
        ("ar", "disease-outbreak", "الوزارة تنفي نفيا قاطعا تفشي الكوليرا في البصرة", "denied"),
        ("en", "food-insecurity", "Governor describes reports of famine as untrue", "denied"),
        ("en", "food-insecurity", "Famine in Juba as government denies crisis", "worsening"),
        (
            "en",
            "siege",
            "Reports that El Obeid is under siege dismissed by governor as fiction",
            "denied",
        ),
    ],
)
def test_a_no_is_of_the_verb_it_stands_with(
    shipped: RuleSet, lang: str, signal: str, title: str, said: str
) -> None:
    assert {d.signal: d.direction for d in shipped.detect(title, "", lang)}[signal] == said


def test_a_lack_beside_its_own_no_is_no_denial(shipped: RuleSet) -> None:
    found = shipped.detect("مخابز وصيدليات بلا اتصالات: انقطاع شامل في أم دافوق", "", "ar")
    assert [d.direction for d in found] == ["worsening"]
