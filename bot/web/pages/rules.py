"""Rules: what each recognises, its text and tests, how often it fired, who changed it; and what
fires in a text. For analysts and operators."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.messages.answers.rules import DAYS, rule_text, tested_text
from bot.messages.cards.display import in_order, signal_title
from bot.text import clean
from bot.web.access.forms import own_form
from bot.web.drawing import bars
from bot.web.render import render
from bot.web.site import Visitor, site_of
from storage import decisions
from storage.rule_files import versions as rule_versions

if TYPE_CHECKING:
    from rules import RuleSet
    from rules.loading.schema.examples import Tests
    from storage.connection import Connection
    from storage.decisions import Hits
    from storage.rule_files.versions import RuleVersion

LONGEST_TEXT = 4_000
MOST_VERSIONS = 30


async def rules(request: Request, visitor: Visitor) -> Response:
    site = site_of(request)
    known, now = site.rules(), site.clock()

    def read(db: Connection) -> tuple[dict[str, list[Hits]], list[RuleVersion]]:
        since = now - timedelta(days=DAYS)
        hits = {name: decisions.hits_by_day(db, name, since) for name in known.signals}
        return hits, rule_versions.latest(db, MOST_VERSIONS)

    hits, versions = await site.database.read(read)
    tests = {each.signal: each.tests for each in known.tests}
    rows = [
        (
            name,
            signal_title(known.signals, name, visitor.language),
            known.signals[name].level,
            known.signals[name].status == "stable",
            sum(each.found for each in hits[name]),
            sum(each.told for each in hits[name]),
            _number_of(tests.get(name)),
        )
        for name in in_order(known.signals, visitor.language)
    ]
    context = {
        "rows": rows,
        "days": DAYS,
        "versions": _versions(versions, visitor, now),
        "title": visitor.speech("web.rules.title"),
    }
    return render(request, "rules.html", context, visitor=visitor, here="rules")


async def rule(request: Request, visitor: Visitor) -> Response:
    site, name = site_of(request), request.path_params["id"]
    known, now = site.rules(), site.clock()
    if name not in known.signals:
        raise HTTPException(404)
    tests = next((each for each in known.tests if each.signal == name), None)

    def read(db: Connection) -> tuple[list[Hits], list[RuleVersion]]:
        hits = decisions.hits_by_day(db, name, now - timedelta(days=DAYS))
        return hits, rule_versions.latest_named(db, f"{name}.yaml", MOST_VERSIONS)

    hits, versions = await site.database.read(read)
    by_day = {each.day: each for each in hits}
    today = now.date()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    found = [by_day[str(day)].found if str(day) in by_day else 0 for day in days]
    said = rule_text(known, name, hits, today, visitor.speech)
    context = {
        "id": name,
        "name": signal_title(known.signals, name, visitor.language),
        "paragraphs": [each.splitlines() for each in said.split("\n\n")],
        "bars": bars([f"{day.day}/{day.month}" for day in days], found, []),
        "days": DAYS,
        "fires": _examples(tests.tests.fires if tests else ()),
        "silent": _examples(tests.tests.silent if tests else ()),
        "file": tests.file if tests else "",
        "yaml": await asyncio.to_thread(_file_text, tests.file if tests else ""),
        "versions": _versions(versions, visitor, now),
        "title": signal_title(known.signals, name, visitor.language),
    }
    return render(request, "rule.html", context, visitor=visitor, here="rules")


async def try_text(request: Request, visitor: Visitor) -> Response:
    """What fires in a text, as the service would read it; nothing of it is kept."""
    text, lines = "", list[str]()
    known: RuleSet = site_of(request).rules()
    if request.method == "POST":
        from rules.trying.explain import explain

        text = (await own_form(request, visitor)).get("text", "")[:LONGEST_TEXT].strip()
        if text:
            found = await asyncio.to_thread(explain, known, "", text, None)
            lines = tested_text(found, known.signals, visitor.speech).splitlines()
    context = {
        "text": text,
        "lines": lines,
        "longest": LONGEST_TEXT,
        "title": visitor.speech("web.rules.try"),
    }
    return render(request, "try.html", context, visitor=visitor, here="rules")


def _number_of(tests: Tests | None) -> int:
    return len(tests.fires) + len(tests.silent) if tests else 0


def _examples(given: object) -> list[str]:
    """The sentences of a rule's tests."""
    found = []
    for each in given if isinstance(given, list | tuple) else ():
        text = each if isinstance(each, str) else each.text or each.vary or ""
        found.append(clean(text))
    return [each for each in found if each]


def _file_text(file: str) -> str:
    """The rule as its author wrote it; '' for a file that is not there any more."""
    from rules.loading.load import SHIPPED

    path = SHIPPED.parent / file if file.startswith("rules/") else Path(file)
    try:
        return path.read_text(encoding="utf-8") if file else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _versions(
    versions: list[RuleVersion], visitor: Visitor, now: datetime
) -> list[tuple[int, str, str, str, bool]]:
    """Of each version its number, file, who and when; whether the file was removed."""
    say = visitor.speech
    return [
        (
            each.id,
            each.file,
            clean(each.name) or say("web.rules.on_disk"),
            say.moment(each.at, visitor.zone, now, "card.short_time"),
            each.content is None,
        )
        for each in versions
    ]
