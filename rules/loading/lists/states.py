"""``states.yaml`` → states of places: the shipped file, an operator's over it by kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rules.loading import schema
from rules.loading.lists.one_list import read_list
from rules.loading.rule_folders import STATES
from rules.loading.sources import Sources, validated
from rules.loading.yamlfile import Document, Location
from rules.matching.rule import CompiledRule
from rules.matching.states import StateKind, StateSource, StateValue
from rules.texts import message

_LIST = "states"


def read_states(folder: Path, shown: str, layer: int, sources: Sources) -> None:
    """Take a folder's states; it need not have any."""
    no_list = message("state.no_list")
    found = read_list(folder / STATES, shown, layer, _LIST, no_list, sources)
    if found is None:
        return
    document, items = found
    kinds: dict[str, int] = {}
    for number, one in enumerate(items):
        at: Location = (_LIST, number)
        kind = one.get("kind") if isinstance(one, dict) else None
        if isinstance(kind, str) and kind in kinds:
            said = message("state.twice", id=kind, line=kinds[kind])
            sources.problems.append(document.problem((*at, "kind"), said))
            continue
        if isinstance(kind, str):
            kinds[kind] = document.line(at)
        if layer and isinstance(one, dict) and not {"from", "values", "title"} & one.keys():
            _override(one, document, at, sources)
        else:
            _take(one, document, at, sources)


def _take(one: Any, document: Document, at: Location, sources: Sources) -> None:
    entry = validated(schema.StateEntry, one, document, at, sources.problems)
    if entry is None:
        return
    sources.states[entry.kind] = (entry, document, at)
    for number, source in enumerate(entry.sources):
        key = "value" if source.value is not None else "denies"
        named = source.value or source.denies or ""
        if named not in entry.values:
            said = message("state.no_value", id=named, known=", ".join(entry.values))
            where = (*at, "from", number, key)
            sources.problems.append(document.problem(where, said))


def _override(one: Any, document: Document, at: Location, sources: Sources) -> None:
    change = validated(schema.StateOverride, one, document, at, sources.problems)
    if change is None:
        return
    known = sources.states.get(change.kind)
    if known is None:
        said = message("state.unknown", id=change.kind, known=", ".join(sources.states))
        sources.problems.append(document.problem((*at, "kind"), said))
    elif change.off:
        del sources.states[change.kind]
    elif change.expires_after is not None:
        entry = known[0].model_copy(update={"expires_after": change.expires_after})
        sources.states[change.kind] = (entry, *known[1:])


def compile_states(
    sources: Sources, rules: Mapping[str, CompiledRule], terms: Collection[str]
) -> Mapping[str, StateKind]:
    """The states whose signals are in force; what is wrong goes into `sources.problems`.

    What a shipped state asks of a signal that an operator switched off, or replaced by a rule of
    their own, is left out: it has other clauses.
    """
    if sources.unread or sources.problems:
        return {}
    own = {id(document) for document in sources.own}
    replaced = {i for i, (_, document) in sources.signals.items() if id(document) in own}
    replaced |= {signal.id for signal, _ in sources.switched_off}
    found = {}
    for entry, document, at in sources.states.values():
        kept = []
        for number, source in enumerate(entry.sources):
            where = (*at, "from", number)
            if source.signal in replaced and document.file.startswith("rules/"):
                continue
            if _check(source, rules, terms, document, where, sources):
                kept.append(source)
        found[entry.kind] = _kind(entry, kept)
    return MappingProxyType(found)


def _check(
    source: schema.StateSourceEntry,
    rules: Mapping[str, CompiledRule],
    terms: Collection[str],
    document: Document,
    at: Location,
    sources: Sources,
) -> bool:
    def missing(
        alone: str, beside: str, name: str, known: Collection[str], where: Location
    ) -> None:
        near = get_close_matches(name, known, n=1, cutoff=0.6)
        values = {"id": name, "signal": source.signal}
        said = message(beside, near=near[0], **values) if near else message(alone, **values)
        sources.problems.append(document.problem(where, said))

    before = len(sources.problems)
    rule = rules.get(source.signal)
    if rule is None:
        here: Location = (*at, "signal")
        missing("state.no_signal", "state.no_signal_near", source.signal, rules, here)
        return False
    labels = {clause.label for clause in rule.when}
    for number, name in enumerate(source.clauses):
        if name not in labels:
            here = (*at, "clauses", number)
            missing("state.no_clause", "state.no_clause_near", name, labels, here)
    for number, name in enumerate(source.terms):
        if name not in terms:
            here = (*at, "terms", number)
            missing("state.no_term", "state.no_term_near", name, terms, here)
    return len(sources.problems) == before


def _kind(entry: schema.StateEntry, kept: Collection[schema.StateSourceEntry]) -> StateKind:
    title = MappingProxyType(entry.title.filled())
    several = entry.title_of_several
    values = {}
    for name, value in entry.values.items():
        own = MappingProxyType(value.title.filled())
        of_several = value.title_of_several
        values[name] = StateValue(
            own, MappingProxyType(of_several.filled()) if of_several else own, value.bad
        )
    return StateKind(
        id=entry.kind,
        title=title,
        title_of_several=MappingProxyType(several.filled()) if several else title,
        expires_after=entry.expires_after,
        of=entry.of,
        whole_countries=entry.widest == "country",
        covers_parts=entry.covers_parts,
        values=MappingProxyType(values),
        sources=tuple(
            StateSource(
                source.signal,
                source.direction,
                frozenset(source.clauses),
                frozenset(source.terms),
                source.value or source.denies or "",
                source.denies is not None,
            )
            for source in kept
        ),
    )
