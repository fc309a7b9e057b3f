"""What a denial reaches, and what stands beside it; a title that denies, and its first sentence."""

from __future__ import annotations

import pytest

from rules import detect
from rules.matching.ruleset import RuleSet


@pytest.mark.parametrize(
    ("language", "signal", "title", "direction"),
    [
        # «ou» is no «où»
        ("fr", "ceasefire", "Le MPC dément avoir bouclé la ville ou violé la trêve", "denied"),
        # behind a colon stands what is so, unless it is the report that is denied
        (
            "en",
            "water-fuel-power-shortage",
            "No truth in the promise of power: Sanaa spends another night in the dark",
            "worsening",
        ),
        ("en", "siege", "Army denies the report: siege of the town of Bourem", "denied"),
        ("fr", "siege", "L'armée dément : pas d'encerclement de Bourem", "denied"),
        # who says otherwise is named beside what is so
        ("en", "siege", "The town is besieged, contrary to what the army says", "worsening"),
        ("fr", "siege", "Djibo est assiégée, contrairement à ce que dit l'armée", "worsening"),
        ("en", "siege", "Contrary to reports of a siege of the town, buses run", "denied"),
        # a place between the no and what is not there
        ("ar", "disease-outbreak", "ليس في مدينة الحديدة تفش للكوليرا", "denied"),
        ("ar", "disease-outbreak", "تفشي الكوليرا في الحديدة ليس في مدينة أخرى", "worsening"),
        # who rules a trouble out, and who cannot
        ("fr", "water-fuel-power-shortage", "La régie exclut une coupure d'eau à Gaza", "denied"),
        ("en", "disease-outbreak", "Ministry rules out cholera outbreak in Basra", "denied"),
        ("en", "disease-outbreak", "WHO cannot rule out cholera outbreak in Basra", "worsening"),
        ("fr", "ceasefire", "Israël exclut un cessez-le-feu à Gaza", "worsening"),
        # who will not deny it
        ("en", "evacuation", "Mayor refuses to deny evacuation order for Kherson", "worsening"),
        # people who do not eat their fill are hungry
        ("fr", "food-insecurity", "Mille personnes au Soudan ne mangeront pas à leur faim",
         "worsening"),
    ],
)  # fmt: skip
def test_what_a_denial_reaches(
    shipped: RuleSet, language: str, signal: str, title: str, direction: str
) -> None:
    (found,) = [d for d in detect(shipped, title, "", language) if d.signal == signal]
    assert found.direction == direction


@pytest.mark.parametrize(
    ("title", "text", "direction"),
    [
        ("Démenti de l'armée", "L'armée dément l'encerclement de Bourem.", "denied"),
        ("Calme à Bourem", "L'armée dément l'encerclement de Bourem.", "worsening"),
        (
            "Démenti de l'armée",
            "Le marché est plein. L'armée dément l'encerclement de Bourem.",
            "worsening",
        ),
        ("Démenti de l'armée", "La ville de Bourem n'est pas assiégée.", "denied"),
    ],
)
def test_a_title_that_denies_and_the_first_sentence(
    shipped: RuleSet, title: str, text: str, direction: str
) -> None:
    (found,) = [d for d in detect(shipped, title, text, "fr") if d.signal == "siege"]
    assert found.direction == direction


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("Reports that the crossing was closed to aid are incorrect, it said.", "denied"),
        ("Rafah crossing was closed to aid trucks entering Gaza, it said.", "worsening"),
        (
            "Reports that the crossing was closed to aid are incorrect, it said. Aid trucks were "
            "turned back at Rafah, drivers answered.",
            "worsening",
        ),
    ],
)
def test_a_first_sentence_that_denies_what_is_told(
    shipped: RuleSet, text: str, direction: str
) -> None:
    title = "Crossings authority issues weekly statement"
    (found,) = [d for d in detect(shipped, title, text, "en") if d.signal == "aid-access"]
    assert found.direction == direction
