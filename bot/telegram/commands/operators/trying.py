"""/test and /expand: what the rules make of a text, and what a word matches. Nothing is stored."""

from __future__ import annotations

import asyncio

from bot.messages.answers.rules import expanded_text, tested_text
from bot.messages.cards.card import text_card
from bot.telegram.registry import Who, command
from bot.telegram.request import Request

LONGEST_TEXT, LONGEST_WORD = 4_096, 100


@command("test", order=104, who=Who.OPERATORS)
async def test_text(request: Request) -> None:
    """``/test TEXT``: what fires and why."""
    from rules.trying.explain import explain

    speech, text = request.speech, request.behind[:LONGEST_TEXT]
    if not text:
        await request.say("rules.test_usage")
        return
    rules = request.services.rules()
    found = await asyncio.to_thread(explain, rules, "", text, None)
    await request.reply(text_card(tested_text(found, rules.signals, speech), speech.language))


@command("expand", order=106, who=Who.OPERATORS)
async def expand_word(request: Request) -> None:
    """``/expand دواء``: the forms that a word of a rule matches."""
    from rules.language.arabic.lexicon import WordProblem
    from rules.trying.expand import expand, language_of_word

    speech, word = request.speech, request.behind
    if not word or len(word) > LONGEST_WORD:
        await request.say("rules.expand_usage")
        return
    rules = request.services.rules()
    try:
        found = await asyncio.to_thread(expand, rules, word, language_of_word(word))
    except WordProblem as problem:
        await request.reply(text_card(problem.said.text(speech.language), speech.language))
        return
    await request.reply(text_card(expanded_text(found, speech), speech.language))
