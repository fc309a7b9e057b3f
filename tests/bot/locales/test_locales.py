"""The texts of the three languages agree, and say everything that can happen."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

import bot
from bot.alerts.decide import Reason
from bot.feeds.fetch.outcome import FailureKind
from bot.locales import LANGUAGES, isolate_commands, language_of, texts
from bot.messages.cards.card import QUOTES, text_card
from bot.telegram.commands.start import OTHER_NAMES
from bot.telegram.registry import all_commands
from storage.file.database import connect, migrate
from storage.sending.outbox import STATES
from tests.bot.messages.samples import NOW
from tests.storage.make import add_chat


def names_in(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def test_every_language_has_the_same_keys() -> None:
    keys = {language: set(texts(language).keys()) for language in LANGUAGES}
    assert keys["ar"] == keys["en"] == keys["fr"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_fills_the_same_placeholders_as_the_english_one(language: str) -> None:
    english, other = texts("en").keys(), texts(language).keys()
    for key, entry in english.items():
        theirs = other[key]
        if isinstance(entry, str):
            assert isinstance(theirs, str), key
            assert names_in(theirs) == names_in(entry), key
        else:
            assert not isinstance(theirs, str), key
            assert names_in(theirs["other"]) == names_in(entry["other"]), key
            for form in theirs.values():
                # "One" and "two" may say it in a word.
                assert names_in(entry["other"]) >= names_in(form), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plural_has_every_form_of_its_language(language: str) -> None:
    locale = Locale.parse({"en": "en_GB"}.get(language, language))
    # French has "many" for millions only.
    forms = {locale.plural_form(n) for n in range(1000)}
    for key, entry in texts(language).keys().items():
        if not isinstance(entry, str):
            assert set(entry) == forms, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_a_decision_and_every_state_of_a_delivery_has_words(language: str) -> None:
    for reason in Reason:
        assert texts(language).find(f"reason.{reason.value}"), reason
    for state in STATES:
        assert texts(language).find(f"outbox.{state}"), state


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_have_descriptions_that_telegram_takes(language: str) -> None:
    for command in all_commands():
        assert 1 <= len(texts(language)(f"commands.{command.name}")) <= 256


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_marks_its_names_and_a_place_in_the_database(
    language: str, tmp_path: Path
) -> None:
    assert language in QUOTES
    assert language in OTHER_NAMES.values()
    db = connect(tmp_path / "marsad.sqlite")
    migrate(db)
    add_chat(db, language=language)
    db.close()


def test_every_text_is_used() -> None:
    files = [path for kind in ("py", "html") for path in Path(bot.__path__[0]).rglob(f"*.{kind}")]
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    # f"level.{level}", in a template "level." ~ level, uses every key that begins so.
    begun = tuple(
        {found[1] for found in re.finditer(r"[\"']([a-z_]+\.[a-z_.]*)(?:\{|[\"'] ~)", code)}
    )
    quoted = set(re.findall(r"[\"'](?=([\w.-]+)[\"'])", code))
    unused = set(texts("en").keys()) - quoted
    assert [key for key in unused if not key.startswith(begun)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_failure_of_a_feed_has_an_advice(language: str) -> None:
    for kind in get_args(FailureKind):
        assert texts(language).find(f"notice.failure.{kind}"), kind


def test_french_marks_stand_behind_a_narrow_space_that_never_breaks() -> None:
    for key, entry in texts("fr").keys().items():
        for text in [entry] if isinstance(entry, str) else entry.values():
            assert not re.search(r" [:;!?»]|« |\w[;!?»]|«\w", text), key
    assert texts("fr")("card.source", feed="x") == "Source\u202f: x"
    kept = text_card(texts("fr")("notice.rules_kept"), "fr").plain
    assert kept.endswith("en vigueur\u202f:"), "also in a text that is made a card later"


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Africa/Cairo", "heure du Caire"),
        ("Asia/Amman", "heure d'Amman"),
        ("Asia/Damascus", "heure de Damas"),
        ("UTC", "heure de Greenwich, UTC"),
    ],
)
def test_a_french_time_names_its_place_as_french_does(zone: str, expected: str) -> None:
    assert expected in texts("fr").moment(NOW, ZoneInfo(zone), NOW)


def test_a_command_in_an_arabic_text_is_kept_from_turning_around() -> None:
    for key, entry in texts("ar").keys().items():
        for said in [entry] if isinstance(entry, str) else entry.values():
            text = re.sub(r"https?://\S*", "", said)  # an address is no command
            for place, character in enumerate(text):
                if text[place - 1 : place].isalpha():
                    continue  # within a word, such as the name of a time zone
                if character == "/" and text[place + 1 : place + 2].isascii():
                    opened = text.rfind("\u2068", 0, place) > text.rfind("\u2069", 0, place)
                    assert opened, key


def test_a_command_keeps_the_length_of_time_that_follows_it() -> None:
    assert isolate_commands("مثل /recent 3d حلب") == "مثل \u2068/recent 3d\u2069 حلب"
    assert isolate_commands("مثل /quiet 22-7") == "مثل \u2068/quiet 22-7\u2069"
    assert isolate_commands("لقاعدة: /rule siege") == "لقاعدة: \u2068/rule siege\u2069"


@pytest.mark.parametrize(
    ("code", "expected"),
    [("fr-CA", "fr"), ("en", "en"), ("AR", "ar"), ("tr", "ar"), (None, "ar"), ("", "ar")],
)
def test_a_telegram_language_code_gives_the_language_to_begin_with(
    code: str | None, expected: str
) -> None:
    assert language_of(code) == expected


def test_an_unknown_language_is_answered_in_the_default_one() -> None:
    assert texts("tr").language == "ar"
