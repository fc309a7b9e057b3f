"""RuleSet × text → detections, each with the words that made it fire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rules.language.text import (
    Field,
)
from rules.loading.choices import Direction, Level, State, Status
from rules.matching.clauses import (
    Choice,
    CompiledClause,
    between,
    first_anywhere,
    in_sentence,
    negators_of,
)
from rules.matching.entry import (
    EntryReading,
    Present,
    PresentTerms,
    opened,
    readings_of,
)
from rules.matching.gate import Gate, Held
from rules.matching.harm.entry import find_harms
from rules.matching.harm.victims import PREFIX
from rules.matching.levels import is_weak, settle
from rules.matching.reading import Reading, Span
from rules.matching.scope.direction import Found, settle_direction, statements
from rules.matching.scope.scope import Scope, scope_of, state_of
from rules.matching.scope.statement import is_background, speaks_of_relief
from rules.matching.terms import TermMatcher


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


@dataclass(frozen=True, slots=True)
class CompiledRule:
    signal: str
    levels: Mapping[Direction, Level]
    status: Status
    threshold: int
    when: tuple[CompiledClause, ...]
    against: tuple[CompiledClause, ...]
    unless: tuple[str, ...]
    unless_in_title: tuple[str, ...]
    needs: tuple[str, ...]
    means: Mapping[State, Direction]
    governors: Mapping[State, tuple[str, ...]]
    triggers: frozenset[str] = field(init=False, repr=False, compare=False)
    """Terms without any of which no clause of the rule can hold."""
    asks_for_harm: bool = field(init=False, repr=False, compare=False)
    """Whether one of its clauses asks who is harmed."""

    def __post_init__(self) -> None:
        triggers = frozenset(
            term
            for clause in self.when
            for element in (clause.elements if clause.kind == "any" else clause.elements[:1])
            for term in element.terms
        )
        object.__setattr__(self, "triggers", triggers)
        clauses = (*self.when, *self.against)
        harm = any(t.startswith(PREFIX) for c in clauses for e in c.elements for t in e.terms)
        object.__setattr__(self, "asks_for_harm", harm)

    def looks_for(self) -> frozenset[str]:
        """The terms of its clauses."""
        return frozenset(t for c in self.when for e in c.elements for t in e.terms)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule makes of an entry, fired or not; explanations show both."""

    rule: CompiledRule
    score: int = 0
    found: tuple[Found, ...] = ()
    against: tuple[Found, ...] = ()
    silenced_by: str | None = None
    detection: Detection | None = None


def judge(
    rule: CompiledRule,
    entry: EntryReading,
    present: Present,
    held: Held | None = None,
) -> Verdict:
    """Apply one rule to a read entry. ``held``: its clauses that can hold, and in which sentences,
    where that is known; what the rule detects is the same with it and without."""
    if held is None and rule.triggers.isdisjoint(present):  # type: ignore[arg-type]
        return Verdict(rule)
    if rule.needs and present.isdisjoint(rule.needs):
        return Verdict(rule, 0, (), (), f"needs one of {', '.join(rule.needs)}")
    for reading in entry.titles:
        name = reading.first_of(rule.unless_in_title)
        if name:
            return Verdict(rule, 0, (), (), f"title has {name}")
    if held is None:
        blocked = _blocked(rule, entry.readings)
        clauses: Held = [(clause, entry.places[clause.where]) for clause in rule.when]
    else:
        blocked = _blocked(rule, {id(r): r for _, where in held for r in where}.values())
        clauses = held
    told: list[Found] = []
    at_most = sum(clause.weight for clause, _ in clauses)
    for clause, where in clauses:
        holds = _hold(clause, rule, entry, present, blocked, where)
        told += holds
        if not holds:
            at_most -= clause.weight
            if held is not None and at_most < rule.threshold:
                return Verdict(rule)
    found = _without_plain_no(_news(told, entry), entry)
    if held is not None and not found:
        return Verdict(rule)
    against = [
        f
        for clause in rule.against
        for f in _hold(clause, rule, entry, present, {}, entry.places[clause.where])
    ]
    if not found:
        silenced = next(iter(blocked.values()), None)
        reason = f"sentence has {silenced}" if silenced else None
        return Verdict(rule, 0, (), tuple(against), reason)
    score = sum(c.weight for c in _clauses(found)) - sum(c.weight for c in _clauses(against))
    detection = None
    if score >= rule.threshold and any(not f.clause.setting for f in found):
        detection = _detection(rule, score, found, against, entry)
    return Verdict(rule, score, tuple(found), tuple(against), None, detection)


