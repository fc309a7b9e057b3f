"""What polls of feeds work with, and what one leaves in memory for the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.feeds.catalogue import Feed
from bot.feeds.fetch.outcome import Retriever
from bot.notices.feeds import FeedNotice
from bot.polling.connectivity import Connectivity
from bot.polling.report import EntryPipeline, Parser, PollPolicy
from storage.connection import Connection
from storage.database import Database

Notify = Callable[[Connection, FeedNotice, datetime], None]


@dataclass(frozen=True, slots=True)
class PollTools:
    """What every poll works with. `notify` writes a notice to operators in the poll's
    transaction; `roll` is uniform in [0, 1); `listed` says which feed of the list has an address,
    as `comparable_address` writes it."""

    database: Database
    retriever: Retriever
    parser: Parser
    pipeline: EntryPipeline
    policy: PollPolicy
    notify: Notify
    roll: Callable[[], float]
    listed: Callable[[str], Feed | None] = lambda _: None


@dataclass(frozen=True, slots=True)
class PollMemory:
    """What polls leave for later ones and is not worth a table: a restart forgets it.

    Of the connection each process knows its own: machines that poll the same feeds have others.
    """

    connectivity: Connectivity = field(default_factory=Connectivity)
    # Feeds that changed under the same validators: what they say of themselves is not believed.
    untrue: set[str] = field(default_factory=set)
