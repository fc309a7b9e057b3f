"""The text of a catch-up line: one message that stands for several alerts. Pure.

Plain text with links (`bot.messages.blocks.linked`): the sender escapes it. Numbers stand after a
colon, so that no language needs its plural rules here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from bot.locales import Texts, texts
from bot.locales.bidi import isolated
from bot.messages.blocks import linked, without_addresses
from bot.messages.cards.lines import LEVEL_MARKS, happens_in, level_name
from bot.text import clean, length, shorten, web_link

# Telegram allows 4096 characters; the sender may add a mark and a footer.
LINE_LENGTH = 3500
TITLE_LENGTH = 90
SOURCE_LENGTH = 30
MOST_LINKS, LINK_BYTES = 40, 14_000
"""Links in one message, and the length of their addresses together."""

Group = Literal["too_old", "storm", "unknown", "muted", "muted_part", "quiet"]


@dataclass(frozen=True, slots=True)
class LineItem:
    """What a catch-up line says of one alert; `group` names why it stands there.

    `signal` and `direction` are of its gravest signal as the chat sees it.
    """

    short_id: str
    title: str
    level: str
    group: Group
    signal: str = ""
    direction: str = "worsening"
    source: str = ""
    link: str | None = None


def catchup_text(items: Sequence[LineItem], language: str) -> str:
    """The catch-up line for these alerts: how many, why, and what each is, with its id.

    Critical alerts come first in their group, and groups that hold some before others. What an
    alert is goes from the end when it does not fit; ids never do (up to 200 alerts).
    """
    say = texts(language)
    groups: dict[Group, dict[str, LineItem]] = {}
    for item in sorted(items, key=lambda item: item.level != "critical"):
        groups.setdefault(item.group, {})[item.short_id] = item
    # Each id is kept in reserve at its bare length, and given back when its line fits.
    left = LINE_LENGTH - sum(len(item.short_id) + 5 for item in items) - 500
    links, addresses = MOST_LINKS, LINK_BYTES
    blocks: list[str] = []
    for group, alerts in groups.items():
        lines = [say(f"catchup.{group}", n=say.number(len(alerts)))]
        bare: list[str] = []
        for item in alerts.values():
            found = web_link(item.link)
            address = found[0] if found and links and len(found[0]) <= addresses else None
            line = _line(item, address, say)
            if not bare and (weight := length(escape(without_addresses(line)))) <= left:
                lines.append(line)
                left -= weight
                if address:
                    links, addresses = links - 1, addresses - len(address)
            else:
                bare.append(f"/{item.short_id}")
        if bare:
            lines.append(say("catchup.more", ids=", ".join(bare)))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _line(item: LineItem, address: str | None, say: Texts) -> str:
    """ "🔴 Critical: siege · Aleppo is cut off · /A12 · Relief Wire"."""
    level = f"{LEVEL_MARKS.get(item.level, '⚪')} {level_name(say, item.level)}"
    if item.signal:
        title = item.signal.replace("-", " ")
        level += say("card.colon") + happens_in(say, item.signal, item.direction, title)
    parts = [level, isolated(shorten(clean(item.title), TITLE_LENGTH)), f"/{item.short_id}"]
    source = shorten(clean(item.source), SOURCE_LENGTH)
    if address:
        parts.append(linked(isolated(source) if source else say("card.read"), address))
    elif source:
        parts.append(isolated(source))
    return " · ".join(parts)
