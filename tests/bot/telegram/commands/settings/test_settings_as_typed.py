"""Settings as people write them: what they shut out, add and take away; nothing passed over."""

from __future__ import annotations

import pytest

from storage.readers import chat_clocks, subscriptions
from storage.readers.subscriptions import Subscription
from tests.bot.telegram.conftest import Bench
from tests.bot.telegram.desk import readable

READER = 7


async def mine(bench: Bench) -> Subscription:
    return (await bench.database.read(lambda db: subscriptions.of_topic(db, READER, None)))[0]


async def subscribed(bench: Bench) -> None:
    await bench.ask(READER, "/start", language_code="en")
    await bench.ask(READER, "/subscribe all")


async def ask(bench: Bench, text: str) -> str:
    return readable(await bench.ask(READER, text))


@pytest.mark.parametrize(
    "said",
    ["/pause siege", "/stop siege", "/stop الحصار", "/stop le siège", "/stop cholera in Sudan"],
)
async def test_who_stops_one_thing_does_not_lose_all_others(bench: Bench, said: str) -> None:
    await subscribed(bench)
    answer = await ask(bench, said)
    assert "Nothing was stopped" in answer
    assert "/unsubscribe" in answer
    assert not (await mine(bench)).paused


@pytest.mark.parametrize("said", ["/pause 2 hours", "/stop until monday", "/pause ساعتين"])
async def test_a_pause_with_an_end_is_a_mute(bench: Bench, said: str) -> None:
    await subscribed(bench)
    assert "muted until" in await ask(bench, said)
    assert not (await mine(bench)).paused


@pytest.mark.parametrize("said", ["/stop", "/stop all alerts please", "/stop الآن", "/pause tout"])
async def test_who_stops_everything_may_say_so(bench: Bench, said: str) -> None:
    await subscribed(bench)
    assert "All alerts here are stopped" in await ask(bench, said)
    assert (await mine(bench)).paused


@pytest.mark.parametrize(
    ("said", "evacuation", "others"),
    [
        ("/subscribe not evacuation", False, True),
        ("/subscribe -evacuation", False, True),
        ("/subscribe بدون الإخلاء", False, True),
        ("/subscribe tout sauf évacuation", False, True),
        ("/subscribe all except evacuation", False, True),
        ("/unsubscribe all except evacuation", True, False),
        ("/unsubscribe كل المواضيع ما عدا الإخلاء", True, False),
        ("/unsubscribe toutes les alertes", False, False),
    ],
)
async def test_a_signal_that_is_shut_out_is_not_chosen(
    bench: Bench, said: str, evacuation: bool, others: bool
) -> None:
    await subscribed(bench)
    await ask(bench, said)
    chosen = (await mine(bench)).signals
    assert ("evacuation" in chosen) is evacuation
    assert chosen - {"evacuation"} == ({"aid-access", "medicine-shortage"} if others else set())


async def test_what_is_no_signal_is_named(bench: Bench) -> None:
    await subscribed(bench)
    answer = await ask(bench, "/subscribe evacuation and unicorns, critical, 3 days")
    assert "I left out “unicorns”, Critical, last 3 days" in answer


async def named_places(bench: Bench) -> set[str]:
    return {each["en"].partition(",")[0] for each in (await mine(bench)).places.values()}


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        ("Homs", "+Aleppo", {"Homs", "Aleppo"}),
        ("Homs", "add Aleppo", {"Homs", "Aleppo"}),
        ("Homs", "أضف حلب", {"Homs", "Aleppo"}),
        ("Homs, Aleppo", "-Homs", {"Aleppo"}),
        ("Homs, Aleppo", "remove Homs", {"Aleppo"}),
        ("Homs, Aleppo", "احذف حمص", {"Aleppo"}),
        ("Homs", "Aleppo, -Sudan", {"Aleppo"}),
        ("Homs", "in Aleppo only", {"Aleppo"}),
        ("Homs", "في حلب", {"Aleppo"}),
        ("Homs", "à Alep", {"Aleppo"}),
        ("Homs", "le Soudan et le Tchad", {"Sudan", "Chad"}),
        ("Homs", "Aleppo and Nowhereatall", {"Aleppo"}),
        ("Homs", "لا باز", {"La Paz"}),
        ("Homs", "\n- Aleppo\n- Sudan", {"Aleppo", "Sudan"}),
        # These would be the reverse of what was asked.
        ("Homs", "-Sudan", {"Homs"}),
        ("Homs", "-Homs", {"Homs"}),
        ("Homs", "all except Sudan", {"Homs"}),
        ("Homs", "سوريا ما عدا حلب", {"Homs"}),
    ],
)
async def test_places_are_added_and_taken_away(
    bench: Bench, before: str, said: str, after: set[str]
) -> None:
    await subscribed(bench)
    await ask(bench, f"/places {before}")
    await ask(bench, f"/places {said}")
    assert await named_places(bench) == after


