"""bytes -> text, also when the server or the document names the wrong encoding. Pure.

Arabic sites serve windows-1256 as "utf-8", "iso-8859-1" or nothing at all. What decodes
strictly as UTF-8 is UTF-8; otherwise a declared encoding is believed only if the text that
comes out looks like writing.
"""

from __future__ import annotations

import codecs
import re

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# UTF-16 and UTF-32 without a mark, by where the zeros are: every feed begins in ASCII.
_ZEROS: dict[str, str] = {
    "x0x0x0x0": "utf-16-le",
    "0x0x0x0x": "utf-16-be",
    "x000x000": "utf-32-le",
    "000x000x": "utf-32-be",
}
# What software writes without looking: these names say nothing about the bytes.
_SAID_WITHOUT_LOOKING = frozenset({"utf-8", "ascii", "iso8859-1", "cp1252"})
_USUAL = ("cp1256", "iso8859-6", "cp1252")
_TEXT_CODECS = re.compile(
    r"(utf-(8|16|32)(-[lb]e)?|ascii|iso8859-\d+|cp\d+|koi8-[rut]|mac-\w+|gb\w+|big5\w*"
    r"|shift_jis\w*|euc_\w+|iso2022_\w+|tis-620)"
)
_XML_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})")
_META_CHARSET = re.compile(
    rb"<meta\b[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE
)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_BAD_SHARE = 0.05
# In any other encoding most of what is beyond ASCII is no UTF-8: what mostly is, is UTF-8 in which
# something was cut or pasted wrongly.
_BAD_SHARE_OF_UTF_8 = 0.3
_SAMPLE = 300_000
# Shares of the characters beyond ASCII that look like writing: in all but a few, in hardly most.
_WRITING, _HARDLY = 0.9, 0.6
_WIDE = ("utf-16", "utf-32")


def decode(body: bytes, content_type: str | None = None) -> str:
    """Text of a document in whatever encoding it really is. Never raises."""
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace")
    if wide := _wide(body):
        return body.decode(wide, "replace")
    body = body.replace(b"\0", b"")
    # What begins in bytes of ASCII is in no wide encoding, whoever says so.
    declared = [each for each in _declared(body, content_type) if not each.startswith(_WIDE)]
    # ISO-2022 is made of ASCII bytes, so UTF-8 would accept it.
    if not (declared and declared[0].startswith("iso2022")):
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            if (joined := _surrogates_joined(body)) is not None:
                return joined
    # Judged by a part of it: a document of some megabytes is not decoded five times over.
    sample = body[:_SAMPLE]
    if _mostly_fits(sample.decode("utf-8", "replace"), _BAD_SHARE_OF_UTF_8):
        return _with_pasted(body)
    for encoding in declared:
        if encoding in _SAID_WITHOUT_LOOKING or not _fits(sample, encoding):
            continue
        if not (encoding in _USUAL and _outdone(sample, encoding)):
            return body.decode(encoding, "replace")
    readings = [
        encoding
        for encoding in dict.fromkeys((*declared, *_USUAL))
        if encoding not in ("utf-8", "ascii") and _fits(sample, encoding)
    ]
    best = max(
        readings,
        key=lambda encoding: likeness(sample.decode(encoding, "replace")),
        default="utf-8",
    )
    # As much of either: what one encoding makes of the other looks like writing, but less so.
    if likeness(_with_pasted(sample)) > likeness(sample.decode(best, "replace")):
        return _with_pasted(body)
    return body.decode(best, "replace")


def _outdone(sample: bytes, encoding: str) -> bool:
    """Whether another of the usual encodings makes writing of what this one makes hardly any."""
    others = (each for each in _USUAL if each != encoding and _fits(sample, each))
    best = max((likeness(sample.decode(each, "replace")) for each in others), default=0.0)
    return best >= _WRITING and likeness(sample.decode(encoding, "replace")) < _HARDLY


def _with_pasted(body: bytes) -> str:
    """UTF-8 in which words were pasted from windows-1256, as where several sources are put into
    one document. What is neither is a broken character."""
    return body.decode("utf-8", _PASTED)


