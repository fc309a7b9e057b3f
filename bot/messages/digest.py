"""A digest as a message: what was not sent at once, the gravest first, and who was heard. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.locales import Texts
from bot.messages.blocks import (
    Block,
    Card,
    Line,
    Span,
    fill,
    first_that_fits,
    foreign,
    line,
    place_span,
)
from bot.messages.cards.display import NAME, Display
from bot.messages.cards.evidence import marked_title
from bot.messages.cards.lines import (
    LEVEL_MARKS,
    MOST_PLACES,
    first_places,
    happens,
    id_link,
)
from bot.text import clean, shorten, shorten_marked, web_link

if TYPE_CHECKING:
    from datetime import datetime

    from bot.alerts.summaries.digest import Digest, Sources
    from storage.alerts import Alert

# Longest texts of a line, in UTF-16 units.
HEADLINE, PUBLISHER = 110, 30
# Signals that a line names.
MOST_SIGNALS = 3
# Sources that were not heard and are named.
MOST_UNHEARD = 8


def digest_card(
    digest: Digest, found: Sequence[Alert], display: Display, *, possible_repeat: bool = False
) -> Card:
    """The message that carries a digest: `found` are its alerts, as the chat sees them and in their
    order. As many as fit are shown, and the rest is counted."""
    say = display.say
    head = _head(digest, len(found) + digest.more, display, possible_repeat=possible_repeat)
    last = Block((sources_line(digest.sources, display),))

    def build(shown: int, headline: int) -> list[Block]:
        rest = len(found) - shown + digest.more
        more: tuple[Line, ...] = ()
        if rest:
            template = say.plural_template("digest.more", rest)
            recent = foreign("/recent 24h", say.language)
            more = (fill(template, n=say.number(rest), command=recent),)
        return [head, *_by_level(found[:shown], display, headline), Block(more), last]

    sizes = [(len(found), HEADLINE), (len(found), HEADLINE // 2)]
    sizes += [(number, HEADLINE // 2) for number in range(len(found) - 1, -1, -1)]
    return first_that_fits(say.language, (build(*size) for size in sizes))


def sources_line(sources: Sources, display: Display) -> Line:
    """How many sources were heard, and the names of those that were not."""
    say = display.say
    if not sources.number:
        return ()
    heard, number = say.number(sources.heard), say.number(sources.number)
    if not sources.unheard:
        return line("✓ ", say.plural("digest.all_heard", sources.number))
    names = [
        foreign(shorten(clean(display.publishers.get(each, each)), PUBLISHER), say.language)
        for each in sources.unheard[:MOST_UNHEARD]
    ]
    comma = say("card.comma")
    named = line(*(line(comma if at else "", name) for at, name in enumerate(names)))
    if rest := len(sources.unheard) - len(names):
        named = line(named, f" {say.plural('card.more_sources', rest)}")
    told = fill(say.template("digest.some_heard"), heard=heard, n=number, names=named)
    return line("⚠️ ", told)


def _head(digest: Digest, number: int, display: Display, *, possible_repeat: bool) -> Block:
    say = display.say
    title = say(f"digest.{digest.stream}", when=display.moment(digest.until))
    since = display.moment(digest.since, "card.short_time")
    key = "digest.news" if number else "digest.nothing"
    counted = say.plural(key, number, since=since) if number else say(key, since=since)
    late = lateness(digest.due if digest.is_late else None, display, possible_repeat)
    return Block((line("🗞 ", Span(title, "b")), *late, line(counted)))


def lateness(due: datetime | None, display: Display, possible_repeat: bool) -> list[Line]:
    """That it was `due` earlier (None: it is in time), and that it may have come before."""
    say, lines = display.say, list[Line]()
    if due is not None:
        when = display.moment(due, "card.short_time")
        lines.append(line("⏱ ", say("digest.late", due=when)))
    if possible_repeat:
        lines.append(line("♻️ ", say("digest.possible_repeat")))
    return lines


def _by_level(found: Sequence[Alert], display: Display, headline: int) -> list[Block]:
    """A block for each level and place: where, then what is told there."""
    say = display.say
    groups: dict[tuple[str, str], list[Alert]] = {}
    for alert in found:
        groups.setdefault((alert.level, _where(alert, say)), []).append(alert)
    # Levels stay in their order; within one, the place with the gravest comes first.
    levels = list(dict.fromkeys(level for level, _ in groups))
    blocks = []
    for level in levels:
        heading = line(f"{LEVEL_MARKS.get(level, '⚪')} ", Span(say(f"level.{level}"), "b"))
        blocks.append(Block((heading,)))
        for (of_level, place), those in groups.items():
            if of_level != level:
                continue
            where = line("📍 ", place_span(place or say("digest.somewhere"), say.language))
            lines = [each for alert in those for each in item_lines(alert, display, headline)]
            blocks.append(Block((where, *lines), tight=True))
    return blocks


def _where(alert: Alert, say: Texts) -> str:
    names = first_places(alert.places, say.language)[:MOST_PLACES]
    return " · ".join(shorten(clean(name), NAME // 2) for name in names)


def item_lines(alert: Alert, display: Display, headline: int) -> tuple[Line, Line]:
    """ "/A12 siege lifted or eased", and below it "the headline – Enab Baladi", the publisher with
    its link. The headline has a line of its own: it may run in the other direction."""
    say = display.say
    told = (happens(display, each) for each in alert.signals[:MOST_SIGNALS])
    marked = shorten_marked(marked_title(alert, ()), headline)
    name = shorten(clean(alert.feed_name), PUBLISHER)
    link = web_link(alert.link)
    publisher = tuple(
        Span(span.text, span.style, link[0] if link and span.text == name else None)
        for span in foreign(name, say.language)
    )
    return (
        line(id_link(say, alert.short_id), " ", Span(say("card.comma").join(told), "b")),
        line(foreign(marked.text, say.language), " – ", publisher),
    )
