"""Degrees → places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import Gazetteer, RuleSet, detect, located, places_of
from tests.conftest import shipped_places

GAZETTEER = shipped_places()


def ids(points: list[tuple[float, float]], km: float = 0.0, countries: str = "") -> list[str]:
    return [place.id for place in located(GAZETTEER, points, km, countries.split())]


@pytest.mark.parametrize(
    ("points", "km", "countries", "wanted"),
    [
        ([(36.2, 37.16)], 0, "", ["g170063"]),  # Aleppo itself
        ([(36.03, 37.6)], 0, "", ["SY-HL"]),  # near no town: the division of the nearest
        ([(20.5, 30.0)], 0, "", ["SD"]),  # the desert, a day from a town: the country
        ([(22.0, 27.0)], 0, "", []),  # ... and too far from any
        ([(34.0, 20.0)], 0, "", []),  # the sea
        ([(36.2, 37.16)], 0, "TR", ["TR-31"]),  # the feed says which side of a border
        ([(36.2, 37.16)], 0, "SD", []),
        ([(36.2, 37.16)], 10, "", ["g170063"]),  # a small circle is its middle
        ([(35.7, 36.8), (35.7, 37.7), (36.5, 37.7), (36.5, 36.8)], 0, "SY", ["SY-HL", "SY-ID"]),
        # An outline over a border gives both sides.
        (
            [(36.0, 36.5), (36.0, 38.5), (37.2, 38.5), (37.2, 36.5)],
            0,
            "",
            ["SY-HL", "SY-ID", "SY-RA", "TR"],
        ),
        # All of Syria and of Lebanon: countries, not their divisions.
        ([(32, 35.5), (32, 42), (37, 42), (37, 35.5)], 0, "SY LB", ["SY", "LB"]),
    ],
)
def test_degrees_are_places(
    points: list[tuple[float, float]], km: float, countries: str, wanted: list[str]
) -> None:
    found = ids(points, km, countries)
    assert found[: len(wanted)] == wanted if len(wanted) > 1 else found == wanted


def test_the_date_line_is_no_wall() -> None:
    assert ids([(-18.14, 178.44)])[0].startswith(("FJ", "g"))
    assert located(GAZETTEER, [(-18.14, -181.56 + 360)]) == located(GAZETTEER, [(-18.14, 178.44)])


@given(
    st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), max_size=6),
    st.floats(0, 1_000),
)
def test_any_degrees_are_answered(points: list[tuple[float, float]], km: float) -> None:
    for place in located(GAZETTEER, points, km):
        assert place.id in GAZETTEER.places


@pytest.mark.parametrize(
    ("region", "division"),
    [("levant", "LB-AS"), ("الشام", "LB-AS"), ("maghreb", "LY-TB"), ("north-africa", "LY-TB")],
)
def test_a_part_of_the_world_tells_two_places_of_one_name_apart(
    gazetteer: Gazetteer, shipped: RuleSet, region: str, division: str
) -> None:
    title = "نقص المياه يهدد سكان طرابلس"
    evidence = [e for d in detect(shipped, title, "") for e in d.evidence]
    assert places_of(gazetteer, title, "", evidence, region=region).divisions == (division,)


def test_regions_are_countries_names_and_parts_of_the_world(gazetteer: Gazetteer) -> None:
    for name in ("SY", "syria", "سوريا", "Syrie"):
        assert gazetteer.region(name) == frozenset(("SY",)), name
    assert {"ML", "NE", "TD"} <= (gazetteer.region("Sahel") or set())
    assert {"SO", "ET"} <= (gazetteer.region("horn of africa") or set())
    assert gazetteer.region("world") == gazetteer.region(None) == frozenset()
    assert gazetteer.region("atlantis") is None


def test_a_town_of_one_name_is_in_the_crisis_unless_the_text_says_otherwise(
    gazetteer: Gazetteer, shipped: RuleSet
) -> None:
    def divisions(text: str) -> tuple[str, ...]:
        evidence = [e for d in detect(shipped, text, "") for e in d.evidence]
        return places_of(gazetteer, text, "", evidence).divisions

    assert divisions("Des frappes à Odessa font douze morts parmi les civils") == ("UA-51",)
    assert divisions("Air strikes kill twelve civilians in Odessa") == ("UA-51",)
    assert divisions("Gunman kills twelve civilians in Odessa, Texas") == ("US-TX",)
    assert divisions("قصف على سروج يقتل 12 مدنيا") == ("TR-63",)


def test_the_european_union_is_no_hospital(gazetteer: Gazetteer, shipped: RuleSet) -> None:
    def happens(text: str) -> list[str]:
        evidence = [e for d in detect(shipped, text, "") for e in d.evidence]
        found = places_of(gazetteer, text, "", evidence, region="palestine")
        return [place.place.id for place in found.places]

    union = "طالب الاتحاد الأوروبي بوقف الغارات التي قتلت 20 مدنيا في خان يونس"
    assert happens(union) == ["g281124"]
    assert happens(union.replace("الاتحاد ", "")) == ["g281124"]
    assert happens("قصف المستشفى الأوروبي في خان يونس") == ["ps-european-hospital"]
