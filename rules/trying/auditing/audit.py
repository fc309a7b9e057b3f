"""What the rules do on a corpus: what earns nothing, what carries a term, what collides.

``marsad rules audit [FILE...]``. Entries come as JSON lines with ``title``, ``text`` (or
``summary``), perhaps ``lang`` and perhaps ``signals`` (what a reader found) and ``maybe``. The
rules' own tests are material too: a clause that keeps a promise made there is of use.

Three things are asked, and ``--check`` fails where one is missing:

- Every clause takes part in a detection, of an entry or of a test (`Audit.idle_clauses`).
- No phrase is found by another one of its term (`rules.trying.auditing.implied`).
- A phrase of several words stands somewhere (`Audit.unmet_phrases`), where there are texts enough
  to say so: `unmet.ENOUGH` entries of its language. In a thousand entries most phrases of a
  language are absent, and those that were taken out for it were missed in the next ones. Single
  words may wait, and so may exceptions: what a word does not mean is written for a sentence to
  come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rules.language.text import arabic_norm, arabic_surface, tokenize
from rules.loading.schema import Example
from rules.matching.clauses import CompiledClause
from rules.matching.entry import EntryReading, read_entry
from rules.matching.finding.terms import Phrase
from rules.matching.match import judge
from rules.matching.ruleset import RuleSet
from rules.trying.auditing.implied import ImpliedPhrases
from rules.trying.auditing.unmet import UnmetPhrases
from rules.trying.vary import CannotVary, sentences

SHORT_STEM = 3
"""Letters up to which a stem with something attached is doubted."""
MOST_SHARE = 0.5
"""Share of a term's matches from which one word is named."""
LEAST_MATCHES = 10
"""Matches that a term must have before shares say anything."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry; ``signals`` is None where nobody labelled it."""

    title: str
    text: str
    language: str | None = None
    signals: frozenset[str] | None = None
    maybe: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Heavy:
    """A word that takes most of a term's matches."""

    term: str
    word: str
    matches: int
    of: int


@dataclass(frozen=True, slots=True, order=True)
class Doubtful:
    """A written word read as a form of a rule's word by a clitic, a short stem or a verb form."""

    token: str
    lemma: str
    segments: str
    times: int
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClauseTally:
    """In how many detections a clause, or a way of one, took part: in entries and in the rules'
    own tests."""

    signal: str
    clause: str
    """Its name, and which of its ways: «kept-out (way 2)»."""
    detections: int
    right: int
    wrong: int
    in_tests: int = 0


@dataclass(frozen=True, slots=True)
class Size:
    """How much somebody has to read who wants to know the rules."""

    clauses: int
    ways: int
    """As `clauses`, one that may be said in several ways as often as it has ways."""
    words_and_phrases: int


@dataclass(frozen=True, slots=True)
class Superfluous:
    """A phrase of a term, and the one that finds all of it."""

    term: str
    phrase: str
    by: str


@dataclass(frozen=True, slots=True)
class Audit:
    entries: int
    labelled: int
    unmatched_terms: tuple[str, ...]
    unmatched_words: Mapping[str, tuple[str, ...]]
    heavy: tuple[Heavy, ...]
    doubtful: tuple[Doubtful, ...]
    clauses: tuple[ClauseTally, ...]
    size: Size
    implied: tuple[Superfluous, ...]
    unmet_phrases: Mapping[str, tuple[str, ...]]
    """term → phrases of several words that stand nowhere, of languages with texts enough."""

    @property
    def idle_clauses(self) -> tuple[ClauseTally, ...]:
        return tuple(clause for clause in self.clauses if not clause.detections + clause.in_tests)

    @property
    def clean(self) -> bool:
        """Whether all that is asked of the rules is so."""
        return not (self.idle_clauses or self.implied or self.unmet_phrases)


@dataclass(slots=True)
class _Counts:
    words: Counter[int] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)
    terms: dict[str, Counter[str]] = field(default_factory=dict)
    clauses: dict[tuple[str, int], list[int]] = field(default_factory=dict)


