"""The shape of ``rules/places/*.yaml``: places by hand, and what is said of those built in."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from rules.loading.schema.base import (
    Model,
    wrong,
)

PlaceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,60}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
PlaceName = Annotated[str, StringConstraints(min_length=2, max_length=80)]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _pcode(value: str) -> str:
    """Letters of the country, then what tells the place: SY02, MMR001, IQG15."""
    if not re.fullmatch(r"[A-Z]{2,3}[0-9A-Z]{1,12}", value):
        raise wrong("place.pcode", given=value)
    return value


PCode = Annotated[str, AfterValidator(_pcode)]
Names = Annotated[tuple[PlaceName, ...], BeforeValidator(_listed)]
HandKind = Literal[
    "region", "adm1", "adm2", "town", "camp", "crossing", "hospital", "neighbourhood", "site"
]


def _degrees(value: Any) -> Any:
    """Decimals reach here as text: YAML files of rules have no other numbers than whole ones."""
    if not isinstance(value, list):
        return value
    try:
        return [float(one) for one in value]
    except (TypeError, ValueError):
        return value


class PlaceEntry(Model):
    """A place that is not built in (``kind``), or more of one that is (``add``)."""

    id: PlaceId | None = None
    add: PlaceId | None = None
    kind: HandKind | None = None
    inside: PlaceId | None = Field(default=None, alias="in")
    ar: Names = ()
    en: Names = ()
    fr: Names = ()
    without: Names = ()
    pcode: PCode | None = None
    at: Annotated[tuple[float, float] | None, BeforeValidator(_degrees)] = None
    population: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one_of_two(self) -> PlaceEntry:
        if (self.add is None) == (self.kind is None):
            raise wrong("place.add_or_kind")
        if self.kind is not None and not (self.ar or self.en or self.fr):
            raise wrong("place.no_name")
        if self.kind is not None and self.id is None and not self.en:
            raise wrong("place.no_id")
        if self.at is not None and not (-90 <= self.at[0] <= 90 and -180 <= self.at[1] <= 180):
            raise wrong("place.degrees")
        return self


class WordLists(Model):
    ar: Names = ()
    en: Names = ()
    fr: Names = ()

    def all(self) -> tuple[str, ...]:
        return (*self.ar, *self.en, *self.fr)


class RegionEntry(Model):
    """A part of the world, by its names; without countries it is all of it."""

    ar: Names = ()
    en: Names = ()
    fr: Names = ()
    countries: tuple[Country, ...] = ()


class PlacesFile(Model):
    """``country`` is that of its new places; ``words`` and ``persons`` are of all countries;
    ``pcodes`` are OCHA's codes of places that are there, by country and id."""

    country: Country | None = None
    places: tuple[PlaceEntry, ...] = ()
    demonyms: dict[Country, WordLists] = Field(default_factory=dict)
    hints: dict[Country, WordLists] = Field(default_factory=dict)
    words: WordLists = WordLists()
    persons: WordLists = WordLists()
    regions: tuple[RegionEntry, ...] = ()
    pcodes: dict[Country, dict[PlaceId, PCode]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _of_a_country(self) -> PlacesFile:
        if self.country is None and any(place.kind for place in self.places):
            raise wrong("place.no_country")
        return self
