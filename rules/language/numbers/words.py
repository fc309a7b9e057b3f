"""The words that numbers are made of; read from ``numerals.yaml``. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from rules.language.text import Token, listed_norm

_FILE = Path(__file__).with_name("numerals.yaml")
_CLITICS = ("", "ال", "ب", "بال", "ل", "لل", "ك", "كال")


@dataclass(frozen=True, slots=True)
class Piece:
    """One word of a number: its kind is a key of ``numerals.yaml``, or ``digits``."""

    kind: str
    value: float
    joined: bool = False


def ten_follows(tokens: Sequence[Token], at: int, language: str) -> bool:
    piece = piece_at(tokens, at + 1, language) if at + 1 < len(tokens) else None
    return piece is not None and piece.kind == "ten" and not piece.joined


def piece_at(tokens: Sequence[Token], at: int, language: str) -> Piece | None:
    token = tokens[at]
    if token.script == "ar":
        return _arabic_piece(token.norm)
    if token.script != "latin":
        return None
    return _tables().get(language, {}).get(token.norm)


@cache
def _arabic_piece(norm: str) -> Piece | None:
    table = _tables()["ar"]
    for conjunction in ("", "و", "ف"):
        for clitic in _CLITICS:
            prefix = conjunction + clitic
            if norm == prefix + "اثنين" and "ال" in clitic:
                return None  # Monday
            if norm.startswith(prefix) and (found := table.get(norm[len(prefix) :])) is not None:
                if found.kind == "hundreds" and clitic == "بال":
                    return None  # «25 بالمئة»
                return replace(found, joined=conjunction == "و")
    return None


def ordinal_word(token: Token, language: str) -> float | None:
    """The value of an ordinal: «الخامس» is 5, "third" is 3."""
    if token.script == "ar":
        bare = token.norm.removeprefix("و").removeprefix("ال")
        return _ordinals("ar").get(bare) or _ordinals("ar").get(token.norm)
    return _ordinals(language).get(token.norm)


@cache
def _ordinals(language: str) -> dict[str, float]:
    data = _data().get(language, {})
    return {
        listed_norm(word, language): value
        for value, words in data.get("ordinals", {}).items()
        for word in words.split()
    }


@cache
def _tables() -> dict[str, dict[str, Piece]]:
    """language → folded word → what it is worth."""
    tables: dict[str, dict[str, Piece]] = {}
    for language, kinds in _data().items():
        table = tables.setdefault(language, {})
        for kind, listed in kinds.items():
            if kind == "ordinals":
                continue
            values = listed if isinstance(listed, dict) else {10: listed}
            for value, words in values.items():
                for word in words.split():
                    table[listed_norm(word, language)] = Piece(kind, value)
    return tables


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return loaded