def audit(rules: RuleSet, entries: Iterable[AuditEntry], *, least: int = 5) -> Audit:
    """Read every entry as the service would, and count. ``least``: times a collision is met."""
    counts, own = _Counts(), _Counts()
    unmet = UnmetPhrases(rules)
    number = labelled = 0
    for test in own_tests(rules):
        read = read_entry(rules.terms, test.title, test.text, test.language)
        unmet.meet(read)
        _count_clauses(rules, test, read, own)
    for entry in entries:
        number += 1
        labelled += entry.signals is not None
        read = read_entry(rules.terms, entry.title, entry.text, entry.language)
        unmet.read(read)
        _count_words(read, counts)
        _count_clauses(rules, entry, read, counts)
    terms_of = single_words(rules)
    unmatched = {
        name: tuple(
            _written(rules, phrase)
            for phrase in term.phrases
            if any(u.lexemes and not any(counts.words[n] for n in u.lexemes) for u in phrase)
        )
        for name, term in rules.compiled_terms.items()
        if name in counts.terms
    }
    return Audit(
        number,
        labelled,
        tuple(sorted(n for n in rules.compiled_terms if n not in counts.terms)),
        {name: words for name, words in sorted(unmatched.items()) if words},
        tuple(_heavy(counts.terms)),
        tuple(
            sorted(
                (
                    Doubtful(d.token, d.lemma, d.segments, times, d.terms)
                    for token, times in counts.tokens.items()
                    if times >= least
                    for d in doubtful_readings(rules, token, terms_of)
                ),
                key=lambda d: (-d.times, d),
            )
        ),
        tuple(
            _tally(rule.signal, i, label, counts, own)
            for rule in rules.rules.values()
            for i, label in enumerate(_labels(rule.when))
        ),
        size_of(rules),
        tuple(
            Superfluous(found.term, _written(rules, found.phrase), _written(rules, found.by))
            for found in ImpliedPhrases(rules).find()
        ),
        _by_term((name, _written(rules, phrase)) for name, phrase in unmet.left()),
    )


def _tally(signal: str, index: int, label: str, counts: _Counts, own: _Counts) -> ClauseTally:
    detections, right, wrong = counts.clauses.get((signal, index), [0, 0, 0])
    in_tests = own.clauses.get((signal, index), [0])[0]
    return ClauseTally(signal, label, detections, right, wrong, in_tests)


def _labels(clauses: Sequence[CompiledClause]) -> Iterator[str]:
    ways = Counter(clause.frame for clause in clauses)
    before: Counter[int] = Counter()
    for clause in clauses:
        before[clause.frame] += 1
        way = f" (way {before[clause.frame]})" if ways[clause.frame] > 1 else ""
        yield clause.label + way


def size_of(rules: RuleSet) -> Size:
    """Clauses under ``when``, and words, phrases and patterns of all terms and exceptions."""
    terms = rules.compiled_terms.values()
    # A line of ``scope:`` is a clause for the matcher; nobody wrote it under ``when``.
    ways = [
        (name, clause.frame)
        for name, rule in rules.rules.items()
        for clause in rule.when
        if clause.kind != "scope"
    ]
    return Size(
        len(set(ways)), len(ways), sum(len(term.phrases) + len(term.regexes) for term in terms)
    )


def own_tests(rules: RuleSet) -> Iterable[AuditEntry]:
    """The sentences of the rules' own tests; nobody labelled them for other signals."""
    for tests in rules.tests:
        for example in (*tests.tests.fires, *tests.tests.silent):
            whole = Example(text=example) if isinstance(example, str) else example
            try:
                texts = sentences(whole, tests.names, rules)
            except CannotVary:
                # `rules test` says so, with the place.
                continue
            for text in texts:
                yield AuditEntry(whole.title or "", text, whole.lang)


