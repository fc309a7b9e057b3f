"""The bot's commands and buttons. One entry makes the handler, the menu, /help and the refusals.

A module in `commands/` registers what it answers to; every module there is loaded:

    @command("recent", order=40)
    async def recent(request: Request) -> None: ...

What a command does is said in the locales, under `commands.<name>`. /help groups them by what
they are for (`About`).
"""

from __future__ import annotations

import logging
import pkgutil
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from functools import wraps
from importlib import import_module
from typing import Any, Protocol

from telegram import Update
from telegram.constants import ChatType
from telegram.error import BadRequest

from bot.telegram import commands as package
from bot.telegram.request import Request
from bot.telegram.services import Context, chat_of, services_in
from bot.telegram.typed.changes import is_all
from storage.readers import people

log = logging.getLogger(__name__)

Answer = Callable[[Request], Coroutine[Any, Any, None]]


class Handler(Protocol):
    """What Telegram's updates are given to; `behind`: what stands behind the command."""

    def __call__(
        self, update: Update, context: Context, behind: str = ""
    ) -> Coroutine[Any, Any, None]: ...


class Who(Enum):
    """Who may use a command or a button."""

    STRANGERS = "strangers"
    """Also who was not let in: the answer itself decides what that may do."""
    ANYONE = "anyone"
    """Of those who were let in, also in chats that never said /start."""
    REGISTERED = "registered"
    """In chats that said /start."""
    ADMINISTRATORS = "administrators"
    """In such chats, whoever may change their settings."""
    ANALYSTS = "analysts"
    """Analysts and operators."""
    OPERATORS = "operators"
    """Operators, and members of a group that the settings name as an operator."""
    OPERATORS_IN_PERSON = "operators-in-person"


class About(Enum):
    """What a command is for: the headings of /help, in this order."""

    CHOOSING = "choosing"
    ASKING = "asking"
    ANALYSING = "analysing"
    OPERATING = "operating"
    BOT = "bot"


