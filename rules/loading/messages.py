"""Pydantic's findings in words that an operator can act on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from rules.loading.yaml_hints import visible
from rules.loading.yamlfile import Document, Location, Problem
from rules.texts import Message, message, texts

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_QUOTES = "“”„‘’"
_NO_TEXT: Mapping[type, str] = {
    int: "shape.text_not_number",
    bool: "shape.text_not_truth",
    dict: "shape.text_not_mapping",
}
_LIMITS = {"le": "shape.at_most", "lt": "shape.below", "ge": "shape.at_least", "gt": "shape.above"}
"""Pydantic's name of a limit → what is said of it."""
_LANGUAGES: Mapping[str, str] = {
    word: language
    for language, words in {
        "ar": "arabic arabe عربي العربية عربية بالعربية",
        "en": "english anglais إنجليزي الإنجليزية انجليزي الانجليزية بالإنجليزية eng",
        "fr": "french français francais فرنسي الفرنسية فرنسية بالفرنسية fra fre",
    }.items()
    for word in words.split()
}
"""What people write in place of the code of a language."""
_CLAUSES = frozenset(("near", "sequence", "all", "any", "setting", "unless", "needs", "guards"))
"""Where names of terms stand."""
_TEXT_LISTS = frozenset(("ar", "en", "fr", "fires", "silent", "falsepositives"))


def readable(
    error: ValidationError, model: type[BaseModel], value: Any, document: Document, at: Location
) -> list[Problem]:
    """Pydantic's findings in words that an operator can act on, without repeats."""
    found: dict[Location, Message] = {}
    for one in error.errors(include_url=False):
        if _cut_short(one):
            continue
        path = _in_document(one["loc"], value)
        sentence = _sentence_with_colon(path, value, model)
        if sentence is not None:
            found.setdefault(sentence[0], sentence[1])
            continue
        said = _said(one["type"], str(one["msg"]), one.get("ctx") or {}, path, one["input"])
        if one["type"] == "extra_forbidden":
            said = _unknown_key(path, model)
        found.setdefault(path, said)
    misspelt = {
        (*path[:-1], dict(said.values)["near"])
        for path, said in found.items()
        if said.key == "shape.unknown_key"
    }
    return [
        document.problem((*at, *path), said)
        for path, said in found.items()
        if said.key != "shape.missing" or path not in misspelt
    ]


def _sentence_with_colon(
    path: Location, value: Any, model: type[BaseModel]
) -> tuple[Location, Message] | None:
    """«قال الوزير: لا دواء» without quotation marks is a key and a value to YAML."""
    here: Any = value
    for depth, part in enumerate(path, 1):
        here = here[part] if _has(here, part) else None
        listed = isinstance(part, int) and bool(_TEXT_LISTS.intersection(path[: depth - 1][-1:]))
        if isinstance(here, dict) and len(here) == 1:
            key, rest = next(iter(here.items()))
            text = f"{key}: {rest}"
            known = _keys(model)
            if listed and key not in known and (" " in key or not key.isascii()):
                return path[:depth], message("shape.text_with_colon", text=text[:80])
    return None


def _has(here: Any, part: str | int) -> bool:
    return part in here if isinstance(here, dict) else _is_index(part, here)


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


def _unknown_key(path: Location, model: type[BaseModel]) -> Message:
    key = str(path[-1]) if path else "?"
    names = sorted(_keys(model))
    if visible(key) != key and visible(key) in names:
        return message("shape.invisible_key", key=key)
    # A key that has its place elsewhere is not what is missing here.
    language = _LANGUAGES.get(key.lower())
    near = get_close_matches(key.lower(), [each for each in names if each != key], n=1)
    if language in names:
        near = [language]
    if near:
        return message("shape.unknown_key", key=key, near=near[0])
    if not key.isascii():
        return message("shape.foreign_key", key=key)
    return message("shape.unknown_key_far", key=key)


def _parts(written: str) -> list[str]:
    """«well, dry» and «well + dry» as the names that were meant."""
    found = [
        part for part in re.split(r"\s*(?:[,،;؛+&]|\band\b|\bet\b)\s*", written.strip()) if part
    ]
    return found if all(re.fullmatch(r"\$?[\w -]{1,40}", each) for each in found) else ["a", "b"]


def _shown(given: Any) -> str:
    return str(given)[:60]


def _keys(model: type[BaseModel]) -> set[str]:
    keys: set[str] = set()
    definitions = model.model_json_schema()
    for definition in [definitions, *definitions.get("$defs", {}).values()]:
        keys |= set(definition.get("properties", {}))
    return keys


def _said(kind: str, words: str, context: Mapping[str, Any], path: Location, given: Any) -> Message:
    if kind in texts("en"):
        return message(kind, **{k: v for k, v in context.items() if k != "text"})
    name = path[-1] if path and isinstance(path[-1], str) else ""
    key = f"«{name}» " if name else ""
    if kind == "missing":
        return message("shape.missing", key=name)
    if kind == "too_short":
        return message("shape.empty_list", key=key)
    if kind == "too_long":
        n, most = int(context.get("actual_length") or 0), int(context.get("max_length") or 0)
        return message("shape.too_long", key=key, n=n, most=most)
    if isinstance(given, str):
        meant = _beginner(kind, key, given, path)
        if meant is not None:
            return meant
    if kind == "literal_error":
        # The values alone: they are joined by an English "or".
        expected = ", ".join(re.findall(r"'([^']*)'", str(context.get("expected"))))
        return message("shape.one_of", key=key, given=str(given), expected=expected)
    if kind == "string_pattern_mismatch":
        return message("shape.no_name", key=key, given=str(given))
    if given is None and kind.endswith("_type"):
        return message("shape.nothing", key=key)
    if kind in ("tuple_type", "list_type"):
        listed = ", ".join(_parts(given)) if isinstance(given, str) else "a, b"
        return message("shape.a_list", key=key, listed=listed)
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return message("shape.a_mapping", key=key)
    if kind == "string_type":
        return message(_NO_TEXT.get(type(given), "shape.text_not_list"), key=key)
    if kind.startswith("int"):
        return message("shape.whole_number", key=key, given=_shown(given))
    if kind.startswith("bool"):
        return message("shape.true_or_false", key=key, given=_shown(given))
    limit = next((name for name in _LIMITS if name in context), None)
    if limit is not None:
        shown = _shown(given)
        return message(_LIMITS[limit], key=key, given=shown, limit=str(context[limit]))
    return message("shape.other", key=key, what=f"{words[0].lower()}{words[1:]}")


def _beginner(kind: str, key: str, given: str, path: Location) -> Message | None:
    """The mistake that is made by whoever types Arabic: digits, commas, quotation marks."""
    plain = given.translate(_DIGITS)
    if plain != given and plain.strip().isascii():
        return message("shape.digits", key=key, given=given, plain=plain.strip())
    if kind in ("literal_error", "string_pattern_mismatch", "int_parsing", "bool_parsing"):
        if given[:1] in _QUOTES or given[-1:] in _QUOTES:
            return message("shape.smart_quotes", key=key, given=given)
        if "،" in given:
            return message("shape.arabic_comma", given=given)
    if kind == "string_pattern_mismatch" and not given.isascii() and _CLAUSES.intersection(path):
        return message("shape.word_for_name", given=given)
    return None
