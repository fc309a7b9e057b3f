"""What an alert looks like in a chat. Pure: values in, a `Card` out.

Everything from feeds and rules is cleaned, kept in its own direction and escaped; whatever it
says, a card stays within Telegram's limits and is valid HTML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Protocol

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
from bot.messages.evidence import evidence_of, marked_snippet, marked_title
from bot.text import clean, shorten, shorten_marked, web_link

if TYPE_CHECKING:
    from storage.alerts import Alert, AlertFigure, AlertSignal
    from storage.facts import StoredPlace

LEVEL_MARKS = {"critical": "🔴", "alert": "🟠", "watch": "🟡", "info": "⚪"}
QUOTES = {"ar": ("«", "»"), "en": ("“", "”"), "fr": (f"«{NARROW_SPACE}", f"{NARROW_SPACE}»")}

# Longest texts of a card at full scale, in UTF-16 units.
HEADLINE, SNIPPET, NAME = 350, 900, 120
# Signals that a card names.
MOST_SIGNALS = 6
# Publishers that a card names.
MOST_SOURCES = 3
# Places that a card names.
MOST_PLACES = 3


class TitledSignal(Protocol):
    """The part of `rules.Signal` that cards show."""

    @property
    def title(self) -> Mapping[str, str]:
        """By language."""
        ...


Signals = Mapping[str, TitledSignal]


@dataclass(frozen=True, slots=True)
class Display:
    """Whom a card is for: their language and time zone, the signals' titles, and what time it is.

    A language that there are no texts in is replaced by the default one.
    """

    language: str
    signals: Signals
    now: datetime
    timezone: tzinfo

    @property
    def say(self) -> Texts:
        return texts(self.language)

    def moment(self, at: datetime, key: str = "card.time") -> str:
        """A time as the reader's clock and calendar show it; see `Texts.moment`."""
        return self.say.moment(at, self.timezone, self.now, key)


def alert_card(
    alert: Alert,
    display: Display,
    *,
    update: bool = False,
    possible_repeat: bool = False,
    folded: int = 0,
    edited: datetime | None = None,
) -> Card:
    """The message that carries an alert, with a line for each of its signals.

    `update`: the chat was told of it before. `folded` other alerts are in it as well;
    `possible_repeat` says that the chat may have it already. `edited`: the chat has the message,
    which says since then what it did not.
    """
    say = display.say
    evidence = evidence_of(alert)
    title, snippet = marked_title(alert, evidence), marked_snippet(alert, evidence)
    if snippet.text == title.text:
        snippet = marked_snippet(None, evidence)
    opened, closed = QUOTES[say.language]
    seen = seen_line(display, alert.updated_at, edited)

    def build(scale: float) -> list[Block]:
        head = [heading(display, each, scale) for each in alert.signals[:MOST_SIGNALS]]
        if update:
            head.append(fill(say.template("card.update"), id=foreign(alert.short_id, say.language)))
        blocks = [
            Block(tuple(head)),
            Block((place_line(say, alert, scale), figures_line(say, alert))),
        ]
        if possible_repeat:
            blocks += _possible_repeat(say)
        headline = shorten_marked(title, int(HEADLINE * scale))
        sentence = shorten_marked(snippet, int(SNIPPET * scale))
        blocks += [
            Block((quoted(headline, say.language),)),
            Block((quoted(sentence, say.language, opened=opened, closed=closed),), rank=3),
            Block((source_line(say, alert, scale), seen), rank=2),
            Block((link_line(say, alert.link),), rank=1),
            Block((*_folded(say, folded), _how_to_ask(say, alert))),
        ]
        return blocks

    return compose(say.language, build)


def recent_card(found: Sequence[Alert], display: Display) -> Card:
    """A list of alerts, in the order given, each with its id."""
    say = display.say

    def item(alert: Alert, scale: float) -> Block:
        spans = _in_short(display, alert, scale)
        headline = shorten_marked(marked_title(alert, ()), max(20, int(160 * scale)))
        when = display.moment(alert.updated_at, "card.short_time")
        return Block(
            (
                spans,
                quoted(headline, say.language),
                line(foreign(alert.short_id, say.language, "code"), " · ", when),
            )
        )

    def build(scale: float) -> list[Block]:
        title = say.plural("recent.title", len(found))
        how = fill(say.template("recent.how"), command=_command(say, f"/alert {found[0].short_id}"))
        return [
            Block((line(Span(title, "b")),)),
            *(item(alert, scale) for alert in found),
            Block((how,), rank=1),
        ]

    return compose(say.language, build)


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


