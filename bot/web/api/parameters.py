"""The parameters of a request → what is asked for; those that are wrong are named. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import QueryParams

from bot.exports.asked import FILTERS, LANGUAGES, Names, NotUnderstood, selection
from bot.web.api.answers import Refused
from bot.web.cursors import unpacked
from storage.finding import Cursor
from storage.paging import Kind, Selection

USUAL_SINCE, USUAL_LIMIT, MOST = "30d", 50, 200
TIMES = ("since", "until")
PAGED = (*TIMES, *FILTERS, "lang", "limit", "cursor")
COUNTED = (*TIMES, *FILTERS, "lang", "limit")
LISTED = ("since", "until", "lang")
# In an address "+" is a space: what was the sign of a zone.
_SPACED_ZONE = re.compile(r"(T[\d:.]+) (?=\d\d:?\d\d$)")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: what, in which language's words, how many at most, and behind which one."""

    selection: Selection
    lang: str
    limit: int
    after: Cursor | None


def asked_by(
    query: QueryParams, kind: Kind, allowed: Collection[str], names: Names, now: datetime
) -> Asked:
    """Raises Refused for the first parameter that is wrong. Takes time for an unknown place."""
    given: dict[str, list[str]] = {}
    for name, value in query.multi_items():
        if name not in allowed:
            near = difflib.get_close_matches(name, allowed, n=1)
            instead = f"did you mean {near[0]}?" if near else f"use {', '.join(allowed)}"
            raise Refused(400, name[:40], "is no parameter of this address", instead)
        given.setdefault(name, []).append(value)
    times = {n: [_SPACED_ZONE.sub(r"\1+", v) for v in given.get(n, ())] for n in TIMES}
    try:
        chosen = selection(kind, given | times, names, now, USUAL_SINCE)
    except NotUnderstood as wrong:
        raise Refused(400, wrong.where, wrong.what, wrong.instead) from wrong
    return Asked(chosen, _lang(given), _limit(given), _cursor(given))


def _once(given: Mapping[str, list[str]], name: str) -> str | None:
    values = given.get(name, [])
    if len(values) > 1:
        raise Refused(400, name, "is given twice", "give it once")
    return values[0] if values else None


def _lang(given: Mapping[str, list[str]]) -> str:
    value = _once(given, "lang") or "en"
    if value not in LANGUAGES:
        raise Refused(400, "lang", "is no language of Marsad's", "write ar, en or fr")
    return value


def _limit(given: Mapping[str, list[str]]) -> int:
    value = _once(given, "limit")
    if value is None:
        return USUAL_LIMIT
    if not re.fullmatch(r"[1-9][0-9]{0,3}", value) or int(value) > MOST:
        raise Refused(400, "limit", "is no number that can be", f"write a number from 1 to {MOST}")
    return int(value)


def _cursor(given: Mapping[str, list[str]]) -> Cursor | None:
    value = _once(given, "cursor")
    if value is None:
        return None
    found = unpacked(value)
    if found is None:
        raise Refused(400, "cursor", "is none of ours", "take it from `next` of the page before")
    return found
