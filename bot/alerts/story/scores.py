"""How well stories are told apart: labelled entries, and the stories that the deciders made. Pure.

Pairs of entries are scored (pairwise) and entries (B-cubed: Bagga and Baldwin 1998). A pair that
the reader was in doubt of is left out of both. One story may hold half of all pairs: every score
is also given without the largest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from rules.trying.measuring.labelled import read_lines, text_fields

ALONE = "alone"


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """An entry with the story that a reader put it in; `maybe`: others, or "alone"."""

    id: str
    family: str
    language: str | None
    published: datetime
    title: str
    text: str
    story: str
    maybe: frozenset[str]


@dataclass(frozen=True, slots=True)
class PairScore:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def as_json(self) -> dict[str, float]:
        return {
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
        }


@dataclass(frozen=True, slots=True)
class StoryScores:
    """Scores of one way of telling stories apart."""

    pairwise: PairScore
    bcubed: PairScore

    def as_json(self) -> dict[str, dict[str, float]]:
        return {"pairwise": self.pairwise.as_json(), "bcubed": self.bcubed.as_json()}


# Beyond them a calendar ends, and a zone or the days of a story lead out of it.
YEARS = range(1900, 3000)


def read_story_entries(path: Path, *, labelled: bool = True) -> list[StoryEntry]:
    """JSON lines ``{"id", "family", "lang", "published", "title", "text", "story", "maybe"}``.

    Raises LabelsInvalid where a line is none; `story` may be missing where nothing is to be scored.
    In the order of publication.
    """
    read = read_lines(path, partial(_entry, labelled=labelled))
    return sorted(read, key=lambda e: (e.published, e.id))


def _entry(raw: Any, number: int, labelled: bool) -> StoryEntry:
    texts = text_fields(raw)
    if labelled and not isinstance(raw.get("story"), str):
        raise TypeError("story is missing")
    maybe = raw.get("maybe") or []
    if not isinstance(maybe, list):
        raise TypeError("maybe is no list")
    try:
        published = datetime.fromisoformat(str(raw.get("published") or ""))
        if published.year not in YEARS:
            raise ValueError
    except ValueError:
        raise ValueError("published is no time such as 2026-01-30T09:00:00Z") from None
    return StoryEntry(
        str(raw.get("id", number)),
        str(raw.get("family") or raw.get("feed") or ""),
        raw.get("lang"),
        published if published.tzinfo else published.replace(tzinfo=UTC),
        texts["title"],
        texts["text"],
        str(raw.get("story", "")),
        frozenset(map(str, maybe)),
    )


def score_stories(entries: Sequence[StoryEntry], found: Mapping[str, int]) -> StoryScores:
    """`found`: entry id → the story that it was put in."""
    tp = fp = fn = 0
    precision = recall = 0.0
    for at, entry in enumerate(entries):
        joined = right = alike = kept = 1
        for other_at, other in enumerate(entries):
            if other_at == at or _doubtful(entry, other):
                continue
            same, together = entry.story == other.story, found[entry.id] == found[other.id]
            joined += together
            right += together and same
            alike += same
            kept += together and same
            if other_at > at:
                tp += same and together
                fp += together and not same
                fn += same and not together
        precision += right / joined
        recall += kept / alike
    number = len(entries) or 1
    return StoryScores(
        PairScore(tp / (tp + fp) if tp + fp else 0.0, tp / (tp + fn) if tp + fn else 0.0),
        PairScore(precision / number, recall / number),
    )


def without_largest(entries: Sequence[StoryEntry]) -> list[StoryEntry]:
    """The entries of all stories but the one with most entries."""
    if not entries:
        return []
    ((largest, _),) = Counter(entry.story for entry in entries).most_common(1)
    return [entry for entry in entries if entry.story != largest]


def _doubtful(one: StoryEntry, other: StoryEntry) -> bool:
    """Whether the reader could not say if two entries are of one story."""
    if one.story in other.maybe or other.story in one.maybe:
        return True
    return one.story == other.story and ALONE in one.maybe | other.maybe
