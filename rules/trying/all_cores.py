"""Many texts through the rules on all cores, in their order, a few at a time.

A process is a fork of this one where that is safe, and has the rules that are loaded here at once.
Elsewhere it takes a second to start, and reads them from the cache of compiled rules as any start
does: what comes from the disk is data, and nothing in it can run. Few texts are read here. What
comes out does not depend on how many processes there were.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import Generic, TypeVar

from rules.loading.load import SHIPPED, load_rules
from rules.matching.ruleset import RuleSet

T = TypeVar("T")
R = TypeVar("R")

FEW, FEW_WHERE_EACH_LOADS = 400, 2_000
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
    work: Callable[[RuleSet, Sequence[T]], Sequence[R]],
    rules: RuleSet,
    files: RuleFiles,
    items: Iterable[T],
    *,
    processes: int | None = None,
    few: int | None = None,
    forked: bool | None = None,
) -> Iterator[R]:
    """What ``work`` makes of each item, in order: it is given some at once. It is a function of a
    module; ``rules`` are of
    ``files``, and know in the end each word that any process met; ``processes``: as many as there
    are cores; ``forked``: where that is safe. The processes start now, before the first result is
    asked for: whoever wants forked ones calls before it starts a thread. The iterator raises
    WorkerDied or RulesChanged.
    """
    if forked is None:
        forked = can_fork()
    if few is None:
        few = FEW if forked else FEW_WHERE_EACH_LOADS
    items = iter(items)
    first = list(islice(items, few))
    wanted = processes or _cores()
    items = chain(first, items)
    if wanted == 1 or len(first) < few:
        return _here(work, rules, items)
    if forked:
        rules.terms.prepare()
        pool = ProcessPoolExecutor(wanted, get_context("fork"), _copied, (rules,))
    else:
        pool = ProcessPoolExecutor(wanted, get_context("spawn"), _loads, (files, rules.hash))
    lots = _Lots(pool, work, items, wanted * AHEAD)
    # Looking for garbage in a copy would touch, and so copy, all that the rules hold.
    kept_out = gc.get_freeze_count()
    gc.freeze()
    # One that died already is told of where the first result is asked for.
    with suppress(BrokenProcessPool):
        lots.hand_out()
    if not kept_out:
        gc.unfreeze()
    return _in_order(lots, rules)


def can_fork() -> bool:
    """Whether a copy of this process would be whole: a lock that another thread holds would never
    be released in it, and what macOS itself runs may not be copied."""
    return sys.platform == "linux" and threading.active_count() == 1


def _cores() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_Words = dict[str, list[tuple[int, str]]]
"""Words that a process met for the first time, as `Morphology.remember` takes them."""


class _Lots(Generic[T, R]):
    """Items on their way through a pool, so many at once."""

    def __init__(
        self,
        pool: ProcessPoolExecutor,
        work: Callable[[RuleSet, Sequence[T]], Sequence[R]],
        items: Iterator[T],
        ahead: int,
    ) -> None:
        self.pool = pool
        self._work = work
        self._items = items
        self._ahead = ahead
        self.waiting: deque[Future[tuple[Sequence[R], _Words]]] = deque()

    def hand_out(self) -> None:
        while len(self.waiting) < self._ahead and (lot := list(islice(self._items, TOGETHER))):
            self.waiting.append(self.pool.submit(_done, self._work, lot))


def _here(
    work: Callable[[RuleSet, Sequence[T]], Sequence[R]], rules: RuleSet, items: Iterator[T]
) -> Iterator[R]:
    while lot := list(islice(items, TOGETHER)):
        yield from work(rules, lot)


def _in_order(lots: _Lots[T, R], rules: RuleSet) -> Iterator[R]:
    try:
        while lots.waiting:
            done, words = lots.waiting.popleft().result()
            rules.morphology.remember(words, new=True)
            yield from done
            lots.hand_out()
    except BrokenProcessPool as broken:
        raise WorkerDied from broken
    finally:
        lots.pool.shutdown(cancel_futures=True)


# In a process of the pool.

_loaded: RuleSet | None = None


def _copied(rules: RuleSet) -> None:
    _begin()
    rules.morphology.new_words()  # the process that this is a copy of tells of them itself
    _have(rules)


def _loads(files: RuleFiles, expected: str) -> None:
    _begin()
    rules = files.load()
    _have(rules if rules.hash == expected else None)
    gc.freeze()


def _begin() -> None:
    # Ctrl-C goes to all of them: the one that was asked says so, and ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _have(rules: RuleSet | None) -> None:
    global _loaded
    _loaded = rules


def _end_with_the_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _done(
    work: Callable[[RuleSet, Sequence[T]], Sequence[R]], lot: list[T]
) -> tuple[Sequence[R], _Words]:
    if _loaded is None:
        raise RulesChanged
    return work(_loaded, lot), _loaded.morphology.new_words()
