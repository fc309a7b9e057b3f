"""What clauses, negation, direction and weights mean, on rules written on the spot."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rules import Detection, RuleSet
from rules.trying.explain import explain

Build = Callable[..., RuleSet]

WORDS = """
terms:
  medicine: {ar: [دواء/أدوية], en: [medicine], fr: [médicament]}
  lack: {ar: [نقص, ~نفد], en: [shortage], fr: [pénurie]}
"""


def only(rules: RuleSet, text: str, title: str = "", lang: str | None = None) -> Detection | None:
    found = rules.detect(title, text, lang)
    assert len(found) <= 1
    return found[0] if found else None


def fires(rules: RuleSet, text: str, title: str = "") -> bool:
    return only(rules, text, title) is not None


def test_near_takes_any_order_within_so_many_words(small_rules: Build) -> None:
    rules = small_rules(WORDS + "when:\n  - {near: [medicine, lack], within: 2}")
    assert fires(rules, "نقص الأدوية")
    assert fires(rules, "الأدوية في نقص")
    assert fires(rules, "نقص حاد في الأدوية")
    assert not fires(rules, "نقص حاد جدا في الأدوية")
    assert not fires(rules, "نقص. الأدوية")


def test_sequence_takes_one_order(small_rules: Build) -> None:
    rules = small_rules(WORDS + "when:\n  - {sequence: [lack, medicine], gap: 1}")
    assert fires(rules, "نقص الأدوية")
    assert not fires(rules, "الأدوية نقص")
    assert not fires(rules, "نقص كبير في الأدوية")


def test_a_sequence_is_the_closest_one(small_rules: Build) -> None:
    """A second "no" is the evidence's own; it is no no over what the first one says."""
    words = "terms:\n  none: {fr: [sans], en: [no]}\n  food: {fr: [pain], en: [bread]}\n"
    rules = small_rules(words + "when:\n  - {sequence: [none, food], gap: 2, negated: any}\n")
    for text, lang in (
        ("Les familles vivent sans eau, sans pain", "fr"),
        ("No water, no bread in the camp", "en"),
    ):
        found = only(rules, text, lang=lang)
        assert found is not None and found.direction == "worsening", text
        assert len(found.evidence) == 2, found.evidence


def test_what_joins_the_members_of_a_french_list_takes_no_room(small_rules: Build) -> None:
    rules = small_rules(WORDS + "when:\n  - {near: [lack, medicine], within: 3}")
    assert only(rules, "Pénurie de pain, de lait et de médicaments", lang="fr")
    assert only(rules, "Pénurie d'eau, de pain et de médicaments", lang="fr")
    assert only(rules, "Pénurie de pain dans la ville, de médicaments", lang="fr") is None
    assert only(rules, "Pénurie de lits de camp pour médicaments", lang="fr") is None


def test_all_looks_across_sentences_and_any_at_one_word(small_rules: Build) -> None:
    rules = small_rules(WORDS + "when:\n  - all: [medicine, lack]")
    assert fires(rules, "وصلت الأدوية. النقص مستمر.")
    assert not fires(rules, "وصلت الأدوية.")
    rules = small_rules(WORDS + "when:\n  - any: [medicine, lack]")
    assert fires(rules, "وصلت الأدوية.")


def test_one_word_is_never_two_pieces_of_evidence(small_rules: Build) -> None:
    rules = small_rules("terms:\n  a: {ar: [نقص]}\n  b: {ar: [نقص]}\nwhen:\n  - near: [a, b]")
    assert not fires(rules, "نقص كبير")
    assert fires(rules, "نقص ونقص")


def test_an_element_may_be_any_of_several_terms(small_rules: Build) -> None:
    rules = small_rules(
        WORDS + "  blood: {ar: [دم/دماء]}\nwhen:\n  - near: [[medicine, blood], lack]"
    )
    assert fires(rules, "نقص الدماء")
    assert fires(rules, "نقص الأدوية")


@pytest.mark.parametrize(
    "text",
    [
        "لا نقص في الأدوية",
        "لم يسجل نقص في الأدوية",
        "دون نقص في الأدوية",
        "ليس هناك نقص في الأدوية",
        "there is no shortage of medicine",
        "il n'y a pas de pénurie de médicaments",
        "Contrairement aux rumeurs, il n'y a pas de pénurie de médicaments",
    ],
)
def test_bad_news_under_a_negation_is_denied(small_rules: Build, text: str) -> None:
    found = only(small_rules(WORDS + "when:\n  - near: [medicine, lack]"), text)
    assert found is not None
    assert found.direction == "denied"


