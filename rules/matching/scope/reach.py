"""How far a governor reaches, and where its clause ends."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import islice, takewhile
from typing import NamedTuple

from rules.loading.choices import State
from rules.matching.finding.reading import Reading, Span, Spans, begun_in
from rules.matching.scope import denials, doers
from rules.matching.scope.negation import any_within, begins_a_verb

BORDER = "$scope-border"
JOINS = "$scope-joins"
TERMS = (BORDER, JOINS)

LONGEST = 12
"""Words that a governor may have."""
WHICH = frozenset(("الذي", "التي", "الذين"))
AS = "as"
"""Leads to what a thing is called: "describes reports of famine as untrue"."""


class Reach(NamedTuple):
    """How many words may stand between a governor and what follows, or precedes, it."""

    before: int
    after: int
    layer: int = 0
    across: bool = False


# Layer 0 says what happens to the thing, 1 what somebody wants or does about that, 2 that
# somebody contradicts it: an inner layer applies first, whatever the order of the words.
REACH: Mapping[State, Reach] = {
    "ended": Reach(4, 7),
    "eased": Reach(4, 5),
    "cancelled": Reach(4, 7),
    "stopped": Reach(3, 4),
    "restored": Reach(2, 5),
    "opened": Reach(2, 5),
    "arriving": Reach(5, 5),
    "freed": Reach(4, 6),
    "agreed": Reach(5, 5),
    "kept": Reach(5, 5),
    "broken": Reach(3, 4),
    "obstructed": Reach(4, 6),
    "allowed": Reach(5, 4, 1),
    "asked": Reach(6, 0, 1),
    "ordered": Reach(5, 4, 1),
    "failed": Reach(7, -1, 1),
    "warned": Reach(5, -1, 1),
    "denied": Reach(10, 5, 2, across=True),
    "past": Reach(4, 2, 3),
    "figurative": Reach(2, 4, 3),
    "drill": Reach(4, 4, 3),
}
VERDICT = Reach(10, 9, 2, across=True)
"""Of what is said of a whole subject, "the closure of the hospital of Al-Nao is a hoax"."""


def within_reach(spans: Spans, reached: Sequence[Span], reach: Reach) -> Spans:
    """Those that may be near enough: a text of one sentence may hold hundreds."""
    if not reached or not spans:
        return ()
    first, last = min(reached)[0], max([e.last for e in reached])
    return begun_in(spans, first - reach.before - 1 - LONGEST, last + reach.after + 1)


def words_to(
    reading: Reading,
    span: Span,
    evidence: Sequence[Span],
    reach: Reach,
    *,
    follows: bool,
    anywhere: bool = False,
) -> int | None:
    """Words between a governor and the evidence, or None where it does not reach."""
    best: int | None = None
    for e in evidence:
        if span.last < e.first:
            distance, limit = e.first - span.last - 1, reach.before
            left, right = span.last + 1, e.first
        else:
            distance, limit = span.first - e.last - 1, reach.after
            left, right = e.last + 1, span.first
            if not follows or _starts_a_statement(reading, span):
                continue
        if distance < 0 or distance > limit or (best is not None and distance >= best):
            continue
        if not reach.across and any(t.breaks for t in reading.sentence.tokens[left : right + 1]):
            continue
        if any_within(reading.of(BORDER), left, right - 1) and not _says_of_it(
            reading, span, left, right, reach
        ):
            continue
        if reach.layer < 2 and any_within(reading.of(JOINS), left, right - 1):
            continue
        if not reach.layer and span.last < e.first:
            if not anywhere and any_within(reading.of(doers.INSIDE), left, right - 1):
                continue
            if any(begins_a_verb(reading, at) for at in range(left, right)):
                # «يعلقون العمل ويبدؤون إضرابا»: the second verb has the object behind it.
                continue
        best = distance
    return best


def _says_of_it(reading: Reading, span: Span, left: int, right: int, reach: Reach) -> bool:
    """«بيان الإخلاء الذي انتشر مفبرك»: what is said of the news stands behind its own clause."""
    if reach.layer != REACH["denied"].layer or right != span.first:
        return False
    if denials.takes_what_it_denies(reading, span):
        return False
    tokens = reading.sentence.tokens
    spans = reading.of(BORDER)
    at = bisect_left(spans, left, key=lambda s: s.first)
    borders = takewhile(lambda s: s.first < right, islice(spans, at, None))
    return all(
        tokens[s.first].norm in WHICH or (tokens[s.first].norm == AS and s.last + 1 == right)
        for s in borders
    )


def _starts_a_statement(reading: Reading, span: Span) -> bool:
    """An Arabic word with و or ف before it begins a statement of its own."""
    token = reading.sentence.tokens[span.first]
    if token.script != "ar" or len(token.norm) < 4 or token.norm[0] not in "وف":
        return False
    return token.norm[:3] not in ("وصل", "وصو", "وفر", "وزع", "وقع", "واف", "فتح", "فشل", "فرج")


def is_near_or_a_verdict(
    reading: Reading, denial: Span, reached: Sequence[Span], near: int
) -> bool:
    """Whether a denial stands before what it denies, so near behind it, or is what is said of it:
    "the closure of the hospital of Al-Nao in Omdurman is a hoax"."""
    last = max(e.last for e in reached)
    colon = _only_colon(reading, last + 1, denial.first)
    if denial.first - (last + 1 if colon is None else colon) <= near:
        return True
    between = reading.sentence.tokens[last + 1 : denial.last + 1]
    return not denials.takes_what_it_denies(reading, denial) and not any(t.breaks for t in between)


def _only_colon(reading: Reading, first: int, last: int) -> int | None:
    """The word behind the only break of a stretch, where that is a colon: a headline names its
    matter first, «Famine à Juba : la préfecture dénonce une fausse information»."""
    tokens = reading.sentence.tokens
    breaks = [at for at in range(first, last + 1) if tokens[at].breaks]
    if len(breaks) != 1 or not breaks[0]:
        return None
    at = breaks[0]
    return at if ":" in reading.text[tokens[at - 1].end : tokens[at].start] else None


def is_between(left: Span, middle: Span, right: Span) -> bool:
    return left.last < middle.first and middle.last < right.first
