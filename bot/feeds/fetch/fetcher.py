"""URL -> bytes. Nothing a server does makes it take longer, read more or go elsewhere than
allowed; every outcome is a value with words for the operator."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from urllib.request import Request

import httpx

from bot.feeds.fetch.addresses import AllowList
from bot.feeds.fetch.compression import BadCompression, decompress
from bot.feeds.fetch.failures import connection_failure, host_of, status_failure
from bot.feeds.fetch.headers import fresh_for, server_time
from bot.feeds.fetch.large import LARGE_FROM, LargeBodies
from bot.feeds.fetch.outcome import (
    FailureKind,
    Fetched,
    FetchFailed,
    FetchOutcome,
    FetchRequest,
    NotModified,
)
from bot.feeds.fetch.slim import Slim
from bot.feeds.fetch.transport import (
    AddressRefused,
    CheckedTransport,
    HostNotFound,
    Resolver,
    system_resolver,
)
from bot.feeds.parse.pages import challenge_in_headers, name_page
from bot.feeds.publishers import is_public_suffix

USER_AGENT = "Marsad/0.1 (feed reader for relief work)"
ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
ACCEPT_PAGE = "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5"
UNCONDITIONAL_SHARE = 0.01
# Thousands of pieces may come in one packet: the loop is for others, too.
_PIECES_AT_ONCE = 100
# Compressed bytes that are unpacked in the loop; more may take a tenth of a second.
_UNPACKED_HERE = 50_000


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Seconds for the whole fetch with its redirects, and for one silence; bytes of a body as it
    comes when it is compressed, of what is kept of it, and of what may go by for that (`Slim`);
    the pieces in which it may come: one of a byte costs as much work as one of thousands."""

    total_seconds: float = 30.0
    silence_seconds: float = 15.0
    compressed_bytes: int = 10_000_000
    decoded_bytes: int = 5_000_000
    passing_bytes: int = 25_000_000
    pieces: int = 100_000
    redirects: int = 5


def goes_unconditional(roll: float, share: float = UNCONDITIONAL_SHARE) -> bool:
    """Whether this fetch leaves the validators out, so that a server that wrongly answers
    "not modified" for ever is found out. `roll` is uniform in [0, 1)."""
    return roll < share


class _OwnDomainOnly(DefaultCookiePolicy):
    """Cookies go back to the host that set them, and to the domain that it named, unless others
    own parts of that domain ("co.uk", a blog host)."""

    def set_ok_domain(self, cookie: Cookie, request: Request) -> bool:
        if cookie.domain_specified and is_public_suffix(cookie.domain):
            return False
        return super().set_ok_domain(cookie, request)


class _NoCookies(httpx.Cookies):
    """Keeps none. To look through every answer for some took a tenth of a poll."""

    def extract_cookies(self, response: httpx.Response) -> None:
        return


class _Client(httpx.AsyncClient):
    """No cookie outlives a fetch (see `Fetcher._follow`): they would grow and track."""

    @property
    def cookies(self) -> httpx.Cookies:
        return _NoCookies()

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        raise AttributeError("this client keeps no cookies")


