"""What people who write rules are told, in Arabic, English and French.

The code names a text by its key; the texts stand in ``rules/locales/*.toml``, one file a
language with the same keys. In the texts, ``{name}`` is a value; ``{{`` and ``}}`` are braces.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = ("ar", "en", "fr")
FOLDER = Path(__file__).parent / "locales"


@dataclass(frozen=True, slots=True)
class Message:
    """A text by its key, with its values; a value may be a message itself."""

    key: str
    values: tuple[tuple[str, str | int | Message], ...] = ()

    def text(self, language: str = "en") -> str:
        """In a language; in English where there is no such language."""
        filled = {
            name: value.text(language) if isinstance(value, Message) else value
            for name, value in self.values
        }
        return texts(language)[self.key].format(**filled)

    def __str__(self) -> str:
        return self.text()


def message(of: str, /, **values: str | int | Message) -> Message:
    return Message(of, tuple(values.items()))


@cache
def texts(language: str) -> Mapping[str, str]:
    """key → text; keys of tables are joined by dots."""
    name = language if language in LANGUAGES else "en"
    tables = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return {f"{table}.{key}": text for table, keys in tables.items() for key, text in keys.items()}
