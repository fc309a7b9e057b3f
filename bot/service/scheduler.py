"""APScheduler without its search for what other packages add to it.

When it is imported it reads what each installed package says of itself, a fiftieth of a start, for
names of triggers and stores. We name none of these: ours are given as objects.
"""

from __future__ import annotations

from importlib import metadata
from typing import Any


def _none(**_: Any) -> metadata.EntryPoints:
    return metadata.EntryPoints()


_searched = metadata.entry_points
metadata.entry_points = _none  # type: ignore[assignment]
try:
    from apscheduler.schedulers.asyncio import AsyncIOScheduler
    from apscheduler.triggers.interval import IntervalTrigger
finally:
    metadata.entry_points = _searched

__all__ = ["AsyncIOScheduler", "IntervalTrigger"]
