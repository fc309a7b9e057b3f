"""The one-time code that makes the first operator: shown on the terminal and left in a file.

It is never logged: logs are shipped elsewhere and kept, and whoever reads the code first takes
the bot.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from bot.errors import CannotGoOn
from storage.file.files import make_folder

log = logging.getLogger(__name__)

FILE = "first-operator.txt"


def hand_over(directory: Path, code: str) -> None:
    """Write the line to send the bot to a file that only its owner reads, and to a terminal.

    Raises CannotGoOn when the file cannot be written: nobody could become operator.
    """
    file, line = directory / FILE, f"/start {code}"
    try:
        make_folder(directory)  # over a server nobody else did
        # Made anew: neither a link nor wider permissions that are there already are kept.
        file.unlink(missing_ok=True)
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w", encoding="ascii") as target:
            target.write(f"{line}\n")
    except OSError as error:
        raise CannotGoOn(f"{file}: cannot be written ({error.strerror})", exit_code=2) from error
    log.warning(
        "no operator is set: the first who sends the bot the line in %s within a day becomes one",
        file,
    )
    if sys.stderr.isatty():
        sys.stderr.write(f"To become the first operator send the bot: {line}\n")


def withdraw(directory: Path) -> None:
    """Take away the file of a code that is worth nothing any more."""
    try:
        (directory / FILE).unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s: cannot be removed (%s)", directory / FILE, error.strerror)
