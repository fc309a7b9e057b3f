"""Signing in: by a link from the bot that is good once, or as Telegram opens the page in an app."""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot.locales import language_of
from bot.web.access.forms import form_of, own_form, own_path
from bot.web.access.init_data import GOOD_FOR, read_init_data
from bot.web.access.shield import is_https
from bot.web.render import render
from bot.web.site import COOKIE, site_of, visitor_of
from storage.connection import Connection
from storage.readers import chats, page_sessions, people

SESSION = timedelta(days=7)


async def by_link(request: Request) -> Response:
    """The link itself only shows a button: what looks at links before people do would use it up."""
    if request.method != "POST":
        key = request.query_params.get("key", "")[:100]
        return render(request, "link.html", {"key": key}, status=200 if key else 404)
    site, now = site_of(request), site_of(request).clock()
    key = (await form_of(request)).get("key", "")[:100]

    def write(db: Connection) -> str | None:
        person_id = page_sessions.use_link(db, key, now)
        return None if person_id is None else _begin(db, person_id, None, now)

    session = await site.database.write(write)
    if session is None:
        return render(request, "sign_in.html", {"refused": "web.sign_in.link_over"}, status=403)
    return _signed_in(request, RedirectResponse("/", 303), session)


async def by_telegram(request: Request) -> Response:
    """What the script of the page sends when it is opened in Telegram."""
    site, now = site_of(request), site_of(request).clock()
    signed = (await form_of(request)).get("init_data", "")
    opening = read_init_data(signed, site.token, now) if site.token else None
    if opening is None:
        return JSONResponse({"refused": "not signed"}, 403)

    def write(db: Connection) -> str | None:
        if people.get(db, opening.person_id) is None:
            return None
        until = opening.at + GOOD_FOR + timedelta(minutes=2)
        if not page_sessions.first_opening(db, opening.signed, until, now):
            return None
        return _begin(db, opening.person_id, opening.language, now)

    session = await site.database.write(write)
    if session is None:
        return JSONResponse({"refused": "not invited, or opened before"}, 403)
    return _signed_in(request, JSONResponse({"signed_in": True}), session)


def _begin(db: Connection, person_id: int, language: str | None, now: datetime) -> str | None:
    """A session in the language of the person's chat; None for who was removed meanwhile."""
    if people.get(db, person_id) is None:
        return None
    chat = chats.get(db, person_id)
    spoken = chat.language if chat else language_of(language)
    return page_sessions.begin(db, person_id, spoken, now + SESSION, now)


def _signed_in(request: Request, response: Response, session: str) -> Response:
    response.set_cookie(
        COOKIE,
        session,
        max_age=int(SESSION.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )
    return response


async def sign_out(request: Request) -> Response:
    visitor = await visitor_of(request)
    if visitor is not None:
        await own_form(request, visitor)
        await site_of(request).database.write(lambda db: page_sessions.end(db, visitor.key))
    response = RedirectResponse("/", 303)
    response.delete_cookie(COOKIE)
    return response


async def choose_language(request: Request) -> Response:
    """Of this session; back to the page where it was chosen."""
    visitor = await visitor_of(request)
    if visitor is None:
        return RedirectResponse("/", 303)
    form = await own_form(request, visitor)
    language = language_of(form.get("language"))
    site = site_of(request)
    await site.database.write(lambda db: page_sessions.set_language(db, visitor.key, language))
    return RedirectResponse(own_path(form.get("back", "/")), 303)
