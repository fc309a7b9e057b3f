"""What a rule found in an entry, with the words that made it fire and why, in one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rules.language.sentences import Field
from rules.loading.choices import Direction, Level
from rules.matching.entry import EntryReading
from rules.matching.finding.reading import Reading, Span
from rules.matching.levels import in_the_digest, is_weak, settle
from rules.matching.rule import CompiledRule
from rules.matching.scope.direction import (
    Found,
    is_only_named,
    settle_direction,
    statements,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that a clause was found in.

    ``start`` and ``end`` are code-point offsets into the original title or text;
    ``quote`` is what stands there.
    """

    field: Field
    start: int
    end: int
    quote: str
    term: str
    clause: str
    weight: int


@dataclass(frozen=True, slots=True)
class Detection:
    """One rule firing on one entry."""

    signal: str
    direction: Direction
    score: int
    threshold: int
    level: Level
    evidence: tuple[Evidence, ...]
    explanation: str


def detection_of(
    rule: CompiledRule,
    score: int,
    found: Sequence[Found],
    against: Sequence[Found],
    entry: EntryReading,
) -> Detection:
    evidence = []
    seen = set()
    for held in found:
        for reading, span, term in held.spans:
            place = (reading.sentence.field, *offsets(reading, span))
            if place in seen:
                continue
            seen.add(place)
            field, start, end = place
            source = entry.title if field == "title" else entry.text
            evidence.append(
                Evidence(
                    field, start, end, source[start:end], term, held.clause.label,
                    held.clause.weight,
                )
            )  # fmt: skip
    evidence.sort(key=lambda e: (e.field == "text", e.start))
    direction = settle_direction(found, entry.places["lead"])
    stated = [f for f in found if not f.clause.setting]
    weak = is_weak(statements(stated), len(frames_of(stated)), score, rule.threshold)
    titled = any(f.reading.sentence.field == "title" for f in stated)
    opening = any(id(f.reading) in entry.leading for f in stated)
    level = settle(rule.levels, direction, weak=weak, titled=titled, opening=opening)
    if direction == "worsening" and is_only_named(stated, rule.pushed_with):
        level = in_the_digest(level)
    return Detection(
        rule.signal,
        direction,
        score,
        rule.threshold,
        level,
        tuple(evidence),
        explanation(rule, score, found, against, entry),
    )


def frames_of(found: Iterable[Found]) -> list[Found]:
    """What holds, each clause of the file once: by the way of it that weighs most."""
    heaviest: dict[int, Found] = {}
    for each in found:
        known = heaviest.setdefault(each.clause.frame, each)
        if each.clause.weight > known.clause.weight:
            heaviest[each.clause.frame] = each
    return list(heaviest.values())


def points(found: Iterable[Found]) -> int:
    """What is found counts: each clause of the file once."""
    return sum(each.clause.weight for each in frames_of(found))


def offsets(reading: Reading, span: Span) -> tuple[int, int]:
    tokens = reading.sentence.tokens
    return tokens[span.first].start, tokens[span.last].end


def quote(held: Found, entry: EntryReading) -> str:
    """The original text from the first to the last word of a clause's evidence."""
    reading = held.spans[0][0]
    same = [s for r, s, _ in held.spans if r is reading]
    source = entry.title if reading.sentence.field == "title" else entry.text
    start, end = offsets(reading, Span(min(same)[0], max([s.last for s in same])))
    return " ".join(source[start:end].split())


def explanation(
    rule: CompiledRule,
    score: int,
    found: Sequence[Found],
    against: Sequence[Found],
    entry: EntryReading,
) -> str:
    """One line: ``130/100: near(medicine, lack) +100 «نقص حاد في الأدوية»; any(ward) +30 «…»``."""
    parts = []
    for sign, held_list in (("+", found), ("-", against)):
        for held in frames_of(held_list):
            parts.append(f"{held.clause.label} {sign}{held.clause.weight} «{quote(held, entry)}»")
    return f"{score}/{rule.threshold}: " + "; ".join(parts)