def _pasted(error: UnicodeError) -> tuple[str, int]:
    """For the codec: the word that begins where UTF-8 breaks off, or a broken character."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    before, found = error.object[error.start - 1 : error.start], None
    if not before or before < b"\x80":
        found = _PASTED_WORD.match(error.object, error.start)
    if found is not None:
        # Of a torn word of UTF-8 most can be read, and the rest holds signs that are no letters.
        unread = found[0].decode("utf-8", "replace").count("\ufffd")
        word = found[0].decode("cp1256", "replace")
        if 2 * unread > len(word) // 2 and _ARABIC_WORD.fullmatch(word):
            return word, found.end()
    return "\ufffd", error.end


_PASTED = "marsad-pasted"
codecs.register_error(_PASTED, _pasted)


def is_binary(body: bytes) -> bool:
    """Whether a document is no text in any encoding. One that begins as a feed does may hold
    zeros, as some software leaves in a title: they are dropped."""
    head = body[:4_096]
    if b"\0" not in head or _wide(body) or body.startswith(tuple(bom for bom, _ in _BOMS)):
        return False
    return not head.lstrip(b"\0 \t\r\n").startswith((b"<", b"{", b"["))


def _wide(body: bytes) -> str | None:
    return _ZEROS.get("".join("x" if byte else "0" for byte in body[:8]))


def _surrogates_joined(body: bytes) -> str | None:
    """UTF-8 in which characters beyond U+FFFF were written in halves (CESU-8), as Java does.

    Pairs are joined, a lone half is a broken character. None for what is no such text.
    """
    try:
        halves = body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def likeness(text: str) -> float:
    """How much the characters beyond ASCII look like Arabic or European writing, 0 to 1."""
    good = seen = 0
    for found in _OUTSIDE.finditer(text):
        seen += len(found[0])
        run = found[0]
        before = text[found.start() - 1 : found.start()]
        after = text[found.end() : found.end() + 1]
        in_latin_word = before.isascii() and (before + after).strip().isalpha()
        if _ARABIC_RUN.fullmatch(run):
            good += 0 if (before.isalpha() or after.isalpha()) else len(run)
        elif _LATIN_RUN.fullmatch(run):
            good += len(run) if in_latin_word or len(run) == 1 else 0
        else:
            good += sum(1 for character in run if character in _MARKS)
    return good / seen if seen else 1.0


_OUTSIDE = re.compile(r"[^\x00-\x7f]+")
_ARABIC_RUN = re.compile("[\u0600-\u06ff\u00a0\u00ab\u00bb\u2010-\u2026\u200c-\u200f]+")
_ARABIC_WORD = re.compile(
    "\u00ab?[\u0621-\u063a\u0640-\u0652\u067e\u0686\u0698\u06af\u060c\u061b\u061f]+\u00bb?"
)
_PASTED_WORD = re.compile(rb"[\x80-\xff]{2,40}(?![\x80-\xff])")
_LATIN_RUN = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f]{1,2}[\u2019]?")
_MARKS = frozenset("\u00a0\u00ab\u00bb\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u00b0\u20ac\u060c")


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """The document's own word first: whoever made it knew more than the server."""
    names = []
    if in_document := _XML_ENCODING.search(body[:20_000]):
        names.append(in_document[1].decode("ascii"))
    elif in_page := _META_CHARSET.search(body[:20_000]):
        names.append(in_page[1].decode("ascii"))
    if in_header := _HEADER_CHARSET.search(content_type or ""):
        names.append(in_header[1])
    found = []
    for name in names:
        try:
            codec = codecs.lookup(name).name
        except LookupError:
            continue
        # codecs.lookup also knows "zip" and "unicode_escape".
        if _TEXT_CODECS.fullmatch(codec):
            found.append(codec)
    return found


def _fits(body: bytes, encoding: str) -> bool:
    # Not strictly: these encodings have holes, and a stray byte must not rule one out.
    return _mostly_fits(body.decode(encoding, "replace"))


def _mostly_fits(text: str, bad_share: float = _BAD_SHARE) -> bool:
    outside = sum(1 for character in text if character > "\x7f")
    return text.count("\ufffd") <= bad_share * outside
