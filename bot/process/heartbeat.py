"""The dead-man switch: a URL is called after each healthy tick, and someone else's alarm rings when
the calls stop (Healthchecks.io, Uptime Kuma, Cronitor and the like).
"""

from __future__ import annotations

import asyncio
import logging

import httpx

log = logging.getLogger(__name__)


class Heartbeat:
    """Calls `url`; None is a heartbeat that does nothing. The URL is a secret: it is never logged.

    `timeout` is in seconds, for the whole call.
    """

    def __init__(
        self,
        url: str | None,
        *,
        timeout: float = 10.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = url
        self._timeout = timeout
        self._transport = transport
        self._failing = False
        self._call: asyncio.Task[None] | None = None

    def beat(self) -> None:
        """Start a call and return at once. While one is under way, another is not started."""
        if self._url is None or (self._call is not None and not self._call.done()):
            return
        self._call = asyncio.create_task(self._ping(self._url), name="heartbeat")

    async def close(self) -> None:
        """End a call that is under way."""
        if self._call is not None:
            self._call.cancel()
            await asyncio.gather(self._call, return_exceptions=True)
            self._call = None

    async def _ping(self, url: str) -> None:
        problem = await self._problem(url)
        if problem and not self._failing:
            log.warning("heartbeat: %s; this is said once until it works again", problem)
        elif not problem and self._failing:
            log.info("heartbeat: works again")
        self._failing = problem is not None

    async def _problem(self, url: str) -> str | None:
        # The text of httpx's errors may hold the URL: say their type only.
        try:
            async with (
                asyncio.timeout(self._timeout),
                httpx.AsyncClient(
                    transport=self._transport, timeout=self._timeout, follow_redirects=True
                ) as client,
                client.stream("GET", url) as response,
            ):
                status = response.status_code
        except TimeoutError:
            return f"no answer within {self._timeout:g} s"
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return f"the call failed ({type(error).__name__}); check MARSAD_HEARTBEAT_URL"
        if status >= 400:
            return f"the answer is status {status}; check MARSAD_HEARTBEAT_URL"
        return None
