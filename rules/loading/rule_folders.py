"""Which files of a folder are rule files; nothing of what stands in them."""

from __future__ import annotations

import os
import re
from pathlib import Path

MAX_DEPTH = 3
"""Folders in folders that are looked into."""
KINDS = ("vocabulary", "signals")
ESCALATIONS = "escalations.yaml"
"""The one file beside the folders: combinations over time."""
STATES = "states.yaml"
"""The file beside the folders that says what states places can be in."""
PLACES, GAZETTEER = "places", "gazetteer.tsv.gz"
"""The folder of places, and the file in the shipped one that is built and not written."""
LEFTOVER = re.compile(
    r"^[.#~]|[~#]$|^4913$|___jb_(?:tmp|old)___$"
    r"|\.(?:sw[a-p]|kate-swp|tmp|bak|backup|bkp|save(?:\.\d+)?|sav|autosave|orig|rej|old|new|mine"
    r"|r\d+|lock|part|crdownload|rpm(?:new|save|orig)|dpkg-\w+|ucf-\w+)$",
    re.IGNORECASE,
)
"""What editors, version control and package managers leave beside a file."""
_COPY = re.compile(
    r"^(?:(?:Copy of|Copie de|نسخة من)\s+)(?P<of>.+)$"
    r"|^(?P<stem>.+?)(?:\s+-\s+(?:Copy|Copie|نسخة)| \((?:copy|copie|نسخة|\d+)\)| copy| copie)"
    r"(?:\s?\(?\d+\)?)?(?P<ending>\.ya?ml)$"
    r"|^(?P<synced>.+?)(?:\.sync-conflict-[\w-]+| \([^()]*conflicted copy[^()]*\)"
    r"|[_.](?:BASE|LOCAL|REMOTE|BACKUP)[_.]\d+)(?P<end>\.ya?ml)$",
    re.IGNORECASE,
)
"""What file managers, syncing and merging name a copy."""


def is_rule_file(name: str) -> bool:
    return name.lower().endswith((".yaml", ".yml")) and not LEFTOVER.search(name)


def rule_files(folder: Path) -> list[Path]:
    """The YAML files in a folder and the folders in it, by name; [] when there is no such folder.

    Hidden folders and files, and what editors leave behind, are passed over.
    """
    return sorted(
        path for path in all_files(folder) if is_rule_file(path.name) and not copied_from(path)
    )


def all_files(folder: Path) -> list[Path]:
    found = []
    for place, folders, names in os.walk(folder):
        deep = len(Path(place).relative_to(folder).parts) >= MAX_DEPTH
        folders[:] = [] if deep else [name for name in folders if not LEFTOVER.search(name)]
        found += [Path(place) / name for name in names]
    return found


def copied_from(path: Path) -> str | None:
    """The file in the same folder that this one is a file manager's copy of, if it is."""
    found = _COPY.match(path.name)
    if not found:
        return None
    stem, ending = found["stem"] or found["synced"], found["ending"] or found["end"]
    original = found["of"] or f"{stem}{ending}"
    return original if (path.parent / original).exists() else None
