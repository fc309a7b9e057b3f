"""The summary of a week as a message. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.messages.blocks import Block, Card, Line, Span, first_that_fits, line, place_span
from bot.messages.cards.display import NAME, Display, signal_title
from bot.messages.cards.lines import LEVEL_MARKS
from bot.messages.digest import HEADLINE, item_lines, lateness, sources_line
from bot.text import clean, shorten

if TYPE_CHECKING:
    from bot.alerts.summaries.weekly import Counted, Weekly
    from storage.alerts import Alert


def weekly_card(
    weekly: Weekly, gravest: Sequence[Alert], display: Display, *, possible_repeat: bool = False
) -> Card:
    """The message that carries the summary; `gravest` are its alerts, as the chat sees them."""
    say = display.say
    title = say("weekly.title", when=display.moment(weekly.until))
    told = say.plural("weekly.happenings", weekly.happenings.now)
    before = say.plural("weekly.before", weekly.happenings.before)
    late = lateness(weekly.due if weekly.is_late else None, display, possible_repeat)
    head = Block((line("📊 ", Span(title, "b")), *late, line(f"{told} {before}")))
    signals = [
        _counted(signal_title(display.signals, each.signal, say.language), each.counted, display)
        for each in weekly.signals
    ]
    places = [
        _counted(each.names.get(say.language) or each.names.get("en") or "?", each.counted, display)
        for each in weekly.places
    ]

    def build(shown: int, headline: int) -> list[Block]:
        return [
            head,
            _listed(say("weekly.signals"), signals),
            _listed(say("weekly.places"), places),
            _listed(
                say("weekly.gravest"),
                [told for each in gravest[:shown] for told in _marked(each, display, headline)],
            ),
            Block((sources_line(weekly.sources, display),)),
        ]

    sizes = [(len(gravest), HEADLINE)]
    sizes += [(number, HEADLINE // 2) for number in range(len(gravest), -1, -1)]
    return first_that_fits(say.language, (build(*size) for size in sizes))


def _marked(alert: Alert, display: Display, headline: int) -> tuple[Line, Line]:
    mark = LEVEL_MARKS.get(alert.level, "⚪")
    told, under = item_lines(alert, display, headline)
    return line(f"{mark} ", told), under


def _listed(title: str, lines: Sequence[Line]) -> Block:
    return Block((line(Span(title, "b")), *lines)) if lines else Block(())


def _counted(name: str, counted: Counted, display: Display) -> Line:
    """ "Siege: 12 ↑ (week before: 8)"."""
    say = display.say
    sign = "=" if counted.now == counted.before else "↑" if counted.now > counted.before else "↓"
    rest = say("weekly.count", n=say.number(counted.now), before=say.number(counted.before))
    named = place_span(shorten(clean(name), NAME // 2), say.language)
    return line(f"{sign} ", named, say("digest.colon"), rest)
