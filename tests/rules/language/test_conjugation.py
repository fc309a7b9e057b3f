"""Verbs bring the forms that the dictionaries leave out, and no other word."""

from __future__ import annotations

import pytest

from rules.language.latin import forms
from rules.language.text import latin_norm


@pytest.mark.parametrize(
    ("verb", "written"),
    [
        ("tuer", "tuée tuées tuant"),
        ("assiéger", "assiégée assiégées assiégeant"),
        ("menacer", "menacée menaçant"),
        ("fermer", "fermé fermée ferme ferment fermant"),
        ("déployer", "déployés déploie déploient"),
        ("appeler", "appelle appellent appelée"),
        ("périr", "péri péris périssant"),
        ("abattre", "abattus abattues"),
        ("suspendre", "suspendus suspendue"),
        ("atteindre", "atteinte atteintes"),
        ("réduire", "réduit réduits"),
        ("rouvrir", "rouvert rouverte"),
        ("contraindre", "contraints contraintes"),
    ],
)
def test_a_french_verb_brings_its_participles_and_its_present(verb: str, written: str) -> None:
    assert {latin_norm(word) for word in written.split()} <= forms(verb, "fr")


def test_a_participle_that_is_another_word_is_left_to_that_word() -> None:
    for verb, other in (
        ("partir", "parti"),
        ("devoir", "du"),
        ("lever", "levant"),
        ("gêner", "gene"),
    ):
        assert other not in forms(verb, "fr"), verb


def test_a_noun_is_conjugated_by_nobody() -> None:
    assert forms("danger", "fr") == {"danger", "dangers"}
    assert "roseed" not in forms("rose", "en")


@pytest.mark.parametrize(
    ("verb", "form"), [("rise", "rose"), ("shoot", "shot"), ("go", "gone"), ("cut", "cutting")]
)
def test_an_english_verb_brings_its_past(verb: str, form: str) -> None:
    assert form in forms(verb, "en")
