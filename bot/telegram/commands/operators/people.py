"""/people and /audit: who may use the bot, what they may, and what operators did."""

from __future__ import annotations

import re

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.asking.durations import plain_words
from bot.locales import LANGUAGES, Texts, texts
from bot.locales.bidi import isolated
from bot.messages.blocks import Card
from bot.messages.cards.card import text_card
from bot.telegram.buttons import two_taps
from bot.telegram.buttons.paging import turns
from bot.telegram.registry import Who, button, command
from bot.telegram.request import Request
from bot.telegram.typed.changes import is_all
from bot.text import clean, shorten
from storage.connection import Connection
from storage.readers import audit, people
from storage.readers.audit import Act
from storage.readers.people import Person

PAGE, ACTS = 8, 12
MOST_SEARCHED = 2_000
_LABEL = 40
_ID = re.compile(r"-?[0-9]{1,15}")


@command("people", order=110, who=Who.OPERATORS_IN_PERSON, private=True)
async def show_people(request: Request) -> None:
    """``/people``; ``/people Leila``, ``/people operators``: those of that name, id or role."""
    wanted = clean(request.behind)[:_LABEL].strip()
    if not wanted or is_all(wanted):
        await request.reply(*await _page(request, 0))
        return
    found = await request.services.database.read(lambda db: people.page(db, MOST_SEARCHED, 0))
    like = [each for each in found if _is_like(each, plain_words(wanted))]
    speech = request.speech
    if not like:
        text = speech("people.no_such", name=isolated(wanted))
        _, keyboard = await _page(request, 0)
        await request.reply(text_card(text, speech.language), keyboard)
    elif len(like) == 1:
        await request.reply(*await _one(request, like[0].id))
    else:
        text = speech("people.list", total=speech.number(len(like)))
        title = speech("people.title")
        rows = two_taps.rows(*(_button(each, speech) for each in like[:PAGE]))
        await request.reply(text_card(text, speech.language, title=title), rows)


def _is_like(person: Person, wanted: str) -> bool:
    roles = {plain_words(texts(language)(f"invite.{person.role}")) for language in LANGUAGES}
    return (
        wanted == str(person.id)
        or _one_of_them(wanted) in {_one_of_them(each) for each in roles}
        or wanted in plain_words(person.name)
    )


def _one_of_them(role: str) -> str:
    """A role as one person has it: "analysts", «المحللون»."""
    bare = role.removeprefix("ال")
    return next((bare.removesuffix(end) for end in ("s", "ون", "ين") if bare.endswith(end)), bare)


@button(r"^pp:\d+$", who=Who.OPERATORS_IN_PERSON, private=True)
async def people_page(request: Request) -> None:
    await request.note()
    await request.redraw(*await _page(request, _number(request)))


async def _page(request: Request, offset: int) -> tuple[Card, InlineKeyboardMarkup]:
    speech = request.speech

    def read(db: Connection) -> tuple[list[Person], int]:
        return people.page(db, PAGE, offset), people.count(db)

    found, total = await request.services.database.read(read)
    text = speech("people.list", total=speech.number(total))
    rows = [[_button(each, speech)] for each in found]
    turns = []
    if offset:
        turns.append(InlineKeyboardButton("‹", callback_data=f"pp:{max(0, offset - PAGE)}"))
    if offset + PAGE < total:
        turns.append(InlineKeyboardButton("›", callback_data=f"pp:{offset + PAGE}"))
    keyboard = InlineKeyboardMarkup([*rows, turns] if turns else rows)
    return text_card(text, speech.language, title=speech("people.title")), keyboard


def _button(person: Person, say: Texts) -> InlineKeyboardButton:
    return InlineKeyboardButton(_label(person, say), callback_data=f"po:{person.id}")


def _label(person: Person, say: Texts) -> str:
    name = shorten(clean(person.name), _LABEL) or str(person.id)
    return f"{isolated(name)} · {say(f'invite.{person.role}')}"


@button(r"^po:-?\d+$", who=Who.OPERATORS_IN_PERSON, private=True)
async def person_opened(request: Request) -> None:
    """One person: the roles that they could have, and the way out."""
    await request.note()
    await request.redraw(*await _one(request, _number(request)))


async def _one(request: Request, person_id: int) -> tuple[Card, InlineKeyboardMarkup]:
    services, speech = request.services, request.speech
    person = await services.database.read(lambda db: people.get(db, person_id))
    back = InlineKeyboardButton(speech("people.back"), callback_data="pp:0")
    if person is None:
        return text_card(speech("people.gone"), speech.language), two_taps.rows(back)
    when = speech.moment(person.created_at, request.zone, services.clock())
    name = isolated(clean(person.name)) if person.name else speech("people.unnamed")
    text = speech(
        *("people.one",), name=name, id=person.id, role=speech(f"invite.{person.role}"), when=when
    )
    if person.id in services.operators:
        named = text_card(f"{text}\n{speech('people.by_settings')}", speech.language)
        return named, two_taps.rows(back)
    roles = [
        two_taps.asking("pr", f"{person.id}:{role}", _make(role, speech))
        for role in people.ROLES
        if role != person.role
    ]
    out = two_taps.asking("px", str(person.id), speech("people.remove"))
    return text_card(text, speech.language), two_taps.rows(*roles, out, back)


def _make(role: str, say: Texts) -> str:
    return say("people.make", role=say(f"invite.{role}"))


