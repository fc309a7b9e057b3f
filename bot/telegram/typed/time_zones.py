"""Time zones by the names that people have for them: an IANA name, a city, a country. Pure.

Names in Arabic, English and French are CLDR's, by Babel; a town that no zone is named after is
found by its country, in the gazetteer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location
from rapidfuzz import fuzz, process

from bot.locales import LANGUAGES, offset_name
from rules.matching.places.gazetteer import key_of

if TYPE_CHECKING:
    from rules import Gazetteer

# Offered before anybody asks: where desks are.
USUAL = (
    *("Asia/Damascus", "Asia/Beirut", "Asia/Amman", "Asia/Baghdad", "Asia/Gaza", "Asia/Aden"),
    *("Africa/Khartoum", "Africa/Cairo", "Africa/Tripoli", "Europe/Istanbul", "Europe/Paris"),
    "UTC",
)
# A country may have thirty.
MOST = 8
# Of 100 that must agree before another name is proposed.
_LIKE = 75
# "UTC+3", "GMT 3", "+05:30".
_OFFSET = re.compile(
    r"(?:utc|gmt)?\s*([+\-\u2212\u2013]?)\s*(\d{1,2})(?:[:.]?([0-5]\d))?\s*\Z", re.IGNORECASE
)
# Those of parts of an hour have no name but that of who lives by them.
_PARTS_OF_AN_HOUR = {
    (3, 30): "Asia/Tehran",
    (4, 30): "Asia/Kabul",
    (5, 30): "Asia/Kolkata",
    (5, 45): "Asia/Kathmandu",
    (6, 30): "Asia/Yangon",
    (9, 30): "Australia/Darwin",
}
_SAYS_TIME = re.compile(
    r"(?<!\w)(?:local|standard|time|timezone|time zone|zone|now"
    r"|l?['’]?heure(?: (?:de|du|des|d['’]))?|fuseau(?: horaire)?|maintenant"
    r"|ب?توقيت|التوقيت|المنطقة الزمنية|الآن|الان|مدينة)(?!\w)",
    re.IGNORECASE,
)
# Where these letters are also names of places: Est is a region of Burkina Faso.
_ABBREVIATED = {
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "ET": "America/New_York",
    "CST": "America/Chicago",
    "CDT": "America/Chicago",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "BST": "Europe/London",
    "WET": "Europe/Lisbon",
    "CET": "Europe/Paris",
    "CEST": "Europe/Paris",
    "EET": "Europe/Athens",
    "EEST": "Europe/Athens",
    "MSK": "Europe/Moscow",
    "TRT": "Europe/Istanbul",
    "AST": "Asia/Riyadh",
    "GST": "Asia/Dubai",
    "PKT": "Asia/Karachi",
    "EAT": "Africa/Nairobi",
    "CAT": "Africa/Khartoum",
    "WAT": "Africa/Lagos",
}
_UTC = frozenset(map(key_of, ("utc", "gmt", "غرينتش", "غرينيتش", "greenwich", "zulu")))


_LONGEST = 200
"""Characters of a name of a zone, with all that stands beside it."""


@dataclass(frozen=True, slots=True)
class ZonesFound:
    """The zones that a name means: one, or several to choose from. `meant`: another name was found
    that is like it; "" for the name itself."""

    zones: tuple[str, ...]
    meant: str = ""


def weekend_of(zone: tzinfo) -> frozenset[int]:
    """The days of the weekend where the clock shows that, 0 is Monday: Friday and Saturday in
    Damascus."""
    country = get_global("zone_territories").get(getattr(zone, "key", ""), "001")
    there = Locale.parse(f"und_{country}")
    begins, ends = there.weekend_start, there.weekend_end
    return frozenset((begins + each) % 7 for each in range((ends - begins) % 7 + 1))


def find_zones(said: str, gazetteer: Gazetteer) -> ZonesFound:
    """The zones of a name, also «توقيت مكة», "Khartoum, Sudan"; none for what is no name. Takes
    time at first."""
    said = " ".join(said[:_LONGEST].split())
    bare = _SAYS_TIME.sub(" ", said).strip(" ,،.!?؟")
    tries = dict.fromkeys((said.strip(), bare, *re.split(r"\s*[,،/]\s*", bare)))
    found = [_found(each, gazetteer) for each in tries if each]
    sure = (each for each in found if each.zones and not each.meant)
    like = (each for each in found if each.zones)
    return next(sure, next(like, ZonesFound(())))


def _found(wanted: str, gazetteer: Gazetteer) -> ZonesFound:
    if zone := _ABBREVIATED.get(wanted.upper()):
        return ZonesFound((zone,))
    by_id = _by_id().get(wanted.lower().replace(" ", "_"))
    key = key_of(wanted)
    if by_id or key in _UTC:
        return ZonesFound((by_id or "UTC",))
    if (offset := _OFFSET.match(wanted)) and (zone := _of_offset(offset)):
        return ZonesFound((zone,))
    if not key:
        return ZonesFound(())
    if found := _by_name().get(key):
        return ZonesFound(found[:MOST])
    countries = dict.fromkeys(place.country for place in gazetteer.named(wanted)[:1])
    if of_country := [zone for each in countries for zone in _of_country().get(each, ())]:
        return ZonesFound(tuple(of_country[:MOST]))
    best = process.extractOne(key, _by_name().keys(), scorer=fuzz.ratio, score_cutoff=_LIKE)
    return ZonesFound(_by_name()[best[0]][:MOST], best[0]) if best else ZonesFound(())


def _of_offset(offset: re.Match[str]) -> str | None:
    """The zone of a fixed offset; its name counts westwards, so that UTC+3 is Etc/GMT-3."""
    hours, minutes, west = int(offset[2]), int(offset[3] or 0), offset[1] not in ("", "+")
    if minutes:
        return None if west else _PARTS_OF_AN_HOUR.get((hours, minutes))
    name = f"Etc/GMT{'+' if west else '-'}{hours}" if hours else "UTC"
    return name if is_zone(name) else None


def zone_title(zone: str, language: str) -> str:
    """What to call a zone: its city."""
    if zone in ("UTC", "Etc/UTC"):
        return "UTC"
    return offset_name(zone) or str(
        get_timezone_location(ZoneInfo(zone), locale=Locale.parse(language), return_city=True)
    )


def is_zone(name: str) -> bool:
    """Whether this machine knows a zone of that name."""
    return name in available_timezones()


@cache
def _by_id() -> Mapping[str, str]:
    return {name.lower(): name for name in available_timezones() if "/" in name or name == "UTC"}


@cache
def _of_country() -> Mapping[str, Sequence[str]]:
    """Zones by ISO 3166-1 code."""
    known, found = available_timezones(), dict[str, list[str]]()
    for zone, territory in get_global("zone_territories").items():
        if zone in known:
            found.setdefault(territory, []).append(zone)
    return {territory: sorted(zones) for territory, zones in found.items()}


@cache
def _by_name() -> Mapping[str, tuple[str, ...]]:
    """Zones by the names of their cities and countries, in all languages; a city is nearer than a
    country of the same name."""
    found: dict[str, tuple[str, ...]] = {}
    for language in LANGUAGES:
        locale = Locale.parse(language)
        for territory, zones in _of_country().items():
            name = locale.territories.get(territory)
            if name and territory.isalpha() and territory != "ZZ":
                found.setdefault(key_of(name), tuple(zones))
    for zones in _of_country().values():
        for zone in zones:
            if zone.startswith("Etc/"):
                continue  # `find_zones` reads offsets
            for name in {zone.rpartition("/")[2].replace("_", " ")} | {
                zone_title(zone, language) for language in LANGUAGES
            }:
                found[key_of(name)] = (zone,)
    return found
