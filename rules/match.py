"""RuleSet × text → detections, each with the words that made it fire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rules.latin import guess_language
from rules.schema import Direction, Level, Place, Status
from rules.terms import Reading, Span, TermMatcher
from rules.text import Field, Sentence, sentences

NEGATION = "$negation"
NEGATION_STOPS = "$negation-stops"

SILENCING_REACH = 2
"""Words between a negator and evidence that it silences: «لم يتم إخلاء»."""
ASSERTED_REACH = 4
"""Words between a negator and evidence where a rule asks for negation: «لا توجد في المستشفى أدوية»."""
DIRECTION_REACH = 8
"""Words between evidence and a term that turns it to improving."""
DENIAL_REACH = 12
LEAD_SENTENCES = 2
"""How many sentences of the text count as its opening."""


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
class ClauseElement:
    """Any of these terms. ``negated`` asks for a negation over it."""

    terms: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class CompiledClause:
    kind: str
    elements: tuple[ClauseElement, ...]
    within: int | None
    where: Place
    negated: bool | None
    weight: int
    direction: Direction
    needs: tuple[str, ...]
    unless: tuple[str, ...]
    label: str


@dataclass(frozen=True, slots=True)
class CompiledRule:
    signal: str
    level: Level
    status: Status
    threshold: int
    when: tuple[CompiledClause, ...]
    against: tuple[CompiledClause, ...]
    unless: tuple[str, ...]
    unless_in_title: tuple[str, ...]
    needs: tuple[str, ...]
    improving: tuple[str, ...]
    denied: tuple[str, ...]

    def triggers(self) -> frozenset[str]:
        """Terms without any of which no clause of the rule can hold."""
        return frozenset(t for clause in self.when for t in clause.elements[0].terms)


@dataclass(frozen=True, slots=True)
class Found:
    """A clause that holds in one sentence (or, for ``all``, across the entry)."""

    clause: CompiledClause
    spans: tuple[tuple[Reading, Span, str], ...]
    direction: Direction


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule makes of an entry, fired or not; explanations show both."""

    rule: CompiledRule
    score: int
    found: tuple[Found, ...]
    against: tuple[Found, ...]
    silenced_by: str | None
    detection: Detection | None


@dataclass(frozen=True, slots=True)
class EntryReading:
    title: str
    text: str
    language: str | None
    readings: tuple[Reading, ...]

    def present(self) -> frozenset[str]:
        return frozenset(name for reading in self.readings for name in reading.spans)


def read_entry(terms: TermMatcher, title: str, text: str, language: str | None) -> EntryReading:
    """Both fields, sentence by sentence, with every term found in them."""
    parts: list[tuple[Sentence, str]] = [(s, title) for s in sentences(title, "title")]
    parts += [(s, text) for s in sentences(text, "text")]
    latin = [t.norm for sentence, _ in parts for t in sentence.tokens if t.script == "latin"]
    spoken = language if language in ("en", "fr") else guess_language(latin[:400])
    readings = tuple(terms.read(sentence, spoken, source) for sentence, source in parts)
    return EntryReading(title, text, language, readings)


def judge(rule: CompiledRule, entry: EntryReading, present: frozenset[str]) -> Verdict:
    """Apply one rule to a read entry."""
    nothing = Verdict(rule, 0, (), (), None, None)
    if rule.triggers().isdisjoint(present):
        return nothing
    if rule.needs and present.isdisjoint(rule.needs):
        return Verdict(rule, 0, (), (), f"needs one of {', '.join(rule.needs)}", None)
    for reading in entry.readings:
        if reading.sentence.field == "title":
            for name in rule.unless_in_title:
                if reading.of(name):
                    return Verdict(rule, 0, (), (), f"title has {name}", None)
    blocked = {
        id(reading): name for reading in entry.readings for name in rule.unless if reading.of(name)
    }
    open_readings = [r for r in entry.readings if id(r) not in blocked]
    found = [f for clause in rule.when for f in _hold(clause, rule, open_readings, present)]
    against = [f for clause in rule.against for f in _hold(clause, rule, entry.readings, present)]
    if not found:
        silenced = next(iter(blocked.values()), None)
        reason = f"sentence has {silenced}" if silenced else None
        return Verdict(rule, 0, (), tuple(against), reason, None)
    score = sum(c.weight for c in _clauses(found)) - sum(c.weight for c in _clauses(against))
    detection = None
    if score >= rule.threshold:
        detection = _detection(rule, score, found, against, entry)
    return Verdict(rule, score, tuple(found), tuple(against), None, detection)


