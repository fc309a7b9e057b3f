"""Errors and statuses in words: what happened, what the operator can do. Pure."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx

from bot.feeds.fetch.headers import retry_after
from bot.feeds.fetch.outcome import FailureKind, FetchFailed
from bot.feeds.parse.pages import challenge_in_headers, challenge_name, is_html

_AGAIN = "Marsad tries again, less often"


def host_of(url: str) -> str:
    """The host of an address, for messages and limits: addresses can hold keys, hosts do not."""
    try:
        return urlsplit(url).hostname or "the address"
    except ValueError:
        return "the address"


def connection_failure(host: str, error: Exception) -> FetchFailed:
    """An exception of httpx as a failure. `host` is for the message."""
    if isinstance(error, httpx.TimeoutException):
        return FetchFailed("timeout", f"{host} does not answer in time", _AGAIN)
    if isinstance(error, httpx.ConnectError):
        cause = _tls_cause(error)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return FetchFailed(
                "tls",
                f"{host} cannot prove who it is ({cause.verify_message})",
                "check this machine's clock; otherwise the publisher must renew the certificate",
            )
        if cause is not None:
            reason = (cause.reason or "no reason given").lower().replace("_", " ")
            return FetchFailed(
                "tls",
                f"no safe connection to {host} ({reason})",
                "check whether the address should start with http:// or https://",
            )
        return FetchFailed("connect", f"{host} refuses the connection", _AGAIN)
    if isinstance(error, httpx.ReadError | httpx.WriteError | httpx.RemoteProtocolError):
        return FetchFailed("dropped", f"{host} breaks the connection off", _AGAIN)
    # A name that cannot be encoded is a ValueError.
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol | ValueError):
        return FetchFailed(
            "redirect",
            f"{host} leads to an address that cannot be read",
            "open the address in a browser and put the final one into feeds.yaml",
        )
    return FetchFailed("protocol", f"{host} answers with nonsense ({type(error).__name__})", _AGAIN)


def status_failure(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime
) -> FetchFailed:
    """A status that is neither success nor redirect. `headers` has lower-case names; `body`
    is the beginning of the page that came with it."""
    wait = retry_after(headers, now)
    challenge = challenge_in_headers(headers)
    if challenge is None and status != 429 and is_html(body):
        challenge = challenge_name(headers, body)
    if challenge is not None:
        return FetchFailed(
            "challenge",
            f"{challenge} came instead of the feed (HTTP {status})",
            "ask the publisher to let Marsad's address through, or use another feed of theirs "
            "(a person must solve this, Marsad will not)",
            retry_after=wait,
        )
    kind, hint = _kind_and_hint(status)
    return FetchFailed(kind, f"HTTP {status} {_phrase(status)}".strip(), hint, wait)


def _kind_and_hint(status: int) -> tuple[FailureKind, str]:
    match status:
        case 410:
            return "gone", "the publisher has ended this feed: remove it from feeds.yaml"
        case 404:
            return "missing", "the feed has moved: look for its new address on the site"
        case 401 | 402 | 403 | 407 | 451:
            return "refused", (
                "the server refuses Marsad: look for another address, or ask the publisher"
            )
        case 429:
            return "rate-limited", "the server asks for patience: a longer interval_minutes helps"
        case _ if status >= 500:
            return "server", f"the publisher's server has trouble; {_AGAIN}"
        case _ if status >= 400:
            return "refused", "check the address in feeds.yaml"
    return "protocol", "check the address in feeds.yaml"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _tls_cause(error: BaseException) -> ssl.SSLError | None:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLError):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None
