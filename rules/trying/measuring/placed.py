"""Entries whose places careful readers wrote down."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules.trying.measuring.labelled import read_lines

READ, COUNTED = "0-5", "6-f"
"""Parts by the last digit of the SHA-1 of an entry's id: errors of the first may be read while
rules are written, those of the second are only counted."""


@dataclass(frozen=True, slots=True)
class PlacedEntry:
    """An entry with the countries (ISO 3166-1), divisions (ISO 3166-2) and names it happens at."""

    id: str
    language: str | None
    title: str
    text: str
    countries: frozenset[str]
    adm1: frozenset[str]
    names: tuple[str, ...]

    @property
    def part(self) -> str:
        digit = hashlib.sha1(self.id.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
        return READ if digit[-1] < "6" else COUNTED


def read_placed(path: Path) -> list[PlacedEntry]:
    """JSON lines ``{"id", "lang", "title", "text", "countries", "adm1", "places"}``.

    Raises `LabelsInvalid`.
    """
    return read_lines(path, _entry)


def _entry(raw: Any, number: int) -> PlacedEntry:
    if not isinstance(raw, dict):
        raise TypeError(f"{type(raw).__name__} instead of {{…}}")
    texts = {key: raw.get(key) or "" for key in ("title", "text")}
    lists = {key: raw.get(key) or [] for key in ("countries", "adm1", "places")}
    for key, value in texts.items():
        if not isinstance(value, str):
            raise TypeError(f"{key} is no text")
    if not any(text.strip() for text in texts.values()):
        raise TypeError("neither title nor text")
    for key, listed in lists.items():
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise TypeError(f"{key} is no list of texts")
    language = raw.get("lang")
    return PlacedEntry(
        str(raw.get("id", number)),
        language if isinstance(language, str) else None,
        texts["title"],
        texts["text"],
        frozenset(lists["countries"]),
        frozenset(lists["adm1"]),
        tuple(lists["places"]),
    )
