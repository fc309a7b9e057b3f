"""Pictures drawn by a process of their own, so that the loop and the memory stay free."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

DRAWN_WITHIN = 120.0
"""Seconds: usually two, on a machine that is busy with other things much more."""


class NotDrawn(Exception):
    """The picture could not be drawn; the text says why, for the log."""


def can_draw() -> bool:
    """Whether matplotlib is installed (the extra `charts`)."""
    return find_spec("matplotlib") is not None


async def draw(wanted: Mapping[str, Any], cache: Path, within: float = DRAWN_WITHIN) -> bytes:
    """The PNG of what `bot.charts.draw` reads. `cache` is a folder for matplotlib's list of fonts.

    Raises NotDrawn.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.charts.draw"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(cache),
    )
    try:
        async with asyncio.timeout(within):
            png, errors = await process.communicate(json.dumps(wanted).encode())
    except TimeoutError as error:
        raise NotDrawn(f"not drawn within {within:.0f} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 or not png.startswith(b"\x89PNG"):
        raise NotDrawn(f"exit {process.returncode}: {errors.decode(errors='replace')[-500:]}")
    return png


def _environment(cache: Path) -> dict[str, str]:
    """Nothing of ours: no token goes to a process that needs none."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "HOME", "LANG", "PYTHONPATH", "TMPDIR") or name.startswith("COVERAGE")
    }
    return kept | {"MPLCONFIGDIR": str(cache), "OPENBLAS_NUM_THREADS": "1"}
