"""What a search for words shows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.asking.words import Search
from bot.locales import Texts
from bot.locales.bidi import isolated
from bot.messages.blocks import Block, Card, Line, Span, compose, foreign, line
from bot.messages.cards.display import NAME, Display
from bot.messages.cards.lines import id_link
from bot.text import clean, shorten, web_link
from storage.news.search import Hit

TITLE = 180
WORD = 40


def search_card(
    search: Search, hits: Sequence[Hit], display: Display, *, behind: bool = False
) -> Card:
    """Entries that were found, newest first; `behind`: older ones cannot be found yet."""
    say = display.say
    head = say("search.title", words=_words(search.wanted, say))
    if search.unwanted:
        head += f" · {say('search.without', words=_words(search.unwanted, say))}"

    def build(scale: float) -> list[Block]:
        blocks = [Block((line("🔎 ", Span(head, "b")),))]
        blocks += [Block(_hit(each, display, scale)) for each in hits]
        if not hits:
            blocks.append(Block((line(say("search.nothing")),)))
        if behind:
            blocks.append(Block((line(say("search.behind")),), rank=1))
        return blocks

    return compose(say.language, build)


def _hit(hit: Hit, display: Display, scale: float) -> tuple[Line, ...]:
    say = display.say
    title = shorten(clean(hit.title), max(20, int(TITLE * scale))) or "…"
    found = web_link(hit.link)
    linked = tuple(
        replace(span, href=found[0]) if found and span.text == title else span
        for span in foreign(title, say.language)
    )
    name = clean(display.publishers.get(hit.feed_id, hit.feed_id))
    when = display.moment(hit.published_at or hit.first_seen_at, "card.short_time")
    below: list[str | Span | Line] = [
        foreign(shorten(name, max(10, int(NAME * scale / 2))), say.language),
        f" · {when}",
    ]
    if hit.alert:
        below += [" · ", id_link(say, hit.alert)]
    return line(*linked), line(*below)


def _words(words: Sequence[str], say: Texts) -> str:
    shown = [isolated(shorten(clean(each), WORD)) for each in words]
    return say("card.comma").join(shown)
