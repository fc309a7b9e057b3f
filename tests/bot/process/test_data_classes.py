"""Data classes whose methods are made late behave as Python's own."""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import FrozenInstanceError, dataclass, replace
from typing import Any

import pytest

from bot.process.data_classes import make_methods_late

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="Python makes the methods of a class in one go"
)


def classes() -> tuple[Any, Any, Any]:
    @dataclass(frozen=True, slots=True)
    class Place:
        name: str
        inside: Any = None

    @dataclass(order=True)
    class Count:
        of: int

    @dataclass(frozen=True)
    class Town(Place):
        size: int = 0

    return Place, Count, Town


def behaviour(place: Any, count: Any, town: Any) -> list[object]:
    """What the classes answer to all that a late method is called for."""
    here, there = place("Homs"), place("Hama", "Syria")
    answers: list[object] = [repr(here), repr(town("Homs", size=3)), here == place("Homs")]
    answers += [here == there, here == 1, hash(there) == hash(("Hama", "Syria"))]
    answers += [{here: 1}[place("Homs")], town("Homs") == here, repr(place(here))]
    answers += [count(1) < count(2), count(1) >= count(2), sorted([count(3), count(2)])]
    for act in (
        lambda: setattr(here, "name", "Idlib"),
        lambda: delattr(here, "name"),
        lambda: count(1) < 2,
        lambda: hash(count(1)),
        lambda: place(),
    ):
        try:
            answers.append(act())
        except (FrozenInstanceError, TypeError) as error:
            answers.append((type(error).__name__, str(error)))
    return [each if not isinstance(each, list) else [one.of for one in each] for each in answers]


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The methods that are compiled from here on, where methods are made late."""
    names = []
    make = dataclasses._create_fn  # type: ignore[attr-defined]

    def noted(name: str, *source: Any, **more: Any) -> Any:
        names.append(name)
        return make(name, *source, **more)

    noted.__module__ = dataclasses.__name__
    monkeypatch.setattr(dataclasses, "_create_fn", noted)
    make_methods_late()
    return names


def test_they_answer_as_pythons_own_do(request: pytest.FixtureRequest) -> None:
    own = behaviour(*classes())
    request.getfixturevalue("compiled")
    late = classes()
    assert behaviour(*late) == own
    assert behaviour(*late) == own  # once more, by what the first calls left


def test_a_method_is_compiled_when_it_is_called_for_and_once(compiled: list[str]) -> None:
    place, _, _ = classes()
    assert set(compiled) == {"__init__"}
    here = place("Homs")
    compiled.clear()
    assert {here} == {replace(here)}
    assert {here} == {replace(here)}
    assert sorted(compiled) == ["__eq__", "__hash__"]
    # Nothing of ours stands before it any more: hashes are asked for all the time.
    assert place.__hash__.__code__.co_filename == "<string>"
