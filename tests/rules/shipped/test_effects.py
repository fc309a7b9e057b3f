"""Relief told by what it does to people, and what is built like it and is none."""

from __future__ import annotations

import pytest

from rules import RuleSet

CARE, MEDICINE = "health-system-collapse", "medicine-shortage"
ATTACK = "attack-on-health-care"
WATER, FOOD = "water-fuel-power-shortage", "food-insecurity"

AGAIN = [
    ("en", WATER, "Children in Homs wash with clean water again"),
    ("en", FOOD, "Bakers in Zamzam bake at dawn once more"),
    ("en", CARE, "For the first time since May, midwives in Goma's clinic deliver babies"),
    ("fr", FOOD, "Les familles de Goma mangent de nouveau trois fois par jour"),
    ("fr", CARE, "À Goma, l'hôpital opère de nouveau jour et nuit"),
    ("ar", FOOD, "العائلات في حمص تأكل ثلاث وجبات في اليوم من جديد"),
    ("ar", WATER, "لأول مرة منذ عام، أهالي حمص يغتسلون بمياه نظيفة"),
]
NOT_AGAIN = [
    ("en", WATER, "Children in Homs wash in river water again"),
    ("en", WATER, "Homs is without water again"),
    ("en", WATER, "Children in Homs will one day drink clean water again, the mayor promises"),
    ("en", WATER, "Water flows again in Homs, but only two hours a day"),
    ("en", FOOD, "Families in Zamzam eat leaves again"),
    ("en", FOOD, "For the first time since the siege, there is no bread to eat in Homs"),
    ("en", CARE, "Wards in Goma are full again and patients lie in the corridors"),
    ("en", MEDICINE, "Damascus museum of medicine opens again"),
    ("en", "aid-access", "First aid convoy in a year is looted in Kadugli"),
    ("fr", WATER, "À Homs, les familles boivent de nouveau l'eau du fleuve"),
    ("fr", CARE, "À Goma, les chirurgiens opèrent de nouveau à la lueur des bougies"),
    ("fr", "aid-access", "Premier convoi d'aide en un an pillé à Djibo"),
    ("ar", WATER, "أهالي حمص يشربون من النهر من جديد"),
    ("ar", FOOD, "العائلات في حمص تأكل العلف من جديد"),
    ("ar", "aid-access", "أول قافلة مساعدات منذ عام تنهب في كادوقلي"),
]
SPARED = [
    ("en", WATER, "Girls in Turkana no longer walk for hours to the well"),
    ("en", WATER, "Fuel queues have vanished in Homs"),
    ("en", MEDICINE, "Patients in Goma no longer have to buy their own insulin"),
    ("en", FOOD, "Mothers in Goma no longer boil leaves"),
    ("fr", FOOD, "Les habitants de Goma ne font plus la queue devant la boulangerie"),
    ("fr", MEDICINE, "Les malades de Goma n'ont plus à acheter leurs médicaments"),
    ("ar", WATER, "لم تعد النساء في توركانا يمشين ساعات إلى البئر"),
    ("ar", FOOD, "لم تعد الأمهات في دارفور يغلين أوراق الشجر"),
]
NOT_SPARED = [
    ("en", WATER, "Girls in Turkana no longer walk to the well, which has dried up"),
    ("en", FOOD, "Residents of Goma no longer walk for flour: there is none"),
    ("en", FOOD, "Nobody queues at the bakery in Homs any more: it was bombed"),
    ("en", WATER, "Israel no longer has to supply water to Gaza, court rules"),
    ("fr", FOOD, "On ne fait plus la queue devant la boulangerie de Goma, détruite par une frappe"),
    ("fr", WATER, "Les femmes ne marchent plus jusqu'au puits : il est à sec"),
    ("ar", WATER, "لم تعد النساء يمشين إلى البئر التي جفت"),
    ("ar", FOOD, "لم يعد الأهالي يقفون أمام الفرن الذي دمره القصف"),
]
OVER_TIME = [
    (
        "en",
        ATTACK,
        "No hospital in Homs has been hit for three weeks",
        "improving",
    ),
    ("en", ATTACK, "No hospital in Homs was hit", "denied"),
    (
        "en",
        ATTACK,
        "Army denies that it hit a hospital in Homs in three weeks",
        "denied",
    ),
    ("en", FOOD, "There has been no famine in Darfur for six months", "denied"),
    ("fr", ATTACK, "Aucun hôpital bombardé à Homs depuis un mois", "improving"),
    ("fr", ATTACK, "Aucun hôpital bombardé à Homs", "denied"),
    ("ar", ATTACK, "لم يقصف أي مستشفى في حمص منذ ثلاثة أسابيع", "improving"),
    ("ar", ATTACK, "لم يقصف أي مستشفى في حمص", "denied"),
]


def _directions(rules: RuleSet, title: str, language: str) -> dict[str, str]:
    return {d.signal: d.direction for d in rules.detect(title, "", language)}


@pytest.mark.parametrize(("language", "signal", "title"), [*AGAIN, *SPARED])
def test_relief_is_told_by_its_effect(
    language: str, signal: str, title: str, shipped: RuleSet
) -> None:
    assert _directions(shipped, title, language).get(signal) == "improving"


@pytest.mark.parametrize(("language", "signal", "title"), [*NOT_AGAIN, *NOT_SPARED])
def test_trouble_that_is_built_like_it_is_no_relief(
    language: str, signal: str, title: str, shipped: RuleSet
) -> None:
    assert _directions(shipped, title, language).get(signal) != "improving"


@pytest.mark.parametrize(("language", "signal", "title", "direction"), OVER_TIME)
def test_a_no_over_weeks_is_relief_and_a_plain_one_a_denial(
    language: str, signal: str, title: str, direction: str, shipped: RuleSet
) -> None:
    assert _directions(shipped, title, language).get(signal) == direction
