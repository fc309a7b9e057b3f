"""Who does not deny a thing does not say that it is not so; pictures outlast a denial."""

from __future__ import annotations

import pytest

from rules import detect
from rules.matching.ruleset import RuleSet


def told(shipped: RuleSet, title: str, language: str, signal: str) -> str | None:
    found = detect(shipped, title, "", language)
    return next((each.direction for each in found if each.signal == signal), None)


@pytest.mark.parametrize(
    ("language", "title", "direction"),
    [
        ("en", "Army does not deny killing twelve civilians in Gaza", "worsening"),
        ("en", "Army did not immediately deny killing twelve civilians in Gaza", "worsening"),
        ("en", "Army denies killing twelve civilians in Gaza", "denied"),
        ("en", "Army did not kill civilians in Gaza, spokesman says", "denied"),
        ("fr", "L'armée ne nie pas avoir tué douze civils à Gaza", "worsening"),
        ("fr", "L'armée n'a pas nié avoir tué douze civils à Gaza", "worsening"),
        ("fr", "L'armée nie avoir tué douze civils à Gaza", "denied"),
        ("ar", "الجيش لا ينفي مقتل اثني عشر مدنيا في غزة", "worsening"),
        ("ar", "الجيش لم ينف قتل اثني عشر مدنيا في غزة", "worsening"),
        ("ar", "الجيش ينفي قتل اثني عشر مدنيا في غزة", "denied"),
    ],
)
def test_who_does_not_deny_it_owns_it(
    shipped: RuleSet, language: str, title: str, direction: str
) -> None:
    assert told(shipped, title, language, "civilian-harm") == direction


@pytest.mark.parametrize(
    ("language", "title", "direction"),
    [
        ("en", "Army denies hitting the hospital in Gaza, but videos show its ruins", "worsening"),
        ("en", "Army denies hitting the hospital in Gaza, but says gunmen hid there", "denied"),
        (
            "fr",
            "L'armée nie avoir visé l'hôpital de Gaza, mais des images le montrent",
            "worsening",
        ),
        ("ar", "الجيش ينفي قصف المستشفى في غزة لكن صورا تظهر الدمار", "worsening"),
        ("ar", "الجيش ينفي قصف المستشفى في غزة لكنه يقول إن مسلحين كانوا فيه", "denied"),
    ],
)
def test_what_a_witness_shows_behind_a_but_stands(
    shipped: RuleSet, language: str, title: str, direction: str
) -> None:
    assert told(shipped, title, language, "attack-on-health-care") == direction


@pytest.mark.parametrize(
    ("language", "title", "direction"),
    [
        ("ar", "النقابة تفند أكاذيب الجيش لتبرير قصف المستشفى في غزة", "worsening"),
        ("ar", "النقابة تفند أكاذيب عن قصف المستشفى في غزة", "denied"),
        ("en", "Union rejects lies to justify the bombing of the hospital in Gaza", "worsening"),
        ("en", "Union rejects reports of the bombing of the hospital in Gaza", "denied"),
        ("en", "Army denies bombing the hospital in Gaza to cover up a retreat", "denied"),
    ],
)
def test_what_a_lie_is_for_has_happened(
    shipped: RuleSet, language: str, title: str, direction: str
) -> None:
    assert told(shipped, title, language, "attack-on-health-care") == direction


@pytest.mark.parametrize(
    ("language", "title", "direction"),
    [
        ("ar", "الجيش ينكر قصف المستشفى في غزة وشهود عيان يؤكدون ذلك", "worsening"),
        ("ar", "الجيش ينكر قصف المستشفى في غزة وصور تظهر سقفه محترقا", "worsening"),
        ("ar", "الجيش ينكر قصف المستشفى في غزة وسكان الحي يرحبون", "denied"),
        ("ar", "الجيش ينكر قصف المستشفى في غزة ويطالب بتحقيق", "denied"),
        ("en", "Army denies hitting the hospital in Gaza, witnesses say they saw it", "worsening"),
        ("en", "Army denies hitting the hospital in Gaza, residents cheer", "denied"),
        (
            "fr",
            "L'armée nie avoir visé l'hôpital de Gaza, des témoins montrent les impacts",
            "worsening",
        ),
        ("fr", "L'armée nie avoir visé l'hôpital de Gaza, la foule applaudit", "denied"),
    ],
)
def test_a_witness_beside_the_denial_has_seen_it(
    shipped: RuleSet, language: str, title: str, direction: str
) -> None:
    assert told(shipped, title, language, "attack-on-health-care") == direction


@pytest.mark.parametrize(
    ("signal", "title", "direction"),
    [
        # the ministry is no light that goes out: what goes out is what it denies
        ("water-fuel-power-shortage", "وزارة الكهرباء تنفي قطع التيار عن الأبيض", "denied"),
        ("aid-access", "هيئة الإغاثة تنفي توقف المساعدات في دارفور", "denied"),
        # what is so stands before the denial of something else
        (
            "water-fuel-power-shortage",
            "انقطاع الكهرباء عن عدن والحكومة تنفي مسؤوليتها",
            "worsening",
        ),
        ("aid-access", "المساعدات متوقفة وإسرائيل تنفي منعها عن غزة", "worsening"),
    ],
)
def test_what_is_denied_befell_nobody_named_before_it(
    shipped: RuleSet, signal: str, title: str, direction: str
) -> None:
    assert told(shipped, title, "ar", signal) == direction


@pytest.mark.parametrize(
    ("language", "signal", "title"),
    [
        ("en", "evacuation", "Governor does not deny evacuation order for Kherson"),
        ("fr", "evacuation", "Le gouverneur ne nie pas l'ordre d'évacuation de Kherson"),
        ("ar", "evacuation", "المحافظ لا ينفي أمر إخلاء خيرسون"),
        ("en", "siege", "Army does not deny siege of Djibo"),
        ("fr", "siege", "L'armée ne nie pas le blocus de Djibo"),
        ("ar", "siege", "الجيش لا ينفي حصار الفاشر"),
    ],
)
def test_an_order_or_a_siege_that_is_not_denied_stands(
    shipped: RuleSet, language: str, signal: str, title: str
) -> None:
    assert told(shipped, title, language, signal) == "worsening"
