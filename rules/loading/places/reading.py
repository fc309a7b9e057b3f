"""What the files of places have said so far, while they are read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from rules.loading.yamlfile import Document, Location, Problem
from rules.matching.places.gazetteer import Place


@dataclass(slots=True)
class Reading:
    """What the files have said so far."""

    places: dict[str, Place] = field(default_factory=dict)
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """id → folded names."""
    written: dict[str, tuple[Document, Location]] = field(default_factory=dict)
    """id → where a place is written by hand."""
    asked: list[tuple[str, Document, Location]] = field(default_factory=list)
    """Ids that must exist, and where they are asked for."""
    coded: dict[str, tuple[Document, Location]] = field(default_factory=dict)
    """id → where its p-code is written."""
    demonyms: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    persons: set[str] = field(default_factory=set)
    regions: dict[str, frozenset[str]] = field(default_factory=dict)
    in_the_field: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    digest: Any = field(default_factory=hashlib.sha256)

    def code_is_at(self, id_: str, document: Document, at: Location) -> None:
        """Where the p-code of a place is written; what was said last counts, and is told."""
        self.coded.pop(id_, None)
        self.coded[id_] = (document, at)
