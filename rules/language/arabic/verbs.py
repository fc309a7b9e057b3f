"""Verbs by their past → every conjugated form, through mazini.

Grammar: Ryding, A Reference Grammar of Modern Standard Arabic (2005), chapters 21-30.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import mazini
from mazini import lexicon as verb_lexicon
from mazini.errors import MaziniError

from rules.language.arabic.lexicon import Lexeme, Stem, WordProblem, noun_stems, one_word
from rules.language.text import arabic_norm, arabic_surface
from rules.texts import message

FORMS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "Iq", "IIq")
_WAZN_OF_FORM = {
    "II": "فعّل", "III": "فاعل", "IV": "أفعل", "V": "تفعّل", "VI": "تفاعل", "VII": "انفعل",
    "VIII": "افتعل", "IX": "افعلّ", "X": "استفعل", "Iq": "فعلل", "IIq": "تفعلل",
}  # fmt: skip
_FORM_I = ("فعَل يفعُل", "فعَل يفعِل", "فعَل يفعَل", "فعُل يفعُل", "فعِل يفعَل", "فعِل يفعِل")
_SHADDA = "ّ"
_SHORT_VOWELS = re.compile("[\u064b-\u0650\u0652\u0670]")


@lru_cache(maxsize=4096)
def verb(
    spelling: str, root: str | None = None, form: str | None = None, also: tuple[str, ...] = ()
) -> Lexeme:
    """A verb given by its past (he-form), in all its conjugation.

    ``root`` and ``form`` may be left out where the spelling tells them. ``also`` adds
    ``noun`` (مصدر), ``doer`` (اسم الفاعل) and ``done`` (اسم المفعول), which inflect as nouns.
    """
    word = one_word(spelling)
    radicals = radicals_of(root) if root else None
    choices = [(radicals, form)] if radicals and form else _guess(word, spelling, radicals, form)
    stems: set[Stem] = set()
    fits = False
    found_root = ""
    for guessed_root, guessed_form in choices:
        try:
            slots = conjugate(guessed_root, guessed_form)
        except MaziniError:
            continue
        past = {unvowelled(f) for f in slots.get("past_3ms", ())}
        if arabic_norm(word) in {arabic_norm(p) for p in past}:
            fits = True
            found_root = guessed_root
            stems |= verb_stems(slots, also)
    if not fits:
        hint = message("word.verb_check" if root and form else "word.verb_root")
        raise WordProblem(message("word.verb", word=spelling, hint=hint))
    return Lexeme(arabic_surface(spelling), "verb", found_root, frozenset(stems))


def root(letters: str) -> tuple[Lexeme, ...]:
    """The attested verbs of a root, with their verbal nouns and participles."""
    radicals = radicals_of(letters)
    patterns = verb_lexicon.attested_wazns(radicals)
    if not patterns:
        raise WordProblem(message("word.root_no_verb", root=letters))
    found = []
    for pattern in patterns:
        slots = _slots(radicals, pattern)
        stems = verb_stems(slots, ("noun", "doer", "done"))
        lemma = next(iter(slots.get("past_3ms", ())), radicals)
        found.append(Lexeme(unvowelled(lemma), "verb", radicals, frozenset(stems)))
    return tuple(found)


def radicals_of(letters: str) -> str:
    plain = arabic_surface(letters.replace("_", " ").replace("-", " ")).replace(" ", "")
    if len(plain) not in (3, 4):
        raise WordProblem(message("word.root_letters", root=letters))
    return plain


def unvowelled(word: str) -> str:
    """Without vowel signs and shadda, hamza kept."""
    return arabic_surface(word)


def conjugate(root: str, form: str) -> dict[str, tuple[str, ...]]:
    """Slot → vowelled forms, over every attested vowel pattern when the form is I."""
    if form not in FORMS:
        raise WordProblem(message("word.form", form=form, forms=", ".join(FORMS[:10])))
    if form in _WAZN_OF_FORM:
        return _slots(root, _WAZN_OF_FORM[form])
    if form == "I":
        attested = verb_lexicon.attested_wazns(root)
        patterns = [w for w in _FORM_I if w in attested] or [_FORM_I[0]]
        merged: dict[str, list[str]] = {}
        for pattern in patterns:
            for slot, forms in _slots(root, pattern).items():
                merged.setdefault(slot, []).extend(forms)
        return {slot: tuple(dict.fromkeys(forms)) for slot, forms in merged.items()}
    return {}


@lru_cache(maxsize=4096)
def _slots(root: str, wazn: str) -> dict[str, tuple[str, ...]]:
    found = mazini.conjugate(root, wazn).slots
    return {slot: tuple(f.form for f in forms) for slot, forms in found.items()}


def _guess(word: str, spelling: str, root: str | None, form: str | None) -> list[tuple[str, str]]:
    """(root, form) candidates that the spelling of a past allows; none when it tells too little."""
    if root:
        return [(root, f) for f in FORMS[:10]]
    bare = _SHORT_VOWELS.sub("", spelling)
    candidates: list[tuple[str, str]] = []
    if len(word) == 2 and bare.endswith(_SHADDA):
        candidates.append((word[0] + word[1] * 2, "I"))
    if len(word) == 3 and word[0] == "أ":
        candidates.append((word[1] + word[2] * 2, "IV"))
    if len(word) == 3:
        doubled = len(bare) == 4 and bare[2] == _SHADDA
        candidates.append((word, "II") if doubled else (word, "I"))
    if len(word) == 4:
        if word[0] in "أإ":
            candidates.append((word[1:], "IV"))
        if word[1] == "ا":
            candidates.append((word[0] + word[2:], "III"))
        if word[0] == "ت":
            candidates.append((word[1:], "V"))
        if word[:2] == "ان":
            candidates.append((word[2] + word[3] * 2, "VII"))
        if word[0] == "ا" and word[2] in "تطد":
            candidates.append((word[1] + word[3] * 2, "VIII"))
    if len(word) == 5:
        if word.startswith("است"):
            candidates.append((word[3] + word[4] * 2, "X"))
        if word[0] == "ت" and word[2] == "ا":
            candidates.append((word[1] + word[3:], "VI"))
        if word[:2] == "ان":
            candidates.append((word[2:], "VII"))
        if word[0] == "ا" and word[2] in "تطد":
            candidates.append((word[1] + word[3:], "VIII"))
    if len(word) == 6 and word.startswith("است"):
        candidates.append((word[3:], "X"))
    quadriliteral = []
    if len(word) == 4:
        quadriliteral.append((word, "Iq"))
    if len(word) == 5 and word[0] == "ت":
        quadriliteral.append((word[1:], "IIq"))
    whole = [(r, f) for r, f in candidates if len(r) == 3]
    final_weak = [(r[:2] + weak, f) for r, f in whole if r[2] in "ىا" for weak in "وي"]
    hollow = [(r[0] + weak + r[2], f) for r, f in whole if r[1] == "ا" for weak in "وي"]
    whole = [(r, f) for r, f in whole if r[2] not in "ىا" and r[1] != "ا"] + final_weak + hollow
    whole = [(r.replace("إ", "أ").replace("آ", "أ"), f) for r, f in whole]
    if bare.endswith(_SHADDA):
        whole = [(r, f) for r, f in whole if r[1] == r[2]] or whole
    attested = [(r, f) for r, f in whole if _attested(r, f)] or [
        # The lexicon is older than the news: a derived form of a known root may be new.
        (r, f)
        for r, f in whole
        if f != "I" and _known(r)
    ]
    likely = attested or [(r, f) for r, f in quadriliteral if _attested(r, f)]
    return [(r, f) for r, f in likely if form is None or f == form]


def _known(root: str) -> bool:
    try:
        return bool(verb_lexicon.attested_wazns(root))
    except MaziniError:
        return False


def _attested(root: str, form: str) -> bool:
    if not _known(root):
        return False
    patterns = verb_lexicon.attested_wazns(root)
    if form == "I":
        return any(p in _FORM_I for p in patterns)
    return _WAZN_OF_FORM.get(form) in patterns


def verb_stems(slots: dict[str, tuple[str, ...]], also: Iterable[str]) -> set[Stem]:
    """Conjugated forms as whole stems; only conjunctions, س/ل and object pronouns join them."""
    stems: set[Stem] = set()
    for slot, forms in slots.items():
        for vowelled in forms:
            surface = unvowelled(vowelled)
            if not slot.startswith(("past_", "ind_", "sub_", "juss_", "imp_")):
                continue
            # Two letters (مت, قل) collide with everything; a past like شحّ is kept.
            if len(surface) < 3 and not slot.startswith("past_3"):
                continue
            kind = _verb_category(slot)
            stems |= _with_object_forms(surface, kind)
    wanted = {"noun": "vn", "doer": "ap", "done": "pp"}
    for name in also:
        for vowelled in slots.get(wanted[name], ()):
            # A form-I verbal noun cannot be derived: mazini says «?», the rule lists the word.
            if "?" in vowelled:
                continue
            stems |= _derived_noun(vowelled, agrees=name != "noun")
    return stems


def _verb_category(slot: str) -> str:
    if slot.startswith(("past", "imp")):
        return "V-past"
    return "V-sub" if slot.startswith(("sub", "juss")) else "V-ind"


def _with_object_forms(surface: str, kind: str) -> set[Stem]:
    if surface.endswith("وا"):
        return {Stem(surface, kind + "-0"), Stem(surface[:-1], kind + "-obj")}
    if surface.endswith("ى"):
        return {Stem(surface, kind + "-0"), Stem(surface[:-1] + "ا", kind + "-obj")}
    return {Stem(surface, kind + "-0"), Stem(surface, kind + "-obj")}


def _derived_noun(vowelled: str, *, agrees: bool) -> set[Stem]:
    surface = unvowelled(vowelled)
    if vowelled.endswith("\u064d"):  # a defective participle: مُخْلٍ, المُخلي
        stems = {Stem(surface, "N-bare")} | noun_stems(surface + "ي", agrees=True)
        return stems | {Stem(surface, "N-masc")}
    if surface.endswith("ى") and agrees:
        base = surface[:-1]
        return (
            noun_stems(surface, agrees=False)
            | noun_stems(base + "اة", agrees=False)
            | {Stem(base, "N-masc")}
        )
    return noun_stems(surface, agrees=agrees)
