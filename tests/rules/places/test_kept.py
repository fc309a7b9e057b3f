"""The gazetteer on disk: the same places and names, and never those of other files."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

import rules
from rules import Gazetteer
from rules.loading.places.kept import load_gazetteer
from rules.matching.places.gazetteer import Place, index

AZAZ = Place("x", "town", "SY", None, None, ("أعزاز", "اعزاز"), ("A'zaz",), lat=36.5, lon=37.0)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A mark for each time that files are read; they say one town."""
    marks: list[str] = []

    def counted(operator_dir: Path | None) -> Gazetteer:
        marks.append("read")
        keys, joined, lengths = index([("اعزاز", "x")])
        nothing: dict[str, str] = {}
        empty: frozenset[str] = frozenset()
        return Gazetteer({"x": AZAZ}, keys, joined, lengths, nothing, nothing, empty, empty)

    monkeypatch.setattr(rules, "load_gazetteer", counted, raising=False)
    return marks


def test_all_that_is_shipped_comes_back(tmp_path: Path) -> None:
    first = load_gazetteer(None, cache=tmp_path)
    second = load_gazetteer(None, cache=tmp_path)
    for field in fields(Gazetteer):
        assert getattr(second, field.name) == getattr(first, field.name), field.name
    assert list(second.places) == list(first.places)
    assert second.named("حلب") == first.named("حلب") != ()


def test_a_second_start_reads_no_files(tmp_path: Path, read: list[str]) -> None:
    for _ in range(2):
        assert load_gazetteer(None, cache=tmp_path).named("أعزاز") == (AZAZ,)
    assert read == ["read"]


def test_files_that_changed_are_read_again(tmp_path: Path, read: list[str]) -> None:
    own = tmp_path / "own"
    (own / "places").mkdir(parents=True)
    load_gazetteer(own, cache=tmp_path / "cache")
    (own / "places" / "new.yaml").write_text("places: []\n", encoding="utf-8")
    for _ in range(2):
        load_gazetteer(own, cache=tmp_path / "cache")
    assert read == ["read", "read"]


def test_a_change_of_rules_reads_no_places(tmp_path: Path, read: list[str]) -> None:
    own = tmp_path / "own"
    (own / "signals").mkdir(parents=True)
    load_gazetteer(own, cache=tmp_path / "cache")
    (own / "signals" / "new.yaml").write_text("id: new\n", encoding="utf-8")
    load_gazetteer(own, cache=tmp_path / "cache")
    assert read == ["read"]


def test_a_file_that_is_damaged_is_as_good_as_none(tmp_path: Path, read: list[str]) -> None:
    load_gazetteer(None, cache=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-100])
    assert load_gazetteer(None, cache=tmp_path).named("أعزاز") == (AZAZ,)
    assert read == ["read", "read"]


@pytest.mark.parametrize("sign", ["|", "¦", "||||"])
def test_a_name_with_a_sign_that_parts_rows_is_read_from_its_file(
    tmp_path: Path, sign: str
) -> None:
    own = tmp_path / "own"
    (own / "places").mkdir(parents=True)
    camp = f'{{id: x, kind: camp, ar: [مخيم الأمل], en: ["Hope {sign} B"]}}'
    (own / "places" / "own.yaml").write_text(
        f"country: SY\nplaces:\n  - {camp}\n", encoding="utf-8"
    )
    for _ in range(2):
        found = load_gazetteer(own, cache=tmp_path / "cache").places["x"]
        assert found.latin == (f"Hope {sign} B",)
