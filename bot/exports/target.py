"""What a file is written to, which may fail under it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO


class Target:
    """`out` until it is given up; then nothing more is done with it, and nothing fails.

    A zip that is not whole ends itself when it is forgotten, by then on a file that is closed or a
    disk that is full, and Python shows that as a traceback of its own.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._given_up = False

    def give_up(self) -> None:
        self._given_up = True

    def write(self, data: bytes) -> int:
        return len(data) if self._given_up else self._out.write(data)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._out, name)
        return self._while_it_lasts(found) if callable(found) else found

    def _while_it_lasts(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any, **named: Any) -> Any:
            return 0 if self._given_up else method(*given, **named)

        return called
