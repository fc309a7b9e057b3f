"""Why a rule stayed silent: the clause that lacked one part, the guard that silenced it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from rules.matching.clauses import ClauseElement, CompiledClause, in_sentence, placed
from rules.matching.detection import offsets
from rules.matching.entry import EntryReading
from rules.matching.finding.reading import Reading, Span
from rules.matching.match import Verdict
from rules.matching.rule import CompiledRule
from rules.matching.ruleset import RuleSet
from rules.matching.scope.negation import NEGATED_EVIDENCE, NEGATION, negator_before
from rules.texts import Message, message


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A clause that would have held but for one thing; ``quote`` is what of it was there."""

    clause: str
    said: Message
    quote: str


def silence(rules: RuleSet, verdict: Verdict, entry: EntryReading) -> Message:
    """Why a rule that did not fire did not, in a few words."""
    rule = verdict.rule
    present = entry.present()
    if verdict.found and verdict.silenced_by:
        return message("test.alone", names=_listed(rules, rule, rule.needs_if_alone))
    if verdict.found and verdict.score >= rule.threshold and not verdict.loose:
        return message("test.far_down")
    if verdict.found:
        return message("test.score", score=verdict.score, threshold=rule.threshold)
    if rule.needs and present.isdisjoint(rule.needs) and verdict.silenced_by:
        return message("test.needs", names=_listed(rules, rule, rule.needs))
    for reading in entry.readings:
        for name in rule.unless_in_title:
            if verdict.silenced_by and reading.sentence.field == "title" and reading.of(name):
                words = _words(entry, reading, reading.of(name)[:1])
                shown = _guard(rules, rule, name)
                return message("test.title_guard", names=shown, words=words)
    if verdict.silenced_by:
        for reading in entry.readings:
            for name in rule.unless:
                if reading.of(name):
                    words = _words(entry, reading, reading.of(name)[:1])
                    return message("test.guard", names=_guard(rules, rule, name), words=words)
    return message("test.score", score=verdict.score, threshold=rule.threshold)


def near_misses(rules: RuleSet, rule: CompiledRule, entry: EntryReading) -> list[NearMiss]:
    """The clauses of a rule that lacked one thing, each once, where most of it was there."""
    found = []
    for clause in rule.when:
        for reading in entry.readings:
            miss = _miss(rules, rule, clause, reading, entry)
            if miss is not None:
                found.append(miss)
                break
    # What was all there and did not count tells more than what was half there.
    found.sort(key=lambda miss: miss.said.key == "explain.lacks")
    of_clause: dict[str, NearMiss] = {}
    for miss in found:
        of_clause.setdefault(miss.clause, miss)
    return list(of_clause.values())


def _miss(
    rules: RuleSet, rule: CompiledRule, clause: CompiledClause, reading: Reading,
    entry: EntryReading,
) -> NearMiss | None:  # fmt: skip
    there = [(e, _spans(e, reading)) for e in clause.elements]
    absent = [e for e, spans in there if not spans]
    got = [span for _, spans in there for span in spans[:1]]
    if clause.kind in ("all", "scope") or clause.setting or not got:
        return None

    def miss(said: Message) -> NearMiss:
        return NearMiss(clause.label, said, _words(entry, reading, got))

    if absent and clause.kind != "any":
        # One of two words says little: the sentence may be of anything.
        if len(absent) > 1 or len(there) < 2 or _only_negation(reading, got):
            return None
        return miss(message("explain.lacks", terms=_listed(rules, rule, absent[0].terms)))
    if in_sentence(clause, reading) is not None:
        return _silenced(rules, rule, clause, reading, entry, miss_of=got)
    if clause.languages and in_sentence(replace(clause, languages=frozenset()), reading):
        return miss(
            message("explain.other_language", languages=", ".join(sorted(clause.languages)))
        )
    plain = replace(
        clause,
        negated=None,
        languages=frozenset(),
        elements=tuple(ClauseElement(e.terms) for e in clause.elements),
    )
    if in_sentence(plain, reading):
        wanted = clause.negated is True or any(e.negated for e in clause.elements)
        if wanted:
            return miss(message("explain.not_negated"))
        negated = [s for s in got if negator_before(reading, s, NEGATED_EVIDENCE)]
        return miss(message("explain.negated", terms=f"«{_words(entry, reading, negated or got)}»"))
    if clause.unbroken and in_sentence(replace(plain, unbroken=False), reading):
        return miss(message("explain.unbroken"))
    return miss(message("explain.apart"))


def _silenced(
    rules: RuleSet, rule: CompiledRule, clause: CompiledClause, reading: Reading,
    entry: EntryReading, miss_of: list[Span],
) -> NearMiss | None:  # fmt: skip
    """All of a clause is there: what kept it from counting, if something did."""
    quote = _words(entry, reading, miss_of)
    present = entry.present()
    for needs in (rule.needs, clause.needs):
        if needs and present.isdisjoint(needs):
            said = message("explain.needs", terms=_listed(rules, rule, needs))
            return NearMiss(clause.label, said, quote)
    if reading not in placed(entry.readings, clause.where):
        return NearMiss(clause.label, message("explain.elsewhere", place=clause.where), quote)
    title = [r for r in entry.readings if r.sentence.field == "title"]
    for readings, names in (
        ([reading], clause.unless), ([reading], rule.unless), (title, rule.unless_in_title),
    ):  # fmt: skip
        for name in names:
            for where in readings:
                if where.of(name):
                    words = _words(entry, where, where.of(name)[:1])
                    said = message("explain.guarded", guard=_guard(rules, rule, name), words=words)
                    return NearMiss(clause.label, said, quote)
    return None


def _only_negation(reading: Reading, spans: list[Span]) -> bool:
    return set(spans) <= set(reading.of(NEGATION))


def _spans(element: ClauseElement, reading: Reading) -> list[Span]:
    return sorted(
        (span for name in element.terms for span in reading.of(name)), key=lambda s: s.first
    )


def _guard(rules: RuleSet, rule: CompiledRule, term: str) -> str:
    """A silencing term with the guard that it belongs to: ``not-people ($veterinary)``."""
    shown = _short(rule, term)
    for guard, terms in rules.guards.get(rule.signal, {}).items():
        if term in terms:
            return f"{guard} ({shown})"
    return shown


def _listed(rules: RuleSet, rule: CompiledRule, terms: Iterable[str]) -> str:
    return " | ".join(_short(rule, term) for term in terms)


def _short(rule: CompiledRule, term: str) -> str:
    return term.removeprefix(f"{rule.signal}/")


def _words(entry: EntryReading, reading: Reading, spans: Iterable[Span]) -> str:
    source = entry.title if reading.sentence.field == "title" else entry.text
    listed = sorted(spans, key=lambda s: s.first)
    start = offsets(reading, listed[0])[0]
    end = max(offsets(reading, span)[1] for span in listed)
    return " ".join(source[start:end].split())
