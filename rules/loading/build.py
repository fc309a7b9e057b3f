"""Rule files → a `RuleSet`: terms compiled, references resolved, everything wrong collected."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from rules.language.full_database import Enricher
from rules.language.morphology import Morphology
from rules.loading import schema
from rules.loading.doubts import doubts
from rules.loading.sources import Sources
from rules.loading.surface import surfaces
from rules.loading.yamlfile import Document, Location, problem
from rules.matching import victims
from rules.matching.clauses import ClauseElement, CompiledClause
from rules.matching.levels import by_direction
from rules.matching.match import CompiledRule
from rules.matching.ruleset import RuleSet, RulesInvalid, RuleTests, Signal
from rules.matching.scope import RESERVED
from rules.matching.terms import CompiledTerm, TermCycle, TermMatcher, in_order
from rules.matching.wordlist import Compiler, Lexicon
from rules.texts import Message, message


class _Build:
    """Terms and clauses of all files against one lexicon; collects problems and uses."""

    def __init__(self, sources: Sources, enricher: Enricher | None) -> None:
        self.sources = sources
        self.problems = sources.problems
        self.words = Lexicon(enricher)
        self.compiler = Compiler(self.words)
        self.terms: dict[str, CompiledTerm] = {}
        self.used: set[str] = set(RESERVED)
        self.where: dict[str, tuple[Document, Location]] = {}
        self.guards: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self.written: dict[str, schema.Term] = {}

    def vocabulary_name(self, reference: str, document: Document, at: Location) -> str:
        name = reference.removeprefix("$")
        told = name in self.sources.broken_terms or "vocabulary" in self.sources.unread
        if name not in self.sources.vocabulary and not told:
            self.problems.append(document.problem(at, self._unknown(name)))
        self.used.add("$" + name)
        return "$" + name

    def _unknown(self, name: str) -> Message:
        near = get_close_matches(name, self.sources.vocabulary, n=1)
        if near:
            return message("rule.no_vocabulary", name=name, near=near[0])
        return message("rule.no_vocabulary_far", name=name)

    def add_term(
        self,
        full_name: str,
        term: schema.Term,
        document: Document,
        at: Location,
        local: Callable[[str, Location], str] | None = None,
    ) -> None:
        """Compile a term; ``local`` resolves names without $ among the signal's own terms."""
        self.where[full_name] = (document, at)
        self.written[full_name] = term
        own = any(document is each for each in self.sources.own)
        doubted = dict(doubts(term)) if own else {}

        def included(reference: str, at: Location) -> str:
            if local is not None and not reference.startswith("$"):
                return local(reference, at)
            return self.vocabulary_name(reference, document, at)

        def resolve(reference: str) -> str:
            return self.vocabulary_name(reference, document, at)

        compiled, issues = self.compiler.compile(term, full_name, resolve)
        for issue in issues:
            # A word that cannot be read and looks like a pattern was meant as one.
            said = doubted.pop(issue.at, None) or issue.message
            self.problems.append(document.problem((*at, *issue.at), said))
        for place, said in doubted.items():
            self.sources.warnings.append(document.problem((*at, *place), said))
        compiled.include = tuple(
            included(r, (*at, "include", i)) for i, r in enumerate(term.include or ())
        )
        if term.exceptions:
            hidden = full_name + "!except"
            excluded, issues = self.compiler.compile(term.exceptions, hidden, resolve)
            for issue in issues:
                self.problems.append(document.problem((*at, "except", *issue.at), issue.message))
            self.terms[hidden] = excluded
            compiled.exceptions = hidden
        self.terms[full_name] = compiled


