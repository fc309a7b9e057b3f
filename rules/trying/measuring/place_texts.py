"""Places, and why one counts, in words for readers: Arabic, English, French."""

from __future__ import annotations

from collections.abc import Mapping

from rules.matching.places.gazetteer import Gazetteer, Place, PlaceKind
from rules.matching.places.roles import Role
from rules.matching.places.where import Why
from rules.texts import message

_KINDS: Mapping[PlaceKind, str] = {
    "country": "where.country",
    "region": "where.region",
    "adm1": "where.adm1",
    "adm2": "where.adm2",
    "town": "where.town",
    "camp": "where.camp",
    "crossing": "where.crossing",
    "hospital": "where.hospital",
    "neighbourhood": "where.neighbourhood",
    "site": "where.site",
}
_WHY: Mapping[Why, str] = {
    "clause": "where.in_clause",
    "sentence": "where.in_sentence",
    "title": "where.in_title",
    "lead": "where.in_lead",
    "entry": "where.in_entry",
    "finer": "where.finer",
    "feed": "where.said_by_feed",
    "here": "where.here",
    "named": "where.named",
    "actor": "where.actor",
    "people": "where.people",
    "speaker": "where.speaker",
    "dateline": "where.dateline",
    "talks": "where.talks",
    "journey": "where.journey",
    "patients": "where.patients",
    "local": "where.local",
    "publisher": "where.publisher",
    "distance": "where.distance",
    "border": "where.border",
    "target": "where.target",
    "hint": "where.hint",
    "agent": "where.agent",
    "around": "where.around",
}


def kind_of(place: Place, language: str) -> str:
    return message(_KINDS[place.kind]).text(language)


def why_text(why: Why | Role, language: str) -> str:
    """Why a place counts, or is set aside, in a few words."""
    return message(_WHY[why]).text(language)


def described(gazetteer: Gazetteer, place: Place, language: str) -> str:
    """«Aleppo (town, Syria, SY-HL) [g170063]»."""
    names = [over.name(language) for over in gazetteer.around(place)]
    comma = "، " if language == "ar" else ", "
    inside = comma.join(dict.fromkeys(n for n in names if n != place.name(language)))
    return message(
        "where.place",
        name=place.name(language),
        kind=kind_of(place, language),
        inside=f"{comma}{inside}" if inside else "",
        code=place.adm1 or place.country,
        id=place.id,
    ).text(language)
