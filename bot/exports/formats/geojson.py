"""GeoJSON (RFC 7946): a feature for each record, at the first of its places that has a position."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from bot.exports.edition import Edition
from bot.exports.naming import Naming
from bot.exports.objects import as_object, compact, instant
from bot.exports.record import Record, Where


class GeoJsonWriter:
    """A FeatureCollection. Where no place of a record has a position of its own, its geometry is
    null: a division is not its main town."""

    def __init__(self, out: BinaryIO, edition: Edition) -> None:
        self._out, self._edition, self._first = out, edition, True
        self._box: tuple[float, float, float, float] | None = None
        about = {
            "name": edition.naming.say("export.name"),
            "licence": edition.licence,
            "generated": instant(edition.made_at),
        }
        out.write(b'{"type":"FeatureCollection",' + compact(about)[1:-1] + b',"features":[')

    def write(self, records: Iterable[Record]) -> None:
        for each in records:
            self._out.write(b"\n" if self._first else b",\n")
            self._first = False
            self._out.write(compact(feature(each, self._edition.naming, self._edition.licence)))
            self._stretch(each)

    def close(self) -> None:
        # Behind the features, for only now it is known.
        box = b"" if self._box is None else b',"bbox":' + compact(self._box)
        self._out.write(b"\n]" + box + b"}\n")

    def _stretch(self, record: Record) -> None:
        place = positioned(record)
        if place is None or place.lat is None or place.lon is None:
            return
        west, south, east, north = self._box or (place.lon, place.lat, place.lon, place.lat)
        self._box = (
            *(min(west, place.lon), min(south, place.lat)),
            *(max(east, place.lon), max(north, place.lat)),
        )


def positioned(record: Record) -> Where | None:
    """The first of its places that has a position of its own."""
    return next((each for each in record.places if each.lat is not None), None)


def feature(record: Record, naming: Naming, licence: str) -> dict[str, object]:
    """The record as a feature; its properties are also flat, as tables of a GIS want them."""
    place = positioned(record)
    shown = place or (record.places[0] if record.places else None)
    return {
        "type": "Feature",
        "id": f"urn:uuid:{record.uid}",
        "geometry": _point(place),
        "properties": as_object(record, naming, licence)
        | {
            "place_name": naming.name_of(shown) if shown else None,
            "signal": " ".join(each.signal for each in record.said),
            "link": record.links[0] if record.links else None,
        },
    }


def _point(place: Where | None) -> dict[str, object] | None:
    if place is None or place.lat is None or place.lon is None:
        return None
    return {"type": "Point", "coordinates": [place.lon, place.lat]}
