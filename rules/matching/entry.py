"""An entry as it is read: title and text, cut into sentences in which terms are looked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import get_args

from rules.language.boilerplate import blanked, blanked_title
from rules.language.latin import guess_language
from rules.language.sentences import Field, Sentence, cut_sentences
from rules.language.text import MAX_CHARACTERS, Token
from rules.loading.choices import Place
from rules.matching.clauses import placed
from rules.matching.finding.matcher import TermMatcher
from rules.matching.finding.names import words_in_names
from rules.matching.finding.reading import Reading
from rules.matching.harm.entry import find_harms

_PLACES: tuple[Place, ...] = get_args(Place)
_SCRIPT = itemgetter(Token._fields.index("script"))


@dataclass(frozen=True, slots=True)
class EntryReading:
    title: str
    text: str
    language: str | None
    readings: tuple[Reading, ...]
    places: Mapping[Place, Sequence[Reading]] = field(init=False, repr=False, compare=False)
    """Its sentences by where they stand."""
    leading: frozenset[int] = field(init=False, repr=False, compare=False)
    """Its title and the first sentences of its text, by identity."""
    titles: Sequence[Reading] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        places = {place: placed(self.readings, place) for place in _PLACES}
        object.__setattr__(self, "places", places)
        object.__setattr__(self, "leading", frozenset(map(id, places["lead"])))
        object.__setattr__(self, "titles", places["title"])

    def present(self) -> frozenset[str]:
        return frozenset(name for reading in self.readings for name in reading.spans)


class PresentTerms:
    """The terms of an entry, each looked for when it is asked after."""

    __slots__ = ("_readings",)

    def __init__(self, readings: Sequence[Reading]) -> None:
        self._readings = readings

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and any(reading.of(name) for reading in self._readings)

    def isdisjoint(self, names: tuple[str, ...]) -> bool:
        return all(reading.first_of(names) is None for reading in self._readings)


Present = frozenset[str] | PresentTerms
"""Which terms stand in an entry."""


class OpenedText:
    """A title or text, cut into words that nothing is known of yet."""

    __slots__ = ("_sentences", "cut_up", "field", "read", "written")

    def __init__(self, written: str, field: Field, marks: int) -> None:
        """``marks``: of the patterns beside terms, those that are found in it (`TermMatcher`)."""
        self.field = field
        self.written = written
        self.read = (
            blanked_title(written) if field == "title" else blanked(written, may_be=bool(marks & 1))
        )
        self.cut_up = bool(marks & 2)
        """Whether words may be cut up in it."""
        self._sentences: Sequence[Sentence] | None = None

    def runs(self, terms: TermMatcher) -> Iterator[Sequence[str]]:
        """The words of each sentence as they are written."""
        for sentence in self.sentences(terms):
            yield [
                t.surface if t.script == "ar" else self.read[t.start : t.end]
                for t in sentence.tokens
            ]

    def sentences(self, terms: TermMatcher) -> Sequence[Sentence]:
        if self._sentences is None:
            self._sentences = cut_sentences(self.read, self.field, terms.knows, cut_up=self.cut_up)
        return self._sentences


def opened(terms: TermMatcher, title: str, text: str) -> tuple[OpenedText, OpenedText, int]:
    """Title and text, and the terms of which a pattern may match in either, as bits."""
    written = f"{title[:MAX_CHARACTERS]}\n{text[:MAX_CHARACTERS]}"
    matched, marks = terms.patterns.in_text(written)
    return OpenedText(title, "title", marks), OpenedText(text, "text", marks), matched


def read_entry(terms: TermMatcher, title: str, text: str, language: str | None) -> EntryReading:
    """Both fields, sentence by sentence, with every term and every harm that is found in them."""
    in_title, in_text, matched = opened(terms, title, text)
    readings = readings_of(terms, (in_title, in_text), language, matched)
    entry = EntryReading(title, text, language, readings)
    find_harms(entry.readings)
    return entry


def readings_of(
    terms: TermMatcher,
    fields: Iterable[OpenedText],
    language: str | None,
    matched: int,
    possible: Iterable[Sequence[int]] = ((), ()),
) -> tuple[Reading, ...]:
    """``possible``: of each field, the terms that may stand in each of its sentences, as bits,
    where that is known of its sentences one by one."""
    parts: list[tuple[Sentence, OpenedText, int | None]] = []
    for each, bits in zip(fields, possible, strict=True):
        sentences = each.sentences(terms)
        known: Sequence[int | None] = (
            bits if len(bits) == len(sentences) else [None] * len(sentences)
        )
        parts += [(s, each, b) for s, b in zip(sentences, known, strict=True)]
    spoken = language
    if language not in ("en", "fr"):
        latin = [
            token.norm
            for sentence, _, _ in parts
            if "latin" in map(_SCRIPT, sentence.tokens)
            for token in sentence.tokens
            if token.script == "latin"
        ]
        spoken = guess_language(latin[:400]) if latin else None
    found = tuple(terms.read(s, spoken, each.written, matched, bits) for s, each, bits in parts)
    for reading in found:
        closed = words_in_names(reading)
        if closed:
            reading.close(closed)
    return found
