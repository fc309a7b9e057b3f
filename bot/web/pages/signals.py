"""Signals: how often each is told, against what is usual, and what people think of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from bot.charts.trend import since, trend_of
from bot.messages.cards.display import in_order, signal_title
from bot.web.drawing import Bar, bars
from bot.web.filters import Filters
from bot.web.pages.downloads import downloads
from bot.web.render import render
from bot.web.site import Visitor, site_of
from storage import page
from storage.readers import feedback

if TYPE_CHECKING:
    from storage.connection import Connection
    from storage.page import SignalAlertsMade

DAYS = 30
MARKED = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class SignalRow:
    """A signal and its last days. `useful` of `marked` marks say that an alert was useful."""

    id: str
    title: str
    description: str
    level: str
    total: int
    usual: int
    bars: list[Bar]
    useful: int
    marked: int
    on_trial: bool


async def signals(request: Request, visitor: Visitor) -> Response:
    site = site_of(request)
    now, zone, known = site.clock(), visitor.zone, site.rules().signals
    today = now.astimezone(zone).date()

    def read(db: Connection) -> tuple[list[SignalAlertsMade], dict[tuple[str, str, str], int]]:
        told = page.made_by_signal(db, since(DAYS, today, zone), for_operators=visitor.is_operator)
        return told, feedback.counts_by_signal(db, now - MARKED)

    told, marks = await site.database.read(read)
    by_signal: defaultdict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for each in told:
        by_signal[each.signal].append((each.at, each.alerts))
    rows = []
    for name in in_order(known, visitor.language):
        signal = known[name]
        on_trial = signal.status != "stable"
        if on_trial and not visitor.is_operator:
            continue
        trend = trend_of(by_signal[name], DAYS, today, zone)
        days = [f"{day.day}/{day.month}" for day in trend.days]
        given = {
            mark: sum(n for (of, what, _), n in marks.items() if (of, what) == (name, mark))
            for mark in (feedback.USEFUL, feedback.FALSE)
        }
        texts = signal.description
        rows.append(
            SignalRow(
                name,
                signal_title(known, name, visitor.language),
                texts.get(visitor.language) or texts.get("en") or "",
                signal.level,
                trend.total,
                trend.usual_total,
                bars(days, trend.counts, trend.usual),
                given[feedback.USEFUL],
                sum(given.values()),
                on_trial,
            )
        )
    context = {
        "rows": rows,
        "days": DAYS,
        "downloads": downloads(visitor, Filters(days=DAYS)),
        "title": visitor.speech("web.signals.title"),
    }
    return render(request, "signals.html", context, visitor=visitor, here="signals")
