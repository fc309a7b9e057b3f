"""/status PLACE against the fake Bot API, over reports in a real database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.alerts.said.facts import stored_place
from bot.rules_in_force import shipped_places
from rules import PlaceTold
from storage import alerts
from storage.connection import Connection
from storage.news import entries as stored_entries
from storage.news import feeds, states, stories
from storage.news.entries import Entry
from storage.news.facts import StoredPlace
from storage.news.states import StateReport
from storage.readers import chats
from tests.bot.messages.samples import alert_text, sample_signal
from tests.bot.telegram.conftest import OPERATOR, Bench
from tests.conftest import shipped_rules
from tests.storage.make import parted

READER = 7
Said = tuple[str, str, str, timedelta]
"""A place's id, the state, its value, how long ago."""


@pytest.fixture(autouse=True)
def kinds(bench: Bench) -> None:
    bench.rules.states = shipped_rules().states


def place(place_id: str) -> StoredPlace:
    gazetteer = shipped_places()
    told = PlaceTold(gazetteer.places[place_id], (), "title", 0, 0, "", "clause")
    return stored_place(gazetteer, told)


async def reported(
    bench: Bench, said: Sequence[Said], *, audience: str = "everyone", feed: str = "عنب بلدي"
) -> None:
    """Each as an entry of its own, of one feed, with an alert at its place."""
    now = datetime.now(UTC)

    def write(db: Connection) -> None:
        feeds.sync(db, [("feed", "https://feed.example/rss")], now)
        for number, (place_id, state, value, ago) in enumerate(said):
            link = f"https://feed.example/{place_id}/{number}"
            entry = Entry(
                *(None, "feed", None, link, f"خبر <b>{number}</b> & غيره", "", f"h{link}", "ar"),
                *(now - ago, now - ago, None, False),
            )
            entry_id = stored_entries.add(db, entry, [])
            where = place(place_id)
            report = StateReport(
                *(where, state, value.removeprefix("not "), value.startswith("not "), "siege"),
                *(f"family-{feed}", feed, now - ago, entry_id),
            )
            states.put(db, entry_id, [report])
            story_id = stories.create(db, "قصة", now)
            stories.attach(db, story_id, entry_id, "family", now)
            ours, others = parted({"audience": audience, "title": f"خبر <b>{number}</b>"})
            text = alert_text(entry_id=entry_id, **others)
            made = alerts.create(db, story_id, [sample_signal(**ours)], text, now - ago)
            alerts.set_facts(db, made.id, [where], [])

    await bench.database.write(write)


HOUR = timedelta(hours=1)
ALEPPO: list[Said] = [
    ("g170063", "water", "cut", 3 * HOUR),
    ("SY-HL", "siege", "besieged", 10 * 24 * HOUR),
    ("g170063", "aid", "arriving", 20 * 24 * HOUR),
]


async def test_a_place_is_told_in_arabic(bench: Bench) -> None:
    await reported(bench, ALEPPO)
    await bench.ask(READER, "/start", language_code="ar")
    answer = await bench.ask(READER, "/status حلب")
    assert "📍 حلب، سوريا" in answer
    assert "🔴 المياه: انقطاع أو نقص" in answer
    assert "وفق عنب بلدي، قبل 3 ساعات" in answer
    assert "🔴 الحصار: قائم" in answer
    assert "⚪ وصول المساعدات: غير معروف الآن" in answer
    assert "آخر خبر قبل 20 يومًا: مستمر (عنب بلدي)" in answer
    assert "A1" in answer and "اقرأ الخبر" in answer
    assert "آخر التنبيهات هنا" in answer
    # Markup of a title is text.
    assert "<b>0</b>" in answer


async def test_a_place_is_told_in_english_and_french(bench: Bench) -> None:
    await reported(bench, ALEPPO, feed="Enab Baladi")
    await bench.ask(READER, "/start", language_code="en")
    answer = await bench.ask(READER, "/status Aleppo")
    assert "📍 Aleppo, Syria" in answer
    assert "🔴 Water: cut or short" in answer
    assert "as reported by Enab Baladi, 3 hours ago" in answer
    assert "⚪ Aid: not known" in answer
    assert "last report 20 days ago: getting through (Enab Baladi)" in answer
    await bench.ask(READER, "/language fr")
    answer = await bench.ask(READER, "/status alep")
    assert "Alep" in answer and "coupure ou pénurie" in answer
    assert "selon Enab Baladi, il y a 3 heures" in answer


