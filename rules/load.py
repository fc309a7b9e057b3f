"""Files → RuleSet. One validator for start, ``marsad rules check`` and reload.

Everything that is wrong is reported at once, as file, line, what is wrong and what to
write instead; nothing invalid is ignored and no rule is silently left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from rules import schema
from rules.full import Enricher
from rules.match import (
    NEGATION,
    NEGATION_STOPS,
    ClauseElement,
    CompiledClause,
    CompiledRule,
    Detection,
    detect_all,
)
from rules.morphology import Morphology
from rules.schema import Level, Status
from rules.terms import CompiledTerm, Compiler, Lexicon, TermCycle, TermMatcher, in_order
from rules.yamlfile import Document, Location, Problem, YamlProblem, read

SHIPPED = Path(__file__).parent
_RESERVED = (NEGATION, NEGATION_STOPS)
MAX_FILES = 500

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Signal:
    """What readers and stores need to know of a signal."""

    id: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    level: Level
    status: Status
    sector: str
    source: str


@dataclass(frozen=True, slots=True)
class RuleTests:
    """The inline tests of one signal and where they stand."""

    signal: str
    file: str
    tests: schema.Tests
    fires_lines: tuple[int, ...]
    silent_lines: tuple[int, ...]


class RulesInvalid(Exception):
    """Rules that cannot be used; ``errors`` holds everything that is wrong."""

    def __init__(self, errors: Iterable[Problem]) -> None:
        self.errors = tuple(sorted(set(errors)))
        super().__init__("\n".join(str(e) for e in self.errors))


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules ready to run. Immutable; safe to share between threads."""

    signals: Mapping[str, Signal]
    rules: Mapping[str, CompiledRule]
    terms: TermMatcher
    morphology: Morphology
    words: Lexicon
    compiled_terms: Mapping[str, CompiledTerm]
    tests: tuple[RuleTests, ...]
    hash: str

    def detect(self, title: str, text: str, language: str | None) -> tuple[Detection, ...]:
        return detect_all(self.rules, self.terms, title, text, language)


def detect(
    rules: RuleSet, title: str, text: str, language: str | None = None
) -> tuple[Detection, ...]:
    """The signals of one entry. Pure and thread-safe; time grows with the text's length."""
    return rules.detect(title, text, language)


@dataclass(slots=True)
class _Sources:
    """What the files say, before words are compiled."""

    vocabulary: dict[str, tuple[schema.VocabularyTerm, Document]]
    signals: dict[str, tuple[schema.SignalFile, Document]]
    switched_off: list[tuple[schema.SignalFile, Document]]
    problems: list[Problem]
    digest: Any
    own: list[Document]


def load_rules(
    operator_dir: Path | None = None,
    *,
    full_database: Path | None = None,
    shipped: Path = SHIPPED,
) -> RuleSet:
    """Read the shipped rules with an operator's directory laid over them.

    ``operator_dir`` may hold ``signals/*.yaml`` (replacing shipped ones by id) and
    ``vocabulary/*.yaml`` (new terms, or add/remove to shipped ones). ``full_database`` is a
    morphology database in CAMeL Tools' format that tells broken plurals. Takes a second or
    two: call it off the event loop. Raises `RulesInvalid`.
    """
    sources = _Sources({}, {}, [], [], hashlib.sha256(), [])
    layers = [(shipped, "rules")]
    if operator_dir is not None:
        layers.append((operator_dir, operator_dir.name or str(operator_dir)))
    for layer, (folder, shown) in enumerate(layers):
        if layer and not folder.is_dir():
            message = "is no folder; create it, or correct MARSAD_RULES_DIR"
            sources.problems.append(Problem(shown, 1, message))
            continue
        _read_layer(folder, shown, layer, sources)
    if full_database is not None and not full_database.is_file():
        message = "is no file; correct MARSAD_MORPHOLOGY_DB or leave it empty"
        sources.problems.append(Problem(str(full_database), 1, message))
        full_database = None
    enricher = Enricher(full_database) if full_database else None
    return _compile(sources, enricher)


