"""What is wrong with a list of feeds, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import CannotGoOn
from bot.locales import DEFAULT_LANGUAGE, texts
from bot.locales.bidi import isolated
from bot.text import clean
from rules.texts import Message

LONGEST = 80
"""Characters of a value that are shown."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text of the locales under `catalogue`, with its values; a value may be such a text."""

    key: str
    values: tuple[tuple[str, object], ...] = ()

    def text(self, language: str = "en") -> str:
        filled = {name: _shown(name, value, language) for name, value in self.values}
        return texts(language).template(f"catalogue.{self.key}").format(**filled)


def said(of: str, /, **values: object) -> Said:
    return Said(of, tuple(values.items()))


class Wrong(ValueError):
    """A value that a validator refuses."""

    def __init__(self, what: Said) -> None:
        super().__init__(what.text())
        self.said = what


@dataclass(frozen=True, slots=True)
class CatalogueProblem:
    """One mistake; `line` counts from 1, 0 when the file as a whole is meant."""

    file: str
    line: int
    said: Said

    @property
    def message(self) -> str:
        """What is wrong, in English."""
        return self.said.text()

    def __str__(self) -> str:
        return self.in_language("en")

    def in_language(self, language: str) -> str:
        """``file:line: what is wrong``, in Arabic, English or French."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.said.text(language)}"


def _shown(name: str, value: object, language: str) -> str:
    if isinstance(value, Said | Message):
        return value.text(language)
    # What the operator wrote stands in quotation marks, so that its ends are seen.
    text = repr(value) if name in ("value", "feed") and isinstance(value, str) else str(value)
    text = clean(text)
    text = text if len(text) <= LONGEST or name == "known" else f"{text[: LONGEST - 3]}..."
    return isolated(text) if language == DEFAULT_LANGUAGE else text


class CatalogueInvalid(CannotGoOn):
    """feeds.yaml cannot be used; `problems` lists every reason found."""

    def __init__(self, problems: tuple[CatalogueProblem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
