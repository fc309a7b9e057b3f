"""Stories in memory and in the database: they agree whatever happened in between."""

from __future__ import annotations

from itertools import permutations

import pytest

from bot.alerts.story.happening import Rule
from storage import alerts
from storage.connection import Connection
from storage.news import stories
from storage.rows import fetch
from tests.bot.alerts.newsroom import Newsroom, change, feed, item
from tests.storage.make import HOUR, NOW, add_feed

SIEGE = "حصار خانق على مدينة الفاشر يدخل شهره السادس والسكان بلا غذاء"
RETOLD = "الفاشر: الجوع يشتد مع دخول حصار المدينة شهره السادس بلا غذاء"
OTHER = "حصار قرية في ريف إدلب بعد هجوم ليلي على نقطة تفتيش"


def stories_of(db: Connection) -> list[set[str]]:
    found: dict[int, set[str]] = {}
    for row in fetch(
        db, "SELECT s.story_id, e.title FROM story_entries s JOIN entries e ON e.id = s.entry_id"
    ):
        found.setdefault(row["story_id"], set()).add(row["title"])
    return sorted(found.values(), key=sorted)


def test_a_second_publisher_in_words_of_its_own_joins_and_it_is_kept_why(
    newsroom: Newsroom,
) -> None:
    newsroom.says(SIEGE)
    newsroom.says(RETOLD, family="sana", now=NOW + HOUR)
    newsroom.says(OTHER, family="third", now=NOW + HOUR)
    assert stories_of(newsroom.db) == sorted([{SIEGE, RETOLD}, {OTHER}], key=sorted)
    first = alerts.for_story(newsroom.db, 1)
    assert [alert.families for alert in first] == [2]
    began, joined = stories.entries_of(newsroom.db, 1)
    assert (began.rule, joined.rule) == (Rule.NEW, Rule.SAME_HAPPENING)
    assert joined.because["like"] == began.entry_id
    assert "الفاشر" in " ".join(joined.because["words"])


def test_a_transaction_that_is_undone_is_forgotten(newsroom: Newsroom) -> None:
    newsroom.says(OTHER)
    add_feed(newsroom.db, feed("sana").id)
    newsroom.db.execute("BEGIN")
    # Two, for the next entry gets the number of the first.
    newsroom.says("إخلاء سفينة في ميناء بعيد", family="sana")
    newsroom.says(SIEGE, family="sana")
    newsroom.db.execute("ROLLBACK")
    newsroom.says(RETOLD, family="third", now=NOW + HOUR)
    assert stories_of(newsroom.db) == sorted([{OTHER}, {RETOLD}], key=sorted)
    (only,) = [each for each in alerts.recent(newsroom.db, None, NOW, 9) if each.title == RETOLD]
    assert only.version == 1, "what it is like was never told"


def test_what_another_process_did_is_seen(newsroom: Newsroom) -> None:
    newsroom.says(SIEGE)
    newsroom.says(RETOLD, family="sana", now=NOW + HOUR)
    retold = fetch(newsroom.db, "SELECT id FROM entries WHERE title = :it", {"it": RETOLD})[0]["id"]
    new = stories.split(newsroom.db, [retold], NOW + HOUR)
    again = f"{RETOLD} وأطفال يموتون"
    newsroom.says(again, family="third", now=NOW + 2 * HOUR)
    assert {each.title for each in stories.entries_of(newsroom.db, new)} == {RETOLD, again}
    assert stories.merge(newsroom.db, new, 1, NOW + 2 * HOUR) == 2
    assert stories_of(newsroom.db) == [{SIEGE, RETOLD, again}]
    kinds = [row["kind"] for row in fetch(newsroom.db, "SELECT kind FROM story_edits ORDER BY id")]
    assert kinds == ["split", "merge"]


