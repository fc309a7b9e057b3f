"""An entry joins the story that it is a report of, or begins one: chosen, then stored."""

from __future__ import annotations

from datetime import datetime

from bot.alerts.story.comparing.near_copies import choose_story
from bot.alerts.story.comparing.telling import Telling
from bot.alerts.story.happening import Choice, Rule
from bot.alerts.story.remembered import RememberedStories
from storage import alerts, decisions
from storage.connection import Connection
from storage.news import stories
from storage.news.stories import StoryTitle


def join_story(
    db: Connection, remembered: RememberedStories, telling: Telling, now: datetime, *, first: bool
) -> tuple[int, bool]:
    """The story that the entry is a report of, and whether it has just begun it. `first`: it was
    stored just now, so that it is in none yet."""
    known = None if first else stories.of_entry(db, telling.entry_id)
    if known is not None:
        return known, False
    # A live page that goes back to what it told before goes back to that story.
    back = choose_story(
        *(telling.title, telling.link),
        [] if first else _earlier(db, remembered, telling, now),
        remembered.copies,
    )
    choice = Choice(back.story_id, Rule(back.reason), back.likeness / 100)
    if back.story_id is None:
        choice = remembered.choose(db, telling, now)
    begun = choice.story_id is None
    story_id = choice.story_id or stories.create(db, telling.title, now)
    remembered.take(db, telling, story_id, choice, now, first=begun)
    return story_id, begun


def _earlier(
    db: Connection, remembered: RememberedStories, telling: Telling, now: datetime
) -> list[StoryTitle]:
    """The stories that this entry told under its id, though it has left them since."""
    since = now - remembered.copies.window
    decided = decisions.of_entry(db, telling.entry_id)
    ids = {each.alert_id for each in decided if each.alert_id is not None and each.at >= since}
    found = alerts.by_ids(db, ids).values()
    return [StoryTitle(each.story_id, each.title, telling.family, each.link) for each in found]
