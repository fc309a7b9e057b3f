"""Commands as people type them: glued to what follows, misspelt, in their own language. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.asking.durations import plain_words

ALERT = "alert"
MOST = 5
"""Commands of one message that are answered."""
MOST_MEANT = 3
# Of commands whose words are a text, in which a slash means nothing.
TAKES_TEXT = frozenset(("test", "expand", "search", "words", "start", "help"))
_COMMAND = re.compile(r"/\s*([^\W\d_][\w'’]*)(?:@(\w+))?")
_NEXT = re.compile(r"(?<=\s)/([A-Za-z]\w*)(?:@\w+)?")
_ID = re.compile(r"[Aa]\d{1,12}\Z")
# "/mute2h", "/rollback12", "/review_A12", "/status_Aleppo"
_GLUED = re.compile(r"([a-z]+?)(?:_+(?=[^\W_])|(?=\d)|(?=a\d))", re.IGNORECASE)
# Between a command and what follows: "/recent, siege", "/status: Aleppo".
_BETWEEN = ",،;؛:=.!?؟…"
_ARABIC = str.maketrans("أإآى", "اااي")


@dataclass(frozen=True, slots=True)
class Typed:
    """One command of a message. `name` is its own; "" for one that is not known, which `said` was.

    `exact`: written as commands are, so that it is this bot's in a group too. `to`: the bot that
    it names.
    """

    name: str
    rest: str
    said: str
    to: str = ""
    exact: bool = True


def read_commands(text: str, names: Sequence[str]) -> list[Typed]:
    """The commands of a message that begins with a slash, in their order, each once; [] for what
    is none."""
    found: list[Typed] = []
    for part in _parts(text, frozenset(names)):
        typed = _read(part, frozenset(names))
        if typed is not None and typed not in found:
            found.append(typed)
    return found


def meant(said: str, names: Sequence[str]) -> list[str]:
    """The commands that a misspelt one is like, the likeliest first."""
    spelt = {**{folded: name for folded, name in _others().items() if name in names}}
    spelt |= {name: name for name in names}
    most = 1 if len(said) < 5 else 2
    like = process.extract(
        _folded(said), spelt.keys(), scorer=OSA.distance, score_cutoff=most, limit=12
    )
    return list(dict.fromkeys(spelt[folded] for folded, _, _ in like))[:MOST_MEANT]


def command_called(word: str) -> str | None:
    """The command that a word of any of the languages names; its own name too."""
    return _others().get(_folded(word))


def _parts(text: str, names: frozenset[str]) -> Iterator[str]:
    """A message, cut where another command begins; what follows a text is of it."""
    begin, first = 0, _COMMAND.match(text)
    takes_text = first is not None and first[1].lower() in TAKES_TEXT
    for other in () if takes_text else _NEXT.finditer(text):
        if other[1].lower() in names or _ID.match(other[1]):
            yield text[begin : other.start()]
            begin = other.start()
            if other[1].lower() in TAKES_TEXT:
                break
    yield text[begin:]


def _read(part: str, names: frozenset[str]) -> Typed | None:
    found = _COMMAND.match(part)
    if found is None:
        return None
    said, to = found[1], found[2] or ""
    rest = part[found.end() :]
    # A word of letters ends where another script begins: «/statusحلب».
    latin = re.match(r"[A-Za-z0-9_]+", said)
    if latin is not None and latin[0].lower() in names:
        said, rest = latin[0], said[latin.end() :] + rest
    rest = rest.lstrip(_BETWEEN).strip()
    if said.lower() in names:
        return Typed(said.lower(), rest, said, to)
    if _ID.match(said):
        return Typed(ALERT, said, said, to)
    glued = _GLUED.match(said)
    if glued is not None and glued[1].lower() in names:
        behind = said[glued.end() :].replace("_", " ")
        return Typed(glued[1].lower(), f"{behind}{part[found.end() :]}".strip(), said, to, False)
    name = command_called(said)
    known = name if name in names else ""
    return Typed(known, rest, said, to, False)


@cache
def _others() -> Mapping[str, str]:
    """Names of commands by the words for them, folded."""
    listed = tomllib.loads((files(__package__) / "command_names.toml").read_text(encoding="utf-8"))
    found = {_folded(name): name for name in listed}
    for name, words in listed.items():
        for each in words.split():
            found.setdefault(_folded(each), name)
    return found


def _folded(word: str) -> str:
    """Without accents, capitals, article, and what joins two words."""
    plain = re.sub(r"[\s_'’-]", "", plain_words(word.translate(_ARABIC)))
    return plain.removeprefix("ال") if len(plain) > len("ال") + 2 else plain
