"""The words of terms as they can stand in a sentence, for examples that vary."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rules.loading import schema
from rules.matching.finding.terms import CompiledTerm

MOST = 24
"""Words of a term that are put into a sentence; spread over a longer list."""


def surfaces(
    written: Mapping[str, schema.Term], compiled: Mapping[str, CompiledTerm]
) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Term → language → words. Verbs, patterns and phrases with other terms are left out."""
    own = {
        name: {x: _plain(getattr(term, x) or ()) for x in ("ar", "en", "fr")}
        for name, term in written.items()
    }
    joined = {}
    for name in written:
        names = _with_included(name, compiled)
        by_language = {}
        for language in ("ar", "en", "fr"):
            words = [w for n in names if n in own for w in own[n][language]]
            by_language[language] = _spread(tuple(dict.fromkeys(words)))
        joined[name] = MappingProxyType(by_language)
    return MappingProxyType(joined)


def _with_included(name: str, compiled: Mapping[str, CompiledTerm]) -> list[str]:
    seen = [name]
    for known in seen:
        if known in compiled:
            seen += [n for n in compiled[known].include if n not in seen]
    return seen


def _plain(words: tuple[schema.Word, ...]) -> list[str]:
    found = []
    for word in words:
        if isinstance(word, schema.Noun | schema.Adjective):
            text = word.noun if isinstance(word, schema.Noun) else word.adj
        elif isinstance(word, str):
            text = word
        else:
            continue
        if "~" in text or "$" in text:
            continue
        pieces = [piece.lstrip("=") for piece in text.split()]
        if len(pieces) == 1:
            found += pieces[0].split("/")
        else:
            found.append(" ".join(piece.split("/")[0] for piece in pieces))
    return found


def _spread(words: tuple[str, ...]) -> tuple[str, ...]:
    if len(words) <= MOST:
        return words
    return tuple(words[i * len(words) // MOST] for i in range(MOST))
