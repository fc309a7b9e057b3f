"""Escalations at work: from entries through the real pipeline to what chats are owed, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.alerts.decide import Reason
from bot.alerts.escalating.silence import last_read
from bot.alerts.record import Accepted
from bot.alerts.summaries.history import AlertHistory
from bot.messages.cards.card import alert_card
from bot.messages.cards.display import Display
from bot.messages.cards.explanation import explanation_card
from rules.escalations.escalation import (
    Condition,
    Escalation,
    Families,
    FirstIn,
    Order,
    Silence,
    Spike,
    Together,
)
from rules.loading.schema import Scope
from storage import alerts, decisions
from storage.alerts import Alert
from storage.connection import Connection
from storage.file.database import connect, migrate
from storage.news import feeds
from storage.sending import outbox
from storage.sending.outbox import Mark
from tests.bot.alerts import newsroom as room
from tests.bot.alerts import test_plans
from tests.bot.alerts.newsroom import Newsroom, OneWord, feed, of_its_own
from tests.storage.make import DAY, HOUR, NOW, add_chat, chats_of, existing

SIGNALS = ("siege", "evacuation", "hunger")
WORD = {"siege": "حصار", "evacuation": "إخلاء", "hunger": "مجاعة"}
WHY = MappingProxyType(
    {
        "ar": "في {place} خلال {time}: {count}، {signals}.",
        "en": "In {place} within {time}: {count}, {signals}.",
        "fr": "{place}, en {time} : {count}, {signals}.",
    }
)


@pytest.fixture(autouse=True)
def more_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(room.WORDS, WORD["hunger"], "hunger")


@pytest.fixture
def newsroom(tmp_path: Path, more_words: None) -> Newsroom:
    return opened(tmp_path / "news.sqlite")


def opened(file: Path) -> Newsroom:
    connection = connect(file)
    migrate(connection)
    made = Newsroom(connection)
    titles = {name: MappingProxyType({"ar": WORD[name], "en": name}) for name in SIGNALS}
    for name in SIGNALS:
        made.rules.signals[name] = OneWord("alert", title=titles[name])
    return made


def one(condition: Condition, *signals: str, **changes: object) -> Escalation:
    made = Escalation(
        *("one", {"en": "One"}, WHY, frozenset(signals), "worsening", condition, "division"),
        *("critical", frozenset[str](), DAY),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


THEN_HUNGER = one(Order(("siege", "hunger"), 14 * DAY), "siege", "hunger", id="then-hunger")


def words(number: int, many: int = 25) -> str:
    """Words that no other text has, and that are no place's name."""
    return " ".join(f"غض{word}" for word in of_its_own(number, many).split())


def says(
    newsroom: Newsroom,
    number: int,
    signal: str,
    family: str = "enab",
    place: str = "الفاشر",
    *,
    now: datetime = NOW,
    direction: str = "",
) -> Accepted:
    """Another happening each number; the same number is the same story in other words."""
    title = f"{direction} {WORD[signal]} في {place} {words(number, 6)}"
    text = words(1_000 * (number + 1) + len(family) + sum(map(ord, family)), 20)
    return newsroom.says(title, text, family=family, now=now)


def alert_of(accepted: Accepted) -> Alert:
    (alert,) = accepted.alerts
    return alert


def reasons(db: Connection, alert: Alert) -> list[tuple[str, str, str | None]]:
    return [(d.action, d.reason, d.escalation) for d in decisions.of_alert(db, alert.id)]


def test_a_third_family_raises_what_two_told(newsroom: Newsroom) -> None:
    newsroom.rules.escalations = (one(Families(3, 6 * HOUR), "siege", at="story"),)
    add_chat(newsroom.db, 1, "siege", lowest_level="critical")
    first = alert_of(says(newsroom, 1, "siege", "enab"))
    says(newsroom, 1, "siege", "sana", now=NOW + HOUR)
    raised = says(newsroom, 1, "siege", "wafa", now=NOW + 2 * HOUR)
    alert = alert_of(raised)
    assert (alert.id, alert.version, alert.level) == (first.id, 2, "critical")
    assert raised.reasons == {Reason.ESCALATED: 1}
    assert reasons(newsroom.db, alert)[-1] == ("update", "escalated", "one")
    (row,) = outbox.for_chat(newsroom.db, 1)
    assert (row.version, row.level) == (2, "critical"), "who wants what is critical hears of it"
    later = says(newsroom, 1, "siege", "dalil", now=NOW + 3 * HOUR)
    assert later.alerts == (), "and is not told it again"