def compile_rules(sources: Sources, enricher: Enricher | None) -> RuleSet:
    build = _Build(sources, enricher)
    for name, (term, document) in sources.vocabulary.items():
        build.add_term("$" + name, term, document, (name,))
    rules = {}
    signals = {}
    tests = []
    for signal, document in [*sources.signals.values(), *sources.switched_off]:
        rule = _rule(signal, document, build)
        if signal.id not in sources.signals:
            continue
        rules[signal.id] = rule
        signals[signal.id] = _signal(signal)
        tests.append(_tests(signal, document))
        _doubt_examples(signal, document, sources)
    for name, (_, document) in sources.vocabulary.items():
        # Shipped terms are there for operators' rules too; their own must have a use.
        # With a signal file unread nobody knows: it may use the term.
        known = "signals" not in sources.unread
        if known and "$" + name not in build.used and any(document is d for d in sources.own):
            said = message("rule.unused_vocabulary", name=name)
            build.problems.append(document.problem((name,), said))
    try:
        in_order(build.terms)
    except TermCycle as cycle:
        document, at = build.where[cycle.names[0].removesuffix("!except")]
        said = message("rule.circle", names=str(cycle))
        build.problems.append(document.problem(at, said))
    if not sources.signals and not build.problems:
        build.problems.append(problem("rules/signals", 1, message("file.no_rule")))
    if build.problems:
        raise RulesInvalid(build.problems, sources.warnings)
    morphology = Morphology(build.words.arabic_lexemes)
    matcher = TermMatcher(build.terms, morphology, build.words.latin_index())
    if enricher is not None:
        sources.digest.update(enricher.fingerprint)
    return RuleSet(
        MappingProxyType(signals),
        MappingProxyType(rules),
        matcher,
        morphology,
        build.words,
        MappingProxyType(build.terms),
        tuple(tests),
        sources.digest.hexdigest()[:16],
        tuple(sorted(set(sources.warnings))),
        MappingProxyType(build.guards),
        surfaces(build.written, build.terms),
    )


def _signal(signal: schema.SignalFile) -> Signal:
    return Signal(
        signal.id,
        MappingProxyType(signal.title.filled()),
        MappingProxyType(signal.description.filled()),
        by_direction(signal.level)["worsening"],
        signal.status,
        signal.sector,
        by_direction(signal.level),
    )


def _tests(signal: schema.SignalFile, document: Document) -> RuleTests:
    key = "examples" if signal.new_form else "tests"
    return RuleTests(
        signal.id,
        document.file,
        signal.tried,
        tuple(document.line((key, "fires", i)) for i in range(len(signal.tried.fires))),
        tuple(document.line((key, "silent", i)) for i in range(len(signal.tried.silent))),
        MappingProxyType(
            {
                name: words if isinstance(words, str) else f"{signal.id}/{name}"
                for name, words in signal.terms.items()
            }
        ),
    )


_BRACES = re.compile(r"\{[a-z][a-z0-9-]*\}")


def _doubt_examples(signal: schema.SignalFile, document: Document, sources: Sources) -> None:
    """A text with {town} in it that is no ``vary:`` is taken as it stands."""
    key = "examples" if signal.new_form else "tests"
    for kind in ("fires", "silent"):
        for i, example in enumerate(getattr(signal.tried, kind)):
            text = example if isinstance(example, str) else example.text or ""
            found = _BRACES.search(text)
            if found:
                said = message("vary.plain", place=found[0])
                sources.warnings.append(document.problem((key, kind, i), said))


