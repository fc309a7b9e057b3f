from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.parse.entry import FeedEntry
from bot.links import canonical_link
from bot.polling.content_hash import content_hash
from bot.polling.identify import (
    EntryChange,
    Identified,
    IdentityPolicy,
    identify,
    keyed,
)
from storage.news.entries import Entry
from storage.news.feeds import FeedState
from tests.bot.feeds.documents import entry, numbered
from tests.bot.polling.states import feed_state

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
READ_BEFORE = feed_state(last_success_at=NOW - HOUR)
NEVER_READ = replace(READ_BEFORE, seeded=False, last_success_at=None)
HELD = replace(READ_BEFORE, held=True)
POLICY = IdentityPolicy()


class Store:
    """What storage does with changes, in memory."""

    def __init__(self) -> None:
        self.entries: dict[int, Entry] = {}
        self.keys: dict[str, int] = {}

    def poll(
        self,
        entries: Sequence[FeedEntry],
        feed: FeedState = READ_BEFORE,
        now: datetime = NOW,
        policy: IdentityPolicy = POLICY,
    ) -> Identified:
        listed = keyed(entries)
        known = {
            key: self.entries[self.keys[key]]
            for each in listed
            for key in each.names
            if key in self.keys
        }
        found = identify(listed, known, feed, policy, now)
        for change in found.changes:
            self.store(change, feed, now)
        return found

    def store(self, change: EntryChange, feed: FeedState, now: datetime) -> None:
        if change.kind in ("new", "seed"):
            entry_id, updates, first = len(self.entries) + 1, 0, now
        else:
            assert change.entry_id is not None
            before = self.entries[change.entry_id]
            entry_id, first = change.entry_id, before.first_seen_at
            updates = before.updates + (change.kind == "updated")
        if change.kind != "seen":
            self.entries[entry_id] = Entry(
                id=entry_id,
                feed_id=feed.id,
                guid=change.entry.guid,
                link=change.entry.link,
                title=change.entry.title,
                summary=change.entry.summary,
                content_hash=change.content_hash,
                language=change.entry.language,
                published_at=change.entry.published_at,
                first_seen_at=first,
                updated_at=change.entry.updated_at,
                seeded=change.kind == "seed",
                updates=updates,
            )
        for key in change.keys:
            self.keys[key] = entry_id


def kinds(found: Identified) -> list[str]:
    return [change.kind for change in found.changes]


def reasons(found: Identified) -> list[str]:
    return [change.reason for change in found.changes]


def test_an_entry_is_hashed_once_a_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [entry("one", guid="a"), entry("two", guid="b")]
    hashed: list[FeedEntry] = []

    def counted(each: FeedEntry) -> str:
        hashed.append(each)
        return content_hash(each)

    monkeypatch.setattr("bot.polling.identify.content_hash", counted)
    store = Store()
    for _ in range(2):
        hashed.clear()
        assert {c.content_hash for c in store.poll(entries).changes} == set(
            map(content_hash, entries)
        )
        assert len(hashed) == len(entries)


def test_what_was_there_before_is_seen() -> None:
    store, entries = Store(), numbered(range(5))
    assert kinds(store.poll(entries)) == ["new"] * 5
    assert kinds(store.poll(entries)) == ["seen"] * 5


def test_the_first_poll_alerts_only_on_young_entries() -> None:
    young, old, undated = numbered([1], NOW - HOUR) + numbered([2], NOW - 7 * HOUR) + numbered([3])
    found = Store().poll([young, old, undated], NEVER_READ)
    assert kinds(found) == ["new", "seed", "seed"]
    assert reasons(found) == ["first-poll-young", "first-poll", "first-poll"]


@pytest.mark.parametrize("age", [None, timedelta(days=3650)])
def test_the_first_poll_can_be_told_to_alert_on_everything(age: timedelta | None) -> None:
    policy = IdentityPolicy(first_poll_age=age)
    entries = [*numbered([1], NOW - 20 * DAY), *numbered([2])]
    assert kinds(Store().poll(entries, NEVER_READ, policy=policy)) == ["new", "new"]


def test_what_is_dated_long_ago_is_history() -> None:
    found = Store().poll(numbered([1], NOW - 8 * DAY))
    assert (kinds(found), reasons(found)) == (["seed"], ["too-old"])


