"""Messages composed of blocks, so that what does not fit is left out whole.

Finished HTML is never cut: a block is dropped, or the raw text in it is shortened and the whole
composed again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from string import Formatter
from typing import Literal

from bot.locales.bidi import FSI, PDI, isolated, isolated_parts, other_direction, start_mark
from bot.text import Marked, balance, escape, length

TEXT_LIMIT = 3800
"""Telegram takes 4096 characters after entities; the rest is room for what it counts otherwise."""
HTML_LIMIT = 24_000
"""Bytes, addresses of links included: the Bot API refuses a text of more than 32768."""
ENTITY_LIMIT = 90
"""Telegram drops what is over about 100."""

Style = Literal["", "b", "i", "code"]

_OPENED, _CLOSED = "<blockquote expandable>", "</blockquote>"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of clean text in one style; with `href`, a link."""

    text: str
    style: Style = ""
    href: str | None = None


Line = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stand together. `rank` 0 always stays; of the others the highest goes first.

    `details`: shown when the reader opens them, with the details beside it. `tight`: it stands
    right under the block before it, without an empty line.
    """

    lines: tuple[Line, ...]
    rank: int = 0
    details: bool = False
    tight: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A message in the Bot API's HTML, as plain text, and as lines for other displays."""

    html: str
    plain: str
    lines: tuple[Line, ...]
    language: str


def line(*parts: str | Span | Line) -> Line:
    """One line of text, spans and pieces of lines."""
    spans: list[Span] = []
    for part in parts:
        spans.extend((Span(part),) if isinstance(part, str) else _spans(part))
    merged: list[Span] = []
    for span in spans:
        last = merged[-1] if merged else None
        if last and (last.style, last.href, None) == (span.style, span.href, span.href):
            merged[-1] = Span(last.text + span.text, span.style)
        elif span.text:
            merged.append(span)
    return tuple(merged)


def fill(template: str, **values: str | Span | Line) -> Line:
    """A template's line, its placeholders filled with text, spans or pieces of lines."""
    parts: list[str | Span | Line] = []
    for literal, name, _, _ in Formatter().parse(template):
        parts.append(literal)
        if name:
            parts.append(values[name])
    return line(*parts)


def foreign(text: str, language: str, style: Style = "") -> Line:
    """A name, id or word of any language, kept from reordering a line in `language`.

    What isolates it stays outside the style, so that a tap on code copies the word alone.
    """
    span = Span(text, style)
    return (Span(FSI), span, Span(PDI)) if other_direction(text, language) else (span,)


def place_span(name: str, language: str) -> Span:
    """A place with what it lies in, or several places in a row, each part in its own direction."""
    return Span(isolated_parts(name, language))


def quoted(marked: Marked, language: str, opened: str = "", closed: str = "") -> Line:
    """Feed text in its own direction, its marks in bold."""
    if not marked.text:
        return ()
    spans: list[Span] = []
    at = 0
    for start, end in marked.marks:
        spans.append(Span(marked.text[at:start]))
        spans.append(Span(marked.text[start:end], "b"))
        at = end
    spans.append(Span(marked.text[at:]))
    if other_direction(marked.text, language):
        opened, closed = FSI + opened, closed + PDI
    return line(opened, tuple(spans), closed)


def _spans(part: Span | Line) -> Line:
    return (part,) if isinstance(part, Span) else part


def compose(language: str, build: Callable[[float], Sequence[Block]]) -> Card:
    """The card of `build(scale)`, where `scale` (1.0 down to 0.05) is how long its texts may be.

    Texts shrink to a third first, then optional blocks go, then texts shrink further.
    """
    for scale in (1.0, 0.6, 0.35):
        card = _card(language, _filled(build(scale)))
        if _fits(card):
            return card
    for scale in (0.35, 0.2, 0.1, 0.05):
        blocks = _filled(build(scale))
        while not _fits(card := _card(language, blocks)):
            optional = [block for block in blocks if block.rank]
            if not optional:
                break
            blocks.remove(max(optional, key=lambda block: block.rank))
        else:
            return card
    raise AssertionError("a card whose required blocks do not fit at the smallest scale")


