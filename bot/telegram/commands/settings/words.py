"""/words: words that a subscription's news must have, or must not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.asking.durations import plain_words
from bot.messages.cards.card import text_card
from bot.messages.subscription import described
from bot.telegram.buttons.choices import Words, read_words
from bot.telegram.registry import Who, command
from bot.telegram.request import Request
from bot.telegram.typed.changes import taken_away
from bot.telegram.typed.clock_words import is_off
from bot.text import clean, shorten
from storage.readers import subscriptions
from storage.readers.subscriptions import Subscription

NOTHING = frozenset(
    {"بلا", "لا شيء", "rien", "clear", "reset", "nothing", "effacer", "حذف", "امسح"}
)


@command("words", order=26, who=Who.ADMINISTRATORS)
async def words(request: Request) -> None:
    """``/words 2 +كوليرا -رياضة``: of the second subscription; ``/words off``: none any more."""
    said = list(request.arguments)
    number = 1
    if said and said[0].isdecimal():  # Arabic digits too
        number = int(said.pop(0)[:6])
    found = request.chat.topic(request.thread_id)
    if not 1 <= number <= len(found):
        await request.say("words.no_such" if found else "words.none_yet")
    elif not said:
        await _show(request, found[number - 1])
    else:
        await store_words(request, found[number - 1], " ".join(said))


async def store_words(request: Request, mine: Subscription, said: str) -> None:
    """Keep the words that somebody wrote, and say what comes of it."""
    none = is_off(said) or plain_words(said) in NOTHING
    gone = taken_away(said)
    if gone is not None and (gone := gone.strip('"“”„«» +-')):
        kept = [tuple(e for e in each if e != gone) for each in (mine.include, mine.exclude)]
        read: Words | None = Words(*kept)
    else:
        read = Words() if none or gone == "" else read_words(said)
    if read is None:
        await request.say("words.usage")
        return
    bad = await asyncio.to_thread(_not_found, (*read.include, *read.exclude))
    if bad:
        await request.say("words.bad", word=shorten(clean(bad[0]), 60) or "?")
        return
    after = replace(mine, include=read.include, exclude=read.exclude)
    await request.services.database.write(lambda db: subscriptions.save(db, after))
    await _show(request, after)


def _not_found(words: Sequence[str]) -> list[str]:
    """Those that cannot be looked for."""
    from rules import can_be_found

    return [each for each in words if not can_be_found(each)]


async def _show(request: Request, mine: Subscription) -> None:
    speech = request.speech
    lines = described(mine, request.services.menu, speech)
    text = "\n".join([*lines, "", speech("words.how")])
    await request.reply(text_card(text, speech.language))
