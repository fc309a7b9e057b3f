"""The entry point of `marsad`, which imports next to nothing: Ctrl-C while the command is imported,
which takes half a second, ends it as quietly as later on."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def main() -> None:
    try:
        from bot.cli.main import main as command

        command()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
