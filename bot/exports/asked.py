"""What is asked for in words, as the command line and the API have them → a `Selection`.

Times are lengths ("7d", "12 hours") or ISO 8601, of UTC where no zone is named. Of several values
for one name any will do; commas part them.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.alerts.summaries.place_status import Known, look_up
from bot.asking.durations import read_duration
from bot.text import clean
from storage.finding import Wanted
from storage.paging import Kind, Selection

if TYPE_CHECKING:
    from rules import Gazetteer

LEVELS = ("info", "watch", "alert", "critical")
DIRECTIONS = ("worsening", "improving", "denied")
LANGUAGES = ("ar", "en", "fr")
KINDS: tuple[Kind, ...] = ("alerts", "stories", "entries")
FILTERS = ("signal", "place", "level", "direction", "language")
MOST_VALUES, LONGEST = 20, 100


class NotUnderstood(ValueError):
    """`where`: the name of what was given; `what`: what is wrong with it; `instead`: what to
    write."""

    def __init__(self, where: str, what: str, instead: str) -> None:
        self.where, self.what, self.instead = where, what, instead
        super().__init__(f"{where}: {what}; {instead}")


@dataclass(frozen=True, slots=True)
class Names:
    """What can be asked for: `signals` are those that may leave, not of rules on test."""

    signals: Collection[str]
    gazetteer: Gazetteer


def selection(
    kind: Kind, given: Mapping[str, Sequence[str]], names: Names, now: datetime, since: str
) -> Selection:
    """`given`: values by name (since, until and FILTERS); `since` is for who names none. Takes
    time where a place is not known. Raises NotUnderstood."""
    begin = moment("since", _one(given, "since") or since, now)
    end = _one(given, "until")
    until = moment("until", end, now) if end else None
    if until is not None and until <= begin:
        raise NotUnderstood("until", "is not after since", "write a later time, or leave it out")
    wanted = Wanted(
        since=begin,
        until=until,
        signals=_listed(given, "signal", sorted(names.signals)),
        places=_places(_values(given, "place"), names.gazetteer),
        levels=_listed(given, "level", LEVELS),
        directions=_listed(given, "direction", DIRECTIONS),
        languages=_listed(given, "language", LANGUAGES),
    )
    return Selection(kind, wanted, names.signals)


def moment(where: str, text: str, now: datetime) -> datetime:
    """A time, or so long ago. Raises NotUnderstood."""
    instead = "write a length such as 7d or 12h, or a time such as 2026-03-01 or 2026-03-01T08:00Z"
    try:
        length = read_duration(text)
        at = now - length if length is not None else datetime.fromisoformat(text.strip())
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotUnderstood(where, f"«{clean(text)[:40]}» is no time", instead) from None


def _one(given: Mapping[str, Sequence[str]], name: str) -> str:
    values = [each for each in given.get(name, ()) if each.strip()]
    if len(values) > 1:
        raise NotUnderstood(name, "is given twice", "give it once")
    return values[0][:LONGEST] if values else ""


def _values(given: Mapping[str, Sequence[str]], name: str) -> list[str]:
    parts = (part.strip() for each in given.get(name, ()) for part in each.split(","))
    found = list(dict.fromkeys(part for part in parts if part))
    if len(found) > MOST_VALUES:
        raise NotUnderstood(name, f"has {len(found)} values", f"give at most {MOST_VALUES}")
    if any(len(each) > LONGEST for each in found):
        raise NotUnderstood(name, "is too long", f"write at most {LONGEST} characters")
    return found


def _listed(given: Mapping[str, Sequence[str]], name: str, known: Sequence[str]) -> tuple[str, ...]:
    values = _values(given, name)
    for each in values:
        if each not in known:
            near = difflib.get_close_matches(each, known, n=1)
            instead = f"did you mean {near[0]}?" if near else f"write one of {', '.join(known)}"
            raise NotUnderstood(name, f"«{clean(each)[:40]}» is not known", instead)
    return tuple(values)


def _places(values: Sequence[str], gazetteer: Gazetteer) -> tuple[str, ...]:
    ids: dict[str, None] = {}
    for each in values:
        if each in gazetteer.places:
            ids[each] = None
            continue
        found = look_up(gazetteer, each)
        if not isinstance(found, Known):
            near = [names.get("en", "") for names in found.nearest]
            instead = f"did you mean {' or '.join(near)}?" if near else (
                "write a place's name, or its id as GET /api/places has it"
            )  # fmt: skip
            raise NotUnderstood("place", f"«{clean(each)[:40]}» is not known", instead)
        ids |= dict.fromkeys(sorted(found.ids))
    return tuple(ids)
