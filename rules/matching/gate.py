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

from rules.loading.choices import Place
from rules.matching.clauses import CompiledClause
from rules.matching.finding.matcher import TermMatcher
from rules.matching.finding.reading import Reading
from rules.matching.finding.signs import set_bits
from rules.matching.harm import entry as victims
from rules.matching.harm.harm import PREFIX
from rules.matching.scope.denials import DENYING, ELSEWHERE
from rules.matching.scope.governors import DENIED, governors_of
from rules.matching.scope.negation import NEGATION, NEXT, NO_OF_ANY_KIND, NOT_AFTER
from rules.matching.word_signs import WordSigns

if TYPE_CHECKING:
    from rules.matching.entry import OpenedText
    from rules.matching.rule import CompiledRule


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
        self._lowest = terms.signs.length
        """Number of the first group's bit."""
        self._groups: dict[frozenset[str], int] = {}
        self._of_term: dict[int, int] = {}
        """Number of a term's bit → the bits of its groups."""
        self._ways: dict[int, list[tuple[int, Way]]] = {}
        """Number of a group's bit → the clauses that are looked at when it is set, each behind the
        groups that it needs in whichever place."""
        sizes: dict[int, int] = {}
        for rule in rules.values():
            for number, clause in enumerate(rule.when):
                self._add(rule, number, clause, sizes)
        self._triggers = 0
        for number in self._ways:
            self._triggers |= 1 << number
        self.everything = (1 << (self._lowest + len(self._groups))) - 1
        """What may stand in a sentence of which nothing is known."""
        self._words = WordSigns(terms, self._of_term, self.everything)
        self._of_patterns: dict[int, int] = {}

    def _add(
        self, rule: CompiledRule, place: int, clause: CompiledClause, sizes: dict[int, int]
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
            # The rarest first: where it is missing, nobody looks for the others.
            tuple(
                self._term_bits(group)
                for _, group in sorted(
                    zip(sentence, together, strict=True), key=lambda each: sizes[each[0]]
                )
            ),
        )
        self._ways.setdefault(trigger, []).append((way.entry | way.sentence, way))

    def _bit(self, group: frozenset[str], sizes: dict[int, int]) -> int:
        known = self._groups.get(group)
        if known is not None:
            return known
        number = self._groups[group] = self._lowest + len(self._groups)
        sizes[number] = sum(self._terms.size(name) for name in group)
        for term in set_bits(self._term_bits(group)):
            self._of_term[term] = self._of_term.get(term, 0) | 1 << number
        return number

    def _term_bits(self, group: frozenset[str]) -> int:
        bits = self._terms.signs.bits
        joined = 0
        for name in group:
            joined |= bits.get(name, 0)
        return joined

    def signs_of(self, text: OpenedText, matched: int) -> list[int]:
        """What may stand in each sentence of a title or text, as bits of terms and groups;
        ``matched``: terms of which a pattern may match."""
        by_pattern = self._of_patterns.get(matched) if matched else 0
        if by_pattern is None:
            by_pattern = self._of_patterns[matched] = self._words.with_groups(matched)
        if text.cut_up:
            return self._words.of_runs(text.runs(self._terms), by_pattern)
        return self._words.of_text(text.read, text.field, by_pattern)

    def may_fire(self, in_title: Sequence[int], in_text: Sequence[int]) -> Possible:
        """The rules that what may stand in the sentences of an entry may make fire."""
        here = 0
        for signs in (*in_title, *in_text):
            here |= signs
        possible = [
            way
            for number in set_bits(here & self._triggers)
            for needed, way in self._ways[number]
            if here & needed == needed
        ]
        if not possible:
            return {}
        anywhere = (*in_title, *in_text)
        by_place = {"any": anywhere, "lead": anywhere, "title": in_title, "text": in_text}
        found: dict[str, list[Way]] = {}
        for way in possible:
            needed = way.sentence
            for signs in by_place[way.clause.where]:
                if signs & needed == needed:
                    found.setdefault(way.rule, []).append(way)
                    break
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
                groups = way.groups
                if groups:
                    rarest = groups[0]
                    sentences = [
                        r for r in sentences if r.possible & rarest and r.has_of_each(groups)
                    ]
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
        enough = {}
        for name, ways in found.items():
            weight, stated = 0, False
            for way in ways:
                weight += way.clause.weight
                stated = stated or not way.clause.setting
            if stated and weight >= self._rules[name].threshold:
                enough[name] = ways
        return enough


def _joined(numbers: Iterable[int]) -> int:
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits


_NEGATION = frozenset((NEGATION, NEXT, NOT_AFTER))
_SAYS_NO = frozenset((*NO_OF_ANY_KIND, DENIED, DENYING, ELSEWHERE))


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
        if any(name.startswith(PREFIX) for name in group):
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
    if clause.if_denied:
        together.append(_SAYS_NO)
    if clause.needs and not clause.needs_below_title:
        anywhere.append(frozenset((*clause.needs, DENIED, DENYING)))
    if rule.needs:
        anywhere.append(frozenset(rule.needs))
    if clause.kind == "all":
        anywhere += together
        together = []
    return together, anywhere
