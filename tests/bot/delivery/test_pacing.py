"""Never faster than Telegram allows, nobody starved, order kept: over any traffic."""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.deciding.pacing import (
    History,
    SendLimits,
    Waiting,
    chat_free_at,
    overall_free,
    turns,
)
from tests.bot.delivery.desk import START

LIMITS = SendLimits()
KINDS = {1: "private", 2: "private", 3: "group", 4: "supergroup", 5: "channel"}


def seconds(*offsets: float) -> list[datetime]:
    return [START + timedelta(seconds=offset) for offset in offsets]


def test_a_chat_that_had_nothing_is_free() -> None:
    assert chat_free_at("private", [], LIMITS, START) == START


def test_a_chat_waits_a_second_between_messages() -> None:
    assert chat_free_at("private", seconds(-0.4), LIMITS, START) == START + timedelta(seconds=0.7)


def test_a_group_has_twenty_a_minute_and_a_private_chat_more() -> None:
    sends = seconds(*(-40 + 2 * n for n in range(20)))
    assert chat_free_at("group", sends, LIMITS, START) == START + timedelta(seconds=21)
    assert chat_free_at("private", sends, LIMITS, START) == START


def test_a_clock_that_was_set_back_does_not_silence_a_chat() -> None:
    assert chat_free_at("private", seconds(7200), LIMITS, START) <= START + LIMITS.chat_gap
    late = seconds(*(7200 + n for n in range(20)))
    assert chat_free_at("group", late, LIMITS, START) <= START + LIMITS.group_window


def test_all_chats_together_stay_under_the_overall_limit() -> None:
    assert overall_free(seconds(*[-0.5] * 24), LIMITS, START) == 1
    assert overall_free(seconds(*[-1.0] * 25), LIMITS, START) == 25


def test_those_who_waited_longest_go_first_and_urgent_ones_overtake() -> None:
    limits = SendLimits(overall_sends=2)
    waiting = [
        Waiting(1, "private", START - timedelta(seconds=5)),
        Waiting(2, "private", START - timedelta(seconds=9)),
        Waiting(3, "private", START, urgent=True),
    ]
    turn = turns(waiting, {}, [], limits, START)
    assert turn.go == (3, 2)
    assert turn.wake_at == START + limits.overall_window


def test_urgent_messages_do_not_starve_what_waited_long() -> None:
    limits = SendLimits(overall_sends=1)
    waiting = [
        Waiting(1, "private", START - timedelta(hours=11, minutes=1)),
        Waiting(2, "private", START, urgent=True),
    ]
    assert turns(waiting, {}, [], limits, START).go == (1,)


def test_a_chat_that_must_wait_takes_no_turn_from_another() -> None:
    limits = SendLimits(overall_sends=1)
    waiting = [
        Waiting(1, "private", START - timedelta(hours=1)),
        Waiting(2, "private", START),
    ]
    turn = turns(waiting, {1: seconds(-0.1)}, seconds(-5), limits, START)
    assert turn.go == (2,)


def test_history_survives_a_restart() -> None:
    history = History(keep=timedelta(minutes=10))
    history.load({-5: seconds(-700, -30, -1)})
    history.forget(START)
    assert history.by_chat == {-5: seconds(-30, -1)}
    assert history.overall == seconds(-30, -1)


arrivals = st.lists(
    st.tuples(st.sampled_from(list(KINDS)), st.integers(0, 20_000), st.booleans()),
    min_size=40,
    max_size=120,
)


@settings(max_examples=60, deadline=None)
@given(arrivals, st.lists(st.integers(0, 3), min_size=1, max_size=7), st.integers(0, 400))
def test_traffic_is_never_too_fast_loses_nothing_and_keeps_order(
    arriving: list[tuple[int, int, bool]], delays: list[int], restart_after: int
) -> None:
    limits = SendLimits(
        group_sends=5,
        group_window=timedelta(seconds=10),
        overall_sends=3,
        chat_gap=timedelta(seconds=1),
    )
    queues: dict[int, deque[tuple[int, datetime, bool]]] = defaultdict(deque)
    for number, (chat_id, at, urgent) in enumerate(sorted(arriving, key=lambda item: item[1])):
        queues[chat_id].append((number, START + timedelta(milliseconds=at), urgent))
    history = History(keep=timedelta(minutes=1))
    now, looks = START, 0
    sent: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    while any(queues.values()):
        looks += 1
        assert looks < 5_000, "something starves"
        if looks == restart_after:  # what the store remembers is all that is left
            stored = history.by_chat
            history = History(keep=timedelta(minutes=1))
            history.load(stored)
        waiting = [
            Waiting(chat_id, KINDS[chat_id], queue[0][1], queue[0][2])
            for chat_id, queue in queues.items()
            if queue and queue[0][1] <= now
        ]
        turn = turns(waiting, history.by_chat, history.overall, limits, now)
        assert len(set(turn.go)) == len(turn.go)
        for chat_id in turn.go:
            number, _, _ = queues[chat_id].popleft()
            sent[chat_id].append((number, now))
            history.started(now)
            history.finished(chat_id, now)
        if waiting and not turn.go:
            assert turn.wake_at is not None
            assert turn.wake_at > now
        # Look again when it said, or a little later, as busy machines do.
        late = timedelta(milliseconds=100 * delays[looks % len(delays)])
        pending = [queue[0][1] for queue in queues.values() if queue and queue[0][1] > now]
        now = (
            min([turn.wake_at or now + timedelta(days=1), *pending, now + timedelta(days=1)]) + late
        )
    assert sum(len(items) for items in sent.values()) == len(arriving)
    everything = sorted(at for items in sent.values() for _, at in items)
    for first, fourth in zip(everything, everything[limits.overall_sends :], strict=False):
        assert fourth - first >= limits.overall_window
    for chat_id, items in sent.items():
        assert [number for number, _ in items] == sorted(number for number, _ in items)
        times = [at for _, at in items]
        for before, after in pairwise(times):
            assert after - before >= limits.chat_gap
        if KINDS[chat_id] != "private":
            for first, sixth in zip(times, times[limits.group_sends :], strict=False):
                assert sixth - first >= limits.group_window
