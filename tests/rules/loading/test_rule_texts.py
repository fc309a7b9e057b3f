"""What rule writers are told: the same keys and values in three languages, all of them used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rules.loading.load import SHIPPED
from rules.texts import LANGUAGES, message, texts

PLACE = re.compile(r"(?<!\{)\{([a-z]+)\}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_values(language: str) -> None:
    english = texts("en")
    assert texts(language).keys() == english.keys()
    for key, text in texts(language).items():
        assert set(PLACE.findall(text)) == set(PLACE.findall(english[key])), key
        assert text.strip() == text, key


def test_every_text_is_used_and_every_key_in_the_code_has_one() -> None:
    commands = SHIPPED.parent / "bot" / "cli"
    files = [
        *Path(SHIPPED).rglob("*.py"), *(commands / "rules").rglob("*.py"), commands / "places.py"
    ]  # fmt: skip
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    tables = {key.split(".")[0] for key in texts("en")}
    named = set(re.findall(rf'"((?:{"|".join(tables)})\.[a-z0-9_]+)"', code))
    assert named == set(texts("en"))


def test_an_unknown_language_is_told_in_english() -> None:
    assert message("word.empty").text("de") == message("word.empty").text("en")


def test_values_with_braces_are_left_alone() -> None:
    assert "«{x}»" in message("rule.unused_term", name="{x}").text("ar")
