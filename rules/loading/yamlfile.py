"""YAML files read so that every value remembers its line.

Operators' files come from people and, later, from Telegram: sizes, depth and aliases are
bounded before anything is built, and every problem names file and line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

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

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


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

    def problem(self, location: Location, message: str) -> Problem:
        return Problem(self.file, self.line(location), message)


class YamlProblem(Exception):
    """A file that is no usable YAML."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def contents(path: Path, shown_as: str) -> bytes:
    """A file's bytes, to be parsed. Raises `YamlProblem`, never anything else."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise YamlProblem(
            Problem(shown_as, 1, f"cannot be read ({error.strerror}); check that it is a file")
        ) from error


@lru_cache(maxsize=128)
def parse(raw: bytes, shown_as: str) -> Document:
    """Parse YAML bytes in UTF-8; unchanged files are parsed once. Raises `YamlProblem`."""
    if len(raw) > MAX_BYTES:
        raise YamlProblem(
            Problem(shown_as, 1, f"{len(raw)} bytes; split it, a file may have {MAX_BYTES}")
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise YamlProblem(
            Problem(shown_as, line, "is not UTF-8; save the file with encoding UTF-8")
        ) from error
    try:
        _check_shape(text, shown_as)
        node = yaml.compose(text, Loader=_Loader)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        what = " ".join(str(error.problem or "is not valid YAML").split())
        raise YamlProblem(Problem(shown_as, line, f"{what}; {_hint(what, text, line)}")) from error
    except (YAMLError, ValueError, RecursionError) as error:
        what = " ".join(str(error).split())[:200]
        raise YamlProblem(Problem(shown_as, 1, f"is not valid YAML ({what})")) from error
    lines: dict[Location, int] = {}
    value = None if node is None else _build(node, (), lines, shown_as)
    return Document(shown_as, value, lines)


def _hint(what: str, text: str, line: int) -> str:
    written = text.splitlines()[line - 1 : line]
    if written and "\t" in written[0]:
        return "indent with spaces, not tabs"
    if "mapping values" in what:
        return "put text that holds a colon in quotation marks"
    return "check indentation, brackets and quotation marks here and in the line above"


def _check_shape(text: str, shown_as: str) -> None:
    depth = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=_Loader)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise YamlProblem(
                Problem(
                    shown_as,
                    line,
                    "anchors (&) and aliases (*) are not allowed; "
                    "write the words out, or share them as a vocabulary term",
                )
            )
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise YamlProblem(
                Problem(shown_as, line, f"nested deeper than {MAX_DEPTH} levels; flatten it")
            )
        if nodes > MAX_NODES:
            raise YamlProblem(
                Problem(shown_as, line, f"more than {MAX_NODES} values; split the file")
            )


def _build(node: Node, at: Location, lines: dict[Location, int], file: str) -> Any:
    lines.setdefault(at, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                raise YamlProblem(
                    Problem(file, key_node.start_mark.line + 1, "a key must be a plain word")
                )
            key = str(key_node.value)
            if key in built:
                raise YamlProblem(
                    Problem(
                        file,
                        key_node.start_mark.line + 1,
                        f"«{key}» is written twice; keep one of the two",
                    )
                )
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
