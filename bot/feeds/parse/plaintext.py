"""HTML, half-HTML and text from feeds -> plain text. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

import nh3

MAX_TITLE = 1_000
MAX_SUMMARY = 20_000
_MAX_MARKUP = 200_000

# Only asks whether there is markup. It never looks for the end of a comment: thousands of
# "<!--" without one would make that search quadratic.
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--|<!\[CDATA\[")
# What is left to look for after unescaping: "<tomorrow>" may be text by then.
_HTML_TAG = re.compile(
    r"</?(?:a|b|br|div|em|figure|font|h[1-6]|i|iframe|img|li|ol|p|script|span|strong|style|table"
    r"|td|tr|u|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# Tags that a reader sees as a new line: without it "…في حلب</p><p>وقال…" becomes one word.
_BLOCK = re.compile(
    r"<(?:br|hr|/?(?:p|div|li|ul|ol|tr|table|h[1-6]|blockquote|section|article|figure"
    r"|figcaption|dd|dt|pre))\b[^<>]*>",
    re.IGNORECASE,
)
_CELL = re.compile(r"</?t[dh]\b[^<>]*>", re.IGNORECASE)
# Controls, C1 controls, and the two code points that are no characters. Bidirectional controls,
# joiners and diacritics are part of Arabic text and stay.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]")
# Controls that are white space: a new line of a slide, a page, fields and records of a table.
PARTING = re.compile("[\x0b\x0c\x1c-\x1f]")
_WORD = re.compile(r"\w+")
# The end of an excerpt: its last word may be cut as well.
_CUT_SHORT = re.compile(r"\s*\S*\s*(?:\[\s*(?:…|\.\.\.)\s*\]|…|\.\.\.)\s*$")
# Any white space within a line but a single space, which stays as it is.
_SPACES = re.compile(r" [^\S\n]+|[^\S \n][^\S\n]*")
_LINES = re.compile(r" ?\n[ \n]*")


def plain_text(value: str, limit: int) -> str:
    """What a reader would see of `value`, at most `limit` characters, cut between words.

    Tags go, entities are resolved (also when they were escaped twice), white space is folded,
    paragraphs keep a line break. The result is text: it must be escaped before it is shown.
    """
    text = value[:_MAX_MARKUP]
    for tags in (_TAG, _HTML_TAG):
        if tags.search(text):
            text = _CELL.sub(" ", _BLOCK.sub("\n", text))
            text = html.unescape(nh3.clean(clean_characters(text), tags=set()))
        elif _ENTITY.search(text):
            text = html.unescape(text)
        else:
            break
    text = clean_characters(text)
    return shorten(_LINES.sub("\n", _SPACES.sub(" ", text)).strip(), limit)


def joined_texts(texts: Iterable[str], title: str) -> str:
    """The longest of an entry's texts, then the lines of the others that say something else.

    Feeds put the lead here and the article there; which of them is longer says nothing. A line
    that stands word for word in `title` or in what was taken already is left out.
    """
    longest, *others = sorted(dict.fromkeys(texts), key=len, reverse=True) or [""]
    if not any(others):
        return longest
    said = f" {_bare(title)} \n {_bare(longest)} "
    more, length = list[str](), 0
    for line in (line for text in others for line in text.split("\n")):
        bare = _bare(line[:-120] + _CUT_SHORT.sub("", line[-120:]))
        if bare and f" {bare} " not in said:
            more.append(line)
            said += f"\n {bare} "
            length += len(line) + 1
            if length > MAX_SUMMARY // 2:
                break  # it is cut here; and to compare thousands of lines more took seconds
    if not more:
        return longest
    added = shorten("\n".join(more), MAX_SUMMARY // 2)
    return f"{shorten(longest, MAX_SUMMARY - len(added) - 1)}\n{added}"


def _bare(text: str) -> str:
    """The words alone, to see whether two texts say the same."""
    return " ".join(_WORD.findall(text.casefold()))


def clean_characters(text: str) -> str:
    """`text` without what no database or message can hold: NUL, controls, lone surrogates.
    Controls that part words leave a space."""
    text = PARTING.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _UNWANTED.sub("", text)


def shorten(text: str, limit: int) -> str:
    """`text`, or its beginning up to a word's end with "…": never longer than `limit`."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = max(cut.rfind(" "), cut.rfind("\n"))
    return f"{cut[:space] if space > limit // 2 else cut}…"


def split_headline(text: str) -> tuple[str, str]:
    """A title for text that has none: its first line or sentence, and what is left."""
    line, _, rest = text.partition("\n")
    if len(line) <= 200:
        return line.strip(), rest.strip()
    found = re.match(r".{20,200}?[.!?؟。](?=\s)", line)
    if found:
        return found[0].strip(), text[found.end() :].strip()
    # No place to part the text at: the title repeats its beginning, so that no sentence is torn.
    return shorten(line, 160), text
