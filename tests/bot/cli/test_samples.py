"""The sample feeds give what `samples-expected.yaml` says, and half of them give nothing."""

from __future__ import annotations

import io
from calendar import timegm
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import feedparser
import pytest
from ruamel.yaml import YAML

from bot.cli.samples import DAY, SAMPLES, document
from rules import RuleSet, detect
from tests.conftest import shipped_rules

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EXPECTED = Path(__file__).with_name("samples-expected.yaml")


@dataclass(frozen=True, slots=True)
class Expected:
    """What an entry should give: signal ids with a direction ('any': either is right), and the
    happening that it tells.

    `maybe` are signals that careful readers could disagree on. `silent` says why there is
    nothing to find, None when there is.
    """

    signals: Mapping[str, str]
    maybe: frozenset[str]
    silent: str | None
    story: str | None = None


@cache
def expected() -> dict[str, Expected]:
    """By guid."""
    rows = YAML(typ="safe").load(EXPECTED.read_text(encoding="utf-8"))
    return {
        guid: Expected(
            signals=row.get("signals", {}),
            maybe=frozenset(row.get("maybe", ())),
            silent=row.get("silent"),
            story=row.get("story"),
        )
        for guid, row in rows.items()
    }


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return shipped_rules()


def entries() -> list[tuple[str, str, str, str]]:
    """(guid, language, title, summary) of every sample entry."""
    found = []
    for sample in SAMPLES:
        parsed = feedparser.parse(io.BytesIO(document(sample, NOW)))
        assert not parsed.bozo
        found += [(e.id, sample.language, e.title, e.summary) for e in parsed.entries]
    return found


def test_every_sample_entry_has_an_expectation_and_the_other_way_round() -> None:
    guids = [guid for guid, *_ in entries()]
    assert len(guids) == len(set(guids))
    assert set(guids) == set(expected())


def test_there_are_enough_and_half_of_them_are_silent() -> None:
    wanted = expected()
    silent = [guid for guid, each in wanted.items() if each.silent]
    assert len(wanted) >= 34
    assert len(silent) >= len(wanted) / 2
    assert all(bool(each.silent) != bool(each.signals) for each in wanted.values())


def test_the_news_is_fresh_whenever_it_is_served() -> None:
    for sample in SAMPLES:
        parsed = feedparser.parse(io.BytesIO(document(sample, NOW)))
        for entry in parsed.entries:
            age = NOW - datetime.fromtimestamp(timegm(entry.published_parsed), UTC)
            assert timedelta(0) < age <= DAY


def test_a_document_of_an_earlier_hour_lacks_what_came_later() -> None:
    at = NOW - timedelta(hours=7)
    for sample in SAMPLES:
        parsed = feedparser.parse(io.BytesIO(document(sample, NOW, at)))
        assert not parsed.bozo
        ages = [datetime.fromtimestamp(timegm(e.published_parsed), UTC) for e in parsed.entries]
        assert all(each <= at for each in ages)
        later = feedparser.parse(io.BytesIO(document(sample, NOW))).entries
        assert 0 < len(ages) < len(later)


@pytest.mark.parametrize(
    ("guid", "language", "title", "summary"), [pytest.param(*e, id=e[0]) for e in entries()]
)
def test_an_entry_gives_what_it_should(
    rules: RuleSet, guid: str, language: str, title: str, summary: str
) -> None:
    wanted = expected()[guid]
    found = defaultdict(set)
    for detection in detect(rules, title, summary, language):
        found[detection.signal].add(detection.direction)
    judged = set(rules.signals) - wanted.maybe
    assert set(found) & judged == set(wanted.signals) & judged
    for signal in set(found) & set(wanted.signals):
        if wanted.signals[signal] != "any":
            assert wanted.signals[signal] in found[signal]
