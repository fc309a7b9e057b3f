"""Rule files, the shipped ones and an operator's over them, before words are compiled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from rules.loading import schema
from rules.loading.messages import readable
from rules.loading.rule_folders import (
    ESCALATIONS,
    KINDS,
    LEFTOVER,
    STATES,
    all_files,
    copied_from,
    is_rule_file,
    rule_files,
)
from rules.loading.yaml_hints import hidden_by_a_tag
from rules.loading.yamlfile import (
    Document,
    Location,
    Problem,
    YamlProblem,
    contents,
    parse,
    problem,
)
from rules.texts import Message, message

MAX_FILES = 10_000
MAX_LINE = 100
"""Characters of a line in a shipped file of the new form."""

M = TypeVar("M", bound=BaseModel)


@dataclass(slots=True)
class Sources:
    """What the files say, before words are compiled."""

    vocabulary: dict[str, tuple[schema.VocabularyTerm, Document]]
    signals: dict[str, tuple[schema.SignalFile, Document]]
    switched_off: list[tuple[schema.SignalFile, Document]]
    problems: list[Problem]
    digest: Any
    own: list[Document]
    warnings: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Kinds of which a file could not be read: what it would have said is not missed."""
    broken_terms: set[str] = field(default_factory=set)
    escalations: dict[str, tuple[schema.EscalationRule, Document, Location]] = field(
        default_factory=dict
    )
    states: dict[str, tuple[schema.StateEntry, Document, Location]] = field(default_factory=dict)
    tried_at: dict[str, int] = field(default_factory=dict)
    """Signal → the threshold that its examples were written for, where operators set another."""


_NEARLY = re.compile(r"(?P<name>.+?\.ya?ml)(?P<ending>\.\w+|[\s.]+)$", re.IGNORECASE)
_BEGINS_A_RULE = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?:id|title|terms)[ \t]*:"
)


def read_layer(folder: Path, shown: str, layer: int, sources: Sources) -> None:
    for kind, take in zip(KINDS, (_take_vocabulary, _take_signal), strict=True):
        names: dict[str, Document] = {}
        files = rule_files(folder / kind)
        for path in files[:MAX_FILES]:
            inside = path.relative_to(folder).as_posix()
            label = f"{shown}/{inside}"
            try:
                raw = contents(path, label)
                document = parse(raw, label)
            except YamlProblem as error:
                sources.problems.append(error.problem)
                sources.unread.add(kind)
                continue
            sources.digest.update(f"{layer}/{inside}\0".encode() + raw)
            if not isinstance(document.value, dict):
                key = "file.empty" if document.value is None else "file.no_mapping"
                sources.problems.append(document.problem((), message(key, kind=kind)))
                sources.unread.add(kind)
                continue
            if layer:
                sources.own.append(document)
                for number, tag in hidden_by_a_tag(raw):
                    said = message("file.hashtag", tag=tag)
                    sources.warnings.append(problem(label, number, said))
            take(document, layer, names, sources)
            if not layer and "examples" in document.value:
                check_lines(raw, document, sources)
        if len(files) > MAX_FILES:
            said = message("file.too_many", n=len(files), most=MAX_FILES)
            sources.problems.append(problem(f"{shown}/{kind}", 1, said))
    if layer:
        _misplaced(folder, shown, sources)


def check_lines(raw: bytes, document: Document, sources: Sources) -> None:
    for number, line in enumerate(raw.decode("utf-8-sig").splitlines(), 1):
        if len(line) > MAX_LINE:
            said = message("file.long_line", n=len(line))
            sources.problems.append(problem(document.file, number, said))


def _misplaced(folder: Path, shown: str, sources: Sources) -> None:
    """Files that look like rules and are not read: each is named."""
    for path in sorted(all_files(folder)):
        if LEFTOVER.search(path.name):
            continue
        inside = path.relative_to(folder)
        if inside.as_posix() in (ESCALATIONS, STATES):
            continue
        label = f"{shown}/{inside.as_posix()}"
        there = inside.parts[0] if len(inside.parts) > 1 else ""
        if not is_rule_file(path.name):
            meant = _meant_as_rules(path, there)
            if meant is None:
                continue
            said = meant
        elif copied_from(path):
            said = message("file.copy_left", name=str(copied_from(path)))
            sources.warnings.append(problem(label, 1, said))
            continue
        elif not there:
            said = message("file.wrong_place")
        elif there not in KINDS:
            if not get_close_matches(there.lower(), KINDS, n=1, cutoff=0.5):
                continue  # a folder of something else: documents, feeds, notes
            said = message("file.wrong_folder", name=there)
        else:
            continue
        sources.problems.append(problem(label, 1, said))


def _meant_as_rules(path: Path, there: str) -> Message | None:
    """What to say of a file that is not read for its name and seems to be meant as rules."""
    nearly = _NEARLY.match(path.name)
    if nearly:
        ending, name = nearly["ending"], nearly["name"]
        return message("file.wrong_ending", ending=ending, name=name)
    if there not in KINDS:
        return None
    ending, name = path.suffix, f"{path.stem}.yaml"
    if get_close_matches(ending.lower(), (".yaml", ".yml"), n=1, cutoff=0.8):
        return message("file.wrong_ending", ending=ending, name=name)
    if ending.lower() not in ("", ".txt") or not path.is_file():
        return None
    try:
        with path.open("rb") as file:
            rules = _BEGINS_A_RULE.match(file.read(4_096))
    except OSError:
        return None
    if rules is None:
        return None
    if not ending:
        return message("file.no_ending", name=name)
    return message("file.wrong_ending", ending=ending, name=name)