def _by_term(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, phrase in pairs:
        found.setdefault(name, []).append(phrase)
    return {name: tuple(phrases) for name, phrases in found.items()}


def _written(rules: RuleSet, phrase: Phrase) -> str:
    return " ".join(_shown(rules, unit.lexemes, unit.term) for unit in phrase)


def _count_words(read: EntryReading, counts: _Counts) -> None:
    for reading in read.readings:
        tokens = reading.sentence.tokens
        for token, numbers in zip(tokens, reading.words, strict=True):
            counts.words.update(numbers)
            if token.script == "ar" and numbers:
                counts.tokens[token.surface] += 1
        for name, spans in reading.spans.items():
            by_word = counts.terms.setdefault(name, Counter())
            for span in spans:
                by_word[" ".join(t.norm for t in tokens[span.first : span.last + 1])] += 1


def _count_clauses(rules: RuleSet, entry: AuditEntry, read: EntryReading, counts: _Counts) -> None:
    present = read.present()
    # What is detected is found fast; which clauses held is asked of these rules only.
    for detected in rules.detect(entry.title, entry.text, entry.language):
        rule = rules.rules[detected.signal]
        verdict = judge(rule, read, present)
        held = {id(found.clause) for found in verdict.found}
        for index, clause in enumerate(rule.when):
            if id(clause) not in held:
                continue
            tally = counts.clauses.setdefault((rule.signal, index), [0, 0, 0])
            tally[0] += 1
            if entry.signals is not None and rule.signal not in entry.maybe:
                tally[1 if rule.signal in entry.signals else 2] += 1


def _shown(rules: RuleSet, numbers: frozenset[int], term: str | None) -> str:
    return term or "/".join(sorted(rules.words.shown(n) for n in numbers))


def _heavy(terms: Mapping[str, Counter[str]]) -> Iterable[Heavy]:
    for name, by_word in sorted(terms.items()):
        total = by_word.total()
        word, times = by_word.most_common(1)[0]
        if total >= LEAST_MATCHES and len(by_word) > 1 and times > total * MOST_SHARE:
            yield Heavy(name, word, times, total)


def single_words(rules: RuleSet) -> Mapping[int, tuple[str, ...]]:
    """The terms that a word alone matches."""
    found: dict[int, set[str]] = {}
    for term in rules.compiled_terms.values():
        for phrase in term.phrases:
            if len(phrase) == 1:
                for number in phrase[0].lexemes:
                    found.setdefault(number, set()).add(term.name)
    return {number: tuple(sorted(names)) for number, names in found.items()}


def doubtful_readings(
    rules: RuleSet, written: str, terms_of: Mapping[int, tuple[str, ...]]
) -> list[Doubtful]:
    """How a word is read that may be another word: a short stem with something attached, or a
    short verb form, or a verb of another lemma."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for token in tokenize(written):
        if token.script != "ar":
            continue
        for analysis in rules.morphology.analyse(token.surface):
            lexeme = rules.morphology.lexemes[analysis.lexeme]
            if analysis.lexeme not in terms_of or lexeme.part_of_speech not in ("noun", "verb"):
                continue
            parts = analysis.segments.replace("++", "+").split("+")
            if _doubtful(token.surface, lexeme.lemma, lexeme.part_of_speech, parts):
                # Rules may write one word in several ways; a reader sees one reading.
                key = (token.surface, lexeme.lemma, "+".join(parts))
                found.setdefault(key, set()).update(terms_of[analysis.lexeme])
    return [Doubtful(*key, 1, tuple(sorted(terms))) for key, terms in found.items()]


def _doubtful(surface: str, lemma: str, part_of_speech: str, parts: list[str]) -> bool:
    norm = arabic_norm(surface)
    if norm in (arabic_norm(lemma), arabic_norm("ال" + lemma)):
        return False
    article = parts[0].endswith(("ال", "لل")) and len(parts) > 1
    stem = max(parts, key=len)
    if len(parts) > 1 and not article and len(stem) <= SHORT_STEM:
        return True
    # Weak and short verbs have forms that are everyday words: يعد, تمت, بدا.
    return part_of_speech == "verb" and len(arabic_surface(stem)) <= SHORT_STEM
