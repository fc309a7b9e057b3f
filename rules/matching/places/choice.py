"""Which of the places that share a name is meant, and whether a name is a place's at all.

Each candidate has points: how often a place of its size is meant, a word before it that says what
it is, its country or division told elsewhere in the text, the feed's region. A name that is an
ordinary word or a person's as well must have a word before it that says that it is a place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rules.language.text import Token
from rules.matching.places.gazetteer import WRITTEN_BY_HAND, Gazetteer, Place, rank
from rules.matching.places.mentions import Mention, PlaceReading
from rules.matching.places.words import (
    AGAINST,
    AGENTS,
    IN,
    NORTH,
    PARTS,
    PERSON_BEFORE,
    PUBLISHERS,
    SIEGES,
    THINGS,
    kinds_of,
    means,
)

LEAST = 4.0
"""Points that a name needs to be a place's."""
SURE = 1.0
"""Points between two places of one name that settle which it is."""
OWN_COUNTRY = 4.0
OWN_DIVISION = 2.5
OTHER_COUNTRY = -3.0
REGION = 5.0
ABROAD = -2.0
"""A place outside the countries of relief work, whose name one inside them bears as well."""
ANNOUNCED = 3.0
AS_WORD = -12.0
AS_PERSON = -8.0
THING = -6.0
UNSUPPORTED = -4.0
"""A small town's name of one word, of whose country nothing else in the text speaks."""
LARGE = 300_000
"""Inhabitants of a town that is written of without naming its country."""
EVERYWHERE = frozenset(("country", "region"))
SMALL = frozenset(("town", "adm2", "neighbourhood", "site"))
Told = dict[str, set[str]]
HEADING = "heading"
"""Among the names of a country: the title begins with it."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A mention and the place it means; ``others`` are as likely."""

    mention: Mention
    place: Place
    others: tuple[Place, ...] = ()

    @property
    def adm1(self) -> str | None:
        """The division, where every place that may be meant has the same."""
        codes = {p.adm1 for p in (self.place, *self.others)}
        return self.place.adm1 if len(codes) == 1 else None


def choose(
    gazetteer: Gazetteer, reading: PlaceReading, region: str | None
) -> tuple[tuple[Meant, ...], tuple[Mention, ...]]:
    """The mentions that are places, each with the place meant, and those that are none."""
    told = _told_countries(gazetteer, reading)
    of_region = gazetteer.region(region) or frozenset()
    divisions = {
        p.id: m.key
        for m in reading.mentions
        for p in m.places
        if m.form == "name" and p.kind in ("adm1", "region", "adm2", "town")
    }
    meant, none = [], []
    for mention in reading.mentions:
        found = _choice(gazetteer, mention, reading, told, divisions, of_region)
        if found is None:
            none.append(mention)
        else:
            meant.append(found)
    return tuple(meant), tuple(none)


def _told_countries(gazetteer: Gazetteer, reading: PlaceReading) -> Told:
    """Countries that names leave no doubt about, each with these names; a people's or a hint's
    word is marked, since it says less of which country it is not."""
    told: Told = {}
    for mention in reading.mentions:
        if mention.key in gazetteer.words or mention.key in gazetteer.persons:
            continue
        countries = {p.country for p in mention.places}
        tokens = reading.tokens(mention)
        if mention.form == "demonym" and mention.first and means(tokens[mention.first - 1], AGENTS):
            continue
        strong = (
            mention.form != "name"
            or any(p.kind in EVERYWHERE for p in mention.places)
            or max(rank(p) for p in mention.places) >= 5
        )
        if len(countries) == 1 and strong:
            told.setdefault(next(iter(countries)), set()).add(
                mention.key if mention.form == "name" else f"{mention.form} {mention.key}"
            )
            if _heads(mention, tokens):
                told[next(iter(countries))].add(HEADING)
    return told


def _heads(mention: Mention, tokens: Sequence[Token]) -> bool:
    """«Bénin : deux policiers tués à Kandi»: the country that a title begins with."""
    after = mention.last + 1
    begins = mention.field == "title" and not mention.first and mention.form == "name"
    return begins and after < len(tokens) and tokens[after].breaks


def _choice(
    gazetteer: Gazetteer,
    mention: Mention,
    reading: PlaceReading,
    told: Told,
    divisions: Mapping[str, str],
    of_region: frozenset[str],
) -> Meant | None:
    if mention.form != "name":
        return Meant(mention, mention.places[0])
    tokens = reading.tokens(mention)
    scored = sorted(
        (
            (_points(gazetteer, p, mention, tokens, told, divisions, of_region), p)
            for p in mention.places
        ),
        key=lambda pair: -pair[0],
    )
    best, place = scored[0]
    if best < LEAST:
        return None
    near = [p for points, p in scored[1:] if best - points < SURE]
    # A town, its district and its division of one name are one place to those who write of it.
    if place.kind in EVERYWHERE:
        return Meant(mention, place)
    others = tuple(p for p in near if not (p.country == place.country and p.adm1 == place.adm1))
    return Meant(mention, _finest(place, [p for p in near if p not in others], mention), others)


