"""Phrases of several words that stand in no text that was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rules.matching.entry import EntryReading
from rules.matching.finding.matcher import phrase_spans
from rules.matching.finding.reading import Reading
from rules.matching.finding.terms import Phrase
from rules.matching.ruleset import RuleSet
from rules.trying.auditing.implied import EXCEPTIONS

ENOUGH = 5_000
"""Entries of a language from which a phrase that stands in none is taken for one nobody writes."""


class UnmetPhrases:
    """Strikes out what it meets; what is left stands nowhere. Exceptions are not asked."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        self._languages: Counter[str] = Counter()
        self._unmet: dict[str, dict[int, Phrase]] = {}
        for name, term in rules.compiled_terms.items():
            several = {n: phrase for n, phrase in enumerate(term.phrases) if len(phrase) > 1}
            if several and not name.endswith(EXCEPTIONS):
                self._unmet[name] = several

    def read(self, entry: EntryReading) -> None:
        """An entry of a corpus: it says what is written, and how much of its language was read."""
        self._languages[_language(entry)] += 1
        self.meet(entry)

    def meet(self, entry: EntryReading) -> None:
        """A text that says what is written, and is no corpus: a test of the rules."""
        for reading in entry.readings:
            for name in reading.spans:
                unmet = self._unmet.get(name)
                for number, phrase in list(unmet.items()) if unmet else ():
                    if _stands(phrase, reading):
                        del self._unmet[name][number]

    def left(self) -> Iterator[tuple[str, Phrase]]:
        """(term, phrase) that stands nowhere, of the languages of which there are `ENOUGH`."""
        for name, phrases in sorted(self._unmet.items()):
            for phrase in phrases.values():
                if self._languages[self._language_of(phrase)] >= ENOUGH:
                    yield name, phrase

    def _language_of(self, phrase: Phrase) -> str:
        for unit in phrase:
            for number in unit.lexemes:
                return "ar" if number >= 0 else self._rules.words.latin_words[-1 - number][1]
        return ""


def _language(entry: EntryReading) -> str:
    """What an entry is written in, by its first word with letters; labels may be missing."""
    for reading in entry.readings:
        for token in reading.sentence.tokens:
            if token.script == "ar":
                return "ar"
            if token.script == "latin":
                return entry.language or "en"
    return ""


def _stands(phrase: Phrase, reading: Reading) -> bool:
    return bool(phrase_spans(phrase, reading.written))
