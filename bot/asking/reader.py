"""What somebody writes → a question. Words may stand in any order, in any of three languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from bot.alerts.summaries.place_status import Known, look_up
from bot.asking.durations import read_duration
from bot.asking.question import LONGEST, SHORTEST, AskedPlace, Perhaps, Question, Stretch
from bot.asking.vocabulary import Meaning, Vocabulary, plain

if TYPE_CHECKING:
    from rules import Gazetteer, Place

MOST_CHARACTERS = 600
MOST_WORDS = 40
MOST_PLACES = 5
MOST_COUNT = 999
"""A number above is a word: a year, a street."""
MOST_GUESSED = 3
"""Words that are guessed at, and guesses at each."""
LIKE = 76
"""Letters of 100 that must agree before a name is proposed."""
LIKE_SHORT = 85
LIKE_PAIR = 84
"""The same for two words that are taken together for one name."""
LIKE_SMALL, LIKE_LARGE_FAR, LIKE_SMALL_FAR = 80, 82, 92
"""The same for small places, for large ones outside the countries of relief work, and for small
ones there."""
_SHORT = 5
_FAR = 12.0
"""Of the value of guesses: what is that much less likely than the best is none."""
_LARGE = 5.0
"""`rank` of a place from which on its people are called after it: حلبي."""

_PIECE = re.compile(r"[\"“„«]([^\"“”„«»]{1,200})[\"”»]|[^\s,،؛;:!?؟()\[\]{}\"“”„«»|/]+")
_PEOPLE = re.compile(r"^(?:و?ال)?(.{2,}?)(?:ي|يه|يون|يين|يات)$")
_PREFIXES = ("وال", "بال", "فال", "كال", "لل", "ول", "وب", "و", "ب", "ل", "ف", "ك")


@dataclass(slots=True)
class _Read:
    """What was read so far."""

    stretch: Stretch | None = None
    places: dict[str, AskedPlace] = field(default_factory=dict)
    signals: dict[str, None] = field(default_factory=dict)
    levels: dict[str, None] = field(default_factory=dict)
    directions: dict[str, None] = field(default_factory=dict)
    count: int | None = None
    words: list[str] = field(default_factory=list)


def read_question(text: str, vocabulary: Vocabulary, gazetteer: Gazetteer) -> Question:
    """The question that a text asks. Whatever the text is, there is one; without guesses."""
    pieces = [
        (found[1].strip(), True) if found[1] is not None else (found[0], False)
        for found in _PIECE.finditer(_western_digits(text[:MOST_CHARACTERS]))
    ][:MOST_WORDS]
    read = _Read()
    at = 0
    while at < len(pieces):
        said, quoted = pieces[at]
        if quoted:
            read.words.append(f'"{said}"') if said else None
            at += 1
            continue
        run = [word for word, _ in _until_quoted(pieces[at : at + vocabulary.longest])]
        at += _take(read, run, vocabulary, gazetteer)
    return Question(
        read.stretch,
        tuple(read.places.values())[:MOST_PLACES],
        tuple(read.signals),
        tuple(read.levels),
        tuple(read.directions),
        read.count,
        tuple(read.words),
    )


def with_guesses(question: Question, vocabulary: Vocabulary, gazetteer: Gazetteer) -> Question:
    """The question with what its words may have been meant to be. Takes some milliseconds for
    each."""
    return replace(question, perhaps=tuple(_guesses(question.words, vocabulary, gazetteer)))


def _until_quoted(pieces: Sequence[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    for word, quoted in pieces:
        if quoted:
            return
        yield word, quoted


def _take(read: _Read, run: Sequence[str], vocabulary: Vocabulary, gazetteer: Gazetteer) -> int:
    """Read the longest beginning of the run that means something; returns how many words."""
    for number in range(len(run), 0, -1):
        words = run[:number]
        meaning = _meaning(words, vocabulary)
        if meaning is not None:
            _note(read, meaning)
            return number
        if (stretch := _stretch(words, vocabulary)) is not None:
            read.stretch = read.stretch or stretch
            return number
        if (place := _place(words, gazetteer)) is not None:
            read.places.setdefault(place.id, place)
            return number
    if run[0].isdecimal() and 1 <= int(run[0][:9]) <= MOST_COUNT:
        read.count = read.count or int(run[0])
    elif any(character.isalnum() for character in run[0]):
        read.words.append(run[0])
    return 1


def _note(read: _Read, meaning: Meaning) -> None:
    if meaning.signal:
        read.signals[meaning.signal] = None
    if meaning.level:
        read.levels[meaning.level] = None
    if meaning.direction:
        read.directions[meaning.direction] = None
    if meaning.day is not None:
        read.stretch = read.stretch or Stretch(day=meaning.day)
    if meaning.days is not None:
        read.stretch = read.stretch or Stretch(timedelta(days=meaning.days))


def _stretch(words: Sequence[str], vocabulary: Vocabulary) -> Stretch | None:
    """``24h``, ``3 jours``, ``أسبوع``, ``الأيام``, ``6 months``; also behind «لـ» or with «ال»."""
    if len(words) > 4:
        return None
    if len(words) > 2 and words[0].isdecimal():
        # «3 الأيام الأخيرة», "les 2 dernières semaines"
        saying = [each for each in words if not _is_filling(each, vocabulary)]
        words = saying if len(saying) == 2 else words
    said = " ".join(words)
    bare = " ".join(word.removeprefix("ال") for word in words)
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
    if found is None and len(words) == 1:
        found = vocabulary.phrases.get((_folded(said),))
        for shorter in _unglued(said):
            found = found or vocabulary.phrases.get(plain(shorter))
    return found


def _place(words: Sequence[str], gazetteer: Gazetteer) -> AskedPlace | None:
    said = " ".join(words)
    if len(said) < 3 and said.isascii():
        return None
    for name in (said, *_unglued(said)) if len(words) == 1 else ():
        # Before places: «سوري» is also how Surrey is written.
        if (country := gazetteer.demonyms.get(_key(name))) in gazetteer.places:
            return AskedPlace(str(country), (str(country),))
    for name in (said, *_unglued(said)):
        if gazetteer.named(name):
            known = look_up(gazetteer, name)
            return _asked(known, gazetteer) if isinstance(known, Known) else None
    return _of_its_people(said, gazetteer) if len(words) == 1 else None


def _of_its_people(word: str, gazetteer: Gazetteer) -> AskedPlace | None:
    """«حلبي», «الدمشقيين»: who is called after a large place."""
    from rules.matching.places.gazetteer import rank

    found = _PEOPLE.match(_key(word))
    if found is None:
        return None
    for name in (found[1], f"ال{found[1]}", f"{found[1]}ه"):
        places = gazetteer.named(name)
        if places and rank(places[0]) >= _LARGE:
            known = look_up(gazetteer, name)
            return _asked(known, gazetteer) if isinstance(known, Known) else None
    return None


def _asked(known: Known, gazetteer: Gazetteer) -> AskedPlace:
    if len(known.ids) == 1 and known.place.kind in ("town", "adm2"):
        # By a name that only the town has ("Alepo") its governorate is meant as well.
        for language in ("ar", "en"):
            again = look_up(gazetteer, known.place.name(language))
            if isinstance(again, Known) and known.place.id in again.ids:
                known = again if len(again.ids) > len(known.ids) else known
    return AskedPlace(known.place.id, tuple(sorted(known.ids)))


def _guesses(
    words: Sequence[str], vocabulary: Vocabulary, gazetteer: Gazetteer
) -> Iterator[Perhaps]:
    """What the words that are left may have been meant to be."""
    said = [word for word in words if not word.startswith(('"', "-"))]
    guessed = list[str]()
    for word, following in zip_longest(said, said[1:], fillvalue=""):
        if guessed and word in guessed[-1].split():
            continue
        both = f"{word} {following}"  # "Deir ezor": two words of one name
        least = max(LIKE_PAIR, LIKE_SHORT if len(word) <= _SHORT else 0)
        joined = following and _like(_key(both)[:60], least, gazetteer, ordinary=False)
        if joined or len(word) > 2:
            guessed.append(both if joined else word)
    for each in guessed[:MOST_GUESSED]:
        if (perhaps := _guess(each, vocabulary, gazetteer)) is not None:
            yield perhaps


def _guess(said: str, vocabulary: Vocabulary, gazetteer: Gazetteer) -> Perhaps | None:
    key = _key(said)[:60]
    if not key:
        return None
    found = process.extract(
        " ".join(plain(said)),
        vocabulary.names.keys(),
        scorer=fuzz.ratio,
        limit=2,
        score_cutoff=LIKE_SHORT,
    )
    signals = dict.fromkeys(vocabulary.names[name] for name, _, _ in found)
    least = LIKE_SHORT if signals or len(key) <= _SHORT else LIKE
    places = dict[str, AskedPlace]()
    for place in _like(key, least, gazetteer, ordinary=_is_ordinary(said)):
        known = look_up(gazetteer, place.name("ar" if key > "\u0600" else "en"))
        if isinstance(known, Known):
            asked = _asked(known, gazetteer)
            places.setdefault(asked.id, asked)
    if not places and not signals:
        return None
    return Perhaps(said, tuple(places.values())[:MOST_GUESSED], tuple(signals))


def _like(key: str, least: int, gazetteer: Gazetteer, *, ordinary: bool) -> list[Place]:
    """Places whose names are like the key or begin with it: the likest first, of those alike the
    largest. `ordinary`: the key is a word of a dictionary."""
    from rules.matching.places.gazetteer import rank
    from rules.matching.places.spellings import spellings_of

    spellings = spellings_of(gazetteer)
    scored = dict(spellings.like(key, 12, least))
    if key > "\u0600" and not key.startswith("ال"):  # «فاشير»: most names have the article
        scored |= dict(spellings.like(f"ال{key}", 6, max(least, LIKE_SHORT)))
    if len(key) > 2:
        begun = spellings.begun(key, 200)
        scored |= {name: max(scored.get(name, 0), float(least)) for name in begun}
    best: dict[str, tuple[float, Place]] = {}
    for name, score in scored.items():
        place = gazetteer.of_key(name)[0]
        if name.startswith(key) and not ordinary:
            near, large = _is_near(place, gazetteer), rank(place) >= _LARGE
            likely = (near and large) or (len(key) > 3 and (near or large))
        else:
            likely = score >= _needed(place, gazetteer, ordinary=ordinary)
        if not likely:
            continue
        # Two letters more or less weigh as much as a hundred times the people.
        value = score + 6 * rank(place)
        if place.id not in best or best[place.id][0] < value:
            best[place.id] = (value, place)
    ordered = sorted(best.values(), key=lambda each: -each[0])
    return [place for value, place in ordered if value > ordered[0][0] - _FAR][:MOST_GUESSED]


def _needed(place: Place, gazetteer: Gazetteer, *, ordinary: bool) -> int:
    """Letters of 100 that must agree before it is likely that this place was meant: few for a
    large place in a country of relief work, nearly all for a small town of elsewhere."""
    from rules.matching.places.gazetteer import rank

    large, near = rank(place) >= _LARGE, _is_near(place, gazetteer)
    sizes = (LIKE, LIKE_LARGE_FAR) if large else (LIKE_SMALL, LIKE_SMALL_FAR)
    needed = sizes[0 if near else 1]
    # "thanks" is a word, and hardly a town that was misspelled.
    return max(needed, LIKE_SHORT if large and near else LIKE_SMALL_FAR) if ordinary else needed


def _is_near(place: Place, gazetteer: Gazetteer) -> bool:
    return not gazetteer.in_the_field or place.country in gazetteer.in_the_field


def _is_ordinary(word: str) -> bool:
    """Whether an English or French dictionary has the word."""
    from rules.language.latin import LANGUAGES, is_word

    return word.isascii() and any(is_word(word.lower(), each) for each in LANGUAGES)


def _unglued(word: str) -> Iterator[str]:
    """A word without what Arabic may have glued to its front."""
    if not word or word[0] < "\u0600":
        return
    for prefix in _PREFIXES:
        rest = word[len(prefix) :]
        if word.startswith(prefix) and len(rest) > 2:
            yield rest
            if prefix.endswith(("ال", "لل")):
                yield f"ال{rest}"


def _folded(word: str) -> str:
    return _key(word).replace(" ", "")


def _key(name: str) -> str:
    from rules.matching.places.gazetteer import key_of

    return key_of(name)


def _western_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in text)
