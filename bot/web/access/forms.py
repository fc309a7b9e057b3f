"""Forms that people send: read with a limit, and only if a page of theirs made them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from bot.web.access.shield import LARGEST_BODY
from bot.web.site import Visitor


async def form_of(request: Request) -> Mapping[str, str]:
    """What a form sent, the last of each name. Raises HTTPException for what is none."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                raise HTTPException(413)
    except ClientDisconnect:
        # Nobody reads the answer; but it is no fault of ours that the log should hold.
        raise HTTPException(400) from None
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=40))
    except (ValueError, UnicodeDecodeError):
        raise HTTPException(400) from None


def form_key(visitor: Visitor) -> str:
    """What each form of this session carries: no other site can know it."""
    return hmac.new(visitor.key.encode(), b"form", hashlib.sha256).hexdigest()


async def own_form(request: Request, visitor: Visitor) -> Mapping[str, str]:
    """A form of this session. Raises HTTPException for one that is not."""
    form = await form_of(request)
    if not hmac.compare_digest(form.get("form", "").encode(), form_key(visitor).encode()):
        raise HTTPException(403)
    return form


def own_path(path: str) -> str:
    """Where to go on: a path of this site; the first page for anything else."""
    plain = path.isprintable() and "\\" not in path and len(path) < 2_000
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"
