"""The smallest changes of a rule that would have kept back an alert that was false: a phrase in
which the words mean something else, or a higher score that is needed. Pure, but for the rules.

They are written over the shipped rule, as a short file of the operators' own.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rules import Detection, Evidence

# Phrases that are proposed for a signal; the longest word that can be part of one.
PHRASES, LONGEST_WORD = 3, 40
# A score above that of a strong statement would silence far more than it cures.
HIGHEST = 200
# Words that join others and say nothing by themselves.
_SMALL = frozenset(
    (
        *("على", "في", "من", "إلى", "الى", "عن", "مع", "أن", "بعد", "قبل", "لدى", "بين"),
        *("a", "an", "the", "of", "in", "on", "at", "to", "by", "for", "from", "with", "as", "and"),
        *("le", "la", "les", "un", "une", "des", "de", "du", "à", "au", "aux", "en", "sur", "par"),
    )
)
# Vowel signs of Arabic stand inside a word.
_LETTERS = r"[^\W\d_][^\W\d_\u0640]*(?:[\u064b-\u0652\u0670\u0640][^\W\d_]*)*"
_WORD = re.compile(rf"{_LETTERS}(?:['’-]{_LETTERS})*")


@dataclass(frozen=True, slots=True)
class Proposal:
    """`unless`: a sentence with `words` counts for nothing; `threshold`: so much is needed."""

    signal: str
    kind: Literal["unless", "threshold"]
    words: str = ""
    language: Literal["ar", "en", "fr"] = "ar"
    threshold: int = 0


def proposals(
    detection: Detection, title: str, text: str, language: str | None
) -> tuple[Proposal, ...]:
    """What could be changed of the rule that fired, the smallest change first."""
    found: dict[str, Proposal] = {}
    for piece in detection.evidence:
        for words in _phrases(piece, title, text):
            spoken = _language(words, language)
            found.setdefault(words, Proposal(detection.signal, "unless", words, spoken))
    chosen = list(found.values())[:PHRASES]
    if detection.score < HIGHEST:
        needed = detection.score + 1
        chosen.append(Proposal(detection.signal, "threshold", threshold=needed))
    return tuple(chosen)


def _phrases(piece: Evidence, title: str, text: str) -> list[str]:
    """The evidence with the word behind it, and with the word before it, in its sentence."""
    source = title if piece.field == "title" else text
    from rules.language.sentences import sentence_around

    sentence = sentence_around(source, piece.start, piece.end)
    offset = source.find(sentence)
    words = [
        (offset + found.start(), offset + found.end())
        for found in _WORD.finditer(sentence)
        if found.end() - found.start() <= LONGEST_WORD
    ]
    inside = [n for n, (start, end) in enumerate(words) if start < piece.end and end > piece.start]
    if not inside or len(inside) > 4:
        return []
    first, last = inside[0], inside[-1]
    end, begin = last + 1, first - 1
    # «حصارًا على» is every siege: the phrase goes on to a word that says something.
    while end < len(words) - 1 and _is_small(source, words[end]):
        end += 1
    while begin > 0 and _is_small(source, words[begin]):
        begin -= 1
    spans = [(first, end)] if end < len(words) else []
    spans += [(begin, last)] if begin >= 0 else []
    return [" ".join(source[s:e] for s, e in words[a : b + 1]) for a, b in spans]


def _is_small(source: str, word: tuple[int, int]) -> bool:
    return source[word[0] : word[1]].casefold() in _SMALL


def _language(words: str, language: str | None) -> Literal["ar", "en", "fr"]:
    if any("\u0600" <= character <= "\u06ff" for character in words):
        return "ar"
    return "fr" if language == "fr" else "en"


class OwnRule(Exception):
    """The operators have a whole rule of their own for the signal: they change it there."""


def applied(files: Mapping[str, bytes], file: str, proposal: Proposal) -> bytes:
    """The operators' file with the change; what stands in it already stays, with its comments.

    Raises OwnRule, and ValueError for a file that cannot be read.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.error import YAMLError

    yaml = YAML(typ="rt")
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    try:
        document = yaml.load(files[file].decode("utf-8-sig")) if file in files else None
    except (YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{file} cannot be read") from error
    if document is None:
        document = CommentedMap({"id": proposal.signal})
    if not isinstance(document, CommentedMap):
        raise ValueError(f"{file} holds no rule")
    from rules.loading.sources import is_full_rule

    if is_full_rule(document):
        raise OwnRule(file)
    if proposal.kind == "threshold":
        document["threshold"] = proposal.threshold
    else:
        unless = document.setdefault("unless", CommentedMap())
        listed = unless.setdefault(proposal.language, CommentedSeq())
        if proposal.words not in listed:
            listed.append(proposal.words)
    written = io.StringIO()
    yaml.dump(document, written)
    return written.getvalue().encode()
