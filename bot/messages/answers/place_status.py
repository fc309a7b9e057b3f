"""What a place's status looks like in a chat, and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.alerts.said.states import Standing
from bot.alerts.summaries.place_status import Names, NotKnown, PlaceState, PlaceStatus
from bot.locales.bidi import isolated_parts
from bot.messages.blocks import Block, Card, Line, Span, compose, fill, foreign, line
from bot.messages.cards.display import Display
from bot.messages.cards.lines import heading, id_link, source_link
from bot.text import clean, shorten, web_link
from storage.alerts import Alert
from storage.news.states import StateReport

MOST_HERE, MOST_INSIDE, MOST_AROUND = 14, 8, 4
RECENT = timedelta(hours=48)
"""How long a report is told by its age, and not by its date."""
NAME, TITLE = 60, 110


def place_status_card(status: PlaceStatus, display: Display) -> Card:
    """The states of a place, of what lies in it and around it, and its last alerts."""
    say = display.say

    def build(scale: float) -> list[Block]:
        name = shorten(clean(status.known.names[say.language]), 120)
        blocks = [Block((line("📍 ", Span(isolated_parts(name, say.language), "b")),))]
        blocks += [_state(each, display, scale) for each in status.here[:MOST_HERE]]
        if not status.here:
            blocks.append(Block((line(say("place_status.nothing")),)))
        for key, found, most in (
            ("around", status.around, MOST_AROUND),
            ("inside", status.inside, MOST_INSIDE),
        ):
            if found:
                blocks.append(Block((line(Span(say(f"place_status.{key}"), "b")),), rank=1))
            blocks += [_state(each, display, scale, named=True, rank=2) for each in found[:most]]
            if len(found) > most:
                more = say.plural("place_status.more", len(found) - most)
                blocks.append(Block((line(more),), rank=2))
        if status.alerts:
            lines = [line(Span(say("place_status.alerts"), "b"))]
            lines += [_alert(each, display, scale) for each in status.alerts]
            blocks.append(Block(tuple(lines), rank=1))
        if status.known.others:
            names = _listed(status.known.others, say.language)
            blocks.append(Block((line(say("place_status.others", names=names)),), rank=1))
        return blocks

    return compose(say.language, build)


def not_known_text(display: Display, name: str, found: NotKnown) -> str:
    """That no place has the name, with names that are like it."""
    say, shown = display.say, shorten(clean(name), NAME)
    if not found.nearest:
        return say("places.unknown", name=shown)
    return say("place_status.perhaps", name=shown, names=_listed(found.nearest, say.language))


def _listed(names: Sequence[Names], language: str) -> str:
    between = "؛ " if language == "ar" else "; "
    return between.join(dict.fromkeys(clean(each[language]) for each in names))


def _state(
    each: PlaceState, display: Display, scale: float, *, named: bool = False, rank: int = 0
) -> Block:
    say, stands = display.say, each.standing
    language = say.language
    value = each.value(language)
    parts: list[str | Span | Line] = [f"{_mark(each)} "]
    if named:
        parts += [foreign(shorten(clean(_short(each.names[language])), NAME), language), " · "]
    shown = say("place_status.not_known") if stands.expired else value
    told = say("place_status.state", title=each.title(language), value=shown)
    parts.append(Span(told, "" if stands.expired else "b"))
    if stands.denial and not stands.expired:
        parts.append(f" · {say('place_status.disputed')}")
    lines = [line(*parts), _source(stands, value, display, scale)]
    if stands.denial and not stands.expired:
        when = _when(stands.denial.at, display)
        who = _name(stands.denial, language, scale)
        lines.append(fill(say.template("place_status.denied"), who=who, when=when))
    return Block(tuple(lines), rank=rank)


def state_lines(each: PlaceState, display: Display, *, named: bool = False) -> tuple[Line, ...]:
    """A state without its mark: what is so, and who says it."""
    head, *rest = _state(each, display, 1.0, named=named).lines
    first = Span(head[0].text.removeprefix(f"{_mark(each)} "), head[0].style)
    return ((first, *head[1:]), *rest)


def _mark(each: PlaceState) -> str:
    if each.standing.expired:
        return "⚪"
    if each.standing.denial:
        return "🟡"
    return "🔴" if each.bad else "🟢"


def _source(stands: Standing, value: str, display: Display, scale: float) -> Line:
    """ "as reported by X, 3 hours ago, since 20 November · A12 · Read the story" """
    say, last = display.say, stands.last
    who = _name(last, say.language, scale)
    when = _when(last.at, display)
    if stands.expired:
        ago = say.ago(display.now - last.at)
        told = fill(say.template("place_status.last"), ago=ago, value=value, who=who)
    else:
        told = fill(say.template("place_status.reported"), who=who, when=when)
    parts: list[str | Span | Line] = [told]
    if not stands.expired and last.at - stands.since > timedelta(days=1):
        since = display.moment(stands.since, "place_status.day")
        parts.append(f" · {say('place_status.since', when=since)}")
    if stands.families > 1 and not stands.expired:
        parts.append(f" · {say.plural('card.families', stands.families)}")
    if last.short_id:
        parts += [" · ", id_link(say, last.short_id)]
    if (found := web_link(last.link)) is not None:
        parts += [" · ", Span(say("card.read"), href=found[0])]
    return line(*parts)


def _when(at: datetime, display: Display) -> str:
    if display.now - at <= RECENT:
        return display.say.ago(display.now - at)
    return display.moment(at, "place_status.on")


def _name(report: StateReport, language: str, scale: float) -> Line:
    return foreign(shorten(clean(report.feed_name), max(10, int(NAME * scale))), language)


def _short(name: str) -> str:
    """Without what it lies in: that stands above."""
    return name.replace("،", ",").split(",")[0]


def _alert(alert: Alert, display: Display, scale: float) -> Line:
    language = display.say.language
    title = shorten(clean(alert.title), max(20, int(TITLE * scale)))
    when = _when(alert.updated_at, display)
    source = source_link(display.say, alert, max(10, int(NAME * scale)))
    return line(
        heading(display, alert.gravest, scale),
        *(" · ", foreign(title, language)),
        *(" · ", id_link(display.say, alert.short_id), f" · {when} · ", source),
    )


def status_json(status: PlaceStatus) -> dict[str, Any]:
    """The same for programs: times in ISO 8601, UTC; titles in the three languages."""
    return {
        "place": {"id": status.known.place.id, "names": dict(status.known.names)},
        "others": [dict(names) for names in status.known.others],
        **{
            key: [_state_json(each) for each in getattr(status, key)]
            for key in ("here", "around", "inside")
        },
        "alerts": [
            {
                "id": alert.short_id,
                "level": alert.level,
                "signals": [
                    {"signal": each.signal, "direction": each.direction} for each in alert.signals
                ],
                "title": alert.title,
                "link": alert.link,
                "updated_at": alert.updated_at.isoformat(),
            }
            for alert in status.alerts
        ],
    }


def _state_json(each: PlaceState) -> dict[str, Any]:
    stands = each.standing
    return {
        "place": dict(each.names),
        "state": each.kind.id,
        "value": stands.value,
        "known": not stands.expired,
        "bad": each.bad,
        "since": stands.since.isoformat(),
        "as_of": stands.last.at.isoformat(),
        "reported_by": stands.last.feed_name,
        "families": stands.families,
        "link": stands.last.link,
        "alert": stands.last.short_id,
        "disputed_by": stands.denial.feed_name if stands.denial else None,
    }
