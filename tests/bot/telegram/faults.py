"""What the fake Bot API can be told to do wrong, in Telegram's own words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Fault:
    """One way a call goes wrong. `delivered`: the message reaches its chat all the same."""

    kind: Literal["answer", "reset", "hang", "body"]
    status: int = 200
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    delivered: bool = False
    seconds: float = 3600.0
    # Of "body": what is answered with this status, as it is.
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def named(cls, name: str, **values: Any) -> Fault:
        """A fault by the name of its constructor below, for scripts and the control port."""
        return FAULTS[name](**values)


def flood(seconds: int) -> Fault:
    return Fault(
        "answer",
        429,
        f"Too Many Requests: retry after {seconds}",
        {"retry_after": seconds},
    )


def blocked(description: str = "Forbidden: bot was blocked by the user") -> Fault:
    return Fault("answer", 403, description)


def kicked() -> Fault:
    return blocked("Forbidden: bot was kicked from the supergroup chat")


def bad_request(description: str) -> Fault:
    return Fault("answer", 400, f"Bad Request: {description}")


def chat_not_found() -> Fault:
    return bad_request("chat not found")


def no_rights() -> Fault:
    return bad_request("not enough rights to send text messages to the chat")


def topic_closed() -> Fault:
    return bad_request("TOPIC_CLOSED")


def topic_gone() -> Fault:
    return bad_request("message thread not found")


def cannot_parse() -> Fault:
    return bad_request('can\'t parse entities: Unsupported start tag "x" at byte offset 3')


def too_long() -> Fault:
    return bad_request("message is too long")


def migrated(new_chat_id: int) -> Fault:
    return Fault(
        "answer",
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        {"migrate_to_chat_id": new_chat_id},
    )


def unauthorised() -> Fault:
    return Fault("answer", 401, "Unauthorized")


def conflict() -> Fault:
    return Fault(
        "answer",
        409,
        "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running",
    )


def server_error(status: int = 502, delivered: bool = False) -> Fault:
    return Fault("answer", status, "Bad Gateway", delivered=delivered)


def reset(delivered: bool = False) -> Fault:
    """The connection is reset after the request was read."""
    return Fault("reset", delivered=delivered)


def body(
    status: int, text: str, *, delivered: bool = False, headers: Mapping[str, str] | None = None
) -> Fault:
    """This text with this status: from Telegram, a gateway, or whatever stands in between."""
    return Fault("body", status, delivered=delivered, body=text, headers=headers or {})


def page(status: int, title: str = "Sign in to the network") -> Fault:
    return body(
        status,
        f"<!DOCTYPE html><html><head><title>{title}</title></head><body><p>x</p></body></html>",
        headers={"Content-Type": "text/html"},
    )


def redirect(to: str = "https://portal.example/login") -> Fault:
    return body(302, "", headers={"Location": to})


def refusal_under(status: int, code: int, description: str, **parameters: int) -> Fault:
    """Telegram's own refusal, under another HTTP status."""
    said = {"ok": False, "error_code": code, "description": description}
    return body(status, json.dumps(said | ({"parameters": parameters} if parameters else {})))


def truncated(delivered: bool = True) -> Fault:
    return body(200, '{"ok":true,"result":{"message_id":12,"da', delivered=delivered)


def hang(delivered: bool = True, seconds: float = 3600.0) -> Fault:
    """The request is accepted and never answered."""
    return Fault("hang", delivered=delivered, seconds=seconds)


FAULTS = {
    maker.__name__: maker
    for maker in (
        flood,
        blocked,
        kicked,
        bad_request,
        chat_not_found,
        no_rights,
        topic_closed,
        topic_gone,
        cannot_parse,
        too_long,
        migrated,
        unauthorised,
        conflict,
        server_error,
        reset,
        hang,
        body,
        page,
        redirect,
        refusal_under,
        truncated,
    )
}
