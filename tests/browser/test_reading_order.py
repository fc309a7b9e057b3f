"""Lines of Arabic and Latin words, as a browser lays them out: read in the order of writing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.locales import texts
from bot.locales.bidi import isolated_parts
from bot.messages.answers import rules as answers
from bot.web.render import text_html
from rules.trying.explain import explain
from tests.browser.reading import as_read, misplaced
from tests.browser.served import chromium, without_browser
from tests.rules.few import load_few

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from rules import RuleSet

MISSING = without_browser()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING or "there is a browser")

RULE = """id: cut-off
title: {ar: عزل, en: Cut off, fr: Isolement}
description: A town that nobody reaches.
sector: none
terms:
  cut: {en: [besieged, under blockade, cut off], fr: [assiégée]}
  town: {ar: [مدينة, بلدة, قرية صغيرة]}
when:
  - near: [cut, town]
    within: 5
    name: town-cut-off
  - any: [town]
    weight: 10
tests:
  fires: [besieged مدينة]
  silent: [يوم هادئ]
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    folder: Path = tmp_path_factory.mktemp("operator")
    (folder / "signals").mkdir()
    (folder / "signals" / "cut-off.yaml").write_text(RULE, encoding="utf-8")
    return load_few(folder)


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        yield browser.new_page(viewport={"width": 1600, "height": 400})


@pytest.mark.parametrize("language", ["ar", "en", "fr"])
def test_a_clause_of_two_scripts(page: Page, rules: RuleSet, language: str) -> None:
    rule, say = rules.rules["cut-off"], texts(language)
    html = text_html(answers.clause_text(rules, rule, rule.when[0], say))
    cut = ["assiégée"] if language == "fr" else ["besieged", "under blockade", "cut off"]
    words = [*cut, " + ", "مدينة", "بلدة", "قرية صغيرة", "100", "town-cut-off"]
    assert as_read(page, html, language, words) == words
    assert misplaced(page) == []


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("text", ["The besieged مدينة", "مدينة is besieged"])
def test_why_a_text_fires(page: Page, rules: RuleSet, language: str, text: str) -> None:
    found = explain(rules, "", text, None)
    html = text_html(answers.tested_text(found, rules.signals, texts(language)))
    fired = sorted(["besieged", "مدينة"], key=text.find)
    words = [*fired, "110", "100"]
    assert as_read(page, html, language, words) == words


@pytest.mark.parametrize("language", ["ar", "en"])
def test_words_that_no_rule_knows(page: Page, rules: RuleSet, language: str) -> None:
    words = ["blorf", "قرمشة", "zorblax", "glimp"]
    found = explain(rules, "", " ".join(words), None)
    last = answers.tested_text(found, rules.signals, texts(language)).splitlines()[-1]
    shown = as_read(page, text_html(last), language, words)
    assert shown == list(found.unknown) != []


@pytest.mark.parametrize(
    ("language", "name", "words"),
    [
        ("ar", "Qax، أذربيجان", ["Qax", "أذربيجان"]),
        ("ar", "Qax، Şəki، أذربيجان · حلب، سوريا", ["Qax", "Şəki", "أذربيجان", "حلب", "سوريا"]),
        ("en", "قاخ, Azerbaijan", ["قاخ", "Azerbaijan"]),
        ("en", "قاخ, شكي, Azerbaijan", ["قاخ", "شكي", "Azerbaijan"]),
    ],
)
def test_a_place_with_what_it_lies_in(
    page: Page, language: str, name: str, words: list[str]
) -> None:
    html = text_html(isolated_parts(name, language))
    assert as_read(page, html, language, words) == words
    assert misplaced(page) == []


def test_a_line_that_is_read_backwards_is_found(page: Page) -> None:
    page.set_content("<html dir=rtl><p>كلمات: under siege، besieged <b>من 15</b> km، Relief Wire")
    assert misplaced(page) == ["under siege، | besieged", "km، | Relief Wire"]
