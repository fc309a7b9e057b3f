"""Files beside the folders of rules that hold one list: what is read of them before their items."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rules.loading.sources import Sources, check_lines
from rules.loading.yamlfile import Document, YamlProblem, contents, parse
from rules.texts import Message


def read_list(
    path: Path, shown: str, layer: int, key: str, no_list: Message, sources: Sources
) -> tuple[Document, list[Any]] | None:
    """The document and the items under `key`; None where there is no such file or where it cannot
    be read, which is told, or holds something else: `no_list` is told then. `shown`: what to call
    its folder."""
    if not path.exists():
        return None
    label = f"{shown}/{path.name}"
    try:
        raw = contents(path, label)
        document = parse(raw, label)
    except YamlProblem as error:
        sources.problems.append(error.problem)
        return None
    sources.digest.update(f"{layer}/{path.name}\0".encode() + raw)
    value = document.value
    if not isinstance(value, dict) or list(value) != [key] or not isinstance(value[key], list):
        sources.problems.append(document.problem((), no_list))
        return None
    if not layer:
        check_lines(raw, document, sources)
    return document, value[key]