class _Names:
    """What the names in one signal's file stand for, and which of its own were used.

    Terms of the file are compiled as "signal/term", shared ones ($name) under the vocabulary's
    name. What cannot be resolved is reported at its place and stands for itself.
    """

    def __init__(self, signal: schema.SignalFile, document: Document, build: _Build) -> None:
        self._signal = signal
        self._document = document
        self._build = build
        self._own: dict[str, str] = {}
        self._used: set[str] = set()
        self._guarding: set[str] = set()
        self._misspelt = False
        for name, words in signal.terms.items():
            self._add_term(name, words, ("terms", name))
        self.guards: Mapping[str, tuple[str, ...]] = {
            name: self.terms(members, ("guards", name)) for name, members in signal.guards.items()
        }
        for name in signal.guards.keys() & signal.terms.keys():
            self._report(("guards", name), message("rule.guard_and_term", name=name))

    def term(self, reference: str, at: Location) -> str:
        """The compiled name of a term: a shared one by its $name, or one of the file."""
        if reference.startswith("$"):
            return self._build.vocabulary_name(reference, self._document, at)
        self._used.add(reference)
        if reference in self._own:
            return self._own[reference]
        if reference not in self._signal.terms:
            self._misspelt = True
            self._report(at, self._no_such_term(reference))
        return reference

    def terms(self, references: Iterable[str], at: Location) -> tuple[str, ...]:
        return tuple(self.term(reference, (*at, i)) for i, reference in enumerate(references))

    def silencers(self, references: Iterable[str], at: Location) -> tuple[str, ...]:
        """Terms, with a guard's name standing for its terms."""
        found: list[str] = []
        for i, reference in enumerate(references):
            if reference in self.guards:
                self._guarding.add(reference)
                found += self.guards[reference]
            else:
                found.append(self.term(reference, (*at, i)))
        return tuple(dict.fromkeys(found))

    def report_unused(self) -> None:
        """Say which terms and guards nothing uses.

        A misspelt reference explains why a term seems unused: one message is enough.
        """
        if self._misspelt:
            return
        for name in self._signal.terms:
            if name not in self._used:
                self._report(("terms", name), message("rule.unused_term", name=name))
        for name in self._signal.guards:
            if name not in self._guarding:
                self._report(("guards", name), message("rule.unused_guard", name=name))

    def _add_term(
        self, name: str, words: str | schema.Term | tuple[schema.Word, ...], at: Location
    ) -> None:
        if isinstance(words, str):
            if words.startswith("$"):
                self._own[name] = self._build.vocabulary_name(words, self._document, at)
            else:
                self._report(at, message("rule.dollar", word=words))
            return
        if isinstance(words, tuple):
            arabic = tuple(w for w in words if not _is_latin(w)) or None
            latin = tuple(w for w in words if _is_latin(w)) or None
            words = schema.Term(ar=arabic, en=latin, fr=latin)
        self._own[name] = f"{self._signal.id}/{name}"
        self._build.add_term(self._own[name], words, self._document, at, self._part)

    def _part(self, reference: str, at: Location) -> str:
        """A term of the file that another of its terms refers to, perhaps one further down."""
        self._used.add(reference)
        if reference not in self._signal.terms:
            self._report(at, message("rule.no_own_term", name=reference))
        return f"{self._signal.id}/{reference}"

    def _no_such_term(self, reference: str) -> Message:
        near = get_close_matches(reference, [*self._own, *self._signal.guards], n=1)
        shared = get_close_matches(reference, self._build.sources.vocabulary, n=1)
        near += ["$" + name for name in shared]
        if near:
            return message("rule.no_term", name=reference, near=near[0])
        return message("rule.no_term_far", name=reference)

    def _report(self, at: Location, said: Message) -> None:
        self._build.problems.append(self._document.problem(at, said))


def _rule(signal: schema.SignalFile, document: Document, build: _Build) -> CompiledRule:
    names = _Names(signal, document, build)
    build.guards[signal.id] = MappingProxyType(dict(names.guards))
    _check_names(signal, document, build)

    def clauses(listed: Iterable[schema.Clause], key: str) -> tuple[CompiledClause, ...]:
        return tuple(
            _clause(clause, (key, i), signal.threshold, names) for i, clause in enumerate(listed)
        )

    rule = CompiledRule(
        signal.id,
        by_direction(signal.level),
        signal.status,
        signal.threshold,
        (
            *clauses([c.with_defaults(signal.defaults) for c in signal.when], "when"),
            *_scope_clauses(signal, names),
        ),
        clauses(signal.against, "against"),
        names.silencers(signal.unless, ("unless",)),
        names.silencers(signal.unless_in_title, ("unless_in_title",)),
        names.terms(signal.needs, ("needs",)),
        MappingProxyType(dict(signal.scope.means)),
        MappingProxyType(
            {
                "ended": names.terms(signal.direction.improving, ("direction", "improving")),
                "denied": names.terms(signal.direction.denied, ("direction", "denied")),
            }
        ),
    )
    names.report_unused()
    if sum(c.weight for c in rule.when if not c.setting) < rule.threshold:
        build.problems.append(document.problem(("threshold",), message("rule.never")))
    return rule


