"""feeds.yaml is changed line by line: what operators wrote beside it stays."""

from __future__ import annotations

import pytest

from bot.feeds.catalogue import Feed, read_catalogue
from bot.operating.feed_list import CannotChange, with_added, with_pause, without

LIST = """\
# Our feeds.
feeds:
  # Organisations
  - id: relief
    name: Relief Wire  # ours
    url: https://relief.example/rss

  # Newspapers
  - {name: عنب بلدي, url: 'https://enab.example/feed', language: ar}
  - name: Third
    url: https://third.example/rss
    # asked on Monday
"""
NEW = Feed("new", "جديد: أول", "https://new.example/rss", family="new.example")


def test_a_feed_is_added_behind_the_others() -> None:
    changed = with_added(LIST, [NEW])
    assert read_catalogue(changed)[-1] == NEW
    kept = [line for line in changed.splitlines() if line in LIST.splitlines()]
    assert kept == LIST.splitlines()


@pytest.mark.parametrize("empty", ["feeds: []\n", "# none yet\nfeeds:\n"])
def test_the_first_feed_of_a_list(empty: str) -> None:
    assert read_catalogue(with_added(empty, [NEW])) == (NEW,)


@pytest.mark.parametrize("feed_id", ["relief", "عنب-بلدي", "third"])
def test_a_feed_is_paused_and_polled_again_and_nothing_else_changes(feed_id: str) -> None:
    paused = with_pause(LIST, feed_id, True)
    assert [feed.id for feed in read_catalogue(paused) if feed.paused] == [feed_id]
    assert paused.count("#") == LIST.count("#")
    assert with_pause(paused, feed_id, False) == LIST


@pytest.mark.parametrize("feed_id", ["relief", "عنب-بلدي", "third"])
def test_a_feed_is_taken_out_and_comments_stay(feed_id: str) -> None:
    left = without(LIST, feed_id)
    assert feed_id not in [feed.id for feed in read_catalogue(left)]
    for comment in ("# Our feeds.", "# Organisations", "# Newspapers", "# asked on Monday"):
        assert comment in left


def test_the_last_feed_leaves_an_empty_list() -> None:
    one = "feeds:\n- name: A\n  url: https://a.example/rss\n"
    assert read_catalogue(without(one, "a")) == ()


def test_what_cannot_be_changed_line_by_line_is_left_alone() -> None:
    on_one_line = (
        "feeds: [{name: A, url: 'https://a.example'}, {name: B, url: 'https://b.example'}]\n"
    )
    with pytest.raises(CannotChange):
        without(on_one_line, "a")
    with pytest.raises(CannotChange):
        without(LIST, "nobody")
