"""What edited rules would have found in stored entries, against what was found then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rules.matching.ruleset import RuleSet
from rules.trying.measuring.labelled import ReadText


@dataclass(frozen=True, slots=True)
class Replayable:
    """A stored entry with the signals found in it when it came."""

    id: int
    title: str
    text: str
    language: str | None
    found: frozenset[str]

    @property
    def read(self) -> ReadText:
        return self.title, self.text, self.language


@dataclass(frozen=True, slots=True)
class Change:
    """``kind`` is ``added`` or ``lost``; ``why`` is the new explanation of an added one."""

    kind: str
    signal: str
    entry: Replayable
    why: str


@dataclass(frozen=True, slots=True)
class Replay:
    entries: int
    unchanged: int
    changes: tuple[Change, ...]

    def count(self, kind: str) -> int:
        return sum(c.kind == kind for c in self.changes)


Explained = Mapping[str, str]
"""Signals that are found in an entry → the explanation of each."""


def explained(rules: RuleSet, entries: Sequence[ReadText]) -> list[Explained]:
    """What the rules find in each entry now; a function of a module, for `all_cores`."""
    return [{d.signal: d.explanation for d in found} for found in rules.detect_each(entries)]


def replay(
    rules: RuleSet, entries: Iterable[Replayable], found: Iterable[Explained] | None = None
) -> Replay:
    """Run a rule set over stored entries and compare signal by signal.

    ``found``: what `explained` says of each entry, where others are asked for it.
    """
    seen = unchanged = 0
    changes = []
    if found is None:
        entries = list(entries)
        found = explained(rules, [entry.read for entry in entries])
    for entry, now in zip(entries, found, strict=True):
        seen += 1
        unchanged += len(entry.found & now.keys())
        changes += [Change("added", s, entry, now[s]) for s in sorted(now.keys() - entry.found)]
        changes += [Change("lost", s, entry, "") for s in sorted(entry.found - now.keys())]
    return Replay(seen, unchanged, tuple(changes))