def test_an_agencys_text_in_three_papers_is_one_family(newsroom: Newsroom) -> None:
    newsroom.rules.escalations = (one(Families(3, 6 * HOUR), "siege", at="story"),)
    title, text = f"حصار في الفاشر {words(1, 6)}", words(2, 40)
    for number, family in enumerate(("enab", "sana", "wafa", "dalil")):
        newsroom.says(title, text, family=family, now=NOW + number * HOUR)
    (alert,) = alerts.recent(newsroom.db, None, NOW - DAY, 9)
    assert alert.level == "alert"


def test_a_second_alert_of_the_same_place_is_raised_by_the_first(newsroom: Newsroom) -> None:
    newsroom.rules.escalations = (THEN_HUNGER,)
    siege = alert_of(says(newsroom, 1, "siege"))
    elsewhere = alert_of(says(newsroom, 2, "hunger", place="نيالا", now=NOW + DAY))
    hunger = says(newsroom, 3, "hunger", now=NOW + 2 * DAY)
    alert = alert_of(hunger)
    assert (siege.level, elsewhere.level, alert.level) == ("alert", "alert", "critical")
    assert alert.gravest.escalation == "then-hunger"
    assert reasons(newsroom.db, alert) == [("send", "first-telling", "then-hunger")]
    again = alert_of(says(newsroom, 4, "hunger", now=NOW + 2 * DAY + HOUR))
    assert again.level == "alert", "it goes on, and is not fired again"
    back = alert_of(says(newsroom, 5, "hunger", now=NOW + 4 * DAY))
    assert back.level == "critical", "after a pause as long as quiet_for it is"


def test_what_has_no_place_matches_nothing_by_place(newsroom: Newsroom) -> None:
    newsroom.rules.escalations = (THEN_HUNGER,)
    says(newsroom, 1, "siege", place="المكان")
    assert alert_of(says(newsroom, 2, "hunger", place="المكان", now=NOW + HOUR)).level == "alert"


def test_what_is_stored_only_is_pushed_when_it_is_raised(newsroom: Newsroom) -> None:
    newsroom.rules.change("hunger", level="watch")
    newsroom.rules.escalations = (replace(THEN_HUNGER, raise_to="alert"),)
    add_chat(newsroom.db, 1, "hunger", lowest_level="alert")
    says(newsroom, 1, "siege")
    hunger = says(newsroom, 2, "hunger", now=NOW + HOUR)
    assert hunger.reasons == {Reason.ESCALATED: 1}
    assert len(outbox.for_chat(newsroom.db, 1)) == 1


def test_what_is_for_the_digest_wakes_nobody_whatever_it_completes(newsroom: Newsroom) -> None:
    newsroom.rules.change("hunger", found="watch")
    others = (THEN_HUNGER, one(Together(2, 9 * DAY), "siege", "hunger", id="both"))
    newsroom.rules.escalations = others
    says(newsroom, 1, "siege")
    assert alert_of(says(newsroom, 2, "hunger", now=NOW + HOUR)).level == "alert"


def test_what_was_raised_stays_so_until_it_turns(newsroom: Newsroom) -> None:
    newsroom.rules.escalations = (one(Families(2, 6 * HOUR), "siege", at="story"),)
    says(newsroom, 1, "siege", "enab")
    says(newsroom, 1, "siege", "sana", now=NOW + HOUR)
    grown = newsroom.says(
        f"حصار في نيالا والفاشر {words(1, 6)}", words(77, 20), now=NOW + 30 * HOUR
    )
    assert grown.reasons == {Reason.PLACE_JOINED: 1}
    assert alert_of(grown).level == "critical"
    lifted = alert_of(says(newsroom, 1, "siege", "wafa", now=NOW + 31 * HOUR, direction="رفع"))
    assert (lifted.gravest.direction, lifted.level) == ("improving", "alert")
    assert lifted.gravest.escalation == "", "what is lifted is never red"


