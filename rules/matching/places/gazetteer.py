"""The places that Marsad knows, and how a name in a text is looked up among them.

Names are compared as `rules.language.text` normalises words: without hamza forms, vowel signs,
accents or capitals. Two places may share a name: who is meant is decided in `places`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from rules.language.text import Token, arabic_norm, latin_norm
from rules.loading.yamlfile import Problem

PlaceKind = Literal[
    "country", "region", "adm1", "adm2", "town", "camp", "crossing", "hospital", "neighbourhood",
    "site",
]  # fmt: skip
"""``region``: a part of a country that is no division of it (Darfur, the West Bank);
``site``: a port, a prison, a school, a dam."""
KINDS: tuple[PlaceKind, ...] = get_args(PlaceKind)

MOST_WORDS = 6
"""Words of the longest name that is looked for."""
_ARTICLES = frozenset("al el ar as ash at ad adh az an".split())
_JOINED_FROM = 6
"""Letters of a name of several words that may also be written as one: خانيونس."""


@dataclass(frozen=True, slots=True)
class Place:
    """One place. ``country`` is ISO 3166-1 alpha-2, ``adm1`` ISO 3166-2; a country's id is its
    code, a division's too. ``parent`` is the id of what it lies in. ``pcode`` is OCHA's code,
    where the files give one. Degrees are WGS 84."""

    id: str
    kind: PlaceKind
    country: str
    adm1: str | None
    parent: str | None
    ar: tuple[str, ...]
    latin: tuple[str, ...]
    fr: tuple[str, ...] = ()
    pcode: str | None = None
    lat: float | None = None
    lon: float | None = None
    population: int = 0
    capital: bool = False

    def name(self, language: str = "en") -> str:
        """What to call it in Arabic, English or French; in another language when it has none."""
        own = {"ar": self.ar, "fr": self.fr}.get(language, self.latin)
        return next(iter((*own, *self.latin, *self.ar, self.id)))

    def names(self) -> tuple[str, ...]:
        return (*self.ar, *self.latin, *self.fr)


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Places by id and by name. Immutable; safe to share between threads."""

    places: Mapping[str, Place]
    keys: Mapping[str, tuple[str, ...]]
    """normalised name → ids of the places that bear it."""
    joined: Mapping[str, str]
    """An Arabic name of several words, without spaces → as it is in ``keys``."""
    lengths: Mapping[str, int]
    """First word of a name → words of the longest name that begins so."""
    demonyms: Mapping[str, str]
    """normalised word («سوريين», "syrian") → country."""
    hints: Mapping[str, str]
    """normalised words that only one country's news has («الحوثيين») → country."""
    words: frozenset[str]
    """normalised names that are ordinary words as well: الباب."""
    persons: frozenset[str]
    """normalised names that persons bear as well: صلاح الدين, Jordan."""
    hash: str = ""
    warnings: tuple[Problem, ...] = ()
    """What is allowed in the files and yet often a mistake."""
    regions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """normalised name of a part of the world («الشام», "sahel") → its countries; no country
    stands for the whole world."""
    in_the_field: frozenset[str] = frozenset()
    """Countries of relief work: those of which small towns are known."""

    def region(self, name: str | None) -> frozenset[str] | None:
        """The countries of a feed's region: a country's code or name, or a part of the world.

        None for one that is not known; empty for the whole world.
        """
        if not name:
            return frozenset()
        if (place := self.places.get(name.upper())) is not None:
            return frozenset((place.country,))
        if (countries := self.regions.get(key_of(name))) is not None:
            return countries
        found = [p for p in self.named(name.replace("-", " ")) if p.kind in ("country", "region")]
        return frozenset((found[0].country,)) if found else None

    def countries(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places.values() if place.kind == "country")

    def named(self, name: str) -> tuple[Place, ...]:
        """The places of a name as a person writes it, the largest first."""
        return self.of_key(key_of(name))

    def of_key(self, key: str) -> tuple[Place, ...]:
        ids = self.keys.get(key) or self.keys.get(self.joined.get(key, ""), ())
        found = [self.places[i] for i in ids]
        return tuple(sorted(found, key=lambda p: -rank(p)))

    def around(self, place: Place) -> Iterator[Place]:
        """What a place lies in, from the nearest: its town, division, region, country."""
        seen = {place.id}
        here: Place | None = place
        while here is not None:
            over = here.parent or (here.adm1 if here.adm1 != here.id else None) or here.country
            if over == here.id or over in seen:
                over = here.country
            here = self.places.get(over) if over not in seen else None
            if here is not None:
                seen.add(here.id)
                yield here

    def inside(self, place: Place, other: Place) -> bool:
        """Whether a place lies in another one."""
        if any(over.id == other.id for over in self.around(place)):
            return True
        # A town is its district and its governorate to those who write of it.
        return other.kind in ("adm1", "adm2") and place.kind not in ("country", "region", "adm1") \
            and other.adm1 == place.adm1 is not None and (
                other.kind == "adm1" or bool(set(self._keys(place)) & set(self._keys(other)))
            )  # fmt: skip

    def _keys(self, place: Place) -> Iterator[str]:
        return (key_of(name) for name in place.names())

    def by_pcode(self) -> Mapping[str, Place]:
        """Places by OCHA's code, where the files give one."""
        return {place.pcode: place for place in self.places.values() if place.pcode}

    def nearest(self, lat: float, lon: float, within_km: float = 50.0) -> Place | None:
        """The town nearest to a point, if there is one within some kilometres."""
        best: tuple[float, Place] | None = None
        for place in self.places.values():
            if place.lat is None or place.lon is None or abs(place.lat - lat) * 111 > within_km:
                continue
            east = (place.lon - lon + 180) % 360 - 180
            away = math.hypot(place.lat - lat, east * math.cos(math.radians(lat))) * 111
            if away <= within_km and (best is None or away < best[0]):
                best = (away, place)
        return best[1] if best else None


