"""What leaves of an alert, a story or an entry, in one shape for every format. Pure.

No text of a publisher leaves but its headline: the rest is what Marsad says of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

_NO_DIVISION = ("country", "region")


@dataclass(frozen=True, slots=True)
class Where:
    """A place: ISO 3166-1 alpha-2 and alpha-3, ISO 3166-2, OCHA's p-code where the gazetteer has
    it, names by language, and its own position in degrees of WGS 84."""

    id: str
    kind: str
    country: str
    iso3: str
    country_names: Mapping[str, str]
    adm1: str | None
    pcode: str | None
    adm1_names: Mapping[str, str]
    names: Mapping[str, str]
    lat: float | None
    lon: float | None

    @property
    def admin_level(self) -> int:
        """0: a country or a part of it that is no division, 1: a division or what lies in one."""
        return 0 if self.adm1 is None or self.kind in _NO_DIVISION else 1


@dataclass(frozen=True, slots=True)
class Said:
    """A signal as it is told: which way, how grave, and the clauses of the rule that found it, with
    nothing of the text in which they did."""

    signal: str
    direction: str
    level: str
    rule: str


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of something: killed, wounded, displaced ..."""

    what: str
    value: float
    at_least: bool
    vague: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One alert, story or entry as it leaves.

    `uid` names it in all installations and stays; `id` is what people type. `publishers` are
    independent ones, `publishers_count` may count more. `versions`: when each version of an alert
    went out, as far as that is known. `explanation` is Marsad's sentence.
    """

    kind: str
    id: str
    uid: uuid.UUID
    version: int
    title: str
    language: str | None
    explanation: str
    first_at: datetime
    updated_at: datetime
    event_at: datetime | None
    said: tuple[Said, ...]
    places: tuple[Where, ...]
    figures: tuple[Counted, ...]
    publishers: tuple[str, ...]
    publishers_count: int
    links: tuple[str, ...]
    story: str | None = None
    versions: tuple[tuple[int, datetime], ...] = field(default=())

    @property
    def level(self) -> str | None:
        return self.said[0].level if self.said else None

    @property
    def direction(self) -> str | None:
        """Worsening if any of it is; denied only if all of it is."""
        ways = {each.direction for each in self.said}
        if not ways:
            return None
        return next(way for way in ("worsening", "improving", "denied") if way in ways)
