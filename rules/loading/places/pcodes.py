"""OCHA's codes of places (p-codes), as files give them by country: taken, and told when shared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rules.loading.places.reading import Reading
from rules.loading.schema.places import PlacesFile
from rules.loading.yamlfile import Document, Problem
from rules.texts import message


def take_codes(said: PlacesFile, document: Document, reading: Reading) -> None:
    """The codes of ``pcodes:``, over those that were read before."""
    for country, codes in said.pcodes.items():
        if country not in reading.places:
            told = message("place.unknown_country", code=country)
            reading.problems.append(document.problem(("pcodes", country), told))
            continue
        for id_, code in codes.items():
            at = ("pcodes", country, id_)
            place = reading.places.get(id_)
            if place is None:
                reading.asked.append((id_, document, at))
            elif place.country != country:
                told = message("place.other_country", id=id_, country=place.country, code=country)
                reading.problems.append(document.problem(at, told))
            else:
                reading.places[id_] = replace(place, pcode=code)
                reading.code_is_at(id_, document, at)


def same_codes(reading: Reading) -> Iterator[Problem]:
    """Places that share a code: one of them has another's."""
    first: dict[str, str] = {}
    for id_, (document, at) in reading.coded.items():
        code = reading.places[id_].pcode or ""
        other = first.setdefault(code, id_)
        if other != id_:
            yield document.problem(at, message("place.same_code", code=code, id=other))
