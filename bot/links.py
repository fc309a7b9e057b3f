"""Links as identity: two spellings of one address become one. Pure."""

from urllib.parse import urlsplit

from w3lib.url import canonicalize_url, url_query_cleaner

# What sharing tools and mailings add to a link; none of it changes the page.
_TRACKING = (
    "at_campaign", "at_medium", "at_format", "at_link_id", "at_link_origin", "at_link_type",
    "at_bbc_team", "at_ptr_name", "cmpid", "dclid", "fbclid", "fromrss", "gclid", "icid", "igshid",
    "mc_cid", "mc_eid", "ns_campaign", "ns_mchannel", "ns_source", "ocid", "partner", "ref",
    "ref_src", "rss", "smid", "spm", "traffic_source", "traffic-source", "utm_brand",
    "utm_campaign", "utm_content", "utm_id", "utm_medium", "utm_name", "utm_social", "utm_source",
    "utm_term", "wt_mc", "xtor",
)  # fmt: skip


def canonical_link(link: str) -> str | None:
    """`link` without scheme, "www.", tracking, fragment and order of parameters.

    None for what cannot name an entry: no address, or the front page of a site.
    """
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