async def test_a_place_that_cannot_be_shut_out_is_told_how(bench: Bench) -> None:
    await subscribed(bench)
    answer = await ask(bench, "/places everything except Sudan")
    assert "I cannot shut “Sudan” out" in answer
    assert "/words" in answer
    assert await named_places(bench) == set()


@pytest.mark.parametrize(
    ("said", "include", "exclude"),
    [
        ("no sports", (), ("sports",)),
        ("بدون رياضة", (), ("رياضة",)),
        ("sauf sport", (), ("sport",)),
        ("cholera or measles", ("cholera", "measles"), ()),
        ("كوليرا أو حصبة", ("كوليرا", "حصبة"), ()),
        ("cholera, no sports", ("cholera",), ("sports",)),
    ],
)
async def test_words_that_are_not_wanted_are_not_required(
    bench: Bench, said: str, include: tuple[str, ...], exclude: tuple[str, ...]
) -> None:
    await subscribed(bench)
    await ask(bench, f"/words {said}")
    stored = await mine(bench)
    assert (stored.include, stored.exclude) == (include, exclude)


async def test_a_word_is_taken_away_by_its_name(bench: Bench) -> None:
    await subscribed(bench)
    await ask(bench, "/words +cholera +measles -sports")
    await ask(bench, "/words remove measles")
    assert (await mine(bench)).include == ("cholera",)
    await ask(bench, "/words remove")
    assert (await mine(bench)).include == (await mine(bench)).exclude == ()


@pytest.mark.parametrize(
    ("said", "minute", "weekly"),
    [
        ("on", 480, None),
        ("every morning", 420, None),
        ("كل مساء", 1140, None),
        ("الثامنة والنصف صباحًا", 510, None),
        ("at noon", 720, None),
        ("friday", 480, 4),
        ("إيقاف الأسبوعي", 480, None),
    ],
)
async def test_the_digest_is_set_in_words(
    bench: Bench, said: str, minute: int, weekly: int | None
) -> None:
    await subscribed(bench)
    await ask(bench, f"/digest {said}")
    clock = await bench.database.read(lambda db: chat_clocks.get(db, READER))
    assert (clock.digest_at, clock.weekly_day) == (minute, weekly)


@pytest.mark.parametrize(
    ("zone", "said", "days"),
    [
        ("Damascus", "22-7 weekends", {4, 5}),
        ("Paris", "22h-7h le week-end", {5, 6}),
        ("Damascus", "22-7 أيام العمل", {6, 0, 1, 2, 3}),
        ("Damascus", "22-7 except friday", {0, 1, 2, 3, 5, 6}),
        ("Damascus", "من العاشرة مساء حتى السابعة صباحا ما عدا الجمعة", {0, 1, 2, 3, 5, 6}),
        ("Paris", "en semaine 22h-7h", {0, 1, 2, 3, 4}),
    ],
)
async def test_quiet_hours_know_the_week(
    bench: Bench, zone: str, said: str, days: set[int]
) -> None:
    await subscribed(bench)
    await ask(bench, f"/timezone {zone}")
    await ask(bench, f"/quiet {said}")
    quiet = (await bench.database.read(lambda db: chat_clocks.get(db, READER))).quiet
    assert quiet is not None
    assert (quiet.begin, quiet.until, quiet.days) == (22 * 60, 7 * 60, frozenset(days))


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("EST", "America/New_York"),  # not Ouagadougou, for a region named Est
        ("Paris time", "Europe/Paris"),
        ("heure de Paris", "Europe/Paris"),
        ("توقيت بغداد الآن", "Asia/Baghdad"),
        ("Khartoum, Sudan", "Africa/Khartoum"),
    ],
)
async def test_a_time_zone_is_found_as_it_was_said(bench: Bench, said: str, zone: str) -> None:
    await subscribed(bench)
    await ask(bench, f"/timezone {said}")
    assert (await bench.chat(READER)).timezone == zone


@pytest.mark.parametrize("said", ["ربع ساعة", "a quarter of an hour", "un quart d'heure"])
async def test_a_quarter_of_an_hour_is_a_length(bench: Bench, said: str) -> None:
    await subscribed(bench)
    assert "muted until" in await ask(bench, f"/mute {said}")