@pytest.mark.parametrize(
    "text",
    [
        "لا يزال نقص الأدوية مستمرا",
        "ولا سيما نقص الأدوية",
        "لم يأت الطبيب، ونقص الأدوية مستمر",
        "not only a shortage of medicine",
    ],
)
def test_what_only_looks_like_negation_is_none(small_rules: Build, text: str) -> None:
    assert fires(small_rules(WORDS + "when:\n  - near: [medicine, lack]"), text)


def test_negation_asked_for_is_evidence(small_rules: Build) -> None:
    rules = small_rules(
        "terms:\n  medicine: {ar: [دواء/أدوية]}\n  exist: {ar: [{verb: وجد}]}\n"
        "when:\n  - {near: [exist, medicine], negated: true}"
    )
    found = only(rules, "يجري صرف المرضى ولا توجد أدوية في المستشفى")
    assert found is not None
    assert [e.quote for e in found.evidence] == ["ولا", "توجد", "أدوية"]
    assert not fires(rules, "توجد أدوية في المستشفى")


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("no beds", "worsening"),
        ("the ward has no beds", "worsening"),
        ("the ward is overwhelmed", "worsening"),
        ("the ward is not overwhelmed", "denied"),
        ("le service n'est pas saturé", "denied"),
        ("القسم ليس مكتظا", "denied"),
    ],
)
def test_a_no_outside_evidence_that_may_hold_one_denies_it(
    small_rules: Build, text: str, direction: str
) -> None:
    found = only(
        small_rules(
            "terms:\n  full: {ar: [مكتظ], en: [overwhelmed, no beds], fr: [saturé]}\n"
            "when:\n  - {any: [full], negated: any}"
        ),
        text,
    )
    assert found is not None
    assert found.direction == direction


def test_one_element_may_be_asked_to_be_negated(small_rules: Build) -> None:
    rules = small_rules(
        "terms:\n  ward: {ar: [مستشفى]}\n  power: {ar: [كهرباء]}\n"
        "when:\n  - near: [ward, not power]"
    )
    assert fires(rules, "المستشفى بلا كهرباء")
    assert not fires(rules, "المستشفى والكهرباء")


def test_a_denial_is_not_silence(small_rules: Build) -> None:
    rules = small_rules(WORDS + "when:\n  - near: [medicine, lack]\ndirection: {denied: [$deny]}")
    for text in ("نفى الوزير وجود نقص في الأدوية", "لا صحة لنقص الأدوية"):
        found = only(rules, text)
        assert found is not None, text
        assert found.direction == "denied"


def test_relief_beside_the_evidence_turns_it(small_rules: Build) -> None:
    rules = small_rules(
        WORDS + "  end: {ar: [انتهاء]}\nwhen:\n  - near: [medicine, lack]\n"
        "direction: {improving: [end]}"
    )
    found = only(rules, "انتهاء نقص الأدوية")
    assert found is not None
    assert found.direction == "improving"


def test_the_title_decides_a_mixed_direction(small_rules: Build) -> None:
    rules = small_rules(
        WORDS + "  arrive: {ar: [وصول]}\nwhen:\n  - near: [medicine, lack]\n"
        "  - {near: [arrive, medicine], direction: improving}"
    )
    found = only(rules, "بعد أسابيع من نقص الأدوية", title="وصول أدوية إلى المستشفى")
    assert found is not None
    assert found.direction == "improving"


def test_weights_add_up_and_count_once(small_rules: Build) -> None:
    rules = small_rules(
        WORDS + "when:\n  - {any: [medicine], weight: 60}\n"
        "  - {any: [lack], weight: 40, in: title}\n"
    )
    assert not fires(rules, "الأدوية. الأدوية. الأدوية.")
    assert not fires(rules, "نقص الأدوية")
    found = only(rules, "الأدوية", title="نقص")
    assert found is not None
    assert (found.score, found.threshold) == (100, 100)


def test_evidence_against_weighs_off(small_rules: Build) -> None:
    rules = small_rules(
        WORDS + "  smuggle: {ar: [تهريب]}\nwhen:\n  - near: [medicine, lack]\n"
        "against:\n  - {near: [smuggle, medicine], weight: 100}"
    )
    assert fires(rules, "نقص الأدوية")
    assert not fires(rules, "تهريب الأدوية رغم نقص الأدوية")


