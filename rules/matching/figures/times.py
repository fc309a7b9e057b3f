"""Of which time a toll is: of what the entry tells, of a long time, or of another happening. Pure.

"62,000 have been killed since the war began" stands in the report of a strike that killed 14, and
"two days after a strike killed 31" in that of the next. Such tolls are read as all others are, and
say that they are not the happening's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from rules.language.sentences import Sentence
from rules.language.text import Token, listed_norm
from rules.matching.figures.counted_sentence import CountedSentence, Time, Toll
from rules.matching.figures.counting import LANGUAGES, TOLLS

_FILE = Path(__file__).with_name("times.yaml")
LONG_REACH = 8
"""Words behind "since" in which it is said since when."""
SUPERLATIVE_REACH = 8
LATELY_REACH = 12
OPENS = 2
"""Words before "since" that may stand at a sentence's beginning."""
REPLACED_REACH = 6
RAISED_REACH = 8
EARLIER_DAYS = (1, 2, 3)
"""So many days before the day of the news a weekday is the last one of that name, not the next."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What an entry's title and first sentence name: days of the week, Sunday being 0; hunger."""

    days: frozenset[int] = frozenset()
    hunger: bool = False


def with_times(sentence: CountedSentence, tolls: Iterable[Toll], opening: Opening) -> list[Toll]:
    """The tolls of a sentence, each with its time."""
    found = list(tolls)
    since = frozenset(_since(sentence, found))
    return [
        replace(toll, time=_time(sentence, toll, opening, number in since))
        for number, toll in enumerate(found)
    ]


def _time(sentence: CountedSentence, toll: Toll, opening: Opening, since: bool) -> Time:
    if since or _is_of_hunger(sentence, toll, opening):
        return "since"
    if toll.what not in TOLLS:
        return "now"
    if _is_replaced(sentence, toll):
        return "replaced"
    if _is_before(sentence, toll):
        return "before"
    return "recent" if _is_recent(sentence, toll, opening) else "now"


def opening_of(title: Sequence[Sentence], text: Sequence[Sentence]) -> Opening:
    """What an entry opens with: its title and its first sentence."""
    tokens = [token for s in (*title, *text[:1]) for token in s.tokens]
    days = frozenset(day for token in tokens if (day := _weekday(token)) is not None)
    hunger = any(_is(token, "hunger", language) for token in tokens for language in LANGUAGES)
    return Opening(days, hunger)


def dates_what_follows(tokens: Sequence[Token], at: int) -> bool:
    """Whether "two days after" begins at a word: what its clause goes on to tell is over."""
    for language in ("ar",) if tokens[at].script == "ar" else ("en", "fr"):
        length = _phrase(tokens, at, "after", language)
        if length:
            behind = tokens[at + length : at + length + 1]
            return not (behind and _is(behind[0], "going on", language))
    return False


def _since(sentence: CountedSentence, tolls: Sequence[Toll]) -> Iterator[int]:
    """Numbers of the tolls that are counted since a long time ago."""
    language = sentence.language
    for at, token in enumerate(sentence.tokens):
        if not _is(token, "since", language) or not _long(sentence, at):
            continue
        superlative = sentence.tokens[max(0, at - SUPERLATIVE_REACH) : at]
        if any(_is(each, "superlatives", language) for each in superlative):
            continue
        first, last = _counted_since(sentence, at)
        for number, toll in enumerate(tolls):
            if toll.what in TOLLS and first <= toll.numeral.first <= last:
                yield number
    if any(_phrase_at(sentence, at, "daily") for at in range(len(sentence.tokens))):
        # "15 died in 24 hours, raising the number to 101"
        yield from (number for number, toll in enumerate(tolls) if _is_raised(sentence, toll))
    for number, toll in enumerate(tolls):
        near = range(toll.last + 1, min(toll.last + 1 + LATELY_REACH, len(sentence.tokens)))
        if toll.what in TOLLS and any(_phrase_at(sentence, at, "lately") for at in near):
            yield number


def _is_raised(sentence: CountedSentence, toll: Toll) -> bool:
    for at in range(toll.numeral.first - 1, max(-1, toll.numeral.first - 1 - RAISED_REACH), -1):
        if at in sentence.within:
            return False
        if _is(sentence.tokens[at], "raising", sentence.language):
            return toll.what in TOLLS
    return False


def _long(sentence: CountedSentence, at: int) -> bool:
    """Whether "since" is followed by a long time: a month, a year, the war; not dawn or Monday."""
    near = sentence.tokens[at + 1 : at + 1 + LONG_REACH]
    for number, token in enumerate(near):
        if token.breaks and number:
            return False
        if _is(token, "short", sentence.language) or _weekday(token) is not None:
            return False
        if _is(token, "long", sentence.language):
            return True
        if token.script == "number" and token.norm.isdecimal() and 1900 < int(token.norm) < 2100:
            return True
    return False


def _counted_since(sentence: CountedSentence, at: int) -> tuple[int, int]:
    """The words, from the first to the last, whose tolls "since" at `at` is said of: those before
    it, back to a comma or to what raises a toll, and those behind it up to the next comma."""
    first = at
    while first > 0 and not sentence.tokens[first].breaks:
        first -= 1
        if _is(sentence.tokens[first], "raising", sentence.language):
            break
    # "Since June, the rains have killed 640": one comma is passed.
    passes = at <= OPENS and not any(each in sentence.within for each in range(at))
    last = at
    while last + 1 < len(sentence.tokens):
        if sentence.breaks(last + 1) and not _slashed(sentence, last + 1):
            if not passes:
                break
            passes = False
        last += 1
    return first, last