def _blocked(rule: CompiledRule, readings: Iterable[Reading]) -> dict[int, str]:
    """The sentences that count for nothing, by a term that silences the rule there."""
    found = ((id(reading), _last_of(rule.unless, reading)) for reading in readings)
    return {number: name for number, name in found if name}


def _last_of(terms: tuple[str, ...], reading: Reading) -> str | None:
    if reading.first_of(terms) is None:
        return None
    return next(name for name in reversed(terms) if reading.of(name))


def _news(found: list[Found], entry: EntryReading) -> list[Found]:
    """Without relief that is told once, below a title that speaks of no relief.

    «وكانت شحنة أدوية قد وصلت الأسبوع الماضي» is a side remark in an article about something else.
    """
    relief = [f for f in found if f.direction == "improving"]
    told = {id(f.reading if f.clause.direction == "worsening" else f.clause) for f in relief}
    if not relief or len(told) > 1:
        return found
    titles = [r for r in entry.readings if r.sentence.field == "title"]
    kinds = {state for f in relief for state in f.scope.states}
    if not titles or _is_titled(found):
        return found
    if speaks_of_relief(titles, kinds):
        return found
    return [f for f in found if f.direction != "improving"]


def _without_plain_no(found: list[Found], entry: EntryReading) -> list[Found]:
    """Without a plain no below a title that speaks of something else: «العمل لا يتوقف».

    «انفجار قرب السفارة» above «لم تقع إصابات»: nobody says that anybody was hurt, so nothing is
    there to deny.
    """
    if not entry.title or _is_titled(found):
        return found
    return [f for f in found if f.direction != "denied" or "denied" in f.scope.states]


def _is_titled(found: Iterable[Found]) -> bool:
    """Whether the title says something of it; a setting is nothing said."""
    return any(f.reading.sentence.field == "title" and not f.clause.setting for f in found)


def _clauses(found: Iterable[Found]) -> list[CompiledClause]:
    return list({id(f.clause): f.clause for f in found}.values())


def _hold(
    clause: CompiledClause,
    rule: CompiledRule,
    entry: EntryReading,
    present: Present,
    blocked: Mapping[int, str],
    where: Sequence[Reading],
) -> list[Found]:
    """In which of these sentences a clause holds: at most once in each."""
    # A denial names what it denies; it needs no setting.
    bare = bool(clause.needs) and present.isdisjoint(clause.needs)
    if bare and "$scope-denied" not in present:
        return []
    here = where if not blocked else [r for r in where if id(r) not in blocked]
    if clause.unless and clause.unless_within is None:
        here = [r for r in here if r.first_of(clause.unless) is None]
    if clause.kind == "all" and not bare:
        spans = first_anywhere(clause, here)
        if spans is None:
            return []
        scope = scope_of(spans[0][0], [spans[0][1]], clause.direction, rule.means, rule.governors)
        return [] if scope.direction is None else [Found(clause, spans, scope.direction, scope)]
    if clause.kind == "scope" and not bare:
        return [f for r in here for f in _under_a_state(clause, rule, r)]
    if clause.kind in ("all", "scope"):
        return []
    held = []
    for reading in here:
        if bare and not reading.of("$scope-denied"):
            continue
        combination = in_sentence(clause, reading)
        if combination is None and clause.negated is False and id(reading) in entry.leading:
            # «لا نقص في الأدوية» as the news itself; further down a plain no is an aside.
            combination = in_sentence(clause, reading, denied=True)
        if combination is None or _set_aside(clause, reading, combination):
            continue
        asked = negators_of(clause, reading, combination)
        scope = scope_of(
            reading,
            [s for s, _ in combination],
            clause.direction,
            rule.means,
            rule.governors,
            negation=clause.negated is False and not asked,
        )
        if scope.direction is None or (bare and "denied" not in scope.states):
            continue
        combination += asked
        found = tuple((reading, s, n) for s, n in combination)
        aside = _aside(reading, [s for s, _ in combination], scope)
        held.append(Found(clause, found + _said(reading, scope), scope.direction, scope, aside))
    return held


