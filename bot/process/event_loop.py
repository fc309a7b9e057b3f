"""Keeping the event loop free of what else a process does."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

import anyio

AS_PYTHON_DOES = 700, 10, 10
"""How often a process that stays looks for garbage; a start does so less often (`bot.cli.main`)."""
TURN = 0.001
"""Seconds after which a thread that computes must let another one have its turn; Python's own
5 ms are what the event loop waited each time it had something to do."""

LONG = 0.01
"""Seconds of the processor for a look through all objects, after which those that it found in use
are no longer looked through."""


def let_the_loop_run() -> None:
    """Keep what else this process does from holding up the event loop; after loading."""
    # Rules and modules stay until the end: to look through them for what can go would hold the
    # event loop for half a second each time. Nor is that done now: loading leaves next to none.
    gc.freeze()
    gc.set_threshold(*AS_PYTHON_DOES)
    if not any(isinstance(each, OldStaysOut) for each in gc.callbacks):
        gc.callbacks.append(OldStaysOut())
    sys.setswitchinterval(TURN)
    # The first request imports what connects by asyncio, in which time nothing else would run.
    anyio.Event()
    # httpcore asks at every request whether it is there, ten times.
    once_for_all("sniffio")


class OldStaysOut:
    """Told of each look for garbage: keeps what a long one went through out of the next ones.

    Stories, words and clients that are remembered for days are looked through each time that their
    number has grown by a quarter, which holds the loop for a tenth of a second in the middle of a
    poll. What nobody refers to is freed as ever. Only rings of objects that were in use then and
    are dropped later stay: those of what was under way at that moment, once in tens of thousands of
    objects that came to stay.
    """

    def __init__(self, clock: Callable[[], float] = time.thread_time, long: float = LONG) -> None:
        self._clock = clock
        self._long = long
        self._began = 0.0

    def __call__(self, phase: str, about: Mapping[str, Any]) -> None:
        if about["generation"] < len(AS_PYTHON_DOES) - 1:
            return
        if phase == "start":
            self._began = self._clock()
        elif self._clock() - self._began > self._long:
            gc.freeze()


def once_for_all(module: str) -> None:
    """A module that is not installed is not looked for again: Python goes through all of its path
    each time that somebody tries to import it."""
    if module not in sys.modules and find_spec(module) is None:
        sys.modules[module] = None  # type: ignore[assignment]
