"""OCHA's codes of divisions: the shipped ones, and those of an operator's files."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from rules import Gazetteer, load_gazetteer
from rules.loading.load import SHIPPED
from rules.loading.schema.places import PlacesFile
from rules.loading.yamlfile import contents, parse
from rules.matching.ruleset import RulesInvalid

Write = Callable[[str], Path]
FILE = SHIPPED / "places" / "pcodes.yaml"
# Most are the country's two letters and digits; these have its three letters, or a word of theirs.
FORMS = {"BI": r"BDI\d{3}", "IQ": r"IQG\d\d", "MM": r"MMR\d{3}", "NE": r"NER\d{3}"}
LENGTHS = {"LB": 1, "CM": 3, "NG": 3}
LEFT_OUT = {"ET-SN", "IQ-KR", "ML-10", "MM-02", "MM-17", "VE-W"}


@pytest.fixture(scope="module")
def said() -> PlacesFile:
    return PlacesFile.model_validate(parse(contents(FILE, "pcodes.yaml"), "pcodes.yaml").value)


@pytest.fixture
def own(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        (tmp_path / "own" / "places").mkdir(parents=True, exist_ok=True)
        (tmp_path / "own" / "places" / "ours.yaml").write_text(text, encoding="utf-8")
        return tmp_path / "own"

    return write


def test_each_code_is_of_one_division_that_is_known_and_looks_like_its_country_s(
    said: PlacesFile, gazetteer: Gazetteer
) -> None:
    codes = Counter(code for given in said.pcodes.values() for code in given.values())
    assert len(codes) == 433 and set(codes.values()) == {1}
    for country, given in said.pcodes.items():
        form = FORMS.get(country, rf"{country}\d{{{LENGTHS.get(country, 2)}}}")
        for id_, code in given.items():
            place = gazetteer.places[id_]
            assert (place.kind, place.country, place.pcode) == ("adm1", country, code)
            assert re.fullmatch(form, code), code
    assert not gazetteer.warnings


def test_a_country_has_all_its_codes_but_for_divisions_that_ocha_does_not_have(
    said: PlacesFile, gazetteer: Gazetteer
) -> None:
    divisions = [p for p in gazetteer.places.values() if p.kind == "adm1"]
    assert {p.id for p in divisions if p.country in said.pcodes and not p.pcode} == LEFT_OUT
    # Districts and governorates are the second level there: no code is better than a wrong one.
    assert not [p.id for p in divisions if p.country in ("PS", "LY") and p.pcode]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("محافظة حلب", "SY02"),
        ("ولاية الخرطوم", "SD01"),
        ("محافظة تعز", "YE15"),
        ("Luhansk oblast", "UA44"),
        ("Akkar", "LB7"),
        ("Nineveh", "IQG15"),
        ("Nord-Kivu", "CD61"),
        ("Tigray", "ET01"),
    ],
)
def test_well_known_codes(gazetteer: Gazetteer, name: str, code: str) -> None:
    by_code = gazetteer.by_pcode()[code]
    bare = re.sub("^(محافظة|ولاية) | oblast$", "", name)
    assert by_code in gazetteer.named(bare)


def test_names_of_states_and_governorates_elsewhere_lead_to_as_many_codes(
    gazetteer: Gazetteer,
) -> None:
    folder = Path(__file__).parents[4] / "shared" / "data" / "gazetteer"
    if not folder.is_dir():
        pytest.skip("needs ../shared/data, which is not part of the project")
    with (folder / "sudan_localities.csv").open(encoding="utf-8") as file:
        states = {row["state_en"] for row in csv.DictReader(file)}
    with (folder / "yemen_regions.csv").open(encoding="utf-8") as file:
        governorates = {row["governorate_ar"] for row in csv.DictReader(file)}
    for country, names in (("SD", states), ("YE", governorates)):
        found = {
            name: {p.pcode for p in gazetteer.named(name) if p.id.startswith(f"{country}-")}
            for name in names
        }
        known = [codes for codes in found.values() if codes]
        # A name or two are spelled as the gazetteer has none.
        assert len(known) >= len(names) - 3
        assert all(len(codes) == 1 for codes in known)
        assert len(set.union(*known)) == len(known) and None not in set.union(*known)
        assert all(str(code).startswith(country) for code in set.union(*known))


def test_an_operator_s_code_counts_and_one_given_twice_is_told(own: Write) -> None:
    found = load_gazetteer(own("pcodes: {SD: {SD-KH: SD99}}\n"))
    assert found.places["SD-KH"].pcode == "SD99" and not found.warnings
    assert "SD01" not in found.by_pcode()
    # As an entry of its own, too; and South Darfur has this code.
    found = load_gazetteer(own("places:\n  - {add: PS-RFH, pcode: SD03}\n"))
    (told,) = found.warnings
    assert str(told) == (
        "own/places/ours.yaml:2: «SD-DS» has the p-code SD03 too; a code names one place"
    )


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("pcodes: {SD: {SD-KHH: SD01}}", "no place has the id «SD-KHH»; did you mean «SD-KH»?"),
        ("pcodes: {ZZ: {SD-KH: SD01}}", "«ZZ» is no country's code"),
        ("pcodes: {SY: {SD-KH: SD01}}", "«SD-KH» lies in SD, not in SY; write it under SD:"),
        ("pcodes: {SD: {SD-KH: SD-01}}", "«SD-01» is no p-code; write the country's letters"),
        ("pcodes: {SD: {SD-KH: 01}}", "«SD-KH» must be text, and this is a number"),
        ("pcodes: {SD: SD01}", "«SD» must be a mapping"),
        ("pcodes: {SD: {SD-KH: SD01, SD-KH: SD02}}", "SD-KH"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(own: Write, body: str, told: str) -> None:
    with pytest.raises(RulesInvalid) as caught:
        load_gazetteer(own(body + "\n"))
    said = "\n".join(map(str, caught.value.errors))
    assert said.startswith("own/places/ours.yaml:1: ") and told in said