def test_a_guid_that_all_entries_share_names_none_of_them() -> None:
    store = Store()
    entries = [replace(each, guid="https://news.test/") for each in numbered(range(5))]
    assert kinds(store.poll(entries)) == ["new"] * 5
    assert kinds(store.poll(entries)) == ["seen"] * 5
    fresh = replace(numbered([6])[0], guid="https://news.test/")
    assert kinds(store.poll([fresh, *entries[:4]])) == ["new", *["seen"] * 4]


def test_a_link_that_all_entries_share_names_none_of_them() -> None:
    store = Store()
    entries = [
        replace(each, guid=None, link="https://news.test/latest") for each in numbered(range(5))
    ]
    assert kinds(store.poll(entries)) == ["new"] * 5
    assert kinds(store.poll(entries)) == ["seen"] * 5


def test_guid_and_link_shared_by_all_leave_the_text() -> None:
    store = Store()
    entries = [replace(each, guid="1", link="https://news.test/a") for each in numbered(range(4))]
    assert kinds(store.poll(entries)) == ["new"] * 4
    assert kinds(store.poll(list(reversed(entries)))) == ["seen"] * 4


def test_a_guid_made_from_the_headline_changes_with_it() -> None:
    store = Store()
    before = entry(
        "نقص الدواء في تعز", guid="naqs", link="https://n.test/1", summary="كتب مراسلنا من تعز"
    )
    store.poll([before])
    after = replace(before, guid="naqs-haad", title="نقص حاد في الدواء في تعز")
    found = store.poll([after])
    assert (kinds(found), reasons(found)) == (["updated"], ["text-changed-link"])


def test_a_new_guid_and_a_new_link_for_the_same_long_text_are_the_same_entry() -> None:
    store, long = Store(), "نص طويل يصف الوضع في المستشفى بالتفصيل " * 4
    store.poll([entry("عنوان", guid="1", link="https://n.test/?p=1", summary=long)])
    moved = entry("عنوان", guid="x", link="https://n.test/2026/01/x", summary=long)
    assert kinds(store.poll([moved])) == ["seen"]


def test_a_bulletin_that_says_the_same_every_day_is_new_every_day() -> None:
    store, text = (
        Store(),
        "المعبر مغلق اليوم أمام حركة المسافرين والبضائع في الاتجاهين حتى إشعار آخر " * 2,
    )
    for day in range(3):
        each = entry("حالة المعبر", guid=f"d{day}", link=f"https://n.test/{day}", summary=text)
        each = replace(each, published_at=NOW + day * DAY)
        assert kinds(store.poll([each], now=NOW + day * DAY)) == ["new"]


def test_short_texts_alike_are_different_entries() -> None:
    store = Store()
    first = entry("عاجل", guid="1", link="https://n.test/1")
    second = entry("عاجل", guid="2", link="https://n.test/2")
    assert kinds(store.poll([first, second])) == ["new", "new"]


def test_a_guid_used_again_for_another_story_is_a_new_entry() -> None:
    store = Store()
    first, other = numbered([1, 2])
    store.poll([replace(first, guid="item-1")])
    found = store.poll(
        [replace(other, guid="item-1", title="Floods in Port Sudan", summary="Rain")]
    )
    assert (kinds(found), reasons(found)) == (["new"], ["guid-reused"])
    assert kinds(
        store.poll([replace(other, guid="item-1", title="Floods in Port Sudan", summary="Rain")])
    ) == ["seen"]


def test_a_numbered_guid_on_another_days_article_is_a_new_entry() -> None:
    store = Store()
    store.poll([entry("قصف على حلب", guid="1", link="https://n.test/a", published=NOW - 2 * DAY)])
    found = store.poll([entry("قصف على إدلب", guid="1", link="https://n.test/b", published=NOW)])
    assert (kinds(found), reasons(found)) == (["new"], ["guid-reused"])


def test_an_entry_that_vanishes_and_returns_is_seen() -> None:
    store, entries = Store(), numbered(range(6))
    store.poll(entries)
    store.poll(entries[:3])
    assert kinds(store.poll(entries)) == ["seen"] * 6


def test_a_rewritten_headline_is_an_update() -> None:
    store = Store()
    before = entry("Clinic closes in Aden", guid="1", link="https://n.test/1", summary="Text.")
    store.poll([before])
    found = store.poll([replace(before, title="Clinic closes in Aden after attack")])
    assert kinds(found) == ["updated"]


