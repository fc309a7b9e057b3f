"""The forms that a word of a rule matches, and which of them may be another word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.loading.yamlfile import YamlProblem, parse
from rules.matching.finding.terms import CompiledTerm
from rules.matching.ruleset import RuleSet
from rules.texts import Message, message

if TYPE_CHECKING:
    from rules.matching.finding.known_words import Lexicon


@dataclass(frozen=True, slots=True)
class Collision:
    """A form that people write more often than the word itself: it may be another word."""

    form: str
    frequency: float
    usual: float


@dataclass(frozen=True, slots=True)
class Expansion:
    """The forms that a word matches; ``plain`` are those with no clitic attached.

    ``frequencies`` is False where no word frequencies are installed.
    """

    word: str
    language: str
    forms: tuple[str, ...]
    plain: tuple[str, ...]
    terms: tuple[str, ...]
    collisions: tuple[Collision, ...]
    frequencies: bool
    doubts: tuple[Message, ...] = ()


MUCH_COMMONER = 0.7
"""On the Zipf scale (log10 per billion words): five times as common."""
WORTH_WARNING = 3.0
"""Zipf frequency under which a form is too rare to matter: once in a million words."""


def language_of_word(written: str) -> str:
    """Arabic where any letter of it is, or where it names a term; else English."""
    arabic = written.strip().startswith("$") or any("\u0600" <= c <= "\u06ff" for c in written)
    return "ar" if arabic else "en"


def expand(rules: RuleSet, written: str, language: str) -> Expansion:
    """The forms of a word as a rule would write it. Raises `lexicon.WordProblem`."""
    from pydantic import ValidationError

    from rules.language.arabic import lexicon
    from rules.loading import schema
    from rules.loading.doubts import doubts
    from rules.matching.finding.known_words import Lexicon
    from rules.matching.finding.wordlist import Compiler

    words = Lexicon()
    shape = _as_in_a_rule(written)
    try:
        term = schema.Term.model_validate({language: [shape]})
    except ValidationError as error:
        raise lexicon.WordProblem(message("word.unknown_shape")) from error
    used: list[str] = []

    def known_term(reference: str) -> str:
        name = "$" + reference.removeprefix("$")
        if name not in rules.compiled_terms:
            said = message("rule.no_vocabulary_far", name=name.removeprefix("$"))
            raise lexicon.WordProblem(said)
        used.append(name)
        return name

    compiled, issues = Compiler(words).compile(term, "expanded", known_term)
    if issues:
        raise lexicon.WordProblem(issues[0].message)
    doubted = [said for _, said in doubts(term)]
    if isinstance(shape, dict) and "regex" in shape:
        doubted.append(message("word.as_pattern"))
    forms, plain, bases = _own_forms(words, compiled)
    for name in used:
        # A term in its place: its words as they stand in a sentence, not their every form.
        of_term = rules.words_of_terms.get(name, {}).get(language, ())
        forms += of_term
        plain += of_term
    known, collisions = _collisions(forms, bases, language)
    return Expansion(
        written,
        language,
        tuple(dict.fromkeys(forms)),
        tuple(dict.fromkeys(plain)),
        tuple(sorted({*_terms_with(rules, plain, language), *used})),
        collisions,
        known,
        tuple(doubted),
    )


def _own_forms(words: Lexicon, compiled: CompiledTerm) -> tuple[list[str], list[str], list[str]]:
    """The forms of the words that a term names: all, those without clitics, and the bases."""
    from rules.language.arabic.morphology import Morphology

    forms: list[str] = []
    plain: list[str] = []
    bases: list[str] = []
    if words.arabic_lexemes:
        morphology = Morphology(words.arabic_lexemes)
        for number, lexeme in enumerate(morphology.lexemes):
            forms += morphology.forms(number)
            plain += morphology.forms(number, clitics=False)
            bases += [lexeme.lemma, *(s.form for s in lexeme.stems)]
    for number in _latin_numbers(compiled):
        forms += words.latin_forms(number)
        plain += words.latin_forms(number)
        bases.append(words.shown(number))
    return forms, plain, bases


def _as_in_a_rule(written: str) -> object:
    """A word as a rule file would hold it: ``{verb: أخلى, root: خ ل و, form: IV}`` is a mapping."""
    from rules.language.arabic import lexicon

    if not written.strip().startswith("{"):
        return written.strip()
    try:
        return parse(written.encode("utf-8", "replace"), "word").value
    except YamlProblem as error:
        raise lexicon.WordProblem(message("word.unknown_shape")) from error


def _latin_numbers(compiled: CompiledTerm) -> list[int]:
    return [n for phrase in compiled.phrases for unit in phrase for n in unit.lexemes if n < 0]


def _terms_with(rules: RuleSet, forms: list[str], language: str) -> tuple[str, ...]:
    """The terms of the rule set that already match one of these forms as a single word."""
    from rules.language.text import tokenize

    known: set[int] = set()
    for form in forms:
        for token in tokenize(form):
            known.update(rules.terms.words_of(token, language))
    names = set()
    for term in rules.compiled_terms.values():
        for phrase in term.phrases:
            if len(phrase) == 1 and not phrase[0].lexemes.isdisjoint(known):
                names.add(term.name)
    return tuple(sorted(names))


def _collisions(
    forms: list[str], bases: list[str], language: str
) -> tuple[bool, tuple[Collision, ...]]:
    try:
        from wordfreq import zipf_frequency
    except ImportError:
        return False, ()
    usual = max((zipf_frequency(base, language, "small") for base in bases), default=0.0)
    found = []
    own = {*bases}
    for form in dict.fromkeys(forms):
        frequency = zipf_frequency(form, language, "small")
        definite = form.removeprefix("ال") in own
        if frequency >= max(WORTH_WARNING, usual + MUCH_COMMONER) and not definite:
            found.append(Collision(form, frequency, usual))
    found.sort(key=lambda c: -c.frequency)
    return True, tuple(found)