def test_history_and_rules_on_test_raise_nothing(newsroom: Newsroom) -> None:
    newsroom.rules.escalations = (THEN_HUNGER,)
    newsroom.rules.change("siege", status="test")
    says(newsroom, 1, "siege")
    assert alert_of(says(newsroom, 2, "hunger", now=NOW + HOUR)).level == "alert"
    newsroom.rules.change("siege", status="stable")
    newsroom.says("حصار في نيالا", words(3), kind="seed", now=NOW)
    newsroom.says("مجاعة في نيالا", words(4), kind="seed", now=NOW + HOUR)
    raised = alert_of(says(newsroom, 5, "hunger", place="نيالا", now=NOW + 2 * HOUR))
    assert raised.level == "critical", "history counts, and fires nothing itself"


def test_a_spike_against_what_is_usual_at_a_place(newsroom: Newsroom) -> None:
    newsroom.rules.escalations = (one(Spike(DAY, 3, 6 * DAY, 4), "siege"),)
    for number in range(7):
        says(newsroom, number, "siege", now=NOW + number * DAY)
    busy = NOW + 7 * DAY + HOUR
    levels = [
        alert_of(says(newsroom, 20 + number, "siege", now=busy + number * HOUR)).level
        for number in range(5)
    ]
    assert levels == ["alert", "alert", "alert", "critical", "alert"]


def test_the_first_in_a_long_time(newsroom: Newsroom) -> None:
    newsroom.rules.escalations = (one(FirstIn(30 * DAY), "siege"),)
    assert alert_of(says(newsroom, 1, "siege")).level == "alert", "nobody has watched so long"
    later = NOW + 31 * DAY
    assert alert_of(says(newsroom, 2, "siege", now=later)).level == "critical"
    assert alert_of(says(newsroom, 3, "siege", now=later + 9 * DAY)).level == "alert"


# What weak evidence lowered.


def test_a_second_source_lifts_what_weak_evidence_lowered(newsroom: Newsroom) -> None:
    newsroom.rules.change("siege", found="watch")
    add_chat(newsroom.db, 1, "siege", lowest_level="alert")
    weak = says(newsroom, 1, "siege", "enab")
    assert weak.reasons == {Reason.LEVEL_NOT_PUSHED: 1}
    same = says(newsroom, 1, "siege", "enab", now=NOW + HOUR)
    assert same.reasons == {Reason.SAME_FAMILY_REPEAT: 1}
    lifted = says(newsroom, 1, "siege", "sana", now=NOW + 2 * HOUR)
    assert lifted.reasons == {Reason.CORROBORATED: 1}
    assert (alert_of(lifted).level, alert_of(lifted).version) == ("alert", 2)
    assert len(outbox.for_chat(newsroom.db, 1)) == 1
    third = says(newsroom, 1, "siege", "wafa", now=NOW + 3 * HOUR)
    assert third.reasons == {Reason.OTHER_FAMILY_REPEAT: 1}


def test_a_copy_of_a_misreading_confirms_nothing(newsroom: Newsroom) -> None:
    newsroom.rules.change("siege", found="watch")
    title, text = f"حصار في الفاشر {words(1, 6)}", words(2, 40)
    newsroom.says(title, text, family="enab")
    copied = newsroom.says(title, text, family="sana", now=NOW + HOUR)
    assert copied.reasons == {Reason.OTHER_FAMILY_REPEAT: 1}


# Who need not hear.

INHIBITS = replace(THEN_HUNGER, inhibits=frozenset({"hunger", "siege"}), quiet_for=3 * DAY)


