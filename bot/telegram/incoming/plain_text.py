"""Messages that are no commands: answers to what the bot asked, and questions in plain words."""

from __future__ import annotations

from dataclasses import replace

from telegram import Message
from telegram.ext import filters

from bot.asking.courtesies import asks_of_a_card
from bot.telegram.commands.asking.ask import free_text, is_about_news, without_our_name
from bot.telegram.commands.asking.recent import answered_alert
from bot.telegram.commands.settings import guide, mine
from bot.telegram.commands.settings.mine import question_in
from bot.telegram.incoming.links import ask_of, link_in
from bot.telegram.incoming.unslashed import command_of
from bot.telegram.request import Request


async def plain_text(request: Request) -> None:
    """What somebody writes in a private chat."""
    message = request.update.effective_message
    said = without_our_name((message.text or "") if message else "", request.context.bot.username)
    if message is not None and _has_no_words(message):
        await request.say("asked.only_text")
        return
    if link := link_in(said):
        await ask_of(request, link)
        return
    if request.answered_alert and asks_of_a_card(said):
        await answered_alert(request)
        return
    if said and (found := await command_of(request, said)):
        command, behind = found
        await command.answer(replace(request, behind=behind))
        return
    # While the first questions are open, names of places are the answer to one.
    answers = said and guide.is_open(request) and not await is_about_news(request, said)
    if answers and await guide.typed_places(request, said):
        return
    await free_text(request)


def _has_no_words(message: Message) -> bool:
    """What is said, shown or pointed at; a sticker is as good as a nod."""
    shown: tuple[object, ...] = (
        *(message.voice, message.audio, message.video_note, message.video, message.photo),
        *(message.location, message.contact, message.animation),
    )
    return any(shown) and not (message.text or message.caption)


class AnswersUs(filters.MessageFilter):
    """Messages that answer one of the bot's questions; other talk in groups is left alone."""

    def filter(self, message: Message) -> bool:
        asked = message.reply_to_message
        if asked is None:
            return False
        # What is posted in a channel has no author.
        ours = asked.from_user is None or asked.from_user.id == message.get_bot().id
        return ours and (_asks_places(asked) or question_in(asked.text or "") is not None)


async def answered_us(request: Request) -> None:
    """Words that answer a question: the question says what they are about."""
    message = request.update.effective_message
    asked = message.reply_to_message if message else None
    if message is None or asked is None:
        return
    question, said = question_in(asked.text or ""), message.text or ""
    if question is not None:
        await mine.answered(request, question, said)
    elif not await guide.typed_places(request, said):
        await request.say("places.usage")


def _asks_places(message: Message) -> bool:
    keyboard = message.reply_markup
    if keyboard is None:
        return False
    data = [each.callback_data for row in keyboard.inline_keyboard for each in row]
    return any(isinstance(each, str) and each.startswith(guide.PLACES_ASKED) for each in data)
