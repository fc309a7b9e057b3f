"""A fake Bot API server on loopback, strict about what it is asked and scriptable in its faults.

In a test::

    async with TelegramServer() as server:
        ...Application.builder().token(server.token).base_url(server.base_url)...
        server.say(7, "/start")                       # a person writes to the bot
        server.fail(flood(30), chat_id=7)             # the next sendMessage to chat 7 gets a 429
        assert server.texts(7) == [...]               # what that chat really got
        assert not server.violations                  # requests the Bot API would not accept

For a test that kills the service, run it on its own::

    python -m tests.telegram_server --port 0 --log delivered.jsonl

It prints ``{"url": ..., "token": ...}``, writes a line for each delivered or edited message, and
takes ``POST /control/{say,press,inject,fail,repair}`` and ``GET /control/state`` (JSON) on the
same port.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.bot.telegram.bot_api import BadField, Description
from tests.bot.telegram.faults import Fault
from tests.bot.telegram.world import Message, Refusal, World

__all__ = ["TOKEN", "Message", "TelegramServer"]

TOKEN = "110201543:fake-token-of-the-test-server"


@dataclass(slots=True)
class _Script:
    fault: Fault
    method: str | None
    chat_id: int | None
    times: int | None


class TelegramServer(World):
    """See the module, and `World` for what tests see and do."""

    def __init__(
        self,
        *,
        port: int = 0,
        token: str = TOKEN,
        description: Description | None = None,
        log: Path | None = None,
        latency: float = 0.0,
    ) -> None:
        super().__init__()
        self.token = token
        self.latency = latency
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.violations: list[str] = []
        self._description = description or Description.load()
        self._log_path = log
        self._port = port
        self._scripts: list[_Script] = []
        self._runner: web.AppRunner | None = None

    # --- life ---

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def base_url(self) -> str:
        """What the MARSAD_TELEGRAM_BASE_URL setting takes."""
        return f"{self.url}/bot"

    async def start(self) -> TelegramServer:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/documents/{file_id}", self._serve_file)
        app.router.add_get("/control/state", self._control_state)
        app.router.add_post("/control/{action}", self._control)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        if self._log_path:
            self._log = self._log_path.open("a", encoding="utf-8")
        return self

    async def stop(self) -> None:
        self._closing.set()
        await self._wake()
        if self._runner:
            await self._runner.cleanup()
        if self._log:
            self._log.close()

    async def __aenter__(self) -> TelegramServer:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def fail(
        self,
        fault: Fault,
        *,
        method: str | None = "sendMessage",
        chat_id: int | None = None,
        times: int | None = 1,
    ) -> None:
        """The next `times` calls (None: all until `repair`) of `method` to `chat_id` get `fault`.

        None for `method` or `chat_id` stands for any. Earlier scripts are used up first.
        """
        self._scripts.append(_Script(fault, method, chat_id, times))

    def repair(self) -> None:
        """Forget every fault."""
        self._scripts.clear()

    # --- serving ---

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return _refuse(401, "Unauthorized")
        raw = await _parameters(request)
        try:
            values = self._read(method, raw)
        except Refusal as refusal:
            return self._refuse(method, raw, refusal)
        self.calls.append((method, values))
        if self.latency:
            await asyncio.sleep(self.latency)
        fault = self._next_fault(method, values.get("chat_id"))
        if fault and not fault.delivered:
            return await self._break(request, fault)
        try:
            result = await self.call(method, values)
        except Refusal as refusal:
            return self._refuse(method, raw, refusal)
        if method != "getUpdates":
            await self._wake()
        if fault:
            return await self._break(request, fault)
        return web.json_response({"ok": True, "result": result})

    async def _serve_file(self, request: web.Request) -> web.Response:
        content = self.files.get(request.match_info["file_id"])
        if request.match_info["token"] != self.token or content is None:
            return _refuse(404, "Not Found")
        return web.Response(body=content, content_type="application/octet-stream")

    def _read(self, method: str, raw: Mapping[str, Any]) -> dict[str, Any]:
        if method not in self._description.methods:
            raise Refusal(404, "Not Found", violation=True)
        try:
            return self._description.read(method, raw)
        except BadField as error:
            raise Refusal(400, f"Bad Request: {error}", violation=True) from error

    def _refuse(self, method: str, raw: Mapping[str, Any], refusal: Refusal) -> web.Response:
        if refusal.violation:
            self.violations.append(f"{method}: {refusal.description} in {dict(raw)!r:.500}")
        return _refuse(refusal.status, refusal.description)

    def _next_fault(self, method: str, chat_id: Any) -> Fault | None:
        for script in self._scripts:
            if script.method in (None, method) and script.chat_id in (None, chat_id):
                if script.times is not None:
                    script.times -= 1
                    if script.times <= 0:
                        self._scripts.remove(script)
                return script.fault
        return None

    async def _break(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.kind == "answer":
            return _refuse(fault.status, fault.description, fault.parameters)
        if fault.kind == "body":
            return web.Response(
                status=fault.status, body=fault.body.encode(), headers=dict(fault.headers)
            )
        if fault.kind == "hang":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), fault.seconds)
        if request.transport:
            request.transport.abort()
        return web.Response(status=500)

    async def _control(self, request: web.Request) -> web.Response:
        body = await request.json()
        match request.match_info["action"]:
            case "say":
                return web.json_response({"update_id": self.say(**body)})
            case "press":
                message = next(m for m in self.messages if m.message_id == body["message_id"])
                return web.json_response({"update_id": self.press(message, body["data"])})
            case "inject":
                return web.json_response({"update_id": self.inject(body)})
            case "fail":
                fault = Fault.named(body.pop("fault"), **body.pop("values", {}))
                self.fail(fault, **body)
                return web.json_response({})
            case "repair":
                self.repair()
                return web.json_response({})
        raise web.HTTPNotFound

    async def _control_state(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "messages": [asdict(message) for message in self.messages],
                "violations": self.violations,
                "unread": self.unread,
            }
        )


async def _parameters(request: web.Request) -> dict[str, Any]:
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        values |= await request.json()
    else:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                values[name] = (value.filename, value.file.read())
            else:
                values[name] = value
    return values


def _refuse(
    status: int, description: str, parameters: Mapping[str, Any] | None = None
) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = dict(parameters)
    return web.json_response(body, status=status)


async def _main() -> None:
    parser = argparse.ArgumentParser(description="A fake Bot API server on loopback.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--log", type=Path)
    arguments = parser.parse_args()
    server = TelegramServer(port=arguments.port, token=arguments.token, log=arguments.log)
    async with server:
        print(json.dumps({"url": server.url, "token": server.token}), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main())
