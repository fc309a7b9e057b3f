"""Parts of a country that are named by where they lie: "the north", «الشمال», "nord de la Syrie".
Alone they name no place, though Cameroon and Qatar have places that are called so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules import Gazetteer

_ALONE = frozenset(
    (
        *("north", "south", "east", "west", "northern", "southern", "eastern", "western"),
        *("centre", "center", "central", "coast", "northeast", "northwest", "southeast"),
        *("southwest", "nord", "sud", "est", "ouest", "littoral", "cote", "capital", "capitale"),
        *("شمال", "جنوب", "شرق", "غرب", "وسط", "شمالي", "جنوبي", "شرقي", "غربي"),
        *("ساحل", "مركز", "عاصمه", "ريف"),
    )
)
_ARTICLE = re.compile(r"\A(?:the |le |la |les |l |ال)")
_ENGLISH = re.compile(
    r"(?:the )?((?:north|south)?[ -]?(?:east|west)|north|south)(?:ern)?(?: part)?(?: of| in)?"
    r"(?: the)? (.+)",
    re.IGNORECASE,
)
_FRENCH = re.compile(
    r"(?:le |l['’])?((?:nord|sud)?[ -]?(?:est|ouest)|nord|sud)"
    r" (?:de la |de l['’]|du |des |de |d['’]|en |au )?(.+)",
    re.IGNORECASE,
)
_ARABIC = re.compile(r"(?:ال)?(شمال|جنوب|شرق|غرب|وسط|ريف|ساحل)ي? (?:من )?(.+)")
_OF = ("de la ", "du ", "de l'", "de ", "d'", "des ", "")


def is_part(name: str) -> bool:
    """Whether it is a part of whatever country."""
    from rules.matching.places.gazetteer import key_of

    key = key_of(name)
    return key in _ALONE or _ARTICLE.sub("", key) in _ALONE


def part_of(said: str, gazetteer: Gazetteer) -> str:
    """The name under which a part of a country is known; "" where it is not."""
    ways = list[str]()
    if found := _ENGLISH.fullmatch(said):
        where = found[1].lower()
        ways += [f"{where}ern {found[2]}", f"{where.replace(' ', '').replace('-', '')} {found[2]}"]
    if found := _FRENCH.fullmatch(said):
        ways += [f"{found[1]} {of}{found[2]}" for of in _OF]
    if found := _ARABIC.fullmatch(said):
        ways.append(f"{found[1]} {found[2]}")
    return next((way for way in ways if gazetteer.named(way)), "")


def of_what(said: str) -> str:
    """Of what a part is named: "Iraq" in "north of Iraq"; "" for no part."""
    for pattern in (_ENGLISH, _FRENCH, _ARABIC):
        if found := pattern.fullmatch(said):
            return found[2]
    return ""