def _check_names(signal: schema.SignalFile, document: Document, build: _Build) -> None:
    """In the new form every clause has a name, and each its own."""
    names: set[str] = set()
    for key, listed in (("when", signal.when), ("against", signal.against)):
        for i, clause in enumerate(listed):
            at: Location = (key, i)
            if clause.name is None:
                if signal.new_form:
                    said = message("rule.clause_unnamed", near=clause.suggested_name)
                    build.problems.append(document.problem(at, said))
            elif clause.name in names:
                said = message("rule.clause_twice", name=clause.name)
                build.problems.append(document.problem(at, said))
            else:
                names.add(clause.name)


def _scope_clauses(signal: schema.SignalFile, names: _Names) -> tuple[CompiledClause, ...]:
    made = []
    for i, told in enumerate(signal.scope.told):
        at: Location = ("scope", "told", i)
        terms = names.terms(told.of, (*at, "of"))
        made.append(
            CompiledClause(
                "scope", (ClauseElement(terms),), None, False, told.where, False,
                told.weight or signal.threshold, "worsening",
                names.terms(told.needs, (*at, "needs")),
                names.silencers(told.unless, (*at, "unless")), None,
                f"scope({'|'.join(told.of)}: {'|'.join(told.states)})",
                MappingProxyType(dict(told.states)),
            )
        )  # fmt: skip
    return tuple(made)


def _is_latin(word: schema.Word) -> bool:
    return isinstance(word, str) and word.lstrip("=~")[:1].isascii()


def _clause(
    clause: schema.Clause,
    at: Location,
    threshold: int,
    names: _Names,
) -> CompiledClause:
    kind = clause.kind
    elements = []
    labels = []
    if clause.harm:
        elements.append(ClauseElement(victims.asked(clause.harm.of, clause.harm.by)))
        labels.append("|".join(clause.harm.of) + " by " + "|".join(clause.harm.by))
    for i, element in enumerate(() if clause.harm else getattr(clause, kind)):
        listed = (element,) if isinstance(element, str) else element
        negated = any(name.startswith("not ") for name in listed)
        plain = [name.removeprefix("not ") for name in listed]
        terms = tuple(names.term(name, (*at, kind, i)) for name in plain)
        elements.append(ClauseElement(terms, negated))
        labels.append(("not " if negated else "") + "|".join(plain))
    within: int | None
    if kind == "sequence":
        within = clause.gap
    else:
        within = None if clause.within == "sentence" else int(clause.within)
    label = f"{kind}({', '.join(labels)})"
    if clause.negated is True:
        label = "not " + label
    if clause.where != "any":
        label += f" in {clause.where}"
    where: schema.Place = clause.where
    if kind == "setting" and where == "any":
        where = "lead"
    label = clause.name or label
    return CompiledClause(
        "any" if kind in ("harm", "setting") else kind,
        tuple(elements),
        within,
        clause.unbroken,
        where,
        None if clause.negated == "any" else bool(clause.negated),
        clause.points(threshold),
        clause.direction or "worsening",
        names.terms(clause.needs, (*at, "needs")),
        names.silencers(clause.unless, (*at, "unless")),
        clause.unless_within,
        label,
        languages=frozenset(clause.languages or ()),
        setting=kind == "setting",
    )
