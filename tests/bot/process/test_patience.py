"""A word on the terminal while rules are read for the first time, and none elsewhere."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from typing import ClassVar

import pytest

from bot.process import patience


class _Screen(io.StringIO):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


class _Clock:
    """A timer that goes off when a test says so."""

    made: ClassVar[list[_Clock]] = []

    def __init__(self, after: float, say: Callable[..., None], args: Sequence[object]) -> None:
        self._say, self._args = say, args
        self.cancelled, self.daemon = False, False
        _Clock.made.append(self)

    def go_off(self) -> None:
        self._say(*self._args)

    def start(self) -> None:
        """Nothing: time is the test's."""

    def cancel(self) -> None:
        self.cancelled = True


@pytest.fixture(autouse=True)
def _time(monkeypatch: pytest.MonkeyPatch) -> None:
    _Clock.made.clear()
    monkeypatch.setattr(patience, "Timer", _Clock)


@pytest.mark.parametrize(
    ("lang", "said"), [("ar", "تُقرأ القواعد"), ("fr", "Lecture des règles"), ("de", "Reading")]
)
def test_who_waits_at_a_terminal_hears_why(
    monkeypatch: pytest.MonkeyPatch, lang: str, said: str
) -> None:
    screen = _Screen(terminal=True)
    monkeypatch.setattr(sys, "stderr", screen)
    with patience.reading_rules(lang):
        _Clock.made[0].go_off()
    assert screen.getvalue().startswith(said)
    assert _Clock.made[0].cancelled and _Clock.made[0].daemon


def test_a_log_or_a_pipe_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", _Screen(terminal=False))
    with patience.reading_rules():
        assert _Clock.made == []


def test_a_terminal_that_was_closed_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = _Screen(terminal=True)
    monkeypatch.setattr(sys, "stderr", screen)
    with patience.reading_rules():
        screen.close()
        _Clock.made[0].go_off()
