"""In which sentences of an entry a clause holds, and what is said there of its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rules.matching.clauses import (
    Choice,
    CompiledClause,
    between,
    first_anywhere,
    in_sentence,
    negators_of,
)
from rules.matching.entry import EntryReading, Present
from rules.matching.finding.reading import Reading, Span
from rules.matching.rule import CompiledRule
from rules.matching.scope import effect
from rules.matching.scope.deed import is_done
from rules.matching.scope.denials import DENYING
from rules.matching.scope.direction import Found
from rules.matching.scope.governors import DENIED, STATE_TERMS
from rules.matching.scope.negation import (
    NEGATED_EVIDENCE,
    any_negation,
    is_no_longer,
    is_of_a_subject,
    says_no,
)
from rules.matching.scope.resolve import Scope
from rules.matching.scope.scope import scope_of, state_of
from rules.matching.scope.statement import SUBORDINATE, is_background
from rules.matching.scope.undone import relieved_since, undoes

ENDING = (STATE_TERMS["stopped"], STATE_TERMS["obstructed"], "$act-out-of-service")
"""What befalls a thing: "no bread has been cut off" says nothing of a want of bread."""


def holds(
    clause: CompiledClause,
    rule: CompiledRule,
    entry: EntryReading,
    present: Present,
    blocked: Mapping[int, str],
    where: Sequence[Reading],
) -> list[Found]:
    """In which of these sentences a clause holds: at most once in each."""
    # A denial names what it denies; it needs no setting. Nor does what a title says, where the
    # clause is so plain that the title is its own setting.
    bare = bool(clause.needs) and present.isdisjoint(clause.needs)
    titled = bare and clause.needs_below_title
    if bare and not titled and present.isdisjoint((DENIED, DENYING)):
        return []
    here = where if not blocked else [r for r in where if id(r) not in blocked]
    unless = clause.unless if clause.unless_within is None else ()
    if clause.kind == "all" and not bare:
        spans = first_anywhere(clause, [r for r in here if not r.has_any(unless)])
        if spans is None:
            return []
        scope = scope_of(spans[0][0], [spans[0][1]], clause.direction, rule.means, rule.governors)
        return [] if scope.direction is None else [Found(clause, spans, scope.direction, scope)]
    if clause.kind == "scope" and not bare:
        heard = [r for r in here if not r.has_any(unless)] if unless else here
        return [f for r in heard for f in _under_a_state(clause, rule, r)]
    if clause.kind in ("all", "scope"):
        return []
    held = []
    for reading in here:
        unset = bare and not (titled and reading.sentence.field == "title")
        if unset and not (reading.of(DENIED) or reading.of(DENYING)):
            continue
        combination = in_sentence(clause, reading, denied=clause.if_denied)
        if (
            combination is None
            and clause.negated is False
            and clause.direction != "denied"
            and id(reading) in entry.leading
            and says_no(reading)
        ):
            # «لا نقص في الأدوية» as the news itself; further down a plain no is an aside.
            combination = in_sentence(clause, reading, denied=True)
        if combination is None or (unless and reading.has_any(unless)):
            continue
        if clause.unless_within is not None and _set_aside(clause, reading, combination):
            continue
        evidence = [s for s, _ in combination]
        if clause.direction == "improving" and effect.is_sorry(reading, evidence):
            continue
        if clause.deed and not is_done(reading, combination):
            continue
        if clause.direction == "worsening" and is_of_a_subject(reading, evidence, ENDING):
            continue
        asked = negators_of(clause, reading, combination)
        scope = scope_of(
            reading,
            evidence,
            clause.direction,
            rule.means,
            rule.governors,
            negation=_may_be_denied(clause, reading, combination, asked),
        )
        if scope.direction == "denied" and any(is_no_longer(reading, no) for no, _ in asked):
            # "Is no longer besieged" denies nothing: it was, and is over.
            scope = scope._replace(direction="improving")
        if (
            scope.plain
            and clause.direction == "worsening"
            and (
                effect.spares(reading, evidence)
                or relieved_since(reading, evidence, rule.relieved_by)
            )
        ):
            scope = scope._replace(direction="improving")
        turned = scope.direction == "improving" and clause.direction == "worsening"
        if turned and effect.is_undone(reading, evidence):
            scope = scope._replace(direction="worsening")
        if scope.direction == "denied":
            scope = _over_time(reading, scope, evidence)
        if scope.direction == "improving" and undoes(reading, (*evidence, *scope.words)):
            if clause.direction == "improving" and reading.sentence.field != "title":
                continue
            scope = scope._replace(direction="worsening")
        if clause.deed and scope.direction != "improving":
            continue
        if scope.direction is None or (unset and "denied" not in scope.states):
            continue
        if clause.if_denied and not _is_denied(reading, combination[-1][0], scope):
            continue
        combination += asked
        found = tuple((reading, s, n) for s, n in combination)
        aside = _aside(reading, [s for s, _ in combination], scope)
        held.append(Found(clause, found + _said(reading, scope), scope.direction, scope, aside))
    return held


def _is_denied(reading: Reading, deed: Span, scope: Scope) -> bool:
    """Whether somebody denies it, or a no stands over what is said to have been done, and not only
    over whom it befell: "no hospital is safe after the strike"."""
    if scope.direction != "denied":
        return False
    return "denied" in scope.states or any_negation(reading, deed, NEGATED_EVIDENCE) is not None


def _may_be_denied(
    clause: CompiledClause, reading: Reading, evidence: Choice, asked: Choice
) -> bool:
    """Whether a no over the evidence says that it is not so.

    Where a clause takes evidence with or without a no, «pas de pain» says the lack itself, and
    "the ward is not overwhelmed" denies it: there the no is none of the words found.
    """
    if clause.negated is False:
        return not asked
    if clause.negated is True or any(element.negated for element in clause.elements):
        return False
    return not any(no.overlaps(span) for no, _ in asked for span, _ in evidence)


def _under_a_state(clause: CompiledClause, rule: CompiledRule, reading: Reading) -> list[Found]:
    """The first of a clause's words of which the sentence says one of the states it looks for."""
    for element in clause.elements:
        for name in element.terms:
            for span in reading.of(name):
                scope = state_of(reading, span, clause.states, rule.means, rule.governors)
                scope = scope or _by_its_effect(reading, span, clause)
                if scope is None or effect.is_sorry(reading, (span, *scope.words)):
                    continue
                scope = _over_time(reading, scope, (span, *scope.words))
                if scope.direction == "worsening" and effect.spares(reading, (span,)):
                    # «لم يعد الأهالي يعانون نقص المياه»: what is no more is the want.
                    continue
                if scope.direction == "worsening" and relieved_since(
                    reading, (span, *scope.words), rule.relieved_by
                ):
                    scope = scope._replace(direction="improving")
                elif scope.direction == "improving" and undoes(reading, (span, *scope.words)):
                    scope = scope._replace(direction="worsening")
                # Plain bad news further down is the business of the other clauses.
                if scope.direction is None:
                    continue
                if scope.plain and reading.sentence.field != "title":
                    continue
                spans = ((reading, span, name), *_said(reading, scope))
                aside = _aside(reading, [s for _, s, _ in spans], scope)
                return [Found(clause, spans, scope.direction, scope, aside)]
    return []


def _by_its_effect(reading: Reading, span: Span, clause: CompiledClause) -> Scope | None:
    for state in effect.STATES:
        words = effect.effect_on(reading, span, state) if state in clause.states else ()
        if words:
            return Scope(clause.states[state], (state,) * len(words), words)
    return None


def _over_time(reading: Reading, scope: Scope, evidence: Sequence[Span]) -> Scope:
    """ "No clinic has been hit for forty days" denies nothing: it has got better."""
    if effect.turns_a_no(reading, scope.direction, scope.states, evidence):
        return scope._replace(direction="improving")
    return scope


def _aside(reading: Reading, spans: Iterable[Span], scope: Scope) -> bool:
    """Whether it is told in a side remark. Relief told last is news: «عادوا بعد سريان الهدنة»."""
    if not reading.of(SUBORDINATE):
        return False
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
