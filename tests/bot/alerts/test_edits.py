"""Whose card is edited when something becomes known that is no news: pure, then in a poll."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.decide import Reason
from bot.alerts.edits import may_see, quoted_entry, says, to_edit
from storage import alerts
from storage.alerts import Alert, AlertFigure, AlertSource
from storage.news.facts import StoredPlace
from storage.readers import supergroups
from storage.sending import card_edits, outbox, webhooks
from storage.sending.deliveries import Recipient
from tests.bot.alerts.newsroom import Newsroom, change, feed, item, of_its_own
from tests.bot.messages.samples import sample_alert, sample_chat, sample_signal
from tests.storage.make import NOW, add_chat, existing

HALAB, ADAN = (
    StoredPlace(place, country, None, "city", "text", (place, country), {"en": place})
    for place, country in (("halab", "SY"), ("adan", "YE"))
)
BEFORE = sample_alert(places=(HALAB,), figures=(AlertFigure(what="killed", first=12, latest=12),))
AFTER = replace(BEFORE, figures=(AlertFigure(what="killed", first=12, latest=14),), families=2)
CHAT, READER = sample_chat(), Recipient(7)
B = AlertSource(family="b", feed_id="b", link=None, published_at=None, entry_id=2)


def test_a_chat_that_was_told_is_owed_what_is_known_now() -> None:
    other = replace(CHAT, id=8)
    assert to_edit(BEFORE, AFTER, [CHAT, other], {READER}) == (READER,)


def test_what_no_card_shows_edits_none() -> None:
    figures = tuple(replace(each, told=12) for each in BEFORE.figures)
    same = replace(BEFORE, figures=figures, version=2, reason="x", updated_at=NOW)
    assert says(same) == says(BEFORE)
    assert to_edit(BEFORE, same, [CHAT], {READER}) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"families": 3},
        {"places": (HALAB, ADAN)},
        {"figures": (AlertFigure(what="killed", first=12, latest=12, says=(("a", 12), ("b", 9))),)},
        {"sources": (B,)},
        {"signals": (sample_signal(direction="improving"),)},
        {"signals": (sample_signal(level="alert"),)},
    ],
    ids=lambda each: "".join(each),
)
def test_everything_that_a_card_shows_is_a_change(changes: dict[str, object]) -> None:
    after = replace(BEFORE, **changes)  # type: ignore[arg-type]
    assert to_edit(BEFORE, after, [CHAT], {READER}) == (READER,)


def test_a_signal_that_the_chat_did_not_choose_edits_nothing_there() -> None:
    joined = replace(
        BEFORE,
        signals=(*BEFORE.signals, sample_signal(signal="siege", entry_id=2)),
        entry_id=2,
        title="another headline",
    )
    everything = sample_chat(id=8, signals=frozenset({"siege", "medicine-shortage"}))
    assert to_edit(BEFORE, joined, [CHAT, everything], {READER, Recipient(8)}) == (Recipient(8),)
    assert quoted_entry(joined.seen_by(CHAT.signals)) == 1
    assert quoted_entry(joined.seen_by(everything.signals)) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"places": frozenset({"adan"})},
        {"signals": frozenset({"siege"})},
        {"signals": frozenset[str]()},
    ],
    ids=["elsewhere", "other signals", "no signals"],
)
def test_a_chat_that_chose_otherwise_since_is_left_alone(changes: dict[str, object]) -> None:
    assert to_edit(BEFORE, AFTER, [sample_chat(**changes)], {READER}) == ()


def test_an_alert_of_no_known_place_is_closed_to_who_chose_places() -> None:
    nowhere = replace(AFTER, places=())
    assert not may_see(sample_chat(places=frozenset({"halab"})), None, nowhere)
    assert may_see(CHAT, None, nowhere)


def test_what_is_on_test_is_for_operators() -> None:
    on_test = replace(AFTER, audience="operators")
    assert not may_see(CHAT, None, on_test)
    operator = sample_chat(role="operator", signals=frozenset({"siege"}))
    assert may_see(operator, None, on_test)
    siege = sample_signal(signal="siege", direction="improving", entry_id=2)
    before = replace(on_test, signals=(*on_test.signals, siege))
    after = replace(before, signals=(sample_signal(direction="improving"), siege))
    assert to_edit(before, after, [operator], {READER}) == (READER,)


PLACES = st.sets(st.sampled_from(["halab", "SY", "adan", "YE"]))
SIGNALS = st.sets(st.sampled_from(["medicine-shortage", "siege", "evacuation"]))


@given(places=PLACES, signals=SIGNALS, where=st.lists(st.sampled_from([HALAB, ADAN]), max_size=2))
def test_filters_of_edits_fail_closed(
    places: set[str], signals: set[str], where: list[StoredPlace]
) -> None:
    chat = sample_chat(places=frozenset(places), signals=frozenset(signals))
    after = replace(AFTER, places=tuple(where))
    if not to_edit(BEFORE, after, [chat], {READER}):
        return
    assert "medicine-shortage" in signals
    assert not places or any(places.intersection(place.within) for place in where)


# In a poll.

SIEGE = "حصار على بلدة الزبداني"


def first(newsroom: Newsroom) -> None:
    newsroom.says(SIEGE, of_its_own(1))


def again(newsroom: Newsroom, family: str, now: datetime = NOW) -> None:
    """The same happening, in another publisher's own words."""
    newsroom.says(SIEGE, of_its_own(hash_of(family)), family=family, now=now)


