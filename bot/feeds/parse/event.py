"""What the elements of an entry say of place and time of an event, beside its text.

GeoRSS (simple and GML), W3C geo, GDACS, CAP and GLIDE. feedparser keeps one geometry of an entry,
and a number that is none ends its reading of the whole feed: so these elements are read here,
entry by entry, taken out of the document, and handed through it as one element with plain JSON.
What is no place (NaN, 91 degrees, 0/0, more corners than a map has) is left out, and nothing else.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from bot.feeds.parse.dates import read_time
from bot.feeds.parse.entry import Point, SaidEvent, Shape
from bot.feeds.parse.plaintext import clean_characters

HANDED = "marsad-event"
MOST_SHAPES = 8
MOST_POINTS = 5_000
"""Corners of an outline that somebody drew; what has more is no map."""
KEPT_POINTS = 200
MOST_KM = 1_000.0
MOST_NAMES = 20
MOST_NAME = 120

_HINTS = (
    *("georss", "opengis.net/gml", "wgs84_pos", "gdacs", "glide", "emergency:cap", "<cap:"),
    "tag country",
)
"""Most documents have none of these, in whichever case, and are left as they are."""
_FOLDED_AT_ONCE = 100_000
_NAMESPACE = re.compile(r"xmlns:([A-Za-z_][\w.-]*)\s*=\s*[\"']([^\"'<>]{1,200})[\"']")
# Which vocabulary an address is of; the usual prefixes stand for documents that declare none.
_VOCABULARIES = (
    ("georss.org/georss", "georss"),
    ("opengis.net/gml", "gml"),
    ("wgs84_pos", "geo"),
    ("gdacs", "gdacs"),
    ("emergency:cap", "cap"),
    ("glide", "glide"),
)
_TAKEN_OUT = frozenset({"georss", "gml"})
_NAMED = frozenset(
    """
    georss:point georss:line georss:polygon georss:box georss:circle
    gml:pos gml:poslist gml:lowercorner gml:uppercorner
    geo:lat geo:long geo:lon
    gdacs:country gdacs:iso3 gdacs:fromdate gdacs:todate gdacs:bbox gdacs:glide
    cap:areadesc cap:polygon cap:circle cap:value cap:effective cap:onset cap:expires
    cap:status cap:msgtype
    glide:number glide:glide
    """.split()
)
# Text that only looks like elements; entries; elements without others inside; other tags.
_PART = re.compile(
    r"(?P<text><!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))"
    r"|</(?:[A-Za-z_][\w.-]*:)?(?P<ends>item|entry)\s*>"
    r"|<(?:[A-Za-z_][\w.-]*:)?(?P<begins>item|entry)(?=[\s/>])[^<>]*>"
    r"|<(?P<leaf>(?:(?P<prefix>[A-Za-z_][\w.-]*):)?(?P<name>[A-Za-z_][\w.-]*))(?:\s[^<>]*)?>"
    r"(?P<value>(?:[^<>]++|<!\[CDATA\[[^<>\]]*+\]\]>)*+)</(?P=leaf)\s*>"
    r"|</?(?P<tag>[A-Za-z_][\w.-]*):[^<>]*>",
    re.DOTALL,
)
_CAP_INSIDE = re.compile(r"xmlns\s*=\s*[\"']urn:oasis:names:tc:emergency:cap:")
_GLIDE = re.compile(r"\b[A-Z]{2}-\d{4}-\d{6}-([A-Z]{3})\b")
# How ReliefWeb begins its descriptions.
_COUNTRY_TAG = re.compile(
    r"tag country(?:\"|&quot;|')\s*(?:>|&gt;)\s*(?:Countr(?:y|ies)|Pays|País(?:es)?)\s*:"
    r"\s*([^<>&]{2,400})"
)
_NO_MESSAGE = frozenset({"test", "exercise", "draft", "system"})

Found = dict[str, list[str]]


def _hints(text: str) -> bool:
    """Whether a document holds a hint; folded in parts: a long one is not held twice."""
    longest = max(map(len, _HINTS))
    for start in range(0, len(text), _FOLDED_AT_ONCE):
        folded = text[start : start + _FOLDED_AT_ONCE + longest].casefold()
        if any(hint in folded for hint in _HINTS):
            return True
    return False


def with_events(text: str) -> str:
    """The document, with what each entry's elements say in one element at the entry's end."""
    if not _hints(text):
        return text
    vocabularies = {name: name for _, name in _VOCABULARIES}
    for prefix, address in _NAMESPACE.findall(text):
        known = next((name for part, name in _VOCABULARIES if part in address.lower()), None)
        if known is not None or prefix in vocabularies:
            vocabularies[prefix] = known or ""
    unprefixed = "cap" if _CAP_INSIDE.search(text) else ""
    parts: list[str] = []
    found: Found | None = None
    at = 0
    for part in _PART.finditer(text):
        parts.append(text[at : part.start()])
        at, kept = part.end(), part[0]
        if part["begins"]:
            found = {} if not part[0].endswith("/>") else None
        elif part["ends"]:
            if found:
                handed = json.dumps(found, ensure_ascii=False)
                parts.append(f"<{HANDED}>{html.escape(handed, quote=False)}</{HANDED}>")
            found = None
        elif part["text"] or part["name"] in ("description", "summary", "content"):
            if found is not None and (tagged := _COUNTRY_TAG.search(kept[:2_000])):
                _note(found, "countries", tagged[1])
        elif part["name"]:
            prefix = part["prefix"]
            of = vocabularies.get(prefix, "") if prefix else unprefixed
            if part["name"] == "value" and not prefix:
                of = "cap"
            known = f"{of}:{part['name'].lower()}"
            if found is not None and known in _NAMED:
                _note(found, known, part["value"])
            kept = "" if of in _TAKEN_OUT else kept
        elif vocabularies.get(part["tag"]) in _TAKEN_OUT:
            kept = ""
        parts.append(kept)
    parts.append(text[at:])
    return "".join(parts)


def _note(found: Found, name: str, value: str) -> None:
    # A sign more than what is read of it says that it is too long.
    value = html.unescape(value.replace("<![CDATA[", "").replace("]]>", ""))[: 40 * MOST_POINTS]
    listed = found.setdefault(name, [])
    if value.strip() and len(listed) < 40:
        listed.append(value.strip())


def read_event(entry: Mapping[str, Any], timezone: str | None = None) -> SaidEvent | None:
    """What `with_events` found in an entry, as feedparser hands it on. Never raises for it."""
    handed = entry.get(HANDED)
    if not isinstance(handed, str):
        return None  # as of most entries
    try:
        found = json.loads(handed)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    said = {
        name: [value for value in values if isinstance(value, str)]
        for name, values in found.items()
        if isinstance(values, list)
    }
    event = SaidEvent(
        shapes=tuple(_shapes(said))[:MOST_SHAPES],
        countries=_names(_countries(said)),
        areas=_names(_areas(said)),
        at=_time(said, ("cap:onset", "gdacs:fromdate", "cap:effective"), timezone),
        until=_time(said, ("cap:expires", "gdacs:todate"), timezone),
        exercise=any(v.lower() in _NO_MESSAGE for v in said.get("cap:status", ())),
        cancelled=any(v.lower() == "cancel" for v in said.get("cap:msgtype", ())),
    )
    return None if event == SaidEvent() else event


def with_countries(
    event: SaidEvent | None, entry: Mapping[str, Any], link: str | None
) -> SaidEvent | None:
    """With the countries among the entry's categories, where these say that they are such."""
    tags = entry.get("tags")
    host = urlsplit(link).hostname or "" if link else ""
    of_reliefweb = host == "reliefweb.int" or host.endswith(".reliefweb.int")
    named = [
        term
        for tag in (tags if isinstance(tags, list) else [])[:MOST_NAMES]
        if isinstance(tag, Mapping)
        and isinstance(term := tag.get("term"), str)
        and (of_reliefweb or "country" in str(tag.get("scheme") or "").lower())
    ]
    if not named:
        return event
    event = event or SaidEvent()
    return replace(event, countries=_names([*event.countries, *named]))