def _under_a_state(clause: CompiledClause, rule: CompiledRule, reading: Reading) -> list[Found]:
    """The first of a clause's words of which the sentence says one of the states it looks for."""
    for element in clause.elements:
        for name in element.terms:
            for span in reading.of(name):
                scope = state_of(reading, span, clause.states, rule.means, rule.governors)
                # Plain bad news further down is the business of the other clauses.
                if scope is None or scope.direction is None:
                    continue
                if scope.plain and reading.sentence.field != "title":
                    continue
                spans = ((reading, span, name), *_said(reading, scope))
                aside = _aside(reading, [s for _, s, _ in spans], scope)
                return [Found(clause, spans, scope.direction, scope, aside)]
    return []


def _aside(reading: Reading, spans: Iterable[Span], scope: Scope) -> bool:
    """Whether it is told in a side remark. Relief told last is news: «عادوا بعد سريان الهدنة»."""
    fronted = scope.direction != "worsening"
    return any(is_background(reading, s, fronted=fronted) for s in spans)


def _said(reading: Reading, scope: Scope) -> tuple[tuple[Reading, Span, str], ...]:
    """The governors of evidence belong to it: readers see «رفع الحصار»."""
    return tuple((reading, span, f"${name}") for span, name in scope.shown())


def _set_aside(clause: CompiledClause, reading: Reading, chosen: Choice) -> bool:
    """Whether an ``unless`` term stands close to the evidence (``unless_within``)."""
    if clause.unless_within is None:
        return False
    return any(
        between(other, span) <= clause.unless_within
        for name in clause.unless
        for other in reading.of(name)
        for span, _ in chosen
    )


def _detection(
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
    weak = is_weak(statements(stated), len(_clauses(stated)), score, rule.threshold)
    titled = any(f.reading.sentence.field == "title" for f in stated)
    opening = any(id(f.reading) in entry.leading for f in stated)
    return Detection(
        rule.signal,
        direction,
        score,
        rule.threshold,
        settle(rule.levels, direction, weak=weak, titled=titled, opening=opening),
        tuple(evidence),
        explanation(rule, score, found, against, entry),
    )


def offsets(reading: Reading, span: Span) -> tuple[int, int]:
    tokens = reading.sentence.tokens
    return tokens[span.first].start, tokens[span.last].end


def quote(held: Found, entry: EntryReading) -> str:
    """The original text from the first to the last word of a clause's evidence."""
    reading = held.spans[0][0]
    same = [s for r, s, _ in held.spans if r is reading]
    source = entry.title if reading.sentence.field == "title" else entry.text
    start = min(offsets(reading, s)[0] for s in same)
    end = max(offsets(reading, s)[1] for s in same)
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
        seen = set()
        for held in held_list:
            if id(held.clause) in seen:
                continue
            seen.add(id(held.clause))
            parts.append(f"{held.clause.label} {sign}{held.clause.weight} «{quote(held, entry)}»")
    return f"{score}/{rule.threshold}: " + "; ".join(parts)


def detect_all(
    gate: Gate,
    rules: Mapping[str, CompiledRule],
    terms: TermMatcher,
    title: str,
    text: str,
    language: str | None,
) -> tuple[Detection, ...]:
    """What `judge` detects by each rule on `read_entry`, with no more done than need be."""
    in_title, in_text, matched = opened(terms, title, text)
    signs = [gate.signs_of(each.runs(terms), matched) for each in (in_title, in_text)]
    possible = gate.may_fire(*signs)
    if not possible:
        return ()
    if any(gate.everything in each for each in signs):
        signs = [[], []]
    readings = readings_of(terms, (in_title, in_text), language, matched, signs)
    entry = EntryReading(title, text, language, readings)
    held = gate.in_readings(possible, entry.places)
    if not held:
        return ()
    if any(rules[name].asks_for_harm for name in held):
        find_harms(entry.readings)
    present = PresentTerms(entry.readings)
    verdicts = (judge(rules[name], entry, present, clauses) for name, clauses in held.items())
    return tuple(v.detection for v in verdicts if v.detection is not None)
