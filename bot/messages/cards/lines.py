"""The lines that cards and explanations are made of: what, where, how many, who says so, when."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.alerts.routing.mutes import finest
from bot.locales import Texts
from bot.locales.bidi import apart
from bot.messages.blocks import Line, Span, fill, foreign, line, place_span
from bot.messages.cards.display import NAME, Display, signal_title
from bot.text import clean, shorten, web_link

if TYPE_CHECKING:
    from storage.alerts import Alert, AlertFigure, AlertSignal
    from storage.news.facts import StoredPlace

LEVEL_MARKS = {"critical": "🔴", "alert": "🟠", "watch": "🟡", "info": "⚪"}
DIRECTIONS = ("worsening", "improving", "denied")
# The event and its report are of one time to a reader.
SAME_TIME = timedelta(hours=1)
# Places that a card names.
MOST_PLACES = 3
# Publishers that a card names.
MOST_SOURCES = 3
# Longest sentence of an escalation, in UTF-16 units.
WHY = 300


def heading(display: Display, told: AlertSignal, scale: float = 1.0) -> Line:
    """Level and what is so, as in "🔴 Critical: aid obstructed"."""
    return headings(display, [told], scale)[0]


def headings(display: Display, told: Sequence[AlertSignal], scale: float = 1.0) -> list[Line]:
    """A line for each level, with what is told at it."""
    say = display.say
    groups: dict[str, list[str]] = {}
    for each in told:
        groups.setdefault(each.level, []).append(happens(display, each, scale))
    comma = say("card.comma")
    return [
        line(
            f"{LEVEL_MARKS.get(level, '⚪')} {level_name(say, level)}{say('card.colon')}",
            Span(comma.join(dict.fromkeys(happening)), "b"),
        )
        for level, happening in groups.items()
    ]


def happens(display: Display, told: AlertSignal, scale: float = 1.0) -> str:
    """Signal and direction as a person would say them: "siege lifted or eased"."""
    title = signal_title(display.signals, told.signal, display.say.language, int(NAME * scale))
    return happens_in(display.say, told.signal, told.direction, title)


def happens_in(say: Texts, signal: str, direction: str, title: str) -> str:
    """The same; the `title` with a word for the direction where nobody wrote a phrase."""
    return (
        say.find(f"happens.{signal}.{direction}")
        or (say(f"happens.any.{direction}", title=title) if direction in DIRECTIONS else None)
        or f"{title} ({clean(direction)})"
    )


def level_name(say: Texts, level: str) -> str:
    return say.find(f"level.{level}") or clean(level)


def levels_text(say: Texts, *, title: bool = True) -> str:
    """The levels, the gravest first, each with what it means."""
    lines = [f"{mark} {say(f'levels.{level}')}" for level, mark in LEVEL_MARKS.items()]
    return "\n".join([say("levels.title"), *lines] if title else lines)


def id_link(say: Texts, short_id: str) -> Line:
    """The alert's id as a command that a tap sends."""
    return foreign(f"/{clean(short_id)}", say.language)


def place_line(say: Texts, alert: Alert, scale: float = 1.0) -> Line:
    """Where it happens, the first places of the alert; empty when that is not known."""
    names = first_places(alert.places, say.language)[:MOST_PLACES]
    if not names:
        return ()
    short = [shorten(clean(name), max(20, int(NAME * scale))) for name in names]
    return line("📍 ", place_span(" · ".join(short), say.language))


def raised_lines(say: Texts, alert: Alert, scale: float = 1.0) -> tuple[Line, ...]:
    """Why levels were raised: a sentence for each escalation, as the rules have it."""
    ids = dict.fromkeys(each.escalation for each in alert.signals if each.escalation)
    said = [raised_why(alert, each, say.language) for each in ids]
    short = [shorten(text, max(20, int(WHY * scale))) for text in said if text]
    return tuple(line("⏫ ", foreign(text, say.language)) for text in short)


def raised_why(alert: Alert, escalation: str, language: str) -> str:
    """What an escalation says of the alert that it raised; '' when it does not any more."""
    told = [each.why_json for each in alert.signals if each.escalation == escalation]
    return clean(json.loads(told[0]).get(language, "")) if told else ""


def first_places(places: Sequence[StoredPlace], language: str) -> list[str]:
    """What to call the places, each once; one that another lies in is told with that."""
    return list(dict.fromkeys(_place_name(each, language) for each in finest(places)))


def figures_line(display: Display, alert: Alert) -> Line:
    """What is counted: how it grew, and who says what where publishers disagree."""
    say = display.say
    told = [
        say(f"figure.{each.what}", n=_figure(display, each))
        for each in alert.figures
        if say.find(f"figure.{each.what}")
    ]
    return line(" · ".join(told)) if told else ()


