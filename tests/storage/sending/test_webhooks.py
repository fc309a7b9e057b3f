"""What receivers of webhooks are owed: each alert once, in order, and all that follows of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage import alerts, retention
from storage.connection import Connection
from storage.sending import webhooks
from storage.sending.webhooks import Message
from tests.storage.make import DAY, HOUR, NOW, add_alert, bump, told

LATER = NOW + HOUR


def receivers(db: Connection, *keys: str, lowest: str = "info") -> list[int]:
    webhooks.set_receivers(db, keys, lowest)
    return [webhooks.receiver_id(db, key) for key in keys]


def sent(db: Connection, receiver: int, now: datetime = LATER) -> list[tuple[int, bool]]:
    """Send all that is due: of each the alert, and whether it was the first of it."""
    done = []
    while (message := webhooks.next_due(db, receiver, now)) is not None:
        done.append((message.alert_id, message.first))
        webhooks.begin(db, message.id, "{}", now)
        webhooks.mark_sent(db, message.id, receiver, now)
    return done


def due(db: Connection, receiver: int, now: datetime = LATER) -> Message:
    found = webhooks.next_due(db, receiver, now)
    assert found is not None
    return found


def test_each_alert_is_owed_to_each_receiver_in_order(db: Connection) -> None:
    add_alert(db)
    one, two = receivers(db, "one", "two")
    made = [add_alert(db).id for _ in range(3)]
    add_alert(db, audience="operators")
    assert sent(db, one) == [(each, True) for each in made], "not what was before, nor on test"
    assert sent(db, two) == [(each, True) for each in made]
    uids = {uid for each in made for uid, _ in webhooks.of_alert(db, each)}
    assert len(uids) == 3, "an alert has one id for all receivers"


def test_who_was_told_hears_what_follows_whatever_its_level(db: Connection) -> None:
    (one,) = receivers(db, "one", lowest="alert")
    watch, grave = add_alert(db, level="watch"), add_alert(db, level="alert")
    assert sent(db, one) == [(grave.id, True)]
    denied = told("siege", grave.entry_id, direction="denied", level="info")
    bump(db, grave, NOW, denied)
    bump(db, watch, NOW, level="info")
    assert sent(db, one) == [(grave.id, False)]


def test_what_waits_tells_the_alert_as_it_stands_and_makes_no_second_message(
    db: Connection,
) -> None:
    (one,) = receivers(db, "one")
    alert = add_alert(db)
    bump(db, alert)
    first = due(db, one)
    webhooks.begin(db, first.id, '{"n": 1}', NOW)
    webhooks.begin(db, first.id, '{"n": 2}', NOW)
    bump(db, alert)
    again = due(db, one)
    assert (again.uid, again.body) == (first.uid, '{"n": 1}'), "what was tried once stays as it was"
    webhooks.mark_sent(db, first.id, one, NOW)
    assert due(db, one).uid != first.uid
    assert sent(db, one) == [(alert.id, False)]


def test_growth_is_told_to_who_was_told_when_it_has_settled(db: Connection) -> None:
    (one,) = receivers(db, "one")
    webhooks.set_receivers(db, [], "info")
    unheard = add_alert(db)
    webhooks.set_receivers(db, ["one"], "info")
    heard = add_alert(db)
    sent(db, one)
    for alert in (unheard, heard):
        webhooks.owe_growth(db, alert.id, NOW, NOW + 30 * timedelta(seconds=1))
        webhooks.owe_growth(db, alert.id, NOW, NOW + DAY)
    assert sent(db, one, NOW) == []
    other = add_alert(db)
    assert sent(db, one, NOW) == [(other.id, True)], "it holds up nothing"
    assert sent(db, one) == [(heard.id, False)]
    webhooks.owe_growth(db, heard.id, NOW, NOW + DAY)
    bump(db, heard)
    assert sent(db, one, NOW) == [(heard.id, False)], "a version does not wait for it"
    assert sent(db, one, NOW + DAY) == []


def test_a_receiver_that_left_is_owed_nothing_more_and_keeps_what_it_was(db: Connection) -> None:
    (one,) = receivers(db, "one")
    before = add_alert(db)
    webhooks.set_receivers(db, ["two"], "info")
    add_alert(db)
    webhooks.set_receivers(db, ["one"], "critical")
    after = add_alert(db, level="critical")
    assert sent(db, one) == [(before.id, True), (after.id, True)]


def test_what_is_too_old_is_given_up_and_counted(db: Connection) -> None:
    (one,) = receivers(db, "one")
    old, young = add_alert(db, at=NOW - 6 * DAY), add_alert(db)
    assert webhooks.note_failing(db, one, "status 500", NOW - DAY) == NOW - DAY
    assert webhooks.note_failing(db, one, "status 503", NOW) == NOW - DAY
    assert webhooks.give_up(db, one, NOW - 5 * DAY, NOW) == 1
    assert [state for _, state in webhooks.of_alert(db, old.id)] == ["failed"]
    found = webhooks.backlog(db, "one", NOW - DAY)
    assert found is not None
    assert (found.waiting, found.oldest, found.given_up) == (1, NOW, 1)
    assert (found.failing_since, found.error) == (NOW - DAY, "status 503")
    assert sent(db, one) == [(young.id, True)]
    found = webhooks.backlog(db, "one", NOW + DAY)
    assert found is not None
    assert (found.waiting, found.failing_since, found.error, found.given_up) == (0, None, "", 0)
    assert webhooks.backlog(db, "other", NOW) is None


def test_a_message_that_is_put_off_lets_others_pass(db: Connection) -> None:
    (one,) = receivers(db, "one")
    first, second = add_alert(db), add_alert(db)
    refused = due(db, one)
    webhooks.begin(db, refused.id, "{}", NOW)
    webhooks.postpone(db, refused.id, NOW + DAY, "refused, status 400", NOW)
    assert sent(db, one) == [(second.id, True)]
    again = due(db, one, NOW + DAY)
    assert (again.alert_id, again.attempts, again.uid) == (first.id, 1, refused.uid)


def test_messages_go_with_their_alert(db: Connection) -> None:
    (one,) = receivers(db, "one")
    alert = add_alert(db, at=NOW - 400 * DAY)
    sent(db, one)
    retention.purge(db, NOW - 365 * DAY)
    assert alerts.get(db, alert.id) is None
    assert webhooks.of_alert(db, alert.id) == []