def test_who_was_told_of_the_graver_is_not_told_of_the_lesser(newsroom: Newsroom) -> None:
    newsroom.rules.escalations = (INHIBITS,)
    add_chat(newsroom.db, 1, *SIGNALS)
    says(newsroom, 1, "siege")
    says(newsroom, 2, "hunger", now=NOW + HOUR)
    add_chat(newsroom.db, 2, *SIGNALS)
    lesser = alert_of(says(newsroom, 3, "hunger", now=NOW + 2 * HOUR))
    assert chats_of(newsroom.db, lesser.id) == {2}, "who was told nothing is told"
    assert reasons(newsroom.db, lesser) == [
        ("send", "first-telling", None),
        ("store", "inhibited", "then-hunger"),
    ]
    elsewhere = alert_of(says(newsroom, 4, "hunger", place="نيالا", now=NOW + 3 * HOUR))
    assert chats_of(newsroom.db, elsewhere.id) == {1, 2}
    later = alert_of(says(newsroom, 5, "siege", now=NOW + 4 * DAY))
    assert chats_of(newsroom.db, later.id) == {1, 2}, "when it is over all hear again"


def test_a_decision_says_so_when_nobody_is_left_to_be_told(newsroom: Newsroom) -> None:
    newsroom.rules.escalations = (INHIBITS,)
    add_chat(newsroom.db, 1, *SIGNALS)
    says(newsroom, 1, "siege")
    says(newsroom, 2, "hunger", now=NOW + HOUR)
    lesser = alert_of(says(newsroom, 3, "hunger", now=NOW + 2 * HOUR))
    assert reasons(newsroom.db, lesser) == [("store", "inhibited", "then-hunger")]


def test_what_is_critical_is_told_whatever_was_told_of_the_place(newsroom: Newsroom) -> None:
    newsroom.rules.escalations = (INHIBITS,)
    add_chat(newsroom.db, 1, *SIGNALS)
    says(newsroom, 1, "siege")
    says(newsroom, 2, "hunger", now=NOW + HOUR)
    newsroom.rules.change("hunger", level="critical")
    graver = alert_of(says(newsroom, 3, "hunger", now=NOW + 2 * HOUR))
    assert chats_of(newsroom.db, graver.id) == {1}


def test_who_was_told_of_an_alert_goes_on_hearing_of_it(newsroom: Newsroom) -> None:
    newsroom.rules.escalations = (INHIBITS,)
    add_chat(newsroom.db, 1, *SIGNALS)
    siege = alert_of(says(newsroom, 1, "siege"))
    says(newsroom, 2, "hunger", now=NOW + HOUR)
    newsroom.says(f"حصار في نيالا والفاشر {words(1, 6)}", words(77, 20), now=NOW + 2 * HOUR)
    rows = outbox.for_chat(newsroom.db, 1, siege.id)
    assert [(row.kind, row.version) for row in rows] == [("alert", 1), ("update", 2)]


def test_what_was_never_delivered_inhibits_nothing(newsroom: Newsroom) -> None:
    newsroom.rules.escalations = (INHIBITS,)
    add_chat(newsroom.db, 1, *SIGNALS)
    says(newsroom, 1, "siege")
    graver = alert_of(says(newsroom, 2, "hunger", now=NOW + HOUR))
    for row in outbox.for_chat(newsroom.db, 1, graver.id):
        outbox.mark(newsroom.db, row.id, Mark("failed", "refused", NOW, 1))
    lesser = alert_of(says(newsroom, 3, "hunger", now=NOW + 2 * HOUR))
    assert chats_of(newsroom.db, lesser.id) == {1}


def test_what_gets_better_or_has_another_signal_is_told(newsroom: Newsroom) -> None:
    newsroom.rules.escalations = (INHIBITS,)
    add_chat(newsroom.db, 1, *SIGNALS)
    says(newsroom, 1, "siege")
    says(newsroom, 2, "hunger", now=NOW + HOUR)
    lifted = alert_of(says(newsroom, 3, "siege", now=NOW + 2 * HOUR, direction="رفع"))
    other = alert_of(says(newsroom, 4, "evacuation", now=NOW + 2 * HOUR))
    for alert in (lifted, other):
        assert chats_of(newsroom.db, alert.id) == {1}


# Silence.

SILENCE = one(Silence(DAY, 2, 3 * DAY), "siege", id="silence", raise_to="alert", quiet_for=3 * DAY)


