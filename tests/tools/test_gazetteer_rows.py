"""What the gazetteer's builder keeps of the packages' names; the packages are not needed."""

from __future__ import annotations

import pytest

from rules.loading.places.gazetteer_file import read_rows
from rules.loading.places.load import SHIPPED
from tools.gazetteer_rows import (
    Row,
    arabic_names,
    kept,
    latin_key,
    latin_names,
    with_nearest_division,
)


def row(id_: str, adm1: str, lat: float, lon: float, country: str = "PS") -> Row:
    return Row(id_, "town", country, adm1, "", 0, lat, lon, ("اسم",), ("Name",))


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["Aleppo", "حلب", "محافظة حلب"], ("حلب",)),
        (["محافظة بعلبك - الهرمل"], ("بعلبك الهرمل",)),
        (["حَلَب", "حلب"], ("حلب",)),
        (["إدلب", "ادلب"], ("إدلب",)),
        (["ولايت کابل"], ("كابل",)),
        (["Дамаск", "דמשק", "دم"], ()),
    ],
)
def test_arabic_names_are_bare_and_each_once(names: list[str], wanted: tuple[str, ...]) -> None:
    assert arabic_names(names) == wanted


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["Jenin Governorate", "Jenin"], ("Jenin",)),
        (["Ḩalab", "Halab", "Aleppo"], ("Ḩalab", "Aleppo")),
        (["Şanlıurfa"], ("Şanlıurfa",)),
        (["Халаб", "حلب", "HLB", "halab"], ()),
    ],
)
def test_latin_names_are_bare_and_each_once(names: list[str], wanted: tuple[str, ...]) -> None:
    assert latin_names(names) == wanted


def test_accents_do_not_part_two_spellings() -> None:
    assert latin_key("As Suwaydā'") == latin_key("as-suwayda")


def test_small_towns_are_kept_where_relief_works() -> None:
    assert kept("SY", 0, ("كفرنبل",))
    assert not kept("FR", 90_000, ())
    assert kept("FR", 200_000, ())
    assert kept("UA", 20_000, ())
    assert not kept("UA", 2_000, ("اسم",))
    assert kept("NR", 700, (), capital=True)


def test_a_town_without_a_division_takes_its_neighbours() -> None:
    rows = [row("a", "PS-GZA", 31.5, 34.46), row("b", "PS-RFH", 31.28, 34.25)]
    rows.append(row("c", "", 31.29, 34.27))
    rows.append(row("d", "", 31.3, 34.3, country="EG"))
    assert [r.adm1 for r in with_nearest_division(rows)] == ["PS-GZA", "PS-RFH", "PS-RFH", ""]


def test_a_line_is_what_the_loader_reads() -> None:
    line = row("g1", "PS-GZA", 31.5, 34.46).line()
    assert line == "g1\ttown\tPS\tPS-GZA\t\t\t31.500\t34.460\tاسم\tName\t"


def test_the_shipped_file_holds_every_country_and_each_id_once() -> None:
    rows = list(read_rows(SHIPPED / "places" / "gazetteer.tsv.gz", "gazetteer"))
    ids = [place.id for place, _ in rows]
    assert len(ids) == len(set(ids))
    assert sum(place.kind == "country" for place, _ in rows) > 240
