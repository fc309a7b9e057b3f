"""What a page shows as a file for other programs: for those who may export."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.exports.edition import Edition
from bot.exports.naming import Naming, leaving
from bot.exports.reading import batches, found_batches, streamed
from bot.exports.writing import formats
from bot.notices.feeds import publishers_of
from bot.web.pages.now import asked_of
from bot.web.site import Visitor, site_of
from storage.paging import Selection

if TYPE_CHECKING:
    from bot.exports.record import Record


async def export(request: Request, visitor: Visitor) -> Response:
    """The rows that `marsad export` writes for these filters; those that words find come the newest
    first."""
    kind, name = request.path_params["kind"], request.path_params["form"]
    form = formats().get(name)
    if form is None or kind not in ("alerts", "stories") or (kind != "alerts" and form.alerts_only):
        raise HTTPException(404)
    site, asked = site_of(request), await asked_of(request, visitor)
    signals, gazetteer = leaving(site.rules().signals), await site.places()
    naming = Naming(visitor.speech, signals, gazetteer, publishers_of(site.catalogue()))
    now = site.clock()
    edition = Edition(naming, now, site.export_sender, public=site.export_public)
    wanted = replace(asked.wanted, for_operators=False)
    found: AsyncIterator[list[Record]]
    if wanted.by_words:
        if kind != "alerts":
            raise HTTPException(400)
        found = found_batches(site.database, wanted, naming)
    else:
        found = batches(site.database, Selection(kind, wanted, tuple(signals)), naming)
    file = f"marsad-{kind}-{now:%Y-%m-%d}.{form.suffix}"
    return StreamingResponse(
        streamed(found, edition, form),
        media_type=form.media_type,
        headers={"content-disposition": f'attachment; filename="{file}"'},
    )
