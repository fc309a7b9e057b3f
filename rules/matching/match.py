"""RuleSet × text → detections, each with the words that made it fire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.matching.beside import beside_a_title, is_far_down, is_out_of_place, is_titled
from rules.matching.detection import Detection, detection_of, points
from rules.matching.entry import (
    EntryReading,
    OpenedText,
    Present,
    PresentTerms,
    opened,
    readings_of,
)
from rules.matching.finding.matcher import TermMatcher
from rules.matching.finding.reading import Reading
from rules.matching.gate import Gate, Held, Possible
from rules.matching.harm.entry import find_harms
from rules.matching.holds import holds
from rules.matching.rule import CompiledRule
from rules.matching.scope.direction import Found
from rules.matching.scope.doubt import denies_something, denies_what_is_told
from rules.matching.scope.statement import speaks_of_relief


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule makes of an entry, fired or not; explanations show both."""

    rule: CompiledRule
    score: int = 0
    found: tuple[Found, ...] = ()
    against: tuple[Found, ...] = ()
    silenced_by: str | None = None
    detection: Detection | None = None

    @property
    def loose(self) -> bool:
        """Whether it fires only by words that are none without a denial."""
        if not any(f.clause.if_denied for f in self.found):
            return False
        firm = [f for f in self.found if not f.clause.if_denied]
        return points(firm) - points(self.against) < self.rule.threshold


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
        clauses = _with_their_harms(held, entry) if rule.asks_for_harm else held
        blocked = _blocked(rule, {id(r): r for _, where in clauses for r in where}.values())
    told: list[Found] = []
    at_most, stated = 0, False
    for clause, _ in clauses:
        at_most += clause.weight
        stated = stated or not clause.setting
    if held is not None and (at_most < rule.threshold or not stated):
        return Verdict(rule)
    for clause, where in clauses:
        here = holds(clause, rule, entry, present, blocked, where)
        told += here
        if not here:
            at_most -= clause.weight
            if held is not None and at_most < rule.threshold:
                return Verdict(rule)
    found = _without_plain_no(_news(_without_loose_denials(told), entry), entry)
    if held is not None and not found:
        return Verdict(rule)
    against = [
        f
        for clause in rule.against
        for f in holds(clause, rule, entry, present, {}, entry.places[clause.where])
    ]
    if not found:
        silenced = next(iter(blocked.values()), None)
        reason = f"sentence has {silenced}" if silenced else None
        return Verdict(rule, 0, (), tuple(against), reason)
    score = points(found) - points(against)
    detection = None
    if score >= rule.threshold and any(not f.clause.setting for f in found):
        if is_out_of_place(rule, found, entry):
            reason = f"alone, it needs one of {', '.join(rule.needs_if_alone)}"
            return Verdict(rule, score, tuple(found), tuple(against), reason)
        detection = detection_of(rule, score, found, against, entry)
    return Verdict(rule, score, tuple(found), tuple(against), None, detection)


def _with_their_harms(held: Held, entry: EntryReading) -> Held:
    """Without clauses that ask who is harmed, where nobody is that they ask for."""
    harmed = {harm for reading in entry.readings for harm in reading.added}
    return [each for each in held if not each[0].harms or not each[0].harms.isdisjoint(harmed)]


def _blocked(rule: CompiledRule, readings: Iterable[Reading]) -> dict[int, str]:
    """The sentences that count for nothing, by a term that silences the rule there."""
    if not rule.unless:
        return {}
    found = ((id(reading), _last_of(rule.unless, reading)) for reading in readings)
    return {number: name for number, name in found if name}


def _last_of(terms: tuple[str, ...], reading: Reading) -> str | None:
    if reading.first_of(terms) is None:
        return None
    return next(name for name in reversed(terms) if reading.of(name))


def _without_loose_denials(found: list[Found]) -> list[Found]:
    """Without what only the words beside a denial tell, where anything is stated that stands."""
    if not any(f.clause.if_denied for f in found):
        return found
    if all(f.clause.if_denied or f.clause.setting or f.direction == "denied" for f in found):
        return found
    return [f for f in found if not f.clause.if_denied]


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
    if not titles or is_titled(found):
        return found
    if speaks_of_relief(titles, kinds):
        return found
    return [f for f in found if f.direction != "improving"]


