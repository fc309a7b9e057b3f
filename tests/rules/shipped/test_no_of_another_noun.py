"""A no of one noun says nothing of what another one is called by."""

from __future__ import annotations

import pytest

from rules import RuleSet

WORSE = [
    ("No food has entered the besieged town", "siege"),
    ("No aid reached besieged Homs", "siege"),
    ("There is no flour in the encircled camp near Goma", "siege"),
    ("لا دواء في مضايا المحاصرة", "siege"),
    ("لم تدخل المساعدات إلى مضايا المحاصرة", "siege"),
    ("Aucun camion n'est entré dans la ville assiégée", "siege"),
    ("No shelter for displaced families in Rafah", "displacement"),
    ("No convoy has reached the displaced families of Goma", "displacement"),
    ("No food in famine-hit Darfur", "food-insecurity"),
    ("No beds for wounded civilians in Gaza after the air strike", "civilian-harm"),
    ("No schools for evacuated families of Kharkiv", "evacuation"),
    ("No word on kidnapped aid workers in Marib", "aid-access"),
    ("Pas de lits pour les civils blessés dans la frappe sur Gaza", "civilian-harm"),
]
DENIED = [
    ("Goma is not a besieged city, the governor says", "siege"),
    ("The town is not besieged, the mayor says", "siege"),
    ("No town is besieged, the army says", "siege"),
    ("No siege of Goma, says the army", "siege"),
    ("المدينة ليست محاصرة، يقول المحافظ", "siege"),
    ("لا حصار على الفاشر، يقول الجيش", "siege"),
    ("La ville n'est pas assiégée, dit le maire", "siege"),
    ("No displaced families in the camp, officials say", "displacement"),
    ("No sign of the displaced families of Goma", "displacement"),
    ("No reports of wounded civilians in Kherson, officials say", "civilian-harm"),
    ("No strike killed civilians in Gaza, army says", "civilian-harm"),
    ("No famine in Darfur, the minister says", "food-insecurity"),
]


@pytest.mark.parametrize(
    ("title", "signal", "direction"),
    [(*each, "worsening") for each in WORSE] + [(*each, "denied") for each in DENIED],
)
def test_what_the_no_stands_over(shipped: RuleSet, title: str, signal: str, direction: str) -> None:
    found = {each.signal: each.direction for each in shipped.detect(title, "", None)}
    assert found.get(signal) == direction, found
