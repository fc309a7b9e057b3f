"""A want or a good that the sentence tells as past, and what stands behind it."""

from __future__ import annotations

import pytest

from rules.matching.ruleset import RuleSet

AID, CARE, HOME = "aid-access", "health-system-collapse", "displacement"


def direction(rules: RuleSet, signal: str, title: str, lang: str) -> str | None:
    return next((d.direction for d in rules.detect(title, "", lang) if d.signal == signal), None)


@pytest.mark.parametrize(
    ("title", "lang", "signal", "said"),
    [
        ("Aid trucks that had been stuck for a week at Adre reach Darfur", "en", AID, "improving"),
        ("Des camions d'aide bloqués depuis un mois arrivent au Darfour", "fr", AID, "improving"),
        ("شاحنات مساعدات كانت عالقة منذ شهر تصل إلى دارفور", "ar", AID, "improving"),
        ("Clinic that had been closed since May sees patients again", "en", CARE, "improving"),
        # the relief is denied, undone or not there
        (
            "Aid trucks that had been stuck have not reached Darfur",
            "en",
            AID,
            "worsening",
        ),
        ("Aid trucks stuck for a week reach Darfur but are turned back", "en", AID, "worsening"),
        ("Aid trucks that had been stuck are looted in Darfur", "en", AID, "worsening"),
        ("شاحنات مساعدات كانت عالقة منذ شهر لم تصل إلى دارفور", "ar", AID, "worsening"),
        # a plain want is none of the past
        ("Aid trucks stuck at the border of Darfur", "en", AID, "worsening"),
    ],
)
def test_a_want_told_as_past_is_undone_by_the_relief_behind_it(
    shipped: RuleSet, title: str, lang: str, signal: str, said: str
) -> None:
    assert direction(shipped, signal, title, lang) == said


@pytest.mark.parametrize(
    ("title", "lang", "signal", "said"),
    [
        ("Après dix mois de fermeture, l'hôpital accueille ses premiers malades", "fr", CARE,
         "improving"),
        ("بعد عام على إغلاق المستشفى، يستقبل القسم أول مرضاه", "ar", CARE, "improving"),
        ("بعد عام على إغلاق المستشفى، يستقبل القسم المرضى في خيمة", "ar", CARE, "worsening"),
    ],
)  # fmt: skip
def test_a_time_of_want_that_a_title_begins_with_is_over_where_relief_follows(
    shipped: RuleSet, title: str, lang: str, signal: str, said: str
) -> None:
    assert direction(shipped, signal, title, lang) == said


def test_who_is_dead_or_hurt_stays_so_whatever_reaches_them(shipped: RuleSet) -> None:
    title = "Three villagers who had been wounded in the shelling reach the hospital"
    assert direction(shipped, "civilian-harm", title, "en") in (None, "worsening")


@pytest.mark.parametrize(
    ("title", "lang", "signal"),
    [
        ("Displaced families who had returned leave the village again", "en", HOME),
        ("Les déplacés qui étaient revenus repartent sous les obus", "fr", HOME),
        ("نازحون كانوا قد عادوا إلى قريتهم يغادرونها من جديد", "ar", HOME),
        ("Les convois d'aide qui arrivaient chaque jour au Darfour ne viennent plus", "fr", AID),
    ],
)
def test_a_good_told_as_past_is_undone_by_the_trouble_behind_it(
    shipped: RuleSet, title: str, lang: str, signal: str
) -> None:
    assert direction(shipped, signal, title, lang) == "worsening"


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("لا قيود بعد اليوم على دخول المساعدات إلى غزة", "improving"),
        ("لا قيود على دخول المساعدات إلى غزة", "denied"),
    ],
)
def test_a_no_from_now_on_ends_and_a_plain_no_denies(
    shipped: RuleSet, title: str, said: str
) -> None:
    assert direction(shipped, AID, title, "ar") == said
