from __future__ import annotations

import asyncio
import gzip
import socket
import time
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.feeds.fetch import transport
from bot.feeds.fetch.addresses import AllowList
from bot.feeds.fetch.fetcher import Fetcher, FetchLimits, goes_unconditional
from bot.feeds.fetch.local_files import FileRetriever
from bot.feeds.fetch.outcome import Fetched, FetchFailed, FetchOutcome, FetchRequest, NotModified
from tests.feed_server import (
    FeedServer,
    Handler,
    Names,
    Request,
    answer,
    endless_body,
    feed_server,
    never_answers,
    slow_loris,
)

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
BODY = b'<rss version="2.0"><channel></channel></rss>'
LIMITS = FetchLimits(compressed_bytes=200_000, decoded_bytes=200_000)
# For servers that are slow on purpose; on a busy machine any other may take as long.
IMPATIENT = replace(LIMITS, total_seconds=0.4, silence_seconds=0.3)


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as served:
        yield served


async def fetch(
    url: str,
    names: Names | None = None,
    *,
    allow: str = "feeds.test",
    limits: FetchLimits = LIMITS,
    etag: str | None = None,
    last_modified: str | None = None,
) -> FetchOutcome:
    fetcher = Fetcher(
        limits=limits, allow=AllowList.of(allow.split(",")), resolver=names or Names()
    )
    try:
        return await fetcher.fetch(FetchRequest(url, etag, last_modified), NOW)
    finally:
        await fetcher.aclose()


def failure(outcome: FetchOutcome) -> FetchFailed:
    assert isinstance(outcome, FetchFailed), outcome
    assert outcome.message and outcome.hint
    return outcome


def success(outcome: FetchOutcome) -> Fetched:
    assert isinstance(outcome, Fetched), outcome
    return outcome


async def test_a_feed_comes_with_its_validators_and_freshness(server: FeedServer) -> None:
    headers = {"ETag": 'W/"a b"', "Last-Modified": "yesterday-ish", "Cache-Control": "max-age=90"}
    server.serve("/", BODY, headers=headers)
    got = success(await fetch(server.url("/")))
    assert got.body == BODY
    assert (got.etag, got.last_modified) == ('W/"a b"', "yesterday-ish")
    assert got.fresh_for == timedelta(seconds=90)


async def test_validators_are_echoed_as_the_server_wrote_them(server: FeedServer) -> None:
    server.serve("/", b"", "304 Not Modified")
    outcome = await fetch(server.url("/"), etag='W/"a b"', last_modified="yesterday-ish")
    assert outcome == NotModified(None, None)
    asked = server.seen[0].headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('W/"a b"', "yesterday-ish")
    assert asked["host"] == f"feeds.test:{server.port}"


async def test_a_304_that_nobody_asked_for_is_a_failure(server: FeedServer) -> None:
    server.serve("/", b"", "304 Not Modified")
    assert failure(await fetch(server.url("/"))).kind == "protocol"


async def test_no_cookie_is_sent_back(server: FeedServer) -> None:
    server.serve("/", BODY, headers={"Set-Cookie": "track=me; Path=/"})
    fetcher = Fetcher(limits=LIMITS, allow=AllowList.of(["feeds.test"]), resolver=Names())
    for _ in range(2):
        await fetcher.fetch(FetchRequest(server.url("/")), NOW)
    await fetcher.aclose()
    assert not any("cookie" in request.headers for request in server.seen)


def cookie_wall(cookie: str, target: str = "/") -> Handler:
    """Redirects to `target` with a cookie until one comes back."""

    async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
        if "cookie" in request.headers:
            await answer(writer, BODY)
        else:
            await answer(writer, b"", "302 Found", {"Location": target, "Set-Cookie": cookie})

    return handler


@pytest.mark.parametrize("target", ["/", "/other"])
async def test_a_cookie_comes_back_within_one_fetch_and_not_in_the_next(
    server: FeedServer, target: str
) -> None:
    server.handlers["/"] = server.handlers["/other"] = cookie_wall("seen=1; Path=/", target)
    fetcher = Fetcher(limits=LIMITS, allow=AllowList.of(["feeds.test"]), resolver=Names())
    for _ in range(2):
        success(await fetcher.fetch(FetchRequest(server.url("/")), NOW))
    await fetcher.aclose()
    sent = [request.headers.get("cookie") for request in server.seen]
    assert sent == [None, "seen=1", None, "seen=1"]


