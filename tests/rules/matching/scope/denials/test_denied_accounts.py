"""Who refutes what a side says of its deed upholds the deed; who refutes the charge denies it."""

from __future__ import annotations

import pytest

from rules.matching.ruleset import RuleSet


def direction(rules: RuleSet, signal: str, title: str, lang: str) -> str | None:
    return next((d.direction for d in rules.detect(title, "", lang) if d.signal == signal), None)


@pytest.mark.parametrize(
    ("title", "lang", "said"),
    [
        ("وزارة الصحة تفند أكاذيب الاحتلال بشأن قصف المستشفى", "ar", "worsening"),
        ("UN disputes the army's account of the hospital bombing", "en", "worsening"),
        ("Doctors debunk the junta's claims about the hospital bombing", "en", "worsening"),
        # an army that refutes
        ("الجيش يفند المزاعم بشأن قصف المستشفى", "ar", "denied"),
        ("Army debunks claims about the hospital bombing", "en", "denied"),
        # a claim of nobody's
        ("Ministry debunks claims about the hospital bombing", "en", "denied"),
        # what is claimed, not what it is about
        ("Ministry debunks the army's claims that the hospital was bombed", "en", "denied"),
    ],
)
def test_whose_account_is_refuted_decides(
    shipped: RuleSet, title: str, lang: str, said: str
) -> None:
    assert direction(shipped, "attack-on-health-care", title, lang) == said


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("الأطباء يكذبون الوزير: الأدوية ليست متوفرة", "worsening"),
        # what was reported stands behind it
        ("الوزارة تنفي الخبر: الأدوية ليست متوفرة", "denied"),
    ],
)
def test_behind_a_colon_stands_what_is_so_where_somebody_is_refuted(
    shipped: RuleSet, title: str, said: str
) -> None:
    assert direction(shipped, "medicine-shortage", title, "ar") == said
