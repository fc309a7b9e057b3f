"""/pause, /stop and /resume: subscriptions of a topic held, with all that was chosen kept."""

from __future__ import annotations

from dataclasses import replace

from bot.messages.answers.asked import quoted_word
from bot.telegram.commands.settings.mute import mute, says_how_long
from bot.telegram.registry import Who, command
from bot.telegram.request import Request
from bot.telegram.typed.changes import is_all
from bot.text import clean, shorten
from storage.connection import Connection
from storage.readers import subscriptions

LONGEST = 60


@command("pause", order=28, who=Who.ADMINISTRATORS)
async def pause(request: Request) -> None:
    """``/pause 2``: the second subscription; without a number all of the topic; ``/pause 2 hours``
    is a mute."""
    await _turn(request, paused=True)


@command("stop", order=29, who=Who.ADMINISTRATORS)
async def stop(request: Request) -> None:
    """What people write who want nothing more: all of the topic is paused."""
    await _turn(request, paused=True)


@command("resume", order=30, who=Who.ADMINISTRATORS)
async def resume(request: Request) -> None:
    """``/resume 2``; without a number all of the topic."""
    await _turn(request, paused=False)


async def _turn(request: Request, *, paused: bool) -> None:
    chat, thread_id, said = request.chat, request.thread_id, request.arguments
    alone = len(said) == 1 and said[0].isdecimal()
    number = int(said[0][:6]) if alone else None
    if not alone and not is_all(request.behind):
        if paused and says_how_long(request.behind):
            await mute(request)
        else:
            # Nobody who names a siege, or a day, means to lose all alerts for good.
            words = quoted_word(request.speech, shorten(clean(request.behind), LONGEST))
            await request.say(f"pause.{'not_stopped' if paused else 'not_resumed'}", words=words)
        return

    def write(db: Connection) -> int:
        known = subscriptions.of_topic(db, chat.id, thread_id)
        if number is not None:
            known = known[number - 1 : number] if number else []
        for each in known:
            subscriptions.save(db, replace(each, paused=paused))
        return len(known)

    turned = await request.services.database.write(write)
    if not turned:
        await request.say("words.no_such" if number is not None else "words.none_yet")
        return
    every = number is None
    which = ("stopped" if every else "paused") if paused else "resumed"
    await request.say(f"pause.{which}")