WRITTEN_BY_HAND = 4.0
"""Rank of a town whose size nobody gave: news names it, or it would not be in the files."""


def rank(place: Place) -> float:
    """How likely a place is meant where nothing else tells: a power of ten of inhabitants."""
    match place.kind:
        case "country":
            return 8.0
        case "region":
            return 5.5
        case "adm1":
            return 5.0
        case "town":
            if not place.population and place.lat is None:
                return WRITTEN_BY_HAND
            # A capital is meant more often than its size says.
            return math.log10(place.population + 10) + 3.0 * place.capital
        case "adm2":
            return 3.0
        case "camp" | "crossing" | "hospital":
            return 4.5
        case _:
            return WRITTEN_BY_HAND


def key_of(name: str) -> str:
    """A name as look-ups have it.

    >>> key_of("As-Suwaydā'")
    'al suwayda'
    """
    return fold(" ".join(name.split()))


_SIGNS = "'’‘`ʿʾʼ.-‐–()/,،"
_AS_SPACE = str.maketrans(dict.fromkeys(_SIGNS, " "))
_FOLD = tuple(zip("إأآىة", "ااايه", strict=True))
_ACCENTS = re.compile("[\u0300-\u036f\u1dc0-\u1dff]+")


def fold_arabic(text: str) -> str:
    """Many Arabic names at once, as `fold` does one; tabs, bars and line breaks stay."""
    for letters, plain in (*((sign, " ") for sign in _SIGNS), *_FOLD):
        text = text.replace(letters, plain)
    return text


def fold_latin(text: str) -> str:
    """Many names in Latin letters at once."""
    for sign in _SIGNS:
        text = text.replace(sign, " ")
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", text.casefold()))
    return plain.replace("æ", "ae").replace("œ", "oe")


def fold(name: str) -> str:
    if any("\u0600" <= c <= "\u06ff" for c in name):
        return " ".join(arabic_norm(word) for word in name.translate(_AS_SPACE).split())
    words = [latin_norm(word) for word in name.translate(_AS_SPACE).split()]
    return " ".join(_articled(words))


def _articled(words: Sequence[str]) -> list[str]:
    """«Ar Raqqah», «al-Raqqah» and «El Raqqah» are one name."""
    return ["al", *words[1:]] if len(words) > 1 and words[0] in _ARTICLES else list(words)


def word_of(token: Token, first: bool) -> str:
    """A word of a text as it stands in a key."""
    return "al" if first and token.script == "latin" and token.norm in _ARTICLES else token.norm


def index(
    named: Iterable[tuple[str, str]],
) -> tuple[dict[str, tuple[str, ...]], dict[str, str], dict[str, int]]:
    """(keys, joined, lengths) of a `Gazetteer`, from (folded name, id)."""
    keys: dict[str, tuple[str, ...]] = {}
    lengths: dict[str, int] = {}
    joined: dict[str, str] = {}
    for folded, place in named:
        words = folded.split()
        if not words or len(words) > MOST_WORDS:
            continue
        if words[0] in _ARTICLES and len(words) > 1:
            words[0] = "al"
        forms = [words]
        if words[0] == "al" and len(words) > 1 and len(words[1]) > 4:
            forms.append(words[1:])
        for form in forms:
            key = " ".join(form)
            known = keys.get(key, ())
            if place not in known:
                keys[key] = (*known, place)
            if lengths.get(form[0], 0) < len(form):
                lengths[form[0]] = len(form)
        if len(words) > 1 and not folded.isascii() and len(folded) > _JOINED_FROM:
            joined.setdefault("".join(words), " ".join(words))
    return keys, joined, lengths