def _without_plain_no(found: list[Found], entry: EntryReading) -> list[Found]:
    """Without a plain no below a title that speaks of something else: «العمل لا يتوقف».

    «انفجار قرب السفارة» above «لم تقع إصابات»: nobody says that anybody was hurt, so nothing is
    there to deny; below «نفي» or "Fact check" it says what is denied.
    """
    if not entry.title or is_titled(found) or any(map(denies_something, entry.titles)):
        return found
    if denies_what_is_told(entry.places["lead"]):
        return found
    return [f for f in found if f.direction != "denied" or "denied" in f.scope.states]


Texts = tuple[str, str, str | None]
"""Title, text and language of an entry."""


TOGETHER = 100
"""Entries that are taken to the gate side by side."""


def detect_each(
    gate: Gate, rules: Mapping[str, CompiledRule], terms: TermMatcher, entries: Sequence[Texts]
) -> Iterator[tuple[Detection, ...]]:
    """`detect_all` of each entry, in order. A step to the gate is taken with many of them before
    the next: what it needs stays near the processor, and most entries go no further."""
    for start in range(0, len(entries), TOGETHER):
        lot = entries[start : start + TOGETHER]
        read = [opened(terms, title, text) for title, text, _ in lot]
        signs = [
            [gate.signs_of(each, matched) for each in (in_title, in_text)]
            for in_title, in_text, matched in read
        ]
        possible = [gate.may_fire(*each) for each in signs]
        for entry, texts, signed, ways in zip(lot, read, signs, possible, strict=True):
            yield _past_the_gate(gate, rules, terms, entry, texts, signed, ways) if ways else ()


def detect_all(
    gate: Gate,
    rules: Mapping[str, CompiledRule],
    terms: TermMatcher,
    title: str,
    text: str,
    language: str | None,
) -> tuple[Detection, ...]:
    """What `judge` detects by each rule on `read_entry`, with no more done than need be."""
    in_title, in_text, matched = texts = opened(terms, title, text)
    signs = [gate.signs_of(each, matched) for each in (in_title, in_text)]
    possible = gate.may_fire(*signs)
    if not possible:
        return ()
    return _past_the_gate(gate, rules, terms, (title, text, language), texts, signs, possible)


def _past_the_gate(
    gate: Gate,
    rules: Mapping[str, CompiledRule],
    terms: TermMatcher,
    written: Texts,
    texts: tuple[OpenedText, OpenedText, int],
    signs: Sequence[Sequence[int]],
    possible: Possible,
) -> tuple[Detection, ...]:
    title, text, language = written
    in_title, in_text, matched = texts
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
    return detected(verdicts, entry)


def detected(verdicts: Iterable[Verdict], entry: EntryReading) -> tuple[Detection, ...]:
    """What rules detect in an entry.

    A denial found by loose words alone counts where nothing else is detected, and of several the
    one whose words stand nearest together: "no ambulance was attacked" denies one thing. A remark
    in an article that tells of nothing else counts for nothing.
    """
    told = [(v, v.detection) for v in verdicts if v.detection is not None]
    if any(v.loose for v, _ in told):
        firm = [each for each in told if not each[0].loose]
        told = firm or [min(told, key=lambda each: _width(each[0]))]
    if len(told) == 1 and is_far_down(told[0][0].rule, told[0][0].found, entry):
        return ()
    bad = [v for v, d in told if d.direction == "worsening" and is_titled(v.found)]
    return tuple(
        beside_a_title(v.rule, d, v.found, entry) if any(t is not v for t in bad) else d
        for v, d in told
    )


def _width(verdict: Verdict) -> int:
    """How far apart the words of its tightest statement stand."""
    return min(
        max(s.last for _, s, _ in f.spans) - min(s.first for _, s, _ in f.spans)
        for f in verdict.found
        if f.clause.if_denied
    )
