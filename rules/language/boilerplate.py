"""What sites put around their news and is none: «اقرأ أيضا», "appeared first on", ©.

It is blanked out before a text is read, by line breaks, so that every offset still points
into the original. The words stand in ``boilerplate.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("boilerplate.yaml")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MARKS = "[\u0640\u064b-\u0652\u0670]*"
_ALIKE = {
    **dict.fromkeys("اأإآ", "[اأإآ]"),
    **dict.fromkeys("يىی", "[يىی]"),
    **dict.fromkeys("ةه", "[ةه]"),
    **dict.fromkeys("ؤئ", "[ؤئ]"),
    **dict.fromkeys("'’", "['’]"),
    **dict.fromkeys("éèê", "[eéèê]"),
    "à": "[aà]",
}
_BETWEEN = r"[^\n]{0,300}?"
_LINK_LIST = 3
"""Words that a line must have to be a headline that a page repeats."""


def _pattern(phrase: str) -> str:
    """A phrase as a regex that forgives everyday spelling."""
    parts = []
    for word in phrase.split():
        if word == "…":
            parts.append("…")
            continue
        parts.append(_word(word))
    made = r"[^\S\n]+".join(parts).replace(r"[^\S\n]+…[^\S\n]+", _BETWEEN)
    return made + (r"(?!\w)" if phrase[-1].isalnum() else "")


def _word(word: str) -> str:
    return "".join(
        _ALIKE.get(c, re.escape(c)) + (_MARKS if "\u0620" <= c <= "\u064a" else "") for c in word
    )


def _any(phrases: dict[str, list[str]]) -> str:
    unique: Iterable[str] = dict.fromkeys(p for listed in phrases.values() for p in listed)
    return "(?:" + "|".join(_pattern(p) for p in sorted(unique, key=len, reverse=True)) + ")"


# Its file is ours; the loader in C reads it in a tenth of the time, where there is one.
_WORDS = yaml.load(_FILE.read_bytes(), _LOADER)  # noqa: S506
_BULLET = r"[^\S\n]*+[-*•·▪►»>\[(|©#]*+[^\S\n]*+"


@cache
def _line() -> re.Pattern[str]:
    """Compiled when a text has something of it: it takes as long as a hundred entries."""
    return re.compile(
        rf"(?:(?<=\n)|(?<=[.!?؟…])|(?<=[.!?؟…][ »\"”)])|\A){_BULLET}{_any(_WORDS['line'])}[^\n]*"
        rf"|(?<!\w){_any(_WORDS['credit'])}[^\n]*"
        r"|(?<!\w)(?:©|\(c\)|copyright)[^\S\n]*(?:19|20)\d\d[^\n]*",
        re.IGNORECASE,
    )


@cache
def _heading() -> re.Pattern[str]:
    return re.compile(
        rf"^{_BULLET}{_any(_WORDS['heading'])}[^\S\n]*+[:：.…\])]*+[^\S\n]*+$",
        re.IGNORECASE | re.MULTILINE,
    )


_SPACE = "[ \\t\\r\\f\\v\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
MAY_BE = "|".join(
    [
        _SPACE.join(_word(word).replace("i", "[iıİ]") for word in phrase.split("…")[0].split())
        for kind in ("line", "credit", "heading")
        for phrases in _WORDS[kind].values()
        for phrase in phrases
    ]
    + ["©", r"\(c\)", "copyr[iıİ]ght"]
)
"""For RE2, whatever the case: a text in which this is not found has no boilerplate but lines that
are repeated."""
_SITE_WORDS = 4
"""Words that a site's own name may have, after the last bar of a title: «خبر | موقع»."""


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + "\n" * (end - start) + text[end:]


def blanked(text: str, *, may_be: bool = True) -> str:
    """The text with what is no news as line breaks; it keeps its length. ``may_be``: whether
    `MAY_BE` is found in it."""
    if not may_be:
        return _without_repeated_lines(text) if text.count("\n") > 1 else text
    heading = next((m for m in _heading().finditer(text) if _news_before(text, m.start())), None)
    if heading:
        text = _blank(text, heading.start(), len(text))
    text = _line().sub(lambda m: "\n" * len(m.group()), text)
    return _without_repeated_lines(text) if text.count("\n") > 1 else text


def _news_before(text: str, at: int) -> bool:
    """A page's list follows its news; a heading at the very start is none."""
    return bool(text[:at].strip())


def _without_repeated_lines(text: str) -> str:
    seen: set[str] = set()
    lines = text.split("\n")
    for number, line in enumerate(lines):
        plain = line.strip()
        if len(plain.split()) < _LINK_LIST:
            continue
        if plain in seen:
            lines[number] = "\n" * len(line)
        seen.add(plain)
    return "\n".join(lines)


def blanked_title(title: str) -> str:
    """A title without the site's own name after a bar."""
    bar = max(title.rfind(" | "), title.rfind(" :: "))
    if bar > 0 and 0 < len(title[bar:].split()[1:]) <= _SITE_WORDS:
        return _blank(title, bar, len(title))
    return title
