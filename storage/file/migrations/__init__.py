"""The database's shape, step by step. A step that was released is never edited: add another.

A new step is a function in the last file, or in one that follows it, and the last line of `STEPS`.
Its name is what a database remembers of it.
"""

from __future__ import annotations

from sqlite_utils.migrations import Migrations

from storage.file.migrations.step_030 import m030_scale
from storage.file.migrations.steps_001_to_003 import (
    m001_feeds_and_entries,
    m002_stories_and_alerts,
    m003_chats_and_outbox,
)
from storage.file.migrations.steps_004_to_013 import (
    m004_kind_of_failure,
    m005_second_channel,
    m006_clock_and_repeats,
    m007_queues_of_chats,
    m008_nothing_is_lost,
    m009_people,
    m010_readings,
    m011_acknowledgements,
    m012_truncated,
    m013_mutes,
)
from storage.file.migrations.steps_014_to_022 import (
    m014_signals_of_alerts,
    m015_places_and_figures,
    m016_why_a_story,
    m018_escalations,
    m019_said_by_the_feed,
    m020_states_of_places,
    m021_level_of_decisions,
    m022_card_edits,
)
from storage.file.migrations.steps_023_to_025 import (
    m023_subscriptions,
    m024_clocks_of_chats,
    m025_mutes_and_feedback,
)
from storage.file.migrations.steps_026_to_028 import (
    m026_asking,
    m027_operators,
    m028_digests,
)
from storage.file.migrations.steps_029_and_later import m029_topics_and_beginnings

# In the order in which they are taken.
STEPS = (
    m001_feeds_and_entries,
    m002_stories_and_alerts,
    m003_chats_and_outbox,
    m004_kind_of_failure,
    m005_second_channel,
    m006_clock_and_repeats,
    m007_queues_of_chats,
    m008_nothing_is_lost,
    m009_people,
    m010_readings,
    m011_acknowledgements,
    m012_truncated,
    m013_mutes,
    m014_signals_of_alerts,
    m015_places_and_figures,
    m016_why_a_story,
    m018_escalations,
    m019_said_by_the_feed,
    m020_states_of_places,
    m021_level_of_decisions,
    m022_card_edits,
    m023_subscriptions,
    m024_clocks_of_chats,
    m025_mutes_and_feedback,
    m026_asking,
    m027_operators,
    m028_digests,
    m029_topics_and_beginnings,
    m030_scale,
)

MIGRATIONS = Migrations("marsad")
for _step in STEPS:
    MIGRATIONS()(_step)
