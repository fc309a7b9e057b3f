"""Web pages that come where a feed should: recognise them, and say what to do. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin


@dataclass(frozen=True, slots=True)
class Page:
    """A page by its kind: "challenge" (captcha, bot check) or "page" (anything else)."""

    kind: str
    message: str
    hint: str


_ASK = (
    "ask the publisher to let Marsad's address through, or use another feed of theirs "
    "(a person must solve this, Marsad will not)"
)
# Words of the pages themselves, lower case. Order matters: the named before the general.
_CHALLENGES: tuple[tuple[str, tuple[bytes, ...]], ...] = (
    (
        "a Cloudflare check",
        (
            b"cf-chl",
            b"/cdn-cgi/challenge-platform",
            b"cf-browser-verification",
            b"cf-error-details",
            b"attention required! | cloudflare",
            b"<title>just a moment...</title>",
        ),
    ),
    ("a DDoS-Guard check", (b"ddos-guard",)),
    ("an Imperva check", (b"_incapsula_resource", b"incapsula incident")),
    ("a Sucuri check", (b"sucuri website firewall", b"sucuri_cloudproxy")),
    ("an Akamai refusal", (b"errors.edgesuite.net",)),
    ("a DataDome check", (b"captcha-delivery.com",)),
    ("a PerimeterX check", (b"px-captcha",)),
    ("an Anubis check", (b"anubis_challenge", b"within.website/x/cmd/anubis")),
    (
        "a bot check",
        (
            b"enable javascript and cookies to continue",
            b"checking your browser",
            b"are you a robot",
        ),
    ),
)
_CHALLENGE_HEADERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "cf-mitigated": ("a Cloudflare bot check", ("challenge",)),
    "x-amzn-waf-action": ("an AWS bot check", ("challenge", "captcha")),
    "x-vercel-mitigated": ("a Vercel bot check", ("challenge", "deny")),
}
_CAPTCHAS = (b"g-recaptcha", b"h-captcha", b"cf-turnstile", b"captcha")
_SMALL = 40_000
_PROLOGUE = re.compile(rb"(?:\s|\xef\xbb\xbf|<\?xml[^>]*\?>|<!--.*?-->)*", re.DOTALL)
_HTML_START = re.compile(
    rb"<(?:(!doctype\s+html|html|head|body)|script|style|meta|link)\b", re.IGNORECASE
)
_FEED_ROOT = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_LINK = re.compile(rb"<link\b[^>]{0,1000}>", re.IGNORECASE)
_FEED_TYPE = re.compile(rb"application/(?:rss\+xml|atom\+xml|feed\+json)", re.IGNORECASE)
_HREF = re.compile(rb"\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
# Each of these looks no further than the next tag: pages are named in the service's own process.
_TITLE = re.compile(rb"<title[^<>]*>([^<]{1,300})", re.IGNORECASE)
_LOOKED_AT = 65_536


def is_html(body: bytes) -> bool:
    """Whether a document starts as a web page does. No feed format does, but what a server
    prints before a feed may (a script, a warning): then the feed counts."""
    start = _PROLOGUE.match(body[:_LOOKED_AT])
    found = _HTML_START.match(body, start.end() if start else 0)
    if found is None:
        return False
    return found[1] is not None or _FEED_ROOT.search(body[:_LOOKED_AT]) is None


def challenge_in_headers(headers: Mapping[str, str]) -> str | None:
    """The bot check that an answer's headers name; such an answer often has no body at all."""
    for header, (name, values) in _CHALLENGE_HEADERS.items():
        if headers.get(header, "").strip().lower() in values:
            return name
    return None


def challenge_name(headers: Mapping[str, str], body: bytes) -> str | None:
    """Which bot check a page is, None when it is none. `headers` has lower-case names."""
    if (named := challenge_in_headers(headers)) is not None:
        return named
    head = body[:_LOOKED_AT].lower()
    for name, marks in _CHALLENGES:
        if any(mark in head for mark in marks):
            return name
    # An ordinary page may hold a captcha in some form of its own; a check page is little else.
    if len(body) < _SMALL and any(mark in head for mark in _CAPTCHAS):
        return "a captcha"
    return None


def name_page(headers: Mapping[str, str], body: bytes, url: str) -> Page | None:
    """What kind of page came instead of a feed; None when it is no web page."""
    if challenge_in_headers(headers) is None and not is_html(body):
        return None
    challenge = challenge_name(headers, body)
    if challenge is not None:
        return Page("challenge", f"{challenge} came instead of the feed", _ASK)
    titled = _title(body)
    message = f"a web page came instead of a feed{f' ({titled})' if titled else ''}"
    feed = _feed_named_in(body, url)
    if feed is not None:
        return Page("page", message, f"the page names a feed: put {feed} into feeds.yaml")
    return Page(
        "page", message, "look for the site's RSS or Atom address and put it into feeds.yaml"
    )


def _title(body: bytes) -> str:
    found = _TITLE.search(body[:_LOOKED_AT])
    text = html.unescape(found[1].decode("utf-8", "ignore")) if found else ""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return f"“{text[:80]}”" if text else ""


def _feed_named_in(body: bytes, url: str) -> str | None:
    for link in _LINK.findall(body[:_LOOKED_AT]):
        if _FEED_TYPE.search(link) and (href := _HREF.search(link)):
            try:
                address = urljoin(url, html.unescape(href[1].decode("utf-8", "ignore")))
            except ValueError:
                continue
            if address.startswith(("http://", "https://")) and len(address) <= 300:
                return address
    return None
