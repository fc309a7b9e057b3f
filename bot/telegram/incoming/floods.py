"""A limit for each person against floods: so many requests at once, then a few a minute."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

# People that are remembered; of more the one who was silent longest is forgotten.
MOST_PEOPLE = 5_000


@dataclass(frozen=True, slots=True)
class FloodLimit:
    """`burst` requests at once, and one more after each `every`."""

    burst: int = 30
    every: timedelta = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is left of a person's requests at a moment; `told` that there are none left."""

    left: float
    at: datetime
    warned: bool = False


Verdict = Literal["answer", "say so", "silence"]


def taken(bucket: Bucket | None, limit: FloodLimit, now: datetime) -> tuple[Bucket, Verdict]:
    """One request more. It is said once that they are too many; not again before half of the
    burst is there again."""
    if bucket is None:
        return Bucket(limit.burst - 1, now), "answer"
    passed = max(timedelta(0), now - bucket.at)
    left = min(float(limit.burst), bucket.left + passed / limit.every)
    warned = bucket.warned and left < limit.burst / 2
    if left >= 1 and not warned:
        return Bucket(left - 1, now), "answer"
    if warned:
        return Bucket(left, now, warned=True), "silence"
    return replace(bucket, left=left, at=now, warned=True), "say so"


class Floods:
    """The buckets of those who wrote lately; a restart fills them."""

    def __init__(self, limit: FloodLimit) -> None:
        self._limit = limit
        self._buckets: OrderedDict[int, Bucket] = OrderedDict()

    def take(self, person_id: int, now: datetime) -> Verdict:
        bucket, verdict = taken(self._buckets.get(person_id), self._limit, now)
        self._buckets[person_id] = bucket
        self._buckets.move_to_end(person_id)
        if len(self._buckets) > MOST_PEOPLE:
            self._buckets.popitem(last=False)
        return verdict
