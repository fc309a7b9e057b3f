"""The commonest words of three languages through every term: no reading that nobody approved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from wordfreq import top_n_list

from rules import RuleSet
from rules.language.text import tokenize
from rules.trying.auditing.audit import doubtful_readings, single_words

APPROVED = Path(__file__).with_name("approved-readings.yaml")
HOW_MANY = {"ar": 6000, "en": 2500, "fr": 2500}
ALIKE = 4
"""First letters by which a Latin form is taken for a regular one of its word."""


def approved(language: str) -> dict[str, set[str]]:
    """Word of a rule → common words that may be read as it. Each group says why."""
    found: dict[str, set[str]] = {}
    for group in yaml.safe_load(APPROVED.read_text(encoding="utf-8"))[language]:
        assert group["reason"].strip()
        for lemma, words in group["readings"].items():
            found.setdefault(str(lemma), set()).update(words.split())
    return found


def readings(rules: RuleSet, language: str) -> Iterator[tuple[str, str]]:
    """(word of a rule, common word) for every doubtful reading."""
    terms = single_words(rules)
    for written in top_n_list(language, HOW_MANY[language], "small"):
        if language == "ar":
            for doubt in doubtful_readings(rules, written, terms):
                yield doubt.lemma, doubt.token
            continue
        for token in tokenize(written):
            for number in rules.terms.words_of(token, language):
                lemma = rules.words.shown(number)
                start = lemma.rstrip("es")[:ALIKE]
                if number in terms and number < 0 and not token.surface.startswith(start):
                    yield lemma, token.surface


@pytest.mark.parametrize("language", HOW_MANY)
def test_nothing_common_is_read_as_what_nobody_approved(shipped: RuleSet, language: str) -> None:
    allowed = approved(language)
    wrong = {(lemma, word) for lemma, word in readings(shipped, language)}
    wrong = {(lemma, word) for lemma, word in wrong if word not in allowed.get(lemma, ())}
    assert not wrong, (
        "say in rules/language/other_words.yaml that a word is no form of the other, or approve "
        "the reading in approved-readings.yaml"
    )


@pytest.mark.parametrize(
    ("word", "lemma"),
    [
        ("فقط", "قط"), ("وزارة", "زار"), ("ووزارة", "زار"), ("فيصل", "وصل"), ("فشل", "شل"),
        ("لديهم", "ولد"), ("عدن", "عاد"), ("بحث", "حث"), ("وطن", "طن"), ("مدينة", "أدان"),
        ("مرضى", "مرض"), ("تمت", "مات"), ("لجان", "لجأ"), ("نقل", "أقل"),
    ],
)  # fmt: skip
def test_settled_readings_stay_settled(shipped: RuleSet, word: str, lemma: str) -> None:
    assert lemma not in {a.lemma for a in shipped.morphology.analyse(word)}


def test_a_word_that_a_rule_writes_itself_is_read() -> None:
    from rules.language.arabic.lexicon import noun
    from rules.language.arabic.morphology import Morphology

    assert Morphology([noun("وزير/وزراء")]).analyse("وزير")
    assert not Morphology([noun("قط")]).analyse("وفقط")
    assert Morphology([noun("قط")]).analyse("القط")


def test_no_word_is_said_to_be_no_form_of_itself() -> None:
    from rules.language.other_words import never_arabic
    from rules.language.text import arabic_norm

    for lemma, words in never_arabic().items():
        assert arabic_norm(lemma) not in words, lemma
