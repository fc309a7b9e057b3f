"""The bot's conversation with Telegram: handlers, errors, and polling for updates."""

from __future__ import annotations

import contextlib
import logging
import traceback
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    Update,
)
from telegram.error import Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot.clock import utc_now
from bot.locales import DEFAULT_LANGUAGE, LANGUAGES, texts
from bot.notices.feeds import NamedFeed
from bot.process.logs import Redactor
from bot.rules_in_force import shipped_places
from bot.telegram import trying_rules
from bot.telegram.answers import TelegramRequest, UpdatesRequest
from bot.telegram.commands.asking.recent import BARE_ID, alert_by_id
from bot.telegram.incoming import documents
from bot.telegram.incoming.commands import commands
from bot.telegram.incoming.inline import offer
from bot.telegram.incoming.membership import membership, migrated
from bot.telegram.incoming.plain_text import AnswersUs, answered_us, plain_text
from bot.telegram.polling import Polling
from bot.telegram.registry import (
    Answer,
    Command,
    Who,
    all_buttons,
    all_commands,
    handler_of,
    reaction_of,
)
from bot.telegram.request import Request
from bot.telegram.services import Access, App, Context, Services, services_in
from bot.tls import tls_context
from storage.file.errors import StorageBusy, StorageError, StorageFull

if TYPE_CHECKING:
    from bot.operating.desk import Desk
    from bot.telegram.incoming.floods import Floods
    from rules import Gazetteer, RuleSet
    from storage.database import Database

log = logging.getLogger(__name__)

_EDITED = filters.UpdateType.EDITED_MESSAGE & filters.ChatType.PRIVATE
_NEW = filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST


def build_application(
    *,
    token: str,
    base_url: str,
    operators: Sequence[int],
    timezone: tzinfo,
    database: Database,
    rules: Callable[[], RuleSet],
    gazetteer: Callable[[], Gazetteer] = shipped_places,
    catalogue: Callable[[], Sequence[NamedFeed]],
    clock: Callable[[], datetime] = utc_now,
    access: Access = "invited",
    desk: Desk | None = None,
    floods: Floods | None = None,
    export_sender: str = "marsad",
    export_public: bool = False,
    read_timeout: float = 20.0,
) -> App:
    """The application with every handler, not yet talking to Telegram: see `polling_of`.

    `base_url` is the start of the Bot API's addresses, with or without its last "/bot".
    `read_timeout` is in seconds: a send that takes longer has an unknown outcome.
    """
    root = base_url.rstrip("/").removesuffix("/bot")
    trusting = {"verify": tls_context(by_environment=True)}
    application: App = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{root}/bot")
        .base_file_url(f"{root}/file/bot")
        .request(
            TelegramRequest(
                connection_pool_size=256,
                httpx_kwargs=trusting,
                read_timeout=read_timeout,
                write_timeout=10.0,
                connect_timeout=10.0,
            )
        )
        .get_updates_request(
            UpdatesRequest(
                connection_pool_size=1,
                httpx_kwargs=trusting,
                connect_timeout=10.0,
                read_timeout=8.0,
            )
        )
        .job_queue(None)
        .build()
    )
    named = frozenset(operators)
    services = Services(
        *(database, rules, catalogue, named, timezone, clock, access, gazetteer, desk, floods),
        export_sender=export_sender,
        export_public=export_public,
    )
    services.keep_in(application)
    application.add_handler(MessageHandler(_NEW & filters.Regex(r"\A/"), commands))
    for pressed in all_buttons():
        handler = handler_of(pressed.answer, pressed.who, private=pressed.private)
        application.add_handler(CallbackQueryHandler(handler, pressed.pattern))
    application.add_handler(CallbackQueryHandler(stale_button))
    application.add_handler(InlineQueryHandler(offer))
    changed = ChatMemberHandler(reaction_of(membership), ChatMemberHandler.MY_CHAT_MEMBER)
    application.add_handler(changed)
    moved = MessageHandler(filters.StatusUpdate.MIGRATE, reaction_of(migrated))
    application.add_handler(moved)
    private = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE
    reply = _NEW & filters.REPLY & filters.TEXT & ~filters.COMMAND & AnswersUs()
    messages: tuple[tuple[filters.BaseFilter, Answer, Who], ...] = (
        (reply, answered_us, Who.ADMINISTRATORS),
        (_EDITED & filters.TEXT, edited, Who.REGISTERED),
        (private & filters.Regex(BARE_ID), alert_by_id, Who.REGISTERED),
        (private & filters.Document.ALL, documents.received, Who.REGISTERED),
        (private & ~filters.StatusUpdate.ALL, plain_text, Who.REGISTERED),
    )
    for chosen, answer, who in messages:
        application.add_handler(MessageHandler(chosen, handler_of(answer, who)))
    application.add_error_handler(_error_handler(Redactor((token,))))
    return application


