"""One signal's file → its `CompiledRule`: its names resolved, its clauses made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType

from rules.loading import schema
from rules.loading.term_build import TermBuild
from rules.loading.yamlfile import Document, Location
from rules.matching.clauses import ClauseElement, CompiledClause
from rules.matching.harm.harm import asked
from rules.matching.levels import by_direction
from rules.matching.rule import CompiledRule
from rules.texts import Message, message


class _Names:
    """What the names in one signal's file stand for, and which of its own were used.

    Terms of the file are compiled as "signal/term", shared ones ($name) under the vocabulary's
    name. What cannot be resolved is reported at its place and stands for itself.
    """

    def __init__(self, signal: schema.SignalFile, document: Document, build: TermBuild) -> None:
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


def compile_rule(signal: schema.SignalFile, document: Document, build: TermBuild) -> CompiledRule:
    names = _Names(signal, document, build)
    build.guards[signal.id] = MappingProxyType(dict(names.guards))
    _check_names(signal, document, build)

    def clauses(
        listed: Iterable[schema.Clause], key: str, defaults: schema.Defaults
    ) -> tuple[CompiledClause, ...]:
        return tuple(
            _clause(way, at, clause.name, i, signal.threshold, names)
            for i, clause in enumerate(listed)
            for at, way in _ways(clause, (key, i), defaults)
        )

    rule = CompiledRule(
        signal.id,
        by_direction(signal.level),
        signal.status,
        signal.threshold,
        (
            *clauses(signal.when, "when", signal.defaults),
            *_scope_clauses(signal, names),
        ),
        clauses(signal.against, "against", schema.Defaults()),
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
        names.terms(signal.needs_if_alone, ("needs_if_alone",)),
        signal.named_in_passing,
        names.terms(signal.pushed_with, ("pushed_with",)),
    )
    names.report_unused()
    if sum(c.weight for c in rule.when if not c.setting) < rule.threshold:
        build.problems.append(document.problem(("threshold",), message("rule.never")))
    return rule


def _check_names(signal: schema.SignalFile, document: Document, build: TermBuild) -> None:
    """In the new form every clause has a name, and each its own. What is told of a word may go
    by the word."""
    names: set[str] = set()
    listed: tuple[tuple[Location, Sequence[schema.Clause | schema.Told]], ...] = (
        (("when",), signal.when),
        (("against",), signal.against),
        (("scope", "told"), signal.scope.told),
    )
    for key, clauses in listed:
        for i, clause in enumerate(clauses):
            at: Location = (*key, i)
            if clause.name is None:
                if signal.new_form and not isinstance(clause, schema.Told):
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
                told.name or told.suggested_name,
                MappingProxyType(dict(told.states)),
                why=told.why or "",
                frame=-1 - i,
            )
        )  # fmt: skip
    return tuple(made)


def _is_latin(word: schema.Word) -> bool:
    return isinstance(word, str) and word.lstrip("=~")[:1].isascii()


def _ways(
    clause: schema.Clause, at: Location, defaults: schema.Defaults
) -> Iterator[tuple[Location, schema.Way]]:
    """The ways of a clause, and where each stands in the file."""
    for number, way in enumerate(clause.each_way(defaults)):
        yield ((*at, "ways", number) if clause.ways else at), way


def _clause(
    clause: schema.Way,
    at: Location,
    name: str | None,
    frame: int,
    threshold: int,
    names: _Names,
) -> CompiledClause:
    kind = clause.kind
    elements = []
    labels = []
    if clause.harm:
        elements.append(ClauseElement(asked(clause.harm.of, clause.harm.by)))
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
    label = name or label
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
        why=clause.why or "",
        if_denied=clause.if_denied,
        deed=clause.deed,
        needs_below_title=clause.needs_below_title,
        frame=frame,
    )
