"""The columns of CSV and XLSX: names as the HDX Humanitarian API has them where it has them, and
HXL tags (https://hxlstandard.org, version 1.1). Pure."""

from __future__ import annotations

from collections.abc import Mapping

from bot.exports.naming import Naming
from bot.exports.objects import instant, whole
from bot.exports.record import Record

Cell = str | int | float | None

# Column → its HXL tag. Titles for people are texts of the locales, `export.column.<column>`.
COLUMNS: Mapping[str, str] = {
    "kind": "#meta+kind",
    "id": "#meta+id",
    "version": "#meta+version",
    "location_code": "#country+code+v_iso3",
    "location_name": "#country+name",
    "admin1_code": "#adm1+code+v_pcode",
    "admin1_iso": "#adm1+code+v_iso",
    "admin1_name": "#adm1+name",
    "admin_level": "#geo+admin_level",
    "place_name": "#loc+name",
    "place_type": "#loc+type",
    "latitude": "#geo+lat",
    "longitude": "#geo+lon",
    "other_places": "#loc+name+list",
    "reference_period_start": "#date+start",
    "reference_period_end": "#date+end",
    "event_time": "#date+occurred",
    "level": "#severity",
    "direction": "#status",
    "signal": "#indicator+code",
    "signal_name": "#indicator+name",
    "killed": "#affected+killed",
    "wounded": "#affected+injured",
    "displaced": "#affected+displaced",
    "missing": "#affected+missing",
    "other_figures": "#affected+list",
    "title": "#description+title",
    "language": "#description+lang",
    "explanation": "#description+summary",
    "publishers_count": "#meta+source+num",
    "publishers": "#meta+source",
    "links": "#meta+url",
    "story": "#meta+story",
    "licence": "#meta+license",
}
_COUNTED = ("killed", "wounded", "displaced", "missing")


def cells(record: Record, naming: Naming, licence: str) -> tuple[Cell, ...]:
    """The record's row, a cell for each of COLUMNS."""
    place = record.places[0] if record.places else None
    counted = {each.what: whole(each.value) for each in reversed(record.figures)}
    language = naming.say.language
    comma = naming.say("card.comma")
    others = [text for each in record.figures if each.what not in _COUNTED
              if (text := naming.figure(each))]  # fmt: skip
    found: dict[str, Cell] = {
        "kind": record.kind,
        "id": record.id,
        "version": record.version,
        "place_name": naming.name_of(place) if place else None,
        "other_places": "; ".join(naming.others_than(place, record.places)),
        "reference_period_start": instant(record.first_at),
        "reference_period_end": instant(record.updated_at),
        "event_time": instant(record.event_at) if record.event_at else None,
        "level": record.level,
        "direction": record.direction,
        "signal": " ".join(each.signal for each in record.said),
        "signal_name": comma.join(naming.title_of(each.signal) for each in record.said),
        **{what: counted.get(what) for what in _COUNTED},
        "other_figures": "; ".join(others),
        "title": record.title,
        "language": record.language,
        "explanation": record.explanation,
        "publishers_count": record.publishers_count,
        "publishers": "; ".join(record.publishers),
        "links": " ".join(record.links),
        "story": record.story,
        "licence": licence,
    }
    if place is not None:
        found |= {
            "location_code": place.iso3,
            "location_name": place.country_names.get(language),
            "admin1_code": place.pcode,
            "admin1_iso": place.adm1,
            "admin1_name": place.adm1_names.get(language),
            "admin_level": place.admin_level,
            "place_type": place.kind,
            "latitude": place.lat,
            "longitude": place.lon,
        }
    return tuple(found.get(column) for column in COLUMNS)
