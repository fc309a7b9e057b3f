"""The console shows the same cards, and takes nothing that is owed to Telegram."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.console import Console

from bot.console import ConsoleSender, console_chat, shown
from bot.delivery.deciding.outcome import NeverSent, Outgoing, Sent
from bot.messages.cards.card import alert_card
from bot.messages.cards.display import Display
from storage.sending.outbox import Delivery
from tests.bot.messages.samples import flat

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TITLE = "نقص حاد في الأدوية في مستشفى تعز"
ALERT = flat(
    {
        "id": 1,
        "short_id": "A1",
        "story_id": 1,
        "signal": "medicine-shortage",
        "direction": "worsening",
        "level": "alert",
        "audience": "everyone",
        "version": 1,
        "title": TITLE,
        "snippet": "لا توجد [أدوية] في المستشفى",
        "link": "https://example.org/1",
        "feed_name": "صحيفة",
        "language": "ar",
        "explanation": "100/100: near(medicine, lack) +100",
        "evidence_json": json.dumps(
            [
                {
                    "field": "title",
                    "start": 0,
                    "end": 6,
                    "quote": TITLE[0:6],
                    "term": "lack",
                    "clause": "near",
                    "weight": 100,
                }
            ]
        ),
        "rules_hash": "x",
        "reason": "first-telling",
        "created_at": NOW,
        "updated_at": NOW,
        "entry_id": 1,
        "families": 1,
    }
)
DELIVERY = Delivery(
    id=1,
    alert_id=1,
    chat_id=0,
    kind="alert",
    version=1,
    state="sending",
    level="alert",
    attempts=0,
    not_before=NOW,
    lease_until=None,
    message_id=None,
    error=None,
    created_at=NOW,
    updated_at=NOW,
    possible_repeat=False,
    text=None,
)
CHAT = console_chat(NOW)


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def sender(out: io.StringIO) -> ConsoleSender:
    console = Console(file=out, width=100)
    return ConsoleSender(console, dict, clock=lambda: NOW, explain=True)


async def test_an_alert_is_shown_with_its_evidence_and_why(
    sender: ConsoleSender, out: io.StringIO
) -> None:
    assert isinstance(await sender.send(Outgoing(DELIVERY, CHAT, ALERT)), Sent)
    text = out.getvalue()
    assert f"*{TITLE[0:6]}*" in text
    assert "[أدوية]" in text
    assert "near(medicine, lack)" in text
    assert "https://example.org/1" in text


async def test_an_arabic_line_has_no_control_that_a_terminal_would_show(
    sender: ConsoleSender, out: io.StringIO
) -> None:
    await sender.send(Outgoing(DELIVERY, CHAT, ALERT))
    line = next(each for each in out.getvalue().splitlines() if "تعز" in each)
    assert not set(line) & set("\u200e\u200f\u2068\u2069")


async def test_what_is_isolated_in_a_line_ends_in_it(
    sender: ConsoleSender, out: io.StringIO
) -> None:
    """A feed with a Latin name in an Arabic line, before an address that ends the line."""
    await sender.send(Outgoing(DELIVERY, CHAT, replace(ALERT, feed_name="Field News")))
    line = next(each for each in out.getvalue().splitlines() if "Field News" in each)
    assert "\u2068Field News\u2069" in line and "https://example.org/1" in line


async def test_each_alert_is_in_the_language_of_its_entry(
    sender: ConsoleSender, out: io.StringIO
) -> None:
    english = replace(
        ALERT,
        language="en",
        title="No medicine left",
        signals=(replace(ALERT.gravest, evidence_json="[]"),),
    )
    await sender.send(Outgoing(DELIVERY, CHAT, english))
    assert "shortage of medicines" in out.getvalue()


async def test_a_notice_is_shown_as_it_is(sender: ConsoleSender, out: io.StringIO) -> None:
    notice = replace(DELIVERY, alert_id=None, kind="notice", text="A feed [bold]broke[/]")
    await sender.send(Outgoing(notice, CHAT, None))
    assert "[bold]broke[/]" in out.getvalue()


async def test_what_a_telegram_chat_is_owed_stays_owed(
    sender: ConsoleSender, out: io.StringIO
) -> None:
    outcome = await sender.send(Outgoing(DELIVERY, replace(CHAT, id=42), ALERT))
    assert isinstance(outcome, NeverSent)
    assert out.getvalue() == ""


def test_a_french_link_is_named_as_french_does() -> None:
    display = Display("fr", {}, NOW, UTC)
    assert "Lire l'article\u202f: https://" in shown(alert_card(ALERT, display)).plain