def two_tell_of_a_siege(newsroom: Newsroom) -> Alert:
    add_chat(newsroom.db, 1, "siege")
    says(newsroom, 1, "siege", "enab")
    says(newsroom, 1, "siege", "sana", now=NOW + HOUR)
    (alert,) = alerts.recent(newsroom.db, None, NOW - DAY, 9)
    return alert


def listen(newsroom: Newsroom, now: datetime, read: datetime | None = None) -> Sequence[Alert]:
    sources = [feed("enab"), feed("sana")]
    for state in feeds.all_states(newsroom.db):
        feeds.save(newsroom.db, replace(state, last_new_entry_at=read or now))
    return newsroom.pipeline.listen(newsroom.db, sources, now).alerts


def test_a_place_that_falls_silent_is_an_update_and_told_once(newsroom: Newsroom) -> None:
    newsroom.rules.escalations = (SILENCE,)
    before = two_tell_of_a_siege(newsroom)
    assert listen(newsroom, NOW + 24 * HOUR) == []
    (alert,) = listen(newsroom, NOW + 25 * HOUR)
    assert (alert.id, alert.version, alert.level) == (before.id, 2, "alert")
    assert reasons(newsroom.db, alert)[-1] == ("update", "escalated", "silence")
    assert [(row.kind, row.version) for row in outbox.for_chat(newsroom.db, 1)] == [
        ("alert", 1),
        ("update", 2),
    ]
    restarted = Newsroom(newsroom.db, newsroom.rules)
    for hours in (25, 26, 40):
        assert listen(restarted, NOW + hours * HOUR) == []


def test_our_own_silence_is_not_the_places(newsroom: Newsroom) -> None:
    newsroom.rules.escalations = (SILENCE,)
    two_tell_of_a_siege(newsroom)
    assert listen(newsroom, NOW + 26 * HOUR, read=NOW + HOUR) == []
    (alert,) = listen(newsroom, NOW + 27 * HOUR)
    assert alert.version == 2, "told when the feeds are read again"


def test_a_siege_that_was_lifted_may_be_silent(newsroom: Newsroom) -> None:
    newsroom.rules.escalations = (SILENCE,)
    two_tell_of_a_siege(newsroom)
    says(newsroom, 1, "siege", "wafa", now=NOW + 2 * HOUR, direction="رفع")
    assert listen(newsroom, NOW + 30 * HOUR) == []


def test_a_family_was_read_when_any_of_its_feeds_was(newsroom: Newsroom) -> None:
    sources = [feed("enab"), feed("enab", id="enab-2"), replace(feed("alone"), family="")]
    feeds.sync(newsroom.db, [(each.id, f"https://{each.id}.example") for each in sources], NOW)
    times = {"enab-feed": NOW, "enab-2": NOW + HOUR, "alone-feed": None}
    for state in feeds.all_states(newsroom.db):
        feeds.save(newsroom.db, replace(state, last_new_entry_at=times[state.id]))
    assert last_read(sources, feeds.all_states(newsroom.db)) == {"enab": NOW + HOUR}


def test_a_look_costs_the_same_however_much_was_told_before(newsroom: Newsroom) -> None:
    """The windows are of hours and days; what is older is passed by through an index."""
    newsroom.rules.escalations = (
        one(Families(3, 6 * HOUR), "siege", id="a", at="story"),
        one(Together(2, 2 * DAY), "siege", "hunger", id="b", at="country"),
        one(Spike(DAY, 3, 3 * DAY, 5), "siege", id="c"),
        one(Order(("hunger", "siege"), 2 * DAY), "siege", "hunger", id="d", at="place"),
        one(FirstIn(2 * DAY), "siege", id="e"),
        SILENCE,
    )
    test_plans.test_no_query_walks_through_what_was_stored(newsroom)
    test_plans.test_twenty_times_the_history_is_no_more_work(newsroom)


