"""Questions to the bot, by command and in plain words, against the fake Bot API."""

from __future__ import annotations

from typing import Any

import pytest

from bot.alerts.said.facts import stored_place
from bot.asking.indexing import Indexer
from bot.rules_in_force import shipped_places
from rules import PlaceTold
from storage import alerts
from storage.alerts import Alert
from storage.news.facts import StoredPlace
from tests.bot.telegram.conftest import OPERATOR, Bench
from tests.conftest import shipped_rules
from tests.storage.make import choose

READER, OTHER = 7, 8


@pytest.fixture(autouse=True)
def shipped_signals(bench: Bench) -> None:
    bench.rules.signals = dict(shipped_rules().signals)  # type: ignore[arg-type]


def place(place_id: str) -> StoredPlace:
    gazetteer = shipped_places()
    return stored_place(
        gazetteer, PlaceTold(gazetteer.places[place_id], (), "title", 0, 0, "", "clause")
    )


async def happened(bench: Bench, where: str, signal: str = "siege", **changes: Any) -> Alert:
    alert = await bench.alert(signal, **changes)
    await bench.database.write(lambda db: alerts.set_facts(db, alert.id, [place(where)], []))
    return alert


def labels(bench: Bench, chat_id: int = READER) -> dict[str, str]:
    """The newest message's buttons: what they say → what they send."""
    last = bench.server.sent_to(chat_id)[-1]
    return {button["text"]: button["callback_data"] for button in last.buttons}


