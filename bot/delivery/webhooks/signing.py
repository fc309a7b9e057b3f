"""Signatures as Standard Webhooks has them (https://www.standardwebhooks.com). Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac


def headers(secret: bytes, message_id: str, seconds: int, body: bytes) -> dict[str, str]:
    """The headers of an attempt at that time, in seconds since 1970."""
    signed = f"{message_id}.{seconds}.".encode() + body
    digest = hmac.new(secret, signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