def _clauses(found: Iterable[Found]) -> list[CompiledClause]:
    return list({id(f.clause): f.clause for f in found}.values())


def _hold(
    clause: CompiledClause,
    rule: CompiledRule,
    readings: Sequence[Reading],
    present: frozenset[str],
) -> list[Found]:
    """Where a clause holds: at most once a sentence."""
    if clause.needs and present.isdisjoint(clause.needs):
        return []
    placed = [
        r for r in _placed(readings, clause.where) if not any(r.of(name) for name in clause.unless)
    ]
    if clause.kind == "all":
        spans = _somewhere(clause, placed)
        if spans is None:
            return []
        return [
            Found(
                clause, spans, _direction(clause, rule, spans[0][0], [s for _, s, _ in spans[:1]])
            )
        ]
    held = []
    for reading in placed:
        combination = _in_sentence(clause, reading)
        if combination is not None:
            combination += _negators_of(clause, reading, combination)
            direction = _direction(clause, rule, reading, [s for s, _ in combination])
            held.append(Found(clause, tuple((reading, s, n) for s, n in combination), direction))
    return held


def _placed(readings: Sequence[Reading], where: Place) -> Sequence[Reading]:
    if where == "any":
        return readings
    if where == "lead":
        body = [r for r in readings if r.sentence.field == "text"][:LEAD_SENTENCES]
        return [r for r in readings if r.sentence.field == "title"] + body
    return [r for r in readings if r.sentence.field == where]


def _candidates(element: ClauseElement, reading: Reading) -> list[tuple[Span, str]]:
    found = {(span, name) for name in element.terms for span in reading.of(name)}
    return sorted(found, key=lambda pair: (pair[0].first, -pair[0].last))


def _usable(
    clause: CompiledClause, element: ClauseElement, reading: Reading
) -> list[tuple[Span, str]]:
    """The element's matches with the negation that the clause asks for."""
    candidates = _candidates(element, reading)
    if element.negated:
        return [c for c in candidates if negator_before(reading, c[0], ASSERTED_REACH)]
    if clause.negated is False:
        return [c for c in candidates if not negator_before(reading, c[0], SILENCING_REACH)]
    return candidates


def _in_sentence(clause: CompiledClause, reading: Reading) -> list[tuple[Span, str]] | None:
    options = []
    for element in clause.elements:
        usable = _usable(clause, element, reading)
        if not usable and clause.kind != "any":
            return None
        options.append(usable)
    if clause.kind == "any":
        single = [pair for usable in options for pair in usable]
        if clause.negated is True:
            single = [p for p in single if negator_before(reading, p[0], ASSERTED_REACH)]
        return [single[0]] if single else None
    if clause.kind == "sequence":
        return _ordered(clause, reading, options)
    return _together(clause, reading, options)


def _negators_of(
    clause: CompiledClause, reading: Reading, chosen: Sequence[tuple[Span, str]]
) -> list[tuple[Span, str]]:
    """The negations that the clause asked for belong to its evidence."""
    if clause.negated is False and not any(e.negated for e in clause.elements):
        return []
    governing = (negator_before(reading, span, ASSERTED_REACH) for span, _ in chosen)
    return [(span, NEGATION) for span in dict.fromkeys(g for g in governing if g)]


def _negation_holds(
    clause: CompiledClause, reading: Reading, chosen: Sequence[tuple[Span, str]]
) -> bool:
    if clause.negated is not True:
        return True
    return any(negator_before(reading, span, ASSERTED_REACH) for span, _ in chosen)