def test_what_another_process_attached_is_added_and_nothing_else_is_read(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Newsroom(newsroom.db)
    newsroom.says(OTHER)
    other.says(SIEGE, family="sana", now=NOW + HOUR)

    def refuse(*_: object) -> None:
        raise AssertionError("the whole window was read")

    monkeypatch.setattr("bot.alerts.story.remembered.stories.reports", refuse)
    newsroom.says(RETOLD, family="third", now=NOW + 2 * HOUR)
    again = f"{OTHER} عند الفجر"
    other.says(again, family="fourth", now=NOW + 2 * HOUR)
    assert stories_of(newsroom.db) == sorted([{SIEGE, RETOLD}, {OTHER, again}], key=sorted)


def test_what_was_undone_here_is_not_taken_for_what_another_process_did(
    newsroom: Newsroom,
) -> None:
    other = Newsroom(newsroom.db)
    newsroom.says(OTHER)
    add_feed(newsroom.db, feed("sana").id)
    newsroom.db.execute("BEGIN")
    newsroom.says("إخلاء سفينة في ميناء بعيد", family="sana")
    newsroom.db.execute("ROLLBACK")
    # So the count of changes is again what this process remembers.
    other.says(SIEGE, family="sana", now=NOW + HOUR)
    newsroom.says(RETOLD, family="third", now=NOW + 2 * HOUR)
    assert stories_of(newsroom.db) == sorted([{OTHER}, {SIEGE, RETOLD}], key=sorted)


def test_a_restart_reads_what_was_remembered(newsroom: Newsroom) -> None:
    newsroom.says(SIEGE)
    anew = Newsroom(newsroom.db)
    anew.says(RETOLD, family="sana", now=NOW + HOUR)
    assert stories_of(newsroom.db) == [{SIEGE, RETOLD}]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_entries_within_a_poll_changes_no_story(
    newsroom: Newsroom, order: tuple[int, ...]
) -> None:
    add_feed(newsroom.db, feed().id)
    titles = [SIEGE, RETOLD, OTHER]
    changes = [change(item(titles[n], published_at=NOW, guid=str(n))) for n in order]
    newsroom.poll(feed(), changes)
    assert stories_of(newsroom.db) == sorted([{SIEGE, RETOLD}, {OTHER}], key=sorted)
    told = alerts.recent(newsroom.db, None, NOW, 9)
    assert {alert.title for alert in told} == {min(SIEGE, RETOLD), OTHER}


def test_stories_that_cannot_be_split_or_merged_say_so_and_stay(newsroom: Newsroom) -> None:
    newsroom.says(SIEGE)
    newsroom.says(OTHER, family="sana")
    before = stories_of(newsroom.db)
    for wrong in ([1], [1, 2], [404], []):
        with pytest.raises(ValueError, match="entries"):
            stories.split(newsroom.db, wrong, NOW)
    for story, into in ((1, 1), (404, 1), (1, 404)):
        with pytest.raises(ValueError, match="stories"):
            stories.merge(newsroom.db, story, into, NOW)
    assert stories_of(newsroom.db) == before


def families_of(db: Connection) -> int:
    (alert,) = alerts.for_story(db, 1)
    return alert.families


def test_a_copy_and_then_words_of_its_own_in_one_poll_make_a_second_source(
    newsroom: Newsroom,
) -> None:
    """The same families are asked for twice in the transaction, and other tellings are there."""
    newsroom.says(SIEGE)
    add_feed(newsroom.db, feed("sana").id)
    copied, retold = (
        change(item(title, guid=title, published_at=NOW + minutes * HOUR / 60))
        for title, minutes in ((f"{SIEGE} والدواء", 1), (RETOLD, 2))
    )
    newsroom.poll(feed("sana"), [copied], NOW + HOUR)
    assert families_of(newsroom.db) == 1
    other = Newsroom(newsroom.db)
    other.poll(feed("third"), [copied, retold], NOW + HOUR)
    assert stories_of(newsroom.db) == [{SIEGE, copied.entry.title, RETOLD}]
    assert families_of(newsroom.db) == 2


def test_a_telling_that_left_is_no_source_in_the_same_transaction(newsroom: Newsroom) -> None:
    newsroom.says(SIEGE)
    newsroom.says(f"{SIEGE} والدواء", family="sana", now=NOW + HOUR)
    newsroom.says(RETOLD, family="sana", now=NOW + HOUR)
    (retold,) = fetch(newsroom.db, "SELECT id FROM entries WHERE title = :it", {"it": RETOLD})
    remembered, asked = newsroom.pipeline._stories, (newsroom.db, 1, {"enab", "sana"}, NOW + HOUR)
    with remembered.unchanged():
        assert remembered.sources(*asked) == 2
        remembered.leave(newsroom.db, retold["id"], NOW + HOUR)
        assert remembered.sources(*asked) == 1


@pytest.mark.parametrize("what", ["story_for", "independent_sources", "Window.add"])
def test_a_fault_in_comparing_costs_a_join_and_never_an_alert(
    newsroom: Newsroom,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    what: str,
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(f"bot.alerts.story.remembered.{what}", fail)
    newsroom.says(SIEGE)
    newsroom.says(OTHER, family="sana", now=NOW + HOUR)
    assert {alert.title for alert in alerts.recent(newsroom.db, None, NOW, 9)} == {SIEGE, OTHER}
    assert "a bug" in caplog.text
