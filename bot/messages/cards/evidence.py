"""The words that made a rule fire, as stored with an alert, and where they stand in its texts."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.text import Marked, clean_marked, find_marks

if TYPE_CHECKING:
    from storage.alerts import Alert, AlertSignal

MOST_MARKS = 20
# Where a clause begins in an explanation of `rules.matching.detection`.
_CLAUSE = re.compile(r"(?:^-?\d+/-?\d+: |»; )([^«»]{1,300}) ([+-]\d+) «")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence; `start` and `end` count code points of the entry's `field`."""

    field: str
    start: int
    end: int
    quote: str
    term: str
    clause: str
    weight: int


@dataclass(frozen=True, slots=True)
class WeighedClause:
    """A clause that counted for a detection or against it, and the words that it saw."""

    label: str
    weight: int
    quote: str


def weighed_clauses(explanation: str) -> tuple[WeighedClause, ...]:
    """The clauses of a stored explanation; their weights make its score.

    >>> weighed_clauses("100/100: lack +130 «نقص الأدوية»; drill -30 «تمرين»")[1]
    WeighedClause(label='drill', weight=-30, quote='تمرين')
    """
    found = list(_CLAUSE.finditer(explanation))
    ends = [each.start() for each in found[1:]]
    return tuple(
        WeighedClause(each[1], int(each[2]), explanation[each.end() : end].removesuffix("»"))
        for each, end in zip(found, [*ends, len(explanation)], strict=False)
    )


def evidence_of(alert: Alert) -> tuple[Evidence, ...]:
    """What was found in the entry that the alert quotes, of all its signals, in their order.

    What cannot be read is left out.
    """
    quoted = [each for each in alert.signals if each.entry_id == alert.entry_id]
    return tuple(piece for each in quoted for piece in evidence_for(each))


def evidence_for(signal: AlertSignal) -> tuple[Evidence, ...]:
    """The signal's evidence in the order it was stored. What cannot be read is left out."""
    try:
        stored = json.loads(signal.evidence_json)
    except ValueError:
        return ()
    if not isinstance(stored, list):
        return ()
    return tuple(piece for item in stored if (piece := _read(item)))


def marked_title(alert: Alert, evidence: Sequence[Evidence]) -> Marked:
    """The headline with its evidence marked."""
    title = alert.title
    marks = [
        (found.start, found.end)
        for found in evidence[:MOST_MARKS]
        if found.field == "title" and title[found.start : found.end] == found.quote != ""
    ]
    return clean_marked(title, marks or _searched(title, evidence, "title"))


def marked_snippet(alert: Alert | None, evidence: Sequence[Evidence]) -> Marked:
    """The evidence sentence with its evidence marked; empty for None."""
    if alert is None:
        return Marked("")
    return clean_marked(alert.snippet, _searched(alert.snippet, evidence, "text"))


def _searched(text: str, evidence: Sequence[Evidence], field: str) -> tuple[tuple[int, int], ...]:
    # Offsets count from the start of the entry's text, of which only a sentence is kept.
    quotes = [
        found.quote
        for found in sorted(evidence[:MOST_MARKS], key=lambda each: each.start)
        if found.field == field
    ]
    return find_marks(text, quotes)


def _read(item: Any) -> Evidence | None:
    if not isinstance(item, dict):
        return None
    try:
        return Evidence(
            field=str(item["field"]),
            start=int(item["start"]),
            end=int(item["end"]),
            quote=str(item["quote"]),
            term=str(item.get("term", "")),
            clause=str(item.get("clause", "")),
            weight=int(item.get("weight", 0)),
        )
    except (KeyError, TypeError, ValueError):
        return None
