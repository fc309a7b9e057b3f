"""Nothing that a feed writes becomes a link, a mention or a command in a message."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.summaries.history import AlertHistory
from bot.delivery.second_channel import critical_text
from bot.feeds.catalogue import Feed
from bot.locales import texts
from bot.locales.bidi import JOINER
from bot.messages.cards.card import alert_card, text_card
from bot.messages.cards.display import Display
from bot.messages.cards.explanation import explanation_card
from bot.messages.catchup import LineItem, catchup_text
from bot.notices.feeds import FeedNotice, UnreadEntries
from bot.notices.receivers import ChatNotice
from bot.text import clean, clean_marked
from tests.bot.messages.samples import NOW, SIGNALS, listed, sample_alert

LIVE = (
    *("t.me/joinchat", "https://evil.example/x", "evil.com", "www.evil.org", "tg://resolve"),
    *("/unsubscribe", "@everyone", "#عاجل", "$USD", "192.0.2.1", "me@evil.net", "خبر.شبكة"),
    *("163.com", "ev\u200dil.io"),
)
HOSTILE = " ".join(LIVE)
DISPLAY = Display("ar", SIGNALS, NOW, ZoneInfo("Asia/Damascus"))


def shown_in(place: str) -> str:
    hostile = sample_alert(title=HOSTILE, snippet=HOSTILE, feed_name=HOSTILE)
    say = texts("ar")
    match place:
        case "card":
            return alert_card(hostile, DISPLAY).plain
        case "list":
            return listed([hostile], DISPLAY).plain
        case "explanation":
            return explanation_card(AlertHistory(hostile), DISPLAY).plain
        case "folded line":
            short = [LineItem("A1", each, "alert", "storm") for each in LIVE]
            return text_card(catchup_text(short, "ar"), "ar").plain
        case "unread notice":
            unread = UnreadEntries(
                Feed("f", HOSTILE, "https://f.example"), HOSTILE, None, "KeyError"
            )
            return text_card(unread.text(say), "ar").plain
        case "feed notice":
            notice = FeedNotice(
                Feed("f", HOSTILE, "https://f.example"), "broken", "redirect", f"leads to {HOSTILE}"
            )
            return text_card(notice.text(say), "ar").plain
        case "chat notice":
            return text_card(ChatNotice("paused", 1, HOSTILE, HOSTILE).text(say), "ar").plain
        case _:
            return critical_text(hostile, ("en", "ar"))[1]


@pytest.mark.parametrize(
    "place",
    [
        *("card", "list", "explanation", "folded line", "unread notice", "feed notice"),
        *("chat notice", "second channel"),
    ],
)
def test_what_a_feed_writes_is_no_link_wherever_it_is_shown(place: str) -> None:
    shown = shown_in(place)
    assert JOINER in shown
    for live in LIVE:
        assert live not in shown, live


def test_plain_words_and_numbers_stay_as_they_are() -> None:
    for plain in (
        "3.5 مليون",
        "10,5 % de hausse. Le reste",
        "12/05/2026",
        "24/7",
        "a: b",
        "نقص...",
    ):
        assert clean(plain) == plain


def test_an_address_that_is_half_evidence_is_defused_too() -> None:
    marked = clean_marked("see evil.com now", ((9, 12),))
    assert marked.text == f"see evil.{JOINER}com now"
    assert [marked.text[start:end] for start, end in marked.marks] == ["com"]


# What the server of Telegram looks for (td/telegram/MessageEntity.cpp), somewhat wider.
DETECTED = re.compile(
    r"@\w|\w\.[^\W\d_]{2,}|://|(?<![\w/<>])/\w|(?<!\w)#\w|(?<!\d)\d+\.\d+\.\d+\.\d+(?!\d)"
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*LIVE, "@", ".", "/", "://", "#", "a", "com", "1", " ", "«"])))
def test_whatever_stands_together_nothing_is_detected(pieces: list[str]) -> None:
    assert not DETECTED.search(clean("".join(pieces)))
