"""Methods of data classes that are compiled when they are called for first.

Python before 3.13 compiles each method of a data class by itself, from source that it writes: six
for a frozen one, of which most processes call the first. For 420 classes this was a fifth of a
start. What is made in the end is what Python makes.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from typing import Any

_LATE = frozenset(
    f"__{name}__" for name in ("repr", "eq", "lt", "le", "gt", "ge", "hash", "setattr", "delattr")
)
"""All but `__init__`, whose signature is asked for."""


def make_methods_late() -> None:
    """From now on, in this process. Does nothing where Python makes all methods of a class in one
    go, or no longer makes them by the function that is known here."""
    make: Callable[..., Any] | None = getattr(dataclasses, "_create_fn", None)
    if make is None or sys.version_info >= (3, 13) or make.__module__ != dataclasses.__name__:
        return

    def create(name: str, *source: Any, **names: Any) -> Any:
        if name in _LATE:
            return _late(name, lambda: make(name, *source, **names))
        return make(name, *source, **names)

    dataclasses._create_fn = create  # type: ignore[attr-defined]


def _late(name: str, make: Callable[[], Any]) -> Callable[..., Any]:
    made: Any = None

    def method(self: object, *others: object) -> Any:
        nonlocal made
        if made is None:  # threads that call at once make the same twice
            made = make()
            made.__qualname__ = method.__qualname__
            for each in type(self).__mro__:
                if each.__dict__.get(name) is method:
                    setattr(each, name, made)
        return made(self, *others)

    method.__name__ = name
    return method
