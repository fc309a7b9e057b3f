"""What the gazetteer keeps of the names and places that the packages know. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rules.language.text import arabic_norm, arabic_surface, latin_norm

FIELD = frozenset(
    (
        "SY YE SD PS LB IQ LY EG JO TN DZ MA EH MR SO DJ ER ET SS TD NE ML BF NG CM CF CD KE UG "
        "RW BI AF PK BD MM LK NP UA TR IR SA KW QA BH AE OM IL HT VE MZ AM AZ GE"
    ).split()
)
"""Countries of relief work, of which small towns are kept as well."""
ARABIC_SPEAKING = frozenset(
    "SY YE SD PS LB IQ LY EG JO TN DZ MA EH MR SO DJ ER TD SA KW QA BH AE OM SS IL".split()
)
WITH_DISTRICTS = frozenset("SY YE IQ LB LY SD SS PS SO JO EG".split())
"""Countries whose districts are written of by name."""
PERSIAN = frozenset(("IR",))
"""Where Arabic letters are not Arabic: small towns bear too many Arabic words as names."""
LEAST_FIELD = 15_000
"""Inhabitants of a town of a `FIELD` country that has no Arabic name."""
LEAST_ELSEWHERE = 100_000
MOST_ARABIC = 4
MOST_LATIN = 5

_ARABIC_NAME = re.compile(r"[\u0621-\u064a\u067e\u0686\u0698\u06a9\u06af\u06cc\u06a4 ()ـ-]+")
_LATIN_NAME = re.compile(
    r"[A-Z\u00c0-\u00de\u0100-\u024f\u1e00-\u1eff‘]"
    r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff '’‘`ʿʾ.-]{2,39}"
)
_KIND_WORDS_AR = re.compile(
    "^(?:محافظة|محافظه|ولاية|ولايه|جهة|إقليم|اقليم|منطقة|مقاطعة|مدينة|بلدية|شعبية|مديرية|قضاء"
    "|ناحية|مركز|دائرة|إمارة|استان|شهرستان|ولايت|د|باريزكاي|جمهورية)(?=[ ])"
)
_KIND_WORDS_LATIN = re.compile(
    r"\b(?:Governorate|Muhafazat|Wilayat|Wilaya|Province|Provincia|Region|Région|Gobolka|State"
    r"|District|Division|Department|Département|County|[Oo]blast|Prefecture|Regional State"
    r"|Municipality|Territory|Council|Ostān(?:-e)?|The State of|Kilil|Āstedader|Sheng|Shi|viloyati"
    r"|welaýaty|mühafəzəsi|Mkoa wa|Kaunti ya|Provinsi|Propinsi|Meẖoz|Hizboch|Hizb)\b"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One place of the gazetteer's file."""

    id: str
    kind: str
    country: str
    adm1: str
    parent: str
    population: int
    lat: float | None
    lon: float | None
    ar: tuple[str, ...]
    latin: tuple[str, ...]
    fr: str = ""

    def line(self) -> str:
        """The row with tabs between its columns and bars between names."""
        at = ("", "") if self.lat is None or self.lon is None else (
            f"{self.lat:.3f}", f"{self.lon:.3f}"
        )  # fmt: skip
        columns = (
            self.id, self.kind, self.country, self.adm1, self.parent, str(self.population or ""),
            *at, "|".join(self.ar), "|".join(self.latin), self.fr,
        )  # fmt: skip
        return "\t".join(columns)


def arabic_names(names: Iterable[str], most: int = MOST_ARABIC) -> tuple[str, ...]:
    """The Arabic names among some: without vowel signs and words like «محافظة», each once."""
    found: dict[str, str] = {}
    for name in names:
        if not _ARABIC_NAME.fullmatch(arabic_surface(name)):
            continue
        plain = " ".join(re.sub(r"[()ـ-]", " ", arabic_surface(name)).split())
        bare = _without_kind(plain)
        if len(bare.replace(" ", "")) > 2 and len(bare.split()) <= 5:
            found.setdefault(arabic_norm(bare), bare)
    return tuple(found.values())[:most]


def _without_kind(name: str) -> str:
    return _KIND_WORDS_AR.sub("", name).strip().removesuffix(" ولايت")


def latin_names(names: Iterable[str], most: int = MOST_LATIN) -> tuple[str, ...]:
    """The names in Latin letters among some, the first one first; each once, however accented."""
    found: dict[str, str] = {}
    for name in names:
        bare = " ".join(_KIND_WORDS_LATIN.sub(" ", name).split()).strip(" -,’'")
        if not _LATIN_NAME.fullmatch(bare) or bare.isupper() or len(bare.split()) > 5:
            continue
        found.setdefault(latin_key(bare), bare)
    return tuple(found.values())[:most]


def latin_key(name: str) -> str:
    """Letters only, without accents: what two spellings of one name share."""
    return re.sub("[^a-z]", "", latin_norm(name))


def kept(country: str, population: int, arabic: Sequence[str], capital: bool = False) -> bool:
    """Whether the gazetteer holds a town."""
    if capital:
        return True
    if country in ARABIC_SPEAKING:
        return bool(arabic) or population >= LEAST_FIELD // 5
    if country in PERSIAN:
        return population >= 4 * LEAST_FIELD
    if country in FIELD:
        return population >= LEAST_FIELD or (bool(arabic) and population >= LEAST_FIELD // 5)
    return population >= LEAST_ELSEWHERE


def with_nearest_division(rows: Iterable[Row]) -> list[Row]:
    """Towns whose division is not known take that of the nearest town of the country."""
    rows = list(rows)
    known: dict[str, list[Row]] = {}
    for row in rows:
        if row.adm1 and row.lat is not None:
            known.setdefault(row.country, []).append(row)
    return [
        replace(row, adm1=min(near, key=lambda other: _distance(row, other)).adm1)
        if not row.adm1 and row.lat is not None and (near := known.get(row.country))
        else row
        for row in rows
    ]


def _distance(one: Row, other: Row) -> float:
    """Square of the distance on a plane, which is enough to find the nearest town."""
    lat, lon = one.lat or 0.0, one.lon or 0.0
    north = (other.lat or 0.0) - lat
    east = ((other.lon or 0.0) - lon) * math.cos(math.radians(lat))
    return north * north + east * east
