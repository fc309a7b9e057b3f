"""What the words of a question that are not known may have been meant to be: places, signals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from bot.alerts.summaries.place_status import Known, look_up
from bot.asking.places import asked_place, name_key
from bot.asking.question import AskedPlace, Perhaps, Question
from bot.asking.vocabulary import Vocabulary, plain
from bot.asking.words import is_ordinary

if TYPE_CHECKING:
    from rules import Gazetteer, Place

MOST_GUESSED = 3
"""Words that are guessed at, and guesses at each."""
LIKE = 76
"""Letters of 100 that must agree before a name is proposed."""
LIKE_SHORT = 85
LIKE_PAIR = 84
"""The same for two words that are taken together for one name."""
_SHORT = 5
_FAR = 12.0
"""Of the value of guesses: what is that much less likely than the best is none."""


def with_guesses(question: Question, vocabulary: Vocabulary, gazetteer: Gazetteer) -> Question:
    """The question with what its words may have been meant to be. Takes some milliseconds for
    each."""
    return replace(question, perhaps=tuple(_guesses(question.words, vocabulary, gazetteer)))


def _guesses(
    words: Sequence[str], vocabulary: Vocabulary, gazetteer: Gazetteer
) -> Iterator[Perhaps]:
    """What the words that are left may have been meant to be."""
    said = [word for word in dict.fromkeys(words) if not word.startswith(('"', "-"))]
    guessed = list[str]()
    for word, following in zip_longest(said, said[1:], fillvalue=""):
        if len(guessed) == MOST_GUESSED:
            break  # each is some milliseconds
        if guessed and word in guessed[-1].split():
            continue
        both = f"{word} {following}"  # "Deir ezor": two words of one name
        least = max(LIKE_PAIR, LIKE_SHORT if len(word) <= _SHORT else 0)
        joined = following and _like(name_key(both)[:60], least, gazetteer, ordinary=False)
        if joined or len(word) > 2:
            guessed.append(both if joined else word)
    for each in guessed:
        if (perhaps := _guess(each, vocabulary, gazetteer)) is not None:
            yield perhaps


def _guess(said: str, vocabulary: Vocabulary, gazetteer: Gazetteer) -> Perhaps | None:
    key = name_key(said)[:60]
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
    for place in _like(key, least, gazetteer, ordinary=is_ordinary(said)):
        known = look_up(gazetteer, place.name("ar" if key > "\u0600" else "en"))
        if isinstance(known, Known):
            asked = asked_place(known, gazetteer)
            places.setdefault(asked.id, asked)
    if not places and not signals:
        return None
    return Perhaps(said, tuple(places.values())[:MOST_GUESSED], tuple(signals))


def _like(key: str, least: int, gazetteer: Gazetteer, *, ordinary: bool) -> list[Place]:
    """Places whose names are like the key or begin with it: the likest first, of those alike the
    largest. `ordinary`: the key is a word of a dictionary."""
    from rules.matching.places.gazetteer import rank
    from rules.matching.places.spellings import LARGE, is_near, needed, spellings_of

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
            near, large = is_near(place, gazetteer), rank(place) >= LARGE
            likely = (near and large) or (len(key) > 3 and (near or large))
        else:
            likely = score >= needed(place, gazetteer, ordinary=ordinary)
        if not likely:
            continue
        # Two letters more or less weigh as much as a hundred times the people.
        value = score + 6 * rank(place)
        if place.id not in best or best[place.id][0] < value:
            best[place.id] = (value, place)
    ordered = sorted(best.values(), key=lambda each: -each[0])
    return [place for value, place in ordered if value > ordered[0][0] - _FAR][:MOST_GUESSED]
