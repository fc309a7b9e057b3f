"""Feed lists from and for other readers: OPML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree

from bot.errors import CannotGoOn
from bot.feeds.catalogue import Feed, read_catalogue, slug
from bot.feeds.problems import CatalogueInvalid, Said, said
from bot.feeds.publishers import publisher_family

_PLAIN = re.compile(r"https?://[^\s#'\"{}\[\]]+|(?!\d)[^\W_][\w-]*(?: [\w-]+)*")
_READ_AS_OTHER = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})
MAX_OPML_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Left:
    """A line of a list that was left out, by its feed's name, and why."""

    name: str
    said: Said

    def in_language(self, language: str) -> str:
        return f"{self.name}: {self.said.text(language)}"


@dataclass(frozen=True, slots=True)
class Imported:
    """`feeds` can be written into feeds.yaml; `left` says of each other line why it was left."""

    feeds: tuple[Feed, ...]
    left: tuple[Left, ...]


class OpmlInvalid(CannotGoOn):
    """The document is no feed list; `said` says why."""

    def __init__(self, why: Said) -> None:
        super().__init__(why.text())
        self.said = why


def import_opml(text: str, have: Sequence[Feed] = (), language: str | None = None) -> Imported:
    """Feeds of an OPML (or RDF, or iGoogle) list that are not among `have`.

    OPML seldom names a language: `language` is for all. A folder becomes the region. Raises
    OpmlInvalid.
    """
    if len(text) > MAX_OPML_BYTES:
        raise OpmlInvalid(said("opml_large", mb=MAX_OPML_BYTES // 1_000_000))
    # It brings a library for downloads.
    import listparser

    try:
        listed = listparser.parse(text)
    except Exception as error:
        raise OpmlInvalid(said("opml_not_read", why=type(error).__name__)) from error
    if not listed.feeds:
        raise OpmlInvalid(said("opml_empty"))
    feeds: list[Feed] = []
    left: list[Left] = []
    ids = {feed.id for feed in have}
    urls = {feed.url.rstrip("/") for feed in have}
    for row in listed.feeds:
        url = str(row.get("url") or "").strip()
        name = " ".join(str(row.get("title") or "").split())[:200] or publisher_family(url)
        if url.rstrip("/") in urls:
            left.append(Left(name, said("listed", value=url)))
            continue
        folders = [part for path in row.get("categories") or () for part in path]
        region = slug(str(folders[0])) if folders else ""
        feed = Feed(
            id=_unused(slug(name) or slug(publisher_family(url)) or "feed", ids),
            name=name,
            url=url,
            language=language,
            region=region or "world",
            family=publisher_family(url),
        )
        try:
            read_catalogue(catalogue_text([feed]))
        except CatalogueInvalid as invalid:
            left.append(Left(name, invalid.problems[0].said))
            continue
        feeds.append(feed)
        ids.add(feed.id)
        urls.add(url.rstrip("/"))
    return Imported(tuple(feeds), tuple(left))


def export_opml(feeds: Iterable[Feed], now: datetime, title: str = "Marsad") -> str:
    """The catalogue as OPML 2.0 (http://opml.org/spec2.opml), a folder for each region."""
    root = ElementTree.Element("opml", version="2.0")
    head = ElementTree.SubElement(root, "head")
    ElementTree.SubElement(head, "title").text = title
    ElementTree.SubElement(head, "dateCreated").text = format_datetime(now)
    body = ElementTree.SubElement(root, "body")
    folders: dict[str, ElementTree.Element] = {}
    # Another reader could not read a page or a sitemap.
    for feed in (feed for feed in feeds if feed.format == "feed"):
        if feed.region not in folders:
            folders[feed.region] = ElementTree.SubElement(
                body, "outline", text=_legal(feed.region), title=_legal(feed.region)
            )
        attributes = {
            "type": "rss",
            "text": _legal(feed.name),
            "title": _legal(feed.name),
            "xmlUrl": _legal(feed.url),
        }
        if feed.language:
            attributes["language"] = feed.language
        ElementTree.SubElement(folders[feed.region], "outline", attributes)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def catalogue_text(feeds: Iterable[Feed]) -> str:
    """Feeds as text for feeds.yaml. Reading it back gives the same feeds."""
    lines = ["feeds:"]
    for feed in feeds:
        lines.append(f"  - id: {_quoted(feed.id)}")
        for key in ("name", "url", "language", "region", "family", "kind", "timezone"):
            value = getattr(feed, key)
            if value:
                lines.append(f"    {key}: {_quoted(value)}")
        if feed.format != "feed":
            lines.append(f"    format: {feed.format}")
        if feed.selectors is not None:
            lines.append("    selectors:")
            named = feed.selectors.named().items()
            lines += [f"      {key}: {_quoted(value)}" for key, value in named]
        if feed.interval_minutes is not None:
            lines.append(f"    interval_minutes: {feed.interval_minutes}")
        if feed.paused:
            lines.append("    paused: true")
    return "\n".join(lines) + "\n"


def _unused(wanted: str, taken: set[str]) -> str:
    number, candidate = 1, wanted
    while candidate in taken:
        number += 1
        candidate = f"{wanted[:70]}-{number}"
    return candidate


def _quoted(value: str) -> str:
    """Plain where YAML cannot misread it, double-quoted otherwise."""
    if _PLAIN.fullmatch(value) and value.lower() not in _READ_AS_OTHER:
        return value
    escaped = "".join(
        {"\\": "\\\\", '"': '\\"'}.get(character, character)
        if character.isprintable()
        else f"\\U{ord(character):08x}"
        for character in value
    )
    return f'"{escaped}"'


def _legal(value: str) -> str:
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]", "", value)
