"""Which clauses can hold in an entry at all: most entries are of no rule, and cost little.

A clause is a conjunction: each of its elements must be there, what it needs, a negation where it
asks for one, a governor of the states that it looks for. Each of these is a *group* of terms, and a
bit; the words of an entry set the bits of the groups that they are signs of (`signs`). A rule of
whose clauses too few are possible to reach its threshold is passed over; so nothing of an entry is
looked for that no rule could use, and rules whose words do not occur cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.language.text import tokenize
from rules.loading.choices import Place
from rules.matching.clauses import CompiledClause
from rules.matching.harm import entry as victims
from rules.matching.harm import victims as harm_victims
from rules.matching.reading import Reading
from rules.matching.scope.governors import DENIED, governors_of
from rules.matching.scope.negation import NEGATION, NEXT
from rules.matching.signs import NOTHING, Sign, set_bits
from rules.matching.terms import TermMatcher

if TYPE_CHECKING:
    from rules.matching.match import CompiledRule

_MOST_REMEMBERED = 200_000
"""Words of texts, as they are written, of which it is remembered what they are signs of."""


@dataclass(frozen=True, slots=True)
class Way:
    """A clause of a rule, and the groups without which it cannot hold."""

    rule: str
    number: int
    """Its place among the clauses of the rule."""
    clause: CompiledClause
    entry: int
    """Groups that must be somewhere in the entry, as bits."""
    sentence: int
    """Groups that must be in one sentence."""
    groups: tuple[int, ...]
    """The groups of one sentence, each as the terms of it, as bits of the matcher's `signs`."""


Possible = Mapping[str, Sequence[Way]]
"""rule → its clauses that can hold"""
Held = Sequence[tuple[CompiledClause, Sequence[Reading]]]
"""Clauses of a rule in their order, and the sentences that have what each of them needs."""


