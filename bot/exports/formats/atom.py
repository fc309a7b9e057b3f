"""Atom (RFC 4287), with GeoRSS points."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, tostring

from bot.exports.edition import Edition
from bot.exports.formats.xml import put
from bot.exports.naming import Naming
from bot.exports.objects import instant
from bot.exports.record import Record

_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" '
    'xmlns:georss="http://www.georss.org/georss" xml:lang="{language}">\n'
)


class AtomWriter:
    """A feed whose entries keep their ids for as long as their alert, story or entry is kept."""

    def __init__(self, out: BinaryIO, edition: Edition) -> None:
        self._out, self._edition = out, edition
        say = edition.naming.say
        out.write(_HEAD.format(language=say.language).encode())
        top = Element("feed")
        put(top, "id", f"urn:uuid:{uuid5(NAMESPACE_URL, f'marsad/{edition.sender}')}")
        put(top, "title", say("export.name"))
        put(top, "updated", instant(edition.made_at))
        put(put(top, "author"), "name", say("export.author"))
        put(top, "rights", edition.licence)
        put(top, "generator", "Marsad")
        for each in top:
            out.write(tostring(each, encoding="unicode").encode() + b"\n")

    def write(self, records: Iterable[Record]) -> None:
        for each in records:
            element = atom_entry(each, self._edition.naming, self._edition.licence)
            self._out.write(tostring(element, encoding="unicode").encode() + b"\n")

    def close(self) -> None:
        self._out.write(b"</feed>\n")


def atom_entry(record: Record, naming: Naming, licence: str) -> Element:
    entry = Element("entry")
    put(entry, "id", f"urn:uuid:{record.uid}")
    put(entry, "title", record.title or record.id)
    put(entry, "updated", instant(record.updated_at))
    put(entry, "published", instant(record.first_at))
    for name in record.publishers:
        put(put(entry, "author"), "name", name)
    if not record.publishers:
        put(put(entry, "author"), "name", naming.say("export.author"))
    for number, link in enumerate(record.links):
        # One alternate only: RFC 4287, 4.1.2.
        put(entry, "link", rel="related" if number else "alternate", href=link)
    for each in record.said:
        put(entry, "category", term=each.signal, label=naming.title_of(each.signal))
    if record.level:
        put(
            entry,
            "category",
            term=f"level:{record.level}",
            label=naming.say(f"level.{record.level}"),
        )
    # Without a link to what it tells, an entry must have content.
    put(entry, "summary" if record.links else "content", record.explanation or record.title)
    put(entry, "rights", licence)
    place = next((each for each in record.places if each.lat is not None), None)
    if place is not None:
        put(entry, "georss:point", f"{place.lat} {place.lon}")
    return entry