def test_unless_speaks_for_its_sentence_and_in_title_for_the_entry(small_rules: Build) -> None:
    rules = small_rules(
        WORDS + "  sport: {ar: [مباراة]}\nwhen:\n  - near: [medicine, lack]\nunless: [sport]\n"
        "unless_in_title: [sport]"
    )
    assert not fires(rules, "نقص الأدوية في المباراة")
    assert fires(rules, "انتهت المباراة. نقص الأدوية مستمر.")
    assert not fires(rules, "نقص الأدوية", title="مباراة اليوم")


def test_unless_may_look_only_so_far_from_the_evidence(small_rules: Build) -> None:
    rules = small_rules(
        WORDS + "  sport: {ar: [مباراة]}\nwhen:\n"
        "  - {near: [medicine, lack], unless: [sport], unless_within: 2}"
    )
    assert not fires(rules, "نقص الأدوية في المباراة")
    assert fires(rules, "نقص الأدوية مستمر رغم كل شيء، وتأجلت المباراة")


def test_a_plain_title_is_its_own_setting(small_rules: Build) -> None:
    rules = small_rules(
        WORDS + "  war: {ar: [حرب/حروب]}\n"
        "defaults: {needs: [war], needs_below_title: true}\n"
        "when:\n  - near: [medicine, lack]"
    )
    assert fires(rules, "الوزير يتحدث", title="نقص الأدوية")
    assert not fires(rules, "نقص الأدوية", title="الوزير يتحدث")
    assert not fires(rules, "نقص الأدوية")
    assert fires(rules, "نقص الأدوية في الحرب", title="الوزير يتحدث")


def test_a_clause_that_needs_something_of_its_own_needs_it_in_a_title_too(
    small_rules: Build,
) -> None:
    rules = small_rules(
        WORDS + "  war: {ar: [حرب/حروب]}\n"
        "defaults: {needs: [war], needs_below_title: true}\n"
        "when:\n  - {near: [medicine, lack], needs: [war]}"
    )
    assert not fires(rules, "الوزير يتحدث", title="نقص الأدوية")


def test_unbroken_does_not_reach_over_a_comma(small_rules: Build) -> None:
    rules = small_rules(WORDS + "when:\n  - {near: [medicine, lack], unbroken: true}")
    assert fires(rules, "نقص كبير في الأدوية")
    assert not fires(rules, "نقص كبير، والأدوية متوفرة")


def test_a_term_may_include_another_of_its_rule(small_rules: Build) -> None:
    rules = small_rules(
        "terms:\n  blood: {ar: [دم/دماء]}\n  supply: {ar: [دواء/أدوية], include: [blood]}\n"
        "when:\n  - any: [supply]"
    )
    assert fires(rules, "الدماء")


def test_needs_asks_for_a_setting_anywhere_in_the_entry(small_rules: Build) -> None:
    rules = small_rules(
        WORDS + "  war: {ar: [حرب/حروب]}\nwhen:\n  - near: [medicine, lack]\nneeds: [war]"
    )
    assert not fires(rules, "نقص الأدوية")
    assert fires(rules, "نقص الأدوية", title="الحرب مستمرة")


def test_the_lead_is_the_title_and_the_opening(small_rules: Build) -> None:
    rules = small_rules(WORDS + "when:\n  - {near: [medicine, lack], in: lead}")
    assert fires(rules, "أولا. نقص الأدوية. ثالثا.")
    assert not fires(rules, "أولا. ثانيا. نقص الأدوية.")


def test_a_set_phrase_is_taken_out_of_its_term(small_rules: Build) -> None:
    rules = small_rules(
        "terms:\n  leave: {ar: [إخلاء], except: {ar: [إخلاء سبيل]}}\nwhen:\n  - any: [leave]"
    )
    assert fires(rules, "إخلاء المدينة")
    assert not fires(rules, "قرر القاضي إخلاء سبيله")
    assert fires(rules, "إخلاء سبيل المتهم قبل إخلاء المدينة")


def test_terms_are_built_from_terms(small_rules: Build) -> None:
    rules = small_rules(
        "terms:\n  shot: {ar: [حملة $jab]}\nwhen:\n  - any: [shot, $any-jab]",
        vocabulary="jab: {ar: [لقاح, تطعيم]}\nany-jab: {include: [$jab], fr: [vaccin]}",
    )
    assert fires(rules, "حملة اللقاحات")
    assert fires(rules, "les vaccins")


def test_phrases_inflect_and_regexes_read_the_text_as_written(small_rules: Build) -> None:
    rules = small_rules(
        "terms:\n  out: {ar: [~خرج عن الخدمة], en: [{regex: 'H5N\\d'}]}\nwhen:\n  - any: [out]"
    )
    assert fires(rules, "خرجت المستشفيات عن الخدمة") is False
    assert fires(rules, "المستشفى سيخرج عن الخدمة")
    assert fires(rules, "an h5n1 outbreak")


