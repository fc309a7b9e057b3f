"""Terms of all files compiled against one lexicon, with what is wrong and what is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from rules.language.arabic.full_database import Enricher
from rules.loading import schema
from rules.loading.doubts import doubts
from rules.loading.sources import Sources
from rules.loading.yamlfile import Document, Location
from rules.matching.finding.known_words import KnownForms, Lexicon
from rules.matching.finding.terms import CompiledTerm
from rules.matching.finding.wordlist import Compiler
from rules.matching.scope.scope import RESERVED
from rules.texts import Message, message


class TermBuild:
    """Terms and clauses of all files against one lexicon; collects problems and uses."""

    def __init__(
        self, sources: Sources, enricher: Enricher | None, forms: KnownForms | None = None
    ) -> None:
        self.sources = sources
        self.problems = sources.problems
        self.words = Lexicon(enricher, forms=forms)
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
