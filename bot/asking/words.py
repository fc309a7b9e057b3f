"""The words of a text as search compares them, and FTS5's expression for what people search for.

Folding is the rules' own (`rules.language.text`): hamza forms, alef, ya, ta marbuta, vowel signs,
accents and capitals make no difference. Arabic words lose what is glued on at their ends besides,
as Larkey, Ballesteros and Connell's "light10" stemmer does it (SIGIR 2002): articles with their
prepositions, «و», and the usual endings, here also the alif of طفلا. Broken plurals are other
words. English endings go in the index itself (FTS5's porter).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

MOST_CHARACTERS = 20_000
"""Of a text: what stands behind is not found."""
MOST_TERMS = 12
"""Of a question."""
SHORTEST_BEGINNING = 3
"""Letters before a ``*``."""

_ARTICLES = ("وبال", "وكال", "ولل", "فبال", "وال", "بال", "كال", "فال", "لل", "ال")
_ENDINGS = ("ا", "ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")
_GLUED = frozenset("بلكفس")
_PREFIXES = ("هال", "عال", "وال", "بال", "فال", "كال", "لل", "ول", "وب", "و", "ب", "ل", "ف", "ك")
# مسؤول and مسئول are one word.
_HAMZA = str.maketrans(dict.fromkeys("ؤئء", ""))
_QUOTED = re.compile(r"(-?)[\"“”«»„]([^\"“”«»„]*)[\"“”«»„]?|(-?)(\S+)")
_STOP = frozenset(
    "في من عن علي الي مع او و ان ما the of in on at a an and or to for le la les de du des et "
    "en un une dans".split()
)


def index_words(text: str) -> tuple[str, str]:
    """(words, also): the stems of a text in order, and those of words without a letter that may
    be glued on (بحلب → حلب)."""
    words: list[str] = []
    also: list[str] = []
    for norm in _norms(text[:MOST_CHARACTERS]):
        words.append(stem(norm))
        if (bare := _without_glue(norm)) is not None:
            also.append(bare)
    return " ".join(words), " ".join(dict.fromkeys(also))


@lru_cache(maxsize=200_000)
def stem(norm: str) -> str:
    """A folded word without what is glued on; Latin words and numbers stay as they are."""
    if norm < "\u0600":
        return norm
    word = norm.translate(_HAMZA) or norm
    article = next((a for a in _ARTICLES if word.startswith(a) and len(word) - len(a) >= 2), "")
    if article:
        word = word[len(article) :]
    elif word[0] == "و" and len(word) > 4:
        word = word[1:]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= (3 if len(ending) > 1 else 2):
            word = word[: -len(ending)]
    return word


def stems(text: str) -> tuple[str, ...]:
    """The stems of a text in order."""
    return tuple(stem(norm) for norm in _norms(text))


def _norms(text: str) -> Iterator[str]:
    from rules.language.text import tokenize

    return (token.norm for token in tokenize(text) if token.norm)


def _without_glue(norm: str) -> str | None:
    """The stem that is left when a first letter is a preposition; None where none can be."""
    word = norm[1:] if norm[0] == "و" and len(norm) > 4 else norm
    if word[0] not in _GLUED or len(word) < 4 or norm < "\u0600":
        return None
    bare = stem(word[1:])
    return bare if bare != stem(norm) else None


def unglued(word: str) -> Iterator[str]:
    """A word without what Arabic may have glued to its front."""
    if not word or word[0] < "\u0600":
        return
    for prefix in _PREFIXES:
        rest = word[len(prefix) :]
        if word.startswith(prefix) and len(rest) > 2:
            yield rest
            if prefix.endswith(("ال", "لل")):
                yield f"ال{rest}"


def is_ordinary(word: str) -> bool:
    """Whether an English or French dictionary has the word."""
    from rules.language.latin import LANGUAGES, is_word

    return word < "\u0600" and any(is_word(word.lower(), each) for each in LANGUAGES)


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for: FTS5's expression ("" where nothing can be), and the parts as people
    wrote them: those that must stand there, and those that must not. `unmatched`: the expression
    for the latter, where nothing must stand there."""

    match: str
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    unmatched: str = ""


Others = Callable[[str], Iterable[str]]
"""The stems of a word's other forms."""


def no_others(word: str) -> Iterable[str]:
    """Of a word that stands for itself alone."""
    return ()


def search_of(text: str, others: Others = no_others) -> Search:
    """The search that a person means: words that must all stand there, ``"words in a row"``,
    ``-without``, ``begin*``. Anything else in it is a space. A word outside quotation marks stands
    for its `others` too.

    >>> search_of('"حصار حلب" -كوليرا').match
    '"حصار حلب" NOT ("كولير" OR "لير")'
    """
    wanted: dict[str, str] = {}
    unwanted: dict[str, str] = {}
    stopped: dict[str, str] = {}
    for found in _QUOTED.finditer(text[:MOST_CHARACTERS]):
        without = (found[1] or found[3] or "") == "-"
        if found[4] is None:
            said, term = found[2].strip(), _phrase(found[2])
        else:
            said, term = found[4].strip(".,،;؛:!?؟()"), _term(found[4], others)
        if term:
            stop = found[4] is not None and said.lower() in _STOP
            (unwanted if without else stopped if stop else wanted)[term] = said
        if len(wanted) + len(unwanted) + len(stopped) >= MOST_TERMS:
            break
    wanted = wanted or stopped
    if not wanted:
        return Search("", (), tuple(unwanted.values()), " OR ".join(unwanted))
    match = " AND ".join(wanted)
    if len(wanted) > 1 and unwanted:
        match = f"({match})"
    for term in unwanted:
        match += f" NOT {term}"
    return Search(match, tuple(wanted.values()), tuple(unwanted.values()))


def _phrase(text: str) -> str:
    found = stems(text)
    return f'"{" ".join(found)}"' if found else ""


def _term(word: str, others: Others) -> str:
    """A word outside quotation marks; of one that is written with signs in it all parts in a
    row."""
    found = tuple(_norms(word))
    if len(found) != 1:
        return _phrase(word)
    norm = found[0]
    if word.endswith("*") and len(norm) >= SHORTEST_BEGINNING:
        return f'("{stem(norm)}" OR "{_beginning(norm)}" *)'
    own, bare = stem(norm), _without_glue(norm)
    either = dict.fromkeys([own, *([bare] if bare else []), *others(word)])
    return f'"{own}"' if len(either) == 1 else f"({' OR '.join(map(_quoted, either))})"


def _quoted(word: str) -> str:
    return f'"{word}"'


def _beginning(norm: str) -> str:
    """What stems begin with that begin so: without article."""
    if norm < "\u0600":
        return norm
    word = norm.translate(_HAMZA) or norm
    article = next((a for a in _ARTICLES if word.startswith(a) and len(word) - len(a) >= 2), "")
    return word[len(article) :]