@pytest.mark.parametrize(
    ("first", "cookie", "second", "sent"),
    [
        ("feeds.test", "a=1; Path=/", "other.test", None),
        ("feeds.test", "a=1; Path=/; Domain=other.test", "other.test", None),
        ("a.co.uk", "a=1; Path=/; Domain=co.uk", "b.co.uk", None),
        ("a.blogspot.com", "a=1; Path=/; Domain=blogspot.com", "b.blogspot.com", None),
        ("a.news.test", "a=1; Path=/", "b.news.test", None),
        ("a.news.test", "a=1; Path=/; Domain=news.test", "b.news.test", "a=1"),
        ("feeds.test", "a=1; Path=/; Secure", "feeds.test", None),
        ("feeds.test", "a=1; Path=/elsewhere", "feeds.test", None),
    ],
)
async def test_a_cookie_goes_to_no_other_owner(
    server: FeedServer, first: str, cookie: str, second: str, sent: str | None
) -> None:
    names = Names()
    names.names |= {first: ["127.0.0.1"], second: ["127.0.0.1"]}
    headers = {"Location": server.url("/end", second), "Set-Cookie": cookie}
    server.serve("/", b"", "302 Found", headers)
    server.serve("/end", BODY)
    success(await fetch(server.url("/", first), names, allow=f"{first},{second}"))
    assert server.seen[-1].headers.get("cookie") == sent


@pytest.mark.parametrize(
    ("name", "scheme"), [("HTTP_PROXY", "http"), ("ALL_PROXY", "http"), ("all_proxy", "socks5")]
)
async def test_proxies_of_the_environment_are_not_used(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch, name: str, scheme: str
) -> None:
    # A proxy would resolve names by itself, past the check of their addresses.
    server.serve("/", BODY)
    async with feed_server() as proxy:
        for each in (name, name.lower()):
            monkeypatch.setenv(each, f"{scheme}://127.0.0.1:{proxy.port}")
        for each in ("REQUEST_METHOD", "NO_PROXY", "no_proxy"):
            monkeypatch.delenv(each, raising=False)
        success(await fetch(server.url("/")))
    assert (server.connections, proxy.connections) == (1, 0)


@pytest.mark.parametrize("handler", [slow_loris, never_answers])
async def test_a_slow_server_is_given_up_in_time(server: FeedServer, handler: object) -> None:
    server.handlers["/"] = handler  # type: ignore[assignment]
    started = time.monotonic()
    assert failure(await fetch(server.url("/"), limits=IMPATIENT)).kind == "timeout"
    assert time.monotonic() - started < 60


async def test_an_endless_body_is_cut_off(server: FeedServer) -> None:
    server.handlers["/"] = endless_body
    got = success(await fetch(server.url("/")))
    assert (len(got.body), got.truncated) == (200_000, True)


async def test_a_body_in_countless_pieces_is_cut_and_leaves_the_loop_to_others(
    server: FeedServer,
) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1\r\n<\r\n" * 10_000)
            await writer.drain()

    server.handlers["/"] = handler
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    at_work = asyncio.create_task(others())
    got = success(await fetch(server.url("/"), limits=replace(LIMITS, pieces=20_000)))
    at_work.cancel()
    assert (len(got.body), got.truncated) == (20_000, True)
    assert turns >= 200


@pytest.mark.parametrize("layers", [1, 2])
async def test_a_gzip_bomb_is_not_unpacked(server: FeedServer, layers: int) -> None:
    bomb = b"<rss>" + b" " * 50_000_000
    for _ in range(layers):
        bomb = gzip.compress(bomb, 9)
    server.serve("/", bomb, headers={"Content-Encoding": ", ".join(["gzip"] * layers)})
    got = success(await fetch(server.url("/")))
    assert (len(got.body), got.truncated) == (200_000, True)


async def test_of_a_body_in_countless_gzip_members_the_first_are_read(server: FeedServer) -> None:
    """Each costs an inflater, in the loop in which everything else waits."""
    server.serve("/", gzip.compress(b"a") * 5_000, headers={"Content-Encoding": "gzip"})
    got = success(await fetch(server.url("/")))
    assert (got.body, got.truncated) == (b"a" * 1_000, True)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(BODY), "gzip"),
        (zlib.compress(BODY), "deflate"),
        (zlib.compress(BODY)[2:-4], "deflate"),
        (gzip.compress(BODY), ""),
        (gzip.compress(BODY[:9]) + b"\0" * 99 + gzip.compress(BODY[9:]) + b"\0" * 99, "gzip"),
        (BODY, "gzip"),
        (BODY, "deflate"),
        (BODY, "utf-8"),
    ],
    ids=(
        "gzip|zlib|bare deflate|a .gz file|two members|gzip only in name|deflate only in name"
        "|no compression at all"
    ).split("|"),
)
async def test_compressed_feeds_are_read(server: FeedServer, body: bytes, encoding: str) -> None:
    server.serve("/", body, headers={"Content-Encoding": encoding} if encoding else {})
    got = success(await fetch(server.url("/")))
    assert (got.body, got.truncated) == (BODY, False)