def _read_layer(folder: Path, shown: str, layer: int, sources: _Sources) -> None:
    for kind, take in (("vocabulary", _take_vocabulary), ("signals", _take_signal)):
        names: dict[str, Document] = {}
        files = sorted(p for p in (folder / kind).glob("*.y*ml") if p.suffix in (".yaml", ".yml"))
        for path in files[:MAX_FILES]:
            label = f"{shown}/{kind}/{path.name}"
            try:
                document = read(path, label)
            except YamlProblem as error:
                sources.problems.append(error.problem)
                continue
            sources.digest.update(f"{layer}/{kind}/{path.name}\0".encode() + path.read_bytes())
            if not isinstance(document.value, dict):
                what = "is empty" if document.value is None else "is no mapping of keys to values"
                sources.problems.append(
                    document.problem((), f"the file {what}; start from one in rules/{kind}/")
                )
                continue
            take(document, layer, names, sources)
        if len(files) > MAX_FILES:
            sources.problems.append(
                Problem(f"{shown}/{kind}", 1, f"{len(files)} files; at most {MAX_FILES} are read")
            )
    if layer:
        for path in folder.glob("*.y*ml"):
            message = "rules belong in signals/, shared terms in vocabulary/; move the file there"
            sources.problems.append(Problem(f"{shown}/{path.name}", 1, message))


def _validated(
    model: type[M], value: Any, document: Document, at: Location, problems: list[Problem]
) -> M | None:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems.extend(_readable(error, model, value, document, at))
        return None
    except RecursionError:
        problems.append(document.problem(at, "is nested too deep; flatten it"))
        return None


def _take_vocabulary(
    document: Document, layer: int, names: dict[str, Document], sources: _Sources
) -> None:
    for name, value in document.value.items():
        at: Location = (name,)
        if not schema_name(name):
            sources.problems.append(
                document.problem(at, f"«{name}»: a name has lower-case letters, digits and hyphens")
            )
            continue
        if name in names:
            sources.problems.append(
                document.problem(
                    at, f"term «{name}» is also defined in {names[name].file}; keep one"
                )
            )
            continue
        names[name] = document
        if layer:
            sources.own.append(document)
        term = _validated(schema.VocabularyTerm, value, document, at, sources.problems)
        if term is None:
            continue
        if term.add or term.remove:
            if name not in sources.vocabulary or not layer:
                sources.problems.append(
                    document.problem(at, f"add/remove change a shipped term; there is no «{name}»")
                )
                continue
            term = _changed(sources.vocabulary[name][0], term, document, at, sources.problems)
        sources.vocabulary[name] = (term, document)


def _changed(
    shipped: schema.VocabularyTerm,
    change: schema.VocabularyTerm,
    document: Document,
    at: Location,
    problems: list[Problem],
) -> schema.VocabularyTerm:
    lists: dict[str, Any] = {}
    for language in ("ar", "en", "fr"):
        words = list(getattr(shipped, language) or ())
        for index, word in enumerate((change.remove and getattr(change.remove, language)) or ()):
            if word in words:
                words.remove(word)
            else:
                problems.append(
                    document.problem(
                        (*at, "remove", language, index),
                        f"«{word}» is not in the shipped term; write it just as it stands there",
                    )
                )
        words += (change.add and getattr(change.add, language)) or ()
        lists[language] = tuple(words) or None
    if change.exceptions:
        lists["exceptions"] = _joined(shipped.exceptions, change.exceptions)
    return shipped.model_copy(update=lists)


def _joined(a: schema.ByLanguage | None, b: schema.ByLanguage) -> schema.ByLanguage:
    if a is None:
        return b
    lists = {
        language: (getattr(a, language) or ()) + (getattr(b, language) or ()) or None
        for language in ("ar", "en", "fr")
    }
    return a.model_copy(update=lists)


