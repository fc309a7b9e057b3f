"""What an entry costs beside the reading of it: its places and figures, its story, the rest.

python -m bench.stories FILE     JSON lines as for marsad replay
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from bot.alerts.pipeline import Pipeline
from bot.alerts.said.facts import facts_of
from bot.alerts.story.comparing.telling import Telling
from bot.alerts.story.happening import Choice
from bot.alerts.story.remembered import RememberedStories
from bot.alerts.story.scores import StoryEntry, read_story_entries
from bot.feeds.catalogue import Feed
from bot.feeds.parse.entry import FeedEntry
from bot.polling.content_hash import content_hash
from bot.polling.identify import EntryChange
from bot.polling.report import Detections
from bot.rules_in_force import shipped_places
from rules import RuleSet, detect, load_rules
from storage.connection import Connection
from storage.file.database import connect, migrate
from storage.news import feeds
from storage.news.facts import NO_FACTS


class Watch:
    """CPU seconds by the name of the work."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.times: Counter[str] = Counter()

    def __call__(self, name: str, work: Callable[[], Any]) -> Any:
        start = time.process_time()
        try:
            return work()
        finally:
            self.seconds[name] += time.process_time() - start
            self.times[name] += 1


class TimedStories(RememberedStories):
    """Stories that say how long choosing took."""

    def __init__(self, watch: Watch) -> None:
        super().__init__()
        self._watch = watch

    def choose(self, db: Connection, telling: Telling, now: datetime) -> Choice:
        choice: Choice = self._watch(
            "story", lambda: super(TimedStories, self).choose(db, telling, now)
        )
        return choice


def run(db: Connection, rules: RuleSet, entries: list[StoryEntry]) -> Watch:
    watch = Watch()
    pipeline = Pipeline(lambda: rules, stories=TimedStories(watch))
    gazetteer = shipped_places()
    sources = {
        family: Feed(family, family, f"https://bench.invalid/{number}")
        for number, family in enumerate(sorted({entry.family for entry in entries}))
    }
    feeds.sync(db, [(each.id, each.url) for each in sources.values()], entries[0].published)
    for number, each in enumerate(entries):
        title, text, language = each.title, each.text, each.language
        found = watch("detection", partial(detect, rules, title, text, language))
        said = NO_FACTS
        if found:
            read = partial(
                facts_of,
                *(gazetteer, title, text, found),
                language=language,
                region=None,
                kinds=tuple(rules.states.values()),
            )
            said = watch("places, figures, states", read)
        entry = FeedEntry(None, None, title, text, each.published, None, language)
        keys = (f"guid:{number}",)
        change = EntryChange(entry, keys, "new", None, "bench", content_hash(entry))
        detections = Detections([found], rules, facts={0: said} if found else {})
        source, now = sources[each.family], each.published
        watch(
            "storing, with the story" if found else "storing what carries nothing",
            partial(pipeline.accept, db, source, [change], detections, now),
        )
    return watch


def main() -> None:
    parser = argparse.ArgumentParser(description="What an entry costs beside the reading of it.")
    parser.add_argument("file", type=Path)
    entries = list(read_story_entries(parser.parse_args().file, labelled=False))
    rules = load_rules()
    with tempfile.TemporaryDirectory() as folder:
        db = connect(Path(folder) / "marsad.sqlite")
        migrate(db)
        watch = run(db, rules, entries)
        db.close()
    print("CPU                               seconds    times   microseconds each")
    for name, seconds in sorted(watch.seconds.items(), key=lambda each: -each[1]):
        times = watch.times[name]
        print(f"{name:32} {seconds:8.2f} {times:8,} {1e6 * seconds / times:19.0f}")
    beside = watch.seconds["places, figures, states"] + watch.seconds["story"]
    print(f"\nthese and story / detection: {beside / watch.seconds['detection']:.2f}")


if __name__ == "__main__":
    main()
