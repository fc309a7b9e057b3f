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
    outside_links,
    paragraphs,
    place_span,
    quoted,
    without_addresses,
)
from bot.messages.cards.display import NAME, Display
from bot.messages.cards.evidence import evidence_of, marked_snippet, marked_title
from bot.messages.cards.lines import (
    event_line,
    figures_line,
    first_places,
    happens,
    heading,
    headings,
    id_link,
    place_line,
    raised_lines,
    source_link,
    sources_line,
    time_line,
    updated,
)
from bot.text import clean, shorten, shorten_marked

if TYPE_CHECKING:
    from datetime import datetime

    from storage.alerts import Alert

QUOTES = {"ar": ("«", "»"), "en": ("“", "”"), "fr": (f"«{NARROW_SPACE}", f"{NARROW_SPACE}»")}

# Longest texts of a card at full scale, in UTF-16 units.
HEADLINE, SNIPPET = 300, 500
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
    ask for it. `edited`: the chat has the message, which says since then what it did not.
    """
    say = display.say

    def build(scale: float) -> list[Block]:
        blocks = card_blocks(alert, display, scale, update=update, asks=asks, edited=edited)
        repeat = _possible_repeat(say) if possible_repeat else []
        return [*repeat, *blocks, Block(_folded(say, folded), tight=True)]

    return compose(say.language, build)


def card_blocks(
    alert: Alert,
    display: Display,
    scale: float,
    *,
    update: bool = False,
    asks: bool = True,
    edited: datetime | None = None,
) -> list[Block]:
    """What a card says of an alert, without an empty line: a phone shows one and a half of them.

    What the feed wrote stands as a quotation, of which a phone shows three lines until it is
    opened.
    """
    say = display.say
    evidence = evidence_of(alert)
    title, snippet = marked_title(alert, evidence), marked_snippet(alert, evidence)
    if snippet.text == title.text:
        snippet = marked_snippet(None, evidence)
    opened, closed = QUOTES[say.language]
    head = [*_on_trial(say, alert), *headings(display, alert.signals[:MOST_SIGNALS], scale)]
    if update:
        head[-1] = line(head[-1], f" · {say('card.update')}")
    headline = shorten_marked(title, int(HEADLINE * scale))
    sentence = shorten_marked(snippet, int(SNIPPET * scale))
    times = line(time_line(display, alert), updated(display, alert, edited))
    below = line(times, " · ", id_link(say, alert.short_id)) if asks else times
    return [
        Block((*head, place_line(say, alert, scale), *raised_lines(say, alert, scale))),
        Block((quoted(headline, say.language),), tight=True),
        Block(
            (quoted(sentence, say.language, opened=opened, closed=closed),),
            *(3, True),
            tight=True,
        ),
        Block((figures_line(display, alert),), tight=True),
        Block((sources_line(display, alert, scale),), rank=1, tight=True),
        Block((event_line(display, alert),), rank=2, tight=True),
        Block((below,), tight=True),
    ]


def list_item(alert: Alert, display: Display, scale: float = 1.0) -> Block:
    """An alert in a list: what and where, its headline, and the id that a tap asks for, when,
    and its source."""
    say = display.say
    headline = shorten_marked(marked_title(alert, ()), max(20, int(160 * scale)))
    when = display.moment(alert.updated_at, "card.short_time")
    source = source_link(say, alert, max(10, int(NAME * scale / 2)))
    return Block(
        (
            *_on_trial(say, alert),
            _in_short(display, alert, scale),
            quoted(headline, say.language),
            line(id_link(say, alert.short_id), f" · {when} · ", source),
        )
    )


def text_card(text: str, language: str, *, title: str = "", possible_repeat: bool = False) -> Card:
    """Marsad's own words, which may quote a feed: a notice, a catch-up line, a reply."""
    say = texts(language)
    language = say.language
    repeat = _possible_repeat(say) if possible_repeat else []
    if language in RTL_LANGUAGES:
        text = outside_links(isolate_commands, text)

    def build(scale: float) -> list[Block]:
        shown = "\n".join(_within(text.splitlines(), int(TEXT_LIMIT * scale)))
        head = [Block((line(Span(title, "b")),))] if title else []
        return [*head, *repeat, *paragraphs(shown)]

    return compose(language, build)


def _in_short(display: Display, alert: Alert, scale: float) -> Line:
    """The gravest signal's heading, what the others say, and the first place."""
    say = display.say
    others = [happens(display, each, scale) for each in alert.signals[1:MOST_SIGNALS]]
    first = first_places(alert.places, say.language)[:1]
    names = [
        place_span(shorten(clean(name), max(20, int(NAME * scale))), say.language) for name in first
    ]
    return line(
        heading(display, alert.gravest, scale),
        *(f"{say('card.comma')}{each}" for each in others),
        *(line(" · ", name) for name in names),
    )


def _on_trial(say: Texts, alert: Alert) -> tuple[Line, ...]:
    """The word at the top of what only operators get."""
    return (line(f"🧪 {say('card.trial')}"),) if alert.audience == "operators" else ()


def _possible_repeat(say: Texts) -> list[Block]:
    return paragraphs(f"♻️ {say('card.possible_repeat')}")


def _folded(say: Texts, folded: int) -> tuple[Line, ...]:
    if folded < 1:
        return ()
    template = say.plural_template("card.folded", folded)
    return (fill(template, n=say.number(folded), command=_command(say, "/recent")),)


def _command(say: Texts, command: str) -> Line:
    return foreign(command, say.language)


def _within(lines: Sequence[str], limit: int) -> list[str]:
    """Whole lines as long as they fit; a line that is too long by itself is shortened."""
    kept: list[str] = []
    used = 0
    for each in lines:
        if len(without_addresses(each)) > limit:
            each = shorten(without_addresses(each), limit)
        used += len(without_addresses(each)) + 1
        if used > limit + 1:
            break
        kept.append(each)
    return kept