def test_updates_that_only_the_text_shows_are_read_however_many_there_are() -> None:
    store = Store()
    before = entry("Live page", guid="1", link="https://n.test/1")
    store.poll([before])
    for number in range(20):
        assert kinds(store.poll([replace(before, summary=f"Live page {number}")])) == ["updated"]


def test_updates_that_the_publisher_dates_are_not_capped() -> None:
    store = Store()
    before = entry("Live page", guid="1", link="https://n.test/1", updated=NOW - 3 * HOUR)
    store.poll([before])
    for number in range(1, 7):
        later = replace(
            before,
            summary=f"Live page {number}",
            updated_at=NOW - 3 * HOUR + number * timedelta(minutes=10),
        )
        assert kinds(store.poll([later])) == ["updated"]


def test_a_page_that_is_dated_now_at_every_look_is_read_at_every_look() -> None:
    store = Store()
    told = []
    for number in range(6):
        now = NOW + number * HOUR
        page = entry("Page", guid="1", link="https://n.test/1", summary=f"Page {number}")
        told += kinds(store.poll([replace(page, published_at=now)], now=now))
    assert told == ["new"] + ["updated"] * 5


def test_an_old_entry_that_is_touched_up_is_no_news() -> None:
    store = Store()
    before = entry("Old story", guid="1", link="https://n.test/1", published=NOW - 9 * DAY)
    store.poll([before])
    found = store.poll([replace(before, title="Old story, typo mended")])
    assert (kinds(found), reasons(found)) == (["seen"], ["updated-too-late"])


def test_a_feed_that_is_suddenly_mostly_new_is_held_and_taken_when_it_stays_so() -> None:
    store = Store()
    store.poll(numbered(range(20)), NEVER_READ)
    fresh = numbered(range(100, 120), NOW - HOUR / 2)
    held = store.poll(fresh)
    assert held.held and held.changes == () and held.unknown == 20
    released = store.poll(fresh, HELD)
    assert released.released and released.confirmed and not released.held
    assert kinds(released) == ["new"] * 20


def test_what_came_while_nobody_looked_is_not_held() -> None:
    store = Store()
    store.poll(numbered(range(20)), NEVER_READ)
    after_a_night = feed_state(last_success_at=NOW - 9 * HOUR)
    fresh = numbered(range(100, 120), NOW - HOUR)
    assert kinds(store.poll(fresh, after_a_night)) == ["new"] * 20
    undated = [replace(each, published_at=None) for each in numbered(range(200, 220))]
    assert store.poll(undated, after_a_night).held
    assert store.poll(numbered(range(300, 320), NOW - DAY), after_a_night).held


def test_old_entries_under_new_names_are_history_when_the_hold_ends() -> None:
    store = Store()
    renamed = [
        *numbered(range(100, 115), NOW - 2 * DAY),
        *numbered(range(200, 205), NOW - HOUR / 2),
    ]
    assert kinds(store.poll(renamed, HELD)) == ["seed"] * 15 + ["new"] * 5


def test_a_glitch_that_passes_changes_nothing() -> None:
    store, entries = Store(), numbered(range(20))
    store.poll(entries, NEVER_READ)
    assert store.poll(numbered(range(300, 320))).held
    back = store.poll(entries, HELD)
    assert back.released and not back.confirmed
    assert kinds(back) == ["seen"] * 20


def test_a_small_feed_is_not_held() -> None:
    store = Store()
    store.poll(numbered(range(9)))
    assert not store.poll(numbered(range(50, 59))).held


def undated_pages(count: int) -> list[FeedEntry]:
    return [
        FeedEntry(None, f"https://a.example/{n}", f"Page {n}", "", None, None, None)
        for n in range(count)
    ]


def test_many_undated_entries_at_once_are_history_where_old_pages_are_listed() -> None:
    pages = undated_pages(100)
    sitemap = replace(POLICY, undated_at_once=30)
    dated = replace(pages[99], published_at=NOW - HOUR)
    store = Store()
    store.poll(pages[:60], NEVER_READ, policy=sitemap)
    late = store.poll([*pages[:99], dated], policy=sitemap)
    assert kinds(late)[60:] == ["seed"] * 39 + ["new"]
    assert reasons(late)[60] == "undated-bulk"


