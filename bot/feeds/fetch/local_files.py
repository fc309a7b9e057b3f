"""Feed documents from this machine's disk, for `marsad demo --feed FILE`.

A class of its own, so that no feed and no redirect can ever reach a file.
"""

from __future__ import annotations

import asyncio
import hashlib
import stat
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.feeds.fetch.compression import BadCompression, decompress
from bot.feeds.fetch.outcome import Fetched, FetchFailed, FetchOutcome, FetchRequest


class FileRetriever:
    """Reads paths and file:// addresses. A `bot.feeds.fetch.fetcher.Retriever`."""

    def __init__(self, max_bytes: int = 5_000_000) -> None:
        self._max_bytes = max_bytes

    async def fetch(self, request: FetchRequest, now: datetime) -> FetchOutcome:
        """Read the file that `request.url` names. Never raises for what the disk holds."""
        return await asyncio.to_thread(self._read, request.url)

    async def aclose(self) -> None:
        """Nothing to close; here so that it can stand where a Fetcher stands."""

    def _read(self, url: str) -> FetchOutcome:
        path = local_path(url)
        try:
            # A pipe or a device would never end.
            if not stat.S_ISREG(path.stat().st_mode):
                return FetchFailed("file", f"{path} is not a file", "name the feed document itself")
            with path.open("rb") as file:
                plain = decompress(file.read(self._max_bytes + 1), "", self._max_bytes)
        except OSError as error:
            return FetchFailed("file", f"{path}: {error.strerror}", "check the path")
        except BadCompression as error:
            return FetchFailed("file", f"{path}: {error}", "unpack it first")
        if not plain.body.strip():
            return FetchFailed("file", f"{path} is empty", "name a feed document")
        return Fetched(
            body=plain.body,
            body_hash=hashlib.sha256(plain.body).hexdigest(),
            url=path.absolute().as_uri(),
            content_type=None,
            etag=None,
            last_modified=None,
            truncated=not plain.whole,
            oversized=plain.oversized,
        )


def local_path(url: str) -> Path:
    """The path that a file:// address or a plain path names."""
    if url.lower().startswith("file:"):
        return Path(unquote(urlsplit(url).path))
    return Path(url).expanduser()
