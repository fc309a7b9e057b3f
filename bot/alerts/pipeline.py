"""From what a poll found to what is owed to chats."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlite_utils import Database as Connection

from bot.alerts.decide import Policy
from bot.alerts.record import Acceptance, Accepted
from bot.alerts.rows import language_of
from bot.alerts.stories import StoryPolicy
from bot.feeds.catalogue import Feed
from bot.feeds.parse.entry import FeedEntry
from bot.notices import UnreadEntries, notify_operators
from bot.polling.identify import EntryChange

if TYPE_CHECKING:
    from rules import Detection, RuleSet

__all__ = ["Accepted", "Detector", "Found", "Pipeline"]

log = logging.getLogger(__name__)

Detector = Callable[["RuleSet", str, str, str | None], "tuple[Detection, ...]"]


class Found(list["tuple[Detection, ...]"]):
    """What `Pipeline.detect` found, entry by entry, with the rules that found it.

    The rules may be reloaded before the transaction: the hash that is stored is of these.
    `unread` names, by place, the exception of each entry whose detection raised one.
    """

    def __init__(
        self,
        per_entry: Sequence["tuple[Detection, ...]"],
        rules: "RuleSet",
        unread: Mapping[int, str] | None = None,
    ) -> None:
        super().__init__(per_entry)
        self.rules = rules
        self.unread = unread or {}


class Pipeline:
    """Detection outside the transaction, everything that follows from it inside."""

    def __init__(
        self,
        rules: "Callable[[], RuleSet]",
        *,
        policy: Policy | None = None,
        story_policy: StoryPolicy | None = None,
        detector: Detector | None = None,
    ) -> None:
        """`rules` gives the rule set in force; `detector` is rules.detect unless a test says."""
        self._rules = rules
        self._policy = policy or Policy()
        self._story_policy = story_policy or StoryPolicy()
        self._detector = detector

    async def detect(self, entries: Sequence[FeedEntry], language: str | None) -> Found:
        """Detections of each entry, in a thread. `language` is what the catalogue says.

        It wins over what the entry claims: many Arabic feeds leave their software's "en".
        An entry on which the rules fail has none, and stands in `Found.unread`.
        """
        return await asyncio.to_thread(self._detect, tuple(entries), language)

    def accept(
        self,
        db: Connection,
        feed: Feed,
        changes: Sequence[EntryChange],
        found: Sequence["tuple[Detection, ...]"],
        now: datetime,
    ) -> Accepted:
        """Store a poll's entries and all that follows, inside the poll's write transaction.

        `found` holds the detections of each change, in the same order (() for seen ones).
        Operators are told of those that could not be read. Raises ValueError when `found` and
        `changes` do not match.
        """
        if len(changes) != len(found):
            raise ValueError(f"{len(changes)} entries but detections of {len(found)}")
        rules = found.rules if isinstance(found, Found) else self._rules()
        acceptance = Acceptance(db, feed, rules, self._policy, self._story_policy, now)
        for change, detections in zip(changes, found, strict=True):
            acceptance.take(change, detections)
        if isinstance(found, Found) and found.unread:
            log.error("%s: entries stored unread by the rules: %d", feed.id, len(found.unread))
            notify_operators(db, _unread(feed, changes, found.unread), now)
        return acceptance.outcome()

    def _detect(self, batch: tuple[FeedEntry, ...], language: str | None) -> Found:
        detector = self._detector or _rules_detector()
        rules = self._rules()
        per_entry: list[tuple[Detection, ...]] = []
        unread: dict[int, str] = {}
        for place, entry in enumerate(batch):
            detections: tuple[Detection, ...] = ()
            try:
                detections = detector(
                    rules, entry.title, entry.summary, language_of(language, entry)
                )
            except Exception as error:  # a bug in the rules must not keep the others back
                log.exception("the rules could not read %s: %r", entry.link, entry.title[:200])
                unread[place] = type(error).__name__
            per_entry.append(detections)
        return Found(per_entry, rules, unread)


def _unread(feed: Feed, changes: Sequence[EntryChange], errors: Mapping[int, str]) -> UnreadEntries:
    first = min(errors)
    entry = changes[first].entry
    return UnreadEntries(feed, entry.title, entry.link, errors[first], others=len(errors) - 1)


def _rules_detector() -> Detector:
    # Here and not above: it loads CAMeL Tools, which takes seconds.
    from rules import detect

    return detect
