"""What Arabic readers are shown: a town's first Arabic name is the one that the news writes."""

from __future__ import annotations

import pytest

from rules import Gazetteer, Place
from rules.matching.places.gazetteer import key_of

AS_WRITTEN = {
    "g266826": "طرابلس",
    "g267008": "صور",
    "g278913": "مدينة النبطية",
    "g170905": "درعا",
    "g173377": "القامشلي",
    "g98717": "الرمادي",
    "g365137": "أم درمان",
    "g371760": "كوستي",
    "g368277": "ربك",
    "g363885": "واو",
    "g363619": "ياي",
    "g2501152": "قسنطينة",
    "g2553604": "الدار البيضاء",
    "g292223": "دبي",
    "g294801": "حيفا",
    "g124665": "مشهد",
}
# Towns that have a name of their own beside that of their division.
NAMED_OTHERWISE = {
    *("g2507480", "g139817", "g274723", "g2219905", "g2219701", "g73560"),
    *("g281124", "g292968"),  # two spellings, both of them usual
}


@pytest.mark.parametrize(("id_", "name"), AS_WRITTEN.items())
def test_a_town_is_shown_by_the_name_that_arabic_news_has(
    id_: str, name: str, gazetteer: Gazetteer
) -> None:
    assert gazetteer.places[id_].name("ar") == name


def test_kosti_and_rabak_are_two_towns_in_every_language(gazetteer: Gazetteer) -> None:
    assert [gazetteer.places[each].name() for each in ("g371760", "g368277")] == ["Kosti", "Rabak"]
    assert [each.id for each in gazetteer.named("ربك")] == ["g368277"]


def test_a_town_that_bears_its_divisions_name_is_shown_by_it(gazetteer: Gazetteer) -> None:
    """Lists of the world's towns have Arabic letters of Persian, Kurdish and Uyghur names first:
    the division, named by Unicode, is right."""
    found = [
        f"{town.id} {town.name('ar')}: {division.name('ar')}"
        for town in gazetteer.places.values()
        if town.kind == "town" and town.ar and town.id not in NAMED_OTHERWISE
        for division in _divisions(town, gazetteer)
        if _bears(town, division) and key_of(town.ar[0]) != key_of(division.ar[0])
    ]
    assert found == []


def _divisions(town: Place, gazetteer: Gazetteer) -> list[Place]:
    around = gazetteer.around(town)
    return [each for each in around if each.kind in ("adm1", "adm2") and each.ar]


def _bears(town: Place, division: Place) -> bool:
    return key_of(division.ar[0]) in {key_of(name) for name in town.ar}