async def test_an_encoding_that_was_not_asked_for_is_named(server: FeedServer) -> None:
    server.serve("/", b"\x8b\x02\x80", headers={"Content-Encoding": "br"})
    assert "br" in failure(await fetch(server.url("/"))).message


async def test_a_broken_connection_leaves_what_arrived(server: FeedServer) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
        await answer(writer, BODY[:30], length=5_000)

    server.handlers["/"] = handler
    got = success(await fetch(server.url("/")))
    assert (got.body, got.truncated) == (BODY[:30], True)


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://127.0.0.1/",
        "http://10.1.2.3/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://inside.test/",
        "http://half.test/",
    ],
)
async def test_a_redirect_to_a_private_address_is_refused(server: FeedServer, target: str) -> None:
    server.serve("/", b"", "302 Found", {"Location": target})
    names = Names(inside_test=["192.168.1.1"], half_test=["8.8.8.8", "10.0.0.1"])
    assert failure(await fetch(server.url("/"), names)).kind == "address"


async def test_a_private_address_is_refused_at_once(server: FeedServer) -> None:
    server.serve("/", BODY)
    refused = failure(await fetch(f"http://127.0.0.1:{server.port}/", allow="other.test"))
    assert refused.kind == "address" and "MARSAD_ALLOW_PRIVATE" in refused.hint
    assert not server.requests


async def test_a_name_that_rebinds_is_looked_at_each_time(server: FeedServer) -> None:
    """Public when first asked, private on the redirect to itself: every hop is checked, and
    the connection goes to the very address that was checked."""
    server.serve("/", b"", "302 Found", {"Location": f"http://rebind.test:{server.port}/again"})
    names = Names(rebind_test=[["10.0.0.1"], ["127.0.0.1"]])
    assert failure(await fetch(server.url("/"), names)).kind == "address"
    assert names.asked["rebind.test"] == 1
    names = Names(rebind_test=[["127.0.0.1"], ["169.254.169.254"]])
    server.serve("/again", b"", "302 Found", {"Location": server.url("/x", "rebind.test")})
    outcome = await fetch(server.url("/again", "rebind.test"), names, allow="127.0.0.1")
    assert failure(outcome).kind == "address"
    assert server.requests["/x"] == 0


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://feeds.test/", "gopher://x/"])
async def test_only_http_is_followed(server: FeedServer, target: str) -> None:
    server.serve("/", b"", "301 Moved Permanently", {"Location": target})
    assert failure(await fetch(server.url("/"))).kind == "redirect"


async def test_redirects_end(server: FeedServer) -> None:
    server.serve("/", b"", "302 Found", {"Location": "/"})
    assert failure(await fetch(server.url("/"))).kind == "redirect"
    assert server.requests["/"] == 6


async def test_a_permanent_move_is_reported(server: FeedServer) -> None:
    server.serve("/old", b"", "301 Moved Permanently", {"Location": "/new"})
    server.serve("/new", BODY)
    assert success(await fetch(server.url("/old"))).moved_to == server.url("/new")
    server.serve("/old", b"", "302 Found", {"Location": "/new"})
    assert success(await fetch(server.url("/old"))).moved_to is None


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("410 Gone", "gone"),
        ("404 Not Found", "missing"),
        ("403 Forbidden", "refused"),
        ("401 Unauthorized", "refused"),
        ("429 Too Many Requests", "rate-limited"),
        ("503 Service Unavailable", "server"),
        ("599 Strange", "server"),
    ],
)
async def test_statuses_are_told_apart(server: FeedServer, status: str, kind: str) -> None:
    server.serve("/", b"no", status)
    assert failure(await fetch(server.url("/"))).kind == kind


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("Sat, 31 Jan 2026 12:10:00 GMT", 600), ("soon", None), ("-5", None)],
)
async def test_retry_after_is_read(server: FeedServer, value: str, seconds: int | None) -> None:
    server.serve("/", b"", "429 Too Many Requests", {"Retry-After": value})
    wait = failure(await fetch(server.url("/"))).retry_after
    assert wait == (None if seconds is None else timedelta(seconds=seconds))


CLOUDFLARE = b"<!DOCTYPE html><html><title>Just a moment...</title>/cdn-cgi/challenge-platform"


@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden", "503 Service Unavailable"])
async def test_a_cloudflare_page_is_named(server: FeedServer, status: str) -> None:
    server.serve("/", CLOUDFLARE, status)
    failed = failure(await fetch(server.url("/")))
    assert failed.kind == "challenge" and "Cloudflare" in failed.message


async def test_a_captcha_page_is_named(server: FeedServer) -> None:
    server.serve("/", b"<html><body><div class='g-recaptcha'></div></body></html>")
    failed = failure(await fetch(server.url("/")))
    assert failed.kind == "challenge" and "captcha" in failed.message


