"""YAML files read so that every value remembers its line.

Operators' files come from people and, later, from Telegram: sizes, depth and aliases are
bounded before anything is built, and every problem names file and line.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, Event

from rules.loading.yaml_hints import explained, invisible
from rules.texts import Message, message

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_NODES = 60_000

# libyaml reads a large file in milliseconds, where the Python scanner takes seconds.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in a file: where, what, and what to write instead."""

    file: str
    line: int
    message: str
    said: Message | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return self.in_language("en")

    def in_language(self, language: str) -> str:
        """``file:line: what is wrong``, in Arabic, English or French."""
        what = self.said.text(language) if self.said else self.message
        return f"{self.file}:{self.line}: {what}"


def problem(file: str, line: int, said: Message) -> Problem:
    return Problem(file, line, said.text(), said)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: plain values, and the line (from 1) of each by its path."""

    file: str
    value: Any
    lines: Mapping[Location, int]

    def line(self, location: Location) -> int:
        """The line of a value, or of the nearest thing around it."""
        while location not in self.lines and location:
            location = location[:-1]
        return self.lines.get(location, 1)

    def problem(self, location: Location, said: Message) -> Problem:
        return problem(self.file, self.line(location), said)


class YamlProblem(Exception):
    """A file that is no usable YAML."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def contents(path: Path, shown_as: str) -> bytes:
    """A file's bytes, to be parsed. Raises `YamlProblem`, never anything else."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
            # A pipe would be waited for, for ever.
            raise YamlProblem(problem(shown_as, 1, message("file.not_regular")))
        if found.st_size > MAX_BYTES:
            raise YamlProblem(_too_big(shown_as, found.st_size))
        return path.read_bytes()
    except OSError as error:
        why = str(error.strerror)
        raise YamlProblem(problem(shown_as, 1, message("file.not_read", why=why))) from error


def _too_big(shown_as: str, size: int) -> Problem:
    return problem(shown_as, 1, message("file.too_big", bytes=size, most=MAX_BYTES))


@lru_cache(maxsize=128)
def parse(raw: bytes, shown_as: str) -> Document:
    """Parse YAML bytes in UTF-8; unchanged files are parsed once. Raises `YamlProblem`."""
    if len(raw) > MAX_BYTES:
        raise YamlProblem(_too_big(shown_as, len(raw)))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise YamlProblem(problem(shown_as, line, message("file.not_utf8"))) from error
    unseen = invisible(text)
    if unseen is not None:
        raise YamlProblem(problem(shown_as, *unseen))
    try:
        _check_shape(text, shown_as)
        node = yaml.compose(text, Loader=_Loader)
    except MarkedYAMLError as error:
        line, hint = explained(error, text)
        what = " ".join(str(error.problem or "is not valid YAML").split())
        said = message("yaml.what", what=what, hint=hint)
        raise YamlProblem(problem(shown_as, line, said)) from error
    except (YAMLError, ValueError, RecursionError) as error:
        what = " ".join(str(error).split())[:200]
        raise YamlProblem(problem(shown_as, 1, message("yaml.invalid", what=what))) from error
    lines: dict[Location, int] = {}
    value = None if node is None else _build(node, (), lines, shown_as)
    return Document(shown_as, value, lines)


def _check_shape(text: str, shown_as: str) -> None:
    depth = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=_Loader)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            mark = "*" if isinstance(event, AliasEvent) else "&"
            raise YamlProblem(problem(shown_as, line, message("yaml.anchor", mark=mark)))
        if _is_tagged(event):
            raise YamlProblem(problem(shown_as, line, message("yaml.tag")))
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise YamlProblem(problem(shown_as, line, message("yaml.too_deep", most=MAX_DEPTH)))
        if nodes > MAX_NODES:
            raise YamlProblem(problem(shown_as, line, message("yaml.too_many", most=MAX_NODES)))


def _is_tagged(event: Event) -> bool:
    """Whether something says of itself what it is (``!!str 19``): it would be passed over."""
    implicit = getattr(event, "implicit", None)
    said_so = any(implicit) if isinstance(implicit, tuple) else implicit
    return getattr(event, "tag", None) is not None and not said_so


def _build(node: Node, at: Location, lines: dict[Location, int], file: str) -> Any:
    lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                line = key_node.start_mark.line + 1
                raise YamlProblem(problem(file, line, message("yaml.plain_key")))
            key = str(key_node.value)
            if key in built:
                line = key_node.start_mark.line + 1
                raise YamlProblem(problem(file, line, message("yaml.twice", key=key)))
            lines[(*at, key)] = key_node.start_mark.line + 1
            built[key] = _build(value_node, (*at, key), lines, file)
        return built
    if isinstance(node, SequenceNode):
        return [_build(item, (*at, i), lines, file) for i, item in enumerate(node.value)]
    assert isinstance(node, ScalarNode)  # noqa: S101 - the third and last kind of node
    return _scalar(node)


def _scalar(node: ScalarNode) -> Any:
    # YAML 1.1 reads «no» and «on» as booleans; here they are words, like every other.
    if node.style in ("'", '"', "|", ">"):
        return node.value
    if node.value in ("true", "True"):
        return True
    if node.value in ("false", "False"):
        return False
    if node.value in ("", "null", "~"):
        return None
    if node.value.lstrip("-").isdigit() and node.value.isascii() and len(node.value) < 10:
        return int(node.value)
    return node.value
