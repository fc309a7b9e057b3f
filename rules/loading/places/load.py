"""Files → Gazetteer: what is built in, the shipped YAML over it, an operator's over that.

Everything that is wrong is reported at once, as with rules: file, line, what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from rules.loading.messages import readable
from rules.loading.places.demonyms import forms_of
from rules.loading.places.gazetteer_file import read_rows
from rules.loading.places.pcodes import same_codes, take_codes
from rules.loading.places.reading import Reading
from rules.loading.rule_folders import GAZETTEER, rule_files
from rules.loading.rule_folders import PLACES as FOLDER
from rules.loading.schema.places import PlaceEntry, PlacesFile, WordLists
from rules.loading.yamlfile import (
    Document,
    Problem,
    YamlProblem,
    contents,
    parse,
    problem,
)
from rules.matching.places.gazetteer import Gazetteer, Place, index, key_of
from rules.matching.ruleset import RulesInvalid
from rules.texts import message

SHIPPED = Path(__file__).parents[2]
SMALL_TOWN = 100_000
"""Inhabitants under which towns are built in for countries of relief work alone."""


def load_gazetteer(operator_dir: Path | None = None, *, shipped: Path = SHIPPED) -> Gazetteer:
    """Every place that Marsad knows, with an operator's ``places/*.yaml`` laid over them.

    Takes a few tenths of a second: call it once, off the event loop. Raises `RulesInvalid`.
    """
    reading = Reading()
    built_in = shipped / FOLDER / GAZETTEER
    try:
        for place, folded in read_rows(built_in, f"rules/{FOLDER}/{GAZETTEER}"):
            reading.places[place.id] = place
            reading.names[place.id] = folded
            if place.kind == "town" and place.population < SMALL_TOWN and not place.capital:
                reading.in_the_field.add(place.country)
        reading.digest.update(built_in.read_bytes())
        if not reading.places:
            said = message("file.empty", kind=FOLDER)
            reading.problems.append(problem(f"rules/{FOLDER}/{GAZETTEER}", 1, said))
    except YamlProblem as error:
        reading.problems.append(error.problem)
    for folder in (shipped, operator_dir):
        if folder is not None:
            _read_folder(folder / FOLDER, "rules" if folder == shipped else folder.name, reading)
    _check(reading)
    if reading.problems:
        raise RulesInvalid(reading.problems)
    named = ((name, id_) for id_, names in reading.names.items() for name in names)
    keys, joined, lengths = index(named)
    for key in (*reading.demonyms, *reading.hints):
        first, *rest = key.split()
        lengths[first] = max(lengths.get(first, 0), 1 + len(rest))
    return Gazetteer(
        reading.places,
        keys,
        joined,
        lengths,
        reading.demonyms,
        reading.hints,
        frozenset(reading.words),
        frozenset(reading.persons),
        reading.digest.hexdigest()[:12],
        tuple(sorted({*_same_names(reading, keys), *same_codes(reading)})),
        reading.regions,
        frozenset(reading.in_the_field),
    )


def _same_names(reading: Reading, keys: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    """Places written by hand that share a name, kind and division with another: one too many."""
    before: set[str] = set()
    for id_, (document, at) in reading.written.items():
        before.add(id_)
        place = reading.places[id_]
        for name in reading.names[id_]:
            for other in keys.get(name, ()):
                twin = reading.places[other]
                same = (twin.kind, twin.country, twin.adm1) == (
                    place.kind, place.country, place.adm1
                )  # fmt: skip
                if same and other != id_ and (other not in reading.written or other in before):
                    yield document.problem(at, message("place.same_name", name=name, id=other))


def _read_folder(folder: Path, shown: str, reading: Reading) -> None:
    documents = []
    for path in rule_files(folder):
        label = f"{shown}/{FOLDER}/{path.relative_to(folder).as_posix()}"
        try:
            raw = contents(path, label)
            document = parse(raw, label)
        except YamlProblem as error:
            reading.problems.append(error.problem)
            continue
        reading.digest.update(f"{label}\0".encode() + raw)
        if not isinstance(document.value, dict):
            key = "file.empty" if document.value is None else "file.no_mapping"
            reading.problems.append(document.problem((), message(key, kind=FOLDER)))
            continue
        try:
            said = PlacesFile.model_validate(document.value)
        except ValidationError as error:
            found = readable(error, PlacesFile, document.value, document, ())
            reading.problems += found
            continue
        documents.append((said, document))
    # Files may add to each other's places, whatever their names.
    for said, document in documents:
        for number, entry in enumerate(said.places):
            if entry.kind is not None:
                _take_new(entry, said.country or "", document, number, reading)
        _take_words(said, document, reading)
    for said, document in documents:
        for number, entry in enumerate(said.places):
            if entry.add is not None:
                _take_more(entry, entry.add, document, number, reading)
        take_codes(said, document, reading)


def _take_new(
    entry: PlaceEntry, country: str, document: Document, number: int, reading: Reading
) -> None:
    id_ = entry.id or f"{country.lower()}-{slug(entry.en[0])}"
    at = ("places", number)
    if id_ in reading.places:
        where = f"rules/{FOLDER}/{GAZETTEER}"
        if id_ in reading.written:
            other, line = reading.written[id_]
            where = f"{other.file}:{other.line(line)}"
        reading.problems.append(document.problem(at, message("place.twice", id=id_, where=where)))
        return
    if country not in reading.places:
        said = message("place.unknown_country", code=country)
        reading.problems.append(document.problem(("country",), said))
        return
    if entry.inside:
        reading.asked.append((entry.inside, document, (*at, "in")))
    kind = entry.kind or "site"
    reading.written[id_] = (document, at)
    lat, lon = entry.at if entry.at else (None, None)
    reading.places[id_] = Place(
        id_,
        kind,
        country,
        id_ if kind == "adm1" else None,
        entry.inside,
        entry.ar,
        entry.en,
        entry.fr,
        entry.pcode,
        lat,
        lon,
        entry.population or 0,
    )
    reading.names[id_] = _folded(entry)
    if entry.pcode:
        reading.code_is_at(id_, document, (*at, "pcode"))


def _take_more(
    entry: PlaceEntry, id_: str, document: Document, number: int, reading: Reading
) -> None:
    place = reading.places.get(id_)
    if place is None:
        reading.asked.append((id_, document, ("places", number, "add")))
        return
    if entry.inside:
        reading.asked.append((entry.inside, document, ("places", number, "in")))
    gone = {key_of(name) for name in entry.without}
    unknown = gone.difference(reading.names[id_])
    if unknown:
        said = message("place.not_a_name", id=id_, names=", ".join(sorted(unknown)))
        reading.problems.append(document.problem(("places", number, "without"), said))

    def more(new: tuple[str, ...], old: tuple[str, ...]) -> tuple[str, ...]:
        kept = [name for name in old if key_of(name) not in gone]
        return tuple(dict.fromkeys((*new, *kept)))

    lat, lon = entry.at if entry.at else (place.lat, place.lon)
    reading.places[id_] = replace(
        place,
        parent=entry.inside or place.parent,
        ar=more(entry.ar, place.ar),
        latin=more(entry.en, place.latin),
        fr=more(entry.fr, place.fr),
        pcode=entry.pcode or place.pcode,
        lat=lat,
        lon=lon,
        population=place.population if entry.population is None else entry.population,
    )
    if entry.pcode:
        reading.code_is_at(id_, document, ("places", number, "pcode"))
    kept = [name for name in reading.names[id_] if name not in gone]
    reading.names[id_] = tuple(dict.fromkeys((*kept, *_folded(entry))))


def _folded(entry: PlaceEntry) -> tuple[str, ...]:
    return tuple(key_of(name) for name in (*entry.ar, *entry.en, *entry.fr))


def _take_words(said: PlacesFile, document: Document, reading: Reading) -> None:
    for table, into in (("demonyms", reading.demonyms), ("hints", reading.hints)):
        lists: dict[str, WordLists] = getattr(said, table)
        for country, words in lists.items():
            if country not in reading.places:
                told = message("place.unknown_country", code=country)
                reading.problems.append(document.problem((table, country), told))
                continue
            found = forms_of(words) if table == "demonyms" else words.all()
            for word in found:
                into.setdefault(key_of(word), country)
    reading.words |= {key_of(word) for word in said.words.all()}
    reading.persons |= {key_of(word) for word in said.persons.all()}
    for number, region in enumerate(said.regions):
        for at, country in enumerate(region.countries):
            if country not in reading.places:
                told = message("place.unknown_country", code=country)
                where = ("regions", number, "countries", at)
                reading.problems.append(document.problem(where, told))
        for name in (*region.ar, *region.en, *region.fr):
            reading.regions[key_of(name)] = frozenset(region.countries)


def _check(reading: Reading) -> None:
    """Ids that are asked for exist, and what lies in a division knows it."""
    for id_, document, at in reading.asked:
        if id_ in reading.places:
            continue
        near = get_close_matches(id_, reading.places, n=1, cutoff=0.7)
        said = (
            message("place.unknown_near", id=id_, near=near[0])
            if near
            else message("place.unknown", id=id_)
        )
        reading.problems.append(document.problem(at, said))
    for id_ in [i for i, p in reading.places.items() if p.parent and p.kind != "adm1"]:
        place = reading.places[id_]
        over = _division(place, reading.places)
        if over and over != place.adm1:
            reading.places[id_] = replace(place, adm1=over)


def _division(place: Place, places: dict[str, Place]) -> str | None:
    seen = {place.id}
    here: Place | None = place
    while here is not None:
        if here.kind == "adm1":
            return here.id
        if here.parent is None or here.parent in seen:
            return here.adm1
        seen.add(here.parent)
        here = places.get(here.parent)
    return None


def slug(name: str) -> str:
    """A name as a part of an id.

    >>> slug("Bab al-Hawa crossing")
    'bab-al-hawa-crossing'
    """
    return re.sub("[^a-z0-9]+", "-", key_of(name)).strip("-")
