"""The page served over HTTP: beside the service in its loop, or alone by `marsad web`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import uvicorn

from bot.errors import CannotGoOn
from bot.web.app import application
from bot.web.connections import MOST, PatientProtocol
from bot.web.render import compile_templates
from bot.web.site import Site

if TYPE_CHECKING:
    from bot.settings import Settings

log = logging.getLogger(__name__)

# What is being answered at a stop gets so many seconds.
GRACE = 3
BETWEEN_TEMPLATES = 0.1
"""Seconds between two templates that are compiled ahead."""


class _Server(uvicorn.Server):
    """Signals belong to the service, which tells this when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class PageServer:
    """Serves until `close`."""

    def __init__(self, site: Site, host: str, port: int) -> None:
        """Raises CannotGoOn when the port cannot be used. Port 0 takes a free one (see `port`)."""
        self._socket = _bound(host, port)
        self._server = _Server(
            uvicorn.Config(
                application(site),
                lifespan="off",
                # The page logs each request itself, without what stands behind a question mark.
                access_log=False,
                log_config=None,
                server_header=False,
                # Of a proxy on this machine alone it is believed who asks, and by which scheme.
                proxy_headers=True,
                forwarded_allow_ips="127.0.0.1,::1",
                timeout_graceful_shutdown=GRACE,
                h11_max_incomplete_event_size=32_768,
                http=PatientProtocol,
                # Some more than may wait, so that these are refused when all are being answered.
                limit_concurrency=MOST + 50,
                ws="none",
            )
        )
        self._task = asyncio.create_task(
            self._server.serve(sockets=[self._socket]), name="page-server"
        )
        self._task.add_done_callback(self._ended)
        self._ahead = asyncio.create_task(
            compile_templates(BETWEEN_TEMPLATES), name="page-templates"
        )
        log.info("page: http://%s:%d", host, self.port)

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    async def close(self) -> None:
        """Answer what was asked, then stop and free the port."""
        self._ahead.cancel()
        self._server.should_exit = True
        ended, _ = await asyncio.wait({self._task}, timeout=GRACE + 2)
        if not ended:
            self._task.cancel()
        self._socket.close()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        error = task.exception()
        if error is not None or not self._server.should_exit:
            log.error("page: stopped by itself", exc_info=error)


@contextlib.asynccontextmanager
async def beside_service(site: Site, settings: Settings) -> AsyncIterator[PageServer | None]:
    """The page for as long as the service runs, where a port is set. A port that is taken is said,
    and stops nothing."""
    server = None
    if settings.web_port is not None:
        try:
            server = PageServer(site, settings.web_host, settings.web_port)
        except CannotGoOn as error:
            log.error("%s; the service goes on without the page", error)
    try:
        yield server
    finally:
        if server is not None:
            await server.close()


def _bound(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        family, kind, protocol, _, address = found
        bound = socket.socket(family, kind, protocol)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
            # At once: two may bind a port that nobody listens on yet.
            bound.listen(128)
        except OSError:
            bound.close()
            raise
    except OSError as error:
        raise CannotGoOn(
            f"MARSAD_WEB_PORT: port {port} of {host} cannot be used ({error.strerror}); "
            "write another one, or leave it out"
        ) from error
    bound.setblocking(False)
    return bound
