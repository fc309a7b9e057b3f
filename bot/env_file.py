"""What is wrong with `.env` as a file: what would otherwise be passed over in silence. Values are
judged by `bot.settings`."""

from __future__ import annotations

import difflib
import logging
import os
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
    with file.open(encoding="utf-8-sig") as stream:
        for line in parse_stream(stream):
            where = f"{file}:{line.original.line}"
            if line.error or line.value is None:
                if (
                    line.original.string.lstrip()
                    .removeprefix("export")
                    .lstrip()
                    .upper()
                    .startswith(prefix)
                ):
                    problems.append(
                        f"{where}: is not read: write NAME=value, with a quote at both ends or none"
                    )
            elif line.key and line.key.upper().startswith(prefix) and line.key.upper() not in known:
                problems.append(f"{line.key} in {file} is no setting{nearest(line.key, known)}")
    return problems


def nearest(name: str, known: Iterable[str]) -> str:
    """The setting that was meant, as the end of a sentence."""
    close = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.85)
    return f": did you mean {close[0]}?" if close else ""
