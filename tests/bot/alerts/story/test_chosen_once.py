"""Two databases with the same entries: stories are chosen once, and are the same in both."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.alerts.pipeline import Pipeline
from bot.alerts.story import remembered
from bot.alerts.story.chosen_once import NotedStories, RepeatedStories
from bot.alerts.story.happening import Choice, story_for
from storage.news import stories
from tests import postgres
from tests.bot.alerts.newsroom import Newsroom, find
from tests.bot.alerts.story.test_remembered import OTHER, RETOLD, SIEGE, stories_of
from tests.storage.make import HOUR, NOW


def with_stories(newsroom: Newsroom, kept: remembered.RememberedStories) -> Newsroom:
    newsroom.pipeline = Pipeline(
        lambda: newsroom.rules,  # type: ignore[arg-type, return-value]
        detector=find,
        stories=kept,
    )
    return newsroom


def test_a_second_desk_takes_over_what_the_first_chose_under_its_own_numbers(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    def counted(*given: object) -> Choice:
        nonlocal asked
        asked += 1
        return story_for(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(remembered, "story_for", counted)
    noted = NotedStories()
    first = with_stories(newsroom, noted)
    with postgres.connection(tmp_path / "second.sqlite") as db:
        second = with_stories(Newsroom(db), RepeatedStories(noted))
        stories.create(db, "كانت هنا قبلها", NOW)
        for each in (first, second):
            each.says(SIEGE)
            each.says(OTHER, family="third", now=NOW + HOUR)
            each.says(RETOLD, family="sana", now=NOW + 2 * HOUR)
        assert stories_of(db) == stories_of(first.db)
        assert stories_of(db) == sorted([{SIEGE, RETOLD}, {OTHER}], key=sorted)
        told = [stories.entries_of(each, n) for each, n in ((first.db, 1), (db, 2))]
        assert [(e.entry_id, e.rule, e.because) for e in told[0]] == [
            (e.entry_id, e.rule, e.because) for e in told[1]
        ]
    assert asked == 3
    assert noted.noted == {}
