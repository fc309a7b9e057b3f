"""From one entry's detections to a new version of its story's alert, inside the transaction.

All signals that an entry has are judged one by one and told together: a happening is one card,
whatever number of signals it carries. Signals whose rules are on test are alerts of their own, for
operators alone.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.alerts.decide import (
    AlertSoFar,
    Audience,
    NewReport,
    Reason,
    Store,
    Suppress,
    Verdict,
    decide,
    rank,
)
from bot.alerts.edits import says
from bot.alerts.growth import counted, growth, with_last_sent
from bot.alerts.owing import LeftOut, NotifyTools, owe_edits, owe_messages
from bot.alerts.routing.route import News
from bot.alerts.rows import Source, alert_signal, alert_text, strongest
from rules.matching.levels import LADDER
from storage import alerts, decisions
from storage.alerts import Alert, AlertFigure, AlertSignal
from storage.decisions import Decision
from storage.sending import reach
from storage.sending.outbox import Recipient
from storage.so_far import SoFar

if TYPE_CHECKING:
    from rules import Detection

log = logging.getLogger(__name__)

_ACTIONS = {"Send": "send", "Update": "update", "Store": "store", "Suppress": "suppress"}
_AUDIENCES: tuple[Audience, ...] = ("everyone", "operators")


@dataclass(slots=True)
class Notified:
    """What came of it: the alerts that were made or got a new version, how many messages are
    owed for it, and how often each reason was given."""

    alerts: list[Alert] = field(default_factory=list)
    deliveries: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Judged:
    """One signal of the entry, and what readers should hear of it."""

    detection: Detection
    report: NewReport
    verdict: Verdict
    joined: bool

    @property
    def pushed(self) -> bool:
        return not isinstance(self.verdict, Store | Suppress)


def notify(
    tools: NotifyTools,
    story_id: int,
    known: SoFar,
    source: Source,
    found: Sequence[tuple[Detection, NewReport]],
) -> Notified:
    """Judge what was detected in the entry, each with its report, and let readers know what is
    news.

    `known`: what the story told, with the entry's own report and before what comes of it.
    """
    notification = _Notification(tools, story_id, known, source)
    best = strongest(tuple(detection for detection, _ in found))
    parts: dict[str, tuple[Alert | None, list[tuple[Detection, NewReport]]]] = {}
    for detection, report in found:
        alert = home_of(report, known.alerts)
        if best[report.signal] is not detection:
            notification.decided(detection, Suppress(Reason.WEAKER_IN_SAME_ENTRY), alert)
        elif report.status == "":
            notification.decided(detection, Suppress(Reason.RULE_REMOVED), alert)
        else:
            own = report.signal if report.status == "test" else ""
            key = f"new {own}" if alert is None else alert.short_id
            parts.setdefault(key, (alert, []))[1].append((detection, report))
    for alert, part in parts.values():
        notification.part(alert, part)
    return notification.notified


def home_of(report: NewReport, known: Sequence[Alert]) -> Alert | None:
    """The alert of the story that this signal belongs to; None: it needs one. Pure.

    The one that tells it already; else what the story tells everyone.
    """
    carrying = [alert for alert in known if alert.of(report.signal)]
    if carrying or report.status == "test":
        return carrying[-1] if carrying else None
    public = [alert for alert in known if alert.audience == "everyone"]
    return public[-1] if public else None


@dataclass(slots=True)
class _Notification:
    tools: NotifyTools
    story_id: int
    known: SoFar
    source: Source
    notified: Notified = field(default_factory=Notified)
    left_out: dict[str, LeftOut] = field(default_factory=dict)

    def part(self, alert: Alert | None, found: Sequence[tuple[Detection, NewReport]]) -> None:
        """What goes into one alert: this one, or a new one."""
        figures = counted(self.known.statements)
        grown = None
        if alert is not None:
            grown = growth(alert.figures, figures, alert.places, self.source.said.places)
        judged = [self._judged(alert, *each, grown) for each in found]
        news = [each for each in judged if not isinstance(each.verdict, Suppress)]
        news.sort(key=lambda each: -rank(each.detection.level))
        if news:
            alert = self._version(alert, news, figures)
        elif alert is not None:
            # Places stay away: who chose one of them would never be told of it.
            kept = with_last_sent(figures, alert.figures, sent_now=False)
            before = alert
            alert = alerts.with_families(self.tools.db, alert, self._families(alert.signals))
            alert = alerts.with_facts(self.tools.db, alert, (), kept)
            self._owe_edits(before, alert, judged)
        for each in judged:
            version = alert.version if alert is not None and each in news else None
            raised = each.report.raised.escalation if each.report.raised and version else ""
            left_out = self.left_out.pop(each.report.signal, None)
            if left_out is None or not left_out.everybody:
                self.decided(each.detection, each.verdict, alert, version, raised)
            if left_out is not None:
                stored = Store(Reason.INHIBITED, _audience(each))
                self.decided(each.detection, stored, alert, version, left_out.by)

    def decided(
        self,
        detection: Detection,
        verdict: Verdict,
        alert: Alert | None,
        version: int | None = None,
        escalation: str = "",
    ) -> None:
        """Store what was decided of a detection, and why."""
        self.notified.reasons[verdict.reason] += 1
        decisions.record(
            self.tools.db,
            Decision(
                entry_id=self.source.entry_id,
                alert_id=None if alert is None else alert.id,
                signal=detection.signal,
                action=_ACTIONS[type(verdict).__name__],
                reason=verdict.reason,
                rules_hash=self.source.rules_hash,
                at=self.tools.now,
                direction=detection.direction,
                version=version,
                escalation=escalation or None,
                level=detection.level,
            ),
        )

    def _judged(
        self,
        alert: Alert | None,
        detection: Detection,
        report: NewReport,
        grown: Reason | None,
    ) -> Judged:
        so_far = None if alert is None else self._so_far(alert, report.signal)
        joined = alert is not None and so_far is None
        verdict = decide(
            report, so_far, self.tools.policy, self.tools.now, joins=joined, growth=grown
        )
        return Judged(detection, report, verdict, joined)

    def _so_far(self, alert: Alert, signal: str) -> AlertSoFar | None:
        told = alert.of(signal)
        if told is None:
            return None
        return AlertSoFar(
            direction=told.direction,
            level=told.level,
            audience=alert.audience,
            families=self.known.families(signal, told.direction, but=self.source.entry_id),
            directions=_highest(self.known.notified.get((alert.id, signal), ())),
        )

    def _version(
        self, alert: Alert | None, news: Sequence[Judged], figures: Sequence[AlertFigure]
    ) -> Alert:
        """The alert with this news in it, and what is owed for it."""
        found = [each.detection for each in news]
        signals = [
            alert_signal(
                *(each.detection, self.source.entry_id, each.report.raised),
                alert.of(each.report.signal) if alert else None,
            )
            for each in news
        ]
        sent_now = {each.signal for each in signals}
        others = [each for each in alert.signals if each.signal not in sent_now] if alert else []
        earlier = frozenset[Recipient]()
        first = news[0].verdict
        public = any(_audience(each) == "everyone" for each in news)
        text = alert_text(
            *(self.source, found, alert),
            reason=first.reason,
            audience="everyone" if public else "operators",
            families=self._families([*signals, *others]),
        )
        known, before = alert, alert.figures if alert else ()
        pushed = any(each.pushed for each in news)
        kept = with_last_sent(figures, before, sent_now=pushed)
        if alert is None:
            alert = alerts.create(self.tools.db, self.story_id, signals, text, self.tools.now, kept)
        else:
            earlier = reach.recipients(self.tools.db, alert.id)
            alert = alerts.bumped(self.tools.db, alert, signals, text, self.tools.now)
        alert = alerts.with_facts(self.tools.db, alert, self.source.said.places, kept)
        if known is not None:
            self._owe_edits(known, alert, news)
        queued = sum(self._owe(alert, news, audience, earlier) for audience in _AUDIENCES)
        self.notified.alerts.append(alert)
        self.notified.deliveries += queued
        for each in news:
            log.info(
                "alert %s version %d (%s, %s, %s): %s; entry %d of %s, chats: %d",
                *(alert.short_id, alert.version),
                *(each.detection.signal, each.detection.direction, each.detection.level),
                *(each.verdict.reason, self.source.entry_id, self.source.feed.id, queued),
            )
        return alert

    def _owe(
        self,
        alert: Alert,
        news: Sequence[Judged],
        audience: Audience,
        earlier: frozenset[Recipient],
    ) -> int:
        mine = [
            News(
                *(each.detection.signal, each.detection.level, each.joined),
                unheard=each.verdict.reason == Reason.PLACE_LEARNT,
            )
            for each in news
            if each.pushed and _audience(each) == audience
        ]
        if not mine:
            return 0
        owed = owe_messages(self.tools, alert, mine, audience, earlier)
        if owed.left_out is not None:
            self.left_out |= {each.signal: owed.left_out for each in mine}
        return owed.messages

    def _owe_edits(self, before: Alert, alert: Alert, judged: Sequence[Judged]) -> None:
        # An entry that changed was one of the reports before.
        changed = any(each.report.said_before for each in judged)
        new = None if changed else self.source.entry_id
        if says(before) == says(alert) and self._reporting(alert, new) == self._reporting(alert):
            return
        owe_edits(self.tools, before, alert, new=new)

    def _reporting(self, alert: Alert, but: int | None = None) -> frozenset[str]:
        """Who reports one of the alert's signals as it is told: its sources, in no order."""
        found = [self.known.families(each.signal, each.direction, but) for each in alert.signals]
        return frozenset[str]().union(*found)

    def _families(self, told: Sequence[AlertSignal]) -> int:
        """How many publisher families report one of these signals as it is told, in words of
        their own."""
        found = [self.known.families(each.signal, each.direction) for each in told]
        families = frozenset[str]().union(*found)
        tools = self.tools
        return max(tools.remembered.sources(tools.db, self.story_id, families, tools.now), 1)


def _audience(judged: Judged) -> Audience:
    assert not isinstance(judged.verdict, Suppress)  # noqa: S101 for the type checker
    return judged.verdict.audience


def _highest(told: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """The highest level of each direction. One that is not known counts as the lowest: to tell
    it twice is better than to hide what is critical."""
    found: dict[str, str] = {}
    for direction, level in told:
        found[direction] = max(found.get(direction, LADDER[0]), level or LADDER[0], key=rank)
    return found