# What readers and operators see.


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ar", "في شمال دارفور، السودان خلال 14 يومًا: 2، حصار، مجاعة."),
        ("en", "In North Darfur, Sudan within 14 days: 2, siege, hunger."),
        ("fr", "Darfour-Nord, Soudan, en 14 jours : 2, siege, hunger."),
    ],
)
def test_the_card_and_the_answer_say_why_in_one_sentence(
    newsroom: Newsroom, language: str, sentence: str
) -> None:
    newsroom.rules.escalations = (THEN_HUNGER,)
    says(newsroom, 1, "siege")
    alert = alert_of(says(newsroom, 2, "hunger", now=NOW + HOUR))
    display = Display(language, newsroom.rules.signals, NOW + HOUR, UTC)
    answer = AlertHistory(alert, decisions=decisions.of_alert(newsroom.db, alert.id))
    shown = [alert_card(alert, display), explanation_card(answer, display)]
    for card in shown:
        plain = "".join(c for c in card.plain if ord(c) not in range(0x2066, 0x206A))
        assert f"⏫ {sentence}" in plain
    assert sentence.rstrip(".") in "".join(
        c for c in shown[1].plain.split("⏫")[0] if ord(c) not in range(0x2066, 0x206A)
    ), "the answer's first sentence has it too"


# Properties.

LEVELS = ("watch", "alert", "critical")
CONDITIONS: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Families, st.integers(2, 3), st.sampled_from([HOUR, DAY])),
    st.builds(Together, st.integers(2, 3), st.sampled_from([HOUR, 3 * DAY])),
    st.builds(Order, st.permutations(SIGNALS).map(lambda each: tuple(each[:2])), st.just(9 * DAY)),
    st.builds(FirstIn, st.just(timedelta(hours=2))),
    st.builds(Spike, st.just(2 * HOUR), st.just(2), st.just(6 * HOUR), st.integers(2, 3)),
)
SCOPES: tuple[Scope, ...] = ("story", "place", "division", "country")
ESCALATIONS = st.lists(
    st.builds(
        lambda condition, number, at, level, inhibits: one(
            *(condition, *(getattr(condition, "signals", None) or SIGNALS)),
            id=f"e{number}",
            at=at,
            raise_to=level,
            inhibits=frozenset(inhibits),
        ),
        CONDITIONS,
        st.integers(0, 10**6),
        st.sampled_from(SCOPES),
        st.sampled_from(("alert", "critical")),
        st.sets(st.sampled_from(SIGNALS)),
    ),
    max_size=4,
)
NEWS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(SIGNALS),
        st.sampled_from(LEVELS),
        st.sampled_from(("enab", "sana", "wafa")),
        st.sampled_from(("الفاشر", "نيالا", "المكان")),
        st.sampled_from(("", "", "", "رفع")),
    ),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(declared=ESCALATIONS, news=NEWS)
def test_whatever_is_declared_nothing_critical_stays_untold(
    tmp_path_factory: pytest.TempPathFactory,
    declared: list[Escalation],
    news: list[tuple[int, str, str, str, str, str]],
) -> None:
    newsroom = opened(tmp_path_factory.mktemp("news") / "news.sqlite")
    newsroom.rules.escalations = tuple(declared)
    add_chat(newsroom.db, 1, *SIGNALS, lowest_level="alert")
    add_chat(newsroom.db, 2, "siege", lowest_level="critical")
    try:
        for number, (story, signal, level, family, place, direction) in enumerate(news):
            newsroom.rules.change(signal, level=level)
            told = says(
                *(newsroom, story, signal, family, place),
                now=NOW + number * HOUR,
                direction=direction,
            )
            for alert in told.alerts:
                for chat, chosen in ((1, set(SIGNALS)), (2, {"siege"})):
                    seen = [each for each in alert.signals if each.signal in chosen]
                    if any(each.level == "critical" for each in seen):
                        rows = outbox.for_chat(newsroom.db, chat, alert.id)
                        assert "critical" in {row.level for row in rows}
        for kept in decisions_of(newsroom.db):
            if kept.reason == Reason.INHIBITED:
                alert = existing(alerts.get(newsroom.db, kept.alert_id or 0))
                assert kept.escalation
                assert alert.version >= 1
    finally:
        newsroom.db.conn.close()


def decisions_of(db: Connection) -> list[decisions.Decision]:
    ids = [each.id for each in alerts.recent(db, None, NOW - 9 * DAY, 100)]
    return [each for one_id in ids for each in decisions.of_alert(db, one_id)]
