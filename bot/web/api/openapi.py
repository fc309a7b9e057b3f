"""The API described in OpenAPI 3.1, as GET /api/openapi.json gives it. Pure."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence

from bot.exports.asked import DIRECTIONS, LANGUAGES, LEVELS, MOST_VALUES
from bot.web.api.parameters import COUNTED, LISTED, MOST, PAGED, USUAL_LIMIT, USUAL_SINCE
from bot.web.site import COOKIE

Schema = dict[str, object]

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_NUMBER_OR_NULL: Schema = {"type": ["number", "null"]}
_WHOLE: Schema = {"type": "integer", "minimum": 0}
_TIME: Schema = {"type": "string", "format": "date-time"}
_BY_LANGUAGE: Schema = {"type": "object", "additionalProperties": _TEXT}
_LEVEL: Schema = {"enum": list(LEVELS)}
_DIRECTION: Schema = {"enum": list(DIRECTIONS)}


def document(signals: Sequence[str]) -> Schema:
    """The description; `signals` are those that can be asked for."""
    parameters = _parameters(signals)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Marsad",
            "version": importlib.metadata.version("marsad"),
            "description": "What publishers report, as Marsad found it: not verified. Items stand "
            "with the newest first. A page may hold few or none although more follow: go on while "
            "`next` is there. Full texts of publishers are no part of it.",
        },
        "paths": {
            "/api/alerts": _path("What readers were told.", PAGED, parameters, "Page"),
            "/api/stories": _path("Happenings.", PAGED, parameters, "Page"),
            "/api/entries": _path("Items of feeds.", PAGED, parameters, "Page"),
            "/api/places": _path(
                "Places with alerts, most first: each alert at its first place only.",
                *(COUNTED, parameters, "Places"),
            ),
            "/api/signals": _path(
                "Signals, and how many alerts each had: 1000 stands for more too.",
                *(LISTED, parameters, "Signals"),
            ),
        },
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
        "security": [{"session": []}, {"bearer": []}],
    }


def _path(summary: str, names: Sequence[str], parameters: dict[str, Schema], answer: str) -> Schema:
    refusals = {
        "400": "A parameter is wrong.",
        "401": "Nobody is signed in.",
        "403": "Who is signed in may not read.",
        "405": "Only GET and HEAD.",
        "503": "The database is busy: ask again.",
    }
    etag = {"ETag": {"schema": _TEXT, "required": True}}
    return {
        "get": {
            "summary": summary,
            "parameters": [parameters[name] for name in names],
            "responses": {
                "200": {
                    "description": "The answer.",
                    "headers": etag,
                    "content": {"application/json": {"schema": _ref(answer)}},
                },
                "304": {"description": "As in If-None-Match.", "headers": etag},
                **{
                    status: {
                        "description": said,
                        "content": {"application/json": {"schema": _ref("Error")}},
                    }
                    for status, said in refusals.items()
                },
            },
        }
    }


def _parameters(signals: Sequence[str]) -> dict[str, Schema]:
    moment: Schema = {
        "anyOf": [
            {"type": "string", "pattern": "^[1-9][0-9]{0,2}[hdw]$"},
            {"type": "string", "format": "date"},
            {"type": "string", "format": "date-time"},
        ]
    }
    own = {
        "since": (
            moment,
            f"Last updated then or later: 7d, 12h, or a time. Usually {USUAL_SINCE}.",
        ),
        "until": (moment, "Last updated before then. Usually: up to now."),
        "signal": (_several({"enum": list(signals)}), "One of these."),
        "place": (
            _several({"type": "string", "minLength": 1, "maxLength": 100}),
            "At one of these places or within: ids, or names in Arabic, English or French.",
        ),
        "level": (_several(_LEVEL), "One of these."),
        "direction": (_several(_DIRECTION), "One of these, of the signals that are asked for."),
        "language": (_several({"enum": list(LANGUAGES)}), "Of the headline."),
        "lang": ({"enum": list(LANGUAGES), "default": "en"}, "Of the words in the answer."),
        "limit": (
            {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL_LIMIT},
            "Items at most.",
        ),
        "cursor": (_TEXT, "`next` of the page before: the same filters, what comes behind it."),
    }
    return {
        name: {"name": name, "in": "query", "description": said, "schema": schema}
        for name, (schema, said) in own.items()
    }


def _several(item: Schema) -> Schema:
    return {"type": "array", "items": item, "maxItems": MOST_VALUES}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: Schema, optional: Sequence[str] = ()) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _schemas() -> Schema:
    words: Schema = {"licence": _TEXT}
    error: Schema = {"where": _TEXT, "what": _TEXT, "instead": _TEXT}
    position: Schema = {"latitude": _NUMBER_OR_NULL, "longitude": _NUMBER_OR_NULL}
    place: Schema = {
        "id": _TEXT,
        "kind": _TEXT,
        "name": _TEXT,
        "names": _BY_LANGUAGE,
        "location_code": _TEXT_OR_NULL,
        "admin1_code": _TEXT_OR_NULL,
        "admin1_iso": _TEXT_OR_NULL,
        **position,
    }
    in_item: Schema = place | {
        "location_name": _TEXT_OR_NULL,
        "admin1_name": _TEXT_OR_NULL,
        "admin_level": {"enum": [0, 1]},
    }
    said: Schema = {
        "signal": _TEXT,
        "title": _TEXT,
        "direction": _DIRECTION,
        "level": _LEVEL,
        "rule": _TEXT,
    }
    figure: Schema = {
        "what": _TEXT,
        "value": {"type": "number"},
        "at_least": {"type": "boolean"},
        "vague": {"type": "boolean"},
    }
    item: Schema = {
        "kind": {"enum": ["alert", "story", "entry"]},
        "id": _TEXT,
        "uid": {"type": "string", "pattern": "^urn:uuid:"},
        "version": _WHOLE,
        "level": {"enum": [*LEVELS, None]},
        "direction": {"enum": [*DIRECTIONS, None]},
        "title": _TEXT,
        "language": _TEXT_OR_NULL,
        "explanation": _TEXT,
        "story": _TEXT_OR_NULL,
        "first_at": _TIME,
        "updated_at": _TIME,
        "event_at": {"type": ["string", "null"], "format": "date-time"},
        "signals": _list(_object(said)),
        "places": _list(_object(in_item)),
        "figures": _list(_object(figure)),
        "publishers": _list(_TEXT),
        "publishers_count": _WHOLE,
        "links": _list({"type": "string", "format": "uri"}),
        "licence": _TEXT,
    }
    signal: Schema = {
        "id": _TEXT,
        "title": _TEXT,
        "titles": _BY_LANGUAGE,
        "level": _LEVEL,
        "alerts": _WHOLE,
    }
    counted: Schema = place | {"alerts": _WHOLE, "level": _LEVEL}
    return {
        "Error": _object({"error": _object(error)}),
        "Item": _object(item),
        "Page": _object({"items": _list(_ref("Item")), "next": _TEXT_OR_NULL, **words}),
        "Places": _object({"items": _list(_object(counted)), **words}),
        "Signals": _object({"items": _list(_object(signal)), **words}),
    }
