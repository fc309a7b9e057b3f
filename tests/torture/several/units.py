"""Processes of one Marsad under a supervisor that starts again what ended, as systemd does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

MODULE = "tests.torture.several.marsad"
AGAIN_AFTER = 0.5


class Unit:
    """`marsad` with these arguments, at work from `start` to `stop`.

    `ended` has the exit code of each time that it ended by itself.
    """

    def __init__(
        self, name: str, arguments: tuple[str, ...], environment: Mapping[str, str], folder: Path
    ) -> None:
        self.ended: list[int] = []
        self._file = folder / f"{name}.log"
        self._arguments = arguments
        self._environment = dict(environment)
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[int] | None = None
        self._over = False

    @property
    def log(self) -> str:
        return self._file.read_text("utf-8") if self._file.exists() else ""

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        await self._begin()
        self._keeping = asyncio.create_task(self._keep())

    async def stop(self, number: signal.Signals = signal.SIGTERM, *, seconds: float = 60) -> int:
        """Send the signal and wait for the end; returns the exit code."""
        assert self._keeping is not None
        self._over = True
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)
        return await asyncio.wait_for(asyncio.shield(self._keeping), seconds)

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    async def close(self) -> None:
        """End it, however it stands."""
        if self._keeping is not None and not self._keeping.done():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGCONT)
            await self.stop(signal.SIGKILL)

    def polls_under_way(self, port: int) -> int:
        """How many connections it has to a publisher's port."""
        wanted = f":{port:04X}"
        try:
            held = {str(each.readlink()) for each in Path(f"/proc/{self.pid}/fd").iterdir()}
            rows = Path(f"/proc/{self.pid}/net/tcp").read_text("ascii").splitlines()[1:]
        except OSError:
            return 0
        fields = [row.split() for row in rows]
        return sum(
            each[2].endswith(wanted) and each[3] == "01" and f"socket:[{each[9]}]" in held
            for each in fields
        )

    async def _begin(self) -> None:
        with self._file.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", MODULE, *self._arguments),
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def _keep(self) -> int:
        while True:
            assert self._process is not None
            code = await self._process.wait()
            if self._over:
                return code
            self.ended.append(code)
            await asyncio.sleep(AGAIN_AFTER)
            if self._over:
                return code
            await self._begin()
