"""Whom TLS connections trust: one context for all of them, since each reads every authority anew,
a twentieth of a second."""

from __future__ import annotations

import os
import ssl
from functools import cache

import httpx

_NAMED_BY = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@cache
def tls_context(*, by_environment: bool) -> ssl.SSLContext:
    """What httpx makes for itself: its own authorities, or ``by_environment`` those that
    SSL_CERT_FILE or SSL_CERT_DIR name, if they do."""
    if by_environment and not any(map(os.environ.get, _NAMED_BY)):
        return tls_context(by_environment=False)
    return httpx.create_ssl_context(trust_env=by_environment)