def heading(display: Display, told: AlertSignal, scale: float = 1.0) -> Line:
    """Level, signal and direction, as in "🔴 Critical · Siege · worsening"."""
    say, level, direction = display.say, told.level, told.direction
    title = signal_title(display.signals, told.signal, say.language, int(NAME * scale))
    return line(
        f"{LEVEL_MARKS.get(level, '⚪')} {say.find(f'level.{level}') or clean(level)} · ",
        Span(title, "b"),
        f" · {say.find(f'direction.{direction}') or clean(direction)}",
    )


def _in_short(display: Display, alert: Alert, scale: float) -> Line:
    """The gravest signal's heading, and the titles of the others."""
    language = display.say.language
    others = [
        signal_title(display.signals, each.signal, language, int(NAME * scale))
        for each in alert.signals[1:MOST_SIGNALS]
    ]
    return line(heading(display, alert.gravest, scale), *(f" · {title}" for title in others))


def place_line(say: Texts, alert: Alert, scale: float = 1.0) -> Line:
    """Where it happens, the first places of the alert; empty when that is not known."""
    # A place that another one lies in is told with it.
    around = {each for place in alert.places for each in place.within if each != place.place_id}
    finest = [place for place in alert.places if place.place_id not in around]
    names = list(dict.fromkeys(_place_name(each, say.language) for each in finest))[:MOST_PLACES]
    if not names:
        return ()
    parts = [foreign(shorten(clean(n), max(20, int(NAME * scale))), say.language) for n in names]
    joined = [line(" · " if number else "", part) for number, part in enumerate(parts)]
    return line("📍 ", *joined)


def figures_line(say: Texts, alert: Alert) -> Line:
    """What is counted: how it grew, and who says what where publishers disagree."""
    told = [
        say(f"figure.{each.what}", n=_figure(say, each))
        for each in alert.figures
        if say.find(f"figure.{each.what}")
    ]
    return line(" · ".join(told)) if told else ()


def _figure(say: Texts, figure: AlertFigure) -> str:
    if figure.says:
        return " / ".join(
            say("figure.says", n=say.number(round(value)), who=clean(who)[:40])
            for who, value in figure.says
        )
    number = say.number(round(figure.latest))
    if figure.first < figure.latest:
        number = say("figure.grew", first=say.number(round(figure.first)), latest=number)
    if figure.vague:
        return say("figure.vague", n=number)
    return say("figure.at_least", n=number) if figure.at_least else number


def _place_name(place: StoredPlace, language: str) -> str:
    return place.names.get(language) or place.names.get("en") or place.place_id


def signal_title(signals: Signals, signal: str, language: str, limit: int = NAME) -> str:
    """A signal's title in the language, else in English, else its id."""
    known = signals.get(signal)
    titles = known.title if known else {}
    return shorten(clean(titles.get(language) or titles.get("en") or signal), max(limit, 10))


def source_line(say: Texts, alert: Alert, scale: float) -> Line:
    """The feed that the card quotes, other publishers, and how many report it independently.

    No more are named than are independent: the others say what these say.
    """
    names = list(dict.fromkeys([alert.feed_name, *(each.name for each in alert.sources)]))
    shown = names[: max(1, min(alert.families, MOST_SOURCES))]
    parts: list[Line] = []
    for each in shown:
        name = shorten(clean(each), max(10, int(NAME * scale)))
        parts.append(line(" · " if parts else "", foreign(name, say.language)))
    source = fill(say.template("card.source"), feed=line(*parts))
    return line(source, f" · {say.plural('card.families', max(1, alert.families))}")


def seen_line(display: Display, at: datetime, edited: datetime | None = None) -> Line:
    """When Marsad saw it: a feed's own dates are often missing or wrong. And when the card was
    edited since."""
    seen = display.say("card.seen", when=display.moment(at))
    if edited is None:
        return line(seen)
    days = {each.astimezone(display.timezone).date() for each in (at, edited)}
    when = display.moment(edited, "card.clock" if len(days) == 1 else "card.short_time")
    return line(f"{seen} · {display.say('card.updated', when=when)}")


def link_line(say: Texts, raw: str | None) -> Line:
    """The link with the host it leads to; empty for a link that may not be shown."""
    found = web_link(raw)
    if found is None:
        return ()
    href, host = found
    return line(Span(say("card.read"), href=href), " · ", foreign(shorten(host, 80), say.language))


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
