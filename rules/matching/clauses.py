"""When a clause holds in a sentence: windows, order, negation."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rules.loading.choices import Direction, Language, Place, State
from rules.matching.finding.reading import Reading, Span
from rules.matching.harm.harm import PREFIX
from rules.matching.scope.denials import is_over_a_denial
from rules.matching.scope.hurdles import is_over_one
from rules.matching.scope.negation import (
    NEGATED_EVIDENCE,
    NEGATION,
    denies,
    excepts,
    negator_before,
    says_no,
)
from rules.matching.scope.scene import is_of_another_noun

ASSERTED_REACH = 4
"""Words between a negator and evidence where a rule asks for negation: «لا توجد في الحي أدوية»."""
LEAD_SENTENCES = 2
"""How many sentences of the text count as its opening."""


Choice = list[tuple[Span, str]]
"""Matches chosen for a clause: where, and the term found there."""


@lru_cache(maxsize=10_000)
def _shared(terms: tuple[str, ...]) -> tuple[str, ...]:
    """One object for all that ask for the same: a sentence remembers by identity what it has of
    some terms, and ways of one clause have elements in common."""
    return terms


@dataclass(frozen=True, slots=True)
class ClauseElement:
    """Any of these terms. ``negated`` asks for a negation over it."""

    terms: tuple[str, ...]
    negated: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", _shared(self.terms))


@dataclass(frozen=True, slots=True)
class CompiledClause:
    kind: str
    elements: tuple[ClauseElement, ...]
    within: int | None
    unbroken: bool
    where: Place
    negated: bool | None
    weight: int
    direction: Direction
    needs: tuple[str, ...]
    unless: tuple[str, ...]
    unless_within: int | None
    label: str
    states: Mapping[State, Direction] = field(default_factory=dict)
    """For a ``scope`` clause: the states of its terms that it looks for, and what they mean."""
    setting: bool = False
    """It says what the entry is about: weight beside statements, no statement itself."""
    languages: frozenset[Language] = frozenset()
    """Where it holds; empty: in every language."""
    if_denied: bool = False
    """It counts only where its sentence says that it is not so: loose words, which beside a denial
    are enough."""
    deed: bool = False
    """Its first element is a deed, which counts only where it is done and nothing undoes it."""
    needs_below_title: bool = False
    """What the title says needs none of ``needs``: it is what the entry is about."""
    why: str = ""
    """What its author noted: why it is here."""
    frame: int = field(default=0, compare=False)
    """Which clause of the file it is a way of; the ways of one count once in the score."""
    harms: frozenset[str] = field(init=False, repr=False, compare=False)
    """Of a clause that asks for nothing but who is harmed: the harms, by name."""

    def __post_init__(self) -> None:
        terms = frozenset(term for element in self.elements for term in element.terms)
        only = self.kind == "any" and all(term.startswith(PREFIX) for term in terms)
        object.__setattr__(self, "harms", terms if only else frozenset())
        object.__setattr__(self, "unless", _shared(self.unless))


def placed(readings: Sequence[Reading], where: Place) -> Sequence[Reading]:
    if where == "any":
        return readings
    if where == "lead":
        body = [r for r in readings if r.sentence.field == "text"][:LEAD_SENTENCES]
        return [r for r in readings if r.sentence.field == "title"] + body
    return [r for r in readings if r.sentence.field == where]


def _usable(
    clause: CompiledClause, element: ClauseElement, reading: Reading, *, denied: bool = False
) -> Choice:
    """The element's matches with the negation that the clause asks for.

    ``denied`` takes matches under a negation too, for statements that it is not so.
    """
    candidates = reading.any_of(element.terms)
    if not candidates:
        return candidates
    if clause.languages:
        candidates = [c for c in candidates if _spoken(c[0], reading, clause.languages)]
    if element.negated:
        return [c for c in candidates if negator_before(reading, c[0], ASSERTED_REACH)]
    if clause.negated is False and not denied and says_no(reading):
        return [c for c in candidates if not _denied(reading, c[0])]
    return candidates


def _denied(reading: Reading, span: Span) -> bool:
    no = negator_before(reading, span, NEGATED_EVIDENCE)
    return no is not None and denies(reading, no, span)


def _spoken(span: Span, reading: Reading, languages: frozenset[Language]) -> bool:
    """Whether the words are of one of these languages; Latin ones of an unknown text are.

    A number is of the language of its sentence.
    """
    words = reading.sentence.tokens[span.first : span.last + 1]
    if len(words) == 1 and words[0].script == "ar":
        return "ar" in languages
    if all(t.script == "number" for t in words):
        words = reading.sentence.tokens
    if any(t.script == "ar" for t in words):
        return "ar" in languages
    if reading.language is None:
        return bool(languages & {"en", "fr"})
    return reading.language in languages


def in_sentence(clause: CompiledClause, reading: Reading, *, denied: bool = False) -> Choice | None:
    options = []
    for element in clause.elements:
        usable = _usable(clause, element, reading, denied=denied)
        if not usable and clause.kind != "any":
            return None
        options.append(usable)
    if clause.kind == "any":
        single = [pair for usable in options for pair in usable]
        if clause.negated is True:
            single = [p for p in single if _is_refused(reading, [p[0]])]
        return [single[0]] if single else None
    if clause.kind == "sequence":
        return _ordered(clause, reading, options)
    return _together(clause, reading, options)


def negators_of(
    clause: CompiledClause, reading: Reading, chosen: Sequence[tuple[Span, str]]
) -> Choice:
    """The negations that the clause asked for belong to its evidence."""
    if clause.negated is False and not any(e.negated for e in clause.elements):
        return []
    if not says_no(reading):
        return []
    governing = (negator_before(reading, span, ASSERTED_REACH) for span, _ in chosen)
    return [(span, NEGATION) for span in dict.fromkeys(g for g in governing if g)]


def _negation_holds(
    clause: CompiledClause, reading: Reading, chosen: Sequence[tuple[Span, str]]
) -> bool:
    if clause.negated is not True:
        return True
    return _is_refused(reading, [span for span, _ in chosen])


def _is_refused(reading: Reading, evidence: Sequence[Span]) -> bool:
    """Whether a no stands over some evidence, excepts none of it and denies no denial."""
    nos = [negator_before(reading, span, ASSERTED_REACH) for span in evidence]
    return any(
        not excepts(reading, no, evidence)
        and not is_over_a_denial(reading, no)
        and not is_over_one(reading, no)
        for no in nos
        if no is not None
    )


def _together(clause: CompiledClause, reading: Reading, options: Sequence[Choice]) -> Choice | None:
    """The tightest choice of one match an element within the clause's window."""
    if clause.negated is not True:
        return _tightest(clause, reading, options)
    found = []
    for index, usable in enumerate(options):
        negated = [p for p in usable if _is_refused(reading, [p[0]])]
        choice = _tightest(clause, reading, [*options[:index], negated, *options[index + 1 :]])
        if choice is not None and not _is_said_of_another(reading, choice):
            found.append(choice)
    return min(found, key=lambda c: _width([span for span, _ in c], reading), default=None)


