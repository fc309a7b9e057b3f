"""What is so of a place: which reports are kept, and what stands after all of them. Pure.

The newest word counts, by when it was so and not by when it came here. Copies of one text are one
word: a paper that prints an agency's text a day later does not close a crossing again. Whoever
takes back their own report that nobody else gave, takes it back: what was before stands again.
What others deny is disputed until somebody says it anew (docs/decisions/a-denied-state.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.feeds.parse.entry import FeedEntry
from rules.language.text import tokenize
from storage.news.facts import Facts
from storage.news.states import StateReport

if TYPE_CHECKING:
    from rules import RuleSet, StateKind

COPIED = 0.7
"""The share of the words of the shorter of two texts from which one is copied from the other."""
LEAST_WORDS = 15
"""A shorter text is no copy where something else was said in between: facts recur in few words."""
COPIED_WITHIN = timedelta(days=3)
WORDS = 80
"""Words from the beginning of an entry that are compared."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An entry and whose it is. `seen`: its date where it gives none itself; `history`: it was
    there when its feed was first read."""

    entry_id: int
    family: str
    feed_name: str
    entry: FeedEntry
    seen: datetime
    history: bool


def reports_of(heard: Heard, said: Facts, rules: RuleSet, now: datetime) -> list[StateReport]:
    """The states that an entry reports, as far as they may still stand.

    Rules on test and experiments set none. History tells the present too, if it is dated: a siege
    told last week is one today. What is older than its kind stands for is nothing to begin with.
    """
    entry = heard.entry
    dated = entry.newest_date
    if dated is None and heard.history:
        return []
    if entry.event is not None and entry.event.exercise:
        return []
    at = min(dated or heard.seen, now)
    if entry.event is not None and entry.event.at is not None and entry.event.at <= at:
        at = entry.event.at
    found = []
    for each in said.states:
        kind, signal = rules.states.get(each.kind), rules.signals.get(each.signal)
        if kind is None or signal is None or signal.status != "stable":
            continue
        if now - at <= kind.expires_after:
            found.append(
                StateReport(
                    *(each.place, each.kind, each.value, each.denied, each.signal),
                    *(heard.family, heard.feed_name, at, heard.entry_id),
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of a state: `last` is the newest report of it, `since` when it began, as far as
    reports tell, `families` how many publisher families say so in words of their own. `denial`:
    who disputes it. `expired`: too long ago to be known."""

    value: str
    since: datetime
    last: StateReport
    families: int
    denial: StateReport | None
    expired: bool


@dataclass(slots=True)
class _Run:
    """Reports of one value, one after another."""

    value: str
    reports: list[StateReport] = field(default_factory=list)
    denial: StateReport | None = None


def standing(reports: Iterable[StateReport], kind: StateKind, now: datetime) -> Standing | None:
    """What stands after these reports of one state of one place, in whatever order they came."""
    runs: list[_Run] = []
    before: list[StateReport] = []
    for report in sorted(reports, key=lambda each: _turn(each, kind)):
        if report.value not in kind.values:
            continue
        current = runs[-1] if runs else None
        if report.denied:
            if current is not None and current.value == report.value:
                if {each.family for each in current.reports} == {report.family}:
                    runs.pop()
                else:
                    current.denial = report
            continue
        if any(_is_copy(report, each, current) for each in before):
            continue
        before.append(report)
        if current is None or current.value != report.value:
            current = _Run(report.value)
            runs.append(current)
        elif current.denial is not None and current.denial.family != report.family:
            current.denial = None
        current.reports.append(report)
    if not runs:
        return None
    stands = runs[-1]
    last = stands.reports[-1]
    return Standing(
        value=stands.value,
        since=stands.reports[0].at,
        last=last,
        families=len({each.family for each in stands.reports}),
        denial=stands.denial,
        expired=now - last.at > kind.expires_after,
    )


def _turn(report: StateReport, kind: StateKind) -> tuple[object, ...]:
    """Of one moment, bad news is the later word: whoever goes there must hear of it."""
    value = kind.values.get(report.value)
    bad = value is not None and value.bad
    return (report.at, report.denied, bad, report.value, report.family, report.title, report.text)


def _is_copy(report: StateReport, other: StateReport, current: _Run | None) -> bool:
    if report.value != other.value or report.at - other.at > COPIED_WITHIN:
        return False
    mine, theirs = _words(report.title, report.text), _words(other.title, other.text)
    shorter = min(len(mine), len(theirs))
    told_since = current is not None and current.value != report.value
    if told_since and shorter < LEAST_WORDS:
        return False
    return shorter > 0 and len(mine & theirs) >= COPIED * shorter


@lru_cache(maxsize=2_000)
def _words(title: str, text: str) -> frozenset[str]:
    return frozenset(token.norm for token in tokenize(f"{title} {text}")[:WORDS])
