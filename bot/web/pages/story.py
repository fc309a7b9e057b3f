"""A happening: what is told of it, how it grew, who says so, what is counted, and why it was
sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.alerts.routing.reach import SENT
from bot.alerts.summaries.history import AlertHistory, history_of
from bot.messages.blocks import Line, quoted
from bot.messages.cards.card import MOST_SIGNALS, SNIPPET
from bot.messages.cards.display import NAME, Display
from bot.messages.cards.evidence import evidence_of, marked_snippet, marked_title
from bot.messages.cards.explanation import explanation_card
from bot.messages.cards.grown import grown_line
from bot.messages.cards.lines import event_line, happens, raised_lines
from bot.messages.cards.why import by_version, why_sentence
from bot.text import clean, shorten, shorten_marked
from bot.web.items import item_of, places_of
from bot.web.render import render
from bot.web.site import Visitor, site_of
from storage import page

if TYPE_CHECKING:
    from storage.connection import Connection
    from storage.news.facts import Statement
    from storage.page import ListedEntry

MOST_TELLINGS = 60


@dataclass(frozen=True, slots=True)
class Report:
    """An entry that tells it. `counts`: what it counts; `made`: the level of the version that it
    made, '' for a report that changed nothing."""

    publisher: str
    title: str
    link: str | None
    when: str
    at: str
    counts: tuple[str, ...]
    made: str


async def story(request: Request, visitor: Visitor) -> Response:
    site, wanted = site_of(request), request.path_params["id"][:20]
    rules = site.rules()

    def read(db: Connection) -> tuple[AlertHistory, list[ListedEntry]] | None:
        history = history_of(db, wanted, None)
        if history is None:
            return None
        if history.alert.audience == "operators" and not visitor.is_operator:
            return None
        return history, page.entries_of(db, history.alert.story_id, MOST_TELLINGS)

    found = await site.database.read(read)
    if found is None:
        raise HTTPException(404)
    history, listed = found
    alert, display, say = history.alert, visitor.display(site), visitor.speech
    evidence = evidence_of(alert)
    snippet = marked_snippet(alert, evidence)
    why, grown = why_sentence(history, display), grown_line(history, display)
    same = snippet.text == marked_title(alert, evidence).text
    details: tuple[Line, ...] = ()
    if visitor.is_analyst:
        details = _from_sentence(explanation_card(history, display, rules.note, whole=True).lines)
    context = {
        "item": item_of(alert, display),
        "signals": [
            (each.level, each.signal, happens(display, each))
            for each in alert.signals[:MOST_SIGNALS]
        ],
        "places": places_of(alert, display),
        "snippet": () if same else quoted(shorten_marked(snippet, 2 * SNIPPET), say.language),
        "raised": raised_lines(say, alert),
        "event": event_line(display, alert),
        "grown": grown,
        "why": why,
        "reports": _reports(history, listed, display),
        "details": [each for each in details if each not in (why, grown)],
        "title": f"{alert.short_id} · {clean(alert.title)[:80]}",
    }
    return render(request, "story.html", context, visitor=visitor, here="now")


def _from_sentence(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The explanation without the card before it, which the page has shown."""
    return lines[lines.index(()) + 1 :] if () in lines else lines


def _reports(history: AlertHistory, listed: list[ListedEntry], display: Display) -> list[Report]:
    say = display.say
    said = {each.entry_id: each for each in history.statements}
    told = [each for each in history.decisions if each.action in SENT]
    made = {each.entry_id: each.level or "" for each in by_version(history, told)}
    return [
        Report(
            shorten(clean(display.publishers.get(each.feed_id, each.family)), NAME),
            clean(each.title),
            each.link,
            display.moment(each.published_at or each.attached_at, "card.short_time"),
            (each.published_at or each.attached_at).isoformat(timespec="seconds"),
            _counts(said.get(each.entry_id), display),
            say.find(f"level.{made.get(each.entry_id)}") or "",
        )
        for each in listed
    ]


def _counts(said: Statement | None, display: Display) -> tuple[str, ...]:
    say = display.say
    figures = said.figures if said else ()
    return tuple(
        say(f"figure.{each.what}", n=say.number(round(each.value)))
        for each in figures
        if say.find(f"figure.{each.what}")
    )