def _take_signal(
    document: Document, layer: int, names: dict[str, Document], sources: _Sources
) -> None:
    value = document.value
    if layer and "off" in value:
        off = _validated(schema.SwitchOff, value, document, (), sources.problems)
        if off is None:
            return
        if off.id not in sources.signals:
            known = ", ".join(sorted(sources.signals))
            sources.problems.append(
                document.problem(("id",), f"there is no signal «{off.id}»; known: {known}")
            )
            return
        sources.switched_off.append(sources.signals.pop(off.id))
        return
    signal = _validated(schema.SignalFile, value, document, (), sources.problems)
    if signal is None:
        return
    if signal.id in names:
        sources.problems.append(
            document.problem(
                ("id",),
                f"id «{signal.id}» is also in {names[signal.id].file}; ids are never shared",
            )
        )
        return
    names[signal.id] = document
    if not layer and Path(document.file).stem != signal.id:
        sources.problems.append(
            document.problem(("id",), f"id «{signal.id}» differs from the file's name")
        )
    sources.signals[signal.id] = (signal, document)


def schema_name(name: str) -> bool:
    return (
        2 <= len(name) <= 61
        and name[0].isascii()
        and name[0].islower()
        and all(c.isascii() and (c.islower() or c.isdigit() or c == "-") for c in name)
    )


# --- compiling ------------------------------------------------------------------------


class _Build:
    """Terms and clauses of all files against one lexicon; collects problems and uses."""

    def __init__(self, sources: _Sources, enricher: Enricher | None) -> None:
        self.sources = sources
        self.problems = sources.problems
        self.words = Lexicon(enricher)
        self.compiler = Compiler(self.words)
        self.terms: dict[str, CompiledTerm] = {}
        self.used: set[str] = set(_RESERVED)
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

    def add_term(self, full_name: str, term: schema.Term, document: Document, at: Location) -> None:
        self.where[full_name] = (document, at)

        def resolve(reference: str) -> str:
            return self.vocabulary_name(reference, document, at)

        compiled, issues = self.compiler.compile(term, full_name, resolve)
        for issue in issues:
            self.problems.append(document.problem((*at, *issue.at), issue.message))
        compiled.include = tuple(
            self.vocabulary_name(r, document, (*at, "include", i))
            for i, r in enumerate(term.include or ())
        )
        if term.exceptions:
            hidden = full_name + "!except"
            excluded, issues = self.compiler.compile(term.exceptions, hidden, resolve)
            for issue in issues:
                self.problems.append(document.problem((*at, "except", *issue.at), issue.message))
            self.terms[hidden] = excluded
            compiled.exceptions = hidden
        self.terms[full_name] = compiled


def _compile(sources: _Sources, enricher: Enricher | None) -> RuleSet:
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
    matcher = TermMatcher(build.terms, morphology, build.words)
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
        signal.level,
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
        build.add_term(local[name], words, document, at)

    def resolve(reference: str, at: Location) -> str:
        if reference.startswith("$"):
            return build.vocabulary_name(reference, document, at)
        used.add(reference)
        if reference not in local:
            if reference in signal.terms:
                return reference
            near = get_close_matches(reference, [*local, *build.sources.vocabulary], n=1)
            if near and near[0] not in local:
                near = ["$" + near[0]]
            meant = f"; did you mean {near[0]}?" if near else "; define it under terms:"
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
        signal.level,
        signal.status,
        signal.threshold,
        clauses(signal.when, "when"),
        clauses(signal.against, "against"),
        many(signal.unless, ("unless",)),
        many(signal.unless_in_title, ("unless_in_title",)),
        many(signal.needs, ("needs",)),
        many(signal.direction.improving, ("direction", "improving")),
        many(signal.direction.denied, ("direction", "denied")),
    )
    for name in signal.terms:
        if name not in used:
            build.problems.append(
                document.problem(
                    ("terms", name), f"no clause uses the term «{name}»; use it or remove it"
                )
            )
    if sum(c.weight for c in rule.when) < rule.threshold:
        build.problems.append(
            document.problem(
                ("threshold",), "all weights together stay below the threshold; it can never fire"
            )
        )
    return rule


