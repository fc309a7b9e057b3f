"""Feeds: how each does, those that need a look first. For analysts and operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from bot.locales import Texts
from bot.polling.health import NEEDS_A_LOOK, condition, feeds_health
from bot.text import clean, shorten
from bot.web.render import render
from bot.web.site import Visitor, site_of
from storage import page
from storage.news import feeds as feed_states

if TYPE_CHECKING:
    from storage.connection import Connection
    from storage.news.feeds import FeedState

LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed and how it does; times are how long ago."""

    id: str
    name: str
    condition: str
    said: str
    checked: str
    new: str
    entries: int
    needs_a_look: bool


async def feeds(request: Request, visitor: Visitor) -> Response:
    site, say = site_of(request), visitor.speech
    now = site.clock()

    def read(db: Connection) -> tuple[list[FeedState], dict[str, int]]:
        states = [state for state in feed_states.all_states(db) if state.active]
        return states, page.entries_by_feed(db, now - LATELY)

    states, entries = await site.database.read(read)
    names = {feed.id: feed.name for feed in site.catalogue()}
    rows = []
    for state in states:
        how = condition(state)
        said = clean(state.hint or state.error or "") if state.failures else ""
        rows.append(
            FeedRow(
                state.id,
                clean(names.get(state.id, state.id)),
                how,
                shorten(said, 300),
                _ago(state.last_success_at, say, now),
                _ago(state.last_new_entry_at, say, now),
                entries.get(state.id, 0),
                how in NEEDS_A_LOOK,
            )
        )
    worst: dict[str, int] = {how: number for number, how in enumerate(NEEDS_A_LOOK)}
    rows.sort(key=lambda row: (worst.get(row.condition, len(worst)), -row.entries, row.name))
    counts = feeds_health(states).counts
    context = {
        "rows": rows,
        "counts": [(how, n) for how, n in counts.items() if n],
        "title": say("web.feeds.title"),
    }
    return render(request, "feeds.html", context, visitor=visitor, here="feeds")


def _ago(at: datetime | None, say: Texts, now: datetime) -> str:
    return say.ago(now - at) if at else say("web.feeds.never")
