"""Whom an instrument, a place or a time parts from what befell them."""

from __future__ import annotations

import pytest

from rules import RuleSet
from rules.trying.explain import explain


def who(rules: RuleSet, title: str, lang: str) -> set[str]:
    return {v.who for v in explain(rules, title, "", lang).victims}


@pytest.mark.parametrize(
    ("title", "lang"),
    [
        ("مقتل بمسيّرة ثلاثة مزارعين", "ar"),
        ("استشهاد في غارة على السوق خمسة أشخاص", "ar"),
        ("استشهد فجر اليوم في غارة على البلدة سبعة أشخاص", "ar"),
        ("قتل بقذيفة سقطت على سوق الخضار بائع وزوجته", "ar"),
        ("Shot dead at a checkpoint near the town: a boy of 14", "en"),
        ("Wounded by a mine while ploughing, a farmer dies", "en"),
        ("A raid on the camp kills, in their sleep, a mother and five children", "en"),
        ("Abattu à un poste de contrôle, un garçon de 14 ans", "fr"),
        ("Un raid sur le camp tue dans leur sommeil une mère et ses enfants", "fr"),
    ],
)
def test_the_victim_is_found_past_the_adjunct(shipped: RuleSet, title: str, lang: str) -> None:
    assert "people" in who(shipped, title, lang) or "civilians" in who(shipped, title, lang)


@pytest.mark.parametrize(
    ("title", "lang"),
    [
        ("مقتل بمسيّرة أربعة جنود", "ar"),
        # the adjunct's own people are no victims
        ("استشهاد في قصف على السوق", "ar"),
        ("مقتل برصاص الجنود على الطريق", "ar"),
        # "killed in a strike on" somebody known, whose name stands before
        ("Commander killed in a strike on the house of a family", "en"),
        ("Killed in a drone attack near the front: four soldiers", "en"),
    ],
)
def test_nobody_else_is_taken_for_one(shipped: RuleSet, title: str, lang: str) -> None:
    assert who(shipped, title, lang) <= {"fighters"}
