"""A length of time as people write it to the bot, in Arabic, English and French. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Words as `plain_words` leaves them: small, without marks, one alif, one teh.
_UNITS: dict[str, timedelta] = {
    **dict.fromkeys("m mn min mins minute minutes د دقيقه دقائق دقايق".split(), _MINUTE),
    **dict.fromkeys("h hr hrs hour hours heure heures س ساعه ساعات".split(), _HOUR),
    **dict.fromkeys("d day days j jour jours ي يوم يوما ايام".split(), _DAY),
    **dict.fromkeys("w week weeks semaine semaines اسبوع اسبوعا اسابيع".split(), 7 * _DAY),
}
_TWO = {
    **dict.fromkeys("دقيقتان دقيقتين".split(), _MINUTE),
    **dict.fromkeys("ساعتان ساعتين".split(), _HOUR),
    **dict.fromkeys("يومان يومين".split(), _DAY),
    **dict.fromkeys("اسبوعان اسبوعين".split(), 7 * _DAY),
}
_PART_OF: dict[str, float] = {
    **dict.fromkeys("half demi demie نصف نص".split(), 1 / 2),
    **dict.fromkeys("third tiers ثلث".split(), 1 / 3),
    **dict.fromkeys("quarter quart ربع".split(), 1 / 4),
}
# A unit without a number is one of it, so these say nothing.
COUNTED: dict[str, float] = {
    word: float(number)
    for number, words in {
        2: "two deux اثنتين اثنين",
        3: "three trois ثلاث ثلاثه",
        4: "four quatre اربع اربعه",
        5: "five cinq خمس خمسه",
        6: "six ست سته",
        7: "seven sept سبع سبعه",
        8: "eight huit ثمان ثماني ثمانيه",
        9: "nine neuf تسع تسعه",
        10: "ten dix عشر عشره",
        12: "twelve douze",
    }.items()
    for word in words.split()
}
_FILLING = frozenset("a an one un une of for and et de d pour و لمده واحد واحده".split())
_TOKEN = re.compile(r"[\s,،'’]*(?:(\d{1,6}(?:[.,]\d{1,3})?)|([^\W\d_]+)\.?)")
_ELIDED = re.compile(r"\bd['’](?=h)")  # un quart d'heure
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class _Part:
    """Half of what stands beside it, or a third, or a quarter."""

    share: float


_Token = float | tuple[str, timedelta] | _Part


def read_duration(text: str) -> timedelta | None:
    """``2h``, ``1h30``, ``90 min``, ``a day``, ``٣ ساعات``, ``ساعة ونصف``, ``2 heures``; None for
    what is no length of time. A number needs its unit: 30 may be minutes or hours."""
    tokens = _tokens(_ELIDED.sub(" ", plain_words(text)))
    if not tokens:
        return None
    total, last = timedelta(0), timedelta(0)
    while tokens:
        match tokens:
            case [float(number), (_, unit), *rest]:
                total, last = total + unit * number, unit
            case [_Part(share), (_, unit), *rest]:
                total, last = total + unit * share, timedelta(0)
            case [(word, unit), *rest] if len(word) > 2:
                total, last = total + unit, unit
            case [_Part(share), *rest] if last:  # an hour and a half
                total, last = total + last * share, timedelta(0)
            case [float(number)] if last == _HOUR and number < 60:  # 1h30
                return total + _MINUTE * number
            case _:
                return None
        tokens = rest
    return total


def _tokens(plain: str) -> list[_Token]:
    """The numbers and the words that mean something; [] when one is not understood."""
    found: list[_Token] = []
    place = 0
    while place < len(plain):
        token = _TOKEN.match(plain, place)
        if token is None or len(plain) > _LONGEST:
            return []
        place = token.end()
        digits, word = token[1], _alone(token[2] or "")
        if digits:
            found.append(float(digits.replace(",", ".")))
        elif word in _PART_OF:
            found.append(_Part(_PART_OF[word]))
        elif word in COUNTED:
            found.append(COUNTED[word])
        elif word in _TWO:
            found += [2.0, (word, _TWO[word])]
        elif word in _UNITS:
            found.append((word, _UNITS[word]))
        elif word not in _FILLING:
            return []
    return found


def _alone(word: str) -> str:
    """Without the "and" that Arabic glues to the next word."""
    rest = word[1:]
    return rest if word[:1] == "و" and (rest in _UNITS or rest in _PART_OF) else word


def plain_words(text: str) -> str:
    """Small letters without marks; NFKC would keep the accents of French and Arabic."""
    parts = unicodedata.normalize("NFKD", text.strip().lower().replace("٫", "."))
    kept = [c for c in parts if unicodedata.category(c) not in ("Mn", "Cf") and c != "\u0640"]
    plain = re.sub(r"(?<=[^\W\d])-(?=[^\W\d])", " ", "".join(kept))  # une demi-heure
    return plain.translate(str.maketrans("ة", "ه"))
