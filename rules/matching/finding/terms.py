"""Terms: named sets of words, as the matcher reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Unit:
    """One place of a phrase: any of these lexemes, or a whole match of a term."""

    lexemes: frozenset[int] = frozenset()
    term: str | None = None


Phrase = tuple[Unit, ...]


@dataclass(slots=True)
class CompiledTerm:
    """A term as the matcher reads it. ``name`` is ``$name`` or ``signal/name``."""

    name: str
    phrases: list[Phrase] = field(default_factory=list)
    regexes: list[Any] = field(default_factory=list)
    include: tuple[str, ...] = ()
    exceptions: str | None = None

    def needs(self) -> Iterable[str]:
        """The terms that must be found before this one."""
        yield from self.include
        if self.exceptions:
            yield self.exceptions
        for phrase in self.phrases:
            for unit in phrase:
                if unit.term:
                    yield unit.term


class TermCycle(ValueError):
    """Terms that include each other."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(" → ".join(names))
        self.names = tuple(names)


def in_order(terms: Mapping[str, CompiledTerm]) -> list[CompiledTerm]:
    """Every term after the terms that it needs. Raises `TermCycle`."""
    ordered: list[CompiledTerm] = []
    state: dict[str, int] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if state.get(name) == 2 or name not in terms:
            return
        if state.get(name) == 1:
            raise TermCycle((*path[path.index(name) :], name))
        state[name] = 1
        for needed in terms[name].needs():
            visit(needed, (*path, name))
        state[name] = 2
        ordered.append(terms[name])

    for name in terms:
        visit(name, ())
    return ordered