def first_that_fits(language: str, candidates: Iterable[Sequence[Block]]) -> Card:
    """The card of the first that Telegram takes whole; of the last if none does."""
    card = _card(language, [])
    for blocks in candidates:
        card = _card(language, _filled(blocks))
        if _fits(card):
            break
    return card


def _filled(blocks: Sequence[Block]) -> list[Block]:
    return [block for block in blocks if any(block.lines)]


def _fits(card: Card) -> bool:
    shown = sum(length(span.text) for each in card.lines for span in each) + len(card.lines)
    entities = sum(1 for each in card.lines for span in each if span.style or span.href)
    fits = shown <= TEXT_LIMIT and len(card.html.encode()) <= HTML_LIMIT
    return fits and entities <= ENTITY_LIMIT


def _card(language: str, blocks: Sequence[Block]) -> Card:
    lines: list[Line] = []
    html = ""
    for number, block in enumerate(blocks):
        before = blocks[number - 1].details if number else False
        shown = [directed(language, each) for each in block.lines if each]
        if lines:
            lines.extend([] if block.tight else [()])
            html += _CLOSED if before and not block.details else ""
            html += "\n" if block.tight else "\n\n"
        lines.extend(shown)
        html += _OPENED if block.details and not before else ""
        html += "\n".join("".join(map(_html, each)) for each in shown)
    if blocks and blocks[-1].details:
        html += _CLOSED
    plain = "\n".join("".join(map(_plain, each)) for each in lines)
    if length(plain) > TEXT_LIMIT:  # without the addresses, which are longer than all the rest
        plain = "\n".join("".join(span.text for span in each) for each in lines)
    return Card(html, plain, tuple(lines), language)


def directed(language: str, spans: Line) -> Line:
    """A line with what lays it out in the language's direction."""
    if not spans:
        return spans
    mark = start_mark(language, "".join(span.text for span in spans))
    if not mark:
        return spans
    if not spans[0].style and not spans[0].href:
        return (replace(spans[0], text=mark + spans[0].text), *spans[1:])
    return (Span(mark), *spans)


def _html(span: Span) -> str:
    text = escape(span.text)
    if span.href:
        return f'<a href="{escape(span.href)}">{text}</a>'
    return f"<{span.style}>{text}</{span.style}>" if span.style else text


def _plain(span: Span) -> str:
    return f"{span.text} {isolated(span.href)}" if span.href else span.text


def linked(words: str, address: str) -> str:
    """A link inside Marsad's own words, for `paragraphs`.

    No text of a feed can look like one: in clean text no address is whole.
    """
    name = words.replace("[", "(").replace("]", ")")
    return f"[{name}]({address.replace('(', '%28').replace(')', '%29')})"


_LINKED = re.compile(r"\[([^\[\]\n]+)\]\((https?://[^\s()]+)\)")


def outside_links(change: Callable[[str], str], text: str) -> str:
    """The text changed wherever it is no link."""
    parts: list[str] = []
    at = 0
    for found in _LINKED.finditer(text):
        parts += [change(text[at : found.start()]), found[0]]
        at = found.end()
    return "".join([*parts, change(text[at:])])


def without_addresses(text: str) -> str:
    """What a reader sees of Marsad's own words."""
    return _LINKED.sub(r"\1", text)


def with_links(text: str) -> Line:
    """One line of Marsad's own words, what `linked` made in it a link."""
    spans: list[Span] = []
    at = 0
    for found in _LINKED.finditer(text):
        spans += [Span(text[at : found.start()]), Span(found[1], href=found[2])]
        at = found.end()
    return line(*spans, text[at:])


def paragraphs(text: str) -> list[Block]:
    """Marsad's own words (they may quote feeds) as blocks, one for each paragraph."""
    blocks: list[Block] = []
    lines: list[Line] = []
    for each in [*text.splitlines(), ""]:
        if each.strip():
            lines.append(with_links(balance(each.rstrip())))
        elif lines:
            blocks.append(Block(tuple(lines)))
            lines = []
    return blocks
