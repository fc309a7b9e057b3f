"""The gazetteer on disk as it is looked up, so that a second start need not read its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

from rules.loading.load import fingerprint_of_places
from rules.loading.stored.file import UNUSABLE, Parts, StoredFile, no_garbage
from rules.matching.places.gazetteer import Gazetteer, Place, PlaceKind

_AS_THEY_ARE = ("demonyms", "hints", "hash")
_SETS = ("words", "persons", "in_the_field")
_COLUMN, _NAME = "|", "¦"
T = TypeVar("T")
_ROW = "\uffff"
"""What no text holds: one string of all rows is read in a third of the time of a list of them."""


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
        plain = _plain(made)
        if _file(cache, operator_dir).key == file.key and _comes_back(plain, made):
            file.write(plain, "places")
    return made


def _comes_back(plain: Mapping[str, Any], made: Gazetteer) -> bool:
    """Not where a name holds a sign that parts a row: such places are read from their files."""
    try:
        return _gazetteer(plain) == made
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


def _plain(gazetteer: Gazetteer) -> dict[str, Any]:
    parts: dict[str, Any] = {name: getattr(gazetteer, name) for name in _AS_THEY_ARE}
    parts |= {name: sorted(getattr(gazetteer, name)) for name in _SETS}
    parts["regions"] = {name: sorted(codes) for name, codes in gazetteer.regions.items()}
    parts["places"] = _ROW.join(map(_row, gazetteer.places.values()))
    parts["keys"] = [
        _ROW.join(gazetteer.keys),
        _ROW.join(map(_COLUMN.join, gazetteer.keys.values())),
    ]
    parts["joined"] = [_ROW.join(gazetteer.joined), _ROW.join(gazetteer.joined.values())]
    by_length: dict[int, list[str]] = {}
    for word, length in gazetteer.lengths.items():
        by_length.setdefault(length, []).append(word)
    parts["lengths"] = [[length, _ROW.join(words)] for length, words in by_length.items()]
    return parts


def _gazetteer(parts: Mapping[str, Any] | Parts) -> Gazetteer:
    names, ids = map(_rows, parts["keys"])
    keys = _MadeWhenAsked(dict(zip(names, ids, strict=True)), _ids)
    lengths: dict[str, int] = {}
    for length, words in parts["lengths"]:
        lengths |= dict.fromkeys(_rows(words), length)
    rows = _rows(parts["places"])
    others: dict[str, Any] = {name: parts[name] for name in _AS_THEY_ARE}
    others |= {name: frozenset(parts[name]) for name in _SETS}
    return Gazetteer(
        _MadeWhenAsked({row.partition(_COLUMN)[0]: row for row in rows}, _place),
        keys,
        joined=dict(zip(*map(_rows, parts["joined"]), strict=True)),
        lengths=lengths,
        regions={name: frozenset(codes) for name, codes in parts["regions"].items()},
        **others,
    )


def _rows(written: str) -> list[str]:
    return written.split(_ROW) if written else []


class _MadeWhenAsked(Mapping[str, T]):
    """What stands in rows of text, each made when it is asked for: of most nobody asks."""

    def __init__(self, rows: Mapping[str, str], make: Callable[[str], T]) -> None:
        self._rows = rows
        self._make = make
        self._made: dict[str, T] = {}

    def __getitem__(self, key: str) -> T:
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._make(self._rows[key])
        return made

    def get(self, key: str, default: Any = None) -> Any:
        """As that of a dict. Most names that are looked up are none."""
        return self[key] if key in self._rows else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, key: object) -> bool:
        return key in self._rows


def _ids(row: str) -> tuple[str, ...]:
    return tuple(row.split(_COLUMN))


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
