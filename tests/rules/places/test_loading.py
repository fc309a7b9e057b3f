"""Operators' files of places: what they may say, and what they are told when it is wrong."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rules import Gazetteer, RulesInvalid, load_gazetteer
from rules.loading.places.load import SHIPPED, slug

Write = Callable[[str], Path]


@pytest.fixture
def own(tmp_path: Path) -> Write:
    """An operator's folder with one file of places."""

    def write(body: str) -> Path:
        folder = tmp_path / "own"
        (folder / "places").mkdir(parents=True, exist_ok=True)
        (folder / "places" / "ours.yaml").write_text(body, encoding="utf-8")
        return folder

    return write


def errors(folder: Path) -> list[str]:
    with pytest.raises(RulesInvalid) as raised:
        load_gazetteer(folder)
    for error in raised.value.errors:
        assert error.in_language("ar") != error.in_language("en") != error.in_language("fr")
    return [error.in_language("en") for error in raised.value.errors]


def test_the_shipped_files_are_without_a_fault(gazetteer: Gazetteer) -> None:
    assert gazetteer.warnings == ()
    for place in gazetteer.places.values():
        assert place.country in gazetteer.places, place.id
        assert place.adm1 is None or place.adm1 in gazetteer.places, place.id
        assert place.parent is None or place.parent in gazetteer.places, place.id
        assert place.names(), place.id


@pytest.mark.parametrize("code", ["PS-NGZ", "PS-GZA", "PS-DEB", "PS-KYS", "PS-RFH", "PS-JEM"])
def test_governorates_of_palestine_have_arabic_names(gazetteer: Gazetteer, code: str) -> None:
    assert gazetteer.places[code].ar


@pytest.mark.parametrize("country", "SY YE SD PS LB IQ LY EG JO TN SS".split())
def test_every_division_of_the_field_has_an_arabic_name(gazetteer: Gazetteer, country: str) -> None:
    bare = [p.id for p in gazetteer.places.values() if p.kind == "adm1" and p.country == country]
    assert [code for code in bare if not gazetteer.places[code].ar] == []


def test_the_file_is_small_and_read_in_a_moment() -> None:
    assert (SHIPPED / "places" / "gazetteer.tsv.gz").stat().st_size < 700_000
    started = time.process_time()
    load_gazetteer()
    # Measured: half a second; the bound leaves room for a busy machine.
    assert time.process_time() - started < 10


def test_a_new_place_and_more_names_for_one_that_is_there(own: Write) -> None:
    found = load_gazetteer(
        own(
            """
country: SD
places:
  - kind: camp
    in: SD-DN
    ar: مخيم الأمل الجديد
    en: New Hope camp
    at: [13.6, 25.3]
    pcode: SD02001
  - add: SD-KH
    ar: [العاصمة المثلثة]
"""
        )
    )
    (camp,) = found.named("مخيم الأمل الجديد")
    assert (camp.id, camp.adm1, camp.pcode) == ("sd-new-hope-camp", "SD-DN", "SD02001")
    assert [p.id for p in found.around(camp)] == ["SD-DN", "SD"] or camp.parent == "SD-DN"
    assert [p.id for p in found.named("العاصمة المثلثة")] == ["SD-KH"]
    assert found.nearest(13.6, 25.3) == camp


def test_a_name_can_be_taken_away(own: Write, gazetteer: Gazetteer) -> None:
    assert gazetteer.named("Goma")
    found = load_gazetteer(own("places:\n  - add: g216281\n    without: [Goma]\n"))
    assert "g216281" not in {p.id for p in found.named("Goma")}


def test_words_persons_peoples_and_hints_can_be_added(own: Write) -> None:
    found = load_gazetteer(
        own(
            """
words: {ar: [كسلا]}
persons: {en: [Goma]}
demonyms: {CD: {ar: [غوماوي]}}
hints: {CD: {en: [Virunga]}}
"""
        )
    )
    assert "كسلا" in found.words
    assert "goma" in found.persons
    assert found.demonyms["غوماويين"] == "CD"
    assert found.hints["virunga"] == "CD"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            "country: SD\nplaces:\n  - {kind: camp, in: SD-XX, en: [A camp]}\n",
            "own/places/ours.yaml:3: no place has the id «SD-XX»",
        ),
        (
            "places:\n  - {add: SD-KHH, ar: [الخرطوم]}\n",
            "own/places/ours.yaml:2: no place has the id «SD-KHH»; did you mean «SD-KH»?",
        ),
        ("places:\n  - {kind: camp, en: [A camp]}\n", "write country: at the top of the file"),
        ("country: ZZ\nplaces:\n  - {kind: camp, en: [A camp]}\n", "«ZZ» is no country's code"),
        ("country: SD\nplaces:\n  - {kind: camp, ar: [مخيم]}\n", "needs an id:"),
        ("country: SD\nplaces:\n  - {kind: camp, id: x}\n", "a new place needs a name"),
        ("country: SD\nplaces:\n  - {kind: camp, add: SD-KH}\n", "not both"),
        ("country: SD\nplaces:\n  - {kind: village, en: [A b]}\n", "«kind»"),
        ("country: SD\nplaces:\n  - {kind: camp, en: [A b], at: [200, 1]}\n", "in degrees"),
        (
            "country: SD\nplaces:\n  - {kind: camp, id: SD-KH, en: [A b]}\n",
            "the id «SD-KH» is there already (rules/places/gazetteer.tsv.gz)",
        ),
        ("places:\n  - {add: SD-KH, without: [Atlantis]}\n", "does not bear these names: atlantis"),
        ("demonyms: {ZZ: {ar: [زيدي]}}\n", "«ZZ» is no country's code"),
        ("plases: []\n", "places"),
        ("- a\n", "ours.yaml:1:"),
        ("places: [\n", "ours.yaml:"),
        ("", "ours.yaml:1:"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(own: Write, body: str, told: str) -> None:
    said = errors(own(body))
    assert any(told in one for one in said), said


def test_everything_wrong_is_told_at_once(own: Write) -> None:
    body = "country: SD\nplaces:\n  - {kind: camp, in: XX, en: [A b]}\n  - {add: YY}\n"
    assert len(errors(own(body))) == 2


def test_two_places_of_one_name_kind_and_division_are_doubted(own: Write) -> None:
    found = load_gazetteer(
        own("country: SD\nplaces:\n  - {kind: camp, in: SD-DN, en: [Zamzam camp], id: sd-other}\n")
    )
    assert any("sd-zamzam-camp" in w.in_language("en") for w in found.warnings)


@pytest.mark.parametrize("content", [b"", b"no gzip", gzip.compress(b"a\tb\n", mtime=0)])
def test_a_broken_built_in_file_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "places").mkdir()
    (tmp_path / "places" / "gazetteer.tsv.gz").write_bytes(content)
    with pytest.raises(RulesInvalid):
        load_gazetteer(shipped=tmp_path)


def test_a_slug_is_plain_latin() -> None:
    assert slug("Bab al-Hawa crossing") == "bab-al-hawa-crossing"
