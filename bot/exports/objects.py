"""A record as JSON has it: in JSON lines, GeoJSON's properties, the API and the webhook. Pure."""

from __future__ import annotations

import json
from datetime import datetime

from bot.exports.naming import Naming
from bot.exports.record import Record, Where


def as_object(record: Record, naming: Naming, licence: str) -> dict[str, object]:
    """The record as JSON has it: in JSON lines, in GeoJSON's properties, in the API."""
    return {
        "kind": record.kind,
        "id": record.id,
        "uid": f"urn:uuid:{record.uid}",
        "version": record.version,
        "level": record.level,
        "direction": record.direction,
        "title": record.title,
        "language": record.language,
        "explanation": record.explanation,
        "story": record.story,
        "first_at": instant(record.first_at),
        "updated_at": instant(record.updated_at),
        "event_at": instant(record.event_at) if record.event_at else None,
        "signals": [
            {
                "signal": each.signal,
                "title": naming.title_of(each.signal),
                "direction": each.direction,
                "level": each.level,
                "rule": each.rule,
            }
            for each in record.said
        ],
        "places": [_place_object(each, naming) for each in record.places],
        "figures": [
            {
                "what": each.what,
                "value": whole(each.value),
                "at_least": each.at_least,
                "vague": each.vague,
            }
            for each in record.figures
        ],
        "publishers": list(record.publishers),
        "publishers_count": record.publishers_count,
        "links": list(record.links),
        "licence": licence,
    }


def _place_object(where: Where, naming: Naming) -> dict[str, object]:
    language = naming.say.language
    return {
        "id": where.id,
        "kind": where.kind,
        "name": naming.name_of(where),
        "names": dict(where.names),
        "location_code": where.iso3 or None,
        "location_name": where.country_names.get(language),
        "admin1_code": where.pcode,
        "admin1_iso": where.adm1,
        "admin1_name": where.adm1_names.get(language),
        "admin_level": where.admin_level,
        "latitude": where.lat,
        "longitude": where.lon,
    }


def instant(at: datetime) -> str:
    """RFC 3339, in UTC, to the second."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def whole(value: float) -> int | float:
    return int(value) if value == int(value) else value


def compact(value: object) -> bytes:
    """JSON on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