@dataclass(frozen=True, slots=True)
class Command:
    """A command; menus and /help list them by `order`. A `private` one is answered in private
    chats alone: what it says is not for all members of a group."""

    name: str
    answer: Answer
    who: Who
    order: int
    private: bool
    about: About


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; `pattern` is of its callback data."""

    pattern: str
    answer: Answer
    who: Who
    private: bool


_FOR_OPERATORS = (Who.OPERATORS, Who.OPERATORS_IN_PERSON)
# What a command is for unless it says otherwise.
_USUALLY = {
    Who.STRANGERS: About.BOT,
    Who.ANYONE: About.BOT,
    Who.REGISTERED: About.ASKING,
    Who.ADMINISTRATORS: About.CHOOSING,
    Who.ANALYSTS: About.ANALYSING,
    Who.OPERATORS: About.OPERATING,
    Who.OPERATORS_IN_PERSON: About.OPERATING,
}
_COMMANDS: dict[str, Command] = {}
_BUTTONS: dict[str, Button] = {}


def command(
    name: str,
    *,
    order: int,
    who: Who = Who.REGISTERED,
    private: bool = False,
    about: About | None = None,
    bare: bool = False,
) -> Callable[[Answer], Answer]:
    """Register the answer to a command; a `bare` one takes no words, and says so of any."""

    def register(answer: Answer) -> Answer:
        _once(name, answer, _COMMANDS)
        given = _alone(answer) if bare else answer
        _COMMANDS[name] = Command(name, given, who, order, private, about or _USUALLY[who])
        return answer

    return register


def button(
    pattern: str, *, who: Who = Who.REGISTERED, private: bool = False
) -> Callable[[Answer], Answer]:
    """Register the answer to a pressed button."""

    def register(answer: Answer) -> Answer:
        _once(pattern, answer, _BUTTONS)
        _BUTTONS[pattern] = Button(pattern, answer, who, private)
        return answer

    return register


def _alone(answer: Answer) -> Answer:
    @wraps(answer)
    async def answered(request: Request) -> None:
        if not is_all(request.behind):
            await request.say_unused(request.behind)
        await answer(request)

    return answered


def _once(name: str, answer: Answer, known: Mapping[str, Command | Button]) -> None:
    """Two answers to one command or press: the later one would silently take it over."""
    if name in known and known[name].answer is not answer:
        raise ValueError(f"{name} is answered already, by {known[name].answer.__module__}")


def all_commands(*, operator: bool = True) -> list[Command]:
    """The commands in their order; without `operator`, those that are not for operators alone."""
    _load()
    found = [each for each in _COMMANDS.values() if operator or each.who not in _FOR_OPERATORS]
    return sorted(found, key=lambda each: each.order)


def all_buttons() -> list[Button]:
    _load()
    return list(_BUTTONS.values())


async def usable(request: Request) -> list[Command]:
    """The commands that the person would be answered here, or after /start, in their order."""
    administers = request.known is not None and await request.may_change()
    found = []
    for each in all_commands():
        who = each.who
        if who is Who.ADMINISTRATORS and administers:
            who = Who.REGISTERED
        if who is Who.REGISTERED and request.known is None:
            who = Who.ANYONE
        if who is Who.ADMINISTRATORS:
            continue
        if await refusal_of(request, who, private=each.private) is None:
            found.append(each)
    return found


def handler_of(answer: Answer, who: Who, *, private: bool = False) -> Handler:
    """The handler that admits or refuses whoever asks, and then answers."""

    async def handle(update: Update, context: Context, behind: str = "") -> None:
        if update.effective_chat is None:
            if update.callback_query:  # under a message sent through another chat's inline mode
                with suppress(BadRequest):  # too late for an answer
                    await update.callback_query.answer()
            return
        if not await _admits(update, context):
            return
        request = replace(await Request.of(update, context), behind=behind)
        refusal = await refusal_of(request, who, private=private)
        if refusal is None:
            await answer(request)
            await request.end_press()
        else:
            user = update.effective_user
            who_asks = user.id if user else "unknown"
            asked = getattr(answer, "__name__", "?")
            chat_id = update.effective_chat.id
            log.info("refused (%s): person %s in chat %s, %s", refusal, who_asks, chat_id, asked)
            await request.refuse(refusal)

    return handle


async def _admits(update: Update, context: Context) -> bool:
    """Whether the person may ask once more. One who floods is told so once, and then is not
    heard for a while; the chat is not even looked up."""
    services = services_in(context.application)
    asking = update.effective_user or update.effective_chat
    if services.floods is None or asking is None:
        return True
    verdict = services.floods.take(asking.id, services.clock())
    if verdict == "answer":
        return True
    request = Request(update, context, services, None)
    if verdict == "say so":
        log.info("refused (too many): person %s", asking.id)
        await request.refuse("refuse.too_many")
    else:
        await request.note()
    return False


def reaction_of(answer: Answer) -> Handler:
    """The handler for what happens to the bot: nobody asks, and the chat is not looked up.

    (Looking up a chat that writes resumes it.)
    """

    async def handle(update: Update, context: Context, behind: str = "") -> None:
        await answer(Request(update, context, services_in(context.application), None))

    return handle


async def refusal_of(request: Request, who: Who, *, private: bool = False) -> str | None:
    """The key of the text that says why not; None for who may."""
    refusal = await _refusal(request, who)
    if refusal is None and private and chat_of(request.update).type != ChatType.PRIVATE:
        return "refuse.private_only"
    return refusal


async def _refusal(request: Request, who: Who) -> str | None:
    if who is Who.STRANGERS:
        return None
    if not request.admitted:
        return "refuse.invitation_needed"
    if who is Who.ANYONE:
        return None
    if request.known is None:
        return "refuse.unknown_chat"
    if who is Who.ADMINISTRATORS and not await request.may_change():
        return "refuse.admins_only"
    if who is Who.ANALYSTS and not (people.is_analyst(request.role) or request.by_operator):
        return "refuse.analysts_only"
    if who is Who.OPERATORS and not request.by_operator:
        return "refuse.operators_only"
    if who is Who.OPERATORS_IN_PERSON and request.role != "operator":
        return "refuse.operators_only"
    return None


def _load() -> None:
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)
