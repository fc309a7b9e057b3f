"""The text of a catch-up line: one message that stands for several alerts. Pure.

Plain text: the sender escapes it. Numbers stand after a colon, so that no language needs its
plural rules here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from bot.locales import Texts, texts
from bot.locales.bidi import isolated
from bot.text import clean, length

# Telegram allows 4096 characters; the sender may add a mark and a footer.
LINE_LENGTH = 3500
TITLE_LENGTH = 90

Group = Literal["too_old", "storm", "unknown", "muted", "quiet"]


@dataclass(frozen=True, slots=True)
class LineItem:
    """What a catch-up line says of one alert; `group` names why it stands there."""

    short_id: str
    title: str
    level: str
    group: Group


def catchup_text(items: Sequence[LineItem], language: str) -> str:
    """The catch-up line for these alerts: how many, why, and the short id of each.

    Critical alerts come first in their group, and groups that hold some before others. Titles
    are dropped from the end when they do not fit; ids never are (up to 200 alerts).
    """
    say = texts(language)
    groups: dict[Group, dict[str, LineItem]] = {}
    for item in sorted(items, key=lambda item: item.level != "critical"):
        groups.setdefault(item.group, {})[item.short_id] = item
    # Each id is kept in reserve at its bare length, and given back when its title fits.
    left = LINE_LENGTH - sum(len(item.short_id) + 2 for item in items) - 600
    blocks: list[str] = []
    for group, alerts in groups.items():
        lines = [say(f"catchup.{group}", n=say.number(len(alerts)))]
        bare: list[str] = []
        for item in alerts.values():
            line = _titled(item, say)
            if not bare and (weight := length(escape(line))) <= left:
                lines.append(line)
                left -= weight
            else:
                bare.append(item.short_id)
        if bare:
            lines.append(say("catchup.more", ids=", ".join(bare)))
        blocks.append("\n".join(lines))
    if items:
        first = next(iter(next(iter(groups.values()))))
        blocks.append(say("catchup.how", command=f"/alert {first}"))
    return "\n\n".join(blocks)


def _titled(item: LineItem, say: Texts) -> str:
    title = clean(item.title)
    if len(title) > TITLE_LENGTH:
        title = title[: TITLE_LENGTH - 1].rstrip() + "…"
    level = (say.find(f"level.{item.level}") or item.level).lower()
    # In Arabic the level comes first: the line then starts with an Arabic word.
    return f"{level} {item.short_id}: {isolated(title)}"
