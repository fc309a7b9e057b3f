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


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample feed, as a row of feeds.yaml would describe it. `file` is in this folder."""

    file: str
    id: str
    name: str
    language: str
    region: str


SAMPLES = (
    Sample("sham-press.xml", "sham-press", "وكالة الشام للأنباء (عيّنة)", "ar", "syria"),
    Sample("wadi-news.xml", "wadi-news", "صحيفة الوادي (عيّنة)", "ar", "yemen"),
    Sample("relief-wire.xml", "relief-wire", "Relief Wire (sample)", "en", "world"),
    Sample("harbour-times.xml", "harbour-times", "Harbour Times (sample)", "en", "world"),
    Sample("echo-sahel.xml", "echo-sahel", "Écho du Sahel (échantillon)", "fr", "sahel"),
    Sample("levant-info.xml", "levant-info", "Levant Info (échantillon)", "fr", "levant"),
)


def document(sample: Sample, now: datetime) -> bytes:
    """The feed's document with its entries' dates, counted back from `now` (aware)."""
    text = (FOLDER / sample.file).read_text(encoding="utf-8")
    is_rss = "<rss" in text

    def date(age: re.Match[str]) -> str:
        moment = (now - timedelta(minutes=int(age[1]))).replace(microsecond=0)
        return format_datetime(moment) if is_rss else moment.isoformat()

    return AGE.sub(date, text).encode("utf-8")
