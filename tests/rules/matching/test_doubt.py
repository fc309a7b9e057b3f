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
