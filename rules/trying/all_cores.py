"""Many texts through the rules on all cores, in their order, a few at a time.

Each process reads the rules from the cache of compiled rules, as any start does: what comes from
the disk is data, and nothing in it can run. Few texts are read here: a process takes a second to
start. What comes out does not depend on how many processes there were.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import TypeVar

from rules.loading.load import SHIPPED, load_rules
from rules.matching.ruleset import RuleSet

T = TypeVar("T")
R = TypeVar("R")

FEW = 2_000
"""Texts that one process has read before another one has started."""
TOGETHER = 100
"""Texts that are handed to a process at once."""
AHEAD = 4
"""Such lots for each process that are read before the first is asked for: memory stays as it is."""


class WorkerDied(Exception):
    """A process ended that was none of its own accord: killed, or out of memory."""


class RulesChanged(Exception):
    """The rule files say something else than when the work began."""


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """What a rule set is loaded from, as `load_rules` takes it."""

    operator_dir: Path | None = None
    full_database: Path | None = None
    cache: Path | None = None
    shipped: Path = SHIPPED

    def load(self) -> RuleSet:
        """Raises RulesInvalid."""
        return load_rules(
            self.operator_dir,
            full_database=self.full_database,
            shipped=self.shipped,
            cache=self.cache,
        )


def on_all_cores(
    work: Callable[[RuleSet, T], R],
    rules: RuleSet,
    files: RuleFiles,
    items: Iterable[T],
    *,
    processes: int | None = None,
    few: int = FEW,
) -> Iterator[R]:
    """``work`` of each item, in order. ``work`` is a function of a module; ``rules`` are of
    ``files``, and know in the end each word that any process met; ``processes``: as many as there
    are cores. Raises WorkerDied or RulesChanged.
    """
    items = iter(items)
    first = list(islice(items, few))
    wanted = processes or _cores()
    if wanted == 1 or len(first) < few:
        yield from (work(rules, item) for item in chain(first, items))
        return
    pool = ProcessPoolExecutor(
        wanted, get_context("spawn"), initializer=_begin, initargs=(files, rules.hash)
    )
    try:
        for done, words in _handed_out(pool, work, chain(first, items), wanted * AHEAD):
            rules.morphology.remember(words, new=True)
            yield from done
    except BrokenProcessPool as broken:
        raise WorkerDied from broken
    finally:
        pool.shutdown(cancel_futures=True)


def _cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_Words = dict[str, list[tuple[int, str]]]
"""Words that a process met for the first time, as `Morphology.remember` takes them."""


def _handed_out(
    pool: ProcessPoolExecutor, work: Callable[[RuleSet, T], R], items: Iterator[T], ahead: int
) -> Iterator[tuple[list[R], _Words]]:
    waiting: deque[Future[tuple[list[R], _Words]]] = deque()
    while True:
        while len(waiting) < ahead and (lot := list(islice(items, TOGETHER))):
            waiting.append(pool.submit(_done, work, lot))
        if not waiting:
            return
        yield waiting.popleft().result()


# In a process of the pool.

_loaded: RuleSet | None = None


def _begin(files: RuleFiles, expected: str) -> None:
    global _loaded
    # Ctrl-C goes to all of them: the one that was asked says so, and ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    rules = files.load()
    _loaded = rules if rules.hash == expected else None
    gc.freeze()


def _end_with_the_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _done(work: Callable[[RuleSet, T], R], lot: list[T]) -> tuple[list[R], _Words]:
    if _loaded is None:
        raise RulesChanged
    return [work(_loaded, item) for item in lot], _loaded.morphology.new_words()
