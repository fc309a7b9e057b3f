"""Parsing in processes that can be killed: `ParserPool` here, the process's own loop in
`bot.feeds.parse.apart.process`.

A document can make any parser slow or large. So it is read in a process with a limit on its
memory, and one that takes too long is killed; the next document gets a fresh one. The process
inherits no secrets: its environment is empty but for what Python needs. Replies are
JSON, never pickle: nothing that a parser under attack writes is run here.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import bot
from bot.feeds.parse.apart.pipe import encode_document
from bot.feeds.parse.apart.reply import read_reply
from bot.feeds.parse.entry import Document, ParsedFeed, Unreadable

log = logging.getLogger(__name__)

_KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")
_WRITTEN_AT_ONCE = 65_536
_PACKAGES = str(Path(bot.__file__).resolve().parent.parent)


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """For each document: seconds before the process is killed, bytes of memory it may hold.
    A process ends after so many `documents`: what it took it does not give back."""

    seconds: float
    memory_bytes: int
    documents: int = 500


# Measured: 5 MB of Arabic entries take 48 MB, with emoji in them 70 MB, in windows-1256 56 MB.
SMALL = ParseLimits(seconds=5.0, memory_bytes=64_000_000)
LARGE = ParseLimits(seconds=15.0, memory_bytes=80_000_000, documents=1)


class ParserPool:
    """Parses documents one at a time in a process that is started when first needed and used
    again.

    A document from `large_from` bytes on has a process of its own, one at a time, which ends with
    it: what takes long or needs much memory is nearly always large, and ordinary feeds shall not
    wait behind it.

    Belongs to the event loop that it was first used in. Close it with `aclose()`.
    """

    def __init__(
        self,
        *,
        small: ParseLimits = SMALL,
        large: ParseLimits = LARGE,
        large_from: int = 1_000_000,
    ) -> None:
        self._small = _ParserProcess(small)
        self._large = _ParserProcess(large)
        self._large_from = large_from

    async def parse(self, document: Document, now: datetime) -> ParsedFeed | Unreadable:
        """What `bot.feeds.parse.parser.parse` says, or Unreadable when it took too long or died."""
        is_large = len(document.body) >= self._large_from
        return await (self._large if is_large else self._small).parse(document, now)

    async def aclose(self) -> None:
        """End the processes. A parse that is under way ends as Unreadable."""
        await asyncio.gather(self._small.stop(), self._large.stop())


def parser_environment() -> dict[str, str]:
    """What a parsing process is given of ours: no secrets, what Python needs."""
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    return kept | {"PYTHONPATH": _PACKAGES}


class _ParserProcess:
    def __init__(self, limits: ParseLimits) -> None:
        self._limits = limits
        self._process: asyncio.subprocess.Process | None = None
        self._documents = 0
        self._turn = asyncio.Lock()

    async def parse(self, document: Document, now: datetime) -> ParsedFeed | Unreadable:
        async with self._turn:
            return await self._parse(document, now)

    async def _parse(self, document: Document, now: datetime) -> ParsedFeed | Unreadable:
        try:
            process = self._process or await self._start()
            async with asyncio.timeout(self._limits.seconds):
                parsed = await _exchange(process, *encode_document(document, now))
            self._documents += 1
            if self._documents >= self._limits.documents:
                await self.stop()
            return parsed
        except TimeoutError:
            await self.stop()
            return Unreadable(
                f"reading the document took longer than {self._limits.seconds:g} s",
                "the document is hostile or broken: tell the publisher, or remove the feed",
            )
        except (OSError, EOFError, ValueError) as error:
            log.warning("the parsing process ended: %s", type(error).__name__)
            await self._ended()
            await self.stop()
            return Unreadable(
                f"reading the document needs more than {self._limits.memory_bytes / 1e6:g} MB",
                "the document is hostile or broken: tell the publisher, or remove the feed",
            )
        except BaseException:  # cancelled in the middle: its next reply would be to this one
            self._kill()
            raise

    async def stop(self) -> None:
        process = self._process
        self._kill()
        if process is not None:
            await process.wait()

    async def _ended(self) -> None:
        """A moment for it to end by itself: to kill what is dying makes the loop warn of a
        process that it does not know."""
        if self._process is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), 1)

    def _kill(self) -> None:
        process, self._process, self._documents = self._process, None, 0
        if process is not None and process.returncode is None:
            process.kill()

    async def _start(self) -> asyncio.subprocess.Process:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # nothing from the working directory is imported
            "-m",
            "bot.feeds.parse.apart.process",
            str(self._limits.memory_bytes),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=parser_environment(),
            start_new_session=True,  # Ctrl-C is for the service, which then ends its parsers
        )
        return self._process


async def _exchange(
    process: asyncio.subprocess.Process, *messages: bytes
) -> ParsedFeed | Unreadable:
    """Send messages, get the reply; each is a 4-byte length and that many bytes."""
    assert process.stdin is not None and process.stdout is not None  # noqa: S101 - both are PIPE
    for message in messages:
        process.stdin.write(len(message).to_bytes(4, "big"))
        # What the pipe does not take at once the transport copies: so never all of a body.
        for start in range(0, len(message), _WRITTEN_AT_ONCE):
            process.stdin.write(memoryview(message)[start : start + _WRITTEN_AT_ONCE])
            await process.stdin.drain()
    return await read_reply(process.stdout)
