"""The XML parser that feedparser is given: Python's own, which hands a text over in one piece.

By itself it hands over each line, and each character that was escaped: half of feedparser's work on
an entry with markup in it. `create_parser` is what `xml.sax.make_parser` asks of a module.
"""

from __future__ import annotations

from xml.sax.expatreader import ExpatParser


class _WholeTexts(ExpatParser):
    def reset(self) -> None:
        super().reset()
        self._parser.buffer_text = True  # type: ignore[attr-defined]


def create_parser() -> ExpatParser:
    return _WholeTexts()
