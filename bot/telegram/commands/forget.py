"""/forget: what is kept of a person is removed; operators ask it for others."""

from __future__ import annotations

from bot.asking.durations import plain_words
from bot.locales import Texts
from bot.messages.cards.card import text_card
from bot.telegram.buttons import two_taps
from bot.telegram.registry import Who, button, command
from bot.telegram.request import Request
from bot.telegram.services import chat_of
from storage.connection import Connection
from storage.readers import forgetting

_MINE = frozenset(
    (
        "me my own data mine all everything about please moi mes donnees tout svp "
        "انا عني بياناتي كل شيء الكل رجاء"
    ).split()
)


@command("forget", order=80, who=Who.ANYONE, private=True)
async def forget(request: Request) -> None:
    """``/forget``: who asks; ``/forget 12345``: somebody else, by operators."""
    speech, own = request.speech, chat_of(request.update).id
    person_id = own
    if request.arguments and not all(plain_words(each) in _MINE for each in request.arguments):
        if request.role != "operator":
            await request.refuse("refuse.operators_only")
            return
        person_id = _number(request.arguments[0])
        if person_id <= 0 or len(request.arguments) > 1:  # nobody is removed by half a reading
            await request.say("forget.usage")
            return
    if person_id in request.services.operators:
        await request.say("people.by_settings")
        return
    what = str(person_id)
    text = speech("forget.own") if person_id == own else speech("forget.somebody", id=what)
    keyboard = two_taps.rows(two_taps.asking("fg", what, _label(speech)))
    await request.reply(text_card(text, speech.language), keyboard)


@button(r"^fg[?]\d{1,15}$", who=Who.ANYONE, private=True)
async def forget_asked(request: Request) -> None:
    """The first tap."""
    speech, what = request.speech, request.pressed[3:]
    await request.note()
    keyboard = two_taps.sure("fg", what, _label(speech), speech)
    await request.redraw(text_card(speech("forget.sure"), speech.language), keyboard)


@button(r"^fg-\d{1,15}$", who=Who.ANYONE, private=True)
async def forget_left(request: Request) -> None:
    await request.note()
    await request.redraw(text_card(request.speech("forget.left"), request.speech.language), None)


@button(r"^fg!\d{1,15}$", who=Who.ANYONE, private=True)
async def forget_pressed(request: Request) -> None:
    """The second tap. Whose data it may be is looked at again: roles change between two taps."""
    services, speech = request.services, request.speech
    person_id, own = int(request.pressed[3:]), request.asker[0]
    if person_id in services.operators or (person_id != own and request.role != "operator"):
        await request.note(speech("refuse.operators_only"))
        return

    def write(db: Connection) -> bool:
        if person_id != own:
            request.note_act(db, "forgot")
        return forgetting.person(db, person_id)

    found = await services.database.write(write)
    await request.note()
    text = speech("forget.done" if found else "forget.nothing")
    await request.redraw(text_card(text, speech.language), None)


def _label(say: Texts) -> str:
    return say("forget.button")


def _number(word: str) -> int:
    try:
        return int(word[:15])  # reads Arabic digits too
    except ValueError:
        return 0
