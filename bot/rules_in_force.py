"""The rules in force, and their reload: all or nothing, while the service runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from watchfiles import awatch

from bot.process import compiling
from bot.process.giving_up import StoppedEarly, in_a_thread_to_leave, unless_stopped

if TYPE_CHECKING:
    from rules import Gazetteer, Problem, RuleSet

# A directory is read once it has been quiet this long: editors and copies write in steps.
QUIET_MS = 1_000
# ... but somebody who never stops writing does not put it off for ever.
LONGEST_MS = 30_000
# The files are compared this often besides: a folder that was replaced as a whole (a new release
# under a link, a network drive) gives the watcher no sign.
CHECK_MS = 30_000
# After watching itself failed (the system's limit of watches, say).
REST = timedelta(minutes=1)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swapped:
    """New rules are in force."""

    hash: str
    signals: int


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The files say the same as before."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The new rules are invalid: the old ones stay in force. Each problem is "file:line: ...";
    `translated` are the same, as they can be said in three languages."""

    problems: tuple[str, ...]
    translated: tuple[Problem, ...] = ()


Reloaded = Swapped | Unchanged | Kept


def load_checked(
    operator_dir: Path | None, full_database: Path | None, cache: Path | None = None
) -> RuleSet:
    """`rules.trying.inline_tests.load_checked`; what reads and tries rule files is imported only
    where the cache does not have the rules."""
    if stored := _stored(operator_dir, full_database, cache):
        return stored
    from rules.trying.inline_tests import load_checked as load

    return load(operator_dir, full_database=full_database, cache=cache)


def _stored(
    operator_dir: Path | None, full_database: Path | None, cache: Path | None
) -> RuleSet | None:
    from rules.loading.load import load_stored

    return None if cache is None else load_stored(cache, operator_dir, full_database)


async def _loaded(
    operator_dir: Path | None, full_database: Path | None, cache: Path | None
) -> RuleSet:
    """`load_checked` off the loop, from a cache that another process fills. Raises RulesInvalid.

    Cancelled it ends at once, and so does what it started.
    """
    asked = (operator_dir, full_database, cache)
    if stored := await in_a_thread_to_leave(_stored, *asked):
        return stored
    invalid = await compiling.compile_apart(*asked)
    if invalid is not None:
        raise invalid
    return await in_a_thread_to_leave(load_checked, *asked)


@cache
def shipped_places() -> Gazetteer:
    """The places that come with Marsad, read once."""
    from rules import load_gazetteer

    return load_gazetteer()


def _places(operator_dir: Path | None, cache: Path | None) -> Gazetteer:
    from rules.loading.places.kept import load_gazetteer

    return load_gazetteer(operator_dir, cache=cache)


def make_ready(rules: RuleSet, gazetteer: Gazetteer) -> None:
    """Make now what is otherwise made for the first question: the analyser of words, and the names
    of places by their letters. Most of a second, off the loop."""
    _spelt(gazetteer)
    rules.morphology.prepare()


def _spelt(gazetteer: Gazetteer) -> None:
    from rules.matching.places.spellings import spellings_of

    spellings_of(gazetteer)


