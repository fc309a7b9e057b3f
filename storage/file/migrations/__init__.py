"""The database's shape, step by step. A step that was released is never edited: add another.

A new step is a function in the last file, or in one that follows it, and the last of its `STEPS`.
Its name is what a database remembers of it.
"""

from __future__ import annotations

from sqlite_utils.migrations import Migrations

from storage.file.migrations import (
    step_029,
    step_030,
    step_031_page,
    step_032_leases,
    step_033_webhooks,
    step_034_workers,
    step_035_fanout,
    step_036_lots,
    step_037_moved,
    steps_001_to_003,
    steps_004_to_013,
    steps_014_to_022,
    steps_023_to_025,
    steps_026_to_028,
)

# In the order in which they are taken.
STEPS = tuple(
    step
    for part in (
        steps_001_to_003,
        steps_004_to_013,
        steps_014_to_022,
        steps_023_to_025,
        steps_026_to_028,
        step_029,
        step_030,
        step_031_page,
        step_032_leases,
        step_033_webhooks,
        step_034_workers,
        step_035_fanout,
        step_036_lots,
        step_037_moved,
    )
    for step in part.STEPS
)

MIGRATIONS = Migrations("marsad")
for _step in STEPS:
    MIGRATIONS()(_step)
