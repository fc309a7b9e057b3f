"""Why a text fired or not: tokens, the terms their words belong to, clauses, scores."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rules.language.sentences import Field
from rules.loading.yamlfile import YamlProblem, parse
from rules.matching.detection import Detection, offsets, quote
from rules.matching.entry import EntryReading, read_entry
from rules.matching.finding.terms import CompiledTerm
from rules.matching.harm.entry import harms_of_entry
from rules.matching.match import Verdict, detected, judge
from rules.matching.ruleset import RuleSet
from rules.matching.scope.direction import Found
from rules.texts import Message, message
from rules.trying.near_misses import NearMiss, near_misses, silence


@dataclass(frozen=True, slots=True)
class WordReading:
    """A word with the vocabulary words it is a form of, how it was cut, and its terms."""

    field: Field
    start: int
    end: int
    text: str
    lemmas: tuple[str, ...]
    segments: tuple[str, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClauseReading:
    label: str
    weight: int
    quote: str
    direction: str
    scope: tuple[str, ...] = ()
    """What the sentence says of the evidence, from the inside out: ``cancelled «ألغى»``."""


@dataclass(frozen=True, slots=True)
class SignalReading:
    """One rule on the text: fired, nearly, or silenced and by what.

    ``silence`` says why it did not fire, ``nearly`` which clauses lacked one thing.
    """

    signal: str
    score: int
    threshold: int
    holds: tuple[ClauseReading, ...]
    against: tuple[ClauseReading, ...]
    silenced_by: str | None
    detection: Detection | None
    silence: Message | None = None
    nearly: tuple[NearMiss, ...] = ()


@dataclass(frozen=True, slots=True)
class VictimReading:
    """Who was taken as the victim of a harm, by what, and why (`rules.matching.harm.entry`)."""

    field: Field
    quote: str
    who: str
    cause: str
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """``unknown``: the words that no rule knows, in their order, each once."""

    words: tuple[WordReading, ...]
    victims: tuple[VictimReading, ...]
    signals: tuple[SignalReading, ...]
    unknown: tuple[str, ...] = ()

    @property
    def detections(self) -> tuple[Detection, ...]:
        return tuple(s.detection for s in self.signals if s.detection is not None)


def explain(rules: RuleSet, title: str, text: str, language: str | None = None) -> Explanation:
    """Read a text as the service would, and keep everything that it saw.

    ``words`` holds only words that some rule knows; ``signals`` only rules of which some
    clause holds or nearly holds, or that something in the text silenced.
    """
    entry = read_entry(rules.terms, title, text, language)
    words = []
    unknown: list[str] = []
    for reading in entry.readings:
        source = title if reading.sentence.field == "title" else text
        named: dict[int, list[str]] = {}
        for name, spans in reading.spans.items():
            if name.endswith("!except") or name.startswith("harm:"):
                continue
            for span in spans:
                for position in range(span.first, span.last + 1):
                    named.setdefault(position, []).append(name)
        unknown += [
            source[token.start : token.end]
            for position, token in enumerate(reading.sentence.tokens)
            if position not in named and token.script != "number"
        ]
        for position in sorted(named):
            token = reading.sentence.tokens[position]
            analyses = rules.morphology.analyse(token.surface) if token.script == "ar" else ()
            words.append(
                WordReading(
                    reading.sentence.field,
                    token.start,
                    token.end,
                    source[token.start : token.end],
                    tuple(dict.fromkeys(a.lemma for a in analyses))
                    or tuple(dict.fromkeys(rules.words.shown(n) for n in reading.words[position])),
                    tuple(dict.fromkeys(a.segments.replace("++", "+") for a in analyses)),
                    tuple(sorted(set(named[position]))),
                )
            )
    present = entry.present()
    verdicts = [judge(rule, entry, present) for rule in rules.rules.values()]
    told = {d.signal: d for d in detected(verdicts, entry)}
    verdicts = [replace(v, detection=told.get(v.rule.signal)) for v in verdicts]
    readings = [_signal(rules, v, entry) for v in verdicts]
    signals = tuple(s for s in readings if s.holds or s.silenced_by or s.nearly)
    return Explanation(tuple(words), _victims(entry), signals, tuple(dict.fromkeys(unknown)))


def _signal(rules: RuleSet, verdict: Verdict, entry: EntryReading) -> SignalReading:
    fired = verdict.detection is not None
    return SignalReading(
        verdict.rule.signal,
        verdict.score,
        verdict.rule.threshold,
        tuple(_clause(f, quote(f, entry)) for f in verdict.found),
        tuple(_clause(f, quote(f, entry)) for f in verdict.against),
        verdict.silenced_by,
        verdict.detection,
        None if fired else silence(rules, verdict, entry),
        () if fired else tuple(near_misses(rules, verdict.rule, entry)),
    )


def _victims(entry: EntryReading) -> tuple[VictimReading, ...]:
    found = []
    for reading, harms in zip(entry.readings, harms_of_entry(entry.readings), strict=True):
        source = entry.title if reading.sentence.field == "title" else entry.text
        for harm in harms:
            start, end = offsets(reading, harm.span)
            words = " ".join(source[start:end].split())
            found.append(
                VictimReading(reading.sentence.field, words, harm.who, harm.cause, harm.why)
            )
    return tuple(found)


def _clause(found: Found, words: str) -> ClauseReading:
    tokens = found.spans[0][0].sentence.tokens
    said = (
        f"{state} «{' '.join(t.surface for t in tokens[span.first : span.last + 1])}»"
        for state, span in zip(found.scope.states, found.scope.words, strict=True)
    )
    return ClauseReading(
        found.clause.label, found.clause.weight, words, found.direction, tuple(said)
    )


def sentence_around(text: str, start: int, end: int) -> str:
    """The sentence of ``text`` that holds the words from ``start`` to ``end``."""
    from rules.language.sentences import sentences

    for sentence in sentences(text, "text"):
        if sentence.start <= start < sentence.end:
            return text[sentence.start : max(sentence.end, end)]
    return text[start:end]


# --- what a word of a rule matches ----------------------------------------------------


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
    from rules.language.arabic.morphology import Morphology
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


__all__ = [
    "Collision",
    "Expansion",
    "Explanation",
    "expand",
    "explain",
    "language_of_word",
    "offsets",
    "sentence_around",
]
