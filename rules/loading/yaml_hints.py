"""What was most likely meant, where YAML gave up: it names what it missed, not what was written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from yaml.error import MarkedYAMLError

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
_KEY = re.compile(rf"{_ITEM}[a-z_]+:(?:\s|$)(?!.*: )")


def explained(error: MarkedYAMLError, text: str) -> tuple[int, Message]:
    """The line, from 1, in which to look, and what to do there."""
    mark = error.problem_mark or error.context_mark
    at = mark.line + 1 if mark else 1
    what, context = str(error.problem or ""), str(error.context or "")
    begun = error.context_mark.line + 1 if error.context_mark else at
    lines = text.splitlines()
    if "quoted scalar" in context and ("end of stream" in what or "document" in what):
        return begun, message("yaml.unclosed_quote")
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
    if "flow sequence" in context or "flow mapping" in context:
        return begun, message("yaml.unclosed_bracket")
    if _KEY.match(written) or re.match(r"\s*- ", written):
        return at, message("yaml.indentation")
    return at, message("yaml.check_around")


_TAGGED = re.compile(rf"{_VALUE}[^\s\"'#\[{{|>&*][^#]*\s(#[^\W\d]\w*)")


def hidden_by_a_tag(raw: bytes) -> Iterator[tuple[int, str]]:
    """Lines, from 1, whose text goes on behind a #tag, and the tag: to YAML it is a comment."""
    for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
        found = _TAGGED.match(line)
        if found:
            yield number, found[1]