def test_english_and_french_need_no_accents_capitals_or_apostrophes(small_rules: Build) -> None:
    rules = small_rules(WORDS + "when:\n  - near: [medicine, lack]")
    assert fires(rules, "PÉNURIE DE MÉDICAMENTS")
    assert fires(rules, "penurie de medicaments a kinshasa")
    assert fires(rules, "shortages of medicines")


def test_mais_is_a_word_of_its_own_beside_maize(small_rules: Build) -> None:
    rules = small_rules(
        "terms:\n  but: {fr: [=mais]}\n  maize: {fr: [maïs]}\n  rain: {fr: [pluie]}\n"
        "when:\n  - near: [but, rain]\n  - near: [maize, rain]"
    )
    assert only_of(rules, "le champ est sec mais la pluie vient") == {"near(but, rain)"}
    assert only_of(rules, "le maïs attend la pluie") == {"near(maize, rain)"}


def test_an_exact_word_whose_accent_matters_is_not_found_without_it(small_rules: Build) -> None:
    rules = small_rules(
        "terms:\n  in: {fr: [=entré]}\n  lorry: {fr: [camion]}\nwhen:\n  - near: [in, lorry]"
    )
    assert fires(rules, "un camion est entré hier")
    assert not fires(rules, "un camion bloqué entre deux barrages")


def only_of(rules: RuleSet, text: str) -> set[str]:
    return {e.clause for d in rules.detect("", text, "fr") for e in d.evidence}


def test_slugs_that_swallow_an_elision_are_read(small_rules: Build) -> None:
    rules = small_rules(
        "terms:\n  hospital: {fr: [hôpital]}\n  shut: {fr: [fermeture]}\n"
        "when:\n  - near: [hospital, shut]"
    )
    assert fires(rules, "la fermeture de lhopital de gao")
    assert not fires(rules, "la fermeture du capital")


def test_evidence_shows_the_writers_own_words(small_rules: Build) -> None:
    rules = small_rules(WORDS + "when:\n  - near: [medicine, lack]")
    text = "هناك نَقْصٌ حادّ في الأَدْوِيــة‏."
    found = only(rules, text)
    assert found is not None
    assert [e.quote for e in found.evidence] == ["نَقْصٌ", "الأَدْوِيــة"]
    assert all(text[e.start : e.end] == e.quote for e in found.evidence)
    assert "100/100: near(medicine, lack) +100" in found.explanation


def test_an_explanation_names_what_silenced_a_rule(small_rules: Build) -> None:
    rules = small_rules(
        WORDS + "  sport: {ar: [مباراة]}\nwhen:\n  - near: [medicine, lack]\nunless: [sport]"
    )
    told = explain(rules, "", "نقص الأدوية في المباراة")
    assert told.detections == ()
    assert told.signals[0].silenced_by == "sentence has trial/sport"
    assert {w.text: w.lemmas for w in told.words}["الأدوية"] == ("دواء",)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_digits_in_a_word_are_found_in_either_language(small_rules: Build, language: str) -> None:
    rules = small_rules("terms:\n  band: {en: [m23], fr: [m23]}\nwhen:\n  - any: [band]")
    assert only(rules, "M23 Goma", lang=language)
    assert not only(rules, "M22 Goma", lang=language)


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("The ward is closed", "worsening"),
        ("No ward is closed", "denied"),
        ("Aucun service n'est fermé", "denied"),
    ],
)
def test_a_no_before_whom_a_state_befalls_denies_it(
    small_rules: Build, text: str, direction: str
) -> None:
    found = only(
        small_rules(
            "terms:\n  ward: {en: [ward], fr: [service]}\n"
            "  full: {en: [overwhelmed], fr: [saturé]}\n"
            "when:\n  - any: [full]\n"
            "scope:\n  told:\n    - {of: [ward], states: {stopped: worsening}}"
        ),
        "",
        title=text,
    )
    assert found is not None
    assert found.direction == direction


def test_a_title_that_something_is_broken_holds_over_what_is_told_below(small_rules: Build) -> None:
    rules = small_rules(
        "terms:\n  truce: {en: [truce]}\n  deal: {en: [signed a deal]}\n"
        "when:\n  - any: [truce]\n  - {any: [deal], direction: improving, weight: 300}"
    )
    below = "Clans signed a deal last week."
    broken, told = only(rules, below, "Truce broken in Tari"), only(rules, below, "Truce in Tari")
    assert broken is not None
    assert told is not None
    assert (broken.direction, told.direction) == ("worsening", "improving")
