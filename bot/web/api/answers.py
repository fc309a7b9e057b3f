"""What the API answers with: JSON that a client may keep, and errors that say what to do."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from bot.exports.objects import compact

JSON = "application/json"
# What was read for one person must not be shown to another by a proxy.
_KEPT = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}
_SAFE = {"X-Content-Type-Options": "nosniff"}


class Refused(Exception):
    """The request cannot be answered: `where` (a parameter, the method, who asks), `what` is wrong,
    and what to send `instead`."""

    def __init__(
        self,
        status: int,
        where: str,
        what: str,
        instead: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status, self.where, self.what, self.instead = status, where, what, instead
        self.headers = dict(headers or {})
        super().__init__(what)

    def response(self) -> Response:
        body = {"error": {"where": self.where, "what": self.what, "instead": self.instead}}
        kept = {"Cache-Control": "no-store"} | _SAFE | self.headers
        return Response(compact(body), self.status, kept, JSON)


def answered(request: Request, body: Mapping[str, object]) -> Response:
    """The body with its ETag; 304 without it for who has it already."""
    content = compact(body)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = _KEPT | _SAFE | {"ETag": tag}
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=JSON)


def _has(held: str, tag: str) -> bool:
    """Whether one of the client's tags is this one: weakly compared, as RFC 9110 (13.1.2) asks."""
    tags = [each.strip().removeprefix("W/") for each in held.split(",")]
    return held.strip() == "*" or tag in tags
