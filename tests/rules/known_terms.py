"""The shipped words of small rule sets, compiled once for all tests of a process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rules.language.arabic.full_database import Enricher
from rules.language.arabic.lexicon import Lexeme
from rules.loading import schema
from rules.loading.sources import Sources
from rules.loading.term_build import TermBuild
from rules.loading.yamlfile import Document, Location
from rules.matching.finding.known_words import KnownForms
from rules.matching.finding.terms import CompiledTerm
from tests.rules.few import VOCABULARY


@dataclass
class _Known:
    """What compiling the shipped words came to, with the numbers of their words."""

    arabic: list[Lexeme] = field(default_factory=list)
    latin: list[tuple[str, str, frozenset[str]]] = field(default_factory=list)
    numbers: dict[tuple[object, ...], int] = field(default_factory=dict)
    terms: dict[str, CompiledTerm] = field(default_factory=dict)
    written: dict[str, schema.Term] = field(default_factory=dict)


_known = _Known()


class KnownTermsBuild(TermBuild):
    """As the product's own; the thousands of shipped words that every small rule set has are taken
    from the first one, by their numbers."""

    def __init__(
        self, sources: Sources, enricher: Enricher | None, forms: KnownForms | None = None
    ) -> None:
        super().__init__(sources, enricher, forms)
        words: Any = self.words
        words._arabic += _known.arabic
        words._latin += _known.latin
        words._numbers |= _known.numbers
        self._shipped_alone = True

    def add_term(
        self,
        full_name: str,
        term: schema.Term,
        document: Document,
        at: Location,
        local: Callable[[str, Location], str] | None = None,
    ) -> None:
        if _known.written.get(full_name) == term:
            self.where[full_name] = (document, at)
            self.written[full_name] = term
            for name in (full_name, full_name + "!except"):
                if name in _known.terms:
                    self.terms[name] = _known.terms[name]
            return
        super().add_term(full_name, term, document, at, local)
        # Behind a test's own words those of others would be known to every rule set.
        self._shipped_alone &= document.file.rsplit("/", 1)[-1] in VOCABULARY
        if self._shipped_alone:
            self._remember(full_name, term)

    def _remember(self, full_name: str, term: schema.Term) -> None:
        words: Any = self.words
        _known.arabic[:] = words._arabic
        _known.latin[:] = words._latin
        _known.numbers |= words._numbers
        _known.written[full_name] = term
        _known.terms |= {
            name: self.terms[name]
            for name in (full_name, full_name + "!except")
            if name in self.terms
        }
