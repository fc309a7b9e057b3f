"""`make load` leaves nothing behind, however it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

PATIENCE = 240


@pytest.mark.parametrize(
    ("line", "number", "minutes", "code"),
    [
        ("the service answers", signal.SIGTERM, 30.0, 143),
        ("the service answers", signal.SIGINT, 30.0, 130),
        # While it fills a database: a thread is at work then.
        ("200 chats", signal.SIGTERM, 30.0, 143),
        ("", None, 0.4, 1),
    ],
)
async def test_the_load_run_ends_with_all_that_it_started(
    tmp_path: Path, line: str, number: signal.Signals | None, minutes: float, code: int
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.load.storm", "--short", "--minutes", str(minutes)),
        # A group of its own: the signal is for it alone, as `kill` sends it.
        start_new_session=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(PATIENCE):
            if number is not None:
                while line not in (said := (await process.stderr.readline()).decode()):
                    assert said, "it ended by itself"
                assert names_in(tmp_path), "it works in a folder"
                process.send_signal(number)
            words = (await process.stderr.read()).decode()
            assert await process.wait() == code, words
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert "Traceback" not in words
    assert "Event loop is closed" not in words
    assert names_in(tmp_path) == []
    assert session(process.pid) == []


def names_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


def session(leader: int) -> list[str]:
    """What still runs of the session that a process began: the service, its parsers."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            if int(fields[3]) == leader:
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except (OSError, ValueError):
            continue
    return found