def _slashed(sentence: CountedSentence, at: int) -> bool:
    """«أيار/مايو», or a name between quotation marks."""
    between = sentence.text[sentence.tokens[at - 1].end : sentence.tokens[at].start].strip()
    return bool(between) and all(sign in '/"«»“”' for sign in between)


def _is_before(sentence: CountedSentence, toll: Toll) -> bool:
    """ "Days after a crash killed 76", "last year", «avaient été tuées»."""
    first, last = _clause(sentence, toll)
    return (
        any(_phrase_at(sentence, at, "earlier") for at in range(first, last + 1))
        or any(dates_what_follows(sentence.tokens, at) for at in range(first, toll.first))
        or _told_before(sentence, toll)
    )


def _is_recent(sentence: CountedSentence, toll: Toll, opening: Opening) -> bool:
    """ "Last week", "three days ago", and a day of the week before the one at the beginning."""
    first, last = _clause(sentence, toll)
    clause = range(first, last + 1)
    if any(_phrase_at(sentence, at, "recent") for at in clause):
        return True
    named = {day for at in clause if (day := _weekday(sentence.tokens[at])) is not None}
    return bool(named and opening.days) and all(
        (day - each) % 7 in EARLIER_DAYS for each in named for day in opening.days
    )


def _is_of_hunger(sentence: CountedSentence, toll: Toll, opening: Opening) -> bool:
    """The famine's dead, in a report that opens with another harm."""
    if toll.what != "killed" or opening.hunger:
        return False
    first, last = _clause(sentence, toll)
    return any(
        _is(token, "hunger", sentence.language) for token in sentence.tokens[first : last + 1]
    )


def _clause(sentence: CountedSentence, toll: Toll) -> tuple[int, int]:
    first, last = toll.first, toll.last
    while first > 0 and not sentence.breaks(first):
        first -= 1
    while last + 1 < len(sentence.tokens) and not sentence.breaks(last + 1):
        last += 1
    return first, last


def _is_replaced(sentence: CountedSentence, toll: Toll) -> bool:
    """«من 12 إلى 19», "down to 84 from 101", "an earlier toll of 17"."""
    first = toll.first
    if _says(sentence, first - 1, "from"):
        near = range(toll.numeral.last + 1, toll.numeral.last + 4)
        if any(_says(sentence, at, "to") and at + 1 in sentence.within for at in near):
            return True
        before = sentence.within.get(first - 2)
        if before is not None and _says(sentence, before.first - 1, "to"):
            return True
    if _says(sentence, first - 1, "compared with") and _says(
        sentence, toll.last + 1, "compared when"
    ):
        return True
    near = range(max(0, first - REPLACED_REACH), first)
    return any(_phrase_at(sentence, at, "replaced") for at in near)


def _told_before(sentence: CountedSentence, toll: Toll) -> bool:
    """«avaient été tuées», where nobody is quoted with «que»."""
    if sentence.language != "fr":
        return False
    first, last = _clause(sentence, toll)
    if any(_says(sentence, at, "quoting") for at in range(first, toll.first)):
        return False
    return any(_phrase_at(sentence, at, "pluperfect") for at in range(first, last + 1))


def _is(token: Token, name: str, language: str) -> bool:
    return token.norm in _words(name, language)


def _says(sentence: CountedSentence, at: int, name: str) -> bool:
    """Whether a listed word of any language stands at a place."""
    return sentence.norm(at) in _words_of_all(name)


def _weekday(token: Token) -> int | None:
    return _days().get(token.norm)


def _phrase_at(sentence: CountedSentence, at: int, name: str) -> int:
    return _phrase(sentence.tokens, at, name, sentence.language) if at >= 0 else 0


def _phrase(tokens: Sequence[Token], at: int, name: str, language: str) -> int:
    """How many tokens of a listed phrase begin at `at`; 0 when none does."""
    if at >= len(tokens):
        return 0
    for phrase in _phrases(name, language).get(tokens[at].norm, ()):
        said = tuple(token.norm for token in tokens[at : at + len(phrase)])
        if said == phrase:
            return len(phrase)
    return 0


@cache
def _words(name: str, language: str) -> frozenset[str]:
    listed = _data()[name].get(language, ())
    words = listed.split() if isinstance(listed, str) else listed
    return frozenset(listed_norm(word, language) for word in words)


@cache
def _words_of_all(name: str) -> frozenset[str]:
    return frozenset[str]().union(*(_words(name, language) for language in LANGUAGES))


@cache
def _phrases(name: str, language: str) -> dict[str, list[tuple[str, ...]]]:
    """The phrases of a list, by their first word; in Arabic that also stands behind «و»."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for written in _data()[name].get(language, ()):
        phrase = tuple(listed_norm(word, language) for word in written.split())
        found.setdefault(phrase[0], []).append(phrase)
        if language == "ar":
            joined = f"و{phrase[0]}"
            found.setdefault(joined, []).append((joined, *phrase[1:]))
    return found


@cache
def _days() -> dict[str, int]:
    return {
        listed_norm(day, language): number
        for language, listed in _data()["weekdays"].items()
        for number, day in enumerate(listed.split())
    }


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return loaded
