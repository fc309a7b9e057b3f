"""Keeping the event loop free of what else a process does."""

from __future__ import annotations

import gc
import sys
from importlib.util import find_spec

AS_PYTHON_DOES = 700, 10, 10
"""How often a process that stays looks for garbage; a start does so less often (`bot.cli.main`)."""
TURN = 0.001
"""Seconds after which a thread that computes must let another one have its turn; Python's own
5 ms are what the event loop waited each time it had something to do."""


def let_the_loop_run() -> None:
    """Keep what else this process does from holding up the event loop; after loading."""
    # Rules and modules stay until the end: to look through them for what can go would hold the
    # event loop for half a second each time. Nor is that done now: loading leaves next to none.
    gc.freeze()
    gc.set_threshold(*AS_PYTHON_DOES)
    sys.setswitchinterval(TURN)
    # httpcore asks at every request whether it is there, ten times.
    once_for_all("sniffio")


def once_for_all(module: str) -> None:
    """A module that is not installed is not looked for again: Python goes through all of its path
    each time that somebody tries to import it."""
    if module not in sys.modules and find_spec(module) is None:
        sys.modules[module] = None  # type: ignore[assignment]
