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
        signals[signal.id] = _signal(signal, document)
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


def _signal(signal: schema.SignalFile, document: Document) -> Signal:
    return Signal(
        signal.id,
        MappingProxyType(signal.title.filled()),
        MappingProxyType(signal.description.filled()),
        by_direction(signal.level)["worsening"],
        signal.status,
        signal.sector,
        document.file,
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


def _rule(signal: schema.SignalFile, document: Document, build: _Build) -> CompiledRule:
    local: dict[str, str] = {}
    used: set[str] = set()
    unknown: list[str] = []

    def own_term(reference: str, at: Location) -> str:
        used.add(reference)
        if reference not in signal.terms:
            said = message("rule.no_own_term", name=reference)
            build.problems.append(document.problem(at, said))
        return f"{signal.id}/{reference}"

    for name, words in signal.terms.items():
        at: Location = ("terms", name)
        if isinstance(words, str):
            if not words.startswith("$"):
                said = message("rule.dollar", word=words)
                build.problems.append(document.problem(at, said))
                continue
            local[name] = build.vocabulary_name(words, document, at)
            continue
        if isinstance(words, tuple):
            arabic = tuple(w for w in words if not _is_latin(w)) or None
            latin = tuple(w for w in words if _is_latin(w)) or None
            words = schema.Term(ar=arabic, en=latin, fr=latin)
        local[name] = f"{signal.id}/{name}"
        build.add_term(local[name], words, document, at, own_term)

    def resolve(reference: str, at: Location) -> str:
        if reference.startswith("$"):
            return build.vocabulary_name(reference, document, at)
        used.add(reference)
        if reference not in local:
            if reference in signal.terms:
                return reference
            near = get_close_matches(reference, [*local, *signal.guards], n=1)
            shared = get_close_matches(reference, build.sources.vocabulary, n=1)
            near += ["$" + name for name in shared]
            said = message("rule.no_term_far", name=reference)
            if near:
                said = message("rule.no_term", name=reference, near=near[0])
            unknown.append(reference)
            build.problems.append(document.problem(at, said))
            return reference
        return local[reference]

    def many(references: Iterable[str], at: Location) -> tuple[str, ...]:
        return tuple(resolve(r, (*at, i)) for i, r in enumerate(references))

    guards: dict[str, tuple[str, ...]] = {}
    for name, members in signal.guards.items():
        if name in signal.terms:
            said = message("rule.guard_and_term", name=name)
            build.problems.append(document.problem(("guards", name), said))
        guards[name] = many(members, ("guards", name))
    build.guards[signal.id] = MappingProxyType(guards)
    guarding: set[str] = set()

    def silencers(references: Iterable[str], at: Location) -> tuple[str, ...]:
        """Terms, with a guard's name standing for its terms."""
        found: list[str] = []
        for i, reference in enumerate(references):
            if reference in guards:
                guarding.add(reference)
                found += guards[reference]
            else:
                found.append(resolve(reference, (*at, i)))
        return tuple(dict.fromkeys(found))

    def clauses(listed: Iterable[schema.Clause], key: str) -> tuple[CompiledClause, ...]:
        return tuple(
            _clause(clause, (key, i), signal.threshold, resolve, many, silencers)
            for i, clause in enumerate(listed)
        )

    _check_names(signal, document, build)

    rule = CompiledRule(
        signal.id,
        by_direction(signal.level),
        signal.status,
        signal.threshold,
        (
            *clauses([c.with_defaults(signal.defaults) for c in signal.when], "when"),
            *_scope_clauses(signal, resolve, many, silencers),
        ),
        clauses(signal.against, "against"),
        silencers(signal.unless, ("unless",)),
        silencers(signal.unless_in_title, ("unless_in_title",)),
        many(signal.needs, ("needs",)),
        MappingProxyType(dict(signal.scope.means)),
        MappingProxyType(
            {
                "ended": many(signal.direction.improving, ("direction", "improving")),
                "denied": many(signal.direction.denied, ("direction", "denied")),
            }
        ),
    )
    for name in signal.terms:
        # A misspelt reference explains why a term seems unused: one message is enough.
        if name not in used and not unknown:
            said = message("rule.unused_term", name=name)
            build.problems.append(document.problem(("terms", name), said))
    for name in signal.guards:
        if name not in guarding and not unknown:
            said = message("rule.unused_guard", name=name)
            build.problems.append(document.problem(("guards", name), said))
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


def _scope_clauses(
    signal: schema.SignalFile,
    resolve: Callable[[str, Location], str],
    many: Callable[[Iterable[str], Location], tuple[str, ...]],
    silencers: Callable[[Iterable[str], Location], tuple[str, ...]],
) -> tuple[CompiledClause, ...]:
    made = []
    for i, told in enumerate(signal.scope.told):
        at: Location = ("scope", "told", i)
        names = tuple(resolve(name, (*at, "of", n)) for n, name in enumerate(told.of))
        made.append(
            CompiledClause(
                "scope", (ClauseElement(names),), None, False, told.where, False,
                told.weight or signal.threshold, "worsening",
                many(told.needs, (*at, "needs")), silencers(told.unless, (*at, "unless")), None,
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
    resolve: Callable[[str, Location], str],
    many: Callable[[Iterable[str], Location], tuple[str, ...]],
    silencers: Callable[[Iterable[str], Location], tuple[str, ...]],
) -> CompiledClause:
    kind = clause.kind
    elements = []
    labels = []
    if clause.harm:
        elements.append(ClauseElement(victims.asked(clause.harm.of, clause.harm.by)))
        labels.append("|".join(clause.harm.of) + " by " + "|".join(clause.harm.by))
    for i, element in enumerate(() if clause.harm else getattr(clause, kind)):
        names = (element,) if isinstance(element, str) else element
        negated = any(n.startswith("not ") for n in names)
        plain = [n.removeprefix("not ") for n in names]
        elements.append(ClauseElement(tuple(resolve(n, (*at, kind, i)) for n in plain), negated))
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
        many(clause.needs, (*at, "needs")),
        silencers(clause.unless, (*at, "unless")),
        clause.unless_within,
        label,
        languages=frozenset(clause.languages or ()),
        setting=kind == "setting",
    )
