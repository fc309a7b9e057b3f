"""What entries report to be so of places: besieged, closed, out of service."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.connection import Connection
from storage.news.facts import StoredPlace, place_of, place_row
from storage.rows import Row, fetch, from_text, insert_all, many, run, to_text


@dataclass(frozen=True, slots=True)
class StateReport:
    """One entry's word on a state of a place. `denied`: it says that `value` is not so.

    `at`: when it was so, as the entry says. `title`, `text` and `link` are the entry's,
    `short_id` the alert's that tells it to everyone; storage finds these and takes none.
    """

    place: StoredPlace
    state: str
    value: str
    denied: bool
    signal: str
    family: str
    feed_name: str
    at: datetime
    entry_id: int
    title: str = ""
    text: str = ""
    link: str | None = None
    short_id: str | None = None


def put(
    db: Connection, entry_id: int, reports: Sequence[StateReport], *, first: bool = False
) -> None:
    """What the entry's present text reports, in place of what an earlier one did; `first`: there
    was none."""
    if not first:
        run(db, "DELETE FROM place_states WHERE entry_id = :id", {"id": entry_id})
    rows = [
        place_row(each.place)
        | {
            "entry_id": entry_id,
            "state": each.state,
            "value": each.value,
            "denied": int(each.denied),
            "signal": each.signal,
            "family": each.family,
            "feed_name": each.feed_name,
            "at": to_text(each.at),
        }
        for each in reports
    ]
    insert_all(db, "place_states", rows)


def reports(
    db: Connection, country: str, here: Collection[str], around: Collection[str], since: datetime
) -> list[StateReport]:
    """The reports since then of the places `here`, of all that lies in them, and of those `around`
    them, which are in one country."""
    rows = fetch(
        db,
        """
        SELECT p.*, e.title, substr(e.summary, 1, 2000) AS text, e.link,
            (SELECT a.short_id FROM story_entries s JOIN alerts a ON a.story_id = s.story_id
                WHERE s.entry_id = p.entry_id AND a.audience = 'everyone'
                ORDER BY a.id DESC LIMIT 1) AS short_id
        FROM place_states p JOIN entries e ON e.id = p.entry_id
        WHERE p.country = :country AND p.at >= :since
            AND (p.place_id IN (SELECT value FROM json_each(:around))
                OR EXISTS (SELECT 1 FROM json_each(p.within_json) w
                    WHERE w.value IN (SELECT value FROM json_each(:here))))
        ORDER BY p.at, p.entry_id""",
        {
            "country": country,
            "since": to_text(since),
            "here": many(here),
            "around": many(around),
        },
    )
    return [_report(row) for row in rows]


def _report(row: Row) -> StateReport:
    return StateReport(
        place=place_of(row),
        state=row["state"],
        value=row["value"],
        denied=bool(row["denied"]),
        signal=row["signal"],
        family=row["family"],
        feed_name=row["feed_name"],
        at=from_text(row["at"]),
        entry_id=row["entry_id"],
        title=row["title"],
        text=row["text"],
        link=row["link"],
        short_id=row["short_id"],
    )
