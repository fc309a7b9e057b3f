"""Whoever asks for what is missing asks for the lack, in any of the languages and dialects."""

from __future__ import annotations

import pytest

from bot.asking.question import Question
from tests.bot.asking.test_reader import places, read

WATER, FOOD = "water-fuel-power-shortage", "food-insecurity"


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("no water", WATER),
        ("without power", WATER),
        ("out of power", WATER),
        ("shortage of water", WATER),
        ("water cut off", WATER),
        ("no food", FOOD),
        ("ran out of flour", FOOD),
        ("pas d'eau", WATER),
        ("sans courant", WATER),
        ("il n'y a plus d'eau", WATER),
        ("manque d'eau", WATER),
        ("coupure de courant", WATER),
        ("plus rien à manger", FOOD),
        ("ماء", WATER),
        ("بلا ماء", WATER),
        ("الماء مقطوع", WATER),
        ("لا ماء ولا كهرباء", WATER),
        ("ما في مي", WATER),
        ("مافيش مية", WATER),
        ("ماكو ماي", WATER),
        ("ما كاين ماء", WATER),
        ("شح المياه", WATER),
        ("بلا اكل", FOOD),
        ("ماكو طحين", FOOD),
    ],
)
def test_a_lack_is_the_signal_and_leaves_no_word(text: str, signal: str) -> None:
    assert read(text) == Question(signals=(signal,))


@pytest.mark.parametrize("text", ["بلا ماء في حلب", "no water in Aleppo", "Alep sans eau"])
def test_a_lack_at_a_place(text: str) -> None:
    question = read(text)
    assert (places(question), question.signals) == (["SY-HL"], (WATER,))


@pytest.mark.parametrize(
    ("text", "words"),
    [("shortage", ("shortage",)), ("نقص", ("نقص",)), ("أزمة حلب", ("أزمة",)), ("what", ())],
)
def test_a_word_for_a_lack_alone_is_searched_for(text: str, words: tuple[str, ...]) -> None:
    assert read(text).words == words


@pytest.mark.parametrize("text", ["ما", "ما هو الوضع", "ما هذا"])
def test_what_is_not_water(text: str) -> None:
    assert read(text).signals == ()