async def test_what_is_disputed_lifted_and_in_it_or_around_it(bench: Bench) -> None:
    await reported(
        bench,
        [
            ("SY-HL", "siege", "besieged", 9 * HOUR),
            ("SY-HL", "siege", "lifted", 5 * HOUR),
            ("g172256", "power", "cut", 4 * HOUR),
        ],
    )
    await reported(bench, [("g172256", "power", "not cut", HOUR)], feed="وزارة الكهرباء")
    await bench.ask(READER, "/start", language_code="en")
    answer = await bench.ask(READER, "/status Aleppo")
    assert "🟢 Siege: lifted" in answer
    assert "In places within it" in answer
    assert "Kobani · Power: cut or short · disputed" in answer
    assert "denied by" in answer and "وزارة الكهرباء" in answer
    town = await bench.ask(READER, "/status Kobani")
    assert "In what it lies in" in town and "Aleppo · Siege: lifted" in town


async def test_a_name_that_is_not_known_gets_candidates_and_one_of_two_says_so(
    bench: Bench,
) -> None:
    await bench.ask(READER, "/start", language_code="en")
    answer = await bench.ask(READER, "/status Khartuom")
    assert "Did you mean" in answer and "Khartoum" in answer
    assert "I do not know" in await bench.ask(READER, "/status 123456789")
    tripoli = await bench.ask(READER, "/status Tripoli")
    assert "No state is reported" in tripoli
    assert "Other places of this name: Tripoli, " in tripoli
    assert "<b>" in await bench.ask(READER, "/status <b>x</b>")
    assert await bench.ask(READER, "/status " + "ا" * 3_000)


async def test_alone_it_is_the_operators_report_and_others_learn_what_to_send(
    bench: Bench,
) -> None:
    await bench.ask(READER, "/start", language_code="ar")
    answer = await bench.ask(READER, "/status")
    assert "لمشغّلي مرصد فقط" in answer and "للسؤال عن مكان" in answer
    await bench.ask(OPERATOR, "/start", language_code="en")
    assert "State of Marsad" in await bench.ask(OPERATOR, "/status")
    assert "📍 Aleppo" in await bench.ask(OPERATOR, "/status Aleppo")


async def test_alerts_of_rules_on_test_are_for_operators(bench: Bench) -> None:
    await reported(bench, ALEPPO[:1], audience="operators")
    await bench.ask(READER, "/start", language_code="en")
    answer = await bench.ask(READER, "/status Aleppo")
    assert "Water: cut or short" in answer
    assert "Last alerts here" not in answer and "A1" not in answer
    await bench.database.write(lambda db: chats.set_operators(db, [OPERATOR], datetime.now(UTC)))
    await bench.ask(OPERATOR, "/start", language_code="en")
    assert "Last alerts here" in await bench.ask(OPERATOR, "/status Aleppo")


async def test_a_country_full_of_news_fits_a_message(bench: Bench) -> None:
    towns = [p.id for p in shipped_places().places.values() if p.country == "SY"][:120]
    await reported(bench, [(each, "water", "cut", HOUR) for each in towns], feed="x" * 300)
    await bench.ask(READER, "/start", language_code="en")
    answer = await bench.ask(READER, "/status Syria")
    assert "and 1" in answer and "more" in answer


@pytest.mark.parametrize("text", ["هل باب الهوى مفتوح؟", "وضع معبر باب الهوى"])
async def test_a_question_how_it_stands_at_a_place_is_answered_like_the_command(
    bench: Bench, text: str
) -> None:
    await bench.ask(READER, "/start", language_code="ar")
    assert "لا تنبيهات بهذا الوصف" in await bench.ask(READER, text), "nothing was reported"
    await reported(bench, [("sy-bab-al-hawa", "crossing", "closed", timedelta(hours=3))])
    answer = await bench.ask(READER, text)
    assert answer == await bench.ask(READER, "/status باب الهوى")
    assert "مغلق" in answer
