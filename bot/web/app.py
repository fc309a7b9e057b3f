"""The page as an application: its addresses, and who may see what is there."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.notices.feeds import publishers_of
from bot.web.access import sign_in
from bot.web.access.shield import HEADERS, NOT_KEPT, Shield, is_this_machine
from bot.web.api.routes import Source, Verdict, api_routes
from bot.web.pages import export, feeds, map, now, place, rules, signals, story
from bot.web.render import render
from bot.web.site import Site, Visitor, site_of, visitor_of
from storage.file.errors import StorageError

Page = Callable[[Request, Visitor], Awaitable[Response]]
STATIC = Path(__file__).parent / "static"


def application(site: Site) -> Starlette:
    """The page over this site; it opens and closes nothing."""
    app = Starlette(
        routes=[
            Route("/", seen_by_all(now.now)),
            Route("/newer", seen_by_all(now.newer)),
            Route("/story/{id}", seen_by_all(story.story)),
            Route("/map", seen_by_all(map.map_of)),
            Route("/places", seen_by_all(place.places)),
            Route("/place/{id}", seen_by_all(place.place)),
            Route("/signals", seen_by_all(signals.signals)),
            Route("/export/{kind}/{form}", seen_by_analysts(export.export)),
            Route("/feeds", seen_by_analysts(feeds.feeds)),
            Route("/rules", seen_by_analysts(rules.rules)),
            Route("/rules/try", seen_by_analysts(rules.try_text), methods=["GET", "POST"]),
            Route("/rules/{id}", seen_by_analysts(rules.rule)),
            Route("/sign-in", sign_in.by_link, methods=["GET", "POST"]),
            Route("/sign-in/telegram", sign_in.by_telegram, methods=["POST"]),
            Route("/sign-out", sign_in.sign_out, methods=["POST"]),
            Route("/language", sign_in.choose_language, methods=["POST"]),
            Route("/metrics", metrics),
            Route("/healthz", health),
            Mount("/static", StaticFiles(directory=STATIC)),
            *api_routes(_source(site), _may_read),
        ],
        middleware=[Middleware(Shield, clock=site.clock)],
        exception_handlers={
            HTTPException: _refused,
            StorageError: _no_storage,
            Exception: _broken,
        },
    )
    app.state.site = site
    return app


def seen_by_all(page: Page) -> Callable[[Request], Awaitable[Response]]:
    """For whoever has signed in; others get the page that says how."""

    async def answer(request: Request) -> Response:
        visitor = await visitor_of(request)
        if visitor is None:
            return render(request, "sign_in.html", {"refused": ""}, status=401)
        return await page(request, visitor)

    return answer


def seen_by_analysts(page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request, visitor: Visitor) -> Response:
        if not visitor.is_analyst:
            raise HTTPException(403)
        return await page(request, visitor)

    return seen_by_all(answer)


def _source(site: Site) -> Source:
    return Source(
        site.database,
        lambda: site.rules().signals,
        site.gazetteer,
        lambda: publishers_of(site.catalogue()),
        site.clock,
    )


async def _may_read(request: Request) -> Verdict:
    """The API is for those who may export."""
    visitor = await visitor_of(request)
    if visitor is None:
        return "sign in"
    return "yes" if visitor.is_analyst else "no"


async def metrics(request: Request) -> Response:
    """For Prometheus on this machine, and for operators."""
    counted = site_of(request).metrics
    if not await _may_watch(request) or counted is None:
        raise HTTPException(404)
    return Response(generate_latest(counted.registry), media_type=CONTENT_TYPE_LATEST)


async def health(request: Request) -> Response:
    """For a supervisor on this machine, and for operators."""
    if not await _may_watch(request):
        raise HTTPException(404)
    problems = site_of(request).problems
    found = problems() if problems else []
    body = json.dumps({"ok": not found, "problems": found}, ensure_ascii=False)
    return Response(body, 503 if found else 200, media_type="application/json")


async def _may_watch(request: Request) -> bool:
    if is_this_machine(request):
        return True
    visitor = await visitor_of(request)
    return visitor is not None and visitor.is_operator


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return await _said(request, status)


async def _no_storage(request: Request, error: Exception) -> Response:
    return await _said(request, 503)


async def _broken(request: Request, error: Exception) -> Response:
    answer = await _said(request, 500)
    # Starlette answers for what broke outside of the shield, which adds these to all other answers.
    answer.headers.update(HEADERS | NOT_KEPT)
    return answer


async def _said(request: Request, status: int) -> Response:
    """What is wrong, in words."""
    try:
        visitor = await visitor_of(request)
    except StorageError:
        visitor = None
    known = status if status in (403, 404, 503) else 400 if status < 500 else 500
    return render(
        request, "wrong.html", {"what": f"web.wrong.{known}"}, visitor=visitor, status=status
    )