def _finest(place: Place, same: Iterable[Place], mention: Mention) -> Place:
    towns = [p for p in (place, *same) if p.kind == "town"]
    return towns[0] if towns and not mention.kinds else place


def _points(
    gazetteer: Gazetteer,
    place: Place,
    mention: Mention,
    tokens: Sequence[Token],
    told: Told,
    divisions: Mapping[str, str],
    of_region: frozenset[str],
) -> float:
    points = rank(place)
    own = bool(told.get(place.country, set()) - {mention.key})
    announced = bool(mention.kinds)
    before = tokens[mention.first - 1] if mention.first else None
    if tokens[mention.first].breaks or mention.clitic.strip("وف"):
        before = None
    if announced:
        points += ANNOUNCED if place.kind in mention.kinds else 1.0
    if place.kind == "country" and not set(mention.kinds[:1]) & {"town", "adm1", "adm2"}:
        # «تونس», «الجزائر», «الكويت»: the capital bears the country's name.
        points += OWN_COUNTRY
    namesake = any(p.kind == "country" for p in mention.places) and place.kind != "country"
    if own and place.kind != "country" and not namesake:
        points += OWN_COUNTRY + (1.5 if rank(place) >= 5 else 0)
    if any(divisions.get(over.id, mention.key) != mention.key for over in gazetteer.around(place)):
        points += OWN_DIVISION
    here = place.country in of_region
    if here:
        points += REGION
    elif not own and _has_namesake_in_the_field(gazetteer, place, mention):
        # «Odessa» is in Ukraine, unless the text speaks of Texas.
        points += ABROAD
    # Of a part of the world the feed tells which of two places, not that a word is a place.
    here = here and len(of_region) == 1
    others = any(
        country != place.country and not all(k.startswith(("demonym ", "hint ")) for k in keys)
        for country, keys in told.items()
    )
    alone = place.kind in SMALL and " " not in mention.key
    if others and not own and alone and place.population < LARGE:
        points += OTHER_COUNTRY
        if any(HEADING in keys for keys in told.values()):
            # «Bénin : deux policiers tués à Kandi»
            points += OTHER_COUNTRY
    located = (
        announced
        or (before is not None and (means(before, IN) or means(before, NORTH)))
        or "ب" in mention.clitic
        or _possessed(tokens, mention)
    )
    supported = own or announced or here or _besieged(tokens, mention)
    if alone and rank(place) < 5 and not supported:
        held = before is not None and means(before, PARTS)
        by_hand = rank(place) == WRITTEN_BY_HAND
        points += 0 if by_hand and (held or located) else UNSUPPORTED
    if place.kind == "hospital" and "hospital" not in mention.kinds:
        # «الأوروبي», "Nasser": without «مستشفى» it is a word or a person.
        points += AS_WORD
    if alone and kinds_of(tokens[mention.first]):
        # «المدينة» is a city, not Medina.
        points += AS_WORD
    if mention.key in gazetteer.words:
        thing = means_thing(before) and place.kind not in ("hospital", "site")
        sure = place.kind in mention.kinds and not thing and (own or here or place.kind != "adm1")
        # «في حجة» in Yemen's news: a governorate, though it is also an argument.
        sure = sure or (place.kind == "adm1" and located and own and not thing)
        points += 0 if sure else AS_WORD
    if mention.key in gazetteer.persons and not located:
        points += AS_PERSON
    if before is not None and means(before, PERSON_BEFORE) and not announced:
        points += AS_PERSON if place.kind not in EVERYWHERE else -2.0
    if means_thing(before) and place.kind not in ("hospital", "site"):
        of_a_country = place.kind == "country"
        points += THING - 6.0 if of_a_country else 0 if own and not others else THING
    return points


def _possessed(tokens: Sequence[Token], mention: Mention) -> bool:
    """ "Syria's Hama"."""
    return mention.first > 1 and tokens[mention.first - 1].norm == "s"


def _besieged(tokens: Sequence[Token], mention: Mention) -> bool:
    """«حصار بابنوسة»، «رفع الحصار عن بابنوسة»، "the siege of Babanusa"."""
    before = [t for t in tokens[max(0, mention.first - 2) : mention.first] if not t.breaks]
    if not before or tokens[mention.first].breaks:
        return False
    if means(before[-1], SIEGES):
        return True
    return len(before) > 1 and means(before[-1], AGAINST) and means(before[-2], SIEGES)


def _has_namesake_in_the_field(gazetteer: Gazetteer, place: Place, mention: Mention) -> bool:
    field = gazetteer.in_the_field
    return place.country not in field and any(p.country in field for p in mention.places)


def means_thing(before: Token | None) -> bool:
    """«مستشفى الكويت»، «شارع بغداد»، «صحيفة الرياض»: a name's name."""
    return before is not None and (means(before, THINGS) or means(before, PUBLISHERS))
