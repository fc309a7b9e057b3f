"""/page: a link that signs one person in to the page, once."""

from __future__ import annotations

from bot.telegram.registry import command
from bot.telegram.request import Request
from storage.readers import page_sessions


@command("page", order=48, private=True, bare=True)
async def page(request: Request) -> None:
    """``/page``: in private, for the link is its person's alone."""
    services, speech, user = request.services, request.speech, request.update.effective_user
    address = services.desk.settings.page_address if services.desk else None
    if address is None or user is None:
        await request.say("page.not_served")
        return
    now = services.clock()
    until, person_id = now + page_sessions.LINK_GOOD_FOR, user.id
    key = await services.database.write(
        lambda db: page_sessions.make_link(db, person_id, until, now)
    )
    when = speech.moment(until, request.zone, now, "card.hour")
    await request.say("page.link", link=f"{address}/sign-in?key={key}", until=when)