def _is_latin(word: schema.Word) -> bool:
    return isinstance(word, str) and word.lstrip("=~")[:1].isascii()


def _clause(
    clause: schema.Clause,
    at: Location,
    threshold: int,
    resolve: Callable[[str, Location], str],
    many: Callable[[Iterable[str], Location], tuple[str, ...]],
) -> CompiledClause:
    kind = next(k for k in ("near", "sequence", "all", "any") if getattr(clause, k))
    elements = []
    labels = []
    for i, element in enumerate(getattr(clause, kind)):
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
    return CompiledClause(
        kind,
        tuple(elements),
        within,
        clause.where,
        None if clause.negated == "any" else bool(clause.negated),
        clause.weight or threshold,
        clause.direction or "worsening",
        many(clause.needs, (*at, "needs")),
        many(clause.unless, (*at, "unless")),
        label,
    )


# --- messages -------------------------------------------------------------------------


def _readable(
    error: ValidationError, model: type[BaseModel], value: Any, document: Document, at: Location
) -> list[Problem]:
    """Pydantic's findings in words that an operator can act on, without repeats."""
    found: dict[Location, str] = {}
    for one in error.errors(include_url=False):
        path = _in_document(one["loc"], value)
        message = _message(one["type"], str(one["msg"]), one.get("ctx") or {}, path, one["input"])
        if one["type"] == "extra_forbidden":
            message = _unknown_key(path, model)
        # A value that fits none of several shapes gives one finding a shape: keep the first
        # real one, but let an unknown key speak before «is missing».
        if path not in found or one["type"] == "extra_forbidden":
            found[path] = message
    return [document.problem((*at, *path), message) for path, message in found.items()]


def _in_document(loc: Iterable[str | int], value: Any) -> Location:
    """The part of pydantic's location that exists in the file (it adds union labels)."""
    path: list[str | int] = []
    here = value
    for part in loc:
        if (isinstance(here, dict) and isinstance(part, str) and part in here) or (isinstance(here, list) and isinstance(part, int) and part < len(here)):
            path.append(part)
            here = here[part]
        elif isinstance(here, dict) and isinstance(part, str) and part.isidentifier():
            if part[:1].islower() and part not in ("str", "tuple", "list"):
                path.append(part)
                break
    return tuple(path)


def _unknown_key(path: Location, model: type[BaseModel]) -> str:
    key = str(path[-1]) if path else "?"
    names = sorted(_keys(model))
    near = get_close_matches(key, names, n=1)
    meant = f"did you mean «{near[0]}»?" if near else "remove it or correct its name"
    return f"unknown key «{key}»; {meant}"


def _keys(model: type[BaseModel]) -> set[str]:
    keys: set[str] = set()
    for definition in [
        model.model_json_schema(),
        *model.model_json_schema().get("$defs", {}).values(),
    ]:
        keys |= set(definition.get("properties", {}))
    return keys


def _message(
    kind: str, message: str, context: Mapping[str, Any], path: Location, given: Any
) -> str:
    key = f"«{path[-1]}» " if path and isinstance(path[-1], str) else ""
    if kind == "missing":
        return f"{key}is missing; add it"
    if kind == "too_short":
        return f"{key}is an empty list; add words or remove the key"
    if kind == "too_long":
        return f"{key}has {context.get('actual_length')} items; {context.get('max_length')} at most"
    if kind == "literal_error":
        return f"{key}is «{given}»; write one of {context.get('expected')}"
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    if kind == "string_pattern_mismatch":
        return f"{key}«{given}» is no name: lower-case letters, digits, hyphens; $ for vocabulary"
    if kind in ("tuple_type", "list_type"):
        return f"{key}must be a list: write it as [a, b]"
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return f"{key}must be a mapping of keys to values"
    if kind == "string_type":
        shown = "empty" if given is None else type(given).__name__
        return f"{key}must be text (it is {shown}); put it in quotation marks"
    return f"{key}{message[0].lower()}{message[1:]}"
