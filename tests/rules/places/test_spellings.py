"""A misspelled name is found among few that are like it, as if it had been compared with all."""

from __future__ import annotations

import random

import pytest
from rapidfuzz import fuzz, process

from bot.rules_in_force import shipped_places
from rules.matching.places.spellings import CANDIDATES, LONGEST, Spellings, spellings_of


def misspelled(name: str, seeded: random.Random) -> str:
    at, letter = seeded.randrange(len(name)), seeded.choice("ابدرل" if name > "\u0600" else "aeirs")
    return seeded.choice(
        [
            name[:at] + name[at + 1 :],
            name[:at] + letter + name[at + 1 :],
            name[:at] + letter + name[at:],
            name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
        ]
    )


def test_the_likest_name_is_the_one_that_a_comparison_with_all_names_finds() -> None:
    gazetteer, seeded = shipped_places(), random.Random(5)
    spellings = spellings_of(gazetteer)
    names = seeded.sample([name for name in gazetteer.keys if 3 < len(name) < 25], 60)
    for key in (misspelled(name, seeded) for name in names):
        best = process.extractOne(key, gazetteer.keys.keys(), scorer=fuzz.ratio, score_cutoff=76)
        found = spellings.like(key, 5, 76)
        assert (found[0][1] if found else None) == (best[1] if best else None), key


@pytest.mark.parametrize("key", ["حلبب", "allepo", "a", "ال", "x" * 4096, "al " * 99, "", " "])
def test_few_names_are_compared_whatever_is_written(key: str) -> None:
    spellings = spellings_of(shipped_places())
    assert len(spellings._candidates(key[:LONGEST])) <= 4 * CANDIDATES
    spellings.like(key, 5, 76)


def test_names_that_begin_so() -> None:
    spellings = Spellings(["حلب", "حلبجه", "حمص"])
    assert spellings.begun("حلب", 9) == ["حلب", "حلبجه"]
    assert spellings.begun("حلب", 1) == ["حلب"]
    assert spellings.begun("ي", 9) == []


def test_a_gazetteer_is_filed_once() -> None:
    assert spellings_of(shipped_places()) is spellings_of(shipped_places())
