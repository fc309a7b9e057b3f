"""What goes on beside the rounds: entries read again by new rules and made searchable, and the
bot made ready for questions."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.alerts.rereading import Rereader
from bot.asking.indexing import Indexer
from bot.rules_in_force import make_ready
from storage.database import Database
from storage.file.errors import StorageError

if TYPE_CHECKING:
    from rules import Gazetteer, RuleSet

log = logging.getLogger(__name__)

# Entries that lacked a signal are looked for this often; after a change of rules, at once.
READ_AGAIN = timedelta(minutes=1)
# The first requests go out before anything else is made ready.
READY_AFTER = timedelta(seconds=1)
# New entries can be searched after so long, or sooner.
SEARCHABLE_WITHIN = timedelta(seconds=5)


async def read_again(
    rereader: Rereader,
    swapped_rules: asyncio.Event,
    made: Callable[[int], None],
    clock: Callable[[], datetime],
    stop: asyncio.Event,
) -> None:
    """Read stored entries again that other rules could not read: at the start, and when the
    rules change. And once more a while later: a poll may have been under way meanwhile."""
    stopped = asyncio.create_task(stop.wait())
    unread = 2
    try:
        while not stop.is_set():
            try:
                alerts = await rereader.look(clock(), unread=unread > 0)
                unread -= unread > 0
                if alerts:
                    made(alerts)
            except StorageError as error:
                log.error("entries could not be read again: %s; trying again", error)
            except Exception:  # polls and sending go on without it
                log.exception("entries could not be read again; trying again")
            swapped = asyncio.create_task(swapped_rules.wait())
            await asyncio.wait(
                {stopped, swapped},
                timeout=READ_AGAIN.total_seconds(),
                return_when=asyncio.FIRST_COMPLETED,
            )
            swapped.cancel()
            if swapped_rules.is_set():
                swapped_rules.clear()
                unread = 2
    finally:
        stopped.cancel()


async def index(database: Database, stop: asyncio.Event) -> None:
    """Make entries searchable as they come."""
    indexer = Indexer(database)
    while not stop.is_set():
        try:
            await indexer.run(stop, SEARCHABLE_WITHIN.total_seconds())
        except StorageError as error:
            log.error("entries could not be made searchable: %s; trying again", error)
        except Exception:  # polls and sending go on without it
            log.exception("entries could not be made searchable; trying again")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), READ_AGAIN.total_seconds())


async def ready_for_questions(
    rules: RuleSet, gazetteer: Gazetteer, stop: asyncio.Event, after: timedelta = READY_AFTER
) -> None:
    """Make ready what words and names of places are asked for: who asks first need not wait."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), after.total_seconds())
        return
    try:
        await asyncio.to_thread(make_ready, rules, gazetteer)
        # It stays to the end, as do the rules.
        gc.freeze()
    except Exception:  # a poll or a question that needs it says so again
        log.exception("words and places could not be made ready for questions")
