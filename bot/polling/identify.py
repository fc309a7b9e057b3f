"""Is an entry new, updated, or one that we have seen under another name? Pure.

An entry is looked for by its guid, then by its link, then by its text. Publishers break each
of these: guids that all entries share, that change with the headline, that are used again for
another story; links that all lead to the front page. So a name counts only while it names one
entry of the document, and only when the text under it resembles what it named before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from rapidfuzz import fuzz

from bot.feeds.parse.dates import OLDEST
from bot.feeds.parse.entry import FeedEntry
from bot.links import canonical_link
from bot.polling.content_hash import content_hash, sha256
from storage.news.entries import Entry
from storage.news.feeds import FeedState

Kind = Literal["new", "updated", "seed", "seen"]


@dataclass(frozen=True, slots=True)
class EntryChange:
    """What an entry of this poll is to us.

    `kind`: "new" and "updated" may alert; "seed" is stored as history; "seen" only says that
    the entry is still there. `entry_id` is set for "updated" and "seen". `keys` are the
    identity keys to store for the entry: none for one that came under its known guid again.
    `reason` names the rule that decided.
    """

    entry: FeedEntry
    keys: tuple[str, ...]
    kind: Kind
    entry_id: int | None
    reason: str
    content_hash: str
    """What `storage.news.entries.Entry.content_hash` must hold."""


@dataclass(frozen=True, slots=True)
class KeyedEntry:
    """An entry with the names to look it up by, the most trusted first, and all those to store.

    The bare text's hash is stored always, but looked up only for an entry that has no other
    name: its guid and link may be shared by other entries in a later document.
    """

    entry: FeedEntry
    names: tuple[str, ...]
    keys: tuple[str, ...]
    content_hash: str


@dataclass(frozen=True, slots=True)
class IdentityPolicy:
    """`first_poll_age`: how young an entry must be to alert on a feed's first poll; None lets
    all of them alert. `max_age`: what is dated earlier is history. `hold_from` and
    `hold_share`: a document of so many entries with more than this share unknown is held.
    `absence`: when nothing was accepted for so long, entries dated since are no surprise.
    `undated_at_once`: more unknown entries without a date than this in one poll are history,
    unless it follows an absence; None: never."""

    first_poll_age: timedelta | None = timedelta(hours=6)
    max_age: timedelta = timedelta(days=7)
    hold_from: int = 10
    hold_share: float = 0.5
    absence: timedelta = timedelta(hours=3)
    undated_at_once: int | None = None


@dataclass(frozen=True, slots=True)
class Identified:
    """Changes in the document's order. Held: `changes` is empty and nothing may be stored.

    `unknown` counts the entries without a stored counterpart. `released` says that this poll
    ends a hold; `confirmed`, that it showed again what had been held.
    """

    changes: tuple[EntryChange, ...]
    held: bool
    released: bool
    confirmed: bool
    unknown: int


def keyed(entries: Sequence[FeedEntry]) -> tuple[KeyedEntry, ...]:
    """Each entry of a document once, with the keys that name it and nothing else in there."""
    named_by_guid: dict[str, set[str]] = defaultdict(set)
    named_by_link: dict[str, set[str]] = defaultdict(set)
    rows = []
    for entry in entries:
        text, link = content_hash(entry), canonical_link(entry.link) if entry.link else None
        rows.append((entry, text, link))
        if entry.guid:
            named_by_guid[entry.guid].add(link or text)
        if link:
            named_by_link[link].add(entry.guid or text)
    # One guid with one link but several texts: every entry carries the same pair.
    texts: dict[tuple[str | None, str | None], set[str]] = defaultdict(set)
    for entry, text, link in rows:
        texts[entry.guid, link].add(text)
    found: dict[tuple[str, ...], KeyedEntry] = {}
    for entry, text, link in rows:
        single = len(texts[entry.guid, link]) == 1
        names = []
        if entry.guid and single and len(named_by_guid[entry.guid]) == 1:
            names.append(guid_key(entry.guid))
        if link and single and len(named_by_link[link]) == 1:
            names.append(f"link:{link}" if len(link) <= 500 else f"link:{sha256(link)}")
        bare = f"hash:{text}"
        # What shares all of its names with an earlier row is that row once more.
        once = tuple(names) or (bare,)
        if not names:
            names.append(bare)
        elif _distinctive(entry):
            # With the day: a bulletin may say word for word what it said yesterday.
            day = f"{entry.published_at:%Y-%m-%d}" if entry.published_at else ""
            names.append(f"text:{text}:{day}")
        keys = tuple(dict.fromkeys((*names, bare)))
        found.setdefault(once, KeyedEntry(entry, tuple(names), keys, text))
    return tuple(found.values())


def guid_key(guid: str) -> str:
    return f"guid:{guid}" if len(guid) <= 500 else f"guid:{sha256(guid)}"


def identify(
    entries: Sequence[KeyedEntry],
    known: Mapping[str, Entry],
    feed: FeedState,
    policy: IdentityPolicy,
    now: datetime,
) -> Identified:
    """What each entry of a poll is. `known` holds the stored entries by those keys that exist.

    A feed that was read before and suddenly shows mostly unknown entries is held: the cause may
    be a new way of making guids, another site at the address, or a glitch. (After an outage of
    ours or theirs, what is dated since then was to be expected.) The next poll
    decides, whatever it shows: held entries that are still there are taken as new, unless they
    are dated well before the feed was last accepted (they are the old ones, renamed).
    """
    matches = [_match(each, known) for each in entries]
    unknown = sum(1 for match in matches if match.known is None)
    mostly_unknown = (
        feed.seeded
        and len(entries) >= policy.hold_from
        and unknown - _expected(matches, entries, feed, policy, now)
        > policy.hold_share * len(entries)
    )
    if mostly_unknown and not feed.held:
        return Identified((), held=True, released=False, confirmed=False, unknown=unknown)
    bulk = feed.seeded and _is_bulk(matches, entries, feed, policy, now)
    changes: list[EntryChange] = []
    taken: set[int | None] = set()
    for each, match in zip(entries, matches, strict=True):
        if match.known is None:
            kind, reason = _of_unknown(each.entry, match.reason, feed, policy, now)
            if bulk and each.entry.newest_date is None:
                kind, reason = "seed", "undated-bulk"
            changes.append(
                EntryChange(each.entry, each.keys, kind, None, reason, each.content_hash)
            )
        elif match.known.id not in taken:
            # A second entry that matches the same stored one is an older copy of it.
            taken.add(match.known.id)
            changes.append(_of_known(each, match, match.known, policy, now))
    return Identified(
        tuple(changes),
        held=False,
        released=feed.held,
        confirmed=feed.held and mostly_unknown,
        unknown=unknown,
    )


def _expected(
    matches: Sequence[_Match],
    entries: Sequence[KeyedEntry],
    feed: FeedState,
    policy: IdentityPolicy,
    now: datetime,
) -> int:
    """How many of the unknown entries came while nobody looked."""
    since = feed.last_success_at
    if since is None or now - since < policy.absence:
        return 0
    dates = [
        each.entry.newest_date
        for each, match in zip(entries, matches, strict=True)
        if match.known is None
    ]
    return sum(1 for dated in dates if dated is not None and dated > since)


def _is_bulk(
    matches: Sequence[_Match],
    entries: Sequence[KeyedEntry],
    feed: FeedState,
    policy: IdentityPolicy,
    now: datetime,
) -> bool:
    """Whether more came without a date, since the feed was last read, than a site publishes."""
    since = feed.last_success_at
    if policy.undated_at_once is None or since is None or now - since >= policy.absence:
        return False
    undated = sum(
        1
        for each, match in zip(entries, matches, strict=True)
        if match.known is None and each.entry.newest_date is None
    )
    return undated > policy.undated_at_once


@dataclass(frozen=True, slots=True)
class _Match:
    known: Entry | None
    reason: str


def _match(each: KeyedEntry, known: Mapping[str, Entry]) -> _Match:
    reason = "unknown"
    for key in each.names:
        stored = known.get(key)
        if stored is None:
            continue
        name = key.partition(":")[0]
        if _same_entry(each, stored, name):
            return _Match(stored, name)
        # The most trusted name decides what is said about it.
        reason = f"{name}-reused" if reason == "unknown" else reason
    return _Match(None, reason)


def _same_entry(each: KeyedEntry, stored: Entry, name: str) -> bool:
    """Whether what a name names now is what it named before."""
    if each.content_hash == stored.content_hash:
        return True
    entry = each.entry
    apart = _days_apart(entry.published_at, stored.published_at)
    if name == "guid" and apart is not None and apart > 1 and _link_moved(entry, stored):
        return False
    return _alike(entry.title, stored.title) or _alike(entry.summary, stored.summary)


def _alike(text: str, other: str) -> bool:
    # token_set_ratio: words in common, blind to order and to what was added. 50 of 100 lets a
    # rewritten headline pass and stops one that shares only small words.
    return bool(text and other) and fuzz.token_set_ratio(text[:600], other[:600]) >= 50


def _link_moved(entry: FeedEntry, stored: Entry) -> bool:
    if not entry.link or not stored.link:
        return False
    return canonical_link(entry.link) != canonical_link(stored.link)


def _days_apart(one: datetime | None, other: datetime | None) -> float | None:
    if one is None or other is None:
        return None
    return abs((one - other).total_seconds()) / 86_400


def _distinctive(entry: FeedEntry) -> bool:
    """Whether the text is long enough that two entries would not share it by chance."""
    return len(entry.title) + len(entry.summary) >= 80


def _of_unknown(
    entry: FeedEntry, reason: str, feed: FeedState, policy: IdentityPolicy, now: datetime
) -> tuple[Kind, str]:
    dated = entry.newest_date
    age = None if dated is None else now - dated
    if not feed.seeded:
        # Dates reach back thirty days at most: an age above says that all may alert.
        if policy.first_poll_age is None or policy.first_poll_age >= OLDEST:
            return "new", "first-poll-all"
        young = age is not None and age < policy.first_poll_age
        return ("new", "first-poll-young") if young else ("seed", "first-poll")
    if age is not None and age > policy.max_age:
        return "seed", "too-old"
    if feed.held and dated is not None and feed.last_success_at is not None:
        late = min(policy.first_poll_age or OLDEST, OLDEST)
        if dated < feed.last_success_at - late:
            return "seed", "held-old"
    return "new", reason


def _of_known(
    each: KeyedEntry, match: _Match, stored: Entry, policy: IdentityPolicy, now: datetime
) -> EntryChange:
    entry = each.entry

    def change(kind: Kind, reason: str) -> EntryChange:
        keys = () if reason == "guid" else each.keys
        return EntryChange(entry, keys, kind, stored.id, reason, each.content_hash)

    if each.content_hash == stored.content_hash:
        return change("seen", match.reason)
    dated = entry.newest_date or stored.first_seen_at
    if now - dated > policy.max_age:
        return change("seen", "updated-too-late")
    # However often: a live page is read each time, and what is told of it is limited later.
    return change("updated", f"text-changed-{match.reason}")
