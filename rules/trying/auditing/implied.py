"""Words and phrases of a term that say nothing new: others of the same term find all of it.

«حصار خانق» beside «حصار», "lifted" beside "lift": whatever the longer one matches, the shorter
one matches there too. Nothing is tried on texts: it follows from the forms of the words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rules.language.arabic.lexicon import Stem
from rules.matching.finding.terms import Phrase, Unit
from rules.matching.harm import roles as harm_roles
from rules.matching.ruleset import RuleSet
from rules.matching.scope.scope import RESERVED

EXCEPTIONS = "!except"
"""End of the names of the terms that hold exceptions."""

_EXTENT_MATTERS = frozenset((*RESERVED, *harm_roles.TERMS))
"""Terms of which the engine asks where they begin and end: «are not» denies more than «not».

So it is with exceptions: they hide the words that they cover, and a shorter one hides fewer.
"""


@dataclass(frozen=True, slots=True)
class Implied:
    """A phrase of a term, by its number among them, and the phrase that finds all of it."""

    term: str
    number: int
    phrase: Phrase
    by: Phrase


class ImpliedPhrases:
    """Compares phrases by the written forms of their words."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        self._lexemes = rules.words.arabic_lexemes
        self._latin = rules.words.latin_words
        self._wider: dict[int, frozenset[int]] = {}
        self._of_stem: dict[Stem, set[int]] = {}
        for number, lexeme in enumerate(self._lexemes):
            for stem in lexeme.stems:
                self._of_stem.setdefault(stem, set()).add(number)
        self._of_form: dict[tuple[str, str], set[int]] = {}
        for index, (_, language, forms) in enumerate(self._latin):
            for form in forms:
                self._of_form.setdefault((language, form), set()).add(-1 - index)

    def find(self) -> Iterator[Implied]:
        """Each phrase that another one implies; of two that say the same, the later one."""
        for name, term in self._rules.compiled_terms.items():
            whole = name.endswith(EXCEPTIONS) or name in _EXTENT_MATTERS
            own = list(enumerate(term.phrases))
            others = [*own, *((-1, phrase) for phrase in self._included(name))]
            starting: dict[int | str | None, list[tuple[int, Phrase]]] = {}
            for number, phrase in others:
                for start in phrase[0].lexemes or (phrase[0].term,):
                    starting.setdefault(start, []).append((number, phrase))
            dropped: set[int] = set()
            for number, phrase in reversed(own):
                by = next(
                    (
                        other
                        for at, other in self._candidates(phrase[0], starting)
                        if at != number
                        and at not in dropped
                        and (not whole or len(other) == len(phrase))
                        and self.implies(other, phrase)
                    ),
                    None,
                )
                if by is not None:
                    dropped.add(number)
                    yield Implied(name, number, phrase, by)

    def _candidates(
        self, first: Unit, starting: Mapping[int | str | None, list[tuple[int, Phrase]]]
    ) -> Iterator[tuple[int, Phrase]]:
        """Phrases that begin with what finds the first word."""
        if first.term:
            yield from starting.get(first.term, ())
            return
        for number in sorted(self._wider_than(next(iter(first.lexemes)))):
            yield from starting.get(number, ())

    def _included(self, name: str) -> Iterator[Phrase]:
        """Phrases of the terms that a term takes in, and of theirs; not of one with exceptions."""
        seen = {name}
        # A phrase that is nothing but a term does not make itself needless.
        own = {
            phrase[0].term
            for phrase in self._rules.compiled_terms[name].phrases
            if len(phrase) == 1
        }
        waiting = list(self._taken(name))
        while waiting:
            each = waiting.pop()
            term = self._rules.compiled_terms.get(each)
            if each in seen or term is None:
                continue
            seen.add(each)
            if term.exceptions is None:
                yield from term.phrases
                waiting += self._taken(each)
            elif each not in own or each in self._rules.compiled_terms[name].include:
                yield (Unit(term=each),)

    def _taken(self, name: str) -> Iterator[str]:
        term = self._rules.compiled_terms[name]
        yield from term.include
        for phrase in term.phrases:
            if len(phrase) == 1 and phrase[0].term:
                yield phrase[0].term

    def implies(self, shorter: Phrase, longer: Phrase) -> bool:
        """Whether wherever ``longer`` stands ``shorter`` begins too.

        What governs evidence stands before it: «not on the verge» is denied where "verge" by
        itself is too far from its "not", so a phrase counts only where both begin alike.
        """
        return len(shorter) <= len(longer) and all(map(self._unit, shorter, longer))

    def _unit(self, wide: Unit, narrow: Unit) -> bool:
        if wide.term or narrow.term:
            return wide.term == narrow.term
        return all(
            not self._wider_than(number).isdisjoint(wide.lexemes) for number in narrow.lexemes
        )

    def _wider_than(self, number: int) -> frozenset[int]:
        """The words that every written form of this one is a form of, itself among them."""
        known = self._wider.get(number)
        if known is None:
            found = self._latin_words(number) if number < 0 else self._arabic_words(number)
            known = self._wider[number] = frozenset((number, *found))
        return known

    def _latin_words(self, number: int) -> set[int]:
        _, language, forms = self._latin[-1 - number]
        return set.intersection(*(self._of_form[language, form] for form in forms))

    def _arabic_words(self, number: int) -> set[int]:
        narrow = self._lexemes[number]
        if narrow.part_of_speech == "exact":
            (stem,) = narrow.stems
            return {found.lexeme for found in self._rules.morphology.analyse(stem.form)}
        return set.intersection(
            *(self._of_stem[stem] | self._of_stem.get(_indefinite(stem), set())
              for stem in narrow.stems)
        )  # fmt: skip


def _indefinite(stem: Stem) -> Stem:
    """The stem that a word with its article was made from."""
    return Stem(stem.form, stem.category.removeprefix("D"))
