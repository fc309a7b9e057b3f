"""The page over real HTTP, and what a port that is taken stops: nothing."""

from __future__ import annotations

import asyncio
import logging
import signal
from pathlib import Path

import httpx
import pytest
import uvicorn

from bot.errors import CannotGoOn
from bot.settings import load_settings
from bot.web import render
from bot.web import server as server_module
from bot.web.render import templates
from bot.web.server import PageServer, beside_service
from tests.bot.web.conftest import Desk


async def test_it_serves_until_it_is_closed_and_leaves_signals_alone(desk: Desk) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    server = PageServer(desk.site, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.port}"
    async with httpx.AsyncClient(trust_env=False) as browser:
        answer = await browser.get(url)
        assert answer.status_code == 401 and "server" not in answer.headers
        assert (await browser.get(f"{url}/healthz")).json() == {"ok": True, "problems": []}
        # A proxy on this machine says who asks.
        asked = await browser.get(f"{url}/healthz", headers={"x-forwarded-for": "203.0.113.7"})
        assert asked.status_code == 404
        css = await browser.get(f"{url}/static/page.css")
        assert css.status_code == 200 and "no-store" not in css.headers.get("cache-control", "")
        assert (await browser.get(f"{url}/static/../app.py")).status_code == 404
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
    await server.close()
    async with httpx.AsyncClient(trust_env=False) as browser:
        with pytest.raises(httpx.ConnectError):
            await browser.get(url)


async def test_who_breaks_off_or_asks_for_another_protocol_leaves_nothing_in_the_log(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Strangers could fill it, with tracebacks of ours."""
    server = PageServer(desk.site, "127.0.0.1", 0)
    form = b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nkey="
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(form)
    await writer.drain()
    async with httpx.AsyncClient(trust_env=False) as browser:
        # Answered behind the form, which is being read by then.
        asked = {"connection": "upgrade", "upgrade": "websocket"}
        answer = await browser.get(f"http://127.0.0.1:{server.port}", headers=asked)
        assert answer.status_code == 401
    writer.close()
    await server.close()
    assert [each.getMessage() for each in caplog.records if each.levelno > logging.INFO] == []


async def test_pages_are_compiled_before_anybody_asks(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = templates.__wrapped__()
    monkeypatch.setattr(render, "templates", lambda: made)
    monkeypatch.setattr(server_module, "BETWEEN_TEMPLATES", 0.0)
    server = PageServer(desk.site, "127.0.0.1", 0)
    ahead = [each for each in asyncio.all_tasks() if each.get_name() == "page-templates"]
    await asyncio.wait_for(asyncio.gather(*ahead), 10)
    assert made.cache is not None
    compiled = {name for _, name in made.cache}
    assert {"now.html", "map.html"} <= compiled
    assert set(made.list_templates(extensions=["html"])) <= compiled
    await server.close()


async def test_a_taken_port_is_said_and_stops_nothing(
    desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = PageServer(desk.site, "127.0.0.1", 0)
    with pytest.raises(CannotGoOn, match="MARSAD_WEB_PORT"):
        PageServer(desk.site, "127.0.0.1", server.port)
    settings = load_settings(None, data_dir=tmp_path, web_port=server.port)
    with caplog.at_level(logging.ERROR):
        async with beside_service(desk.site, settings) as none:
            assert none is None
    assert "the service goes on without the page" in caplog.text
    await server.close()


async def test_a_page_that_stops_by_itself_is_said_at_once(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: uvicorn.Server, counter: int) -> bool:
        raise RuntimeError("out of order")

    monkeypatch.setattr(uvicorn.Server, "on_tick", broken)
    server = PageServer(desk.site, "127.0.0.1", 0)
    await asyncio.wait({server._task}, timeout=5)
    assert "stopped by itself" in caplog.text and "out of order" in caplog.text
    await server.close()


async def test_without_a_port_nothing_is_served(desk: Desk, tmp_path: Path) -> None:
    async with beside_service(desk.site, load_settings(None, data_dir=tmp_path)) as none:
        assert none is None


def test_the_address_of_links_is_the_settings(tmp_path: Path) -> None:
    assert load_settings(None, data_dir=tmp_path).page_address is None
    alone = load_settings(None, data_dir=tmp_path, web_port=8080)
    assert alone.page_address == "http://127.0.0.1:8080"
    public = load_settings(None, data_dir=tmp_path, web_url="https://page.example/", web_port=1)
    assert public.page_address == "https://page.example"
