"""Words written so that a filter passes over them, read as the words that they are.

«ح.ص.ا.ر», «ح ص ا ر», «حص*ار», a zero-width space inside a word, «عاااجل». Whether pieces
are one word cannot be told from the letters: a zero-width space also stands between
words, and a full stop without a space ends a sentence. So pieces are joined only where
the vocabulary knows the whole and not all the pieces are words by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

Knows = Callable[[str], bool]
"""Whether some word of the rules is written like this, given as `text.arabic_surface`."""

LONGEST_WORD = 40
"""Longer runs of letters are no words; it keeps time linear in the text."""
LONGEST_DRAWN_OUT = 400
"""Letters of a word whose repeated letters are looked at."""

# Words of two or more letters that stand by themselves, though no rule may know them.
_SMALL_WORDS = frozenset(
    "من في فى فيه فيها عن عنه عنها عنهم لا ما لما لم لن هل أو او ان أن إن كل قد بل لو ثم "
    "كي مع هو هي هى هم هن هما يا ذا أي اي أى إذ كم به بها بهم له لها لهم لي لك بك بي قال "
    "على إلى الى بعد قبل عند كان كانت هذا هذه ذلك تلك تحت فوق نحن حتى هنا أنا انا كما منه "
    "منها منك أهم حين يكن تكن بأن لأن حد حق بن جو كن الذي التي الله تم وقت غير بين ولا "
    "وما كلنا كلهم قوله دين طول".split()
)
_HAMZAS = ("أ", "إ", "آ")


def pieces_as_words(pieces: Sequence[str], knows: Knows) -> Iterator[tuple[int, int]]:
    """Which neighbours are one word: (first, end) of each, in order, longest words first."""
    at = 0
    while at < len(pieces):
        end, length = at + 1, len(pieces[at])
        while end < len(pieces) and length + len(pieces[end]) <= LONGEST_WORD:
            length += len(pieces[end])
            end += 1
        while end > at + 1 and not _one_word(pieces[at:end], knows):
            end -= 1
        yield at, end
        at = end


def _one_word(pieces: Sequence[str], knows: Knows) -> bool:
    if all(_stands_alone(piece, knows) for piece in pieces):
        return False
    # Two initials are no word.
    if len(pieces) == 2 and len(pieces[0]) == len(pieces[1]) == 1:
        return False
    # No ending begins with a hamza: «القانون.أين» is two words.
    if len(pieces[0]) > 1 and any(len(p) > 1 and p.startswith(_HAMZAS) for p in pieces[1:]):
        return False
    return knows("".join(pieces))


def _stands_alone(piece: str, knows: Knows) -> bool:
    """Whether the piece is a word by itself. Three letters that begin with the article are rather
    the beginning of one («الأ|دوية»), though they may be read as a word («ألم»)."""
    if piece in _SMALL_WORDS:
        return True
    return len(piece) > (3 if piece.startswith("ال") else 2) and knows(piece)


_DRAWN_OUT = re.compile(r"(.)\1\1+")
_MOST_RUNS = 4


def without_drawn_out_letters(word: str) -> Iterable[str]:
    """A word with three or more of a letter in a row → how it may be meant: عاااجل, عاجل.

    Arabic has words with a letter three times (تتتابع); so the word itself is tried first
    by whoever asks, then two, then one of each run.
    """
    word = word[:LONGEST_DRAWN_OUT]
    # Next to no word has any: no more is made for one than it takes to see that.
    return _drawn_in(word) if _DRAWN_OUT.search(word) else ()


def _drawn_in(word: str) -> Iterator[str]:
    runs = list(_DRAWN_OUT.finditer(word))
    if not 0 < len(runs) <= _MOST_RUNS:
        return
    for counts in product((2, 1), repeat=len(runs)):
        made, last = "", 0
        for run, count in zip(runs, counts, strict=True):
            made += word[last : run.start()] + run.group(1) * count
            last = run.end()
        yield made + word[last:]
