"""An httpx transport that connects only to addresses that were checked.

A feed's address and every redirect can point into our own network, and a name can resolve to
something else a moment later. So names are resolved here, every address is looked at, and the
connection goes to the address that was looked at; the host name stays in the Host header and
in TLS (https://www.python-httpx.org/advanced/extensions/#sni_hostname).
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest

import httpx

from bot.feeds.fetch.addresses import Address, AllowList, refusal
from bot.tls import tls_context

# For each address of a host but the last.
CONNECT_SECONDS = 5.0

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

# A name server that hangs holds a thread for many seconds. These are threads of our own: the
# loop's default executor has six on a small machine, and detection runs there.
_LOOKUPS = ThreadPoolExecutor(24, thread_name_prefix="marsad-dns")


class AddressRefused(httpx.TransportError):
    """The host is at an address that feeds may not reach; `reason` says of which kind."""

    def __init__(self, host: str, address: str, reason: str) -> None:
        where = address if host == address else f"{host} is at {address}"
        super().__init__(f"{where} ({reason})")
        self.host = host
        self.reason = reason


class HostNotFound(httpx.TransportError):
    """The name does not resolve."""

    def __init__(self, host: str) -> None:
        super().__init__(f"the name {host} does not resolve")
        self.host = host


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """The operating system's answer. Raises OSError."""
    found = await asyncio.get_running_loop().run_in_executor(
        _LOOKUPS, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    )
    return [str(row[4][0]) for row in found]


class CheckedTransport(httpx.AsyncBaseTransport):
    """Resolve, check, then connect to what was checked. No proxy, no kept connections.

    Connections are not kept because they would be shared by IP address: two hosts at one
    address must not share a TLS connection that was verified for one of them.
    """

    def __init__(self, allow: AllowList, resolver: Resolver = system_resolver) -> None:
        self._allow = allow
        self._resolver = resolver
        self._inner = httpx.AsyncHTTPTransport(
            verify=tls_context(by_environment=False),
            trust_env=False,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises AddressRefused, HostNotFound, and httpx's own errors."""
        host = request.url.raw_host.decode("ascii").strip("[]")
        port = request.url.port or _port(request.url)
        if port > 65_535:  # no library below looks at it before the socket does
            raise httpx.UnsupportedProtocol(f"port {port} is none")
        addresses = await self._checked(host, port)
        for number, address in enumerate(addresses, start=1):
            try:
                pinned = _pinned(request, host, address)
                if number < len(addresses):
                    _connect_soon(pinned)
                return await self._inner.handle_async_request(pinned)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if number == len(addresses):
                    raise
        raise HostNotFound(host)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _checked(self, host: str, port: int) -> list[Address]:
        try:
            found = await self._resolver(host, port)
            addresses = list(dict.fromkeys(ipaddress.ip_address(address) for address in found))
        except (OSError, ValueError):
            raise HostNotFound(host) from None
        # One refused address refuses the host: a name that is half public and half private
        # is an intranet or an attack, and the order of addresses is not ours to rely on.
        for address in addresses:
            reason = refusal(host, address, self._allow)
            if reason is not None:
                raise AddressRefused(host, str(address), reason)
        return _in_turns(addresses)[:4]


def _in_turns(addresses: Sequence[Address]) -> list[Address]:
    """Addresses of both kinds, one of each in turn (RFC 8305, 4): where IPv6 leads nowhere, a host
    with four such addresses has others."""
    first = [each for each in addresses if each.version == addresses[0].version]
    second = [each for each in addresses if each.version != addresses[0].version]
    return [each for pair in zip_longest(first, second) for each in pair if each is not None]


def _connect_soon(request: httpx.Request) -> None:
    """Another address is to get its turn before the time for all of it is up."""
    given = request.extensions.get("timeout", {})
    longest = given.get("connect")
    connect = CONNECT_SECONDS if longest is None else min(longest, CONNECT_SECONDS)
    request.extensions = {**request.extensions, "timeout": {**given, "connect": connect}}


def _port(url: httpx.URL) -> int:
    return 443 if url.scheme == "https" else 80


def _pinned(request: httpx.Request, host: str, address: Address) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )
