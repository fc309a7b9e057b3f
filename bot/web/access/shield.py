"""What stands before every page: headers for the browser, limits, and a log without secrets."""

from __future__ import annotations

import ipaddress
import logging
import math
import time
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.access.limits import EXPORTING, READING, SIGNING_IN, Limits

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
NOT_KEPT = {"cache-control": "no-store"}
LARGEST_BODY = 64_000
SAFE = ("GET", "HEAD")

log = logging.getLogger(__name__)


class Shield:
    """Refuses who asks too often, what is too large, and forms of other sites; adds the headers;
    logs method, path, answer and time: never what follows a question mark."""

    def __init__(self, app: ASGIApp, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._clock = clock
        self._reading, self._signing_in = Limits(READING), Limits(SIGNING_IN)
        self._exporting = Limits(EXPORTING)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, began, status = Request(scope), time.perf_counter(), 500

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                kept = request.url.path.startswith("/static/")
                for name, value in (HEADERS if kept else HEADERS | NOT_KEPT).items():
                    headers.setdefault(name, value)
                if is_https(request):
                    headers.setdefault("strict-transport-security", "max-age=31536000")
            await send(message)

        try:
            app = self._refusal(request) or self._app
            await app(scope, receive, with_headers)
        finally:
            took = (time.perf_counter() - began) * 1000
            path = scope["path"].encode("unicode_escape").decode()[:200]
            log.info("page: %s %s %d, %.0f ms", scope["method"], path, status, took)

    def _refusal(self, request: Request) -> ASGIApp | None:
        # Who cannot be told from others shares a bucket with them.
        address, now = request.client.host if request.client else "", self._clock()
        wait = self._reading.wait(address, now)
        if wait is None and request.url.path.startswith("/sign-in") and request.method == "POST":
            wait = self._signing_in.wait(address, now)
        if wait is None and request.url.path.startswith("/export/"):
            wait = self._exporting.wait(address, now)
        if wait is not None:
            seconds = str(math.ceil(wait.total_seconds()))
            text = "طلبات كثيرة. Too many requests. Trop de demandes.\n"
            return PlainTextResponse(text, 429, {"retry-after": seconds})
        if request.method in SAFE:
            return None
        if not _from_here(request):
            return PlainTextResponse("This form is not of this site.\n", 403)
        length = request.headers.get("content-length")
        if length is None and "transfer-encoding" not in request.headers:
            return None  # no body follows (RFC 9112, 6.3)
        if length is None or not length.isdecimal():
            return PlainTextResponse("How long is it?\n", 411)
        if int(length) > LARGEST_BODY:
            return PlainTextResponse("That is too large.\n", 413)
        return None


def is_https(request: Request) -> bool:
    """Whether the browser came by TLS, as the proxy in front of us says."""
    address = request.app.state.site.address if "app" in request.scope else None
    return request.url.scheme == "https" or (address or "").startswith("https://")


def _from_here(request: Request) -> bool:
    """Whether a form was sent from a page of ours, as far as the browser says."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    try:
        return origin is None or urlsplit(origin).netloc == request.headers.get("host")
    except ValueError:
        return False


def is_this_machine(request: Request) -> bool:
    """Whether somebody at this machine asks, and not through a proxy on it. A page elsewhere that
    makes its name an address of ours still says its own name."""
    if set(request.headers) & {"x-forwarded-for", "forwarded", "x-real-ip", "via"}:
        return False
    return _is_loopback(request.client.host if request.client else "") and (
        request.url.hostname == "localhost" or _is_loopback(request.url.hostname or "")
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
