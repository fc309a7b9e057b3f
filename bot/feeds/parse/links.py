"""Links and language tags as feeds write them. Pure."""

import re
from urllib.parse import urljoin, urlsplit

_MAX_LINK = 2_000
_UNWANTED = re.compile("[\x00-\x20\x7f\ud800-\udfff\ufffe\uffff]")


def absolute(link: object, base: str) -> str | None:
    """`link` as an absolute http(s) address; None when it is not or cannot be one."""
    if not isinstance(link, str) or not link.strip():
        return None
    try:
        joined = urljoin(base, _UNWANTED.sub("", link.strip()))
        parts = urlsplit(joined)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return joined if good and len(joined) <= _MAX_LINK else None


def language_tag(value: object) -> str | None:
    """The primary subtag in lower case: "ar-SY" -> "ar"."""
    found = re.match(r"\s*([A-Za-z]{2,3})(?![A-Za-z])", value) if isinstance(value, str) else None
    return found[1].lower() if found else None
