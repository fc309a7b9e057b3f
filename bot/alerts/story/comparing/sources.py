"""How many sources a story has: publisher families that tell it in words of their own. Pure.

Ten papers that print one agency's text are one source. A family that also tells it in its own
words counts for those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from bot.alerts.story.comparing.telling import Telling

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
    before: dict[int, Telling] = {}
    for at, telling in enumerate(tellings):
        copies = _copies(telling, before)
        same = next((b for b, n in enumerate(before) if n in copies), None) if copies else None
        groups.append(at if same is None else groups[same])
        before[telling.number] = telling
    return groups


def _copies(telling: Telling, others: Mapping[int, Telling]) -> Set[int]:
    """The numbers of those that it is a copy of. Each pair is compared once: a story is asked for
    its sources whenever somebody tells it, and sixty tellings are 1,770 pairs."""
    compared = telling.compared
    if compared.beside.issuperset(others):
        return compared.copies
    for number in others.keys() - compared.beside:
        compared.beside.add(number)
        if copied(telling, others[number]):
            compared.copies.add(number)
    return compared.copies


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
