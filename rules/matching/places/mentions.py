"""Names of places, of peoples and of what only one country has, where they stand in a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rules.language.boilerplate import blanked, blanked_title
from rules.language.sentences import Field, Sentence, sentences
from rules.language.text import Token, arabic_surface
from rules.matching.places.gazetteer import (
    Gazetteer,
    Place,
    PlaceKind,
    rank,
    word_of,
)
from rules.matching.places.words import kinds_of

Form = Literal["name", "demonym", "hint"]

_PROCLITICS = ("و", "ف", "ب", "ل", "ك", "وب", "ول", "فب", "فل", "وك")
_LEAST_LETTERS = 3
LARGE_ENOUGH = 5.0
"""Rank of a place that is found without a capital letter in a text that has none."""
MORE_THAN_A_PEOPLE = 6.0
"""Rank of a town whose name is read as its own where a people has the same: «الهندية»."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text: ``start`` and ``end`` are code-point offsets into title or text, of the
    name without «و» or «ب» before it; ``first`` and ``last`` count words of its sentence.
    ``kinds`` are those that a word before it announces («مدينة»)."""

    field: Field
    start: int
    end: int
    quote: str
    key: str
    form: Form
    places: tuple[Place, ...]
    sentence: int
    first: int
    last: int
    clitic: str
    kinds: tuple[PlaceKind, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceReading:
    """An entry's sentences and what is named in them."""

    sentences: tuple[Sentence, ...]
    mentions: tuple[Mention, ...]

    def tokens(self, mention: Mention) -> tuple[Token, ...]:
        return self.sentences[mention.sentence].tokens


def read_places(gazetteer: Gazetteer, title: str, text: str) -> PlaceReading:
    """Both fields of an entry, as `rules.matching.match` reads them."""
    parts: list[tuple[Sentence, str]] = [
        *((s, title) for s in sentences(blanked_title(title), "title")),
        *((s, text) for s in sentences(blanked(text), "text")),
    ]
    found = [
        mention
        for number, (sentence, source) in enumerate(parts)
        for mention in _in_sentence(gazetteer, sentence, number, source)
    ]
    return PlaceReading(tuple(s for s, _ in parts), tuple(found))


def _in_sentence(
    gazetteer: Gazetteer, sentence: Sentence, number: int, source: str
) -> Iterator[Mention]:
    tokens = sentence.tokens
    at = 0
    # The end of the mention before, and what was announced of it: «مدينتي حلب وحماة».
    listed: tuple[int, tuple[PlaceKind, ...]] = (-1, ())
    while at < len(tokens):
        best: tuple[int, str, str, Form] | None = None
        for clitic, word in readings(tokens[at]):
            if word not in gazetteer.lengths and word not in gazetteer.joined:
                continue
            found = _longest(gazetteer, tokens, at, word, clitic, source)
            if found and (best is None or found[0] > best[0]):
                best = (found[0], clitic, found[1], found[2])
        if best is None:
            at += 1
            continue
        length, clitic, key, form = best
        begin, last = tokens[at], tokens[at + length - 1]
        start = begin.start + _letters(source[begin.start : begin.end], len(clitic))
        quote = source[start : last.end]
        if clitic.endswith("ل") and source[start:].startswith("ل") and key.startswith("ال"):
            quote = "ا" + quote
        if form == "name":
            places = gazetteer.of_key(key)
            if rank(places[0]) < MORE_THAN_A_PEOPLE:
                form = "hint" if key in gazetteer.hints else form
                form = "demonym" if key in gazetteer.demonyms else form
        if form != "name":
            country = (gazetteer.demonyms if form == "demonym" else gazetteer.hints)[key]
            places = (gazetteer.places[country],)
        kinds = _announced(tokens, at, at + length - 1)
        if not kinds and listed[0] == at - 1 and (clitic == "و" or begin.breaks):
            kinds = listed[1]
        listed = (at + length - 1, kinds)
        yield Mention(
            sentence.field, start, last.end, quote, key, form, places, number, at,
            at + length - 1, clitic, kinds,
        )  # fmt: skip
        at += length