async def edited(request: Request) -> None:
    """What was answered is not answered again in secret: the reader is told to send it anew."""
    await request.say("refuse.edited")


async def stale_button(update: Update, context: Context) -> None:
    """A button of an older version: the press is answered, or the phone would show it waiting."""
    if update.callback_query:
        await update.callback_query.answer()


def _error_handler(redact: Redactor) -> Callable[[object, Context], Coroutine[Any, Any, None]]:
    async def handle(update: object, context: Context) -> None:
        """Log without the token, and apologise to whoever asked."""
        error = context.error
        if isinstance(error, StorageError):  # says what it is: no bug whose way is to be found
            log.error("a handler failed: %s", redact(str(error)))
        else:
            trace = "".join(traceback.format_exception(error)) if error else ""
            log.error("a handler failed: %s", redact(trace))
        if not isinstance(update, Update) or update.effective_chat is None:
            return
        if isinstance(error, Forbidden | RetryAfter | InvalidToken):
            return  # an answer cannot arrive now
        busy = isinstance(error, StorageBusy | StorageFull)
        # The database may be what failed: the chat is not looked up.
        request = Request(update, context, services_in(context.application), None)
        with contextlib.suppress(TelegramError):
            await request.refuse("refuse.busy" if busy else "refuse.failed")

    return handle


async def publish_commands(application: App, operators: Sequence[int] = ()) -> None:
    """Give Telegram its menus, in each language; a failure is logged, not raised."""

    async def publish(
        listed: Sequence[Command], spoken: str, scope: BotCommandScope, code: str
    ) -> None:
        say_in = texts(spoken)
        menu = [BotCommand(each.name, say_in(f"commands.{each.name}")) for each in listed]
        try:
            await application.bot.set_my_commands(menu, scope=scope, language_code=code or None)
        except TelegramError as error:
            log.warning("the menu of commands could not be set: %s", error.message)

    for spoken, code in ((DEFAULT_LANGUAGE, ""), *((name, name) for name in LANGUAGES)):
        await publish(all_commands(operator=False), spoken, BotCommandScopeDefault(), code)
        for operator in operators:
            await publish(all_commands(), spoken, BotCommandScopeChat(operator), code)


async def _ready(application: App) -> None:
    """The token is ours: menus are published, and trials that a stop cut off begin anew."""
    await trying_rules.resume(application)
    await publish_commands(application, sorted(services_in(application).operators))


def polling_of(
    application: App,
    *,
    on_conflict: Callable[[], None],
    on_refused: Callable[[], None],
    on_yield: Callable[[], None] = lambda: None,
    probation: float = 0.0,
) -> Polling:
    """Polling for the application's updates; once the token is ours, the menus are published."""
    return Polling(
        application,
        on_conflict=on_conflict,
        on_refused=on_refused,
        on_yield=on_yield,
        on_ready=partial(_ready, application),
        probation=probation,
    )
