"""Connections to the page: who asks nothing makes room for others, and does not stay for long."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.web.access.limits import network_of

MOST = 100
"""Connections at once. One more takes the place of one that asks nothing."""
PATIENCE = 10.0
"""Seconds after which a connection that asked nothing since, or only half of it, is ended."""


class PatientProtocol(H11Protocol):
    """uvicorn's own waits for a first request, and for the rest of any, for ever."""

    most, patience = MOST, PATIENCE

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._asked = self._asked_before = 0
        self._watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._make_room()
        self._watch = self.loop.call_later(self.patience, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        self._asked += 1
        super().on_response_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """None: anybody could fill the log with it, and with advice that is none here."""

    def send_400_response(self, msg: str) -> None:
        """What follows a head may be nonsense when the request is being answered, or was."""
        if self.cycle is not None and not self.cycle.response_complete:
            # Whoever answers it is to find nobody there, not a connection that was answered.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.close()

    @property
    def waits_for_them(self) -> bool:
        """Whether nothing is being answered: they have not asked, or not said all of it."""
        if self.conn.their_state is h11.SEND_BODY:
            return True
        return self.cycle is None or self.cycle.response_complete

    @property
    def _network(self) -> str:
        return network_of(self.client[0]) if self.client else ""

    def _make_room(self) -> None:
        """End what has asked nothing for longest, of whoever holds the most connections."""
        there = [
            each
            for each in self.connections
            if isinstance(each, PatientProtocol) and not each.transport.is_closing()
        ]
        if len(there) <= self.most:
            return
        waiting = [each for each in there if each is not self and each.waits_for_them]
        if waiting:
            held = Counter(each._network for each in there)
            # The watch of who came first, or was looked at first, rings first.
            chosen = min(waiting, key=lambda each: (-held[each._network], each._rings))
            chosen.transport.abort()

    @property
    def _rings(self) -> float:
        return self._watch.when() if self._watch is not None else 0.0

    def _look(self) -> None:
        if self.transport.is_closing():
            return
        if self.waits_for_them and self._asked == self._asked_before:
            self.transport.abort()
            return
        self._asked_before = self._asked
        self._watch = self.loop.call_later(self.patience, self._look)