def validated(
    model: type[M], value: Any, document: Document, at: Location, problems: list[Problem]
) -> M | None:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        problems.extend(readable(error, model, value, document, at))
        return None
    except RecursionError:
        problems.append(document.problem(at, message("shape.nested")))
        return None


def _take_vocabulary(
    document: Document, layer: int, names: dict[str, Document], sources: Sources
) -> None:
    for name, value in document.value.items():
        at: Location = (name,)
        if not schema_name(name):
            sources.problems.append(document.problem(at, message("rule.term_name", name=name)))
            continue
        if name in names:
            said = message("rule.term_twice", name=name, file=names[name].file)
            sources.problems.append(document.problem(at, said))
            continue
        names[name] = document
        term = validated(schema.VocabularyTerm, value, document, at, sources.problems)
        if term is None:
            sources.broken_terms.add(name)
            continue
        shipped = sources.vocabulary[name][0] if layer and name in sources.vocabulary else None
        if term.add or term.remove:
            if shipped is None:
                if name not in sources.broken_terms and "vocabulary" not in sources.unread:
                    said = message("rule.no_shipped_term", name=name)
                    sources.problems.append(document.problem(at, said))
                sources.broken_terms.add(name)
                continue
            term = _changed(shipped, term, document, at, sources.problems)
        elif shipped is not None and not term.replace:
            language = next((x for x in ("ar", "en", "fr") if getattr(term, x)), "ar")
            n = sum(len(getattr(shipped, x) or ()) for x in ("ar", "en", "fr"))
            said = message("rule.replaces", name=name, n=n, language=language)
            sources.warnings.append(document.problem(at, said))
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
                said = message("rule.not_in_term", word=str(word))
                problems.append(document.problem((*at, "remove", language, index), said))
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
    document: Document, layer: int, names: dict[str, Document], sources: Sources
) -> None:
    value = document.value
    if layer and not is_full_rule(value) and "id" in value:
        _take_override(document, names, sources)
        return
    signal = validated(schema.SignalFile, value, document, (), sources.problems)
    if signal is None:
        sources.unread.add("signals")
        return
    if not _id_is_free(signal.id, document, names, sources):
        return
    if not layer:
        _check_shipped(signal, document, sources)
    elif not signal.new_form:
        what = "file.old_tests" if all(c.name for c in signal.when) else "file.old_clauses"
        said = message("file.old_form", what=message(what))
        sources.warnings.append(document.problem(("tests",), said))
    sources.signals[signal.id] = (signal, document)


_RULE_KEYS = frozenset(("when", "terms", "examples", "tests", "title", "description", "sector"))
"""A file with none of these changes a shipped rule and is none of its own."""


def is_full_rule(value: Mapping[str, Any]) -> bool:
    """Whether an operator's file is a whole rule, and no short change of a shipped one."""
    return "off" not in value and not _RULE_KEYS.isdisjoint(value)


def _id_is_free(
    name: str, document: Document, names: dict[str, Document], sources: Sources
) -> bool:
    if name in names:
        said = message("rule.id_twice", id=name, file=names[name].file)
        sources.problems.append(document.problem(("id",), said))
        return False
    names[name] = document
    return True


def _check_shipped(signal: schema.SignalFile, document: Document, sources: Sources) -> None:
    """What a shipped rule must have and an operator's need not."""
    if Path(document.file).stem != signal.id:
        said = message("rule.id_and_file", id=signal.id)
        sources.problems.append(document.problem(("id",), said))
    for key in ("title", "description"):
        for language in ("ar", "en", "fr"):
            if getattr(getattr(signal, key), language) is None:
                said = message("rule.no_language", language=language)
                sources.problems.append(document.problem((key,), said))


def _take_override(document: Document, names: dict[str, Document], sources: Sources) -> None:
    """``{id: siege, level: watch}`` or ``{id: siege, off: true}`` over the shipped file."""
    change = validated(schema.Override, document.value, document, (), sources.problems)
    if change is None or not _id_is_free(change.id, document, names, sources):
        return
    if change.id not in sources.signals:
        if "signals" not in sources.unread:
            known = ", ".join(sorted(sources.signals))
            said = message("rule.no_signal", id=change.id, known=known)
            sources.problems.append(document.problem(("id",), said))
        return
    if change.off:
        sources.switched_off.append(sources.signals.pop(change.id))
        return
    signal, shipped = sources.signals[change.id]
    update = change.model_dump(include={"status", "threshold"}, exclude_none=True)
    if change.level is not None:
        update["level"] = change.level
    if change.threshold is not None:
        sources.tried_at[change.id] = signal.threshold
    if change.unless is not None:
        # A word of the operators' own: what is wrong in it is told with their file.
        name = f"{change.id}-unless"
        words = {language: getattr(change.unless, language) for language in ("ar", "en", "fr")}
        sources.vocabulary[name] = (schema.VocabularyTerm(**words), document)
        update["unless"] = (*signal.unless, f"${name}")
    sources.signals[change.id] = (signal.model_copy(update=update), shipped)


def schema_name(name: str) -> bool:
    return (
        1 <= len(name) <= 61
        and name[0].isascii()
        and name[0].islower()
        and all(c.isascii() and (c.islower() or c.isdigit() or c == "-") for c in name)
    )
