"""Denials in English: a report that is rejected, a subject that is nobody, the plain contrary."""

from __future__ import annotations

import pytest

from rules import RuleSet, detect
from tests.rules.few import load_one

WARD = """id: ward
title: {ar: جناح, en: Ward, fr: Salle}
description: A ward that is closed.
sector: none
terms:
  ward: {ar: [جناح], en: [ward, clinic], fr: [salle]}
  closed: {ar: [إغلاق], en: [closed, closure], fr: [fermeture]}
  crisis: {ar: [حرب], en: [war], fr: [guerre]}
when:
  - name: ward-closed
    why: a ward is closed
    near: [ward, closed]
    within: 6
  - name: named
    why: a closure where war is
    any: [closed]
    needs: [crisis]
  - name: open
    why: the plain contrary
    near: [ward, $as-usual]
    within: 3
    languages: [en]
    direction: denied
examples:
  fires: [إغلاق الجناح]
  silent: [يوم هادئ]
"""


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    return load_one(tmp_path_factory.mktemp("ward"), "ward", WARD)


@pytest.mark.parametrize(
    ("title", "direction"),
    [
        # who rejects what is said of it denies it, whatever stands between
        ("Ministry dismisses claims that the ward has closed", "denied"),
        ("Ministry rejects a newspaper report of ward closure", "denied"),
        # who rejects the thing itself does not say that it is not
        ("Mayor rejects closure of the ward", "worsening"),
        # what is behind a comma is said by somebody else
        ("Nurses reject closure of the ward, report says", "worsening"),
        # nobody is the subject
        ("None of the wards in the four districts has closed", "denied"),
        ("No ward in the four eastern districts was closed", "denied"),
        ("No nurse came, the ward was closed", "worsening"),
        # both say the same against the news
        ("Denying closure, the ministry says the ward is open", "denied"),
        ("The ward is not available", None),
        # a denial names what it denies and needs no setting, a rejected report neither
        ("Minister quashes rumours of closure", "denied"),
        ("Minister speaks of closure", None),
    ],
)
def test_what_is_denied(ward: RuleSet, title: str, direction: str | None) -> None:
    found = {d.signal: d.direction for d in detect(ward, title, "", "en")}
    assert found.get("ward") == direction
