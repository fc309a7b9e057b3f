"""Numbers in digits and in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.language.numbers.numerals import numerals
from rules.language.numbers.ranges import with_ranges
from rules.language.text import tokenize
from tests.rules.arabic_numbers import spell


def read(text: str, language: str = "ar") -> list[float | tuple[float, float]]:
    tokens = tokenize(text)
    found = with_ranges(text, tokens, numerals(text, tokens, language))
    return [n.value if n.max is None else (n.value, n.max) for n in found]


@given(st.integers(1, 999_999), st.booleans(), st.booleans())
def test_a_number_spelt_in_arabic_is_read_back(number: int, feminine: bool, oblique: bool) -> None:
    assert read(spell(number, feminine=feminine, oblique=oblique)) == [number]


@given(st.integers(1, 999_999))
def test_what_is_glued_to_a_number_changes_nothing(number: int) -> None:
    assert read(f"لـ{number} و{number} بـ{number} الـ{number}") == [number] * 4
    assert read(f"قتل و{spell(number)} شخصا") == [number]


@given(st.integers(0, 999_999), st.sampled_from(["٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "0123456789"]),
       st.sampled_from(["", ",", "٬", ".", " ", "\u00a0", "\u202f"]))  # fmt: skip
def test_digits_of_every_script_with_every_separator(number: int, digits: str, sign: str) -> None:
    plain = f"{number:,}".replace(",", sign) if sign else str(number)
    assert read(plain.translate(str.maketrans("0123456789", digits))) == [number]


@given(
    st.text(
        alphabet=st.sampled_from("مئة ألف وعشر ثلاثة نصف مليون 12٣٫,.-:/%الـ of a half dozen vingt")
    )
)
def test_no_run_of_number_words_is_too_much(text: str) -> None:
    for language in ("ar", "en", "fr"):
        assert all((n if isinstance(n, float | int) else n[0]) >= 0 for n in read(text, language))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("مليون ونصف المليون", [1_500_000]),
        ("ثلاثة ملايين ونصف المليون", [3_500_000]),
        ("1.5 مليون و٣٫٥ ملايين", [1_500_000, 3_500_000]),
        ("نصف مليون", [500_000]),
        ("مليوني شخص ومليونا نازح", [2_000_000, 2_000_000]),
        ("ألفا شخص واثنا عشر ألفا", [2000, 12_000]),
        ("39 ألفا و175", [39_175]),
        ("عشرات الآلاف ومئات", [10_000, 100]),
        ("ثلاث مئة وخمسة", [305]),
        ("مائة وعشرون", [120]),
        ("12-15 و20 إلى 30", [(12, 15), (20, 30)]),
        ("بين 12 و15", [(12, 15)]),
        ("ثلاثة أو أربعة", [(3, 4)]),
        ("من 12 إلى 19", [12, 19]),
        ("3-1 و10:30 و12/7", []),
        ("F16 وM23", []),
        ("أحد القتلى يوم الأحد والاثنين", []),
        ("25 بالمئة", [25]),
    ],
)
def test_arabic(text: str, values: list[float]) -> None:
    assert read(text) == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("twenty-three and one hundred and five", [23, 105]),
        ("nineteen thousand two hundred", [19_200]),
        ("two dozen, a score, half a million", [24, 20, 500_000]),
        ("hundreds of thousands", [100_000]),
        ("2.3 million, 12 thousand", [2_300_000, 12_000]),
        ("between three and five, 10 to 15", [(3, 5), (10, 15)]),
        ("a 5th day, room B12", [5]),
        ("not a cent", []),
    ],
)
def test_english(text: str, values: list[float]) -> None:
    assert read(text, "en") == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("quatre-vingt-douze", [92]),
        ("soixante et onze, soixante-dix-sept, vingt et un", [71, 77, 21]),
        ("mille neuf cent quatre-vingt-dix-neuf", [1999]),
        ("deux cent mille, deux millions", [200_000, 2_000_000]),
        ("nonante-deux, septante et un", [92, 71]),
        ("une dizaine, une centaine, des dizaines de milliers", [10, 100, 10_000]),
        ("1 200 et 1,5 million", [1200, 1_500_000]),
        ("de 10 à 15, entre dix et quinze", [10, 15, (10, 15)]),
    ],
)
def test_french(text: str, values: list[float]) -> None:
    assert read(text, "fr") == values
