"""The compiled rules on disk, so that a second start need not compile them.

One file for each set of directories, keyed by everything that went into it: the files of the rules,
the code that read them, the versions of Python and of the libraries. It is JSON behind a checksum;
nothing in it can run. A file that is damaged, of another key, somebody else's or open to others is
as good as none. Where the folder cannot be written there is no cache; none of this is an error.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rules.language.lexicon import Lexeme
from rules.loading.stored import compiled
from rules.matching.ruleset import RuleSet

_PACKAGE = Path(__file__).parents[2]
_LIBRARIES = ("marsad", "camel-tools", "mazini", "simplemma", "google-re2", "pydantic")
_LARGEST = 256 << 20
"""Bytes of a file that is read at all."""
_UNUSABLE = (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What a file that is not right can end in."""


class Stored:
    """A rule set that was compiled before."""

    __slots__ = ("checked", "rules")

    def __init__(self, rules: RuleSet, *, checked: bool) -> None:
        self.rules = rules
        self.checked = checked
        """Whether its inline tests passed."""


class RulesCache:
    """The compiled form of what is read from some directories."""

    def __init__(self, folder: Path, sources: str, *directories: Path | None) -> None:
        """``sources``: a digest of the files; ``directories``: where they are."""
        places = "\0".join(str(each and each.absolute()) for each in directories)
        name = hashlib.sha256(places.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        self._path = folder / f"rules-{name}.json"
        self._words = folder / f"words-{name}.json"
        self._key = hashlib.sha256(f"{sources}\0{_made_by()}".encode()).hexdigest()

    def is_of_the_same(self, other: RulesCache) -> bool:
        """Whether both are of the same files as they stand: what is made between two looks at the
        files is stored only if they say the same."""
        return self._key == other._key

    def read(self, enrich: Callable[[Lexeme], Lexeme] | None) -> Stored | None:
        """The rule set as it was stored last, if it still is what the files say."""
        try:
            with _no_garbage():
                found = self._whole(self._path)
                if found is None:
                    return None
                stored, checked = found
                rules = compiled.read(stored, enrich)
        except _UNUSABLE:
            return None
        with suppress(*_UNUSABLE):
            words = self._whole(self._words)
            if words is not None:
                rules.morphology.remember(words[0])
        return Stored(rules, checked=checked == "checked")

    def _whole(self, path: Path) -> tuple[Any, str] | None:
        """What a file holds, and the word that goes with it; None where it is not of this key."""
        raw = _contents(path)
        if raw is None:
            return None
        head, _, body = raw.partition(b"\n")
        key, checksum, told = head.decode("ascii").split(" ")
        if key != self._key or checksum != hashlib.sha256(body).hexdigest():
            return None
        return json.loads(body), told

    def write(self, rules: RuleSet, *, checked: bool) -> None:
        """Store a rule set; readers see the old file or the new one, whole."""
        self._put(self._path, compiled.written(rules), "checked" if checked else "unchecked")

    def write_words(self, rules: RuleSet) -> None:
        """Store the words that were analysed since, beside the rules: a fiftieth of the work."""
        self._put(self._words, compiled.analysed(rules), "words")

    def _put(self, path: Path, value: object, told: str) -> None:
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "surrogatepass"
        )
        head = f"{self._key} {hashlib.sha256(body).hexdigest()} {told}\n".encode("ascii")
        written = ""
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Made readable by its owner alone.
            number, written = tempfile.mkstemp(dir=path.parent, prefix=path.name)
            with os.fdopen(number, "wb") as file:
                file.write(head + body)
            Path(written).replace(path)
        except OSError:
            if written:
                Path(written).unlink(missing_ok=True)


@contextmanager
def _no_garbage() -> Iterator[None]:
    """A million new objects and nothing to throw away: looking for it takes half of the time."""
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()


def _contents(path: Path) -> bytes | None:
    """What is in the file; None where it is not ours alone to write."""
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(number, "rb") as file:
        found = os.fstat(file.fileno())
        ours = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
        closed = not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        if not (stat.S_ISREG(found.st_mode) and ours and closed and found.st_size <= _LARGEST):
            return None
        return file.read()


@cache
def _made_by() -> str:
    """What a compiled rule set depends on beside the rules: versions, and the code itself."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        digest.update(f"{path.relative_to(_PACKAGE)}\0".encode() + path.read_bytes())
    for path in sorted((_PACKAGE / "language").rglob("*.yaml")):
        digest.update(path.read_bytes())
    return " ".join((sys.version, *map(_version, _LIBRARIES), digest.hexdigest()))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def file_state(path: Path) -> str:
    """What tells that a large file is the same: where, how long, when written."""
    found: Any = path.stat()
    return f"{path.absolute()} {found.st_size} {found.st_mtime_ns}"
