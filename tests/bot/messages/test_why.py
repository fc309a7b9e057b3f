"""The one sentence that says why: of what the real pipeline decided, in three languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from bot.alerts.decide import Reason
from bot.alerts.routing.reach import Unreached, unreached
from bot.alerts.summaries.history import AlertHistory, history_of
from bot.locales import LANGUAGES, texts
from bot.locales.bidi import without_controls
from bot.messages.cards.display import Display
from bot.messages.cards.explanation import explanation_card
from bot.messages.cards.why import why_here, why_sentence
from storage.file.database import connect, migrate
from storage.readers import chats
from storage.readers.chats import Chat
from tests.bot.alerts.newsroom import Newsroom
from tests.bot.alerts.routing.test_route import ALERT
from tests.bot.messages.samples import SIGNALS
from tests.bot.messages.test_cards import DAMASCUS
from tests.bot.telegram.bot_api import parse_html
from tests.storage.make import NOW, add_chat, chat, choose

HOUR = timedelta(hours=1)
NAMES = {"enab-feed": "عنب", "wire-feed": "Relief Wire"}
FILLED = {"report", "rise", "place", "level", "why"}


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    connection = connect(tmp_path / "marsad.sqlite")
    migrate(connection)
    yield Newsroom(connection)
    connection.close()


def display(language: str) -> Display:
    return Display(language, SIGNALS, NOW + 3 * HOUR, DAMASCUS, NAMES)


def sentence(history: AlertHistory, language: str) -> str:
    return without_controls("".join(s.text for s in why_sentence(history, display(language))))


def here(history: AlertHistory, language: str) -> str:
    return without_controls("".join(s.text for s in why_here(history, display(language))))


def history(newsroom: Newsroom, reader: Chat | None = None) -> AlertHistory:
    found = history_of(newsroom.db, "A1", reader)
    assert found is not None
    return found


def grown(newsroom: Newsroom) -> AlertHistory:
    """A siege with twelve killed that becomes thirty."""
    newsroom.says("حصار حلب: مقتل 12 شخصا في قصف على الأحياء المحاصرة", family="enab")
    newsroom.says(
        "حصار حلب: ارتفاع عدد القتلى إلى 30 قتيلا في قصف على الأحياء المحاصرة",
        family="wire",
        now=NOW + HOUR,
    )
    return history(newsroom)


def test_it_says_who_told_what_where_when_at_which_level_and_why_again(newsroom: Newsroom) -> None:
    said = grown(newsroom)
    assert sentence(said, "en") == (
        "Sent at 15:00 as Alert because عنب reported a siege in Aleppo, Syria; told again at 16:00 "
        "because the number of people killed rose from 12 to 30; 2 publishers report it by now."
    )
    assert sentence(said, "ar") == (
        "أُرسل الساعة 15:00 بدرجة «تنبيه» لأن جهة النشر «عنب» تحدثت عن حصار في حلب، سوريا، ثم أُرسل "
        "من جديد الساعة 16:00 لأن عدد القتلى ارتفع من 12 إلى 30، وقد ذكرته جهتا نشر حتى الآن."
    )
    assert sentence(said, "fr") == (
        "Envoyée à 15:00 au niveau Alerte parce que l'éditeur عنب a signalé un siège "
        "(Alep, Syrie)\u202f; signalée de nouveau à 16:00 parce que le nombre "
        "de morts est passé de 12 à 30\u202f; 2 éditeurs en font état à ce jour."
    )


def test_what_was_stored_only_says_that_and_why(newsroom: Newsroom) -> None:
    newsroom.rules.change("siege", level="watch")
    newsroom.says("حصار حلب")
    assert sentence(history(newsroom), "en") == (
        "Stored at 15:00 and not sent because news of the level Watch goes into the digest; "
        "عنب reported a siege in Aleppo, Syria."
    )


def test_a_lifted_siege_is_told_as_such_and_a_denial_as_one(newsroom: Newsroom) -> None:
    newsroom.says("حصار حلب")
    newsroom.says("رفع حصار حلب", now=NOW + HOUR)
    assert (
        "told again at 16:00 because the situation turned: عنب reported the lifting or easing of a "
        "siege in Aleppo, Syria" in sentence(history(newsroom), "en")
    )
    newsroom.says("وزير الدفاع نفى وجود حصار في إدلب", family="wire")
    other = history_of(newsroom.db, "A2", None)
    assert other is not None
    assert "Relief Wire reported a denial of a siege" in sentence(other, "en")


def test_an_arabic_sentence_holds_no_latin_letter_but_those_of_names(newsroom: Newsroom) -> None:
    said = sentence(grown(newsroom), "ar")
    assert not any("a" <= each.lower() <= "z" for each in said), said


def test_decisions_that_are_no_longer_stored_are_not_made_up(newsroom: Newsroom) -> None:
    said = replace(grown(newsroom), decisions=())
    assert "the reason is no longer stored" in sentence(said, "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_clause_behind_because(reason: Reason, language: str) -> None:
    clause = texts(language).find(f"because.{reason.value}")
    assert clause, (
        f'no text for {reason!r}: add `{reason.value} = "..."` to the table [because] of '
        f"bot/locales/{language}.toml (and of the two others). It is read behind «because», «لأن», "
        f"«parce que», and may hold {sorted(FILLED)} in braces; "
        "bot/messages/cards/why.py fills them."
    )
    filled = {name for _, name, _, _ in Formatter().parse(clause) if name}
    assert filled <= FILLED, f"bot/messages/cards/why.py does not know {filled - FILLED}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_a_chat_has_words(language: str) -> None:
    for why in Unreached:
        assert texts(language).find(f"here.{why.value}"), why


def test_a_reason_of_a_newer_version_is_named_at_least(newsroom: Newsroom) -> None:
    said = grown(newsroom)
    unknown = [replace(each, reason="some-new-reason") for each in said.decisions]
    assert "because some-new-reason" in sentence(replace(said, decisions=unknown), "en")


def reader(newsroom: Newsroom, *signals: str, places: dict[str, str] | None = None) -> Chat:
    add_chat(newsroom.db, 5, *signals)
    if places:
        named = {each: dict.fromkeys(LANGUAGES, name) for each, name in places.items()}
        choose(newsroom.db, 5, places=named)
    found = chats.get(newsroom.db, 5)
    assert found is not None
    return found


def test_a_chat_hears_by_which_of_its_choices_it_got_it(newsroom: Newsroom) -> None:
    who = reader(newsroom, "siege")
    newsroom.says("حصار حلب")
    assert "Waiting to be sent" in here(history(newsroom, who), "en")
    newsroom.db.execute("UPDATE outbox SET state = 'sent'")
    got = here(history(newsroom, who), "en")
    assert got.startswith("Sent to this chat: ")
    assert got.endswith("it chose “Siege”, from the level Info on"), got


def test_a_chat_of_another_place_hears_that_this_kept_it_away(newsroom: Newsroom) -> None:
    who = reader(newsroom, "siege", places={"YE": "Yemen"})
    newsroom.says("حصار حلب")
    said = here(history(newsroom, who), "en")
    assert said == "Not sent to this chat: this chat hears of Yemen alone"


def test_a_muted_chat_hears_until_when(newsroom: Newsroom) -> None:
    who = reader(newsroom, "siege")
    newsroom.says("حصار حلب")
    muted = replace(who, muted_at=NOW, muted_until=NOW + 9 * HOUR)
    assert "muted, until 2 March, 00:00" in here(history(newsroom, muted), "en")


def asking(**changes: Any) -> Chat:
    """A chat with a subscription like this."""
    reader = chat(1, "siege")
    (one,) = reader.subscriptions
    return replace(reader, subscriptions=(replace(one, **changes),))


@pytest.mark.parametrize(
    ("asks", "expected"),
    [
        (chat(1, "siege"), Unreached.CHOSE_OTHERWISE),
        (chat(1, signals=frozenset()), Unreached.NO_SIGNALS),
        (chat(1, "evacuation"), Unreached.OTHER_SIGNALS),
        (chat(1, "siege", places=frozenset({"YE"})), Unreached.PLACE_UNKNOWN),
        (chat(1, "siege", lowest_level="critical"), Unreached.LEVEL),
        (chat(1, "siege", created_at=NOW + HOUR), Unreached.CAME_LATER),
        (asking(include=("كوليرا",)), Unreached.WORDS),
        (asking(paused=True), Unreached.PAUSED),
        (asking(delivery="daily"), Unreached.DIGEST),
    ],
)
def test_what_keeps_an_alert_from_a_chat(
    newsroom: Newsroom, asks: Chat, expected: Unreached
) -> None:
    newsroom.says("حصار حلب")
    sent = history(newsroom).decisions
    assert unreached(ALERT, asks, sent).why is expected
    assert unreached(ALERT, asks, []).why is Unreached.NOT_PUSHED


def test_the_details_are_folded_behind_the_answer(newsroom: Newsroom) -> None:
    said = grown(newsroom)
    card = explanation_card(said, display("en"))
    text, entities = parse_html(card.html)
    quotes = [each for each in entities if each.tag == "blockquote"]
    assert len(quotes) == 1
    folded = text[quotes[0].start : quotes[0].end]
    assert "any(حصار)" in folded
    assert "Sent at 15:00" not in folded
    short = explanation_card(said, display("en"), details=False)
    assert "any(" not in short.plain
    assert "Sent at 15:00" in short.plain


def test_what_the_author_of_a_clause_noted_is_told_to_who_reads_its_language(
    newsroom: Newsroom,
) -> None:
    said = grown(newsroom)

    def note(signal: str, clause: str) -> str | None:
        return "the word alone is enough" if signal == "siege" else None

    assert "the word alone is enough" in explanation_card(said, display("en"), note).plain
    assert "the word alone is enough" not in explanation_card(said, display("ar"), note).plain


def test_the_weights_of_the_clauses_that_are_listed_make_the_score(newsroom: Newsroom) -> None:
    """Two clauses that saw the same words have their evidence once."""
    said = grown(newsroom)
    weighed = "170/100: any(حصار) +100 «حصار»; hunger +90 «يقول «حصار»; ثم»; drill -20 «تمرين»"
    siege = replace(said.alert.signals[0], explanation=weighed)
    detection = replace(said.detections["siege"], score=170)
    told = replace(
        said, alert=replace(said.alert, signals=(siege,)), detections={"siege": detection}
    )
    found = without_controls(explanation_card(told, display("en")).plain)
    listed = re.findall(r"• .* · (\S+) · weight (-?\d+)", found)
    assert listed == [("any(حصار)", "100"), ("hunger", "90"), ("drill", "-20")]
    assert "Score 170" in found
    assert "• يقول «حصار»; ثم · hunger" in found
