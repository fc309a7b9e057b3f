"""What an alert looks like in a chat. Pure: values in, a `Card` out.

Everything from feeds and rules is cleaned, kept in its own direction and escaped; whatever it
says, a card stays within Telegram's limits and is valid HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.locales import NARROW_SPACE, Texts, isolate_commands, texts
from bot.locales.bidi import RTL_LANGUAGES
from bot.messages.blocks import (
    TEXT_LIMIT,
    Block,
    Card,
    Line,
    Span,
    compose,
    fill,
    foreign,
    line,
    paragraphs,
    quoted,
)
from bot.messages.display import NAME, Display, signal_title
from bot.messages.evidence import evidence_of, marked_snippet, marked_title
from bot.messages.lines import (
    event_line,
    figures_line,
    heading,
    headings,
    place_line,
    raised_lines,
    sources_line,
    time_line,
    updated,
)
from bot.text import shorten, shorten_marked

if TYPE_CHECKING:
    from datetime import datetime

    from storage.alerts import Alert

QUOTES = {"ar": ("«", "»"), "en": ("“", "”"), "fr": (f"«{NARROW_SPACE}", f"{NARROW_SPACE}»")}

# Longest texts of a card at full scale, in UTF-16 units.
HEADLINE, SNIPPET = 350, 900
# Signals that a card names.
MOST_SIGNALS = 6


def alert_card(
    alert: Alert,
    display: Display,
    *,
    update: bool = False,
    possible_repeat: bool = False,
    folded: int = 0,
    asks: bool = True,
    edited: datetime | None = None,
) -> Card:
    """The message that carries an alert: what and where, in which words, who says so and when.

    `update`: the chat was told of it before. `folded` other alerts are in it as well;
    `possible_repeat` says that the chat may have it already; without `asks` nothing says how to
    ask why. `edited`: the chat has the message, which says since then what it did not.
    """
    say = display.say
    evidence = evidence_of(alert)
    title, snippet = marked_title(alert, evidence), marked_snippet(alert, evidence)
    if snippet.text == title.text:
        snippet = marked_snippet(None, evidence)
    opened, closed = QUOTES[say.language]
    below = (_how_to_ask(say, alert),) if asks else ()
    times = line(time_line(display, alert), updated(display, alert, edited))

    def build(scale: float) -> list[Block]:
        head = headings(display, alert.signals[:MOST_SIGNALS], scale)
        if update:
            head.append(fill(say.template("card.update"), id=foreign(alert.short_id, say.language)))
        headline = shorten_marked(title, int(HEADLINE * scale))
        sentence = shorten_marked(snippet, int(SNIPPET * scale))
        return [
            Block((*head, place_line(say, alert, scale), *raised_lines(say, alert, scale))),
            *(_possible_repeat(say) if possible_repeat else []),
            Block((quoted(headline, say.language),)),
            Block(
                (quoted(sentence, say.language, opened=opened, closed=closed),), rank=3, tight=True
            ),
            Block((figures_line(display, alert),), tight=True),
            Block((sources_line(display, alert, scale),), rank=1),
            Block((event_line(display, alert), times), rank=2, tight=True),
            Block((*_folded(say, folded), *below), tight=True),
        ]

    return compose(say.language, build)


def recent_card(found: Sequence[Alert], display: Display) -> Card:
    """A list of alerts, in the order given, each with its id."""
    say = display.say

    def build(scale: float) -> list[Block]:
        title = say.plural("recent.title", len(found))
        how = fill(say.template("recent.how"), command=_command(say, f"/alert {found[0].short_id}"))
        return [
            Block((line(Span(title, "b")),)),
            *(list_item(alert, display, scale) for alert in found),
            Block((how,), rank=1),
        ]

    return compose(say.language, build)


def list_item(alert: Alert, display: Display, scale: float = 1.0) -> Block:
    """An alert in a list: what it is, its headline, its id and when."""
    language = display.say.language
    headline = shorten_marked(marked_title(alert, ()), max(20, int(160 * scale)))
    when = display.moment(alert.updated_at, "card.short_time")
    return Block(
        (
            _in_short(display, alert, scale),
            quoted(headline, language),
            line(foreign(alert.short_id, language, "code"), " · ", when),
        )
    )


def text_card(text: str, language: str, *, title: str = "", possible_repeat: bool = False) -> Card:
    """Marsad's own words, which may quote a feed: a notice, a catch-up line, a reply."""
    say = texts(language)
    language = say.language
    repeat = _possible_repeat(say) if possible_repeat else []
    if language in RTL_LANGUAGES:
        text = isolate_commands(text)

    def build(scale: float) -> list[Block]:
        shown = "\n".join(_within(text.splitlines(), int(TEXT_LIMIT * scale)))
        head = [Block((line(Span(title, "b")),))] if title else []
        return [*head, *repeat, *paragraphs(shown)]

    return compose(language, build)


def _in_short(display: Display, alert: Alert, scale: float) -> Line:
    """The gravest signal's heading, and the titles of the others."""
    language = display.say.language
    others = [
        signal_title(display.signals, each.signal, language, int(NAME * scale))
        for each in alert.signals[1:MOST_SIGNALS]
    ]
    return line(heading(display, alert.gravest, scale), *(f" · {title}" for title in others))


def _possible_repeat(say: Texts) -> list[Block]:
    return paragraphs(f"♻️ {say('card.possible_repeat')}")


def _folded(say: Texts, folded: int) -> tuple[Line, ...]:
    if folded < 1:
        return ()
    template = say.plural_template("card.folded", folded)
    return (fill(template, n=say.number(folded), command=_command(say, "/recent")),)


def _how_to_ask(say: Texts, alert: Alert) -> Line:
    return fill(
        say.template("card.why"),
        id=foreign(alert.short_id, say.language, "code"),
        command=_command(say, f"/alert {alert.short_id}"),
    )


def _command(say: Texts, command: str) -> Line:
    return foreign(command, say.language)


def _within(lines: Sequence[str], limit: int) -> list[str]:
    """Whole lines as long as they fit; a line that is too long by itself is shortened."""
    kept: list[str] = []
    for each in lines:
        each = shorten(each, limit)
        if sum(map(len, kept)) + len(kept) + len(each) > limit:
            break
        kept.append(each)
    return kept
