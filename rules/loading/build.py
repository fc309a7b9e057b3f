"""Rule files → a `RuleSet`: terms compiled, references resolved, everything wrong collected."""

from __future__ import annotations

import re
from types import MappingProxyType

from rules.language.arabic.full_database import Enricher
from rules.language.arabic.morphology import Morphology
from rules.loading import schema
from rules.loading.lists.escalations import compile_escalations
from rules.loading.lists.states import compile_states
from rules.loading.signal_rule import compile_rule
from rules.loading.sources import Sources
from rules.loading.surface import surfaces
from rules.loading.term_build import TermBuild
from rules.loading.yamlfile import Document, problem
from rules.matching.finding.known_words import KnownForms
from rules.matching.finding.matcher import TermMatcher
from rules.matching.finding.terms import TermCycle, in_order
from rules.matching.levels import by_direction
from rules.matching.ruleset import RuleSet, RulesInvalid, RuleTests, Signal
from rules.texts import message


def compile_rules(
    sources: Sources, enricher: Enricher | None, forms: KnownForms | None = None
) -> RuleSet:
    build = TermBuild(sources, enricher, forms)
    for name, (term, document) in sources.vocabulary.items():
        build.add_term("$" + name, term, document, (name,))
    rules = {}
    signals = {}
    tests = []
    for signal, document in [*sources.signals.values(), *sources.switched_off]:
        rule = compile_rule(signal, document, build)
        if signal.id not in sources.signals:
            continue
        rules[signal.id] = rule
        signals[signal.id] = _signal(signal)
        tests.append(_tests(signal, document, sources.tried_at.get(signal.id)))
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
    escalations, escalation_tests = compile_escalations(sources)
    states = compile_states(sources, rules, frozenset(build.terms))
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
        escalations,
        escalation_tests,
        states=states,
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


def _tests(signal: schema.SignalFile, document: Document, threshold: int | None) -> RuleTests:
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
        threshold,
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