def _figure(display: Display, figure: AlertFigure) -> str:
    say = display.say
    if figure.says:
        return " / ".join(
            say("figure.says", n=say.number(round(value)), who=_named(display, who))
            for who, value in figure.says
        )
    number = say.number(round(figure.latest))
    if figure.first < figure.latest:
        number = say("figure.grew", first=say.number(round(figure.first)), latest=number)
    if figure.vague:
        return say("figure.vague", n=number)
    return say("figure.at_least", n=number) if figure.at_least else number


def _named(display: Display, family: str) -> str:
    """What to call a publisher family inside a line."""
    name = shorten(clean(display.publishers.get(family, family)), 40)
    return apart(name, display.say.language)


def _place_name(place: StoredPlace, language: str) -> str:
    return place.names.get(language) or place.names.get("en") or place.place_id


def sources_line(display: Display, alert: Alert, scale: float = 1.0) -> Line:
    """Who reports it, each with a link; the feed alone where the reports are not known."""
    say, sources = display.say, alert.sources
    if not sources:
        return line(source_line(say, alert, scale), *_linked(say, alert.link))
    limit = max(10, int(NAME * scale))
    named: list[Line] = []
    for each in sources[:MOST_SOURCES]:
        own = alert.feed_name if each.entry_id == alert.entry_id else each.family
        name = shorten(clean(display.publishers.get(each.feed_id, own)), limit)
        found = web_link(each.link)
        spans = foreign(name, say.language)
        linked = [replace(s, href=found[0]) if found and s.text == name else s for s in spans]
        named.append(tuple(linked))
    rest = len(sources) - len(named)
    listed = line(*(line(" · " if number else "", name) for number, name in enumerate(named)))
    if rest:
        listed = line(listed, f" {say.plural('card.more_sources', rest)}")
    counted = ""
    if alert.families < len(sources):
        # Some of them copy others.
        counted = f" ({say.plural('card.families', max(1, alert.families))})"
    key = "card.source" if len(sources) == 1 else "card.sources"
    return line(fill(say.template(key), feed=listed), counted)


def source_line(say: Texts, alert: Alert, scale: float) -> Line:
    """The feed, and how many independent publishers report it."""
    name = shorten(clean(alert.feed_name), max(10, int(NAME * scale)))
    source = fill(say.template("card.source"), feed=foreign(name, say.language))
    return line(source, f" · {say.plural('card.families', max(1, alert.families))}")


def time_line(display: Display, alert: Alert) -> Line:
    """When its newest report was published, as far as the feed says, and when Marsad saw it."""
    at = next((s.published_at for s in alert.sources if s.entry_id == alert.entry_id), None)
    seen = alert.updated_at
    if at is None or at > seen:
        return seen_line(display, seen)
    zone = display.timezone
    same = at.astimezone(zone).date() == seen.astimezone(zone).date()
    published = display.moment(at, "card.hour" if same else "card.short_time")
    return line(display.say("card.published", published=published, when=display.moment(seen)))


def updated(display: Display, alert: Alert, edited: datetime | None) -> str:
    """When the card was edited last, behind when its alert was seen."""
    if edited is None:
        return ""
    days = {each.astimezone(display.timezone).date() for each in (alert.updated_at, edited)}
    if len(days) == 1:
        told = display.say("card.updated", when=display.moment(edited, "card.hour"))
    else:
        told = display.say("card.updated_on", when=display.moment(edited, "card.short_time"))
    return f" · {told}"


def event_line(display: Display, alert: Alert) -> Line:
    """When it happened, where the feed says so and that is not about when it was seen."""
    at = alert.event_at
    if at is None or abs(alert.updated_at - at) <= SAME_TIME:
        return ()
    return line(display.say("card.event", when=display.moment(at)))


def seen_line(display: Display, at: datetime) -> Line:
    """When Marsad saw it: a feed's own dates are often missing or wrong."""
    return line(display.say("card.seen", when=display.moment(at)))


def source_link(say: Texts, alert: Alert, limit: int) -> Line:
    """The feed's name, which leads to its story where that may be shown."""
    name = shorten(clean(alert.feed_name), limit)
    found = web_link(alert.link)
    return tuple(
        replace(span, href=found[0]) if found and span.text == name else span
        for span in foreign(name, say.language)
    )


def link_line(say: Texts, raw: str | None) -> Line:
    """The link with the host it leads to; empty for a link that may not be shown."""
    found = web_link(raw)
    if found is None:
        return ()
    href, host = found
    return line(Span(say("card.read"), href=href), " · ", foreign(shorten(host, 80), say.language))


def _linked(say: Texts, raw: str | None) -> list[Line]:
    link = link_line(say, raw)
    return [line(" · "), link] if link else []
