"""What a webhook's address and secret must be. Pure."""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64
"""Bytes of a secret (https://www.standardwebhooks.com)."""


def secret_bytes(secret: str) -> bytes:
    """From `whsec_` and base64. Raises ValueError, whose words never hold the secret."""
    try:
        found = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is not base64") from None
    if not SHORTEST <= len(found) <= LONGEST:
        raise ValueError(f"has {len(found)} bytes, not {SHORTEST} to {LONGEST}")
    return found


def address_problem(url: str, allowed: Collection[str]) -> str | None:
    """Why nothing may be sent there; None where it may. `allowed`: hosts and networks to which
    what is sent may go unencrypted, as to this machine itself. The words never hold the address."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        return "is no web address"
    if parts.scheme not in ("http", "https") or not host or parts.fragment:
        return "is no web address"
    if parts.username or parts.password:
        return "has a password before its host, which would not be sent"
    if parts.scheme == "http" and not (is_loopback(host) or _is_among(host, allowed)):
        return "would be read on its way, for it begins with http://"
    return None


def is_loopback(host: str) -> bool:
    """Whether that is this machine, whatever a name server says."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_among(host: str, allowed: Collection[str]) -> bool:
    for each in allowed:
        if each.casefold().rstrip(".") == host.rstrip("."):
            return True
        try:
            if ipaddress.ip_address(host) in ipaddress.ip_network(each, strict=False):
                return True
        except ValueError:
            continue
    return False
