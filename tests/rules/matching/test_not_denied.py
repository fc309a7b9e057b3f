"""Who does not deny a thing does not say that it is not so; pictures outlast a denial."""

from __future__ import annotations

import pytest

from rules import detect, load_rules
from rules.matching.ruleset import RuleSet


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return load_rules()


def told(rules: RuleSet, title: str, language: str, signal: str) -> str | None:
    found = detect(rules, title, "", language)
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
    rules: RuleSet, language: str, title: str, direction: str
) -> None:
    assert told(rules, title, language, "civilian-harm") == direction


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
    rules: RuleSet, language: str, title: str, direction: str
) -> None:
    assert told(rules, title, language, "attack-on-health-care") == direction