async def test_a_question_in_arabic_is_understood_and_says_how(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    await happened(bench, "SY-HL", title="حصار في حلب")
    await happened(bench, "SD-KH", title="حصار في الخرطوم")
    await happened(bench, "SY-HL", "evacuation", title="إخلاء في حلب")
    for asked in ("/recent 3d حلب حصار", "حصار بحلب آخر 3 أيام", "siege Aleppo 3 jours"):
        answer = await bench.ask(READER, asked)
        assert answer.splitlines()[0].endswith("آخر 3 أيام · حلب · الحصار"), answer
        assert "حصار في حلب" in answer and "A1" in answer
        assert "الخرطوم" not in answer and "إخلاء" not in answer


async def test_a_question_in_english_and_in_french(bench: Bench) -> None:
    await bench.ask(READER, "/start", language_code="en")
    await happened(bench, "SD-KH", title="Siege of Khartoum", level="critical")
    answer = await bench.ask(READER, "critical siege in Sudan last week")
    assert answer.splitlines()[0] == "🔎 last 7 days · Sudan · Siege · Critical"
    assert "Siege of Khartoum" in answer
    await bench.ask(READER, "/language fr")
    answer = await bench.ask(READER, "/recent Soudan")
    assert answer.splitlines()[0] == "🔎 La dernière alerte · Soudan"


@pytest.mark.parametrize(
    ("said", "language", "first", "also"),
    [
        ("شكرًا جزيلًا", "ar", "العفو، وأهلًا بك دائمًا.", "/search"),
        ("السلام عليكم", "ar", "أهلًا بك.", "/subscribe"),
        ("who are you?", "en", "I am Marsad", "/recent"),
        ("merci !", "fr", "Je vous en prie.", "/search"),
    ],
)
async def test_courtesies_are_answered_politely_and_say_what_can_be_asked(
    bench: Bench, said: str, language: str, first: str, also: str
) -> None:
    await bench.ask(READER, "/start", language_code=language)
    answer = await bench.ask(READER, said)
    assert answer.startswith(first) and also in answer
    assert not bench.server.sent_to(READER)[-1].buttons, "no town is offered"


async def test_what_is_named_is_answered_whatever_the_chat_chose(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    await bench.database.write(lambda db: choose(db, READER, signals=frozenset({"evacuation"})))
    await happened(bench, "SY-HL", title="حصار في حلب")
    await happened(bench, "SY-HL", "evacuation", title="إخلاء في حلب")
    own = await bench.ask(READER, "/recent")
    assert "إخلاء في حلب" in own and "حصار في حلب" not in own
    assert "مما اختارته هذه المحادثة" in own
    assert "حصار في حلب" in await bench.ask(READER, "حلب")


async def test_pages_are_turned_by_buttons_and_nothing_is_remembered(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    for number in range(12):
        await happened(bench, "SY-HL", title=f"خبر {number:02}")
    first = await bench.ask(READER, "/recent حلب")
    assert [f"خبر {n:02}" in first for n in (11, 7, 6)] == [True, True, False]
    seen = []
    for _ in range(2):
        older = labels(bench)["أقدم ←"]
        assert len(older.encode()) <= 64
        await bench.press(READER, older)
        seen.append(bench.server.texts(READER)[-1])
    assert [f"خبر {n:02}" in seen[0] for n in (7, 6, 2, 1)] == [False, True, True, False]
    assert [f"خبر {n:02}" in seen[1] for n in (2, 1, 0)] == [False, True, True]
    assert len(bench.server.sent_to(READER)) == 2, "pages are shown in the same message"
    assert list(labels(bench)) == ["→ الأحدث", "→ أحدث"]
    await bench.press(READER, labels(bench)["→ الأحدث"])
    assert "خبر 11" in bench.server.texts(READER)[-1]


async def test_a_long_text_is_no_search_for_all_its_words(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    await happened(bench, "SY-HL", title="حصار في حلب")
    told = "قال مراسلنا إن الفريق واصل التدريب ضمن استعدادات موسعة صباحا وسط دعوات كبيرة وتحذيرات"
    assert "نص طويل" in await bench.ask(READER, told)
    answer = await bench.ask(READER, f"{told} عن حصار حلب")
    assert "حصار في حلب" in answer and "مراسلنا" not in answer


async def test_words_for_commands_are_understood(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    await bench.database.write(lambda db: choose(db, READER, signals=frozenset({"siege"})))
    await happened(bench, "SY-HL", title="حصار في حلب")
    assert "حصار في حلب" in await bench.ask(READER, "آخر التنبيهات")
    assert "/stop" in await bench.ask(READER, "إلغاء الاشتراك")


async def test_a_signal_that_is_also_a_town_is_no_answer_to_where(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    assert "المعتاد" not in await bench.ask(READER, "حصار")
    for asked in ("حلب أمس", "حمص منذ الاثنين"):  # who says when asks for news
        assert "المعتاد" not in await bench.ask(READER, asked), asked
    assert not (await bench.chat(READER)).subscriptions
    assert "المعتاد" in await bench.ask(READER, "حلب")


async def test_what_comes_while_pages_are_turned_moves_no_line(bench: Bench) -> None:
    def shown() -> list[int]:
        lines = bench.server.texts(READER)[-1].splitlines()
        return [int(line[-2:]) for line in lines if line.startswith("خبر ")]

    async def turn(label: str) -> list[int]:
        data = labels(bench)[label]
        assert len(data.encode()) <= 64
        await bench.press(READER, data)
        return shown()

    await bench.ask(READER, "/start")
    for number in range(12):
        await happened(bench, "SY-HL", title=f"خبر {number:02}")
    await bench.ask(READER, "/recent حلب")
    assert shown() == [11, 10, 9, 8, 7]
    await happened(bench, "SY-HL", title="خبر 12")
    assert await turn("أقدم ←") == [6, 5, 4, 3, 2]
    await happened(bench, "SY-HL", title="خبر 13")
    assert await turn("أقدم ←") == [1, 0]
    assert await turn("→ أحدث") == [6, 5, 4, 3, 2]
    assert await turn("→ أحدث") == [11, 10, 9, 8, 7]
    assert list(labels(bench)) == ["→ الأحدث", "→ أحدث", "أقدم ←"]
    assert await turn("→ أحدث") == [13, 12, 11, 10, 9], "the first page is a full one"
    assert list(labels(bench)) == ["أقدم ←"]


async def test_anothers_question_and_one_that_is_gone_are_not_answered(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    await bench.ask(OTHER, "/start")
    for number in range(7):
        await happened(bench, "SY-HL", title=f"خبر {number}")
    for reader in (READER, OTHER):
        await bench.ask(reader, "/recent حلب")
    theirs = bench.server.sent_to(OTHER)[-1]
    mine = bench.server.sent_to(READER)[-1]
    assert theirs.reply_markup != mine.reply_markup
    mine.reply_markup, kept = theirs.reply_markup, mine.reply_markup
    stolen = mine.buttons[-1]["callback_data"]
    assert "لم يعد هذا السؤال محفوظًا" in await bench.press(READER, stolen)
    mine.reply_markup = kept
    await bench.database.write(lambda db: db.execute("DELETE FROM questions"))
    assert "لم يعد" in await bench.press(READER, mine.buttons[-1]["callback_data"])
    for broken in ("ask:", "ask:999999999999999:ffffffffffffff-1", "ask:1:zz", "ask:x"):
        mine.reply_markup = {"inline_keyboard": [[{"text": "?", "callback_data": broken}]]}
        assert "لم يعد" in await bench.press(READER, broken)


async def test_with_nothing_found_what_is_near_is_offered_with_how_much_there_is(
    bench: Bench,
) -> None:
    await bench.ask(READER, "/start")
    await happened(bench, "SY-HL", "evacuation", title="إخلاء في حلب")
    await happened(bench, "SY-DI", title="حصار في دمشق")
    answer = await bench.ask(READER, "حلب حصار")
    assert "لا تنبيهات بهذا الوصف" in answer and "أقرب ما عندي" in answer
    offered = labels(bench)
    assert list(offered) == ["حلب (1)", "سوريا · الحصار (1)", "الحصار (1)"]
    await bench.press(READER, offered["سوريا · الحصار (1)"])
    assert "حصار في دمشق" in bench.server.texts(READER)[-1]


async def test_a_misspelled_place_is_asked_about_and_a_press_answers(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    await happened(bench, "SY-HL", title="حصار في حلب")
    answer = await bench.ask(READER, "حلبب 3d")
    assert "هل تقصد" in answer and "حلبب" in answer
    (label,) = labels(bench)
    assert label == "حلب، سوريا؟"
    await bench.press(READER, labels(bench)[label])
    assert "آخر 3 أيام · حلب" in bench.server.texts(READER)[-1]
    assert "حصار في حلب" in bench.server.texts(READER)[-1]


async def test_other_words_are_looked_for_in_the_reports(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    await happened(bench, "SY-HL", title="حصار سوق الجملة")
    await happened(bench, "SY-HL", title="حصار آخر")
    await Indexer(bench.database).look()
    answer = await bench.ask(READER, "حلب الجملة")
    assert "حصار سوق الجملة" in answer and "حصار آخر" not in answer
    assert "«\u2068الجملة\u2069»" in answer.splitlines()[0]


async def test_a_word_that_nothing_has_is_left_out_and_said(bench: Bench) -> None:
    await bench.ask(READER, "/start", language_code="en")
    await happened(bench, "SY-HL", title="حصار في حلب")
    await Indexer(bench.database).look()
    answer = await bench.ask(READER, "kindly regards Aleppo siege")
    assert "حصار في حلب" in answer
    assert "No alert has “\u2068kindly\u2069”, “\u2068regards\u2069”; without that:" in answer
    # What was chosen by its sign must stand there, or not.
    for text in ('Aleppo "kindly regards"', "Aleppo kindl*"):
        assert "حصار في حلب" not in await bench.ask(READER, text), text
    # A word like a name beside a place that is known: both are offered.
    answer = await bench.ask(READER, "Aleppo Damscus")
    assert "حصار في حلب" in answer and "“\u2068Damscus\u2069”; without that:" in answer
    assert [label for label in labels(bench) if label.startswith("Damascus")], labels(bench)
    # Nothing else was asked: there is nothing to show without it.
    assert "حصار في حلب" not in await bench.ask(READER, "kindly regards")


async def test_what_is_shut_out_is_not_shown_and_said(bench: Bench) -> None:
    await bench.ask(READER, "/start", language_code="en")
    await happened(bench, "SY-HL", title="حصار سوق الجملة")
    await happened(bench, "SY-HM", title="حصار في حماة")
    await Indexer(bench.database).look()
    for text, said in (
        ("siege except Aleppo", "not Aleppo"),
        ("siege -الجملة", "not “\u2068الجملة\u2069”"),
    ):
        answer = await bench.ask(READER, text)
        assert "حماة" in answer and "سوق" not in answer, text
        assert said in answer.splitlines()[0], answer


async def test_a_greeting_gets_a_word_on_what_can_be_asked(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    assert "حلب حصار 3 أيام" in await bench.ask(READER, "مرحبا")
    assert "/recent" in await bench.ask(READER, "؟")


@pytest.mark.parametrize(
    "text", ["²", "ال" * 2048, '"' * 4096, "<b>&amp; حلب 999999999d", "\u200f"]
)
async def test_whatever_is_written_gets_an_answer(bench: Bench, text: str) -> None:
    await bench.ask(READER, "/start")
    assert "تعذّر" not in await bench.ask(READER, text)
    assert "تعذّر" not in await bench.ask(READER, f"/recent {text[:4000]}")
    assert "تعذّر" not in await bench.ask(READER, f"/search {text[:4000]}")


async def test_words_are_searched_for_in_all_news_newest_first_by_pages(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    for number in range(8):
        await bench.alert(
            title=f"تفشي الكوليرا في المخيم {number}", link=f"https://e.example/{number}"
        )
    await bench.alert(title="خبر آخر", audience="operators")
    await Indexer(bench.database).look()
    answer = await bench.ask(READER, "/search كوليرا بالمخيم")
    assert answer.splitlines()[0].endswith("بحث: \u2068كوليرا\u2069، \u2068بالمخيم\u2069")
    assert [f"المخيم {n}" in answer for n in (7, 2, 1)] == [True, True, False]
    assert "A8" in answer and "الجزيرة نت" in answer
    await bench.press(READER, labels(bench)["أقدم ←"])
    assert "المخيم 0" in bench.server.texts(READER)[-1]
    await bench.press(READER, labels(bench)["→ أحدث"])
    assert "المخيم 7" in bench.server.texts(READER)[-1]
    assert list(labels(bench)) == ["أقدم ←"]
    assert "لا خبر محفوظ" in await bench.ask(READER, "/search بركان")
    assert "/search" in await bench.ask(READER, "/search")
    assert "/search" in await bench.ask(READER, "/search -كوليرا")


async def test_an_alert_of_a_rule_on_test_is_found_by_operators_alone(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    await bench.ask(OPERATOR, "/start")
    await happened(bench, "SY-HL", title="حصار سري", audience="operators")
    await Indexer(bench.database).look()
    assert "حصار سري" not in await bench.ask(READER, "/recent حلب")
    assert "حصار سري" in await bench.ask(OPERATOR, "/recent حلب")
    assert "A1" not in await bench.ask(READER, "/search سري")
    assert "A1" in await bench.ask(OPERATOR, "/search سري")


async def test_a_group_is_answered_by_command_alone(bench: Bench) -> None:
    group = -1001234567890
    bench.server.room(group, admins={70})
    await bench.ask(group, "/start", user_id=70)
    await happened(bench, "SY-HL", title="حصار في حلب")
    bench.server.say(group, "حلب", user_id=71)
    assert "حصار في حلب" in await bench.ask(group, "/recent حلب", user_id=71)
    assert len(bench.server.sent_to(group)) == 2


async def test_who_chose_everything_has_chosen(bench: Bench) -> None:
    await bench.ask(READER, "/start")
    for tap in ("language:ar", "places:*", "signals:everything"):
        await bench.press(READER, f"g:{tap}")
    await happened(bench, "SY-HL", title="حصار في حلب")
    assert "حصار في حلب" in await bench.ask(READER, "/recent")
