"""CAP 1.2 (OASIS Standard, 1 July 2010): a message for each alert, together in a ZIP file.

A CAP document is one message. Version 1 of an alert is an Alert; a later one an Update that refers
to the versions before it, or a Cancel when all of it is denied now.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO
from xml.etree.ElementTree import Element, tostring

from bot.exports.edition import Edition
from bot.exports.formats.xml import put
from bot.exports.objects import whole
from bot.exports.record import Record, Where

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
HEADLINE = 160
"""Characters of a headline that every system shows (CAP 1.2, 3.2.2)."""
_LANGUAGE = {"ar": "ar", "en": "en-GB", "fr": "fr-FR"}
_SEVERITY = {"critical": "Extreme", "alert": "Severe", "watch": "Moderate", "info": "Minor"}
_URGENCY = {"critical": "Immediate", "alert": "Expected", "watch": "Future"}
_CATEGORY = {
    "aid-access": "Rescue",
    "attack-on-health-care": "Security",
    "ceasefire": "Security",
    "civilian-harm": "Security",
    "disease-outbreak": "Health",
    "displacement": "Safety",
    "evacuation": "Safety",
    "food-insecurity": "Health",
    "health-system-collapse": "Health",
    "medicine-shortage": "Health",
    "siege": "Security",
    "water-fuel-power-shortage": "Infra",
}


class CapWriter:
    """A ZIP of XML files, one for each alert, named by its id."""

    def __init__(self, out: BinaryIO, edition: Edition) -> None:
        self._edition = edition
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)
        self._zip.writestr("LICENCE.txt", edition.licence + "\n")

    def write(self, records: Iterable[Record]) -> None:
        for each in records:
            self._zip.writestr(f"{each.id}.xml", cap_message(each, self._edition))

    def close(self) -> None:
        self._zip.close()


def cap_message(record: Record, edition: Edition) -> bytes:
    """The alert as it stands now, as an XML document."""
    say = edition.naming.say
    former = [each for each in record.versions if each[0] < record.version]
    if record.version > 1 and not any(version == 1 for version, _ in former):
        former = [(1, record.first_at), *former]
    sent = dict(record.versions).get(record.version, record.updated_at)
    alert = Element("alert", {"xmlns": NAMESPACE})
    put(alert, "identifier", _identifier(record, record.version))
    put(alert, "sender", edition.sender)
    put(alert, "sent", _time(sent))
    put(alert, "status", "Actual")
    put(alert, "msgType", _message_type(record, told_before=bool(former)))
    put(alert, "source", "Marsad")
    put(alert, "scope", "Public" if edition.public else "Restricted")
    if not edition.public:
        put(alert, "restriction", say("export.restriction"))
    put(alert, "note", edition.licence)
    if former:
        messages = (f"{edition.sender},{_identifier(record, v)},{_time(at)}" for v, at in former)
        put(alert, "references", " ".join(messages))
    if record.story:
        put(alert, "incidents", record.story)
    _put_info(alert, record, edition)
    document: bytes = tostring(alert, encoding="utf-8", xml_declaration=True)
    return document


def _put_info(alert: Element, record: Record, edition: Edition) -> None:
    naming = edition.naming
    info = put(alert, "info")
    put(info, "language", _LANGUAGE[naming.say.language])
    for category in dict.fromkeys(_CATEGORY.get(each.signal, "Other") for each in record.said):
        put(info, "category", category)
    comma = naming.say("card.comma")
    put(info, "event", comma.join(dict.fromkeys(naming.happens(each) for each in record.said)))
    worsening = record.direction == "worsening"
    put(info, "responseType", "Monitor" if worsening else "AllClear")
    put(info, "urgency", _URGENCY.get(record.level or "", "Unknown") if worsening else "Past")
    put(info, "severity", _SEVERITY.get(record.level or "", "Unknown") if worsening else "Minor")
    put(info, "certainty", _certainty(record))
    for each in record.said:
        _named(info, "eventCode", "marsad:signal", each.signal)
    if record.event_at:
        put(info, "onset", _time(record.event_at))
    put(info, "senderName", naming.say("export.author"))
    put(info, "headline", _short(record.title))
    put(info, "description", record.explanation)
    if record.links:
        put(info, "web", record.links[0])
    _named(info, "parameter", "marsad:level", record.level or "")
    _named(info, "parameter", "marsad:direction", record.direction or "")
    for figure in record.figures:
        _named(info, "parameter", f"marsad:{figure.what}", str(whole(figure.value)))
    for publisher in record.publishers:
        _named(info, "parameter", "marsad:publisher", publisher)
    for link in record.links:
        _named(info, "parameter", "marsad:link", link)
    _named(info, "parameter", "marsad:licence", edition.licence)
    for where in record.places:
        _put_area(info, where, edition)


def _put_area(info: Element, where: Where, edition: Edition) -> None:
    area = put(info, "area")
    put(area, "areaDesc", edition.naming.name_of(where))
    if where.lat is not None and where.lon is not None:
        put(area, "circle", f"{where.lat},{where.lon} 0")
    codes = {
        "ISO3166-1": where.country,
        "ISO3166-2": where.adm1,
        "OCHA-pcode": where.pcode,
    }
    for name, value in codes.items():
        if value:
            _named(area, "geocode", name, value)


def _named(parent: Element, element: str, name: str, value: str) -> None:
    pair = put(parent, element)
    put(pair, "valueName", name)
    put(pair, "value", value)


def _message_type(record: Record, *, told_before: bool) -> str:
    if not told_before:
        # There is no message that could be changed or cancelled.
        return "Alert"
    return "Cancel" if record.direction == "denied" else "Update"


def _certainty(record: Record) -> str:
    if record.direction == "denied":
        return "Unlikely"
    return "Likely" if record.publishers_count > 1 else "Possible"


def _identifier(record: Record, version: int) -> str:
    return f"{record.id}.{version}.{record.uid.hex}"


def _time(at: datetime) -> str:
    """CAP writes UTC as -00:00 (3.3.2)."""
    return at.strftime("%Y-%m-%dT%H:%M:%S-00:00")


def _short(text: str) -> str:
    return text if len(text) <= HEADLINE else f"{text[: HEADLINE - 1]}…"