@button(r"^p[rx][?]", who=Who.OPERATORS_IN_PERSON, private=True)
async def person_asked(request: Request) -> None:
    """The first tap: what would happen."""
    speech, what = request.speech, request.pressed[3:]
    person_id, role = _split(what)
    person = await request.services.database.read(lambda db: people.get(db, person_id))
    await request.note()
    if person is None:
        await request.redraw(*await _one(request, person_id))
        return
    name = isolated(clean(person.name) or str(person.id))
    if role:
        label = _make(role, speech)
        text = speech("people.sure_role", name=name, role=speech(f"invite.{role}"))
    else:
        label, text = speech("people.remove"), speech("people.sure_remove", name=name)
    keyboard = two_taps.sure(request.pressed[:2], what, label, speech)
    await request.redraw(text_card(text, speech.language), keyboard)


@button(r"^p[rx]!", who=Who.OPERATORS_IN_PERSON, private=True)
async def person_changed(request: Request) -> None:
    """The second tap."""
    services, speech = request.services, request.speech
    person_id, role = _split(request.pressed[3:])
    now = services.clock()

    def write(db: Connection) -> bool:
        person = people.get(db, person_id)
        if person is None or person_id in services.operators:
            return False
        named = f"{person.name} ({person_id})"
        if role:
            people.set_role(db, person_id, role)
            request.note_act(db, "person-role", f"{named}: {role}")
        else:
            people.remove(db, person_id, now)
            request.note_act(db, "person-removed", named)
        return True

    done = await services.database.write(write)
    await request.note(speech("two_taps.done" if done else "people.gone"))
    if role:
        await request.redraw(*await _one(request, person_id))
    else:
        await request.redraw(*await _page(request, 0))


@button(r"^p[rx]-", who=Who.OPERATORS_IN_PERSON, private=True)
async def person_left(request: Request) -> None:
    await request.note()
    await request.redraw(*await _one(request, _split(request.pressed[3:])[0]))


def _split(what: str) -> tuple[int, str]:
    """``12:viewer`` or ``12``; the role is "" where there is none."""
    number, _, role = what.partition(":")
    person_id = int(number) if _ID.fullmatch(number) else 0
    if number != what and role not in people.ROLES:
        # Of an older version, perhaps: without a role it would mean "shut out".
        return 0, ""
    return person_id, role


def _number(request: Request) -> int:
    number = request.pressed.partition(":")[2][:15]
    return int(number)


@command("audit", order=112, who=Who.OPERATORS_IN_PERSON, private=True)
async def show_audit(request: Request) -> None:
    """What operators did, the newest first; ``/audit Leila``: what she did."""
    wanted = clean(request.behind)[:_LABEL].strip()
    if not is_all(wanted):
        await _audit_of(request, wanted)
        return
    found = await request.services.database.read(lambda db: audit.latest(db, ACTS + 1))
    await request.reply(*_acts(request, found[:ACTS], newer=False, older=len(found) > ACTS))


async def _audit_of(request: Request, wanted: str) -> None:
    found = await request.services.database.read(lambda db: audit.latest(db, MOST_SEARCHED))
    said = plain_words(wanted)
    acts = [each for each in found if said in (str(each.person_id), plain_words(each.name))] or [
        each for each in found if said in plain_words(each.name)
    ]
    if not acts:
        await request.say("audit.no_such", name=isolated(wanted))
        return
    await request.reply(*_acts(request, acts[:ACTS], newer=False, older=False))
    if len(acts) > ACTS:
        n, total = request.speech.number(ACTS), request.speech.number(len(acts))
        await request.say("audit.latest", n=n, total=total)


@button(r"^au:\^?\d+$", who=Who.OPERATORS_IN_PERSON, private=True)
async def audit_page(request: Request) -> None:
    """The page behind an act, or (with ^) the one that ends before it."""
    number, newer = int(request.pressed.lstrip("au:^")[:15]), "^" in request.pressed

    def look(db: Connection) -> tuple[list[Act], bool, bool]:
        if newer and len(found := audit.newer(db, ACTS + 1, number)) > ACTS:
            return found[-ACTS:], True, True
        found = audit.latest(db, ACTS + 1, None if newer else number)
        return found[:ACTS], not newer, len(found) > ACTS

    shown, before, behind = await request.services.database.read(look)
    await request.note()
    await request.redraw(*_acts(request, shown, newer=before, older=behind))


def _acts(
    request: Request, shown: list[Act], *, newer: bool, older: bool
) -> tuple[Card, InlineKeyboardMarkup | None]:
    services, speech = request.services, request.speech
    now = services.clock()
    lines = [
        speech(
            "audit.line",
            when=speech.moment(act.at, request.zone, now, "card.short_time"),
            who=isolated(clean(act.name)) if act.name else speech("people.unnamed"),
            act=speech.find(f"act.{act.action}") or act.action,
            what=isolated(shorten(clean(_what(act, speech)), 120)),
        )
        for act in shown
    ]
    text = "\n".join(lines) or speech("audit.empty")
    keyboard = turns(
        speech,
        newest="",
        back=f"au:^{shown[0].id}" if shown and newer else "",
        on=f"au:{shown[-1].id}" if shown and older else "",
    )
    return text_card(text, speech.language, title=speech("audit.title")), keyboard


def _what(act: Act, say: Texts) -> str:
    """What an act was about; a role by its name."""
    return (say.find(f"invite.{act.what}") if act.action == "invite" else None) or act.what