def hash_of(family: str) -> int:
    return sum(map(ord, family))


def owed(newsroom: Newsroom, chat_id: int = 100) -> card_edits.CardEdit | None:
    return card_edits.get(newsroom.db, 1, Recipient(chat_id))


def told(newsroom: Newsroom, *chat_ids: int) -> None:
    """All that is owed to these chats has been sent."""
    for chat_id in chat_ids:
        for row in outbox.for_chat(newsroom.db, chat_id):
            outbox.mark_sent(newsroom.db, row.id, row.id, NOW)


def alert(newsroom: Newsroom) -> Alert:
    return existing(alerts.get(newsroom.db, 1))


def test_another_publisher_is_no_message_but_an_edit_that_waits_a_little(
    newsroom: Newsroom,
) -> None:
    add_chat(newsroom.db, 100)
    newsroom.says(SIEGE, "قتل 12 شخصا في قصف على البلدة")
    told(newsroom, 100)
    assert owed(newsroom) is None
    newsroom.says(SIEGE, "ارتفع عدد القتلى إلى 14 في البلدة المحاصرة بحسب طبيب", family="sana")
    assert len(outbox.for_chat(newsroom.db, 100)) == 1
    edit = existing(owed(newsroom))
    assert (edit.changes, edit.changed_at, edit.due_at) == (1, NOW, NOW + timedelta(seconds=30))
    assert [source.family for source in alert(newsroom).sources] == ["enab", "sana"]
    assert alert(newsroom).figures[0].latest == 14


def test_a_burst_is_one_edit_that_waits_from_the_first_change(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 100)
    first(newsroom)
    told(newsroom, 100)
    for number, family in enumerate(("sana", "aks", "anb")):
        again(newsroom, family, now=NOW + timedelta(seconds=10 * number))
    edit = existing(owed(newsroom))
    assert edit.changes == 3
    assert edit.changed_at == NOW + timedelta(seconds=20)
    assert edit.due_at == NOW + timedelta(seconds=30)


def test_a_copy_is_named_too(newsroom: Newsroom) -> None:
    """Cards name who copies, and count apart who has words of their own."""
    add_chat(newsroom.db, 100)
    first(newsroom)
    told(newsroom, 100)
    newsroom.says(SIEGE, of_its_own(1), family="sana")
    assert alert(newsroom).families == 1
    assert owed(newsroom) is not None


def test_an_entry_that_changed_and_says_the_same_edits_nothing(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 100)
    first(newsroom)
    told(newsroom, 100)
    later = item(SIEGE, of_its_own(1) + " واستمر الوضع")
    reasons = newsroom.poll(feed(), [change(later, "updated", 1)]).reasons
    assert list(reasons) == [Reason.UPDATE_SAYS_THE_SAME]
    assert owed(newsroom) is None


def test_the_same_again_edits_nothing(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 100)
    first(newsroom)
    told(newsroom, 100)
    newsroom.says(f"{SIEGE} مجددا")
    assert owed(newsroom) is None


def test_who_was_not_told_is_owed_no_edit(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 100)
    add_chat(newsroom.db, 200)
    first(newsroom)
    told(newsroom, 100)  # what chat 200 is owed waits still, and will say it all
    again(newsroom, "sana")
    assert owed(newsroom) is not None
    assert owed(newsroom, 200) is None


def test_a_version_edits_the_cards_of_those_whom_it_does_not_wake(newsroom: Newsroom) -> None:
    """What joins is too low to be pushed to anybody."""
    newsroom.rules.change("evacuation", level="watch")
    add_chat(newsroom.db, 100, "siege", "evacuation")
    add_chat(newsroom.db, 200, "siege")
    first(newsroom)
    told(newsroom, 100, 200)
    newsroom.says(f"{SIEGE} وبدء إخلاء المدنيين", family="enab")
    assert alert(newsroom).version == 2
    assert [len(outbox.for_chat(newsroom.db, each)) for each in (100, 200)] == [1, 1]
    assert owed(newsroom) is not None
    assert owed(newsroom, 200) is None, "its card shows what it showed"


def test_a_chat_that_was_told_nothing_of_it_stays_so(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 100, "evacuation")
    first(newsroom)
    again(newsroom, "sana")
    assert owed(newsroom) is None


def test_a_chat_and_its_edits_go_together(newsroom: Newsroom) -> None:
    add_chat(newsroom.db, 100)
    first(newsroom)
    told(newsroom, 100)
    again(newsroom, "sana")
    supergroups.migrate(newsroom.db, 100, -100100)
    assert owed(newsroom) is owed(newsroom, -100100) is None
    assert [row.message_id for row in outbox.for_chat(newsroom.db, -100100)] == [None]


def test_programs_are_told_what_a_card_would_say_now(newsroom: Newsroom) -> None:
    webhooks.set_receivers(newsroom.db, ["one"], "info")
    one = webhooks.receiver_id(newsroom.db, "one")
    first(newsroom)
    message = webhooks.next_due(newsroom.db, one, NOW)
    assert message is not None and message.first
    webhooks.mark_sent(newsroom.db, message.id, one, NOW)
    again(newsroom, "sana")
    assert webhooks.next_due(newsroom.db, one, NOW) is None, "it waits a little"
    more = webhooks.next_due(newsroom.db, one, NOW + timedelta(minutes=1))
    assert more is not None and not more.first
