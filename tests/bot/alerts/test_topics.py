"""From a poll to topics: words, digests and updates, through the real pipeline."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rules.matching.finding.known_words import Lexicon
from storage.readers import subscriptions
from storage.readers.subscriptions import Subscription
from storage.sending import outbox
from tests.bot.alerts.newsroom import Newsroom, of_its_own
from tests.bot.alerts.test_pipeline import LIFTED, SIEGE
from tests.storage.make import NOW, add_chat

GROUP = -5
ASKS = Subscription(GROUP, signals=frozenset({"siege"}), lowest_level="info")


@pytest.fixture(autouse=True)
def forum(newsroom: Newsroom) -> None:
    """A group that asked for nothing yet, and rules that know words."""
    rules: Any = newsroom.rules
    rules.words = Lexicon()
    add_chat(newsroom.db, GROUP, signals=frozenset())


def ask(newsroom: Newsroom, *asks: Subscription) -> None:
    for each in asks:
        subscriptions.add(newsroom.db, each, NOW)


def told(newsroom: Newsroom) -> list[tuple[int | None, str]]:
    return [(row.thread_id, row.kind) for row in outbox.for_chat(newsroom.db, GROUP)]


def test_words_are_looked_for_in_title_and_text_of_the_story(newsroom: Newsroom) -> None:
    ask(
        newsroom,
        replace(ASKS, include=("كوليرا",)),
        replace(ASKS, thread_id=44, include=("ملاريا",)),
        replace(ASKS, thread_id=45, exclude=("كوليرا",)),
        replace(ASKS, thread_id=46, exclude=("ملاريا",)),
    )
    newsroom.says("حصار حلب", "والكوليرا تنتشر")
    assert told(newsroom) == [(None, "alert"), (46, "alert")]


def test_who_chose_everything_hears_of_a_signal_that_came_later(newsroom: Newsroom) -> None:
    ask(newsroom, Subscription(GROUP, everything=True, lowest_level="info"))
    newsroom.says("حصار حلب")
    newsroom.says("إخلاء درعا", of_its_own(3))
    assert told(newsroom) == [(None, "alert")] * 2


def test_a_digest_gets_at_once_what_is_critical_and_the_end_of_it(newsroom: Newsroom) -> None:
    ask(newsroom, replace(ASKS, delivery="daily"), replace(ASKS, thread_id=44))
    newsroom.says("حصار حلب", of_its_own(1))
    assert told(newsroom) == [(44, "alert")]
    newsroom.says(SIEGE, "وضع خطير")
    assert told(newsroom)[1:] == [(None, "alert"), (44, "alert")]
    newsroom.says(LIFTED, family="sana")
    assert told(newsroom)[3:] == [(None, "update"), (44, "update")]
