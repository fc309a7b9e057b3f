"""How many sources a story has: publisher families that tell it in words of their own. Pure.

Ten papers that print one agency's text are one source. A family that also tells it in its own
words counts for those.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.alerts.story.telling import Telling

COPIED = 0.6
"""The share of the words of the shorter of two leads from which one is copied from the other."""
COPIED_TITLE = 0.85
"""... and of two headlines, where an entry has no more: these are short, and facts recur."""
MOST = 60
"""Tellings that are compared, the latest: two hundred papers are no more sources than sixty."""


def independent_sources(tellings: Sequence[Telling]) -> int:
    """How many families tell a story independently of each other.

    Tellings with one text form a group; each family may speak for one group, each group for one
    family: the greatest number of such pairs (a maximum matching).
    """
    groups_of: dict[str, list[int]] = {}
    for telling, group in zip(tellings[-MOST:], _groups(tellings[-MOST:]), strict=True):
        groups_of.setdefault(telling.family, []).append(group)
    speaks: dict[int, str] = {}
    return sum(_speaks(family, groups_of, speaks, set()) for family in groups_of)


def copied(one: Telling, other: Telling) -> bool:
    """Whether one text is the other's, perhaps shortened or with a new headline."""
    mine, theirs = one.lead, other.lead
    shorter = min(len(mine), len(theirs))
    least = COPIED if one.text and other.text else COPIED_TITLE
    return shorter > 0 and len(mine & theirs) >= least * shorter


def _groups(tellings: Sequence[Telling]) -> list[int]:
    """For each telling the position of the first one with its text."""
    groups: list[int] = []
    for at, telling in enumerate(tellings):
        same = next((b for b in range(at) if copied(telling, tellings[b])), None)
        groups.append(at if same is None else groups[same])
    return groups


def _speaks(
    family: str, groups_of: dict[str, list[int]], speaks: dict[int, str], asked: set[int]
) -> bool:
    """Let a family speak for a group that no other needs (an augmenting path)."""
    for group in groups_of[family]:
        if group in asked:
            continue
        asked.add(group)
        if group not in speaks or _speaks(speaks[group], groups_of, speaks, asked):
            speaks[group] = family
            return True
    return False
