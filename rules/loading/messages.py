"""Pydantic's findings in words that an operator can act on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from rules.loading.yamlfile import Document, Location, Problem


def readable(
    error: ValidationError, model: type[BaseModel], value: Any, document: Document, at: Location
) -> list[Problem]:
    """Pydantic's findings in words that an operator can act on, without repeats."""
    found: dict[Location, str] = {}
    for one in error.errors(include_url=False):
        if _cut_short(one):
            continue
        path = _in_document(one["loc"], value)
        message = _message(one["type"], str(one["msg"]), one.get("ctx") or {}, path, one["input"])
        if one["type"] == "extra_forbidden":
            message = _unknown_key(path, model)
        found.setdefault(path, message)
    return [document.problem((*at, *path), message) for path, message in found.items()]


def _cut_short(error: Any) -> bool:
    """A list is called too short only because its items are wrong, which is told already."""
    given = error["input"]
    return (
        error["type"] == "too_short"
        and isinstance(given, list)
        and len(given) >= error["ctx"]["min_length"]
    )


def _in_document(loc: Iterable[str | int], value: Any) -> Location:
    """The part of pydantic's location that exists in the file (it adds the tags of `schema`)."""
    path: list[str | int] = []
    here: Any = value
    for part in loc:
        inside = part in here if isinstance(here, dict) else _is_index(part, here)
        if inside:
            path.append(part)
            here = here[part]
        elif isinstance(here, dict) and _is_key(part):
            path.append(part)
            break
    return tuple(path)


def _is_index(part: str | int, here: Any) -> bool:
    return isinstance(here, list) and isinstance(part, int) and part < len(here)


def _is_key(part: str | int) -> bool:
    """Whether a step names a missing key, rather than a tag like ``<text>``."""
    return isinstance(part, str) and part[:1].isalpha()


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
