"""Words that may be written so and yet are often a mistake: they are told as warnings.

Only an operator's own words are looked at. A word with ``=`` before it is meant as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.language.text import arabic_surface
from rules.loading import schema
from rules.loading.yamlfile import Location
from rules.texts import Message, message

_PATTERN = re.compile(r"\\[a-zA-Z.]|\.[*+]|\[[^\]]+\]|\(\?|\(.*\|.*\)|[*+?]$|\w[*+]")
_SEPARATOR = re.compile("[؛;|,]")
_BROKEN_PLURAL = re.compile("^(?:أ..ا.|أ..ية|أ..ة|م.ا.ي.|..ائ.)$")
_SOUND_PLURAL = re.compile("^.{3,}(?:ات|ون|ين)$")
_EXAMPLE = "دواء/أدوية"
_NOT_PLURAL = frozenset(
    "فلسطين قانون تلفزيون مليون بنزين تموين كانون تشرين تأمين تدوين تخزين تمكين تسكين سكين "
    "أوقات التماس إثبات نبات ثبات سبات ممات حياة كهربائي نهائي".split()
)


def doubts(term: schema.Term) -> Iterator[tuple[Location, Message]]:
    """The doubtful words of a term and where they stand in it."""
    lists: list[tuple[Location, schema.ByLanguage]] = [((), term)]
    if isinstance(term, schema.VocabularyTerm) and term.add:
        lists.append((("add",), term.add))
    for at, words in lists:
        for language in ("ar", "en", "fr"):
            for index, word in enumerate(getattr(words, language) or ()):
                said = _doubt(word, language) if isinstance(word, str) else None
                if said is not None:
                    yield (*at, language, index), said


def _doubt(word: str, language: str) -> Message | None:
    if word[:1] in "=~$":
        return None
    if _PATTERN.search(word):
        return message("word.pattern", word=word)
    if language != "ar" and (separator := _SEPARATOR.search(word)):
        # Arabic words are refused for it.
        return message("word.separator", word=word, mark=separator[0])
    if language != "ar" or " " in word or "/" in word:
        return None
    plain = arabic_surface(word)
    if plain.startswith("ال") and len(plain) > 4:
        return message("word.definite", word=word, bare=word.removeprefix("ال"))
    if plain in _NOT_PLURAL:
        return None
    if _BROKEN_PLURAL.match(plain) or _SOUND_PLURAL.match(plain):
        return message("word.plural", word=word, example=_EXAMPLE)
    return None
