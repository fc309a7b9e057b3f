"""Rule files as they are read, before words are compiled."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rules.loading.sources import Sources, read_layer


def read(folder: Path) -> Sources:
    sources = Sources({}, {}, [], [], hashlib.sha256(), [])
    read_layer(folder, "own", 0, sources)
    return sources


def test_the_hash_is_of_the_very_words_that_were_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that somebody saves during a reload must not lend its hash to the older rules."""
    (tmp_path / "vocabulary").mkdir()
    file = tmp_path / "vocabulary" / "water.yaml"
    file.write_text("water:\n  en: [water]\n", encoding="utf-8")
    before = read(tmp_path).digest.hexdigest()
    read_bytes = Path.read_bytes

    def saved_meanwhile(path: Path) -> bytes:
        raw = read_bytes(path)
        path.write_text("water:\n  en: [well]\n", encoding="utf-8")
        return raw

    monkeypatch.setattr(Path, "read_bytes", saved_meanwhile)
    sources = read(tmp_path)
    assert sources.vocabulary["water"][0].en == ("water",)
    assert sources.digest.hexdigest() == before
    monkeypatch.undo()
    assert read(tmp_path).digest.hexdigest() != before
