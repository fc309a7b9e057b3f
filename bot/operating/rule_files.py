"""The operators' rule files on disk: which there are, where a file that is sent belongs, and
writing one whole or not at all."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rules.loading.rule_folders import ESCALATIONS, KINDS, STATES, is_rule_file, rule_files
from rules.loading.yamlfile import MAX_BYTES, Problem, YamlProblem, contents, parse

PLACES = "places"
# What phones and file managers put behind the name of a file that they have already.
_COPIED = re.compile(r"(?:\s*\(\d+\)|\s+copy|\s+-\s+(?:Copy|Copie|نسخة))+$", re.IGNORECASE)
_PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class NotTaken(Exception):
    """A file that is not even tried: `key` names the text that says why. `problem` is what the
    parser says."""

    key: str
    problem: Problem | None = None


def is_plain_name(name: str) -> bool:
    """Whether a file's name names a file and no place: neither a folder nor a hidden file."""
    return (
        0 < len(name) <= 120
        and not name.startswith(".")
        and not any(c in name for c in "/\\:\0")
        and not any(unicodedata.category(c) in ("Cc", "Cs") for c in name)
    )


def taken(name: str, content: bytes) -> bytes:
    """The content as it is to be written: without a byte order mark, with plain line ends.

    Raises NotTaken for what is no rule file at all.
    """
    if not is_plain_name(name):
        raise NotTaken("rule_file.name")
    if not is_rule_file(name):
        raise NotTaken("rule_file.ending")
    if content.startswith(_PACKED):
        raise NotTaken("rule_file.packed")
    if len(content) > MAX_BYTES:
        raise NotTaken("rule_file.too_large")
    plain = content.removeprefix(_BOM).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not plain.strip():
        raise NotTaken("rule_file.empty")
    return plain


def place_of(files: Mapping[str, bytes], name: str, content: bytes) -> str:
    """Where the file belongs in the operators' folder, by what it says: a rule under its id, in
    the file that has this id already if there is one. Raises NotTaken."""
    try:
        value = parse(content, name).value
    except YamlProblem as error:
        raise NotTaken("rule_file.no_yaml", error.problem) from error
    if not isinstance(value, dict):
        raise NotTaken("rule_file.no_mapping")
    stem = _COPIED.sub("", PurePosixPath(name).stem).strip()
    for beside in (ESCALATIONS, STATES):
        if f"{stem}.yaml" == beside:
            return beside
    if isinstance(value.get("id"), str):
        # It brings the models of the rule files.
        from rules.loading.sources import schema_name

        rule_id = str(value["id"])
        if not schema_name(rule_id):
            raise NotTaken("rule_file.bad_id")
        return override_of(files, rule_id)
    if isinstance(value.get("places"), list):
        return f"{PLACES}/{_slug(stem) or 'places'}.yaml"
    return f"vocabulary/{_slug(stem) or 'words'}.yaml"


def override_of(files: Mapping[str, bytes], signal: str) -> str:
    """The operators' file for a signal: the one that has its id, else where it would stand."""
    return _with_id(files, signal) or f"signals/{signal}.yaml"


def _with_id(files: Mapping[str, bytes], rule_id: str) -> str | None:
    for file, content in files.items():
        if file.startswith("signals/"):
            try:
                value = parse(content, file).value
            except YamlProblem:
                continue
            if isinstance(value, dict) and value.get("id") == rule_id:
                return file
    return None


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]


def read_files(folder: Path) -> dict[str, bytes]:
    """Every rule file of the operators' folder, by its place in it. What cannot be read is left
    out: whoever loads the rules says so."""
    paths = [path for kind in (*KINDS, PLACES) for path in rule_files(folder / kind)]
    paths += [folder / name for name in (ESCALATIONS, STATES) if (folder / name).is_file()]
    found = {}
    for path in paths:
        file = path.relative_to(folder).as_posix()
        try:
            found[file] = contents(path, file)
        except YamlProblem:
            continue
    return found


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a new folder."""
    for file, content in files.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def put(folder: Path, file: str, content: bytes | None) -> None:
    """Put a file of the operators' folder in place, or take it away: whole, or not at all.

    Raises OSError; ValueError for a file outside the folder.
    """
    path = folder / file
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"{file} is outside the rules' folder")
    if content is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)


def write_whole(path: Path, content: bytes) -> None:
    """A file is never seen half written, and keeps its permissions. Raises OSError, which names
    `path`."""
    path = path.resolve()  # a link stays one
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    except BaseException as wrong:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        if isinstance(wrong, OSError):
            raise OSError(wrong.errno, wrong.strerror, str(path)) from wrong
        raise
