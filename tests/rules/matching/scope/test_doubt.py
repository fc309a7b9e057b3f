"""Titles that ask whether it is so, answered by the first sentence below."""

from __future__ import annotations

import pytest

from rules import RuleSet, detect
from tests.rules.few import load_one

REMOVAL = """id: removal
title: {ar: إخلاء, en: Removal, fr: Départ}
description: People told to go.
sector: none
terms:
  removal: {ar: [إخلاء], en: [evacuation], fr: [évacuation]}
when:
  - name: named
    why: its name
    any: [removal]
examples:
  fires: [إخلاء القرية]
  silent: [يوم هادئ]
"""


@pytest.fixture(scope="module")
def removal(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    return load_one(tmp_path_factory.mktemp("removal"), "removal", REMOVAL, most_words=None)


@pytest.mark.parametrize(
    ("title", "text", "language", "direction"),
    [
        ("حقيقة إخلاء قرى الساحل", "قال المحافظ إن الخبر عار من الصحة.", "ar", "denied"),
        ("إخلاء القرى الحدودية؟", "المتحدث: ما يتداول لا أساس له.", "ar", "denied"),
        ("Evacuation of Fizi?", "The report is untrue, the governor said.", "en", "denied"),
        ("Évacuation de Fizi ?", "Le maire dément la rumeur.", "fr", "denied"),
        # asked and answered in one title, or by a verdict
        ("هل أخليت القرى؟ إخلاء لم يحدث", "", "ar", "denied"),
        ("Evacuation of Fizi? No, says the governor", "", "en", "denied"),
        ("Évacuation de Fizi ? Non, répond le maire", "", "fr", "denied"),
        ("إخلاء القرى؟ لا، يجيب المحافظ", "", "ar", "denied"),
        ("Claim: evacuation of Fizi is under way. Verdict: false", "", "en", "denied"),
        ("الادعاء: إخلاء قرى الساحل. الحكم: زائف", "", "ar", "denied"),
        ("Vrai ou faux : l'évacuation de Fizi", "Faux. La ville est calme.", "fr", "denied"),
        ("Evacuation of Fizi?", "Officials say otherwise.", "en", "denied"),
        # a no that goes on is no answer, and what is asked for is not reported
        ("Evacuation of Fizi? No roads are left", "", "en", "worsening"),
        ("Will the evacuation of Fizi begin? No, says the governor", "", "en", "worsening"),
        ("Claim: evacuation of Fizi is under way. Verdict: true", "", "en", "worsening"),
        # the title states it: one side's word against it does not undo it
        ("إخلاء قرى الساحل", "قال المحافظ إن الخبر عار من الصحة.", "ar", "worsening"),
        # asked, and not answered with a no
        ("إخلاء القرى الحدودية؟", "قال المحافظ إن الخبر صحيح.", "ar", "worsening"),
        # something else is denied
        ("حقيقة إخلاء قرى الساحل", "نفى المحافظ استقالته.", "ar", "worsening"),
        # denied far below only
        ("إخلاء القرى؟", "غادر السكان أمس. قال ناطق إن الخبر عار من الصحة.", "ar", "worsening"),
    ],
)
def test_a_title_in_doubt_is_answered_below(
    removal: RuleSet, title: str, text: str, language: str, direction: str
) -> None:
    (found,) = [d for d in detect(removal, title, text, language) if d.signal == "removal"]
    assert found.direction == direction
