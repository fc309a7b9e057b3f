"""A no of two parts, a no before the object, and a denial that is over."""

from __future__ import annotations

import pytest

from rules import detect
from rules.matching.ruleset import RuleSet

HEALTH, OUTBREAK = "health-system-collapse", "disease-outbreak"


@pytest.mark.parametrize(
    ("language", "signal", "title", "direction"),
    [
        # "neither … nor" over a verb denies it
        ("en", HEALTH, "Neither the ward nor the clinic in Bor has shut", "denied"),
        ("en", HEALTH, "Both the ward and the clinic in Bor have shut", "worsening"),
        # … and without one says that neither is there
        ("en", HEALTH, "Neither fuel nor staff at the hospital of Bor", "worsening"),
        ("fr", HEALTH, "Ni carburant ni personnel à l'hôpital de Bor", "worsening"),
        ("ar", HEALTH, "لا وقود ولا كوادر في مستشفى زالنجي", "worsening"),
        # who lets none in keeps it out
        ("en", "aid-access", "Army has let no aid lorry into Nyala since May", "worsening"),
        ("en", "aid-access", "Army has let an aid lorry into Nyala", "improving"),
        ("fr", "aid-access", "L'armée ne laisse entrer aucun camion d'aide à Nyala", "worsening"),
        ("fr", "aid-access", "L'armée laisse entrer un camion d'aide à Nyala", "improving"),
        # a denial that is over
        ("en", OUTBREAK, "After weeks of denial, Chad tells of a cholera outbreak", "worsening"),
        ("fr", OUTBREAK, "Après des mois de déni, le Tchad parle d'une épidémie de choléra",
         "worsening"),
        ("ar", OUTBREAK, "بعد أسابيع من الإنكار تشاد تقر بتفشي الكوليرا", "worsening"),
        ("ar", OUTBREAK, "تشاد تنفي تفشي الكوليرا بعد أسابيع من الشائعات", "denied"),
    ],
)  # fmt: skip
def test_which_no_denies(
    shipped: RuleSet, language: str, signal: str, title: str, direction: str
) -> None:
    (found,) = [d for d in detect(shipped, title, "", language) if d.signal == signal]
    assert found.direction == direction