@pytest.mark.parametrize(
    ("came", "read", "most"), [(30, HOUR, 30), (39, 4 * HOUR, 30), (39, HOUR, None)]
)
def test_a_few_undated_entries_or_those_after_an_absence_are_new(
    came: int, read: timedelta, most: int | None
) -> None:
    pages = undated_pages(100)
    sitemap = replace(POLICY, undated_at_once=most)
    store = Store()
    store.poll(pages[:60], NEVER_READ, policy=sitemap)
    found = store.poll(
        pages[: 60 + came], replace(READ_BEFORE, last_success_at=NOW - read), policy=sitemap
    )
    assert kinds(found)[60:] == ["new"] * came


def test_half_new_is_not_more_than_half() -> None:
    store = Store()
    store.poll(numbered(range(10)), NEVER_READ)
    assert not store.poll(numbered(range(5, 15))).held
    assert store.poll(numbered(range(9, 25))).held


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.n.test/a?b=1&a=2", "https://n.test/a?a=2&b=1"),
        ("https://n.test/a/", "https://n.test/a#comments"),
        ("https://n.test/a?utm_source=x&id=3&fbclid=y", "https://n.test/a?id=3"),
        ("https://n.test/%D8%A3", "https://n.test/أ"),
        ("https://N.TEST:443/a", "https://n.test/a"),
    ],
)
def test_two_spellings_of_a_link_are_one(one: str, other: str) -> None:
    assert canonical_link(one) == canonical_link(other) is not None


@pytest.mark.parametrize("link", ["https://n.test/", "https://n.test", "http://[::1", "about:x"])
def test_some_links_name_no_entry(link: str) -> None:
    assert canonical_link(link) is None


def test_different_articles_keep_different_links() -> None:
    links = [
        "https://n.test/?p=1",
        "https://n.test/?p=2",
        "https://m.test/?p=1",
        "https://n.test/a",
    ]
    assert len({canonical_link(link) for link in links}) == 4


TEXTS = st.sampled_from(["", "عاجل", "Hospital closes", "نقص الدواء في تعز " * 8, "Rain"])
ENTRIES = st.builds(
    FeedEntry,
    guid=st.none() | st.sampled_from(["1", "2", "3", "https://n.test/"]),
    link=st.none() | st.sampled_from([f"https://n.test/{n}" for n in range(4)]),
    title=TEXTS,
    summary=TEXTS,
    published_at=st.none() | st.sampled_from([NOW - n * DAY / 2 for n in range(20)]),
    updated_at=st.none(),
    language=st.none(),
)


@given(st.lists(ENTRIES, max_size=8))
def test_each_entry_of_a_document_has_keys_of_its_own(entries: list[FeedEntry]) -> None:
    listed = keyed(entries)
    names = [n for each in listed for n in each.names if n.startswith(("guid:", "link:"))]
    assert len(names) == len(set(names))
    assert all(each.names and set(each.names) <= set(each.keys) for each in listed)
    # What is left out repeats another entry word for word.
    assert {content_hash(each.entry) for each in listed} == {content_hash(e) for e in entries}


@given(st.lists(ENTRIES, max_size=8), st.booleans())
def test_a_second_poll_of_the_same_document_finds_nothing_new(
    entries: list[FeedEntry], first: bool
) -> None:
    store = Store()
    store.poll(entries, NEVER_READ if first else READ_BEFORE)
    again = store.poll(entries, READ_BEFORE)
    assert not {"new", "seed"} & set(kinds(again))


@given(st.lists(st.lists(ENTRIES, max_size=6), max_size=6), st.randoms())
def test_every_text_is_stored_unless_a_named_rule_says_why_not(
    documents: list[list[FeedEntry]], random: object
) -> None:
    """Whatever a feed does with its names, no text goes by without being stored: it was stored
    before (same text), or the age of the entry left it out by name."""
    store = Store()
    texts: set[str] = set()
    for number, document in enumerate(documents):
        now = NOW + number * HOUR
        found = store.poll(document, now=now)
        texts |= {change.content_hash for change in found.changes if change.kind != "seen"}
        for change in found.changes:
            assert change.content_hash in texts or change.reason == "updated-too-late"


@given(st.lists(ENTRIES, max_size=15), st.booleans(), st.booleans(), st.integers(0, 10**6))
def test_held_means_nothing_is_stored(
    entries: list[FeedEntry], seeded: bool, held: bool, hours: int
) -> None:
    asked = NOW - timedelta(hours=hours)
    feed = feed_state(seeded=seeded, held=held and seeded, last_success_at=asked)
    found = identify(keyed(entries), {}, feed, POLICY, NOW)
    if found.held:
        assert not found.changes and not held
    else:
        assert len(found.changes) == len(keyed(entries))
