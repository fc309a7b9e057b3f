"""What was most likely meant, where YAML gave up: it names what it missed, not what was written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from rules.texts import Message, message

_ITEM = r"^\s*(?:- +)*"
_VALUE = rf"{_ITEM}(?:[\w-]+: +)?"
_OTHER_DASH = re.compile(r"^\s*(?:[–—−‐‑•·▪‣●]\s*|\* +)\S")
_NO_SPACE_BEHIND_DASH = re.compile(r"^\s*-[^\s-]")
_NO_SPACE_BEHIND_COLON = re.compile(rf"{_ITEM}[a-z_]+:[^\s/]")
_OTHER_COLON = re.compile(rf"{_ITEM}[a-z_]+\s*[：﹕꞉]")
_MARK_FIRST = re.compile(rf"{_VALUE}\[? *([*@&%`!])")
_BLOCK_FIRST = re.compile(rf"{_VALUE}([>|])[ \t]*[^\s\d+#-]")
_BRACKET_FIRST = re.compile(rf"{_VALUE}(\[[^\]]*\]|\{{[^}}]*\}})\s*[^\s,\]}}#:]")
_OPENED = re.compile(rf"{_VALUE}\"")
_QUOTED_FIRST = re.compile(rf"{_VALUE}(?:\"[^\"]*\"|'[^']*')\s*[^\s,\]}}#:]")
_SMART_QUOTES = re.compile("[“”„‘’]")
_TWICE = re.compile('found duplicate key "([^"]*)"')
_KEY = re.compile(rf"{_ITEM}[a-z_]+:(?:\s|$)(?!.*: )")


def explained(error: Any, text: str) -> tuple[int, Message]:
    """The line, from 1, in which to look, and what to do there.

    ``error``: a MarkedYAMLError of PyYAML or of ruamel.yaml, which say where and in what they were.
    """
    mark = error.problem_mark or error.context_mark
    at = mark.line + 1 if mark else 1
    what, context = str(error.problem or ""), str(error.context or "")
    begun = error.context_mark.line + 1 if error.context_mark else at
    lines = text.splitlines()
    if "quoted scalar" in context and ("end of stream" in what or "document" in what):
        return begun, message("yaml.unclosed_quote")
    if twice := _TWICE.search(what):
        return at, message("yaml.twice", key=twice[1])
    if "another document" in what:
        return at, message("yaml.two_documents")
    for number in _here_and_above(lines, at):
        said = _in_line(lines[number - 1])
        if said is not None:
            return number, said
    return _by_what_it_missed(what, context, begun, at, "".join(lines[at - 1 : at]))


def _here_and_above(lines: Sequence[str], at: int) -> list[int]:
    """The line that YAML stopped at, and the one before it: most often it stops too late."""
    above = next((n for n in range(min(at - 1, len(lines)), 0, -1) if lines[n - 1].strip()), None)
    here = [at] if 0 < at <= len(lines) else []
    return here + ([above] if above is not None else [])


def _in_line(written: str) -> Message | None:
    """A slip that shows in a line itself."""
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return message("yaml.tab")
    first = _MARK_FIRST.match(written) or _BLOCK_FIRST.match(written)
    if first and not _OTHER_DASH.match(written):
        return message("yaml.mark_first", mark=first[1])
    bracket = _BRACKET_FIRST.match(written)
    if bracket:
        return message("yaml.mark_first", mark=bracket[1][0])
    if _OTHER_DASH.match(written):
        return message("yaml.other_dash")
    if _NO_SPACE_BEHIND_DASH.match(written):
        return message("yaml.space_behind_dash")
    if _OTHER_COLON.match(written):
        return message("yaml.other_colon")
    if _NO_SPACE_BEHIND_COLON.match(written):
        return message("yaml.space_behind_colon")
    if _OPENED.match(written) and written.count('"') % 2:
        return message("yaml.unclosed_quote")
    if _QUOTED_FIRST.match(written):
        return message("yaml.behind_quotes")
    if _SMART_QUOTES.search(written):
        return message("yaml.smart_quotes")
    return None


def _by_what_it_missed(
    what: str, context: str, begun: int, at: int, written: str
) -> tuple[int, Message]:
    if "mapping values" in what and not _KEY.match(written):
        return at, message("yaml.colon")
    if "\t" in written:
        return at, message("yaml.tab")
    if "،" in written and re.search(r"[\[{]", written):
        return at, message("yaml.arabic_comma")
    if "flow" in context:
        return begun, message("yaml.unclosed_bracket")
    if _KEY.match(written) or re.match(r"\s*- ", written):
        return at, message("yaml.indentation")
    return at, message("yaml.check_around")


_INVISIBLE = frozenset(
    "\u00a0\u00ad\u061c\u180e\u2007\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u202f\u2060\u2066\u2067\u2068\u2069\u3000\ufeff"
)
"""Marks and spaces that look like nothing, or like a plain space, and are neither to YAML."""
_BEFORE_VALUE = re.compile(rf"^ *(?:- +)*(-|[a-z_-]+:)([{''.join(_INVISIBLE)}])")


def visible(text: str) -> str:
    """Without the marks that cannot be seen."""
    return "".join(c for c in text if c not in _INVISIBLE)


def invisible(text: str) -> tuple[int, Message] | None:
    """The first line, from 1, in which such a mark stands where YAML looks for a space."""
    for number, line in enumerate(text.split("\n"), 1):
        first = line.lstrip(" \t")[:1]
        if first in _INVISIBLE and not line.isspace():
            return number, message("yaml.invisible", name=_name(first))
        found = _BEFORE_VALUE.match(line)
        if found:
            return number, message("yaml.invisible_after", name=_name(found[2]), mark=found[1])
    return None


def _name(char: str) -> str:
    return f"U+{ord(char):04X}, {unicodedata.name(char, '?').lower()}"


_TAGGED = re.compile(rf"{_VALUE}[^\s\"'#\[{{|>&*][^#]*\s(#[^\W\d]\w*)")


def hidden_by_a_tag(raw: bytes) -> Iterator[tuple[int, str]]:
    """Lines, from 1, whose text goes on behind a #tag, and the tag: to YAML it is a comment."""
    for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
        found = _TAGGED.match(line)
        if found:
            yield number, found[1]