def _is_said_of_another(reading: Reading, choice: Choice) -> bool:
    """ "No aid reached besieged Homs": a no before the town says nothing of the siege."""
    nos = {negator_before(reading, span, ASSERTED_REACH) for span, _ in choice} - {None}
    return any(is_of_another_noun(reading, no, span) for no in nos if no for span, _ in choice)


def _tightest(clause: CompiledClause, reading: Reading, options: Sequence[Choice]) -> Choice | None:
    window = clause.within if clause.within is not None else len(reading.sentence.tokens)
    best: Choice | None = None
    best_width = window + 1
    for anchor in options[0]:
        near = [anchor]
        for usable in options[1:]:
            choice = _nearest(reading, usable, anchor[0], window, near, clause.unbroken)
            if choice is None:
                break
            near.append(choice)
        if len(near) < len(options):
            continue
        width = _width([span for span, _ in near], reading)
        if width < best_width:
            best, best_width = near, width
            if width == 0:
                break
    return best


_NEIGHBOURS = 12
"""Matches on each side of the anchor that are tried: it keeps time linear in the text."""


def _broken(reading: Reading, a: Span, b: Span) -> bool:
    """Whether a comma, colon, bracket or quotation mark stands between two spans."""
    left, right = (a, b) if a.first <= b.first else (b, a)
    return any(t.breaks for t in reading.sentence.tokens[left.last + 1 : right.first + 1])


def _nearest(
    reading: Reading, usable: Choice, anchor: Span, window: int, taken: Choice, unbroken: bool
) -> tuple[Span, str] | None:
    """The match closest to the anchor that overlaps nothing chosen so far."""
    at = bisect_left(usable, anchor.first, key=lambda pair: pair[0].first)
    around = usable[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS]
    fitting = [p for p in around if apart(reading, p[0], anchor) <= window]
    if unbroken:
        fitting = [p for p in fitting if not _broken(reading, anchor, p[0])]
    fitting.sort(key=lambda p: between(p[0], anchor))
    return next((p for p in fitting if not any(p[0].overlaps(q[0]) for q in taken)), None)


def between(a: Span, b: Span) -> int:
    return max(0, max(a.first, b.first) - min(a.last, b.last) - 1)


def apart(reading: Reading, a: Span, b: Span) -> int:
    """Words between two spans; what joins the members of a list counts for none."""
    words = between(a, b)
    if not words or not reading.joins:
        return words
    joins = reading.joins
    first, last = min(a.last, b.last) + 1, max(a.first, b.first)
    return words - sum(first <= at < last for at in joins)


def _width(spans: Sequence[Span], reading: Reading) -> int:
    """Words that stand between the first and the last span and belong to none."""
    covered = sum(s.last - s.first + 1 for s in spans)
    first, last = min(s.first for s in spans), max(s.last for s in spans)
    width = last - first + 1 - covered
    if not width or not reading.joins:
        return width
    return width - sum(
        first < at < last and not any(s.first <= at <= s.last for s in spans)
        for at in reading.joins
    )


def _ordered(clause: CompiledClause, reading: Reading, options: Sequence[Choice]) -> Choice | None:
    gap = clause.within if clause.within is not None else len(reading.sentence.tokens)
    paths = [[pair] for pair in options[0]]
    for usable in options[1:]:
        longer: dict[tuple[Span, str], list[tuple[Span, str]]] = {}
        for path in paths:
            end = path[-1][0].last
            start = bisect_right(usable, end, key=lambda pair: pair[0].first)
            for pair in usable[start : start + _NEIGHBOURS]:
                if clause.unbroken and _broken(reading, path[-1][0], pair[0]):
                    continue
                if apart(reading, path[-1][0], pair[0]) <= gap:
                    # One path to each end is enough, the closest: «sans eau, sans pain» is without
                    # bread by the second «sans», which is no no over the first.
                    longer[pair] = [*path, pair]
        paths = list(longer.values())
    return next((p for p in paths if _negation_holds(clause, reading, p)), None)


def first_anywhere(
    clause: CompiledClause, readings: Sequence[Reading]
) -> tuple[tuple[Reading, Span, str], ...] | None:
    chosen = []
    for element in clause.elements:
        hit = next(
            ((r, *pair) for r in readings for pair in _usable(clause, element, r)),
            None,
        )
        if hit is None:
            return None
        chosen.append(hit)
    return tuple(chosen)
