"""What somebody writes → a question. Words may stand in any order, in any of three languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.asking.dates import MOST_WORDS as MOST_OF_A_DATE
from bot.asking.dates import read_dates
from bot.asking.durations import read_duration
from bot.asking.hours import MOST_WORDS as MOST_OF_HOURS
from bot.asking.hours import read_hours
from bot.asking.moments import MOST_WORDS as MOST_OF_MOMENTS
from bot.asking.moments import read_moments
from bot.asking.no_times import read_no_time
from bot.asking.noted import Noted
from bot.asking.pieces import Piece, pieces_of, until_marked
from bot.asking.places import folded, narrowed, place_of
from bot.asking.question import (
    LONGEST,
    SHORTEST,
    AskedPlace,
    Question,
    Stretch,
    both,
)
from bot.asking.vocabulary import Meaning, Vocabulary, plain
from bot.asking.words import unglued

if TYPE_CHECKING:
    from rules import Gazetteer

MOST_CHARACTERS = 600
MOST_WORDS = 40
MOST_PLACES = 5
MOST_COUNT = 999
"""A number above is a word: a year, a street."""

# A no shuts out what is named behind it. Beside what people lack ("no water") it asks for the
# lack, unless it is a bare "not".
_NOT = frozenset("not ليس ليست مش مو".split())
_NO = frozenset("no without لا بدون بلا دون غير إلا الا إلّا pas sans aucun aucune".split())
_LACKED = frozenset(
    (
        *("aid-access", "ceasefire", "food-insecurity", "health-system-collapse"),
        *("medicine-shortage", "water-fuel-power-shortage"),
    )
)
_ARTICLE = re.compile(r"(?:les?|la|l['’].*)\Z", re.IGNORECASE)
_THE, _WHERE = frozenset("the le la les".split()), frozenset("in en à au de du في من".split())
_BUT = frozenset("and but et mais و لكن".split())
_AND = frozenset(("and", "or", "nor", "et", "ou", "ni", "و", "أو", "ولا"))
_FEW, _SHORTEST, _LONGEST = 4, 3, 24
_ELIDED = re.compile(r"^(?:(?:[dl]|qu)['’])+(?=\w)", re.IGNORECASE)


def read_question(
    text: str, vocabulary: Vocabulary, gazetteer: Gazetteer, now: datetime
) -> Question:
    """The question that a text asks, `now` by the reader's clock. Whatever the text is, there
    is one; without guesses."""
    pieces = list(pieces_of(text[:MOST_CHARACTERS]))[:MOST_WORDS]
    read = Noted(now.date())
    longest = max(vocabulary.longest, MOST_OF_A_DATE, MOST_OF_HOURS, MOST_OF_MOMENTS)
    named: tuple[AskedPlace, str] | None = None
    at, named_until = 0, 0
    while at < len(pieces):
        piece = pieces[at]
        if piece.quoted:
            read.words.append(f'{"-" * piece.unwanted}"{piece.said}"') if piece.said else None
            at += 1
            continue
        run = [each.said for each in until_marked(pieces[at : at + longest])]
        if piece.unwanted:
            passed, said = _shut_out(read, run, vocabulary, gazetteer)
            at += passed
            more = _joined(pieces, at) if said else at  # "except in Aleppo"
            if more is not None and more < len(pieces):
                at = more
                pieces[at] = replace(pieces[at], unwanted=True)
            continue
        if _says_no(pieces, at, read, vocabulary, gazetteer):
            at += 1
            pieces[at] = replace(pieces[at], unwanted=True)
            continue
        known = set(read.places)
        passed = _take(read, run, vocabulary, gazetteer)
        if new := [each for each in read.places.values() if each.id not in known]:
            named_now = (new[-1], " ".join(run[:passed]))
            between = {each.said.lower() for each in pieces[named_until:at]}
            if named and between <= _WHERE and not named_now[1].startswith("و"):
                _narrow(read, named, named_now, gazetteer)
            named, named_until = named_now, at + passed
        shuts_out = _meaning(run[:passed], vocabulary) or Meaning()
        at += passed
        if shuts_out.shuts_out and at < len(pieces):
            pieces[at] = replace(pieces[at], unwanted=True)
    if len(pieces) <= _FEW:
        _part_glued(read, vocabulary, gazetteer)
    read.join_attacks(vocabulary)
    if _LACKED & read.signals.keys():  # "out of water", «نقص الماء»
        read.words = [word for word in read.words if plain(word) not in vocabulary.lacks]
    read.join_hours(now)
    return Question(
        read.stretch,
        tuple(read.places.values())[:MOST_PLACES],
        tuple(read.signals),
        tuple(read.levels),
        tuple(read.directions),
        read.count,
        tuple(read.words),
        tuple(read.without_places.values())[:MOST_PLACES],
        tuple(read.without_signals),
        of_state=read.of_state,
        no_times=tuple(read.no_times),
        parts=() if read.places or read.without_places else tuple(read.parts),
    )


def _narrow(
    read: Noted,
    first: tuple[AskedPlace, str],
    second: tuple[AskedPlace, str],
    gazetteer: Gazetteer,
) -> None:
    """Of two places side by side the one that lies in the other."""
    meant = narrowed(first, second, gazetteer)
    if meant is not None:
        for each, _ in (first, second):
            read.places.pop(each.id, None)
        read.places[meant.id] = meant


def _joined(pieces: Sequence[Piece], at: int) -> int | None:
    """Where another one of a kind follows: "Aleppo and Homs", «حلب وحمص»."""
    if at < len(pieces) and not pieces[at].quoted:
        said = pieces[at].said.lower()
        if said in _AND:
            return at + 1 if at + 1 < len(pieces) else None
        if said.startswith("و") and len(said) > 3:
            return at
    return None


def _says_no(
    pieces: Sequence[Piece], at: int, read: Noted, vocabulary: Vocabulary, gazetteer: Gazetteer
) -> bool:
    """Whether this word shuts out the place or the signal behind it: "not Sudan", "pas le siège",
    «بدون حصار». Amid a sentence ("is there aid or not in Gaza") only a place next to it is."""
    word = pieces[at].said.lower()
    if word not in _NOT | _NO or at + 1 == len(pieces):
        return False
    begins = at == 0 or pieces[at - 1].said.lower() in _BUT
    run = [each.said for each in until_marked(pieces[at + 1 : at + 1 + vocabulary.longest])]
    bare = word in _NOT or _ARTICLE.match(pieces[at + 1].said) is not None
    while run:
        named = Noted(read.today)
        passed = _take(named, run, vocabulary, gazetteer)
        if named.places:
            return True
        if named.signals:
            return begins and (bare or not _LACKED & named.signals.keys())
        passed_over = _THE if not begins else _THE | _WHERE
        if named != Noted(read.today) or not passed_over.issuperset(map(str.lower, run[:passed])):
            return False
        run = run[passed:]
    return False


def _shut_out(
    read: Noted, run: Sequence[str], vocabulary: Vocabulary, gazetteer: Gazetteer
) -> tuple[int, bool]:
    """Read what is not wanted at the beginning of the run; returns how many words, and whether
    they say anything."""
    unwanted = Noted(read.today)
    passed = _take(unwanted, run, vocabulary, gazetteer)
    read.without_places |= unwanted.places
    read.without_signals |= unwanted.signals
    read.words += (f"-{word}" for word in unwanted.words)
    return passed, bool(unwanted.places or unwanted.signals or unwanted.words)


def _take(read: Noted, run: Sequence[str], vocabulary: Vocabulary, gazetteer: Gazetteer) -> int:
    """Read the longest beginning of the run that means something; returns how many words."""
    if (moments := read_moments(run, read.today)) is not None:
        read.stretch = both(read.stretch, moments.stretch, read.today)
        return moments.words
    dated, timed = read_dates(run, read.today), read_hours(run)
    if dated is None and (no_time := read_no_time(run, read.today)) is not None:
        read.note_no_time(" ".join(run[: no_time.words]), no_time.why)
        return no_time.words
    for number in range(len(run), 0, -1):
        words = run[:number]
        if timed is not None and number == timed.words:
            read.note_hours(timed.hours, " ".join(words))
            return number
        if dated is not None and number == dated.words:
            read.stretch = both(read.stretch, dated.stretch, read.today)
            return number
        if number > vocabulary.longest:
            continue
        meaning = _meaning(words, vocabulary)
        if meaning is not None:
            read.note(meaning, words, vocabulary)
            return number
        if (stretch := _stretch(words, vocabulary)) is not None:
            read.stretch = read.stretch or stretch
            return number
        if (place := place_of(words, vocabulary, gazetteer)) is not None:
            read.places.setdefault(place.id, place)
            return number
    if (bare := _ELIDED.sub("", run[0])) != run[0]:  # d'Alep, l'eau
        return _take(read, [bare, *run[1:]], vocabulary, gazetteer)
    if run[0].isdecimal() and 1 <= int(run[0][:9]) <= MOST_COUNT:
        read.count = read.count or int(run[0])
    elif run[0].lower() in _NOT | _NO:
        return 1  # it shut nothing out
    elif any(character.isalnum() for character in run[0]):
        read.words.append(run[0])
    return 1


def _part_glued(read: Noted, vocabulary: Vocabulary, gazetteer: Gazetteer) -> None:
    """Words that are known and were written as one, in a short question: «حصارحلب»."""
    for word in [each for each in read.words if each.isalpha() and len(each) <= _LONGEST]:
        for place in range(_SHORTEST, len(word) - _SHORTEST + 1):
            both_read, named = Noted(read.today), list[int]()
            for half in (word[:place], word[place:]):
                _take(both_read, [half], vocabulary, gazetteer)
                named.append(both_read.things())
            if not both_read.words and 0 < named[0] < named[1]:
                read.words.remove(word)
                read.places |= both_read.places
                read.signals |= both_read.signals
                read.stretch = read.stretch or both_read.stretch
                break


def _stretch(words: Sequence[str], vocabulary: Vocabulary) -> Stretch | None:
    """``24h``, ``3 jours``, ``أسبوع``, ``الأيام``, ``6 months``; also behind «لـ» or with «ال»."""
    if len(words) > 4:
        return None
    if len(words) > 2 and words[0].isdecimal():
        # «3 الأيام الأخيرة», "les 2 dernières semaines"
        saying = [each for each in words if not _is_filling(each, vocabulary)]
        words = saying if len(saying) == 2 else words
    said = " ".join(words)
    bare = " ".join(word.removeprefix("ه").removeprefix("ال") for word in words)
    length = read_duration(said) or read_duration(bare)
    if length is None and len(words) == 2 and words[0].isdecimal():
        meaning = vocabulary.phrases.get(plain(words[1]))
        if meaning is not None and meaning.days is not None:
            length = timedelta(days=min(int(words[0][:4]), 100) * meaning.days)
    if not length or (len(words) == 1 and len(said) < 2):
        return None
    return Stretch(min(max(length, SHORTEST), LONGEST))


def _is_filling(word: str, vocabulary: Vocabulary) -> bool:
    meaning = vocabulary.phrases.get(plain(word))
    return meaning is not None and meaning.filling


def _meaning(words: Sequence[str], vocabulary: Vocabulary) -> Meaning | None:
    said = " ".join(words)
    found = vocabulary.phrases.get(plain(said))
    if found is not None and found.day is not None and read_duration(said) is not None:
        return None  # «يومين» has the stem of «اليوم»
    if found is None and len(words) == 1:
        found = vocabulary.phrases.get((folded(said),))
        for shorter in unglued(said):
            found = found or vocabulary.phrases.get(plain(shorter))
    return found