class RulesInForce:
    """Call it for the rule set in force; `places` has what goes with it. Made by `start`."""

    def __init__(
        self,
        first: RuleSet,
        operator_dir: Path | None,
        full_database: Path | None,
        tried: str,
        gazetteer: Gazetteer | None = None,
        cache: Path | None = None,
        places_read: str = "",
    ) -> None:
        """`tried` is the fingerprint of the files, as they were just before `first` was loaded;
        `cache` the folder for compiled rules; `places_read` the fingerprint of the files of places
        just before `gazetteer` was."""
        self._cache = cache
        self._rules = first
        self._gazetteer = gazetteer
        self._operator_dir = operator_dir
        self._full_database = full_database
        self._tried = tried
        self._places_read = places_read
        self._turn = asyncio.Lock()
        self._stop = asyncio.Event()
        self.refused: tuple[Problem, ...] = ()
        """What is wrong with the files that were read last; () when they came into force."""

    @classmethod
    async def start(
        cls, operator_dir: Path | None, full_database: Path | None, cache: Path | None = None
    ) -> RulesInForce:
        """Load them for the first time. Raises RulesInvalid."""
        from rules.loading.load import fingerprint, fingerprint_of_places

        # Before the load: what is saved meanwhile then differs, and is looked at by `watch`.
        tried = await asyncio.to_thread(fingerprint, operator_dir)
        first = await _loaded(operator_dir, full_database, cache)
        places_read = await asyncio.to_thread(fingerprint_of_places, operator_dir)
        gazetteer = await in_a_thread_to_leave(_places, operator_dir, cache)
        return cls(first, operator_dir, full_database, tried, gazetteer, cache, places_read)

    def places(self) -> Gazetteer:
        """The gazetteer in force."""
        return self._gazetteer or shipped_places()

    def __call__(self) -> RuleSet:
        return self._rules

    async def reload(self) -> Reloaded:
        """Read the files again and swap, or keep what there is."""
        async with self._turn:  # a change may be seen and told of at once
            return await self._reload()

    async def _reload(self) -> Reloaded:
        from rules import RulesInvalid

        self._tried = await self._fingerprint()
        try:
            asked = (self._operator_dir, self._full_database, self._cache)
            async with unless_stopped(self._stop):
                rules = await _loaded(*asked)
                places_read, gazetteer = await in_a_thread_to_leave(self._places_now)
        except StoppedEarly:
            return Unchanged()
        except RulesInvalid as invalid:
            self.refused = invalid.errors
            return Kept(tuple(map(str, invalid.errors)), invalid.errors)
        except Exception as error:  # a vanished file, a bug: neither ends the service
            log.exception("rules: the new ones could not be read")
            return Kept((f"they could not be read: {error!r}; the log has the details",))
        self.refused = ()
        self._places_read = places_read
        if (rules.hash, gazetteer.hash) == (self._rules.hash, self.places().hash):
            return Unchanged()
        self._rules, self._gazetteer = rules, gazetteer
        return Swapped(rules.hash, len(rules.signals))

    def _places_now(self) -> tuple[str, Gazetteer]:
        """The gazetteer of the files as they are, with their fingerprint: the one in force where
        they say the same, for most changes are of rules and reading places takes a second."""
        from rules.loading.load import fingerprint_of_places

        read = fingerprint_of_places(self._operator_dir)
        if self._gazetteer is not None and read == self._places_read:
            return read, self._gazetteer
        gazetteer = _places(self._operator_dir, self._cache)
        _spelt(gazetteer)
        return read, gazetteer

    async def watch(
        self, stop: asyncio.Event, report: Callable[[Reloaded], Awaitable[None]]
    ) -> None:
        """Reload after each change of the files, until `stop`; `report` hears what came of it.
        `stop` ends any reload, also one that was asked for."""
        self._stop = stop
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                try:
                    await self._watch(stop, report)
                except Exception:  # feeds and sending go on without it
                    log.exception("rules: changes cannot be seen; watching again in a minute")
                    await asyncio.wait({stopped}, timeout=REST.total_seconds())
        finally:
            stopped.cancel()

    async def _watch(
        self, stop: asyncio.Event, report: Callable[[Reloaded], Awaitable[None]]
    ) -> None:
        """Watch until something was reloaded: after that other folders may be in place."""
        from rules.loading.load import SHIPPED
        from rules.loading.rule_folders import ESCALATIONS, STATES

        if await self._differ() and await self._rest(stop):
            await self.take(report)
            return
        folders = [SHIPPED / kind for kind in ("signals", "vocabulary", "places")]
        folders.append(SHIPPED / ESCALATIONS)
        folders.append(SHIPPED / STATES)
        if self._operator_dir is not None:
            folders.append(self._operator_dir)
        looks = awatch(
            *(folder for folder in folders if folder.exists()),
            watch_filter=None,
            step=QUIET_MS,
            debounce=LONGEST_MS,
            rust_timeout=CHECK_MS,
            yield_on_timeout=True,
            stop_event=stop,
        )
        async with aclosing(looks):
            async for seen in looks:
                if await self._differ() and (seen or await self._rest(stop)):
                    await self.take(report)
                    return

    async def _fingerprint(self) -> str:
        from rules.loading.load import fingerprint

        return await asyncio.to_thread(fingerprint, self._operator_dir)

    async def _differ(self) -> bool:
        """Whether the files are others than those that were tried last."""
        return await self._fingerprint() != self._tried

    async def _rest(self, stop: asyncio.Event) -> bool:
        """Wait for the files to be quiet where the watcher did not; False when they are not."""
        before = await self._fingerprint()
        try:
            await asyncio.wait_for(stop.wait(), QUIET_MS / 1000)
        except TimeoutError:
            return await self._fingerprint() == before
        return False

    async def take(self, report: Callable[[Reloaded], Awaitable[None]]) -> None:
        """Reload now; `report` hears what came of it."""
        reloaded = await self.reload()
        match reloaded:
            case Swapped(hash, signals):
                log.info("rules: reloaded, %d signals, hash %s", signals, hash)
            case Kept(problems=problems):
                log.error("rules: the old ones stay in force:\n%s", "\n".join(problems))
            case Unchanged():
                return
        await report(reloaded)
