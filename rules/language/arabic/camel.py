"""CAMeL Tools' analyser imported without its downloads and without going through all of Unicode.

As it comes it takes a second and 55 MB, nearly all of it for lists that the analyser has no use
for: every letter of every script, every emoji, and libraries that fetch data. It also reads its
catalogue from the network. Here it sees an empty catalogue, and of the code points only those
among which marks of punctuation and symbols are.
"""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec, module_from_spec
from itertools import chain
from pathlib import Path
from threading import Lock
from types import ModuleType, SimpleNamespace
from typing import Any

_CATALOGUE = Path(__file__).parents[2] / "camel_tools"
_ALONE = Lock()

NO_SYMBOLS = ((0x4E00, 0xA490), (0xAC00, 0xFB00), (0x17000, 0x1BC00), (0x20000, 0x110000))
"""(first, first behind) of code points of which none is punctuation or a symbol: scripts of many
signs, and what is not assigned."""


def prepare_camel_tools() -> None:
    """Before the first import of anything from `camel_tools`; later ones are free."""
    folder = os.environ.get("CAMELTOOLS_DATA")
    if not folder or not Path(folder, "catalogue.json").exists():
        os.environ["CAMELTOOLS_DATA"] = str(_CATALOGUE)
    with _ALONE:
        if "camel_tools.data" not in sys.modules:
            data = ModuleType("camel_tools.data")
            data.CATALOGUE = SimpleNamespace(components={})  # type: ignore[attr-defined]
            sys.modules["camel_tools.data"] = data
        if "camel_tools.utils.charsets" not in sys.modules:
            _import_charsets()


def _import_charsets() -> None:
    spec = find_spec("camel_tools.utils.charsets")
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("camel_tools.utils.charsets", name="camel_tools.utils.charsets")
    charsets = module_from_spec(spec)
    # Its own builtins: what others import at the same time is not touched.
    seen = vars(builtins) | {"range": _where_symbols_are, "__import__": _without_emoji}
    vars(charsets)["__builtins__"] = seen
    spec.loader.exec_module(charsets)
    vars(charsets)["__builtins__"] = builtins
    sys.modules["camel_tools.utils.charsets"] = charsets


def _where_symbols_are(end: int) -> Iterator[int]:
    ends = [0, *chain.from_iterable(NO_SYMBOLS), end]
    return chain.from_iterable(map(range, ends[::2], ends[1::2]))


def _without_emoji(name: str, *args: Any) -> Any:
    return SimpleNamespace(EMOJI_DATA={}) if name == "emoji" else __import__(name, *args)
