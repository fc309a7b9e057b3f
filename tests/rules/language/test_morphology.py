"""Arabic words: every form that can be built is found, and look-alikes are not."""

from __future__ import annotations

import random
from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import RuleSet
from rules.language.arabic.affixes import BEGINNINGS, ENDINGS
from rules.language.arabic.analyser import _segments
from rules.language.arabic.camel import prepare_camel_tools
from rules.language.arabic.lexicon import Lexeme, WordProblem, exact, noun, particle
from rules.language.arabic.morphology import Morphology
from rules.language.arabic.verbs import root, verb
from rules.language.text import arabic_surface


def matches(lexeme: Lexeme, word: str) -> bool:
    return bool(Morphology([lexeme]).analyse(arabic_surface(word)))


def all_match(lexeme: Lexeme, words: str) -> None:
    morphology = Morphology([lexeme])
    missed = [w for w in words.split() if not morphology.analyse(arabic_surface(w))]
    assert not missed


def none_match(lexeme: Lexeme, words: str) -> None:
    morphology = Morphology([lexeme])
    assert not [w for w in words.split() if morphology.analyse(arabic_surface(w))]


def test_a_noun_is_found_with_all_that_arabic_glues_to_it() -> None:
    all_match(
        noun("دواء/أدوية"),
        "دواء الدواء دواءً بدواء وبالدواء للدواء دوائه دواؤهم دواءها دواءان الدواءين أدوية الأدوية "
        "والأدوية فبالأدوية للأدوية أدويتهم بأدويتنا ادوية الادويه كالأدوية",
    )


def test_a_noun_with_an_alef_maqsura_changes_it_before_endings() -> None:
    all_match(
        noun("مستشفى/مشافي"),
        "مستشفى المستشفى المستشفي مستشفاهم مستشفيات بالمستشفيات مستشفياتها مستشفيان المستشفيين "
        "مشافي المشافي ومشافيها",
    )


def test_participles_agree_in_gender_and_number() -> None:
    all_match(noun("محاصر"), "محاصر محاصرة المحاصرون محاصرين محاصرات محاصرتان محاصرا ومحاصرتهم")
    all_match(noun("طبي"), "طبي طبية الطبيين طبيات طبيا بالطبية")


def test_a_plain_noun_takes_no_feminine_ending() -> None:
    none_match(noun("كتاب/كتب"), "كتابة الكتابة مكتبة اكتتاب الاكتتاب كاتب")
    all_match(noun("كتاب/كتب"), "كتابه كتابها الكتاب كتب وكتبهم")


@pytest.mark.parametrize(
    ("lexeme", "others"),
    [
        (noun("حصار"), "صار انحصار حصر إحصار حصارة"),
        (noun("دواء/أدوية"), "أداء دوي أدوات الأدوات دوائر"),
        (noun("إجلاء"), "جلاء الجلاء أجلاء إجلال"),
        (noun("جلاء"), "إجلاء الإجلاء"),
        (verb("نفى"), "نفذ نفد تنفيذ"),
        (verb("نفد"), "نفذ نافذة تنفيذ نفى نافد"),
        (noun("معبر/معابر"), "عبر عبور تعبير عابر عبارة"),
        (noun("شح"), "شحن شحنة شاحنة"),
        (noun("غارة"), "غار غيار إغارة"),
        (verb("حاصر"), "صار حصير انحصر"),
        (noun("لاجئ"), "لاجل لجنة"),
    ],
    ids=lambda value: value.lemma if isinstance(value, Lexeme) else "",
)
def test_look_alikes_are_other_words(lexeme: Lexeme, others: str) -> None:
    none_match(lexeme, others)


def test_the_article_excludes_pronouns() -> None:
    none_match(noun("كتاب"), "الكتابه الكتابهم")


def test_a_word_written_with_the_article_is_found_only_with_it() -> None:
    all_match(noun("النكبة"), "النكبة والنكبة للنكبة بالنكبة")
    none_match(noun("النكبة"), "نكبة نكبتهم")


