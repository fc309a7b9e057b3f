"""What is wrong with `.env` as a file: what would otherwise be passed over in silence. Values are
judged by `bot.settings`."""

from __future__ import annotations

import difflib
import logging
import os
import re
from collections.abc import Iterable
from pathlib import Path

from dotenv.parser import parse_stream

# It says of a line that it cannot read so and no more, and goes on without it.
logging.getLogger("dotenv.main").setLevel(logging.ERROR)


def problems_in(file: Path, prefix: str, known: set[str]) -> list[str]:
    """Lines of ours that are no settings, and a file that is none. Raises UnicodeDecodeError."""
    if not file.is_file():
        if os.path.lexists(file):
            # A container makes a folder where the file that it is to mount is missing.
            return [f"{file} is no file (a folder, or a link to nothing): write the settings there"]
        return []
    problems = []
    ours = re.compile(rf"\s*(export\s+)?['\"]?{prefix}", re.IGNORECASE)
    next_one = re.compile(rf"\n\s*(export\s+)?{prefix}\w+\s*=", re.IGNORECASE)
    with file.open(encoding="utf-8-sig") as stream:
        for line in parse_stream(stream):
            if not ours.match(line.original.string):
                continue
            # A quote that is closed lines below takes the settings between as its value.
            if line.error or line.key is None or line.value is None or next_one.search(line.value):
                problems.append(
                    f"{file}:{line.original.line}: is not read: write NAME=value, with a quote at "
                    "both ends or at none"
                )
            elif line.key.upper() not in known:
                problems.append(f"{line.key} in {file} is no setting{nearest(line.key, known)}")
    return problems


def nearest(name: str, known: Iterable[str]) -> str:
    """The setting that was meant, as the end of a sentence."""
    close = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.85)
    return f": did you mean {close[0]}?" if close else ""
