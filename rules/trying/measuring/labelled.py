"""Labelled entries: what careful readers found in them, and which part they belong to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from rules.texts import Message, message

PARTS = ("0-5", "6-b", "c-f")
"""Labelled entries by the last digit of the SHA-1 of their id: errors of the first part may be
read while rules are written, those of the second once at the end, those of the third never."""


Labelled = TypeVar("Labelled")
ReadText = tuple[str, str, str | None]
"""What is read of an entry: title, text and language. A process is handed this in a quarter of the
time that the whole entry takes."""


@dataclass(frozen=True, slots=True)
class LabelledEntry:
    """An entry with the signals that careful readers found."""

    id: str
    language: str | None
    title: str
    text: str
    signals: Mapping[str, str]
    maybe: frozenset[str]
    line: int = 0

    @property
    def read(self) -> ReadText:
        return self.title, self.text, self.language

    @property
    def part(self) -> str:
        digit = last_digit(self.id)
        return PARTS[0] if digit < "6" else PARTS[1] if digit < "c" else PARTS[2]


class LabelsInvalid(ValueError):
    """A labelled file that cannot be read; the message names file and line."""

    def __init__(self, said: Message) -> None:
        super().__init__(said.text())
        self.said = said


def last_digit(id: str) -> str:
    """The last hexadecimal digit of the SHA-1 of an entry's id: it says who may read the entry."""
    return hashlib.sha1(id.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()[-1]


def read_labelled(path: Path) -> list[LabelledEntry]:
    """JSON lines ``{"id", "lang", "title", "text", "signals": {id: direction}, "maybe": [id]}``."""
    return read_lines(path, _entry)


def read_lines(path: Path, entry: Callable[[Any, int], Labelled]) -> list[Labelled]:
    """The entries of a file of JSON lines; `entry` makes one of a line's object and number.

    Raises LabelsInvalid, naming the line, where `entry` raises ValueError or TypeError.
    """
    file = str(path)
    if path.is_dir():
        raise LabelsInvalid(message("labels.a_folder", file=file))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise LabelsInvalid(message("labels.missing", file=file)) from error
    except UnicodeDecodeError as error:
        raise LabelsInvalid(message("labels.not_utf8", file=file)) from error
    except OSError as error:
        said = message("labels.not_read", file=file, why=str(error.strerror))
        raise LabelsInvalid(said) from error
    entries: list[Labelled] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            entries.append(entry(_loaded(line), number))
        except (ValueError, TypeError, RecursionError) as error:
            why = str(error) or type(error).__name__
            said = message("labels.no_entry", file=file, line=number, why=why)
            raise LabelsInvalid(said) from error
    if not entries:
        raise LabelsInvalid(message("labels.none", file=file))
    return entries


def _loaded(line: str) -> Any:
    """What a line of JSON holds. Raises ValueError also for half of a character, which JSON can
    write and no database takes."""
    raw = json.loads(line)
    if "\\ud" in line.lower():
        try:
            json.dumps(raw, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError as error:
            half = ascii(error.object[error.start])[1:-1]
            raise ValueError(f"{half} is half of a character") from None
    return raw


def text_fields(raw: Any) -> dict[str, str]:
    """Title and text of a labelled line; one of them may be missing."""
    if not isinstance(raw, dict):
        raise TypeError(f"{type(raw).__name__} instead of {{…}}")
    texts = {key: raw.get(key) or "" for key in ("title", "text")}
    for key, value in texts.items():
        if not isinstance(value, str):
            raise TypeError(f"{key} is no text")
    if not any(text.strip() for text in texts.values()):
        raise TypeError("neither title nor text")
    return texts


def _entry(raw: Any, number: int) -> LabelledEntry:
    texts = text_fields(raw)
    signals = raw.get("signals") or {}
    if isinstance(signals, list):
        signals = dict.fromkeys(signals, "worsening")
    if not isinstance(signals, dict):
        raise TypeError("signals is no mapping")
    return LabelledEntry(
        str(raw.get("id", number)),
        raw.get("lang"),
        texts["title"],
        texts["text"],
        {str(name): str(direction) for name, direction in signals.items()},
        frozenset(str(name) for name in raw.get("maybe") or ()),
        number,
    )


def unknown_signals(
    path: Path, entries: Iterable[LabelledEntry], known: Iterable[str]
) -> list[Message]:
    """Labels that no rule has, each once: most often a slip of the pen."""
    names = sorted(known)
    found: dict[str, Message] = {}
    for entry in entries:
        for name in sorted({*entry.signals, *entry.maybe}.difference(names)):
            near = get_close_matches(name, names, n=1)
            where: dict[str, str | int] = {"file": str(path), "line": entry.line, "name": name}
            if near:
                said = message("labels.unknown_signal", **where, near=near[0])
            else:
                said = message("labels.unknown_signal_far", **where, known=", ".join(names))
            found.setdefault(name, said)
    return list(found.values())
