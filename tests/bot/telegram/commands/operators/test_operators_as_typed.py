"""What operators type behind their commands: names, roles, addresses without their beginning."""

from __future__ import annotations

import pytest

from storage.readers import people
from tests.bot.telegram.desk import OPERATOR, VIEWER, Office


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("/rules siege", "Siege"),
        ("/rule الحصار", "Siege"),
        ("/rule cholera", "Disease outbreak"),
        ("/rule", "Write the rule after the command"),
        ("/people Person 903", "Person 903 · 903"),
        ("/people 903", "Person 903 · 903"),
        ("/people analysts", "Person 902 · 902"),
        ("/people محلل", "Person 902 · 902"),
        ("/people المحللون", "Person 902 · 902"),
        ("/people المحللين", "Person 902 · 902"),
        ("/people Nobody", "Nobody here has the name or role Nobody"),
        ("/feeds Relief Wire", "https:"),
        ("/feeds remove relief", "https:"),
        ("/feeds Nowhere Times", "There is no feed called Nowhere Times"),
        ("/feeds health", "Feeds: 1"),
        ("/feeds relief.example/other", "Trying https:"),
        ("/feeds add https://relief.example/other", "Trying https:"),
        ("/invite analyst 3 days", "Invitation for one person (analyst)"),
        ("/invite analyst Sara", "Write the role"),
        ("/invite analyst 200 days", "Write the role"),
    ],
)
async def test_words_behind_a_command_are_not_passed_over(
    at_work: Office, asked: str, answer: str
) -> None:
    told = await at_work.ask(OPERATOR, asked)
    assert answer in told.replace("\u2060", "")
    await at_work.settled()


async def test_an_invitation_is_good_for_as_long_as_was_said(at_work: Office) -> None:
    week = await at_work.ask(OPERATOR, "/invite analyst")
    days = await at_work.ask(OPERATOR, "/invite analyst 3 days")
    assert week.partition("until ")[2][:12] != days.partition("until ")[2][:12]


async def test_each_address_is_tried(at_work: Office) -> None:
    before = len(at_work.server.sent_to(OPERATOR))
    at_work.server.say(OPERATOR, "/feeds https://a.example/rss, https://b.example/rss")
    await at_work.server.next_message(OPERATOR, before + 3)
    told = [each.text for each in at_work.server.sent_to(OPERATOR)[before:]]
    assert sum("Trying" in each for each in told) == 2
    assert sum("Not added" in each for each in told) == 2


@pytest.mark.parametrize("said", ["/forget me", "/forget my data", "/forget كل شيء عني"])
async def test_who_says_me_may_be_forgotten(at_work: Office, said: str) -> None:
    await at_work.ask(VIEWER, "/start", language_code="en")
    await at_work.ask(VIEWER, said)
    assert at_work.buttons(VIEWER) == [f"fg?{VIEWER}"]
    assert await at_work.database.read(lambda db: people.get(db, VIEWER)) is not None