class Gate:
    """Rules by the words that they cannot do without. Immutable once built; thread-safe."""

    def __init__(self, rules: Mapping[str, CompiledRule], terms: TermMatcher) -> None:
        self._rules = rules
        self._order = {name: number for number, name in enumerate(rules)}
        self._terms = terms
        self._groups: dict[frozenset[str], int] = {}
        self._of_term: dict[int, int] = {}
        """Number of a term's bit → the bits of its groups."""
        self._ways: dict[int, list[Way]] = {}
        """Number of a group's bit → the clauses that are looked at when it is set."""
        sizes: list[int] = []
        for rule in rules.values():
            for number, clause in enumerate(rule.when):
                self._add(rule, number, clause, sizes)
        self._triggers = 0
        for number in self._ways:
            self._triggers |= 1 << number
        self._of_number: dict[int, Sign] = {}
        self._of_run: dict[str, Sign] = {}
        self._of_patterns: dict[int, int] = {}

    def _add(
        self, rule: CompiledRule, place: int, clause: CompiledClause, sizes: list[int]
    ) -> None:
        together, anywhere = _groups(clause, rule)
        sentence = [self._bit(group, sizes) for group in together]
        entry = [self._bit(group, sizes) for group in anywhere]
        trigger = min((*sentence, *entry), key=lambda number: sizes[number])
        way = Way(
            rule.signal,
            place,
            clause,
            _joined(entry),
            _joined(sentence),
            tuple(self._term_bits(group) for group in together),
        )
        self._ways.setdefault(trigger, []).append(way)

    def _bit(self, group: frozenset[str], sizes: list[int]) -> int:
        known = self._groups.get(group)
        if known is not None:
            return known
        number = self._groups[group] = len(self._groups)
        sizes.append(sum(self._terms.size(name) for name in group))
        for term in set_bits(self._term_bits(group)):
            self._of_term[term] = self._of_term.get(term, 0) | 1 << number
        return number

    def _term_bits(self, group: frozenset[str]) -> int:
        bits = self._terms.signs.bits
        joined = 0
        for name in group:
            joined |= bits.get(name, 0)
        return joined

    def may_fire(self, title: Sequence[str], text: Sequence[str], matched: int) -> Possible:
        """The rules that words (as they are written) and terms of patterns may make fire."""
        by_pattern = self._of_patterns.get(matched) if matched else 0
        if by_pattern is None:
            by_pattern = self._of_patterns[matched] = self._groups_of(matched)
        in_title = self._signs_in(title) | by_pattern
        in_text = self._signs_in(text) | by_pattern
        here = in_title | in_text
        found: dict[str, list[Way]] = {}
        for number in set_bits(here & self._triggers):
            for way in self._ways[number]:
                if here & way.entry != way.entry:
                    continue
                where, needed = way.clause.where, way.sentence
                if (in_title & needed == needed and where != "text") or (
                    in_text & needed == needed and where != "title"
                ):
                    found.setdefault(way.rule, []).append(way)
        return self._enough(found)

    def in_readings(
        self, possible: Possible, places: Mapping[Place, Sequence[Reading]]
    ) -> Mapping[str, Held]:
        """Of these rules, in their order, those whose clauses have what they need in sentences."""
        found: dict[str, list[Way]] = {}
        where: dict[int, Sequence[Reading]] = {}
        for rule, ways in possible.items():
            for way in ways:
                sentences = places[way.clause.where]
                if way.groups:
                    sentences = [r for r in sentences if r.has_of_each(way.groups)]
                if sentences:
                    found.setdefault(rule, []).append(way)
                    where[id(way)] = sentences
        enough = self._enough(found)
        return {
            name: [
                (way.clause, where[id(way)])
                for way in sorted(enough[name], key=lambda way: way.number)
            ]
            for name in sorted(enough, key=lambda name: self._order[name])
        }

    def _enough(self, found: Mapping[str, Sequence[Way]]) -> Possible:
        return {
            name: ways
            for name, ways in found.items()
            if sum(way.clause.weight for way in ways) >= self._rules[name].threshold
            and not all(way.clause.setting for way in ways)
        }

    def _signs_in(self, runs: Iterable[str]) -> int:
        one = other = 0
        remembered = self._of_run
        for run in runs:
            sign = remembered.get(run)
            if sign is None:
                sign = self._sign_of(run)
            if sign is not NOTHING:
                one |= sign[0]
                other |= sign[1]
        return one & other

    def _sign_of(self, run: str) -> Sign:
        """What a run of letters is a sign of, however it may be read."""
        knows = self._terms.knows
        tokens = {*tokenize(run, knows), *tokenize(run)}
        one = other = 0
        for token in tokens:
            for language in (None, "en", "fr") if token.script == "latin" else (None,):
                for number in self._terms.known(token, language).numbers:
                    sign = self._number(number)
                    one |= sign.one
                    other |= sign.other
        if len(self._of_run) >= _MOST_REMEMBERED:
            self._of_run.clear()
        sign = self._of_run[run] = Sign(one, other) if one or other else NOTHING
        return sign

    def _number(self, number: int) -> Sign:
        known = self._of_number.get(number)
        if known is None:
            sign = self._terms.signs.of((number,))
            known = Sign(self._groups_of(sign.one), self._groups_of(sign.other))
            self._of_number[number] = known
        return known

    def _groups_of(self, terms: int) -> int:
        joined = 0
        for number in set_bits(terms):
            joined |= self._of_term.get(number, 0)
        return joined


def _joined(numbers: Iterable[int]) -> int:
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits


_NEGATION = frozenset((NEGATION, NEXT))


def _groups(
    clause: CompiledClause, rule: CompiledRule
) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    """The groups of terms without which a clause cannot hold: of one sentence, of the entry."""
    together: list[frozenset[str]] = []
    anywhere: list[frozenset[str]] = []
    terms = [frozenset(element.terms) for element in clause.elements]
    if clause.kind in ("any", "scope"):
        terms = [frozenset().union(*terms)]
    for group in terms:
        if any(name.startswith(harm_victims.PREFIX) for name in group):
            near, far = victims.needed(group)
            together += near
            anywhere += far
        else:
            together.append(group)
    if clause.kind == "scope":
        together.append(governors_of(clause.states, rule.governors))
    if (clause.negated is True and clause.kind not in ("all", "scope")) or (
        clause.kind not in ("any", "scope") and any(e.negated for e in clause.elements)
    ):
        together.append(_NEGATION)
    if clause.needs:
        anywhere.append(frozenset((*clause.needs, DENIED)))
    if rule.needs:
        anywhere.append(frozenset(rule.needs))
    if clause.kind == "all":
        anywhere += together
        together = []
    return together, anywhere
