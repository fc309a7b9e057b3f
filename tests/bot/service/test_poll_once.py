"""`marsad poll`: the same parts as the service, put to work once."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from aiohttp import web

from bot.clock import utc_now
from bot.service.start import poll_once
from bot.settings import load_settings
from storage.opening import open_database
from storage.sending import second_channel
from tests.bot.delivery.webhooks.receiver import webhook_receiver
from tests.bot.service.newsroom import SHORTAGE, Newsroom, write_feeds

pytestmark = pytest.mark.usefixtures("shipped_rules_once")


async def test_a_single_poll_has_the_second_channel_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    got: list[str] = []

    async def take(request: web.Request) -> web.Response:
        got.append((await request.json())["message"])
        return web.Response()

    app = web.Application()
    app.router.add_post("/notify", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with Newsroom() as newsroom:
            write_feeds(tmp_path, newsroom)
            monkeypatch.setenv("MARSAD_FEEDS_FILE", str(tmp_path / "feeds.yaml"))
            monkeypatch.setenv("MARSAD_ALLOW_PRIVATE", "127.0.0.1")
            port = runner.addresses[0][1]
            monkeypatch.setenv("MARSAD_NOTIFY_URLS", f"json://127.0.0.1:{port}/notify")
            settings = load_settings(None, data_dir=tmp_path / "data")
            database = await open_database(settings.database_file)
            queue = partial(second_channel.enqueue, key="k", title="t", body="word", at=utc_now())
            await database.write(queue)
            await database.close()
            assert await poll_once(settings)
    finally:
        await runner.cleanup()
    assert got == ["word"]


async def test_a_single_poll_tells_programs_what_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Newsroom() as newsroom, webhook_receiver() as receiver:
        newsroom.publish(SHORTAGE)
        write_feeds(tmp_path, newsroom)
        monkeypatch.setenv("MARSAD_FEEDS_FILE", str(tmp_path / "feeds.yaml"))
        monkeypatch.setenv("MARSAD_ALLOW_PRIVATE", "127.0.0.1")
        monkeypatch.setenv("MARSAD_WEBHOOK_URLS", receiver.url)
        monkeypatch.setenv("MARSAD_WEBHOOK_SECRETS", "whsec_" + "QUJD" * 10)
        monkeypatch.setenv("MARSAD_WEBHOOK_LEVEL", "info")
        monkeypatch.setenv("MARSAD_WEBHOOK_LANG", "ar")
        assert await poll_once(load_settings(None, data_dir=tmp_path / "data"))
    (got,) = receiver.got
    told = got.event["data"]
    assert got.event["type"] == "alert.created"
    assert "medicine-shortage" in [each["signal"] for each in told["signals"]]
    assert told["links"] == ["https://newsroom.example/1"]
    assert "نقص في الأدوية" in told["explanation"], "in the language of the setting"