def test_a_verbal_noun_that_only_looks_definite_is_found_whole() -> None:
    all_match(noun("التهاب"), "التهاب الالتهاب التهابات بالتهاب")


def test_a_verb_is_found_in_its_conjugation_with_clitics() -> None:
    all_match(
        verb("أخلى"),
        "أخلى أخلت أخلوا أخلينا يخلي تخلي يخلون سيخلون ليخلوا فأخلوا أخلاها أخلوهم سنخليهم أُخليت "
        "واخلوا وسيخليها يُخلى",
    )
    all_match(verb("شحّ"), "شح شحت تشح يشح ستشح وشحت")
    all_match(verb("انهار"), "انهار انهارت ينهار وتنهار سينهار انهاروا")
    all_match(verb("تدهور"), "تدهور تدهورت يتدهور وتتدهور")


def test_a_verb_brings_its_noun_and_participles_when_asked() -> None:
    plain, full = verb("دمّر"), verb("دمّر", also=("noun", "doer", "done"))
    none_match(plain, "تدمير مدمر المدمرة")
    all_match(full, "تدمير بتدميرها مدمر المدمرة مدمرات دمرت")


def test_a_root_brings_its_attested_verbs_nouns_and_participles() -> None:
    found = root("ح ص ر")
    morphology = Morphology(found)
    for word in "حاصرت يحاصرون محاصرة محاصرين انحصر".split():
        assert morphology.analyse(word), word


def test_function_words_are_no_inflected_nouns_or_verbs() -> None:
    none_match(noun("عدم"), "بعدما")
    none_match(verb("أنهى"), "أنه أنها وأنهم")
    all_match(noun("عدم"), "عدم بعدم وعدم")


def test_particles_take_conjunctions_and_exact_words_nothing() -> None:
    all_match(particle("دون"), "دون ودون فدون")
    none_match(particle("دون"), "الدون بدونه دونهم")
    all_match(exact("لم"), "لم")
    none_match(exact("لم"), "ولم لمه بلم")


@pytest.mark.parametrize("word", ["يجف", "كلام", "استعلامات", "زق"])
def test_what_is_no_past_tense_is_refused_with_advice(word: str) -> None:
    with pytest.raises(WordProblem, match="root and form"):
        verb(word)


def test_missing_dots_and_hamzas_are_forgiven_but_not_contradicted() -> None:
    assert matches(noun("إخلاء"), "اخلاء")
    assert matches(noun("مدينة/مدن"), "مدينه")
    assert not matches(noun("أعلام"), "إعلام")


def test_shipped_words_are_found_in_forms_of_theirs(shipped: RuleSet) -> None:
    """Three hundred words, one form of each; the property below tries any form of any word."""
    chooser = random.Random(7)
    for number in chooser.sample(range(len(shipped.morphology.lexemes)), 300):
        form = chooser.choice(shipped.morphology.forms(number))
        found = {a.lexeme for a in shipped.morphology.analyse(form)}
        assert number in found, (shipped.morphology.lexemes[number].lemma, form)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_whatever_the_generator_makes_the_analyser_finds(
    shipped: RuleSet, data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, len(shipped.morphology.lexemes) - 1))
    form = data.draw(st.sampled_from(shipped.morphology.forms(number)))
    assert number in {a.lexeme for a in shipped.morphology.analyse(form)}


@settings(max_examples=300)
@given(st.text("وفبكلاسهنتيمق", min_size=1, max_size=12))
def test_a_word_is_cut_where_the_analyser_would_cut_it_and_know_both_ends(word: str) -> None:
    prepare_camel_tools()
    camel = import_module("camel_tools.morphology.analyzer")
    longest = max(map(len, BEGINNINGS)), max(map(len, ENDINGS))
    known = [
        (beginning, stem, ending)
        for beginning, stem, ending in camel._segments_gen(word, *longest)
        if beginning in BEGINNINGS and ending in ENDINGS
    ]
    assert list(_segments(word, *longest)) == known
