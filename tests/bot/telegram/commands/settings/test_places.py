"""/places against the fake Bot API."""

from __future__ import annotations

import pytest

from storage.readers import chats
from tests.bot.telegram.conftest import Bench

READER = 7


async def chosen(bench: Bench) -> frozenset[str]:
    chat = await bench.database.read(lambda db: chats.get(db, READER))
    assert chat is not None
    return chat.places


@pytest.mark.parametrize(
    ("said", "answer"),
    [("/places حلب، السودان", "حلب، سوريا"), ("/places Aleppo, Sudan", "حلب، سوريا")],
)
async def test_places_are_chosen_in_any_language_and_given_up_again(
    bench: Bench, said: str, answer: str
) -> None:
    await bench.ask(READER, "/start", language_code="ar")
    assert "كل الأماكن" in await bench.ask(READER, "/places")
    assert answer in await bench.ask(READER, said)
    assert "SD" in await chosen(bench)
    assert len(await chosen(bench)) == 2
    listed = await bench.ask(READER, "/places")
    assert "📍" in listed and "السودان" in listed
    assert "كل الأماكن" in await bench.ask(READER, "/places الكل")
    assert await chosen(bench) == frozenset()


@pytest.mark.parametrize(
    "said", ["حلب والسودان", "حلب و السودان", "حلب - السودان", "Aleppo and Sudan", "Alep et Soudan"]
)
async def test_names_that_are_joined_by_and_are_two(bench: Bench, said: str) -> None:
    await bench.ask(READER, "/start")
    await bench.ask(READER, f"/places {said}")
    assert len(await chosen(bench)) == 2 and "SD" in await chosen(bench)
    assert "كل الأماكن" in await bench.ask(READER, "/places كل الاماكن")
    await bench.ask(READER, "/places دير الزور، ترينيداد وتوباغو")
    assert await chosen(bench) == {"g170794", "TT"}, "one name may have an «and» in it"


async def test_a_name_that_is_not_known_changes_nothing_and_gets_a_proposal(bench: Bench) -> None:
    await bench.ask(READER, "/start", language_code="en")
    await bench.ask(READER, "/places Sudan")
    before = await chosen(bench)
    answer = await bench.ask(READER, "/places Khartuom")
    assert "Khartuom" in answer and "Khartoum" in answer
    assert await chosen(bench) == before
    assert "qqqzzz" in await bench.ask(READER, "/places qqqzzz")
    both = await bench.ask(READER, "/places Yemen, qqqzzz")
    assert "Yemen" in both and "qqqzzz" in both
    assert await chosen(bench) == {"YE"}


async def test_names_with_markup_or_without_an_end_are_answered_as_text(bench: Bench) -> None:
    await bench.ask(READER, "/start", language_code="en")
    assert "<b>" in await bench.ask(READER, "/places <b>x</b>")
    assert await bench.ask(READER, "/places " + "ا" * 3_000)
    assert await bench.ask(READER, "/places ،،, ,;")
