"""`marsad demo`: a day of sample feeds through the real service, shown as it stands at the end."""

from __future__ import annotations

import asyncio
import io
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len
from rich.console import Console

from bot.alerts.summaries.history import AlertHistory, history_of
from bot.cli.demo import FOLDER, _any, show
from bot.errors import CannotGoOn
from bot.settings import Settings
from storage.connection import Connection
from storage.file.database import connect
from storage.rows import fetch
from tests.bot.cli.test_samples import expected

NOW = datetime(2026, 3, 3, 20, 0, tzinfo=UTC)
LONGEST = 120
"""Lines of a screenful that somebody still reads."""


@dataclass(frozen=True)
class Shown:
    """What the demo printed, and the alert of each happening."""

    lines: list[str]
    alerts: Mapping[str, AlertHistory]

    def card_with(self, words: str) -> str:
        """The card that holds these words: its text without line ends and marks of evidence."""
        cards = [each.replace("*", "") for each in "\n".join(self.lines).split("\n───")]
        (card,) = [" ".join(each.split()) for each in cards if words in " ".join(each.split())]
        return card


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    folder = tmp_path_factory.mktemp("demo")
    out = io.StringIO()
    console = Console(file=out, width=100)
    settings = Settings()
    assert asyncio.run(show(settings, feed=None, data_dir=folder, console=console, now=NOW))
    db = connect(folder / FOLDER / "marsad.sqlite")
    told = _told(db)
    db.close()
    return Shown(out.getvalue().splitlines(), told)


def _told(db: Connection) -> dict[str, AlertHistory]:
    """By happening; a happening with two cards, or a card of two happenings, fails."""
    rows = fetch(
        db,
        """
        SELECT a.short_id, e.guid FROM alerts a
        JOIN story_entries s ON s.story_id = a.story_id JOIN entries e ON e.id = s.entry_id""",
        {},
    )
    cards = defaultdict(set)
    for row in rows:
        cards[str(expected()[row["guid"]].story)].add(row["short_id"])
    assert all(len(ids) == 1 for ids in cards.values()), cards
    assert len(set().union(*cards.values())) == len(cards), cards
    found = {story: history_of(db, min(ids), None) for story, ids in cards.items()}
    return {story: each for story, each in found.items() if each}


def test_each_happening_is_one_card(shown: Shown) -> None:
    happenings = {each.story for each in expected().values() if each.story}
    assert set(shown.alerts) == happenings
    assert 8 <= len(happenings) <= 10
    above = [line for line in shown.lines if line.startswith("─")]
    assert len(above) == len(happenings) + 1, "a line over each card, and over the sum"


def test_it_is_short_enough_to_read(shown: Shown) -> None:
    assert len(shown.lines) < LONGEST
    assert sum(cell_len(line) > 100 for line in shown.lines) < 5, "but long addresses"


def test_one_story_grows_from_three_feeds_in_two_languages(shown: Shown) -> None:
    idlib = shown.alerts["idlib"]
    feeds = [each.feed_id for each in idlib.alert.sources]
    assert feeds == ["sham-press", "wadi-news", "relief-wire"]
    assert len({each.at for each in idlib.decisions}) == 3, "each in a poll of its own"
    card = shown.card_with("southern")
    assert "How it grew: 07:00 first told" in card
    assert "3 publishers" in card


def test_an_escalation_raises_a_level_and_the_card_says_why(shown: Shown) -> None:
    water = shown.alerts["idlib"].alert.of("water-fuel-power-shortage")
    assert water is not None
    assert water.level == "alert", "one publisher makes it watch"
    card = shown.card_with("southern")
    assert "3 independent publishers told of it within 12 hours" in card
    assert "level raised" in card


def test_an_attack_is_told_by_three_publishers_within_six_hours_and_its_toll_rises(
    shown: Shown,
) -> None:
    nyala = shown.alerts["nyala"]
    feeds = {each.feed_id for each in nyala.alert.sources}
    assert feeds == {"relief-wire", "wadi-news", "harbour-times"}
    times = [each.at for each in nyala.decisions]
    assert max(times) - min(times) < timedelta(hours=6)
    assert nyala.alert.level == "critical"
    assert "Deaths: 5 → 14" in shown.card_with("maternity")


def test_who_disagrees_is_named_with_what_they_say(shown: Shown) -> None:
    card = shown.card_with("سوق الفاشر")
    assert "الوفيات: 30 (وكالة الشام للأنباء) / 19 (صحيفة الوادي)" in card
    assert "اختلفت جهات النشر" in card


@pytest.mark.parametrize(("story", "signal"), [("babanusa", "siege"), ("rmeish", "evacuation")])
def test_what_was_lifted_or_cancelled_is_not_red_and_is_told(
    shown: Shown, story: str, signal: str
) -> None:
    history = shown.alerts[story]
    told = history.alert.of(signal)
    assert told is not None
    assert told.direction == "improving"
    assert history.alert.level != "critical"
    actions = [each.action for each in history.decisions if each.signal == signal]
    assert actions == ["send", "update"], "who was told the bad news is told its end"
    grown = shown.card_with("رفع الحصار عن بابنوسة").partition("كيف كبر الخبر: ")[2]
    assert grown.endswith("انفراج"), "who told the bad news does not tell its end"
    siege = shown.alerts["babanusa"].alert
    assert [each.feed_id for each in siege.sources] == ["sham-press"], "of the end, who tells it"


def test_a_denial_of_what_nobody_was_told_is_listed_only(shown: Shown) -> None:
    assert shown.alerts["tripoli"].alert.level == "watch"
    assert "non envoyée parce que" in shown.card_with("Tripoli")


def test_half_of_the_entries_are_silent_and_an_example_is_named(shown: Shown) -> None:
    said = "\n".join(shown.lines[-12:])
    assert "Entries: 34, silent of them: 18. Cards: 9" in said
    assert "Rovers under siege" in said


@pytest.mark.parametrize("feed", ["http://[::1", "", "/no/such/file", "javascript:1"])
def test_what_is_no_feed_is_said_in_words(feed: str) -> None:
    with pytest.raises(CannotGoOn, match=r"cannot be read as an address|is neither a file"):
        _any(feed, Settings())
