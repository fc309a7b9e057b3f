"""The gazetteer on disk as it is looked up, so that a second start need not read its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from rules.loading.load import fingerprint_of_places
from rules.loading.stored.file import UNUSABLE, StoredFile, no_garbage
from rules.matching.places.gazetteer import Gazetteer, Place, PlaceKind

_AS_THEY_ARE = ("keys", "joined", "lengths", "demonyms", "hints", "hash")
_SETS = ("words", "persons", "in_the_field")
_COLUMN, _NAME = "|", "¦"


def load_gazetteer(operator_dir: Path | None = None, *, cache: Path | None = None) -> Gazetteer:
    """`rules.load_gazetteer`, from ``cache`` (a folder) where it has the files as they stand.

    Raises `RulesInvalid`.
    """
    file = _file(cache, operator_dir) if cache is not None else None
    if file is not None and (kept := _read(file)):
        return kept
    from rules import load_gazetteer

    made = load_gazetteer(operator_dir)
    # Not what was saved meanwhile; and warnings are said at each start.
    if file is not None and cache is not None and not made.warnings:
        rows = [_row(place) for place in made.places.values()]
        same = _file(cache, operator_dir).key == file.key
        if same and _come_back(rows, list(made.places.values())):
            file.write(_plain(made, rows), "places")
    return made


def _come_back(rows: list[str], places: list[Place]) -> bool:
    """Not where a name holds a sign that parts a row: such places are read from their files."""
    try:
        return list(map(_place, rows)) == places
    except ValueError:
        return False


def _file(folder: Path, operator_dir: Path | None) -> StoredFile:
    return StoredFile(folder, "places", fingerprint_of_places(operator_dir), operator_dir)


def _read(file: StoredFile) -> Gazetteer | None:
    try:
        with no_garbage():
            found = file.read()
            return _gazetteer(found[0]) if found is not None else None
    except UNUSABLE:
        return None


def _plain(gazetteer: Gazetteer, rows: list[str]) -> dict[str, Any]:
    parts: dict[str, Any] = {name: getattr(gazetteer, name) for name in _AS_THEY_ARE}
    parts |= {name: sorted(getattr(gazetteer, name)) for name in _SETS}
    parts["regions"] = {name: sorted(codes) for name, codes in gazetteer.regions.items()}
    parts["places"] = dict(zip(gazetteer.places, rows, strict=True))
    return parts


def _gazetteer(parts: Mapping[str, Any]) -> Gazetteer:
    keys = {key: tuple(ids) for key, ids in parts["keys"].items()}
    regions = {name: frozenset(codes) for name, codes in parts["regions"].items()}
    others: dict[str, Any] = {name: parts[name] for name in _AS_THEY_ARE if name != "keys"}
    others |= {name: frozenset(parts[name]) for name in _SETS}
    return Gazetteer(_Places(parts["places"]), keys, **others, regions=regions)


class _Places(Mapping[str, Place]):
    """Places, each made when it is asked for: of most nobody asks."""

    def __init__(self, rows: Mapping[str, str]) -> None:
        self._rows = rows
        self._made: dict[str, Place] = {}

    def __getitem__(self, id_: str) -> Place:
        made = self._made.get(id_)
        if made is None:
            made = self._made[id_] = _place(self._rows[id_])
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._rows


def _row(place: Place) -> str:
    names = (_NAME.join(each) for each in (place.ar, place.latin, place.fr))
    numbers = ("" if each is None else repr(each) for each in (place.lat, place.lon))
    return _COLUMN.join(
        (
            *(place.id, place.kind, place.country, place.adm1 or "", place.parent or "", *names),
            *(place.pcode or "", *numbers, str(place.population), "1" if place.capital else ""),
        )
    )


def _names(written: str) -> tuple[str, ...]:
    return tuple(written.split(_NAME)) if written else ()


def _place(row: str) -> Place:
    id_, kind, country, adm1, parent, ar, latin, fr, pcode, lat, lon, people, capital = row.split(
        _COLUMN
    )
    return Place(
        id_,
        cast(PlaceKind, kind),
        country,
        adm1 or None,
        parent or None,
        _names(ar),
        _names(latin),
        _names(fr),
        pcode=pcode or None,
        lat=float(lat) if lat else None,
        lon=float(lon) if lon else None,
        population=int(people),
        capital=bool(capital),
    )
