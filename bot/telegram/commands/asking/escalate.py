"""/escalate, and the button that takes a critical alert on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError

from bot.asking.durations import plain_words, read_duration
from bot.locales import Texts
from bot.locales.bidi import isolated
from bot.messages.cards.card import text_card
from bot.telegram.buttons import keyboards
from bot.telegram.commands.asking.card import pressed_card, redraw_buttons
from bot.telegram.registry import Who, button, command
from bot.telegram.request import Request
from bot.telegram.typed.clock_words import is_off
from bot.text import clean, shorten
from storage import alerts
from storage.alerts import Alert
from storage.connection import Connection
from storage.readers import chats
from storage.readers.chats import Chat
from storage.sending import acknowledgements, outbox
from storage.sending.acknowledgements import Acknowledgement

MOST_MINUTES = 24 * 60
_NAME = 30
_AFTER = frozenset("after in within بعد خلال غضون في apres dans d'ici au bout de".split())


@command("escalate", order=55, who=Who.ADMINISTRATORS)
async def escalate(request: Request) -> None:
    """``/escalate 10 -100123``, ``/escalate after 1h``: after how long, to which chat;
    ``/escalate off``."""
    chat, speech, words = request.chat, request.speech, request.arguments
    if not words:
        await request.reply(
            text_card(
                f"{await _as_set(request, chat, speech)}\n\n{_usage(speech)}", speech.language
            )
        )
        return
    if is_off(" ".join(words)):
        await _set(request, None, None)
        await request.say("escalate.off")
        return
    *said, last = words
    to = _number(last) if said else None
    minutes = _minutes(words if to is None else said)
    if minutes is None or not 1 <= minutes <= MOST_MINUTES:
        await request.reply(text_card(_usage(speech), speech.language))
        return
    if to is None and request.services.access == "open" and not request.by_operator:
        await request.refuse("refuse.operators_only")  # anybody could ring the operators' phones
        return
    if to is not None and not await _may_send_to(request, to):
        await request.say("escalate.no_chat", chat=isolated(str(to)))
        return
    await _set(request, minutes, to)
    stored = await request.services.database.read(lambda db: chats.get(db, chat.id))
    await request.reply(text_card(await _as_set(request, stored or chat, speech), speech.language))


async def _set(request: Request, minutes: int | None, to: int | None) -> None:
    chat_id = request.chat.id
    await request.services.database.write(lambda db: chats.set_handover(db, chat_id, minutes, to))


async def _may_send_to(request: Request, to: int) -> bool:
    """Another chat that is stored, and that the person may decide for. A chat that is not there
    and one of other people have one answer."""
    user = request.update.effective_user
    known = await request.services.database.read(lambda db: _existing(db, to))
    if known is None or to == request.chat.id:
        return False
    if request.by_operator or (user is not None and user.id == to):
        return True
    if user is None or known.kind == "private":
        return False
    try:
        member = await request.context.bot.get_chat_member(to, user.id)
    except TelegramError:
        return False
    return member.status in (ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.OWNER)


def _existing(db: Connection, chat_id: int) -> Chat | None:
    # Larger numbers are no ids, and SQLite takes none.
    return chats.get(db, chat_id) if abs(chat_id) < 2**53 else None


async def _as_set(request: Request, chat: Chat, speech: Texts) -> str:
    if chat.escalate_after is None:
        return speech("escalate.off")
    name, to = speech("escalate.second_channel"), chat.escalate_to
    if to is not None:
        second = await request.services.database.read(lambda db: chats.get(db, to))
        title = shorten(clean(second.title), 60) if second else ""
        name = isolated(f"{title} ({to})" if title else str(to))
    return speech.plural("escalate.on", chat.escalate_after, chat=name)


def _usage(speech: Texts) -> str:
    return speech("escalate.usage", most=speech.number(MOST_MINUTES))


def _number(word: str) -> int | None:
    try:
        return int(word[:20])  # reads Arabic digits too
    except ValueError:
        return None


def _minutes(words: Sequence[str]) -> int | None:
    """``10``, ``after 15 minutes``, «بعد ساعة»."""
    said = [each for each in words if plain_words(each) not in _AFTER]
    if len(said) == 1 and (number := _number(said[0])) is not None:
        return number
    length = read_duration(" ".join(said))
    return None if length is None else round(length / timedelta(minutes=1))


@button(keyboards.ACKNOWLEDGE)
async def acknowledge(request: Request) -> None:
    """ "I have it": the first press counts, and the button says whose it was."""
    services, speech, chat = request.services, request.speech, request.chat
    wanted = clean(request.pressed.removeprefix("a:"))[:20]
    user = request.update.effective_user
    # In a group that all may join, whoever is a member; the readers of a channel nobody knows.
    open_group = services.access == "open" and chat.kind != "channel"
    if user is None or (request.role is None and not request.by_operator and not open_group):
        await request.refuse("refuse.invitation_needed")
        return
    name, now = shorten(clean(user.full_name), _NAME) or str(user.id), services.clock()

    def write(db: Connection) -> tuple[Alert | None, Acknowledgement | None, bool]:
        alert = alerts.get_by_short_id(db, wanted)
        if alert is None or (alert.audience == "operators" and chat.role != "operator"):
            return None, None, False
        if acknowledgements.get(db, alert.id, chat.id) is None:
            # A press can come before the send is written down.
            critical = [
                row for row in outbox.for_chat(db, chat.id, alert.id) if row.level == "critical"
            ]
            if not critical:
                return alert, None, False
            version, message = critical[-1].version, critical[-1].message_id
            acknowledgements.ask(db, alert.id, chat.id, version, message, now)
        first = acknowledgements.acknowledge(db, alert.id, chat.id, user.id, name, now)
        return alert, acknowledgements.get(db, alert.id, chat.id), first

    alert, taken, first = await services.database.write(write)
    if alert is None:
        await request.note(speech("alert.unknown", id=wanted or "?"))
        return
    if taken is None or taken.at is None:
        await request.note(speech("ack.not_asked", id=alert.short_id))
        return
    when = speech.moment(taken.at, services.zone(chat), now, "card.short_time")
    who = isolated(taken.by_name or "?")
    told = speech("ack.yours", when=when) if first else speech("ack.taken", name=who, when=when)
    await request.note(told)
    card = await pressed_card(request, alert.short_id)
    if card is not None:
        await redraw_buttons(request, card.buttons.keyboard())