def _together(
    clause: CompiledClause, reading: Reading, options: Sequence[list[tuple[Span, str]]]
) -> list[tuple[Span, str]] | None:
    """The tightest choice of one match an element within the clause's window."""
    window = clause.within if clause.within is not None else len(reading.sentence.tokens)
    best: list[tuple[Span, str]] | None = None
    best_width = window + 1
    for anchor in options[0]:
        near = [anchor]
        for usable in options[1:]:
            fitting = [p for p in usable if _between(p[0], anchor[0]) <= window]
            # The nearest few are enough: a tighter choice never uses a farther match.
            fitting.sort(key=lambda p: _between(p[0], anchor[0]))
            choice = next((p for p in fitting if not any(p[0].overlaps(q[0]) for q in near)), None)
            if choice is None:
                break
            near.append(choice)
        if len(near) < len(options):
            continue
        width = _width([span for span, _ in near])
        if width < best_width and _negation_holds(clause, reading, near):
            best, best_width = near, width
            if width == 0:
                break
    return best


def _between(a: Span, b: Span) -> int:
    return max(0, max(a.first, b.first) - min(a.last, b.last) - 1)


def _width(spans: Sequence[Span]) -> int:
    """Words that stand between the first and the last span and belong to none."""
    covered = sum(s.last - s.first + 1 for s in spans)
    return max(s.last for s in spans) - min(s.first for s in spans) + 1 - covered


def _ordered(
    clause: CompiledClause, reading: Reading, options: Sequence[list[tuple[Span, str]]]
) -> list[tuple[Span, str]] | None:
    gap = clause.within if clause.within is not None else len(reading.sentence.tokens)
    paths = [[pair] for pair in options[0]]
    for usable in options[1:]:
        longer: dict[tuple[Span, str], list[tuple[Span, str]]] = {}
        for path in paths:
            end = path[-1][0].last
            for pair in usable:
                if 0 <= pair[0].first - end - 1 <= gap:
                    # One path to each end is enough: all that follows depends on the end only.
                    longer.setdefault((pair[0], pair[1]), [*path, pair])
        paths = list(longer.values())
    return next((p for p in paths if _negation_holds(clause, reading, p)), None)


def _somewhere(
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


def negator_before(reading: Reading, span: Span, reach: int) -> Span | None:
    """The negation that governs a span: before it, near enough, nothing breaking in between."""
    for negator in reversed(reading.of(NEGATION)):
        distance = span.first - negator.last - 1
        if distance < 0 or distance > reach:
            continue
        between = reading.sentence.tokens[negator.last + 1 : span.first + 1]
        if any(token.breaks for token in between):
            continue
        stops = reading.of(NEGATION_STOPS)
        if any(negator.last < s.first <= span.first for s in stops):
            continue
        return negator
    return None


def _direction(
    clause: CompiledClause, rule: CompiledRule, reading: Reading, spans: Sequence[Span]
) -> Direction:
    first = min(s.first for s in spans)
    for name in rule.denied:
        for deny in reading.of(name):
            if deny.last < first and first - deny.last - 1 <= DENIAL_REACH:
                return "denied"
    if clause.direction == "worsening":
        for name in rule.improving:
            for turn in reading.of(name):
                near = min(_between(turn, s) for s in spans)
                if near <= DIRECTION_REACH and not negator_before(reading, turn, SILENCING_REACH):
                    return "improving"
    return clause.direction


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
    return Detection(
        rule.signal,
        settle_direction(found),
        score,
        rule.threshold,
        rule.level,
        tuple(evidence),
        explanation(rule, score, found, against, entry),
    )


def settle_direction(found: Sequence[Found]) -> Direction:
    """One direction for the entry: by weight, the title counting double; in doubt, worsening."""
    weight: dict[Direction, int] = {"worsening": 0, "improving": 0, "denied": 0}
    counted = set()
    for held in found:
        field = held.spans[0][0].sentence.field
        key = (id(held.clause), field, held.direction)
        if key not in counted:
            counted.add(key)
            weight[held.direction] += held.clause.weight * (2 if field == "title" else 1)
    return max(("worsening", "denied", "improving"), key=lambda d: weight[d])


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
    """``130/100: near(medicine, lack) +100 «نقص حاد في الأدوية»; any(medicine) in title +30 «…»``"""
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
    rules: Mapping[str, CompiledRule],
    terms: TermMatcher,
    title: str,
    text: str,
    language: str | None,
) -> tuple[Detection, ...]:
    entry = read_entry(terms, title, text, language)
    present = entry.present()
    verdicts = (judge(rule, entry, present) for rule in rules.values())
    return tuple(v.detection for v in verdicts if v.detection is not None)