def readings(token: Token) -> tuple[tuple[str, str], ...]:
    """(what is glued on, the word): «بحلب» may be ب and حلب, «للخرطوم» is ل and الخرطوم."""
    if token.script == "ar":
        return _glued(token.norm)
    return (("", word_of(token, first=True)),)


@lru_cache(maxsize=20_000)
def _glued(norm: str) -> tuple[tuple[str, str], ...]:
    found = [("", norm)]
    for clitic in _PROCLITICS:
        if norm.startswith(clitic) and len(norm) >= len(clitic) + _LEAST_LETTERS:
            rest = norm[len(clitic) :]
            found.append((clitic, rest))
            if clitic[-1] == "ل" and rest[0] == "ل":
                found.append((clitic, "ا" + rest))
    return tuple(found)


def _longest(
    gazetteer: Gazetteer,
    tokens: Sequence[Token],
    at: int,
    word: str,
    clitic: str,
    source: str,
) -> tuple[int, str, Form] | None:
    """(words, key, form) of the longest name that begins at a word."""
    longest = gazetteer.lengths.get(word, 0) or (word in gazetteer.joined)
    if not longest:
        return None
    words = [word]
    for token in tokens[at + 1 : at + longest]:
        if token.breaks or token.script != tokens[at].script:
            break
        words.append(token.norm)
    longest = len(words)
    for length in range(longest, 0, -1):
        key = " ".join(words[:length])
        form: Form | None = None
        if key in gazetteer.keys or (length == 1 and key in gazetteer.joined):
            form = "name"
        elif key in gazetteer.demonyms:
            form = "demonym"
        elif key in gazetteer.hints:
            form = "hint"
        arabic = tokens[at].script == "ar"
        if form and (arabic or _as_a_name(gazetteer, key, tokens[at : at + length], source)):
            return length, key, form
    return None


def _as_a_name(gazetteer: Gazetteer, key: str, tokens: Sequence[Token], source: str) -> bool:
    """Names in Latin letters begin with a capital. Where a text has none at all, as those made of
    an address have, the large places count; «réfugiés syriens» is a people all the same."""
    if any(source[t.start : t.start + 1].isupper() for t in tokens):
        return True
    if key in gazetteer.demonyms:
        return True
    if not source.islower() or key in gazetteer.words or key in gazetteer.persons:
        return False
    return max((rank(p) for p in gazetteer.of_key(key)), default=0.0) >= LARGE_ENOUGH


_AND = frozenset(("and", "et", "or", "ou"))


def listed(before: Mention, after: Mention, tokens: Sequence[Token]) -> bool:
    """Whether two names of one sentence stand in a list: «حلب وحماة», "Greece and Turkey"."""
    between = after.first - before.last - 1
    if between == 0:
        return after.clitic == "و" or tokens[after.first].breaks
    return between == 1 and tokens[before.last + 1].norm in _AND


def _letters(raw: str, wanted: int) -> int:
    """Characters of a word that hold its first letters, with the marks behind them."""
    if not wanted:
        return 0
    for end in range(1, len(raw) + 1):
        if len(arabic_surface(raw[:end])) > wanted:
            return end - 1
    return 0


def _announced(tokens: Sequence[Token], first: int, last: int) -> tuple[PlaceKind, ...]:
    """What «مدينة» or "the city of" before a name, or "province" behind it, says that it is."""
    if first and not tokens[first].breaks:
        before = kinds_of(tokens[first - 1])
        if before:
            return before
        if tokens[first - 1].norm in ("of", "de", "d", "du") and first > 1:
            return kinds_of(tokens[first - 2])
    if last > first and (own := kinds_of(tokens[first]) or kinds_of(tokens[last])):
        return own
    if tokens[first].script == "latin" and last + 1 < len(tokens):
        after = tokens[last + 1]
        return () if after.breaks else kinds_of(after)
    return ()
