"""Templates, and what messages are made of (lines and spans) as HTML."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.locales import DEFAULT_LANGUAGE, LANGUAGES, Texts, texts
from bot.locales.bidi import (
    FSI,
    JOINER,
    PDI,
    RTL_LANGUAGES,
    isolated,
    isolated_parts,
    without_controls,
)
from bot.messages.blocks import Line, Span
from bot.text import web_link, without_towers
from bot.web.access.forms import form_key
from bot.web.site import Visitor

_ALERT_ID = re.compile(r"(?<![\w/.:])/(A\d{1,9})(?![\w/])", re.ASCII)
# Pages that stand in the navigation, by the key of their name, and who sees them there.
NAVIGATION = (
    ("now", "/", False),
    ("map", "/map", False),
    ("places", "/places", False),
    ("signals", "/signals", False),
    ("feeds", "/feeds", True),
    ("rules", "/rules", True),
)


@cache
def templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("bot.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "line": line_html,
        "own": text_html,
        "foreign": foreign_html,
        "isolated": isolated,
        "parts": isolated_parts,
    }
    environment.globals |= {"link_of": lambda raw: (web_link(raw) or ("", ""))[0]}
    return environment


async def compile_templates(pause: float) -> None:
    """Compile each page ahead, one by one with `pause` seconds between: the first reader would
    wait a quarter of a second for all of them, and the service beside for its loop."""
    for name in templates().list_templates(extensions=["html"]):
        await asyncio.sleep(pause)
        await asyncio.to_thread(templates().get_template, name)


def render(
    request: Request,
    template: str,
    context: Mapping[str, object] | None = None,
    *,
    visitor: Visitor | None = None,
    here: str = "",
    status: int = 200,
) -> HTMLResponse:
    """A page in the language of whoever looks. `here` is its name in the navigation."""
    language = visitor.language if visitor else asked_language(request)
    say = texts(language)
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    given: dict[str, object] = {
        "t": partial(_text, say),
        "n": partial(_plural, say),
        "number": say.number,
        "language": language,
        "direction": "rtl" if language in RTL_LANGUAGES else "ltr",
        "languages": {each: texts(each)("name") for each in LANGUAGES},
        "visitor": visitor,
        "form": form_key(visitor) if visitor else "",
        "here": here,
        "path": path if visitor else "/",
        "navigation": [
            (name, address)
            for name, address, guarded in NAVIGATION
            if visitor and (visitor.is_analyst or not guarded)
        ],
    }
    html = templates().get_template(template).render(given | dict(context or {}))
    return HTMLResponse(html, status, {"content-language": language})


def asked_language(request: Request) -> str:
    """What the browser asks for first, of the languages that there are."""
    for asked in request.headers.get("accept-language", "")[:200].split(","):
        short = asked.split(";")[0].strip().split("-")[0].lower()
        if short in LANGUAGES:
            return short
    return DEFAULT_LANGUAGE


def _text(say: Texts, key: str, **values: object) -> Markup:
    return text_html(say(key, **values))


def _plural(say: Texts, key: str, count: int, **values: object) -> Markup:
    return text_html(say.plural(key, count, **values))


def line_html(line: Line) -> Markup:
    """A line of a message: evidence marked, links that lead out, ids of alerts that lead to their
    page; what isolates a run of the other direction as an element."""
    return _balanced(Markup("").join(_span(span) for span in line))


def text_html(text: str) -> Markup:
    """Our own words, which may hold isolated names."""
    return _balanced(escape(text.replace(JOINER, "")))


def foreign_html(text: str) -> Markup:
    """A feed's words, in their own direction."""
    bare = without_towers(without_controls(text)).replace(JOINER, "")
    return Markup("<bdi>{}</bdi>").format(bare)


def _span(span: Span) -> Markup:
    text = span.text.replace(JOINER, "")
    if span.href and (found := web_link(span.href)):
        link = Markup('<a href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>')
        return link.format(found[0], text_html(text))
    if span.style == "b":
        return Markup("<mark>{}</mark>").format(text_html(text))
    if span.style:
        return Markup("<code>{}</code>").format(text_html(text))
    # A command of the bot within a line is a link here.
    linked = _ALERT_ID.sub(r'<a class="id" href="/story/\1">\1</a>', str(escape(text)))
    return Markup(linked)  # noqa: S704 escaped before


def _balanced(html: Markup) -> Markup:
    """With each isolate as an element; one that has no end or no beginning is left out.

    An isolate never begins inside a link or a mark and ends outside: those are balanced before.
    """
    depth, parts = 0, []
    for character in str(html):
        if character == FSI:
            depth += 1
            parts.append("<bdi>")
        elif character == PDI:
            parts.append("</bdi>" if depth else "")
            depth = max(depth - 1, 0)
        else:
            parts.append(character)
    return Markup("".join(parts) + "</bdi>" * depth)  # noqa: S704 escaped before
