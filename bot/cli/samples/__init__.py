"""Invented feeds that show what Marsad does: real places, news that never happened.

The documents hold ages instead of dates, such as `{{90m}}`: filled in when they are served, so
that the news is fresh whenever the demo runs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

FOLDER = Path(__file__).parent
AGE = re.compile(r"\{\{(\d+)m\}\}")
ENTRY = re.compile(r" *<(item|entry)>.*?</\1>\n", re.DOTALL)
DAY = timedelta(hours=14)
"""The oldest entry is so old at most."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample feed, as a row of feeds.yaml would describe it. `file` is in this folder."""

    file: str
    id: str
    name: str
    language: str
    region: str


SAMPLES = (
    Sample("sham-press.xml", "sham-press", "وكالة الشام للأنباء", "ar", "syria"),
    Sample("wadi-news.xml", "wadi-news", "صحيفة الوادي", "ar", "yemen"),
    Sample("relief-wire.xml", "relief-wire", "Relief Wire", "en", "world"),
    Sample("harbour-times.xml", "harbour-times", "Harbour Times", "en", "world"),
    Sample("echo-sahel.xml", "echo-sahel", "Écho du Sahel", "fr", "sahel"),
    Sample("levant-info.xml", "levant-info", "Levant Info", "fr", "levant"),
)


def document(sample: Sample, now: datetime, at: datetime | None = None) -> bytes:
    """The feed's document with its entries' dates, counted back from `now` (aware).

    As it stood `at` that time, when what came later was not there yet.
    """
    text = (FOLDER / sample.file).read_text(encoding="utf-8")
    is_rss = "<rss" in text

    def moment(age: re.Match[str]) -> datetime:
        return (now - timedelta(minutes=int(age[1]))).replace(microsecond=0)

    def published(entry: re.Match[str]) -> str:
        age = AGE.search(entry[0])
        return entry[0] if age is None or at is None or moment(age) <= at else ""

    def date(age: re.Match[str]) -> str:
        return format_datetime(moment(age)) if is_rss else moment(age).isoformat()

    return AGE.sub(date, ENTRY.sub(published, text)).encode("utf-8")
