"""`marsad` as a process: started, listened to, waited for."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]
# Seconds that a start may take on a machine that is busy with other things.
PATIENCE = 240
# The shipped rules take ten seconds to load, and twice as many with coverage. What a process does
# with its files and signals it does with one small rule as well.
SHIPPED, FEW = "bot", "tests.bot.service.few_marsad"


@asynccontextmanager
async def process(
    folder: Path, *arguments: str, module: str = FEW, **environment: str
) -> AsyncIterator[Process]:
    """`marsad` with these arguments, at work in that folder; killed if it is still there after."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MARSAD_")}
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        stdout=PIPE,
        stderr=PIPE,
        cwd=folder,
        env=kept
        | {
            "MARSAD_DATA_DIR": str(folder / "data"),
            "MARSAD_FEEDS_FILE": str(folder / "feeds.yaml"),
            "MARSAD_ALLOW_PRIVATE": "127.0.0.1",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(ROOT),
        }
        | environment,
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()


async def ended(running: Process) -> tuple[int, str, str]:
    async with asyncio.timeout(PATIENCE):
        out, err = await running.communicate()
    return running.returncode or 0, out.decode("utf-8"), err.decode("utf-8")


async def said(running: Process, words: str) -> None:
    """Wait until a line of standard error holds these words."""
    assert running.stderr
    async with asyncio.timeout(PATIENCE):
        while words not in (await running.stderr.readline()).decode("utf-8"):
            assert not running.stderr.at_eof()
