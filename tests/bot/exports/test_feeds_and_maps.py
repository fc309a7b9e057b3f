"""Atom as feedparser reads it, GeoJSON as RFC 7946 has it."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest

from bot.locales import LANGUAGES
from rules import Gazetteer
from storage import alerts
from storage.connection import Connection
from storage.database import Database
from storage.paging import Kind
from tests.bot.exports.conftest import edition, exported
from tests.storage.make import NOW, add_alert
from tests.storage.test_finding import NYALA

KINDS: tuple[Kind, ...] = ("alerts", "stories", "entries")
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
async def test_atom_has_what_rfc_4287_asks_for(
    database: Database, gazetteer: Gazetteer, kind: Kind, language: str
) -> None:
    content = await exported(database, "atom", edition(gazetteer, language), kind)
    read = feedparser.parse(content)
    assert not read.bozo and read.version == "atom10"
    assert read.feed.id.startswith("urn:uuid:") and read.feed.updated_parsed and read.feed.author
    ids = [entry.id for entry in read.entries]
    assert ids and len(set(ids)) == len(ids)
    for element in ElementTree.fromstring(content).findall(f"{ATOM}entry"):  # noqa: S314
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        assert element.findall(f"{ATOM}author")
        alternates = [e for e in element.findall(f"{ATOM}link") if e.get("rel") == "alternate"]
        assert len(alternates) == 1 or (not alternates and element.findall(f"{ATOM}content"))
    assert all(entry.rights == edition(gazetteer, language).licence for entry in read.entries)


async def test_ids_stay_when_an_alert_grows(database: Database, gazetteer: Gazetteer) -> None:
    def ids(content: bytes) -> list[str]:
        return [entry.id for entry in feedparser.parse(content).entries]

    before = ids(await exported(database, "atom", edition(gazetteer)))
    await database.write(lambda db: db.execute("UPDATE alerts SET version = 9, title = 'x'"))
    await database.write(lambda db: add_alert(db, "siege", NOW))
    after = ids(await exported(database, "atom", edition(gazetteer, "ar")))
    assert after[: len(before)] == before and len(after) == len(before) + 1


async def test_text_of_feeds_is_text_in_atom(database: Database, gazetteer: Gazetteer) -> None:
    read = feedparser.parse(await exported(database, "atom", edition(gazetteer)))
    second = read.entries[1]
    assert second.title == "Convoy & <b>trucks</b> enter"
    assert {each.term for each in second.tags} == {"aid-access", "level:alert"}
    assert read.entries[0].where["coordinates"][1] == pytest.approx(36.2, abs=0.1)


def check_geojson(collection: Any) -> None:
    """RFC 7946, 3 to 3.3: what a feature has to have, and longitude before latitude."""
    assert collection["type"] == "FeatureCollection" and isinstance(collection["features"], list)
    assert not {"coordinates", "geometries", "geometry", "properties"} & set(collection)
    for feature in collection["features"]:
        assert feature["type"] == "Feature"
        assert isinstance(feature["properties"], dict)
        assert isinstance(feature["id"], str | int | float)
        assert "geometry" in feature and "coordinates" not in feature
        geometry = feature["geometry"]
        if geometry is not None:
            assert set(geometry) == {"type", "coordinates"} and geometry["type"] == "Point"
            longitude, latitude = geometry["coordinates"]
            assert -180 <= longitude <= 180 and -90 <= latitude <= 90


@pytest.mark.parametrize("kind", KINDS)
async def test_geojson_has_points_only_where_a_position_is_known(
    database: Database, gazetteer: Gazetteer, kind: Kind
) -> None:
    read = json.loads(await exported(database, "geojson", edition(gazetteer), kind))
    check_geojson(read)
    points = [f["geometry"]["coordinates"] for f in read["features"] if f["geometry"]]
    assert len(points) == 1 and points[0] == pytest.approx([37.16, 36.2], abs=0.1)
    assert len(read["features"]) > 3
    assert all(f["properties"]["licence"] == read["licence"] for f in read["features"])


async def test_a_division_is_not_its_main_town(database: Database, gazetteer: Gazetteer) -> None:
    read = json.loads(await exported(database, "geojson", edition(gazetteer)))
    darfur = read["features"][1]
    assert darfur["geometry"] is None
    (place,) = darfur["properties"]["places"]
    assert (place["admin1_iso"], place["admin1_code"]) == ("SD-DS", "SD03")


async def test_of_nothing_each_format_is_still_whole(
    database: Database, gazetteer: Gazetteer
) -> None:
    await database.write(lambda db: db.execute("UPDATE alerts SET audience = 'operators'"))
    read = json.loads(await exported(database, "geojson", edition(gazetteer)))
    assert read["features"] == []
    assert feedparser.parse(await exported(database, "atom", edition(gazetteer))).version
    assert await exported(database, "jsonl", edition(gazetteer)) == b""


async def test_a_map_says_how_far_its_points_reach(
    database: Database, gazetteer: Gazetteer
) -> None:
    def add(db: Connection) -> None:
        alerts.set_facts(db, add_alert(db, "siege").id, [NYALA], ())

    await database.write(add)
    read = json.loads(await exported(database, "geojson", edition(gazetteer)))
    points = [each["geometry"]["coordinates"] for each in read["features"] if each["geometry"]]
    (east, north), (west, south) = sorted(points, reverse=True)
    assert read["bbox"] == [west, south, east, north]
    assert west < east and south < north
    await database.write(lambda db: db.execute("UPDATE alerts SET audience = 'operators'"))
    assert "bbox" not in json.loads(await exported(database, "geojson", edition(gazetteer)))
