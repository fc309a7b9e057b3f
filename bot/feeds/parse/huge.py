"""A huge entry is cut before the document is parsed: it would cost all the others their time.

A picture inside a text, a whole book in one item, a hundred thousand categories: a parser takes ten
times their size in memory, and whoever is killed for it reads none of the feed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from bot.feeds.parse.pieces import MARK

# Characters of an entry; long reports with all their markup are shorter.
HUGE = 250_000
# Characters that are kept of one of its elements.
KEPT = 100_000
# What an entry is known and told by. Of each name the first few are kept.
_ELEMENT = re.compile(
    r"<(?P<name>(?:[A-Za-z_][\w.-]*:)?(?:title|link|guid|id|pubDate|published|updated|modified"
    r"|issued|created|date|description|summary|abstract|encoded|content))(?P<attributes>\s[^<>]*)?>",
)
_OF_A_NAME = 3
_MARKUP = re.compile(r"<[^<>]{0,2000}>")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def without_huge(text: str) -> tuple[str, int]:
    """The document with its huge entries cut, and how many those were."""
    if len(text) <= HUGE:
        return text, 0
    kept, at, cut = list[str](), 0, 0
    for name, begin, end in _entries(text):
        if end - begin > HUGE:
            kept += [text[at:begin], _cut(name, text[begin:end])]
            at, cut = end, cut + 1
    return "".join([*kept, text[at:]]), cut


def _entries(text: str) -> Iterator[tuple[str, int, int]]:
    """The name of each entry's element, and where that begins and ends."""
    name, begin = "", 0
    for mark in MARK.finditer(text):
        if mark["begins"] and not name:
            name, begin = mark["begins"], mark.start()
        elif name and mark["ends"] == name:
            yield name, begin, mark.end()
            name = ""


def _cut(element: str, entry: str) -> str:
    """The entry with the elements that matter, none of them long."""
    start = entry[: entry.index(">") + 1]
    if len(start) > KEPT:
        start = start.split(None, 1)[0] + ">"
    kept, at, seen = list[str](), len(start), dict[str, int]()
    while (found := _ELEMENT.search(entry, at)) is not None:
        name, attributes = found["name"], found["attributes"] or ""
        at = found.end()
        attributes = attributes if len(attributes) <= KEPT else ""
        if attributes.endswith("/"):
            inner = None
        else:
            inner, at = _inner(entry, name, at)
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > _OF_A_NAME:
            continue
        if inner is None:
            kept.append(f"<{name}{attributes.removesuffix('/')}/>")
        else:
            kept.append(f"<{name}{attributes}>{_short(inner)}</{name}>")
    return f"{start}{''.join(kept)}</{element}>"


def _inner(entry: str, name: str, at: int) -> tuple[str, int]:
    """What stands in the element that began, and where it ends."""
    closing, end = f"</{name}", at
    while True:
        end = entry.find(closing, end)
        if end < 0:
            return entry[at:], len(entry)
        section = entry.rfind(_CDATA, at, end)
        if section < 0 or entry.find(_CDATA_END, section, end) >= 0:
            return entry[at:end], end
        # Its own name in quoted markup.
        end = entry.find(_CDATA_END, end)
        if end < 0:
            return entry[at:], len(entry)


def _short(inner: str) -> str:
    if len(inner) <= KEPT and inner.count("<") <= KEPT // 100:
        return inner
    if inner.lstrip().startswith(_CDATA):
        words = inner.lstrip().removeprefix(_CDATA)[:KEPT].partition(_CDATA_END)[0]
        return f"{_CDATA}{words.rpartition('<')[0] or words}{_CDATA_END}"
    if "<" not in inner:
        # Not in the middle of a reference.
        return re.sub(r"&[^;\s]{0,40}$", "", inner[:KEPT])
    words = _MARKUP.sub(" ", _COMMENT.sub(" ", inner[: 4 * KEPT]))[:KEPT]
    return escape(words.partition("<")[0].replace("&amp;", "&"), quote=False)
