"""Which of the words that subscriptions name stand in the texts of a story."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from storage.connection import Connection
from storage.news import stories

if TYPE_CHECKING:
    from rules import RuleSet

# The newest reports of a story: a long one must not hold up the poll that brings another.
MOST_TEXTS = 30


def look_for(
    words: frozenset[str], rules: RuleSet, texts: Iterable[tuple[str, str, str | None]]
) -> None:
    """Look for the words in texts (title, text, language) that are not stored yet.

    What is found is remembered: `words_in_story` reads none of them while it holds the database's
    only writer.
    """
    from rules import word_finder

    finder = word_finder(words, rules.words.as_known)
    for title, text, language in texts:
        finder.find(title, text, language)


def words_in_story(
    db: Connection, rules: RuleSet, story_id: int, words: frozenset[str]
) -> frozenset[str]:
    """Those of the words that any of its newest entries has, in any form that a rule would find.

    Costs nothing where nobody asks for words.
    """
    if not words:
        return frozenset()
    from rules import word_finder

    finder = word_finder(words, rules.words.as_known)
    found = frozenset[str]()
    for title, text, language in stories.texts(db, story_id, MOST_TEXTS):
        found |= finder.find(title, text, language)
    return found
