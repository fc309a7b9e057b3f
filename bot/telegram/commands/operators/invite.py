"""/invite: a link that lets one person in, for operators."""

from __future__ import annotations

from datetime import timedelta

from telegram.constants import ChatType
from telegram.helpers import create_deep_linked_url

from bot.asking.durations import plain_words, read_duration
from bot.locales import LANGUAGES, texts
from bot.telegram.registry import Who, command
from bot.telegram.request import Request
from bot.telegram.services import chat_of
from storage.connection import Connection
from storage.readers import people

GOOD_FOR = timedelta(days=7)
LEAST, MOST = timedelta(hours=1), timedelta(days=90)


@command("invite", order=90, who=Who.OPERATORS_IN_PERSON)
async def invite(request: Request) -> None:
    """``/invite analyst``: a link for one person, good for a week; a viewer without a role;
    ``/invite analyst 3 days``: for so long."""
    role = _role(request.arguments[0]) if request.arguments else "viewer"
    said = " ".join(request.arguments[1:])
    good_for = read_duration(said) if said else GOOD_FOR
    if chat_of(request.update).type != ChatType.PRIVATE:
        await request.say("invite.private_only")
    elif role not in people.ROLES or good_for is None or not LEAST <= good_for <= MOST:
        await request.say("invite.usage")
    else:
        services, speech = request.services, request.speech
        now = services.clock()
        until = now + good_for

        def write(db: Connection) -> str:
            request.note_act(db, "invite", role)
            return people.invite(db, role, until, now)

        payload = await services.database.write(write)
        link = create_deep_linked_url(request.context.bot.username, payload)
        when = speech.moment(until, request.zone, now)
        await request.say("invite.link", role=speech(f"invite.{role}"), until=when, link=link)


def _role(said: str) -> str:
    """A role by its name in any of the languages; what was said where it is none."""
    plain = plain_words(said)
    for language in LANGUAGES:
        for role in people.ROLES:
            if plain == plain_words(texts(language)(f"invite.{role}")):
                return role
    return said.lower()
