"""Which part of a host name one owner holds, by the Public Suffix List. Pure.

The list is the one in the library's package (https://publicsuffix.org): nothing is downloaded.
Its private part counts, so two blogs on one blog host are two owners.
"""

from __future__ import annotations

from functools import cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList


def publisher_family(url: str) -> str:
    """The family of a feed whose row names none: the domain that its publisher registered.

    "https://feeds.bbci.co.uk/x" -> "bbci.co.uk", "https://a.blogspot.com/" -> "a.blogspot.com".
    An address in numbers, and a name that is a public suffix itself, stay whole.
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        ip_address(host)
    except ValueError:
        return _list().privatesuffix(host) or host.removeprefix("www.")
    return host


def is_public_suffix(domain: str) -> bool:
    """Whether hosts of different owners lie under `domain`."""
    return bool(_list().is_public(domain.strip(".").lower()))


@cache
def _list() -> PublicSuffixList:
    return PublicSuffixList()