@pytest.mark.parametrize(
    ("status", "header", "value"),
    [
        ("202 Accepted", "x-amzn-waf-action", "challenge"),
        ("405 Not Allowed", "X-Amzn-Waf-Action", "captcha"),
        ("403 Forbidden", "cf-mitigated", "challenge"),
        ("429 Too Many Requests", "x-vercel-mitigated", "challenge"),
    ],
)
async def test_a_bot_check_without_a_page_is_named(
    server: FeedServer, status: str, header: str, value: str
) -> None:
    server.serve("/", b"", status, {header: value})
    failed = failure(await fetch(server.url("/")))
    assert failed.kind == "challenge" and "bot check" in failed.message


async def test_an_empty_202_without_a_bot_check_is_an_empty_answer(server: FeedServer) -> None:
    server.serve("/", b"", "202 Accepted")
    assert failure(await fetch(server.url("/"))).kind == "protocol"


async def test_a_web_page_names_the_feed_it_advertises(server: FeedServer) -> None:
    page = (
        b"<html><head><title>Site</title><link rel=alternate type='application/rss+xml' "
        b"href='/feed.xml'></head>"
    )
    server.serve("/", page)
    failed = failure(await fetch(server.url("/")))
    assert failed.kind == "page" and server.url("/feed.xml") in failed.hint


async def test_an_unknown_name_is_a_failure_of_its_own() -> None:
    assert failure(await fetch("http://nowhere.test/")).kind == "dns"


async def test_a_closed_port_is_a_failure_of_its_own() -> None:
    assert failure(await fetch("http://feeds.test:1/")).kind == "connect"


async def test_plain_http_on_a_tls_address_is_a_failure_of_its_own() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert failure(await fetch(f"https://feeds.test:{port}/")).kind == "tls"


@pytest.mark.parametrize(
    "bytes_sent",
    [b"", b"\x00\x01\x02 nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nx: " + b"y" * 300_000],
    ids=["nothing", "not HTTP", "endless header"],
)
async def test_nonsense_is_a_failure_and_no_exception(
    server: FeedServer, bytes_sent: bytes
) -> None:
    async def handler(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes_sent)
        await writer.drain()

    server.handlers["/"] = handler
    failure(await fetch(server.url("/")))


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://a b/", "", "http://x:99999/"])
async def test_an_impossible_address_is_a_failure_and_no_exception(url: str) -> None:
    failure(await fetch(url))


@pytest.mark.parametrize("target", ["http://feeds.test:99999/", "http://xn--a/", "javascript:x"])
async def test_a_redirect_to_what_is_no_address_is_called_one(
    server: FeedServer, target: str
) -> None:
    server.serve("/", b"", "301 Moved Permanently", {"Location": target})
    failed = failure(await fetch(server.url("/")))
    assert failed.kind == "redirect" and "cannot be read" in failed.message


def test_one_fetch_in_a_hundred_goes_without_validators() -> None:
    assert sum(goes_unconditional(number / 1000) for number in range(1000)) == 10


async def test_files_are_read_by_their_own_retriever(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "تجربة.xml"
    path.write_bytes(gzip.compress(BODY))
    files = FileRetriever()
    for url in (str(path), path.as_uri()):
        got = success(await files.fetch(FetchRequest(url), NOW))
        assert got.body == BODY
    assert failure(await files.fetch(FetchRequest("/dev/zero"), NOW)).kind == "file"
    assert failure(await files.fetch(FetchRequest(str(path.parent / "none")), NOW)).kind == "file"
    assert failure(await fetch(path.as_uri())).kind == "redirect"


async def test_a_host_whose_ipv6_leads_nowhere_is_reached(server: FeedServer) -> None:
    server.serve("/", BODY)
    names = Names(six_test=["fd00::1", "fd00::2", "fd00::3", "fd00::4", "127.0.0.1"])
    success(await fetch(server.url("/", "six.test"), names, allow="127.0.0.1,fd00::/8"))


async def test_an_address_that_never_answers_leaves_time_for_the_next(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "CONNECT_SECONDS", 0.2)
    server.serve("/", BODY)
    names = Names(hole_test=["127.0.0.2", "127.0.0.1"])
    with socket.socket() as hole, socket.socket() as other, socket.socket() as third:
        hole.bind(("127.0.0.2", server.port))
        hole.listen(0)
        # Its queue is full: who comes now hears nothing.
        for each in (other, third):
            each.setblocking(False)
            each.connect_ex(("127.0.0.2", server.port))
        success(await fetch(server.url("/", "hole.test"), names, allow="127.0.0.1,127.0.0.2"))