class Fetcher:
    """Fetches over http and https. Close it with `aclose()`."""

    def __init__(
        self,
        *,
        limits: FetchLimits | None = None,
        allow: AllowList | None = None,
        resolver: Resolver = system_resolver,
        user_agent: str = USER_AGENT,
    ) -> None:
        # httpx logs whole addresses at INFO, and feed addresses can hold keys.
        for name in ("httpx", "httpcore"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._limits = limits or FetchLimits()
        self._large = LargeBodies()
        self._client = _Client(
            transport=CheckedTransport(allow or AllowList(), resolver),
            timeout=httpx.Timeout(self._limits.silence_seconds),
            headers={
                "user-agent": user_agent,
                "accept": ACCEPT,
                "accept-encoding": "gzip, deflate",
            },
            follow_redirects=False,
            trust_env=False,
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def fetch(self, request: FetchRequest, now: datetime) -> FetchOutcome:
        """Get a feed. Never raises for anything a server, a name or an address does."""
        host = host_of(request.url)
        seconds = self._limits.total_seconds
        try:
            async with asyncio.timeout(seconds) as deadline:
                self._large.excuses(deadline)
                return await self._follow(request, now)
        except TimeoutError:
            return FetchFailed(
                "timeout",
                f"{host} did not finish its answer in {seconds:g} s",
                "the server or the line is slow; Marsad tries again, less often",
            )
        except AddressRefused as error:
            return FetchFailed(
                "address",
                f"{error}, which feeds may not reach",
                "if you trust it, add it to MARSAD_ALLOW_PRIVATE; otherwise remove the feed",
            )
        except HostNotFound as error:
            return FetchFailed(
                "dns",
                str(error),
                "check the address in feeds.yaml and this machine's name server",
            )
        except BadCompression as error:
            return FetchFailed("protocol", str(error), "tell the publisher; Marsad tries again")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return connection_failure(host, error)

    async def _follow(self, request: FetchRequest, now: datetime) -> FetchOutcome:
        headers = {"accept": ACCEPT_PAGE} if request.page else {}
        if request.etag:
            headers["if-none-match"] = request.etag
        if request.last_modified:
            headers["if-modified-since"] = request.last_modified
        # Some sites redirect until the cookie that they set comes back.
        cookies: httpx.Cookies | None = None
        url, permanent = httpx.URL(request.url), True
        for _ in range(self._limits.redirects + 1):
            if url.scheme not in ("http", "https") or not url.host:
                return FetchFailed(
                    "redirect",
                    f"it leads to a {url.scheme or 'relative'}: address, which is not fetched",
                    "put the feed's final address into feeds.yaml",
                )
            outgoing = self._client.build_request("GET", url, headers=headers)
            if cookies is not None:
                cookies.set_cookie_header(outgoing)
            response = await self._client.send(outgoing, stream=True)
            try:
                if response.status_code not in (301, 302, 303, 307, 308):
                    moved = str(url) if permanent and str(url) != request.url else None
                    return await self._outcome(response, request, now, moved)
                if "set-cookie" in response.headers:
                    if cookies is None:
                        cookies = httpx.Cookies(CookieJar(_OwnDomainOnly()))
                    cookies.extract_cookies(response)
                permanent = permanent and response.status_code in (301, 308)
                location = response.headers.get("location")
            finally:
                await response.aclose()
            if not location:
                return FetchFailed(
                    "redirect",
                    f"{url.host} redirects to nowhere",
                    "open the address in a browser and put the final one into feeds.yaml",
                )
            url = url.join(location)
        return FetchFailed(
            "redirect",
            f"{host_of(request.url)} redirects more than {self._limits.redirects} times",
            "open the address in a browser and put the final one into feeds.yaml",
        )

    async def _outcome(
        self, response: httpx.Response, request: FetchRequest, now: datetime, moved: str | None
    ) -> FetchOutcome:
        headers = {name.lower(): value for name, value in response.headers.items()}
        etag, last_modified = _validators(headers)
        if response.status_code == 304:
            if request.etag or request.last_modified:
                return NotModified(
                    etag, last_modified, fresh_for(headers, now), server_time(headers)
                )
            return FetchFailed(
                "protocol",
                "the server says “not modified” although nothing was asked of it",
                "tell the publisher; Marsad tries again",
            )
        failing = not 200 <= response.status_code < 300
        body, broken, oversized = await self._read(response, cut=failing)
        page = name_page(headers, body, str(response.request.url))
        # The words of bot checks stand in ordinary pages, too: one is recognised when it holds
        # nothing of what is looked for.
        if request.page and challenge_in_headers(headers) is None:
            page = None
        if failing:
            return status_failure(response.status_code, headers, body, now)
        if page is not None:
            kind: FailureKind = "challenge" if page.kind == "challenge" else "page"
            return FetchFailed(kind, page.message, page.hint)
        if not body.strip():
            return FetchFailed(
                "dropped" if broken else "protocol",
                "the answer is empty",
                "the publisher's server has trouble; Marsad tries again",
            )
        return Fetched(
            body=body,
            body_hash=hashlib.sha256(body).hexdigest(),
            url=str(response.request.url),
            content_type=headers.get("content-type"),
            etag=etag,
            last_modified=last_modified,
            fresh_for=fresh_for(headers, now),
            truncated=broken,
            oversized=oversized,
            moved_to=moved,
            server_time=server_time(headers),
        )

    async def _read(self, response: httpx.Response, *, cut: bool) -> tuple[bytes, bool, bool]:
        """The decompressed body, whether it broke off, and whether at the limit.

        `cut`: its beginning is enough.
        """
        encoding = response.headers.get("content-encoding", "")
        limits = self._limits
        limit, most = (65_536, 0) if cut else (limits.compressed_bytes, 0)
        if not cut and not encoding:
            limit, most = min(limit, limits.decoded_bytes), limits.passing_bytes
        received, broken, oversized = Slim(limit, most), False, False
        try:
            pieces = 0
            async for chunk in response.aiter_raw():
                received.add(chunk)
                pieces += 1
                if pieces % _PIECES_AT_ONCE == 0:
                    await asyncio.sleep(0)
                if len(received.kept) > LARGE_FROM:
                    await self._large.take()
                if received.full or pieces >= self._limits.pieces:
                    # Its beginning is read: the newest entries are mostly there.
                    broken = oversized = True
                    break
        except (httpx.ReadError, httpx.RemoteProtocolError, httpx.ReadTimeout):
            broken = True
        raw = received.end()
        del received
        try:
            given = (raw, encoding, limits.decoded_bytes, limits.passing_bytes)
            small = not encoding or len(raw) < _UNPACKED_HERE
            plain = decompress(*given) if small else await asyncio.to_thread(decompress, *given)
        except BadCompression:
            if cut:
                return b"", True, False
            raise
        return plain.body, broken or not plain.whole, oversized or plain.oversized


def _validators(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    # Longer ones exist and are a server's fault: without them the next fetch is merely whole.
    etag, last_modified = headers.get("etag", ""), headers.get("last-modified", "")
    return (
        etag if 0 < len(etag) <= 500 else None,
        last_modified if 0 < len(last_modified) <= 100 else None,
    )