def _countries(said: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for name in ("gdacs:iso3", "gdacs:country", "countries"):
        for value in said.get(name, ()):
            yield from value.split(",") if name != "gdacs:country" else (value, *value.split(","))
    for name in ("glide:number", "glide:glide", "gdacs:glide"):
        for value in said.get(name, ()):
            yield from _GLIDE.findall(value.upper())


def _areas(said: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for value in said.get("cap:areadesc", ()):
        yield value
        yield from re.split("[;,،؛|]", value)
    yield from said.get("cap:value", ())


def _names(values: Sequence[str] | Iterator[str]) -> tuple[str, ...]:
    cleaned = (" ".join(clean_characters(value).split())[:MOST_NAME] for value in values)
    return tuple(dict.fromkeys(filter(None, cleaned)))[:MOST_NAMES]


def _time(said: Mapping[str, Sequence[str]], names: Sequence[str], timezone: str | None) -> Any:
    read = (read_time(value, timezone=timezone) for name in names for value in said.get(name, ()))
    return next(filter(None, read), None)


def _shapes(said: Mapping[str, Sequence[str]]) -> Iterator[Shape]:
    """Points first: they say more than outlines, and these more than the edges of a map."""
    found: list[Shape | None] = []
    for name in ("georss:point", "gml:pos"):
        found += [_shape(_pairs(value)[:1]) for value in said.get(name, ())]
    north = said.get("geo:lat", ())
    east = [*said.get("geo:long", ()), *said.get("geo:lon", ())]
    found += [_shape(_pairs(f"{a} {b}")) for a, b in zip(north, east, strict=False)]
    found += [_circle(v, 1.0) for v in said.get("cap:circle", ())]
    found += [_circle(v, 0.001) for v in said.get("georss:circle", ())]
    for name in ("georss:polygon", "georss:line", "gml:poslist", "cap:polygon"):
        found += [_shape(_pairs(value)) for value in said.get(name, ())]
    corners = zip(said.get("gml:lowercorner", ()), said.get("gml:uppercorner", ()), strict=False)
    boxes = [*said.get("georss:box", ()), *(f"{low} {high}" for low, high in corners)]
    found += [_shape(_box(_pairs(value))) for value in boxes]
    known = [shape for shape in found if shape is not None]
    if not known:
        known = [shape for v in said.get("gdacs:bbox", ()) if (shape := _shape(_edges(v)))]
    yield from dict.fromkeys(known)


def _pairs(text: str) -> list[Point]:
    """Latitudes and longitudes, in pairs; none where one of the numbers cannot be such."""
    numbers = _numbers(text)
    # A third number of a single point is its height.
    numbers = numbers[:2] if len(numbers) == 3 else numbers
    if len(numbers) % 2 or len(numbers) > 2 * MOST_POINTS:
        return []
    pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
    return pairs if all(map(_on_earth, pairs)) else []


def _numbers(text: str) -> list[float]:
    try:
        numbers = [float(part) for part in text.replace(",", " ").split()]
    except ValueError:
        return []
    return numbers if all(map(math.isfinite, numbers)) else []


def _on_earth(point: Point) -> bool:
    lat, lon = point
    # 0/0 lies in the sea and is what software writes that knows no place.
    return abs(lat) <= 90 and abs(lon) <= 180 and (lat, lon) != (0.0, 0.0)


def _shape(points: Sequence[Point]) -> Shape | None:
    if not points:
        return None
    every = -(-len(points) // KEPT_POINTS)
    kept = dict.fromkeys((round(lat, 4), round(lon, 4)) for lat, lon in points[::every])
    return Shape(tuple(kept))


def _circle(text: str, unit: float) -> Shape | None:
    numbers = _numbers(text)
    if len(numbers) != 3 or not 0 <= numbers[2] * unit <= MOST_KM:
        return None
    shape = _shape(_pairs(f"{numbers[0]} {numbers[1]}"))
    return None if shape is None else replace(shape, km=round(numbers[2] * unit, 1))


def _box(corners: Sequence[Point]) -> list[Point]:
    if len(corners) != 2:
        return []
    (south, west), (north, east) = corners
    return [(south, west), (south, east), (north, east), (north, west)]


def _edges(text: str) -> list[Point]:
    """GDACS: west, east, south, north."""
    edges = _numbers(text)
    if len(edges) != 4:
        return []
    west, east, south, north = edges
    return _box(_pairs(f"{south} {west} {north} {east}"))
