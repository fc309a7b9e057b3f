"""Links: made absolute as feeds write them, and compared as what they name. Pure.

Two comparisons, one built on the other (docs/decisions/one-link.md): `canonical_link` names an
entry and is stored as its key, `page_link` names a page for the comparison of stories.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from w3lib.url import canonicalize_url, url_query_cleaner

_MAX_LINK = 2_000
_CONTROLS = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# A link that was wrapped over lines; single spaces are part of it.
_WRAPPED = re.compile(r"[ \t]*[\r\n\t][ \t\r\n]*| {2,}")

# Addresses as templates and typing leave them: "https:/n.example", "http://https://n.example".
_HALF_SCHEME = re.compile(r"\A(?:https?:/*)*(https?)(?::/+|//+)(?=[^/?#])", re.IGNORECASE)
_HALF_HOST = re.compile(r"\A(?=www\.[^/.]+\.)", re.IGNORECASE)
# What software writes for no link. Joined with the feed's address it would look like one.
_NO_LINK = re.compile(
    r"#.*|https?:/*|(?:null|none|nil|undefined|nan|n/?a|false|0|-+)", re.IGNORECASE | re.DOTALL
)

# A link in which nothing is to be put in order, as most are: it is read in a twentieth of the time.
_PLAIN = re.compile(
    r"https?://(?:www\.)?(?P<host>(?!www\.)(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,20})"
    r"(?P<path>(?:/(?:[A-Za-z0-9_-]|%[89A-F][0-9A-F])(?:[A-Za-z0-9_.-]|%[89A-F][0-9A-F])*)+)/*"
)
# What sharing tools and mailings add to a link; none of it changes the page.
_TRACKING = (
    "at_campaign", "at_medium", "at_format", "at_link_id", "at_link_origin", "at_link_type",
    "at_bbc_team", "at_ptr_name", "cmpid", "dclid", "fbclid", "fromrss", "gclid", "icid", "igshid",
    "mc_cid", "mc_eid", "ns_campaign", "ns_mchannel", "ns_source", "ocid", "partner", "ref",
    "ref_src", "rss", "smid", "spm", "traffic_source", "traffic-source", "utm_brand",
    "utm_campaign", "utm_content", "utm_id", "utm_medium", "utm_name", "utm_social", "utm_source",
    "utm_term", "wt_mc", "xtor",
)  # fmt: skip


def absolute_link(link: object, base: str) -> str | None:
    """`link` as an absolute http(s) address; None when it is not or cannot be one.

    A place in the feed's own document ("#", "#item-3") is none: it leads to the feed.
    """
    if not isinstance(link, str) or not link.strip():
        return None
    if _PLAIN.fullmatch(link) is not None:
        return link if len(link) <= _MAX_LINK else None
    try:
        text = _CONTROLS.sub("", _WRAPPED.sub("", link.strip())).strip()
        if _NO_LINK.fullmatch(text):
            return None
        text = _HALF_HOST.sub("https://", _HALF_SCHEME.sub(r"\1://", text))
        joined = urljoin(base, text.replace(" ", "%20"))
        parts = urlsplit(joined)
        host, _ = parts.hostname or "", parts.port
        good = parts.scheme in ("http", "https") and host and "%" not in host
    except ValueError:
        return None
    return joined if good and len(joined) <= _MAX_LINK else None


def canonical_link(link: str) -> str | None:
    """`link` without scheme, "www.", tracking, fragment and order of parameters.

    None for what cannot name an entry: no address, or the front page of a site. Stored as an
    identity key: what it gives for a link must not change.
    """
    plain = _PLAIN.fullmatch(link)
    if plain is not None:
        return plain["host"] + plain["path"]
    return _taken_apart(link)


def _taken_apart(link: str) -> str | None:
    """`canonical_link` of any link."""
    try:
        cleaned = url_query_cleaner(link, _TRACKING, remove=True)
        parts = urlsplit(canonicalize_url(cleaned))
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or (parts.path in ("", "/") and not parts.query):
        return None
    where = host.removeprefix("www.") + (f":{port}" if port not in (None, 80, 443) else "")
    query = f"?{parts.query}" if parts.query else ""
    return f"{where}{parts.path.rstrip('/')}{query}"


@lru_cache(maxsize=20_000)
def page_link(link: str | None) -> str | None:
    """`canonical_link` of the page in any of its versions, those for phones ("m.", "/amp") too.

    Never stored: it may become wiser.
    """
    canonical = canonical_link(link) if link else None
    if canonical is None:
        return None
    address, _, query = canonical.partition("?")
    host, slash, path = address.partition("/")
    if host.startswith("m.") and host.count(".") > 1:
        host = host[2:]
    if path == "amp" or path.endswith("/amp"):
        path = path[:-3].rstrip("/")
    kept = "&".join(part for part in query.split("&") if part and not part.startswith("msclkid="))
    if not path and not kept:
        return None
    return f"{host}{slash if path else ''}{path}{f'?{kept}' if kept else ''}"
