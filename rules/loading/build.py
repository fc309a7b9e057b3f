"""Rule files → a `RuleSet`: terms compiled, references resolved, everything wrong collected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from types import MappingProxyType

from rules.language.full_database import Enricher
from rules.language.morphology import Morphology
from rules.loading import schema
from rules.loading.sources import Sources
from rules.loading.yamlfile import Document, Location, Problem
from rules.matching import victims
from rules.matching.clauses import ClauseElement, CompiledClause
from rules.matching.levels import by_direction
from rules.matching.match import CompiledRule
from rules.matching.ruleset import RuleSet, RulesInvalid, RuleTests, Signal
from rules.matching.scope import RESERVED
from rules.matching.terms import CompiledTerm, TermCycle, TermMatcher, in_order
from rules.matching.wordlist import Compiler, Lexicon

_RESERVED = (*RESERVED, *victims.TERMS)


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

    def vocabulary_name(self, reference: str, document: Document, at: Location) -> str:
        name = reference.removeprefix("$")
        if name not in self.sources.vocabulary:
            self.problems.append(document.problem(at, self._unknown(name)))
        self.used.add("$" + name)
        return "$" + name

    def _unknown(self, name: str) -> str:
        near = get_close_matches(name, self.sources.vocabulary, n=1)
        meant = f"; did you mean ${near[0]}?" if near else "; see rules/vocabulary/"
        return f"there is no vocabulary term ${name}{meant}"

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

        def included(reference: str, at: Location) -> str:
            if local is not None and not reference.startswith("$"):
                return local(reference, at)
            return self.vocabulary_name(reference, document, at)

        def resolve(reference: str) -> str:
            return self.vocabulary_name(reference, document, at)

        compiled, issues = self.compiler.compile(term, full_name, resolve)
        for issue in issues:
            self.problems.append(document.problem((*at, *issue.at), issue.message))
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
    for name, (_, document) in sources.vocabulary.items():
        # Shipped terms are there for operators' rules too; their own must have a use.
        if "$" + name not in build.used and any(document is d for d in sources.own):
            build.problems.append(
                document.problem((name,), f"no rule uses ${name}; use it or remove it")
            )
    try:
        in_order(build.terms)
    except TermCycle as cycle:
        document, at = build.where[cycle.names[0].removesuffix("!except")]
        build.problems.append(
            document.problem(at, f"terms include each other: {cycle}; break the circle")
        )
    if not sources.signals and not build.problems:
        build.problems.append(
            Problem("rules/signals", 1, "no rule is left; at least one is needed")
        )
    if build.problems:
        raise RulesInvalid(build.problems)
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
    )


def _signal(signal: schema.SignalFile, document: Document) -> Signal:
    return Signal(
        signal.id,
        MappingProxyType(signal.title.model_dump()),
        MappingProxyType(signal.description.model_dump()),
        by_direction(signal.level)["worsening"],
        signal.status,
        signal.sector,
        document.file,
    )


def _tests(signal: schema.SignalFile, document: Document) -> RuleTests:
    return RuleTests(
        signal.id,
        document.file,
        signal.tests,
        tuple(document.line(("tests", "fires", i)) for i in range(len(signal.tests.fires))),
        tuple(document.line(("tests", "silent", i)) for i in range(len(signal.tests.silent))),
    )


def _rule(signal: schema.SignalFile, document: Document, build: _Build) -> CompiledRule:
    local: dict[str, str] = {}
    used: set[str] = set()
    unknown: list[str] = []

    def own_term(reference: str, at: Location) -> str:
        used.add(reference)
        if reference not in signal.terms:
            build.problems.append(
                document.problem(at, f"there is no term «{reference}» here; ${reference}?")
            )
        return f"{signal.id}/{reference}"

    for name, words in signal.terms.items():
        at: Location = ("terms", name)
        if isinstance(words, str):
            if not words.startswith("$"):
                build.problems.append(
                    document.problem(at, f"«{words}»: write ${words} for a vocabulary term")
                )
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
            near = get_close_matches(reference, local, n=1)
            shared = get_close_matches(reference, build.sources.vocabulary, n=1)
            near += ["$" + name for name in shared]
            meant = f"; did you mean {near[0]}?" if near else "; define it under terms:"
            unknown.append(reference)
            build.problems.append(document.problem(at, f"there is no term «{reference}»{meant}"))
            return reference
        return local[reference]

    def many(references: Iterable[str], at: Location) -> tuple[str, ...]:
        return tuple(resolve(r, (*at, i)) for i, r in enumerate(references))

    def clauses(listed: Iterable[schema.Clause], key: str) -> tuple[CompiledClause, ...]:
        return tuple(
            _clause(clause, (key, i), signal.threshold, resolve, many)
            for i, clause in enumerate(listed)
        )

    rule = CompiledRule(
        signal.id,
        by_direction(signal.level),
        signal.status,
        signal.threshold,
        (*clauses(signal.when, "when"), *_scope_clauses(signal, resolve, many)),
        clauses(signal.against, "against"),
        many(signal.unless, ("unless",)),
        many(signal.unless_in_title, ("unless_in_title",)),
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
            build.problems.append(
                document.problem(
                    ("terms", name), f"no clause uses the term «{name}»; use it or remove it"
                )
            )
    if sum(c.weight for c in rule.when if not c.setting) < rule.threshold:
        build.problems.append(
            document.problem(
                ("threshold",), "all weights together stay below the threshold; it can never fire"
            )
        )
    return rule


def _scope_clauses(
    signal: schema.SignalFile,
    resolve: Callable[[str, Location], str],
    many: Callable[[Iterable[str], Location], tuple[str, ...]],
) -> tuple[CompiledClause, ...]:
    made = []
    for i, told in enumerate(signal.scope.told):
        at: Location = ("scope", "told", i)
        names = tuple(resolve(name, (*at, "of", n)) for n, name in enumerate(told.of))
        made.append(
            CompiledClause(
                "scope", (ClauseElement(names),), None, False, told.where, False,
                told.weight or signal.threshold, "worsening",
                many(told.needs, (*at, "needs")), many(told.unless, (*at, "unless")), None,
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
) -> CompiledClause:
    kind = next(k for k in schema.CLAUSE_KINDS if getattr(clause, k))
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
    return CompiledClause(
        "any" if kind in ("harm", "setting") else kind,
        tuple(elements),
        within,
        clause.unbroken,
        where,
        None if clause.negated == "any" else bool(clause.negated),
        clause.weight or threshold,
        clause.direction or "worsening",
        many(clause.needs, (*at, "needs")),
        many(clause.unless, (*at, "unless")),
        clause.unless_within,
        clause.name or label,
        setting=kind == "setting",
    )
