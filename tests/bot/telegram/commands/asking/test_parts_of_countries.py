"""Names that many countries have, and what lies in a country that is named behind it."""

from __future__ import annotations

import pytest

from tests.bot.telegram.commands.asking.test_ask import happened, shipped_signals
from tests.bot.telegram.conftest import Bench
from tests.bot.telegram.desk import readable

__all__ = ["shipped_signals"]

READER = 7


async def chosen(bench: Bench) -> set[str]:
    return {place for each in (await bench.chat(READER)).subscriptions for place in each.places}


@pytest.mark.parametrize(
    "part",
    ["north", "the south", "Center", "Northern", "Est", "le nord", "الشمال", "الساحل", "المركز"],
)
async def test_a_part_of_no_country_is_asked_about(bench: Bench, part: str) -> None:
    await bench.ask(READER, "/start", language_code="en")
    for asked in (f"/places {part}", f"/status {part}", f"/places Aleppo, {part}"):
        assert "Name its country as well: “northern Syria”" in readable(
            await bench.ask(READER, asked)
        ), asked
    assert await chosen(bench) == {"g170063"}


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("north of Syria", "sy-northern-syria"),
        ("north Syria", "sy-northern-syria"),
        ("north-east Syria", "sy-northeast-syria"),
        ("east, Sudan", "sd-eastern-sudan"),
        ("nord Syrie", "sy-northern-syria"),
        ("شمال سوريا", "sy-northern-syria"),
        ("North, Cameroon", "CM-NO"),
        ("Nord, Haiti", "HT-ND"),
        ("Tripoli, Lebanon", "g266826"),
        ("طرابلس، لبنان", "g266826"),
        ("Tripoli", "g2210247"),
        ("Homs, Syria", "g169577"),
    ],
)
async def test_what_lies_in_the_country_behind_it_is_meant(
    bench: Bench, asked: str, place: str
) -> None:
    await bench.ask(READER, "/start", language_code="en")
    await bench.ask(READER, f"/places {asked}")
    assert await chosen(bench) == {place}


async def test_a_question_says_that_a_part_was_not_used(bench: Bench) -> None:
    await bench.ask(READER, "/start", language_code="en")
    await happened(bench, "SY-HL")
    for asked in ("siege in the north", "north"):
        assert "“north” is a part of many" in readable(await bench.ask(READER, asked))
    assert "part of many" not in await bench.ask(READER, "siege in the north of Syria")
    assert "part of many" in await bench.ask(READER, "/subscribe siege north")


async def test_a_country_behind_a_place_narrows_a_question(bench: Bench) -> None:
    await bench.ask(READER, "/start", language_code="en")
    await happened(bench, "SY-HL", title="Aleppo besieged")
    await happened(bench, "g2210247", title="Libyan Tripoli besieged")
    await happened(bench, "g266826", title="Lebanese Tripoli besieged")
    for asked in ("siege Homs Syria", "siege in Homs in Syria", "حصار حمص سوريا"):
        assert "Aleppo besieged" not in await bench.ask(READER, asked), asked
    for asked in ("siege Tripoli Lebanon", "/recent Lebanon, Tripoli", "حصار طرابلس لبنان"):
        answer = await bench.ask(READER, asked)
        assert "Lebanese" in answer and "Libyan" not in answer, asked
    for asked in ("/recent Homs and Syria", "/recent حمص وسوريا"):
        assert "Aleppo besieged" in await bench.ask(READER, asked), asked
