"""A question as it is answered, the same for the bot, the page and files: words that nothing has
are left out and said, and one that is like a name is asked about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from bot.asking.guessing import with_guesses
from bot.asking.question import Question
from bot.asking.reader import MOST_CHARACTERS, read_question
from bot.asking.vocabulary import Vocabulary, vocabulary_of
from storage import finding
from storage.finding import Wanted

if TYPE_CHECKING:
    from rules import Gazetteer
    from storage.database import Database


class Titled(Protocol):
    """A signal, as far as questions call it by its name."""

    @property
    def title(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text is read by. `gazetteer` takes time at first."""

    signals: Mapping[str, Titled]
    gazetteer: Callable[[], Gazetteer]

    @property
    def _vocabulary(self) -> Vocabulary:
        return vocabulary_of({name: signal.title for name, signal in self.signals.items()})

    def question(self, text: str, now: datetime) -> Question:
        """What a text asks, `now` by the reader's clock. Takes some milliseconds."""
        return read_question(text[:MOST_CHARACTERS], self._vocabulary, self.gazetteer(), now)

    def guessed(self, question: Question) -> Question:
        """With what its words may have been meant to be. Takes some milliseconds."""
        return with_guesses(question, self._vocabulary, self.gazetteer())


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is answered, and as storage has it; `left_out`: words that no alert has, and
    without which it is. With guesses and nothing left out, nothing answers it."""

    question: Question
    wanted: Wanted
    left_out: tuple[str, ...] = ()


async def settled(
    question: Question,
    wanted: Callable[[Question], Wanted],
    reading: Reading,
    database: Database,
) -> Asked:
    """The question, where alerts answer it or all its words are understood. Else with guesses at a
    word, or without the words where that finds something. Raises StorageError."""

    async def finds(asked: Asked) -> bool:
        return await database.read(lambda db: finding.count(db, asked.wanted, 1)) > 0

    own = Asked(question, await asyncio.to_thread(wanted, question))
    if not question.words or await finds(own):
        return own
    guessed = await asyncio.to_thread(reading.guessed, question)
    bare = question.without_words
    # Beside a place that is named a word is seldom another one.
    if bare is None or (guessed.perhaps and not bare.places):
        return replace(own, question=guessed)
    offered = replace(bare, perhaps=guessed.perhaps)
    without = Asked(offered, await asyncio.to_thread(wanted, bare), question.words)
    return without if await finds(without) else replace(own, question=guessed)
