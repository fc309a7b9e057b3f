"""An alert as it stands in a list, in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from bot.messages.blocks import Line, place_span, quoted
from bot.messages.cards.card import HEADLINE, MOST_SIGNALS
from bot.messages.cards.display import NAME, Display
from bot.messages.cards.evidence import evidence_of, marked_title
from bot.messages.cards.lines import figures_line, first_places, happens
from bot.text import clean, shorten, shorten_marked
from storage.alerts import Alert

MOST_PLACES = 3


@dataclass(frozen=True, slots=True)
class Item:
    """What a list says of an alert. `places`: of each the address of its page and its name.
    `at`: ISO 8601, for programs; `ago` and `when` are for people."""

    id: str
    level: str
    happens: str
    places: tuple[tuple[str, Line], ...]
    headline: Line
    figures: Line
    source: str
    families: int
    at: str
    ago: str
    when: str
    on_trial: bool


def item_of(alert: Alert, display: Display) -> Item:
    say = display.say
    told = [happens(display, each) for each in alert.signals[:MOST_SIGNALS]]
    return Item(
        alert.short_id,
        alert.level,
        say("card.comma").join(dict.fromkeys(told)),
        places_of(alert, display),
        quoted(shorten_marked(marked_title(alert, evidence_of(alert)), HEADLINE), say.language),
        figures_line(display, alert),
        shorten(clean(alert.feed_name), NAME),
        max(1, alert.families),
        alert.updated_at.isoformat(timespec="seconds"),
        say.ago(display.now - alert.updated_at),
        display.moment(alert.updated_at),
        alert.audience == "operators",
    )


def places_of(alert: Alert, display: Display) -> tuple[tuple[str, Line], ...]:
    """The first places of an alert: the id of each, and its name."""
    language = display.say.language
    found: list[tuple[str, Line]] = []
    names = first_places(alert.places, language)
    by_name = {(p.names.get(language) or p.names.get("en") or p.place_id): p for p in alert.places}
    for name in names[:MOST_PLACES]:
        place = by_name[name]
        found.append((place.place_id, (place_span(shorten(clean(name), NAME), language),)))
    return tuple(found)
