"""What comes back from Telegram, or from something in between, read by what it says.

python-telegram-bot goes by the HTTP status alone. A proxy's 403 page is no chat that blocks the
bot, and Telegram's refusal is one whatever status a gateway gave it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from typing import Any

from telegram import Update
from telegram.error import NetworkError, RetryAfter, TimedOut
from telegram.request import HTTPXRequest

from bot.text import clean, shorten

log = logging.getLogger(__name__)

# A 429 that does not say for how long.
USUAL_WAIT = 30
# One that says longer is asked again then: a chat or a bot that is silent for years is none.
LONGEST_WAIT = 86_400
# Seconds that a request may take beside the silence that it may meet: httpx waits for each piece
# of an answer anew, and a gateway that sends a piece now and then would hold it for ever.
_BESIDE_SILENCE = 30.0
_WITH_FILES = 600.0
# Network Authentication Required: a captive portal that says what it is.
_SIGN_IN = 511
_ASKED_WAIT = re.compile(r"retry after (\d+)", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)


class NotFromTelegram(NetworkError):
    """Something in between answered in Telegram's place: the request did not get there."""


# Methods of which the answer is a message, for those that are not inline.
_OF_MESSAGES = ("/sendMessage", "/editMessageText")


class NoAnswer(NetworkError):
    """The request may have got to Telegram, but this is no answer to it."""


class TelegramRequest(HTTPXRequest):
    """HTTPXRequest that believes what Telegram says before what the HTTP status says."""

    beside_silence = _BESIDE_SILENCE

    async def do_request(self, url: str, *given: Any, **named: Any) -> tuple[int, bytes]:
        """Status and JSON, of which the status is Telegram's own `error_code`.

        Raises NotFromTelegram, NoAnswer and RetryAfter, and what HTTPXRequest raises: TimedOut also
        for an answer that comes in pieces without an end.
        """
        silence, data = named.get("read_timeout"), named.get("request_data")
        if not isinstance(silence, int | float):
            silence = self.read_timeout or 0.0
        large = "/file/" in url or (data is not None and data.contains_files)
        seconds = _WITH_FILES if large else silence + self.beside_silence
        asked = super().do_request(url, *given, **named)
        try:
            async with asyncio.timeout(seconds):
                status, body = await asked
        except TimeoutError:
            raise TimedOut(f"no whole answer within {seconds:g} s") from None
        if "/file/" in url and status == 200:
            return status, body  # a file's own bytes
        return read_answer(status, body, of_message=url.endswith(_OF_MESSAGES))


class UpdatesRequest(TelegramRequest):
    """What asks for updates. One that cannot be read is known by its number alone, so that it can
    be confirmed: python-telegram-bot refuses the whole answer, and would be given it for ever."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        answer = TelegramRequest.parse_json_payload(payload)
        if isinstance(result := answer.get("result"), list):
            answer["result"] = [each for update in result if (each := _readable(update))]
        return answer


def _readable(update: object) -> dict[str, Any] | None:
    """The update; its number where no more can be read of it, None where not even that can."""
    if not isinstance(update, dict) or not isinstance(number := update.get("update_id"), int):
        log.error("Telegram sent an update without a number")
        return None
    try:
        Update.de_json(update, None)
    except Exception as error:  # noqa: BLE001 - whatever it is that Telegram sends
        # What is in it is somebody's message, and stays out of the log.
        kinds = ", ".join(sorted(str(name)[:40] for name in update if name != "update_id"))
        log.error(
            "update %d (%s) cannot be read and is passed over: %s",
            number,
            kinds,
            type(error).__name__,
        )
        return {"update_id": number}
    return update


def read_answer(status: int, body: bytes, *, of_message: bool = False) -> tuple[int, bytes]:
    """The status that Telegram means, and its JSON with nothing in it that surprises.

    `of_message`: the result must be a message. Raises as `do_request`.
    """
    answer = _parsed(body)
    if answer is None:
        raise _page(status, body)
    if answer["ok"]:
        result = answer.get("result")
        if result is None or (of_message and not _is_message(result)):
            raise NoAnswer(f"{status}, ok, but without a result that makes sense")
        return 200, body
    code = _whole(answer.get("error_code"))
    if not 400 <= code < 600:
        code = status if status >= 400 else 0
    description = clean(str(answer.get("description") or ""))
    if code == 0:
        raise NoAnswer(f"{status}, refused without an error code: {shorten(description, 120)}")
    given = answer.get("parameters")
    given = given if isinstance(given, dict) else {}
    moved, wait = _whole(given.get("migrate_to_chat_id")), _whole(given.get("retry_after"))
    if code == 429:
        asked = _ASKED_WAIT.search(description)
        named = wait if wait > 0 else int(asked[1][:9]) if asked else 0
        raise RetryAfter(min(named or USUAL_WAIT, LONGEST_WAIT))
    refusal: dict[str, Any] = {"ok": False, "error_code": code}
    if description:
        refusal["description"] = description
    if moved:
        refusal["parameters"] = {"migrate_to_chat_id": moved}
    elif wait:
        refusal["parameters"] = {"retry_after": wait}
    return code, json.dumps(refusal).encode()


def _parsed(body: bytes) -> dict[str, Any] | None:
    """Telegram's answer: an object with `ok`. None for anything else."""
    try:
        answer = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    if isinstance(answer, dict) and isinstance(answer.get("ok"), bool):
        return answer
    return None


def _page(status: int, body: bytes) -> NetworkError:
    """What to make of an answer that is not Telegram's, or breaks off."""
    text = body[:20_000].decode("utf-8", "replace").strip()
    if text.startswith("{"):
        return NoAnswer(f"{status}, and JSON that breaks off or is not Telegram's")
    title = _TITLE.search(text)
    named = f" “{shorten(clean(title[1]), 80)}”" if title else ""
    what = f"{status}, a page{named}" if text.startswith("<") else f"{status}, no JSON"
    # Gateways say 5xx for requests that they passed on, and an empty answer can be a lost one. A
    # page with another status, or a redirect, comes from whoever let nothing through.
    if (status >= 500 and status != _SIGN_IN) or (status < 300 and not text.startswith("<")):
        return NoAnswer(f"{what} in place of an answer")
    return NotFromTelegram(f"{what}: something between here and Telegram answers in its place")


def _whole(value: object) -> int:
    """A whole number, 0 for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0
    try:
        return int(float(value)) if abs(float(value)) < 2**53 else 0
    except (ValueError, OverflowError):
        return 0


def _is_message(result: object) -> bool:
    if not isinstance(result, dict):
        return False
    chat = result.get("chat")
    return (
        isinstance(result.get("message_id"), int)
        and isinstance(result.get("date"), int)
        and isinstance(chat, dict)
        and isinstance(chat.get("id"), int)
        and isinstance(chat.get("type"), str)
    )
