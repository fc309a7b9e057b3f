"""One file of the cache: JSON behind a key and a checksum, for its owner's eyes.

Each part of it stands on a line of its own, and is read when it is asked for: most starts need few.
Nothing in it can run. A file that is damaged, of another key, somebody else's or open to others is
as good as none. Where the folder cannot be written there is no file; none of this is an error.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Generic, TypeVar

_PACKAGE = Path(__file__).parents[2]
_LIBRARIES = ("marsad", "camel-tools", "mazini", "simplemma", "google-re2", "pydantic")
_LARGEST = 256 << 20
"""Bytes of a file that is read at all."""
T = TypeVar("T")
UNUSABLE = (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What a file that is not right can end in."""


class Late(Generic[T]):
    """What is made of a part when it is called for first."""

    __slots__ = ("_made", "_make", "_part")

    def __init__(self, part: bytes, make: Callable[[Any], T]) -> None:
        self._part: bytes | None = part
        self._make = make
        self._made: T

    def __call__(self) -> T:
        """Raises one of `UNUSABLE` where the part is none of its kind."""
        part = self._part
        if part is not None:
            # Threads that call at once make the same twice; it is there before the part is gone.
            self._made = self._make(json.loads(part))
            self._part = None
        return self._made


class Parts:
    """The parts of a file, by name. Raises one of `UNUSABLE` for what is none."""

    def __init__(self, body: bytes) -> None:
        names, *parts = body.split(b"\n")
        self._parts: dict[str, bytes] = dict(zip(json.loads(names), parts, strict=True))

    def __getitem__(self, name: str) -> Any:
        return json.loads(self._parts[name])

    def digest(self, name: str) -> str:
        """Of a part as it is written."""
        return hashlib.sha256(self._parts[name]).hexdigest()

    def late(self, name: str, make: Callable[[Any], T]) -> Late[T]:
        """What ``make`` makes of a part, once somebody calls for it."""
        return Late(self._parts[name], make)


class StoredFile:
    """``kind``-….json in a folder of the cache, for what is read from some directories."""

    def __init__(self, folder: Path, kind: str, sources: str, *directories: Path | None) -> None:
        """``sources``: a digest of the files; ``directories``: where they are."""
        places = "\0".join(str(each and each.absolute()) for each in directories)
        name = hashlib.sha256(places.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        self._path = folder / f"{kind}-{name}.json"
        self.key = hashlib.sha256(f"{sources}\0{_made_by()}".encode()).hexdigest()

    def read(self) -> tuple[Parts, str] | None:
        """What it holds, and the word that goes with it; None where it is not of this key.

        Raises one of `UNUSABLE`.
        """
        raw = _contents(self._path)
        if raw is None:
            return None
        head, _, body = raw.partition(b"\n")
        key, checksum, told = head.decode("ascii").split(" ")
        if key != self.key or checksum != hashlib.sha256(body).hexdigest():
            return None
        return Parts(body), told

    def word(self) -> str | None:
        """The word that goes with what it holds, of which nothing is read; None as in `read`."""
        try:
            raw = _contents(self._path) or b""
            key, _, told = raw.partition(b"\n")[0].decode("ascii").split(" ")
        except UNUSABLE:
            return None
        return told if key == self.key else None

    def write(self, parts: Mapping[str, object], told: str) -> None:
        """Store values by name; readers see the old file or the new one, whole."""
        written = "\n".join(
            json.dumps(each, ensure_ascii=False, separators=(",", ":"))
            for each in (list(parts), *parts.values())
        )
        body = written.encode("utf-8", "surrogatepass")
        head = f"{self.key} {hashlib.sha256(body).hexdigest()} {told}\n".encode("ascii")
        kept = ""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Made readable by its owner alone.
            number, kept = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)
            with os.fdopen(number, "wb") as file:
                file.write(head + body)
            Path(kept).replace(self._path)
        except OSError:
            if kept:
                Path(kept).unlink(missing_ok=True)


@contextmanager
def no_garbage() -> Iterator[None]:
    """New objects by the hundred thousand and nothing to throw away: looking for it takes long."""
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            if not gc.get_freeze_count():
                # They count as old, as if they had been looked through: the next look is for new.
                gc.freeze()
                gc.unfreeze()
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
    """What a compiled form depends on beside the files: versions, and the code itself."""
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
