"""Rule files, the shipped ones and an operator's over them, before words are compiled."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from rules.loading import schema
from rules.loading.messages import readable
from rules.loading.yamlfile import Document, Location, Problem, YamlProblem, contents, parse

MAX_FILES = 500

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


def rule_files(folder: Path) -> list[Path]:
    """The YAML files right in a folder, by name; [] when there is no such folder."""
    return sorted(path for path in folder.glob("*.y*ml") if path.suffix in (".yaml", ".yml"))


def read_layer(folder: Path, shown: str, layer: int, sources: Sources) -> None:
    for kind, take in (("vocabulary", _take_vocabulary), ("signals", _take_signal)):
        names: dict[str, Document] = {}
        files = rule_files(folder / kind)
        for path in files[:MAX_FILES]:
            label = f"{shown}/{kind}/{path.name}"
            try:
                raw = contents(path, label)
                document = parse(raw, label)
            except YamlProblem as error:
                sources.problems.append(error.problem)
                continue
            sources.digest.update(f"{layer}/{kind}/{path.name}\0".encode() + raw)
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
        problems.extend(readable(error, model, value, document, at))
        return None
    except RecursionError:
        problems.append(document.problem(at, "is nested too deep; flatten it"))
        return None


def _take_vocabulary(
    document: Document, layer: int, names: dict[str, Document], sources: Sources
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
    document: Document, layer: int, names: dict[str, Document], sources: Sources
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
        1 <= len(name) <= 61
        and name[0].isascii()
        and name[0].islower()
        and all(c.isascii() and (c.islower() or c.isdigit() or c == "-") for c in name)
    )


# --- compiling ------------------------------------------------------------------------
